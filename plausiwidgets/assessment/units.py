"""The unit of an assessment: one model, one pattern, one seed; plain data in and out.

A unit runs anywhere, in this process or in a worker, and always gives the same row.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

import torch

from plausiwidgets import patterns
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.control import Stopped
from plausiwidgets.optimization.optimizer import Generation, Optimizer
from plausiwidgets.optimization.portfolio import default_strategy
from plausiwidgets.optimization.result import describe_missed
from plausiwidgets.patterns import Pattern
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.simulation.threads import THREADS

Emit = Callable[[Optimizer, Generation, float], None]
"""Called after each generation with its working time in s."""


class Row(TypedDict):
    """A unit's row of the table, as it is stored; what is not known, or not finite, is None."""

    model: str
    pattern: str
    letter: str
    seed: int
    status: str
    failed_check: str
    loss: float | None
    broken: list[str]
    missed: list[str]
    evaluations: int
    found_after: int | None
    budget: int
    hits: int
    screened: int
    robustness: float | None
    seconds: float
    reason: str
    parameters: dict[str, float]
    error: str


@dataclass(frozen=True)
class Unit:
    """What is asked of one model, pattern and seed.

    Attributes
    ----------
    key : str
        Its name in the study.
    model : str or NeuronModel
    pattern : str or Pattern
        The name where it means this very object in any process, else the object.
    seed : int
    budget : int
        Most evaluations.
    """

    key: str
    model: str | NeuronModel
    pattern: str | Pattern
    seed: int
    budget: int

    @property
    def names(self) -> tuple[str, str, int]:
        """Name of the model, key of the pattern, seed."""
        model = self.model if isinstance(self.model, str) else self.model.name
        return model, self.pattern if isinstance(self.pattern, str) else self.pattern.key, self.seed


@dataclass(frozen=True)
class Task:
    """What is to be done for a unit; it may be sent to another process.

    Attributes
    ----------
    unit : Unit
    popsize : int or None
    engine : str
    dt : float or None
        As for `assess`.
    stored : tuple of Generation
        What was done before, to be replayed.
    seconds : float
        Working time that these took.
    """

    unit: Unit
    popsize: int | None = None
    engine: str = "auto"
    dt: float | None = None
    stored: tuple[Generation, ...] = ()
    seconds: float = 0.0

    @property
    def key(self) -> str:
        """The unit's name in the study."""
        return self.unit.key


@dataclass(frozen=True)
class Outcome:
    """What was done for a unit.

    Attributes
    ----------
    key : str
        The unit's name in the study.
    row : Row
    generations : tuple of Generation
        The new ones.
    seconds : tuple of float
        Working time of each of them.
    """

    key: str
    row: Row
    generations: tuple[Generation, ...] = ()
    seconds: tuple[float, ...] = ()


def run_unit(
    task: Task,
    checkpoint: Checkpoint | None = None,
    emit: Emit | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Run a unit to its end; an error of the model becomes a row that says so.

    A stop (`Stopped`, KeyboardInterrupt) ends it early: its row then says "stopped", and holds the
    best so far. The `clock` counts seconds of work: one that stands still in a pause, where there are any.

    Examples
    --------
    >>> outcome = run_unit(Task(Unit("lif/tonic_spiking/0", "lif", "tonic_spiking", 0, 1000)))
    >>> outcome.row["status"], outcome.row["reason"]
    ('replicated', 'solved')
    """
    if multiprocessing.parent_process() is not None:
        # The processes share the cores already; and a forked one has lost its parent's threads, but would
        # wait for them.
        torch.set_num_threads(1)
        os.environ.setdefault(THREADS, "1")
    made: list[Generation] = []
    seconds: list[float] = []
    optimizer: Optimizer | None = None
    reason, robustness, error = "stopped", None, ""
    began = clock()
    try:
        optimizer = _restore(task)
        while True:
            begun = clock()
            generation = optimizer.step(checkpoint)
            if generation is None:
                break
            made.append(generation)
            seconds.append(clock() - begun)
            if emit is not None:
                emit(optimizer, generation, seconds[-1])
        robustness = optimizer.robustness(checkpoint)
        reason = optimizer.reason
    except (Stopped, KeyboardInterrupt):
        pass
    except Exception as failure:
        reason, error = "failed", f"{type(failure).__name__}: {failure}"
    row = make_row(task, optimizer, reason, robustness, clock() - began + task.seconds, error)
    return Outcome(task.key, row, tuple(made), tuple(seconds))


def _restore(task: Task) -> Optimizer:
    problem = make_problem(task.unit.model, task.unit.pattern, engine=task.engine, dt=task.dt)
    strategy = default_strategy(task.popsize, problem.solves_amplitude)
    optimizer = Optimizer(problem, task.unit.seed, task.unit.budget, strategy)
    optimizer.replay(task.stored)
    return optimizer


def make_row(
    task: Task,
    optimizer: Optimizer | None,
    reason: str,
    robustness: float | None = None,
    seconds: float = 0.0,
    error: str = "",
) -> Row:
    """Return the row of a unit; without an optimizer, of one that could not be run."""
    model, pattern, seed = task.unit.names
    row: Row = {
        "model": model,
        "pattern": pattern,
        "letter": patterns.get(task.unit.pattern).letter,
        "seed": seed,
        "status": "failed" if reason == "failed" else "rejected",
        "failed_check": "",
        "loss": None,
        "broken": [],
        "missed": [],
        "evaluations": 0,
        "found_after": None,
        "budget": task.unit.budget,
        "hits": 0,
        "screened": 0,
        "robustness": robustness,
        "seconds": seconds,
        "reason": reason,
        "parameters": {},
        "error": error,
    }
    if optimizer is None:
        return row
    row["evaluations"] = optimizer.evaluations
    row["hits"], row["screened"] = optimizer.volume.hits, optimizer.volume.screened
    best = optimizer.best
    if best is None:
        return row
    row["loss"] = best.loss if math.isfinite(best.loss) else None
    row["parameters"] = dict(best.parameters)
    if best.accepted:
        row["found_after"] = best.evaluation
    if reason == "failed":
        return row
    row["status"], row["failed_check"] = best.status, best.failed_check
    if not best.accepted:
        # A replayed search has not kept its checks.
        checks = best.checks or optimizer.problem.checks(best.parameters)
        row["broken"] = [c.name for c in checks if not c.passed]
        row["missed"] = list(describe_missed(checks))
    return row
