"""Pause, stop, time limit and priority, as seen from inside a judged batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from plausiwidgets.optimization.priority import POLL, Gate
from plausiwidgets.optimization.priority import gate as process_gate


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
    gate : Gate
        Where urgent jobs of the process go first.
    on_change : callable, optional
        ``on_change(state)`` with "paused" or "running", called by the worker when it begins and
        ends to wait for a resume.
    """

    def __init__(
        self,
        max_seconds: float | None = None,
        gate: Gate | None = None,
        on_change: Callable[[str], None] | None = None,
    ) -> None:
        self.max_seconds = max_seconds
        self.gate = process_gate if gate is None else gate
        self.on_change = on_change
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

    def stop(self, reason: str = "stopped") -> None:
        """Let the worker leave at its next checkpoint, or where it waits."""
        self._switch(stop=reason)

    def checkpoint(self) -> None:
        """Wait while paused or while a slider goes first.

        Raises
        ------
        Stopped
            When the run is to end.
        """
        if not self._stop and not self._paused and not self.gate.closed:
            if self.max_seconds is not None and self.elapsed >= self.max_seconds:
                raise Stopped("time")
            return
        while not self._stop:
            if self._paused:
                self._wait_for_resume()
            elif self.gate.wait(POLL):
                return
        raise Stopped(self._stop)

    def _wait_for_resume(self) -> None:
        if self.on_change:
            self.on_change("paused")
        with self._changed:
            self._idle_since = time.monotonic()
            while self._paused and not self._stop:
                self._changed.wait()
            self._idle += time.monotonic() - self._idle_since
            self._idle_since = None
        if self.on_change and not self._stop:
            self.on_change("running")

    def _switch(self, paused: bool | None = None, stop: str = "") -> None:
        with self._changed:
            if paused is not None:
                self._paused = paused
            self._stop = self._stop or stop
            self._changed.notify_all()
