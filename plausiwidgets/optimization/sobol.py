"""Scrambled Sobol sequences, whose points fill a cube more evenly than random points.

The direction numbers are those of Joe & Kuo, *SIAM J. Sci. Comput.* 30, 2008, under the licence in sobol_licence.txt.
The sequence is scrambled by a random lower triangular matrix for each dimension and a digital shift (Matoušek,
*J. Complexity* 14, 1998).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BITS = 30
# For each dimension except the first, the table contains the inner coefficients of its primitive polynomial as bits,
# followed by its initial direction numbers, as many as the degree of the polynomial.
_DIRECTIONS = (
    (0, 1),
    (1, 1, 3),
    (1, 1, 3, 1),
    (2, 1, 1, 1),
    (1, 1, 1, 3, 3),
    (4, 1, 3, 5, 13),
    (2, 1, 1, 5, 5, 17),
    (4, 1, 1, 5, 5, 5),
    (7, 1, 1, 7, 11, 19),
    (11, 1, 1, 5, 1, 1),
    (13, 1, 1, 1, 3, 11),
    (14, 1, 3, 5, 5, 31),
    (1, 1, 3, 3, 9, 7, 49),
    (13, 1, 1, 1, 15, 21, 21),
    (16, 1, 3, 1, 13, 27, 49),
    (19, 1, 1, 1, 15, 7, 5),
    (22, 1, 3, 1, 15, 13, 25),
    (25, 1, 1, 5, 5, 19, 61),
    (1, 1, 3, 7, 11, 23, 15, 103),
    (4, 1, 3, 7, 13, 13, 15, 69),
    (7, 1, 1, 3, 13, 7, 35, 63),
    (8, 1, 3, 5, 9, 1, 25, 53),
    (14, 1, 3, 1, 13, 9, 35, 107),
    (19, 1, 3, 1, 5, 27, 61, 31),
    (21, 1, 1, 5, 11, 19, 41, 61),
    (28, 1, 3, 5, 3, 3, 13, 69),
    (31, 1, 1, 7, 13, 1, 19, 1),
    (32, 1, 3, 7, 5, 13, 19, 59),
    (37, 1, 1, 3, 9, 25, 29, 41),
    (41, 1, 3, 5, 13, 23, 1, 55),
    (42, 1, 3, 7, 3, 13, 59, 17),
    (50, 1, 3, 1, 3, 5, 53, 69),
    (55, 1, 1, 5, 5, 23, 33, 13),
    (56, 1, 1, 7, 7, 1, 61, 123),
    (59, 1, 1, 7, 9, 13, 61, 49),
    (62, 1, 3, 3, 5, 3, 55, 33),
    (14, 1, 3, 1, 15, 31, 13, 49, 245),
    (21, 1, 3, 5, 15, 31, 59, 63, 97),
    (22, 1, 3, 1, 11, 11, 11, 77, 249),
    (38, 1, 3, 1, 11, 27, 43, 71, 9),
    (47, 1, 1, 7, 15, 21, 11, 81, 45),
    (49, 1, 3, 7, 3, 25, 31, 65, 79),
    (50, 1, 3, 1, 1, 19, 11, 3, 205),
    (52, 1, 1, 5, 9, 19, 21, 29, 157),
    (56, 1, 3, 7, 11, 1, 33, 89, 185),
    (67, 1, 3, 3, 3, 15, 9, 79, 71),
    (70, 1, 3, 7, 11, 15, 39, 119, 27),
    (84, 1, 1, 3, 1, 11, 31, 97, 225),
    (97, 1, 1, 1, 3, 23, 43, 57, 177),
    (103, 1, 3, 7, 7, 17, 17, 37, 71),
    (115, 1, 3, 1, 5, 27, 63, 123, 213),
    (122, 1, 1, 3, 5, 11, 43, 53, 133),
    (8, 1, 3, 5, 5, 29, 17, 47, 173, 479),
    (13, 1, 3, 3, 11, 3, 1, 109, 9, 69),
    (16, 1, 1, 1, 5, 17, 39, 23, 5, 343),
    (22, 1, 3, 1, 5, 25, 15, 31, 103, 499),
    (25, 1, 1, 1, 11, 11, 17, 63, 105, 183),
    (44, 1, 1, 5, 11, 9, 29, 97, 231, 363),
    (47, 1, 1, 5, 15, 19, 45, 41, 7, 383),
    (52, 1, 3, 7, 7, 31, 19, 83, 137, 221),
    (55, 1, 1, 1, 3, 23, 15, 111, 223, 83),
    (59, 1, 1, 5, 13, 31, 15, 55, 25, 161),
    (62, 1, 1, 3, 13, 25, 47, 39, 87, 257),
)
DIMENSIONS = len(_DIRECTIONS) + 1


class Sobol:
    """Scrambled Sobol sequence of `size` dimensions, without its first point.

    The coordinates beyond :data:`DIMENSIONS` dimensions are random numbers. The seed is at most 2**32 - 1.
    """

    def __init__(self, size: int, seed: int) -> None:
        # RandomState produces the same numbers in all versions of NumPy.
        self._random = np.random.RandomState(seed)
        known = min(size, DIMENSIONS)
        self._more = size - known
        weights = 1 << np.arange(_BITS)
        shift = self._bits(known, _BITS) @ weights
        # Row p of a matrix yields bit p of a number from its bits up to p, counted from the highest bit.
        rows = np.tril(self._bits(known, _BITS, _BITS), -1) + np.eye(_BITS, dtype=np.int64)
        directions = _direction_numbers(known)
        bits = directions[:, :, None] >> (_BITS - 1 - np.arange(_BITS)) & 1
        scrambled = np.einsum("dpk,djk->djp", rows, bits) & 1
        self._directions: Integers = scrambled @ weights[::-1]
        self._last: Integers = shift
        self._drawn = 1

    def draw(self, count: int) -> Floats:
        """Return the next points, shape [count, size]."""
        # In Gray code order, a point differs from its predecessor in the direction of the lowest set bit of its number.
        number = np.arange(self._drawn, self._drawn + count)
        lowest = np.log2(number & -number).astype(int)
        steps = np.concatenate([self._last[None, :], self._directions[:, lowest].T])
        points = np.bitwise_xor.accumulate(steps, axis=0)
        self._last, self._drawn = points[-1], self._drawn + count
        return np.hstack([points[1:] / 2.0**_BITS, self._random.random_sample((count, self._more))])

    def _bits(self, *shape: int) -> Integers:
        return (self._random.randint(2**32, size=shape, dtype=np.uint32) & 1).astype(np.int64)


def _direction_numbers(dimensions: int) -> Integers:
    """Return the direction numbers of an unscrambled sequence, shape [dimensions, bits]."""
    rows = [[1] * _BITS]
    for coefficients, *first in _DIRECTIONS[: dimensions - 1]:
        degree, numbers = len(first), list(first)
        for k in range(degree, _BITS):
            number = numbers[k - degree] ^ (numbers[k - degree] << degree)
            for i in range(1, degree):
                if coefficients >> (degree - 1 - i) & 1:
                    number ^= numbers[k - i] << i
            numbers.append(number)
        rows.append(numbers)
    return np.array(rows) << np.arange(_BITS)[::-1]
