"""Conversion of numbers for JSON, and of arrays to one buffer."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

ALIGNED = 8
"""Alignment in bytes of each array in the buffer."""

Place = tuple[str, int, int]
"""Type, first byte and number of entries of an array in the buffer."""

Array = tuple[str, NDArray[np.generic]]
Arrays = dict[str, Array]
"""Arrays by name, each with its type."""


def measured(value: float) -> float | str | None:
    """Return a number in a form that JSON supports, with None for nan and a string for an infinity.

    Examples
    --------
    >>> measured(1.5), measured(float("nan")), measured(float("-inf"))
    (1.5, None, '-Infinity')
    """
    number = float(value)
    if math.isnan(number):
        return None
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return number


def packed(arrays: Mapping[str, Array]) -> tuple[dict[str, Place], bytes]:
    """Pack arrays into one buffer and return their places and the buffer.

    Parameters
    ----------
    arrays : mapping of str to (type, ndarray)
        Types are those of :data:`~plausiwidgets.widgets.handlers.messages.SIZES`.

    Examples
    --------
    >>> places, data = packed({"a": ("u1", np.arange(3)), "b": ("f4", np.ones(2))})
    >>> places["b"], len(data)
    (('f4', 8, 2), 16)
    """
    places: dict[str, Place] = {}
    data = bytearray()
    for name, (dtype, array) in arrays.items():
        data.extend(bytes(-len(data) % ALIGNED))
        entries = np.ascontiguousarray(array, dtype=f"<{dtype}")
        places[name] = (dtype, len(data), entries.size)
        data.extend(entries.tobytes())
    return places, bytes(data)


def unpacked(places: Mapping[str, Place], data: bytes) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a buffer, each with shape (count,)."""
    return {name: np.frombuffer(data, f"<{dtype}", count, first) for name, (dtype, first, count) in places.items()}
