"""What a step reads from outside of itself is a constant of its model: a change is an error that names it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.models.captured import Outside

GAIN = 1.0
TENSOR = torch.tensor([1.0], dtype=torch.float64)
ARRAY = np.array([1.0])
SETTINGS = {"gain": 1.0}
OBJECT = SimpleNamespace(gain=1.0, note="of no use")
LIST = [1.0]


def rate(x):
    return 1.0 * x


def faster(x):
    return 2.0 * x


def outer(x):
    return rate(x)


class Gain(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
        self.factor = 1.0

    def forward(self, x):
        return self.factor * self.gain * x


MODULE = Gain()


class Method:
    def __init__(self):
        self.gain = 1.0

    def step(self, current, state, p, dt):
        return stepped(state[0] + dt / p.tau * (p.v_rest - state[0] + self.gain * current), p)

    def __call__(self, current, state, p, dt):
        return self.step(current, state, p, dt)


def stepped(v, p):
    fired = v > -50.0
    return fired.to(v.dtype), (torch.where(fired, p.v_rest, v),)


def neuron(drive=None, step=None, key="leaky"):
    def own(current, state, p, dt):
        return stepped(state[0] + dt / p.tau * (p.v_rest - state[0] + drive(current)), p)

    return pw.NeuronModel(
        key,
        step or own,
        [pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms"), pw.Parameter("v_rest", -65.0, -80.0, -55.0, unit="mV")],
        lambda p, holding: (p.v_rest,),
        pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"),
        "v_rest",
        -50.0,
    )


def numpy_neuron():
    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (p.v_rest - state[0] + GAIN * current)
        return np.where(v > -50.0, 1.0, 0.0), (np.where(v > -50.0, p.v_rest, v),)

    return neuron(step=step)


def in_closure():
    gain = 1.0

    def change():
        nonlocal gain
        gain = 2.0

    return neuron(lambda x: gain * x), change, "gain"


def of_method(called):
    owner = Method()
    return neuron(step=owner if called else owner.step), lambda: setattr(owner, "gain", 2.0), "gain"


def of_module():
    return neuron(lambda x: MODULE(x))


CASES = {
    "a global number": lambda: (neuron(lambda x: GAIN * x), lambda: globals().update(GAIN=2.0), "GAIN"),
    "a tensor changed in place": lambda: (neuron(lambda x: TENSOR * x), lambda: TENSOR.mul_(2.0), "TENSOR"),
    "a tensor changed by its data": lambda: (neuron(lambda x: TENSOR * x), lambda: TENSOR.data.mul_(2.0), "TENSOR"),
    "another tensor": lambda: (neuron(lambda x: TENSOR * x), lambda: globals().update(TENSOR=2.0 * TENSOR), "TENSOR"),
    "a trained parameter": lambda: (of_module(), train, r"MODULE\.gain"),
    "a number of a module": lambda: (of_module(), lambda: setattr(MODULE, "factor", 2.0), r"MODULE\.factor"),
    "a function whose cell was run again": lambda: (
        neuron(lambda x: rate(x)),
        lambda: globals().update(rate=faster),
        r"rate\(\)",
    ),
    "a function of a function": lambda: (
        neuron(lambda x: outer(x)),
        lambda: globals().update(rate=faster),
        r"rate\(\)",
    ),
    "an array": lambda: (neuron(lambda x: float(ARRAY[0]) * x), lambda: ARRAY.__setitem__(0, 2.0), "ARRAY"),
    "an entry of a dict": lambda: (neuron(lambda x: SETTINGS["gain"] * x), lambda: SETTINGS.update(gain=2.0), "gain"),
    "an entry of a list": lambda: (neuron(lambda x: LIST[0] * x), lambda: LIST.__setitem__(0, 2.0), r"LIST\[0\]"),
    "an attribute of an object": lambda: (
        neuron(lambda x: OBJECT.gain * x),
        lambda: setattr(OBJECT, "gain", 2.0),
        r"OBJECT\.gain",
    ),
    "a closure": in_closure,
    "an attribute behind a method": lambda: of_method(False),
    "an attribute of a callable": lambda: of_method(True),
    "a step of NumPy": lambda: (numpy_neuron(), lambda: globals().update(GAIN=2.0), "GAIN"),
}


def train():
    optimizer = torch.optim.SGD(MODULE.parameters(), lr=1.0)
    MODULE(torch.ones(1, dtype=torch.float64)).sum().backward()
    optimizer.step()


@pytest.fixture(autouse=True)
def as_it_was():
    before = dict(globals())
    yield
    globals().update({name: before[name] for name in ("GAIN", "TENSOR", "rate")})
    TENSOR.data.fill_(1.0)
    MODULE.gain.data.fill_(1.0)
    MODULE.factor = ARRAY[0] = SETTINGS["gain"] = LIST[0] = OBJECT.gain = 1.0


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("run_before", [True, False])
def test_a_change_outside_of_the_step_is_an_error_that_names_it(case, run_before):
    model, change, name = CASES[case]()
    current = pw.Current.step(30.0, 200.0)
    if run_before:
        assert len(pw.simulate(model, current).spike_times[0]) > 1
    change()
    for verb in (
        lambda: pw.simulate(model, current),
        lambda: pw.judge(model, "tonic_spiking"),
        lambda: pw.optimize(model, "tonic_spiking", budget=10),
        lambda: pw.to_brian2(model, {}, 1),
    ):
        with pytest.raises(ValueError, match=rf"model 'leaky': its functions use \S*{name}\S*, which "):
            verb()


def test_a_registered_neuron_is_looked_at_too():
    pw.models.register(neuron(lambda x: GAIN * x, key="leaky_registered"))
    assert pw.simulate("leaky_registered", pw.Current.step(30.0, 50.0)).t.size
    globals().update(GAIN=3.0)
    with pytest.raises(ValueError, match=r"use GAIN, which has changed from 1\.0 to 3\.0 since the model was created"):
        pw.simulate("leaky_registered", pw.Current.step(30.0, 50.0))


def test_setting_an_equal_value_is_not_a_change():
    model = neuron(lambda x: GAIN * rate(math.sqrt(SETTINGS["gain"]) * x))

    def again(x):
        return 1.0 * x

    globals().update(GAIN=1.0, rate=again)  # of another cell, and in another line
    OBJECT.note = "something else"
    SETTINGS["unused"] = object()
    assert pw.judge(model, "tonic_spiking").status == "replicated"


def test_changes_by_the_step_itself_are_allowed():
    calls = {"n": 0}

    def step(current, state, p, dt):
        calls["n"] += 1
        return stepped(state[0] + dt / p.tau * (p.v_rest - state[0] + current), p)

    model = neuron(step=step)
    for _ in range(2):
        assert len(pw.simulate(model, pw.Current.step(30.0, 100.0)).spike_times[0])


def test_neurons_of_the_package_have_nothing_outside():
    for name in pw.models.names():
        assert Outside({"step": pw.models.get(name).step}).changed() is None
        assert pw.models.get(name).refuse_changes() is None


tau = 10.0


def test_a_global_of_the_name_of_a_parameter_is_no_part_of_a_step(monkeypatch):
    model = neuron(lambda x: x)
    monkeypatch.setitem(globals(), "tau", 1.0)
    model.refuse_changes()
