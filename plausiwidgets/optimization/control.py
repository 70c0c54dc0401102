"""Pause, stop, time limit and priority of work in the background."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

POLL = 0.02
"""Longest time in s until work that waits at a gate notices a stop."""


class Gate:
    """Lets urgent jobs, such as those of a dragged slider, run before work in the background.

    Work in the background calls :meth:`wait` about every 10 ms; an urgent job runs in ``with gate.urgent():``, and does
    not wait for itself.

    Examples
    --------
    >>> gate = Gate()
    >>> with gate.urgent():
    ...     gate.closed
    True
    >>> gate.closed
    False
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent = 0
        self._own = threading.local()  # of each thread, how often it has closed the gate
        self._until = 0.0

    @property
    def closed(self) -> bool:
        """Whether work in the background has to wait."""
        return self._urgent > 0 or self._until > time.monotonic()

    @contextmanager
    def urgent(self, linger: float = 0.0) -> Iterator[None]:
        """Close the gate during the block.

        Parameters
        ----------
        linger : float
            Time in s for which the gate stays closed after the block, such as for a browser to draw its result.
        """
        with self._changed:
            self._urgent += 1
        self._own.count = getattr(self._own, "count", 0) + 1
        try:
            yield
        finally:
            self._own.count -= 1
            with self._changed:
                self._urgent -= 1
                self._until = max(self._until, time.monotonic() + linger)
                self._changed.notify_all()

    def hurry(self) -> bool:
        """Return whether an urgent job goes on; a gate of visitors lets it wait once it has taken long."""
        return True

    def wait(self, timeout: float = POLL) -> bool:
        """Wait while the gate is closed, at most `timeout` seconds; return whether it is open."""
        if getattr(self._own, "count", 0):
            return True
        end = time.monotonic() + timeout
        with self._changed:
            while self.closed:
                now = time.monotonic()
                if now >= end:
                    return False
                self._changed.wait(end - now if self._urgent else min(end - now, max(self._until - now, 1e-4)))
            return True


gate = Gate()
"""The gate of this process: explorers close it, searches wait at it."""

_chosen: ContextVar[Gate | None] = ContextVar("gate", default=None)


@contextmanager
def waiting_at(chosen: Gate) -> Iterator[None]:
    """Let work that is begun in the block wait at another gate, such as that of a visitor of a server.

    Examples
    --------
    >>> own = Gate()
    >>> with waiting_at(own):
    ...     chosen_gate() is own
    True
    >>> chosen_gate() is gate
    True
    """
    token = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(token)


def chosen_gate() -> Gate:
    """Return the gate of :func:`waiting_at`, or that of this process."""
    return _chosen.get() or gate


class Stopped(Exception):
    """Raised by a checkpoint to end the work; its text is the reason."""


class Control:
    """Switches and clock of work in the background.

    The worker calls :meth:`checkpoint` about every 10 ms; other threads turn the switches.

    Parameters
    ----------
    time_limit : float, optional
        Limit of the working time, see `elapsed`.
    own_gate : Gate, optional
        Default: that of :func:`waiting_at`, or of this process.
    on_change : callable, optional
        Called by the worker with "paused" or "running" when it begins and ends to wait for a resume.

    Examples
    --------
    >>> control = Control()
    >>> control.checkpoint()
    >>> control.stop()
    >>> control.checkpoint()
    Traceback (most recent call last):
    plausiwidgets.optimization.control.Stopped: stopped
    """

    def __init__(
        self,
        time_limit: float | None = None,
        own_gate: Gate | None = None,
        on_change: Callable[[str], None] | None = None,
    ) -> None:
        self.time_limit = time_limit
        self._gate = chosen_gate() if own_gate is None else own_gate
        self._on_change = on_change
        self._changed = threading.Condition()
        self._paused = False
        self._stop = ""
        self._began = time.monotonic()
        self._ended: float | None = None
        self._idle = 0.0
        self._idle_since: float | None = None

    @property
    def elapsed(self) -> float:
        """Working time in s: without pauses, with waiting at the gate."""
        since = self._idle_since
        now = self._ended or time.monotonic()
        return now - self._began - self._idle - (now - since if since is not None else 0.0)

    @property
    def stopping(self) -> bool:
        """Whether the worker is to leave at its next checkpoint."""
        return bool(self._stop)

    def begin(self) -> None:
        """Start the clock."""
        self._began = time.monotonic()

    def end(self) -> None:
        """Stop the clock."""
        self._ended = time.monotonic()

    def pause(self) -> None:
        """Make the worker wait at its next checkpoint."""
        self._switch(paused=True)

    def resume(self) -> None:
        """Let the worker continue."""
        self._switch(paused=False)

    def stop(self) -> None:
        """Make the worker leave at its next checkpoint, also during a pause."""
        self._switch(stop="stopped")

    def checkpoint(self) -> None:
        """Wait while paused or while the gate is closed; raise `Stopped` after a stop or the time limit."""
        while not self._stop:
            if self.time_limit is not None and self.elapsed >= self.time_limit:
                raise Stopped("time")
            if self._paused:
                self._wait_for_resume()
            elif self._gate.wait(POLL):
                return
        raise Stopped(self._stop)

    def _wait_for_resume(self) -> None:
        if self._on_change:
            self._on_change("paused")
        with self._changed:
            self._idle_since = time.monotonic()
            while self._paused and not self._stop:
                self._changed.wait()
            self._idle += time.monotonic() - self._idle_since
            self._idle_since = None
        if self._on_change and not self._stop:
            self._on_change("running")

    def _switch(self, paused: bool | None = None, stop: str = "") -> None:
        with self._changed:
            if paused is not None:
                self._paused = paused
            self._stop = self._stop or stop
            self._changed.notify_all()
