"""The amplitude solved inside of an evaluation, for patterns that live between two thresholds.

A resonator fires for pulse pairs at one gap and at no other: over the amplitude, the loss is a
needle between the threshold of the pair that must fire and the lowest one of those that must not.
Bisection finds both thresholds, sets the amplitude between them, and the logarithm of their ratio
is a slope that leads a search to where the gap between them opens. Whether the pattern is
accepted is decided by the judge alone, at the amplitude that was set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from plausiwidgets.models import NeuronModel
from plausiwidgets.models.parameter import Floats
from plausiwidgets.patterns import Pattern
from plausiwidgets.patterns.bench import Bench
from plausiwidgets.simulation.lanes import Checkpoint

Values = Mapping[str, Floats]

STEPS = 12
"""Bisections of the logarithm of the amplitude: a range of 1:1000 to 0.2 %."""
WANTED = 0.2
"""Logarithm of the ratio of the thresholds, above which the search is content."""
SCALE = 0.2
"""Shortfall of that logarithm that costs half."""


@dataclass(frozen=True)
class Solved:
    """Thresholds of n sets.

    Attributes
    ----------
    passed, spared : ndarray [n]
        Logarithms of the amplitude that must be passed, and of the lowest that must not be.
        Where what must fire fires at no amplitude, or the neuron is not silent at rest, nan.
    shortfall : ndarray [n]
        In [0, number of silent sweeps]: how far the thresholds are from being apart.
    """

    passed: Floats
    spared: Floats
    shortfall: Floats

    def take(self, chosen: Any) -> Solved:
        """Return some of the sets."""
        return Solved(self.passed[chosen], self.spared[chosen], self.shortfall[chosen])

    def both(self, other: Solved) -> Solved:
        """Return the thresholds of which amplitudes are between at two time steps."""
        return Solved(np.maximum(self.passed, other.passed), np.minimum(self.spared, other.spared), self.shortfall)

    def amplitude(self, otherwise: Floats, limits: tuple[float, float]) -> Floats:
        """Return the geometric middle of the thresholds, or just above the first, where there is no room."""
        room = np.maximum(0.5 * (self.spared - self.passed), 1e-3)
        return np.where(np.isnan(room), otherwise, np.clip(np.exp(self.passed + room), *limits))


def solve(
    model: NeuronModel,
    pattern: Pattern,
    values: Values,
    limits: tuple[float, float],
    dt: float,
    engine: str = "auto",
    checkpoint: Checkpoint | None = None,
) -> Solved:
    """Find the thresholds of every set by bisection, all at once.

    Parameters
    ----------
    pattern : Pattern
        With an amplitude window, whose sweeps are searched.
    values : mapping of str to ndarray [n]
        Complete sets; their amplitudes do not matter.
    limits : (float, float)
        Least and largest amplitude, both above 0.
    """
    window = pattern.amplitude_window
    assert window is not None
    bench = Bench(model, values, dt, engine, checkpoint)
    ready = (bench.spontaneous_spikes == 0) & (bench.divergence == 0)
    names = [*window.fire, *window.silent]
    low = np.full((len(names), bench.n), np.log(limits[0]))
    high = np.full((len(names), bench.n), np.log(limits[1]))
    fires_at_all = np.zeros((len(names), bench.n), dtype=bool)
    for step in range(STEPS + 1):
        middle = 0.5 * (low + high) if step else high
        sweeps = {
            name: pattern.sweeps_at({**values, "amplitude": a})[name]
            for name, a in zip(names, np.exp(middle), strict=True)
        }
        responses = bench.apply(sweeps, duration=pattern.duration(bench.stimulus), only=ready, keep=False)
        fired = np.stack([r.count(*sweeps[name].window) > 0 for name, r in responses.items()])
        if step:
            high, low = np.where(fired, middle, high), np.where(fired, low, middle)
        else:
            fires_at_all = fired
    threshold = np.where(fires_at_all, high, np.inf)
    passed = threshold[: len(window.fire)].max(axis=0)
    known = np.isfinite(passed) & ready
    passed = np.where(known, passed, np.nan)
    silent = threshold[len(window.fire) :]
    # The least of the ratios counts: what is gained in one of them must not pay for another.
    ratio = np.where(known, np.minimum(silent, 100.0).min(axis=0) - passed, -100.0)
    missing = np.maximum(WANTED - ratio, 0.0) / SCALE
    spared = np.minimum(silent.min(axis=0), np.log(limits[1]))
    return Solved(passed, np.where(known, spared, np.nan), len(silent) * missing / (1.0 + missing))
