"""Pause, stop, time limit and priority, as seen from inside a judged batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

POLL = 0.02
"""Longest time, in s, between two looks of a waiting run at its own stop button."""


class Gate:
    """Lets urgent jobs, such as a dragged slider, pass before background runs, in one process.

    A background run calls :meth:`wait` at its checkpoints, some ten milliseconds of work apart; an
    urgent job runs inside of ``with gate.urgent():``. Any number of either may exist at once.

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
        self._holders: dict[int, int] = {}
        self._until = 0.0

    @property
    def closed(self) -> bool:
        """Whether background runs have to wait."""
        return bool(self._holders) or self._until > time.monotonic()

    @contextmanager
    def urgent(self, linger: float = 0.0) -> Iterator[None]:
        """Hold background runs while the block waits or works.

        Parameters
        ----------
        linger : float
            Keep the gate closed for this many seconds after the block, so that a picture that it
            sent can be drawn before the cores are busy again.
        """
        me = threading.get_ident()
        with self._changed:
            self._holders[me] = self._holders.get(me, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._holders[me] -= 1
                if not self._holders[me]:
                    del self._holders[me]
                self._until = max(self._until, time.monotonic() + linger)
                self._changed.notify_all()

    def wait(self, timeout: float = POLL) -> bool:
        """Wait while the gate is closed, at most `timeout` seconds; return whether it is open.

        A thread that is itself inside of :meth:`urgent` never waits for itself.
        """
        if not self.closed:
            return True
        me = threading.get_ident()
        with self._changed:
            if me in self._holders:
                return True
            end = time.monotonic() + timeout
            while self.closed:
                now = time.monotonic()
                if now >= end:
                    return False
                pause = end - now
                if not self._holders:
                    pause = min(pause, max(self._until - now, 1e-4))
                self._changed.wait(pause)
            return True


gate = Gate()
"""The gate of this process: explorers close it, background runs wait at it."""


class Stopped(Exception):
    """Raised by a checkpoint to leave a generation; the text is the reason."""


class Control:
    """The switches of one run, and its clock.

    The worker calls :meth:`checkpoint` some ten milliseconds of work apart; other threads turn
    the switches.

    Parameters
    ----------
    max_seconds : float, optional
        Limit of the working time: pauses do not count, waiting for a slider does.
    own_gate : Gate, optional
        Where urgent jobs go first; default: the process's.
    on_change : callable, optional
        ``on_change(state)`` with "paused" or "running", called by the worker when it begins and
        ends to wait for a resume.

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
        max_seconds: float | None = None,
        own_gate: Gate | None = None,
        on_change: Callable[[str], None] | None = None,
    ) -> None:
        self.max_seconds = max_seconds
        self._gate = gate if own_gate is None else own_gate
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
        """Working time in s: without pauses, with the waits at the gate."""
        since = self._idle_since
        now = self._ended or time.monotonic()
        return now - self._began - self._idle - (now - since if since is not None else 0.0)

    def begin(self) -> None:
        """Start the clock."""
        self._began = time.monotonic()

    def end(self) -> None:
        """Stop the clock."""
        self._ended = time.monotonic()

    def pause(self) -> None:
        """Let the worker wait at its next checkpoint."""
        self._switch(paused=True)

    def resume(self) -> None:
        """Let the worker go on."""
        self._switch(paused=False)

    def stop(self) -> None:
        """Let the worker leave at its next checkpoint, or where it waits."""
        self._switch(stop="stopped")

    def checkpoint(self) -> None:
        """Wait while paused or while a slider goes first.

        Raises
        ------
        Stopped
            When the run is to end.
        """
        while not self._stop:
            if self.max_seconds is not None and self.elapsed >= self.max_seconds:
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
