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

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.models.parameter import Floats
from plausiwidgets.patterns import Pattern
from plausiwidgets.patterns.bench import Bench

Values = Mapping[str, Floats]
"""Complete sets: every parameter, with an array [n] each."""

AMPLITUDE = "amplitude"
"""The stimulus value that is solved."""
BISECTIONS, FIRST_BISECTIONS = 12, 8
"""Of the logarithm of the amplitude, a range of 1:1000 to 0.2 %; the last ones only where the thresholds are near to
being apart."""
NEAR = -0.3
"""Logarithm of the ratio of the thresholds below which they are not near to it."""
WANTED = 0.2
"""Logarithm of the ratio of the thresholds, above which the search is content."""
SCALE = 0.2
"""Shortfall of that logarithm that costs half."""


@dataclass(frozen=True)
class Thresholds:
    """Between which amplitudes n sets show a pattern.

    Attributes
    ----------
    fire_above, silent_below : ndarray [n]
        Logarithms of the amplitude above which all sweeps fire that must, and below which all are
        silent that must be. Where what must fire fires at no amplitude, or the neuron is not silent
        at rest, nan.
    shortfall : ndarray [n]
        In [0, number of silent sweeps]: how far the thresholds are from being apart.
    """

    fire_above: Floats
    silent_below: Floats
    shortfall: Floats

    def take(self, chosen: NDArray[np.intp]) -> Thresholds:
        """Return those of some of the sets."""
        return Thresholds(self.fire_above[chosen], self.silent_below[chosen], self.shortfall[chosen])

    def intersect(self, other: Thresholds) -> Thresholds:
        """Return the thresholds of which amplitudes are between these and those of another time step."""
        fire_above = np.maximum(self.fire_above, other.fire_above)
        return Thresholds(fire_above, np.minimum(self.silent_below, other.silent_below), self.shortfall)

    def amplitude(self, otherwise: Floats, limits: tuple[float, float]) -> Floats:
        """Return the geometric middle of the thresholds, or just above the first where there is no room.

        Parameters
        ----------
        otherwise : ndarray [n]
            Where the thresholds are not known.
        limits : (float, float)
            Least and largest amplitude.
        """
        room = np.maximum(0.5 * (self.silent_below - self.fire_above), 1e-3)
        return np.where(np.isnan(room), otherwise, np.clip(np.exp(self.fire_above + room), *limits))


def find_thresholds(pattern: Pattern, bench: Bench, limits: tuple[float, float]) -> Thresholds:
    """Find the thresholds of every set by bisection, all at once.

    Parameters
    ----------
    pattern : Pattern
        With an amplitude window.
    bench : Bench
        The sets, settled; their amplitudes do not matter.
    limits : (float, float)
        Least and largest amplitude, both above 0.
    """
    window = pattern.amplitude_window
    assert window is not None
    names, must = (*window.fire, *window.silent), slice(len(window.fire))
    rest = slice(len(window.fire), None)
    # Sweeps are made once for all names: a set for each of them.
    values = {name: np.tile(value, len(names)) for name, value in vars(bench.stimulus_values).items()}

    def fired(log_amplitudes: Floats, active: NDArray[np.bool_]) -> NDArray[np.bool_]:
        sweeps = pattern.sweeps_at({**values, AMPLITUDE: np.exp(log_amplitudes).reshape(-1)})
        return bench.fires([sweeps[name] for name in names], active)

    low = np.full((len(names), bench.n), np.log(limits[0]))
    high = np.full((len(names), bench.n), np.log(limits[1]))
    ready = (bench.spontaneous_spikes == 0) & (bench.divergence == 0)
    fires_at_all = fired(high, np.broadcast_to(ready, high.shape))
    known = active = ready & fires_at_all[must].all(axis=0)

    def thresholds() -> tuple[Floats, Floats, Floats]:
        """Return above which amplitude all fire that must, below which all others do not, and the ratio."""
        threshold = np.where(fires_at_all, high, np.inf)
        fire_above = np.where(known, threshold[must].max(axis=0), np.nan)
        silent_below = threshold[rest].min(axis=0)
        # The least of the ratios counts: what is gained in one of them must not pay for another.
        return fire_above, silent_below, np.where(known, np.minimum(silent_below, 100.0) - fire_above, -100.0)

    def decisive() -> NDArray[np.bool_]:
        """Return whose threshold may be the highest of what must fire, or the lowest of what must not."""
        lowest = np.where(fires_at_all, high, np.inf)[rest].min(axis=0)
        return np.concatenate([high[must] > low[must].max(axis=0), fires_at_all[rest] & (low[rest] < lowest)])

    for bisection in range(BISECTIONS):
        if bisection == FIRST_BISECTIONS:
            active = known & (thresholds()[2] > NEAR)
        if not active.any():
            break
        middle, asked = 0.5 * (low + high), active & decisive()
        hit = fired(middle, asked)
        high, low = np.where(asked & hit, middle, high), np.where(asked & ~hit, middle, low)
    fire_above, silent_below, ratio = thresholds()
    silent_below = np.where(known, np.minimum(silent_below, np.log(limits[1])), np.nan)
    missing = np.maximum(WANTED - ratio, 0.0) / SCALE
    return Thresholds(fire_above, silent_below, len(window.silent) * missing / (1.0 + missing))
