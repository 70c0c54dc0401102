"""The explorer as a page without code, for visitors who are not trusted: Voila with one notebook.

It closes three gaps of the servers below. A message of the sub-protocol v1 begins with a count of offsets, of which
Voila and jupyter_server build a list before any check: a message of a few bytes can take all memory. The address of
the page can choose templates and start any number of kernels. Another site can open the page unseen, or under
another host name.
"""

from __future__ import annotations

import html
import os
import sys
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado import web
from tornado.iostream import StreamClosedError
from traitlets import Int, List, Unicode
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler

from plausiwidgets.cli.warm import use_nursery

SUBPROTOCOL = "v1.kernel.websocket.jupyter.org"

UNSUPPORTED = 1003
"""Close code of a WebSocket for an unsupported message (RFC 6455, 7.4.1)."""

KERNEL_MEMORY = 0.2e9
"""Memory of the kernel of an open page that has searched with several models, in bytes; a forked one begins at 0.06."""

PATIENCE = 120
"""Time in s that a busy server may take for the messages of a new explorer; its page is empty if they come later."""

IDLE, LOOK = 120, 30
"""Time in s after which an unused kernel ends, and between two checks; for pages that were lost, not closed."""

NAVIGATION = "document"
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style>
:root {{ color-scheme: light dark }}
body {{ font: 18px/1.5 system-ui, sans-serif; max-width: 34em; margin: 15vh auto; padding: 0 1em }}
</style></head><body><h1>{title}</h1><p>{text}</p></body></html>
"""


class KernelConnection(ZMQChannelsWebsocketConnection):
    """A connection of a page to its kernel; it must name the sub-protocol of binary messages."""

    async def prepare(self) -> None:
        """Refuse a connection without the header of the sub-protocol."""
        named = self.websocket_handler.request.headers.get("Sec-WebSocket-Protocol", "")
        if SUBPROTOCOL not in [name.strip() for name in named.split(",")]:
            raise web.HTTPError(400, f"the header Sec-WebSocket-Protocol must name {SUBPROTOCOL}")
        await super().prepare()

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Close the connection if the count of offsets does not fit into the message."""
        count = int.from_bytes(incoming_msg[:8], "little") if isinstance(incoming_msg, bytes) else 0
        if not 2 <= count <= len(incoming_msg) // 8 - 1:
            self.websocket_handler.close(UNSUPPORTED, "not a message of the sub-protocol")
            return
        super().handle_incoming_message(incoming_msg)


class _Starter:
    """The server's kernel manager for one request; it remembers the kernel that it started."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self.started = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)

    async def start_kernel(self, **options: Any) -> str:
        self.started = await self._manager.start_kernel(**options)
        return self.started


class ExplorerHandler(TornadoVoilaHandler):
    """Serves the page; as each request starts a kernel, it checks the origin and the number of open pages."""

    opening = 0
    """Number of requests whose kernel has not started yet."""

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
        """Send the page, or a page that says why it cannot be opened."""
        headers = self.request.headers
        followed = headers.get("Sec-Fetch-Dest") == NAVIGATION and headers.get("Sec-Fetch-User") == "?1"
        if headers.get("Sec-Fetch-Site") == "cross-site" and not followed:
            address = html.escape(self.request.uri or "/", quote=True)
            return self._say(403, "One more click", f'Another site links here. <a href="{address}">Open the page</a>.')
        manager = self.kernel_manager
        if len(manager.list_kernel_ids()) + ExplorerHandler.opening >= self._limit:
            self.set_header("Retry-After", str(IDLE))
            text = (
                f"All {self._limit} places are taken: each open page needs its own process. A place becomes free when "
                f"another page is closed. Please reload this page in a minute or two."
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
        """Note that the visitor left before the page was complete; its kernel is shut down."""
        super().on_connection_close()
        self._left = True

    def _say(self, status: int, title: str, text: str) -> None:
        self.set_status(status)
        self.finish(_PAGE.format(title=title, text=text))


class ExplorerApp(Voila):
    """Voila for one notebook and many visitors."""

    hosts = List(Unicode(), config=True, help="Host names of the page, besides localhost.")
    kernels = Int(0, config=True, help="Most pages open at once; 0: as many as fit into the memory.")

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        super().initialize(*args, **kwargs)
        use_nursery(self)
        # Trust is about outputs that are saved in a notebook: of this one all cells are run.
        self.log.addFilter(lambda record: "is not trusted" not in record.getMessage())

    def init_settings(self) -> dict[str, Any]:
        settings = super().init_settings()
        # Jupyter then refuses requests whose Host header is not in this list.
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
    """Return how many kernels fit into 3/4 of this machine's memory; 16 if its size is unknown."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 16
    return max(int(0.75 * memory / KERNEL_MEMORY), 2)


def app_arguments(idle: int = IDLE, look: int = LOOK) -> list[str]:
    """Return Voila's arguments: no request to another host, no template or theme chosen by the address."""
    # Messages of kernels then use no port of the machine. The path of a socket may be too long elsewhere.
    transport = ["--KernelManager.transport=ipc"] if sys.platform == "linux" else []
    return [
        *transport,
        "--template=plausiwidgets",
        "--VoilaConfiguration.allow_template_override=NO",
        "--VoilaConfiguration.allow_theme_override=NO",
        f"--NotebookClient.iopub_timeout={PATIENCE}",
        f"--MappingKernelManager.cull_idle_timeout={idle}",
        f"--MappingKernelManager.cull_interval={look}",
    ]
