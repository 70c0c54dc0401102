"""Currents of a batch of lanes, averaged exactly over each time step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.current import Current
from plausiwidgets.engine.waveform import Path

Floats = NDArray[np.float64]

PLANES = 5
"""Number of planes: on, off, first value, last value and waveform (0 for a line, i + 1 for ``paths[i]``) of a piece."""


@dataclass(frozen=True)
class LaneCurrent:
    """The currents of a batch of lanes.

    Attributes
    ----------
    base : ndarray, shape (lanes,)
        Holding level of each lane.
    pieces : ndarray, shape (5, pieces, lanes)
        The `PLANES` of each lane's pieces, see :class:`Piece`. A lane with fewer pieces has empty ones (off = on).
    t0 : float
        Left edge of time step 0, in ms relative to the stimulus onset.
    paths : tuple of Path
        The distinct waveforms of the pieces.
    """

    base: Floats
    pieces: Floats
    t0: float
    paths: tuple[Path, ...] = ()

    @classmethod
    def constant(cls, base: ArrayLike, t0: float = 0.0) -> LaneCurrent:
        """Return constant currents, with one lane for each value of `base`."""
        level = np.ascontiguousarray(base, dtype=np.float64)
        return cls(level, np.empty((PLANES, 0, level.size)), t0)

    def take(self, lanes: NDArray[np.intp]) -> LaneCurrent:
        """Return the currents of some lanes, given by their indices."""
        return LaneCurrent(self.base[lanes], np.ascontiguousarray(self.pieces[:, :, lanes]), self.t0, self.paths)

    def table(self, steps: int, dt: float) -> Floats:
        """Return the mean of every waveform over every time step, for an amplitude of 1, shape (paths, steps)."""
        if not self.paths:
            return np.empty((0, 0))
        return np.stack([path.means(self.t0, dt, steps) for path in self.paths])

    def values(self, steps: int, dt: float) -> Floats:
        """Return the current of every step, shape (lanes, steps), exactly as :func:`fill_current` writes it."""
        lanes = self.base.size
        if lanes > 1 and (self.base == self.base[0]).all() and (self.pieces == self.pieces[:, :, :1]).all():
            return self.take(np.zeros(1, dtype=np.intp)).values(steps, dt).repeat(lanes, axis=0)
        out = np.repeat(self.base[:, None], steps, axis=1)
        table = self.table(steps, dt)
        for row, pieces in zip(out, np.moveaxis(self.pieces, 2, 0), strict=True):
            for on, off, first, last, path in pieces.T.tolist():
                k0 = max(math.floor((on - self.t0) / dt) - 1, 0)
                k1 = min(math.ceil((off - self.t0) / dt) + 1, steps)
                if off <= on or k1 <= k0 or (first == 0.0 and last == 0.0):
                    continue
                if path:
                    row[k0:k1] += first * table[int(path) - 1, k0:k1]
                    continue
                edges = self.t0 + np.arange(k0, k1 + 1) * dt
                a, b = np.maximum(edges[:-1], on), np.minimum(edges[1:], off)
                height = first
                if first != last:
                    # Clipped because the value for a step outside the piece is arbitrary and not used.
                    middle = np.clip(0.5 * (a + b), on, off)
                    height = first + (middle - on) / (off - on) * (last - first)
                whole = (a == edges[:-1]) & (b == edges[1:])
                row[k0:k1] += np.where(b > a, np.where(whole, height, height * ((b - a) / dt)), 0.0)
        return out


def lane_current(currents: Sequence[Current], t0: float) -> LaneCurrent:
    """Return one lane for each current."""
    most = max((len(c.pieces) for c in currents), default=0)
    batch = LanePieces(most, len(currents))
    for lane, current in enumerate(currents):
        for j, p in enumerate(current.pieces):
            batch.add(j, slice(lane, lane + 1), p.numbers)
    return batch.current(np.array([c.holding for c in currents], dtype=float), t0)


class LanePieces:
    """The pieces of the currents of a batch, collected for one lane or many lanes at a time."""

    def __init__(self, most: int, lanes: int) -> None:
        self._planes = np.zeros((PLANES, most, lanes))
        self._paths: dict[Path, int] = {}

    def add(self, j: int, lanes: slice, numbers: Sequence[ArrayLike]) -> None:
        """Set piece `j` of some lanes from its `numbers`, each with one value for all lanes or one per lane."""
        for plane, value in enumerate(numbers[:4]):
            self._planes[plane, j, lanes] = value
        if len(numbers) == 4:
            return
        on, off, _, _, kind, a, b = numbers
        chosen = self._planes[4, j, lanes]
        columns = np.broadcast_arrays(np.asarray(kind, dtype=np.float64), on, off, a, b, chosen)[:5]
        rows, which = np.unique(np.stack(columns), axis=1, return_inverse=True)
        places = [self._paths.setdefault(Path(*map(float, row)), len(self._paths) + 1) for row in rows.T]
        self._planes[4, j, lanes] = np.array(places, dtype=np.float64)[which.reshape(-1)]

    def current(self, base: Floats, t0: float) -> LaneCurrent:
        """Return the currents of all lanes, with the holding levels `base`."""
        return LaneCurrent(base, self._planes, t0, tuple(self._paths))


# The two functions below are loops over numbers, because the torch engine calls them and the compiled engine compiles
# them. Both engines therefore inject the same current to the last bit.


def fill_current(k: int, dt: float, t0: float, base: Floats, pieces: Floats, table: Floats, out: Floats) -> None:
    """Write the mean current of each lane over step `k`, the interval [t0 + k·dt, t0 + (k+1)·dt), to `out`."""
    on, off, first, last, path = pieces[0], pieces[1], pieces[2], pieces[3], pieces[4]
    left = t0 + k * dt
    right = t0 + (k + 1) * dt
    for lane in range(base.size):
        total = base[lane]
        for j in range(on.shape[0]):
            a = max(left, on[j, lane])
            b = min(right, off[j, lane])
            if b > a and path[j, lane] > 0.0:
                total += first[j, lane] * table[int(path[j, lane]) - 1, k]
            elif b > a:
                if first[j, lane] == last[j, lane]:
                    height = first[j, lane]
                else:
                    share = (0.5 * (a + b) - on[j, lane]) / (off[j, lane] - on[j, lane])
                    height = first[j, lane] + share * (last[j, lane] - first[j, lane])
                # A full step takes the height itself, because rounding of b - a would make a constant piece vary
                # between steps.
                if a == left and b == right:
                    total += height
                else:
                    total += height * ((b - a) / dt)
        out[lane] = total


def next_change(k: int, dt: float, t0: float, pieces: Floats) -> int:
    """Return the first step after `k` in which the current of a lane may differ from that of step `k`."""
    on, off, first, last, path = pieces[0], pieces[1], pieces[2], pieces[3], pieces[4]
    left = t0 + k * dt
    right = t0 + (k + 1) * dt
    nearest = 2**62
    for j in range(on.shape[0]):
        for lane in range(on.shape[1]):
            begins = on[j, lane]
            ends = off[j, lane]
            if ends <= begins or ends <= left or (first[j, lane] == 0.0 and last[j, lane] == 0.0):
                continue
            if begins < right:
                # Within a piece, a ramp, a waveform or an edge changes in the next step, and a plateau changes at its
                # end.
                if first[j, lane] != last[j, lane] or path[j, lane] > 0.0 or begins > left or ends <= right:
                    return k + 1
                step = int(math.floor((ends - t0) / dt)) - 1
            else:
                step = int(math.floor((begins - t0) / dt)) - 1
            # Return one step too early, because rounding of the quotient must never skip an edge.
            nearest = min(nearest, max(step, k + 1))
    return nearest
