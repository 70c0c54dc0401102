"""Blocks of lanes: the arrays that a kernel works on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.simulation.kernel import PAD, STRIDE, Layout
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

    def __init__(self, kernel: Any, layout: Layout, job: LaneJob, first: int, last: int, v: NDArray[Any]) -> None:
        n = last - first
        padded = -(-n // PAD) * PAD
        self.kernel = kernel
        self.layout = layout
        self.live = n
        self.step = 0
        self.steps = job.steps
        space = np.empty(layout.rows * STRIDE + _ALIGNMENT // 8)
        skip = (-space.ctypes.data % _ALIGNMENT) // 8
        self.space = space[skip : skip + layout.rows * STRIDE]
        rows = self.space.reshape(layout.rows, STRIDE)
        rows[: layout.states, :n] = job.state[:, first:last]
        rows[layout.base, :n] = job.current.base[first:last]
        rows[layout.peak, :n] = -np.inf
        for name, row in layout.parameters:
            rows[row, :n] = job.params[name][first:last]
        if padded > n:
            # The rows in between are computed by the kernel.
            rows[:, n:padded] = rows[:, :1]
        current = job.current
        self.pieces = [x[:, first:last].copy() for x in (current.on, current.off, current.start, current.end)]
        self.due = np.zeros(n, dtype=np.int64)
        self.lane = np.arange(n)
        self.spikes = np.empty((n, min(job.steps, _FIRST_CAPACITY) or 1), dtype=np.int32)
        self.counts = np.zeros(n, dtype=np.int64)
        self.diverged = np.full(n, -1, dtype=np.int64)
        self.peaks = np.empty(n)
        self.v = v[first:last]
        v0, v1 = job.v_window or (0, 0)
        m0, m1 = job.peak_window or (0, 0)
        self.constants = (job.dt, current.t0, job.model.limit, v0, v1, m0, m1)

    def advance(self, stop: int) -> None:
        """Run to step `stop`, without the GIL."""
        while self.step < stop and self.live:
            self.step, self.live = self.kernel(
                self.space, *self.pieces, self.due, self.lane,
                self.spikes, self.counts, self.diverged, self.peaks, self.v,
                self.live, self.step, stop, *self.constants,
            )  # fmt: skip
            if self.counts.max() == self.spikes.shape[1]:
                room = np.empty((self.spikes.shape[0], 2 * self.spikes.shape[1]), dtype=np.int32)
                room[:, : self.spikes.shape[1]] = self.spikes
                self.spikes = room

    def final_state(self) -> NDArray[np.float64]:
        """Return the state of the lanes, shape [state variables, lanes]; nan in a diverged one."""
        state = np.full((self.layout.states, self.lane.size), np.nan)
        rows = self.space.reshape(self.layout.rows, STRIDE)
        state[:, self.lane[: self.live]] = rows[: self.layout.states, : self.live]
        return state
