"""Requests of studies as plain data, because a file can only be continued with an equal request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets import models
from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.lanes import LaneJob
from plausiwidgets.engine.torch_engine import run_torch
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.guarded_strategy import make_strategy
from plausiwidgets.optimization.space import Space
from plausiwidgets.optimization.strategy import StrategyFactory
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.evaluation import evaluate
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.registry import is_builtin

_LANES, _STEPS = 32, 200  # size of the simulation for the fingerprint of a model, which takes about 20 ms
_PROBE, _SETS = "izhikevich", 8  # model and number of sets for the fingerprint of a pattern
_GENERATIONS = 3  # number of generations for the fingerprint of a strategy


def describe_request(
    neurons: Sequence[NeuronModel],
    firing: Sequence[Judged],
    seeds: Sequence[int],
    budgets: Sequence[int],
    popsize: int | None,
    engine: str,
    dt: float | None,
    strategy: StrategyFactory | None = None,
) -> dict[str, object]:
    """Return the data on which a table depends, except for the versions."""
    custom = {} if strategy is None else {"strategy": strategy_fingerprint(strategy)}
    return custom | {
        "models": {m.key: model_fingerprint(m) for m in neurons},
        "patterns": {p.key: pattern_fingerprint(p) for p in firing},
        "seeds": list(seeds),
        "budgets": {p.key: budget for p, budget in zip(firing, budgets, strict=True)},
        "popsize": popsize,
        "engine": engine,
        "dt": dt,
    }


def model_fingerprint(model: NeuronModel) -> str:
    """Return a digest of the parameters of a model and of its equations.

    The program of a built-in neuron contains all of its equations. The source of a custom step does not show the
    functions that it calls or the variables that it captures. Therefore the torch engine runs it on a few lanes with
    random parameters and random constant currents, and the digest contains the results.
    """
    rng = np.random.default_rng(0)
    values = {n: p.from_unit(rng.random(_LANES)) for n, p in model.parameters.items()}
    holding = model.current.from_unit(rng.random(_LANES))
    described = [
        [asdict(p) for p in model.parameters.values()],
        asdict(model.current),
        model.dt,
        model.limit,
        model.peak,
        model.spike_level,
        [[state.key, state.unit] for state in model.states],
        [[pattern, proof.text, sorted(proof.limits.items())] for pattern, proof in model.proofs.items()],
        *([] if model.threshold_place is None else [model.threshold_place]),
    ]
    if model.programs is not None:
        return _digest([*described, model.programs.text()], list)

    def computed() -> Iterable[ArrayLike]:
        state = model.start(values, holding)
        job = LaneJob(model, values, state, LaneCurrent.constant(holding), _STEPS, model.dt, window=(0, _STEPS))
        run = run_torch(job)
        assert run.recorded is not None
        return [state, run.recorded, run.spikes, run.state, *model.rest_threshold(values)]

    return _digest(described, computed)


def strategy_fingerprint(strategy: StrategyFactory) -> str:
    """Return the name of a strategy with a digest of its first points in the space of one model.

    The points also depend on settings that a function captures. A strategy that is not deterministic has a different
    fingerprint each time, so a study with such a strategy cannot be continued.
    """
    space = Space.build(models.get(_PROBE).parameters)

    def asked() -> Iterable[ArrayLike]:
        made = make_strategy(strategy, space, 0, 1000, None)
        for _ in range(_GENERATIONS):
            points = made.ask()
            if points is None:
                return
            yield points
            made.tell(np.abs(space.chart().encode(points) - 0.3))

    name = getattr(strategy, "__qualname__", type(strategy).__name__)
    return f"{name} {_digest([], asked)}"


def pattern_fingerprint(pattern: Judged) -> str:
    """Return a digest of the criteria, stimulus parameters and measurements of a pattern on random sets of a model."""
    model, rng = models.get(_PROBE), np.random.default_rng(0)
    values: dict[str, Floats] = {n: p.from_unit(rng.random(_SETS)) for n, p in pattern.parameters(model).items()}
    described = {
        "criteria": [asdict(c) for c in pattern.criteria],
        "values": {n: asdict(p) for n, p in pattern.stimulus_parameters_for(model).items()},
        "parts": {part.key: _verified_by(part) for part in pattern.components.values()},
    }

    def measured() -> Iterable[ArrayLike]:
        verdict = evaluate(model, pattern, values, model.dt)
        return [verdict.loss, *(c.value for c in verdict.criteria)]

    return _digest(described, measured)


def _verified_by(pattern: Pattern) -> list[object]:
    """Return the data on which the verification of a pattern depends, empty for a built-in pattern."""
    if is_builtin(pattern):
        return []
    window = None if pattern.amplitude_window is None else asdict(pattern.amplitude_window)
    forms = {words: pattern_fingerprint(form) for words, form in pattern.verification.items()}
    return [pattern.comes_back, pattern.at_rest, window, forms]


def _digest(described: object, run: Callable[[], Iterable[ArrayLike]]) -> str:
    digest = hashlib.sha256(json.dumps(described, sort_keys=True, default=str).encode())
    try:
        arrays = list(run())
    except Exception as error:  # for example, a procedure may reject this model, and the search will report the error
        digest.update(type(error).__name__.encode())
        arrays = []
    for array in arrays:
        digest.update(np.nan_to_num(np.asarray(array, dtype=np.float64), nan=1e300).tobytes())
    return digest.hexdigest()[:16]
