"""The seven neurons without a reset as their publications have them, by the classical Runge–Kutta method.

Written from the publications, for one lane, without a line of the package: no step, no kernel, no current of it. What
the package adds to an equation (a time scale, the speed of a gate, mV in place of a number without a unit) is in the
docstring of the neuron, and stands here once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cosh, exp, tanh

import numpy as np
from numba import njit

compiled = njit(cache=False, error_model="numpy")


@compiled
def linoid(x):
    """x/(1 − e^−x), 1 at 0."""
    return 1.0 + 0.5 * x if abs(x) < 1e-6 else x / (1.0 - exp(-x))


@compiled
def fitzhugh_nagumo(y, p, current, d):
    """FitzHugh 1961: v = 33 x − 25."""
    t, a, b, epsilon = p
    x = (y[0] + 25.0) / 33.0
    d[0] = 33.0 * (x - x**3 / 3.0 - y[1] + current) / t
    d[1] = epsilon * (x + a - b * y[1]) / t


@compiled
def hindmarsh_rose(y, p, current, d):
    """Hindmarsh & Rose 1984: v = 25 x − 25."""
    t, a, b, c, e, r, s, x_1 = p
    x = (y[0] + 25.0) / 25.0
    d[0] = 25.0 * (y[1] - a * x**3 + b * x**2 + current - y[2]) / t
    d[1] = (c - e * x**2 - y[1]) / t
    d[2] = r * (s * (x - x_1) - y[2]) / t


@compiled
def morris_lecar(y, p, current, d):
    """Morris & Lecar 1981, eqs. 9 and 2."""
    c, g_ca, g_k, g_l, v_ca, v_k, v_l, v_1, v_2, v_3, v_4, phi = p
    v, n = y
    m_inf = 0.5 * (1.0 + tanh((v - v_1) / v_2))
    n_inf = 0.5 * (1.0 + tanh((v - v_3) / v_4))
    d[0] = (current - g_l * (v - v_l) - g_ca * m_inf * (v - v_ca) - g_k * n * (v - v_k)) / c
    d[1] = phi * cosh((v - v_3) / (2.0 * v_4)) * (n_inf - n)


@compiled
def wilson(y, p, current, d):
    """Wilson 1999, with V in mV."""
    c, e_na, e_k, e_t, g_k, tau_r, g_t, tau_t, g_h, tau_h = p
    v, r, t, h = y
    u = v / 100.0
    sodium = 17.8 + 47.6 * u + 33.8 * u**2
    d[0] = (current - sodium * (v - e_na) - (g_k * r + g_h * h) * (v - e_k) - g_t * t * (v - e_t)) / c
    d[1] = (1.24 + 3.7 * u + 3.2 * u**2 - r) / tau_r
    d[2] = (4.205 + 11.6 * u + 8.0 * u**2 - t) / tau_t
    d[3] = (3.0 * t - h) / tau_h


@compiled
def wang_buzsaki(y, p, current, d):
    """Wang & Buzsáki 1996."""
    c, g_l, e_l, g_na, e_na, g_k, e_k, phi = p
    v, h, n = y
    a_m, b_m = linoid(0.1 * (v + 35.0)), 4.0 * exp(-(v + 60.0) / 18.0)
    a_h, b_h = 0.07 * exp(-(v + 58.0) / 20.0), 1.0 / (1.0 + exp(-0.1 * (v + 28.0)))
    a_n, b_n = 0.1 * linoid(0.1 * (v + 34.0)), 0.125 * exp(-(v + 44.0) / 80.0)
    m = a_m / (a_m + b_m)
    d[0] = (current - g_na * m**3 * h * (v - e_na) - g_k * n**4 * (v - e_k) - g_l * (v - e_l)) / c
    d[1] = phi * (a_h * (1.0 - h) - b_h * h)
    d[2] = phi * (a_n * (1.0 - n) - b_n * n)


@compiled
def hodgkin_huxley(y, p, current, d):
    """Hodgkin & Huxley 1952, resting at −65 mV."""
    c, g_l, e_l, g_na, e_na, g_k, e_k, temperature, rate_n, rate_h = p
    v, n, m, h = y
    phi = 3.0 ** ((temperature - 6.3) / 10.0)
    a_n, b_n = 0.1 * linoid((v + 55.0) / 10.0), 0.125 * exp(-(v + 65.0) / 80.0)
    a_m, b_m = linoid((v + 40.0) / 10.0), 4.0 * exp(-(v + 65.0) / 18.0)
    a_h, b_h = 0.07 * exp(-(v + 65.0) / 20.0), 1.0 / (1.0 + exp(-(v + 35.0) / 10.0))
    d[0] = (current - g_na * m**3 * h * (v - e_na) - g_k * n**4 * (v - e_k) - g_l * (v - e_l)) / c
    d[1] = phi * rate_n * (a_n * (1.0 - n) - b_n * n)
    d[2] = phi * (a_m * (1.0 - m) - b_m * m)
    d[3] = phi * rate_h * (a_h * (1.0 - h) - b_h * h)


@compiled
def connor_stevens(y, p, current, d):
    """Connor, Walter & McKown 1977 as in Dayan & Abbott 2001."""
    c, g_l, e_l, g_na, e_na, g_k, e_k, g_a, e_a, rate_n, rate_h, rate_b = p
    v, n, m, h, a, b = y
    a_n, b_n = 0.2 * linoid(0.1 * (v + 45.7)), 0.25 * exp(-0.0125 * (v + 55.7))
    a_m, b_m = 3.8 * linoid(0.1 * (v + 29.7)), 15.2 * exp(-0.0556 * (v + 54.7))
    a_h, b_h = 0.266 * exp(-0.05 * (v + 48.0)), 3.8 / (1.0 + exp(-0.1 * (v + 18.0)))
    a_inf = (0.0761 * exp(0.0314 * (v + 94.22)) / (1.0 + exp(0.0346 * (v + 1.17)))) ** (1.0 / 3.0)
    b_inf = (1.0 / (1.0 + exp(0.0688 * (v + 53.3)))) ** 4
    tau_a = 0.3632 + 1.158 / (1.0 + exp(0.0497 * (v + 55.96)))
    tau_b = 1.24 + 2.678 / (1.0 + exp(0.0624 * (v + 50.0)))
    ionic = g_na * m**3 * h * (v - e_na) + g_k * n**4 * (v - e_k) + g_a * a**3 * b * (v - e_a) + g_l * (v - e_l)
    d[0] = (current - ionic) / c
    d[1] = rate_n * (a_n * (1.0 - n) - b_n * n)
    d[2] = a_m * (1.0 - m) - b_m * m
    d[3] = rate_h * (a_h * (1.0 - h) - b_h * h)
    d[4] = (a_inf - a) / tau_a
    d[5] = rate_b * (b_inf - b) / tau_b


EQUATIONS = {
    "fitzhugh_nagumo": (fitzhugh_nagumo, "T a b epsilon"),
    "hindmarsh_rose": (hindmarsh_rose, "T a b c d r s x_1"),
    "morris_lecar": (morris_lecar, "C g_Ca g_K g_L V_Ca V_K V_L V_1 V_2 V_3 V_4 phi"),
    "wilson": (wilson, "C E_Na E_K E_T g_K tau_R g_T tau_T g_H tau_H"),
    "wang_buzsaki": (wang_buzsaki, "C g_L E_L g_Na E_Na g_K E_K phi"),
    "hodgkin_huxley": (hodgkin_huxley, "C g_L E_L g_Na E_Na g_K E_K temperature rate_n rate_h"),
    "connor_stevens": (connor_stevens, "C g_L E_L g_Na E_Na g_K E_K g_A E_A rate_n rate_h rate_b"),
}
"""Model → right-hand side and the parameters it takes, in their order."""

Piece = tuple[float, float, float, float]
"""On and off in ms, current at either in the model's unit: linear in between, on top of the holding level."""


@compiled
def current_at(t, holding, pieces):
    """The current from `t` on."""
    total = holding
    for on, off, start, end in pieces:
        if on <= t < off:
            total += start + (end - start) * (t - on) / (off - on)
    return total


@compiled
def runge_kutta(slope, y, p, holding, pieces, edges, dt, limit):
    """Integrate from edge to edge in equal steps of at most `dt`; return times, potentials and the last state."""
    count = 0
    for i in range(len(edges) - 1):
        count += int(np.ceil((edges[i + 1] - edges[i]) / dt - 1e-9))
    t_out, v_out = np.empty(count), np.empty(count)
    y = y.copy()
    k1, k2, k3, k4 = np.empty_like(y), np.empty_like(y), np.empty_like(y), np.empty_like(y)
    j = 0
    for i in range(len(edges) - 1):
        steps = int(np.ceil((edges[i + 1] - edges[i]) / dt - 1e-9))
        h = (edges[i + 1] - edges[i]) / max(steps, 1)
        for step in range(steps):
            t = edges[i] + step * h
            # No jump of the current lies within a step: what holds within it holds at its end, too.
            left, middle = current_at(t + 1e-9 * h, holding, pieces), current_at(t + 0.5 * h, holding, pieces)
            right = 2.0 * middle - left
            slope(y, p, left, k1)
            slope(y + 0.5 * h * k1, p, middle, k2)
            slope(y + 0.5 * h * k2, p, middle, k3)
            slope(y + h * k3, p, right, k4)
            y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            t_out[j], v_out[j] = t + h, y[0]
            j += 1
            if not abs(y[0]) < limit:
                v_out[j - 1 :], t_out[j - 1 :] = np.nan, t + h
                return t_out, v_out, y
    return t_out, v_out, y


def integrate(
    model: str,
    parameters: Mapping[str, float],
    state: np.ndarray,
    duration: float,
    dt: float,
    holding: float = 0.0,
    pieces: Sequence[Piece] = (),
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times in ms, potentials in mV, and the state after `duration` ms from `state`."""
    slope, names = EQUATIONS[model]
    p = np.array([parameters[name] for name in names.split()])
    times = {0.0, float(duration)} | {float(t) for on, off, *_ in pieces for t in (on, off) if 0.0 < t < duration}
    table = np.array([p for p in pieces if p[1] > p[0]], dtype=np.float64).reshape(-1, 4)
    y = np.asarray(state, dtype=np.float64)
    return runge_kutta(slope, y, p, float(holding), table, np.array(sorted(times)), float(dt), 1e4)
