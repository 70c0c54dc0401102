"""Solving the amplitude of patterns that lie between two thresholds.

A resonator fires for pulse pairs at one interval only: as a function of the amplitude, the loss is a needle between
the threshold of the pair that must fire and the lowest threshold of the others. Bisection finds both and sets the
amplitude between them; the logarithm of their ratio is a slope towards sets where they are apart. Acceptance is
decided by the judge at that amplitude.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.models.parameter import Floats
from plausiwidgets.patterns import Pattern
from plausiwidgets.patterns.runner import Runner

Values = Mapping[str, Floats]
"""n complete sets: parameter → array [n]."""

AMPLITUDE = "amplitude"
"""Name of the stimulus value that is solved."""
BISECTIONS, FIRST_BISECTIONS = 12, 8
"""Bisections of the logarithm of the amplitude, all and first: a range of 1:1000 to 0.2 %, the last ones only for
thresholds that are nearly apart (`NEAR`)."""
NEAR = -0.3
"""Logarithm of the ratio of the thresholds above which they are nearly apart."""
WANTED = 0.2
"""Logarithm of the ratio of the thresholds above which the shortfall is 0."""
SCALE = 0.2
"""Difference of that logarithm from `WANTED` with a penalty of 1/2."""


@dataclass(frozen=True)
class Thresholds:
    """Amplitudes between which n sets show a pattern.

    Attributes
    ----------
    fire_above, silent_below : ndarray [n]
        Logarithms of the amplitudes above which all sweeps fire that must, and below which all sweeps are silent that
        must be; nan if the former never fire, or the neuron fires at rest.
    shortfall : ndarray [n]
        Distance of the thresholds from being apart, in [0, number of silent sweeps].
    """

    fire_above: Floats
    silent_below: Floats
    shortfall: Floats

    def take(self, chosen: NDArray[np.intp]) -> Thresholds:
        return Thresholds(self.fire_above[chosen], self.silent_below[chosen], self.shortfall[chosen])

    def intersect(self, other: Thresholds) -> Thresholds:
        """Return thresholds for amplitudes that lie between these and between the other ones."""
        fire_above = np.maximum(self.fire_above, other.fire_above)
        return Thresholds(fire_above, np.minimum(self.silent_below, other.silent_below), self.shortfall)

    def amplitude(self, otherwise: Floats, limits: tuple[float, float]) -> Floats:
        """Return the geometric mean of the thresholds within `limits`, or just above the first if they overlap.

        `otherwise` [n] is taken where the thresholds are nan.
        """
        room = np.maximum(0.5 * (self.silent_below - self.fire_above), 1e-3)
        return np.where(np.isnan(room), otherwise, np.clip(np.exp(self.fire_above + room), *limits))


def find_thresholds(pattern: Pattern, runner: Runner, limits: tuple[float, float]) -> Thresholds:
    """Return the thresholds of all settled sets, by bisection between the `limits`, which are above 0."""
    window = pattern.amplitude_window
    assert window is not None
    names, must = (*window.fire, *window.silent), slice(len(window.fire))
    rest = slice(len(window.fire), None)
    # One call makes the sweeps of all names: a copy of the sets for each name.
    values = {name: np.tile(value, len(names)) for name, value in vars(runner.stimulus_values).items()}

    def fired(log_amplitudes: Floats, active: NDArray[np.bool_]) -> NDArray[np.bool_]:
        sweeps = pattern.sweeps_at({**values, AMPLITUDE: np.exp(log_amplitudes).reshape(-1)})
        return runner.fires([sweeps[name] for name in names], active)

    # Bisection of the logarithm gives every amplitude the same relative precision.
    low = np.full((len(names), runner.n), np.log(limits[0]))
    high = np.full((len(names), runner.n), np.log(limits[1]))
    # A neuron that fires at rest has no threshold.
    ready = (runner.spontaneous_spikes == 0) & (runner.divergence == 0)
    fires_at_all = fired(high, np.broadcast_to(ready, high.shape))
    known = active = ready & fires_at_all[must].all(axis=0)

    def thresholds() -> tuple[Floats, Floats, Floats]:
        """Return fire_above, silent_below and the logarithm of their ratio."""
        threshold = np.where(fires_at_all, high, np.inf)
        fire_above = np.where(known, threshold[must].max(axis=0), np.nan)
        silent_below = threshold[rest].min(axis=0)
        # The smallest ratio counts: a gain in one must not pay for a loss in another.
        return fire_above, silent_below, np.where(known, np.minimum(silent_below, 100.0) - fire_above, -100.0)

    def decisive() -> NDArray[np.bool_]:
        """Return which thresholds may still be the highest to fire or the lowest to be silent."""
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
