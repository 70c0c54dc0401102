"""Search for one pattern, one generation at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.evaluations import EvaluationRecorder
from plausiwidgets.optimization.guarded_strategy import StrategyError, make_strategy
from plausiwidgets.optimization.portfolio import default_strategy
from plausiwidgets.optimization.problem import JITTERED, Batch, Problem
from plausiwidgets.optimization.result import Result, describe_unmet
from plausiwidgets.optimization.strategy import StrategyFactory
from plausiwidgets.optimization.versions import versions
from plausiwidgets.optimization.volume import Volume
from plausiwidgets.patterns.registry import why_ruled_out
from plausiwidgets.patterns.status import STATUSES


class Optimizer:
    """Search for one problem with the settings of `optimize`: proposal, evaluation and verification of candidates.

    Pass ``keep_history=False`` for many searches, such as those of a study, because their histories would fill the
    memory.

    Attributes
    ----------
    result : Result
        Record of the search so far. The caller sets its `seconds`.
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
        self.strategy = make_strategy(make, space, seed, budget, point)
        self.result = Result(
            model=problem.model.key,
            pattern=pattern.key,
            letter=pattern.letter,
            seed=seed,
            budget=budget,
            stop_reason="running",
            phase=self.strategy.phase,
            bounds={name: space.bounds[name] for name in space.names},
            start={} if start is None else dict(start),
            strategy=repr(self.strategy),
            ruled_out=why_ruled_out(pattern, problem.model, space.bounds),
            dt=problem.dt,
            engine=problem.engine,
            versions=versions(problem.model, engine=problem.engine),
            problem=problem,
        )
        self._recorder = EvaluationRecorder(space.names) if keep_history else None
        self._rank: tuple[int, float] = (len(STATUSES), np.inf)
        self._asked: Floats | None = None

    @property
    def stop_reason(self) -> str:
        """Reason of the end: ``"solved"``, ``"finished"`` or ``"budget"``."""
        if self.result.replicated:
            return "solved"
        # A strategy may also end the search by returning None instead of points.
        ended = self.strategy.finished or (self._asked is None and self.result.evaluations < self.result.budget)
        return "finished" if ended else "budget"

    def step(self, checkpoint: Checkpoint | None = None) -> Result | None:
        """Evaluate one generation and return the record, or None at the end of the search.

        If `checkpoint` raises an exception, the generation is discarded, and the next call evaluates the same points.
        If the strategy fails, the record contains all evaluated generations.
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
        # The status counts before the loss, because a verified set is better than an accepted one.
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
        # An error before this line discards the whole generation, so that the next call evaluates the same points.
        self._asked, self._rank = None, min(rank, self._rank)
        evaluations, restarts = before.evaluations + len(penalties), self.strategy.restarts
        # Only the points of a screen are spread evenly, so that their accepted share estimates a volume.
        if phase == "screen":
            made["volume"] = Volume(before.volume.hits + hits, before.volume.screened + len(penalties))
        if self._recorder is not None:
            made["_history"] = self._recorder.append(batch, restarts, phase)
        self.result = replace(before, evaluations=evaluations, restarts=restarts, **made)
        self.strategy.tell(penalties)
        cloud = None if self._recorder is None else self.strategy.distribution()
        phase, restarts = self.strategy.phase, self.strategy.restarts
        self.result = replace(self.result, phase=phase, restarts=restarts, _distribution=cloud)
        return self.result

    def robustness(self, checkpoint: Checkpoint | None = None) -> float | None:
        """Return the accepted share of jittered copies of the best set, or None if the best set is rejected."""
        if not self.result.accepted:
            return None
        seed = SeedSequence(self.result.seed, spawn_key=(JITTERED,))
        return self.problem.robustness(self.result.parameters, seed, checkpoint)

    def _ask(self) -> Floats | None:
        """Return the points of the next generation, or None at the end, and repeat them until they are evaluated."""
        if self.result.replicated:
            return None
        if self._asked is None and not self.strategy.finished:
            self._asked = self.strategy.ask()
        if self._asked is None:
            return None
        spent, budget, count = self.result.evaluations, self.result.budget, len(self._asked)
        if not spent and count > budget:
            raise StrategyError(
                f"strategy {self.strategy}: the first generation must have at most as many points as the budget, got "
                f"{count} points with a budget of {budget}."
            )
        return None if spent + count > budget else self._asked

    def _judge(self, points: Floats, checkpoint: Checkpoint | None) -> tuple[Batch, int]:
        """Return the evaluated batch, and the number of accepted points of a screen.

        The amplitude of every point except the start is solved for. The points of a screen are also evaluated as they
        are, for the estimate of the volume. A point that is accepted only as it is keeps its amplitude.
        """
        problem, screening = self.problem, self.strategy.phase == "screen"
        # Evaluate the start as it is, because the user has chosen its amplitude.
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


def _best(batch: Batch) -> int:
    """Return the index of the first replicated candidate, or else of the best accepted one, or else of the best one."""
    replicated = np.flatnonzero(batch.status == "replicated")
    if replicated.size:
        return int(replicated[0])
    among = np.flatnonzero(batch.accepted) if batch.accepted.any() else np.arange(len(batch.loss))
    return int(among[np.argmin(batch.graded[among])])
