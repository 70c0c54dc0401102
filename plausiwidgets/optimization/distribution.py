"""The region of a search: the distribution of its CMA-ES run, or the population of its differential evolution."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from plausiwidgets.models.parameter import Floats


@dataclass(frozen=True, eq=False)
class Distribution:
    """The distribution of a CMA-ES run in the unit cube, or a population.

    Attributes
    ----------
    mean : ndarray [d]
        Mean of the CMA-ES run; empty if none runs.
    covariance : ndarray [d, d]
        Covariance matrix of its points, σ²C with the scaling of the coordinates; empty if none runs.
    spread : float
        Factor on the linear middle of the asinh scales of the run (`Space.chart`).
    population : ndarray [m, d]
        Values of the members; empty while CMA-ES runs.
    """

    mean: Floats = field(default_factory=lambda: np.empty(0))
    covariance: Floats = field(default_factory=lambda: np.empty((0, 0)))
    spread: float = 1.0
    population: Floats = field(default_factory=lambda: np.empty((0, 0)))


@runtime_checkable
class HasDistribution(Protocol):
    """A strategy whose search can be watched."""

    def distribution(self) -> Distribution | None:
        """Return the distribution of the last requested points, or None before the first request."""
