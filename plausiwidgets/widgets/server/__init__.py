"""The app as a web page without kernels, with one process that answers all visitors over WebSockets.

- :mod:`.site`: the files of the app
- :mod:`.visitors` and :mod:`.limits`: the visitors with an open page, and their limits
- :mod:`.scheduler`, :mod:`.pool`, :mod:`.work`: the queue of requests, and the processes that compute them
- :mod:`.handlers`: the answers of a server, as an extension of a Jupyter Server (:mod:`.extension`) and alone
  (:mod:`.standalone_server`).

The page simulates, searches and evaluates in the browser. The server verifies parameter sets, draws samples, reads
recordings, and simulates models without a JavaScript program.

The queue, the processes and the limits keep these requests independent of each other, so sixty visitors can share one
core. The queue orders requests by their arrival and by their expected time, which it learns from earlier requests. A
process computes one short and one long request at a time, and pauses the long one for the short one. The pool replaces
a process that ends, uses too much memory or reaches no checkpoint, and repeats each of its requests once. If the
process had patterns of a page, the page connects again and creates them again. A visitor has limits for messages,
files, custom patterns and open requests, and keeps its session for some time after the page is closed.
"""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Return the modules that a Jupyter Server loads as extensions."""
    return [{"module": "plausiwidgets.widgets.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Add the app to a Jupyter Server, at ``…/plausiwidgets/``."""
    from plausiwidgets.widgets.server.extension import load

    load(app)
