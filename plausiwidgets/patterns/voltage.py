"""Features of voltage traces, for many lanes at once: ``v`` of shape [lanes, time] in mV."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def extent(v: Floats) -> Floats:
    """Return largest minus smallest potential of each lane in mV; nan if one is not finite."""
    if v.shape[1] == 0:
        return np.full(v.shape[0], np.nan)
    return v.max(axis=1) - v.min(axis=1)


@dataclass(frozen=True)
class Swings:
    """Alternating extrema about a level; arrays of shape [lanes].

    Attributes
    ----------
    number : ndarray
        How many extrema in a row, on alternating sides of the level, are large enough.
    partial : ndarray
        How far the next one is, 0 to below 1.
    """

    number: NDArray[np.int64]
    partial: Floats


def swings(v: Floats, level: Floats, size: Floats, start: NDArray[np.int64]) -> Swings:
    """Count the alternating extrema of ``v`` about a level from an index on.

    Parameters
    ----------
    v : ndarray, shape [lanes, time]
        Potential in mV.
    level : ndarray, shape [lanes]
        The level in mV that the extrema alternate about.
    size : ndarray, shape [lanes]
        How far from the level an extremum must be, in mV.
    start : ndarray, shape [lanes]
        First index to look at. A stretch on one side of the level counts if its largest
        distance is a turning point: not at its first sample from `start`, nor at the end.
    """
    lanes = v.shape[0]
    number = np.zeros(lanes, dtype=np.int64)
    partial = np.zeros(lanes)
    for lane in range(lanes):
        x = v[lane, int(start[lane]):] - level[lane]
        if x.size < 3 or not np.isfinite(x).all():
            continue
        side = x >= 0
        cuts = np.flatnonzero(side[1:] != side[:-1]) + 1
        bounds = np.concatenate([[0], cuts, [x.size]])
        for first, after in zip(bounds[:-1], bounds[1:], strict=True):
            stretch = np.abs(x[first:after])
            top = int(stretch.argmax())
            if first == 0 and top == 0:
                continue  # only the way back from where it was pushed
            if after == x.size and top == stretch.size - 1:
                break
            if stretch[top] < size[lane]:
                partial[lane] = min(stretch[top] / size[lane], 0.999)
                break
            number[lane] += 1
    return Swings(number, partial)


@dataclass(frozen=True)
class Hump:
    """The depolarization after a spike; arrays of shape [lanes], mV.

    Attributes
    ----------
    height : ndarray
        Top of the hump above the settled potential.
    rise : ndarray
        Top of the hump above the lowest potential between the spike and the top.
    left : ndarray
        Distance from the settled potential at the end.
    """

    height: Floats
    rise: Floats
    left: Floats


def hump(v: Floats, level: Floats, start: NDArray[np.int64]) -> Hump:
    """Return the largest rise of ``v`` above its running minimum, from index `start` on."""
    lanes, steps = v.shape
    index = np.arange(steps)
    inside = index >= start[:, None]
    seen = np.where(inside, v, np.inf)
    lowest = np.minimum.accumulate(seen, axis=1)
    with np.errstate(invalid="ignore"):
        climb = np.where(inside, v - lowest, -np.inf)
    fine = np.isfinite(v).all(axis=1) & (start < steps)
    top = np.where(np.isfinite(climb), climb, -np.inf).argmax(axis=1)
    rows = np.arange(lanes)
    height = np.where(fine, v[rows, top] - level, np.nan)
    rise = np.where(fine, climb[rows, top], np.nan)
    left = np.where(fine, np.abs(v[:, -1] - level), np.nan)
    return Hump(height, rise, left)
