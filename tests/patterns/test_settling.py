"""The control: neurons are held until their state variables have settled, and must be silent meanwhile."""

import node
import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.patterns import settling
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.widgets.catalogue.described import BENCH

ADAPTIVE = pw.models.get("lsnn")


def slow_threshold(tau: list[float]) -> dict[str, np.ndarray]:
    """Return neurons held 0.2 mV above their threshold, which rises by 20 mV at their first spike, in the first 100 ms.

    They fire again after 4.6 time constants of the threshold.
    """
    held = {"beta": 20.0, "v_rest": -65.0, "v_threshold": -50.0, "tau_mem": 5.0, "holding": 15.2}
    values = {name: np.full(len(tau), value) for name, value in (ADAPTIVE.defaults() | held).items()}
    return values | {"tau_adapt": np.array(tau)}


def test_a_slow_variable_that_an_early_spike_changed_settles_before_the_stimulus():
    runner = Runner(ADAPTIVE, slow_threshold([100.0, 1000.0, 2000.0]), ADAPTIVE.dt)
    # The last two are silent for the first 4.6 s and 9.2 s.
    assert runner.spontaneous_spikes.tolist()[1:] == [1, 1] and runner.spontaneous_spikes[0] > 1


def test_spikes_in_the_first_100_ms_do_not_count():
    values = slow_threshold([200.0]) | {"holding": np.array([14.9]), "v_reset": np.array([-66.0])}
    runner = Runner(ADAPTIVE, values, ADAPTIVE.dt, kick=0.5)
    assert runner.spontaneous_spikes.tolist() == [0] and runner.divergence.tolist() == [0.0]


def test_the_control_of_a_neuron_that_never_settles_ends_after_20_s():
    swinging, steps = pw.models.get("rf"), []
    values = {name: np.array([value]) for name, value in swinging.defaults().items()}
    values |= {"b": np.array([0.0]), "holding": np.array([0.0])}

    def counted(job, checkpoint=None):
        steps.append(job.steps)
        return run_lanes(job, "auto", checkpoint)

    runner = Runner(swinging, values, swinging.dt, counted, kick=0.3)
    assert runner.spontaneous_spikes.tolist() == [0]
    assert sum(steps) * swinging.dt == pytest.approx(settling.TRANSIENT + settling.LONGEST)


def test_the_app_settles_a_neuron_as_python_does(tmp_path):
    values = slow_threshold([20.0, 100.0, 300.0, 2000.0]) | {"holding": np.array([15.2, 14.9, 14.9, 15.2])}
    runner = Runner(ADAPTIVE, values, ADAPTIVE.dt, kick=0.5)
    source = """
    function answer(cases) {
      return cases.map(({ parameters, holding, dt, bench }) => {
        const { rest } = new Runner(NEURONS.lsnn, { settings: bench, resets: true }, parameters, holding, dt);
        return { state: bytes(rest.state), before: bytes(rest.before[0]), spikes: rest.spontaneous };
      });
    }"""
    cases = [
        {
            "parameters": {name: float(values[name][i]) for name in ADAPTIVE.parameters},
            "holding": float(values["holding"][i]),
            "dt": ADAPTIVE.dt,
            "bench": BENCH | {"kick": 0.5},
        }
        for i in range(4)
    ]
    neurons = f"const NEURONS = {{ lsnn: {neuron_object(ADAPTIVE)} }};"
    head = f"{node.imported('Runner', 'engine/runner')}\n{runtime()}\n{neurons}"
    answers = node.run(tmp_path, f"{head}\n{source}", cases)
    for i, answer in enumerate(answers):
        assert answer["spikes"] == runner.spontaneous_spikes[i]
        np.testing.assert_array_equal(answer["state"], runner._state[:, i])
        np.testing.assert_array_equal(answer["before"], runner._before[0][i])
