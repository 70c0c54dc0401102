"""Injected currents: a holding level plus linear pieces, averaged exactly over each time step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.arguments import checked, finite

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Piece:
    """Linear from `start` to `end` over [on, off) ms, zero outside; values in current units."""

    on: float
    off: float
    start: float
    end: float


@checked
@dataclass(frozen=True)
class Stimulus:
    """A current over time, in ms relative to the stimulus onset at t = 0.

    Examples
    --------
    >>> Stimulus.step(10.0, stop=500.0, duration=800.0).pieces
    (Piece(on=0.0, off=500.0, start=10.0, end=10.0),)
    >>> (Stimulus.ramp(5.0, stop=100.0) + Stimulus.pulses(20.0, [20.0, 40.0], 2.0, duration=150.0)).duration
    150.0

    Attributes
    ----------
    duration : float
        Time from the onset to the end of the simulation, in ms.
    pieces : tuple of Piece
        What is added to the holding level; overlapping pieces add up.
    holding : float
        Constant current, also before the onset, in the model's unit.
    before : float
        Time shown before the onset, in ms.
    settle : float
        Time the neuron sits at the holding level before that, in ms, not part of the traces.
    """

    duration: float
    pieces: tuple[Piece, ...] = ()
    holding: float = 0.0
    before: float = 50.0
    settle: float = 0.0

    def __post_init__(self) -> None:
        finite("Stimulus", "duration (or stop)", self.duration, above=0.0, unit="ms")
        finite("Stimulus", "before", self.before, low=0.0, unit="ms")
        finite("Stimulus", "settle", self.settle, low=0.0, unit="ms")
        for p in self.pieces:
            for field in ("on", "off", "start", "end"):
                finite("Stimulus", f"{field} of a piece", getattr(p, field))
            if p.off < p.on:
                raise ValueError(f"a piece of a stimulus ends at {p.off:g} ms, before its start at {p.on:g} ms")

    @classmethod
    @checked
    def step(
        cls,
        amplitude: float,
        start: float = 0.0,
        stop: float = 500.0,
        *,
        duration: float | None = None,
        holding: float = 0.0,
        before: float = 50.0,
        settle: float = 0.0,
    ) -> Stimulus:
        """Return a constant `amplitude` above the holding level over [start, stop) ms."""
        length = stop if duration is None else duration
        return cls(length, (Piece(start, stop, amplitude, amplitude),), holding, before, settle)

    @classmethod
    @checked
    def pulses(
        cls,
        amplitudes: float | Sequence[float],
        onsets: Sequence[float],
        width: float,
        *,
        duration: float,
        holding: float = 0.0,
        before: float = 50.0,
        settle: float = 0.0,
    ) -> Stimulus:
        """Return pulses of `width` ms at `onsets` (ms), of one amplitude or one each."""
        finite("Stimulus.pulses", "width", width, low=0.0, unit="ms")
        heights = np.asarray(amplitudes, dtype=float)
        if heights.size not in (1, len(onsets)):
            raise ValueError(f"Stimulus.pulses: {heights.size} amplitudes, valid is 1 or {len(onsets)}, as of onsets")
        heights = np.broadcast_to(heights, (len(onsets),))
        pieces = tuple(
            Piece(float(t), float(t) + width, float(a), float(a)) for t, a in zip(onsets, heights, strict=True)
        )
        return cls(duration, pieces, holding, before, settle)

    @classmethod
    @checked
    def ramp(
        cls,
        amplitude: float,
        start: float = 0.0,
        stop: float = 200.0,
        *,
        duration: float | None = None,
        holding: float = 0.0,
        before: float = 50.0,
        settle: float = 0.0,
    ) -> Stimulus:
        """Return a rise from 0 to `amplitude` over [start, stop) ms, then back to the holding level."""
        length = stop if duration is None else duration
        return cls(length, (Piece(start, stop, 0.0, amplitude),), holding, before, settle)

    def __add__(self, other: Stimulus) -> Stimulus:
        """Return both stimuli at once: pieces and holding levels add, the longer times hold."""
        if not isinstance(other, Stimulus):
            return NotImplemented
        return Stimulus(
            max(self.duration, other.duration),
            self.pieces + other.pieces,
            self.holding + other.holding,
            max(self.before, other.before),
            max(self.settle, other.settle),
        )


def pieces_of_samples(t: ArrayLike, current: ArrayLike, tolerance: float = 0.0) -> tuple[Piece, ...]:
    """Return a sampled current as the few linear pieces it consists of.

    A sample holds until the next one. Four samples or more on a slope are a ramp, which ends where the next
    piece begins; a level is one piece however long it is, and a level of zero none.

    Parameters
    ----------
    t : array_like, shape [n]
        Increasing times in ms.
    current : array_like, shape [n]
    tolerance : float
        Most that the pieces may be off at a sample.

    Examples
    --------
    >>> pieces_of_samples([0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 5.0, 5.0, 5.0, 0.0])
    (Piece(on=1.0, off=4.0, start=5.0, end=5.0),)
    """
    times, values = np.asarray(t, dtype=np.float64), np.asarray(current, dtype=np.float64)
    if times.size < 2:
        raise ValueError(f"a sampled current has {times.size} samples, valid is: at least 2")
    # One ulp of the values: a ramp that was computed is not exactly linear.
    slack = tolerance + 4.0 * float(np.spacing(np.abs(values).max()))
    end = times[-1] + (times[-1] - times[-2])
    edges = np.append(times, end)
    pieces = []
    first = 0
    while first < times.size:
        last, slope = _longest_line(times, values, first, slack)
        # A corner belongs to both of its sides, a jump to neither.
        after = last if first < last and _is_corner(times, values, last, slack) else last + 1
        if slope == 0.0:
            level = 0.5 * (values[first : last + 1].min() + values[first : last + 1].max())
            start = stop = float(level if abs(level) > slack else 0.0)
        else:
            start = float(values[first])
            stop = float(start + slope * (edges[after] - edges[first]))
        if start or stop:
            pieces.append(Piece(float(edges[first]), float(edges[after]), start, stop))
        first = after
    return tuple(pieces)


_RAMP = 4
"""Samples that make a slope a ramp: fewer are the way from one level to another."""


def _longest_line(t: Floats, x: Floats, first: int, slack: float) -> tuple[int, float]:
    """Return the last sample of the longest level or ramp from `first` on, and its slope."""
    level = first
    low = high = x[first]
    while level + 1 < x.size and max(high, x[level + 1]) - min(low, x[level + 1]) <= 2.0 * slack:
        level += 1
        low, high = min(low, x[level]), max(high, x[level])
    # Of the slopes from the first sample, those that no sample is further from than the tolerance.
    least, most, ramp = -math.inf, math.inf, first
    for k in range(first + 1, x.size):
        a, b = (x[k] - slack - x[first]) / (t[k] - t[first]), (x[k] + slack - x[first]) / (t[k] - t[first])
        if max(least, a) > min(most, b):
            break
        least, most, ramp = max(least, a), min(most, b), k
    if ramp <= level or ramp - first + 1 < _RAMP:
        return level, 0.0
    slope = float(np.clip((x[ramp] - x[first]) / (t[ramp] - t[first]), least, most))
    return ramp, slope


def _is_corner(t: Floats, x: Floats, sample: int, slack: float) -> bool:
    """Return whether the next piece begins at a sample, rather than behind it."""
    last, slope = _longest_line(t, x, sample, slack)
    return last > sample if slope == 0.0 else last - sample + 1 > _RAMP


@dataclass(frozen=True)
class LaneCurrent:
    """The currents of a batch of lanes.

    Attributes
    ----------
    base : ndarray, shape [lanes]
        Holding level of each lane.
    pieces : ndarray, shape [4, pieces, lanes]
        On, off, start and end of each lane's pieces, as in :class:`Piece`; a lane with fewer pieces
        has empty ones (off = on).
    t0 : float
        Left edge of time step 0, in ms relative to the stimulus onset.
    """

    base: Floats
    pieces: Floats
    t0: float

    @classmethod
    def constant(cls, base: ArrayLike, t0: float = 0.0) -> LaneCurrent:
        """Return lanes that only hold their level."""
        level = np.ascontiguousarray(base, dtype=np.float64)
        return cls(level, np.empty((4, 0, level.size)), t0)

    def take(self, lanes: NDArray[np.intp]) -> LaneCurrent:
        """Return the currents of some of the lanes."""
        return LaneCurrent(self.base[lanes], np.ascontiguousarray(self.pieces[:, :, lanes]), self.t0)

    def values(self, steps: int, dt: float) -> Floats:
        """Return the current of every step, shape [lanes, steps]: what :func:`fill_current` writes, to the last bit."""
        out = np.repeat(self.base[:, None], steps, axis=1)
        for row, pieces in zip(out, np.moveaxis(self.pieces, 2, 0), strict=True):
            for on, off, start, end in pieces.T.tolist():
                first = max(math.floor((on - self.t0) / dt) - 1, 0)
                last = min(math.ceil((off - self.t0) / dt) + 1, steps)
                if off <= on or last <= first or (start == 0.0 and end == 0.0):
                    continue
                edges = self.t0 + np.arange(first, last + 1) * dt
                a, b = np.maximum(edges[:-1], on), np.minimum(edges[1:], off)
                height = start
                if start != end:
                    middle = np.clip(0.5 * (a + b), on, off)  # of a step that it does not meet, it is anywhere
                    height = start + (middle - on) / (off - on) * (end - start)
                whole = (a == edges[:-1]) & (b == edges[1:])
                row[first:last] += np.where(b > a, np.where(whole, height, height * ((b - a) / dt)), 0.0)
        return out


def lane_current(stimuli: Sequence[Stimulus], t0: float) -> LaneCurrent:
    """Return the currents of one lane per stimulus."""
    most = max((len(s.pieces) for s in stimuli), default=0)
    pieces = np.zeros((4, most, len(stimuli)))
    for lane, stimulus in enumerate(stimuli):
        for j, p in enumerate(stimulus.pieces):
            pieces[:, j, lane] = p.on, p.off, p.start, p.end
    return LaneCurrent(np.array([s.holding for s in stimuli], dtype=float), pieces, t0)


# The two functions below are loops over plain numbers on purpose: the torch engine calls them as
# they are, the compiled engine compiles them, so that both see the same current to the last bit.


def fill_current(k: int, dt: float, t0: float, base: Floats, pieces: Floats, out: Floats) -> None:
    """Write the mean current of step `k`, the waveform averaged over [t0 + k·dt, t0 + (k+1)·dt)."""
    on, off, start, end = pieces[0], pieces[1], pieces[2], pieces[3]
    left = t0 + k * dt
    right = t0 + (k + 1) * dt
    for lane in range(base.size):
        total = base[lane]
        for j in range(on.shape[0]):
            a = max(left, on[j, lane])
            b = min(right, off[j, lane])
            if b > a:
                if start[j, lane] == end[j, lane]:
                    height = start[j, lane]
                else:
                    share = (0.5 * (a + b) - on[j, lane]) / (off[j, lane] - on[j, lane])
                    height = start[j, lane] + share * (end[j, lane] - start[j, lane])
                # Full steps take the height itself, so that rounding of b - a does not make
                # the current of a constant piece flicker from step to step.
                if a == left and b == right:
                    total += height
                else:
                    total += height * ((b - a) / dt)
        out[lane] = total


def next_change(k: int, dt: float, t0: float, pieces: Floats) -> int:
    """Return the first step after `k` in which some lane's current may differ from that of `k`."""
    on, off, start, end = pieces[0], pieces[1], pieces[2], pieces[3]
    left = t0 + k * dt
    right = t0 + (k + 1) * dt
    nearest = 2**62
    for j in range(on.shape[0]):
        for lane in range(on.shape[1]):
            first = on[j, lane]
            last = off[j, lane]
            if last <= first or last <= left or (start[j, lane] == 0.0 and end[j, lane] == 0.0):
                continue
            if first < right:
                # Inside: a ramp and the step of an edge change at once, a plateau at its end.
                if start[j, lane] != end[j, lane] or first > left or last <= right:
                    return k + 1
                step = int(math.floor((last - t0) / dt)) - 1
            else:
                step = int(math.floor((first - t0) / dt)) - 1
            # One step early: rounding of the quotient must never skip an edge.
            nearest = min(nearest, max(step, k + 1))
    return nearest
