"""Standalone server of the app for visitors who are not trusted, which ``plausiwidgets --app`` starts."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import signal
import sys
import time
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.websocket import WebSocketHandler

from plausiwidgets.texts import ENGLISH, languages, speaking
from plausiwidgets.widgets.server import site
from plausiwidgets.widgets.server.exercises import Exercise, by_name
from plausiwidgets.widgets.server.handlers import SAFE, FileMixin, PageMixin, SocketMixin, log
from plausiwidgets.widgets.server.limits import Limits
from plausiwidgets.widgets.server.pool import Pool
from plausiwidgets.widgets.server.visitors import Visitors

PORT, TRIED = 8866, 50
"""First port of the search for a free port, and maximum number of ports."""
HEADERS = 10.0
"""Maximum time in s in which a request must arrive, and in which a connection may be idle."""
HEAD_SIZE, BODY_SIZE = 65_536, 10_000
"""Maximum size in bytes of the head and of the body of a request.

The head can contain a link of 60 kB. If a link is too long, the page reports that. A request that exceeds these limits
gets no page.
"""
CODE_DIGITS = 9
"""Maximum number of digits of the number of codes that a teacher's page already has."""
FILES_KEPT = 128
"""Number of file descriptors that are reserved for processes and files."""
LOGGED = 200
"""Maximum number of characters of an address in a line of the log."""
SPARING = 10.0
"""Minimum time in s between two identical lines of the log."""
LOCAL = ("localhost", "127.0.0.1", "::1")


class Own:
    """Mixin with the checks of all handlers of this server."""

    def prepare(self: Any) -> None:
        """Reject requests with a foreign host name.

        Otherwise the pages of another site, whose domain points to the address of this server, could read its answers.
        """
        self.application.settings["server"].mark(self.request.connection.stream, "served")
        if not is_allowed(self.request.host_name, self.application.settings["hosts"]):
            raise web.HTTPError(403, log_message="another host name")

    @property
    def frame_origins(self: Any) -> Sequence[str]:
        """Other sites whose pages may show a page of this server in a frame."""
        return self.application.settings["frame_origins"]

    def set_default_headers(self: Any) -> None:
        """Replace the header with the name of the server by headers for security."""
        self.clear_header("Server")
        for name, value in SAFE.items():
            self.set_header(name, value)

    def write_error(self: Any, status_code: int, **more: Any) -> None:
        """Send only the status of an error."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {self._reason}\n")

    def log_exception(self: Any, typ: Any, value: Any, tb: Any) -> None:
        """Log the traceback of an error without the query of its request, which may contain a teacher's secret."""
        if not isinstance(value, web.HTTPError):  # HTTP errors are logged by `note_request`.
            log.error("plausiwidgets: %s failed.", _asked(self), exc_info=(typ, value, tb))


def _asked(handler: web.RequestHandler) -> str:
    """Return the method and the path of a request, without its query."""
    return f"{handler.request.method} {handler.request.path[:LOGGED]}"


def note_request(handler: web.RequestHandler) -> None:
    """Log the status of a failed request, without its query."""
    if handler.get_status() >= 400:
        log.warning("plausiwidgets: %d %s", handler.get_status(), _asked(handler))


class Page(Own, PageMixin, web.RequestHandler):
    """Handler of the page."""

    def get(self) -> None:
        """Send the page."""
        self.answer(self.application.settings["page"]())

    head = get


class File(Own, FileMixin, web.RequestHandler):
    """Handler of the files of the page."""

    def get(self, name: str) -> None:
        """Send the file."""
        self.answer(name)

    head = get


class ExercisePage(Own, PageMixin, web.RequestHandler):
    """Handler of the page of an exercise, which is the teacher's page with ``#class``."""

    def get(self, name: str) -> None:
        """Send the page of the exercise."""
        exercise = self.application.settings["exercises"].get(name)
        if exercise is None:
            raise web.HTTPError(404)
        self.answer(exercise.page)


class Codes(Own, web.RequestHandler):
    """Handler of the codes of an exercise, which students submit and the teacher reads."""

    def prepare(self) -> None:
        """Find the exercise and reject requests from pages of other sites."""
        super().prepare()
        self.exercise = self.application.settings["exercises"].get(self.path_kwargs["name"])
        origin = self.request.headers.get("Origin")
        is_other = origin is not None and urlsplit(origin).netloc != self.request.headers.get("Host")
        if is_other or self.request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise web.HTTPError(403, log_message="another site")
        if self.exercise is None:
            raise web.HTTPError(404)

    def post(self, name: str) -> None:
        """Store a code."""
        language = self.get_query_argument("language", ENGLISH)
        with speaking(language if language in languages() else ENGLISH):
            why = self.exercise.take(self.request.body.decode("ascii", "replace").strip(), log)
        if why:
            self.set_status(400)
        self.finish({"error": why})

    def get(self, name: str) -> None:
        """Send new codes to the teacher."""
        if not self.exercise.is_teacher(self.get_query_argument("teacher", "")):
            raise web.HTTPError(403, log_message="not the teacher")
        after = self.get_query_argument("after", "0")
        self.set_header("Cache-Control", "no-store")
        is_number = after.isascii() and after.isdigit() and len(after) <= CODE_DIGITS
        self.finish(self.exercise.news(int(after) if is_number else 0))


class Missing(Own, web.RequestHandler):
    """Handler of all other addresses."""

    def prepare(self) -> None:
        """Reject the request."""
        super().prepare()
        raise web.HTTPError(404)


class Socket(Own, SocketMixin, WebSocketHandler):
    """Handler of the WebSocket."""

    def prepare(self) -> None:
        """Reject requests that do not come from a page of this server."""
        super().prepare()
        self.visitors = self.application.settings["visitors"]
        self.require_protocol()

    def open(self, *args: str, **kwargs: str) -> None:
        """Mark the connection as one without a greeting."""
        self._mark("silent")
        super().open(*args, **kwargs)

    def greeted(self) -> None:
        """Mark the connection as one that stays open."""
        self._mark("kept")

    def _mark(self, kind: str) -> None:
        if self.ws_connection is not None:
            self.application.settings["server"].mark(self.ws_connection.stream, kind)


UNUSED = ("silent", "new", "served")
"""Kinds of unused connections in the order in which new connections replace them.

They are WebSockets that have not greeted, connections that have not sent a request, and connections whose request was
answered.
"""


class Limited(HTTPServer):
    """Server with a maximum number of connections, in which a new connection replaces an unused one."""

    def initialize(self, *args: Any, most: int = 1024, **options: Any) -> None:
        """Set the maximum number of connections."""
        super().initialize(*args, **options)
        self._most = most
        self._streams: dict[IOStream, str] = {}

    @classmethod
    def configurable_base(cls) -> type:
        """Return this class, because tornado creates an instance of the returned class."""
        return Limited

    @classmethod
    def configurable_default(cls) -> type:
        """Return this class, because tornado creates an instance of the returned class."""
        return Limited

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Accept a connection, and close the oldest unused connection if the maximum is reached."""
        if len(self._streams) >= self._most:
            self._streams = {one: kind for one, kind in self._streams.items() if not one.closed()}
        if len(self._streams) >= self._most:
            eldest = self._eldest()
            log.warning(
                "plausiwidgets: %d connections are open, so the oldest unused connection is closed.", self._most
            )
            if eldest is None:
                stream.close()
                return
            del self._streams[eldest]
            eldest.close()
        self._streams[stream] = "new"
        super().handle_stream(stream, address)

    def _eldest(self) -> IOStream | None:
        """Return the unused connection that a new one replaces, or None if all are in use."""
        for wanted in UNUSED:
            for one, kind in self._streams.items():
                if kind == wanted:
                    return one
        return None

    def mark(self, stream: IOStream | None, kind: str) -> None:
        """Set the kind of a connection, one of `UNUSED` or ``"kept"``."""
        if stream is not None and stream in self._streams:
            # The insertion order shows which connection has been of its kind for the longest time.
            del self._streams[stream]
            self._streams[stream] = kind


class Sparing(logging.Filter):
    """Filter that omits repeated lines of the log for some seconds, so that the log does not fill a disk.

    The next line contains the number of omitted lines.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a line is logged."""
        key, now = (record.name, str(record.msg)), time.monotonic()
        last, left_out = self._last.get(key, (-SPARING, 0))
        if now - last < SPARING:
            self._last[key] = last, left_out + 1
            return False
        self._last[key] = now, 0
        if left_out:
            record.msg = f"{record.getMessage()} (and {left_out} similar messages)"
            record.args = ()
        record.exc_info = None if record.name.startswith("tornado") else record.exc_info
        return True


def is_allowed(host: str, names: Sequence[str]) -> bool:
    """Return whether the host of a request is this computer, an allowed name or an IP address.

    The owner of another site can let a domain point to this server, but cannot use its IP address.

    Examples
    --------
    >>> is_allowed("localhost", []), is_allowed("192.168.0.7", []), is_allowed("rebound.example.org", ["here.example"])
    (True, True, False)
    """
    if host in LOCAL or host.lower() in {name.lower() for name in names}:
        return True
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def connections(limits: Limits) -> int:
    """Return the maximum number of open connections, and raise the limit of the system for them if possible."""
    wanted = 3 * limits.visitors + 64
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    ample = wanted + FILES_KEPT
    if soft != resource.RLIM_INFINITY and soft < ample:
        soft = ample if hard == resource.RLIM_INFINITY else min(ample, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(min(wanted, soft - FILES_KEPT), 8)


def serve(
    limits: Limits,
    *,
    address: str = "127.0.0.1",
    port: int | None = None,
    hosts: Sequence[str] = (),
    frame_origins: Sequence[str] = (),
    models: Sequence[str] = (),
    exercises: Sequence[Path] = (),
    language: str | None = None,
    dark: bool = False,
    open_browser: bool = True,
    report: Callable[[str], object] = print,
) -> None:
    """Serve the app until SIGTERM or Ctrl-C.

    Parameters
    ----------
    limits : Limits
    address : str
        IP address on which the server listens.
    port : int, optional
        Port of the server. The default is the first free port from 8866.
    hosts : sequence of str
        Host names that a request may have, in addition to localhost and IP addresses.
    frame_origins : sequence of str
        Other sites whose pages may show a page of this server in a frame, such as a learning platform.
    models : sequence of str
        Python files with models.
    exercises : sequence of Path
        Files of exercises, whose codes this server collects.
    language : str, optional
        Language of the page. The default is the language of the browser.
    dark : bool
        Whether the page is dark even if the browser prefers light pages.
    open_browser : bool
    report : callable
        Function that is called with lines of text, such as the address of the server.

    Raises
    ------
    OSError
        If the server cannot listen on the port.
    ValueError
        If a file of models or of an exercise cannot be used.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    handler.addFilter(Sparing())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    settings = {"hosts": list(hosts), "frame_origins": list(frame_origins), "exercises": by_name(exercises)}
    asyncio.run(_serve(limits, address, port, settings, models, language, dark, open_browser, report))


async def _serve(
    limits: Limits,
    address: str,
    port: int | None,
    settings: Mapping[str, Any],
    models: Sequence[str],
    language: str | None,
    dark: bool,
    open_browser: bool,
    report: Callable[[str], object],
) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, over.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(over.set))
    pool = Pool(limits, models, log)
    visitors = Visitors(pool, limits, log)
    more = site.served() | {"dark": dark}
    application = web.Application(
        [
            (r"/", Page),
            (r"/static/([\w.-]+)", File),
            (r"/socket", Socket),
            (r"/exercise/([\w-]+)/", ExercisePage),
            (r"/exercise/(?P<name>[\w-]+)/codes", Codes),
            (r".*", Missing),
        ],
        log_function=note_request,
        **settings,
        visitors=visitors,
        page=lambda: site.page(more, language, pool.models),
    )
    server = Limited(
        application,
        most=connections(limits),
        idle_connection_timeout=HEADERS,
        body_timeout=HEADERS,
        max_header_size=HEAD_SIZE,
        max_body_size=BODY_SIZE,
        max_buffer_size=limits.upload + limits.message + HEAD_SIZE,
    )
    application.settings["server"] = server
    pool.start()
    try:
        if models:  # The page contains the names of these models.
            await pool.ready.wait()
            if pool.failure:
                raise ValueError(pool.failure)
        site.files()
        opened = _listen(server, address, port)
        shown = f"[{address}]" if ":" in address else address
        url = f"http://{'127.0.0.1' if address in ('0.0.0.0', '::') else shown}:{opened}/"
        report(f"plausiwidgets: {url} (Ctrl-C ends it)")
        exercises: Mapping[str, Exercise] = settings["exercises"]
        for name, exercise in exercises.items():
            place = f"{url}exercise/{name}/"
            report(f"exercise: {place}, for the teacher: {place}?teacher={exercise.secret}#class")
        sys.stdout.flush()
        if open_browser:
            loop.run_in_executor(None, webbrowser.open, url)
        await over.wait()
    finally:
        server.stop()
        visitors.close()
        await server.close_all_connections()


def _listen(server: HTTPServer, address: str, port: int | None) -> int:
    """Listen on a port or on the first free port, and return the port."""
    for number in (port,) if port else range(PORT, PORT + TRIED):
        try:
            server.listen(number, address)
        except OSError:
            if port or number == PORT + TRIED - 1:
                raise
        else:
            return number
    raise OSError("no port is available.")
