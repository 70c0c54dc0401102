"""Worker processes of a server, which compute the requests of the queue and are replaced when they end."""

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
from plausiwidgets.widgets.handlers.messages import FINAL, MAKING, TABLE
from plausiwidgets.widgets.server import frames, scheduler
from plausiwidgets.widgets.server.limits import Limits
from plausiwidgets.widgets.server.scheduler import SHORT, Estimates, is_long, refusal

COMMAND = [sys.executable, "-P", "-m", "plausiwidgets.widgets.server.work"]
ALONE = {
    "PLAUSIWIDGETS_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
}
"""Environment of a worker. It has one thread for simulations, because there is a worker for each core."""
BEGIN = 120.0
"""Maximum time in s in which a worker must start. The start may include a compilation."""
SILENT = 20.0
"""Time in s without a report after which a worker is killed."""
WATCH = 1.0
"""Time in s between two checks of the workers and of the queue."""
END = 2.0
"""Maximum time in s in which a worker must end after a request to end."""
AGAIN = 5.0
"""Delay in s before the replacement of a worker that lived for a shorter time."""

Send = Callable[[bytes, bool], object]
"""``send(frame, is_text)``, which sends a message to a visitor."""


@dataclass(eq=False)
class Client:
    """Visitor from the view of the pool.

    Attributes
    ----------
    number : int
    language : str
    send : callable
    restart : callable
        Function that is called when the visitor's patterns are lost, so that the page creates them again.
    open : dict of str to Job
        Open requests by their ids.
    home : Process or None
        Worker that has created the visitor's patterns.
    """

    number: int
    language: str
    send: Send
    restart: Callable[[], object]
    open: dict[str, Job] = field(default_factory=dict)
    home: Process | None = None

    def reply(self, message: dict[str, Any], state: str, **fields: Any) -> None:
        """Answer a message without a worker."""
        answer = {"kind": message["kind"], "id": message["id"], "state": state, **fields}
        self.send(json.dumps(answer).encode(), True)


class Process:
    """Worker process, with one thread that reads from it and one thread that writes to it.

    Attributes
    ----------
    jobs : dict of bool to Job or None
        Current short request (False) and current long request (True).
    """

    def __init__(self, settings: str, receive: Callable[[Process, bytes | None], object]) -> None:
        self.began = self.spoke = time.monotonic()
        self.ready = False
        self.jobs: dict[bool, Job | None] = {False: None, True: None}
        self.ended = False
        self._ahead: SimpleQueue[tuple[dict[str, Any], bytes] | None] = SimpleQueue()
        self._process = subprocess.Popen(
            [*COMMAND, settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | ALONE
        )
        Thread(target=self._write, name="plausiwidgets to worker", daemon=True).start()
        Thread(target=self._read, args=(receive,), name="plausiwidgets from worker", daemon=True).start()

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    def send(self, order: dict[str, Any], data: bytes = b"") -> None:
        """Send an order to the process."""
        self._ahead.put((order, data))  # The order is packed when it is written, so that a file is not in memory twice.

    def close(self) -> None:
        """Close the input of the process, which then ends."""
        self._ahead.put(None)

    def kill(self) -> None:
        """Kill the process."""
        with suppress(OSError):
            self._process.kill()

    def wait(self, seconds: float) -> None:
        """Wait until the process has ended, and kill it after some seconds."""
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
        with suppress(RuntimeError):  # The event loop of the server may be closed.
            with suppress(OSError, ValueError):
                while (frame := frames.read(self._process.stdout)) is not None:
                    receive(self, frame)
            self._process.stdout.close()
            self._process.wait()
            self._ahead.put(None)
            receive(self, None)


Job = scheduler.Job[Client, Process]
"""Request of a visitor, with the worker that computes it."""


class Pool:
    """Worker processes of a server. All methods must be called in the event loop of the server.

    Parameters
    ----------
    limits : Limits
    models : sequence of str
        Python files with models in addition to those of the package.
    log : logging.Logger

    Attributes
    ----------
    models : dict
        Models of the files, in the form of the catalogue. Complete as soon as a worker is ready.
    """

    def __init__(self, limits: Limits, models: Sequence[str], log: logging.Logger) -> None:
        self._limits, self._log = limits, log
        self._settings = json.dumps({"limits": limits.data(), "models": list(models)})
        self._processes: list[Process] = []
        self._queue: scheduler.Queue[Client, Process] = scheduler.Queue()
        self._estimates = Estimates()
        self._homes: set[Client] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self.models: dict[str, Any] = {}
        self.failure = ""
        self.ready = asyncio.Event()

    @property
    def in_flight(self) -> int:
        """Size in bytes of the files in open requests."""
        return sum(len(job.data) for job in self._queue)

    def start(self) -> None:
        """Start the workers, unless they have been started."""
        if self._loop is None and not self._closed:
            self._loop = asyncio.get_running_loop()
            self._processes = [self._begin() for _ in range(self._limits.workers or thread_count())]
            self._loop.call_later(WATCH, self._watch)

    def ask(self, client: Client, message: dict[str, Any], data: bytes) -> str:
        """Add a request to the queue, and return the reason if it is rejected, else an empty string."""
        self.start()
        expected = self._estimates.seconds(message)
        if why := refusal(message["kind"], expected):
            return why
        if TABLE[message["kind"]].newest:
            for other in [job for job in client.open.values() if job.message["kind"] == message["kind"]]:
                self.end(other, "superseded")
        job = client.open[message["id"]] = Job(client, message, data, expected, is_long(message, expected))
        self._queue.append(job)
        self._give()
        return ""

    def end(self, job: Job, state: str = "stopped", **fields: Any) -> None:
        """Answer a request and end its work."""
        if job.process is not None:
            job.process.send({"do": "end", "job": job.number})
            job.process = None
        self._queue.remove(job)
        del job.client.open[job.identity]
        job.client.reply(job.message, state, **fields)

    def end_all(self, client: Client) -> None:
        """End all open requests of a visitor."""
        for job in list(client.open.values()):
            self.end(job)

    def close_client(self, client: Client) -> None:
        """End all work for a visitor and remove the visitor."""
        self.end_all(client)
        self._homes.discard(client)
        if client.home is not None:
            client.home.send({"do": "close", "visitor": client.number})

    def close(self) -> None:
        """End all workers."""
        self._closed = True
        for process in self._processes:
            process.close()
        for process in self._processes:
            process.wait(END)

    # -- internal ---------------------------------------------------------------------------------

    def _begin(self) -> Process:
        loop = asyncio.get_running_loop()
        return Process(self._settings, lambda process, frame: loop.call_soon_threadsafe(self._receive, process, frame))

    def _give(self) -> None:
        """Send the next requests to the workers that have no request of this length."""
        for process in self._processes:
            for length, current in process.jobs.items():
                if current is None and not process.ended and (job := self._queue.next(length, process)) is not None:
                    self._send(process, job)

    def _send(self, process: Process, job: Job) -> None:
        process.jobs[job.is_long], job.process = job, process
        client = job.client
        if job.message["kind"] in MAKING:
            client.home = process
            self._homes.add(client)
        order = {"do": "ask", "job": job.number, "message": job.message, "long": job.is_long}
        visitor = client.number if client.home is process else 0
        process.send(order | {"visitor": visitor, "language": client.language}, job.data)

    def _receive(self, process: Process, frame: bytes | None) -> None:
        if frame is None:
            self._ended(process)
            return
        head, rest = frames.unpacked(frame)
        process.spoke = time.monotonic()
        if "job" in head:
            job = next((one for one in process.jobs.values() if one is not None and one.number == head["job"]), None)
            if job is not None:
                self._take(process, job, head, rest)
        elif "ready" in head:
            process.ready = True
            self.models = head["models"]
            self.ready.set()
        elif "failed" in head:
            self.failure = head["failed"]
            self.ready.set()
        elif head["is_silent"]:
            self._end(process, "its work does not end")
        elif head["memory"] > self._limits.memory:
            self._end(process, f"it uses {head['memory'] / 1e6:.0f} MB")

    def _take(self, process: Process, job: Job, head: dict[str, Any], rest: bytes) -> None:
        """Send an answer of a worker to the visitor, or handle the end of a request."""
        is_open = job.client.open.get(job.identity) is job
        if "seconds" not in head:
            if is_open and head["state"] in FINAL:
                self._queue.remove(job)
                del job.client.open[job.identity]
            if is_open:
                job.client.send(rest, head["is_text"])
            return
        process.jobs[job.is_long] = None
        if head["late"]:  # The request starts again as a long one.
            job.is_long, job.process, job.expected = True, None, 2.0 * SHORT
            self._estimates.learn(job.message, 2.0 * SHORT)
        elif job.process is not None:  # The request was not ended early.
            self._estimates.learn(job.message, head["seconds"])
        self._give()

    def _watch(self) -> None:
        if self._closed or self._loop is None:
            return
        now = time.monotonic()
        for process in self._processes:
            if not process.ended and now - process.spoke > (SILENT if process.ready else BEGIN):
                self._end(process, "it does not answer")
        for job in list(self._queue):
            if job.is_long and job.process is None and job.message["kind"] == "verify":
                ahead = self._queue.ahead(job)
                if ahead != job.ahead:
                    job.ahead = ahead
                    job.client.reply(job.message, "waiting", ahead=ahead)
        self._loop.call_later(WATCH, self._watch)

    def _end(self, process: Process, why: str) -> None:
        self._log.warning("plausiwidgets: worker %d is replaced, because %s.", process.pid, why)
        process.spoke = time.monotonic()
        process.kill()

    def _ended(self, process: Process) -> None:
        """Replace a worker that has ended, and repeat its requests.

        Each request is repeated only once, because it may be the reason for the end of the worker.
        """
        process.ended = True
        if self._closed or self.failure:
            return
        for job in process.jobs.values():
            if job is None or job.process is None:
                continue
            job.process = None
            if job.was_lost:
                self._give_up(job)
            job.was_lost = True
        for client in [client for client in self._homes if client.home is process]:
            client.home = None
            client.restart()
        lived = time.monotonic() - process.began
        if lived < AGAIN and self._loop is not None:
            self._loop.call_later(AGAIN, self._replace, process)
        else:
            self._replace(process)
        self._give()

    def _give_up(self, job: Job) -> None:
        with speaking(job.client.language):
            text = tr(
                "The server stopped this request, because it took too much time or memory. Request less, or use a "
                "notebook."
            )
        self.end(job, "failed", error=text)

    def _replace(self, process: Process) -> None:
        if self._closed:
            return
        try:
            other = self._begin()
        except OSError as error:  # The system has no more files or processes.
            self._log.warning("plausiwidgets: a worker that has ended cannot be replaced (%s).", error)
            if self._loop is not None:
                self._loop.call_later(AGAIN, self._replace, process)
            return
        self._log.warning("plausiwidgets: worker %d has ended, and a new worker starts.", process.pid)
        self._processes[self._processes.index(process)] = other
        self._give()
