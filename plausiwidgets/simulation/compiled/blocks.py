"""Blocks of lanes: the arrays that a kernel works on."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.simulation.compiled.kernel import (
    BASE,
    HIGH,
    HIGHEST,
    LOW,
    LOWEST,
    PEAK,
    RESULTS,
    RISE,
    STRIDE,
    TROUGH,
    WIDTH,
    Layout,
)
from plausiwidgets.simulation.lanes import Floats, LaneJob

_ALIGNMENT = 64
"""Bytes of a cache line and of the widest vector."""
_FIRST_CAPACITY = 32
"""Spikes of a lane that there is room for at first, doubled when they are not enough."""


_FIRST_NOTES = np.zeros((4, WIDTH), dtype=np.int64)
_FIRST_NOTES[1] = np.arange(WIDTH)
_FIRST_NOTES[3] = -1


def work_space(layout: Layout) -> Floats:
    """Return a work space, shape [rows of the layout and those of the results, STRIDE], that starts a cache line."""
    size = (layout.rows + RESULTS) * STRIDE
    space = np.empty(size + _ALIGNMENT // 8)
    skip = (-space.__array_interface__["data"][0] % _ALIGNMENT) // 8
    return space[skip : skip + size].reshape(-1, STRIDE)


class Source:
    """What all lanes of a job start from, as the work space wants it.

    Attributes
    ----------
    rows : ndarray, shape [rows of the layout and those of the results, lanes]
    pieces : ndarray, shape [4, pieces, lanes]
        On, off, start and end of each piece of the current.
    places : int64 ndarray, shape [state variables]
        Where each of them is recorded, or -1.
    """

    def __init__(self, layout: Layout, job: LaneJob) -> None:
        lanes, current = job.lanes, job.current
        self.states = layout.states
        rows = np.empty((layout.rows + RESULTS, lanes))
        rows[: layout.states] = job.state
        rows[layout.row(BASE)] = current.base
        rows[layout.row(PEAK)] = -np.inf
        # The state that the lanes start from is the first of their potentials.
        rows[[layout.row(LOW), layout.row(HIGH), layout.row(TROUGH)]] = job.state[0]
        rows[[layout.row(LOWEST), layout.row(RISE)]] = np.inf
        rows[layout.row(HIGHEST)] = -np.inf
        # What comes out when there is no step to make.
        rows[-RESULTS], rows[-RESULTS + 1 : -1], rows[-1] = -np.inf, job.state[0], np.inf
        for name, row in layout.parameters:
            rows[row] = job.params[name]
        self.rows = rows
        self.pieces = current.pieces.copy()
        self.steps = job.steps
        self.spike_limit = job.spike_limit
        self.places = _places(layout.states, job.record)
        self.constants = (
            job.dt, current.t0, job.model.limit, *(job.window or (0, 0)), *(job.peak_window or (0, 0)),
            int(job.extremes),
        )  # fmt: skip


@cache
def _places(states: int, record: tuple[int, ...]) -> NDArray[np.int64]:
    """Return where each state variable is recorded, or -1."""
    places = np.full(states, -1)
    places[list(record)] = np.arange(len(record))
    return places


class Block:
    """A few lanes of a job, from their first step to their last.

    Nothing in it is shared with other blocks but the rows of `recorded`, which are each lane's own: blocks
    may run in any order and in any thread. It takes 8 bytes times the rows of the layout (15 to 20),
    128 bytes for spikes, more for a lane that fires more, and what the pieces of the current need:
    about 0.4 kB a lane.

    Parameters
    ----------
    kernel : callable
        As :mod:`plausiwidgets.simulation.compiled.kernel` has it.
    space : ndarray
        Its `work_space`; what was in it does not matter.
    recorded : ndarray, shape [recorded variables, lanes of the job, steps of the window]
    first, last : int
        The lanes first <= lane < last.
    """

    def __init__(self, kernel: Any, source: Source, space: Floats, recorded: Floats, first: int, last: int) -> None:
        n = last - first
        self.kernel = kernel
        self.states = source.states
        self.live = n
        self.step = 0
        self.space = space
        # Places that are left in a row are filled by the kernel.
        space[:, :n] = source.rows[:, first:last]
        # The kernel moves the pieces of lanes: a block that is not the only one needs its own.
        whole = n == source.pieces.shape[2]
        self.pieces = source.pieces if whole else source.pieces[:, :, first:last].copy()
        self.notes = _FIRST_NOTES[:, :n].copy()
        self.steps, self.spike_limit = source.steps, source.spike_limit
        room = min(self.steps, _FIRST_CAPACITY, self.spike_limit or self.steps) or 1
        self.spikes = np.empty((n, room), dtype=np.int32)
        self.spikes.fill(-1)
        self.recorded = recorded[:, first:last]
        self.places = source.places
        self.constants = source.constants

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of spikes of each lane."""
        return self.notes[2]

    def most_spikes(self) -> int:
        """Return the largest number of spikes of a lane."""
        return max(self.notes[2].tolist())

    @property
    def diverged(self) -> NDArray[np.int64]:
        """Step in which each lane diverged, or -1."""
        return self.notes[3]

    @property
    def extremes(self) -> NDArray[np.float64]:
        """Of each lane, shape [4, lanes]: peak, lowest and highest potential, smallest rise of a spike."""
        return self.space[-RESULTS:, : self.notes.shape[1]].copy()

    def advance(self, stop: int) -> None:
        """Run to step `stop`, without the GIL."""
        while self.step < stop and self.live:
            self.step, self.live, full = self.kernel(
                self.space.reshape(-1), self.pieces, self.notes, self.spikes, self.recorded, self.places,
                self.live, self.step, stop, *self.constants,
            )  # fmt: skip
            if full:
                self._give_up_runaways()
                self._grow()

    def _give_up_runaways(self) -> None:
        """Spoil the state of the lanes that fired too often: the kernel takes them out before the next step."""
        if self.spike_limit is not None and self.step < self.steps:
            over = self.counts[self.notes[1, : self.live]] >= self.spike_limit
            self.space[0, : self.live][over] = np.nan

    def _grow(self) -> None:
        old = self.spikes.shape[1]
        # A lane at the limit has just been given up, and will not ask for more.
        new = 2 * old if self.spike_limit is None else min(2 * old, self.spike_limit)
        if new > old:
            room = np.full((self.spikes.shape[0], new), -1, dtype=np.int32)
            room[:, :old] = self.spikes
            self.spikes = room

    def final_state(self) -> NDArray[np.float64]:
        """Return the state of the lanes, shape [state variables, lanes]; nan in a diverged one."""
        lanes = self.notes.shape[1]
        if self.live == lanes:
            return self.space[: self.states, :lanes].copy()
        state = np.full((self.states, lanes), np.nan)
        state[:, self.notes[1, : self.live]] = self.space[: self.states, : self.live]
        return state
