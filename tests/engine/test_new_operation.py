"""A new operation is one row of the table: every back end has it then."""

import node
import numpy as np
import pytest
import torch
from kernel_helpers import compiled_body, lanes_model
from lane_jobs import random_job

from plausiwidgets.engine.compiled.engine import run_compiled, why_not
from plausiwidgets.engine.compiled.export import export_step
from plausiwidgets.engine.compiled.interpreter import interpreter
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.engine.program.operations import TABLE, Operation
from plausiwidgets.interop.to_norse import to_norse
from plausiwidgets.models.operation_count import operations

SHIFT = Operation("__lshift__", "{0} << {1}", "bitwise_left_shift", operations=2)


def shifting():
    """Return a neuron that counts its spikes, and is held back by the count times four."""

    def step(current, state, p, dt):
        v, n = state
        v = v + dt * (current - 0.01 * (n.to(torch.int64) << 2) - v) * p.p
        fired = v > 1.0
        return fired.to(v.dtype), (torch.where(fired, 0.0, v), torch.where(fired, n + 1.0, n))

    return lanes_model(step, 2)


@pytest.fixture
def shift(monkeypatch):
    assert "lshift" in why_not(shifting())
    monkeypatch.setitem(TABLE, SHIFT.name, SHIFT)
    return shifting()


def test_one_row_is_machine_code_plain_python_and_a_number_of_operations(shift):
    job = random_job(shift, 8, 400, window=(0, 400), record=(0, 1))
    compiled, python = run_compiled(job), interpreter(export_step(shift))(job, None)
    assert compiled.counts.sum() > 8
    np.testing.assert_array_equal(compiled.spikes, python.spikes)
    np.testing.assert_array_equal(compiled.recorded, python.recorded)
    body = export_step(shift).body
    assert [line.operation for line in body].count(SHIFT) == 1
    assert operations(shift) == sum(line.operation.operations for line in body if line.level == 2)
    run = compiled_body(export_step(shift))(np.ones(1), np.array([[0.5], [3.0]]), np.ones((1, 1)), 0.1)
    assert run[1, 0] == pytest.approx(0.5 + 0.1 * (1.0 - 0.01 * (3 << 2) - 0.5), rel=1e-7)  # in float32


def test_one_row_is_javascript(shift, tmp_path):
    job = random_job(shift, 8, 400)
    result = run_compiled(job)
    lane = int(np.argmax(result.counts))
    given = {
        "parameters": {"p": float(job.params["p"][lane])},
        "currents": job.current.values(400, job.dt)[lane],
        "dt": job.dt,
        "state": job.state[:, lane],
    }
    source = f"""{runtime()} const neuron = {neuron_object(shift)};
    function answer({{ parameters, currents, dt, state }}) {{
      return neuron.simulate(parameters, currents, dt, state).spikes;
    }}"""
    assert result.counts[lane] > 2
    assert node.run(tmp_path, source, given) == result.spikes[lane, : result.counts[lane]].tolist()


def test_one_row_is_a_layer_of_a_network(shift):
    job = random_job(shift, 8, 400)
    layer, state, spikes = to_norse(shift, job.params), tuple(map(torch.from_numpy, job.state)), []
    with torch.no_grad():
        for current in torch.from_numpy(job.current.values(400, job.dt)).T:
            z, state = layer(current, state)
            spikes.append(z)
    result = run_compiled(job)
    for lane, train in enumerate(torch.stack(spikes).T):
        assert np.flatnonzero(train).tolist() == result.spikes[lane, : result.counts[lane]].tolist()
