"""Sweeps: the stimulus currents of a pattern with the windows in which the response counts."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plausiwidgets.engine.lane_current import LanePieces
from plausiwidgets.engine.piece import Piece, Value, check_values
from plausiwidgets.engine.program.tracer import Traced
from plausiwidgets.support.arguments import require, shown

BEFORE = 50.0
"""Time in ms before the onset that figures show for each sweep, at the holding current."""

TAIL = 300.0
"""Default time in ms from the end of a stimulus to the end of its sweep."""

SKETCHED = 1200
"""Number of points in a sketch."""


@dataclass(frozen=True)
class Sweep:
    """Stimulus current over time, with times in ms from the onset.

    Parameters
    ----------
    pieces : sequence of Piece
        Pieces that are added to the holding current, starting at 0 ms or later. See `pulse`, `ramp`, `noise` and
        `chirp`.
    end : float or ndarray, shape [n]
        End of the sweep.
    response : (float, float), optional
        Window in which spikes count for the limits of the firing rate and for a solved amplitude. The potential of a
        silent neuron is compared with the threshold in the same window. By default, the whole sweep.
    voltage : (float, float), optional
        Window in which the potential is recorded for the measurement. By default, the potential is not recorded.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pair = pw.Sweep([pw.pulse(0.0, 2.0, 10.0), pw.pulse(20.0, 2.0, 10.0)], end=100.0)
    >>> pair.window
    (0.0, 100.0)
    """

    pieces: Sequence[Piece]
    end: Value
    response: tuple[Value, Value] | None = None
    voltage: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        require("Sweep", "pieces", self.pieces, Sequence[Piece])
        check_values("Sweep", end=self.end)
        for piece in self.pieces:
            if not isinstance(piece.on, Traced) and np.min(piece.on) < 0.0:
                raise ValueError(
                    f"Sweep: the onset of a piece must be ≥ 0 ms, got {shown(piece.on)}. A sweep starts at 0 ms, and "
                    "the holding level is injected before."
                )
        for name, window in (("response", self.response), ("voltage", self.voltage)):
            if window is not None:
                if not (isinstance(window, (tuple, list)) and len(window) == 2):
                    raise TypeError(f"Sweep: {name} must be None or a tuple of 2 times in ms, got {shown(window)}.")
                check_values("Sweep", **{f"the start of {name}": window[0], f"the end of {name}": window[1]})

    @property
    def window(self) -> tuple[Value, Value]:
        """Window in which the response counts, in ms."""
        return (0.0, self.end) if self.response is None else self.response


def sketch(sweeps: Mapping[str, Sweep], width: float = 220.0, height: float = 34.0) -> str:
    """Return an inline SVG figure with the stimulus of each sweep of one set and its name."""
    duration = max((float(np.max(s.end)) for s in sweeps.values()), default=1.0)
    heights = [abs(float(np.max(np.abs(x)))) for s in sweeps.values() for p in s.pieces for x in (p.first, p.last)]
    top = max(heights, default=1.0) or 1.0
    out = []
    for name, sweep in sweeps.items():
        batch, step = LanePieces(len(sweep.pieces), 1), (duration + BEFORE) / SKETCHED
        for j, piece in enumerate(sweep.pieces):
            batch.add(j, slice(None), [float(np.ravel(value)[0]) for value in piece.numbers])
        current = batch.current(np.zeros(1), -BEFORE).values(SKETCHED, step)[0]
        t = (np.arange(SKETCHED) + 0.5) * step - BEFORE
        top = max(top, float(np.abs(current).max()))
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
