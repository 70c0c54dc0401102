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
"""Size in bytes of a cache line and of the widest vector."""
_FIRST_CAPACITY = 32
"""Initial capacity of the spike buffer of a lane. It doubles whenever it is full."""

_FIRST_NOTES = np.zeros((4, WIDTH), dtype=np.int64)
_FIRST_NOTES[1] = np.arange(WIDTH)
_FIRST_NOTES[3] = -1


def work_space(layout: Layout) -> Floats:
    """Return a work space aligned to a cache line, shape (layout.rows + RESULTS, STRIDE)."""
    # NumPy aligns to fewer bytes, and a vector that crosses a cache line takes two loads.
    size = (layout.rows + RESULTS) * STRIDE
    space = np.empty(size + _ALIGNMENT // 8)
    skip = (-space.__array_interface__["data"][0] % _ALIGNMENT) // 8
    return space[skip : skip + size].reshape(-1, STRIDE)


class Source:
    """Initial values of all lanes of a job, arranged for the work space.

    Attributes
    ----------
    rows : ndarray, shape (layout.rows + RESULTS, lanes)
        Initial content of the work space.
    pieces : ndarray, shape (5, pieces, lanes)
        On, off, start, end and waveform of each piece of the current.
    table : ndarray, shape (waveforms, steps)
        Mean of each waveform over each time step.
    places : int64 ndarray, shape (state variables,)
        Row of each state variable in the recording, or -1 if it is not recorded.
    """

    def __init__(self, layout: Layout, job: LaneJob) -> None:
        lanes, current = job.lanes, job.current
        self.layout = layout
        rows = np.empty((layout.rows + RESULTS, lanes))
        rows[: layout.states] = job.state
        rows[layout.row(BASE)] = current.base
        # Before the first step there is no peak, and the maximum of an empty set is -inf.
        rows[layout.row(PEAK)] = -np.inf
        # The initial state counts as the first potential of a lane.
        rows[[layout.row(LOW), layout.row(HIGH), layout.row(TROUGH)]] = job.state[0]
        rows[[layout.row(LOWEST), layout.row(RISE)]] = np.inf
        rows[layout.row(HIGHEST)] = -np.inf
        # A job without steps returns these values.
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
    """A few lanes of a job, simulated from their first step to their last.

    Blocks share no data except `recorded`, shape (recorded variables, lanes of the job, steps of the window), in which
    each lane has its own rows. Blocks may therefore run in any order and in any thread. A block takes about 0.4 kB per
    lane.
    """

    def __init__(
        self, kernel: KernelFunction, source: Source, space: Floats, recorded: Floats, first: int, last: int
    ) -> None:
        n = last - first
        self.kernel = kernel
        self.source = source
        self.live = n
        self.step = 0
        # The kernel fills the unused places of a row.
        self.space = space
        self.space[:, :n] = source.rows[:, first:last]
        # The kernel moves the pieces of lanes, so each of several blocks needs its own copy.
        whole = n == source.pieces.shape[2]
        self.pieces = source.pieces if whole else source.pieces[:, :, first:last].copy()
        self.notes = _FIRST_NOTES[:, :n].copy()
        steps, spike_limit = source.job.steps, source.job.spike_limit
        # Most lanes fire a few times. A buffer with one entry per step would take more memory than all other arrays.
        self.spikes = np.empty((n, min(steps, _FIRST_CAPACITY, spike_limit or steps) or 1), dtype=np.int32)
        self.spikes.fill(-1)
        self.recorded = recorded[:, first:last]

    def advance(self, stop: int) -> None:
        """Run to step `stop` without holding the GIL."""
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
                self._remove_runaways()
                self._grow()

    def _remove_runaways(self) -> None:
        """Set the state of lanes with too many spikes to nan, so that the kernel removes them before the next step."""
        limit = self.source.job.spike_limit
        if limit is not None and self.step < self.source.job.steps:
            over = self.notes[2, self.notes[1, : self.live]] >= limit
            # The kernel treats nan as divergence, so it needs no second mechanism for removing a lane.
            self.space[0, : self.live][over] = np.nan

    def _grow(self) -> None:
        old, limit = self.spikes.shape[1], self.source.job.spike_limit
        # A lane at the limit has just been removed and needs no more room.
        new = 2 * old if limit is None else min(2 * old, limit)
        if new > old:
            room = np.full((self.spikes.shape[0], new), -1, dtype=np.int32)
            room[:, :old] = self.spikes
            self.spikes = room

    def result(self, recorded: Floats | None) -> LaneResult:
        """Return the result of the lanes, with their recorded values in `recorded`."""
        _, lane, counts, diverged = self.notes
        peak, lowest, highest, rise = self.space[-RESULTS:, : lane.size].copy()
        if not self.source.job.extremes:
            rise.fill(np.inf)
        state = self.space[: self.source.layout.states, : self.live].copy()
        if self.live < lane.size:
            # Lanes change places when other lanes are removed, and a diverged lane has no state.
            left, state = state, np.full((len(state), lane.size), np.nan)
            state[:, lane[: self.live]] = left
        spikes = self.spikes[:, : max(counts.tolist(), default=0)]
        return LaneResult(state, spikes, counts, recorded, peak, lowest, highest, rise, diverged, "compiled")
