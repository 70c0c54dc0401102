"""The judge, for one parameter set and its traces: what a drag, a target and a best trace need."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from plausiwidgets import patterns
from plausiwidgets.models import NeuronModel, Parameter
from plausiwidgets.patterns import Pattern, Target, Verdict, evaluate, verify
from plausiwidgets.patterns.judge import complete
from plausiwidgets.simulation.lanes import Checkpoint


def checked(model: NeuronModel, pattern: Pattern, values: Mapping[str, float] | None) -> dict[str, float]:
    """Return every value as a number, checked.

    Raises
    ------
    ValueError
        For an unknown name, or a value that is not finite, not a number, or outside of its hard limits.
    """
    known = complete(model, pattern, values)
    for name, value in known.items():
        if np.ndim(value):
            raise ValueError(f"parameter {name!r}: an explorer shows one set, give a number instead of an array")
    return {name: float(value) for name, value in known.items()}


def judged(model: NeuronModel, pattern: Pattern, values: Mapping[str, float], dt: float) -> Verdict:
    """Return the verdict with its traces, at `dt` alone: quick enough for a drag.

    It is one of n = 1 sets, as :func:`verified` takes it.
    """
    arrays = {name: np.array([values[name]]) for name in pattern.parameters(model)}
    return evaluate(model, pattern, arrays, dt, record=(model.states[0].name,))


def verified(model: NeuronModel, pattern: Pattern, verdict: Verdict, checkpoint: Checkpoint) -> Verdict:
    """Return what :func:`judged` returned, where it is accepted judged at half the step too.

    What `checkpoint` raises, some milliseconds after it was asked for, ends it.
    """
    return verify(model, pattern, verdict, checkpoint=checkpoint)


def filled(declared: Mapping[str, Parameter], values: Mapping[str, float]) -> dict[str, float]:
    """Return a value for each declared parameter: the given one, or its default."""
    return {name: values.get(name, parameter.default) for name, parameter in declared.items()}


def target(pattern: Pattern) -> Target | None:
    """Return the published neuron that shows a pattern; for a pattern of a person's own there is none."""
    return patterns.target(pattern)
