"""Repertoire of a neuron: the patterns that it shows without a change of its parameters."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from plausiwidgets import models, patterns
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.optimization.api import check_engine, make_problem
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.problem import Problem
from plausiwidgets.optimization.result import Result, describe_unmet
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import Judged, judged
from plausiwidgets.patterns.evaluation import evaluate, single
from plausiwidgets.patterns.packaged import known_sets
from plausiwidgets.patterns.registry import why_ruled_out
from plausiwidgets.patterns.status import STATUSES
from plausiwidgets.patterns.verification import verify_sets
from plausiwidgets.support.arguments import checked, mapping, whole
from plausiwidgets.support.progress import ProgressLike, as_progress

if TYPE_CHECKING:
    import pandas as pd

BUDGET = 500
"""Default number of stimuli that are evaluated for each pattern, whose stimulus has two to four parameters."""

COLUMNS = {
    "letter": "letter of the pattern",
    "pattern": "key of the pattern",
    "status": "replicated; fragile (a verification test fails); rejected (not found)",
    "loss": "smallest loss, 0 if all criteria are met, nan without an evaluation",
    "evaluations": "number of evaluated stimuli, 0 if a proof rules the pattern out",
    "stimulus": "best stimulus, as values by name",
    "seconds": "working time in s",
    "summary": "summary of the row in one sentence",
}
"""Descriptions of the columns of a repertoire."""


@checked
def repertoire(
    model: str | NeuronModel,
    parameters: Mapping[str, float] | None = None,
    *,
    patterns: str | Protocol | Sequence[str | Protocol] | None = None,
    seed: int = 0,
    budget: int = BUDGET,
    progress: ProgressLike = None,
    engine: str = "auto",
    dt: float | None = None,
) -> pd.DataFrame:
    """Search for a stimulus with which a neuron shows each pattern, and return a table of the results.

    The parameters of the model are fixed. The stimuli of known sets of the model are evaluated first, and a search then
    starts from the best of them.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    parameters : mapping of str to float, optional
        Parameters of the model. Parameters that you leave out are at their defaults.
    patterns : str or Pattern, or a list of several, optional
        Patterns to search for, by default all built-in and registered patterns.
    seed : int
        Seed of the random numbers. Equal seeds give equal tables (except `seconds`).
    budget : int
        Maximum number of stimuli for each pattern.
    progress : optional
        Progress display, as in :func:`plausiwidgets.optimize`. It receives the `Result` of each pattern.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.
    dt : float, optional
        Time step in ms, by default that of the model.

    Returns
    -------
    pandas.DataFrame
        A row for each pattern, with the columns ``letter``, ``pattern``, ``status``, ``loss``, ``evaluations``,
        ``stimulus`` (value by name), ``seconds`` and ``summary``. A stimulus that was not found within the budget may
        exist, unless the summary contains a proof that rules out the pattern.

    Raises
    ------
    ValueError
        If a name is unknown, or a value is not finite or outside its hard limits.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> asked = ["tonic_spiking", "integrator", "tonic_bursting"]
    >>> table = pw.analysis.repertoire("lif", {"tau_mem": 10.0}, patterns=asked)
    >>> table["status"].tolist()
    ['replicated', 'replicated', 'rejected']
    >>> table["summary"][2].startswith("ruled out: ")
    True
    >>> pw.judge("lif", "integrator", {"tau_mem": 10.0} | table["stimulus"][1]).replicated
    True
    """
    import pandas as pd

    neuron = models.get(model)
    own = held_parameters(neuron, parameters)
    asked = distinct_patterns(patterns)
    whole("repertoire", "seed", seed, 0)
    whole("repertoire", "budget", budget, 1)
    shown = as_progress("repertoire", progress)
    rows = []
    results = shown_patterns(neuron, own, asked, seed, budget, check_dt(neuron, dt), check_engine(engine))
    for number, (pattern, result) in enumerate(zip(asked, results, strict=True)):
        if number == 0:
            shown.init(result)
        shown.step(result)
        rows.append(row_of(pattern, result))
    shown.close(result)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def shown_patterns(
    model: NeuronModel,
    parameters: Mapping[str, float],
    asked: Sequence[Judged],
    seed: int = 0,
    budget: int = BUDGET,
    dt: float | None = None,
    engine: str = "auto",
    checkpoint: Checkpoint | None = None,
    stimuli: Mapping[str, Mapping[str, float]] | None = None,
) -> Iterator[Result]:
    """Yield the result of the search for a stimulus for each pattern, without a history.

    Parameters
    ----------
    parameters : mapping of str to float
        All parameters of the model.
    stimuli : mapping of str to mapping, optional
        Complete stimuli by the key of their pattern, which are evaluated first.
    """
    for pattern in asked:
        began = time.monotonic()
        first = [dict(stimuli[pattern.key])] if stimuli and pattern.key in stimuli else []
        result = _search(model, parameters, pattern, seed, budget, dt or model.dt, engine, checkpoint, first)
        yield replace(result, problem=None, seconds=time.monotonic() - began)


def held_parameters(model: NeuronModel, parameters: Mapping[str, float] | None) -> dict[str, float]:
    """Return all parameters of a model, completed by its defaults.

    Raises
    ------
    ValueError
        If a name is unknown or a value is invalid.
    """
    return {name: float(value) for name, value in model.complete(mapping(parameters)).items()}


def distinct_patterns(
    asked: str | Protocol | Sequence[str | Protocol] | None, what: str = "searched for"
) -> list[Judged]:
    """Return patterns given by key or as objects, or all patterns for None.

    Raises
    ------
    ValueError
        If the list is empty, or contains a stimulus without criteria or different patterns with the same key.
    """
    named = patterns.names() if asked is None else [asked] if isinstance(asked, (str, Protocol)) else list(asked)
    found: dict[str, Judged] = {}
    for one in (judged(patterns.get(each), what) for each in named):
        if found.setdefault(one.key, one) is not one:
            raise ValueError(f"patterns must have different keys, got two patterns with the key {one.key!r}.")
    if not found:
        raise ValueError("patterns must be None (all patterns) or contain at least one pattern, got an empty list.")
    return list(found.values())


def row_of(pattern: Judged, result: Result) -> dict[str, object]:
    """Return the row of a pattern in a repertoire."""
    return {
        "letter": pattern.letter,
        "pattern": pattern.key,
        "status": result.status,
        "loss": result.loss if math.isfinite(result.loss) else math.nan,
        "evaluations": result.evaluations,
        "stimulus": {name: result.parameters[name] for name in pattern.stimulus_names if name in result.parameters},
        "seconds": result.seconds,
        "summary": result.summary,
    }


def _search(
    model: NeuronModel,
    parameters: Mapping[str, float],
    pattern: Judged,
    seed: int,
    budget: int,
    dt: float,
    engine: str,
    checkpoint: Checkpoint | None,
    first: Sequence[dict[str, float]],
) -> Result:
    record = Result(
        model=model.key,
        pattern=pattern.key,
        letter=pattern.letter,
        seed=seed,
        budget=budget,
        stop_reason="finished",
        dt=dt,
        engine=engine,
        versions=versions(model, engine=engine),
        ruled_out=why_ruled_out(pattern, model, {name: (value, value) for name, value in parameters.items()}),
    )
    if record.ruled_out:
        return record
    tried = [*first, *known_stimuli(model, pattern)][:budget]
    values = {name: np.full(len(tried), value) for name, value in parameters.items()}
    values |= {name: np.array([one[name] for one in tried]) for name in pattern.stimulus_names}
    verdict = evaluate(model, pattern, values, dt, engine, checkpoint)
    if np.any(verdict.accepted):
        verdict = verify_sets(model, pattern, verdict, engine, checkpoint)
    rank = [(STATUSES.index(word), loss) for word, loss in zip(verdict.status, verdict.loss, strict=True)]
    best = min(range(len(tried)), key=rank.__getitem__)
    known = replace(
        record,
        evaluations=len(tried),
        parameters={name: float(value[best]) for name, value in values.items()},
        loss=float(verdict.loss[best]),
        status=str(verdict.status[best]),
        failed_test=str(verdict.failed_test[best]),
        found_after=best + 1,
        unmet=describe_unmet(single(verdict, best).criteria),
        stop_reason="solved" if verdict.status[best] == "replicated" else "budget",
    )
    free = [name for name, p in pattern.stimulus_parameters_for(model).items() if p.vary]
    if known.replicated or not free or len(tried) >= budget:
        return known
    problem: Problem = make_problem(model, pattern, known.parameters, list(parameters), None, engine, dt)
    optimizer = Optimizer(problem, seed, budget - len(tried), None, problem.space.base, keep_history=False)
    while optimizer.step(checkpoint) is not None:
        pass
    found = optimizer.result
    if (STATUSES.index(known.status), known.loss) <= (STATUSES.index(found.status), found.loss):
        return replace(known, evaluations=len(tried) + found.evaluations, stop_reason=optimizer.stop_reason)
    return replace(
        found,
        budget=budget,
        evaluations=len(tried) + found.evaluations,
        found_after=len(tried) + (found.found_after or 0),
        stop_reason=optimizer.stop_reason,
        phase="",
    )


def known_stimuli(model: NeuronModel, pattern: Judged) -> list[dict[str, float]]:
    """Return the default stimulus and the stimuli of known sets, without repetitions."""
    declared = pattern.stimulus_parameters_for(model)
    known: list[Mapping[str, float]] = [{}, *(one.parameters for one in known_sets(model, pattern))]
    stimuli = [{name: float(one.get(name, p.default)) for name, p in declared.items()} for one in known]
    return [one for i, one in enumerate(stimuli) if one not in stimuli[:i]]
