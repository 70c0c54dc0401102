"""Injected currents: a holding level plus linear pieces, each added over its own stretch of time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.arguments import checked, finite, numbers, shown
from plausiwidgets.simulation.formula import Formula

Floats = NDArray[np.float64]
if TYPE_CHECKING:
    Value = float | Floats
else:  # a page computes currents from formulas
    Value = float | Floats | Formula
"""A number, or one value for each of n parameter sets."""

TAIL = 200.0
"""Time in ms that is simulated after the last piece of a current whose end is not given."""


@dataclass(frozen=True)
class Piece:
    """Linear from `first` to `last` over [on, off) ms, zero outside; values in the unit of the current."""

    on: float
    off: float
    first: float
    last: float


def check_values(where: str, **values: Value) -> None:
    """Refuse what is not finite, or not one number for each set; sweeps are made in every evaluation."""
    for argument, value in values.items():
        if isinstance(value, Formula):
            continue
        array = numbers(value) if isinstance(value, (Real, np.ndarray)) else None
        if array is None or array.ndim > 1 or not np.isfinite(array).all():
            error = TypeError if array is None or array.ndim > 1 else ValueError
            raise error(f"{where}: {argument} is {shown(value)}, valid is a finite number or an array of these")


def pulse(onset: Value, width: Value, amplitude: Value) -> Piece:
    """Return a constant current of `amplitude` over [onset, onset + width) ms, above the holding level.

    Examples
    --------
    >>> pulse(0.0, 5.0, -2.0)
    Piece(on=0.0, off=5.0, first=-2.0, last=-2.0)
    """
    check_values("pulse", onset=onset, width=width, amplitude=amplitude)
    return Piece(onset, onset + width, amplitude, amplitude)  # type: ignore[arg-type]  # or one value for each set


def ramp(onset: Value, width: Value, amplitude: Value) -> Piece:
    """Return a current that rises from 0 to `amplitude` over [onset, onset + width) ms, above the holding level.

    Examples
    --------
    >>> ramp(0.0, 200.0, 5.0)
    Piece(on=0.0, off=200.0, first=0.0, last=5.0)
    """
    check_values("ramp", onset=onset, width=width, amplitude=amplitude)
    return Piece(onset, onset + width, 0.0, amplitude)  # type: ignore[arg-type]


@checked
@dataclass(frozen=True)
class Current:
    """A current over time, in ms relative to the onset at t = 0.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> traces = pw.simulate("adex", pw.Current.step(500.0, 300.0))
    >>> pair = pw.Current([pw.pulse(0.0, 2.0, 900.0), pw.pulse(20.0, 2.0, 900.0)], end=100.0, holding=50.0)
    >>> len(pw.simulate("adex", pair).t)
    1500

    Parameters
    ----------
    pieces : sequence of Piece
        What is added to the holding level; overlapping pieces add up. See `pulse` and `ramp`.
    end : float
        Time from the onset to the end of the simulation, in ms; of a pulse or ramp, 200 ms after it by default.
    holding : float
        Constant current, also before the onset, in the model's unit.
    before : float
        Time shown before the onset, in ms.
    settle : float
        Time the neuron sits at the holding level before that, in ms; it is left out of the traces.

    Raises
    ------
    ValueError
        If a number is not finite, a time is negative, or a piece ends before it begins.
    """

    pieces: Sequence[Piece]
    end: float
    holding: float = 0.0
    before: float = 50.0
    settle: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "pieces", tuple(self.pieces))
        finite("Current", "end", self.end, above=0.0, unit="ms")
        finite("Current", "before", self.before, low=0.0, unit="ms")
        finite("Current", "settle", self.settle, low=0.0, unit="ms")
        for p in self.pieces:
            for field in ("on", "off", "first", "last"):
                finite("Current", f"{field} of a piece", getattr(p, field))
            if p.off < p.on:
                raise ValueError(f"a piece of a current has the width {p.off - p.on:g} ms, valid is: at least 0")

    @classmethod
    @checked
    def step(
        cls, amplitude: float, end: float = 500.0, *, holding: float = 0.0, before: float = 50.0, settle: float = 0.0
    ) -> Current:
        """Return a constant `amplitude` above the holding level, from the onset to the end (ms) of the simulation."""
        return cls((pulse(0.0, end, amplitude),), end, holding, before, settle)

    @classmethod
    @checked
    def pulse(
        cls, onset: float, width: float, amplitude: float, *, end: float | None = None,
        holding: float = 0.0, before: float = 50.0, settle: float = 0.0,
    ) -> Current:  # fmt: skip
        """Return a constant `amplitude` above the holding level over [onset, onset + width) ms, see `pulse`."""
        return cls((pulse(onset, width, amplitude),), _end(onset + width, end), holding, before, settle)

    @classmethod
    @checked
    def ramp(
        cls, onset: float, width: float, amplitude: float, *, end: float | None = None,
        holding: float = 0.0, before: float = 50.0, settle: float = 0.0,
    ) -> Current:  # fmt: skip
        """Return a rise from 0 to `amplitude` over [onset, onset + width) ms, then the holding level, see `ramp`."""
        return cls((ramp(onset, width, amplitude),), _end(onset + width, end), holding, before, settle)


def _end(last: float, given: float | None) -> float:
    return last + TAIL if given is None else given


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
    (Piece(on=1.0, off=4.0, first=5.0, last=5.0),)
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
