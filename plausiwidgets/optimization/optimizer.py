"""A search for one pattern, a generation at a time; it knows no thread, clock or screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.problem import Batch, Problem
from plausiwidgets.optimization.search import Options, Search
from plausiwidgets.optimization.volume import Volume
from plausiwidgets.simulation.lanes import Checkpoint

COLUMNS = ("evaluations", "best", "current", "median", "screen")
_JITTER = 3  # spawn key of the jitters' generator, beside those of search.py


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
        What ranks it: the loss, or where it is fragile the loss at dt/2.
    fragile : bool or None
        Accepted at dt but not at dt/2; None where it is not accepted, or a verified one was known.
    evaluation : int
        How many evaluations had been made when it was found, itself included.
    checks : tuple of Check
        Its criteria, where it was judged in this process.
    """

    parameters: Mapping[str, float]
    loss: float
    graded: float
    fragile: bool | None
    evaluation: int
    checks: tuple[Any, ...] = ()

    @property
    def rank(self) -> tuple[int, float]:
        """Order among candidates, the least is the best: replicated, fragile, by loss."""
        return (2 if self.fragile is None else int(self.fragile), self.graded)


@dataclass(frozen=True)
class Generation:
    """What one judged batch adds; the told losses of all generations restore a search.

    Attributes
    ----------
    phase : str
        ``"screen"`` or ``"search"``.
    losses : ndarray [m]
        As told to the search.
    hits : int
        Points of the screen that are accepted as they are, at dt.
    candidate : Candidate
        The best of the batch.
    median : float
        Of the batch's losses at dt; what is told may have more in it.
    """

    phase: str
    losses: Floats
    hits: int
    candidate: Candidate
    median: float


@dataclass
class History:
    """A row for each generation, in growing columns."""

    columns: dict[str, Floats] = field(default_factory=lambda: {n: np.empty(64) for n in COLUMNS})
    rows: int = 0

    def append(self, **row: float) -> None:
        """Add a row."""
        if self.rows == len(self.columns["best"]):
            self.columns = {n: np.concatenate([c, np.empty(len(c))]) for n, c in self.columns.items()}
        for name, value in row.items():
            self.columns[name][self.rows] = value
        self.rows += 1

    def frozen(self) -> dict[str, Floats]:
        """Return read-only columns of what there is; later rows do not change them."""
        out = {}
        for name, column in self.columns.items():
            view = column[: self.rows]
            view.flags.writeable = False
            out[name] = view
        return out


class Optimizer:
    """Search, judge and verification of one problem.

    Parameters
    ----------
    problem : Problem
    seed : int
        Of everything random.
    budget : int
        Most evaluations: candidates judged at dt with all their sweeps.
    options : Options
    start : mapping of str to float, optional
        Complete set that is looked at first.
    """

    def __init__(
        self,
        problem: Problem,
        seed: int,
        budget: int,
        options: Options | None = None,
        start: Mapping[str, float] | None = None,
    ) -> None:
        self.problem = problem
        self.seed = seed
        self.budget = budget
        point = None if start is None else problem.space.point(start)
        options = options or Options()
        if problem.between is not None:
            # At a solved amplitude chance alone is strong, and the slope may lead astray.
            options = replace(options, explore=options.starts // 2)
        self.search = Search(problem.space, seed, budget, options, point)
        self.best: Candidate | None = None
        self.solved = False
        self.volume = Volume()
        self.history = History()

    @property
    def generation(self) -> int:
        """Finished generations."""
        return self.history.rows

    @property
    def phase(self) -> str:
        """``"screen"`` or ``"search"``."""
        return self.search.phase

    @property
    def done(self) -> bool:
        """Whether a verified solution is there (a begun screen is still completed)."""
        return self.solved and not self.search.screening

    def step(self, checkpoint: Checkpoint | None = None) -> Generation | None:
        """Make one generation and return it; None when there is nothing left to do.

        What `checkpoint` raises passes through, and the interrupted generation did not happen:
        the next call asks for the same points.
        """
        points = None if self.done else self.search.ask()
        if points is None:
            return None
        batch, hits = self._judge(points, checkpoint)
        losses, solution = batch.loss, -1
        verified = bool(batch.accepted.any()) and not self.solved
        if verified:
            batch, losses, solution = self.problem.verify(batch, checkpoint)
        best = solution
        if best < 0:
            among = np.flatnonzero(batch.accepted) if batch.accepted.any() else np.arange(len(losses))
            best = int(among[np.argmin(losses[among])])
        told = losses if batch.solved is None else losses + batch.solved.shortfall
        candidate = Candidate(
            batch.parameters(best),
            float(batch.loss[best]),
            float(losses[best]),
            (solution < 0) if verified else None,
            self.search.evaluations + best + 1,
        )
        if self._improves(candidate):
            checks = batch.checks(best) or self.problem.checks(candidate.parameters, checkpoint)
            candidate = replace(candidate, checks=checks)
        generation = Generation(self.phase, told, hits, candidate, float(np.median(batch.loss)))
        self._take(generation)
        return generation

    def allow(self, budget: int) -> None:
        """Change the budget; a search that had spent it goes on."""
        self.budget = self.search.budget = budget

    def replay(self, generation: Generation) -> None:
        """Take a generation from a store, as if it had just been made."""
        if self.search.ask() is None:
            raise ValueError("the stored search is longer than its budget")
        self._take(generation)

    def robustness(self, checkpoint: Checkpoint | None = None) -> float | None:
        """Return the share of jittered copies of the best that stay accepted; None if it is not."""
        if self.best is None or self.best.fragile is None:
            return None
        seed = SeedSequence(self.seed, spawn_key=(_JITTER,))
        return self.problem.robustness(self.best.parameters, seed, checkpoint)

    def _judge(self, points: Floats, checkpoint: Checkpoint | None) -> tuple[Batch, int]:
        """Return the judged batch, and how many of the points are accepted as they are.

        Where a pattern lives between two thresholds, the amplitude is solved: not for the start, which
        is looked at as it is, and for the screen beside the points themselves, whose accepted share
        is the volume; one of them that is accepted only as it is stays so.
        """
        problem, screening = self.problem, self.search.screening
        is_start = self.generation == 0 and self.search.start is not None
        solving = problem.between is not None and not self.solved and not is_start
        plain = problem.judge(problem.space.values(points), checkpoint) if not solving or screening else None
        hits = 0 if plain is None else int(plain.accepted.sum())
        if not solving:
            assert plain is not None
            return plain, hits
        solved = problem.judge_solved(points, checkpoint)
        return (solved if plain is None else solved.prefer(plain)), hits

    def _improves(self, candidate: Candidate) -> bool:
        return not self.solved and (self.best is None or candidate.rank < self.best.rank)

    def _take(self, generation: Generation) -> None:
        candidate = generation.candidate
        screen = self.search.screening
        self.search.tell(generation.losses)
        if self._improves(candidate):
            self.best = candidate
            self.solved = candidate.fragile is False
        if screen:
            before = self.volume
            self.volume = Volume(before.hits + generation.hits, before.screened + len(generation.losses))
        assert self.best is not None
        self.history.append(
            evaluations=self.search.evaluations,
            best=self.best.loss,
            current=candidate.loss,
            median=generation.median,
            screen=float(generation.phase == "screen"),
        )
