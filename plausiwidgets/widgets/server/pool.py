"""The server's side of its worker processes: their visitors, and the replacement of a process that has ended."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Any

from plausiwidgets.engine.threads import thread_count
from plausiwidgets.texts import speaking, tr
from plausiwidgets.widgets.handlers.messages import FINAL, SENTENCE
from plausiwidgets.widgets.server import frames
from plausiwidgets.widgets.server.limits import Limits

COMMAND = [sys.executable, "-P", "-m", "plausiwidgets.widgets.server.work"]
ALONE = {
    "PLAUSIWIDGETS_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
}
"""Environment of a worker. One thread simulates, because there is a process for each core."""
BEGIN = 120.0
"""Time in s in which a worker must start. It may have to compile."""
SILENT = 20.0
"""Time in s without a report after which a worker is ended."""
WATCH = 1.0
END = 2.0
"""Time in s in which a worker must end after a request to do so."""
BLAMED, WITNESS, ENOUGH = 2, 1, 4
"""Each end of a worker adds 2 to its current request and 1 to all others. Requests with 4 are not repeated."""
AGAIN = 5.0
"""Time in s before a worker is started instead of one that ended sooner."""

KEPT = 100_000_000
"""Maximum bytes of kept recordings and currents of all visitors, from which another worker can make patterns."""

Send = Callable[[bytes, bool], object]
"""``send(frame, is_text)`` to a visitor."""


@dataclass
class Request:
    """A request that is being answered."""

    message: dict[str, Any]
    data: bytes
    blame: int = 0

    @property
    def name(self) -> str:
        """Name of the pattern that the request makes again."""
        return str(self.message.get("again", ""))

    @property
    def size(self) -> int:
        """Approximate size in bytes."""
        return len(self.data) + len(self.message.get("text", "")) + 500


@dataclass(eq=False)
class Client:
    """A visitor of the pool.

    Attributes
    ----------
    number : int
    language : str
    send : callable
    open : dict of str to Request
        Open requests, by their ids.
    process : Process or None
    made : list of Request
        Requests that make the visitor's patterns again, the last one at the end.
    ahead : list of Request
        Those of `made` that the process has not repeated yet. Open requests wait for them.
    """

    number: int
    language: str
    send: Send
    open: dict[str, Request]
    process: Process | None = None
    made: list[Request] = field(default_factory=list)
    ahead: list[Request] = field(default_factory=list)

    def knows(self, name: object) -> bool:
        """Return whether the visitor has made a pattern with this name."""
        return any(one.name == name for one in self.made)


class Process:
    """A worker process, with a thread that reads from it and one that writes to it."""

    def __init__(self, settings: str, receive: Callable[[Process, bytes | None], object]) -> None:
        self.began = self.spoke = time.monotonic()
        self.ready = False
        self.memory = 0
        self.turns: list[int] = []
        self.clients: dict[int, Client] = {}
        self.ended = False
        self._ahead: SimpleQueue[tuple[dict[str, Any], bytes] | None] = SimpleQueue()
        self._process = subprocess.Popen(
            [*COMMAND, settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | ALONE
        )
        Thread(target=self._write, name="plausiwidgets to worker", daemon=True).start()
        Thread(target=self._read, args=(receive,), name="plausiwidgets from worker", daemon=True).start()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def send(self, order: dict[str, Any], data: bytes = b"") -> None:
        """Give an order."""
        self._ahead.put((order, data))  # packed when it is written, so that no file is in memory twice

    def close(self) -> None:
        """Request the process to end."""
        self._ahead.put(None)

    def kill(self) -> None:
        """End it."""
        with suppress(OSError):
            self._process.kill()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, and end it after some time."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()

    def _write(self) -> None:
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):
            while (sent := self._ahead.get()) is not None:
                frames.write(self._process.stdin, frames.packed(*sent))
                del sent
        with suppress(OSError):
            self._process.stdin.close()

    def _read(self, receive: Callable[[Process, bytes | None], object]) -> None:
        assert self._process.stdout is not None
        with suppress(RuntimeError):  # the loop of the server is closed
            with suppress(OSError, ValueError):
                while (frame := frames.read(self._process.stdout)) is not None:
                    receive(self, frame)
            self._process.stdout.close()
            self._process.wait()
            self._ahead.put(None)
            receive(self, None)


class Pool:
    """The workers of a server. All methods are called on its loop.

    Parameters
    ----------
    limits : Limits
    models : sequence of str
        Python files with models in addition to those of the package.
    log : logging.Logger

    Attributes
    ----------
    models : dict
        Models of the files, in the form of the catalogue; complete as soon as a worker is ready.
    """

    def __init__(self, limits: Limits, models: Sequence[str], log: logging.Logger) -> None:
        self._limits, self._log = limits, log
        self._settings = json.dumps({"limits": limits.data(), "models": list(models)})
        self._processes: list[Process] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self.models: dict[str, Any] = {}
        self.failure = ""
        self.ready = asyncio.Event()

    @property
    def in_flight(self) -> int:
        """Bytes of files in requests that are being answered."""
        clients = [client for process in self._processes for client in process.clients.values()]
        return sum(len(request.data) for client in clients for request in client.open.values())

    def start(self) -> None:
        """Start the workers, unless they have been started."""
        if self._loop is None and not self._closed:
            self._processes = [self._begin() for _ in range(self._limits.workers or thread_count())]
            self._loop = asyncio.get_running_loop()
            self._loop.call_later(WATCH, self._watch)

    def ask(self, client: Client, message: dict[str, Any], data: bytes) -> None:
        """Send a request to the client's process, or to its replacement if it has ended."""
        self.start()
        if client.process is None:
            client.process = min(self._processes, key=lambda one: (one.ended, len(one.clients)))
            client.process.clients[client.number] = client
        client.open[message["id"]] = request = Request(message, data)
        if not client.process.ended and not client.ahead:
            self._send(client, request)

    def tell_away(self, client: Client, away: bool) -> None:
        """Note that a visitor has left, or has returned."""
        if client.process is not None:
            client.process.send({"do": "away", "visitor": client.number, "away": away})

    def close_client(self, client: Client) -> None:
        """End all work for a visitor, and remove the visitor."""
        process, client.process = client.process, None
        for kept in (client.open, client.made, client.ahead):
            kept.clear()
        if process is not None and process.clients.pop(client.number, None) is not None:
            process.send({"do": "close", "visitor": client.number})

    def close(self) -> None:
        """End the workers."""
        self._closed = True
        for process in self._processes:
            process.close()
        for process in self._processes:
            process.wait(END)

    # -- within ----------------------------------------------------------------------------------

    def _begin(self) -> Process:
        loop = asyncio.get_running_loop()
        return Process(self._settings, lambda process, frame: loop.call_soon_threadsafe(self._receive, process, frame))

    def _send(self, client: Client, request: Request) -> None:
        assert client.process is not None
        order = {"do": "ask", "visitor": client.number, "language": client.language, "message": request.message}
        client.process.send(order, request.data)

    def _receive(self, process: Process, frame: bytes | None) -> None:
        if frame is None:
            self._ended(process)
            return
        head, rest = frames.unpacked(frame)
        if "visitor" in head:
            client = process.clients.get(head["visitor"])
            if client is None:
                return
            if client.ahead and head["id"] == client.ahead[0].message["id"]:
                if head["state"] in FINAL:
                    self._made_again(client, head)
                return
            if head["state"] in FINAL:
                request = client.open.pop(head["id"], None)
                if request is not None and "made" in head:
                    self._keep(client, Request(request.message | head["made"], request.data))
            client.send(rest, head["is_text"])
            return
        process.spoke = time.monotonic()
        if "ready" in head:
            process.ready = True
            self.models = head["models"]
            self.ready.set()
        elif "failed" in head:
            self.failure = head["failed"]
            self.ready.set()
        else:
            self._note(process, head)

    def _note(self, process: Process, report: dict[str, Any]) -> None:
        process.memory, process.turns = report["memory"], report["turns"]
        if report["stuck"] or report["is_stuck"]:
            process.turns = report["stuck"]
            for number in report["stuck"]:
                client = process.clients.get(number)  # the visitor may have left before the report arrived
                for request in () if client is None else client.open.values():
                    request.blame = ENOUGH
            self._end(process, "its work does not end")
        elif process.memory > self._limits.memory:
            self._end(process, f"it uses {process.memory / 1e6:.0f} MB")

    def _watch(self) -> None:
        if self._closed or self._loop is None:
            return
        now = time.monotonic()
        for process in self._processes:
            if not process.ended and now - process.spoke > (SILENT if process.ready else BEGIN):
                self._end(process, "it does not answer")
        self._loop.call_later(WATCH, self._watch)

    def _end(self, process: Process, why: str) -> None:
        self._log.warning("plausiwidgets: worker %d is replaced, because %s.", process.pid, why)
        process.spoke = time.monotonic()
        process.kill()

    def _ended(self, process: Process) -> None:
        """Start a worker instead of one that has ended, and send it the same requests."""
        process.ended = True
        if self._closed or self.failure:
            return
        self._blame(process)
        lived = time.monotonic() - process.began
        if lived < AGAIN and self._loop is not None:
            self._loop.call_later(AGAIN, self._replace, process)
        else:
            self._replace(process)

    def _replace(self, process: Process) -> None:
        if self._closed:
            return
        try:
            other = self._begin()
        except OSError as error:  # the system has no more files or processes
            self._log.warning("plausiwidgets: a worker that has ended cannot be replaced (%s).", error)
            if self._loop is not None:
                self._loop.call_later(AGAIN, self._replace, process)
            return
        self._log.warning("plausiwidgets: worker %d has ended, and a new worker starts.", process.pid)
        self._processes[self._processes.index(process)] = other
        for number, client in process.clients.items():
            client.process = other
            other.clients[number] = client
            client.ahead = list(client.made)
            self._go_on(client)

    def _go_on(self, client: Client) -> None:
        """Send the open requests to a new process as soon as it has made the former patterns again."""
        for request in client.ahead[:1] or list(client.open.values()):
            self._send(client, request)

    def _made_again(self, client: Client, head: dict[str, Any]) -> None:
        made = client.ahead.pop(0)
        if "made" not in head:
            client.made.remove(made)
        self._go_on(client)

    def _keep(self, client: Client, made: Request) -> None:
        """Keep the request that made a pattern. The limit of one visitor is that of one message."""
        most = self._limits.message + self._limits.upload
        every = [one for process in self._processes for other in process.clients.values() for one in other.made]
        if sum(one.size for one in every) + made.size > KEPT:
            self._log.warning(
                "plausiwidgets: the limit of %d MB for patterns of visitors is reached.", KEPT // 1_000_000
            )
            return
        names = [one.name for one in client.made]
        if made.name in names:
            client.made[names.index(made.name)] = made  # patterns that were made from it come later
        else:
            client.made.append(made)
        while sum(one.size for one in client.made) > most:
            client.made.pop(0)

    def _blame(self, process: Process) -> None:
        """Count the end of a worker for each of its requests, and reject requests that were there too often."""
        for number, client in process.clients.items():
            for made in client.ahead[:1]:
                made.blame += BLAMED
                if made.blame >= ENOUGH:
                    client.made.remove(made)
            for identity, request in list(client.open.items()):
                request.blame += BLAMED if number in process.turns else WITNESS
                if request.blame >= ENOUGH:
                    del client.open[identity]
                    self._give_up(client, request)

    def _give_up(self, client: Client, request: Request) -> None:
        with speaking(client.language):
            text = tr(
                "The server stopped this request, because it took too much time or memory. Request less, or use a "
                "notebook."
            )
        answer = {
            "kind": request.message["kind"],
            "id": request.message["id"],
            "state": "failed",
            "error": text[:SENTENCE],
        }
        client.send(json.dumps(answer).encode(), True)
