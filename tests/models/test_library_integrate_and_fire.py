"""Integrate-and-fire neurons against closed formulas, SciPy's LSODA and what was published."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

import plausiwidgets as pw

Values = Mapping[str, float]


def spikes(
    model: str | pw.NeuronModel, current: float, values: Values | None = None, *, stop: float = 500.0, **options: Any
) -> np.ndarray:
    """Return the spike times of a step from the model's initial state on."""
    stimulus = pw.Current.step(current, stop, before=0.0)
    return pw.simulate(model, stimulus, values, record=(), **options).spike_times[0]


def model_values(preset: Any) -> dict[str, float]:
    """Return a published set without its stimulus."""
    stimulus = ("amplitude", "holding", "interval", "inhibition", "width")
    return {k: v for k, v in preset.parameters.items() if k not in stimulus}


def interval(model: str, current: float, values: Values | None = None, **options: Any) -> float:
    """Return the mean interval between spikes in ms."""
    return float(np.diff(spikes(model, current, values, **options)).mean())


def lsoda(
    rhs: Callable[[float, np.ndarray], list[float]],
    start: list[float],
    fires: Callable[[float, np.ndarray], float],
    reset: Callable[[np.ndarray], list[float]],
    end: float,
    hold: float = 0.0,
    frozen: Callable[[float, np.ndarray], list[float]] | None = None,
) -> np.ndarray:
    """Return the spike times of a neuron with a reset, by SciPy, from `start` to `end` ms.

    It spikes where `fires` crosses zero upwards; for `hold` ms after it the equations `frozen` hold in place of `rhs`.
    """

    def crossing(t: float, y: np.ndarray) -> float:
        return fires(t, y)

    crossing.terminal, crossing.direction = True, 1.0  # type: ignore[attr-defined]
    options = dict(method="LSODA", rtol=1e-9, atol=1e-10)
    t, y, found = 0.0, start, []
    while True:
        out = solve_ivp(rhs, (t, end), y, events=crossing, max_step=0.5, **options)
        if not out.t_events[0].size:
            return np.array(found)
        t, y = float(out.t_events[0][0]), reset(out.y_events[0][0])
        found.append(t)
        if hold:
            y = solve_ivp(frozen, (t, t + hold), y, **options).y[:, -1]
            t += hold


# ------------------------------------------------------------------ leaky


def leaky_interval(tau: float, drive: float, threshold: float, reset: float) -> float:
    """Return the interval of a leaky integrator in ms: `drive`, `threshold` and `reset` from rest, in mV."""
    return tau * np.log((drive - reset) / (drive - threshold))


@pytest.mark.parametrize("current", [15.1, 16.0, 20.0, 40.0])
@pytest.mark.parametrize(("dt", "tolerance"), [(None, 0.01), (0.01, 0.001)])
def test_the_leaky_neuron_fires_at_the_rate_of_its_formula(current, dt, tolerance):
    p = pw.models.get("lif").defaults()
    exact = p["t_ref"] + leaky_interval(p["tau_mem"], current, 15.0, 0.0)
    assert interval("lif", current, stop=2000.0, dt=dt) == pytest.approx(exact, rel=tolerance)


@pytest.mark.parametrize(("current", "tau_g"), [(250.0, 100.0), (500.0, 100.0), (1500.0, 30.0)])
def test_the_adapting_leaky_neuron_fires_when_scipy_says_so(current, tau_g):
    p = pw.models.get("lif_adapt").defaults() | {"tau_g": tau_g, "dg": 2.0}
    found = lsoda(
        lambda t, y: [
            (p["g_L"] * (p["E_L"] - y[0]) + y[1] * (p["E_K"] - y[0]) + current) / p["C"],
            -y[1] / p["tau_g"],
        ],
        [p["E_L"], 0.0],
        lambda t, y: y[0] - p["v_threshold"],
        lambda y: [p["v_reset"], y[1] + p["dg"]],
        500.0,
    )
    ours = spikes("lif_adapt", current, p)
    assert abs(len(ours) - len(found)) <= 1 and len(found) >= 6
    np.testing.assert_allclose(ours[:20], found[:20], rtol=0.01, atol=0.1)
    np.testing.assert_allclose(spikes("lif_adapt", current, p, dt=0.01), found, rtol=0.002, atol=0.01)
    assert np.diff(found)[-1] > 1.3 * np.diff(found)[0]


# ------------------------------------------------------------------ adaptive threshold


@pytest.mark.parametrize("current", [20.0, 40.0])
def test_the_adaptive_threshold_neuron_fires_when_scipy_says_so(current):
    p = pw.models.get("lsnn").defaults()
    found = lsoda(
        lambda t, y: [(p["v_rest"] - y[0] + current) / p["tau_mem"], (p["v_threshold"] - y[1]) / p["tau_adapt"]],
        [p["v_rest"], p["v_threshold"]],
        lambda t, y: y[0] - y[1],
        lambda y: [p["v_reset"], y[1] + p["beta"]],
        500.0,
    )
    ours = spikes("lsnn", current, dt=0.01)
    assert len(ours) == len(found) >= 5
    np.testing.assert_allclose(ours, found, rtol=0.005)


# ------------------------------------------------------------------ quadratic


@pytest.mark.parametrize("current", [0.57, 0.6, 0.7, 1.0, 2.0, 3.0])
def test_the_quadratic_neuron_fires_at_the_exact_rate_to_half_a_percent(current):
    p = pw.models.get("qif").defaults()
    middle, half = 0.5 * (p["v_rest"] + p["v_threshold"]), 0.5 * (p["v_threshold"] - p["v_rest"])
    root = np.sqrt(current / p["a"] - half**2)
    exact = (np.arctan((p["v_peak"] - middle) / root) - np.arctan((p["v_reset"] - middle) / root)) / (p["a"] * root)
    assert interval("qif", current, stop=3000.0) == pytest.approx(exact, rel=0.005)


# ------------------------------------------------------------------ exponential

WANG_BUZSAKI = pw.models.get("eif").presets[0].parameters


@pytest.mark.parametrize("values", [{}, WANG_BUZSAKI], ids=["default", "fitted to Wang and Buzsáki's"])
@pytest.mark.parametrize("above", [1.0, 20.0, 70.0])
def test_the_exponential_neuron_fires_at_the_rate_of_its_integral(values, above):
    p = pw.models.get("eif").defaults() | values
    current = p["g_L"] * (p["V_T"] - p["E_L"] - p["delta_T"]) + above

    def inverse(v: float) -> float:
        upswing = p["g_L"] * p["delta_T"] * np.exp((v - p["V_T"]) / p["delta_T"])
        return p["C"] / (p["g_L"] * (p["E_L"] - v) + upswing + current)

    exact = p["t_ref"] + quad(inverse, p["V_r"], 0.0, points=[p["V_T"]], limit=500, epsrel=1e-10)[0]
    assert interval("eif", current, values, stop=5000.0) == pytest.approx(exact, rel=0.01)
    assert interval("eif", current, values, stop=5000.0, dt=0.005) == pytest.approx(exact, rel=0.002)


def test_without_adaptation_and_refractory_period_the_exponential_neurons_are_one():
    plain = {"a": 0.0, "b": 0.0}
    adaptive = spikes("adex", 500.0, plain, dt=0.05)
    assert len(adaptive) > 20
    np.testing.assert_array_equal(spikes("eif", 500.0, {"t_ref": 0.0}, dt=0.05), adaptive)
    np.testing.assert_array_equal(spikes("adex_refrac", 500.0, {**plain, "t_ref": 0.0}, dt=0.05), adaptive)


@pytest.mark.parametrize("preset", pw.models.get("adex_refrac").presets, ids=lambda p: p.title)
def test_the_refractory_adaptive_neuron_fires_when_scipy_says_so(preset):
    p = model_values(preset)
    current = 500.0

    def upswing(v: float) -> float:
        return p["g_L"] * p["delta_T"] * np.exp((v - p["V_T"]) / p["delta_T"])

    def dw(v: float, w: float) -> float:
        return (p["a"] * (v - p["E_L"]) - w) / p["tau_w"]

    found = lsoda(
        lambda t, y: [(p["g_L"] * (p["E_L"] - y[0]) + upswing(y[0]) - y[1] + current) / p["C"], dw(y[0], y[1])],
        [p["E_L"], 0.0],
        lambda t, y: y[0],
        lambda y: [p["V_r"], y[1] + p["b"]],
        200.0,
        p["t_ref"],
        lambda t, y: [0.0, dw(y[0], y[1])],
    )
    ours = spikes("adex_refrac", current, p, stop=200.0, dt=0.005)
    assert len(ours) == len(found) >= 1
    np.testing.assert_allclose(ours, found, rtol=0.01)
    assert np.diff(spikes("adex_refrac", current, p, stop=200.0)).min(initial=np.inf) > p["t_ref"]


# ------------------------------------------------------------------ resonate-and-fire

GROWTH = complex(-0.1, 0.25)
"""Of the published oscillator, per ms."""


def after_pulse(t: np.ndarray, amplitude: float, width: float) -> np.ndarray:
    """Return x + iy at times t from the onset of a pulse on."""
    during = amplitude * (np.exp(GROWTH * np.clip(t, 0.0, width)) - 1.0) / GROWTH
    return during * np.exp(GROWTH * np.maximum(t - width, 0.0))


@pytest.mark.parametrize("dt", [0.1, 1.0])
def test_the_oscillator_turns_exactly_whatever_the_step(dt):
    stimulus = pw.Current.pulse(0.0, 20.0, 0.2, end=100.0, before=0.0)
    traces = pw.simulate("rf", stimulus, record=("v", "x"), dt=dt)
    z = after_pulse(traces.t + dt, 0.2, 20.0)
    np.testing.assert_allclose((traces.v[0] + 65.0) / 15.0, z.imag, atol=1e-11)
    np.testing.assert_allclose(traces.states["x"][0], z.real, atol=1e-11)


def test_pairs_of_pulses_fire_where_their_superposition_reaches_the_threshold():
    amplitude, width, gaps = 0.85, 2.0, np.arange(1.0, 61.0)
    pairs = [pw.Current([pw.pulse(0.0, width, amplitude), pw.pulse(g, width, amplitude)], 150.0) for g in gaps]
    fired = [len(s) > 0 for s in pw.simulate("rf", pairs, record=()).spike_times]
    t = np.arange(0.0, 150.0, 0.01)
    first = after_pulse(t, amplitude, width).imag
    assert fired == [(first + after_pulse(t - g, amplitude, width).imag).max() >= 1.0 for g in gaps]
    assert any(fired) and not all(fired)


# ------------------------------------------------------------------ integrate-and-fire-or-burst


def test_released_from_inhibition_the_relay_cell_bursts_when_scipy_says_so():
    p = pw.models.get("ifb").defaults()
    holding, inhibition, width = 0.3, 1.0, 300.0

    def rhs(t: float, y: np.ndarray) -> list[float]:
        v, h = y
        current = holding - (inhibition if t < width else 0.0)
        calcium = p["g_T"] * h * (p["V_T"] - v) if v > p["V_h"] else 0.0
        dh = -h / p["tau_minus"] if v > p["V_h"] else (1.0 - h) / p["tau_plus"]
        return [(p["g_L"] * (p["V_L"] - v) + calcium + current) / p["C"], dh]

    found = lsoda(
        rhs, [p["V_L"] + holding / p["g_L"], 0.0], lambda t, y: y[0] - p["V_th"], lambda y: [p["V_reset"], y[1]], 600.0
    )
    stimulus = pw.Current.pulse(0.0, width, -inhibition, end=600.0, holding=holding, before=0.0)
    ours, fine = (pw.simulate("ifb", stimulus, record=(), dt=dt).spike_times[0] for dt in (0.05, 0.005))
    assert len(ours) == len(found) >= 3 and found.min() > width
    np.testing.assert_allclose(ours - width, found - width, rtol=0.02)
    np.testing.assert_allclose(fine - width, found - width, rtol=0.004)
    assert np.diff(found).max() < 25.0


# ------------------------------------------------------------------ Mihalaş and Niebur

MN = pw.models.get("mihalas_niebur")
FIGURES = {p.title.partition(":")[0]: p for p in MN.presets}


@pytest.mark.parametrize(
    ("figure", "current", "changed"),
    [
        ("A", 1.5, {}),
        ("C", 2.0, {}),
        ("D", 1.5, {}),
        ("M", 2.0, {}),
        ("M", 2.0, {"k1": 0.02, "k2": 0.03, "A1": 0.5, "R1": 0.8, "R2": 0.9}),
        ("P", 2.0, {}),
        ("T", 8.0, {}),
    ],
)
def test_figures_of_mihalas_and_niebur_fire_when_scipy_says_so(figure, current, changed):
    values = model_values(FIGURES[figure]) | changed
    p = MN.defaults() | values
    end = 2.0 if figure == "T" else 300.0
    # Of V − E_L, Θ − Theta_inf, I₁, I₂ and 1, at a current of 1.
    matrix = np.array(
        [
            [-p["G"], 0.0, 1.0, 1.0, 1.0],
            [p["a"], -p["b"], 0.0, 0.0, 0.0],
            [0.0, 0.0, -p["k1"], 0.0, 0.0],
            [0.0, 0.0, 0.0, -p["k2"], 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0],
        ]
    )

    def rhs(t: float, y: np.ndarray) -> list[float]:
        return list((matrix @ np.append(y, current))[:4])

    def reset(y: np.ndarray) -> list[float]:
        threshold = max(p["Theta_r"], y[1] + p["Theta_inf"]) - p["Theta_inf"]
        return [p["V_r"] - p["E_L"], threshold, p["R1"] * y[2] + p["A1"], p["R2"] * y[3] + p["A2"]]

    found = lsoda(rhs, [0.0] * 4, lambda t, y: y[0] + p["E_L"] - y[1] - p["Theta_inf"], reset, end)
    ours = spikes("mihalas_niebur", current, values, stop=end, dt=0.005)
    assert len(ours) == len(found)
    np.testing.assert_allclose(ours, found, rtol=0.005, atol=0.02)
    assert abs(len(spikes("mihalas_niebur", current, values, stop=end)) - len(found)) <= 1


# ------------------------------------------------------------------ GLIF

GLIF = {p.title[:6]: model_values(p) for p in pw.models.get("glif").presets}


@pytest.mark.parametrize("current", [400.0, 600.0])
def test_the_first_level_of_glif_fires_at_the_rate_of_the_formula(current):
    p = GLIF["GLIF 1"]
    exact = p["t_ref"] + leaky_interval(p["C"] / p["g_L"], current / p["g_L"], p["V_th"] - p["E_L"], 0.0)
    assert interval("glif", current, p) == pytest.approx(exact, rel=0.01)
    assert interval("glif", current, p, dt=0.005) == pytest.approx(exact, rel=0.001)


@pytest.mark.parametrize("level", GLIF)
@pytest.mark.parametrize(("current", "changed"), [(400.0, {}), (600.0, {"A2": 100.0, "k2": 0.05, "a_v": 0.03})])
def test_each_level_of_glif_fires_at_the_times_of_scipy(level, current, changed):
    """Integrate each level as Teeter et al. describe it, without switches: absent mechanisms have no terms."""
    with_reset, with_currents = level in ("GLIF 2", "GLIF 4", "GLIF 5"), level in ("GLIF 3", "GLIF 4", "GLIF 5")
    values = GLIF[level] | changed
    p = pw.models.get("glif").defaults() | values
    rates = np.array([p["b_s"], p["k1"], p["k2"]])

    def rhs(t: float, y: np.ndarray) -> list[float]:
        v, theta_v, theta_s, i1, i2 = y
        follows = p["a_v"] * (v - p["E_L"]) - p["b_v"] * theta_v if level == "GLIF 5" else 0.0
        return [(p["g_L"] * (p["E_L"] - v) + i1 + i2 + current) / p["C"], follows, *(-rates * (theta_s, i1, i2))]

    def reset(y: np.ndarray) -> list[float]:
        v, theta_v, *decaying = y
        theta_s, i1, i2 = decaying * np.exp(-rates * p["t_ref"])
        if with_reset:
            v, theta_s = p["E_L"] + p["f_v"] * (v - p["E_L"]) + p["V_add"], theta_s + p["theta_add"]
        if with_currents:
            i1, i2 = i1 + p["A1"], i2 + p["A2"]
        return [v if with_reset else p["E_L"], theta_v, theta_s, i1, i2]

    found = lsoda(
        rhs,
        [p["E_L"], 0.0, 0.0, 0.0, 0.0],
        lambda t, y: y[0] - p["V_th"] - y[1] - y[2],
        reset,
        150.0,
        p["t_ref"],
        lambda t, y: [0.0] * 5,
    )
    ours, fine = (spikes("glif", current, values, stop=150.0, dt=dt) for dt in (None, 0.005))
    assert len(fine) == len(found) >= 5
    np.testing.assert_allclose(fine, found, rtol=0.003, atol=0.01)
    assert abs(len(ours) - len(found)) <= 1
    np.testing.assert_allclose(ours[:5], found[:5], rtol=0.02, atol=0.1)


def test_a_mechanism_that_is_switched_off_has_no_effect():
    off = {"reset_rules": 0.0, "after_spike_currents": 0.0, "threshold_adaptation": 0.0}
    plain = spikes("glif", 600.0, off)
    other = {"f_v": 0.5, "V_add": -5.0, "theta_add": 5.0, "A1": 50.0, "A2": 300.0, "a_v": 0.05}
    np.testing.assert_array_equal(spikes("glif", 600.0, off | other), plain)
    for switch in off:
        assert not np.array_equal(spikes("glif", 600.0, off | other | {switch: 1.0}), plain), switch


def test_a_reset_above_the_threshold_does_not_repeat_the_spike_for_ever():
    stimulus = pw.Current.step(600.0, 100.0)
    times = pw.simulate("glif", stimulus, {"f_v": 1.0, "V_add": 30.0, "theta_add": 0.0}, record=()).spike_times[0]
    assert len(times) >= 5 and times.max() < 105.0


# ------------------------------------------------------------------ Izhikevich's book

BOOK = {p.title.partition("(")[2].partition(")")[0]: model_values(p) for p in pw.models.get("izhikevich_2007").presets}


def book_program(cell: str, current: float, tau: float, end: float) -> np.ndarray:
    """Return the steps of spikes by the program of the book for a kind of cell, with the cell's numbers."""
    constants = {
        "RS": (100, 0.7, -60, -40, 0.03, -50, 100, 35),
        "IB": (150, 1.2, -75, -45, 0.01, -56, 130, 50),
        "CH": (50, 1.5, -60, -40, 0.03, -40, 150, 25),
        "LTS": (100, 1.0, -56, -42, 0.03, -53, 20, 40),
        "FS": (20, 1.0, -55, -40, 0.2, -45, 0, 25),
        "TC": (200, 1.6, -60, -50, 0.01, -60, 10, 35),
        "RTN": (40, 0.25, -65, -45, 0.015, -55, 50, 0),
    }
    C, k, v_r, v_t, a, c, d, v_peak = constants[cell]
    slope = {"RS": -2, "IB": 5, "CH": 1, "LTS": 8}
    v, u, found = float(v_r), 0.0, []
    for i in range(round(end / tau)):
        if cell == "FS":
            follows = 0.025 * (v + 55) ** 3 if v > -55 else 0.0
        elif cell == "TC":
            follows = (15 if v <= -65 else 0) * (v + 65)
        elif cell == "RTN":
            follows = (10 if v <= -65 else 2) * (v + 65)
        else:
            follows = slope[cell] * (v - v_r)
        v, u = v + tau * (k * (v - v_r) * (v - v_t) - u + current) / C, u + tau * a * (follows - u)
        if v >= v_peak + {"LTS": -0.1, "TC": 0.1}.get(cell, 0.0) * u:
            found.append(i)
            v = c + {"LTS": 0.04, "TC": -0.1}.get(cell, 0.0) * u
            u = min(u + d, 670) if cell == "LTS" else u + d
    return np.array(found)


@pytest.mark.parametrize("tau", [0.1, 1.0])
@pytest.mark.parametrize(
    ("cell", "current"),
    [("RS", 100), ("IB", 500), ("CH", 400), ("LTS", 200), ("FS", 300), ("TC", 150), ("RTN", 150)],
)
def test_the_cells_of_the_book_fire_in_the_steps_of_its_program(cell, current, tau):
    if (cell, tau) == ("FS", 1.0):
        tau = 0.25  # with 1 ms, the cubic term of the fast-spiking cell overshoots
    expected = book_program(cell, current, tau, 500.0)
    assert len(expected) >= 5
    found = np.round(spikes("izhikevich_2007", current, BOOK[cell], dt=tau) / tau)
    # The spikes of the fast-spiking cell amplify rounding: u grows by the cube of how far a step passes the peak.
    same = 5 if cell == "FS" else len(expected)
    np.testing.assert_array_equal(np.diff(found[:same]), np.diff(expected[:same]))
    assert len(found) == pytest.approx(len(expected), rel=0.05)


def test_the_slower_thalamic_terms_act_below_the_break_only():
    for cell in ("TC", "RTN"):
        for current in (-300.0, 150.0):
            stimulus = pw.Current.step(current, 300.0, before=0.0)
            on, off = (
                pw.simulate("izhikevich_2007", stimulus, BOOK[cell] | changed).v[0] for changed in ({}, {"b_low": 0.0})
            )
            assert np.array_equal(on, off) == (current > 0), (cell, current)


def test_the_regular_spiking_cell_starts_as_a_saddle_node_on_an_invariant_circle():
    p = BOOK["RS"]
    rheobase = (p["k"] * (p["v_t"] - p["v_r"]) + p["b"]) ** 2 / (4.0 * p["k"])
    assert rheobase == pytest.approx(51.4286, abs=1e-4)
    assert len(spikes("izhikevich_2007", rheobase - 0.01, p, stop=5000.0)) == 0
    above = rheobase * np.array([1e-3, 1e-2])
    near, far = (interval("izhikevich_2007", rheobase + one, p, stop=12_000.0) for one in above)
    # On the centre manifold u lags behind v, which acts as a capacitance of −b/a.
    passage = np.pi * (p["C"] - p["b"] / p["a"]) / np.sqrt(p["k"] * above)
    assert near - far == pytest.approx(passage[0] - passage[1], rel=0.01)
    assert 0.0 < far - passage[1] < 50.0


def test_with_a_strongly_negative_slope_the_neuron_rests_below_v_r():
    values = pw.models.get("izhikevich_2007").defaults() | {"b": -20.0}
    v = pw.simulate("izhikevich_2007", pw.Current.step(0.0, 3000.0, before=0.0), values).v[0]
    rest, threshold = pw.models.get("izhikevich_2007").rest_threshold({k: np.array([x]) for k, x in values.items()})
    assert v[-1] == pytest.approx(rest[0], abs=1e-6) and rest[0] < values["v_r"] < values["v_t"] < threshold[0]
