"""Differential evolution of a population in the unit cube."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.cmaes import GAIN
from plausiwidgets.optimization.space import Chart, fold
from plausiwidgets.optimization.strategy import losses_of

SHARE = 0.5
"""Probability that a criterion counts in the choice of the member towards which another one moves."""
REST = 1e-3
"""Weight of the other criteria, which decide between members with equal penalties."""
TIE = 1e-6
"""Maximum random penalty, which selects one of several equal members, such as silent ones."""
OFFERS = 3
"""Number of candidate steps of a member, of which the one whose nearest member is best is evaluated."""
STEP, STEP_SPREAD = 0.7, 0.1
"""Location and scale of the Cauchy distribution of the length of a step, which is clipped to [0.1, 1]."""
CROSSING = 0.8
"""Probability that a coordinate comes from the step instead of the member."""
PATIENCE = 12
"""Number of trials of every member without a gain of the best one, after which a population is stale."""
COLLAPSED = 0.01
"""Maximum standard deviation of a coordinate in a converged population."""


class Population:
    """Population of differential evolution, guided by random halves of the criteria.

    The method is current-to-best mutation with binomial crossover (J. Zhang and A. C. Sanderson, "JADE: Adaptive
    Differential Evolution with Optional External Archive", IEEE Trans. Evol. Comput. 13(5), 2009, eq. (6) and (9)),
    without an archive and with fixed distributions, because a search is too short to adapt them. A few members are
    tried at a time, each from the current population. Points outside the cube are folded into it.

    The sum of the penalties can be misleading. For example, a neuron that bursts too early may have a larger loss than
    a silent one. Therefore a member moves towards the best one under a random half of the criteria, which is drawn for
    each trial, similar to lexicase selection (T. Helmuth, L. Spector and J. Matheson, IEEE Trans. Evol. Comput. 19(5),
    2015). Of a few candidate steps, the one whose nearest member is best under these criteria is evaluated. The sum of
    the penalties decides which point survives.

    Parameters
    ----------
    chart : Chart
        Map between the unit cube and the values.
    units : ndarray, shape [size, d]
        Initial members, spread over the unit cube.
    penalties : ndarray, shape [size, criteria + 1]
        Their penalties, as in `Strategy.tell`.
    rng : Generator
        Random generator.
    """

    def __init__(self, chart: Chart, units: Floats, penalties: Floats, rng: Generator) -> None:
        self.chart = chart
        self.units, self.penalties = units.copy(), penalties.copy()
        self._rng = rng
        self._next = 0
        self._reference = float(self.losses.min())
        self._since_gain = 0

    @property
    def size(self) -> int:
        return len(self.penalties)

    @property
    def losses(self) -> Floats:
        return losses_of(self.penalties)

    @property
    def stale(self) -> bool:
        """Whether the population has stopped improving or has converged."""
        return self._since_gain >= PATIENCE * self.size or float(self.units.std(axis=0).max()) <= COLLAPSED

    def ask(self, count: int) -> Floats:
        """Return the trials of the next members as values, shape [count, d]."""
        # Try the members in turns, so that a population is not stale before each member had its trials.
        self._tried = (self._next + np.arange(count)) % self.size
        partial = self._partial_losses(count)
        offers = self._offers(partial.argmin(axis=1))
        # The nearest member represents the candidate, which is not evaluated yet. Squared distances suffice to find it.
        apart = np.sum((offers[:, :, None, :] - self.units) ** 2, axis=-1)
        each = np.arange(count)
        chosen = partial[each, apart.argmin(axis=-1)].argmin(axis=0)
        self._trials = offers[chosen, each]
        return self.chart.decode(self._trials)

    def tell(self, penalties: Floats) -> None:
        """Process the penalties of the trials, shape [count, criteria + 1].

        A member moves unless its loss would increase.
        """
        self._next = (self._next + len(penalties)) % self.size
        # Accept equal losses, so that members drift across a plateau instead of staying on it.
        better = losses_of(penalties) <= self.losses[self._tried]
        moving = self._tried[better]
        self.units[moving], self.penalties[moving] = self._trials[better], penalties[better]
        self._note(len(penalties))

    def take(self, values: Floats, penalties: Floats) -> None:
        """Replace the member closest to the best of other points by that point, if the point is better.

        Parameters
        ----------
        values : ndarray, shape [m, d]
            Values of the other points.
        penalties : ndarray, shape [m, criteria + 1]
            Their penalties.
        """
        losses = losses_of(penalties)
        best = int(np.argmin(losses))
        unit = np.clip(self.chart.encode(values[best : best + 1])[0], 0.0, 1.0)
        # Replace the closest member instead of the worst, or copies of one region would fill the population.
        near = int(np.argmin(np.linalg.norm(self.units - unit, axis=1)))
        if losses[best] < self.losses[near]:
            self.units[near], self.penalties[near] = unit, penalties[best]
        self._note(0)

    def _partial_losses(self, count: int) -> Floats:
        """Return the losses of all members under random halves of the criteria, shape [count, size]."""
        rng = self._rng
        # Draw weights for each trial. All members have the same weights, because they are compared with each other.
        weights = np.where(rng.random((count, 1, self.penalties.shape[1])) < SHARE, 1.0, REST)
        return np.asarray(np.sum(weights * self.penalties, axis=-1) + TIE * rng.random((count, self.size)))

    def _offers(self, towards: NDArray[np.intp]) -> Floats:
        """Return candidate steps of the next members towards given members, shape [OFFERS, count, d]."""
        rng, x, d = self._rng, self.units, self.units.shape[1]
        shape = OFFERS, towards.size
        one, other = rng.integers(self.size, size=(2, *shape))
        # The heavy tails of a Cauchy distribution produce occasional long steps, which a normal distribution hardly
        # does.
        length = np.clip(STEP + STEP_SPREAD * rng.standard_cauchy(shape), 0.1, 1.0)[..., None]
        member = x[self._tried]
        # Eq. (6) of JADE is a step towards a good member plus a difference of two random members, whose size follows
        # the spread of the population.
        moved = member + length * (x[towards] - member) + length * (x[one] - x[other])
        # Take at least one coordinate from the step, because the trial could otherwise equal the member.
        crossed = (rng.random((*shape, d)) < CROSSING) | (np.arange(d) == rng.integers(d, size=(*shape, 1)))
        # Fold the points, because clipping would collect members on the faces of the cube.
        return fold(np.where(crossed, moved, member))

    def _note(self, evaluations: int) -> None:
        self._since_gain += evaluations
        best = float(self.losses.min())
        # Small gains near a local minimum do not count, because they would keep a population alive forever.
        if self._reference - best > GAIN:
            self._reference, self._since_gain = best, 0
