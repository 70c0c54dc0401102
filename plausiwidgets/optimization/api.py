"""The functions `optimize` and `start_optimization`, which search for one pattern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plausiwidgets import models, patterns
from plausiwidgets.engine.choice.run_lanes import ENGINES
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.optimization.guarded_strategy import MAX_POINTS, check_factory
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.portfolio import default_strategy
from plausiwidgets.optimization.problem import Problem
from plausiwidgets.optimization.result import Result
from plausiwidgets.optimization.run import Run
from plausiwidgets.optimization.space import Bounds, Space
from plausiwidgets.optimization.strategy import AskTell, StrategyFactory
from plausiwidgets.patterns.all_of import judged
from plausiwidgets.patterns.registry import Named
from plausiwidgets.support.arguments import bounded, checked, finite, takes, whole
from plausiwidgets.support.extras import require
from plausiwidgets.support.names import unknown
from plausiwidgets.support.progress import ProgressLike
from plausiwidgets.support.quiet import imported, warn_caller


def _optimization(
    model: str | models.NeuronModel,
    pattern: Named,
    *,
    start: Mapping[str, float] | None = None,
    fixed: Iterable[str] | Mapping[str, float] = (),
    bounds: Bounds | None = None,
    seed: int = 0,
    budget: int | None = None,
    popsize: int | None = None,
    strategy: StrategyFactory | AskTell | None = None,
    progress: ProgressLike = None,
    time_limit: float | None = None,
    engine: str = "auto",
    dt: float | None = None,
) -> Run:
    """Return a run that has not started, with the settings of `optimize`."""
    problem = make_problem(model, pattern, start, fixed, bounds, engine, dt)
    limit = None if time_limit is None else finite("optimize", "time_limit", time_limit, above=0.0, unit="s")
    custom = None if strategy is None else check_factory("optimize", strategy, shared=False)
    if custom is not None and popsize is not None:
        raise ValueError(f"optimize: {EITHER}")
    optimizer = Optimizer(
        problem,
        whole("optimize", "seed", seed, 0),
        problem.pattern.budget if budget is None else whole("optimize", "budget", budget, 1),
        custom or default_strategy(check_popsize(popsize), problem.solves_amplitude),
        problem.space.base if start is not None else None,
    )
    imported("cma")  # before the worker thread starts, because suppressing an import's warning is not thread-safe
    return Run(optimizer, limit, progress)


@checked
@takes(_optimization)
def optimize(*args: Any, **settings: Any) -> Result:
    """Search for parameters with which a model shows a firing pattern.

    The search ends when a parameter set is verified, or when the budget or the time limit is reached.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    pattern : str or Pattern
        To search for one parameter set that shows several patterns, use `plausiwidgets.patterns.all_of`.
    start : mapping of str to float, optional
        Parameter set that is evaluated first, and from which the first CMA-ES run starts. A missing parameter is at its
        default, or at the closest value within `bounds`.
    fixed : iterable of str, or mapping of str to float
        Parameters that keep their start or default, or values to keep.
    bounds : mapping of str to (low, high), optional
        Bounds that replace the range of a parameter. A parameter with bounds is varied even if it is fixed by default.
    seed : int
        Seed of the random numbers. Equal seeds give equal results.
    budget : int, optional
        Maximum number of candidates, each evaluated with all sweeps at dt. By default, the budget of the pattern. If
        the pattern has an amplitude window, the amplitude of each candidate is set between its thresholds. The search
        for the thresholds does not count, and takes about five times as long as the evaluation.
    popsize : int, optional
        Number of candidates in a generation of a CMA-ES run.
    strategy : optional
        Custom optimizer: an object with ``ask`` and ``tell``, or a class or function that returns one (see
        `plausiwidgets.optimization.Strategy`). If it fails, the result contains the evaluations so far and the error.
    progress : optional
        None, ``"text"``, ``"tqdm"``, a function of a `Result`, or an object with ``init``,
        ``step`` and ``close``.
    time_limit : float, optional
        Time limit in s. A search that reaches it is not `Result.reproducible`.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.
    dt : float, optional
        Time step in ms, by default that of the model.

    Returns
    -------
    Result
        Best parameter set with its status and loss, and all evaluations. After a KeyboardInterrupt, the result contains
        the evaluations so far.

    Raises
    ------
    ValueError
        If a name is unknown or a value is invalid.

    Warns
    -----
    UserWarning
        If the model cannot be compiled and `engine` is ``"auto"``, because the search takes hundreds of times as long.

    Notes
    -----
    By default, a screen of the whole search space yields a population, which evolves by differential evolution. After
    2000 evaluations, CMA-ES runs start from its best members, one after the other. If you pass a start, the first run
    starts immediately. A population that stops improving is replaced by a larger one.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> result = pw.optimize("adex", "tonic_spiking", seed=1)
    >>> result.status, result.found_after < 100
    ('replicated', True)
    >>> verdict = pw.judge("adex", "tonic_spiking", result.parameters)
    """
    run = _optimization(*args, **settings)
    problem = run.snapshot().problem
    assert problem is not None
    warn_if_slow(problem.model, problem.engine)
    return run.execute()


@checked
@takes(_optimization)
def start_optimization(*args: Any, **settings: Any) -> Run:
    """Start `optimize` in the background, and return the run.

    The parameters and errors are those of `optimize`.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> run = pw.start_optimization("adex", "tonic_spiking", seed=1)
    >>> run.result(timeout=60).status, run.snapshot().state
    ('replicated', 'done')

    Returns
    -------
    Run
        With ``pause()``, ``resume()``, ``stop()``, ``snapshot()`` and ``result()``.
    """
    return _optimization(*args, **settings).start()


def make_problem(
    model: str | models.NeuronModel,
    pattern: Named,
    start: Mapping[str, float] | None = None,
    fixed: Iterable[str] | Mapping[str, float] = (),
    bounds: Bounds | None = None,
    engine: str = "auto",
    dt: float | None = None,
) -> Problem:
    """Return the checked problem of a model and a pattern, given by key or as objects."""
    neuron, firing = models.get(model), judged(patterns.get(pattern), "searched for")
    space = Space.build(firing.parameters(neuron), start, fixed, bounds)
    return Problem(neuron, firing, space, check_dt(neuron, dt), check_engine(engine))


def warn_if_slow(model: models.NeuronModel, engine: str) -> None:
    """Warn the user if an uncompiled model makes a search slow and the user did not choose the engine."""
    from plausiwidgets.engine.compiled.availability import has_numba
    from plausiwidgets.engine.compiled.engine import why_not

    reason = why_not(model) if engine == "auto" and not (model.programs and has_numba()) else None
    if reason is not None:
        warn_caller(
            f"a search with model {model.key!r} takes hundreds of times as long as with a compiled model. "
            f"{reason[:1].upper()}{reason[1:]}"
        )


def check_engine(engine: str) -> str:
    """Return the name of an engine after checking it.

    Raises
    ------
    ValueError
        If the name is unknown.
    ImportError
        If the engine is not installed.
    """
    if engine not in ENGINES:
        raise unknown("", "engine", engine, ENGINES)
    if engine == "torch":
        require("torch")
    return engine


EITHER = "pass either popsize or strategy, because only the default strategy has a popsize."


def check_popsize(popsize: int | None) -> int | None:
    """Return the number of points of a CMA-ES generation after checking it, or None for the default.

    Raises
    ------
    ValueError
        If the number is below 4 or too large.
    """
    if popsize is None:
        return None
    bounded("optimize", "population (popsize)", float(whole("optimize", "popsize", popsize, 4)), MAX_POINTS)
    return int(popsize)
