"""The objective curve: best and current loss against evaluations, drawn by the page as a small SVG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import traitlets as t

from plausiwidgets.widgets.view.drawing import Floats
from plausiwidgets.widgets.view.script_widget import DRAWING, ScriptWidget

MOST = 300
"""Points that are sent: more than can be told apart."""


class LossCurve(ScriptWidget):
    """A curve that grows while a search runs; hidden while there is none.

    Attributes
    ----------
    rows : bytes
        Evaluations, best loss, current loss and restarts so far of each point, as float32.
    """

    _esm = DRAWING + (Path(__file__).parent / "loss_curve.js").read_text("utf-8")
    rows = t.Bytes(b"").tag(sync=True)

    def show(self, evaluations: Floats, best: Floats, current: Floats, restarts: Floats) -> None:
        """Draw a search, one value per generation; losses that are not finite are left out."""
        table = np.stack([evaluations, best, current, restarts], axis=1).astype(np.float32)
        table = table[np.isfinite(table).all(axis=1)]
        if len(table) > MOST:
            table = thinned(table)
        self.rows = np.ascontiguousarray(table).tobytes()

    def clear(self) -> None:
        """Draw nothing."""
        self.rows = b""


def thinned(table: np.ndarray) -> np.ndarray:
    """Return fewer rows, each for a stretch of generations: its least current loss, all else at its end."""
    edges = np.linspace(0, len(table), MOST + 1).astype(int)
    rows = table[edges[1:] - 1].copy()
    rows[:, 2] = np.minimum.reduceat(table[:, 2], edges[:-1])
    return rows
