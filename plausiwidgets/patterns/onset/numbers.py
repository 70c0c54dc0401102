"""Logarithms and powers of ten that Python and the app round in the same way."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LN_2 = 0.6931471805599453
PER_LN_10 = 0.4342944819032518
TERMS = 12
"""Number of terms in the series of the logarithm. The next term is below the last bit."""


def log10(x: Floats) -> Floats:
    """Return the decimal logarithm of positive numbers.

    Library functions of different languages differ in the last bit. This function consists of sums, products and
    quotients, and uses the series of the inverse hyperbolic tangent.
    """
    share, exponent = np.frexp(x)
    low = share < math.sqrt(0.5)
    share = np.where(low, share * 2.0, share)
    exponent = np.where(low, exponent - 1, exponent)
    s = (share - 1.0) / (share + 1.0)
    z = s * s
    total = np.full(z.shape, 1.0 / (2.0 * TERMS + 1.0))
    for k in range(TERMS - 1, -1, -1):
        total = total * z + 1.0 / (2.0 * k + 1.0)
    return np.asarray((2.0 * (s * total) + exponent * LN_2) * PER_LN_10)


def decimal_share(halves: int) -> float:
    """Return 10 to the power of minus `halves` / 2."""
    power = 1.0
    for _ in range(halves // 2):
        power *= 10.0
    return 1.0 / (power * math.sqrt(10.0)) if halves % 2 else 1.0 / power


def slope(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Return the slope of a least squares line and its standard error.

    Sums run from left to right, so that the app computes the same numbers.
    """
    n = len(x)
    middle, level = summed(x) / n, summed(y) / n
    wide = summed([(a - middle) * (a - middle) for a in x])
    result = summed([(a - middle) * (b - level) for a, b in zip(x, y, strict=True)]) / wide
    offset = level - result * middle
    misses = [b - offset - result * a for a, b in zip(x, y, strict=True)]
    scatter = summed([miss * miss for miss in misses]) / max(n - 2, 1)
    return result, math.sqrt(scatter / wide)


def summed(values: Sequence[float]) -> float:
    """Return the sum of numbers from left to right.

    The built-in sum compensates for rounding errors since Python 3.12, so it returns other numbers than the app.
    """
    total = 0.0
    for value in values:
        total = total + value
    return total
