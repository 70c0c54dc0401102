"""One worker that always works on the newest job: the way from a slider to its picture."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from plausiwidgets.simulation.threads import start_behind

Job = TypeVar("Job")


class NewestWins(Generic[Job]):
    """A slot for one job, and a thread that takes jobs out of it.

    Nothing queues up: a job that arrives while another waits replaces it. When no new one has
    arrived for `rest` seconds after the last, `settle` is called with it once: the place for what
    is too slow for a drag.

    Parameters
    ----------
    work, settle : callable
        Called with a job, from the worker's thread.
    failed : callable
        Called with an exception of either; the worker goes on.
    ready : callable
        Called before a job is taken; it may wait, while newer jobs replace the one in the slot.
    rest : float
        Seconds.
    merge : callable
        ``merge(waiting, new)``: what takes the place of a job that still waits; it can keep of the older one
        what the newer one must not lose.
    """

    def __init__(
        self,
        work: Callable[[Job], None],
        settle: Callable[[Job], None],
        failed: Callable[[Exception], None],
        ready: Callable[[], object] = lambda: None,
        rest: float = 0.25,
        name: str = "plausiwidgets live",
        merge: Callable[[Job, Job], Job] = lambda waiting, new: new,
    ) -> None:
        self._work = work
        self._settle = settle
        self._failed = failed
        self._ready = ready
        self._rest = rest
        self._name = name
        self._merge = merge
        self._changed = threading.Condition()
        self._job: Job | None = None
        self._busy = False
        self._closed = False
        self._put_at = -1e9
        self._thread: threading.Thread | None = None

    def put(self, job: Job) -> None:
        """Replace the waiting job; returns at once. After :meth:`close` nothing happens."""
        with self._changed:
            if self._closed:
                return
            self._job = job if self._job is None else self._merge(self._job, job)
            self._put_at = time.monotonic()
            if self._thread is None:
                self._thread = start_behind(self._run, self._name, self.close)
            self._changed.notify_all()

    @property
    def idle(self) -> float:
        """Seconds since the last job came."""
        return time.monotonic() - self._put_at

    @property
    def waiting(self) -> bool:
        """Whether a newer job waits, or the end: then the current one need not be finished with care."""
        return self._job is not None or self._closed

    def join(self, timeout: float = 30.0) -> bool:
        """Wait until there is nothing to do, settled included; return whether that came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._job is None and not self._busy, timeout)

    def close(self) -> None:
        """End the thread after its current job."""
        with self._changed:
            self._closed = True
            self._job = None
            self._changed.notify_all()

    def _run(self) -> None:
        last: Job | None = None
        while True:
            with self._changed:
                timeout = self._rest if last is not None else None
                self._changed.wait_for(lambda: self._job is not None or self._closed, timeout)
                self._busy = True
                waiting = self._job is not None
            if waiting:
                self._ready()
            with self._changed:
                if self._closed:
                    self._busy = False
                    self._changed.notify_all()
                    return
                job, self._job = self._job, None
            if job is not None:
                last = job
                self._call(self._work, job)
            elif last is not None:
                job, last = last, None
                self._call(self._settle, job)
            with self._changed:
                self._busy = last is not None
                self._changed.notify_all()

    def _call(self, function: Callable[[Job], None], job: Job) -> None:
        try:
            function(job)
        except Exception as error:
            self._failed(error)
