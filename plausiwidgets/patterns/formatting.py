"""Numbers and intervals as text for users."""

from __future__ import annotations

import math
from collections.abc import Callable

from plausiwidgets.support.printed import number as number
from plausiwidgets.texts import marked

ONE = {"spikes": marked("spike"), "bursts": marked("burst"), "intervals": marked("interval")}
"""Units that are counted, of one."""


def plain(text: str, **values: object) -> str:
    """Return a text in English, with values in the places of their names."""
    return text.format(**values) if values else text


def interval(low: float | None, high: float | None, unit: str = "", tr: Callable[..., str] = plain) -> str:
    """Return an accepted interval, both ends included; None and infinity leave an end open. `tr` translates.

    Examples
    --------
    >>> interval(1, 1, "spikes"), interval(1, 1, "bursts"), interval(None, 0.1, "1"), interval(3, 40, "spikes")
    ('1 spike', '1 burst', '≤ 0.1', '3 to 40 spikes')
    """
    low = -math.inf if low is None else low
    high = math.inf if high is None else high
    is_one = 1 in (low, high) and (low == high or math.isinf(low) or math.isinf(high))
    word = tr(ONE.get(unit, unit) if is_one else unit)
    unit = f" {word}" if unit and unit != "1" else ""
    if low == high or (high == 0 and low < 0):
        return f"{number(high)}{unit}"
    if math.isinf(high):
        return tr("any") if math.isinf(low) else f"≥ {number(low)}{unit}"
    if math.isinf(low):
        return f"≤ {number(high)}{unit}"
    return tr("{low} to {high}", low=number(low), high=number(high)) + unit
