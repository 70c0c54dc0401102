"""A single run of CMA-ES in the unit cube, based on pycma."""

from __future__ import annotations

import numpy as np
from numpy.random import SeedSequence, default_rng

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.distribution import Distribution
from plausiwidgets.optimization.space import Chart, fold
from plausiwidgets.support.quiet import imported

GAIN = 1e-3
"""Minimum decrease of the loss that counts as a gain."""
OUTSIDE = 1.0
"""Loss that is added per squared distance of a point from the cube, in units of its edge.

Folding repeats the landscape outside the cube. Without this slope, a growing step size would find a plateau of copies
and stay large.
"""
COLLAPSED = 1e-4
"""Maximum standard deviation of a converged run in the unit cube."""


class CmaRun:
    """Run of CMA-ES (N. Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772).

    Points are folded into the cube, which is much faster than the handling of bounds in pycma. Each run has its own
    random generator, so that runs can be interleaved, threaded and repeated.

    Parameters
    ----------
    chart : Chart
        Map between the unit cube and the values.
    x0 : ndarray, shape [d]
        Initial mean in the unit cube.
    sigma : float
        Initial standard deviation in the unit cube.
    popsize : int
        Number of points in a generation.
    seed : SeedSequence
        Seed of the random generator.
    patience : int
        Number of generations without a gain after which the run ends.
    """

    def __init__(self, chart: Chart, x0: Floats, sigma: float, popsize: int, seed: SeedSequence, patience: int) -> None:
        rng = default_rng(seed)
        self.patience = patience
        self.chart = chart
        self.generation = 0
        self.best = np.inf
        self.finished = False
        self._reference = np.inf
        self._last_gain = 0
        self._es = imported("cma").CMAEvolutionStrategy(
            np.clip(x0, 0.0, 1.0),
            sigma,
            {
                "popsize": popsize,
                "seed": np.nan,  # a number would seed the global generator of NumPy
                "randn": lambda *shape: rng.standard_normal(shape),
                "verbose": -9,
                "verb_log": 0,
                "verb_disp": 0,
                "signals_filename": "",
            },
        )

    def distribution(self, spread: float) -> Distribution:
        """Return the distribution of the next generation on a chart with the given `spread`."""
        es = self._es
        scaling = es.sigma * np.ones(es.N) * es.sigma_vec.scaling
        return Distribution(np.array(es.mean, float), es.sm.covariance_matrix * np.outer(scaling, scaling), spread)

    def ask(self) -> Floats:
        """Return the values of the next generation, shape [popsize, d]."""
        self._asked = self._es.ask()
        return self.chart.decode(fold(np.asarray(self._asked)))

    def tell(self, losses: Floats) -> None:
        """Process the finite losses of the last requested points, shape [popsize]."""
        self.generation += 1
        self.best = min(self.best, float(np.min(losses)))
        if self._reference - self.best > GAIN:
            self._reference, self._last_gain = self.best, self.generation
        try:
            points = np.asarray(self._asked)
            outside = np.sum((points - np.clip(points, 0.0, 1.0)) ** 2, axis=1)
            self._es.tell(self._asked, (losses + OUTSIDE * outside).tolist(), check_points=False)
            spread = float(self._es.sigma * np.sqrt(np.max(self._es.sm.variances)))
        except (ArithmeticError, RuntimeError, ValueError, np.linalg.LinAlgError):
            # A covariance matrix can become singular on a plateau. The run then ends, and the search continues.
            spread = 0.0
        self.finished = self.generation - self._last_gain >= self.patience or not spread > COLLAPSED
