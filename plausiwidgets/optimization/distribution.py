"""Region of a search: the distribution of a CMA-ES run, or the population of differential evolution."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from plausiwidgets.models.parameter import Floats


@dataclass(frozen=True, eq=False)
class Distribution:
    """Distribution of a CMA-ES run in the unit cube, or a population.

    Attributes
    ----------
    mean : ndarray, shape [d]
        Mean of the CMA-ES run, empty without a run.
    covariance : ndarray, shape [d, d]
        Covariance matrix of its points, σ²C with the scaling of the coordinates, empty without a run.
    spread : float
        Factor of the linear width of the asinh scales of the run (`Space.chart`).
    population : ndarray, shape [m, d]
        Values of the members, empty during a CMA-ES run.
    """

    mean: Floats = field(default_factory=lambda: np.empty(0))
    covariance: Floats = field(default_factory=lambda: np.empty((0, 0)))
    spread: float = 1.0
    population: Floats = field(default_factory=lambda: np.empty((0, 0)))


@runtime_checkable
class HasDistribution(Protocol):
    """Strategy that provides the region of its search for a figure."""

    def distribution(self) -> Distribution | None:
        """Return the distribution of the last requested points, or None before the first request."""
