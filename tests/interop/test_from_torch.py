"""Any torch module as a neuron model: what it remembers is found, and its own loop is compared with its step."""

from __future__ import annotations

import collections
import threading
from typing import NamedTuple

import numpy as np
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.engine.compiled.engine import why_not
from plausiwidgets.interop.from_torch import from_torch


class Leaky(torch.nn.Module):
    """A neuron with its state in an attribute, a constant of float32 in a buffer, a flag, and scratch."""

    def __init__(self, beta=0.9, flag=0, threshold=1.0):
        super().__init__()
        self.register_buffer("beta", torch.tensor(beta))
        self.register_buffer("flag", torch.tensor(flag))
        self.threshold = threshold
        self.mem = torch.zeros(0)

    def forward(self, x):
        if self.mem.shape != x.shape:
            self.mem = torch.zeros_like(x)
        self.before = self.mem > self.threshold
        self.mem = self.beta * self.mem + x - self.before * self.threshold
        if self.flag == 1:
            self.mem = torch.clamp(self.mem, min=-1.0)
        return (self.mem > self.threshold).to(x.dtype)


class Explicit(torch.nn.Module):
    """A neuron that gets its state as an argument and returns it beside the spikes."""

    def __init__(self):
        super().__init__()
        self.tau, self.v_th = 20.0, 1.0

    def forward(self, x, state=None):
        v, w = (torch.zeros_like(x), torch.zeros_like(x)) if state is None else state
        v = v + (x - v - w) / self.tau
        spikes = (v > self.v_th).to(x.dtype)
        return spikes, (v * (1.0 - spikes), 0.98 * w + 0.2 * spikes)


class State(NamedTuple):
    w: torch.Tensor
    v: torch.Tensor


class Named(torch.nn.Module):
    """A neuron whose returned state does not begin with the potential."""

    def __init__(self):
        super().__init__()
        self.beta, self.v_th = 0.9, 1.0

    def forward(self, x, state=None):
        w, v = (torch.zeros_like(x), torch.zeros_like(x)) if state is None else state
        v = self.beta * v + x - 0.1 * w
        spikes = (v > self.v_th).to(x.dtype)
        return spikes, State(0.95 * w + spikes, v * (1.0 - spikes))


class TimeAxis(torch.nn.Module):
    """A neuron that takes [lanes, time, 1], with its state in a buffer."""

    def __init__(self):
        super().__init__()
        self.tau_mem = torch.nn.Parameter(torch.tensor(20.0))
        self.register_buffer("v_mem", torch.zeros(0))

    def forward(self, x):
        n, steps, one = x.shape
        if self.v_mem.shape != (n, one):
            self.v_mem = torch.zeros(n, one)
        out = []
        for k in range(steps):
            self.v_mem = torch.exp(-1.0 / self.tau_mem) * self.v_mem + x[:, k]
            out.append((self.v_mem >= 1.0).float())
            self.v_mem = self.v_mem - out[-1]
        return torch.stack(out, 1)


@pytest.mark.parametrize(
    ("module", "states", "parameters"),
    [
        (Leaky(), ["mem"], ["beta", "threshold"]),
        (Leaky(flag=1), ["mem"], ["beta", "threshold"]),
        (Explicit(), ["v", "w"], ["tau", "v_th"]),
        (Named(), ["v", "w"], ["beta", "v_th"]),
        (TimeAxis(), ["v_mem"], ["tau_mem"]),
    ],
)
def test_a_module_is_taken_as_it_is_and_compiles(module, states, parameters):
    neuron = from_torch(module)
    assert [s.key for s in neuron.states] == states
    assert sorted(neuron.parameters) == parameters
    assert why_not(neuron) is None
    verdict = pw.judge(neuron, "tonic_spiking", verify=False)
    assert verdict.accepted and verdict.engine == "compiled" and verdict.discrete


class Whole(Leaky):
    """A neuron whose constants are integers."""

    def __init__(self):
        super().__init__()
        self.beta, self.threshold = None, 1
        self.tau = 20

    def forward(self, x):
        if self.mem.shape != x.shape:
            self.mem = torch.zeros_like(x)
        self.mem = self.mem + (x - self.mem) / self.tau
        spikes = (self.mem > self.threshold).to(x.dtype)
        self.mem = self.mem * (1.0 - spikes)
        return spikes


def test_an_integer_is_a_parameter_unless_it_is_a_flag():
    assert sorted(from_torch(Whole()).parameters) == ["tau", "threshold"]
    assert "flag" not in from_torch(Leaky()).parameters


class InSI(torch.nn.Module):
    """A neuron in V, A and s."""

    def __init__(self):
        super().__init__()
        self.C, self.g, self.E, self.v_th, self.v_reset, self.v = 2e-10, 1e-8, -0.065, -0.05, -0.07, -0.065

    def forward(self, x):
        self.v = self.v + 1e-4 / self.C * (self.g * (self.E - self.v) + x)
        fired = self.v > self.v_th
        self.v = torch.where(fired, self.v_reset, self.v)
        return fired.to(x.dtype)


def test_currents_of_any_size_are_tried_and_ranges_of_potentials_follow_the_span():
    neuron = from_torch(InSI(), dt=0.1, unit="V")
    assert 1e-10 < neuron.current.default < 1e-8
    assert neuron.parameters["E"].low == pytest.approx(-0.08) and neuron.parameters["v_th"].high == pytest.approx(
        -0.035
    )
    assert len(pw.simulate(neuron, pw.Current.step(neuron.current.default, 300.0)).spike_times[0]) > 5


class Tiring(Leaky):
    """A neuron that stops after 350 steps: later than any trial."""

    def __init__(self):
        super().__init__()
        self.age = torch.zeros(0)

    def forward(self, x):
        if self.age.shape != x.shape:
            self.age = torch.zeros_like(x)
        self.age = self.age + 1.0
        return super().forward(x) * (self.age < 350.0)


def test_a_tensor_that_changes_is_a_state_even_if_it_matters_only_after_the_trial():
    neuron = from_torch(Tiring())
    assert {s.key for s in neuron.states} == {"mem", "age"}
    spikes = pw.simulate(neuron, pw.Current.step(0.3, 600.0)).spike_times[0]
    module = Tiring().double()
    module.beta = torch.tensor(0.9, dtype=torch.float64)
    with torch.no_grad():
        own = [module(torch.tensor([0.3], dtype=torch.float64)).item() for _ in range(600)]
    assert spikes.max() < 600.0
    np.testing.assert_array_equal(spikes[spikes >= 0.0], np.flatnonzero(own)[: len(spikes[spikes >= 0.0])])


def test_a_linear_layer_of_one_input_before_the_neuron_is_a_part_of_it():
    layer = torch.nn.Linear(1, 1)
    torch.nn.init.constant_(layer.weight, 0.5)
    torch.nn.init.constant_(layer.bias, 0.02)
    neuron = from_torch(torch.nn.Sequential(layer, Leaky()))
    drive = neuron.current
    alone = from_torch(Leaky(), {}, current=drive)
    ours, theirs = (pw.simulate(m, pw.Current.step(x, 200.0)).spike_times[0] for m, x in ((neuron, 0.4), (alone, 0.22)))
    assert len(theirs) > 5
    np.testing.assert_allclose(np.diff(ours)[-5:], np.diff(theirs)[-5:], atol=1.0)


def test_a_compiled_module_is_the_module_itself():
    assert from_torch(torch.compile(Leaky())).key == "leaky"


def test_constants_of_float32_are_the_decimals_that_they_were_written_as():
    assert from_torch(Leaky(beta=0.9)).parameters["beta"].default == 0.9


def test_the_module_stays_as_it_is():
    module = Leaky()
    module(torch.ones(4))
    before = module.mem.clone()
    from_torch(module)
    assert torch.equal(module.mem, before) and module.beta.dtype == torch.float32


def test_parameters_are_named_by_path_or_made_of_others_and_dt():
    tau = pw.Parameter("tau", 20.0, 5.0, 80.0, unit="ms", scale="log")
    neuron = from_torch(Leaky(beta=np.exp(-0.05)), {"beta": ([tau], lambda p, dt: torch.exp(-dt / p.tau))})
    assert list(neuron.parameters) == ["tau"] and not neuron.discrete
    assert from_torch(Leaky(), {}).parameters == {}
    layer = torch.nn.Sequential(Leaky())
    assert list(from_torch(layer, {"0.beta": pw.Parameter("decay", 0.9, 0.5, 0.99)}).parameters) == ["decay"]


def test_a_parameter_that_the_module_does_not_have_is_refused_with_those_that_it_has():
    with pytest.raises(ValueError, match=r"'betta'.*beta"):
        from_torch(Leaky(), {"betta": pw.Parameter("betta", 0.9, 0.5, 0.99)})
    with pytest.raises(TypeError, match="must be a Parameter, or"):
        from_torch(Leaky(), {"beta": 0.5})


class Odd(Leaky):
    """A leaky neuron with something odd around it: `around`(its own step, input, itself) is the output."""

    def __init__(self, around, **attributes):
        super().__init__()
        self.around = around
        for name, value in attributes.items():
            setattr(self, name, value)

    def forward(self, x):
        return self.around(super().forward, x, self)


def potential(leaky, x, own):
    leaky(x)
    return own.mem


def delayed(leaky, x, own):
    own.line.append(x)
    return leaky(own.line[0])


def of_numpy(leaky, x, own):
    own.kept = 0.9 * own.kept + x.numpy()
    fired = own.kept > 1.0
    own.kept = own.kept * ~fired
    return torch.from_numpy(fired.astype(float))


def ageing(leaky, x, own):
    own.steps = own.steps + 1
    return leaky(x * (own.steps % 500 > 0))


def counting(leaky, x, own):
    own.step += 1
    return leaky(x * (1.0 if own.step % 50 else 0.0))


class Recurrent(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = torch.nn.GRUCell(1, 4)

    def forward(self, x, h=None):
        h = self.cell(x.reshape(-1, 1), h)
        return (h[:, 0] > 0.1).to(x.dtype), h


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (Odd(lambda leaky, x, own: 0.5 * leaky(x)), r"got graded spikes \(0, 0\.5\)"),
        (Odd(lambda leaky, x, own: leaky(x + 0.1 * torch.randn_like(x))), r"must be deterministic"),
        (Odd(potential), r"an output of the module must be spikes"),
        (
            Odd(delayed, line=collections.deque(maxlen=3)),
            r"the same tensors in each step, but 'line\.\d' exists only after",
        ),
        (Odd(counting, step=0), r"the state must be tensors .* counts in 'step'"),
        (torch.nn.Sequential(Leaky(), Leaky()), r"several layers with the potentials 0\.mem, 1\.mem"),
        (torch.nn.ReLU(), r"must have a state"),
        (torch.nn.Conv2d(3, 3, 3), r"must accept one current of shape"),
        (Odd(ageing, steps=torch.tensor(0)), r"counts in 'steps'"),
        (Leaky(threshold=1e9), r"must fire within 400 steps"),
        (Odd(of_numpy, kept=np.zeros(1)), r"must have a state\. It changes only 'kept', a ndarray"),
        (
            Odd(lambda leaky, x, own: leaky(x) if x > 0 else leaky(0.0 * x)),
            r"Write torch\.where\(condition, a, b\) instead",
        ),
        (Recurrent(), r"Pass potential, one of h_0, h_1, h_2, h_3"),
        (Leaky(beta=[0.9, 0.8]), r"one number for each constant, but 'beta' has 2"),
        (torch.jit.script(torch.nn.ReLU()), r"scripted module"),
    ],
)
def test_an_object_that_is_not_a_neuron_is_rejected_by_name(module, words):
    with pytest.raises(ValueError, match=words):
        from_torch(module)


def by_numpy(leaky, x, own):
    own.kept = 0.5 * np.resize(own.kept, x.shape) + x.numpy()
    return leaky(torch.from_numpy(own.kept))


def test_gradients_are_computed_as_before_after_a_refusal_that_is_kept():
    with pytest.raises(ValueError, match=r"in step \d+ 'mem' is .* in the module's own loop") as kept:
        from_torch(Odd(by_numpy, kept=np.zeros(1)))
    assert torch.is_grad_enabled()
    del kept


def test_a_neuron_that_a_large_current_makes_fire_in_every_step_is_advised_a_smaller_one():
    with pytest.raises(ValueError, match=r"Pass a smaller default of the current, such as 0\.\d+"):
        from_torch(Leaky(), current=pw.Parameter("current", 5.0, -10.0, 20.0))


def test_steps_that_are_not_compiled_are_called_from_one_thread_at_a_time():
    neuron = from_torch(Explicit())
    current = pw.Current.step(3.0, 60.0)
    wanted = pw.simulate(neuron, current, engine="torch").states["v"]
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(pw.simulate(neuron, current, engine="torch").states["v"]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and all(np.array_equal(r, wanted) for r in results)


def test_a_potential_without_a_unit_is_drawn_up_to_a_peak_above_its_threshold():
    neuron = from_torch(Leaky())
    assert neuron.states[0].unit == "1" and neuron.peak == 2.0
    assert pw.models.get("lif").peak == 20.0


def test_criteria_and_figures_have_the_unit_of_the_potential():
    neuron = from_torch(Leaky())
    verdict = pw.judge(neuron, "tonic_spiking", verify=False)
    assert {check.unit for check in verdict.criteria} & {"mV", "1"} == {"1"}
    assert pw.plot(verdict).layout.yaxis.title.text == "potential"
    assert pw.plot(pw.judge("lif", "tonic_spiking", verify=False)).layout.yaxis.title.text == "potential (mV)"
    assert pw.simulate(neuron, pw.Current.step(0.2, 20.0)).potential_unit == "1"


def test_an_evaluation_in_torch_reports_the_reason():
    by_maxima = Odd(lambda leaky, x, own: leaky(x.reshape(-1, 1).max(dim=1).values))
    verdict = pw.judge(from_torch(by_maxima), "tonic_spiking", verify=False)
    assert verdict.engine == "torch" and "max" in verdict.uncompiled
    assert "Run by torch: the step of model 'odd' cannot be compiled" in " ".join(str(verdict).split())
    assert not pw.judge("lif", "tonic_spiking", verify=False).uncompiled
