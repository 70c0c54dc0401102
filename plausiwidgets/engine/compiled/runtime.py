"""Functions that all kernels share: currents, spikes, divergence and recording.

They are compiled once per machine (``shared.py``) and linked into each kernel. The argument `w` is the work space of
:mod:`plausiwidgets.engine.compiled.kernel`. Only kernels import this module, because it requires Numba.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine import lane_current
from plausiwidgets.engine.compiled.kernel import (
    BASE,
    CURRENT,
    HIGH,
    HIGHEST,
    LOW,
    LOWEST,
    PAD,
    PEAK,
    RESULTS,
    RISE,
    SPIKED,
    STRIDE,
    TROUGH,
)
from plausiwidgets.engine.compiled.mathfunctions import bits_of
from plausiwidgets.engine.compiled.shared import shared

Floats = NDArray[np.float64]
Notes = NDArray[np.int64]

DUE, LANE, COUNT, DIVERGED = range(4)
"""Rows of `notes`.

They are, in this order: the step at which the current of place i must be renewed, the lane at place i, the number of
spikes of lane j, and the step in which lane j diverged.
"""
ON, OFF, START, END, PATH = range(5)
"""Planes of `pieces`, see :class:`plausiwidgets.engine.lane_current.LaneCurrent`."""

_LARGEST = float(np.finfo(np.float64).max)

# Only kernels call these functions, so they need no wrapper for calls from Python.
compiled = shared(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)

# Both engines compile the currents from the same source, see plausiwidgets.engine.lane_current.
_fill_current = compiled(lane_current.fill_current)
_next_change = compiled(lane_current.next_change)


@compiled
def padded(n: int) -> int:
    """Return n, rounded up to a multiple of the padding."""
    return (n + PAD - 1) // PAD * PAD


@compiled
def fill_up(w: Floats, rows: int, n: int) -> None:
    """Fill the places from n to the next multiple of the padding with copies of the first lane."""
    for i in range(n, padded(n)):
        for row in range(rows):
            w[row * STRIDE + i] = w[row * STRIDE]


@compiled
def renew_currents(
    k: int, dt: float, t0: float, w: Floats, pieces: Floats, table: Floats, notes: Notes, n: int, m: int, states: int
) -> int:
    """Compute the currents that change at step k, and return the next step at which a current changes."""
    current = (states + CURRENT) * STRIDE
    base = (states + BASE) * STRIDE
    left = t0 + k * dt
    right = t0 + (k + 1) * dt
    # This value is beyond every step. If it is returned, the caller runs to its end without renewing the currents.
    change = 2**62
    i = 0
    while i < n:
        if k < notes[DUE, i]:
            change = min(change, notes[DUE, i])
            i += 1
            continue
        # Neighbours that are due at the same step share one call.
        first = i
        while i < n and k >= notes[DUE, i]:
            due = 0
            for j in range(pieces.shape[1]):
                # The mean of a ramp differs in each step, while a constant level stays until its next edge.
                varies = pieces[START, j, i] != pieces[END, j, i] or pieces[PATH, j, i] > 0.0
                if varies and pieces[ON, j, i] < right and left < pieces[OFF, j, i]:
                    due = k + 1
            if due == 0:
                due = _next_change(k, dt, t0, pieces[:, :, i : i + 1])
            notes[DUE, i] = due
            change = min(change, due)
            i += 1
        held, out = w[base + first : base + i], w[current + first : current + i]
        _fill_current(k, dt, t0, held, pieces[:, :, first:i], table, out)
    # A padding place must never diverge on its own, so it gets the current of the first lane.
    for i in range(n, m):
        w[current + i] = w[current]
    return change


@compiled
def keep(w: Floats, i: int, lane: int, states: int, spiked: bool) -> None:
    """Write the results of the lane at place i.

    With `spiked`, the last spike counts as a spike with a finished rise if the potential has fallen since its top.
    """
    first, out = states * STRIDE + i, w.size - RESULTS * STRIDE + lane
    low, high, rise = w[first + LOW * STRIDE], w[first + HIGH * STRIDE], w[first + RISE * STRIDE]
    if spiked and w[i] < high:
        rise = min(rise, high - w[first + TROUGH * STRIDE])
    w[out] = w[first + PEAK * STRIDE]
    w[out + STRIDE] = min(low, w[first + LOWEST * STRIDE])
    w[out + 2 * STRIDE] = max(high, w[first + HIGHEST * STRIDE])
    w[out + 3 * STRIDE] = rise


@compiled
def take_out(
    w: Floats,
    pieces: Floats,
    notes: Notes,
    recorded: Floats,
    n: int,
    k: int,
    limit: float,
    k0: int,
    k1: int,
    states: int,
) -> int:
    """Remove the lanes that diverged in step k, and return the number of remaining lanes."""
    rows = w.size // STRIDE - RESULTS
    i = 0
    while i < n:
        good = abs(w[i]) <= limit
        for state in range(1, states):
            good = good and abs(w[state * STRIDE + i]) <= _LARGEST
        if good:
            i += 1
            continue
        lane = notes[LANE, i]
        notes[DIVERGED, lane] = k
        keep(w, i, lane, states, False)
        # No other code writes these numbers, and the memory of the array was not cleared.
        if k < k1:
            for which in range(recorded.shape[0]):
                for j in range(max(k - k0, 0), k1 - k0):
                    recorded[which, lane, j] = np.nan
        # The last lane moves to the free place.
        n -= 1
        for row in range(rows):
            w[row * STRIDE + i] = w[row * STRIDE + n]
        for plane in range(pieces.shape[0]):
            for j in range(pieces.shape[1]):
                pieces[plane, j, i] = pieces[plane, j, n]
        notes[DUE, i] = notes[DUE, n]
        notes[LANE, i] = notes[LANE, n]
    fill_up(w, rows, n)
    return n


@compiled
def note_rise(w: Floats, first: int, spiked: bool) -> None:
    """Update the smallest rise at a spike. `first` is the offset of the lane after its state rows."""
    low, high = first + LOW * STRIDE, first + HIGH * STRIDE
    trough, rise = first + TROUGH * STRIDE, first + RISE * STRIDE
    if spiked:
        w[rise] = min(w[rise], w[high] - w[trough])
    # The current spike rises from the lowest potential since the previous spike.
    w[trough] = w[low]
    w[first + LOWEST * STRIDE] = min(w[low], w[first + LOWEST * STRIDE])
    w[first + HIGHEST * STRIDE] = max(w[high], w[first + HIGHEST * STRIDE])
    w[low], w[high] = np.inf, -np.inf


@compiled
def note_spikes(w: Floats, notes: Notes, spikes: NDArray[np.int32], n: int, k: int, states: int, extremes: int) -> bool:
    """Record the spikes of step k and the rises of the previous ones. Return whether a lane has no room for another."""
    spiked = (states + SPIKED) * STRIDE
    full = False
    for first in range(0, n, PAD):
        # Test a whole vector, because most lanes are silent in most steps.
        some = np.int64(0)
        for i in range(first, first + PAD):
            some |= bits_of(w[spiked + i])
        if some != 0:
            for i in range(first, min(first + PAD, n)):
                if w[spiked + i] != 0.0:
                    lane = notes[LANE, i]
                    count = notes[COUNT, lane]
                    if extremes:
                        note_rise(w, states * STRIDE + i, count > 0)
                    if count < spikes.shape[1]:
                        spikes[lane, count] = k
                        notes[COUNT, lane] = count + 1
                    # A step adds at most one spike per lane, so the buffer can grow before the next step.
                    full = full or count + 1 >= spikes.shape[1]
    return full


@compiled
def record(w: Floats, notes: Notes, recorded: Floats, places: NDArray[np.int64], n: int, column: int) -> None:
    """Write the recorded state variables of the current step."""
    for state in range(places.size):
        place = places[state]
        if place >= 0:
            for i in range(n):
                recorded[place, notes[LANE, i], column] = w[state * STRIDE + i]


@compiled
def keep_extremes(w: Floats, notes: Notes, n: int, states: int) -> None:
    """Write the results of the remaining lanes."""
    for i in range(n):
        keep(w, i, notes[LANE, i], states, notes[COUNT, notes[LANE, i]] > 0)
