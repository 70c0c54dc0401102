"""Visitors whose page is open or was recently open, with their requests and answers."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from itertools import count
from typing import Any, Protocol

from plausiwidgets.support.json_text import read_json
from plausiwidgets.texts import ENGLISH, languages, speaking, tr
from plausiwidgets.widgets.handlers.messages import MAKING, SENTENCE, RefusedError, checked
from plausiwidgets.widgets.server import frames
from plausiwidgets.widgets.server.limits import Bucket, Limits
from plausiwidgets.widgets.server.pool import Client, Pool

SECRET = re.compile(r"[0-9a-f]{32}")
"""Format of the random name of a page, by which the server recognizes its visitor after a reload."""
BURST = 10.0
"""Time in s over which the number of messages is limited."""
MADE = 64
"""Maximum number of recordings, currents and mysteries that one visitor may create."""
UNREAD = 8_000_000
"""Maximum size in bytes of unread messages. Above it, the connection is closed."""
SWEEP = 0.25
"""Time in s between two checks of visitors who have left and of the memory of messages."""
LEFT_OUT = ("select", "plotly")
"""Kinds of messages that only a notebook accepts. On a server, the page keeps the selection and fetches files."""
SEARCHING = ("search", "assess", "repertoire", "pause", "resume", "stop")
"""Kinds of messages about searches, which the page runs in the browser."""

TOO_MANY, NOT_VALID, RESTART, TRY_LATER = 1008, 1003, 1012, 1013
"""Codes of a closed connection (RFC 6455, 7.4.1, and the registry of IANA)."""


class Socket(Protocol):
    """Interface of a connection that a visitor uses."""

    @property
    def pending(self) -> int:
        """Size in bytes of messages that have not arrived or been read completely."""

    def send(self, frame: bytes, is_text: bool) -> None:
        """Send a message."""

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the connection."""


class Visitor:
    """Visitor of a server, with an open page or a page that was recently closed.

    Attributes
    ----------
    socket : Socket or None
        Connection of the page, or None while the page is disconnected.
    left : float
        Time of `time.monotonic` in s at which the page last disconnected.
    """

    def __init__(self, number: int, pool: Pool, limits: Limits) -> None:
        self.socket: Socket | None = None
        self.left = time.monotonic()
        self._pool, self._limits = pool, limits
        self._client = Client(number, ENGLISH, self._send, self._restart)
        self._made = 0
        self._bucket = Bucket(limits.rate, limits.rate * BURST)

    def receive(self, message: dict[str, Any], data: bytes) -> str:
        """Answer a message, and return the reason if the connection must be closed, else an empty string."""
        if not self._bucket.take():
            return "too many messages"
        if is_greeting(message):  # The same page greets again when the user changes the language.
            self.speak(message.get("language"))
            return ""
        with speaking(self._client.language):
            try:
                self._answer(message, data)
            except RefusedError as refused:
                about = {"kind": "error", "id": refused.identity}
                self._client.reply(about, "failed", error=str(refused)[:SENTENCE])
        return ""

    def speak(self, language: object) -> None:
        """Set the language of the answers, which is English for an unknown language."""
        self._client.language = str(language) if language in languages() else ENGLISH

    def note(self, socket: Socket | None) -> None:
        """Set the connection of the page, or None for a closed page."""
        self.socket, self.left = socket, time.monotonic()
        self._pool.end_all(self._client)  # When the page connects again, it sends its open requests again.

    def close(self) -> None:
        """End all work for the visitor."""
        self._pool.close_client(self._client)

    def _answer(self, message: dict[str, Any], data: bytes) -> None:
        received = checked(message, [data] if data else [])
        kind, identity, fields = received.kind, received.identity, received.fields
        if kind in LEFT_OUT:
            raise RefusedError(identity, f"{kind}: a server does not accept this message.")
        if kind == "cancel" and (job := self._client.open.get(fields["of"])) is not None:
            self._pool.end(job)
        if kind in ("alive", "cancel"):
            self._client.reply(message, "done")
        elif kind == "running":
            self._client.reply(message, "done", searches=[])
        elif identity in self._client.open:
            raise RefusedError(identity, f"{kind}: the id must be new, but {identity!r} was used before.")
        elif why := self._refused(kind, fields, data) or self._pool.ask(self._client, message, data):
            self._client.reply(message, "failed", error=why[:SENTENCE])

    def _refused(self, kind: str, fields: dict[str, Any], data: bytes) -> str:
        """Return the reason why a request is rejected, else an empty string."""
        if kind in SEARCHING:
            return tr("This server does not search. Reload the page to search in your browser, or use a notebook.")
        if why := self._limits.refused(fields) or (self._full(len(data)) if data else ""):
            return why
        count = len(self._client.open)
        if count >= self._limits.requests:
            return tr("You have {count} requests running. Wait until one of them finishes.", count=count)
        if kind in MAKING:
            self._made += 1
            if self._made > MADE:
                return tr(
                    "This page has reached its limit of {count} custom patterns. Open the page in a new tab.",
                    count=MADE,
                )
        return ""

    def _full(self, size: int) -> str:
        """Return the reason why a file is not accepted now, else an empty string."""
        if size > self._limits.upload:
            return tr(
                "The file has {size} MB, but this server accepts at most {most} MB. Use a notebook for larger files.",
                size=f"{size / 1e6:.1f}",
                most=f"{self._limits.upload / 1e6:g}",
            )
        if sum(len(job.data) for job in self._client.open.values()) + size > self._limits.upload:
            return tr("The server still reads your last file. Wait until it has finished.")
        if self._pool.in_flight + size > self._limits.uploads:
            return tr("The server receives too many files at the moment. Open the file again in a minute.")
        return ""

    def _restart(self) -> None:
        """Close the connection, so that the page connects again and creates its patterns again."""
        self._made = 0
        if self.socket is not None:
            self.socket.close(RESTART, "the patterns of this page are lost")

    def _send(self, frame: bytes, is_text: bool) -> None:
        if self.socket is not None:
            self.socket.send(frame, is_text)


class Visitors:
    """All visitors of a server.

    Parameters
    ----------
    pool : Pool
    limits : Limits
    log : logging.Logger
    """

    def __init__(self, pool: Pool, limits: Limits, log: logging.Logger) -> None:
        self.limits = limits
        self._pool, self._log = pool, log
        self._all: dict[str, Visitor] = {}
        self._numbers = count(1)
        self._sweeping = False

    def __len__(self) -> int:
        return len(self._all)

    @property
    def open(self) -> int:
        """Number of visitors with an open page."""
        return sum(visitor.socket is not None for visitor in self._all.values())

    def enter(self, greeting: dict[str, Any], socket: Socket) -> Visitor | None:
        """Return the visitor of a greeting, or None if the maximum number of visitors is reached."""
        secret, language = greeting["visitor"], greeting.get("language")
        if secret not in self._all:
            if len(self._all) >= self.limits.visitors and not self._make_room():
                return None
            self._all[secret] = Visitor(next(self._numbers), self._pool, self.limits)
        visitor = self._all[secret]
        visitor.speak(language)
        former = visitor.socket
        visitor.note(socket)
        if former is not None:
            former.close(TRY_LATER, "opened elsewhere")
        if not self._sweeping:
            self._sweeping = True
            asyncio.get_running_loop().call_later(SWEEP, self._sweep)
        return visitor

    def leave(self, visitor: Visitor, socket: Socket) -> None:
        """Handle the end of a connection. The visitor's work ends after a grace period."""
        if visitor.socket is socket:
            visitor.note(None)

    def close(self) -> None:
        """Close all connections and end all work."""
        for visitor in self._all.values():
            visitor.close()
            if visitor.socket is not None:
                visitor.socket.close(1001, "the server ends")
        self._all.clear()
        self._pool.close()

    def _make_room(self) -> bool:
        """Remove the visitor who left first, and return whether there was one."""
        away = [(visitor.left, secret) for secret, visitor in self._all.items() if visitor.socket is None]
        if not away:
            return False
        self._all.pop(min(away)[1]).close()
        return True

    def _sweep(self) -> None:
        now = time.monotonic()
        for secret, visitor in list(self._all.items()):
            if visitor.socket is None and now - visitor.left > self.limits.grace:
                del self._all[secret]
                visitor.close()
        self._cut_largest()
        self._sweeping = bool(self._all)
        if self._sweeping:
            asyncio.get_running_loop().call_later(SWEEP, self._sweep)

    def _cut_largest(self) -> None:
        """Close connections whose messages fill the memory, starting with the largest."""
        pending = {visitor.socket: visitor.socket.pending for visitor in self._all.values() if visitor.socket}
        total = sum(pending.values())
        for socket, size in sorted(pending.items(), key=lambda one: -one[1]):
            if total <= self.limits.uploads:
                return
            total -= size
            self._log.warning("plausiwidgets: a connection with %d MB of messages is closed.", size // 1_000_000)
            socket.close(TRY_LATER, "too many files")


def is_greeting(message: object) -> bool:
    """Return whether a message is the greeting of a page.

    Examples
    --------
    >>> is_greeting({"kind": "hello", "visitor": "0123456789abcdef0123456789abcdef", "language": "de"})
    True
    """
    if not isinstance(message, dict) or message.get("kind") != "hello":
        return False
    secret = message.get("visitor")
    return isinstance(secret, str) and SECRET.fullmatch(secret) is not None


def read_message(message: str | bytes, limits: Limits) -> tuple[Any, bytes]:
    """Return a received message and its buffer.

    Raises
    ------
    ValueError
        If the message is not valid or is too long.
    """
    if isinstance(message, bytes):
        value, data = frames.unpacked(message)
        if len(message) - len(data) > limits.message:
            raise ValueError(f"the message must have at most {limits.message} bytes.")
        return value, data
    if len(message) > limits.message:
        raise ValueError(f"the message must have at most {limits.message} characters.")
    return read_json(message), b""
