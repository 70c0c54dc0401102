"""What a pattern measures as a curve, such as its rate over the current, ready to draw."""

from __future__ import annotations

import numpy as np

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Curve, Verdict
from plausiwidgets.patterns.formatting import number
from plausiwidgets.widgets.view.drawing import Singles


def axis_titles(curve: Curve, model: NeuronModel, verdict: Verdict | None = None) -> tuple[str, str]:
    """Return the titles of the x and the y axis; of a curve that begins at an onset, with where that is."""
    unit = curve.x_unit or model.current.unit
    x = f"{curve.x_label} ({unit})"
    if curve.onset:
        x = f"{curve.x_label} / {curve.onset}"
        onset = np.nan if verdict is None else float(np.asarray(verdict.measured[curve.onset]))
        if np.isfinite(onset):
            x += f" ({curve.onset} {number(onset, 3)} {unit})"
    return x, f"{curve.y_label} ({curve.y_unit})"


def points(curve: Curve, verdict: Verdict) -> tuple[Singles, Singles]:
    """Return the points of a curve, of one set; those that are not known are left out.

    With an onset they begin at zero and are silent up to it, so that a jump is seen as one. Neurons whose onsets
    lie far apart stand above each other all the same, because x counts in multiples of the onset.
    """
    x, y = (np.asarray(verdict.measured[name], dtype=np.float64) for name in (curve.x, curve.y))
    if curve.onset:
        onset = float(np.asarray(verdict.measured[curve.onset]))
        x, y = np.concatenate([[0.0, 1.0], x / onset]), np.concatenate([[0.0, 0.0], y])
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() <= 2 and curve.onset:
        known[:] = False  # nothing was measured
    return np.ascontiguousarray(x[known], np.float32), np.ascontiguousarray(y[known], np.float32)
