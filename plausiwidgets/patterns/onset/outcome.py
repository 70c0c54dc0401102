"""The measured onset of firing of one neuron, and its kinds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROOT, LOGARITHM, FINITE = "root", "logarithm", "finite"
STAIRCASE, BURSTING, UNCLEAR = "staircase", "bursting", "unclear"
SILENT, SPONTANEOUS = "no firing", "fires at rest"
KINDS = (SILENT, SPONTANEOUS, UNCLEAR, STAIRCASE, BURSTING, FINITE, LOGARITHM, ROOT)
"""Every kind of onset. The place of a kind is its number among the measurements of a verdict."""


@dataclass
class Onset:
    """How a neuron starts to fire when it gets a step of current from rest.

    Attributes
    ----------
    kind : str
        An entry of `KINDS`.
    top : float
        Step above the holding current at which the neuron fires and from which the search started; nan without firing.
    spikes : int
        Late spikes of the train at `top`.
    rheobase : float
        Smallest step above the holding current that elicits firing; nan without firing.
    width : float
        Width of the bracket that contains the rheobase, as a share of it.
    exponent, error : float
        q, see :mod:`plausiwidgets.patterns.onset`, and its standard error. q is -1 if firing persists at a step that
        does not elicit it.
    drive : float
        Step of the usual rate in rheobases: 2, or less if the neuron is blocked there; nan without one.
    period, slowest : float
        Period at that step, and the longest period near the rheobase, in ms.
    shares, periods : list of float
        Distances from the rheobase as shares of it, and the period at each in ms.
    reached : bool
        Whether the search ended at the longest period that it looks for.
    persists : bool
        Whether firing persists at a step that does not elicit it (hysteresis).
    down_to : float
        Smallest step at which firing persists; nan if it was not measured.
    ending : str
        Kind of the end of firing at that step; empty if it was not measured.
    ripples, ripples_far : int
        Subthreshold peaks between two spikes at the smallest distance, and at twice the rheobase.
    lingers : float
        Time in ms between two spikes at the smallest distance in which the potential hardly changes.
    spread, spread_far : float
        Longest divided by shortest interval at any distance, and at twice the rheobase.
    skips : bool
        Whether the neuron skips cycles of a subthreshold oscillation closer to the rheobase than the distances.
    time : float
        Simulated time in ms.
    """

    kind: str = SILENT
    top: float = np.nan
    spikes: int = 0
    rheobase: float = np.nan
    width: float = np.nan
    exponent: float = np.nan
    error: float = np.nan
    drive: float = np.nan
    period: float = np.nan
    slowest: float = np.nan
    shares: list[float] = field(default_factory=list)
    periods: list[float] = field(default_factory=list)
    reached: bool = False
    persists: bool = False
    down_to: float = np.nan
    ending: str = ""
    ripples: int = 0
    ripples_far: int = 0
    lingers: float = 0.0
    spread: float = np.nan
    spread_far: float = np.nan
    skips: bool = False
    time: float = 0.0

    @property
    def rise(self) -> float:
        """Firing rate at twice the rheobase divided by the lowest rate."""
        return self.slowest / self.period


@dataclass(frozen=True)
class Depth:
    """How close to the rheobase the firing rate is followed.

    Attributes
    ----------
    least : float
        The period is followed to this multiple of the period at twice the rheobase,
    slowest : float
        and further to this period in ms.
    tolerance : float
        Of the rheobase, as a share of it.
    budget : float
        Maximum simulated time in ms. A neuron that needs more is unclear.
    """

    least: float
    slowest: float
    tolerance: float
    budget: float


COARSE = Depth(32.0, 100.0, 1e-8, 60_000.0)
"""For a preview while the user changes a value."""
SEARCH = Depth(32.0, 2000.0, 1e-8, 600_000.0)
"""For an evaluation."""
DEEP = Depth(100.0, 10_000.0, 1e-9, 4_000_000.0)
"""For verification."""


class BudgetError(Exception):
    """The simulated time of a neuron exceeds the budget of its depth."""
