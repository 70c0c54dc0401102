"""What a study shows of itself while it works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plausiwidgets.assessment.table import sentence
from plausiwidgets.optimization.snapshot import ENDED


@dataclass(frozen=True)
class Unit:
    """What is asked of one model, pattern and seed.

    Attributes
    ----------
    key : str
    model, pattern
        Name, or object where the name would not do in another process.
    seed : int
    budget : int
        Evaluations at first.
    """

    key: str
    model: Any
    pattern: Any
    seed: int
    budget: int

    @property
    def names(self) -> tuple[str, str, int]:
        """Name of the model, key of the pattern, seed."""
        return getattr(self.model, "name", self.model), getattr(self.pattern, "key", self.pattern), self.seed


@dataclass(frozen=True)
class UnitState:
    """How far a unit is.

    Attributes
    ----------
    model, pattern : str
    seed : int
    state : str
        ``"waiting"``, ``"running"`` (with an executor: handed to it) or ``"done"``; a done one may
        run again with its share of what others left.
    status : str
        As in the table; empty before the unit was done once.
    evaluations, budget : int
    loss : float or None
        Least so far.
    row : dict or None
        Of the table, once it was done.
    """

    model: str
    pattern: str
    seed: int
    state: str = "waiting"
    status: str = ""
    evaluations: int = 0
    budget: int = 0
    loss: float | None = None
    row: dict[str, Any] | None = None


@dataclass(frozen=True)
class StudySnapshot:
    """The state of a study at one moment; it never changes afterwards.

    Attributes
    ----------
    state : str
        ``"running"``, ``"paused"``, ``"done"``, ``"stopped"`` or ``"failed"``.
    units : tuple of UnitState
        In the order of the table.
    elapsed : float
        Working time in s.
    ended_unit : UnitState or None
        The one that has just ended, at a step that tells of an end.
    error : str
    """

    state: str
    units: tuple[UnitState, ...]
    elapsed: float = 0.0
    ended_unit: UnitState | None = None
    error: str = ""

    unit = "search"  # what a progress bar counts

    @property
    def total(self) -> int:
        """Number of units."""
        return len(self.units)

    @property
    def position(self) -> int:
        """Number of units that are done."""
        return sum(u.state == "done" for u in self.units)

    @property
    def ended(self) -> bool:
        """Whether the study is over."""
        return self.state in ENDED

    def postfix(self) -> str:
        """Return what stands beside a progress bar."""
        running = [u.pattern for u in self.units if u.state == "running"]
        return ", ".join(running[:3])

    def line(self) -> str:
        """Return the snapshot in one line."""
        head = f"[{self.position}/{self.total}] {self.elapsed:.1f} s"
        unit = self.ended_unit or next((u for u in self.units if u.state == "running"), None)
        if self.ended or unit is None:
            return f"{head} {self.state}"
        what = f"{head} {unit.model}, {unit.pattern}, seed {unit.seed}"
        if unit.row is not None and unit.state == "done":
            return f"{what}: {sentence(unit.row)}"
        loss = "" if unit.loss is None else f", loss {unit.loss:.4g}"
        return f"{what}: {unit.evaluations} of {unit.budget} evaluations{loss}"
