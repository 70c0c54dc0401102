"""The judge: the one function behind the screen, the optimizer and the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.names import unknown
from plausiwidgets.patterns.bench import Bench
from plausiwidgets.patterns.criterion import saturated
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.pattern import get as get_pattern
from plausiwidgets.patterns.verdict import Check, Verdict
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.simulation.simulate import broadcast, check_dt
from plausiwidgets.simulation.traces import Traces

Floats = NDArray[np.float64]


def judge(
    model: str | NeuronModel,
    pattern: str | Pattern,
    parameters: Mapping[str, ArrayLike] | None = None,
    *,
    dt: float | None = None,
    engine: str = "auto",
    verify: bool = True,
) -> Verdict:
    """Judge whether a model shows a pattern with given parameters.

    Parameters
    ----------
    model : str or NeuronModel
    pattern : str or Pattern
    parameters : mapping of str to float or 1-D array
        The model's parameters and the pattern's stimulus values; what is left out takes its
        default. Arrays broadcast to n sets, and every result then has an axis of n.
    dt : float, optional
        Time step in ms; the model's own by default.
    engine : {"auto", "compiled", "torch"}
    verify : bool
        Judge what is accepted once more at dt / 2; without it `fragile` is None, and
        `replicated` says no more than `accepted`.

    Returns
    -------
    Verdict
        Booleans and numbers for one set, arrays [n] for n.

    Raises
    ------
    ValueError
        For an unknown name, or a value that is not finite or outside of its hard limits.
    """
    neuron, pat = get_model(model), get_pattern(pattern)
    values = complete(neuron, pat, parameters)
    many = any(np.ndim(v) > 0 for v in values.values())
    step = check_dt(neuron, dt)
    verdict = evaluate(neuron, pat, broadcast(values), step, engine)
    if verify:
        verdict = check_fragile(neuron, pat, verdict, engine)
    return verdict if many else single(verdict)


def complete(
    model: NeuronModel, pattern: Pattern, parameters: Mapping[str, ArrayLike] | None = None
) -> dict[str, Floats]:
    """Return every parameter and stimulus value, checked.

    Raises
    ------
    ValueError
        As :func:`judge`.
    """
    known = pattern.parameters(model)
    given = dict(parameters or {})
    for name in given:
        if name not in known:
            raise unknown(f"parameter of model {model.name!r} with pattern {pattern.key!r}", name, known)
    return {name: p.check(given.get(name, p.default)) for name, p in known.items()}


def evaluate(
    model: NeuronModel,
    pattern: Pattern,
    values: Mapping[str, Floats],
    dt: float,
    engine: str = "auto",
    checkpoint: Checkpoint | None = None,
    record: bool = False,
) -> Verdict:
    """Judge n complete sets of values at one time step, all in one batch.

    Parameters
    ----------
    values : mapping of str to ndarray, shape [n]
        Every parameter of the model and every stimulus value of the pattern.
    dt : float
        Time step in ms.
    checkpoint : callable, optional
        Called every few ms of work; what it raises ends the evaluation.
    record : bool
        Keep the traces, which are simulated again when they are asked for otherwise.

    Returns
    -------
    Verdict
        With arrays of shape [n]; ``fragile`` is None.
    """
    bench = Bench(model, values, dt, engine, checkpoint, record)
    with np.errstate(invalid="ignore"):
        evidence = pattern.protocol(bench)
    none = np.zeros(bench.n)
    lost = bench.lost > 0
    checks = []
    for criterion in pattern.criteria:
        value = np.where(lost, np.nan, np.asarray(evidence.features[criterion.key], dtype=np.float64))
        low, high = criterion.interval(bench.span, dt)
        partial = evidence.partial.get(criterion.key, none)
        cost = criterion.cost(value, low, high, bench.span, evidence.silence, partial)
        checks.append(Check(criterion.key, criterion.name, criterion.text, criterion.unit, value, low, high,
                            cost == 0.0, cost))
    loss = np.sum([c.cost for c in checks], axis=0)
    # A diverged simulation is worse than every finite one, the earlier the worse.
    loss = np.where(lost, len(checks) + 1.0 + saturated(bench.lost), loss)
    traces = dict(bench.traces)

    def again() -> dict[str, Traces]:
        return traces if record else _record(model, pattern, values, dt, engine)

    return Verdict(
        model.name, pattern.key, dict(values), dt, loss, loss == 0.0, None, tuple(checks), lost, bench.engine_used,
        dict(evidence.measured), again,
    )


def _record(
    model: NeuronModel, pattern: Pattern, values: Mapping[str, Floats], dt: float, engine: str
) -> dict[str, Traces]:
    bench = Bench(model, values, dt, engine, None, True)
    with np.errstate(invalid="ignore"):
        pattern.protocol(bench)
    return bench.traces


def check_fragile(
    model: NeuronModel, pattern: Pattern, verdict: Verdict, engine: str = "auto",
    checkpoint: Checkpoint | None = None,
) -> Verdict:
    """Return a verdict of n sets with ``fragile``: what is accepted, judged again at half the step."""
    fragile = np.array([None] * len(verdict.loss), dtype=object)
    accepted = np.flatnonzero(verdict.accepted)
    if accepted.size:
        values = {name: v[accepted] for name, v in verdict.parameters.items()}
        half = evaluate(model, pattern, values, verdict.dt / 2.0, engine, checkpoint)
        fragile[accepted] = [bool(x) for x in ~half.accepted]
    return verdict.with_fragile(fragile)


def single(verdict: Verdict, index: int = 0) -> Verdict:
    """Return one set of a verdict of many, as numbers."""

    def pick(x: Any) -> Any:
        value = x[index]
        return value.item() if isinstance(value, np.generic) else value

    def traces() -> dict[str, Traces]:
        out = {}
        for name, tr in verdict.traces.items():
            lane = slice(index, index + 1)
            out[name] = replace(tr, states={n: x[lane] for n, x in tr.states.items()}, spike_times=tr.spike_times[lane],
                                diverged_at=tr.diverged_at[lane], current=tr.current[lane])
        return out

    checks = tuple(
        replace(c, value=pick(c.value), low=pick(c.low), high=pick(c.high), passed=pick(c.passed), cost=pick(c.cost))
        for c in verdict.checks
    )
    return replace(
        verdict,
        parameters={k: pick(v) for k, v in verdict.parameters.items()},
        loss=pick(verdict.loss), accepted=pick(verdict.accepted),
        fragile=None if verdict.fragile is None else pick(verdict.fragile),
        checks=checks, diverged=pick(verdict.diverged),
        measured={k: v[..., index] for k, v in verdict.measured.items()},
        _record=traces,
    )
