"""Slider positions and the values of a parameter that they stand for."""

from __future__ import annotations

import math

from plausiwidgets.models import Parameter

STEPS = 400
"""Positions of a slider: one key press moves it by a four-hundredth of its range."""


def dragged(parameter: Parameter, position: int, low: float, high: float) -> float:
    """Return the value at a slider's position (0 to STEPS), without digits that the slider cannot tell apart."""
    if position <= 0:
        return low
    if position >= STEPS:
        return high
    before, here, after = parameter.from_unit(
        [(position - 1) / STEPS, position / STEPS, (position + 1) / STEPS], low, high
    ).tolist()
    step = min(after - here, here - before)
    decimals = max(0, math.ceil(-math.log10(step))) if step > 0 else 12
    return min(max(round(here, decimals), low), high)


def position(parameter: Parameter, value: float, low: float, high: float) -> int:
    """Return the slider's position for a value; at the nearest end where it is out of range."""
    inside = min(max(value, low), high)
    return round(float(parameter.to_unit(inside, low, high)) * STEPS)
