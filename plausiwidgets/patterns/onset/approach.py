"""The search for the rheobase: a first bracket, ever longer periods, and firing that persists below."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from plausiwidgets.patterns.onset.bracket import COARSE, LATE, PERIODS, Bracket, continued
from plausiwidgets.patterns.onset.train import Run, Train

LONGEST = 16_000.0
"""Time in ms after which a train at the full amplitude is no longer awaited."""
WEAKER = 4.0
"""The same for weaker steps, as a divisor."""
BLOCKED = 7
"""How often the amplitude is halved if the neuron does not fire to the end."""
BEYOND, SHOT = (1e-3, 3e-3, 0.01, 0.03, 0.1), 4.0
"""Distances from the weakest step with a spike at which a neuron may fire that is blocked at stronger steps; and length
of the runs that find this step, in first runs."""
WEAKEST = 1e-5
"""Smallest rheobase as a share of the strongest step. Below, distances from the rheobase are lost in rounding."""

RUNG, REACHED = 2.0, 1.3
"""Ratio of two periods that the search looks for in succession. A period is reached if at most the second factor is
missing."""
MISSES = 2
"""How often the step at which a root reaches a period may be silent before the bracket is halved."""
FOLLOWED = (1e-2, 1e-4, 1e-6)
"""Widths of the bracket, as shares of the rheobase, at which the search tests whether firing persists at the silent
step. At the last one the search ends for a neuron that skips cycles."""
SLIGHTLY = 1e-3
"""First decrease of the step of a firing neuron, as a share of the rheobase."""
CLOSED = 1e-4
"""Width of the bracket of a rheobase below which firing persists, as a share of it, where it is drawn."""
PATIENCE = 2
"""Where firing persists at a silent step, a longer run shows whether it only starts late there; the search continues
with runs of that length this often. A neuron whose first spike is much later than its period does not pass the place
at which it waits when it fires."""


def until_steady(current: float, first: float, longest: float = LONGEST) -> Generator[Run, Train, Train]:
    """Yield runs that double the length of the train until it is steady; return the train."""
    train = yield Run(current, first)
    while not train.steady and not train.diverged and train.time < longest:
        train = train.followed_by((yield Run(current, train.time, train.state)))
    return train


def firing_step(top: float, first: float) -> Generator[Run, Train, tuple[float, Train]]:
    """Yield runs until a step at which the neuron fires is found; return the step, nan without one, and its train."""
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
    """Return a firing step just above the weakest step with a spike, where a narrow range may precede a block."""
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
    """Yield runs that halve the range from 0 to a step that elicits firing; return the bracket."""
    bracket = Bracket(0.0, top, train.period, train.state, train.settled_after, {top: train.period})
    while bracket.width > COARSE * bracket.high and bracket.high > WEAKEST * top:
        middle = 0.5 * (bracket.low + bracket.high)
        yield from bracket.test_step(middle, bracket.settle + PERIODS * RUNG * bracket.period)
    return bracket


def targets(period: float, slowest: float) -> list[float]:
    """Return the periods that the search looks for, each twice the previous one, up to the slowest."""
    out = [slowest]
    while out[0] / RUNG > period * (1.0 + 1e-9):
        out.insert(0, out[0] / RUNG)
    return out


class Approach:
    """The search that moves a bracket towards the rheobase.

    Parameters
    ----------
    bracket : Bracket
    scale : float
        The rheobase, to the accuracy of the first bracket.
    tolerance : float
        Of the rheobase, as its share.
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
        """Yield runs until the longest period is reached, or the bracket is closed; return whether it is reached."""
        for target in periods:
            if not (yield from self._reach(target)):
                return False
        return True

    def _reach(self, target: float) -> Generator[Run, Train, bool]:
        """Yield runs until the period is close to a target; return whether it is."""
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
        """Test whether the firing neuron continues to fire at the silent step; return whether it only starts late."""
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
    """Yield runs that halve the bracket of a neuron whose firing persists below it; return the rheobase.

    The search ended before, because the period at the rheobase is finite. The first spike may come much later than
    after a period, so every run is as long as the first runs.
    """
    while bracket.width > CLOSED * scale:
        middle = 0.5 * (bracket.low + bracket.high)
        yield from bracket.test_step(middle, max(bracket.settle + PERIODS * RUNG * bracket.period, LONGEST))
    return bracket.high


def followed_down(bracket: Bracket, scale: float) -> Generator[Run, Train, None]:
    """Yield runs at ever weaker steps, each from the firing state of the previous one, until firing ends."""
    step, bracket.follow, bracket.low = max(2.0 * bracket.width, SLIGHTLY * scale), True, 0.0
    while bracket.high > 0.0:
        lower = max(bracket.high - step, 0.0)
        if not (yield from bracket.test_step(lower, bracket.settle + PERIODS * RUNG * bracket.period)):
            break
        step = min(2.0 * step, COARSE * scale)
