"""Extension of a Jupyter Server that adds the app next to JupyterLab.

Its handlers require the login of the server, and work with any base address.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from jupyter_client.kernelspec import NoSuchKernel
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler, JupyterHandler
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
    """Handler of the page."""

    def initialize(self, has_lab: Callable[[], bool]) -> None:
        """Store a function that returns whether JupyterLab runs on this server."""
        self.has_lab = has_lab

    @web.authenticated
    def get(self) -> None:
        """Send the page with the form of its links and, if JupyterLab runs, the address that creates notebooks."""
        more = site.served(share(os.environ))
        if self.has_lab():
            more["notebook"] = {"address": "notebook", "token": self.xsrf_token.decode()}
        self.answer(site.page(more))


class File(FileMixin, JupyterHandler):
    """Handler of the files of the page."""

    @web.authenticated
    def get(self, name: str) -> None:
        """Send the file."""
        self.answer(name)


class Notebook(APIHandler):
    """Handler that creates a notebook with the selection of a page, for users who may write files."""

    auth_resource = "contents"

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Create a notebook from a link, and send its name and address."""
        from plausiwidgets.widgets.handlers.link import MAX_QUERY
        from plausiwidgets.widgets.server.notebook import notebook

        if len(self.request.body) > MAX_QUERY:
            raise web.HTTPError(400, f"the link must have at most {MAX_QUERY} bytes, got {len(self.request.body)}.")
        try:
            name, code = await asyncio.to_thread(notebook, self.request.body.decode("utf-8", "replace"))
        except ValueError as error:
            raise web.HTTPError(400, str(error)) from None
        # The contents manager validates this notebook in format 4.5 like a notebook that a front end saves.
        cell: dict[str, Any] = {
            "cell_type": "code",
            "id": "app",
            "source": code,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        content = {"nbformat": 4, "nbformat_minor": 5, "metadata": await self._kernel(), "cells": [cell]}
        manager: Any = self.contents_manager
        path = await ensure_async(manager.increment_filename(f"{name}.ipynb"))
        written = await ensure_async(manager.new({"type": "notebook", "format": "json", "content": content}, path))
        self.finish(json.dumps({"name": written["name"], "url": f"{self.base_url}lab/tree/{quote(written['path'])}"}))

    async def _kernel(self) -> dict[str, Any]:
        """Return the metadata with the default kernel. Without a kernel, JupyterLab asks the user to select one."""
        name = self.kernel_manager.default_kernel_name
        try:
            spec = await ensure_async(self.kernel_spec_manager.get_kernel_spec(name))
        except NoSuchKernel:
            return {}
        return {"kernelspec": {"name": name, "display_name": spec.display_name, "language": spec.language}}


class Socket(SocketMixin, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Handler of the WebSocket, for users who are logged in."""

    def initialize(self, visitors: Visitors) -> None:
        """Store the visitors of the server."""
        self.visitors = visitors

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Reject users who are not logged in, because a WebSocket cannot be redirected to a login page."""
        if self.current_user is None:
            raise web.HTTPError(403)
        self.require_protocol()
        await super().get(*args, **kwargs)


def share(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the base of the links of a page, and whether the fields of the links are encoded twice.

    On Binder and on a hub, links must not contain the address of the session, because only its user can open it.

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


def has_lab(app: Any) -> bool:
    """Return whether JupyterLab runs on a Jupyter Server."""
    lab = app.extension_manager.extensions.get("jupyterlab")
    return lab is not None and lab.enabled


def load(app: Any) -> None:
    """Add the handlers of the app to a Jupyter Server. Worker processes start with the first request of a page."""
    limits = Limits()
    visitors = Visitors(Pool(limits, (), log), limits, log)
    base = app.web_app.settings["base_url"].rstrip("/") + f"/{NAME}"
    app.web_app.add_handlers(
        ".*$",
        [
            (f"{base}", web.RedirectHandler, {"url": f"{base}/"}),
            (f"{base}/", Page, {"has_lab": lambda: has_lab(app)}),
            (f"{base}/notebook", Notebook),
            (rf"{base}/static/([\w.-]+)", File),
            (f"{base}/socket", Socket, {"visitors": visitors}),
        ],
    )
