"""The compiled engine against Brian2 on one population of Izhikevich neurons."""

from __future__ import annotations

import numpy as np
import pytest
from lane_jobs import default_job

import plausiwidgets as pw
from plausiwidgets.simulation.compiled.engine import run_compiled

try:
    import brian2
except Exception as error:  # it is optional, and not every release works with every NumPy
    pytest.skip(f"Brian2 cannot be imported: {error}", allow_module_level=True)

pytestmark = pytest.mark.benchmark

STEPS = 1000

EQUATIONS = """
dv/dt = (sq*v**2 + mn*v + bias - u + amplitude*int(t >= onset))/ms : 1
du/dt = a*(b*v - u)/ms : 1
a : 1 (constant)
b : 1 (constant)
c : 1 (constant)
d : 1 (constant)
sq : 1 (constant)
mn : 1 (constant)
bias : 1 (constant)
amplitude : 1 (constant)
"""


@pytest.mark.parametrize("lanes", [1, 16, 320, 4096])
@pytest.mark.parametrize("target", ["cython", "numpy"])
def test_brian2(benchmark, target, lanes):
    model = pw.models.get("izhikevich")
    job = default_job(model, lanes, STEPS)
    brian2.prefs.codegen.target = target
    brian2.start_scope()
    brian2.defaultclock.dt = job.dt * brian2.ms
    group = brian2.NeuronGroup(
        lanes, EQUATIONS, threshold="v > 30", reset="v = c; u += d", method="euler",
        namespace={"onset": -job.current.t0 * brian2.ms},
    )  # fmt: skip
    for name, values in job.params.items():
        setattr(group, name, values)
    group.amplitude = model.current.default
    group.v, group.u = job.state
    spikes = brian2.SpikeMonitor(group)
    network = brian2.Network(group, spikes)
    network.store()
    duration = STEPS * job.dt * brian2.ms
    network.run(duration)
    # Brian2's step function of the current may begin a step later: the spikes are as many, give or take one.
    assert np.abs(np.asarray(spikes.count) - run_compiled(job).counts).max() <= 1
    benchmark.group = f"izhikevich {lanes} lanes"
    benchmark.extra_info.update(engine=f"Brian2, {target}", model="izhikevich", lanes=lanes, steps=STEPS)
    benchmark.pedantic(lambda: network.run(duration), setup=network.restore, rounds=5)
