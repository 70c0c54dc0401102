"""Number formats of chips: signed fixed point with saturation, and floating point with few bits.

A format rounds float64 values to the values that it can represent. It uses only operations that are exact in every back
end. Python and a page therefore round to the same value, also within the program of a step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from plausiwidgets.engine.program.tracer import Traced

Values = TypeVar("Values", "Traced", NDArray[np.float64])
"""Numbers of an array, or the values of a program that is traced."""

FEWEST_BITS, MOST_BITS = 3, 32
"""Limits of the number of bits in fixed point.

With fewer bits a variable has only a sign and one digit. With more bits these neurons do not differ from float64.
"""


class NumberFormat(Protocol):
    """A set of values that a variable can have."""

    def rounded(self, x: Values) -> Values:
        """Return the representable value nearest to each `x`, and the even one halfway between two values."""

    def __str__(self) -> str:
        """Return the format in words, such as ``"16 bits in ±128"``."""


@dataclass(frozen=True)
class FixedPoint:
    """Signed fixed point: integer multiples of a step. A value outside the range becomes the nearest end of the range.

    Attributes
    ----------
    bits : int
        Number of bits, including the sign.
    limit : float
        A power of two. The values range from ``-limit`` to ``limit - step``.

    Examples
    --------
    >>> FixedPoint(8, 128.0).rounded(np.array([1.4, 2.5, -400.0, 400.0]))
    array([   1.,    2., -128.,  127.])
    """

    bits: int
    limit: float

    @property
    def step(self) -> float:
        """Distance between two neighbouring values, in the unit of the variable."""
        return 2.0 * self.limit / 2.0**self.bits

    def rounded(self, x: Values) -> Values:
        """Return the representable value nearest to each `x`, within the range."""
        # The step is a power of two, so both products are exact.
        whole = np.rint(np.multiply(x, 1.0 / self.step))
        most = 2.0 ** (self.bits - 1)
        return cast(Values, np.multiply(np.minimum(np.maximum(whole, -most), most - 1.0), self.step))

    def __str__(self) -> str:
        return f"{self.bits} bits in ±{self.limit:g}"


@dataclass(frozen=True)
class FloatingPoint:
    """Floating point as in IEEE 754, with subnormal numbers. A value above the largest number becomes infinite.

    Attributes
    ----------
    name : str
        Name of the format.
    digits : int
        Number of binary digits, including the leading one that is not stored.
    lowest, highest : int
        Exponents of two of the smallest and the largest normal number.

    Examples
    --------
    >>> FLOATING["float16"].rounded(np.array([0.1, 2049.0, 65519.0, 65520.0])).tolist()
    [0.0999755859375, 2048.0, 65504.0, inf]
    """

    name: str
    digits: int
    lowest: int
    highest: int

    def rounded(self, x: Values) -> Values:
        """Return the representable value nearest to each `x`, or an infinity above the largest number."""
        size = np.abs(x)
        power = cast(Values, np.where(np.isnan(size), size, 2.0**self.lowest))
        # Find the largest power of two up to the value by bisection of its exponent, because a logarithm is not exact.
        span = self.highest - self.lowest
        for k in reversed(range(span.bit_length())):
            higher = np.multiply(power, 2.0 ** (2**k))
            power = cast(Values, np.where(np.greater_equal(size, higher), higher, power))
        step = np.multiply(power, 2.0 ** (1 - self.digits))
        near = np.rint(np.divide(x, step)) * step
        largest = (2.0 - 2.0 ** (1 - self.digits)) * 2.0**self.highest
        return cast(Values, np.where(np.abs(near) > largest, np.copysign(np.inf, near), near))

    def __str__(self) -> str:
        return self.name


FLOATING = {
    one.name: one
    for one in (
        FloatingPoint("float32", 24, -126, 127),
        FloatingPoint("float16", 11, -14, 15),
        FloatingPoint("bfloat16", 8, -126, 127),
    )
}
"""The floating-point formats by their names."""
