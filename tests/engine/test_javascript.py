"""The neuron as JavaScript against the compiled engine, operation by operation and spike by spike."""

import json

import node
import numpy as np
import pytest
import torch
from kernel_helpers import lanes_model
from lane_jobs import random_job
from small_neurons import adaptive_counter, axon, hodgkin_huxley

import plausiwidgets as pw
from plausiwidgets.engine.compiled.engine import run_compiled
from plausiwidgets.engine.current import Current
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.engine.lane_current import lane_current
from plausiwidgets.engine.piece import Piece

f64 = torch.float64


@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_an_operation_that_javascript_lacks_is_rejected_by_name(name):
    def step(current, state, p, dt):
        v = state[0] + dt * (-65.0 - state[0] + current + getattr(torch, name)(state[0]))
        return (v > -50.0).to(f64), (torch.where(v > -50.0, p.p - 65.0, v),)

    with pytest.raises(pw.NotCompilableError, match=rf"'under_test'.*uses {name}, which JavaScript does not have"):
        pw.networks.to_javascript(lanes_model(step, 1))


def test_the_exponential_of_the_page_is_within_two_units_in_the_last_place(tmp_path):
    x = np.concatenate([np.linspace(-708, 709.4, 20_001), np.linspace(-1, 1, 2_001), 10.0 ** np.arange(-300, 0, 7)])
    special = np.array([np.nan, np.inf, -np.inf, 1e300, -1e300, 0.0, -0.0, -708.1])
    source = f"{runtime()}\nfunction answer(xs) {{ return bytes([...xs].map(exponential)); }}"
    found = node.run(tmp_path, source, np.concatenate([x, special]))
    expected = np.exp(x)
    assert np.max(np.abs(found[: len(x)] - expected) / np.spacing(expected)) <= 2
    np.testing.assert_array_equal(found[len(x) :], [np.nan, np.inf, 0, np.inf, 0, 1, 1, 0])


# ------------------------------------------------------------------ whole neurons

_RUN = """
function answer(jobs) {
  return jobs.map(({ parameters, currents, dt, state, start, limit }, i) => {
    const result = neurons[i].simulate(parameters, currents, dt, state, ["v", ...neurons[i].states.slice(1)], limit);
    const began = neurons[i].start(parameters, start);
    return { ...result, began: bytes(began.state), span: began.span, state: bytes(result.state),
             recorded: bytes(result.recorded.flatMap((values) => [...values])) };
  });
}
"""


def lanes_of(model, lanes, steps, **options):
    """Return (inputs of each lane for JavaScript, result of the compiled engine)."""
    everything = tuple(range(len(model.states)))
    job = random_job(model, lanes, steps, window=(0, steps), record=everything, **options)
    currents = job.current.values(steps, job.dt)
    inputs = [
        {
            "parameters": {n: float(v[i]) for n, v in job.params.items()},
            "currents": currents[i],
            "dt": job.dt,
            "state": job.state[:, i],
            "start": 0.0,
            "limit": options.get("spike_limit", 1e9),
        }
        for i in range(lanes)
    ]
    return inputs, run_compiled(job)


def test_neurons_fire_in_the_very_steps_in_which_the_compiled_engine_has_it(tmp_path):
    models = [*map(pw.models.get, pw.models.names()), axon(hodgkin_huxley(None), spike_level=0.0), adaptive_counter()]
    source, jobs, results, lanes = [runtime(), "const neurons = [];"], [], [], 4
    for model in models:
        inputs, result = lanes_of(model, lanes, 1500)
        source.append(f"neurons.push(...Array({lanes}).fill({neuron_object(model)}));")
        jobs += inputs
        results += [(model, result, i) for i in range(lanes)]
    answers = node.run(tmp_path, "\n".join([*source, _RUN]), jobs)
    assert sum(len(answer["spikes"]) for answer in answers) > 200
    for (model, result, i), inputs, answer in zip(results, jobs, answers, strict=True):
        where = f"{model.key}, lane {i}"
        assert answer["spikes"] == result.spikes[i, : result.counts[i]].tolist(), where
        assert answer["diverged"] == result.diverged[i], where
        recorded = answer["recorded"].reshape(len(model.states), -1)
        np.testing.assert_allclose(recorded, result.recorded[:, i], rtol=1e-5, atol=1e-5, err_msg=where)
        np.testing.assert_array_equal(answer["state"], recorded[:, -1], where)
        values = {n: [v] for n, v in inputs["parameters"].items()}
        np.testing.assert_allclose(answer["began"], model.start(values, [0.0])[:, 0], rtol=1e-12, err_msg=where)
        assert answer["span"] == pytest.approx(model.span(values)[0], rel=1e-12), where


def test_a_lane_that_is_lost_or_given_up_ends_as_in_the_compiled_engine(tmp_path):
    def step(current, state, p, dt):
        v = torch.where(state[1] > 60.0, state[0] * 3.0, state[0] + dt * (current + p.p))
        fired = v > -50.0
        return fired.to(f64), (torch.where(fired, -65.0, v), state[1] + torch.where(current > 5.0, 1.0, 0.0))

    model = lanes_model(step, 2)
    for limit in (10**9, 3):
        inputs, result = lanes_of(model, 12, 200, spike_limit=limit)
        source = f"{runtime()} const neurons = Array(12).fill({neuron_object(model)}); {_RUN}"
        answers = node.run(tmp_path, source, inputs)
        assert 0 < (result.diverged >= 0).sum() < 12
        for i, answer in enumerate(answers):
            assert answer["diverged"] == result.diverged[i]
            assert answer["spikes"] == result.spikes[i, : result.counts[i]].tolist()
            np.testing.assert_array_equal(answer["recorded"].reshape(2, -1), result.recorded[:, i])


def test_currents_are_those_of_a_stimulus(tmp_path):
    pieces = (
        Piece(0.0, 10.0, 2.0, 2.0),
        Piece(3.33, 7.77, 0.1, 5.0),
        Piece(5.0, 5.0, 9.0, 9.0),
        Piece(-7.0, 200.0, 0.3, 0.3),
    )
    stimulus = Current(pieces, 20.0, holding=-1.7)
    for dt in (0.1, 0.25, 0.03):
        call = "injected(pieces, holding, -3, dt, 700)"
        source = f"{runtime()} function answer({{ pieces, holding, dt }}) {{ return bytes({call}); }}"
        data = {"pieces": [[p.on, p.off, p.first, p.last] for p in pieces], "holding": -1.7, "dt": dt}
        expected = lane_current([stimulus], -3.0).values(700, dt)[0]
        np.testing.assert_array_equal(node.run(tmp_path, source, data), expected)


def test_the_module_can_be_imported_and_says_what_is_wrong(tmp_path):
    (tmp_path / "adex.mjs").write_text(pw.networks.to_javascript("adex"), encoding="utf-8")
    source = f"""
    const {{ neuron, simulate, start, injected }} = await import({json.dumps(str(tmp_path / "adex.mjs"))});
    function answer() {{
      const {{ state }} = start({{}}, 0);
      const run = simulate({{ b: 30 }}, injected([[0, 100, 500, 500]], 0, -50, 0.1, 1500), 0.1, state);
      const wrong = [];
      for (const [parameters, record] of [[{{ tau: 1 }}, ["v"]], [{{}}, ["x"]]]) {{
        try {{ simulate(parameters, [1], 0.1, state, record); }} catch (error) {{ wrong.push(error.message); }}
      }}
      return {{ name: neuron.name, spikes: run.spikes, wrong }};
    }}
    """
    answer = node.run(tmp_path, source)
    traces = pw.simulate("adex", pw.Current.step(500.0, 100.0), {"b": 30.0})
    np.testing.assert_allclose(np.array(answer["spikes"]) * 0.1 - 50.0, traces.spike_times[0])
    assert answer["name"] == "adex"
    assert answer["wrong"][0].startswith("unknown parameter tau. Valid: C, g_L")
    assert answer["wrong"][1] == "unknown state variable x. Valid: v, w."
