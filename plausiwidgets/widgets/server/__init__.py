"""The app as a web page without kernels: one process answers all visitors over WebSockets.

- :mod:`.site`: the files of the app;
- :mod:`.visitors`: the visitors with an open page, with :mod:`.limits`;
- :mod:`.scheduler`, :mod:`.pool`, :mod:`.work`: the queue of requests, and the processes that compute them;
- :mod:`.handlers`: the answers of a server, as an extension of a Jupyter Server (:mod:`.extension`) and alone
  (:mod:`.standalone_server`).

The page simulates, searches and evaluates in the browser. The server verifies parameter sets, draws samples, reads
recordings, and computes what a page cannot, such as a model without a JavaScript program. All these requests pass one
queue, in the order of their arrival and expected time. A worker computes a short request at once and lets a long one
wait meanwhile, so sixty visitors can share one core. A worker that ends is replaced, and each of its requests is
repeated once; a page whose patterns were in that worker connects again and makes them again.
"""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Return the extensions that a Jupyter Server loads."""
    return [{"module": "plausiwidgets.widgets.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Add the app to a Jupyter Server, at ``…/plausiwidgets/``."""
    from plausiwidgets.widgets.server.extension import load

    load(app)
