"""Blocks of lanes: the arrays that a kernel works on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.simulation.kernel import BASE, PAD, PEAK, STRIDE, Layout
from plausiwidgets.simulation.lanes import LaneJob

_ALIGNMENT = 64
"""Bytes of a cache line and of the widest vector."""
_FIRST_CAPACITY = 64
"""Spikes of a lane that there is room for at first; a tonic neuron at 100 Hz for 640 ms."""


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
    first, last : int
        The lanes first <= lane < last.
    v : ndarray, shape [lanes of the job, steps of the v window]
    """

    def __init__(
        self, kernel: Any, layout: Layout, job: LaneJob, first: int, last: int, v: NDArray[Any]
    ) -> None:
        n = last - first
        padded = -(-n // PAD) * PAD
        self.kernel = kernel
        self.layout = layout
        self.live = n
        self.step = 0
        self.steps = job.steps
        space = np.empty((layout.rows + 1) * STRIDE + _ALIGNMENT // 8)
        skip = (-space.ctypes.data % _ALIGNMENT) // 8
        self.space = space[skip : skip + (layout.rows + 1) * STRIDE]
        rows = self.space.reshape(-1, STRIDE)
        rows[: layout.states, :n] = job.state[:, first:last]
        rows[layout.row(BASE), :n] = job.current.base[first:last]
        rows[layout.row(PEAK), :n] = rows[-1, :n] = -np.inf
        for name, row in layout.parameters:
            rows[row, :n] = job.params[name][first:last]
        if padded > n:
            # The rows in between are computed by the kernel.
            rows[:, n:padded] = rows[:, :1]
        current = job.current
        self.pieces = np.empty((4, current.on.shape[0], n))
        for plane, values in enumerate((current.on, current.off, current.start, current.end)):
            self.pieces[plane] = values[:, first:last]
        self.notes = np.zeros((4, n), dtype=np.int64)
        self.notes[1] = np.arange(n)
        self.notes[3] = -1
        self.spike_limit = job.spike_limit
        first_room = min(job.steps, _FIRST_CAPACITY, job.spike_limit or _FIRST_CAPACITY) or 1
        self.spikes = np.full((n, first_room), -1, dtype=np.int32)
        self.v = v[first:last]
        v0, v1 = job.v_window or (0, 0)
        m0, m1 = job.peak_window or (0, 0)
        self.constants = (job.dt, current.t0, job.model.limit, v0, v1, m0, m1)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of spikes of each lane."""
        return self.notes[2]

    @property
    def diverged(self) -> NDArray[np.int64]:
        """Step in which each lane diverged, or -1."""
        return self.notes[3]

    @property
    def peaks(self) -> NDArray[np.float64]:
        """Largest potential of each lane over the peak window."""
        return self.space[-STRIDE:][: self.notes.shape[1]]

    def advance(self, stop: int) -> None:
        """Run to step `stop`, without the GIL."""
        while self.step < stop and self.live:
            self.step, self.live = self.kernel(
                self.space, self.pieces, self.notes, self.spikes, self.v,
                self.live, self.step, stop, *self.constants,
            )  # fmt: skip
            if self.counts.max() == self.spikes.shape[1]:
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
        rows = self.space.reshape(-1, STRIDE)
        if self.live == lanes:
            return rows[: self.layout.states, :lanes].copy()
        state = np.full((self.layout.states, lanes), np.nan)
        state[:, self.notes[1, : self.live]] = rows[: self.layout.states, : self.live]
        return state
