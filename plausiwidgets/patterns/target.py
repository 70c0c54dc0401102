"""Targets of figures: a reference neuron that shows the pattern, or a recording."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

from plausiwidgets.engine.compiled.engine import interim_engine
from plausiwidgets.engine.traces import Traces
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.models.simulate import broadcast, check_dt
from plausiwidgets.patterns.all_of import AllOf
from plausiwidgets.patterns.evaluation import Floats, complete, evaluate, single
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.registry import get, is_builtin
from plausiwidgets.patterns.verdict import Verdict

REFERENCE = "izhikevich_2004"
"""Key of the model whose published parameters show the twenty patterns."""


@dataclass(frozen=True)
class Target:
    """Target of a pattern in a figure.

    Attributes
    ----------
    traces : mapping of str to Traces
        Traces by the name of their sweep, from a reference neuron with its own amplitude, units and time step, or from
        a recording.
    verdict : Verdict or None
        Verdict on the reference neuron, None for a recording.
    rest, threshold, peak : float
        Potentials in mV that map the trace of a reference neuron onto the scale of another model. They are nan for a
        recording, which is shown as measured. The traces of a recording that contains only spikes have no potential.
    parts : tuple of Target
        Targets of the parts of a combined pattern.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> target = pw.patterns.target("rebound_spike")
    >>> list(target.traces), target.verdict.model
    (['release'], 'izhikevich_2004')
    """

    traces: Mapping[str, Traces]
    verdict: Verdict | None = None
    rest: float = math.nan
    threshold: float = math.nan
    peak: float = math.nan
    parts: tuple[Target, ...] = ()


@cache
def _target(pattern: Protocol) -> Target | None:
    if isinstance(pattern, AllOf):
        return _together(pattern)
    if not isinstance(pattern, Pattern):
        return None
    reference = pattern.reference or (_published(pattern) if is_builtin(pattern) else None)
    if reference is None:
        return None
    if isinstance(reference, Mapping):
        return Target(reference)
    name, parameters, dt = reference
    model = get_model(name)
    values = broadcast(complete(model, pattern, parameters))
    verdict = _judged(model, pattern, values, check_dt(model, dt))
    # The settled potential includes the effect of the holding current.
    rest = float(next(iter(verdict.traces.values())).v[0, 0])
    return Target(verdict.traces, verdict, rest, rest + float(model.span(values)[0]), model.peak)


def _judged(model: NeuronModel, pattern: Pattern, values: Mapping[str, Floats], dt: float) -> Verdict:
    """Return the verdict on one set, evaluated in plain Python until the kernel of the model has been compiled.

    Plain Python takes about 20 ms, and a kernel 1.5 s to compile. A custom model uses the kernel, because it would have
    to be exported first.
    """
    engine = interim_engine(model) if model.programs is not None else None
    if engine is not None:
        with suppress(ArithmeticError, ValueError):  # plain Python raises for some numbers, such as an overflow
            return single(evaluate(model, pattern, values, dt, engine=engine, record=("v",)))
    return single(evaluate(model, pattern, values, dt, record=("v",)))


def _together(pattern: AllOf) -> Target | None:
    """Return the targets of several patterns as one, or None if one of them has no target."""
    parts = []
    for part in pattern.parts:
        own = _target(part)
        if own is None:
            return None
        parts.append(replace(own, traces={part.within(name): trace for name, trace in own.traces.items()}))
    return Target({name: trace for own in parts for name, trace in own.traces.items()}, parts=tuple(parts))


def _published(pattern: Pattern) -> tuple[str, Mapping[str, float], float | None] | None:
    presets = [p for p in get_model(REFERENCE).presets if p.pattern == pattern.key]
    # If there are two published sets, the later one is robust.
    return (REFERENCE, presets[-1].parameters, presets[-1].dt) if presets else None


def target(pattern: str | Protocol) -> Target | None:
    """Return the target of a pattern, or None for a pattern without a reference.

    The references of the twenty built-in patterns are Izhikevich's published parameters. The published sets for the
    afterdepolarization and for inhibition-induced bursting meet the criteria only at their own time step, so robust
    sets replace them.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.patterns.target("tonic_spiking").verdict.accepted
    True
    """
    return _target(get(pattern))
