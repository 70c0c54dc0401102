"""Simulation against what nobody here wrote: exact formulas and SciPy's solver."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from small_neurons import good_step, make

import plausiwidgets as pw
from plausiwidgets.models import library


def hybrid(rhs, y0, fires, reset, end, count):
    """Spike times of a hybrid system by SciPy, with an event where it fires."""
    t, y, found = 0.0, np.array(y0), []
    fires.terminal, fires.direction = True, 1
    while len(found) < count:
        out = solve_ivp(rhs, (t, end), y, events=fires, rtol=1e-8, atol=1e-8, max_step=0.5)
        if not out.t_events[0].size:
            break
        t, y = out.t_events[0][0], reset(out.y_events[0][0])
        found.append(t)
    return np.array(found)


def test_izhikevich_spikes_when_scipy_says_so():
    a, b, c, d, current = 0.02, 0.2, -65.0, 6.0, 14.0
    found = hybrid(
        lambda t, y: [0.04 * y[0] ** 2 + 5 * y[0] + 140 - y[1] + current, a * (b * y[0] - y[1])],
        [-70.0, -14.0],
        lambda t, y: y[0] - 30.0,
        lambda y: np.array([c, y[1] + d]),
        200.0,
        3,
    )
    for name in ("izhikevich", "izhikevich_2004"):
        ours = pw.simulate(
            name, pw.Current.step(current, 200.0, before=0.0), {"a": a, "b": b, "c": c, "d": d}, dt=0.005
        ).spike_times[0][:3]
        np.testing.assert_allclose(ours, found, rtol=0.02)


def test_adex_spikes_when_scipy_says_so():
    p = pw.models.get("adex").defaults()
    current = 500.0

    def rhs(t, y):
        v, w = y
        dv = (
            p["g_L"] * (p["E_L"] - v) + p["g_L"] * p["delta_T"] * np.exp((v - p["V_T"]) / p["delta_T"]) - w + current
        ) / p["C"]
        return [dv, (p["a"] * (v - p["E_L"]) - w) / p["tau_w"]]

    found = hybrid(rhs, [p["E_L"], 0.0], lambda t, y: y[0], lambda y: np.array([p["V_r"], y[1] + p["b"]]), 300.0, 3)
    ours = pw.simulate("adex", pw.Current.step(current, 300.0, before=0.0), dt=0.002).spike_times[0][:3]
    np.testing.assert_allclose(ours, found, rtol=0.02)


def test_naud_patterns_fire_as_often_as_published():
    for preset, row in zip(pw.models.get("adex").presets, library.rows("adex.csv"), strict=True):
        values = {k: v for k, v in preset.parameters.items() if k != "amplitude"}
        stimulus = pw.Current.step(preset.parameters["amplitude"], 600.0, before=0.0)
        n = len(pw.simulate("adex", stimulus, values, dt=0.1).spike_times[0])
        assert abs(n - int(row["n_spikes_600ms_dt0.1"])) <= 1, preset.title


def test_published_spike_times_of_tonic_spiking():
    # The published run starts at t = 10 ms with the settled neuron, see the table of 2004.
    traces = pw.simulate(
        "izhikevich_2004",
        pw.Current.pulse(0.0, 90.0, 14.0, end=90.0, before=10.0),
        {"a": 0.02, "b": 0.2, "c": -65.0, "d": 6.0},
        dt=0.25,
    )
    np.testing.assert_allclose(traces.spike_times[0] + 10.25, [13, 17, 31.5, 59.25, 86.75])


def test_lanes_are_set_major_and_arrays_broadcast():
    stimuli = [pw.Current.step(a, 100.0) for a in (5.0, 25.0)]
    traces = pw.simulate("lif", stimuli, {"tau_mem": [10.0, 20.0, 40.0]})
    assert len(traces) == 6 and traces.v.shape == (6, traces.t.size) == traces.current.shape
    counts = [len(s) for s in traces.spike_times]
    assert counts[0] == counts[2] == counts[4] == 0 and counts[1] > counts[3] > counts[5] > 0
    alone = pw.simulate("lif", stimuli[1], {"tau_mem": 20.0})
    np.testing.assert_array_equal(alone.v[0], traces.v[3])


@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_a_diverged_lane_is_marked_and_others_are_untouched(engine):
    # With a < 0 the recovery variable grows without end.
    stimulus = pw.Current.step(-10.0, 60.0)
    traces = pw.simulate("izhikevich", stimulus, {"a": [-1.0, 0.02]}, engine=engine)
    lost = np.isfinite(traces.diverged_at)
    assert lost[0] and not lost[1]
    assert np.isnan(traces.v[0, traces.t >= traces.diverged_at[0]]).all()
    assert np.isfinite(traces.v[1]).all()


@pytest.mark.parametrize("dt", [0, -1, np.nan, np.inf, "x", 100])
def test_a_senseless_time_step_is_refused(dt):
    with pytest.raises((ValueError, TypeError), match="dt must be"):
        pw.simulate("lif", pw.Current.step(20.0), dt=dt)


def test_unequal_lengths_and_unknown_names_are_refused():
    with pytest.raises(ValueError, match="arrays of the same length"):
        pw.judge("lif", "tonic_spiking", {"tau_mem": [1e1, 2e1], "t_ref": [1.0, 2.0, 3.0]})
    with pytest.raises(ValueError, match=r"'tau_men'.*Did you mean 'tau_mem'"):
        pw.judge("lif", "tonic_spiking", {"tau_men": 10.0})
    with pytest.raises(ValueError, match="'interval'"):
        pw.judge("lif", "tonic_spiking", {"interval": 10.0})
    with pytest.raises(ValueError, match="Did you mean 'tonic_spiking'"):
        pw.judge("lif", "tonic_spikin")


def four_states(current, state, p, dt):
    v, fast, slow, count = state
    fast = fast + dt * (v - fast) / p.tau
    slow = slow + dt * (v - slow) / 50.0
    v = v + dt / p.tau * (-65.0 - v - 0.2 * (slow + 65.0) + current)
    fired = v > -50.0
    return fired.to(v.dtype), (torch.where(fired, -65.0, v), fast, slow, count + fired)


def neuron_with_four_states(**changes):
    options = dict(
        name="four",
        states=["v", pw.StateVariable("fast", "mV"), pw.StateVariable("slow", "mV"), pw.StateVariable("count", "1")],
        initial_state=lambda p, holding: (-65.0, -65, -65.0 + 0.0 * p.tau, 0),
    )
    return make(four_states, **(options | changes))


@pytest.mark.parametrize("engine", ["compiled", "torch"])
@pytest.mark.parametrize("taus", [[10.0], [6.0, 10.0, 20.0]])
def test_each_state_variable_is_recorded_by_its_name_and_no_other(engine, taus):
    model, stimulus = neuron_with_four_states(), pw.Current.step(40.0, 200.0)
    whole = pw.simulate(model, stimulus, {"tau": taus}, record=("v", "fast", "slow", "count"), engine=engine)
    assert list(whole.states) == ["v", "fast", "slow", "count"]
    assert whole.v is whole.states["v"]
    fired = [np.searchsorted(times, whole.t + 0.05) for times in whole.spike_times]
    np.testing.assert_array_equal(whole.states["count"], fired)
    v, slow = whole.v, whole.states["slow"]
    np.testing.assert_allclose(slow[:, 1:], slow[:, :-1] + 0.1 * (v[:, :-1] - slow[:, :-1]) / 50.0, rtol=1e-12)
    part = pw.simulate(model, stimulus, {"tau": taus}, record=("count", "fast"), engine=engine)
    assert list(part.states) == ["count", "fast"]
    for name, values in part.states.items():
        np.testing.assert_array_equal(values, whole.states[name])
    with pytest.raises(ValueError, match=r"'v' was not recorded, only count, fast"):
        part.v
    frame = pw.simulate(model, stimulus, record="slow", engine=engine).to_frame()
    assert list(frame.columns) == ["lane", "t", "slow", "current"]


def test_an_unknown_state_variable_names_the_nearest():
    with pytest.raises(
        ValueError,
        match=r"model 'four': unknown state variable 'slo'\. Did you mean 'slow'\? Valid: v, fast, slow, count",
    ):
        pw.simulate(neuron_with_four_states(), pw.Current.step(40.0), record=("v", "slo"))


def test_state_variables_have_names_of_their_own():
    assert [s.label for s in neuron_with_four_states().states] == ["v (mV)", "fast (mV)", "slow (mV)", "count (1)"]
    assert [s.key for s in neuron_with_four_states(states=None).states] == ["v", "x1", "x2", "x3"]
    for states, message in (
        (("v", "w"), r"as many entries as states \(2: v, w\), got 4"),
        (("v", "w", "w", "u"), "each name only once"),
        (("v", "w 2", "x", "y"), "'w 2'"),
    ):
        with pytest.raises(ValueError, match=message):
            neuron_with_four_states(states=states)


def swinging(current, state, p, dt):
    _, phase = state
    phase = phase + dt * p.rate
    return -20.0 + 40.0 * torch.sin(phase) + 0.0 * current, phase


def swinging_neuron(step=swinging, **changes):
    rate = pw.Parameter("rate", 0.1, 0.01, 1.0, "1/ms", "log")
    states = ("v", pw.StateVariable("phase", "rad"))
    options = {"initial_state": lambda p, holding: (-65.0, -1.5), "spike_level": 0.0} | changes
    return make(step, [rate], "swinging", states=states, **options)


@pytest.mark.parametrize("engine", ["compiled", "torch"])
@pytest.mark.parametrize("rates", [[0.1], [0.05, 0.1, 0.2]])
def test_a_spike_is_an_upward_crossing_of_the_spike_level(engine, rates):
    traces = pw.simulate(swinging_neuron(), pw.Current.step(1.0, 500.0), {"rate": rates}, engine=engine)
    for rate, times in zip(rates, traces.spike_times, strict=True):
        # sin(phase) = 1/2 on its way up, once a turn
        turns = np.arange(0, (550.0 * rate - 1.5 - np.pi / 6) // (2 * np.pi) + 1)
        expected = (np.pi / 6 + 2 * np.pi * turns + 1.5) / rate - 50.0
        np.testing.assert_allclose(times, expected, atol=0.11)


def test_with_a_spike_level_the_step_returns_the_state_alone():
    def with_spikes(current, state, p, dt):
        return torch.zeros_like(current), swinging(current, state, p, dt)

    with pytest.raises(ValueError, match="with spike_level, the step must return only the new state"):
        swinging_neuron(step=with_spikes)
    with pytest.raises(ValueError, match=r"spike_level.*above the rest"):
        swinging_neuron(spike_level=-70.0)
    with pytest.raises(ValueError, match=r"spike_level must be a finite number.*, got nan"):
        swinging_neuron(spike_level=np.nan)


def test_lanes_have_positive_and_negative_indices_and_a_missing_lane_is_rejected():
    traces = pw.simulate("lif", pw.Current.step(25.0, 20.0), {"tau_mem": [10.0, 20.0]})
    assert (traces.lane(-1).v == traces.lane(1).v).all() and len(traces.lane(-1)) == 1
    with pytest.raises(IndexError):
        traces.lane(2)


def test_the_potential_of_a_verdict_may_have_another_name():
    verdict = pw.judge(make(good_step, states=[pw.StateVariable("V", "mV")], dt=0.5), "tonic_spiking")
    assert verdict.traces["step"].v.max() <= -50.0
    assert pw.plot(verdict).data


def test_currents_that_would_fill_the_memory_are_refused_though_nothing_is_recorded():
    with pytest.raises(ValueError, match="recorded values"):
        pw.simulate("lif", [pw.Current.step(10.0, 1500.0)] * 100_000, record=())
