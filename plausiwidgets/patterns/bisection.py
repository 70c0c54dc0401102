"""Bisection for the smallest amplitude that elicits a spike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from plausiwidgets.engine.piece import Floats
from plausiwidgets.patterns.response import Mask

AT_ONCE = 16
"""Number of lanes that take little longer than one lane.

A bisection of a few sets therefore evaluates the points of several halvings in one round.
"""

SMALLEST_SHARE = 1e-6
"""Share of the largest amplitude below which a firing set counts as having no threshold."""


def smallest_firing(
    fires: Callable[[Floats, Mask], Mask],
    low: Floats,
    high: Floats,
    works: Mask,
    tolerance: float,
) -> Floats:
    """Return the smallest amplitude between `low` and `high` that elicits a spike, by bisection.

    Parameters
    ----------
    fires : callable
        ``fires(amplitudes [points, n], active [n])`` returns whether each amplitude elicits a spike, shape [points, n].
    low, high : ndarray, shape [n]
        Amplitudes without a spike, and amplitudes with a spike where `works`.
    works : boolean ndarray, shape [n]
        Mask of the sets to search.
    tolerance : float
        Maximum error relative to the result.

    Returns
    -------
    ndarray, shape [n]
        Amplitudes that elicit a spike. nan where `works` is false, and where the result is below `SMALLEST_SHARE` of
        `high`. Each value equals the value of a plain bisection of that set alone to the last bit.
    """
    low, top = low.copy(), high.copy()
    lanes = np.arange(high.size)
    while True:
        works = works & (top > SMALLEST_SHARE * high)
        active = works & (top - low > tolerance * top)
        if not active.any():
            break
        levels = max((AT_ONCE // int(active.sum()) + 1).bit_length() - 1, 1)
        ends = np.stack([low, top])
        for _ in range(levels):
            between = np.empty((2 * len(ends) - 1, high.size))
            between[::2], between[1::2] = ends, 0.5 * (ends[:-1] + ends[1:])
            ends = between
        hits = fires(ends[1:-1], active)
        left, right = np.zeros(high.size, int), np.full(high.size, len(ends) - 1)
        for _ in range(levels):
            middle = (left + right) // 2
            wide = ends[right, lanes] - ends[left, lanes] > tolerance * ends[right, lanes]
            hit = hits[middle - 1, lanes]
            left = np.where(wide & ~hit, middle, left)
            right = np.where(wide & hit, middle, right)
            # Keep the limits of a finished set, and narrow the limits of the other sets.
        low = np.where(active, ends[left, lanes], low)
        top = np.where(active, ends[right, lanes], top)
    return np.where(works, top, np.nan)
