"""Studies: many searches in the background, in this process or on an executor, with a file."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NoReturn

from plausiwidgets.assessment.executors import Executor, ExecutorDiedError, run_on
from plausiwidgets.assessment.store import Key, Store, StoreError, StoreWarning
from plausiwidgets.assessment.table import COUNTED, make_table
from plausiwidgets.assessment.units import RUN_AGAIN, Unit, run_unit
from plausiwidgets.optimization.background import Background, warn
from plausiwidgets.optimization.control import StoppedError
from plausiwidgets.optimization.result import ENDED, Result
from plausiwidgets.patterns.status import SYMBOLS
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.printed import Printed, Table
from plausiwidgets.support.progress import Bar, ProgressLike
from plausiwidgets.support.renamed import renamed

_SHOW_EVERY = 0.05
"""Minimum time in s between two snapshots within a search."""


@renamed
@dataclass(frozen=True, repr=False)
class StudySnapshot(Printed):
    """Immutable state of a study at one moment.

    Attributes
    ----------
    asked : mapping of (model, pattern, seed) to Result
        Initial record of every search, in the order of the table.
    stop_reason : str
        ``"running"``, ``"paused"``, ``"finished"``, ``"stopped"`` or ``"failed"``.
    finished : int
        Number of finished searches.
    running : tuple of Result
        Records of the running searches or, with an executor, of the submitted ones.
    newest : Result or None
        The search that has just finished, if any.
    seconds : float
        Working time in s.
    error : str
        Error of a failed study.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> study = pw.assessment.start_assessment("lif", "tonic_spiking", budget=200)
    >>> table = study.result()
    >>> snapshot = study.snapshot()
    >>> snapshot.stop_reason, snapshot.finished
    ('finished', 1)
    """

    asked: Mapping[Key, Result] = field(repr=False)
    stop_reason: str = "running"
    finished: int = 0
    running: tuple[Result, ...] = ()
    newest: Result | None = None
    seconds: float = 0.0
    error: str = ""
    log: list[Result] = field(
        repr=False, compare=False, default_factory=list
    )  # shared by all snapshots, which use the first `finished` entries

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Record of every search, in the order of the table."""
        now = dict(self.asked)
        now |= {result.id: result for result in self.running}
        now |= {result.id: result for result in self.log[: self.finished]}
        return tuple(now.values())

    @property
    def state(self) -> str:
        """State of the study: ``"running"``, ``"paused"``, ``"done"``, ``"stopped"`` or ``"failed"``."""
        return "done" if self.stop_reason == "finished" else self.stop_reason

    @property
    def ended(self) -> bool:
        """Whether the study has ended."""
        return self.state in ENDED

    @property
    def _bar(self) -> Bar:
        """Content of a progress bar."""
        searching = ", ".join(result.pattern for result in self.running[:3])
        return Bar("search", self.finished, len(self.asked), searching, self._line, self.newest is not None)

    def __repr__(self) -> str:
        return f"<StudySnapshot: {self._line}>"

    def _table(self) -> Table:
        heads = ("model", "searches", "ended", *(SYMBOLS[status] for status in COUNTED))
        by_model: dict[str, list[Result]] = {}
        for result in self.results:
            by_model.setdefault(result.model, []).append(result)
        rows = []
        for model, results in by_model.items():
            ended = [result for result in results if result.ended]
            statuses = [result._status for result in ended]
            rows.append((model, *map(str, (len(results), len(ended), *(statuses.count(status) for status in COUNTED)))))
        title = f"{self.state}: {self.finished} of {len(self.asked)} searches, {self.seconds:.1f} s"
        key = ", ".join(f"{SYMBOLS[status]} {word}" for status, word in COUNTED.items())
        return Table(title, heads, rows, [key, *([self.error] if self.error else [])], numbers=range(1, len(heads)))

    @property
    def _line(self) -> str:
        """Snapshot in one line."""
        head = f"[{self.finished}/{len(self.asked)}] {self.seconds:.1f} s"
        result = self.newest or next(iter(self.running), None)
        if self.ended or result is None:
            return f"{head} {self.state}"
        what = result.summary if result.ended else result._bar.line
        return f"{head} {result.model}, {result.pattern}, seed {result.seed}: {what}"


class Study(Background[StudySnapshot, "pd.DataFrame"]):
    """Assessment in the background that `plausiwidgets.assessment.start_assessment` returns.

    Searches on an executor continue during a pause. A stop cancels searches that have not started.

    Parameters
    ----------
    units : list of Unit
        Searches of the study. executor, progress Arguments of `plausiwidgets.assess`.
    store : Store, optional
        File from which finished searches are read, and to which they are written.

    Attributes
    ----------
    left : list of Unit
        Searches that the store did not contain at the start.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> study = pw.assessment.start_assessment("lif", "tonic_spiking", budget=200)
    >>> study.result()["status"].tolist()
    ['replicated']
    """

    what = "assessment"
    _function = "assess"

    def __init__(
        self,
        units: list[Unit],
        executor: Executor | None = None,
        store: Store | None = None,
        progress: ProgressLike = None,
    ) -> None:
        self._log: list[Result] = []
        asked = {result.id: result for result in (unit.waiting for unit in units)}
        super().__init__(StudySnapshot(asked, log=self._log), progress)
        self._executor, self._store = executor, store
        self._store_error = self._executor_error = ""
        self._running: dict[Key, Result] = {}
        self.left: list[Unit] = []
        self._last_shown = 0.0
        for key, unit in zip(asked, units, strict=True):
            known = None if store is None else store.results.get(key)
            if known is None or known.stop_reason in RUN_AGAIN:
                self.left.append(unit)
            else:
                self._take(known)
        self._publish(self._now())

    def table(self) -> pd.DataFrame:
        """Return the table of the finished searches."""
        results = [result for result in self._snapshot.results if result.ended]
        complete = len(results) == len(self._snapshot.asked) and all(result.reproducible for result in results)
        table = make_table(results, complete)
        if self._store_error:
            table.attrs["store_error"] = self._store_error
        if self._executor_error:
            table.attrs["executor_error"] = self._executor_error
        if self.progress_error:
            table.attrs["progress_error"] = self.progress_error
        return table

    def _begin(self) -> None:
        super()._begin()
        if self._store is not None and (self.left or self._store.outdated):  # a file of a finished study is only read
            self._store.prepare()

    def _run(self) -> str:
        for result in self._results():
            if result.stop_reason != "stopped":  # an interrupted search starts again when the study continues
                self._write(result)
            self._take(result)
            self._show(newest=result)
            if result.stop_reason == "stopped":
                raise StoppedError("stopped")
        return "finished"

    def _results(self) -> Iterator[Result]:
        checkpoint = self._checkpoint

        def begin(unit: Unit) -> None:
            self._tell(replace(unit.waiting, stop_reason="running"))

        if self._executor is not None:
            try:
                yield from run_on(self._executor, self.left, checkpoint, begin)
            except ExecutorDiedError as error:
                self._end_without_executor(error)
            return
        for unit in self.left:
            self._last_shown = 0.0  # show the start of a search immediately
            begin(unit)
            checkpoint()
            yield run_unit(unit, checkpoint, self._tell, lambda: self._elapsed)

    def _end_without_executor(self, error: ExecutorDiedError) -> NoReturn:
        """Warn that the executor has died, and stop the study with its finished searches."""
        finished, requested = len(self._log), len(self._snapshot.asked)
        self._executor_error = (
            f"The executor has died ({error}) with {finished} of {requested} searches finished. To continue, start the "
            "study again with a new executor and the same store."
        )
        warn(f"assess: {self._executor_error}")
        raise StoppedError("stopped") from error

    def _take(self, result: Result) -> None:
        self._log.append(result)
        self._running.pop(result.id, None)

    def _tell(self, result: Result) -> None:
        """Store the record of a running search, and publish a snapshot if it is due."""
        self._running[result.id] = result
        if time.monotonic() - self._last_shown >= _SHOW_EVERY:
            self._last_shown = time.monotonic()
            self._show()

    def _show(self, newest: Result | None = None) -> None:
        self._publish(self._now(newest))
        self._report()

    def _now(self, newest: Result | None = None) -> StudySnapshot:
        running = tuple(self._running.values())
        return replace(self._snapshot, stop_reason="running", finished=len(self._log), running=running, newest=newest)

    def _finish(self, **ending: str) -> None:
        self._snapshot = replace(self._snapshot, running=(), newest=None)
        super()._finish(**ending)

    def _write(self, result: Result) -> None:
        """Append a search to the store, or continue without the store after an error."""
        if self._store is None or self._store_error:
            return
        try:
            self._store.write(result)
        except StoreError as error:
            self._store_error = f"{error} The assessment continues in memory only."
            warn(self._store_error, StoreWarning)

    def _outcome(self) -> pd.DataFrame:
        return self.table()
