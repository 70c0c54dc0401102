"""Search for the rheobase: a first bracket, increasing periods, and firing that persists below the rheobase."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from plausiwidgets.patterns.onset.bracket import COARSE, LATE, PERIODS, Bracket, continued
from plausiwidgets.patterns.onset.train import Run, Train

LONGEST = 16_000.0
"""Maximum length in ms of a run at the full amplitude that waits for a steady train."""
WEAKER = 4.0
"""Divisor of that length for weaker steps."""
BLOCKED = 7
"""Maximum number of times that the amplitude is halved while the neuron does not fire to the end."""
BEYOND, SHOT = (1e-3, 3e-3, 0.01, 0.03, 0.1), 4.0
"""Relative distances from the weakest step with a spike, and the length of the runs that find this step.

A neuron that is blocked at stronger steps may fire at one of these distances. The length is in multiples of the first
run.
"""
WEAKEST = 1e-5
"""Minimum rheobase as a share of the strongest step. Rounding hides the distances from a smaller rheobase."""

RUNG, REACHED = 2.0, 1.3
"""Ratio of two successive target periods, and accepted ratio of a target to the reached period."""
MISSES = 2
"""Number of silent steps at extrapolated currents after which the bracket is halved."""
FOLLOWED = (1e-2, 1e-4, 1e-6)
"""Relative widths of the bracket at which the search tests whether firing persists at the silent step.

The widths are shares of the rheobase. The search for a neuron that skips cycles ends at the last width.
"""
SLIGHTLY = 1e-3
"""First decrease of the current of a firing neuron, as a share of the rheobase."""
CLOSED = 1e-4
"""Maximum width of the bracket, as a share of the rheobase, of a drawn rheobase below which firing persists."""
PATIENCE = 2
"""Number of times that the search continues with longer runs after firing persisted at a silent step.

A longer run shows whether the firing only starts late at that step. A first spike may be much later than a period,
because the initial state can be close to a state that the firing neuron does not pass.
"""


def until_steady(current: float, first: float, longest: float = LONGEST) -> Generator[Run, Train, Train]:
    """Yield runs that double the length of a train until it is steady, and return the train."""
    train = yield Run(current, first)
    while not train.steady and not train.diverged and train.time < longest:
        train = train.followed_by((yield Run(current, train.time, train.state)))
    return train


def firing_step(top: float, first: float) -> Generator[Run, Train, tuple[float, Train]]:
    """Yield runs until the neuron fires to the end, and return the step, or nan without one, and its train."""
    train = yield from until_steady(top, first)
    if train.fires:
        return top, train
    spikes = train.spikes.size > 0
    for k in range(BLOCKED):
        step = top * 0.5 ** (k + 1)
        short = yield Run(step, SHOT * first)
        if not short.spikes.size and not spikes:
            continue
        spikes = True
        train = yield from until_steady(step, first, LONGEST / WEAKER)
        if train.fires:
            return step, train
    return (yield from _narrow_range(top, first, train)) if spikes else (np.nan, train)


def _narrow_range(top: float, first: float, train: Train) -> Generator[Run, Train, tuple[float, Train]]:
    """Return a step with sustained firing just above the weakest step with a spike.

    The range of such steps below a depolarization block may be narrow.
    """
    low, high = 0.0, top
    while high - low > BEYOND[0] * high and high > WEAKEST * top:
        middle = 0.5 * (low + high)
        short = yield Run(middle, SHOT * first)
        low, high = (low, middle) if short.spikes.size else (middle, high)
    for share in BEYOND:
        train = yield from until_steady(high * (1.0 + share), first, LONGEST / WEAKER)
        if train.fires:
            return high * (1.0 + share), train
    return np.nan, train


def first_bracket(top: float, train: Train) -> Generator[Run, Train, Bracket]:
    """Yield runs that halve the range from 0 to a step with firing, and return the bracket."""
    bracket = Bracket(0.0, top, train.period, train.state, train.settled_after, {top: train.period})
    while bracket.width > COARSE * bracket.high and bracket.high > WEAKEST * top:
        middle = 0.5 * (bracket.low + bracket.high)
        yield from bracket.test_step(middle, bracket.settle + PERIODS * RUNG * bracket.period)
    return bracket


def targets(period: float, slowest: float) -> list[float]:
    """Return the target periods of the search, each twice the previous one, up to the slowest."""
    out = [slowest]
    while out[0] / RUNG > period * (1.0 + 1e-9):
        out.insert(0, out[0] / RUNG)
    return out


class Approach:
    """Search that moves a bracket towards the rheobase.

    Parameters
    ----------
    bracket : Bracket
        Modified in place.
    scale : float
        Rheobase with the accuracy of the first bracket.
    tolerance : float
        Tolerance as a share of the rheobase.
    longer : float
        Factor of the length of every run.
    """

    def __init__(self, bracket: Bracket, scale: float, tolerance: float, longer: float) -> None:
        self.bracket, self.scale, self.tolerance, self.longer = bracket, scale, tolerance, longer
        self.widths = [] if bracket.follow else [*FOLLOWED]
        self.patience = PATIENCE
        self.persists = False
        self.time = 0.0

    def run(self, periods: Sequence[float]) -> Generator[Run, Train, bool]:
        """Yield runs until the longest period is reached or the bracket is closed, and return whether it is reached."""
        for target in periods:
            if not (yield from self._reach(target)):
                return False
        return True

    def _reach(self, target: float) -> Generator[Run, Train, bool]:
        """Yield runs until the period is close to a target, and return whether it is."""
        bracket, scale = self.bracket, self.scale
        enough, misses = target / REACHED, 0
        if bracket.period >= enough:
            return True
        self.time = bracket.settle + PERIODS * target * self.longer
        for _ in range(PATIENCE - self.patience):
            self.time *= LATE
        # A step that was silent in a shorter run may elicit slower firing.
        yield from bracket.lower(self.time, bracket.width, scale, enough)
        while bracket.period < enough:
            if self.widths and bracket.width <= self.widths[0] * scale:
                self.widths = [width for width in self.widths if width < bracket.width / scale]
                fires = yield from self._continues()
                if self.persists:
                    return False
                if fires:
                    continue
            if bracket.width <= max(self.tolerance, FOLLOWED[-1] if bracket.skips else 0.0) * scale:
                return False
            step = bracket.aim(target)
            margin = 0.02 * bracket.width
            if misses == MISSES or not bracket.low + margin < step < bracket.high - margin:
                step = 0.5 * (bracket.low + bracket.high)
            if not (yield from bracket.test_step(step, self.time)):
                misses = min(misses + 1, MISSES)
        return True

    def _continues(self) -> Generator[Run, Train, bool]:
        """Test whether a firing neuron continues to fire at the silent step.

        Returns
        -------
        bool
            Whether the neuron continues to fire. If firing does not persist because it only starts late after rest, the
            bracket has moved down.
        """
        bracket, scale = self.bracket, self.scale
        train = yield from continued(Run(bracket.low, self.time, bracket.state))
        if not train.fires:
            return False
        low, width = bracket.low, bracket.width
        if not self.patience or not bracket.move_to(low, (yield Run(low, LATE * self.time))):
            self.persists = True
            return True
        self.patience, self.time, self.widths = self.patience - 1, LATE * self.time, [*FOLLOWED]
        bracket.low = max(low - LATE * width, 0.0)
        yield from bracket.lower(self.time, LATE * width, scale)
        return True


def closed(bracket: Bracket, scale: float) -> Generator[Run, Train, float]:
    """Yield runs that halve the bracket of a neuron whose firing persists below it, and return the rheobase.

    The search for the period has already ended, because the period at the rheobase is finite. The first spike may come
    much later than after one period, so every run is as long as the first runs.
    """
    while bracket.width > CLOSED * scale:
        middle = 0.5 * (bracket.low + bracket.high)
        yield from bracket.test_step(middle, max(bracket.settle + PERIODS * RUNG * bracket.period, LONGEST))
    return bracket.high


def followed_down(bracket: Bracket, scale: float) -> Generator[Run, Train, None]:
    """Yield runs at weaker and weaker steps until firing ends, each from the firing state of the previous run."""
    step, bracket.follow, bracket.low = max(2.0 * bracket.width, SLIGHTLY * scale), True, 0.0
    while bracket.high > 0.0:
        lower = max(bracket.high - step, 0.0)
        if not (yield from bracket.test_step(lower, bracket.settle + PERIODS * RUNG * bracket.period)):
            break
        step = min(2.0 * step, COARSE * scale)
