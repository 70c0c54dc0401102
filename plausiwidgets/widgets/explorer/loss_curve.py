"""The objective curve: the loss of each try and the best so far, drawn by the page as a small SVG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import traitlets as t

from plausiwidgets.optimization.tries import Tries
from plausiwidgets.widgets.view.script_widget import DRAWING, ScriptWidget


class LossCurve(ScriptWidget):
    """A curve that grows while a search runs; hidden while there is none.

    Attributes
    ----------
    rows : bytes
        Number, best loss so far, loss, and restarts so far of each try that is drawn, as float32.
    """

    _esm = DRAWING + (Path(__file__).parent / "loss_curve.js").read_text("utf-8")
    rows = t.Bytes(b"").tag(sync=True)

    def show(self, tries: Tries) -> None:
        """Draw a search: each step of the best, and as many other tries as can be told apart."""
        at = tries.drawn()
        restarts = tries.restarts[tries.generation[at]]
        self.rows = np.stack([at + 1, tries.best[at], tries.loss[at], restarts], axis=1).astype(np.float32).tobytes()

    def clear(self) -> None:
        """Draw nothing."""
        self.rows = b""
