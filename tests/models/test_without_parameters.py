"""A neuron without parameters: only the stimulus is left to search."""

import node
import numpy as np
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.engine.javascript.module import neuron_object, runtime


def step(current, state, p, dt):
    (v,) = state
    v = v + dt / 20.0 * (-65.0 - v + current)
    fired = v > -50.0
    return fired.to(v.dtype), (torch.where(fired, -65.0, v),)


@pytest.fixture(scope="module")
def bare():
    return pw.NeuronModel(
        "bare",
        step,
        [],
        lambda p, holding: (-65.0 + 0.0 * holding,),
        pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"),
        rest=-65.0,
        threshold=-50.0,
    )


def test_a_model_without_parameters_is_judged_with_one_or_many_stimuli(bare):
    assert pw.judge(bare, "tonic_spiking").replicated
    many = pw.judge(bare, "tonic_spiking", {"amplitude": [5.0, 25.0, 30.0]}, verify=True)
    assert many.status.tolist() == ["rejected", "replicated", "replicated"]
    one = pw.judge(bare, "tonic_spiking", {"amplitude": 5.0})
    assert one.loss == many.loss[0]
    np.testing.assert_array_equal([c.value for c in one.criteria], [c.value[0] for c in many.criteria])


def test_the_stimulus_of_a_model_without_parameters_can_be_searched(bare):
    result = pw.optimize(bare, "tonic_spiking", seed=1)
    assert result.replicated
    assert set(result.parameters) == {"amplitude", "holding"}
    table = pw.assess(bare, ["tonic_spiking", "integrator"])
    assert table["status"].tolist() == ["replicated", "replicated"]
    found = pw.analysis.repertoire(bare, patterns=["tonic_spiking", "integrator"], budget=50)
    assert found["status"].tolist() == ["replicated", "replicated"]


def test_an_explorer_judges_and_searches_a_model_without_parameters(bare):
    explorer = pw.Explorer(bare, "tonic_spiking", parameters={})
    try:
        assert explorer.wait(120)
        assert explorer.verdict.status == "replicated"
        assert explorer.optimize(seed=1).result(120).replicated
    finally:
        explorer.close()


def test_its_page_is_written_and_its_javascript_fires_when_the_neuron_does(bare, tmp_path):
    page = pw.export_page(bare, "tonic_spiking", path=tmp_path / "bare.html")
    assert page.stat().st_size > 50_000
    traces = pw.simulate(bare, pw.Current.step(25.0, 100.0))
    source = f"""{runtime()}
const neuron = {neuron_object(bare)};
function answer({{ currents }}) {{
  const began = neuron.start({{}}, 0);
  return neuron.simulate({{}}, currents, 0.1, began.state, ["v"], 1e9).spikes;
}}"""
    spikes = node.run(tmp_path, source, {"currents": [25.0] * 1000})
    np.testing.assert_array_equal(spikes, np.round(traces.spike_times[0] / 0.1))
    assert len(spikes) == 5
