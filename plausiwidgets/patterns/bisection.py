"""Search for the amplitude at which firing begins."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from plausiwidgets.engine.piece import Floats
from plausiwidgets.patterns.response import Mask

AT_ONCE = 16
"""Lanes that take little longer than one: few sets try the points of several bisections in one round."""

SMALLEST_SHARE = 1e-6
"""Share of the largest amplitude below which a firing set counts as having no threshold."""


def smallest_firing(
    fires: Callable[[Floats, Mask], Mask],
    low: Floats,
    high: Floats,
    works: Mask,
    tolerance: float,
) -> Floats:
    """Return the amplitude [n] between `low` and `high` at which firing begins, by bisection.

    It is that of plain bisection, to the last bit, however many sets are tried at once: an amplitude that fires; nan
    where not `works`, or below a millionth of `high`.

    Parameters
    ----------
    fires : callable
        ``fires(amplitudes [points, n], active [n])`` returns whether each fires.
    low, high : ndarray, shape [n]
        Amplitudes known not to fire, and known to fire where `works`.
    works : boolean ndarray, shape [n]
    tolerance : float
        Relative to the result.
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
            # A set that is done keeps its ends; the interval of the others is halved.
        low = np.where(active, ends[left, lanes], low)
        top = np.where(active, ends[right, lanes], top)
    return np.where(works, top, np.nan)
