"""A population in a unit cube that evolves by differences of its own members, and begins with a screen."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.cmaes import GAIN
from plausiwidgets.optimization.space import Chart, fold

BEST = 0.1
"""Share of the population towards which its members are drawn."""
STEP, STEP_SPREAD = 0.7, 0.1
"""Middle and width of the Cauchy distribution of a step's length, which is cut at 0.1 and 1."""
CROSSING = 0.9
"""Probability with which a coordinate is taken from the step, not from the member."""
PATIENCE = 12
"""How often every member is tried without a gain of the best, before the population is given up."""
COLLAPSED = 0.01
"""Largest standard deviation of a coordinate, in the cube, of a population that has converged."""


class Population:
    """Differential evolution, "current to one of the best, binomial crossing".

    J. Zhang and A. C. Sanderson, "JADE: Adaptive Differential Evolution with Optional External Archive",
    IEEE Trans. Evol. Comput. 13(5), 2009, eq. (6) and (9), without the archive and with fixed middles of
    its distributions: a search here is over before they have learned anything. Members are tried a few at a time,
    each from the population as it then is; points beyond the cube are folded into it.

    Parameters
    ----------
    chart : Chart
        The cube and its scales.
    units : ndarray [size, d]
        The first members, spread over the cube.
    losses : ndarray [size]
        Theirs.
    rng : Generator

    Examples
    --------
    >>> from plausiwidgets.models.parameter import Parameter
    >>> from plausiwidgets.optimization.space import Space
    >>> chart = Space.build({n: Parameter(n, 0.5, 0.0, 1.0) for n in "ab"}).chart()
    >>> rng = np.random.default_rng(0)
    >>> units = rng.random((16, 2))
    >>> population = Population(chart, units, np.sum((units - 0.3) ** 2, axis=1), rng)
    >>> while not population.stale:
    ...     population.tell(np.sum((population.ask(8) - 0.3) ** 2, axis=1))
    >>> bool(population.losses.min() < 1e-3)
    True
    """

    def __init__(self, chart: Chart, units: Floats, losses: Floats, rng: Generator) -> None:
        self.chart = chart
        self.units, self.losses = units.copy(), losses.copy()
        self._rng = rng
        self._next = 0
        self._reference = float(losses.min())
        self._since_gain = 0

    @property
    def size(self) -> int:
        """Number of members."""
        return len(self.losses)

    @property
    def stale(self) -> bool:
        """Whether it no longer gains, or has converged."""
        given_up = self._since_gain >= PATIENCE * self.size
        return given_up or float(self.units.std(axis=0).max()) <= COLLAPSED

    def ask(self, count: int) -> Floats:
        """Return what the next members try, as values [count, d]."""
        rng, d = self._rng, self.units.shape[1]
        self._tried = (self._next + np.arange(count)) % self.size
        best = np.argsort(self.losses, kind="stable")[: max(round(BEST * self.size), 2)]
        towards = best[rng.integers(best.size, size=count)]
        one, other = rng.integers(self.size, size=(2, count))
        length = np.clip(STEP + STEP_SPREAD * rng.standard_cauchy(count), 0.1, 1.0)[:, None]
        x = self.units
        member = x[self._tried]
        moved = member + length * (x[towards] - member) + length * (x[one] - x[other])
        crossed = rng.random((count, d)) < CROSSING
        crossed[np.arange(count), rng.integers(d, size=count)] = True
        self._trials = fold(np.where(crossed, moved, member))
        return self.chart.decode(self._trials)

    def tell(self, losses: Floats) -> None:
        """Take the losses [count] of what was asked: a member moves to where it is no worse."""
        self._next = (self._next + len(losses)) % self.size
        for i, unit, loss in zip(self._tried, self._trials, losses, strict=True):
            if loss <= self.losses[i]:
                self.units[i], self.losses[i] = unit, loss
        self._note(len(losses))

    def take(self, values: Floats, loss: float) -> None:
        """Let a point [d] that was found elsewhere replace the member next to it, if it is better."""
        unit = np.clip(self.chart.encode(values[None, :])[0], 0.0, 1.0)
        near = int(np.argmin(np.linalg.norm(self.units - unit, axis=1)))
        if loss < self.losses[near]:
            self.units[near], self.losses[near] = unit, loss
        self._note(0)

    def _note(self, evaluations: int) -> None:
        self._since_gain += evaluations
        best = float(self.losses.min())
        if self._reference - best > GAIN:
            self._reference, self._since_gain = best, 0
