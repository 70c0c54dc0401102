"""What a pattern measures as a curve, such as its rate over the current, ready to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Pattern, Verdict
from plausiwidgets.patterns.formatting import number
from plausiwidgets.widgets.figure.drawing import Floats


@dataclass(frozen=True)
class Curve:
    """Which measurements of a pattern make a curve; an empty `x_unit` is that of the model's current."""

    x: str
    y: str
    x_label: str
    y_label: str
    x_unit: str = ""
    y_unit: str = ""


RATES = Curve("amplitude", "rate", "current", "rate", "", "Hz")


def curve_of(pattern: Pattern) -> Curve | None:
    """Return the curve that a pattern is about: it then says more than the traces of the other sweeps."""
    return RATES if any(criterion.key == "rate_rheobase" for criterion in pattern.criteria) else None


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


def main_sweep(pattern: Pattern) -> str:
    """Return the sweep that is drawn large at first."""
    return pattern.telling
