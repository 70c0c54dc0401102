"""What all kernels share, as the text that a step is put into."""

TEMPLATE = '''\
"""A kernel, made from the step of a neuron model."""

import math

import numpy as np
from numba import njit

from plausiwidgets.simulation.compiled.mathfunctions import exp, floor_divide, remainder, sigmoid
from plausiwidgets.simulation.compiled.runtime import (
    LANE,
    fill_up,
    keep_peaks,
    note_spikes,
    padded,
    record,
    renew_currents,
    take_out,
)

STATES = {states}
PARAMETERS = {parameters}
ROWS = {rows}

SIGNATURE = (
    "Tuple((int64, int64, boolean))(float64[::1], float64[:, :, ::1], int64[:, ::1], int32[:, ::1], "
    "float64[:, :, :], int64[::1], int64, int64, int64, float64, float64, float64, int64, int64, int64, int64)"
)


@njit(nogil=True, error_model="numpy")
def alone(w, recorded, places, lane, k, until, dt, limit, k0, k1, m0, m1):
    """Advance a single lane, its state in registers, to its next spike, its loss or step `until`.

    Returns the last step made, and whether the lane fired or was lost in it.
    """
    i = 0
{uniform}
{loaded}
{placed}
    peak = w[{peak}]
    while True:
{moved}
        # In this order, LLVM takes the reset out of the path of all other steps: 12 in place of 15 ns.
        if spike != 0.0:
            break
        if lost:
            break
        if k0 <= k < k1:
{recorded}
        if m0 <= k < m1:
            peak = s0 if s0 > peak else peak
        if k + 1 == until:
            break
        k += 1
{stored}
    w[{peak}] = peak
    return k, spike != 0.0, lost


def run(w, pieces, notes, spikes, recorded, places, n, k, stop, dt, t0, limit, k0, k1, m0, m1):
    """Advance n lanes from step k to `stop`, or until a lane has no room for another spike.

    Returns the step reached, the lanes left, and whether a lane has no room.
    """
{uniform}
    m = padded(n)
    if k == 0:
        fill_up(w, {rows}, n)
        for i in range(m):
{fixed}
    else:  # lanes that were given up, whatever their step would make of it
        n = take_out(w, pieces, notes, recorded, n, k, limit, k0, k1, {states})
        m = padded(n)
    change = k
    full = False
    while k < stop and n > 0 and not full:
        if k >= change:
            change = renew_currents(k, dt, t0, w, pieces, notes, n, m, {states})
        if n == 1:
            # What pads it is stale from here on: no lane comes back.
            lane = notes[LANE, 0]
            k, fired, lost = alone(w, recorded, places, lane, k, min(stop, change), dt, limit, k0, k1, m0, m1)
        else:
            fired = lost = False
            for i in range(m):
{moving}
        if lost:
            n = take_out(w, pieces, notes, recorded, n, k, limit, k0, k1, {states})
            m = padded(n)
        if fired:
            full = note_spikes(w, notes, spikes, n, k, {states})
        # A lane alone has recorded all but its last step.
        if k0 <= k < k1:
            record(w, notes, recorded, places, n, k - k0)
        if m0 <= k < m1:
            for i in range(m):
                w[i + {peak}] = w[i] if w[i] > w[i + {peak}] else w[i + {peak}]
        k += 1
    keep_peaks(w, notes, n, {states})
    return k, n, full


kernel = njit(SIGNATURE, nogil=True, error_model="numpy", no_cfunc_wrapper=True, cache={cached})(run)
'''
