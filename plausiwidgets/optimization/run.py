"""A search in the background."""

from __future__ import annotations

from typing import Any

from plausiwidgets.optimization.background import Background
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.priority import Gate
from plausiwidgets.optimization.result import Result, make_result
from plausiwidgets.optimization.snapshot import Snapshot, take


class Run(Background[Snapshot, Result]):
    """An optimization, in its own thread or (`execute`) in the caller's.

    Made by `plausiwidgets.start_optimization`. Pause and stop take effect inside of a generation;
    a generation that a stop interrupts does not count. The same seed gives the same run, paused or
    not.

    Parameters
    ----------
    optimizer : Optimizer
    max_seconds, progress, gate
        See `Background`.
    """

    what = "optimization"

    def __init__(
        self,
        optimizer: Optimizer,
        max_seconds: float | None = None,
        progress: Any = None,
        gate: Gate | None = None,
    ) -> None:
        super().__init__(take(optimizer, "running", 0.0), progress, max_seconds, gate)
        self.optimizer = optimizer
        self._robustness: float | None = None
        self._result: Result | None = None

    def _run(self) -> str:
        control, optimizer = self._control, self.optimizer
        while True:
            control.checkpoint()
            if optimizer.step(control.checkpoint) is None:
                break
            self._publish("running")
            self._tell()
        if optimizer.best is not None and optimizer.best.fragile is not None:
            self._publish("running", phase="verify")
            self._robustness = optimizer.robustness(control.checkpoint)
        return "solved" if optimizer.solved else "budget"

    def _finish(self, reason: str, error: str) -> None:
        phase = self._snapshot.phase
        if error:
            self._publish("failed", phase, error)
            return
        self._result = make_result(self.optimizer, self._control.elapsed, reason, self._robustness)
        self._publish("done" if self._result.reproducible else "stopped", phase)

    def _outcome(self) -> Result:
        assert self._result is not None
        return self._result

    def _publish(self, state: str, phase: str = "", error: str = "") -> None:
        self._snapshot = take(self.optimizer, state, self._control.elapsed, phase, error)
