"""What somebody who looks at a neuron's potential grants: each pattern judged anew, from the trace alone.

Neurons without a reset are integrated by `equations`; the others run in the package, at an eighth of the time step. The
windows are longer than those of the package and the rules are a viewer's: is a spike a spike, is it all or none, does
the neuron rest below its threshold and come back there, does what lasts go on, are these potentials of a cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import equations
import numpy as np
from numba import njit

import plausiwidgets as pw
from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.current import Current
from plausiwidgets.engine.lane_current import lane_current
from plausiwidgets.engine.lanes import LaneJob
from plausiwidgets.engine.piece import Piece

SETTLE, TRANSIENT = 1500.0, 100.0
LONG_REST, BACK, LATE = 20_000.0, 6000.0, 1000.0
"""Rest before anything, what follows a stimulus, and when after it no spike may come any more, in ms."""
SHARE = 0.3
"""Of a full spike: what counts as one, and what must lie between all and none."""
HIGH = 0.6
"""Of a full spike: above rest by more than this is a spike, whatever drives it."""
FULL = {
    "fitzhugh_nagumo": 105.0,
    "hindmarsh_rose": 85.0,
    "morris_lecar": 95.0,
    "wilson": 95.0,
    "wang_buzsaki": 105.0,
    "hodgkin_huxley": 105.0,
    "connor_stevens": 108.0,
}
"""Height of a full spike in mV, from rest to its top."""
POLYNOMIAL = ("fitzhugh_nagumo", "hindmarsh_rose", "morris_lecar", "wilson")
"""Neurons whose rates stay moderate at any potential."""
CELL = (-150.0, 80.0)


@njit(error_model="numpy")
def upstrokes(t, v, size):
    """Return when the potential rises by `size` above its last low, for each rise that it also falls back from."""
    out = np.empty(t.size)
    count, rising, low, high, began = 0, False, v[0], v[0], 0.0
    for i in range(v.size):
        if rising:
            high = max(high, v[i])
            if high - v[i] >= size:
                out[count] = began
                count += 1
                rising, low = False, v[i]
        else:
            low = min(low, v[i])
            if v[i] - low >= size:
                rising, high, began = True, v[i], t[i]
    return out[:count]


@dataclass
class Trace:
    """A response: times and potentials, spikes, and the state at its end."""

    t: np.ndarray
    v: np.ndarray
    spikes: np.ndarray
    state: np.ndarray

    def between(self, t0: float, t1: float) -> np.ndarray:
        """Return the spikes in [t0, t1)."""
        return self.spikes[(self.spikes >= t0) & (self.spikes < t1)]

    def at(self, t: float) -> float:
        """Return the potential at a time."""
        return float(self.v[min(np.searchsorted(self.t, t), self.t.size - 1)])


class Cell:
    """One neuron with its parameters."""

    def __init__(self, model: str, parameters: Mapping[str, float], dt: float) -> None:
        self.model, self.name = pw.models.get(model), model
        self.p = {n: float(parameters[n]) for n in self.model.parameters}
        self.smooth = model in equations.EQUATIONS
        # Gates are fast far below rest, where the method needs 0.003 ms: at coarser steps it may be wrong and finite.
        self.dt = dt / (4.0 if model in POLYNOMIAL else 16.0 if self.smooth else 8.0)
        lanes = {n: np.array([x]) for n, x in self.p.items()}
        span, threshold = self.model.span_threshold(lanes)
        self.scale, self.threshold = float(span[0]) / 15.0, float(threshold[0])
        self.full = FULL.get(model, 0.0)
        self.rest = -np.inf

    def run(self, state: np.ndarray, duration: float, holding: float, pieces: Sequence[equations.Piece] = ()) -> Trace:
        """Return the response to a current of `duration` ms."""
        if self.smooth:
            # Far below rest gates are fast: where the method is not stable, a finer step is.
            for finer in (1.0, 8.0, 64.0):
                t, v, end = equations.integrate(self.name, self.p, state, duration, self.dt / finer, holding, pieces)
                if np.isfinite(v).all():
                    break
            # What only comes back from below its rest does not rise.
            return Trace(t, v, upstrokes(t, np.maximum(v, self.rest), SHARE * self.full), end)
        steps = round(duration / self.dt)
        current = Current([Piece(*piece) for piece in pieces], duration, holding)
        job = LaneJob(
            self.model,
            {n: np.array([x]) for n, x in self.p.items()},
            state[:, None].copy(),
            lane_current([current], 0.0),
            steps,
            self.dt,
            window=(0, steps),
        )
        result = run_lanes(job)
        assert result.recorded is not None
        times = np.arange(1, steps + 1) * self.dt
        return Trace(times, result.recorded[0, 0], result.spikes[0, : result.counts[0]] * self.dt, result.state[:, 0])

    def start(self, holding: float) -> np.ndarray:
        """Return the state that the model starts from, half a mV off."""
        state = self.model.start({n: np.array([x]) for n, x in self.p.items()}, [holding])[:, 0].copy()
        state[0] += 0.5 * self.scale
        return state


def pieces_of(sweep: pw.patterns.Sweep) -> list[equations.Piece]:
    """Return the pieces of a sweep as numbers."""
    return [tuple(float(np.ravel(x)[0]) for x in (p.on, p.off, p.first, p.last)) for p in sweep.pieces]


class Looking:
    """A viewer of one claim; `objections` is what it finds."""

    def __init__(self, model: str, pattern: str, parameters: Mapping[str, float], dt: float) -> None:
        self.cell = Cell(model, parameters, dt)
        self.pattern = pw.patterns.get(pattern)
        self.values = {n: float(parameters[n]) for n in self.pattern.stimulus_names}
        self.holding = self.values.get("holding", 0.0)
        self.amplitude = self.values["amplitude"]
        self.objections: list[str] = []

    def look(self) -> list[str]:
        """Return why this is not what it is called; nothing where it is."""
        rested = self.cell.run(self.cell.start(self.holding), SETTLE, self.holding)
        self.state, self.rest = rested.state, float(rested.v[-1])
        self.cell.rest = self.rest
        if not np.isfinite(self.rest):
            return ["diverges at rest"]
        long = self.cell.run(rested.state, LONG_REST, self.holding)
        self.object(rested.between(TRANSIENT, SETTLE).size + long.spikes.size, "fires at rest")
        self.object(abs(long.v[-1] - self.rest) > 1.5 * self.cell.scale, "drifts at rest")
        # A neuron with a reset is never blocked: wherever it rests, the next pulse makes it fire.
        blocked = self.cell.smooth and self.rest - self.cell.threshold > 10.0 * self.cell.scale
        self.object(blocked, "rests above threshold")
        getattr(self, f"look_{self.pattern.letter}")()
        return self.objections

    def object(self, wrong: object, what: str) -> None:
        """Note an objection, once."""
        if wrong and what not in self.objections:
            self.objections.append(what)

    def sweep(self, pieces: Sequence[equations.Piece], duration: float) -> Trace:
        """Return the response, from rest."""
        trace = self.cell.run(self.state, duration, self.holding, pieces)
        self.object(not np.isfinite(trace.v).all(), "diverges")
        self.object(trace.v.min() < CELL[0] or trace.v.max() > CELL[1], "potentials of no cell")
        return trace

    def returning(self, pieces: Sequence[equations.Piece]) -> Trace:
        """Return the response to a stimulus and 6 s after it, in which the neuron must come back."""
        end = max(off for _, off, *_ in pieces)
        trace = self.sweep(pieces, end + BACK)
        self.object(abs(trace.v[-1] - self.rest) > 1.5 * self.cell.scale, "does not come back")
        self.object(trace.between(end + LATE, end + BACK).size, "fires long after the stimulus")
        return trace

    def step(self, length: float, sign: float = 1.0) -> Trace:
        """Return the response to a step of the amplitude."""
        return self.returning([(0.0, length, sign * self.amplitude, sign * self.amplitude)])

    def fires(self, trace: Trace) -> float:
        """Return when it first spikes, high already: the way back from inhibition is no spike; inf without one."""
        if not self.cell.smooth:
            return float(trace.spikes[0]) if trace.spikes.size else np.inf
        high = trace.v > self.rest + HIGH * self.cell.full
        return float(trace.t[high.argmax()]) if high.any() else np.inf

    def all_or_none(self, fire: Sequence[Trace], silent: Sequence[Trace]) -> None:
        """Object where what fires is hardly higher than what does not."""
        self.object(any(not t.spikes.size for t in fire), "does not fire where it must")
        if not self.cell.smooth:
            self.object(any(t.spikes.size for t in silent), "fires where it must not")
        else:  # what only rises with the current is no spike, and stays below one
            gap = min(t.v.max() for t in fire) - max(t.v.max() for t in silent)
            self.object(gap < SHARE * self.cell.full, "not all or none")

    # -- one for each letter -------------------------------------------------------------------

    def tonic(self, trace: Trace, length: float) -> np.ndarray:
        """Return the spikes of a stimulus in which the firing must go on to the end."""
        spikes = trace.between(0.0, length)
        gaps = np.diff(spikes)
        # The longest of the regular pauses: between spikes, or between bursts.
        self.object(spikes.size < 3 or length - spikes[-1] > 2.0 * gaps[gaps.size // 2 :].max(), "does not last")
        return spikes

    def look_A(self) -> None:
        isi = np.diff(self.tonic(self.step(4000.0), 4000.0))
        late = isi[isi.size // 2 :]
        self.object(isi.size < 4 or late.std() > 0.15 * late.mean(), "not regular")

    def look_B(self) -> None:
        trace = self.step(5000.0)
        self.object(trace.between(0.0, 5000.0).size != 1, "not one spike")
        self.object(np.ptp(trace.v[(trace.t > 1900.0) & (trace.t < 2000.0)]) > 1.5 * self.cell.scale, "not settled")
        self.object(trace.at(4999.0) - self.cell.threshold > 3.75 * self.cell.scale, "blocked")

    def look_C(self) -> None:
        self.bursts(self.tonic(self.step(4000.0), 4000.0), 3)

    def bursts(self, spikes: np.ndarray, least: int) -> None:
        """Object where spikes are not in bursts."""
        isi = np.diff(spikes)
        if isi.size < 4:
            self.object(True, "no bursts")
            return
        ordered = np.sort(isi)
        ratios = ordered[1:] / ordered[:-1]
        self.object(ratios.max() < 1.9, "no pauses between bursts")
        cut = ordered[ratios.argmax()]
        sizes = np.diff(np.concatenate([[0], np.flatnonzero(isi > cut) + 1, [spikes.size]]))[:-1]
        self.object(sizes.size < least or sizes.min() < 3 or sizes.max() > 40, "no bursts")

    def look_D(self) -> None:
        trace = self.step(5000.0)
        spikes = trace.between(0.0, 5000.0)
        self.object(not 3 <= spikes.size <= 40 or spikes[-1] > 210.0, "not one burst at the onset")
        self.object(trace.at(4999.0) - self.cell.threshold > 3.75 * self.cell.scale, "blocked")

    def look_E(self) -> None:
        isi = np.diff(self.tonic(self.step(4000.0), 4000.0))
        self.object(isi.size < 6 or isi[:2].max() > 0.4 * np.median(isi[isi.size // 2 :]), "no burst first")

    def look_F(self) -> None:
        isi = np.diff(self.tonic(self.step(3000.0), 3000.0))
        self.object(isi.size < 5 or isi[-1] < 1.4 * isi[0], "does not adapt")

    def look_G(self) -> None:
        rate = self.rates()
        if rate:
            self.object(rate[1.0] < 3.5 * rate[1e-4], "rates do not rise")
            self.object(not rate[1e-6] < 0.97 * rate[1e-4] < 0.95 * rate[1e-2], "does not go on to slow down")

    def look_H(self) -> None:
        rate = self.rates()
        if rate:
            self.object(rate[1e-4] < 2.5 or not 0.7 < rate[1e-4] / rate[1e-2] < 1.1, "starts slowly")

    def rates(self) -> dict[float, float]:
        """Return the rates in Hz at shares above the rheobase, by steps of 20 s."""
        length = 20_000.0

        def rate(height: float) -> float:
            spikes = self.cell.run(self.state, length, self.holding, [(0.0, length, height, height)]).spikes
            spikes = spikes[spikes >= min(length / 3.0, spikes[-1] - 1.0)] if spikes.size else spikes
            goes_on = spikes.size > 1 and length - spikes[-1] < 2.0 * np.diff(spikes).max()
            return 1000.0 * (spikes.size - 1) / (spikes[-1] - spikes[0]) if goes_on else 0.0

        low, high = 0.0, self.amplitude
        self.object(rate(high) == 0.0, "does not fire to the end")
        for _ in range(3):
            while high - low > 1e-8 * high:
                middle = 0.5 * (low + high)
                low, high = (low, middle) if rate(middle) > 0.0 else (middle, high)
            # Slivers below the rheobase of a neuron that resonates.
            if rate(high * (1.0 + 1e-4)) > 0.0:
                break
            low, high = high * (1.0 + 1e-4), self.amplitude
        found = {share: rate(high * (1.0 + share)) for share in (1e-6, 1e-4, 1e-2, 1.0)}
        self.object(min(found.values()) == 0.0, "no rheobase")
        return found if min(found.values()) > 0.0 else {}

    def look_I(self) -> None:
        def respond(height: float) -> Trace:
            return self.cell.run(self.state, 303.0, self.holding, [(0.0, 3.0, height, height)])

        low, high = 0.0, self.amplitude
        while high - low > 1e-5 * high:
            middle = 0.5 * (low + high)
            low, high = (low, middle) if np.isfinite(self.fires(respond(middle))) else (middle, high)
        weak, strong = respond(1.0005 * high), respond(1.5 * high)
        self.all_or_none([weak, strong], [respond(0.9995 * low)])
        if not self.objections:
            first, least = self.fires(weak), self.fires(strong)
            self.object(first < 8.0 or first < 1.9 * least, "no latency")
        self.returning([(0.0, 3.0, self.amplitude, self.amplitude)])

    def look_J(self) -> None:
        trace = self.returning([(0.0, 5.0, self.amplitude, self.amplitude)])
        self.object(trace.spikes.size > 1, "fires more than once")
        after = max(5.0, trace.spikes[0] + 1.0 if trace.spikes.size else 0.0)
        v = trace.v[trace.t > after]
        below = np.flatnonzero(v < self.cell.threshold)
        # From a smooth piece on: turns about the resting potential.
        x = v[below[0] :] - self.rest if below.size else v[:0]
        turns, last = 0, 0.0
        for stretch in np.split(x, np.flatnonzero(np.diff(np.signbit(x))) + 1)[1:]:
            if np.abs(stretch).max() < 0.1 * self.cell.scale:
                break
            turns, last = turns + 1, last
        self.object(turns < 3, "hardly swings")

    def pair(self, width: float, gap: float) -> Trace:
        """Return the response to two pulses."""
        a = self.amplitude
        return self.sweep([(0.0, width, a, a), (gap, gap + width, a, a)], gap + width + 300.0)

    def look_K(self) -> None:
        t, single = self.values["interval"], [(0.0, 4.0, self.amplitude, self.amplitude)]
        silent = [self.pair(4.0, 0.5 * t), self.pair(4.0, 1.5 * t), self.returning(single)]
        self.all_or_none([self.pair(4.0, t)], silent)

    def look_L(self) -> None:
        t, single = self.values["interval"], [(0.0, 2.0, self.amplitude, self.amplitude)]
        silent = [*(self.pair(2.0, t * x) for x in np.arange(2.0, 8.01, 0.125)), self.returning(single)]
        self.all_or_none([self.pair(2.0, 0.6 * t), self.pair(2.0, t)], silent)

    def release(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the spikes during an inhibition and after it."""
        width = self.values["width"]
        trace = self.returning([(0.0, width, -self.amplitude, -self.amplitude)])
        return trace.between(0.0, width), trace.between(width, np.inf) - width

    def look_M(self) -> None:
        during, after = self.release()
        self.object(during.size or after.size != 1 or after[0] > 160.0, "not one spike after the release")

    def look_N(self) -> None:
        during, after = self.release()
        self.object(during.size or not 3 <= after.size <= 40 or after[0] > 160.0 or after[-1] > 360.0, "no burst")

    def look_O(self) -> None:
        a, w, down = self.amplitude, self.values["width"], self.values["inhibition"]
        up, inhibition = (2.0 * w, 3.0 * w, a, a), (0.0, w, -down, -down)
        both = self.returning([inhibition, up])
        self.all_or_none([both], [self.returning([up]), self.returning([inhibition])])
        first = self.fires(both)
        self.object(not 2.0 * w <= first < 3.0 * w + 50.0, "not at the excitation")

    def look_P(self) -> None:
        a = self.amplitude
        trace = self.sweep([(0.0, 5.0, a, a)], BACK)
        spikes = self.tonic(trace, BACK)
        if spikes.size < 8:
            return
        spikes = trace.between(0.0, 1000.0)
        period = np.median(np.diff(spikes[spikes.size // 2 :]))
        for height in (a, -a):
            for phase in np.arange(20) / 20.0:
                onset = spikes[spikes.size // 3] + phase * period
                second = self.cell.run(
                    self.state, onset + BACK, self.holding, [(0.0, 5.0, a, a), (onset, onset + 5.0, height, height)]
                )
                silent = not second.between(onset + 2.0 * period, onset + BACK).size
                if silent and abs(second.v[-1] - self.rest) < 1.5 * self.cell.scale:
                    return
        self.object(True, "no pulse ends it")

    def look_Q(self) -> None:
        trace = self.returning([(0.0, 2.0, self.amplitude, self.amplitude)])
        self.object(trace.spikes.size != 1, "not one spike")
        if trace.spikes.size:
            after = trace.v[(trace.t > max(2.0, trace.spikes[0])) & (trace.t < trace.spikes[0] + 50.0)]
            below = np.flatnonzero(after < self.cell.threshold)
            x = after[below[0] :] if below.size else after[:0]
            lows = np.minimum.accumulate(x) if x.size else np.zeros(1)
            top = int((x - lows).argmax()) if x.size else 0
            good = x.size and x[top] - lows[top] > 0.4 * self.cell.scale and x[top] > self.rest + 2.0 * self.cell.scale
            self.object(not good or lows[top] < self.rest - 0.5 * self.cell.scale, "no hump above rest")

    def look_R(self) -> None:
        a, rise = self.amplitude, self.values["rise"]
        fast, slow = self.returning([(0.0, rise, 0.0, 0.5 * a)]), self.returning([(0.0, 16.0 * rise, 0.0, a)])
        self.object(not fast.between(0.0, rise + 50.0).size, "does not fire at a fast ramp")
        if not self.cell.smooth:
            self.object(slow.between(0.0, 16.0 * rise).size, "fires at a slow ramp")
        elif fast.spikes.size:
            gap = fast.v.max() - slow.v[slow.t < 16.0 * rise].max()
            self.object(gap < SHARE * self.cell.full, "not all or none")

    def look_S(self) -> None:
        isi = np.diff(self.tonic(self.step(4000.0, -1.0), 4000.0))
        self.object(isi.size < 2 or isi[isi.size // 2 :].max() > 2.2 * isi[isi.size // 2 :].min(), "not regular")

    def look_T(self) -> None:
        self.bursts(self.tonic(self.step(4000.0, -1.0), 4000.0), 2)


def objections(model: str, pattern: str, parameters: Mapping[str, float], dt: float | None = None) -> list[str]:
    """Return what a viewer has against a claim; nothing where it is granted."""
    with np.errstate(all="ignore"):
        return Looking(model, pattern, parameters, dt or pw.models.get(model).dt).look()
