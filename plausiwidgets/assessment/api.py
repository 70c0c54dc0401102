"""Models × patterns: which model shows which pattern, as a table that claims no more than was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from plausiwidgets.assessment.executors import Elsewhere
from plausiwidgets.assessment.specification import specification
from plausiwidgets.assessment.store import Store
from plausiwidgets.assessment.study import Study
from plausiwidgets.assessment.study_snapshot import Unit
from plausiwidgets.models import NeuronModel
from plausiwidgets.models import get as get_model
from plausiwidgets.models.registry import is_builtin
from plausiwidgets.optimization.api import check_engine, check_int, make_options
from plausiwidgets.optimization.cmaes import load_cma
from plausiwidgets.optimization.progress import as_progress
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns import get as get_pattern
from plausiwidgets.patterns import is_registered
from plausiwidgets.patterns import names as pattern_names
from plausiwidgets.simulation.simulate import check_dt

FIRST_SHARE = 4
"""A unit begins with its pattern's budget divided by this; what others leave may double it."""


def assess(
    models: Any,
    patterns: Any = None,
    *,
    seed: int | Iterable[int] = 0,
    budget: int | None = None,
    executor: Any = None,
    store: str | Path | None = None,
    progress: Any = None,
    popsize: int | None = None,
    starts: int | None = None,
    engine: str = "auto",
    dt: float | None = None,
) -> pd.DataFrame:
    """Search every pattern with every model, and report what was found and what was not.

    Each (model, pattern, seed) is a search of its own, the same as `optimize` makes. When all have
    ended, what the successful ones of a model did not use goes to its open ones, at most as much
    again as they had.

    Parameters
    ----------
    models : str, NeuronModel, or several of them
    patterns : str, Pattern, or several of them, optional
        Default: all twenty.
    seed : int, or several of them
        Several seeds give a row each. The same seed gives the same table, with any executor,
        interrupted and resumed or not (`seconds` aside).
    budget : int, optional
        Evaluations of each search. Default: a quarter of the pattern's own budget.
    executor : object, optional
        Anything with ``submit``: ProcessPoolExecutor, loky's, a dask client. Default: this process.
    store : path, optional
        SQLite file of the study. If it exists the study goes on where it was.
    progress : optional
        None, ``"text"``, ``"tqdm"``, a function of a `StudySnapshot`, or an object with ``init``,
        ``step`` and ``close``, such as ``pw.NotebookProgress()``.
    popsize, starts : int, optional
        As for `optimize`.
    engine : {"auto", "compiled", "torch"}
    dt : float, optional
        Time step in ms; default: each model's.

    Returns
    -------
    pandas.DataFrame
        A row for each (model, pattern, seed); the columns are explained in
        `plausiwidgets.assessment.COLUMNS`.
        KeyboardInterrupt returns the rows that there are. ``.attrs`` holds the versions, whether
        the table is complete, and what went wrong with the store, if anything.

    Raises
    ------
    ValueError
        For an unknown name or a value that is not valid.
    StoreError
        If the store's file cannot be used, or belongs to another study or version.
    """
    study = _study(models, patterns, seed, budget, executor, store, progress, popsize, starts, engine, dt)
    return study.execute()


def start_assessment(
    models: Any,
    patterns: Any = None,
    *,
    seed: int | Iterable[int] = 0,
    budget: int | None = None,
    executor: Any = None,
    store: str | Path | None = None,
    progress: Any = None,
    popsize: int | None = None,
    starts: int | None = None,
    engine: str = "auto",
    dt: float | None = None,
) -> Study:
    """Start `assess` in the background; see there for the parameters and errors.

    Returns
    -------
    Study
        With ``pause()``, ``resume()``, ``stop()``, ``snapshot()`` and ``result()``.
    """
    study = _study(models, patterns, seed, budget, executor, store, progress, popsize, starts, engine, dt)
    return study.start()


def _study(
    models: Any,
    patterns: Any,
    seed: int | Iterable[int],
    budget: int | None,
    executor: Any,
    store: str | Path | None,
    progress: Any,
    popsize: int | None,
    starts: int | None,
    engine: str,
    dt: float | None,
) -> Study:
    neurons = [get_model(m) for m in _several(models)]
    asked = pattern_names() if patterns is None else _several(patterns)
    firing = [get_pattern(p) for p in asked]
    _distinct("model", [m.name for m in neurons])
    _distinct("pattern", [p.key for p in firing])
    seeds = [check_int("seed", s, 0) for s in _several(seed)]
    _distinct("seed", seeds)
    check_engine(engine)
    if dt is not None:
        dt = check_dt(neurons[0], dt)
    options = make_options(popsize, starts)
    own = None if budget is None else check_int("budget", budget, 1)
    units = []
    for neuron in neurons:
        for number in seeds:
            for pattern in firing:
                key = f"{neuron.name}/{pattern.key}/{number}"
                most = own or max(pattern.budget // FIRST_SHARE, 1)
                units.append(
                    Unit(
                        key,
                        _by_name(neuron),
                        _by_name(pattern),
                        number,
                        most,
                    )
                )
    load_cma()
    told = as_progress(progress)  # refused before a file is opened
    elsewhere = None if executor is None else Elsewhere(executor)
    opened = None
    if store is not None:
        asked_for = specification(
            neurons, firing, seeds, {u.key: u.budget for u in units}, options, engine, dt
        )
        opened = Store(_path(store), asked_for, versions())
    return Study(units, options, engine, dt, elsewhere, opened, told)


def _path(store: Any) -> Path:
    if not isinstance(store, (str, Path)) or str(store) in ("", ":memory:"):
        raise ValueError(f"store is {store!r}, valid is: None, or the path of a file")
    return Path(store).expanduser()


def _several(what: Any) -> list[Any]:
    if isinstance(what, str) or not isinstance(what, Iterable):
        return [what]
    several = list(what)
    if not several:
        raise ValueError("nothing to assess: name at least one model, one pattern and one seed")
    return several


def _distinct(what: str, names: Sequence[Any]) -> None:
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ValueError(f"{what} {', '.join(map(repr, twice))} is named twice")


def _by_name(item: Any) -> Any:
    """Return the name where it means this very object in any process, else the object.

    A registered model of one's own is known to this process only.
    """
    if isinstance(item, NeuronModel):
        return item.name if is_builtin(item) else item
    return item.key if is_registered(item) else item
