"""The bench: settles the neurons of a batch, applies sweeps, and records what protocols ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.voltage import extent
from plausiwidgets.simulation.engine import run_lanes
from plausiwidgets.simulation.lanes import Checkpoint, LaneJob, LaneResult
from plausiwidgets.simulation.stimulus import LaneCurrent
from plausiwidgets.simulation.traces import Traces

Floats = NDArray[np.float64]

SETTLE = 1500.0
"""Time in ms at the holding level before anything counts."""

FORGIVEN = 100.0
"""Time in ms from the initial state during which spikes are forgiven."""

BEFORE = 50.0
"""Time in ms at the holding level that each sweep shows before the onset."""

TAIL = 300.0
"""Time in ms after a stimulus where a pattern gives no length."""

FASTEST = 1.0
"""Spikes per ms above which, over a whole sweep, a neuron runs away: every pattern asks for
intervals of at least 1 ms, so it can be given up as soon as it has fired too often."""

SweepPiece = tuple[Any, Any, Any, Any]
"""(on, off, start, end): as in a stimulus; each a number or one value per set."""


@dataclass(frozen=True)
class Record:
    """One sweep of n sets.

    Attributes
    ----------
    times : ndarray, shape [n, most spikes]
        Spike times in ms from the onset, padded with nan.
    v : ndarray, shape [n, T], or None
        Potential in mV where it was asked for, first sample at step `first`.
    peak : ndarray, shape [n]
        Largest potential in mV over the window that was asked for.
    """

    times: Floats
    v: Floats | None
    first: int
    peak: Floats
    dt: float

    def between(self, t0: float, t1: float) -> Floats:
        """Return the potential after the steps that start in [t0, t1), shape [n, steps]."""
        assert self.v is not None
        a, b = round(t0 / self.dt) - self.first, round(t1 / self.dt) - self.first
        return self.v[:, max(a, 0) : b]


@dataclass
class Bench:
    """n parameter sets of one model, ready for sweeps.

    Attributes
    ----------
    values : dict of str to ndarray, shape [n]
        Every parameter of the model and every stimulus value of the pattern.
    record : bool
        Keep the potential of every sweep as :class:`Traces`.
    noise : ndarray, shape [n]
        Spikes at the holding level after the first 100 ms: a silent neuron has none.
    level : ndarray, shape [n]
        Settled potential in mV at the onset.
    wobble : ndarray, shape [n]
        Extent of the potential in the 50 ms before the onset, in mV.
    lost : ndarray, shape [n]
        Share of the planned time that a diverged set lost; 0 where all is well.
    """

    model: NeuronModel
    values: Mapping[str, Floats]
    dt: float
    engine: str = "auto"
    checkpoint: Checkpoint | None = None
    record: bool = False
    traces: dict[str, Traces] = field(default_factory=dict)
    engine_used: str = ""

    def __post_init__(self) -> None:
        self.params = {name: self.values[name] for name in self.model.parameters}
        self.n = len(self.values["amplitude"])
        self.span, self.threshold = self.model.span_threshold(self.params)
        self.lost = np.zeros(self.n)
        self.level, self.wobble = np.empty(0), np.empty(0)
        self.noise = np.empty(0, dtype=np.int64)
        self.settle()

    def settle(self) -> None:
        """Let every set sit at its holding level; the state at the onset is where sweeps start."""
        holding = self.values["holding"]
        shown = round(BEFORE / self.dt)
        steps = round(SETTLE / self.dt) + shown
        state = self.model.start(self.params, holding)
        job = LaneJob(
            self.model, self.params, state, LaneCurrent.constant(holding, -steps * self.dt), steps, self.dt,
            window=(steps - shown, steps), spike_limit=self._limit(steps),
        )
        result = run_lanes(job, self.engine, self.checkpoint)
        assert result.recorded is not None
        self.engine_used = result.engine
        self.state = result.state
        self.v_before = result.recorded[0]
        self.level = self.v_before[:, -1].copy()
        self.wobble = extent(self.v_before)
        late = result.spikes >= round(FORGIVEN / self.dt)
        self.noise = late.sum(axis=1)
        self._spikes_before = [
            (row[row >= steps - shown] - steps) * self.dt for row in result.spikes
        ]
        self._note_divergence(result.diverged, steps, np.arange(self.n))

    def control(self, holding: ArrayLike) -> NDArray[np.int64]:
        """Return the spikes after the first 100 ms at another holding level, shape [n]."""
        held = np.broadcast_to(np.asarray(holding, float), (self.n,))
        if (held == self.values["holding"]).all():
            return self.noise
        steps = round(SETTLE / self.dt)
        job = LaneJob(
            self.model, self.params, self.model.start(self.params, held), LaneCurrent.constant(held), steps, self.dt,
            spike_limit=self._limit(steps),
        )
        result = run_lanes(job, self.engine, self.checkpoint)
        self._note_divergence(result.diverged, steps, np.arange(self.n))
        return (result.spikes >= round(FORGIVEN / self.dt)).sum(axis=1)

    def run(
        self,
        sweeps: Mapping[str, Sequence[SweepPiece]],
        duration: float,
        *,
        v: tuple[float, float] | None = None,
        peak: tuple[float, float] | None = None,
        only: NDArray[np.bool_] | None = None,
        keep: bool = True,
    ) -> list[Record]:
        """Apply every sweep to every set, all in one batch.

        Parameters
        ----------
        sweeps : mapping of str to sequence of (on, off, start, end)
            Name and pieces of each sweep; each entry is a number or an array [n].
        duration : float
            From the onset to the end, in ms.
        v, peak : (float, float), optional
            Windows in ms in which to record the potential, and to look for its largest value.
        only : boolean ndarray, shape [n], optional
            The other sets are left out: no spikes, potential nan.
        keep : bool
            Keep the traces where the bench records them.

        Returns
        -------
        list of Record
            One per sweep.
        """
        chosen = np.arange(self.n) if only is None else np.flatnonzero(only)
        m = len(sweeps)
        steps = round(duration / self.dt)
        recording = self.record and keep
        v_window = (0, steps) if recording else self._steps(v, steps)
        if chosen.size == 0:
            width = 0 if v_window is None else v_window[1] - v_window[0]
            empty = None if v_window is None else np.full((self.n, width), np.nan)
            first = 0 if v_window is None else v_window[0]
            return [
                Record(np.empty((self.n, 0)), empty, first, np.full(self.n, np.nan), self.dt) for _ in range(m)
            ]
        current = self._current(sweeps, chosen)
        lanes = np.repeat(chosen, m)
        times, result = self._simulate(lanes, current, steps, v_window, self._steps(peak, steps))
        self._note_divergence(result.diverged, steps, lanes)
        records = []
        for j, name in enumerate(sweeps):
            mine = slice(j, None, m)
            spike_times = _scatter(times[mine], chosen, self.n)
            potential = None if result.recorded is None else _scatter(result.recorded[0, mine], chosen, self.n)
            peaks = _scatter(result.v_max[mine], chosen, self.n)
            records.append(Record(spike_times, potential, v_window[0] if v_window else 0, peaks, self.dt))
            if recording:
                assert potential is not None
                self.traces[name] = self._traces(potential, result, current, j, m, steps, chosen)
        return records

    def steps(self, heights: Floats, width: float, duration: float, only: NDArray[np.bool_]) -> Floats:
        """Apply m steps of `width` ms to each set, and return the spike times alone.

        Parameters
        ----------
        heights : ndarray, shape [m, n]
            Currents above the holding level.
        width, duration : float
            Of the step, and from the onset to the end, in ms.
        only : boolean ndarray, shape [n]
            The other sets are left out: no spikes.

        Returns
        -------
        ndarray, shape [m, n, most spikes]
            Times in ms from the onset, padded with nan.
        """
        chosen = np.flatnonzero(only)
        lanes = np.tile(chosen, len(heights))
        steps = np.zeros((4, 1, lanes.size))
        steps[1] = width
        steps[2:] = heights[:, chosen].reshape(-1)
        current = LaneCurrent(self.values["holding"][lanes], steps, 0.0)
        # What diverges here only does not fire: the amplitudes that a search tries are not the set's own.
        times, _ = self._simulate(lanes, current, round(duration / self.dt), None, None)
        out = np.full((len(heights), self.n, times.shape[1]), np.nan)
        out[:, chosen] = times.reshape(len(heights), chosen.size, times.shape[1])
        return out

    def _simulate(
        self, lanes: NDArray[np.intp], current: LaneCurrent, steps: int, v: tuple[int, int] | None,
        peak: tuple[int, int] | None,
    ) -> tuple[Floats, LaneResult]:
        job = LaneJob(
            self.model, {k: x[lanes] for k, x in self.params.items()}, np.ascontiguousarray(self.state[:, lanes]),
            current, steps, self.dt, window=v, peak_window=peak, spike_limit=self._limit(steps),
        )
        result = run_lanes(job, self.engine, self.checkpoint)
        # A lane that was given up has nothing to measure, and would widen the array for all.
        counts = np.where(result.diverged >= 0, 0, result.counts)
        spikes = result.spikes[:, : int(counts.max(initial=0))]
        fine = np.arange(spikes.shape[1]) < counts[:, None]
        return np.where(fine, spikes * self.dt, np.nan), result

    def _limit(self, steps: int) -> int:
        return int(FASTEST * steps * self.dt) + 2

    def _steps(self, window: tuple[float, float] | None, steps: int) -> tuple[int, int] | None:
        if window is None:
            return None
        return max(round(window[0] / self.dt), 0), min(round(window[1] / self.dt), steps)

    def _current(self, sweeps: Mapping[str, Sequence[SweepPiece]], chosen: NDArray[np.intp]) -> LaneCurrent:
        m, lanes = len(sweeps), chosen.size * len(sweeps)
        pieces = max((len(p) for p in sweeps.values()), default=0)
        arrays = np.zeros((4, pieces, lanes))
        for j, sweep in enumerate(sweeps.values()):
            for i, piece in enumerate(sweep):
                for part in range(4):
                    value = piece[part]
                    arrays[part, i, j::m] = value[chosen] if isinstance(value, np.ndarray) else value
        return LaneCurrent(np.repeat(self.values["holding"][chosen], m), arrays, 0.0)

    def _note_divergence(self, diverged: NDArray[np.int64], steps: int, lanes: NDArray[np.intp]) -> None:
        bad = diverged >= 0
        if bad.any():
            share = np.clip((steps - diverged[bad]) / max(steps, 1), 1e-6, 1.0)
            np.maximum.at(self.lost, lanes[bad], share)

    def _traces(
        self, v: Floats, result: LaneResult, current: LaneCurrent, j: int, m: int, steps: int,
        chosen: NDArray[np.intp],
    ) -> Traces:
        shown = round(BEFORE / self.dt)
        t: Floats = np.asarray(np.arange(-shown, steps) * self.dt, dtype=np.float64)
        injected = current.take(np.arange(j, current.base.size, m)).values(steps, self.dt)
        # Lost while settling: from the first time shown. Left out: no potential, but not lost.
        start = np.where(np.isfinite(self.level), np.nan, t[0])
        trains = list(self._spikes_before)
        for place, lane in enumerate(chosen):
            row, k = place * m + j, result.diverged[place * m + j]
            if k >= 0 and np.isnan(start[lane]):
                start[lane] = k * self.dt
            trains[lane] = np.concatenate([trains[lane], result.spikes[row, : result.counts[row]] * self.dt])
        level = np.broadcast_to(self.values["holding"][:, None], (self.n, shown))
        stimulus = np.concatenate([level, _scatter(injected, chosen, self.n)], axis=1)
        whole = np.concatenate([self.v_before, v], axis=1)
        name = self.model.states[0].name
        return Traces(
            t, {name: whole}, trains, start, stimulus, result.engine, self.model.current.unit, self.model.name, name
        )


def _scatter(rows: Floats, chosen: NDArray[np.intp], n: int) -> Floats:
    if chosen.size == n:
        return np.ascontiguousarray(rows)
    out = np.full((n, *rows.shape[1:]), np.nan)
    out[chosen] = rows
    return out
