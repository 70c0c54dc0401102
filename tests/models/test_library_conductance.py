"""The neurons without a reset against the literature, and against SciPy's LSODA on equations written out here again."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

import plausiwidgets as pw

Floats = NDArray[np.float64]
exp, tanh, cosh = np.exp, np.tanh, np.cosh

# ------------------------------------------------------------------ the equations as published


def fitzhugh_nagumo(y: Sequence[float], current: float, time_scale: float = 0.5, epsilon: float = 0.08) -> list[float]:
    x, w = y
    return [(x - x**3 / 3 - w + current) / time_scale, epsilon * (x + 0.7 - 0.8 * w) / time_scale]


def hindmarsh_rose(y: Sequence[float], current: float, r: float = 0.006) -> list[float]:
    x, w, z = y
    return [
        (w - x**3 + 3 * x**2 + current - z) / 0.5, (1 - 5 * x**2 - w) / 0.5, r * (4 * (x + 1.6) - z) / 0.5,
    ]  # fmt: skip


def morris_lecar(
    y: Sequence[float], current: float, g_ca: float = 4.4, v3: float = 2.0, v4: float = 30.0, phi: float = 0.04
) -> list[float]:
    v, n = y
    m_inf, n_inf = (1 + tanh((v + 1.2) / 18)) / 2, (1 + tanh((v - v3) / v4)) / 2
    ionic = 2 * (v + 60) + g_ca * m_inf * (v - 120) + 8 * n * (v + 84)
    return [(current - ionic) / 20, phi * cosh((v - v3) / (2 * v4)) * (n_inf - n)]


def wilson(y: Sequence[float], current: float, g_t: float = 0.1, g_h: float = 5.0, tau_r: float = 4.2) -> list[float]:
    """In the units of the publication: V in 100 mV."""
    v, r, t, h = y
    ionic = (17.8 + 47.6 * v + 33.8 * v**2) * (v - 0.5) + 26 * r * (v + 0.95)
    ionic += g_t * t * (v - 1.2) + g_h * h * (v + 0.95)
    return [
        current - ionic, (1.24 + 3.7 * v + 3.2 * v**2 - r) / tau_r, (4.205 + 11.6 * v + 8 * v**2 - t) / 14,
        (3 * t - h) / 45,
    ]  # fmt: skip


def hodgkin_huxley(y: Sequence[float], current: float, warmth: float = 0.0, slow: float = 1.0) -> list[float]:
    """With the potential of 1952: u is the displacement from rest, depolarization negative."""
    v, n, m, h = y
    phi = 3 ** (warmth / 10)
    u = -(v + 65)
    a_n, b_n = 0.01 * (u + 10) / (exp((u + 10) / 10) - 1), 0.125 * exp(u / 80)
    a_m, b_m = 0.1 * (u + 25) / (exp((u + 25) / 10) - 1), 4 * exp(u / 18)
    a_h, b_h = 0.07 * exp(u / 20), 1 / (exp((u + 30) / 10) + 1)
    ionic = 36 * n**4 * (v + 77) + 120 * m**3 * h * (v - 50) + 0.3 * (v + 54.387)
    return [
        current - ionic, phi * slow * (a_n * (1 - n) - b_n * n), phi * (a_m * (1 - m) - b_m * m),
        phi * slow * (a_h * (1 - h) - b_h * h),
    ]  # fmt: skip


def connor_stevens_gates(v: float) -> list[tuple[float, float]]:
    """Return (steady state, time constant) of n, m, h, a and b."""
    pairs = [
        (0.02 * (v + 45.7) / (1 - exp(-0.1 * (v + 45.7))), 0.25 * exp(-0.0125 * (v + 55.7))),
        (0.38 * (v + 29.7) / (1 - exp(-0.1 * (v + 29.7))), 15.2 * exp(-0.0556 * (v + 54.7))),
        (0.266 * exp(-0.05 * (v + 48)), 3.8 / (1 + exp(-0.1 * (v + 18)))),
    ]
    gates = [(a / (a + b), 1 / (a + b)) for a, b in pairs]
    a_inf = (0.0761 * exp(0.0314 * (v + 94.22)) / (1 + exp(0.0346 * (v + 1.17)))) ** (1 / 3)
    b_inf = (1 / (1 + exp(0.0688 * (v + 53.3)))) ** 4
    gates.append((a_inf, 0.3632 + 1.158 / (1 + exp(0.0497 * (v + 55.96)))))
    return [*gates, (b_inf, 1.24 + 2.678 / (1 + exp(0.0624 * (v + 50))))]


def connor_stevens(y: Sequence[float], current: float, g_a: float = 47.7, e_l: float = -17.0) -> list[float]:
    v, n, m, h, a, b = y
    ionic = 0.3 * (v - e_l) + 120 * m**3 * h * (v - 55) + 20 * n**4 * (v + 72) + g_a * a**3 * b * (v + 75)
    gates = zip(y[1:], connor_stevens_gates(v), strict=True)
    return [current - ionic, *((steady - x) / tau for x, (steady, tau) in gates)]


def wang_buzsaki(y: Sequence[float], current: float, phi: float = 5.0) -> list[float]:
    v, h, n = y
    a_m, b_m = -0.1 * (v + 35) / (exp(-0.1 * (v + 35)) - 1), 4 * exp(-(v + 60) / 18)
    a_h, b_h = 0.07 * exp(-(v + 58) / 20), 1 / (exp(-0.1 * (v + 28)) + 1)
    a_n, b_n = -0.01 * (v + 34) / (exp(-0.1 * (v + 34)) - 1), 0.125 * exp(-(v + 44) / 80)
    ionic = 0.1 * (v + 65) + 35 * (a_m / (a_m + b_m)) ** 3 * h * (v - 55) + 9 * n**4 * (v + 90)
    return [current - ionic, phi * (a_h * (1 - h) - b_h * h), phi * (a_n * (1 - n) - b_n * n)]


# Equations, mV of one unit of their potential, mV at its zero, and units of the model's current in one of theirs.
PUBLISHED: dict[str, tuple[Callable[..., list[float]], float, float, float]] = {
    "fitzhugh_nagumo": (fitzhugh_nagumo, 33.0, -25.0, 1.0), "hindmarsh_rose": (hindmarsh_rose, 25.0, -25.0, 1.0),
    "morris_lecar": (morris_lecar, 1.0, 0.0, 1.0), "wilson": (wilson, 100.0, 0.0, 100.0),
    "hodgkin_huxley": (hodgkin_huxley, 1.0, 0.0, 1.0), "connor_stevens": (connor_stevens, 1.0, 0.0, 1.0),
    "wang_buzsaki": (wang_buzsaki, 1.0, 0.0, 1.0),
}  # fmt: skip

# What is compared: a name, the current in the model's unit, parameters, and the same as the equations call them.
CLASS_1 = {"g_Ca": 4.0, "V_3": 12.0, "V_4": 17.4, "phi": 1 / 15}
CASES: dict[str, tuple[str, float, dict[str, float], dict[str, float]]] = {
    "fitzhugh_nagumo": ("fitzhugh_nagumo", 0.6, {}, {}),
    "fitzhugh_nagumo five times as fast": ("fitzhugh_nagumo", 0.6, {"T": 0.1}, {"time_scale": 0.1}),
    "hindmarsh_rose, fast train of figure 6": ("hindmarsh_rose", 4.0, {"r": 0.001}, {"r": 0.001}),
    "hindmarsh_rose, bursts of figure 6": ("hindmarsh_rose", 2.0, {"r": 0.001}, {"r": 0.001}),
    "morris_lecar, class 2": ("morris_lecar", 100.0, {}, {}),
    "morris_lecar, class 1": (
        "morris_lecar", 60.0, CLASS_1, {"g_ca": 4.0, "v3": 12.0, "v4": 17.4, "phi": 1 / 15},
    ),
    "wilson, regular spiking": ("wilson", 100.0, {}, {}),
    "wilson, fast spiking": (
        "wilson", 100.0, {"g_T": 0.25, "g_H": 0.0, "tau_R": 1.5}, {"g_t": 0.25, "g_h": 0.0, "tau_r": 1.5},
    ),
    "wilson, bursting": ("wilson", 100.0, {"g_T": 2.25, "g_H": 9.5}, {"g_t": 2.25, "g_h": 9.5}),
    "hodgkin_huxley": ("hodgkin_huxley", 10.0, {}, {}),
    "hodgkin_huxley in the warmth": ("hodgkin_huxley", 20.0, {"temperature": 16.3}, {"warmth": 10.0}),
    "hodgkin_huxley with slower gates": ("hodgkin_huxley", 10.0, {"rate_n": 0.8, "rate_h": 0.8}, {"slow": 0.8}),
    "connor_stevens": ("connor_stevens", 15.0, {}, {}),
    "connor_stevens near its rheobase": ("connor_stevens", 9.0, {}, {}),
    "connor_stevens without its A current": (
        "connor_stevens", 15.0, {"g_A": 0.0, "E_L": -72.0}, {"g_a": 0.0, "e_l": -72.0},
    ),
    "wang_buzsaki": ("wang_buzsaki", 1.0, {}, {}),
    "wang_buzsaki, deep troughs": ("wang_buzsaki", 1.4, {"phi": 2.0}, {"phi": 2.0}),
}  # fmt: skip


def lsoda(case: str, duration: float) -> Floats:
    """Return when the published equations cross the model's spike level, in ms."""
    name, current, parameters, names = CASES[case]
    equations, scale, zero, unit = PUBLISHED[name]
    model = pw.models.get(name)
    start = model.start({n: [v] for n, v in (model.defaults() | parameters).items()}, [0.0])[:, 0]
    start[0] = (start[0] - zero) / scale

    def crossing(t: float, y: Floats) -> float:
        return scale * y[0] + zero - model.spike_level

    crossing.direction = 1  # type: ignore[attr-defined]
    solution = solve_ivp(
        lambda t, y: equations(y, current / unit, **names), (0.0, duration), start,
        method="LSODA", rtol=1e-8, atol=1e-10, max_step=5.0, events=crossing,
    )  # fmt: skip
    return solution.t_events[0]


def crossings(case: str, duration: float, dt: float) -> Floats:
    """Return when the model crosses its spike level, in ms, interpolated between steps."""
    name, current, parameters, _ = CASES[case]
    model = pw.models.get(name)
    traces = pw.simulate(name, pw.Current.step(current, duration, before=0.0), parameters, dt=dt)
    v, t = np.ravel(traces.v), traces.t + dt
    before = np.flatnonzero((v[:-1] < model.spike_level) & (v[1:] >= model.spike_level))
    return t[before] + dt * (model.spike_level - v[before]) / (v[before + 1] - v[before])


# ------------------------------------------------------------------ against LSODA


@pytest.mark.parametrize("case", CASES)
def test_spikes_come_when_lsoda_says(case: str) -> None:
    """Within 1 % at the model's own step, and the error is of second order: four times less at half of it.

    The first 100 ms are compared spike by spike, and their last one with the tolerance, where the error is largest.
    """
    exact = lsoda(case, 100.0)
    model = pw.models.get(CASES[case][0])
    errors = []
    for dt in (model.dt, model.dt / 2, model.dt / 4):
        times = crossings(case, 100.0, dt)
        # The last spike may fall on either side of the end.
        count = min(len(times), len(exact))
        assert count > 0
        assert abs(len(times) - len(exact)) <= 1
        errors.append(np.abs(times[:count] - exact[:count]).max())
    assert errors[0] < 1.0
    assert errors[2] < 0.45 * errors[1] + 1e-3
    assert errors[1] < 0.45 * errors[0] + 1e-3


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_neuron_rests_where_the_equations_do(name: str) -> None:
    """Without a current the last potential has the published equations at rest."""
    equations, scale, zero, _ = PUBLISHED[name]
    model = pw.models.get(name)
    names = [s.key for s in model.states]
    traces = pw.simulate(name, pw.Current((), 10.0, settle=3000.0), record=names)
    state = np.array([np.ravel(traces.states[n])[-1] for n in names])
    state[0] = (state[0] - zero) / scale
    assert np.abs(equations(state, 0.0)).max() < 1e-8
    assert abs(float(np.ravel(traces.v)[-1]) - model.rest_threshold(model.complete())[0][0]) < 1.1


# ------------------------------------------------------------------ against the literature


@pytest.mark.parametrize(
    ("name", "parameters", "between", "current", "rate"),
    [
        ("hodgkin_huxley", {}, (6.0, 7.0), 6.26, 50.5),
        ("morris_lecar", {}, (80.0, 100.0), 88.2, 7.7),
        ("morris_lecar", CLASS_1, (35.0, 45.0), 39.96, 0.0),
        ("fitzhugh_nagumo", {}, (0.3, 0.4), 0.324, 34.8),
        ("wang_buzsaki", {}, (0.1, 0.3), 0.160, 0.0),
        ("connor_stevens", {}, (7.0, 9.0), 8.12, 0.0),
    ],
)
def test_a_neuron_starts_to_fire_at_its_published_current_with_the_rate_of_its_class(
    name: str, parameters: dict[str, float], between: tuple[float, float], current: float, rate: float
) -> None:
    """A saddle-node on a circle starts as slowly as one waits, in class 1; class 2 starts with a rate, in Hz."""
    low, high = between
    for _ in range(3):
        currents = np.linspace(low, high, 25)
        steps = [pw.Current.step(float(i), 5000.0, before=0.0, settle=300.0) for i in currents]
        times = pw.simulate(name, steps, parameters, record=()).spike_times
        first = next(i for i, t in enumerate(times) if len(t) > 2 and t[-1] > 4500.0)
        low, high = currents[first - 1], currents[first]
    found = 1000 / float(np.mean(np.diff(times[first][times[first] > 1700.0])))
    assert first > 0
    assert high == pytest.approx(current, rel=5e-3)
    assert found == pytest.approx(rate, abs=1.0)


def test_hindmarsh_rose_starts_at_rest_however_slow_its_adaptation() -> None:
    """Also where the cubic has three roots, with s = 0.5: the state that it starts in is kept."""
    parameters = {"r": [0.0005, 0.05, 0.006], "s": [4.0, 4.0, 0.5], "T": [3.0, 0.4, 0.5]}
    stimulus = pw.Current((), 500.0, holding=-1.0, before=0.0)
    traces = pw.simulate("hindmarsh_rose", stimulus, parameters, record=("v", "y", "z"))
    for values in traces.states.values():
        assert np.ptp(values, axis=-1).max() < 1e-6


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_set_of_the_box_is_lost(name: str) -> None:
    """200 random sets under a strong current: an explicit step stays finite, and many fire."""
    model, rng = pw.models.get(name), np.random.default_rng(3)
    parameters = {n: p.from_unit(rng.random(200)) for n, p in model.parameters.items()}
    stimulus = pw.Current.step(model.current.from_unit(0.7), 1000 * model.dt, before=0.0)
    traces = pw.simulate(name, stimulus, parameters, record=(), engine="compiled")
    assert sum(len(t) for t in traces.spike_times) > 100
    np.testing.assert_array_equal(np.isnan(traces.diverged_at), True)
