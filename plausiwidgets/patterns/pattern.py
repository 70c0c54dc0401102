"""A firing pattern: its protocol, its free stimulus values, its criteria, and what it teaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.names import unknown
from plausiwidgets.patterns.bench import Bench, SweepPiece
from plausiwidgets.patterns.criterion import Criterion, Evidence


@dataclass(frozen=True)
class FreeValue:
    """A free stimulus value: currents as factors of the model's default current, times in ms."""

    default: float
    low: float
    high: float
    scale: str = "linear"
    zero: float | None = None
    limits: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class Pattern:
    """One of the canonical firing patterns.

    Attributes
    ----------
    key, letter, title : str
    description : str
        What happens.
    look_for : str
        One sentence on what to look at in the trace.
    function : str
        What it may be good for in the brain.
    parameter_hint : str
        Which parameter matters.
    source : str
    values : dict of str to FreeValue
        The free stimulus values: amplitude, holding and sometimes interval or inhibition.
    criteria : tuple of Criterion
        All must hold for the pattern to be accepted.
    protocol : callable
        Applies the sweeps to a bench and returns the evidence.
    sketch : callable
        ``sketch(values)`` returns (duration, sweeps) for drawing the stimulus.
    telling : str
        Name of the sweep to look at first.
    budget : int
        Evaluations that a search for it takes by default.
    """

    key: str
    letter: str
    title: str
    description: str
    look_for: str
    function: str
    parameter_hint: str
    source: str
    values: Mapping[str, FreeValue]
    criteria: tuple[Criterion, ...]
    protocol: Callable[[Bench], Evidence]
    sketch: Callable[[Mapping[str, float]], tuple[float, dict[str, list[SweepPiece]]]]
    telling: str
    budget: int = 100_000

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the free stimulus values."""
        return tuple(self.values)

    def stimulus_parameters(self, model: NeuronModel) -> dict[str, Parameter]:
        """Return the free stimulus values as parameters in the model's own units and ranges."""
        unit = usual_current(model)
        out = {}
        for name, value in self.values.items():
            is_time = name == "interval"
            factor = 1.0 if is_time else unit
            low, high = value.low * factor, value.high * factor
            # Where the model's range leaves nothing of the pattern's, the pattern's holds.
            if name == "holding" and max(low, model.current.low) < min(high, model.current.high):
                low, high = max(low, model.current.low), min(high, model.current.high)
            default = float(np.clip(value.default * factor, low, high))
            zero = None if value.zero is None else value.zero * factor
            out[name] = Parameter(
                name, default, low, high, "ms" if is_time else model.current.unit, value.scale, zero,
                value.limits, "stimulus", _STIMULUS_TEXTS[name], self.source,
            )
        return out

    def parameters(self, model: NeuronModel) -> dict[str, Parameter]:
        """Return the model's parameters and the stimulus values: all that can be tuned."""
        return dict(model.parameters) | self.stimulus_parameters(model)

    def _repr_html_(self) -> str:
        from plausiwidgets.patterns.card import card

        return card(self)


def usual_current(model: NeuronModel) -> float:
    """Return the current of a step that makes the model fire: what amplitudes are factors of."""
    return model.current.default if model.current.default > 0 else max(abs(model.current.high), 1e-9)


_STIMULUS_TEXTS = {
    "amplitude": "Amplitude of the stimulus, from the holding level; downwards where it is an inhibition.",
    "holding": "Constant current on which the stimulus rides; the neuron settles at it first.",
    "interval": "Interval T between the onsets of a pair of pulses.",
    "inhibition": "Amplitude of the inhibitory pulse, downwards.",
}

_patterns: dict[str, Pattern] = {}


def add(pattern: Pattern) -> Pattern:
    """Put a pattern into the registry."""
    _patterns[pattern.key] = pattern
    return pattern


def names() -> list[str]:
    """Return the keys of all patterns, in the order of their letters."""
    return sorted(_patterns, key=lambda key: _patterns[key].letter)


def is_registered(pattern: str | Pattern) -> bool:
    """Return whether this key, or this very pattern, is in the registry: another one may have the same key."""
    if isinstance(pattern, str):
        return pattern in _patterns
    return _patterns.get(pattern.key) is pattern


def is_builtin(pattern: Pattern) -> bool:
    """Return whether `pattern` is one of the package's own, and not one that only has the key of one."""
    return is_registered(pattern)


def get(pattern: str | Pattern) -> Pattern:
    """Return a pattern by its key; a Pattern is returned as it is.

    Raises
    ------
    ValueError
        If no pattern has this key; the text lists the valid ones and the nearest.
    """
    if isinstance(pattern, Pattern):
        return pattern
    if pattern not in _patterns:
        raise unknown("pattern", pattern, names())
    return _patterns[pattern]
