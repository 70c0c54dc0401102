"""Arrows and texts of a phase plane and a phase line."""

from __future__ import annotations

import numpy as np

from plausiwidgets.analysis.phase_lines import PhaseLine
from plausiwidgets.analysis.phase_planes import FixedPoint, PhasePlane
from plausiwidgets.models import NeuronModel
from plausiwidgets.support.printed import number
from plausiwidgets.widgets.drawing.envelope import Floats

ARROWS = (13, 10)
"""Number of arrows along each of the two variables."""


def arrows(plane: PhasePlane) -> Floats:
    """Return positions and directions of the flow of a phase plane, shape (arrows, 4).

    The directions are shares of the ranges per ms. Arrows with infinite or undefined rates are left out.
    """
    places = [
        np.linspace(0, len(axis) - 1, count + 2).round().astype(int)[1:-1]
        for axis, count in zip((plane.x, plane.y), ARROWS, strict=True)
    ]
    where = np.ix_(places[1], places[0])
    x, y = np.meshgrid(plane.x[places[0]], plane.y[places[1]])
    u, v = plane.rates[0][where] / np.ptp(plane.x), plane.rates[1][where] / np.ptp(plane.y)
    rows = np.stack([x, y, u, v], axis=-1).reshape(-1, 4)
    return rows[np.isfinite(rows).all(axis=1)]


def line_arrows(line: PhaseLine) -> Floats:
    """Return arrows along the x axis of a phase line, shape (arrows, 4), in the form of :func:`arrows`.

    The directions are only signs of the rate.
    """
    places = np.linspace(0, len(line.x) - 1, ARROWS[0] + 2).round().astype(int)[1:-1]
    x, rate = line.x[places], line.rate[places]
    rows = np.stack([x, np.zeros_like(x), np.sign(rate), np.zeros_like(x)], axis=1)
    return rows[np.isfinite(rate)]


def state_text(point: FixedPoint, names: tuple[str, ...]) -> str:
    """Return the values of some variables at a fixed point as text."""
    return ", ".join(f"{name} = {number(point.state[name], 4)}" for name in names)


def eigenvalues_text(point: FixedPoint) -> str:
    """Return the eigenvalues of a fixed point in ms⁻¹ as text."""
    return ", ".join(_complex(value) for value in point.eigenvalues)


def current_text(current: float, model: NeuronModel | None) -> str:
    """Return a constant current with its unit as text."""
    unit = model.current.unit if model is not None and model.current.unit != "1" else ""
    return f"I = {number(current, 3)} {unit}".strip()


def _complex(value: complex) -> str:
    real = number(value.real, 3)
    if abs(value.imag) < 1e-9:
        return real
    return f"{real} {'+' if value.imag > 0 else '−'} {number(abs(value.imag), 3)} i"
