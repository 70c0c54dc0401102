"""One run of CMA-ES in a unit cube, by pycma."""

from __future__ import annotations

import numpy as np
from numpy.random import SeedSequence, default_rng

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.distribution import Distribution
from plausiwidgets.optimization.space import Chart, fold
from plausiwidgets.support.quiet import imported

GAIN = 1e-3
"""Minimum improvement of the loss that counts as a gain."""
OUTSIDE = 1.0
"""Loss added per squared distance of a point from the cube, in its edges.

Folding repeats the landscape outside of the cube. Without this slope, a growing step size finds a plateau of copies and
stays large.
"""
COLLAPSED = 1e-4
"""Largest standard deviation, in the unit cube, of a run that has converged."""


class CmaRun:
    """One CMA-ES run: N. Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772.

    Points are folded into the cube, which costs much less than pycma's handling of bounds. A run draws from its own
    generator, so that runs can be interleaved, threaded and replayed. Its first mean `x0` [d] and standard deviation
    `sigma` are in the cube; it ends after `patience` generations without gain.
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
                "seed": np.nan,  # a number would seed NumPy's global generator
                "randn": lambda *shape: rng.standard_normal(shape),
                "verbose": -9,
                "verb_log": 0,
                "verb_disp": 0,
                "signals_filename": "",
            },
        )

    def distribution(self, spread: float) -> Distribution:
        """Return the distribution of the next generation; `spread` is that of the chart."""
        es = self._es
        scaling = es.sigma * np.ones(es.N) * es.sigma_vec.scaling
        return Distribution(np.array(es.mean, float), es.sm.covariance_matrix * np.outer(scaling, scaling), spread)

    def ask(self) -> Floats:
        """Return the next generation as values [popsize, d]."""
        self._asked = self._es.ask()
        return self.chart.decode(fold(np.asarray(self._asked)))

    def tell(self, losses: Floats) -> None:
        """Take the losses [popsize] of the requested points, which must be finite."""
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
            # A covariance matrix can become singular on a plateau. Then this run ends, and the search continues.
            spread = 0.0
        self.finished = self.generation - self._last_gain >= self.patience or not spread > COLLAPSED
