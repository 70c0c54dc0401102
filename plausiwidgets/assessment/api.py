"""The functions `assess` and `start_assessment`, which search for each combination of model, pattern and seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from plausiwidgets import models as neurons
from plausiwidgets import patterns as firing
from plausiwidgets.assessment.estimates import estimate_units
from plausiwidgets.assessment.executors import Executor
from plausiwidgets.assessment.request import describe_request
from plausiwidgets.assessment.store import Store
from plausiwidgets.assessment.study import Study
from plausiwidgets.assessment.units import Unit
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.registry import custom as custom_models
from plausiwidgets.models.registry import received as received_model
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.optimization.api import EITHER, check_engine, check_popsize, warn_if_slow
from plausiwidgets.optimization.guarded_strategy import check_factory
from plausiwidgets.optimization.strategy import StrategyFactory
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import judged
from plausiwidgets.patterns.registry import custom as custom_patterns
from plausiwidgets.support.arguments import bounded, checked, finite, shown, takes, whole
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.progress import ProgressLike
from plausiwidgets.support.quiet import imported

Models = str | NeuronModel | Iterable[str | NeuronModel]
Patterns = str | Protocol | Iterable[str | Protocol]

SHARE = 5
"""Divisor of the budget of a pattern for a search, which loses hardly any solutions."""


def _study(
    models: Models,
    patterns: Patterns | None = None,
    *,
    seed: int | Iterable[int] = 0,
    budget: int | None = None,
    executor: Executor | None = None,
    store: str | Path | Sequence[str | Path] | None = None,
    progress: ProgressLike = None,
    popsize: int | None = None,
    engine: str = "auto",
    dt: float | None = None,
    time_limit: float | None = None,
    strategy: StrategyFactory | None = None,
) -> Study:
    """Return a study that has not started, with the settings of `assess`."""
    chosen = [neurons.get(m) for m in _several(models)]
    asked = [judged(firing.get(p), "assessed") for p in (firing.names() if patterns is None else _several(patterns))]
    _distinct("model", [m.key for m in chosen])
    _distinct("pattern", [p.key for p in asked])
    seeds = [whole("assess", "seed", s, 0) for s in _several(seed)]
    _distinct("seed", seeds)
    bounded("assess", "number of searches", float(len(chosen)) * len(asked) * len(seeds), MAX_SEARCHES)
    check_engine(engine)
    dt = None if dt is None else check_dt(chosen[0], dt)
    popsize = check_popsize(popsize)
    custom = None if strategy is None else check_factory("assess", strategy, shared=True)
    if custom is not None and popsize is not None:
        raise ValueError(f"assess: {EITHER}")
    own = None if budget is None else whole("assess", "budget", budget, 1)
    budgets = [own or max(pattern.budget // SHARE, 1) for pattern in asked]
    limit = None if time_limit is None else finite("assess", "time_limit", time_limit, above=0.0, unit="s")
    units = [
        Unit(
            custom_models.sendable(model),
            custom_patterns.sendable(pattern),
            number,
            most,
            popsize,
            engine,
            dt,
            limit,
            custom,
        )
        for model in chosen
        for number in seeds
        for pattern, most in zip(asked, budgets, strict=True)
    ]
    imported("cma")  # before the worker thread starts, because suppressing an import's warning is not thread-safe
    if executor is not None and not isinstance(executor, Executor):
        raise ValueError(
            "assess: executor must be None or an object with submit, such as a concurrent.futures.ProcessPoolExecutor, "
            f"loky.get_reusable_executor() or a Dask client, got {shown(executor)}."
        )
    opened = None
    if store is not None:
        first, *others = _paths(store)
        request = describe_request(chosen, asked, seeds, budgets, popsize, engine, dt, custom)
        opened = Store(first, request, versions(*chosen, engine=engine), others)
    return Study(units, executor, opened, progress)


@checked
@takes(_study)
def assess(*args: Any, **settings: Any) -> pd.DataFrame:
    """Search for every pattern with every model, and return a table of the results.

    For each model, pattern and seed, the search evaluates the same parameter sets as `optimize` with the same seed and
    budget. It then moves a verified set towards the defaults while the set stays verified, so its parameters and its
    robustness differ from those that `optimize` returns. A pair that a proof rules out (`NeuronModel.ruled_out`) is not
    searched, and its row has no evaluations.

    Parameters
    ----------
    models : str, NeuronModel, or several of them
        Neuron models, by key or as objects.
    patterns : str, Pattern, or several of them, optional
        Patterns to search for, by default all built-in and registered patterns.
    seed : int, or several of them
        Seed of the random numbers. Each of several seeds has its own rows. Equal seeds give equal tables (except
        `seconds`) with every executor, and also if the study is interrupted and continued.
    budget : int, optional
        Maximum number of evaluations of each search. By default, a fifth of the budget of the pattern.
    executor : object, optional
        Object with ``submit``, such as a ProcessPoolExecutor, an executor of loky or a Dask client. By default, the
        searches run in this process.
    store : path, or several of them, optional
        Text file of the study: a JSON line for the request, followed by a line for each finished search. If the file
        exists, its searches are reused, and failed ones run again. If you pass several files, all are read and the
        first is written. The other files may contain studies with some of the models, patterns and seeds, such as the
        jobs of an array.
    progress : optional
        None, ``"text"``, ``"tqdm"``, a function of a `StudySnapshot`, or an object with ``init``,
        ``step`` and ``close``, such as ``pw.NotebookProgress()``.
    popsize : int, optional
        Number of points in a generation of CMA-ES, as in `optimize`.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.
    dt : float, optional
        Time step in ms, by default that of each model.
    time_limit : float, optional
        Maximum working time of a search in s. A search that exceeds it fails.
    strategy : optional
        Class or function that returns a custom optimizer for each search (see `plausiwidgets.optimization.Strategy`).
        If the optimizer of a search fails, its row contains the error and the best set so far.

    Returns
    -------
    pandas.DataFrame
        A row for each combination of model, pattern and seed, with the columns of `plausiwidgets.assessment.COLUMNS`.
        After a KeyboardInterrupt, it contains the finished rows and, if a search was running, the row of that search.
        ``.attrs`` contains the versions, whether the table is complete, and the error of the store, if any.

    Raises
    ------
    ValueError
        If a name is unknown or a value is invalid.
    StoreError
        If a file cannot be used, or contains another request or other versions.

    Warns
    -----
    UserWarning
        If a model cannot be compiled, and neither `executor` nor `engine` is given, because its searches take hundreds
        of times as long.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> table = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], budget=300)
    >>> print(table["summary"][1])    # doctest: +ELLIPSIS
    ruled out: Every spike resets the whole state to the same value, ...
    """
    study = _study(*args, **settings)
    if settings.get("executor") is None:  # the processes of an executor belong to the user and may be on other machines
        for model, engine in dict.fromkeys((received_model(unit.model), unit.engine) for unit in study.left):
            warn_if_slow(model, engine)
    return study.execute()


@checked
@takes(_study)
def start_assessment(*args: Any, **settings: Any) -> Study:
    """Start `assess` in the background, and return the study.

    The parameters and errors are those of `assess`.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> study = pw.assessment.start_assessment("lif", "tonic_spiking")
    >>> table = study.result(timeout=60)
    >>> study.snapshot()    # doctest: +ELLIPSIS
    <StudySnapshot: [1/1] ... s done>

    Returns
    -------
    Study
        With ``pause()``, ``resume()``, ``stop()``, ``snapshot()`` and ``result()``.
    """
    return _study(*args, **settings).start()


@checked
@takes(_study)
def estimate(*args: Any, **settings: Any) -> pd.DataFrame:
    """Estimate the time and the memory of `assess` with the same arguments.

    The function starts each search without writing a file. It omits searches that a `store` contains. The argument
    `executor` has no effect.

    Examples
    --------
    >>> from plausiwidgets.assessment import estimate
    >>> table = estimate("lif", ["tonic_spiking", "tonic_bursting"], budget=300)
    >>> list(table["found"]), bool(table["compiled"].all())
    ([True, False], True)

    Returns
    -------
    pandas.DataFrame
        A row for each model and pattern, with the columns of `plausiwidgets.assessment.ESTIMATE_COLUMNS`. ``low`` and
        ``high`` are processor times in s. ``.attrs`` contains the time to ``compile`` each model in s, which every
        process needs once, and the maximum ``memory`` of this process in bytes, or None if the system does not report
        it.
    """
    return estimate_units(_study(*args, **settings).left, settings.get("progress"))


MAX_SEARCHES = 1e5
"""Maximum number of searches in a study. Divide a larger one into several studies with separate files."""


def _several(what: object) -> list[Any]:
    if isinstance(what, str) or not isinstance(what, Iterable):
        return [what]
    several = list(islice(what, int(MAX_SEARCHES) + 1))
    if not several:
        raise ValueError("assess: models, patterns and seed must each contain at least one entry, got an empty list.")
    bounded("assess", "number of searches", float(len(several)), MAX_SEARCHES)
    return several


def _paths(store: str | Path | Sequence[str | Path]) -> list[Path]:
    paths = [store] if isinstance(store, (str, Path)) else list(store)
    if not paths or any(str(path) in ("", ":memory:") for path in paths):
        raise ValueError(f"assess: store must be None, the path of a file or a list of paths, got {shown(store)}.")
    return [Path(path).expanduser() for path in paths]


def _distinct(what: str, names: Sequence[object]) -> None:
    twice = sorted(repr(n) for n, count in Counter(names).items() if count > 1)
    if twice:
        raise ValueError(f"assess: each {what} must be listed only once, got {', '.join(twice)} twice.")
