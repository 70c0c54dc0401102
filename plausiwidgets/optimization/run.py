"""A search in the background, and what it shows of itself while it works."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.optimization.background import Background
from plausiwidgets.optimization.control import Gate
from plausiwidgets.optimization.optimizer import Columns, Optimizer
from plausiwidgets.optimization.progress import ENDED, ProgressLike
from plausiwidgets.optimization.result import Result, describe_missed, make_result, restarts_at
from plausiwidgets.patterns import Check


@dataclass(frozen=True)
class Snapshot:
    """The state of a run at one moment; it never changes afterwards.

    Attributes
    ----------
    state : str
        ``"running"``, ``"paused"``, ``"done"`` (solved, or the budget is spent), ``"stopped"``
        (by a person or a time limit) or ``"failed"`` (`error` says why).
    phase : str
        Of the strategy, such as ``"screen"``; ``"verify"`` at the end.
    generation, evaluations, budget : int
        Finished generations; judged candidates so far and at most.
    elapsed, remaining : float
        Working time in s, without pauses; expected time until the budget is spent (nan before
        the first generation). A solution ends the run earlier.
    best_loss, current_loss : float
        Least loss so far and of the last generation; inf before the first.
    best_parameters : mapping of str to float or None
        Complete, of the best; None before the first generation.
    checks : tuple of Check
        Criteria of the best.
    status : {"replicated", "fragile", "unverified", "rejected"}
        Of the best.
    failed_check : str
        Which verification a fragile one failed, in words.
    history : mapping of str to ndarray [generation]
        Read-only columns, as `plausiwidgets.optimization.optimizer.COLUMNS` names them.
    hits, screened : int
        Accepted and judged points of the screen.
    restarts : int
        How often the strategy has begun anew.
    error : str
        Text of the exception that ended the run.
    """

    state: str
    phase: str = ""
    generation: int = 0
    evaluations: int = 0
    budget: int = 0
    elapsed: float = 0.0
    remaining: float = math.nan
    best_loss: float = math.inf
    current_loss: float = math.inf
    best_parameters: Mapping[str, float] | None = None
    checks: tuple[Check, ...] = ()
    status: str = "rejected"
    failed_check: str = ""
    history: Columns = field(default_factory=lambda: MappingProxyType({}))
    hits: int = 0
    screened: int = 0
    restarts: int = 0
    error: str = ""

    unit = "eval"  # what a progress bar counts
    milestone = False  # a later snapshot tells the same

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self.state in ENDED

    @property
    def missed(self) -> tuple[str, ...]:
        """What the best does not meet and by how much, the costliest first."""
        return describe_missed(self.checks)

    @property
    def restarts_at(self) -> NDArray[np.int64]:
        """Evaluations after which the strategy began anew, ascending."""
        return restarts_at(self.history)

    @property
    def accepted(self) -> bool:
        """Whether the best meets every criterion at dt."""
        return self.status != "rejected"

    @property
    def replicated(self) -> bool:
        """Whether the best is verified too."""
        return self.status == "replicated"

    @property
    def total(self) -> int:
        """Length of a progress bar."""
        return self.budget

    @property
    def position(self) -> int:
        """Place on a progress bar."""
        return self.evaluations

    def postfix(self) -> str:
        """Return what stands beside a progress bar."""
        return f"loss {self.best_loss:.3g}"

    def line(self) -> str:
        """Return the snapshot in one line."""
        return (
            f"{self.state}, {self.phase}: generation {self.generation}, {self.evaluations} of {self.budget} "
            f"evaluations, {self.elapsed:.1f} s, {self.status if self.accepted else self.postfix()}"
        )


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
        progress: ProgressLike = None,
        gate: Gate | None = None,
    ) -> None:
        super().__init__(take_snapshot(optimizer, "running", 0.0), progress, max_seconds, gate)
        self._optimizer = optimizer
        self._robustness: float | None = None
        self._result: Result | None = None

    def _run(self) -> str:
        control, optimizer = self._control, self._optimizer
        while True:
            control.checkpoint()
            if optimizer.step(control.checkpoint) is None:
                break
            self._publish("running")
            self._report()
        if optimizer.best is not None and optimizer.best.accepted:
            self._publish("running", phase="verify")
            self._robustness = optimizer.robustness(control.checkpoint)
        return optimizer.reason

    def _finish(self, reason: str, error: str) -> None:
        phase = self._snapshot.phase
        if error:
            self._publish("failed", phase, error)
            return
        self._result = make_result(self._optimizer, self._control.elapsed, reason, self._robustness)
        self._publish("done" if self._result.reproducible else "stopped", phase)

    def _outcome(self) -> Result:
        assert self._result is not None
        return self._result

    def _publish(self, state: str, phase: str = "", error: str = "") -> None:
        self._snapshot = take_snapshot(self._optimizer, state, self._control.elapsed, phase, error)


def take_snapshot(optimizer: Optimizer, state: str, elapsed: float, phase: str = "", error: str = "") -> Snapshot:
    """Return the snapshot of an optimizer, between two of its generations."""
    best, evaluations = optimizer.best, optimizer.evaluations
    history = optimizer.history.frozen()
    left = (optimizer.budget - evaluations) / evaluations * elapsed if evaluations else math.nan
    return Snapshot(
        state=state,
        phase=phase or optimizer.strategy.phase,
        generation=optimizer.generation,
        evaluations=evaluations,
        budget=optimizer.budget,
        elapsed=elapsed,
        remaining=0.0 if state in ENDED else left,
        best_loss=best.loss if best else math.inf,
        current_loss=float(history["current"][-1]) if optimizer.generation else math.inf,
        best_parameters=MappingProxyType(dict(best.parameters)) if best else None,
        checks=best.checks if best else (),
        status=best.status if best else "rejected",
        failed_check=best.failed_check if best else "",
        history=MappingProxyType(history),
        hits=optimizer.volume.hits,
        screened=optimizer.volume.screened,
        restarts=optimizer.strategy.restarts,
        error=error,
    )
