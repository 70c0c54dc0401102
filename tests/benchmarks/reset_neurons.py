"""Equations of the fifteen neurons with a reset, from their publications, by the classical Runge–Kutta method.

`equations` contains the seven neurons without a reset. No code of the package is used. A neuron consists of its rates,
of the condition for a spike and of the reset. The potential is the first state variable. The time to the next multiple
of `dt` rounds a spike, so `dt` must be small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

import numpy as np
from equations import Piece, compiled, current_at

PARAMETERS = {
    "lif": "tau_mem v_rest v_threshold v_reset t_ref",
    "lif_adapt": "C g_L E_L v_threshold v_reset E_K dg tau_g",
    "qif": "a v_rest v_threshold v_reset v_peak",
    "eif": "C g_L E_L V_T delta_T V_r t_ref",
    "rf": "b omega x_reset y_reset",
    "ifb": "C g_L V_L V_th V_reset g_T V_T V_h tau_minus tau_plus",
    "lsnn": "tau_mem v_rest v_threshold v_reset beta tau_adapt",
    "mihalas_niebur": "G E_L V_r Theta_r Theta_inf a b k1 k2 A1 A2 R1 R2",
    "glif": "C g_L E_L V_th t_ref reset_rules f_v V_add theta_add b_s after_spike_currents A1 A2 k1 k2 "
    "threshold_adaptation a_v b_v",
    "adex": "C g_L E_L V_T delta_T V_r a b tau_w",
    "adex_refrac": "C g_L E_L V_T delta_T V_r a b tau_w t_ref",
    "adex_norse": "tau_mem v_rest delta_T v_threshold v_reset a b tau_w",
    "izhikevich": "a b c d sq mn bias",
    "izhikevich_2004": "a b c d sq mn bias v_u k_u",
    "izhikevich_2007": "C k v_r v_t a b c d v_peak v_b b_low cubic peak_u c_u u_max",
}
"""Parameters of each neuron in the order of its functions."""


@compiled
def lif(y, p, current, d):
    d[0] = (current - (y[0] - p[1])) / p[0]


@compiled
def lif_spike(y, p):
    if y[0] <= p[2]:
        return -1.0
    y[0] = min(p[3], p[2] - 1.0)
    return p[4]


@compiled
def lif_adapt(y, p, current, d):
    d[0] = (current - p[1] * (y[0] - p[2]) - y[1] * (y[0] - p[5])) / p[0]
    d[1] = -y[1] / p[7]


@compiled
def lif_adapt_spike(y, p):
    if y[0] <= p[3]:
        return -1.0
    y[0], y[1] = min(p[4], p[3] - 1.0), y[1] + p[6]
    return 0.0


@compiled
def qif(y, p, current, d):
    v = min(y[0], p[4])
    d[0] = p[0] * (v - p[1]) * (v - p[2]) + current


@compiled
def qif_spike(y, p):
    if y[0] < p[4]:
        return -1.0
    y[0] = p[3]
    return 0.0


@compiled
def eif(y, p, current, d):
    c, g_l, e_l, v_t, delta, _, _ = p
    v = min(y[0], 0.0)
    d[0] = (g_l * (e_l - v) + g_l * delta * exp((v - v_t) / delta) + current) / c


@compiled
def eif_spike(y, p):
    if y[0] < 0.0:
        return -1.0
    y[0] = p[5]
    return p[6]


@compiled
def rf(y, p, current, d):
    b, omega, _, _ = p
    height = (y[0] + 65.0) / 15.0
    d[0] = 15.0 * (omega * y[1] + b * height)
    d[1] = b * y[1] - omega * height + current


@compiled
def rf_spike(y, p):
    if y[0] < -50.0:
        return -1.0
    y[0], y[1] = 15.0 * p[3] - 65.0, p[2]
    return 0.0


@compiled
def ifb(y, p, current, d):
    c, g_l, v_l, _, _, g_t, v_t, v_h, tau_minus, tau_plus = p
    v, h = y
    is_open = v > v_h
    d[0] = (current - g_l * (v - v_l) - (g_t * h * (v - v_t) if is_open else 0.0)) / c
    d[1] = -h / tau_minus if is_open else (1.0 - h) / tau_plus


@compiled
def ifb_spike(y, p):
    if y[0] < p[3]:
        return -1.0
    y[0] = min(p[4], p[3] - 1.0)
    return 0.0


@compiled
def lsnn(y, p, current, d):
    d[0] = (current - (y[0] - p[1])) / p[0]
    d[1] = (p[2] - y[1]) / p[5]


@compiled
def lsnn_spike(y, p):
    if y[0] <= y[1]:
        return -1.0
    y[0], y[1] = min(p[3], p[2] - 1.0), y[1] + p[4]
    return 0.0


@compiled
def mihalas_niebur(y, p, current, d):
    g, e_l, _, _, theta_inf, a, b, k1, k2, _, _, _, _ = p
    d[0] = current + y[2] + y[3] - g * (y[0] - e_l)
    d[1] = a * (y[0] - e_l) - b * (y[1] - theta_inf)
    d[2], d[3] = -k1 * y[2], -k2 * y[3]


@compiled
def mihalas_niebur_spike(y, p):
    if y[0] < y[1]:
        return -1.0
    y[0], y[1] = min(p[2], p[3] - 1.0), max(p[3], y[1])
    y[2], y[3] = p[11] * y[2] + p[9], p[12] * y[3] + p[10]
    return 0.0


@compiled
def glif(y, p, current, d):
    """The state is V, θ_v, θ_s, I₁ and I₂."""
    d[0] = (current + y[3] + y[4] - p[1] * (y[0] - p[2])) / p[0]
    d[1] = (p[16] * (y[0] - p[2]) if p[15] > 0.5 else 0.0) - p[17] * y[1]
    d[2], d[3], d[4] = -p[9] * y[2], -p[13] * y[3], -p[14] * y[4]


@compiled
def glif_spike(y, p):
    if y[0] <= p[3] + y[1] + y[2]:
        return -1.0
    has_rules, has_currents, wait = p[5] > 0.5, p[10] > 0.5, p[4]
    y[2] = y[2] * exp(-p[9] * wait) + p[8] if has_rules else 0.0
    y[0] = p[2] + p[6] * (y[0] - p[2]) + p[7] if has_rules else p[2]
    y[0] = min(y[0], p[3] + y[1] + y[2] - 1.0)
    y[3] = y[3] * exp(-p[13] * wait) + (p[11] if has_currents else 0.0)
    y[4] = y[4] * exp(-p[14] * wait) + (p[12] if has_currents else 0.0)
    return wait


@compiled
def adex(y, p, current, d):
    c, g_l, e_l, v_t, delta, _, a, _, tau_w = p[:9]
    v = min(y[0], 0.0)
    d[0] = (g_l * (e_l - v) + g_l * delta * exp((v - v_t) / delta) - y[1] + current) / c
    d[1] = (a * (v - e_l) - y[1]) / tau_w


@compiled
def adex_spike(y, p):
    if y[0] < 0.0:
        return -1.0
    y[0], y[1] = p[5], y[1] + p[7]
    return p[9] if p.size > 9 else 0.0


@compiled
def adex_norse(y, p, current, d):
    tau, rest, delta, threshold, _, a, _, tau_w = p
    v = min(y[0], threshold)
    d[0] = (rest - v + delta * exp((v - threshold) / delta) - y[1] + current) / tau
    d[1] = (a * (v - rest) - y[1]) / tau_w


@compiled
def adex_norse_spike(y, p):
    if y[0] <= p[3]:
        return -1.0
    y[0], y[1] = min(p[4], p[3] - 1.0), y[1] + p[6]
    return 0.0


@compiled
def izhikevich(y, p, current, d):
    a, b, _, _, sq, mn, bias = p[:7]
    offset, decay = (p[7], p[8]) if p.size > 7 else (0.0, 1.0)
    v = min(y[0], 30.0)
    d[0] = sq * v * v + mn * v + bias - y[1] + current
    d[1] = a * (b * (v + offset) - decay * y[1])


@compiled
def izhikevich_spike(y, p):
    if y[0] < 30.0:
        return -1.0
    y[0], y[1] = p[2], y[1] + p[3]
    return 0.0


@compiled
def izhikevich_2007(y, p, current, d):
    c, k, v_r, v_t, a, b = p[:6]
    v = min(y[0], p[8] + p[12] * y[1])
    above = v - p[9]
    recovery = b * (v - v_r) + p[10] * min(above, 0.0) + p[11] * max(above, 0.0) ** 3
    d[0] = (k * (v - v_r) * (v - v_t) - y[1] + current) / c
    d[1] = a * (recovery - y[1])


@compiled
def izhikevich_2007_spike(y, p):
    peak = p[8] + p[12] * y[1]
    if y[0] < peak:
        return -1.0
    y[0], y[1] = min(p[6] + p[13] * y[1], peak - 1.0), min(y[1] + p[7], p[14])
    return 0.0


FUNCTIONS = {
    "lif": (lif, lif_spike),
    "lif_adapt": (lif_adapt, lif_adapt_spike),
    "qif": (qif, qif_spike),
    "eif": (eif, eif_spike),
    "rf": (rf, rf_spike),
    "ifb": (ifb, ifb_spike),
    "lsnn": (lsnn, lsnn_spike),
    "mihalas_niebur": (mihalas_niebur, mihalas_niebur_spike),
    "glif": (glif, glif_spike),
    "adex": (adex, adex_spike),
    "adex_refrac": (adex, adex_spike),
    "adex_norse": (adex_norse, adex_norse_spike),
    "izhikevich": (izhikevich, izhikevich_spike),
    "izhikevich_2004": (izhikevich, izhikevich_spike),
    "izhikevich_2007": (izhikevich_2007, izhikevich_2007_spike),
}
"""Rates of each neuron, and its reset, which returns the refractory period in ms, or -1 without a spike."""

FROZEN = ("glif",)
"""Neurons of which no variable changes during the refractory period. In the others only the potential is constant."""


@compiled
def runge_kutta(slope, spike, y, p, holding, pieces, steps, dt, frozen):
    """Return the potentials, the steps with a spike and the last state."""
    v_out, spikes, count = np.empty(steps), np.empty(steps, np.int64), 0
    y, left = y.copy(), 0.0
    k1, k2, k3, k4 = np.zeros_like(y), np.zeros_like(y), np.zeros_like(y), np.zeros_like(y)
    for j in range(steps):
        t = j * dt
        left_current = current_at(t + 1e-9 * dt, holding, pieces)
        middle = current_at(t + 0.5 * dt, holding, pieces)
        right = 2.0 * middle - left_current
        if not (frozen and left > 0.5 * dt):
            v = y[0]
            slope(y, p, left_current, k1)
            slope(y + 0.5 * dt * k1, p, middle, k2)
            slope(y + 0.5 * dt * k2, p, middle, k3)
            slope(y + dt * k3, p, right, k4)
            y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            if left > 0.5 * dt:
                y[0] = v
        if left > 0.5 * dt:
            left -= dt
        else:
            wait = spike(y, p)
            if wait >= 0.0:
                spikes[count] = j + 1
                count += 1
                left = wait
        v_out[j] = y[0]
    return v_out, spikes[:count], y


def integrate(
    model: str,
    parameters: Mapping[str, float],
    state: np.ndarray,
    duration: float,
    dt: float,
    holding: float = 0.0,
    pieces: Sequence[Piece] = (),
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return times in ms, potentials in mV, spike times in ms and the state after `duration` ms from `state`."""
    slope, spike = FUNCTIONS[model]
    p = np.array([parameters[name] for name in PARAMETERS[model].split()], dtype=np.float64)
    table = np.array([piece for piece in pieces if piece[1] > piece[0]], dtype=np.float64).reshape(-1, 4)
    y = np.asarray(state, dtype=np.float64)
    steps = round(duration / dt)
    v, spikes, y = runge_kutta(slope, spike, y, p, float(holding), table, steps, float(dt), model in FROZEN)
    return np.arange(1, steps + 1) * dt, v, spikes * dt, y
