"""Izhikevich and AdEx as a person would write them in Numba: what the compiled engine is measured by.

Twice each: lanes innermost, which LLVM vectorizes, and time innermost, which keeps a lane's state
in registers. Both write the steps of the spikes and, as whoever draws parameters at random must, stop
when a potential runs away.
"""

import math

from numba import njit

LIMIT = 1e4
"""mV."""

compiled = njit(nogil=True, error_model="numpy")


@compiled
def izhikevich_lanes(v, u, current, a, b, c, d, sq, mn, bias, dt, onset, steps, fired, spikes, counts):
    for k in range(steps):
        any_fired = lost = False
        for i in range(v.size):
            x = v[i]
            y = u[i]
            injected = current[i] if k >= onset else 0.0
            x1 = x + dt * (sq[i] * x * x + mn[i] * x + bias[i] - y + injected)
            y1 = y + dt * a[i] * (b[i] * x - y)
            fires = x1 > 30.0
            z = 1.0 if fires else 0.0
            # Norse's reset
            x = (1.0 - z) * x1 + z * c[i]
            v[i] = x
            u[i] = (1.0 - z) * y1 + z * (y1 + d[i])
            fired[i] = fires
            any_fired |= fires
            lost |= not (abs(x) <= LIMIT)
        if lost:
            return
        if any_fired:
            for i in range(v.size):
                if fired[i]:
                    spikes[i, counts[i]] = k
                    counts[i] += 1


@compiled
def izhikevich_time(v, u, current, a, b, c, d, sq, mn, bias, dt, onset, steps, fired, spikes, counts):
    for i in range(v.size):
        x = v[i]
        y = u[i]
        for k in range(steps):
            injected = current[i] if k >= onset else 0.0
            x1 = x + dt * (sq[i] * x * x + mn[i] * x + bias[i] - y + injected)
            y1 = y + dt * a[i] * (b[i] * x - y)
            z = 1.0 if x1 > 30.0 else 0.0
            x = (1.0 - z) * x1 + z * c[i]
            y = (1.0 - z) * y1 + z * (y1 + d[i])
            if z > 0.0:
                spikes[i, counts[i]] = k
                counts[i] += 1
            if not (abs(x) <= LIMIT):
                return
        v[i] = x
        u[i] = y


@compiled
def adex_lanes(v, w, current, C, g_L, E_L, V_T, delta_T, V_r, a, b, tau_w, dt, onset, steps, fired, spikes, counts):
    for k in range(steps):
        any_fired = lost = False
        for i in range(v.size):
            x = v[i]
            y = w[i]
            injected = current[i] if k >= onset else 0.0
            upswing = g_L[i] * delta_T[i] * math.exp((x - V_T[i]) / delta_T[i])
            x1 = x + dt / C[i] * (g_L[i] * (E_L[i] - x) + upswing - y + injected)
            y1 = y + dt / tau_w[i] * (a[i] * (x - E_L[i]) - y)
            fires = x1 >= 0.0
            x = V_r[i] if fires else x1
            v[i] = x
            w[i] = y1 + b[i] if fires else y1
            fired[i] = fires
            any_fired |= fires
            lost |= not (abs(x) <= LIMIT)
        if lost:
            return
        if any_fired:
            for i in range(v.size):
                if fired[i]:
                    spikes[i, counts[i]] = k
                    counts[i] += 1


@compiled
def adex_time(v, w, current, C, g_L, E_L, V_T, delta_T, V_r, a, b, tau_w, dt, onset, steps, fired, spikes, counts):
    for i in range(v.size):
        x = v[i]
        y = w[i]
        for k in range(steps):
            injected = current[i] if k >= onset else 0.0
            upswing = g_L[i] * delta_T[i] * math.exp((x - V_T[i]) / delta_T[i])
            x1 = x + dt / C[i] * (g_L[i] * (E_L[i] - x) + upswing - y + injected)
            y += dt / tau_w[i] * (a[i] * (x - E_L[i]) - y)
            x = x1
            if x >= 0.0:
                x = V_r[i]
                y += b[i]
                spikes[i, counts[i]] = k
                counts[i] += 1
            if not (abs(x) <= LIMIT):
                return
        v[i] = x
        w[i] = y


KERNELS = {
    "izhikevich": {"lanes": izhikevich_lanes, "time": izhikevich_time},
    "adex": {"lanes": adex_lanes, "time": adex_time},
}
