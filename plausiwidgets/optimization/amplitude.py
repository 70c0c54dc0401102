"""Solution for the amplitude of patterns that require an amplitude between two thresholds.

A resonator, for example, fires in response to pulse pairs at one interval only. As a function of the amplitude, its
loss is small only between the threshold of the pair that must fire and the lowest threshold of the other stimuli.
Bisection finds both thresholds and sets the amplitude between them. The logarithm of their ratio is a slope that leads
a search to sets with separate thresholds. The evaluation at the solved amplitude decides whether a set is accepted.
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
"""Complete sets: arrays of shape [n] by parameter."""

AMPLITUDE = "amplitude"
"""Key of the stimulus parameter that is solved for."""
BISECTIONS, FIRST_BISECTIONS = 12, 8
"""Numbers of bisections of the logarithm of the amplitude, in total and for all sets.

Together they reduce a range of 1:1000 to 0.2 %. Only sets whose thresholds are nearly separate (`NEAR`) receive the
last bisections.
"""
NEAR = -0.3
"""Minimum logarithm of the ratio of thresholds that are nearly separate."""
WANTED = 0.2
"""Minimum logarithm of the ratio of thresholds without a shortfall."""
SCALE = 0.2
"""Difference of that logarithm from `WANTED` at which the penalty is 0.5."""


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of the amplitude between which n sets may show a pattern.

    Attributes
    ----------
    fire_above, silent_below : ndarray, shape [n]
        Logarithms of the amplitude above which all sweeps in `AmplitudeWindow.fire` elicit spikes, and of the amplitude
        below which all sweeps in `AmplitudeWindow.silent` do not. nan if a sweep in `fire` never elicits spikes, or if
        the neuron fires at rest.
    shortfall : ndarray, shape [n]
        Penalty of thresholds that are not separate, from 0 to the number of silent sweeps.
    """

    fire_above: Floats
    silent_below: Floats
    shortfall: Floats

    def take(self, chosen: NDArray[np.intp]) -> Thresholds:
        return Thresholds(self.fire_above[chosen], self.silent_below[chosen], self.shortfall[chosen])

    def intersect(self, other: Thresholds) -> Thresholds:
        """Return thresholds for amplitudes that are within both pairs of thresholds."""
        fire_above = np.maximum(self.fire_above, other.fire_above)
        return Thresholds(fire_above, np.minimum(self.silent_below, other.silent_below), self.shortfall)

    def amplitude(self, otherwise: Floats, limits: tuple[float, float]) -> Floats:
        """Return the amplitude of each set, shape [n].

        The amplitude is the geometric mean of the thresholds, or just above `fire_above` if the thresholds overlap.

        Parameters
        ----------
        otherwise : ndarray, shape [n]
            Amplitudes of the sets whose thresholds are nan.
        limits : (float, float)
            Range of the amplitudes.
        """
        room = np.maximum(0.5 * (self.silent_below - self.fire_above), 1e-3)
        return np.where(np.isnan(room), otherwise, np.clip(np.exp(self.fire_above + room), *limits))


def find_thresholds(pattern: Pattern, runner: Runner, limits: tuple[float, float]) -> Thresholds:
    """Return the thresholds of all settled sets, by bisection between `limits`, which must be above 0."""
    window = pattern.amplitude_window
    assert window is not None
    names, must = (*window.fire, *window.silent), slice(len(window.fire))
    rest = slice(len(window.fire), None)
    # Copy the sets for each sweep, so that one call creates all sweeps.
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
        """Return `fire_above`, `silent_below` and the logarithm of their ratio."""
        threshold = np.where(fires_at_all, high, np.inf)
        fire_above = np.where(known, threshold[must].max(axis=0), np.nan)
        silent_below = threshold[rest].min(axis=0)
        # Use the smallest ratio, because a gain in one sweep must not compensate for a loss in another.
        return fire_above, silent_below, np.where(known, np.minimum(silent_below, 100.0) - fire_above, -100.0)

    def decisive() -> NDArray[np.bool_]:
        """Return a mask of the thresholds that may still be the highest to fire or the lowest to be silent."""
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
