"""A study: many units, here or elsewhere, with a store, switches and progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from plausiwidgets.assessment.executors import Executor, run_on
from plausiwidgets.assessment.store import Store, StoredSearch, StoreError, StoreWarning
from plausiwidgets.assessment.table import make_table, summarize
from plausiwidgets.assessment.units import Emit, Outcome, Row, Task, Unit, run_unit
from plausiwidgets.optimization.background import Background, warn
from plausiwidgets.optimization.control import Stopped
from plausiwidgets.optimization.optimizer import Generation, Optimizer
from plausiwidgets.optimization.progress import ENDED, ProgressLike

_SHOW_EVERY = 0.05
"""Least time in s between two steps of the progress within a unit."""


@dataclass(frozen=True)
class UnitState:
    """How far a unit is.

    Attributes
    ----------
    model, pattern : str
    seed : int
    state : str
        ``"waiting"``, ``"running"`` (with an executor: handed to it) or ``"done"``.
    status : str
        As in the table; empty before the unit is done.
    evaluations, budget : int
    loss : float or None
        Least so far.
    row : Row or None
        Of the table, once it is done.
    """

    model: str
    pattern: str
    seed: int
    state: str = "waiting"
    status: str = ""
    evaluations: int = 0
    budget: int = 0
    loss: float | None = None
    row: Row | None = None


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

    @property
    def milestone(self) -> bool:
        """Whether a unit has just ended."""
        return self.ended_unit is not None

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
            return f"{what}: {summarize(unit.row)}"
        loss = "" if unit.loss is None else f", loss {unit.loss:.4g}"
        return f"{what}: {unit.evaluations} of {unit.budget} evaluations{loss}"


class Study(Background[StudySnapshot, pd.DataFrame]):
    """Runs the units of an assessment, in its own thread or (`execute`) in the caller's.

    Made by `plausiwidgets.assessment.start_assessment`. Units that run elsewhere go on through a
    pause; a stop cancels those that have not begun.
    """

    what = "assessment"

    def __init__(
        self,
        units: list[Unit],
        popsize: int | None = None,
        engine: str = "auto",
        dt: float | None = None,
        executor: Executor | None = None,
        store: Store | None = None,
        progress: ProgressLike = None,
    ) -> None:
        self._states = {u.key: UnitState(*u.names, budget=u.budget) for u in units}
        super().__init__(StudySnapshot("running", tuple(self._states.values())), progress)
        self._units = units
        self._popsize, self._engine, self._dt = popsize, engine, dt
        self._executor, self._store = executor, store
        self._store_error = ""
        self._rows: dict[str, Row] = {}
        self._last_shown = 0.0

    def table(self) -> pd.DataFrame:
        """Return the rows there are by now."""
        rows = [self._rows[u.key] for u in self._units if u.key in self._rows]
        table = make_table(rows, complete=self._snapshot.state == "done")
        if self._store_error:
            table.attrs["store_error"] = self._store_error
        if self.progress_error:
            table.attrs["progress_error"] = self.progress_error
        return table

    # -- the work ------------------------------------------------------------------------------

    def _run(self) -> str:
        tasks = {}
        for unit in self._units:
            stored = StoredSearch() if self._store is None else self._store.unit(unit.key)
            if stored.row is not None:
                self._take_row(unit.key, stored.row)
                continue
            tasks[unit.key] = Task(
                unit, self._popsize, self._engine, self._dt, tuple(stored.generations), stored.seconds
            )
        for outcome in self._outcomes(list(tasks.values())):
            self._take(tasks[outcome.key], outcome)
            if outcome.row["reason"] == "stopped":
                raise Stopped("stopped")
        return "done"

    def _finish(self, reason: str, error: str) -> None:
        self._publish("failed" if error else reason, error=error)

    def _outcome(self) -> pd.DataFrame:
        return self.table()

    def _close(self) -> None:
        if self._store is not None:
            self._write(Store.require_file)
            self._store.close()

    def _take(self, task: Task, outcome: Outcome) -> None:
        if self._executor is not None and outcome.generations:
            self._write(lambda s: s.add(task.key, len(task.stored), outcome.generations, outcome.seconds))
        row = outcome.row
        if row["reason"] not in ("stopped", "failed"):  # both are tried again when the study goes on
            self._write(lambda s: s.end(task.key, row))
        self._take_row(task.key, row)
        self._publish("running", self._states[task.key])
        self._report()

    def _outcomes(self, tasks: list[Task]) -> Iterator[Outcome]:
        if self._executor is not None:
            self._begin(tasks)
            yield from run_on(self._executor, tasks, self._control.checkpoint)
            return
        for task in tasks:
            self._begin([task])
            self._control.checkpoint()
            yield run_unit(task, self._control.checkpoint, self._emitter(task), lambda: self._control.elapsed)

    def _begin(self, tasks: list[Task]) -> None:
        for task in tasks:
            self._states[task.key] = replace(self._states[task.key], state="running")
        if tasks:
            self._publish("running")
            self._report()

    def _emitter(self, task: Task) -> Emit:
        number = len(task.stored)

        def emit(optimizer: Optimizer, made: Generation, seconds: float) -> None:
            nonlocal number
            at = number
            number += 1
            self._write(lambda s: s.add(task.key, at, [made], [seconds]))
            self._show(task.key, optimizer)

        return emit

    # -- what is kept and shown ----------------------------------------------------------------

    def _take_row(self, key: str, row: Row) -> None:
        self._rows[key] = row
        self._states[key] = replace(
            self._states[key],
            state="done",
            status=row["status"],
            evaluations=row["evaluations"],
            budget=row["budget"],
            loss=row["loss"],
            row=row,
        )

    def _show(self, key: str, optimizer: Optimizer) -> None:
        best = optimizer.best
        self._states[key] = replace(
            self._states[key],
            evaluations=optimizer.evaluations,
            loss=best.loss if best is not None else None,
        )
        if time.monotonic() - self._last_shown >= _SHOW_EVERY:
            self._last_shown = time.monotonic()
            self._publish("running")
            self._report()

    def _write(self, what: Callable[[Store], None]) -> None:
        """Write to the store; a file that fails ends the writing, not the study."""
        if self._store is None or self._store_error:
            return
        try:
            what(self._store)
        except StoreError as error:
            self._store_error = f"{error}. The assessment goes on in memory only."
            warn(self._store_error, StoreWarning)

    def _publish(self, state: str, ended: UnitState | None = None, error: str = "") -> None:
        units = tuple(self._states.values())
        self._snapshot = StudySnapshot(state, units, self._control.elapsed, ended, error)
