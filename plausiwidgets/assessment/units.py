"""The unit of an assessment: one model, one pattern, one seed.

A unit runs anywhere, in this process or in a worker, and always gives the same result.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.control import Stopped
from plausiwidgets.optimization.gentle import gentle
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.portfolio import default_strategy
from plausiwidgets.optimization.result import Result
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.simulation.threads import THREADS


@dataclass(frozen=True)
class Unit:
    """What is asked of one model, pattern and seed; it may be sent to another process.

    Attributes
    ----------
    model : str or NeuronModel
    pattern : str or Pattern
        The name where it means this very object in any process, else the object.
    seed : int
    budget : int
        Most evaluations.
    popsize, engine, dt, time_limit
        As for `plausiwidgets.assess`.
    """

    model: str | NeuronModel
    pattern: str | Judged
    seed: int
    budget: int
    popsize: int | None = None
    engine: str = "auto"
    dt: float | None = None
    time_limit: float | None = None

    @property
    def waiting(self) -> Result:
        """The record of a search that has not begun."""
        pattern = patterns.get(self.pattern)
        return Result(
            model=models.get(self.model).name,
            pattern=pattern.key,
            letter=pattern.letter,
            seed=self.seed,
            budget=self.budget,
            dt=self.dt,
            engine=self.engine,
            versions=versions(),
        )


def run_unit(
    unit: Unit,
    checkpoint: Checkpoint | None = None,
    tell: Callable[[Result], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Result:
    """Search to the end; an error of the model, or the end of its time, becomes a record that says so.

    A set that was found is moved nearer to the defaults as long as it stays verified (`gentle`); this is not counted
    among the evaluations. A stop (`Stopped`, KeyboardInterrupt) ends a search early: the record then has the best so
    far. The records hold no history: `plausiwidgets.optimize` with the same seed and budget gives it again.

    Parameters
    ----------
    unit : Unit
    checkpoint : callable, optional
        Called within a generation; what it raises ends the search.
    tell : callable, optional
        Called with the record after each generation.
    clock : callable
        Seconds of work: one that stands still in a pause, where there are any.

    Examples
    --------
    >>> result = run_unit(Unit("lif", "tonic_spiking", 0, 1000))
    >>> result.status, result.reason
    ('replicated', 'solved')
    """
    if multiprocessing.parent_process() is not None:
        # The processes share the cores already; and a forked one has lost its parent's threads, but would
        # wait for them.
        torch.set_num_threads(1)
        os.environ.setdefault(THREADS, "1")
    result, reason, error, robustness, began = unit.waiting, "stopped", "", None, clock()

    def check() -> None:
        if unit.time_limit is not None and clock() - began > unit.time_limit:
            raise TimeoutError(f"not done within {unit.time_limit:g} s")
        if checkpoint is not None:
            checkpoint()

    try:
        problem = make_problem(unit.model, unit.pattern, engine=unit.engine, dt=unit.dt)
        strategy = default_strategy(unit.popsize, problem.solves_amplitude)
        optimizer = Optimizer(problem, unit.seed, unit.budget, strategy)
        while (made := optimizer.step(check)) is not None:
            result = replace(made, columns={}, problem=None, seconds=clock() - began)
            if tell is not None:
                tell(result)
        robustness, reason = optimizer.robustness(check), optimizer.reason
        if reason == "solved":
            parameters, robustness = gentle(problem, result.parameters, unit.seed, check)
            result = replace(result, parameters=parameters)
    except (Stopped, KeyboardInterrupt):
        pass
    except Exception as failure:
        reason, error = "failed", f"{type(failure).__name__}: {failure}"
    return replace(
        result, reason=reason, phase="", robustness=robustness, seconds=clock() - began, error=error
    )  # fmt: skip
