"""The neurons without a reset against their published equations, as `benchmarks/equations.py` has them once more."""

import equations
import numpy as np
import picture
import pytest
from numpy.typing import NDArray

import plausiwidgets as pw

Floats = NDArray[np.float64]

PUBLISHED: dict[str, dict[str, float]] = {
    "fitzhugh_nagumo": {"T": 0.5, "a": 0.7, "b": 0.8, "epsilon": 0.08},
    "hindmarsh_rose": {"T": 0.5, "a": 1.0, "b": 3.0, "c": 1.0, "d": 5.0, "r": 0.006, "s": 4.0, "x_1": -1.6},
    "morris_lecar": {
        "C": 20.0,
        "g_Ca": 4.4,
        "g_K": 8.0,
        "g_L": 2.0,
        "V_Ca": 120.0,
        "V_K": -84.0,
        "V_L": -60.0,
        "V_1": -1.2,
        "V_2": 18.0,
        "V_3": 2.0,
        "V_4": 30.0,
        "phi": 0.04,
    },
    "wilson": {
        "C": 1.0,
        "E_Na": 50.0,
        "E_K": -95.0,
        "E_T": 120.0,
        "g_K": 26.0,
        "tau_R": 4.2,
        "g_T": 0.1,
        "tau_T": 14.0,
        "g_H": 5.0,
        "tau_H": 45.0,
    },
    "hodgkin_huxley": {
        "C": 1.0,
        "g_L": 0.3,
        "E_L": -54.387,
        "g_Na": 120.0,
        "E_Na": 50.0,
        "g_K": 36.0,
        "E_K": -77.0,
        "temperature": 6.3,
        "rate_n": 1.0,
        "rate_h": 1.0,
    },
    "connor_stevens": {
        "C": 1.0,
        "g_L": 0.3,
        "E_L": -17.0,
        "g_Na": 120.0,
        "E_Na": 55.0,
        "g_K": 20.0,
        "E_K": -72.0,
        "g_A": 47.7,
        "E_A": -75.0,
        "rate_n": 1.0,
        "rate_h": 1.0,
        "rate_b": 1.0,
    },
    "wang_buzsaki": {
        "C": 1.0,
        "g_L": 0.1,
        "E_L": -65.0,
        "g_Na": 35.0,
        "E_Na": 55.0,
        "g_K": 9.0,
        "E_K": -90.0,
        "phi": 5.0,
    },
}
"""Values of the publications, and how fast the package lets them run where these have no unit of time."""

CLASS_1 = {"g_Ca": 4.0, "V_3": 12.0, "V_4": 17.4, "phi": 1 / 15}
CASES = [
    ("fitzhugh_nagumo", 0.6, {}),
    ("fitzhugh_nagumo", 0.6, {"T": 0.1}),
    ("hindmarsh_rose", 4.0, {"r": 0.001}),
    ("hindmarsh_rose", 2.0, {"r": 0.001}),
    ("morris_lecar", 100.0, {}),
    ("morris_lecar", 60.0, CLASS_1),
    ("wilson", 100.0, {}),
    ("wilson", 100.0, {"g_T": 0.25, "g_H": 0.0, "tau_R": 1.5}),
    ("wilson", 100.0, {"g_T": 2.25, "g_H": 9.5}),
    ("hodgkin_huxley", 10.0, {}),
    ("hodgkin_huxley", 20.0, {"temperature": 16.3}),
    ("hodgkin_huxley", 10.0, {"rate_n": 0.8, "rate_h": 0.9}),
    ("connor_stevens", 15.0, {}),
    ("connor_stevens", 9.0, {}),
    ("connor_stevens", 15.0, {"g_A": 0.0, "E_L": -72.0}),
    ("connor_stevens", 15.0, {"rate_n": 0.8, "rate_h": 1.1, "rate_b": 0.9}),
    ("wang_buzsaki", 1.0, {}),
    ("wang_buzsaki", 1.4, {"phi": 2.0}),
]


def crossings(t: Floats, v: Floats, level: float) -> Floats:
    """Return when a potential crosses a level upwards, in ms, interpolated between steps."""
    before = np.flatnonzero((v[:-1] < level) & (v[1:] >= level))
    return t[before] + (t[before + 1] - t[before]) * (level - v[before]) / (v[before + 1] - v[before])


@pytest.mark.parametrize(("name", "current", "parameters"), CASES)
def test_spikes_come_when_the_published_equations_say(name: str, current: float, parameters: dict[str, float]) -> None:
    """Within 1 ms at the model's own step, and the error is of second order: four times less at half of it.

    The first 100 ms are compared spike by spike.
    """
    assert name in picture.FULL, f"add the height of a spike of {name} to FULL in tests/benchmarks/picture.py"
    model = pw.models.get(name)
    start = model.start({n: [x] for n, x in (model.defaults() | parameters).items()}, [0.0])[:, 0]
    t, v, _ = equations.integrate(name, PUBLISHED[name] | parameters, start, 100.0, model.dt / 16, current)
    exact = crossings(t, v, model.spike_level)
    errors = []
    for dt in (model.dt, model.dt / 2, model.dt / 4):
        traces = pw.simulate(name, pw.Current.step(current, 100.0, before=0.0), parameters, dt=dt)
        times = crossings(traces.t + dt, traces.v[0], model.spike_level)
        # The last spike may fall on either side of the end.
        count = min(len(times), len(exact))
        assert count > 0
        assert abs(len(times) - len(exact)) <= 1
        errors.append(np.abs(times[:count] - exact[:count]).max())
    assert errors[0] < 1.0
    assert errors[2] < 0.45 * errors[1] + 1e-3
    assert errors[1] < 0.45 * errors[0] + 1e-3
    # A viewer's spikes are those that rise by a third of a full one, wherever they cross.
    seen = picture.upstrokes(t, v, picture.SHARE * picture.FULL[name])
    assert parameters or len(seen) in (len(exact), len(exact) - 1)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_neuron_rests_where_the_equations_do(name: str) -> None:
    """Without a current the last potential has the published equations at rest."""
    slope, order = equations.EQUATIONS[name]
    model = pw.models.get(name)
    traces = pw.simulate(name, pw.Current((), 10.0, settle=3000.0), record=[s.key for s in model.states])
    state = np.array([values[0, -1] for values in traces.states.values()])
    change = np.empty_like(state)
    slope(state, np.array([PUBLISHED[name][x] for x in order.split()]), 0.0, change)
    assert np.abs(change).max() < 1e-6
    assert abs(state[0] - model.rest_threshold(model.complete())[0][0]) < 1.1


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
