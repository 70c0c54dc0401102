"""Handlers of the page, its files and the WebSocket, which all servers share."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

from tornado import web
from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError

from plausiwidgets.texts import ENGLISH, languages, speaking, tr
from plausiwidgets.widgets.server import site
from plausiwidgets.widgets.server.visitors import (
    NOT_VALID,
    TOO_MANY,
    TRY_LATER,
    UNREAD,
    Visitor,
    Visitors,
    is_greeting,
    read_message,
)

PROTOCOL = "plausiwidgets.2"
"""Sub-protocol of the WebSocket. It changes when the messages change."""
FORMER = "plausiwidgets.1"
"""Sub-protocol of pages of version 0.3. They may connect to receive an error that the page must be reloaded."""
GREETING = 10.0
"""Maximum time in s between the connection and the greeting."""
PING = 20.0
"""Time in s between two pings. A visitor who has not answered a ping before the next one has left."""
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

log = logging.getLogger("plausiwidgets.server")


class PageMixin:
    """Mixin of the handlers that send the page."""

    @property
    def frame_origins(self: Any) -> Sequence[str]:
        """Other sites whose pages may show the page in a frame."""
        return ()

    def answer(self: Any, content: bytes) -> None:
        """Send the page. A browser requests it again at each visit."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        if self.frame_origins:  # the older header cannot name a site
            self.set_header("Content-Security-Policy", f"frame-ancestors 'self' {' '.join(self.frame_origins)}")
        else:
            self.set_header("X-Frame-Options", "SAMEORIGIN")
        for name, value in SAFE.items():
            self.set_header(name, value)
        self.finish(content)


class FileMixin:
    """Mixin of the handlers that send a file. The content of a file never changes, because its name contains a hash."""

    def answer(self: Any, name: str) -> None:
        """Send the file, compressed if the browser accepts compression."""
        file = site.file(name)
        if file is None:
            raise web.HTTPError(404)
        for header, value in SAFE.items():
            self.set_header(header, value)
        self.set_header("Content-Type", file.mime)
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(file.packed)
        else:
            self.finish(file.content)

    def compute_etag(self) -> None:
        """Return no tag, because the name of the file contains its hash."""


class SocketMixin:
    """Mixin of the WebSocket handlers, which receive a greeting and then requests."""

    visitors: Visitors
    visitor: Visitor | None = None
    ping_interval = PING
    ping_timeout = PING
    _unread = 0
    _language = ENGLISH
    _late: Any = None

    @property
    def max_message_size(self) -> int:
        """Maximum size of a message in bytes. A longer message closes the connection before it is read."""
        limits = self.visitors.limits
        return limits.message + limits.upload

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Return the newest sub-protocol that the page supports."""
        return next((one for one in (PROTOCOL, FORMER) if one in subprotocols), None)

    def require_protocol(self: Any) -> None:
        """Reject a connection without a supported sub-protocol."""
        named = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if self.select_subprotocol([one.strip() for one in named.split(",")]) is None:
            raise web.HTTPError(400, f"the header Sec-WebSocket-Protocol must contain {PROTOCOL}.")

    def open(self: Any, *args: str, **kwargs: str) -> None:
        """Limit the size of messages until the greeting, so that no file is accepted before it."""
        self.set_nodelay(True)
        self._limit(self.visitors.limits.message)
        self._late = IOLoop.current().call_later(GREETING, self.close, TOO_MANY, "no greeting")

    def on_message(self: Any, message: str | bytes) -> None:
        """Answer a request.

        After the connection is closed, messages may still arrive and are dropped.
        """
        if self.ws_connection is None:
            return
        try:
            value, data = read_message(message, self.visitors.limits)
        except ValueError:
            self.cut_off(NOT_VALID, "not a message")
            return
        if self.selected_subprotocol == FORMER:
            self._refuse(value)
            return
        if self.visitor is None:
            IOLoop.current().remove_timeout(self._late)
            if not is_greeting(value):
                self.cut_off(NOT_VALID, "no greeting")
                return
            self.visitor = self.visitors.enter(value, self)
            if self.visitor is None:
                self.cut_off(TRY_LATER, "the maximum number of pages is open")
                return
            self._limit(self.max_message_size)
            self.greeted()
        elif why := self.visitor.receive(value, data):
            self.cut_off(TOO_MANY, why)

    def _refuse(self, value: Any) -> None:
        """Send a page of a former version an error that it must be reloaded.

        The first message, which is the greeting, only selects the language of the error.
        """
        if not isinstance(value, dict):
            return
        if is_greeting(value):
            self._language = value["language"] if value.get("language") in languages() else ENGLISH
            return
        with speaking(self._language):
            error = tr("This page and the server have different versions of plausiwidgets. Reload the page.")
        answer = {"kind": value.get("kind"), "id": value.get("id"), "state": "failed", "error": error}
        self.send(json.dumps(answer).encode(), is_text=True)

    def greeted(self) -> None:
        """Handle the greeting of a visitor. A subclass may override this method."""

    def _limit(self: Any, most: int) -> None:
        """Limit the size of all further messages in bytes."""
        if self.ws_connection is not None:
            self.ws_connection.params.max_message_size = most

    @property
    def pending(self: Any) -> int:
        """Size in bytes of a partly received message, and of messages that the page has not read."""
        connection = self.ws_connection
        if connection is None:
            return self._unread
        part = len(connection._fragmented_message_buffer or b"")
        return self._unread + part + connection.stream._read_buffer_size

    def on_close(self: Any) -> None:
        """Inform the visitors that the page is closed."""
        if self._late is not None:
            IOLoop.current().remove_timeout(self._late)
        if self.visitor is not None:
            self.visitors.leave(self.visitor, self)

    def send(self: Any, frame: bytes, is_text: bool) -> None:
        """Send a message to the page.

        A page that does not read its messages is disconnected. One message may have any length.
        """
        if self._unread > UNREAD:
            self.cut_off(TRY_LATER, "the page does not read its messages")
            return
        self._unread += len(frame)
        IOLoop.current().spawn_callback(self._write, frame, is_text)

    def cut_off(self: Any, code: int, why: str) -> None:
        """Close the connection and log the reason."""
        log.warning("plausiwidgets: a connection was closed (%s).", why)
        self.close(code, why)

    async def _write(self: Any, frame: bytes, is_text: bool) -> None:
        try:
            await self.write_message(frame.decode() if is_text else frame, binary=not is_text)
        except (WebSocketClosedError, StreamClosedError):
            pass
        finally:
            self._unread -= len(frame)
