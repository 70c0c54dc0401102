"""What a pattern measures as a curve, such as its rate over the current, ready to draw."""

from __future__ import annotations

import numpy as np

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Curve, Verdict
from plausiwidgets.patterns.formatting import number
from plausiwidgets.widgets.figure.drawing import Floats


def axis_titles(curve: Curve, model: NeuronModel) -> tuple[str, str]:
    """Return the titles of the x and the y axis."""
    return f"{curve.x_label} ({curve.x_unit or model.current.unit})", f"{curve.y_label} ({curve.y_unit})"


def points(curve: Curve, verdict: Verdict) -> tuple[list[str], Floats]:
    """Return what stands below each point, and its height; of one set.

    The points of several neurons stand above each other in the order in which they were measured: their
    currents have nothing else in common.
    """
    heights = np.asarray(verdict.measured[curve.y], dtype=np.float64)
    return [number(float(x)) for x in np.asarray(verdict.measured[curve.x])], heights
