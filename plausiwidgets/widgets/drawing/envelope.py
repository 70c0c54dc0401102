"""Reduction of traces to the points that a screen can show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Grid:
    """Time axis of an envelope, with the samples that share a pixel column.

    Attributes
    ----------
    x : ndarray of float32, shape (points,)
        Times in ms.
    starts : ndarray of int, shape (columns + 1,), or None
        First sample of each column. None if there are so few samples that all are drawn.
    """

    x: Singles
    starts: NDArray[np.intp] | None


def make_grid(t: Floats, columns: int, window: tuple[float, float] | None = None) -> Grid:
    """Divide the samples at the times `t` (ms) into pixel columns, which are narrower within a zoomed `window` (ms)."""
    n = len(t)
    if n <= 2 * columns:
        return Grid(np.ascontiguousarray(t, np.float32), None)
    cuts = [0, n]
    if window is not None:
        reach = 0.25 * (window[1] - window[0])  # A pan then shows details before the next update.
        cuts = [0, *np.searchsorted(t, (window[0] - reach, window[1] + reach)).tolist(), n]
    inner = (0, n) if window is None else (cuts[1], cuts[2])
    starts = []
    for a, b in zip(cuts[:-1], cuts[1:], strict=True):
        if b > a:
            most = columns if window is None else columns * 3 // 2 if (a, b) == inner else columns // 8
            starts.append(np.linspace(a, b, min(most, b - a) + 1)[:-1].astype(np.intp))
    edges = np.append(np.concatenate(starts), n)
    width = np.diff(edges)
    dt = (t[-1] - t[0]) / (n - 1)
    left = t[edges[:-1]]
    x = np.empty(2 * len(width), np.float32)
    x[0::2] = left
    # A column with one sample has one time, because a sloped line would look like stairs.
    x[1::2] = left + 0.5 * (width - 1) * dt
    return Grid(x, edges)


def envelope(values: Floats, grid: Grid) -> Singles:
    """Return the minimum and the maximum of each pixel column, in the order in which they occur.

    An envelope keeps every spike, in contrast to a selection of every k-th sample.
    """
    if grid.starts is None:
        return np.ascontiguousarray(values, np.float32)
    starts = grid.starts[:-1]
    low = np.minimum.reduceat(values, starts)
    high = np.maximum.reduceat(values, starts)
    first = values[starts]
    rising = np.abs(first - low) <= np.abs(first - high)
    y = np.empty(2 * len(starts), np.float32)
    y[0::2] = np.where(rising, low, high)
    y[1::2] = np.where(rising, high, low)
    return y
