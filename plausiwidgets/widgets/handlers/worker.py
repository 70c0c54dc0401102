"""The background jobs of an explorer: the newest of each key, the most urgent first."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Hashable
from enum import IntEnum
from threading import Condition

from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.engine.threads import lower_priority, start_daemon
from plausiwidgets.optimization.control import Gate, chosen_gate, gate
from plausiwidgets.texts import language, speaking


class Priority(IntEnum):
    """How urgent a job is: lower values come first.

    Three threads share them, so that a job that takes long does not hold up a more urgent one. The first two levels
    have a thread of their own: a drag waits for nothing but the next checkpoint of a verification. `IDLE` has a thread
    that the operating system runs last, which cannot be taken back. All others share the third.
    """

    DRAG = 0
    VERIFY = 1
    FIGURE = 2
    SEARCH = 3
    TOOL = 4
    LATER = 5
    IDLE = 6


THREAD_OF = {
    Priority.DRAG: "drag",
    Priority.VERIFY: "drag",
    Priority.FIGURE: "work",
    Priority.SEARCH: "work",
    Priority.TOOL: "work",
    Priority.LATER: "work",
    Priority.IDLE: "idle",
}
"""The thread that does the jobs of each priority."""


class SupersededError(Exception):
    """Raised by the checkpoint of a job that is no longer wanted; the worker takes it as its end."""


class _Job:
    def __init__(
        self, key: Hashable, priority: Priority, work: Callable[[Checkpoint], object], due: float, gate: Gate
    ) -> None:
        self.key, self.priority, self.work, self.due = key, priority, work, due
        self.superseded = False
        self._gate = gate

    def checkpoint(self) -> None:
        # On a server, what is no verdict, or a verdict that takes long, waits for the turn of its visitor.
        waits = self._gate is not gate and (self.priority > Priority.VERIFY or not self._gate.hurry())
        while waits and not self._gate.wait():
            if self.superseded:
                break
        if self.superseded:
            raise SupersededError


class Worker:
    """Does jobs in the background, on threads that end when nothing is left to do.

    Of each key the newest job counts: it replaces one that waits, and ends one that runs at its next checkpoint.

    Parameters
    ----------
    report : callable, optional
        Called with the exception of a job that failed; default: it is printed.
    clock : callable, optional
        Returns the time in s.
    start : callable, optional
        Starts a thread, as :func:`~plausiwidgets.engine.threads.start_daemon`. Without threads, :meth:`step` does
        the jobs.

    Attributes
    ----------
    language : str
        Of the texts of jobs that begin from now on; at first that which was spoken where the worker was made.

    Examples
    --------
    >>> worker = Worker(print)
    >>> worker.ask("greeting", Priority.TOOL, lambda checkpoint: print("hello"))
    >>> worker.join()
    hello
    True
    """

    def __init__(
        self,
        report: Callable[[Exception], object] = traceback.print_exception,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[..., object] = start_daemon,
    ) -> None:
        self.language = language()
        self._gate = chosen_gate()
        self._report = report
        self._clock = clock
        self._start = start
        self._changed = Condition()
        self._waiting: dict[Hashable, _Job] = {}
        self._running: list[_Job] = []
        self._threads: set[str] = set()
        self._closed = False

    def ask(self, key: Hashable, priority: Priority, work: Callable[[Checkpoint], object], after: float = 0.0) -> None:
        """Do a job in place of older ones of its key; returns at once.

        Parameters
        ----------
        work : callable
            ``work(checkpoint)``; a long job calls ``checkpoint()`` now and then, which raises `SupersededError` when a
            newer job of its key has been requested, or the job was cancelled.
        after : float
            Time in s before which it does not begin.
        """
        with self._changed:
            if self._closed:
                return
            self._end(key)
            # A job keeps the place in the queue of the one that it replaces.
            self._waiting[key] = _Job(key, priority, work, self._clock() + after, self._gate)
            name = THREAD_OF[priority]
            if name not in self._threads:
                self._threads.add(name)
                self._start(lambda: self._run(name), f"plausiwidgets {name}", self.close)
            self._changed.notify_all()

    def cancel(self, key: Hashable) -> None:
        """Drop the job of a key, and end it at its next checkpoint where it runs."""
        with self._changed:
            self._waiting.pop(key, None)
            self._end(key)
            self._changed.notify_all()

    def join(self, timeout: float = 30.0, last: Priority = Priority.IDLE) -> bool:
        """Wait until all jobs up to the priority `last` are done; return whether they are."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not any(job.priority <= last for job in (*self._waiting.values(), *self._running)), timeout
            )

    def close(self) -> None:
        """Drop what waits, end what runs at its next checkpoint, and take no more."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            for job in self._running:
                job.superseded = True
            self._changed.notify_all()

    def step(self, thread: str) -> bool:
        """Do the most urgent job that is due of those of a thread; return whether there was one."""
        with self._changed:
            due = [job for job in self._of(thread) if job.due <= self._clock()]
            if not due:
                return False
            job = min(due, key=lambda job: job.priority)
            del self._waiting[job.key]
            self._running.append(job)
        try:
            with speaking(self.language):
                job.work(job.checkpoint)
        except SupersededError:
            pass
        except Exception as error:
            if not job.superseded:
                self._report(error)
        finally:
            with self._changed:
                self._running.remove(job)
                self._changed.notify_all()
        return True

    def _run(self, thread: str) -> None:
        if thread == "idle":
            lower_priority()
        while True:
            if self.step(thread):
                continue
            with self._changed:
                ahead = [job.due for job in self._of(thread)]
                if not ahead:
                    self._threads.discard(thread)
                    return
                self._changed.wait(max(min(ahead) - self._clock(), 0.0))

    def _of(self, thread: str) -> list[_Job]:
        return [job for job in self._waiting.values() if THREAD_OF[job.priority] == thread]

    def _end(self, key: Hashable) -> None:
        for job in self._running:
            if job.key == key:
                job.superseded = True
