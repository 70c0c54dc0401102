"""What all kernels share, as the text that a step is put into."""

TEMPLATE = '''\
"""A kernel, made from the step of a neuron model."""

import math

import numpy as np
from numba import njit

from plausiwidgets.simulation.mathfunctions import (
    exp,
    fill_current,
    floor_divide,
    next_change,
    remainder,
    sigmoid,
)

STATES = {states}
PARAMETERS = {parameters}
ROWS = {rows}

SIGNATURE = (
    "UniTuple(int64, 2)("
    "float64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[::1], int64[::1], "
    "int32[:, ::1], int64[::1], int64[::1], float64[::1], float64[:, :], "
    "int64, int64, int64, float64, float64, float64, int64, int64, int64, int64)"
)


def run(
    w, on, off, start, end, due, lane,
    spikes, counts, diverged, peaks, v,
    n, k, stop, dt, t0, limit, v0, v1, m0, m1,
):
    """Advance n lanes from step k to `stop`, or until a lane has no room for another spike."""
{uniform}
    m = (n + {pad_less_one}) // {pad} * {pad}
    if k == 0:
        for i in range(m):
{fixed}
    change = k
    full = False
    while k < stop and n > 0 and not full:
        if k >= change:
            change = 2**62
            for i in range(n):
                if k >= due[i]:
                    fill_current(
                        k, dt, t0, w[i + {base} : i + {base} + 1],
                        on[:, i : i + 1], off[:, i : i + 1], start[:, i : i + 1], end[:, i : i + 1],
                        w[i + {current} : i + {current} + 1],
                    )
                    due[i] = next_change(
                        k, dt, t0, on[:, i : i + 1], off[:, i : i + 1], start[:, i : i + 1], end[:, i : i + 1]
                    )
                change = min(change, due[i])
            for i in range(n, m):
                w[i + {current}] = w[{current}]
        event = False
        for i in range(m):
{moving}
        if event:
            before = n
            i = 0
            while i < n:
                if not ({good}):
                    diverged[lane[i]] = k
                    peaks[lane[i]] = w[i + {peak}]
                    if k < v1:
                        v[lane[i], max(k - v0, 0) :] = np.nan
                    # The last lane takes the place.
                    n -= 1
                    for row in range({rows}):
                        w[row * {stride} + i] = w[row * {stride} + n]
                    for j in range(on.shape[0]):
                        on[j, i] = on[j, n]
                        off[j, i] = off[j, n]
                        start[j, i] = start[j, n]
                        end[j, i] = end[j, n]
                    due[i] = due[n]
                    lane[i] = lane[n]
                    continue
                if w[i + {spiked}] != 0.0:
                    count = counts[lane[i]]
                    spikes[lane[i], count] = k
                    counts[lane[i]] = count + 1
                    full = full or count + 1 == spikes.shape[1]
                i += 1
            if n < before:
                m = (n + {pad_less_one}) // {pad} * {pad}
                for row in range({rows}):
                    for i in range(n, m):
                        w[row * {stride} + i] = w[row * {stride}]
        if v0 <= k < v1:
            for i in range(n):
                v[lane[i], k - v0] = w[i]
        if m0 <= k < m1:
            for i in range(m):
                w[i + {peak}] = w[i] if w[i] > w[i + {peak}] else w[i + {peak}]
        k += 1
    for i in range(n):
        peaks[lane[i]] = w[i + {peak}]
    return k, n


kernel = njit(SIGNATURE, nogil=True, error_model="numpy", cache={cached})(run)
'''
