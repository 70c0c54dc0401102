"""What a study will cost, measured on the first candidates of each model and pattern."""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from plausiwidgets.assessment.units import Unit
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.registry import received as received_model
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.control import Stopped
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.portfolio import Options, default_strategy
from plausiwidgets.optimization.problem import Batch, Problem
from plausiwidgets.patterns.registry import received as received_pattern
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.progress import ProgressLike, as_progress

TRIED = 200
"""Candidates that are judged for each model and pattern."""

MOST = 2.0
"""Largest processor time of judging these in s; a slower model is measured on what was done until then."""

AFTER = 5.0
"""Processor time of a found set's way towards the defaults, in verifications: the median over the built-in models.

A set at the defaults takes none.
"""

ESTIMATE_COLUMNS = {
    "model": "name of the model",
    "pattern": "key of the pattern",
    "searches": "number of searches, one for each seed",
    "compiled": "whether the model runs as machine code",
    "reason": "why it does not, or why it cannot be searched",
    "candidates": "candidates that were judged for this estimate",
    "found": "whether one of them shows the pattern",
    "candidate_ms": "processor time of a candidate in ms",
    "low": "processor time of the searches in s, if none takes longer than it did so far",
    "high": "processor time of the searches in s, if those without a solution so far use their whole budget and what "
    "is found is led towards the defaults",
}
"""Columns of an estimate."""


@dataclass(frozen=True)
class _Trial:
    """Processor times in s of the first candidates of a search."""

    candidates: int = 0
    judging: float = 0.0
    verifying: float = 0.0
    found: bool = False
    without: str = ""
    """Why there is no search, if there is none."""

    @property
    def each(self) -> float:
        """Time to judge a candidate."""
        return self.judging / max(self.candidates, 1)

    def range(self, unit: Unit) -> tuple[float, float]:
        """Return the least and the largest time of the whole search."""
        if self.without:
            return 0.0, 0.0
        low = self.judging + self.verifying
        high = low + AFTER * self.verifying if self.found else max(low, self.verifying + unit.budget * self.each)
        most = math.inf if unit.time_limit is None else unit.time_limit
        return min(low, most), min(high, most)


@dataclass(frozen=True)
class _Timed(Problem):
    """A problem that notes the processor times of its verifications in s, each of which is made to its end."""

    verifying: list[float] = field(default_factory=list)

    def verify(self, batch: Batch, checkpoint: Checkpoint | None = None) -> Batch:
        """Verify as a `Problem` does."""
        began = time.process_time()
        try:
            return super().verify(batch)
        finally:
            self.verifying.append(time.process_time() - began)


@dataclass(frozen=True)
class EstimateSnapshot:
    """How far an estimate has come: pairs of a model and a pattern."""

    position: int
    total: int
    pair: str = ""
    unit: ClassVar[str] = "pair"
    milestone: ClassVar[bool] = False

    @property
    def state(self) -> str:
        """``"running"`` or ``"done"``."""
        return "done" if self.ended else "running"

    @property
    def ended(self) -> bool:
        """Whether all are estimated."""
        return self.position == self.total

    def postfix(self) -> str:
        """Return the pair that is estimated."""
        return self.pair

    def line(self) -> str:
        """Return the snapshot in one line."""
        return f"{self.position} of {self.total} begun{self.pair and f', now {self.pair}'}"


def estimate_units(units: Iterable[Unit], progress: ProgressLike = None) -> pd.DataFrame:
    """Return the processor time that searches will take, a row for each model and pattern.

    Searches that end early are found by beginning each, as far as `TRIED` candidates. The time to compile a model is
    not in the sums; a process takes it once for each model.

    Parameters
    ----------
    progress : optional
        As in `assess`; it receives an `EstimateSnapshot` for each pair of a model and a pattern.

    Returns
    -------
    pandas.DataFrame
        Columns as in `ESTIMATE_COLUMNS`; ``.attrs["compile"]`` is the time in s for each model, and
        ``.attrs["memory"]`` the largest memory of this process in bytes, None where the system does not tell.
    """
    first: dict[tuple[str, str], Unit] = {}
    count: Counter[tuple[str, str]] = Counter()
    for unit in units:
        key = unit.waiting.model, unit.waiting.pattern
        first.setdefault(key, unit)
        count[key] += 1
    compiling: dict[str, float] = {}
    reasons: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    shown = as_progress(progress)
    shown.init(EstimateSnapshot(0, len(first)))
    for position, ((model, pattern), unit) in enumerate(first.items()):
        shown.step(EstimateSnapshot(position, len(first), f"{model}, {pattern}"))
        if model not in compiling:
            began = time.process_time()
            reasons[model] = why_not_compiled(received_model(unit.model), unit.engine)
            compiling[model] = time.process_time() - began
        trial = _begin(unit)
        low, high = trial.range(unit)
        rows.append(
            {
                "model": model,
                "pattern": pattern,
                "searches": count[model, pattern],
                "compiled": not reasons[model],
                "reason": trial.without or reasons[model],
                "candidates": trial.candidates,
                "found": trial.found,
                "candidate_ms": 1000.0 * trial.each,
                "low": count[model, pattern] * low,
                "high": count[model, pattern] * high,
            }
        )
    shown.close(EstimateSnapshot(len(first), len(first)))
    table = pd.DataFrame(rows, columns=list(ESTIMATE_COLUMNS))
    table.attrs = {"compile": compiling, "memory": peak_memory()}
    return table


def why_not_compiled(model: NeuronModel, engine: str) -> str:
    """Return why a model runs in the torch loop, or an empty string; it is compiled, if it was not yet."""
    from plausiwidgets.simulation.compiled.engine import why_not

    return "engine='torch' was asked for" if engine == "torch" else why_not(model) or ""


def peak_memory() -> int | None:
    """Return the largest memory of this process so far in bytes; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _begin(unit: Unit) -> _Trial:
    """Judge the first candidates of a search, if there is one."""
    try:
        if argument := unit.waiting.argument:
            return _Trial(without=f"is not searched: {argument}")
        model, pattern = received_model(unit.model), received_pattern(unit.pattern)
        plain = make_problem(model, pattern, engine=unit.engine, dt=unit.dt)
        return _measured(unit, _Timed(plain.model, plain.pattern, plain.space, plain.dt, plain.engine))
    except Exception as failure:
        return _Trial(without=f"fails: {type(failure).__name__}: {failure}")


def _measured(unit: Unit, problem: _Timed) -> _Trial:
    strategy = default_strategy(unit.popsize, problem.solves_amplitude)
    optimizer = Optimizer(problem, unit.seed, unit.budget, strategy, keep_tries=False)
    began = time.process_time()

    def judging() -> float:
        return time.process_time() - began - sum(problem.verifying)

    def check() -> None:
        if judging() > MOST:
            raise Stopped("long enough")

    trial = _Trial()
    try:
        while trial.candidates < TRIED and (result := optimizer.step(check)) is not None:
            trial = _Trial(result.evaluations, judging(), sum(problem.verifying), result.replicated)
    except Stopped:  # within a generation, the first one perhaps
        begun = max(trial.candidates, min(Options.population, unit.budget))
        return replace(trial, candidates=begun, judging=judging(), verifying=sum(problem.verifying))
    return trial
