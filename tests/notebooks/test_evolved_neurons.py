"""The file of evolved neurons: its models take the published steps."""

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.support.python_file import PythonFile


@pytest.fixture(scope="module")
def evolved(root):
    file = PythonFile.read(root / "notebooks" / "evolved_neurons.py")
    return file.run()


def published(neuron, inputs):
    """Return s_1 after each step, and whether it fired, by the published rule alone."""

    def value(polynomial, variables):
        return sum(c * np.prod([variables[i] for i in indices]) for indices, c in polynomial)

    s, trace, fired = list(neuron.rest), [], []
    for x in inputs:
        new = [old + neuron.dt * value(p, [x, *s]) for old, p in zip(s, neuron.changes, strict=True)]
        fired.append(new[0] > neuron.threshold)
        if fired[-1]:
            new = [value(r, [x, *new]) for r in neuron.resets]
        s = new
        trace.append(s[0])
    return np.array(trace), np.array(fired)


@pytest.mark.parametrize("name", ["lifbox", "n1d2", "n2d1", "n2d2", "n3d1", "n3d2"])
def test_a_model_takes_the_published_steps(root, evolved, name):
    (model,) = pw.models.load(root / "notebooks" / "evolved_neurons.py", name)
    neuron = evolved["NEURONS"][name]
    dt = model.parameters["time_unit"].default * neuron.dt
    inputs = np.random.default_rng(0).uniform(0.0, 2.0, 400)
    current = pw.Current.values(np.arange(len(inputs)) * dt, inputs, end=len(inputs) * dt, before=0.0)
    traces = pw.simulate(model, current, dt=dt, engine="torch")
    expected, fired = published(neuron, inputs)
    s = neuron.rest[0] + (traces.v[0] + 65.0) * (neuron.threshold - neuron.rest[0]) / 15.0
    assert fired.any()
    np.testing.assert_array_equal(np.round(traces.spike_times[0] / dt).astype(int), np.flatnonzero(fired))
    np.testing.assert_allclose(s, expected, rtol=1e-6, atol=1e-6)
