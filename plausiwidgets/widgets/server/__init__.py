"""The app as a web page without kernels, with one process that answers all visitors over WebSockets.

- :mod:`.site`: the files of the app
- :mod:`.visitors` and :mod:`.limits`: the visitors with an open page, and their limits
- :mod:`.scheduler`, :mod:`.pool`, :mod:`.work`: the queue of requests, and the processes that compute them
- :mod:`.handlers`: the answers of a server, as an extension of a Jupyter Server (:mod:`.extension`) and alone
  (:mod:`.standalone_server`).

The page simulates, searches and evaluates in the browser. The server verifies parameter sets, draws samples, reads
recordings, and simulates models without a JavaScript program. One queue orders these requests by their arrival and
expected time. A worker computes a short request immediately and pauses a long one for it, so sixty visitors can share
one core. A worker that ends is replaced, and each of its requests is repeated once. If patterns of a page were in that
worker, the page connects again and creates them again.
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
