"""Injected currents: a holding level and pieces, which may overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.current_text import MAX_SAMPLES, read_current_file
from plausiwidgets.engine.piece import Chirp, Floats, Noise, Piece, checked_piece, chirp, noise, pulse, ramp
from plausiwidgets.support.arguments import bounded, checked, finite, numbers, shown

MAX_PIECES = 1000
"""Maximum number of linear pieces of a current from values, because each piece takes time in every step."""
MAX_GIVEN = 1e4
"""Maximum number of pieces in `Current`. 1e4 pieces take a few tenths of a second, 1e5 a hundred times as long."""

TAIL = 200.0
"""Default time in ms from the last piece to the end of a current."""

SETTLE = 1500.0
"""Time in ms at the holding level before the evaluation of a pattern starts."""


@checked
@dataclass(frozen=True)
class Current:
    """A current over time, in ms relative to the onset at t = 0.

    Parameters
    ----------
    pieces : sequence of Piece
        Pieces on top of the holding level. Overlapping pieces add up. See `pulse`, `ramp`, `noise` and `chirp`.
    end : float
        Time from the onset to the end of the simulation, in ms.
    holding : float
        Constant current in the model's unit, which also flows before the onset.
    before : float
        Time in ms before the onset that the traces include.
    settle : float
        Time in ms at the holding level before that, which the traces omit.

    Raises
    ------
    ValueError
        If a number is not finite, a time is negative, or a piece ends before it starts.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> traces = pw.simulate("adex", pw.Current.step(500.0, 300.0))
    >>> pair = pw.Current([pw.pulse(0.0, 2.0, 900.0), pw.pulse(20.0, 2.0, 900.0)], end=100.0, holding=50.0)
    >>> len(pw.simulate("adex", pair).t)
    1500
    """

    pieces: Sequence[Piece]
    end: float
    holding: float = 0.0
    before: float = 50.0
    settle: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "pieces", tuple(self.pieces))
        bounded("Current", "number of pieces", float(len(self.pieces)), MAX_GIVEN)
        finite("Current", "end", self.end, above=0.0, unit="ms")
        finite("Current", "before", self.before, low=0.0, unit="ms")
        finite("Current", "settle", self.settle, low=0.0, unit="ms")
        for p in self.pieces:
            for field, words in p.WORDS.items():
                finite("Current", f"the {words} of a piece", getattr(p, field))
            if p.off < p.on:
                raise ValueError(f"Current: the width of a piece must be ≥ 0 ms, got {p.off - p.on:g}.")

    @property
    def has_waveform(self) -> bool:
        """Whether a piece is noise or a chirp."""
        return any(len(p.numbers) > 4 for p in self.pieces)

    @property
    def peak(self) -> float:
        """Value farthest from the holding level, in the model's unit.

        Noise counts with its standard deviation, and a chirp with its amplitude.
        """
        if self.has_waveform:
            return max((x for p in self.pieces for x in (p.first, p.last)), key=abs)
        _, values, _ = samples_of(self)
        return float(values[np.abs(values).argmax()])

    @classmethod
    @checked
    def step(
        cls, amplitude: float, end: float = 500.0, *, holding: float = 0.0, before: float = 50.0, settle: float = 0.0
    ) -> Current:
        """Return a constant current from the onset to the end of the simulation.

        Parameters
        ----------
        amplitude : float
            Current above the holding level, in the model's unit.
        end : float
            End of the current and of the simulation, in ms.
        holding, before, settle : float
            See `Current`.
        """
        return cls((pulse(0.0, end, amplitude),), end, holding, before, settle)

    @classmethod
    @checked
    def pulse(
        cls,
        onset: float,
        width: float,
        amplitude: float,
        *,
        end: float | None = None,
        holding: float = 0.0,
        before: float = 50.0,
        settle: float = 0.0,
    ) -> Current:
        """Return a constant current over [onset, onset + width) ms.

        Parameters
        ----------
        onset, width : float
            Start and duration of the pulse in ms.
        amplitude : float
            Current above the holding level, in the model's unit.
        end : float, optional
            End of the simulation in ms, by default 200 ms after the pulse.
        holding, before, settle : float
            See `Current`.
        """
        return cls((pulse(onset, width, amplitude),), _end(onset + width, end), holding, before, settle)

    @classmethod
    @checked
    def ramp(
        cls,
        onset: float,
        width: float,
        amplitude: float,
        *,
        end: float | None = None,
        holding: float = 0.0,
        before: float = 50.0,
        settle: float = 0.0,
    ) -> Current:
        """Return a current that rises linearly over [onset, onset + width) ms and then returns to the holding level.

        Parameters
        ----------
        onset, width : float
            Start and duration of the ramp in ms.
        amplitude : float
            Current above the holding level at the end of the ramp, in the model's unit.
        end : float, optional
            End of the simulation in ms, by default 200 ms after the ramp.
        holding, before, settle : float
            See `Current`.
        """
        return cls((ramp(onset, width, amplitude),), _end(onset + width, end), holding, before, settle)

    @classmethod
    @checked
    def noise(
        cls,
        sd: float,
        tau: float = 5.0,
        seed: int = 0,
        end: float = 500.0,
        *,
        holding: float = 0.0,
        before: float = 50.0,
        settle: float = 0.0,
    ) -> Current:
        """Return frozen noise around the holding level, from the onset to the end of the simulation.

        Parameters
        ----------
        sd, tau, seed
            Standard deviation in the model's unit, time constant in ms, and seed of the noise. See `noise`.
        end : float
            End of the noise and of the simulation, in ms.
        holding, before, settle : float
            See `Current`.

        Examples
        --------
        >>> import plausiwidgets as pw
        >>> frozen = pw.Current.noise(20.0, tau=5.0, seed=1, end=300.0, holding=10.0)
        >>> len(pw.simulate("lif", frozen).spike_times[0]) > 0
        True
        """
        return cls((noise(0.0, end, sd, tau, seed),), end, holding, before, settle)

    @classmethod
    @checked
    def chirp(
        cls,
        f0: float,
        f1: float,
        amplitude: float = 1.0,
        end: float = 1000.0,
        *,
        holding: float = 0.0,
        before: float = 50.0,
        settle: float = 0.0,
    ) -> Current:
        """Return a sine wave of changing frequency around the holding level, from the onset to the end.

        Parameters
        ----------
        f0, f1 : float
            First and last frequency in Hz. See `chirp`.
        amplitude : float
            Amplitude of the sine wave in the model's unit.
        end : float
            End of the chirp and of the simulation, in ms.
        holding, before, settle : float
            See `Current`.

        Examples
        --------
        >>> import plausiwidgets as pw
        >>> pw.Current.chirp(1.0, 40.0, amplitude=2.0).pieces
        (Chirp(on=0.0, off=1000.0, first=2.0, last=2.0, f0=1.0, f1=40.0),)
        """
        return cls((chirp(0.0, end, amplitude, f0, f1),), end, holding, before, settle)

    @classmethod
    @checked
    def values(
        cls,
        t: ArrayLike | str | Path,
        current: ArrayLike | None = None,
        *,
        lines: bool = False,
        end: float | None = None,
        holding: float = 0.0,
        before: float = 50.0,
        settle: float = 0.0,
    ) -> Current:
        """Return a current from sampled values, as arrays or a file.

        Each value lasts until the next time. If this gives more than 1000 levels, dense samples of a slope become
        ramps.

        Parameters
        ----------
        t : array_like, shape (n,), or path of a file
            Increasing times in ms. A file has a time and a current in each line. If its first line contains column
            names, the columns must be ``t`` or ``time``, and ``current`` or ``I``.
        current : array_like, shape (n,)
            Current at each time, in the model's unit.
        lines : bool
            Whether the values are joined by straight lines. Two values at the same time are then a jump. Otherwise each
            value lasts until the next time, and the last value as long as the one before.
        end : float, optional
            End of the simulation in ms, by default 200 ms after the last piece.
        holding, before, settle : float
            See `Current`.

        Raises
        ------
        ValueError
            If a value is not a number, the times do not increase, or there are more than 100 000 values or 1000 linear
            pieces. The message contains the position of the value.

        Examples
        --------
        >>> import plausiwidgets as pw
        >>> pw.Current.values([0.0, 100.0, 200.0], [300.0, 600.0, 0.0]).pieces[1]
        Piece(on=100.0, off=200.0, first=600.0, last=600.0)
        """
        if isinstance(t, (str, Path)):
            if current is not None:
                raise ValueError(
                    f"Current.values: current must be None if t is a file, got a current and t={shown(str(t))}."
                )
            times, levels = read_current_file(Path(t))
        elif current is None:
            raise ValueError("Current.values: current must have one value for each time in t, got None.")
        else:
            times, levels = _numbers("t", t), _numbers("current", current)
        if times.size != levels.size:
            raise ValueError(
                f"Current.values: current must have one value for each time in t, got {levels.size} values for "
                f"{times.size} times."
            )
        _check_samples(times, lines)
        pieces = _pieces_of_lines(times, levels) if lines else _pieces_of_levels(times, levels)
        if len(pieces) > MAX_PIECES:
            raise ValueError(
                f"Current.values: the current must have at most {MAX_PIECES} linear pieces, got {len(pieces)}. Pass a "
                "shorter current, or fewer values."
            )
        last = max((p.off for p in pieces), default=float(times[-1]))
        return cls(pieces, _end(last, end), holding, before, settle)


def as_current(current: Current | Piece) -> Current:
    """Return a current unchanged, and a piece as a current that ends 200 ms after the piece.

    Examples
    --------
    >>> as_current(pulse(0.0, 5.0, 2.0)) == Current.pulse(0.0, 5.0, 2.0)
    True
    """
    if isinstance(current, Current):
        return current
    return Current((current,), finite("Current", "off of a piece", current.off) + TAIL)


def current_of_rows(rows: Sequence[Sequence[float]], end: float | None = None) -> Current:
    """Return the current of pieces, each given by its `numbers`, which by default ends 200 ms after the last piece."""
    pieces = tuple(map(checked_piece, rows))
    return Current(pieces, _end(max(p.off for p in pieces), end))


def _end(last: float, given: float | None) -> float:
    return last + TAIL if given is None else given


def _pieces_of_lines(t: Floats, x: Floats) -> list[Piece]:
    corners = list(zip(t.tolist(), x.tolist(), strict=True))
    return [Piece(a, b, p, q) for (a, p), (b, q) in pairwise(corners) if b > a and (p or q)]


def _pieces_of_levels(t: Floats, x: Floats) -> list[Piece]:
    ends = np.append(t[1:], 2.0 * t[-1] - t[-2])
    kept = np.append(True, x[1:] != x[:-1])  # A repeated value extends the previous piece.
    starts = np.flatnonzero(kept)
    stops = ends[np.append(starts[1:] - 1, x.size - 1)]
    levels = zip(t[starts].tolist(), stops.tolist(), x[starts].tolist(), strict=True)
    pieces = [Piece(a, b, level, level) for a, b, level in levels if level]
    # Dense samples of a slope become one ramp.
    return pieces if len(pieces) <= MAX_PIECES else list(pieces_of_samples(t, x))


def samples_of(current: Current) -> tuple[Floats, Floats, bool]:
    """Return the arguments ``t``, ``current`` and ``lines`` with which :meth:`Current.values` creates a current.

    Examples
    --------
    >>> samples_of(Current.pulse(10.0, 5.0, 2.0))
    (array([10., 15.]), array([2., 0.]), False)
    """
    pieces = [p for p in current.pieces if p.off > p.on]
    if not pieces:
        return np.empty(0), np.empty(0), False
    on, off, first, last = np.array([(p.on, p.off, p.first, p.last) for p in pieces]).T
    edges = np.unique(np.concatenate([on, off]))
    a, b = edges[:-1, None], edges[1:, None]
    inside = (on <= a) & (off >= b)
    with np.errstate(invalid="ignore"):
        left = np.where(inside, np.where(a == on, first, first + (a - on) / (off - on) * (last - first)), 0.0)
        right = np.where(inside, np.where(b == off, last, first + (b - on) / (off - on) * (last - first)), 0.0)
    begins, ends = left.sum(axis=1), right.sum(axis=1)
    if (first == last).all():
        levels = np.append(begins, 0.0)
        kept = np.append(True, levels[1:] != levels[:-1])
        return edges[kept], levels[kept], False
    t, x = np.repeat(edges, 2)[1:-1], np.column_stack([begins, ends]).ravel()
    kept = np.append(True, (np.diff(t) > 0.0) | (np.diff(x) != 0.0))
    return t[kept], x[kept], True


def current_code(current: Current) -> str:
    """Return the Python code that creates a current.

    Examples
    --------
    >>> current_code(Current.noise(2.0, tau=5.0, seed=3, end=100.0, holding=1.0))
    'pw.Current([pw.noise(0.0, 100.0, 2.0, 5.0, 3)], end=100.0, holding=1.0)'
    """
    calls = []
    for p in current.pieces:
        name, more = "pulse", ""
        if isinstance(p, Noise):
            name, more = "noise", f", {p.tau!r}, {p.seed!r}"
        elif isinstance(p, Chirp):
            name, more = "chirp", f", {p.f0!r}, {p.f1!r}"
        if name != "pulse" or p.first:
            calls.append(f"pw.{name}({p.on!r}, {p.off - p.on!r}, {p.first!r}{more})")
        if p.first != p.last:
            calls.append(f"pw.ramp({p.on!r}, {p.off - p.on!r}, {p.last - p.first!r})")
    holding = f", holding={current.holding!r}" if current.holding else ""
    return f"pw.Current([{', '.join(calls)}], end={current.end!r}{holding})"


def _check_samples(t: Floats, lines: bool) -> None:
    if t.size < 2:
        raise ValueError(f"the current must have at least two times (ms), each with a value, got {t.size}.")
    if t.size > MAX_SAMPLES:
        raise ValueError(f"the current must have at most {MAX_SAMPLES} values, got {t.size}.")
    steps = np.diff(t)
    # With lines, two values at the same time are a jump.
    back = np.flatnonzero((steps < 0.0) | ((steps == 0.0) & (not lines)))
    if back.size:
        i = int(back[0])
        raise ValueError(f"value {i + 2}: the times must increase, got {t[i + 1]:g} ms after {t[i]:g} ms.")


def _numbers(name: str, given: ArrayLike) -> Floats:
    array = numbers(given)
    if array is None or array.ndim != 1:
        raise ValueError(f"Current.values: {name} must be a list of numbers, got {shown(given)}.")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise ValueError(f"Current.values: {name}[{bad[0]}] must be a finite number, got {array[bad[0]]}.")
    return array


def pieces_of_samples(t: ArrayLike, current: ArrayLike, tolerance: float = 0.0) -> tuple[Piece, ...]:
    """Return the linear pieces of a sampled current.

    Each sample lasts until the next one. Four or more samples on a slope are a ramp, which ends where the next piece
    starts. A level is one piece, and a level of zero needs no piece.

    Parameters
    ----------
    t : array_like, shape (n,)
        Increasing times in ms.
    current : array_like, shape (n,)
        Current at each time.
    tolerance : float
        Maximum distance of a piece from a sample, in the unit of the current.

    Raises
    ------
    ValueError
        If there are fewer than two samples.
    """
    times, values = np.asarray(t, dtype=np.float64), np.asarray(current, dtype=np.float64)
    if times.size < 2:
        raise ValueError(f"a sampled current must have at least two samples, got {times.size}.")
    # Allow a few ulp of the values, because a computed ramp is not exactly linear.
    slack = tolerance + 4.0 * float(np.spacing(np.abs(values).max()))
    end = times[-1] + (times[-1] - times[-2])
    edges = np.append(times, end)
    pieces = []
    first = 0
    while first < times.size:
        last, slope = _longest_line(times, values, first, slack)
        # A corner is a sample of both pieces, while a jump is between two samples.
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
"""Minimum number of samples of a ramp. Fewer samples are a jump from one level to another."""


def _longest_line(t: Floats, x: Floats, first: int, slack: float) -> tuple[int, float]:
    """Return the last sample of the longest level or ramp that starts at `first`, and its slope."""
    level = first
    low = high = x[first]
    while level + 1 < x.size and max(high, x[level + 1]) - min(low, x[level + 1]) <= 2.0 * slack:
        level += 1
        low, high = min(low, x[level]), max(high, x[level])
    # These are the slopes from the first sample for which every sample is within the tolerance.
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
    """Return whether the next piece starts at a sample, rather than after it."""
    last, slope = _longest_line(t, x, sample, slack)
    return last > sample if slope == 0.0 else last - sample + 1 > _RAMP
