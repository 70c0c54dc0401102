"""What a run shows of itself while it works."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.optimizer import Optimizer

ENDED = ("done", "stopped", "failed")


@dataclass(frozen=True)
class Snapshot:
    """The state of a run at one moment; it never changes afterwards.

    Attributes
    ----------
    state : str
        ``"running"``, ``"paused"``, ``"done"`` (solved, or the budget is spent), ``"stopped"``
        (by a person or a time limit) or ``"failed"`` (`error` says why).
    phase : str
        ``"screen"``, ``"search"`` or ``"verify"``.
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
    accepted, fragile, replicated : bool, bool or None, bool
        Of the best: every criterion holds; holds at dt but not at dt/2; holds at both.
    history : mapping of str to ndarray [generation]
        Read-only columns ``evaluations``, ``best``, ``current``, ``median`` and ``screen``.
    hits, screened : int
        Accepted and judged points of the screen.
    restarts : int
        CMA-ES starts that were given up and replaced.
    error : str
        Text of the exception that ended the run.
    """

    state: str
    phase: str = "screen"
    generation: int = 0
    evaluations: int = 0
    budget: int = 0
    elapsed: float = 0.0
    remaining: float = math.nan
    best_loss: float = math.inf
    current_loss: float = math.inf
    best_parameters: Mapping[str, float] | None = None
    checks: tuple[Any, ...] = ()
    accepted: bool = False
    fragile: bool | None = None
    replicated: bool = False
    history: Mapping[str, Floats] = field(default_factory=lambda: MappingProxyType({}))
    hits: int = 0
    screened: int = 0
    restarts: int = 0
    error: str = ""

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self.state in ENDED

    unit = "eval"  # what a progress bar counts

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
        found = "replicated" if self.replicated else "fragile" if self.fragile else self.postfix()
        return (
            f"{self.state}, {self.phase}: generation {self.generation}, {self.evaluations} of {self.budget} "
            f"evaluations, {self.elapsed:.1f} s, {found}"
        )


def take(optimizer: Optimizer, state: str, elapsed: float, phase: str = "", error: str = "") -> Snapshot:
    """Return the snapshot of an optimizer, between two of its generations."""
    best, evaluations = optimizer.best, optimizer.search.evaluations
    history = optimizer.history.frozen()
    left = (optimizer.budget - evaluations) / evaluations * elapsed if evaluations else math.nan
    return Snapshot(
        state=state,
        phase=phase or optimizer.phase,
        generation=optimizer.generation,
        evaluations=evaluations,
        budget=optimizer.budget,
        elapsed=elapsed,
        remaining=0.0 if state in ENDED else left,
        best_loss=best.loss if best else math.inf,
        current_loss=float(history["current"][-1]) if optimizer.generation else math.inf,
        best_parameters=MappingProxyType(dict(best.parameters)) if best else None,
        checks=best.checks if best else (),
        accepted=best is not None and best.fragile is not None,
        fragile=best.fragile if best else None,
        replicated=best is not None and best.fragile is False,
        history=MappingProxyType(history),
        hits=optimizer.volume.hits,
        screened=optimizer.volume.screened,
        restarts=optimizer.search.restarts,
        error=error,
    )
