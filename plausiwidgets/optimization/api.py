"""`optimize` and `start_optimization`: one search for one pattern."""

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
    """Return a run that has not started; the settings are those of `optimize`."""
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
    imported("cma")  # before the worker thread starts: silencing an import's warning is not thread-safe
    return Run(optimizer, limit, progress)


@checked
@takes(_optimization)
def optimize(*args: Any, **settings: Any) -> Result:
    """Search for parameters with which a model shows a firing pattern.

    A screen of the whole box yields a population, which evolves by differential evolution. After 2000 evaluations,
    or at once from a start, CMA-ES runs start from its best members, one after the other. A population that stops
    gaining is replaced by a larger one, until a solution is verified or the budget is spent.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> result = pw.optimize("adex", "tonic_spiking", seed=1)
    >>> result.status, result.found_after < 100
    ('replicated', True)
    >>> verdict = pw.judge("adex", "tonic_spiking", result.parameters)

    Parameters
    ----------
    model : str or NeuronModel
    pattern : str or Pattern
        `plausiwidgets.patterns.all_of` returns that of one set of parameters that shows several patterns.
    start : mapping of str to float, optional
        Values that are judged first and start the first CMA-ES run; a missing one is its default (or the nearest
        value within `bounds`).
    fixed : iterable of str, or mapping of str to float
        Parameters that keep their value.
    bounds : mapping of str to (low, high), optional
        Bounds in place of a parameter's soft range; they also free a parameter that is fixed by default.
    seed : int
        The same seed gives the same result.
    budget : int, optional
        Largest number of candidates, each judged with all its sweeps at dt. Default: the pattern's.
        If the pattern has an amplitude window, the amplitude of each candidate is set between its thresholds; their
        search is not counted and takes about five times as long as the judgement.
    popsize : int, optional
        Candidates in a generation of one CMA-ES run.
    strategy : optional
        Custom optimizer: an object with ``ask`` and ``tell``, or a class or function that returns one, see
        `plausiwidgets.optimization.Strategy`. If it fails, the result contains the evaluations so far and the error.
    progress : optional
        None, ``"text"``, ``"tqdm"``, a function of a `Result`, or an object with ``init``,
        ``step`` and ``close``.
    time_limit : float, optional
        Time limit in s; a search that it ends is not `Result.reproducible`.
    engine : {"auto", "compiled", "torch"}
    dt : float, optional
        Time step in ms; default: the model's.

    Returns
    -------
    Result
        After a KeyboardInterrupt the result so far.

    Raises
    ------
    ValueError
        For an unknown name or an invalid value.

    Warns
    -----
    UserWarning
        If the model cannot be compiled and no engine is asked for: its search takes hundreds of times as long.
    """
    run = _optimization(*args, **settings)
    problem = run.snapshot().problem
    assert problem is not None
    warn_if_slow(problem.model, problem.engine)
    return run.execute()


@checked
@takes(_optimization)
def start_optimization(*args: Any, **settings: Any) -> Run:
    """Start `optimize` in the background; see there for the parameters and errors.

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
    """Return the checked problem of a model and a pattern, each a name or an object."""
    neuron, firing = models.get(model), judged(patterns.get(pattern), "searched for")
    space = Space.build(firing.parameters(neuron), start, fixed, bounds)
    return Problem(neuron, firing, space, check_dt(neuron, dt), check_engine(engine))


def warn_if_slow(model: models.NeuronModel, engine: str) -> None:
    """Warn the caller of the package of a search of a model that the torch loop runs without being asked to."""
    from plausiwidgets.engine.compiled.availability import has_numba
    from plausiwidgets.engine.compiled.engine import why_not

    reason = why_not(model) if engine == "auto" and not (model.programs and has_numba()) else None
    if reason is not None:
        warn_caller(
            f"a search with model {model.key!r} takes hundreds of times as long as with a compiled model. "
            f"{reason[:1].upper()}{reason[1:]}"
        )


def check_engine(engine: str) -> str:
    """Return the name of an engine; ValueError if it is unknown, ImportError if it is not installed."""
    if engine not in ENGINES:
        raise unknown("", "engine", engine, ENGINES)
    if engine == "torch":
        require("torch")
    return engine


EITHER = "pass either popsize or strategy, because only the default strategy has a popsize."


def check_popsize(popsize: int | None) -> int | None:
    """Return the points of a CMA-ES generation, None for the default; ValueError if it is invalid."""
    if popsize is None:
        return None
    bounded("optimize", "population (popsize)", float(whole("optimize", "popsize", popsize, 4)), MAX_POINTS)
    return int(popsize)
