"""The unit of an assessment: one model, one pattern, one seed; plain data in and out.

A unit runs anywhere, in this process or in a worker, and always gives the same row.
"""

from __future__ import annotations

import math
import multiprocessing
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import torch

from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.control import Stopped
from plausiwidgets.optimization.optimizer import Generation, Optimizer
from plausiwidgets.optimization.search import Options
from plausiwidgets.simulation.lanes import Checkpoint

KEPT = 64
"""Most searches that are kept in memory to go on: each takes more than 1 MB."""

Emit = Callable[[Optimizer, Generation, float], None]
"""Called after each generation with its working time in s."""


@dataclass(frozen=True)
class Task:
    """What a unit is to do.

    Attributes
    ----------
    key : str
        Its name in the study.
    model, pattern
        Name or object.
    seed : int
    budgets : tuple of int
        Evaluations it was allowed at first, and with its share of what others left.
    options : Options
    engine : str
    dt : float or None
    known : tuple of Generation
        What was done before, to be replayed.
    seconds : float
        Working time that `known` took.
    """

    key: str
    model: Any
    pattern: Any
    seed: int
    budgets: tuple[int, ...]
    options: Options = field(default_factory=Options)
    engine: str = "auto"
    dt: float | None = None
    known: tuple[Generation, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What a unit did.

    Attributes
    ----------
    key : str
    row : dict
        Of the table: numbers, strings, lists and dicts.
    generations : tuple of Generation
        The new ones.
    seconds : tuple of float
        Working time of each of them.
    """

    key: str
    row: dict[str, Any]
    generations: tuple[Generation, ...] = ()
    seconds: tuple[float, ...] = ()


def run_unit(
    task: Task,
    checkpoint: Checkpoint | None = None,
    emit: Emit | None = None,
    clock: Callable[[], float] = time.monotonic,
    live: MutableMapping[str, Optimizer] | None = None,
) -> Outcome:
    """Run a unit to its end; an error of the model becomes a row that says so.

    One that is in `live` goes on from there, not from what is `known`, which is the same but takes
    time; it is put back if its search may go on once more.

    A stop (`Stopped`, KeyboardInterrupt) ends it early: its row then says "stopped", and holds the
    best so far. The `clock` counts seconds of work: one that stands still in a pause, where there are any.
    """
    if multiprocessing.parent_process() is not None:
        # The processes share the cores already; and a forked one has lost torch's threads, but would
        # wait for them.
        torch.set_num_threads(1)
    made: list[Generation] = []
    seconds: list[float] = []
    optimizer: Optimizer | None = None
    reason, robustness, error = "stopped", None, ""
    began = clock()
    try:
        optimizer = None if live is None else live.pop(task.key, None)
        if optimizer is None:
            optimizer = _restore(task)
        optimizer.allow(task.budgets[-1])
        while True:
            start = clock()
            generation = optimizer.step(checkpoint)
            if generation is None:
                break
            made.append(generation)
            seconds.append(clock() - start)
            if emit is not None:
                emit(optimizer, generation, seconds[-1])
        robustness = optimizer.robustness(checkpoint)
        reason = "solved" if optimizer.solved else "budget"
        if live is not None and not optimizer.solved and len(live) < KEPT:
            live[task.key] = optimizer
    except (Stopped, KeyboardInterrupt):
        pass
    except Exception as failure:
        reason, error = "failed", f"{type(failure).__name__}: {failure}"
    row = make_row(task, optimizer, reason, robustness, clock() - began + task.seconds, error)
    return Outcome(task.key, row, tuple(made), tuple(seconds))


def _restore(task: Task) -> Optimizer:
    problem = make_problem(task.model, task.pattern, engine=task.engine, dt=task.dt)
    optimizer = Optimizer(problem, task.seed, task.budgets[0], task.options)
    known = iter(task.known)
    generation = next(known, None)
    for budget in task.budgets:
        optimizer.allow(budget)
        while generation is not None and not optimizer.done and optimizer.search.ask() is not None:
            optimizer.replay(generation)
            generation = next(known, None)
    if generation is not None:
        raise ValueError("the stored search is longer than its budget allows")
    return optimizer


def _letter(pattern: Any) -> str:
    """Return the letter of one of the package's own patterns: another one may have the same key."""
    from plausiwidgets import patterns

    return patterns.get(pattern).letter if patterns.is_registered(pattern) else ""


def make_row(
    task: Task,
    optimizer: Optimizer | None,
    reason: str,
    robustness: float | None = None,
    seconds: float = 0.0,
    error: str = "",
) -> dict[str, Any]:
    """Return the row of a unit; what is not known, or not finite, is None."""
    row: dict[str, Any] = {
        "model": getattr(task.model, "name", task.model),
        "pattern": getattr(task.pattern, "key", task.pattern),
        "letter": _letter(task.pattern),
        "seed": task.seed,
        "status": "failed" if reason == "failed" else "not found",
        "loss": None,
        "broken": [],
        "evaluations": 0,
        "found_after": None,
        "budget": task.budgets[-1],
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
    row |= {
        "evaluations": optimizer.search.evaluations,
        "hits": optimizer.volume.hits,
        "screened": optimizer.volume.screened,
    }
    best = optimizer.best
    if best is None:
        return row
    row |= {"loss": best.loss if math.isfinite(best.loss) else None, "parameters": dict(best.parameters)}
    if best.fragile is not None and reason != "failed":
        row["status"] = "fragile" if best.fragile else "replicated"
    if best.fragile is not None:
        row["found_after"] = best.evaluation
    elif reason != "failed":
        # A replayed search has not kept its checks.
        checks = best.checks or optimizer.problem.checks(best.parameters)
        row["broken"] = [c.name for c in checks if not c.passed]
    return row
