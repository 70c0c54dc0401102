"""An axis on the scale of a parameter: positions and ticks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from plausiwidgets.models import Parameter
from plausiwidgets.patterns.formatting import number
from plausiwidgets.widgets.figures.drawing import Floats

DECADES = 3
"""Powers of ten below the larger end of a range at which an asinh scale may have ticks."""


def ticks(parameter: Parameter, low: float, high: float, most: int = 7) -> list[float]:
    """Return round values from `low` to `high`, some `most`, apart from each other on the parameter's scale.

    Examples
    --------
    >>> ticks(Parameter("tau", 20.0, 5.0, 500.0, scale="log"), 5.0, 500.0, 5)
    [10.0, 100.0, 500.0]
    >>> ticks(Parameter("a", 0.0, -15.0, 100.0, scale="asinh", zero=2.0), -15.0, 100.0, 6)
    [-10.0, 0.0, 10.0, 100.0]
    >>> ticks(Parameter("c", -60.0, -80.0, -40.0), -80.0, -40.0, 5)
    [-80.0, -70.0, -60.0, -50.0, -40.0]
    """
    if parameter.scale == "linear":
        rough = (high - low) / max(most, 1)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.999)
        return [
            float(f"{k * step:.12g}") for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        ]
    apart = (float(parameter.transform(high)) - float(parameter.transform(low))) / (most + 1)
    chosen: list[float] = []
    for value in _round(low, high):
        at = float(parameter.transform(value))
        if all(abs(at - float(parameter.transform(other))) >= apart for other in chosen):
            chosen.append(value)
    return sorted(chosen)


def axis(parameter: Parameter, values: Floats, most: int = 7) -> tuple[Floats, dict[str, Any]]:
    """Return the positions of values on a Plotly axis, and its settings in a layout.

    A linear axis has the values themselves; another one has positions on the parameter's scale, with ticks at some
    `most` values.
    """
    low, high = float(values[0]), float(values[-1])
    positions = np.asarray(parameter.transform(values), dtype=np.float64)
    layout: dict[str, Any] = {"title": {"text": parameter.label}, "showgrid": False, "ticks": "outside"}
    if parameter.scale != "linear":
        at = ticks(parameter, low, high, most)
        layout |= {"tickvals": parameter.transform(at).tolist(), "ticktext": [number(value) for value in at]}
    return positions, layout


def _round(low: float, high: float) -> Iterator[float]:
    """Yield round values within a range, the roundest first."""
    top = math.floor(math.log10(max(abs(low), abs(high))))
    bottom = math.floor(math.log10(low)) if low > 0 else top - DECADES
    signs = [sign for sign, end in ((1.0, high), (-1.0, -low)) if end > 0]
    if low <= 0.0 <= high:
        yield 0.0
    for multiple in (1, 5, 2):
        for power in range(top, bottom - 1, -1):
            for sign in signs:
                value = sign * float(f"{multiple}e{power}")
                if low <= value <= high:
                    yield value
