"""The explorer as a page of its own: Voila with one notebook, for visitors who are not trusted.

What the servers below leave open is closed here. Messages of the sub-protocol v1 begin with a count of offsets: Voila
reads one from whatever it sends, jupyter_server from whatever it receives, and both build a list of that length, so
that one message of a few bytes takes the memory and the time of all visitors. Besides, templates could be chosen by
the address, kernels started in any number, and the page opened unseen by a page elsewhere or under a foreign name.
"""

from __future__ import annotations

import html
import os
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado import web
from tornado.iostream import StreamClosedError
from traitlets import Int, List, Unicode
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler

SUBPROTOCOL = "v1.kernel.websocket.jupyter.org"

UNSUPPORTED = 1003
"""Code with which a WebSocket is closed that sends what the server does not take."""

KERNEL_MEMORY = 0.5e9
"""Bytes that the process behind an open page takes."""

IDLE, LOOK = 120, 30
"""Seconds after which a kernel ends that no page shows any more, and between two looks.

A page that is closed ends its own kernel; this is the net below, for a page that was lost.
"""

NAVIGATION = "document"
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style>
:root {{ color-scheme: light dark }}
body {{ font: 18px/1.5 system-ui, sans-serif; max-width: 34em; margin: 15vh auto; padding: 0 1em }}
</style></head><body><h1>{title}</h1><p>{text}</p></body></html>
"""


class KernelConnection(ZMQChannelsWebsocketConnection):
    """A connection of a page to its kernel, refused unless it names the sub-protocol of binary messages."""

    async def prepare(self) -> None:
        """Refuse a client, or a proxy, that leaves the header out."""
        named = self.websocket_handler.request.headers.get("Sec-WebSocket-Protocol", "")
        if SUBPROTOCOL not in [name.strip() for name in named.split(",")]:
            raise web.HTTPError(400, f"the header Sec-WebSocket-Protocol must name {SUBPROTOCOL}")
        await super().prepare()

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Close the connection on a message whose count of offsets does not fit into it."""
        count = int.from_bytes(incoming_msg[:8], "little") if isinstance(incoming_msg, bytes) else 0
        if not 2 <= count <= len(incoming_msg) // 8 - 1:
            self.websocket_handler.close(UNSUPPORTED, "not a message of the sub-protocol")
            return
        super().handle_incoming_message(incoming_msg)


class _Starter:
    """The server's kernel manager, as one request sees it: it knows which kernel it started."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self.started = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)

    async def start_kernel(self, **options: Any) -> str:
        self.started = await self._manager.start_kernel(**options)
        return self.started


class ExplorerHandler(TornadoVoilaHandler):
    """The page: each opening starts a kernel, so that it looks at who opens it and at how many there are."""

    opening = 0
    """Requests that have not started their kernel yet."""

    def initialize(self, limit: int, **options: Any) -> None:
        super().initialize(**options)
        self._limit = limit
        self._starter: _Starter | None = None
        self._left = False

    @property
    def kernel_manager(self) -> Any:
        return self._starter or super().kernel_manager

    @web.authenticated
    async def get(self, path: str | None = None) -> None:
        """Answer with the page, or with a sentence that says why not."""
        headers = self.request.headers
        followed = headers.get("Sec-Fetch-Dest") == NAVIGATION and headers.get("Sec-Fetch-User") == "?1"
        if headers.get("Sec-Fetch-Site") == "cross-site" and not followed:
            address = html.escape(self.request.uri or "/", quote=True)
            return self._say(403, "One more click", f'Another site points here. <a href="{address}">Open the page</a>.')
        manager = self.kernel_manager
        if len(manager.list_kernel_ids()) + ExplorerHandler.opening >= self._limit:
            self.set_header("Retry-After", str(IDLE))
            text = (
                f"All {self._limit} places are taken: each open page needs a process of its own. Places become free "
                f"when others close their page. Please load this page again in a minute or two."
            )
            return self._say(503, "All places are taken", text)
        ExplorerHandler.opening += 1
        self._starter = starter = _Starter(manager)
        counted = True
        try:
            async for part in self.get_generator(path=path):
                if counted and starter.started:
                    ExplorerHandler.opening, counted = ExplorerHandler.opening - 1, False
                if self._left:
                    break
                self.write(part)
                await self.flush()
        except StreamClosedError:
            self._left = True
        finally:
            ExplorerHandler.opening -= counted
            if self._left and starter.started in manager:
                await manager.shutdown_kernel(starter.started, now=True)

    def on_connection_close(self) -> None:
        """Note that the visitor has gone before the page was complete: its kernel has no use."""
        super().on_connection_close()
        self._left = True

    def _say(self, status: int, title: str, text: str) -> None:
        self.set_status(status)
        self.finish(_PAGE.format(title=title, text=text))


class ExplorerApp(Voila):
    """Voila for one notebook and many visitors."""

    hosts = List(Unicode(), config=True, help="Names in the address of the page, besides this machine's own.")
    kernels = Int(0, config=True, help="Most pages that are open at once; 0: as many as the memory carries.")

    def init_settings(self) -> dict[str, Any]:
        settings = super().init_settings()
        # Jupyter's own check: the header Host is a name of this machine, or one that was given.
        settings |= {"allow_remote_access": False, "local_hostnames": ["localhost", *self.hosts]}
        settings["kernel_websocket_connection_class"] = KernelConnection
        return settings

    def init_handlers(self) -> list[Any]:
        limit = self.kernels or kernels_that_fit()
        return [
            (route, ExplorerHandler, options[0] | {"limit": limit})
            if handler is TornadoVoilaHandler
            else (route, handler, *options)
            for route, handler, *options in super().init_handlers()
        ]


def kernels_that_fit() -> int:
    """Return how many kernels three quarters of this machine's memory carry; 16 where it does not tell."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 16
    return max(int(0.75 * memory / KERNEL_MEMORY), 2)


def app_arguments(idle: int = IDLE, look: int = LOOK) -> list[str]:
    """Return the arguments that Voila has for a page that asks no other host and lets no address choose its files."""
    return [
        "--template=plausiwidgets",
        "--VoilaConfiguration.allow_template_override=NO",
        "--VoilaConfiguration.allow_theme_override=NO",
        f"--MappingKernelManager.cull_idle_timeout={idle}",
        f"--MappingKernelManager.cull_interval={look}",
    ]
