"""A step that is a function of NumPy is written down as a program, and needs no torch."""

from __future__ import annotations

import math
import random
import re
import subprocess
import sys
from functools import partial
from itertools import count

import numpy as np
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.engine.compiled.engine import why_not
from plausiwidgets.models import numpy_step as module
from plausiwidgets.models.contract import Namespace

PARAMETERS = [
    pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms", scale="log"),
    pw.Parameter("delta", 2.0, 0.5, 4.0, unit="mV"),
    pw.Parameter("jump", 3.0, 0.0, 10.0, unit="mV"),
]
CURRENT = pw.Parameter("current", 25.0, -20.0, 100.0, unit="mV")


def by_numpy(current, state, p, dt):
    v, w = state
    slope = p.delta * np.exp(np.minimum((v + 50.0) / p.delta, 5.0))
    v = v + dt / p.tau * (current - w - (v + 65.0) + slope)
    w = w * np.exp(-dt / 100.0)
    fired = v > -40.0
    return fired, (np.where(fired, -65.0, v), w + p.jump * fired)


def by_torch(current, state, p, dt):
    v, w = state
    slope = p.delta * torch.exp(torch.clamp((v + 50.0) / p.delta, max=5.0))
    v = v + dt / p.tau * (current - w - (v + 65.0) + slope)
    w = w * torch.exp(-dt / 100.0)
    fired = v > -40.0
    return fired.to(v.dtype), (torch.where(fired, -65.0, v), w + p.jump * fired)


def neuron(step, **options):
    return pw.NeuronModel(
        "mine",
        step,
        PARAMETERS,
        lambda p, holding: (-65.0 + 0.0 * p.tau, 0.0),
        CURRENT,
        **({"rest": -65.0, "threshold": -50.0, "states": ["v", "w"]} | options),
    )


def test_a_step_of_numpy_is_compiled_and_fires_as_the_same_step_of_torch():
    ours, theirs = neuron(by_numpy), neuron(by_torch)
    assert ours.programs is not None and theirs.programs is None
    assert why_not(ours) is None
    current = [pw.Current.step(x, 300.0) for x in (10.0, 25.0, 60.0)]
    one, other = (pw.simulate(m, current, record=("v", "w")) for m in (ours, theirs))
    assert [len(t) for t in one.spike_times] == [len(t) for t in other.spike_times]
    assert sum(len(t) for t in one.spike_times) > 10
    np.testing.assert_allclose(one.states["v"], other.states["v"], atol=1e-9)
    assert pw.judge(ours, "spike_frequency_adaptation").status == pw.judge(theirs, "spike_frequency_adaptation").status


def clipped(current, state, p, dt):
    v, w = state
    v = (v + dt / p.tau * (current - w - (v + 65.0) / p.delta)).clip(-90.0, 20.0)
    fired = (v > -50.0) * 1.0
    return fired, (v - fired * 15.0, w * 0.999 + p.jump * fired)


def by_type(current, state, p, dt):
    v, w = state
    v = v + dt / p.tau * (current - w - (v + 65.0) / p.delta)
    fired = (v > -50.0).astype(float)
    return fired, (v - fired * 15.0, w * 0.999 + p.jump * fired)


@pytest.mark.parametrize("step", [clipped, by_type])
def test_a_step_that_does_not_name_numpy_is_recognized_by_running_it(step):
    made = neuron(step)
    assert made.programs is not None
    assert len(pw.simulate(made, pw.Current.step(60.0, 200.0)).spike_times[0]) > 3


def test_rest_and_threshold_may_be_functions_of_numpy_and_a_level_a_spike():
    def step(current, state, p, dt):
        v, w = state
        v = v + dt * (0.04 * v**2 + 5.0 * v + 140.0 - w + current)
        return np.clip(v, -90.0, 40.0) - np.where(v > 35.0, 100.0, 0.0), w + dt * 0.02 * (0.2 * v - w)

    model = pw.NeuronModel(
        "level",
        step,
        [pw.Parameter("height", 10.0, 5.0, 20.0, unit="mV")],
        lambda p, holding: (-70.0, -14.0),
        pw.Parameter("current", 10.0, -10.0, 30.0),
        rest=-70.0,
        threshold=lambda p: np.maximum(-60.0 + p.height, -58.0),
        spike_level=0.0,
        states=["v", "u"],
    )
    assert model.rest_threshold({"height": [10.0, 20.0]})[1].tolist() == [-50.0, -40.0]
    assert model.programs is not None and why_not(model) is None


def test_the_step_and_the_start_take_arrays_and_tensors_alike():
    model = neuron(by_numpy)
    p = Namespace(**{name: np.full(2, x) for name, x in model.defaults().items()})
    start = model.initial_state(p, np.zeros(2))
    spikes, new = model.step(np.array([20.0, 400.0]), (np.array([-65.0, -41.0]), np.array([0.0, 1.0])), p, 0.1)
    tensors = model.namespace({name: [x, x] for name, x in model.defaults().items()})
    inputs = torch.tensor([[20.0, 400.0], [-65.0, -41.0], [0.0, 1.0]], dtype=torch.float64)
    others, after = model.step(inputs[0], (inputs[1], inputs[2]), tensors, torch.tensor(0.1))
    assert [x.tolist() for x in start] == [[-65.0, -65.0], [0.0, 0.0]]
    assert isinstance(spikes, np.ndarray) and spikes.tolist() == others.tolist() == [0.0, 1.0]
    np.testing.assert_allclose(new, torch.stack(after).numpy(), rtol=1e-7)


def test_what_a_step_of_another_model_does_not_have_is_refused_with_what_it_has():
    model = neuron(by_numpy)
    own = {"initial_state": model.initial_state, "rest": -65.0, "threshold": -50.0, "parameters": PARAMETERS}
    assert pw.NeuronModel("same", model.step, current=CURRENT, **own).programs is model.programs
    for changes, words in (
        ({"initial_state": lambda p, holding: (-70.0, 0.0)}, r"initial_state must be step\.initial_state"),
        ({"rest": lambda p: -65.0}, r"rest must be -65, or a parameter"),
        ({"threshold": -45.0}, r"threshold must be -50, or a parameter"),
        ({"spike_level": 0.0}, r"spike_level must be None"),
        ({"parameters": PARAMETERS[:2]}, r"parameters must be tau, delta, jump, in this order"),
        ({"parameters": PARAMETERS[::-1]}, r"parameters must be tau, delta, jump, in this order"),
        ({"states": ["v"]}, r"states must be 2 state variables"),
    ):
        with pytest.raises(ValueError, match=words):
            pw.NeuronModel("other", model.step, current=CURRENT, **(own | changes))


def test_a_numpy_step_that_breaks_the_contract_is_rejected_like_any_step():
    with pytest.raises(ValueError, match=r"unused parameters: delta, jump"):
        neuron(
            lambda current, state, p, dt: (
                np.greater(state[0], -50.0),
                (np.where(state[0] > -50.0, -65.0, state[0] + dt / p.tau * current), state[1]),
            )
        )


@pytest.mark.slow
def test_a_numpy_step_needs_no_torch():
    code = """
import sys
sys.modules["torch"] = None
import numpy as np
import plausiwidgets as pw

def step(current, state, p, dt):
    v = state[0] + dt / p.tau * (current - state[0])
    fired = v > 1.0
    return fired, (np.where(fired, 0.0, v),)

model = pw.NeuronModel("light", step, [pw.Parameter("tau", 10.0, 5.0, 20.0, unit="ms")], lambda p, holding: (0.0,),
                       pw.Parameter("current", 2.0, -1.0, 5.0, unit="mV"), rest=0.0, threshold=1.0)
assert pw.judge(model, "tonic_spiking").replicated
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# ------------------------------------------------------------------ steps that are hard to write down
# Each is a function of (v, w, fired, p) that returns what is added to w, in a step that is otherwise the same.


RECORDED = {
    "limits by keywords": lambda v, w, f, p: np.clip(p.jump * f, a_min=None, a_max=2.0) + v.clip(min=0.0),
    "integers of masks": lambda v, w, f, p: p.jump * (f * 2 + (v > -60.0) * 1) / 10,
    "a sum of masks, which is an or": lambda v, w, f, p: p.jump * (f + (v > -60.0)) / 10,
    "an array of masks": lambda v, w, f, p: p.jump * (np.ones_like(f) + np.full_like(f, 0.5)) * f,
    "a constant made an integer": lambda v, w, f, p: p.jump * np.full_like(v, 2.7, dtype=int) * f.astype(int),
    "numbers as a condition": lambda v, w, f, p: p.jump * np.where(f * 1.0, 1, 0),
    "select": lambda v, w, f, p: np.select([v < -63.0, v < -60.0, f], [0.0, 0.1, p.jump], 0.02),
    "pieces that overlap": lambda v, w, f, p: p.jump * f + np.piecewise(v, [v < -55, v < -60], [1, np.exp, 3]) / 100,
    "arrays of the shape": lambda v, w, f, p: p.jump * f + np.zeros(v.shape) + np.full(v.shape, 0.01),
    "a power of a negative number": lambda v, w, f, p: p.jump * f + 1e-6 * v**3 + 1e-4 * np.abs(v) ** 1.5,
    "nan where it is not used": lambda v, w, f, p: np.where(w > 0.0, np.sqrt(w), 0.0) / 100 + p.jump * f,
    "chance from a fixed seed": lambda v, w, f, p: np.random.default_rng(3).uniform() * p.jump * f,
}
LOOPED = {
    "an assignment to some lanes": (lambda v, w, f, p: assigned(np.array(v * 0.0), f, p.jump), "numpy.asarray"),
    "an addition in place": (lambda v, w, f, p: added(v.copy(), p.jump * f), "numpy.add in place"),
    "a refusal that the step catches": (lambda v, w, f, p: caught(p.jump, f), "numpy.asarray"),
    "int8, which overflows at a spike": (
        lambda v, w, f, p: f * np.int8(100) * np.int8(2) * p.jump / 50,
        "result of type int8",
    ),
    "exp of a mask, in half precision": (
        lambda v, w, f, p: p.jump * (np.exp(f) - 1.0),
        "numpy.exp with a result of type float16",
    ),
    "float32": (lambda v, w, f, p: p.jump * np.add(w, f, dtype=np.float32) / 10, "with dtype"),
    "bits": (lambda v, w, f, p: p.jump * ((f * 3) & 2), "numpy.bitwise_and with a result of type int64"),
    "a table": (lambda v, w, f, p: p.jump * f + TABLE[np.clip(v + 70, 0, 9).astype(int)] / 100, r"astype.int64."),
    "a function of numbers": (lambda v, w, f, p: p.jump * f + SLOW(v) / 100, "numpy.asarray"),
    "a function with a name of NumPy's": (lambda v, w, f, p: NAMED(p.jump * f).astype(float), "exp .vectorized."),
    "whether it is an array": (lambda v, w, f, p: p.jump * f * (1 + isinstance(v, np.ndarray)), "different results"),
    "math": (lambda v, w, f, p: p.jump * f + 0.01 * math.exp(v / 20.0) + 0.0 * np.pi, "one lane at a time: only"),
    "if": (lambda v, w, f, p: p.jump if np.greater(v, -50.0) else 0.0, "one lane at a time: The truth value"),
    "a log": (lambda v, w, f, p: (LOG.append(1), np.multiply(p.jump, f))[1], r"it changes len.LOG."),
}
REFUSED = {
    "a clock": (lambda v, w, f, p: np.sin(later()) + p.jump * f, r"change CLOCK\[0\], which is defined outside"),
    "an iterator": (lambda v, w, f, p: np.multiply(p.jump, f) * (next(NUMBERS) < 9999), "change NUMBERS, which"),
    "memory in a dict": (lambda v, w, f, p: p.jump * f + 0.01 * last(w), r"change \S*MEMORY\['w'\], which is def"),
    "a rare chance": (lambda v, w, f, p: np.multiply(p.jump, f) + (random.random() < 1e-6), "draws random numbers"),
    "chance of a generator": (lambda v, w, f, p: np.multiply(p.jump, f) + (RNG.random() < 1e-6), "change RNG"),
    "chance by lane": (lambda v, w, f, p: p.jump * f * np.random.default_rng(3).uniform(size=v.shape), "other lanes"),
    "lanes that are added": (lambda v, w, f, p: p.jump * f + 0.01 * (v - v.mean()), "other lanes"),
    "a number of the first lane": (lambda v, w, f, p: p.jump * f + first(v.shape), "other lanes"),
    "a fixed number of lanes": (lambda v, w, f, p: p.jump * f * np.array([1.0, 2.0, 3.0]), "any number of lanes"),
    "a parameter that is unknown": (lambda v, w, f, p: p.jumb * np.float64(f[:1][0]), "Did you mean 'jump'"),
    "a parameter that nothing reads": (lambda v, w, f, p: assigned(np.array(v * 0.0), f, v), "unused parameters: jump"),
}

TABLE, LOG, CLOCK, MEMORY, NUMBERS, RNG = np.arange(10.0), [0], [0.0], {"w": 0.0}, count(), np.random.default_rng(0)
SLOW = np.vectorize(lambda x: 0.0 if x < -60 else 0.5)


def exp(x):
    return 2.0 * x


NAMED = np.frompyfunc(exp, 1, 1)


def assigned(x, fired, value):
    x[fired] = value[fired]
    return x


def added(x, jump):
    x += jump
    return x - x + jump


def caught(jump, fired):
    try:
        return assigned(np.array(jump * 0.0), fired, jump)
    except Exception:
        return 0.0


def later():
    CLOCK[0] += 0.1
    return CLOCK[0]


def last(w):
    before, MEMORY["w"] = MEMORY["w"], w
    return before


def first(shape):
    x = np.zeros(shape)
    x[0] = 1.0
    return x


def hard(adds):
    def step(current, state, p, dt):
        v, w = state
        v = v + dt / p.tau * (current - w - (v + 65.0))
        fired = v > -50.0
        return fired, (np.where(fired, -65.0, v), w * (1.0 - dt / 100.0) + adds(v, w, fired, p))

    return step


def made(step):
    parameters = [p for p in PARAMETERS if p.key != "delta"]
    return pw.NeuronModel(
        "hard", step, parameters, lambda p, holding: (-65.0, 0.0), CURRENT, -65.0, -50.0, states=["v", "w"]
    )


def agree(step, model):
    """Return how often a step fires in a plain loop, after comparing it with the model's in every lane."""
    drive = np.random.default_rng(0).uniform(0.0, 100.0, (150, 4))
    sets = {"tau": np.array([5.0, 8.0, 10.0, 20.0]), "jump": np.array([3.0, 1.0, 8.0, 0.5])}
    shapes = [np.array([i]) if not model.lanewise else i for i in range(4)]
    fired = 0.0
    for lane in shapes:
        p = Namespace(**{n: x[lane] for n, x in sets.items()})
        tensors = model.namespace({n: x[np.atleast_1d(lane)] for n, x in sets.items()})
        state, ours = (np.float64(-65.0) + 0.0 * p.tau, 0.0 * p.tau), torch.tensor([[-65.0], [0.0]]).double()
        for x in drive:
            with np.errstate(all="ignore"):
                spikes, state = step(x[lane], state, p, np.float64(0.5))
                same, new = model.advance(
                    torch.from_numpy(x[np.atleast_1d(lane)]), tuple(ours), tensors, torch.tensor(0.5).double()
                )
            ours = torch.stack([torch.as_tensor(s).double().reshape(1) for s in new])
            np.testing.assert_array_equal(np.asarray(spikes, float).reshape(1), torch.as_tensor(same).double().numpy())
            np.testing.assert_allclose([np.asarray(s, float).reshape(1) for s in state], ours.numpy(), atol=1e-9)
            fired += float(np.asarray(spikes).sum())
    return fired


@pytest.mark.parametrize("what", RECORDED)
def test_traced_operations_have_the_semantics_of_numpy(what):
    step = hard(RECORDED[what])
    model = made(step)
    assert model.programs is not None
    assert agree(step, model) > 10


@pytest.mark.parametrize("what", LOOPED)
def test_a_step_that_cannot_be_traced_runs_as_a_loop_with_a_reason(what):
    adds, words = LOOPED[what]
    step = hard(adds)
    model = made(step)
    assert model.programs is None
    assert "a NumPy function that cannot be converted" in why_not(model) and "np.where" in why_not(model)
    assert re.search(words, why_not(model))
    assert agree(step, model) > 10


@pytest.mark.parametrize("what", REFUSED)
def test_a_step_that_is_not_a_function_of_its_arguments_is_rejected_by_name(what):
    adds, words = REFUSED[what]
    with pytest.raises(ValueError, match=words):
        made(hard(adds))


def test_numpy_is_found_behind_a_helper_a_name_an_import_a_partial_and_an_object():
    def helper(current, state, p, dt):
        return by_numpy(current, state, p, dt)

    def imported(current, state, p, dt):
        import numpy

        return helper(current, state, p, numpy.float64(1.0) * dt)

    class Called:
        def __call__(self, current, state, p, dt):
            return by_numpy(current, state, p, dt)

    for step in (helper, imported, partial(helper), Called(), Called().__call__):
        assert neuron(step).programs is not None


def test_without_torch_the_reason_stands_beside_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"converted to a program \(numpy.any\), and .* pip install '\S*torch"):
        made(hard(lambda v, w, f, p: p.jump * f * (1 + np.any(f))))
