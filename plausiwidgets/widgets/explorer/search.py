"""A search in the background and the thread that tells the page about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Pattern
from plausiwidgets.simulation.threads import start_behind

INTERVAL = 0.1
"""Least time in s between two messages: ten a second look continuous, and leave the page time for drags."""


@dataclass(frozen=True)
class Topic:
    """What a search is about; it stays so when the explorer has gone on to something else."""

    number: int
    model: NeuronModel
    pattern: Pattern
    dt: float

    @property
    def title(self) -> str:
        return f"{self.model.title}, {self.pattern.title}"


class Search:
    """One run, published by one thread: the newest snapshot, at most ten times a second.

    Snapshots between are left out, and all of them while the page has no time. A change of state is
    always told, the end is always told and drawn; what of it still belongs on the page is for `tell`
    and `draw` to decide.

    Parameters
    ----------
    topic : Topic
    run : Run
    tell : callable
        ``tell(search, snapshot)``: show its numbers; cheap.
    draw : callable
        ``draw(search, snapshot)``: draw its curve and its best; costs the page as much as a drag.
    may_tell, may_draw : callable
        Called with the seconds since the last time: whether the page has time for it now.
    failed : callable
        Called with an exception of the others; the publisher goes on.

    Attributes
    ----------
    drawn : mapping of str to float or None
        The parameters whose trace the figure shows as the best.
    """

    def __init__(
        self,
        topic: Topic,
        run: Any,
        tell: Callable[[Search, Any], None],
        draw: Callable[[Search, Any], None],
        may_tell: Callable[[float], bool],
        may_draw: Callable[[float], bool],
        failed: Callable[[Exception], None],
    ) -> None:
        self.topic = topic
        self.run = run
        self.drawn: Mapping[str, float] | None = None
        self._tell = tell
        self._draw = draw
        self._may_tell = may_tell
        self._may_draw = may_draw
        self._failed = failed
        self._thread = start_behind(self._watch, "plausiwidgets publisher")

    @property
    def running(self) -> bool:
        """Whether the run goes on (paused counts)."""
        return not self.run.snapshot().ended

    @property
    def best(self) -> Mapping[str, float] | None:
        """The best parameters so far."""
        return self.run.snapshot().best_parameters

    def toggle_pause(self) -> None:
        """Pause, or resume."""
        if self.run.snapshot().state == "paused":
            self.run.resume()
        else:
            self.run.pause()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the last snapshot is published; return whether it is."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _watch(self) -> None:
        told: tuple[Any, ...] = ("", 0)
        drawn, drawn_at, told_at = -1, 0.0, 0.0
        while True:
            snapshot = self.run.snapshot()
            # Of what changes within a generation only the clock matters, to the second.
            now = (snapshot.state, snapshot.generation, snapshot.phase, int(snapshot.elapsed))
            if now[0] != told[0] or (now != told and self._may_tell(time.monotonic() - told_at)):
                told, told_at = now, time.monotonic()
                self._call(self._tell, snapshot)
            if snapshot.ended:
                break
            if snapshot.generation != drawn and self._may_draw(time.monotonic() - drawn_at):
                self._call(self._draw, snapshot)
                drawn, drawn_at = snapshot.generation, time.monotonic()
            self.run.wait(INTERVAL)
        self._call(self._draw, snapshot)

    def _call(self, function: Callable[[Search, Any], None], snapshot: Any) -> None:
        try:
            function(self, snapshot)
        except Exception as error:
            self._failed(error)
