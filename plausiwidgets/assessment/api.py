"""`assess` and `start_assessment`: a search for each model, pattern and seed."""

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
"""Divisor of a pattern's budget for a search: nearly every set that is found is found within this share."""


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
    """Return a study that has not started; the settings are those of `assess`."""
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
    imported("cma")  # before the worker thread starts: silencing an import's warning is not thread-safe
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

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> table = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], budget=300)
    >>> print(table["summary"][1])    # doctest: +ELLIPSIS
    ruled out: Every spike resets the whole state to the same value, ...

    Parameters
    ----------
    models : str, NeuronModel, or several of them
    patterns : str, Pattern, or several of them, optional
        Default: all twenty.
    seed : int, or several of them
        Several seeds give a row each. The same seed gives the same table (except `seconds`), with any executor,
        interrupted or not.
    budget : int, optional
        Largest number of evaluations of each search. Default: a fifth of the pattern's budget.
    executor : object, optional
        An object with ``submit``: ProcessPoolExecutor, loky's, a dask client. Default: this process.
    store : path, or several of them, optional
        Text file of the study: a JSON line for the request, then one for each finished search. If it exists, its
        searches are reused; failed ones run again. Of several files, all are read and the first is written. The
        others may be of studies with some of the models, patterns and seeds, such as the jobs of an array.
    progress : optional
        None, ``"text"``, ``"tqdm"``, a function of a `StudySnapshot`, or an object with ``init``,
        ``step`` and ``close``, such as ``pw.NotebookProgress()``.
    popsize : int, optional
        As for `optimize`.
    engine : {"auto", "compiled", "torch"}
    dt : float, optional
        Time step in ms; default: each model's.
    time_limit : float, optional
        Maximum working time of a search in s; a longer search fails.
    strategy : optional
        Class or function that returns a custom optimizer for each search, see `plausiwidgets.optimization.Strategy`.
        A search whose optimizer fails has a row with the error and the best set so far.

    Returns
    -------
    pandas.DataFrame
        A row for each (model, pattern, seed), see `plausiwidgets.assessment.COLUMNS`; after a KeyboardInterrupt the
        rows so far. ``.attrs`` holds the versions, whether the table is complete, and the error of the store, if any.

    Raises
    ------
    ValueError
        For an unknown name or an invalid value.
    StoreError
        If a file cannot be used, or has another request or version.

    Warns
    -----
    UserWarning
        If a model cannot be compiled, and neither an executor nor an engine is asked for: it takes hundreds of times as
        long.
    """
    study = _study(*args, **settings)
    if settings.get("executor") is None:  # its processes are others', and perhaps other machines
        for model, engine in dict.fromkeys((received_model(unit.model), unit.engine) for unit in study.left):
            warn_if_slow(model, engine)
    return study.execute()


@checked
@takes(_study)
def start_assessment(*args: Any, **settings: Any) -> Study:
    """Start `assess` in the background; see there for the parameters and errors.

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
    """Estimate what `assess` with the same arguments takes, by beginning each search; no file is written.

    Searches that a `store` has are left out. `executor` has no effect.

    Examples
    --------
    >>> from plausiwidgets.assessment import estimate
    >>> table = estimate("lif", ["tonic_spiking", "tonic_bursting"], budget=300)
    >>> list(table["found"]), bool(table["compiled"].all())
    ([True, False], True)

    Returns
    -------
    pandas.DataFrame
        A row for each model and pattern, see `plausiwidgets.assessment.ESTIMATE_COLUMNS`. ``low`` and ``high`` are
        processor times in s. ``.attrs`` holds the time to ``compile`` each model in s, which every process takes
        once, and the largest ``memory`` of this process in bytes, None where the system does not report it.
    """
    return estimate_units(_study(*args, **settings).left, settings.get("progress"))


MAX_SEARCHES = 1e5
"""Searches of a study: more are several studies, with files of their own."""


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
