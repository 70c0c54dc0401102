"""A neuron in fixed point has the same states in the app and in Python."""

import node
import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.engine.program.arrays import stepper
from plausiwidgets.models.fixed_point import state_ranges

_RUN = """
const NEURON = %s;
function answer({ bits, ranges, parameters, values, current, dt, holding, level }) {
  const chip = onChip(NEURON, fixedPointOf(bits, ranges, parameters), level);
  const { state, threshold } = chip.start(values, holding);
  const { recorded, spikes } = chip.simulate(values, current, dt, state, chip.states);
  return { start: bytes(state), recorded: recorded.map(bytes), spikes: bytes(spikes) };
}
"""


@pytest.mark.parametrize(("name", "bits"), [("izhikevich", 12), ("izhikevich", 5), ("lif", 7), ("hodgkin_huxley", 14)])
def test_the_app_computes_the_states_of_python(name, bits, tmp_path):
    exact = pw.models.get(name)
    chip = pw.models.fixed_point(exact, bits)
    current = np.repeat(np.linspace(0.0, exact.current.default, 6), 200)
    given = {
        "bits": bits,
        "ranges": list(state_ranges(exact).values()),
        "parameters": [{"name": n, "low": p.low, "high": p.high} for n, p in exact.parameters.items()],
        "values": exact.defaults(),
        "current": current,
        "dt": exact.dt,
        "holding": 0.0,
        "level": exact.spike_level,
    }
    engine = node.imported("onChip, fixedPointOf", "engine/roundedNeuron")
    answer = node.run(tmp_path, f"{engine}\n{runtime()}\n{_RUN % neuron_object(exact)}", given)
    values = chip.defaults()
    state = chip.start(values, 0.0)[:, :1]
    np.testing.assert_array_equal(answer["start"], state[:, 0])
    constants = {f"p{i}": value for i, value in enumerate(values.values())} | {"dt": exact.dt}
    step = stepper(chip.programs.step, constants)
    for k, x in enumerate(current):
        spikes, state = step(np.array([x]), state)
        assert [column[k] for column in answer["recorded"]] == [float(one[0]) for one in state], k
        assert (k in answer["spikes"]) == bool(spikes[0])
