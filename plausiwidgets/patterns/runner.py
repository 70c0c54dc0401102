"""Runner: simulates a batch of neurons at rest, applies sweeps, and returns the responses."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.current import SETTLE
from plausiwidgets.engine.lane_current import LaneCurrent, LanePieces
from plausiwidgets.engine.lanes import Checkpoint, Engine, LaneJob, LaneResult
from plausiwidgets.engine.piece import Floats, Value
from plausiwidgets.engine.traces import Traces
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.bisection import smallest_firing
from plausiwidgets.patterns.onset.arrays import DEPTHS, Onsets, as_arrays
from plausiwidgets.patterns.onset.batch import Bench
from plausiwidgets.patterns.onset.ladder import Neuron
from plausiwidgets.patterns.onset.outcome import SILENT, SPONTANEOUS, Depth, Onset
from plausiwidgets.patterns.onset.procedure import FIRST, SPACING, onset_of
from plausiwidgets.patterns.response import Mask, Response, Responses
from plausiwidgets.patterns.settling import Control, Recorded, control
from plausiwidgets.patterns.sweep import BEFORE, Sweep

KICK = 0.5 / 15.0
"""Initial distance of the potential above its resting value, as a share of the span.

A neuron that starts exactly at a fixed point would stay there even if the fixed point is unstable.
"""

LOWEST, HIGHEST = -150.0, 80.0
"""Range of physiological potentials in mV, with a wide margin around the reversal potentials of the ions."""

SUBTHRESHOLD = 3.0
"""Maximum distance in spans of the potential from the resting potential, for a neuron whose threshold moves."""

MAX_RATE = 1.0
"""Maximum mean rate over a sweep in spikes per ms.

Every pattern requires intervals of at least 1 ms, so a lane stops as soon as it has fired more often.
"""

FEWEST = 50
"""Minimum number of spikes at which a neuron with a constant current is stopped."""

WORTH_A_RUN = 300_000
"""Product of lanes and steps that take about as long as a call of the compiled engine."""


class Runner:
    """Batch of n parameter sets of one model, settled at their holding currents and ready for sweeps.

    Parameters
    ----------
    values : mapping of str to ndarray, shape [n]
        All model and stimulus parameters.
    dt : float
        Time step in ms.
    engine : {"auto", "compiled", "torch"}, or callable
        Simulation engine, or a function of a `LaneJob` that simulates it.
    checkpoint : callable, optional
        Function that is called every few ms of work. An exception that it raises ends the simulation.
    record : sequence of str
        State variables that are kept as :class:`Traces` of every sweep.
    settle : float
        Minimum length of the control in ms. Traces start with its last 50 ms.
    kick : float
        Initial distance of the potential from its resting value, as a share of the span.

    Attributes
    ----------
    n : int
        Number of sets.
    stimulus_values : namespace
        Namespace with an attribute of shape [n] for each stimulus parameter, such as ``stimulus_values.amplitude``.
    span, threshold, v_baseline, baseline_range, baseline_peak, spontaneous_spikes, full_spike
        Attributes of :class:`Responses`.
    ceiling : ndarray, shape [n]
        Maximum accepted potential in mV.
    lowest, highest : ndarray, shape [n]
        Extremes of the potential in all applied sweeps, in mV.
    rise : ndarray, shape [n]
        Smallest rise of a spike in the applied sweeps in mV, for a neuron without a reset, or inf without a spike.
        Sweeps with ``keep=False`` do not count.
    divergence : ndarray, shape [n]
        Share of the sweep after the divergence of a set, plus 1 if it diverged before the onset. 0 if it did not
        diverge.
    traces, shown : dict of str to Traces, and to (Sweep, float)
        Traces of the recorded sweeps, and the recorded sweeps with the simulated time of each in ms.
    engine_used : {"compiled", "numpy", "torch", "python"}
        Engine that simulated the neurons.
    sets_differ : bool
        Whether equal sets may receive different currents, so that the response of a set depends on its position.
    """

    sets_differ = False

    def __init__(
        self,
        model: NeuronModel,
        values: Mapping[str, Floats],
        dt: float,
        engine: str | Engine = "auto",
        checkpoint: Checkpoint | None = None,
        record: Sequence[str] = (),
        *,
        settle: float = SETTLE,
        kick: float = KICK,
    ) -> None:
        self.model, self.dt, self.engine = model, dt, engine
        self._settle_time, self._kick = settle, kick
        self.n = max(len(v) for v in values.values())
        self.parameters = {name: values[name] for name in model.parameters}
        self.holding: Floats = np.asarray(values["holding"] if "holding" in values else np.zeros(self.n), float)
        # The sets of a model without parameters differ in their stimulus only, so the model returns a single value.
        self.span, self.threshold = (
            np.broadcast_to(x, (self.n,)).copy() for x in model.span_threshold(self.parameters)
        )
        self.full_spike = model.full_spike()
        self.ceiling = np.full(self.n, HIGHEST)
        if model.threshold_place is not None:
            # A threshold that follows the potential may run away from it, so that no spike ends the rise.
            self.ceiling = np.minimum(HIGHEST, self.threshold + (SUBTHRESHOLD - 1.0) * self.span)
        self.divergence = np.zeros(self.n)
        self._checkpoint = checkpoint
        names = [s.key for s in model.states]
        self._recorded = tuple(names.index(name) for name in record)
        self._settle()
        self._lost_at_rest = self.divergence
        self._begin(values)

    # -- at rest -------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Simulate every set at its holding current, and store the final states, in which sweeps start."""
        rest = self._control(np.arange(self.n), self.holding, self._record())
        assert rest.before is not None
        self.engine_used = rest.engine
        self._state, self._before, self._spikes_before = rest.state, rest.before, rest.spikes_before
        v = rest.before[self._record().index(0)]
        self.v_baseline = v[:, -1].copy()
        self.baseline_range = f.voltage_range(v)
        self.baseline_peak = v.max(axis=1)
        self.spontaneous_spikes = rest.spikes
        self._settled = rest.diverged < 0

    def _begin(self, values: Mapping[str, Floats]) -> None:
        """Set the stimulus values, and clear the results of earlier sweeps."""
        self.stimulus_values = SimpleNamespace(**{k: v for k, v in values.items() if k not in self.model.parameters})
        self.divergence = self._lost_at_rest.copy()
        self.lowest = self.highest = self.v_baseline
        self.rise = np.full(self.n, np.inf)
        self.traces: dict[str, Traces] = {}
        self.shown: dict[str, tuple[Sweep, float]] = {}

    @property
    def settled_state(self) -> Floats:
        """State of the neurons at rest, shape [state variables, n]."""
        return self._state

    def with_stimulus(self, values: Mapping[str, Floats]) -> Runner:
        """Return a runner of the same neurons with other stimulus values.

        The holding currents must be the same, because the neurons do not settle again.
        """
        # The settled state does not depend on the stimulus, so both runners share its arrays.
        other = copy.copy(self)
        other._begin(values)
        return other

    def control(self, holding: ArrayLike) -> NDArray[np.int64]:
        """Return the number of spikes in the control at another holding current, shape [n]."""
        held = np.broadcast_to(np.asarray(holding, float), (self.n,))
        # A set whose holding current is the same has been simulated at this current already.
        sets = np.flatnonzero(held != self.holding)
        spikes = self.spontaneous_spikes.copy()
        if not sets.size:
            return spikes
        spikes[sets] = self._control(sets, held).spikes
        return spikes

    def _control(self, sets: NDArray[np.intp], holding: Floats, record: tuple[int, ...] = ()) -> Control:
        """Hold some sets at constant currents of shape [n] until they have settled, and store which sets diverge."""

        def hold(some: NDArray[np.intp], state: Floats, steps: int, **asked: Unpack[Recorded]) -> LaneResult:
            return self._run(sets[some], state, LaneCurrent.constant(holding[sets[some]]), steps, **asked)

        start = self._start(holding)[:, sets]
        result = control(hold, start, self.span[sets], self.dt, self._settle_time, record)
        self._note_divergence(result.diverged, np.full(sets.size, result.steps), sets, 1.0)
        return result

    def _start(self, holding: Floats) -> Floats:
        state = self.model.start(self.parameters, holding)
        # Displace the potential, because only a stable fixed point attracts it again.
        state[0] += self._kick * self.span
        return state

    def _record(self) -> tuple[int, ...]:
        """Return the indices of the recorded state variables before the onset, which always include the potential."""
        return self._recorded if 0 in self._recorded else (0, *self._recorded)

    # -- sweeps --------------------------------------------------------------------------------

    def apply(
        self,
        sweeps: Mapping[str, Sweep],
        *,
        graded: str = "",
        durations: Mapping[str, float] | None = None,
        only: Mask | None = None,
        keep: bool = True,
    ) -> Responses:
        """Apply every sweep to every set, and return the responses.

        Sweeps of equal duration are simulated in one batch.

        Parameters
        ----------
        sweeps : mapping of str to Sweep
            Sweeps by name.
        graded : str
            Sweep whose largest potential grades a silent neuron, by default the first sweep.
        durations : mapping of str to float, optional
            Simulated time of each sweep in ms, by default the longest of all. The response after the end of a sweep
            does not count. If the ends differ between sets, pass durations that do not depend on the sets. The result
            of a set then does not depend on the other sets.
        only : boolean ndarray, shape [n], optional
            Sets to simulate. The other sets have no spikes, and their potential is nan.
        keep : bool
            Whether to keep the traces, if the runner records them, and to measure the rise of the spikes.

        Returns
        -------
        Responses
        """
        # All lanes of a batch have the same number of steps.
        longest = max(float(np.max(s.end)) for s in sweeps.values())
        times = {name: longest if durations is None else durations[name] for name in sweeps}
        chosen = np.flatnonzero(self._settled if only is None else self._settled & only)
        if self._recorded and keep and (only is None or only.any()):
            self.shown |= {name: (sweep, times[name]) for name, sweep in sweeps.items()}
        out: dict[str, Response] = {}
        for duration in dict.fromkeys(times.values()):
            batch = {name: sweep for name, sweep in sweeps.items() if times[name] == duration}
            out |= self._apply(batch, graded or next(iter(sweeps)), round(duration / self.dt), chosen, keep)
        return self.responses({name: out[name] for name in sweeps})

    def _apply(
        self, sweeps: Mapping[str, Sweep], graded: str, steps: int, chosen: NDArray[np.intp], keep: bool
    ) -> dict[str, Response]:
        m = len(sweeps)
        recording = bool(self._recorded) and keep
        window = self._window(sweeps, steps)
        record: tuple[int, ...] = (0,)
        if recording:
            window, record = (0, steps), self._record()
        first = window[0] if window else 0
        # A batch without lanes has no result that would determine the shapes.
        if chosen.size == 0:
            v = None if window is None else np.full((self.n, window[1] - window[0]), np.nan)
            nothing, unknown = np.empty((self.n, 0)), np.full(self.n, np.nan)
            return {
                name: Response(nothing, s.end, unknown, self.dt, v, first, unknown, unknown)
                for name, s in sweeps.items()
            }
        lanes = np.repeat(chosen, m)
        places = [slice(j, None, m) for j in range(m)]
        current = self._current(list(sweeps.values()), lanes, places, lanes)
        ends = np.stack([np.broadcast_to(np.asarray(s.end, float), (self.n,))[chosen] for s in sweeps.values()], axis=1)
        last = np.minimum(np.round(ends.reshape(-1) / self.dt).astype(np.int64), steps)
        peak = self._peak_window(sweeps[graded], steps) if graded in sweeps else None
        # Truncate each lane at its own end, because all lanes are simulated to the longest end.
        times, result = self._simulate(lanes, current, steps, last, window, record, peak, extremes=True)
        self._note_divergence(result.diverged, last, lanes)
        self._note_extremes(result, chosen, m, keep)
        out = {}
        for j, (name, sweep) in enumerate(sweeps.items()):
            mine = slice(j, None, m)
            v = None if result.recorded is None else _scatter(result.recorded[record.index(0)][mine], chosen, self.n)
            peaks = _scatter(result.v_max[mine], chosen, self.n)
            top = _scatter(result.highest[mine], chosen, self.n)
            bottom = _scatter(result.lowest[mine], chosen, self.n)
            spikes = _scatter(times[mine], chosen, self.n)
            out[name] = Response(spikes, sweep.end, peaks, self.dt, v, first, top, bottom)
            if recording:
                self.traces[name] = self._traces(result, current, j, m, steps, chosen)
        return out

    def show(self, sweeps: Mapping[str, Sweep], *, only: Mask) -> None:
        """Apply sweeps for traces only, if the runner records traces."""
        if self._recorded and only.any():
            self.apply(sweeps, only=only)

    def responses(self, by_name: Mapping[str, Response]) -> Responses:
        at_rest = {field.name: getattr(self, field.name) for field in fields(Responses)[1:]}
        return Responses(by_name, **at_rest)

    def threshold_at(self, current: ArrayLike) -> Floats:
        """Return the threshold in mV of the neurons settled at a constant current, shape [n]."""
        place = self.model.threshold_place
        if place is None:
            return self.threshold
        held = np.broadcast_to(np.asarray(current, dtype=np.float64), (self.n,))
        return np.asarray(self.model.start(self.parameters, held)[place])

    def fires(self, sweeps: Sequence[Sweep], only: Mask) -> Mask:
        """Return whether each set fires in the windows of sweeps, shape [sweeps, n].

        Each set is simulated until it fires.

        Parameters
        ----------
        sweeps : sequence of Sweep
            Sweeps with values for all sweeps in succession, as arrays of shape [sweeps * n].
        only : boolean ndarray, shape [sweeps, n]
            Sets to simulate. The result of the other sets is False.
        """
        which, sets = np.nonzero(only & self._settled)
        out = np.zeros((len(sweeps), self.n), dtype=bool)
        if not sets.size:
            return out
        # The values of all sweeps follow one another in each array.
        rows = which * self.n + sets
        edges = np.searchsorted(which, np.arange(len(sweeps) + 1))
        places = [slice(a, b) for a, b in zip(edges, edges[1:], strict=False)]
        first, last = np.empty(sets.size), np.empty(sets.size)
        for place, sweep in zip(places, sweeps, strict=True):
            first[place], last[place] = (_of_lanes(t, rows[place]) for t in sweep.window)
        current = self._current(sweeps, sets, places, rows)
        longest = int(np.ceil(last.max() / self.dt - 1e-9))
        steps = np.minimum(np.ceil(last / self.dt).astype(np.int64) + 1, longest)
        hit = np.zeros(sets.size, dtype=bool)
        # Stop at the first spike, unless it may occur before the window.
        at_once = first <= 0.0
        if not at_once.all() and (self.engine_used != "compiled" or sets.size * longest <= WORTH_A_RUN):
            at_once[:] = False
        for kind, limit in ((at_once, 1), (~at_once, spike_limit(longest, self.dt))):
            for some in self._of_similar_length(np.flatnonzero(kind), steps):
                lanes = sets[some]
                longest_here = int(steps[some].max())
                spikes = self._run(lanes, self._state[:, lanes], current.take(some), longest_here, limit).spikes
                times = spikes * self.dt
                inside = (spikes >= 0) & (times >= first[some, None]) & (times < last[some, None])
                hit[some] = inside.any(axis=1)
        out[which, sets] = hit
        return out

    def _of_similar_length(self, lanes: NDArray[np.intp], steps: NDArray[np.int64]) -> Iterator[NDArray[np.intp]]:
        """Yield lanes in groups of similar length, so that few lanes are simulated for longer than necessary.

        All lanes form one group unless the engine is compiled, because torch takes as long for few lanes as for many.
        """
        order = lanes[np.argsort(steps[lanes], kind="stable")]
        todo = [order] if order.size else []
        while todo:
            group = todo.pop()
            lengths = steps[group]
            # A cut spares the lanes before it the steps from their length to that of the longest lane. The best cut
            # saves the most steps, and is worthwhile if these take longer than another call.
            saved = np.arange(1, group.size) * (lengths[-1] - lengths[:-1])
            if self.engine_used == "compiled" and saved.size and saved.max() > WORTH_A_RUN:
                cut_at = int(np.argmax(saved)) + 1
                todo += [group[cut_at:], group[:cut_at]]
            else:
                yield group

    def weakest_step(
        self,
        shows: Callable[[Floats], Mask],
        width: float,
        duration: float,
        low: Floats,
        high: Floats,
        works: Mask,
        tolerance: float,
    ) -> Floats:
        """Return the smallest amplitude of a step whose response meets a condition, shape [n], by bisection.

        Parameters
        ----------
        shows : callable
            ``shows(times [lanes, max spikes])`` returns whether each response meets the condition.
        width, duration : float
            Width of the step, and time from the onset to the end, in ms.
        low, high, works, tolerance
            Arguments of :func:`plausiwidgets.patterns.bisection.smallest_firing`.
        """
        return smallest_firing(
            lambda points, active: self.steps_show(shows, points, width, duration, active), low, high, works, tolerance
        )

    def steps_show(
        self, shows: Callable[[Floats], Mask], heights: Floats, width: float, duration: float, only: Mask
    ) -> Mask:
        """Return whether the responses to steps of `width` ms meet a condition on their spike times.

        Parameters
        ----------
        shows, width, duration
            Arguments of :meth:`weakest_step`.
        heights : ndarray, shape [n] or [m, n]
            Currents above the holding current.
        only : boolean ndarray, shape [n]
            Sets to simulate. The result of the other sets is that of a silent neuron.

        Returns
        -------
        boolean ndarray, shape of `heights`
        """
        if not only.any():
            return np.broadcast_to(shows(np.empty((1, 0))), heights.shape)
        levels = heights.reshape(-1, self.n)
        chosen = np.flatnonzero(only & self._settled)
        lanes = np.tile(chosen, len(levels))
        heights_of_lanes = levels[:, chosen].reshape(-1)
        batch = LanePieces(1, lanes.size)
        batch.add(0, slice(None), (0.0, width, heights_of_lanes, heights_of_lanes))
        current = batch.current(self.holding[lanes], 0.0)
        steps = round(duration / self.dt)
        # A set that diverges here counts as silent, because a search tries these amplitudes, which are not those of the
        # set.
        fired, _ = self._simulate(lanes, current, steps, np.full(lanes.size, steps), None, (0,), None)
        times = np.full((len(levels), self.n, fired.shape[1]), np.nan)
        times[:, chosen] = fired.reshape(len(levels), chosen.size, fired.shape[1])
        return np.asarray(shows(times.reshape(heights.size, fired.shape[1])), dtype=bool).reshape(heights.shape)

    def onset(self, top: Floats, depth: str, only: Mask) -> Onsets:
        """Return the onset of firing of each neuron as arrays, with the arguments of :meth:`onsets`."""
        return as_arrays(self.onsets(top, depth, only=only))

    def onsets(self, top: Floats, depth: str, *, down: bool = False, only: Mask | None = None) -> list[Onset]:
        """Return the onset of firing of each neuron in response to steps of current from rest.

        Parameters
        ----------
        top : ndarray, shape [n]
            Step above the holding current at which the neuron fires or is blocked, in the unit of the model.
        depth : {"coarse", "search", "deep"}
            Depth that determines how close to the rheobase the firing rate is followed.
        down : bool
            Whether to measure also the smallest step at which firing persists, and the kind of its end.
        only : boolean ndarray, shape [n], optional
            Sets to measure. The kind of the other sets is ``"fires at rest"``.

        Returns
        -------
        list of Onset
            Onset of each set.
        """
        rest, still = self._still_longer(self._settled & (True if only is None else only))
        spacing = SPACING * np.maximum(np.abs(self.holding) + top, 1e-3)
        first = FIRST * self.model.dt
        out = [Onset(SILENT if quiet else SPONTANEOUS) for quiet in still]
        level: Depth | None = DEPTHS[depth]
        sets = np.flatnonzero(still & (top > 0.0)).tolist()
        while level and sets:
            procedures = {
                i: onset_of(
                    float(top[i]),
                    Neuron(self.dt, first, float(self.span[i]), self.model.spike_level is None),
                    level,
                    float(spacing[i]),
                    down,
                )
                for i in sets
            }
            for i, onset in Bench(rest, self.dt, level.budget, self._constant).outcomes(procedures).items():
                onset.time += out[i].time
                out[i] = onset
            level, sets = level.deeper, [i for i in sets if out[i].is_open]
        return out

    def _still_longer(self, only: Mask) -> tuple[Floats, Mask]:
        """Hold silent sets for the minimum settling time again, and return their states and which sets stay silent."""
        still = only & (self.spontaneous_spikes == 0)
        rest, sets = np.full_like(self._state, np.nan), np.flatnonzero(still)
        if sets.size:
            result = self._constant(sets, self._state[:, sets], np.zeros(sets.size), round(SETTLE / self.dt), False)
            rest[:, sets] = result.state
            still[sets] = (result.counts == 0) & (result.diverged < 0)
        return rest, still

    def _constant(self, sets: NDArray[np.intp], state: Floats, step: Floats, steps: int, record: bool) -> LaneResult:
        """Return the responses of some sets to constant steps above their holding currents."""
        current = LaneCurrent.constant(self.holding[sets] + step)
        # A lane that is stopped counts as diverged.
        limit = max(spike_limit(steps, self.dt), FEWEST)
        return self._run(sets, state, current, steps, limit, window=(0, steps) if record else None)

    def common_features(self) -> dict[str, Floats]:
        """Return the features of every pattern, after its sweeps have been applied."""
        beyond = np.maximum(LOWEST - self.lowest, self.highest - self.ceiling)
        return {
            "quiet": self.spontaneous_spikes.astype(np.float64),
            "at_rest": self.baseline_range,
            "below_threshold": self.baseline_peak - self.threshold,
            # A potential with a unit other than mV cannot be compared with that of a cell.
            "cell": np.maximum(beyond, 0.0) if self.model.states[0].unit == "mV" else np.zeros(self.n),
            "whole": self.rise / (self.full_spike or np.nan),
        }

    def gap_to_threshold(self, response: Response) -> Floats:
        """Return the distance of the largest potential of a response from the threshold, shape [n].

        The distance is a share of the span, and 0 above the threshold.
        """
        gap = np.maximum(self.threshold - response.peak, 0.0) / self.span
        return np.where(np.isfinite(gap), gap, 10.0)

    # -- details -------------------------------------------------------------------------------

    def _run(
        self,
        sets: NDArray[np.intp],
        state: Floats,
        current: LaneCurrent,
        steps: int,
        limit: int | None = None,
        **asked: Unpack[Recorded],
    ) -> LaneResult:
        """Simulate a lane for each of some sets, until it has fired `limit` times.

        Further keyword arguments are fields of `LaneJob`.
        """
        limit = spike_limit(steps, self.dt) if limit is None else limit
        parameters = {name: x[sets] for name, x in self.parameters.items()}
        job = LaneJob(
            self.model, parameters, np.ascontiguousarray(state), current, steps, self.dt, spike_limit=limit, **asked
        )
        return run_lanes(job, self.engine, self._checkpoint)

    def _simulate(
        self,
        lanes: NDArray[np.intp],
        current: LaneCurrent,
        steps: int,
        last: NDArray[np.int64],
        window: tuple[int, int] | None,
        record: tuple[int, ...],
        peak: tuple[int, int] | None,
        extremes: bool = False,
    ) -> tuple[Floats, LaneResult]:
        """Return the spike times of each lane before its step `last` in ms, and the truncated result.

        The times have the shape [lanes, max spikes] and are padded with nan.
        """
        result = self._run(
            lanes,
            self._state[:, lanes],
            current,
            steps,
            spike_limit(int(last.max(initial=1)), self.dt),
            window=window,
            record=record,
            peak_window=peak,
            extremes=extremes,
        )
        result = cut(result, last, steps, self.dt)
        # A lane that was stopped is not measured, and its spikes would widen the array.
        counts = np.where(result.diverged >= 0, 0, result.counts)
        spikes = result.spikes[:, : int(counts.max(initial=0))]
        fine = np.arange(spikes.shape[1]) < counts[:, None]
        return np.where(fine, spikes * self.dt, np.nan), result

    def _window(self, sweeps: Mapping[str, Sweep], steps: int) -> tuple[int, int] | None:
        asked = [s.voltage for s in sweeps.values() if s.voltage is not None]
        if not asked:
            return None
        return self._steps(min(a for a, _ in asked), max(b for _, b in asked), steps)

    def _peak_window(self, sweep: Sweep, steps: int) -> tuple[int, int]:
        """Return the steps of the `response` window, or all steps if the windows differ between sets."""
        t0, t1 = sweep.window
        if isinstance(t0, np.ndarray) or isinstance(t1, np.ndarray):
            return 0, steps
        return self._steps(t0, t1, steps)

    def _steps(self, t0: float, t1: float, steps: int) -> tuple[int, int]:
        return max(round(t0 / self.dt), 0), min(round(t1 / self.dt), steps)

    def _current(
        self, sweeps: Sequence[Sweep], sets: NDArray[np.intp], places: Sequence[slice], rows: NDArray[np.intp]
    ) -> LaneCurrent:
        """Return the current of one lane for each entry of `sets`.

        Parameters
        ----------
        places : sequence of slice
            Lanes of each sweep.
        rows : ndarray of int, shape [lanes]
            Indices of the lanes in the values of their sweep.
        """
        most = max((len(s.pieces) for s in sweeps), default=0)
        batch = LanePieces(most, sets.size)
        for place, sweep in zip(places, sweeps, strict=True):
            for i, piece in enumerate(sweep.pieces):
                batch.add(i, place, [_of_lanes(value, rows[place]) for value in piece.numbers])
        return batch.current(self.holding[sets], 0.0)

    def _note_divergence(
        self, diverged: NDArray[np.int64], steps: NDArray[np.int64], lanes: NDArray[np.intp], offset: float = 0.0
    ) -> None:
        bad = diverged >= 0
        if bad.any():
            # The share is never 0, because 0 means that the set did not diverge.
            share = np.clip((steps[bad] - diverged[bad]) / np.maximum(steps[bad], 1), 1e-6, 1.0)
            np.maximum.at(self.divergence, lanes[bad], offset + share)

    def _note_extremes(self, result: LaneResult, chosen: NDArray[np.intp], m: int, spikes: bool) -> None:
        # Runners with the same settled neurons share these arrays, so copy them before a change.
        self.lowest, self.highest, self.rise = self.lowest.copy(), self.highest.copy(), self.rise.copy()
        self.lowest[chosen] = np.fmin(self.lowest[chosen], result.lowest.reshape(-1, m).min(axis=1))
        self.highest[chosen] = np.fmax(self.highest[chosen], result.highest.reshape(-1, m).max(axis=1))
        # A reset ends a spike before its peak, so its rise cannot be measured.
        if spikes and self.model.spike_level is not None:
            self.rise[chosen] = np.minimum(self.rise[chosen], result.rise.reshape(-1, m).min(axis=1))

    def _traces(
        self, result: LaneResult, current: LaneCurrent, j: int, m: int, steps: int, chosen: NDArray[np.intp]
    ) -> Traces:
        assert result.recorded is not None
        shown = round(BEFORE / self.dt)
        t: Floats = np.asarray(np.arange(-shown, steps) * self.dt, dtype=np.float64)
        injected = current.take(np.arange(j, current.base.size, m)).values(steps, self.dt)
        # A set that diverged while settling has diverged at the first shown time, in contrast to a set that was not
        # simulated.
        start = np.where(np.isfinite(self.v_baseline), np.nan, t[0])
        trains = list(self._spikes_before)
        for place, lane in enumerate(chosen):
            row, k = place * m + j, result.diverged[place * m + j]
            if k >= 0 and np.isnan(start[lane]):
                start[lane] = k * self.dt
            trains[lane] = np.concatenate([trains[lane], result.spikes[row, : result.counts[row]] * self.dt])
        level = np.broadcast_to(self.holding[:, None], (self.n, shown))
        stimulus = np.concatenate([level, _scatter(injected, chosen, self.n)], axis=1)
        states = {
            self.model.states[i].key: np.concatenate(
                [self._before[place], _scatter(result.recorded[place][j::m], chosen, self.n)], axis=1
            )
            for place, i in enumerate(self._record())
            if i in self._recorded
        }
        return Traces(
            t,
            states,
            trains,
            start,
            stimulus,
            result.engine,
            self.model.current.unit,
            self.model.key,
            self.model.states[0].key,
            self.model.states[0].unit,
        )


def spike_limit(steps: int, dt: float) -> int:
    """Return the number of spikes at which a lane is stopped."""
    return int(MAX_RATE * steps * dt) + 2


def cut(result: LaneResult, last: NDArray[np.int64], steps: int, dt: float) -> LaneResult:
    """Return a result that is truncated at the step `last` of each lane.

    The spike limit depends on the length of each lane, so the result does not depend on the other lanes.
    """
    if (last == steps).all():
        return result
    inside = (result.spikes >= 0) & (result.spikes < last[:, None])
    counts = inside.sum(axis=1).astype(np.int64)
    diverged = np.where(result.diverged < last, result.diverged, -1)
    limits = (MAX_RATE * last * dt).astype(np.int64) + 2
    # A lane that fires too often stops at that step, as if it had been simulated alone.
    over = counts >= limits
    if over.any():
        rows = np.flatnonzero(over)
        given_up = result.spikes[rows, limits[rows] - 1] + 1
        earlier = (diverged[rows] < 0) | (given_up < diverged[rows])
        diverged[rows] = np.where(earlier & (given_up < last[rows]), given_up, diverged[rows])
        counts[rows] = np.minimum(counts[rows], limits[rows])
    return replace(result, counts=counts, diverged=diverged)


def _of_lanes(value: Value, rows: NDArray[np.intp]) -> Value:
    """Return the value of each lane, or the common value of all lanes."""
    return value[rows] if isinstance(value, np.ndarray) and value.size > 1 else value


def _scatter(rows: Floats, chosen: NDArray[np.intp], n: int) -> Floats:
    if chosen.size == n:
        return np.ascontiguousarray(rows)
    out = np.full((n, *rows.shape[1:]), np.nan)
    out[chosen] = rows
    return out
