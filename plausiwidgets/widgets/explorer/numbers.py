"""Numbers as a person reads and drags them."""

from __future__ import annotations

import html
import math

from plausiwidgets.models import Parameter

STEPS = 400
"""Positions of a slider: one key press moves it by a four-hundredth of its range."""


GREEK = {"tau": "τ", "delta": "Δ", "theta": "θ", "alpha": "α", "beta": "β", "sigma": "σ", "rho": "ρ", "kappa": "κ"}


def symbol(name: str) -> str:
    """Return a parameter's name as HTML: Greek letters, and what follows an underscore as an index."""
    head, _, index = html.escape(name).partition("_")
    return GREEK.get(head, head) + (f"<sub>{index}</sub>" if index else "")


def shown(value: float, digits: int = 4) -> str:
    """Return a number for a person: `digits` significant ones, no exponent where it is short without."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:.{digits}g}"
    if "e" in text and 1e-4 <= abs(value) < 1e7:
        text = f"{value:.0f}"
    return text.replace("-", "−")


def in_box(value: float) -> float:
    """Return the value that a box shows: six significant digits; the exact one is kept beside it."""
    return float(f"{value:.6g}")


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
