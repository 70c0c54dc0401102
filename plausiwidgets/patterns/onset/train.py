"""Runs of one neuron at a constant current, and the resulting spike trains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEADY, NEAR_STEADY = 0.01, 0.03
"""Maximum relative change of the mean interval of a steady train, and maximum deviation of an interval in it."""
ENOUGH = 10
"""Minimum number of spikes of a steady train."""


@dataclass(frozen=True)
class Run:
    """Request to simulate a step of the current, from rest or from a firing state.

    Attributes
    ----------
    current : float
        Current above the holding current, in the unit of the model.
    time : float
        Minimum length in ms.
    state : ndarray, shape [state variables], optional
        Initial state, by default the resting state.
    record : bool
        Whether to keep the potential.
    """

    current: float
    time: float
    state: Floats | None = None
    record: bool = False


@dataclass(frozen=True)
class Train:
    """Spike train of a run.

    Attributes
    ----------
    spikes : int ndarray
        Time steps of the spikes.
    steps : int
        Length of the run in time steps.
    dt : float
        Time step in ms.
    state : ndarray, shape [state variables]
        State after the last step.
    diverged : bool
        Whether the simulation diverged.
    v : ndarray or None
        Potential in mV after each step, None if it was not recorded.
    """

    spikes: NDArray[np.int64]
    steps: int
    dt: float
    state: Floats
    diverged: bool
    v: Floats | None = None

    def followed_by(self, more: Train) -> Train:
        """Return this train followed by a train that starts at its end."""
        spikes = np.append(self.spikes, more.spikes + self.steps)
        return replace(more, spikes=spikes, steps=self.steps + more.steps)

    @property
    def time(self) -> float:
        """Length in ms."""
        return self.steps * self.dt

    @cached_property
    def late(self) -> NDArray[np.int64]:
        """Second half of the intervals, in time steps, shape [intervals]."""
        intervals = np.diff(self.spikes)
        return intervals[intervals.size // 2 :]

    @cached_property
    def shortest(self) -> int:
        """Shortest late interval in time steps, 0 without an interval."""
        return int(self.late.min(initial=self.steps)) if self.late.size else 0

    @cached_property
    def longest(self) -> int:
        """Longest late interval in time steps, 0 without an interval."""
        return int(self.late.max(initial=0))

    @cached_property
    def fires(self) -> bool:
        """Whether the train continues to the end of the run."""
        if self.spikes.size < 3 or self.diverged:
            return False
        return bool(self.steps - int(self.spikes[-1]) <= 1.5 * self.longest + 1.0)

    @cached_property
    def period(self) -> float:
        """Mean of the late intervals in ms, nan for a train that does not continue to the end of the run."""
        return self._mean(self.late.size) * self.dt if self.fires else np.nan

    @cached_property
    def spread(self) -> float:
        """Ratio of the longest to the shortest late interval, nan below 3 spikes.

        Both are corrected by one time step, which is their resolution.
        """
        return (self.longest - 1.0) / (self.shortest + 1.0) if self.spikes.size >= 3 else np.nan

    @property
    def calm(self) -> bool:
        """Whether the late intervals are equal."""
        return self.fires and self.spread <= 1.0 + STEADY

    @property
    def steady(self) -> bool:
        """Whether the mean interval of the train no longer changes."""
        if self.spikes.size < ENOUGH or not self.fires:
            return False
        n = self.late.size
        whole, last = self._mean(n), self._mean(n - n // 2)
        return bool(abs(last - whole) <= STEADY * whole + 1.0 / n)

    @property
    def settled_after(self) -> float:
        """Time in ms after which every interval is close to the steady one, at most half of the run."""
        mean = self._mean(self.late.size)
        off = np.flatnonzero(np.abs(np.diff(self.spikes) - mean) > NEAR_STEADY * mean + 2.0)
        first = int(off[-1]) + 1 if off.size else 0
        return min(float(self.spikes[min(first, self.spikes.size - 1)]), 0.5 * self.steps) * self.dt

    def _mean(self, count: int) -> float:
        """Return the mean of the last `count` intervals in time steps."""
        return (int(self.spikes[-1]) - int(self.spikes[-1 - count])) / count


def whole_steps(time: float, dt: float) -> int:
    """Return the number of time steps of a run that lasts at least `time` ms.

    The number is rounded up to one of eight lengths per octave, because runs of equal length are simulated together. It
    does not depend on other runs.
    """
    steps = max(int(np.ceil(time / dt - 1e-9)), 1)
    unit = 1
    while steps > 16 * unit:
        unit *= 2
    return -(-steps // unit) * unit
