"""Mistakes in a custom neuron, and the errors that say what to change."""

import numpy as np
import pytest
import torch
from small_neurons import axon, good_step, hodgkin_huxley, linoid, make

import plausiwidgets as pw

# ------------------------------------------------------------------ a spike


def test_a_test_of_a_level_is_refused_and_a_crossing_is_taken():
    with pytest.raises(ValueError, match=r"successive steps.*stays above.*spike_level=0\.0"):
        axon(hodgkin_huxley(lambda v, new: new > 0.0))
    crossing = axon(hodgkin_huxley(lambda v, new: (v < 0.0) & (new >= 0.0)))
    level = axon(hodgkin_huxley(None), spike_level=0.0)
    stimulus = pw.Current.step(10.0, 100.0)
    a, b = (pw.simulate(neuron, stimulus).spike_times[0] for neuron in (crossing, level))
    assert 5 < len(a) < 10
    np.testing.assert_array_equal(a, b)


def test_a_neuron_that_is_reset_above_its_threshold_and_runs_away_is_no_level_test():
    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (-65.0 - state[0] + current)
        fired = v > -50.0
        return fired.to(v.dtype), (torch.where(fired, -45.0, v),)

    make(step)


# ------------------------------------------------------------------ the potential


def test_a_first_state_variable_that_does_not_follow_the_current_is_refused():
    def step(current, state, p, dt):
        spikes, (v,) = good_step(current, state[1:], p, dt)
        return spikes, (state[0] * torch.exp(-dt / 50.0), v)

    with pytest.raises(
        ValueError, match=r"'x', the first state variable, must be .*It changes by .*Put the membrane potential first"
    ):
        make(step, states=("x", "v"), initial_state=lambda p, holding: (0.0, -65.0))


def test_a_gate_in_place_of_the_potential_is_refused():
    axons = hodgkin_huxley(lambda v, new: (v < 0.0) & (new >= 0.0))

    def gate_first(current, state, p, dt):
        m, v, n, h = state
        spikes, (v, n, m, h) = axons(current, (v, n, m, h), p, dt)
        return spikes, (m, v, n, h)

    with pytest.raises(ValueError, match=r"'m', the first.*is at 0\.05.*far from the rest \(-65 mV\)"):
        axon(gate_first, states=("m", "v", "n", "h"), initial_state=lambda p, holding: (0.053, -65.0, 0.318, 0.596))


@pytest.mark.parametrize("start", [0.0, -120.0])
def test_a_potential_that_starts_far_away_and_comes_to_rest_is_one(start):
    make(good_step, initial_state=lambda p, holding: (start,))


# ------------------------------------------------------------------ singularities


@pytest.mark.parametrize("start", [-65.0, -40.0, -55.0])
def test_a_removable_singularity_is_named_with_its_potential_and_what_to_write(start):
    message = rf"got nan at a potential of {start if start > -60.0 else -55.0:g} mV.*torch\.where"
    with pytest.raises(ValueError, match=message):
        axon(hodgkin_huxley(None, linoid), spike_level=0.0, initial_state=lambda p, holding: (start, 0.3, 0.05, 0.6))


def test_a_singularity_at_a_parameter_is_named():
    def step(current, state, p, dt):
        v = state[0] + dt / 20.0 * (-65.0 - state[0] + current) + 0.0 * linoid(state[0] - p.v_half)
        fired = v > -50.0
        return fired.to(v.dtype), (torch.where(fired, -65.0, v),)

    parameters = [pw.Parameter("v_half", -43.21, -60.0, -30.0, unit="mV")]
    with pytest.raises(ValueError, match=r"got nan at a potential of -43\.21 mV"):
        make(step, parameters, initial_state=lambda p, holding: (-65.0,))


def test_a_step_that_has_no_value_far_away_is_no_singularity():
    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (-65.0 - state[0] + current) + 0.0 * torch.log(state[0] + 90.0)
        fired = v > -50.0
        return fired.to(v.dtype), (torch.where(fired, -65.0, v),)

    make(step)


def test_a_limit_below_the_rest_is_refused():
    with pytest.raises(ValueError, match=r"limit must be greater .*rest and threshold \(-65 and -50 mV\), got 10 mV"):
        make(good_step, limit=10.0)


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("_tau", r"must not start with an underscore, got '_tau'\. Write 'tau'\."),
        ("__x__", "Write 'x'"),
        ("_", "Write 'x'"),
        ("\N{MICRO SIGN}", r"Unicode's form NFKC, got .*Write '\N{GREEK SMALL LETTER MU}' \(U\+03BC\)"),
        ("lambda", r"must not be a Python keyword, got 'lambda'\. Write 'lambda_'\."),
        ("tau m", "must be a Python identifier"),
        ("2tau", "no digit first"),
    ],
)
def test_a_name_that_a_step_could_not_read_is_refused_with_what_to_write(name, message):
    with pytest.raises(ValueError, match=message):
        pw.Parameter(name, 1.0, 0.0, 2.0)
    with pytest.raises(ValueError, match=message):
        pw.StateVariable(name)
    with pytest.raises(ValueError, match=message):
        make(good_step, key=name)


@pytest.mark.parametrize("name", ["tau", "g_Na", "\N{GREEK SMALL LETTER MU}", "Θ", "τ_w", "lambda_"])
def test_any_other_name_is_taken(name):
    assert pw.Parameter(name, 1.0, 0.0, 2.0).key == name
