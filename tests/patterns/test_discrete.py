"""Neurons in discrete time: found, simulated in their own steps, and verified in these."""

from __future__ import annotations

import pytest
import torch

import plausiwidgets as pw


def neuron(decay):
    """Return an integrate-and-fire neuron whose potential keeps `decay(p, dt)` of itself in a step."""

    def step(current, state, p, dt):
        kept = decay(p, dt)
        v = kept * state[0] + (1.0 - kept) * current
        fired = v > 1.0
        return fired.to(v.dtype), (torch.where(fired, 0.0, v),)

    return pw.NeuronModel(
        "leaky",
        step,
        [pw.Parameter("beta", 0.95, 0.5, 0.999)],
        lambda p, holding: (0.0,),
        pw.Parameter("current", 1.5, -2.0, 10.0, unit="1"),
        rest=0.0,
        threshold=1.0,
        dt=1.0,
        states=[pw.StateVariable("v", "1")],
    )


def test_a_step_that_does_not_use_dt_is_in_discrete_time():
    assert neuron(lambda p, dt: p.beta).discrete
    assert not neuron(lambda p, dt: p.beta**dt).discrete
    assert not pw.models.get("lif").discrete


def test_a_step_that_uses_dt_only_after_a_spike_is_not_in_discrete_time():
    def step(current, state, p, dt):
        v, left = state
        v = torch.where(left > 0, v, p.beta * v + 0.05 * current)
        fired = v > 1.0
        left = torch.where(fired, 5.0, torch.clamp(left - dt, min=0.0))
        return fired.to(v.dtype), (torch.where(fired, 0.0, v), left)

    model = pw.NeuronModel(
        "late",
        step,
        [pw.Parameter("beta", 0.95, 0.5, 0.999)],
        lambda p, holding: (0.0, 0.0),
        pw.Parameter("current", 1.5, -2.0, 10.0, unit="1"),
        rest=0.0,
        threshold=1.0,
        dt=1.0,
    )
    assert not model.discrete


def test_a_discrete_model_is_verified_at_its_own_dt_and_its_verdict_states_that():
    verdict = pw.judge(neuron(lambda p, dt: p.beta), "tonic_spiking")
    assert verdict.status == "replicated" and verdict.discrete
    assert repr(verdict) == "<Verdict of leaky on tonic_spiking: replicated in steps of 1 ms, loss 0>"
    assert not pw.judge("lif", "tonic_spiking", verify=False).discrete


def test_another_time_step_is_refused():
    with pytest.raises(ValueError, match=r"dt must be 1 \(ms\), got 0\.5\. Model 'leaky' is in discrete time"):
        pw.judge(neuron(lambda p, dt: p.beta), "tonic_spiking", dt=0.5)
    assert pw.judge(neuron(lambda p, dt: p.beta), "tonic_spiking", dt=1.0, verify=False).accepted
