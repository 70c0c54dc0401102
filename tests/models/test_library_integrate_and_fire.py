"""Integrate-and-fire neurons against closed formulas, SciPy's LSODA and what was published."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm

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
    """Return the spike times of a neuron with a reset, by SciPy.

    Parameters
    ----------
    rhs, start
        The differential equations and where they begin.
    fires : callable
        Crosses zero upwards at a spike.
    reset : callable
        The state right after a spike.
    end : float
        Time in ms.
    hold, frozen
        Refractory period in ms, and the equations that hold during it.
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
            (p["g_L"] * (p["E_L"] - y[0]) + y[1] * (p["E_K"] - y[0]) + current) / p["C"], -y[1] / p["tau_g"],
        ],
        [p["E_L"], 0.0], lambda t, y: y[0] - p["v_threshold"], lambda y: [p["v_reset"], y[1] + p["dg"]], 500.0,
    )  # fmt: skip
    ours = spikes("lif_adapt", current, p)
    assert abs(len(ours) - len(found)) <= 1 and len(found) >= 6
    np.testing.assert_allclose(ours[:20], found[:20], rtol=0.01, atol=0.1)
    np.testing.assert_allclose(spikes("lif_adapt", current, p, dt=0.01), found, rtol=0.002, atol=0.01)
    assert np.diff(found)[-1] > 1.3 * np.diff(found)[0]


def test_without_its_conductance_the_adapting_neuron_is_a_leaky_one():
    exact = leaky_interval(20.0, 50.0, 20.0, 5.0)
    assert interval("lif_adapt", 500.0, {"dg": 0.0}, dt=0.01) == pytest.approx(exact, rel=0.001)


# ------------------------------------------------------------------ adaptive threshold


def test_the_threshold_jumps_at_each_spike_and_decays_with_its_time_constant():
    p = pw.models.get("lsnn").defaults() | {"beta": 4.0, "tau_adapt": 80.0}
    stimulus = pw.Current.pulse(0.0, 40.0, 18.0, end=400.0)
    traces = pw.simulate("lsnn", stimulus, {"beta": 4.0, "tau_adapt": 80.0}, record=("v", "theta"), dt=0.01)
    theta, t = traces.states["theta"][0], traces.t
    assert len(traces.spike_times[0]) == 1
    at = np.searchsorted(t, traces.spike_times[0][0] - 1e-9)
    assert theta[at - 1] == pytest.approx(p["v_threshold"])
    assert theta[at] == pytest.approx(p["v_threshold"] + 4.0)
    expected = p["v_threshold"] + 4.0 * np.exp(-(t[at:] - t[at]) / 80.0)
    np.testing.assert_allclose(theta[at:], expected, atol=1e-3)


@pytest.mark.parametrize("current", [20.0, 40.0])
def test_the_adaptive_threshold_neuron_fires_when_scipy_says_so(current):
    p = pw.models.get("lsnn").defaults()
    found = lsoda(
        lambda t, y: [(p["v_rest"] - y[0] + current) / p["tau_mem"], (p["v_threshold"] - y[1]) / p["tau_adapt"]],
        [p["v_rest"], p["v_threshold"]], lambda t, y: y[0] - y[1], lambda y: [p["v_reset"], y[1] + p["beta"]], 500.0,
    )  # fmt: skip
    ours = spikes("lsnn", current, dt=0.01)
    assert len(ours) == len(found) >= 5
    np.testing.assert_allclose(ours, found, rtol=0.005)


def test_without_a_jump_the_adaptive_threshold_neuron_is_the_leaky_one():
    leaky = spikes("lif", 20.0, {"t_ref": 0.0})
    np.testing.assert_array_equal(spikes("lsnn", 20.0, {"beta": 0.0}), leaky)


# ------------------------------------------------------------------ quadratic


@pytest.mark.parametrize("current", [0.57, 0.6, 0.7, 1.0, 2.0, 3.0])
def test_the_quadratic_neuron_fires_at_the_exact_rate_to_half_a_percent(current):
    p = pw.models.get("qif").defaults()
    middle, half = 0.5 * (p["v_rest"] + p["v_threshold"]), 0.5 * (p["v_threshold"] - p["v_rest"])
    root = np.sqrt(current / p["a"] - half**2)
    exact = (np.arctan((p["v_peak"] - middle) / root) - np.arctan((p["v_reset"] - middle) / root)) / (p["a"] * root)
    assert interval("qif", current, stop=3000.0) == pytest.approx(exact, rel=0.005)


def test_the_quadratic_neuron_starts_at_its_rheobase():
    rheobase = 0.01 * 15.0**2 / 4.0
    assert len(spikes("qif", rheobase * 0.9999, stop=5000.0)) == 0
    assert len(spikes("qif", rheobase * 1.0002, stop=5000.0)) > 0


# ------------------------------------------------------------------ exponential

WANG_BUZSAKI = pw.models.get("eif").presets[0].parameters


@pytest.mark.parametrize("values", [{}, WANG_BUZSAKI], ids=["default", "fitted to Wang and Buzsáki's"])
def test_the_exponential_neuron_starts_at_its_rheobase(values):
    p = pw.models.get("eif").defaults() | values
    rheobase = p["g_L"] * (p["V_T"] - p["E_L"] - p["delta_T"])
    assert len(spikes("eif", rheobase - 0.1, values, stop=5000.0)) == 0
    assert len(spikes("eif", rheobase + 0.1, values, stop=5000.0)) > 0


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


def test_norses_exponential_neuron_is_its_adaptive_one_without_adaptation():
    lif_ex = pytest.importorskip("norse.torch.functional.lif_ex")
    model = pw.models.get("adex_norse")
    kept = [q for q in model.parameters.values() if q.group != "adaptation"]
    plain = pw.from_norse(
        "lif_ex", lif_ex.lif_ex_feed_forward_step,
        lambda p, dt: lif_ex.LIFExParameters(
            delta_T=p.delta_T, tau_syn_inv=torch.zeros_like(p.tau_mem), tau_mem_inv=1.0 / p.tau_mem, v_leak=p.v_rest,
            v_th=p.v_threshold, v_reset=torch.minimum(p.v_reset, p.v_threshold - 1.0),
        ),
        lambda p, holding: lif_ex.LIFExFeedForwardState(p.v_rest + 0.0 * holding, holding),
        kept, model.current, "v_rest", "v_threshold",
    )  # fmt: skip
    for current in (13.5, 20.0):
        ours = spikes("adex_norse", current, {"a": 0.0, "b": 0.0})
        assert len(ours) > 3
        np.testing.assert_array_equal(ours, spikes(plain, current))


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
        [p["E_L"], 0.0], lambda t, y: y[0], lambda y: [p["V_r"], y[1] + p["b"]], 200.0,
        p["t_ref"], lambda t, y: [0.0, dw(y[0], y[1])],
    )  # fmt: skip
    ours = spikes("adex_refrac", current, p, stop=200.0, dt=0.005)
    assert len(ours) == len(found) >= 1
    np.testing.assert_allclose(ours, found, rtol=0.01)
    assert np.diff(spikes("adex_refrac", current, p, stop=200.0)).min(initial=np.inf) > p["t_ref"]


def test_cells_of_cortex_and_thalamus_fire_as_published():
    stimulus, inhibition = (pw.Current.pulse(0.0, 600.0, a, end=1000.0, settle=1000.0) for a in (250.0, -250.0))
    strong, weak, fast, low, relay = (
        pw.simulate("adex_refrac", [stimulus, inhibition], model_values(preset), record=()).spike_times
        for preset in pw.models.get("adex_refrac").presets
    )
    assert len(strong[0]) < len(weak[0]) < len(fast[0])
    assert np.diff(strong[0])[-1] > 1.5 * np.diff(strong[0])[0]
    assert np.ptp(np.diff(fast[0])[1:]) < 1.0
    # Only the cells with strong subthreshold adaptation fire when they are released from inhibition.
    assert [len(c[1]) for c in (strong, weak, fast)] == [0, 0, 0]
    assert len(low[1]) > 0 and len(relay[1]) > 0 and min(*low[1], *relay[1]) > 600.0


def test_a_small_cell_with_strong_adaptation_fires_during_inhibition_only():
    found = {"C": 29.0, "g_L": 1.70, "E_L": -72.6, "V_T": -45.3, "delta_T": 2.30, "V_r": -56.0, "a": 63.3, "b": 147.0,
             "tau_w": 269.0}  # fmt: skip
    stimulus = pw.Current.pulse(0.0, 400.0, -125.0, end=800.0, holding=1385.0, settle=3000.0)
    times = pw.simulate("adex", stimulus, found, record=()).spike_times[0]
    assert len(times) >= 3 and times.min() > 0.0 and times.max() < 450.0
    for name, value in found.items():
        parameter = pw.models.get("adex").parameters[name]
        assert parameter.low <= value <= parameter.high


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


def test_one_pulse_is_silent_and_pairs_fire_near_no_gap_and_near_the_period():
    gaps = np.arange(1.0, 61.0)
    amplitude, width = 0.85, 2.0
    one = pw.Current([pw.pulse(t, width, amplitude) for t in [0.0]], 150.0)
    pairs = [pw.Current([pw.pulse(t, width, amplitude) for t in [0.0, g]], 150.0) for g in gaps]
    silent, *fired = (len(s) > 0 for s in pw.simulate("rf", [one, *pairs], record=()).spike_times)
    assert not silent
    assert set(gaps[np.array(fired)]) == {*np.arange(1.0, 9.0), *np.arange(22.0, 31.0)}
    # As the superposition of two pulses says; the period is 2π/ω = 25.1 ms.
    t = np.arange(0.0, 150.0, 0.01)
    first = after_pulse(t, amplitude, width).imag
    assert fired == [(first + after_pulse(t - g, amplitude, width).imag).max() >= 1.0 for g in gaps]


# ------------------------------------------------------------------ integrate-and-fire-or-burst


def test_the_relay_cell_starts_at_its_rheobase():
    p = pw.models.get("ifb").defaults()
    rheobase = p["g_L"] * (p["V_th"] - p["V_L"])
    assert rheobase == pytest.approx(1.05)
    for factor, fires in ((0.999, False), (1.001, True)):
        stimulus = pw.Current.step(0.0, 3000.0, holding=factor * rheobase, settle=3000.0)
        assert (len(pw.simulate("ifb", stimulus, record=()).spike_times[0]) > 0) is fires


@pytest.mark.parametrize("current", [1.1, 1.5, 3.0])
def test_in_tonic_mode_the_relay_cell_is_a_leaky_integrator(current):
    exact = leaky_interval(2.0 / 0.035, current / 0.035, 30.0, 15.0)
    stimulus = pw.Current.step(0.0, 2000.0, holding=current, settle=1000.0)
    times = pw.simulate("ifb", stimulus, record=()).spike_times[0]
    assert np.diff(times).mean() == pytest.approx(exact, rel=0.01)


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
FIGURES = {p.title.split()[0]: p for p in MN.presets}


def mihalas_niebur_matrix(p: Values) -> np.ndarray:
    """Return the matrix of (V − E_L, Θ − Theta_inf, I₁, I₂, 1) at a current of 1."""
    return np.array([
        [-p["G"], 0.0, 1.0, 1.0, 1.0], [p["a"], -p["b"], 0.0, 0.0, 0.0], [0.0, 0.0, -p["k1"], 0.0, 0.0],
        [0.0, 0.0, 0.0, -p["k2"], 0.0], [0.0, 0.0, 0.0, 0.0, 0.0],
    ])  # fmt: skip


@pytest.mark.parametrize("values", [{}, {"a": 0.005}, {"a": -0.005, "k1": 0.05}], ids=str)
def test_below_threshold_potential_and_threshold_follow_the_exact_solution(values):
    p = MN.defaults() | values
    kick = {"A1": 1.0, "A2": -0.2}
    stimulus = pw.Current([pw.pulse(t, 2.0, a) for t, a in zip([0.0, 5.0], [16.0, 0.3], strict=True)], 100.0)
    traces = pw.simulate(MN, stimulus, values | kick, record=("v", "theta", "i1", "i2"))
    (spike,) = traces.spike_times[0]
    after = np.flatnonzero(traces.t > 7.0)
    first = after[0]
    state = np.array([traces.states[n][0] for n in ("v", "theta", "i1", "i2")])
    offset = np.array([p["E_L"], p["Theta_inf"], 0.0, 0.0])
    one_step = expm(mihalas_niebur_matrix(p) * MN.dt)
    exact = [np.append(state[:, first] - offset, 0.0)]
    for _ in after[1:]:
        exact.append(one_step @ exact[-1])
    assert spike < 2.0
    np.testing.assert_allclose(state[:, after].T, np.array(exact)[:, :4] + offset, atol=2e-3)


@pytest.mark.parametrize(
    ("figure", "current"), [("A", 1.5), ("C", 2.0), ("D", 1.5), ("M", 2.0), ("N", 1.5), ("P", 2.0), ("T", 8.0)]
)
def test_figures_of_mihalas_and_niebur_fire_when_scipy_says_so(figure, current):
    preset = FIGURES[figure]
    values = model_values(preset)
    p = MN.defaults() | values
    end = 2.0 if figure == "T" else 300.0
    matrix = mihalas_niebur_matrix(p)

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


def test_what_a_spike_of_mihalas_and_niebur_changes():
    values = {"A1": 10.0, "A2": -0.6, "R1": 0.5, "R2": 1.0}
    traces = pw.simulate(MN, pw.Current.step(2.0, 60.0), values, record=("v", "theta", "i1", "i2"), dt=0.01)
    at = np.searchsorted(traces.t, traces.spike_times[0][:2] - 1e-9)
    decay = np.exp(-np.diff(at)[0] * 0.01 * np.array([0.2, 0.02]))
    for name, (first, second) in {
        "i1": (10.0, 0.5 * 10.0 * decay[0] + 10.0),
        "i2": (-0.6, -0.6 * decay[1] - 0.6),
    }.items():
        np.testing.assert_allclose(traces.states[name][0, at], [first, second], rtol=1e-6)
    np.testing.assert_array_equal(traces.v[0, at], -70.0)
    assert (traces.states["theta"][0, at] >= -60.0).all()


@pytest.mark.parametrize("figure", [f for f, p in FIGURES.items() if f not in "EHJPS"])
def test_published_sets_of_mihalas_and_niebur_show_their_pattern(figure):
    preset = FIGURES[figure]
    assert pw.judge(MN, preset.pattern, preset.parameters, dt=preset.dt).replicated


@pytest.mark.parametrize("preset", pw.models.get("ifb").presets, ids=lambda p: p.title)
def test_the_relay_cell_shows_both_of_its_modes(preset):
    assert pw.judge("ifb", preset.pattern, preset.parameters, dt=preset.dt).replicated


def test_the_published_oscillator_resonates():
    (preset,) = pw.models.get("rf").presets
    assert pw.judge("rf", preset.pattern, preset.parameters, dt=preset.dt).replicated
