"""Onsets of firing of n parameter sets as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.patterns.onset.ladder import MAX_RUNGS
from plausiwidgets.patterns.onset.outcome import COARSE, DEEP, FINITE, KINDS, LOGARITHM, ROOT, SEARCH, Onset

Floats = NDArray[np.float64]

DEPTHS = {"coarse": COARSE, "search": SEARCH, "deep": DEEP}
"""Depths of a measurement by name."""
CLEAR = (ROOT, LOGARITHM, FINITE)
"""Kinds of onset whose period follows one law."""


@dataclass(frozen=True)
class Onsets:
    """Onsets of firing of n sets, as arrays of shape [n].

    Attributes
    ----------
    kind : ndarray
        Index of the kind in :data:`plausiwidgets.patterns.onset.outcome.KINDS`.
    clear : ndarray
        1 if the period follows one law near the rheobase, otherwise 0.
    top : ndarray
        Step above the holding current at which the neuron fires, 0 without firing.
    spikes : ndarray
        Number of spikes of the steady train at that step.
    rheobase : ndarray
        Rheobase as a step above the holding current, nan without firing.
    exponent : ndarray
        Exponent of the growth of the period, nan if it was not measured.
    drive : ndarray
        Step at which the usual rate is measured, in multiples of the rheobase: 2, or less if the neuron is blocked at
        2.
    rise, rate : ndarray
        Usual rate divided by the lowest rate, and usual rate in Hz.
    skipped : ndarray
        Number of subthreshold peaks between two spikes near the rheobase, in excess of one and of the number at twice
        the rheobase.
    spread, spread_far : ndarray
        Longest divided by shortest interval near the rheobase, and at twice the rheobase.
    curve : mapping of str to ndarray, shape [points, n]
        ``"amplitude"`` and ``"rate"`` (Hz) in descending order of the distance from the rheobase.
    """

    kind: Floats
    clear: Floats
    top: Floats
    spikes: Floats
    rheobase: Floats
    exponent: Floats
    drive: Floats
    rise: Floats
    rate: Floats
    skipped: Floats
    spread: Floats
    spread_far: Floats
    curve: Mapping[str, Floats] = field(default_factory=dict)


def as_arrays(onsets: Sequence[Onset]) -> Onsets:
    """Return the onsets of n parameter sets as arrays."""

    def array(values: Sequence[float]) -> Floats:
        return np.array(values, dtype=np.float64)

    amplitude, rate = np.full((2, MAX_RUNGS + 1, len(onsets)), np.nan)
    for i, one in enumerate(onsets):
        for k, (share, period) in enumerate(zip(one.shares, one.periods, strict=True)):
            amplitude[k, i], rate[k, i] = one.rheobase * (1.0 + share), 1000.0 / period
    return Onsets(
        kind=array([KINDS.index(one.kind) for one in onsets]),
        clear=array([one.kind in CLEAR for one in onsets]),
        top=array([one.top if one.top > 0.0 else 0.0 for one in onsets]),
        spikes=array([one.spikes for one in onsets]),
        rheobase=array([one.rheobase for one in onsets]),
        exponent=array([one.exponent for one in onsets]),
        drive=array([one.drive for one in onsets]),
        rise=array([one.rise for one in onsets]),
        rate=array([1000.0 / one.period for one in onsets]),
        skipped=array([max(one.ripples - max(one.ripples_far, 1), 0) for one in onsets]),
        spread=array([one.spread for one in onsets]),
        spread_far=array([one.spread_far for one in onsets]),
        curve={"amplitude": amplitude, "rate": rate},
    )
