"""What a study asks, as plain data: it decides whether a stored one may go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from plausiwidgets.optimization.search import Options

_LANES, _STEPS = 32, 200  # what a model's fingerprint is taken from: some 20 ms of work
_PROBE, _SETS = "izhikevich", 8  # what a pattern's is taken from


def specification(
    models: Sequence[Any],
    patterns: Sequence[Any],
    seeds: Sequence[int],
    budgets: Mapping[str, int],
    options: Options,
    engine: str,
    dt: float | None,
) -> dict[str, Any]:
    """Return everything that a table depends on, besides the versions."""
    return {
        "models": {m.name: model_fingerprint(m) for m in models},
        "patterns": {p.key: pattern_fingerprint(p) for p in patterns},
        "seeds": list(seeds),
        "budgets": dict(budgets),
        "options": asdict(options) | {"spreads": [str(s) for s in options.spreads]},
        "engine": engine,
        "dt": dt,
    }


def model_fingerprint(model: Any) -> str:
    """Return a digest of a model's parameters and of what its equations compute.

    The source of a step does not say what it calls or has captured, so the step is run: a few
    lanes of random parameters under random constant currents, in the reference engine.
    """
    rng = np.random.default_rng(0)
    values = {n: p.from_unit(rng.random(_LANES)) for n, p in model.parameters.items()}
    holding = model.current.from_unit(rng.random(_LANES))
    described = [[asdict(p) for p in model.parameters.values()], asdict(model.current), model.dt, model.limit]
    return _digest(described, lambda: _computed(model, values, holding))


def pattern_fingerprint(pattern: Any) -> str:
    """Return a digest of a pattern's criteria, its stimulus values, and what its protocol measures.

    As with a model's step, the protocol is run: on random sets of one model.
    """
    from plausiwidgets import models

    model, rng = models.get(_PROBE), np.random.default_rng(0)
    values = {n: p.from_unit(rng.random(_SETS)) for n, p in pattern.parameters(model).items()}
    described = {"criteria": [asdict(c) for c in pattern.criteria], "values": {
        v.name: asdict(v) for v in pattern.stimulus}}  # fmt: skip
    return _digest(described, lambda: _measured(model, pattern, values))


def _digest(described: Any, run: Callable[[], Iterable[Any]]) -> str:
    digest = hashlib.sha256(json.dumps(described, sort_keys=True, default=str).encode())
    try:
        arrays = list(run())
    except Exception as error:  # such as of a protocol for other models: what is assessed will tell
        digest.update(type(error).__name__.encode())
        arrays = []
    for array in arrays:
        digest.update(np.nan_to_num(np.asarray(array, dtype=np.float64), nan=1e300).tobytes())
    return digest.hexdigest()[:16]


def _computed(model: Any, values: dict[str, Any], holding: Any) -> list[Any]:
    from plausiwidgets.simulation.lanes import LaneJob
    from plausiwidgets.simulation.stimulus import LaneCurrent
    from plausiwidgets.simulation.torch_engine import run_torch

    state = model.start(values, holding)
    job = LaneJob(model, values, state, LaneCurrent.constant(holding), _STEPS, model.dt, window=(0, _STEPS))
    run = run_torch(job)
    return [state, run.recorded, run.spikes, run.state, *model.rest_threshold(values)]


def _measured(model: Any, pattern: Any, values: Mapping[str, Any]) -> list[Any]:
    from plausiwidgets import patterns

    verdict = patterns.evaluate(model, pattern, values, model.dt)
    return [verdict.loss, *(c.value for c in verdict.checks)]
