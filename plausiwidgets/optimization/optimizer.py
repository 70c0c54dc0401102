"""A search for one pattern, one generation at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.distribution import HasDistribution
from plausiwidgets.optimization.evaluations import EvaluationRecorder
from plausiwidgets.optimization.portfolio import default_strategy
from plausiwidgets.optimization.problem import JITTERED, Batch, Problem
from plausiwidgets.optimization.result import Result, describe_unmet
from plausiwidgets.optimization.strategy import Strategy, StrategyFactory
from plausiwidgets.optimization.versions import versions
from plausiwidgets.optimization.volume import Volume
from plausiwidgets.patterns.registry import why_ruled_out
from plausiwidgets.patterns.status import STATUSES


class Optimizer:
    """Strategy, judge and verification of one problem; its settings are those of `optimize`.

    Without `keep_history` its records have no history, because the histories of a study would fill the memory.

    Attributes
    ----------
    result : Result
        The record so far. The caller sets its `seconds`.
    """

    def __init__(
        self,
        problem: Problem,
        seed: int,
        budget: int,
        strategy: StrategyFactory | None = None,
        start: Mapping[str, float] | None = None,
        *,
        keep_history: bool = True,
    ) -> None:
        self.problem = problem
        make = strategy or default_strategy(solves_amplitude=problem.solves_amplitude)
        space, pattern = problem.space, problem.pattern
        point = None if start is None else space.point(start)
        self.strategy: Strategy = make(space=space, seed=seed, budget=budget, start=point)
        if not isinstance(self.strategy, Strategy):
            raise TypeError(
                "optimize: strategy must return a subclass of plausiwidgets.optimization.Strategy, or an object with "
                f"all its members, got {type(self.strategy).__name__}."
            )
        self.result = Result(
            model=problem.model.key,
            pattern=pattern.key,
            letter=pattern.letter,
            seed=seed,
            budget=budget,
            stop_reason="running",
            phase=self.strategy.phase,
            bounds={n: (float(a), float(b)) for n, a, b in zip(space.names, space.low, space.high, strict=True)},
            start={} if start is None else dict(start),
            strategy=_named(self.strategy),
            ruled_out=why_ruled_out(pattern, problem.model),
            dt=problem.dt,
            engine=problem.engine,
            versions=versions(problem.model, engine=problem.engine),
            problem=problem,
        )
        self._recorder = EvaluationRecorder(space.names) if keep_history else None
        self._watched = self.strategy if keep_history and isinstance(self.strategy, HasDistribution) else None
        self._rank: tuple[int, float] = (len(STATUSES), np.inf)
        self._asked: Floats | None = None

    @property
    def stop_reason(self) -> str:
        """Reason of the end: ``"solved"``, ``"finished"`` or ``"budget"``."""
        return "solved" if self.result.replicated else "finished" if self.strategy.finished else "budget"

    def step(self, checkpoint: Checkpoint | None = None) -> Result | None:
        """Judge one generation and return the record; None at the end of the search.

        If `checkpoint` raises, the generation is discarded: the next call judges the same points.
        """
        points = self._ask()
        if points is None:
            return None
        before, phase = self.result, self.strategy.phase
        batch, hits = self._judge(points, checkpoint)
        if batch.accepted.any():
            batch = self.problem.verify(batch, checkpoint)
        best = _best(batch)
        loss, rank = float(batch.loss[best]), (STATUSES.index(batch.status[best]), float(batch.graded[best]))
        made: dict[str, Any] = {}
        if rank < self._rank:
            parameters = batch.parameters(best)
            made = {
                "parameters": parameters,
                "loss": loss,
                "status": str(batch.status[best]),
                "failed_test": str(batch.failed_test[best]),
                "found_after": before.evaluations + best + 1,
                "unmet": describe_unmet(
                    batch.criterion_results(best) or self.problem.criterion_results(parameters, checkpoint)
                ),
            }
        penalties = batch.guidance
        if not np.all(np.isfinite(penalties)):
            raise ValueError("every penalty must be finite.")
        self._asked, self._rank = None, min(rank, self._rank)
        evaluations, restarts = before.evaluations + len(penalties), self.strategy.restarts
        self.strategy.tell(penalties)
        if phase == "screen":
            made["volume"] = Volume(before.volume.hits + hits, before.volume.screened + len(penalties))
        if self._watched is not None:
            made["_distribution"] = self._watched.distribution()
        if self._recorder is not None:
            made["_history"] = self._recorder.append(batch, restarts, phase)
        self.result = replace(
            before,
            evaluations=evaluations,
            phase=self.strategy.phase,
            restarts=self.strategy.restarts,
            **made,
        )
        return self.result

    def robustness(self, checkpoint: Checkpoint | None = None) -> float | None:
        """Return the accepted share of jittered copies of the best set; None if the best set is rejected."""
        if not self.result.accepted:
            return None
        seed = SeedSequence(self.result.seed, spawn_key=(JITTERED,))
        return self.problem.robustness(self.result.parameters, seed, checkpoint)

    def _ask(self) -> Floats | None:
        """Return the points of the next generation, the same ones until they are judged; None at the end."""
        if self.result.replicated:
            return None
        if self._asked is None and not self.strategy.finished:
            asked, space = self.strategy.ask(), self.problem.space
            self._asked = None if asked is None else np.clip(asked, space.low, space.high)
            if self._asked is not None and not np.isfinite(self._asked).all():
                raise ValueError("every point that the strategy returns from ask must be finite.")
        if self._asked is None or self.result.evaluations + len(self._asked) > self.result.budget:
            return None
        return self._asked

    def _judge(self, points: Floats, checkpoint: Checkpoint | None) -> tuple[Batch, int]:
        """Return the judged batch, and how many points of a screen are accepted.

        Solved amplitudes: all points but the start have them solved. The points of a screen are also judged as they
        are, for the volume; one that is accepted only as it is stays so.
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


def _named(strategy: Strategy) -> str:
    """Return the description of a strategy, or the name of its class if it has no description."""
    kind = type(strategy)
    return kind.__name__ if kind.__repr__ is object.__repr__ else repr(strategy)


def _best(batch: Batch) -> int:
    """Return the index of the first replicated candidate, else of the best accepted, else of the best."""
    replicated = np.flatnonzero(batch.status == "replicated")
    if replicated.size:
        return int(replicated[0])
    among = np.flatnonzero(batch.accepted) if batch.accepted.any() else np.arange(len(batch.loss))
    return int(among[np.argmin(batch.graded[among])])
