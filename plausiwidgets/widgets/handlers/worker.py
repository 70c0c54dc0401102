"""Background jobs of an explorer, ordered by priority. A newer job replaces an older job with the same key."""

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
    """Priority of a job. Lower values run first.

    The priorities share three threads, so that a long job does not delay a more urgent one. The first two priorities
    have their own thread, so a drag waits only for the next checkpoint of a verification. `IDLE` has a thread that the
    operating system runs with the lowest priority, which cannot be raised again. The other priorities share the third
    thread.
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
"""Name of the thread that runs the jobs of each priority."""


class SupersededError(Exception):
    """Exception of a checkpoint in a job that was replaced or cancelled. The worker then ends the job."""


class _Job:
    def __init__(
        self, key: Hashable, priority: Priority, work: Callable[[Checkpoint], object], due: float, gate: Gate
    ) -> None:
        self.key, self.priority, self.work, self.due = key, priority, work, due
        self.superseded = False
        self._gate = gate

    def checkpoint(self) -> None:
        # On a server, all jobs except short verdicts wait for the time slice of their visitor.
        waits = self._gate is not gate and (self.priority > Priority.VERIFY or not self._gate.hurry())
        while waits and not self._gate.wait():
            if self.superseded:
                break
        if self.superseded:
            raise SupersededError


class Worker:
    """Runner of background jobs, on threads that end when no job is left.

    A new job replaces a waiting job with the same key, and ends a running one at its next checkpoint.

    Parameters
    ----------
    report : callable, optional
        Function that is called with the exception of a failed job. By default, the traceback is printed.
    clock : callable, optional
        Function that returns the time in s.
    start : callable, optional
        Function that starts a thread, with the arguments of :func:`~plausiwidgets.engine.threads.start_daemon`. If it
        starts no thread, :meth:`step` runs the jobs.

    Attributes
    ----------
    language : str
        Language of the texts of jobs that start later. Initially the current language of the thread that creates the
        worker.

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
        """Queue a job, replace older jobs with the same key, and return immediately.

        Parameters
        ----------
        work : callable
            ``work(checkpoint)``. A long job calls ``checkpoint()`` regularly. The call raises `SupersededError` if the
            job was replaced or cancelled.
        after : float
            Time in s before which the job does not start.
        """
        with self._changed:
            if self._closed:
                return
            self._end(key)
            # The new job keeps the place in the queue of the waiting job that it replaces.
            self._waiting[key] = _Job(key, priority, work, self._clock() + after, self._gate)
            name = THREAD_OF[priority]
            if name not in self._threads:
                self._threads.add(name)
                self._start(lambda: self._run(name), f"plausiwidgets {name}", self.close)
            self._changed.notify_all()

    def cancel(self, key: Hashable) -> None:
        """Drop the waiting job of a key, or end its running job at the next checkpoint."""
        with self._changed:
            self._waiting.pop(key, None)
            self._end(key)
            self._changed.notify_all()

    def join(self, timeout: float = 30.0, last: Priority = Priority.IDLE) -> bool:
        """Wait until all jobs up to the priority `last` are done, and return whether they are."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not any(job.priority <= last for job in (*self._waiting.values(), *self._running)), timeout
            )

    def close(self) -> None:
        """Drop the waiting jobs, end the running jobs at their next checkpoint, and accept no more."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            for job in self._running:
                job.superseded = True
            self._changed.notify_all()

    def step(self, thread: str) -> bool:
        """Run the most urgent job of a thread that is due, and return whether there was one."""
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
