"""Blocks of lanes: the arrays that a kernel works on."""

from __future__ import annotations

import numpy as np

from plausiwidgets.engine.compiled.kernel import (
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
    KernelFunction,
    Layout,
)
from plausiwidgets.engine.lanes import Floats, LaneJob, LaneResult

_ALIGNMENT = 64
"""Bytes of a cache line and of the widest vector."""
_FIRST_CAPACITY = 32
"""Spikes of a lane that there is room for at first, doubled when they are not enough."""

_FIRST_NOTES = np.zeros((4, WIDTH), dtype=np.int64)
_FIRST_NOTES[1] = np.arange(WIDTH)
_FIRST_NOTES[3] = -1


def work_space(layout: Layout) -> Floats:
    """Return a work space, shape [rows of the layout and those of the results, STRIDE], that starts a cache line."""
    # The alignment of NumPy is smaller, and a vector that crosses a line of the cache takes two loads.
    size = (layout.rows + RESULTS) * STRIDE
    space = np.empty(size + _ALIGNMENT // 8)
    skip = (-space.__array_interface__["data"][0] % _ALIGNMENT) // 8
    return space[skip : skip + size].reshape(-1, STRIDE)


class Source:
    """What all lanes of a job start from, as the work space wants it.

    Attributes
    ----------
    rows : ndarray, shape [rows of the layout and those of the results, lanes]
    pieces : ndarray, shape [5, pieces, lanes]
        On, off, start, end and waveform of each piece of the current.
    table : ndarray, shape [waveforms, steps]
        Mean of each waveform over each time step.
    places : int64 ndarray, shape [state variables]
        Where each of them is recorded, or -1.
    """

    def __init__(self, layout: Layout, job: LaneJob) -> None:
        lanes, current = job.lanes, job.current
        self.layout = layout
        rows = np.empty((layout.rows + RESULTS, lanes))
        rows[: layout.states] = job.state
        rows[layout.row(BASE)] = current.base
        # The largest of no potentials.
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
        self.table = current.table(job.steps, job.dt)
        self.job = job
        places = [-1] * layout.states
        for place, state in enumerate(job.record):
            places[state] = place
        self.places = np.array(places)
        self.constants = (
            job.dt,
            current.t0,
            job.model.limit,
            *(job.window or (0, 0)),
            *(job.peak_window or (0, 0)),
            int(job.extremes),
        )


class Block:
    """A few lanes of a job, from their first step to their last.

    Nothing in it is shared with other blocks but the rows of `recorded` [recorded variables, lanes of the job, steps of
    the window], which are each lane's own: blocks may run in any order and in any thread. It takes some 0.4 kB a lane.
    """

    def __init__(
        self, kernel: KernelFunction, source: Source, space: Floats, recorded: Floats, first: int, last: int
    ) -> None:
        n = last - first
        self.kernel = kernel
        self.source = source
        self.live = n
        self.step = 0
        # Places that are left in a row are filled by the kernel.
        self.space = space
        self.space[:, :n] = source.rows[:, first:last]
        # The kernel moves the pieces of lanes: a block that is not the only one needs its own.
        whole = n == source.pieces.shape[2]
        self.pieces = source.pieces if whole else source.pieces[:, :, first:last].copy()
        self.notes = _FIRST_NOTES[:, :n].copy()
        steps, spike_limit = source.job.steps, source.job.spike_limit
        # Most lanes fire a few times. Room for a spike in every step would take more memory than all else.
        self.spikes = np.empty((n, min(steps, _FIRST_CAPACITY, spike_limit or steps) or 1), dtype=np.int32)
        self.spikes.fill(-1)
        self.recorded = recorded[:, first:last]

    def advance(self, stop: int) -> None:
        """Run to step `stop`, without the GIL."""
        while self.step < stop and self.live:
            self.step, self.live, full = self.kernel(
                self.space.reshape(-1),
                self.pieces,
                self.source.table,
                self.notes,
                self.spikes,
                self.recorded,
                self.source.places,
                self.live,
                self.step,
                stop,
                *self.source.constants,
            )
            if full:
                self._give_up_runaways()
                self._grow()

    def _give_up_runaways(self) -> None:
        """Spoil the state of the lanes that fired too often: the kernel takes them out before the next step."""
        limit = self.source.job.spike_limit
        if limit is not None and self.step < self.source.job.steps:
            over = self.notes[2, self.notes[1, : self.live]] >= limit
            # A state of nan counts as diverged, so that the kernel needs no second way to give up a lane.
            self.space[0, : self.live][over] = np.nan

    def _grow(self) -> None:
        old, limit = self.spikes.shape[1], self.source.job.spike_limit
        # A lane at the limit has just been given up, and will not ask for more.
        new = 2 * old if limit is None else min(2 * old, limit)
        if new > old:
            room = np.full((self.spikes.shape[0], new), -1, dtype=np.int32)
            room[:, :old] = self.spikes
            self.spikes = room

    def result(self, recorded: Floats | None) -> LaneResult:
        """Return the result of the lanes, given what was recorded of them."""
        _, lane, counts, diverged = self.notes
        peak, lowest, highest, rise = self.space[-RESULTS:, : lane.size].copy()
        if not self.source.job.extremes:
            rise.fill(np.inf)
        state = self.space[: self.source.layout.states, : self.live].copy()
        if self.live < lane.size:
            # Lanes change their places when others are taken out, and a diverged lane has no state.
            left, state = state, np.full((len(state), lane.size), np.nan)
            state[:, lane[: self.live]] = left
        spikes = self.spikes[:, : max(counts.tolist(), default=0)]
        return LaneResult(state, spikes, counts, recorded, peak, lowest, highest, rise, diverged, "compiled")
