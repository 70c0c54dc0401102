"""Blocks of lanes: the arrays that a kernel works on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.simulation.kernel import BASE, PAD, PEAK, STRIDE, WIDTH, Layout
from plausiwidgets.simulation.lanes import Floats, LaneJob

_ALIGNMENT = 64
"""Bytes of a cache line and of the widest vector."""
_FIRST_CAPACITY = 64
"""Spikes of a lane that there is room for at first; a tonic neuron at 100 Hz for 640 ms."""


_FIRST_NOTES = np.zeros((4, WIDTH), dtype=np.int64)
_FIRST_NOTES[1] = np.arange(WIDTH)
_FIRST_NOTES[3] = -1


def first_rows(layout: Layout, job: LaneJob) -> Floats:
    """Return what the rows of the work space hold before the first step, for all lanes of a job."""
    rows = np.empty((layout.rows + 1, job.lanes))
    rows[: layout.states] = job.state
    rows[layout.row(BASE)] = job.current.base
    rows[layout.row(PEAK)] = rows[-1] = -np.inf
    for name, row in layout.parameters:
        rows[row] = job.params[name]
    return rows


def _aligned(size: int) -> Floats:
    """Return an array that starts where a cache line does."""
    space = np.empty(size + _ALIGNMENT // 8)
    skip = (-space.__array_interface__["data"][0] % _ALIGNMENT) // 8
    return space[skip : skip + size]


class Block:
    """A few lanes of a job, from their first step to their last.

    Nothing in it is shared with other blocks but the rows of `v`, which are each lane's own: blocks
    may run in any order and in any thread. It takes 8 bytes times the rows of the layout (20 to 30)
    a lane, 256 bytes for spikes, and what the pieces of the current need: about 0.5 kB a lane.

    Parameters
    ----------
    kernel : callable
        As :mod:`plausiwidgets.simulation.template` has it.
    layout : Layout
    job : LaneJob
    rows : ndarray, shape [rows of the layout and one more, lanes of the job]
        What the rows hold at first, see :func:`first_rows`.
    v : ndarray, shape [lanes of the job, steps of the v window]
    first, last : int
        The lanes first <= lane < last.
    """

    def __init__(
        self, kernel: Any, layout: Layout, job: LaneJob, rows: Floats, v: Floats, first: int, last: int
    ) -> None:
        n = last - first
        self.kernel = kernel
        self.states = layout.states
        self.live = n
        self.step = 0
        self.space = _aligned(rows.shape[0] * STRIDE)
        places = self.space.reshape(-1, STRIDE)
        places[:, :n] = rows[:, first:last]
        padded = -(-n // PAD) * PAD
        if padded > n:
            places[:, n:padded] = places[:, :1]
        current = job.current
        self.pieces = np.empty((4, current.on.shape[0], n))
        for plane, values in enumerate((current.on, current.off, current.start, current.end)):
            self.pieces[plane] = values[:, first:last]
        self.notes = _FIRST_NOTES[:, :n].copy()
        self.spike_limit = job.spike_limit
        first_room = min(job.steps, _FIRST_CAPACITY, job.spike_limit or _FIRST_CAPACITY) or 1
        self.spikes = np.empty((n, first_room), dtype=np.int32)
        self.spikes.fill(-1)
        self.v = v[first:last]
        v0, v1 = job.v_window or (0, 0)
        m0, m1 = job.peak_window or (0, 0)
        self.constants = (job.dt, current.t0, job.model.limit, v0, v1, m0, m1)

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
    def peaks(self) -> NDArray[np.float64]:
        """Largest potential of each lane over the peak window."""
        return self.space[-STRIDE:][: self.notes.shape[1]].copy()

    def advance(self, stop: int) -> None:
        """Run to step `stop`, without the GIL."""
        while self.step < stop and self.live:
            self.step, self.live, full = self.kernel(
                self.space, self.pieces, self.notes, self.spikes, self.v,
                self.live, self.step, stop, *self.constants,
            )  # fmt: skip
            if full:
                self._give_up_runaways()
                self._grow()

    def _give_up_runaways(self) -> None:
        """Spoil the state of the lanes that fired too often: the kernel takes them out."""
        if self.spike_limit is not None:
            over = self.counts[self.notes[1, : self.live]] >= self.spike_limit
            self.space[: self.live][over] = np.nan

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
        places = self.space.reshape(-1, STRIDE)[: self.states]
        if self.live == lanes:
            return places[:, :lanes].copy()
        state = np.full((self.states, lanes), np.nan)
        state[:, self.notes[1, : self.live]] = places[:, : self.live]
        return state
