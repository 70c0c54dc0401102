"""Sweeps: the stimulus currents of a pattern, each with the windows in which its response counts."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.arguments import numbers, require, shown
from plausiwidgets.patterns.formula import Formula
from plausiwidgets.simulation.stimulus import Piece

Floats = NDArray[np.float64]
if TYPE_CHECKING:
    Value = float | Floats
else:  # what writes a sweep down as formulas may stand for a number
    Value = float | Floats | Formula
"""A number, or one value for each of n parameter sets."""

BEFORE = 50.0
"""Time in ms at the holding level that each sweep shows before the onset."""

TAIL = 300.0
"""Time in ms after a stimulus where a pattern gives no length."""


def pulse(on: Value, width: Value, height: Value) -> Piece:
    """Return a constant current of `height` over [on, on + width) ms, above the holding level.

    Examples
    --------
    >>> pulse(0.0, 5.0, -2.0)
    Piece(on=0.0, off=5.0, start=-2.0, end=-2.0)
    """
    _check("pulse", on=on, width=width, height=height)
    return Piece(on, on + width, height, height)  # type: ignore[arg-type]  # or one value for each set


def ramp(on: Value, width: Value, height: Value) -> Piece:
    """Return a current that rises from 0 to `height` over [on, on + width) ms, above the holding level.

    Examples
    --------
    >>> ramp(0.0, 200.0, 5.0)
    Piece(on=0.0, off=200.0, start=0.0, end=5.0)
    """
    _check("ramp", on=on, width=width, height=height)
    return Piece(on, on + width, 0.0, height)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Sweep:
    """One stimulus current over time; times in ms from the onset.

    Parameters
    ----------
    pieces : sequence of Piece
        What is added to the holding level; see `pulse` and `ramp`.
    end : float or ndarray, shape [n]
        Length of the sweep.
    response : (float, float), optional
        Window in which spikes count: for the limits of the firing rate, for a solved amplitude, and in
        which the potential of a silent neuron is compared with its threshold. Default: the whole sweep.
    voltage : (float, float), optional
        Window in which the potential is recorded for the measurement. Default: it is not.
    """

    pieces: Sequence[Piece]
    end: Value
    response: tuple[Value, Value] | None = None
    voltage: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        require("Sweep", "pieces", self.pieces, Sequence[Piece])
        _check("Sweep", end=self.end)
        for name, window in (("response", self.response), ("voltage", self.voltage)):
            if window is not None:
                if not (isinstance(window, (tuple, list)) and len(window) == 2):
                    raise TypeError(f"Sweep: {name} is {shown(window)}, valid is None or a tuple of 2 times in ms")
                _check("Sweep", **{f"the start of {name}": window[0], f"the end of {name}": window[1]})

    @property
    def window(self) -> tuple[Value, Value]:
        """Where the response counts."""
        return (0.0, self.end) if self.response is None else self.response


def _check(where: str, **values: Value) -> None:
    """Refuse what is not finite, or not one number for each set; sweeps are made in every evaluation."""
    for argument, value in values.items():
        if isinstance(value, Formula):
            continue
        array = numbers(value) if isinstance(value, (Real, np.ndarray)) else None
        if array is None or array.ndim > 1 or not np.isfinite(array).all():
            error = TypeError if array is None or array.ndim > 1 else ValueError
            raise error(f"{where}: {argument} is {shown(value)}, valid is a finite number or an array of these")


def sketch(sweeps: Mapping[str, Sweep], width: float = 220.0, height: float = 34.0) -> str:
    """Return the stimulus of each sweep of one set as inline SVG, with its name."""
    duration = max((float(np.max(s.end)) for s in sweeps.values()), default=1.0)
    heights = [abs(float(np.max(np.abs(x)))) for s in sweeps.values() for p in s.pieces for x in (p.start, p.end)]
    top = max(heights, default=1.0) or 1.0
    out = []
    for name, sweep in sweeps.items():
        t = np.linspace(-BEFORE, duration, 1200)
        current = np.zeros_like(t)
        for piece in sweep.pieces:
            on, off, start, stop = (float(np.ravel(x)[0]) for x in (piece.on, piece.off, piece.start, piece.end))
            share = (t - on) / max(off - on, 1e-9)
            current = np.where((t >= on) & (t < off), current + start + (stop - start) * share, current)
        x = (t + BEFORE) / (duration + BEFORE) * width
        y = height / 2 - current / top * (height / 2 - 2)
        keep = np.r_[True, np.diff(y) != 0] | np.r_[np.diff(y) != 0, True]
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[keep], y[keep], strict=True))
        out.append(
            f"<div style='display:inline-block;margin:0 1em .5em 0'><small>{html.escape(name)}</small><br>"
            f"<svg width='{width:.0f}' height='{height:.0f}' role='img' aria-label='stimulus over time'>"
            f"<polyline points='{points}' fill='none' stroke='currentColor' stroke-width='1.5'/></svg></div>"
        )
    return "".join(out)
