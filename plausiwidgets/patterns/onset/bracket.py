"""Bracket of the rheobase: a silent step, a step with firing, and the periods measured so far."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.patterns.onset.numbers import log10
from plausiwidgets.patterns.onset.train import Run, Train

Floats = NDArray[np.float64]

COARSE = 1.0 / 16.0
"""Width of the first bracket as a share of the rheobase."""
PERIODS = 4.0
"""Length of a run in periods, in addition to the time to settle.

It allows for a latency and two intervals of a somewhat slower train.
"""
SKIPS = 1.7
"""Minimum ratio of the longest to the shortest interval of a neuron that skips cycles.

Near a homoclinic orbit, intervals differ due to the time step, because a spike that is one step later is reset in
a different state.
"""
LATE = 4.0
"""Factor of the length of a longer run, and of the distance to a lower step."""
EXTENDED = 3
"""Maximum number of times that a run is continued by its own length while its intervals change."""
RESOLUTION = 2e-3
"""Relative accuracy of a period, in addition to two time steps."""

FITTED, APART = 5, 1.15
"""Number of periods from which the critical step is computed, and minimum ratio of two of them."""
NEAREST, RATIO, GRID = 1e-9, 1.011, 2000
"""Distances of the compared critical steps: the smallest one, the ratio of successive ones, and their number.

The unit is the distance of the two lowest steps with firing.
"""


def continued(run: Run) -> Generator[Run, Train, Train]:
    """Yield a run, continue it while its intervals change, and return the whole train."""
    train = yield run
    for _ in range(EXTENDED):
        if train.calm or not train.fires:
            break
        train = train.followed_by((yield Run(run.current, train.time, train.state)))
    return train


@dataclass
class Bracket:
    """Bracket of the rheobase between a silent step and a step with firing.

    Attributes
    ----------
    low, high : float
        Silent step and step with firing, above the holding current.
    period : float
        Period at the high step in ms.
    state : ndarray, shape [state variables]
        Last state in which the neuron fires.
    settle : float
        Time in ms until a train is steady.
    seen : dict of float to float
        Periods in ms by step, for every step with firing.
    follow : bool
        Whether runs start in the last firing state instead of the resting state.
    skips : bool
        Whether the neuron skips cycles at the high step.
    """

    low: float
    high: float
    period: float
    state: Floats
    settle: float
    seen: dict[float, float] = field(default_factory=dict)
    follow: bool = False
    skips: bool = False

    @property
    def width(self) -> float:
        """Distance between the two steps."""
        return self.high - self.low

    def test_step(self, current: float, time: float) -> Generator[Run, Train, bool]:
        """Yield the runs at a step, move one side of the bracket there, and return whether the neuron fires."""
        train = yield from continued(Run(current, time, self.state if self.follow else None))
        return self.move_to(current, train)

    def move_to(self, current: float, train: Train) -> bool:
        """Move one side of the bracket to a step, and return whether the neuron fires there."""
        if not train.fires:
            self.low = current
            return False
        self.high, self.period, self.state = current, train.period, train.state
        self.seen[current] = train.period
        self.skips = train.spread > SKIPS
        return True

    def lower(self, time: float, width: float, scale: float, until: float = np.inf) -> Generator[Run, Train, None]:
        """Yield runs at decreasing steps until the low step is silent for a time, or the period exceeds `until`."""
        while self.low > 0.0 and self.period < until and (yield from self.test_step(self.low, time)):
            self.low = max(self.high - min(width, scale * COARSE), 0.0)
            width *= LATE

    def aim(self, period: float) -> float:
        """Return the step at which the neuron would have a period in ms, or nan if there is no estimate.

        The estimate assumes a square root, for which the squared rate is linear in the current.
        """
        steps = sorted(self.seen)[:2]
        if len(steps) < 2:
            return np.nan
        rates = [1.0 / (self.seen[step] * self.seen[step]) for step in steps]
        growth = (rates[1] - rates[0]) / (steps[1] - steps[0])
        return steps[0] + (1.0 / (period * period) - rates[0]) / growth if growth > 0.0 else np.nan

    def critical(self, dt: float, slowest: float) -> float:
        """Return the critical step at which the period diverges, estimated from the longest periods.

        The periods grow as a root or as a logarithm of the distance from the critical step, whichever fits better. At a
        silent step above the critical step, the law must predict a period longer than `slowest`.
        """
        steps: list[float] = []
        for step in sorted(self.seen):
            if not steps or self.seen[step] < self.seen[steps[-1]] / APART:
                steps.append(step)
        steps = steps[:FITTED]
        if len(steps) < 4:
            return self.low
        unit = steps[1] - steps[0]
        away = [NEARESTS + (step - steps[0]) / unit for step in steps]
        silent = NEARESTS + (self.low - steps[0]) / unit
        best, critical = np.inf, self.low
        for law in LAWS:
            misfits = _misfits(law, [self.seen[step] for step in steps], away, silent, dt, slowest)
            place = int(misfits.argmin())
            if misfits[place] < best:
                best, critical = float(misfits[place]), float(steps[0] - NEARESTS[place] * unit)
        return critical


NEARESTS: Floats = np.multiply.accumulate(np.append(NEAREST, np.full(GRID - 1, RATIO)))


def _root(distance: Floats) -> Floats:
    return np.asarray(1.0 / np.sqrt(distance))


def _logarithm(distance: Floats) -> Floats:
    return -log10(distance)


LAWS = (_root, _logarithm)
"""Laws for the growth of the period with the distance from the critical step, up to an offset and a factor."""


def _misfits(
    law: object, periods: Sequence[float], away: Sequence[Floats], silent: Floats, dt: float, slowest: float
) -> Floats:
    """Return the weighted squared error of a law for each critical step, infinite where it predicts a visible period.

    Sums over the periods run from left to right, so that the app computes the same numbers.
    """
    assert callable(law)
    with np.errstate(all="ignore"):
        errors = [dt + RESOLUTION * period for period in periods]
        weights = [1.0 / (error * error) for error in errors]
        basis = [law(distance) for distance in away]
        total, mean, centre = 0.0, 0.0, np.zeros(GRID)
        for weight, period, b in zip(weights, periods, basis, strict=True):
            total = total + weight
            mean = mean + weight * period
            centre = centre + weight * b
        mean, centre = mean / total, centre / total
        both, square = np.zeros(GRID), np.zeros(GRID)
        for weight, period, b in zip(weights, periods, basis, strict=True):
            both = both + weight * (b - centre) * (period - mean)
            square = square + weight * (b - centre) * (b - centre)
        factor = both / square
        misfit = np.zeros(GRID)
        for weight, period, b in zip(weights, periods, basis, strict=True):
            error = (period - mean) - factor * (b - centre)
            misfit = misfit + weight * (error * error)
        predicted = mean + factor * (law(np.abs(silent)) - centre)
        visible = (silent > 0.0) & ~(predicted > slowest)
        return np.where(visible | np.isnan(misfit), np.inf, misfit)
