"""A search for one pattern, a generation at a time; it knows no thread, clock or screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.portfolio import default_strategy
from plausiwidgets.optimization.problem import Batch, Problem
from plausiwidgets.optimization.strategy import Strategy, StrategyFactory
from plausiwidgets.optimization.volume import Volume
from plausiwidgets.patterns import Check
from plausiwidgets.patterns.status import STATUSES
from plausiwidgets.simulation.lanes import Checkpoint

_JITTER = 3  # spawn key of the jitters' generator, beside those of portfolio.py


@dataclass(frozen=True)
class Candidate:
    """A judged set of parameters.

    Attributes
    ----------
    parameters : mapping of str to float
        Complete.
    loss : float
        At dt; 0 when accepted.
    graded : float
        What ranks it: the loss or, where it is fragile, the loss of the check that failed.
    status : {"replicated", "fragile", "unverified", "rejected"}
        "unverified" where it is accepted and was not verified.
    failed_check : str
        Which verification a fragile one failed, in words.
    evaluation : int
        How many evaluations had been made when it was found, itself included.
    checks : tuple of Check
        Its criteria, where it was judged in this process.
    """

    parameters: Mapping[str, float]
    loss: float
    graded: float
    status: str
    failed_check: str
    evaluation: int
    checks: tuple[Check, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether every criterion holds at dt."""
        return self.status != "rejected"

    @property
    def rank(self) -> tuple[int, float]:
        """Order among candidates, the least is the best."""
        return STATUSES.index(self.status), self.graded


@dataclass(frozen=True)
class Generation:
    """What one judged batch adds; the told costs of all generations restore a search.

    Attributes
    ----------
    phase : str
        Of the strategy.
    costs : ndarray [m, criteria + 1]
        As told to the strategy.
    hits : int
        Points of a screen that are accepted as they are, at dt.
    candidate : Candidate
        The best of the batch.
    median : float
        Of the batch's losses at dt; what is told may have more in it.
    """

    phase: str
    costs: Floats
    hits: int
    candidate: Candidate
    median: float


Columns = Mapping[str, NDArray[Any]]
"""A history: column → array [generations], of floats or, for the phase, of strings."""

COLUMNS: dict[str, str] = {
    "evaluations": "f8", "best": "f8", "current": "f8", "median": "f8", "restarts": "i8", "phase": "U16",
}  # fmt: skip
"""Columns of a history, with their types: evaluations so far; three losses; how often the strategy has begun anew,
this generation included; and its phase."""


@dataclass
class History:
    """A row for each generation, in growing columns."""

    columns: dict[str, NDArray[Any]] = field(default_factory=lambda: {n: np.empty(64, t) for n, t in COLUMNS.items()})
    rows: int = 0

    def append(self, **row: float | str) -> None:
        """Add a row."""
        if self.rows == len(self.columns["best"]):
            self.columns = {n: np.concatenate([c, np.empty_like(c)]) for n, c in self.columns.items()}
        for name, value in row.items():
            self.columns[name][self.rows] = value
        self.rows += 1

    def frozen(self) -> dict[str, NDArray[Any]]:
        """Return read-only columns of what there is; later rows do not change them."""
        out = {}
        for name, column in self.columns.items():
            view = column[: self.rows]
            view.flags.writeable = False
            out[name] = view
        return out


class Optimizer:
    """Strategy, judge and verification of one problem.

    Parameters
    ----------
    problem : Problem
    seed : int
        Of everything random.
    budget : int
        Most evaluations: candidates judged at dt with all their sweeps.
    strategy : StrategyFactory, optional
        What says which candidates.
    start : mapping of str to float, optional
        Complete set that is looked at first.
    """

    def __init__(
        self,
        problem: Problem,
        seed: int,
        budget: int,
        strategy: StrategyFactory | None = None,
        start: Mapping[str, float] | None = None,
    ) -> None:
        self.problem = problem
        self.seed = seed
        self.budget = budget
        make = strategy or default_strategy(solves_amplitude=problem.solves_amplitude)
        point = None if start is None else problem.space.point(start)
        self.strategy: Strategy = make(space=problem.space, seed=seed, budget=budget, start=point)
        if not isinstance(self.strategy, Strategy):
            raise TypeError(
                f"strategy made a {type(self.strategy).__name__}, valid is: a subclass of "
                "plausiwidgets.optimization.Strategy, or what has all its members"
            )
        self.evaluations = 0
        self.best: Candidate | None = None
        self.solved = False
        self.volume = Volume()
        self.history = History()
        self._asked: Floats | None = None

    @property
    def generation(self) -> int:
        """Finished generations."""
        return self.history.rows

    @property
    def done(self) -> bool:
        """Whether a verified solution is there."""
        return self.solved

    @property
    def reason(self) -> str:
        """Why it ends: ``"solved"``, ``"finished"`` or ``"budget"``."""
        return "solved" if self.solved else "finished" if self.strategy.finished else "budget"

    def step(self, checkpoint: Checkpoint | None = None) -> Generation | None:
        """Make one generation and return it; None when there is nothing left to do.

        What `checkpoint` raises passes through, and the interrupted generation did not happen:
        the next call judges the same points.
        """
        points = self._ask()
        if points is None:
            return None
        phase = self.strategy.phase
        batch, hits = self._judge(points, checkpoint)
        if batch.accepted.any():
            batch = self.problem.verify(batch, checkpoint)
        best = _best(batch)
        candidate = Candidate(
            batch.parameters(best),
            float(batch.loss[best]),
            float(batch.graded[best]),
            str(batch.status[best]),
            str(batch.failed_check[best]),
            self.evaluations + best + 1,
        )
        if self._improves(candidate):
            checks = batch.checks(best) or self.problem.checks(candidate.parameters, checkpoint)
            candidate = replace(candidate, checks=checks)
        costs = batch.guidance
        if not np.all(np.isfinite(costs)):
            raise ValueError("a cost is not finite: a strategy would rank it as average")
        generation = Generation(phase, costs, hits, candidate, float(np.median(batch.loss)))
        self._take(generation)
        return generation

    def replay(self, generations: Iterable[Generation]) -> None:
        """Take generations from a store, as if they had just been made.

        Raises
        ------
        ValueError
            If they are not those of this search.
        """
        for generation in generations:
            asked = self._ask()
            if asked is None:
                raise ValueError("the stored search is longer than its budget allows")
            if len(asked) != len(generation.costs):
                raise ValueError("the stored search is not this one")
            self._take(generation)

    def robustness(self, checkpoint: Checkpoint | None = None) -> float | None:
        """Return the share of jittered copies of the best that stay accepted; None if it is not."""
        if self.best is None or not self.best.accepted:
            return None
        seed = SeedSequence(self.seed, spawn_key=(_JITTER,))
        return self.problem.robustness(self.best.parameters, seed, checkpoint)

    def _ask(self) -> Floats | None:
        """Return the points of the next generation, the same until they are told; None at the end."""
        if self.done:
            return None
        if self._asked is None and not self.strategy.finished:
            asked, space = self.strategy.ask(), self.problem.space
            self._asked = None if asked is None else np.clip(asked, space.low, space.high)
        if self._asked is None or self.evaluations + len(self._asked) > self.budget:
            return None
        return self._asked

    def _judge(self, points: Floats, checkpoint: Checkpoint | None) -> tuple[Batch, int]:
        """Return the judged batch, and how many of the points of a screen are accepted as they are.

        Where a pattern lives between two thresholds, the amplitude is solved: not for the start, which
        is looked at as it is, and for the screen beside the points themselves, whose accepted share
        is the volume; one of them that is accepted only as it is stays so.
        """
        problem, screening = self.problem, self.strategy.phase == "screen"
        solving = problem.solves_amplitude and self.strategy.phase != "start"
        values = problem.space.values(points)
        if not solving:
            plain = problem.judge(values, checkpoint)
            return plain, int(plain.accepted.sum()) if screening else 0
        settled = problem.settle(values, checkpoint)
        solved = problem.judge_solved(points, checkpoint, settled=settled)
        if not screening:
            return solved, 0
        plain = problem.judge(values, checkpoint, settled=settled)
        return solved.prefer(plain), int(plain.accepted.sum())

    def _improves(self, candidate: Candidate) -> bool:
        return self.best is None or candidate.rank < self.best.rank

    def _take(self, generation: Generation) -> None:
        candidate = generation.candidate
        self._asked = None
        self.evaluations += len(generation.costs)
        restarts = self.strategy.restarts
        self.strategy.tell(generation.costs)
        if self._improves(candidate):
            self.best = candidate
            self.solved = candidate.status == "replicated"
        if generation.phase == "screen":
            before = self.volume
            self.volume = Volume(before.hits + generation.hits, before.screened + len(generation.costs))
        assert self.best is not None
        self.history.append(
            evaluations=self.evaluations,
            best=self.best.loss,
            current=candidate.loss,
            median=generation.median,
            restarts=restarts,
            phase=generation.phase,
        )


def _best(batch: Batch) -> int:
    """Return the index of the first replicated candidate, else of the best accepted, else of the best."""
    replicated = np.flatnonzero(batch.status == "replicated")
    if replicated.size:
        return int(replicated[0])
    among = np.flatnonzero(batch.accepted) if batch.accepted.any() else np.arange(len(batch.loss))
    return int(among[np.argmin(batch.graded[among])])
