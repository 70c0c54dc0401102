"""Faults of a step that show where a neuron fires or lanes differ, and steps that only look faulty."""

import random

import pytest
import torch
from small_neurons import good_step, make

import plausiwidgets as pw


def current_in_place(current, state, p, dt):
    current[state[0] > -50.0] = 0.0
    return good_step(current, state, p, dt)


def parameter_in_place(current, state, p, dt):
    p.tau[state[0] > -50.0] = 7.0
    return good_step(current, state, p, dt)


def state_in_place_at_a_spike(current, state, p, dt):
    (v,) = state
    fired = v > -50.0
    if fired.any():
        v[fired] = -65.0
    return fired.to(v.dtype), (v + dt / p.tau * current,)


def dt_in_place(current, state, p, dt):
    dt *= 1
    return good_step(current, state, p, dt)


def rebinds(current, state, p, dt):
    p.tau = p.tau * 1.0001
    return good_step(current, state, p, dt)


def rebinds_at_a_spike(current, state, p, dt):
    return rebinds(current, state, p, dt) if (state[0] > -50.0).any() else good_step(current, state, p, dt)


def misspelt_at_a_spike(current, state, p, dt):
    return torch.oness_like(current) if (state[0] > -50.0).any() else good_step(current, state, p, dt)


def sorts_its_lanes(current, state, p, dt):
    return good_step(current, (state[0].sort().values,), p, dt)


def changed(change):
    """Return the good step with a change of its spikes and potential."""

    def step(current, state, p, dt):
        spikes, (v,) = good_step(current, state, p, dt)
        return change(spikes, v)

    return step


HIDDEN = {
    "sorts its lanes": (sorts_its_lanes, "on their order"),
    "current in place": (current_in_place, "current in place"),
    "parameter in place": (parameter_in_place, r"p\.tau in place"),
    "state in place at a spike": (state_in_place_at_a_spike, r"state 'v' in place.*v\.clone"),
    "dt in place": (dt_in_place, "dt in place"),
    "rebinds": (rebinds, r"p\.tau cannot be set.*local variable"),
    "rebinds at a spike": (rebinds_at_a_spike, r"p\.tau cannot be set"),
    "misspelt at a spike": (misspelt_at_a_spike, "AttributeError with potentials from far"),
    "twice": (changed(lambda spikes, v: (spikes * 2, (v,))), "spikes must be 1.0.*got 2"),
    "against the first": (changed(lambda spikes, v: (spikes, (v - 1e-3 * v[:1],))), "must not depend on the other"),
    "against the mean": (changed(lambda spikes, v: (spikes, (v - 1e-3 * (v.mean() + 50.0),))), "must not depend"),
    "all at once": (
        changed(lambda spikes, v: (spikes, (torch.full_like(v, -65.0) if spikes.any() else v,))),
        "must not depend",
    ),
    "counts lanes": (
        changed(lambda spikes, v: (spikes, (v + 1e-3 if v.shape[0] > 1 else v,))),
        "or on their number",
    ),
}
"""Steps that show what is wrong with them where the neuron fires, or where lanes differ."""


@pytest.mark.parametrize("what", HIDDEN)
def test_a_fault_that_a_neuron_at_rest_hides_is_found(what):
    step, message = HIDDEN[what]
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
        with pytest.raises(ValueError, match="different values when it is called again"):
            make(step)


def test_a_potential_in_volts_is_refused():
    def in_volts(current, state, p, dt):
        v = state[0] + dt / p.tau * (-0.065 - state[0] + 1e-3 * current)
        fired = v > -0.05
        return fired.to(v.dtype), (torch.where(fired, -0.065, v),)

    with pytest.raises(ValueError, match=r"Without a current, it is at -[0-9.]+, far from the rest \(-65 mV\)"):
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
    with pytest.raises(TypeError, match=r"p\.tau cannot be set"):
        pw.simulate(make(rebinds, validate=False), pw.Current.step(25.0, 20.0))
