"""Worker process of the server, which computes one short and one long request at a time.

The module ``pool.py`` starts ``python -m plausiwidgets.widgets.server.work``. The process reads frames from standard
input and writes its answers to standard output. Prints of a model's file are redirected to standard error.
"""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock
from typing import Any, BinaryIO

from plausiwidgets import models, patterns
from plausiwidgets.engine.compiled.engine import is_ready, why_not
from plausiwidgets.engine.threads import keep_priority, start_daemon
from plausiwidgets.optimization.control import POLL, Gate, StoppedError, gate, waiting_at
from plausiwidgets.texts import speaking, tr
from plausiwidgets.widgets.catalogue.contents import listed
from plausiwidgets.widgets.handlers.lookup import Known
from plausiwidgets.widgets.handlers.messages import FINAL
from plausiwidgets.widgets.handlers.requests import Handlers
from plausiwidgets.widgets.handlers.worker import THREAD_OF, Worker
from plausiwidgets.widgets.server import frames
from plausiwidgets.widgets.server.limits import Limits
from plausiwidgets.widgets.server.scheduler import SHORT, VERIFYING

REPORT = 1.0
"""Time in s between two reports to the server."""
OOM = "500"
"""Score for the out-of-memory killer of Linux, which then prefers to kill a worker."""


class TooLongError(StoppedError, ValueError):
    """Error of a request that has used more processor time than its limit."""


class Checkpoints(Gate):
    """Gate of a request, at which long requests wait for short ones and the processor time is limited.

    Attributes
    ----------
    began : float
        Processor time in s of the thread of the request when the work began.
    reached : float
        Time in s at which the request was last at a checkpoint.
    is_late : bool
        Whether the request has exceeded its processor time.
    """

    def __init__(self, is_long: bool, most: float) -> None:
        super().__init__()
        self._is_long, self._most = is_long, most
        self.began = math.inf
        self.reached = time.monotonic()
        self.is_late = False

    def hurry(self) -> bool:
        """Return whether the request continues without waiting, which is true for short requests.

        Raises
        ------
        TooLongError
            If the request has exceeded its processor time.
        """
        self._check()
        return not self._is_long

    def wait(self, timeout: float = POLL) -> bool:
        """Wait for short requests if this request is long, and return whether the work may continue.

        Raises
        ------
        TooLongError
            If the request has exceeded its processor time.
        """
        self._check()
        return gate.wait(timeout) if self._is_long else True

    def _check(self) -> None:
        self.reached, used = time.monotonic(), time.thread_time()
        if used - self.began > self._most:
            self.is_late = True
            raise TooLongError(
                tr("This request takes too long for this server. Request less, or use a notebook, which has no limit.")
            )


@dataclass(eq=False)
class Job:
    """Request with its handlers. Their jobs run in the thread of the request."""

    number: int
    message: dict[str, Any]
    data: bytes
    checkpoints: Checkpoints
    handlers: Handlers
    is_long: bool
    over: Event = field(default_factory=Event)

    @property
    def is_late(self) -> bool:
        """Whether the request is a short one that must start again as a long one."""
        return self.checkpoints.is_late and not self.is_long

    def run(self) -> None:
        """Answer the request and run its jobs until the last answer."""
        with waiting_at(self.checkpoints):
            self.handlers.receive(self.message, [self.data] if self.data else [])
            threads = dict.fromkeys(THREAD_OF.values())
            while not (self.over.is_set() or self.handlers.closed):
                if not any(self.handlers.worker.step(thread) for thread in threads):
                    self.over.wait(POLL)
            self.handlers.close()


class Work:
    """Requests of a worker process, with a thread for short and a thread for long requests.

    Parameters
    ----------
    out : BinaryIO
        Pipe to the server.
    limits : Limits
    """

    def __init__(self, out: BinaryIO, limits: Limits) -> None:
        self._out, self._limits = out, limits
        self._lock = Lock()
        self._jobs: dict[int, Job] = {}
        self._visitors: dict[int, Known] = {}
        self._ahead: dict[bool, SimpleQueue[Job | None]] = {False: SimpleQueue(), True: SimpleQueue()}

    def start(self) -> None:
        """Start the thread of short requests and the thread of long requests."""
        for is_long, ahead in self._ahead.items():
            name = f"plausiwidgets computes {'long' if is_long else 'short'} requests"
            start_daemon(partial(self._answer, is_long), name, partial(ahead.put, None))

    def send(self, head: dict[str, Any], frame: bytes = b"") -> None:
        """Send a frame to the server."""
        with self._lock:
            frames.write(self._out, frames.packed(head, frame))

    def do(self, order: dict[str, Any], data: bytes) -> None:
        """Execute an order of the server."""
        if order["do"] == "ask":
            job = self._jobs[order["job"]] = self._job(order, data)
            self._ahead[order["long"]].put(job)
        elif order["do"] == "close":
            self._visitors.pop(order["visitor"], None)
        elif (found := self._jobs.get(order["job"])) is not None:
            found.handlers.close()

    def _job(self, order: dict[str, Any], data: bytes) -> Job:
        message, is_long = order["message"], order["long"]
        known = Known()
        if order["visitor"]:
            known = self._visitors.setdefault(order["visitor"], known)
        most = (math.inf if message["kind"] in VERIFYING else self._limits.seconds) if is_long else SHORT
        checkpoints = Checkpoints(is_long, most)
        with waiting_at(checkpoints), speaking(order["language"]):
            worker = Worker(start=lambda *_: None)  # The thread of the request runs the jobs.
            handlers = Handlers(lambda answer, data: self._reply(job, answer, data), known, worker=worker)
        job = Job(order["job"], message, data, checkpoints, handlers, is_long)
        return job

    def _answer(self, is_long: bool) -> None:
        """Answer the short or the long requests, one after another."""
        while (job := self._ahead[is_long].get()) is not None:
            began = job.checkpoints.began = time.thread_time()
            with nullcontext() if is_long else gate.urgent():
                job.run()
            del self._jobs[job.number]
            self.send({"job": job.number, "seconds": time.thread_time() - began, "late": job.is_late})

    def _reply(self, job: Job, answer: dict[str, Any], data: bytes | None) -> None:
        """Send an answer, unless the request starts again as a long one."""
        if answer["state"] in FINAL:
            job.over.set()
        if job.is_late:
            return
        text, size = _text(answer), len(data or b"")
        if max(size, len(text)) > self._limits.answer:
            answer, data = self._too_large(answer, max(size, len(text)), job.handlers.worker.language), None
            text = _text(answer)
        head = {"job": job.number, "state": answer["state"], "is_text": data is None}
        self.send(head, text if data is None else frames.packed(answer, data))

    def _too_large(self, answer: dict[str, Any], size: int, language: str) -> dict[str, Any]:
        """Return an error that replaces an answer that is too large for the server."""
        with speaking(language):
            text = tr(
                "The result has {size} MB, but this server sends at most {most} MB. Use a notebook for larger results.",
                size=f"{size / 1e6:.1f}",
                most=f"{self._limits.answer / 1e6:g}",
            )
        return {"kind": answer["kind"], "id": answer["id"], "state": "failed", "error": text}

    def report(self) -> None:
        """Send the server the memory in use, and whether a request has not reached a checkpoint for some time."""
        least = time.monotonic() - self._limits.silence
        jobs = list(self._jobs.values())  # The other threads add and remove requests at the same time.
        self.send({"memory": memory(), "is_silent": any(job.checkpoints.reached < least for job in jobs)})


def _text(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, separators=(",", ":"), allow_nan=False).encode()


def memory() -> int:
    """Return the resident memory of this process in bytes, or 0 if the system does not report it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def loaded(paths: list[str]) -> dict[str, Any]:
    """Register the models of files and return them in the form of the catalogue."""
    found: dict[str, Any] = {}
    for path in paths:
        for model in models.load(path):
            found[model.key] = listed(model, dict.fromkeys(patterns.names(), "unsearched"))
    return found


def main() -> None:
    """Answer requests until the server ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Only the server handles Ctrl-C.
    pipe_in = os.fdopen(os.dup(0), "rb")
    pipe_out = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    keep_priority()
    with suppress(OSError):  # If no memory is left, the system then ends a worker, which is replaced.
        Path("/proc/self/oom_score_adj").write_text(OOM)
    settings = json.loads(sys.argv[1])
    work = Work(pipe_out, Limits.of(settings["limits"]))
    try:
        found = loaded(settings["models"])
    except (ImportError, OSError, TypeError, ValueError) as error:
        work.send({"failed": str(error)})
        return
    for name in models.names():  # The kernels are checked now, so that no verification waits for the check.
        if is_ready(models.get(name)):
            why_not(models.get(name))
    work.send({"ready": True, "models": found})
    work.start()
    over = Event()

    def reports() -> None:
        while not over.wait(REPORT):
            with suppress(OSError, ValueError):
                work.report()

    start_daemon(reports, "plausiwidgets reports", over.set)
    while (frame := frames.read(pipe_in)) is not None:
        try:
            work.do(*frames.unpacked(frame))
        except OSError:
            break
    os._exit(0)  # The server has ended, so the process ends without waiting for running work.


if __name__ == "__main__":
    main()
