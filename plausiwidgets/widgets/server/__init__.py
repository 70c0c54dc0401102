"""The app as a web page: its answers over one WebSocket from one process, and no kernel for a visitor.

- :mod:`.site`: the files of the app;
- :mod:`.visitors`: who has a page open, with :mod:`.limits`;
- :mod:`.pool`, :mod:`.work`, :mod:`.turns`: processes that simulate, and how visitors share them;
- :mod:`.handlers`: what a server answers, as extension of a Jupyter Server (:mod:`.extension`) and alone
  (:mod:`.alone`).
"""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Name for a Jupyter Server what to load."""
    return [{"module": "plausiwidgets.widgets.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Add the app to a Jupyter Server, at ``…/plausiwidgets/``."""
    from plausiwidgets.widgets.server.extension import load

    load(app)
