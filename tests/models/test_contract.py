"""Faults of a step that show where a neuron fires or lanes differ, and steps that only look faulty."""

import random

import pytest
import torch
from small_neurons import good_step, make

import plausiwidgets as pw


def hidden_faults():
    """Steps that show what is wrong with them where the neuron fires, or where lanes differ."""

    def current_in_place(current, state, p, dt):
        (v,) = state
        fired = v > -50.0
        current[fired] = 0.0
        return fired.to(v.dtype), (torch.where(fired, -65.0, v + dt / p.tau * (current - 65.0 - v)),)

    def parameter_in_place(current, state, p, dt):
        (v,) = state
        fired = v > -50.0
        p.tau[fired] = 7.0
        return fired.to(v.dtype), (torch.where(fired, -65.0, v),)

    def state_in_place_at_a_spike(current, state, p, dt):
        (v,) = state
        fired = v > -50.0
        if fired.any():
            v[fired] = -65.0
        return fired.to(v.dtype), (v + dt / p.tau * current,)

    def dt_in_place(current, state, p, dt):
        dt *= 1
        return good_step(current, state, p, dt)

    def twice(current, state, p, dt):
        spikes, new = good_step(current, state, p, dt)
        return spikes * 2, new

    def rebinds(current, state, p, dt):
        p.tau = p.tau * 1.0001
        return good_step(current, state, p, dt)

    def rebinds_at_a_spike(current, state, p, dt):
        if (state[0] > -50.0).any():
            p.tau = p.tau * 1.0001
        return good_step(current, state, p, dt)

    def misspelt_at_a_spike(current, state, p, dt):
        if (state[0] > -50.0).any():
            return torch.oness_like(current), state
        return good_step(current, state, p, dt)

    def against_the_first(current, state, p, dt):
        (v,) = state
        return (v > 1.0).to(v.dtype), (v - v[:1] + dt * current / p.tau,)

    def against_the_mean(current, state, p, dt):
        spikes, (v,) = good_step(current, state, p, dt)
        return spikes, (v - 1e-3 * (v.mean() + 50.0),)

    def all_at_once(current, state, p, dt):
        spikes, (v,) = good_step(current, state, p, dt)
        return spikes, (torch.full_like(v, -65.0) if spikes.any() else v,)

    def counts_lanes(current, state, p, dt):
        spikes, (v,) = good_step(current, state, p, dt)
        return spikes, (v + 1e-3 if v.shape[0] > 1 else v,)

    def sorts_its_lanes(current, state, p, dt):
        return good_step(current, (state[0].sort().values,), p, dt)

    return [
        (sorts_its_lanes, "on their order"),
        (current_in_place, "current in place"),
        (parameter_in_place, r"p\.tau in place"),
        (state_in_place_at_a_spike, r"state 'v' in place.*v\.clone"),
        (dt_in_place, "dt in place"),
        (twice, "spikes must be 1.0.*not 2"),
        (rebinds, r"p\.tau cannot be set.*variable of your own"),
        (rebinds_at_a_spike, r"p\.tau cannot be set"),
        (misspelt_at_a_spike, "AttributeError with potentials from far"),
        (against_the_first, "must not depend on the other lanes"),
        (against_the_mean, "must not depend"),
        (all_at_once, "must not depend"),
        (counts_lanes, "or on their number"),
    ]


@pytest.mark.parametrize(("step", "message"), hidden_faults(), ids=lambda x: getattr(x, "__name__", ""))
def test_a_fault_that_a_neuron_at_rest_hides_is_found(step, message):
    with pytest.raises(ValueError, match=message):
        make(step)


def unusual_steps():
    """Steps that are as they should be."""

    def assigns_to_a_clone(current, state, p, dt):
        v = state[0] + dt / p.tau * (-65.0 - state[0] + current)
        fired = v > -50.0
        v = v.clone()
        v[fired] = -65.0
        return fired.to(v.dtype), (v,)

    def runs_away(current, state, p, dt):
        v = state[0] + dt / p.tau * (torch.exp(state[0] - 5.0) + current)
        return (v > 40.0).to(v.dtype) * (v / v), (v,)

    def refuses_the_far(current, state, p, dt):
        if (state[0].abs() > 1000.0).any():
            raise ValueError("far out of range")
        return good_step(current, state, p, dt)

    def shortens_where_nothing_fires(current, state, p, dt):
        spikes, (v,) = good_step(current, state, p, dt)
        return (spikes, (torch.where(spikes > 0, -65.0, v),)) if spikes.any() else (spikes, (v,))

    return [assigns_to_a_clone, runs_away, refuses_the_far, shortens_where_nothing_fires]


@pytest.mark.parametrize("step", unusual_steps(), ids=lambda step: step.__name__)
def test_a_step_that_keeps_the_contract_in_its_own_way_is_taken(step):
    for _ in range(10):
        assert not make(step).lanewise


def test_a_step_with_random_numbers_or_a_memory_is_refused():
    calls = []

    def draws(current, state, p, dt):
        spikes, (v,) = good_step(current, state, p, dt)
        return spikes, (v + torch.randn_like(v),)

    def remembers(current, state, p, dt):
        calls.append(None)
        spikes, (v,) = good_step(current, state, p, dt)
        return spikes, (v + random.gauss(0.0, 1.0) * 0.0 + 1e-3 * len(calls),)

    for step in (draws, remembers):
        with pytest.raises(ValueError, match="other values when it is called again"):
            make(step)


def test_a_potential_in_volts_is_refused():
    def in_volts(current, state, p, dt):
        v = state[0] + dt / p.tau * (-0.065 - state[0] + 1e-3 * current)
        fired = v > -0.05
        return fired.to(v.dtype), (torch.where(fired, -0.065, v),)

    with pytest.raises(ValueError, match=r"is at -[0-9.]+ without a current, far from the rest \(-65 mV\)"):
        make(in_volts)


def test_a_slow_neuron_may_start_at_its_reset():
    def step(current, state, p, dt):
        v = state[0] + dt / 100.0 * (-65.0 - state[0] + current)
        fired = v > -58.0
        return fired.to(v.dtype), (torch.where(fired, -80.0, v),)

    slow = make(step, threshold=-58.0, initial_state=lambda p, holding: (-80.0 + 0.0 * p.tau,))
    assert slow.key


def test_a_parameter_that_only_the_branch_of_a_spike_reads_is_read():
    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (-65.0 - state[0] + current)
        if v > -50.0:
            return torch.ones_like(v), (p.v_reset,)
        return torch.zeros_like(v), (v,)

    parameters = [pw.Parameter("tau", 20.0, 5.0, 50.0), pw.Parameter("v_reset", -65.0, -80.0, -55.0)]
    assert make(step, parameters).lanewise


def test_a_parameter_cannot_be_set_while_a_simulation_runs():
    def step(current, state, p, dt):
        p.tau = p.tau * 1.0001
        return good_step(current, state, p, dt)

    with pytest.raises(TypeError, match=r"p\.tau cannot be set"):
        pw.simulate(make(step, validate=False), pw.Current.step(25.0, 20.0))
