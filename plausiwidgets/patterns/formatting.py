"""Numbers and ranges as text for users."""

from __future__ import annotations

import math

from plausiwidgets.support.printed import number

ONE = {
    "spikes": "spike",
    "bursts": "burst",
    "intervals": "interval",
    "periods": "period",
    "extrema": "extremum",
    "times": "time",
    "laws": "law",
    "peaks": "peak",
}
"""Singular of each unit that is counted."""


def interval(low: float | None, high: float | None, unit: str = "") -> str:
    """Return an accepted range as text.

    Both limits are included. A limit of None or infinity is open.

    Examples
    --------
    >>> interval(1, 1, "spikes"), interval(1, 1, "bursts"), interval(None, 0.1, "1"), interval(3, 40, "spikes")
    ('1 spike', '1 burst', '≤ 0.1', '3 to 40 spikes')

    Features such as numbers of spikes are not negative, so an upper limit of 0 is printed as 0:

    >>> interval(None, 0, "spikes"), interval(-30, 0, "mV")
    ('0 spikes', '−30 to 0 mV')
    """
    low = -math.inf if low is None else low
    high = math.inf if high is None else high
    is_one = 1 in (low, high) and (low == high or math.isinf(low) or math.isinf(high))
    word = ONE.get(unit, unit) if is_one else unit
    unit = f" {word}" if unit and unit != "1" else ""
    if low == high or (high == 0 and low == -math.inf):
        return f"{number(high)}{unit}"
    if math.isinf(high):
        return "any" if math.isinf(low) else f"≥ {number(low)}{unit}"
    if math.isinf(low):
        return f"≤ {number(high)}{unit}"
    return f"{number(low)} to {number(high)}{unit}"
