"""A group of Brian2 takes the very steps that the engines take."""

import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from kernel_helpers import lanes_model
from lane_jobs import default_job
from paths import ROOT
from small_neurons import axon, hodgkin_huxley

import plausiwidgets as pw
from plausiwidgets.engine.torch_engine import run_torch

try:
    import brian2
except Exception as error:  # it is optional, and not every release works with every NumPy
    pytest.skip(f"Brian2 cannot be imported: {error}", allow_module_level=True)


@pytest.fixture(autouse=True)
def numpy_target():
    brian2.prefs.codegen.target = "numpy"


def simulated(group, steps, dt):
    """Return (index of each spike, its step) of a group that runs for `steps`."""
    spikes = brian2.SpikeMonitor(group)
    brian2.Network(group, spikes).run(steps * dt * brian2.ms)
    return np.asarray(spikes.i), np.rint(np.asarray(spikes.t / brian2.ms) / dt).astype(int)


@pytest.mark.parametrize(
    "name", ["lif", "lsnn", "adex", "izhikevich", "mihalas_niebur", "fitzhugh_nagumo", "hodgkin_huxley", "level"]
)
def test_a_group_fires_in_the_very_steps_in_which_the_engine_has_it(name):
    model = axon(hodgkin_huxley(None), spike_level=0.0) if name == "level" else pw.models.get(name)
    steps = round(60.0 / model.dt)
    job = default_job(model, 1, steps)
    drive = brian2.TimedArray(job.current.values(steps, job.dt)[0], dt=job.dt * brian2.ms)
    group = pw.to_brian2(model, current="drive(t)")
    group.namespace["drive"] = drive
    result = run_torch(job)
    assert result.counts[0] > 0
    assert simulated(group, steps, job.dt)[1].tolist() == result.spikes[0, : result.counts[0]].tolist()
    np.testing.assert_allclose(np.asarray(getattr(group, model.states[0].key)), result.state[0], rtol=1e-9)


def test_a_set_that_needs_a_holding_current_fires_as_the_judge_has_it():
    neuron = pw.models.get("ifb")
    values = neuron.presets[0].parameters
    own, held = {name: x for name, x in values.items() if name in neuron.parameters}, values["holding"]
    current = pw.Current.step(values["amplitude"], 500.0, holding=held, before=0.0, settle=1500.0)
    expected = np.rint(pw.simulate(neuron, current, own).spike_times[0] / neuron.dt).astype(int)
    group = pw.to_brian2(neuron, own, holding=held, current=held + values["amplitude"])
    steps = round(500.0 / neuron.dt)
    assert simulated(group, steps, neuron.dt)[1].tolist() == expected.tolist()
    at_once = simulated(pw.to_brian2(neuron, own, current=held + values["amplitude"]), steps, neuron.dt)[1]
    assert at_once.tolist() != expected.tolist()
    judged = pw.judge(neuron, "tonic_spiking", values, verify=False).traces["step"]
    assert ((judged.spike_times[0] >= 0.0) & (judged.spike_times[0] < 500.0)).sum() == expected.size > 0
    with pytest.raises(ValueError, match="holding"):
        pw.to_brian2(neuron, own, holding=float("nan"))


def test_neurons_of_a_group_may_differ():
    sets = {"b": [20.0, 60.0, 140.0]}
    traces = pw.simulate("adex", pw.Current([pw.pulse(0.0, 60.0, 600.0)], 60.0, before=0.0), sets, dt=0.2)
    indices, steps = simulated(pw.to_brian2("adex", sets, dt=0.2, current=600.0), 300, 0.2)
    for neuron, times in enumerate(traces.spike_times):
        assert steps[indices == neuron].tolist() == np.rint(times / 0.2).astype(int).tolist()
    assert len({len(times) for times in traces.spike_times}) > 1


def test_synaptic_input_is_the_current_of_the_next_step():
    source = brian2.SpikeGeneratorGroup(1, [0, 0], [1.0, 1.5] * brian2.ms, dt=0.1 * brian2.ms)
    group = pw.to_brian2("lif", n=2)
    synapses = brian2.Synapses(source, group, on_pre="synaptic_post += 900.0")
    synapses.connect(i=0, j=1)
    trace = brian2.StateMonitor(group, "v", record=True, when="end")
    brian2.Network(source, group, synapses, trace).run(3 * brian2.ms)
    layer, state, expected = pw.to_norse("lif"), None, []
    with torch.no_grad():
        for k in range(30):
            _, state = layer(torch.tensor([0.0, 900.0 * (k in (11, 16))], dtype=torch.float64), state)
            expected.append(state.v.numpy())
    np.testing.assert_allclose(trace.v, np.array(expected).T, rtol=1e-12)
    assert np.ptp(trace.v[0]) == 0.0 < np.ptp(trace.v[1])


def test_an_operation_that_brian2_lacks_is_rejected_by_name():
    def step(current, state, p, dt):
        v = state[0] + dt * (current - torch.hypot(state[0], p.p))
        return (v > 1.0).double(), (torch.where(v > 1.0, 0.0, v),)

    with pytest.raises(pw.NotCompilableError, match="'under_test' uses hypot, which Brian2 does not have"):
        pw.to_brian2(lanes_model(step, 1))
    with pytest.raises(ValueError, match="n must be 2, the length of the parameter arrays, got 4"):
        pw.to_brian2("lif", {"tau_mem": [10.0, 20.0]}, 4)


def test_a_name_that_brian2_reserves_is_replaced():
    def step(current, state, p, dt):
        v = state[0] + dt * p.N * (current - state[0])
        return (v > 1.0).double(), (torch.where(v > 1.0, 0.0, v),)

    group = pw.to_brian2(lanes_model(step, 1, parameters=("N",)), {"N": [1.0, 2.0]}, current=0.5)
    assert simulated(group, 10, 0.1)[1].size == 0
    assert np.asarray(group.neuron_N).tolist() == [1.0, 2.0]
    assert 0.0 < group.v[0] < group.v[1] < 0.5


def test_the_python_of_its_guide_runs(root, capsys):
    guide = (root / "docs" / "howto" / "brian2.md").read_text(encoding="utf-8")
    names = {"__name__": "__main__"}
    for block in re.findall(r"^```python\n(.*?)^```$", guide, re.M | re.S):
        exec(compile(block, "brian2.md", "exec"), names)
        assert re.match(r"[1-9]\d*\n$", capsys.readouterr().out)  # spikes


def test_a_neuron_of_the_package_needs_no_torch(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import plausiwidgets as pw\nfor name in pw.models.names():\n    pw.to_brian2(name)\n")
    command = [sys.executable, str(ROOT / "tests" / "helpers" / "without.py"), "torch,norse", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
