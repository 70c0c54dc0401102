"""A study: many units, here or elsewhere, with a store, switches and progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from plausiwidgets.assessment.executors import Elsewhere
from plausiwidgets.assessment.store import Known, Store, StoreError, StoreWarning
from plausiwidgets.assessment.study_snapshot import StudySnapshot, Unit, UnitState
from plausiwidgets.assessment.table import make_table
from plausiwidgets.assessment.units import Emit, Outcome, Task, run_unit
from plausiwidgets.optimization.background import Background, warn
from plausiwidgets.optimization.control import Stopped
from plausiwidgets.optimization.optimizer import Generation, Optimizer
from plausiwidgets.optimization.search import Options

_SHOW_EVERY = 0.05
"""Least time in s between two steps of the progress within a unit."""


class Study(Background[StudySnapshot, pd.DataFrame]):
    """Runs the units of an assessment, in its own thread or (`execute`) in the caller's.

    Made by `plausiwidgets.assessment.start_assessment`. Units that run elsewhere go on through a
    pause; a stop cancels those that have not begun.
    """

    what = "assessment"

    def __init__(
        self,
        units: list[Unit],
        options: Options,
        engine: str = "auto",
        dt: float | None = None,
        elsewhere: Elsewhere | None = None,
        store: Store | None = None,
        progress: Any = None,
    ) -> None:
        self._states = {u.key: UnitState(*u.names, budget=u.budget) for u in units}
        super().__init__(StudySnapshot("running", tuple(self._states.values())), progress)
        self.units = units
        self._options, self._engine, self._dt = options, engine, dt
        self._elsewhere, self._store = elsewhere, store
        self._store_error = ""
        self._rows: dict[str, dict[str, Any]] = {}
        self._known: dict[str, Known] = {}
        self._live: dict[str, Optimizer] = {}
        self._last_shown = 0.0

    def table(self) -> pd.DataFrame:
        """Return the rows there are by now."""
        rows = [self._rows[u.key] for u in self.units if u.key in self._rows]
        table = make_table(rows, complete=self._snapshot.state == "done")
        if self._store_error:
            table.attrs["store_error"] = self._store_error
        if self.progress_error:
            table.attrs["progress_error"] = self.progress_error
        return table

    # -- the work ------------------------------------------------------------------------------

    def _run(self) -> str:
        self._round(0, [(u, (u.budget,)) for u in self.units])
        first = {u.key: self._rows[u.key] for u in self.units}
        self._round(1, [(u, (u.budget, u.budget + more)) for u, more in shares(self.units, first)])
        return "done"

    def _finish(self, reason: str, error: str) -> None:
        self._publish("failed" if error else reason, error=error)

    def _outcome(self) -> pd.DataFrame:
        return self.table()

    def _close(self) -> None:
        self._live.clear()
        if self._elsewhere is not None:
            self._elsewhere.close()
        if self._store is not None:
            self._store.close()

    def _round(self, number: int, asked: list[tuple[Unit, tuple[int, ...]]]) -> None:
        tasks = {}
        for unit, budgets in asked:
            known = self._look_up(unit.key)
            if number in known.rows:
                self._take_row(unit.key, known.rows[number])
                continue
            tasks[unit.key] = Task(
                unit.key, unit.model, unit.pattern, unit.seed, budgets, self._options, self._engine, self._dt,
                tuple(known.generations), known.seconds,
            )  # fmt: skip
            self._states[unit.key] = replace(self._states[unit.key], state="waiting", budget=budgets[-1])
        for outcome in self._outcomes(list(tasks.values())):
            self._take(number, tasks[outcome.key], outcome)
            if outcome.row["reason"] == "stopped":
                raise Stopped("stopped")

    def _look_up(self, key: str) -> Known:
        if key not in self._known:
            self._known[key] = Known() if self._store is None else self._store.unit(key)
        return self._known[key]

    def _take(self, number: int, task: Task, outcome: Outcome) -> None:
        known = self._known[task.key]
        if self._elsewhere is not None and outcome.generations:
            new = len(known.generations)
            self._write(lambda s: s.add(task.key, new, outcome.generations, outcome.seconds))
        known.generations += outcome.generations
        known.seconds_each += outcome.seconds
        if outcome.row["reason"] not in ("stopped", "failed"):  # both are tried again when the study goes on
            known.rows[number] = outcome.row
            self._write(lambda s: s.end(task.key, number, outcome.row))
        row = outcome.row
        if row["reason"] == "failed" and not row["evaluations"] and task.key in self._rows:
            # Its worker died: what the round before has seen still holds.
            row = self._rows[task.key] | {"error": row["error"]}
        self._take_row(task.key, row)
        self._publish("running", self._states[task.key])
        self._tell()

    def _outcomes(self, tasks: list[Task]) -> Iterator[Outcome]:
        if self._elsewhere is not None:
            self._begin(tasks)
            yield from self._elsewhere.run(tasks, self._control.checkpoint)
            return
        for task in tasks:
            self._begin([task])
            self._control.checkpoint()
            yield run_unit(
                task, self._control.checkpoint, self._emitter(task), lambda: self._control.elapsed, self._live
            )

    def _begin(self, tasks: list[Task]) -> None:
        for task in tasks:
            self._states[task.key] = replace(self._states[task.key], state="running")
        if tasks:
            self._publish("running")
            self._tell()

    def _emitter(self, task: Task) -> Emit:
        number = len(task.known)

        def emit(optimizer: Optimizer, made: Generation, seconds: float) -> None:
            nonlocal number
            at = number
            number += 1
            self._write(lambda s: s.add(task.key, at, [made], [seconds]))
            self._show(task.key, optimizer)

        return emit

    # -- what is kept and shown ----------------------------------------------------------------

    def _take_row(self, key: str, row: dict[str, Any]) -> None:
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
            evaluations=optimizer.search.evaluations,
            loss=best.loss if best is not None else None,
        )
        if time.monotonic() - self._last_shown >= _SHOW_EVERY:
            self._last_shown = time.monotonic()
            self._publish("running")
            self._tell()

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


def shares(units: list[Unit], rows: Mapping[str, Mapping[str, Any]]) -> list[tuple[Unit, int]]:
    """Return which units go on, and with how many evaluations more.

    What the replicated units of a model and a seed did not use is shared by its open ones, equally,
    and at most doubles what they had. It depends on nothing but the rows of the first round, so it
    is the same on any executor, and after any interruption. Where one has failed, nothing is shared
    yet: it is tried again when the study goes on, and the shares depend on what it then needs.
    """
    groups: dict[tuple[str, int], list[Unit]] = {}
    for unit in units:
        groups.setdefault((unit.names[0], unit.seed), []).append(unit)
    more: dict[str, int] = {}
    for group in groups.values():
        if any(rows[u.key]["status"] == "failed" for u in group):
            continue
        closed = [u for u in group if rows[u.key]["status"] == "replicated"]
        still = [u for u in group if rows[u.key]["status"] in ("fragile", "not found")]
        left = sum(u.budget - rows[u.key]["evaluations"] for u in closed)
        more |= {u.key: min(left // len(still), u.budget) for u in still}
    return [(u, more[u.key]) for u in units if more.get(u.key, 0) > 0]
