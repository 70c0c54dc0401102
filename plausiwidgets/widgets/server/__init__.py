"""The app as a web page without kernels: one process answers all visitors over WebSockets.

- :mod:`.site`: the files of the app
- :mod:`.visitors`: the visitors with an open page, with :mod:`.limits`
- :mod:`.pool`, :mod:`.work`, :mod:`.scheduler`: processes that simulate, and how visitors share them
- :mod:`.handlers`: the replies of a server
- :mod:`.extension`: the app as an extension of a Jupyter Server
- :mod:`.standalone_server`: the app without Jupyter
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
