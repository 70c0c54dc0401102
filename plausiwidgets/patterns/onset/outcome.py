"""Measured onset of firing of one neuron, and the kinds of onset."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROOT, LOGARITHM, FINITE = "root", "logarithm", "finite"
STAIRCASE, BURSTING, UNCLEAR = "staircase", "bursting", "unclear"
SILENT, SPONTANEOUS = "no firing", "fires at rest"
KINDS = (SILENT, SPONTANEOUS, UNCLEAR, STAIRCASE, BURSTING, FINITE, LOGARITHM, ROOT)
"""All kinds of onset. The measurements of a verdict contain the index of a kind."""


@dataclass
class Onset:
    """Onset of firing of one neuron in response to steps of current from rest.

    Attributes
    ----------
    kind : str
        An entry of `KINDS`.
    top : float
        Step above the holding current at which the neuron fires and the search starts, nan without a rheobase.
    spikes : int
        Number of late spikes of the train at `top`.
    rheobase : float
        Smallest step above the holding current that elicits firing, nan without firing or if the budget ends first.
    width : float
        Width of the bracket as a share of the rheobase.
    exponent, error : float
        Exponent q of :mod:`plausiwidgets.patterns.onset` and its standard error. q is -1 if firing persists at a step
        that does not elicit it.
    drive : float
        Step at which the usual rate is measured, in multiples of the rheobase: 2, or less if the neuron is blocked at
        2. nan if it was not measured.
    period, slowest : float
        Period at the step of `drive` and longest period near the rheobase, in ms.
    shares, periods : list of float
        Distances from the rheobase as shares of it, and the periods at these distances in ms.
    reached : bool
        Whether the search ended because it reached its longest target period.
    persists : bool
        Whether firing persists at a step that does not elicit it (hysteresis).
    down_to : float
        Smallest step at which firing persists, nan if it was not measured.
    ending : str
        Kind of the end of firing at `down_to`, empty if it was not measured.
    ripples, ripples_far : int
        Number of subthreshold peaks between two spikes at the smallest distance, and at twice the rheobase.
    lingers : float
        Time in ms between two spikes at the smallest distance in which the potential hardly changes.
    spread, spread_far : float
        Longest divided by shortest interval at any distance, and at twice the rheobase.
    skips : bool
        Whether the neuron skips cycles of a subthreshold oscillation closer to the rheobase than the distances.
    exhausted : bool
        Whether the measurement ended because its simulated time exceeded the budget.
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
    exhausted: bool = False
    time: float = 0.0

    @property
    def rise(self) -> float:
        """Firing rate at twice the rheobase divided by the lowest rate."""
        return self.slowest / self.period

    @property
    def is_open(self) -> bool:
        """Whether the kind is unclear although the measurement is complete."""
        return self.kind == UNCLEAR and not self.exhausted


@dataclass(frozen=True)
class Depth:
    """Depth of a measurement: how close to the rheobase it follows the firing rate.

    Attributes
    ----------
    least : float
        Longest target period in multiples of the period at twice the rheobase, unless `slowest` is longer.
    slowest : float
        Minimum of the longest target period in ms.
    tolerance : float
        Tolerance of the rheobase as a share of it.
    budget : float
        Maximum simulated time in ms. The onset of a neuron that exceeds it is unclear.
    deeper : Depth, optional
        Depth at which an unclear onset is measured again, unless it exceeded the budget.
    """

    least: float
    slowest: float
    tolerance: float
    budget: float
    deeper: Depth | None = None


COARSE = Depth(32.0, 100.0, 1e-8, 60_000.0)
"""Depth of a preview while the user changes a parameter."""
DEEP = Depth(100.0, 10_000.0, 1e-9, 4_000_000.0)
"""Depth of a verification."""
SEARCH = Depth(32.0, 2000.0, 1e-8, 600_000.0, deeper=DEEP)
"""Depth of an evaluation."""


class BudgetError(Exception):
    """Exception for a neuron whose simulated time exceeds the budget of its depth."""
