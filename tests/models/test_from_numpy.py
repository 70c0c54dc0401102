"""A step that is a function of NumPy is written down as a program, and needs no torch."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.simulation.compiled.engine import why_not

PARAMETERS = [
    pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms", scale="log"), pw.Parameter("delta", 2.0, 0.5, 4.0, unit="mV"),
    pw.Parameter("jump", 3.0, 0.0, 10.0, unit="mV"),
]  # fmt: skip
CURRENT = pw.Parameter("current", 25.0, -20.0, 100.0, unit="mV")


def by_numpy(current, state, p, dt):
    v, w = state
    slope = p.delta * np.exp(np.minimum((v + 50.0) / p.delta, 5.0))
    v = v + dt / p.tau * (current - w - (v + 65.0) + slope)
    w = w * np.exp(-dt / 100.0)
    fired = v > -40.0
    return fired, (np.where(fired, -65.0, v), w + p.jump * fired)


def by_torch(current, state, p, dt):
    v, w = state
    slope = p.delta * torch.exp(torch.clamp((v + 50.0) / p.delta, max=5.0))
    v = v + dt / p.tau * (current - w - (v + 65.0) + slope)
    w = w * torch.exp(-dt / 100.0)
    fired = v > -40.0
    return fired.to(v.dtype), (torch.where(fired, -65.0, v), w + p.jump * fired)


def neuron(step, **options):
    return pw.NeuronModel(
        "mine", step, PARAMETERS, lambda p, holding: (-65.0 + 0.0 * p.tau, 0.0), CURRENT,
        **({"rest": -65.0, "threshold": -50.0, "states": ["v", "w"]} | options),
    )  # fmt: skip


def test_a_step_of_numpy_is_compiled_and_fires_as_the_same_step_of_torch():
    ours, theirs = neuron(by_numpy), neuron(by_torch)
    assert ours.programs is not None and theirs.programs is None
    assert why_not(ours) is None
    current = [pw.Current.step(x, 300.0) for x in (10.0, 25.0, 60.0)]
    one, other = (pw.simulate(m, current, record=("v", "w")) for m in (ours, theirs))
    assert [len(t) for t in one.spike_times] == [len(t) for t in other.spike_times]
    assert sum(len(t) for t in one.spike_times) > 10
    np.testing.assert_allclose(one.states["v"], other.states["v"], atol=1e-9)
    assert pw.judge(ours, "spike_frequency_adaptation").status == pw.judge(theirs, "spike_frequency_adaptation").status


def test_rest_and_threshold_may_be_functions_of_numpy_and_a_level_a_spike():
    def step(current, state, p, dt):
        v, w = state
        v = v + dt * (0.04 * v**2 + 5.0 * v + 140.0 - w + current)
        return np.clip(v, -90.0, 40.0) - np.where(v > 35.0, 100.0, 0.0), w + dt * 0.02 * (0.2 * v - w)

    model = pw.NeuronModel(
        "level", step, [pw.Parameter("height", 10.0, 5.0, 20.0, unit="mV")], lambda p, holding: (-70.0, -14.0),
        pw.Parameter("current", 10.0, -10.0, 30.0), rest=-70.0, threshold=lambda p: np.maximum(-60.0 + p.height, -58.0),
        spike_level=0.0, states=["v", "u"],
    )  # fmt: skip
    assert model.rest_threshold({"height": [10.0, 20.0]})[1].tolist() == [-50.0, -40.0]
    assert model.programs is not None and why_not(model) is None


def test_what_cannot_be_written_down_runs_as_a_loop_and_says_so():
    def step(current, state, p, dt):
        v, w = state
        v = v + dt / p.tau * (current - w - (v + 65.0) + p.delta)
        fired = v > -50.0
        v = v.copy()
        v[fired] = -65.0
        return np.where(fired, 1.0, 0.0), (v, w + p.jump * fired)

    model = neuron(step)
    assert model.programs is None
    verdict = pw.judge(model, "tonic_spiking", verify=False)
    assert verdict.engine == "torch"
    assert "function of NumPy that cannot be written down" in verdict.uncompiled and "np.where" in verdict.uncompiled


def test_what_breaks_the_contract_is_refused_as_for_any_step():
    with pytest.raises(ValueError, match=r"parameters that nothing reads: delta, jump"):
        neuron(lambda current, state, p, dt: (
            np.greater(state[0], -50.0), (np.where(state[0] > -50.0, -65.0, state[0] + dt / p.tau * current), state[1])
        ))  # fmt: skip


def test_it_needs_no_torch():
    code = """
import sys
sys.modules["torch"] = None
import numpy as np
import plausiwidgets as pw

def step(current, state, p, dt):
    v = state[0] + dt / p.tau * (current - state[0])
    fired = v > 1.0
    return fired, (np.where(fired, 0.0, v),)

model = pw.NeuronModel("light", step, [pw.Parameter("tau", 10.0, 5.0, 20.0, unit="ms")], lambda p, holding: (0.0,),
                       pw.Parameter("current", 2.0, -1.0, 5.0, unit="mV"), rest=0.0, threshold=1.0)
assert pw.judge(model, "tonic_spiking").replicated
"""
    subprocess.run([sys.executable, "-c", code], check=True)
