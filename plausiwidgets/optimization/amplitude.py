"""The amplitude solved inside of an evaluation, for patterns that live between two thresholds.

A resonator fires for pulse pairs at one gap and at no other: over the amplitude, the loss is a
needle between the threshold of the pair that must fire and the lowest one of those that must not.
Bisection finds both thresholds, sets the amplitude between them, and the logarithm of their ratio
is a slope that leads a search to where the gap between them opens. Whether the pattern is
accepted is decided by the judge alone, at the amplitude that was set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from plausiwidgets.models.parameter import Floats
from plausiwidgets.simulation.lanes import Checkpoint

Values = Mapping[str, Floats]

STEPS = 12
"""Bisections of the logarithm of the amplitude: a range of 1:1000 to 0.2 %."""
WANTED = 0.2
"""Logarithm of the ratio of the thresholds, above which the search is content."""
SCALE = 0.2
"""Shortfall of that logarithm that costs half."""


@dataclass(frozen=True)
class Between:
    """Which sweeps must fire, and which must not.

    Attributes
    ----------
    sweeps : callable
        ``sweeps(values)`` returns name → pieces, as the pattern's protocol has them.
    fire : tuple of str
        Those that must fire.
    windows : mapping of str to (float, float)
        Where their spikes count, in ms; ``""`` stands for all others.
    end : float
        Length of a sweep in ms.
    """

    sweeps: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    fire: tuple[str, ...]
    windows: Mapping[str, tuple[float, float]]
    end: float


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
    model: Any,
    between: Between,
    values: Values,
    limits: tuple[float, float],
    dt: float,
    engine: str = "auto",
    checkpoint: Checkpoint | None = None,
) -> Solved:
    """Find the thresholds of every set by bisection, all at once.

    Parameters
    ----------
    values : mapping of str to ndarray [n]
        Complete sets; their amplitudes do not matter.
    limits : (float, float)
        Least and largest amplitude, both above 0.
    """
    from plausiwidgets.patterns import features
    from plausiwidgets.patterns.bench import Bench

    bench = Bench(model, values, dt, engine, checkpoint)
    ready = (bench.noise == 0) & (bench.lost == 0)
    names = list(between.sweeps(values))
    low = np.full((len(names), bench.n), np.log(limits[0]))
    high = np.full((len(names), bench.n), np.log(limits[1]))
    fires_at_all = np.zeros((len(names), bench.n), dtype=bool)
    for step in range(STEPS + 1):
        middle = 0.5 * (low + high) if step else high
        amplitudes = np.exp(middle)
        sweeps = {
            name: between.sweeps({**values, "amplitude": a})[name] for name, a in zip(names, amplitudes, strict=True)
        }
        records = bench.run(sweeps, between.end, only=ready, keep=False)
        fired = np.stack(
            [
                features.count(r.times, *between.windows.get(name, between.windows[""])) > 0
                for name, r in zip(names, records, strict=True)
            ]
        )
        if step:
            high, low = np.where(fired, middle, high), np.where(fired, low, middle)
        else:
            fires_at_all = fired
    threshold = np.where(fires_at_all, high, np.inf)
    must = np.array([name in between.fire for name in names])
    passed = threshold[must].max(axis=0)
    known = np.isfinite(passed) & ready
    passed = np.where(known, passed, np.nan)
    silent = threshold[~must]
    # The least of the ratios counts: what is gained in one of them must not pay for another.
    ratio = np.where(known, np.minimum(silent, 100.0).min(axis=0) - passed, -100.0)
    missing = np.maximum(WANTED - ratio, 0.0) / SCALE
    spared = np.minimum(silent.min(axis=0), np.log(limits[1]))
    return Solved(passed, np.where(known, spared, np.nan), len(silent) * missing / (1.0 + missing))


@cache
def _betweens() -> dict[str, Between]:
    from plausiwidgets.patterns import pulses, steps

    def variability(values: Mapping[str, Any]) -> dict[str, Any]:
        # Inhibition alone has no amplitude to search a threshold of.
        return {n: s for n, s in pulses.variability_sweeps(values).items() if n != "inhibition alone"}

    return {
        "resonator": Between(
            lambda v: pulses.pairs(pulses.RESONATOR_WIDTH, pulses.RESONATOR_GAPS, v),
            ("gap T",),
            {"": (0.0, pulses.RESONATOR_END)},
            pulses.RESONATOR_END,
        ),
        "integrator": Between(
            lambda v: pulses.pairs(pulses.INTEGRATOR_WIDTH, pulses.INTEGRATOR_GAPS, v),
            ("gap T", "gap 0.6 T"),
            {"": (0.0, pulses.INTEGRATOR_END)},
            pulses.INTEGRATOR_END,
        ),
        "threshold_variability": Between(
            variability,
            ("both",),
            {"": (0.0, pulses.VARIABILITY_END), "both": (10.0, pulses.VARIABILITY_END)},
            pulses.VARIABILITY_END,
        ),
        "accommodation": Between(
            steps.accommodation_sweeps,
            ("fast ramp",),
            {"": (0.0, steps.SLOW_RAMP), "fast ramp": (0.0, steps.FAST_RESPONSE)},
            steps.SLOW_RAMP,
        ),
    }


def thresholds(pattern: Any) -> Between | None:
    """Return the thresholds that a pattern lives between, None for one that does not."""
    from plausiwidgets.patterns import is_registered

    return _betweens().get(pattern.key) if is_registered(pattern) else None
