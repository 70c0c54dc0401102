"""Unit of an assessment: a search whose result does not depend on the process that runs it."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.engine.threads import THREADS
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.registry import received as received_model
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.control import StoppedError
from plausiwidgets.optimization.guarded_strategy import StrategyError
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.portfolio import default_strategy
from plausiwidgets.optimization.result import Result
from plausiwidgets.optimization.shrink_to_defaults import shrink_to_defaults
from plausiwidgets.optimization.strategy import StrategyFactory
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.registry import received as received_pattern
from plausiwidgets.patterns.registry import why_ruled_out
from plausiwidgets.support.python_file import InFile

RUN_AGAIN = ("failed", "time")
"""Reasons of the end of a search after which it runs again when its study continues."""


class _TimeLimitError(Exception):
    """Exception of a checkpoint when a search has reached its time limit."""


@dataclass(frozen=True)
class Unit:
    """Search for one model, pattern and seed, which can be pickled.

    Attributes
    ----------
    model : str, InFile or NeuronModel
    pattern : str, InFile or Pattern
        Key, or file and key, if it identifies the same object in every process, otherwise the object.
    seed : int
        Seed of the search.
    budget : int
        Maximum number of evaluations.
    popsize, engine, dt, time_limit, strategy
        Arguments of `plausiwidgets.assess`.
    """

    model: str | InFile | NeuronModel
    pattern: str | InFile | Judged
    seed: int
    budget: int
    popsize: int | None = None
    engine: str = "auto"
    dt: float | None = None
    time_limit: float | None = None
    strategy: StrategyFactory | None = None

    @property
    def waiting(self) -> Result:
        """Record before the search."""
        model, pattern = received_model(self.model), received_pattern(self.pattern)
        return Result(
            model=model.key,
            pattern=pattern.key,
            letter=pattern.letter,
            seed=self.seed,
            budget=self.budget,
            dt=self.dt,
            engine=self.engine,
            ruled_out=why_ruled_out(pattern, model),
            versions=versions(model, engine=self.engine),
        )

    def optimizer(self) -> Optimizer:
        """Return the optimizer of the search before its first generation."""
        model, pattern = received_model(self.model), received_pattern(self.pattern)
        problem = make_problem(model, pattern, engine=self.engine, dt=self.dt)
        strategy = self.strategy or default_strategy(self.popsize, problem.solves_amplitude)
        return Optimizer(problem, self.seed, self.budget, strategy, keep_history=False)


def run_unit(
    unit: Unit,
    checkpoint: Checkpoint | None = None,
    report: Callable[[Result], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Result:
    """Run a search and return its record without a history.

    An error, or the time limit, results in a failed record. A pattern that is ruled out is not searched for, so its
    record has no evaluations. If the time limit ends before the first evaluation, the reason of the end is ``"time"``.
    A verified set is moved towards the defaults while it stays verified (`shrink_to_defaults`), which does not count as
    evaluations. After a stop (`StoppedError` or KeyboardInterrupt), the record contains the best set so far.

    Parameters
    ----------
    unit : Unit
        Search to run.
    checkpoint : callable, optional
        Function that is called within each generation, and may raise an exception.
    report : callable, optional
        Function that is called with the record after each generation.
    clock : callable
        Function that returns a time in s, which does not advance during a pause.
    """
    if multiprocessing.parent_process() is not None:
        # The worker processes share the cores, and a forked worker would wait for threads of its parent.
        os.environ.setdefault(THREADS, "1")
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads of torch, if a custom step imports it later
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
    result, reason, error, robustness, began = unit.waiting, "stopped", "", None, clock()
    if result.ruled_out:
        return replace(result, stop_reason="finished")

    def check() -> None:
        if unit.time_limit is not None and clock() - began > unit.time_limit:
            raise _TimeLimitError(f"TimeoutError: the search exceeded its time limit of {unit.time_limit:g} s.")
        if checkpoint is not None:
            checkpoint()

    try:
        optimizer = unit.optimizer()
        result = replace(optimizer.result, problem=None)
        while (made := optimizer.step(check)) is not None:
            result = replace(made, problem=None, seconds=clock() - began)
            if report is not None:
                report(result)
        robustness, ended = optimizer.robustness(check), optimizer.stop_reason
        if ended == "solved":
            parameters, robustness = shrink_to_defaults(optimizer.problem, result.parameters, unit.seed, check)
            result = replace(result, parameters=parameters)
        reason = ended  # until this line, the search counts as stopped and starts again when its study continues
    except (StoppedError, KeyboardInterrupt):
        pass
    except StrategyError as failure:
        result, reason, error = replace(optimizer.result, problem=None), "failed", str(failure)
    except _TimeLimitError as failure:
        reason, error = ("failed", str(failure)) if result.evaluations else ("time", "")
    except Exception as failure:
        reason, error = "failed", f"{type(failure).__name__}: {failure}"
    return replace(result, stop_reason=reason, phase="", robustness=robustness, seconds=clock() - began, error=error)
