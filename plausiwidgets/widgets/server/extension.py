"""The app beside JupyterLab: handlers of a Jupyter Server, which ask for its login, under any base address."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketHandler

from plausiwidgets.widgets.server import site
from plausiwidgets.widgets.server.handlers import FileMixin, PageMixin, SocketMixin, log
from plausiwidgets.widgets.server.limits import Limits
from plausiwidgets.widgets.server.pool import Pool
from plausiwidgets.widgets.server.visitors import Visitors

NAME = "plausiwidgets"


class Page(PageMixin, JupyterHandler):
    """The page."""

    @web.authenticated
    def get(self) -> None:
        """Send it, with how it is shared from here."""
        self.answer(site.page(site.served(share(os.environ))))


class File(FileMixin, JupyterHandler):
    """A file of the page."""

    @web.authenticated
    def get(self, name: str) -> None:
        """Send it."""
        self.answer(name)


class Socket(SocketMixin, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """The WebSocket, for who is logged in."""

    def initialize(self, visitors: Visitors) -> None:
        """Keep who there is."""
        self.visitors = visitors

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Refuse who is not logged in: an upgrade is not redirected to a page of login."""
        if self.current_user is None:
            raise web.HTTPError(403)
        self.require_protocol()
        await super().get(*args, **kwargs)


def share(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return how a page is shared: what a link begins with, and whether its fields are encoded once more.

    On Binder and on a hub the address of a session is of no use to others.

    Examples
    --------
    >>> share({"BINDER_LAUNCH_HOST": "https://mybinder.org/", "BINDER_REQUEST": "v2/gh/owner/name/v1"})
    {'base': 'https://mybinder.org/v2/gh/owner/name/v1?urlpath=plausiwidgets%2F%3F', 'encoded': True, 'where': 'binder'}
    """
    host, request = environment.get("BINDER_LAUNCH_HOST", ""), environment.get("BINDER_REQUEST", "")
    if host and request:
        base = f"{host.rstrip('/')}/{request.strip('/')}?urlpath={quote(f'{NAME}/?', safe='')}"
        return {"base": base, "encoded": True, "where": "binder"}
    if "JUPYTERHUB_SERVICE_PREFIX" in environment:
        hub = environment.get("JUPYTERHUB_BASE_URL", "/").rstrip("/")
        return {"base": f"{hub}/hub/user-redirect/{NAME}/?", "encoded": False, "where": "hub"}
    return dict(site.HERE)


def load(app: Any) -> None:
    """Add the handlers to a Jupyter Server; no process begins before the first question of a page."""
    limits = Limits()
    visitors = Visitors(Pool(limits, (), log), limits, log)
    base = app.web_app.settings["base_url"].rstrip("/") + f"/{NAME}"
    app.web_app.add_handlers(".*$", [
        (f"{base}", web.RedirectHandler, {"url": f"{base}/"}), (f"{base}/", Page),
        (rf"{base}/static/([\w.-]+)", File), (f"{base}/socket", Socket, {"visitors": visitors}),
    ])  # fmt: skip
