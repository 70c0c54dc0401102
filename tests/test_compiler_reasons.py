"""What cannot be compiled runs in torch, and says why: the operation, the line, the idiom."""

import inspect
import math

import numpy as np
import pytest
import torch
from kernel_helpers import lanes_model

import plausiwidgets as pw
from plausiwidgets.simulation.compiler import why_not


def line_of(function, fragment):
    lines, first = inspect.getsourcelines(function)
    return first + next(i for i, line in enumerate(lines) if fragment in line)


def branching(current, state, p, dt):
    (v,) = state
    v = v + dt * (current - v) * p.p
    if v > 5.0:
        v = v * 0.0
        return torch.ones_like(v), (v,)
    return torch.zeros_like(v), (v,)


def with_math(current, state, p, dt):
    (v,) = state
    v = v + dt * math.exp(-v) * p.p
    return torch.zeros_like(v), (v,)


def with_item(current, state, p, dt):
    (v,) = state
    factor = v.sum().item()
    return torch.zeros_like(v), (v + factor,)


def with_numpy(current, state, p, dt):
    (v,) = state
    v = torch.from_numpy(np.exp(-v.numpy()))
    return torch.zeros_like(v), (v,)


def with_mean(current, state, p, dt):
    (v,) = state
    v = v + current
    v = v - v.mean()
    return torch.zeros_like(v), (v,)


def random(current, state, p, dt):
    (v,) = state
    v = v + torch.randn_like(v)
    return torch.zeros_like(v), (v,)


def in_place(current, state, p, dt):
    (v,) = state
    v += dt * current
    return torch.zeros_like(v), (v,)


def helper(v):
    return torch.lgamma(v)


def through_a_helper(current, state, p, dt):
    (v,) = state
    return torch.zeros_like(v), (helper(v) + current,)


def and_of_masks(current, state, p, dt):
    (v,) = state
    fired = v > 1.0 and current > 0.0
    return fired.to(v.dtype), (v,)


@pytest.mark.parametrize(
    ("step", "fragment", "words"),
    [
        (branching, "if v > 5.0", ["torch.where", "decides in Python"]),
        (with_math, "math.exp", ["torch.exp", "Python number"]),
        (with_item, "item()", ["combines or picks"]),
        (with_numpy, "numpy()", ["NumPy"]),
        (with_mean, "v.mean()", ["mean", "combines or picks lanes"]),
        (random, "randn_like", ["random", "torch engine"]),
        (and_of_masks, "and current", ["`&`"]),
    ],
)
def test_the_reason_names_the_line_and_the_idiom(step, fragment, words):
    reason = why_not(lanes_model(step, 1))
    assert reason is not None
    assert f"line {line_of(step, fragment)}" in reason
    assert __file__ in reason
    for word in [*words, "under_test"]:
        assert word in reason


def test_the_line_may_be_in_a_function_that_the_step_calls():
    assert f"line {line_of(helper, 'lgamma')}" in why_not(lanes_model(through_a_helper, 1))


def test_a_step_that_changes_its_input_is_told_so():
    assert "in place" in why_not(lanes_model(in_place, 1))


def test_a_module_that_keeps_a_count_is_told_so():
    class Counting(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("count", torch.zeros(1, dtype=torch.float64))

        def forward(self, current, state, p, dt):
            self.count += 1
            return torch.zeros_like(current), (state[0] + self.count,)

    assert why_not(lanes_model(Counting(), 1)) is not None


def test_a_captured_tensor_of_many_numbers_is_refused():
    table = torch.arange(3.0, dtype=torch.float64)

    def step(current, state, p, dt):
        return torch.zeros_like(current), (state[0] + table.sum() + current,)

    assert why_not(lanes_model(step, 1)) is not None


@pytest.mark.parametrize("step", [branching, with_math])
def test_such_a_step_runs_in_torch_and_says_so(step):
    neuron = lanes_model(step, 1, validate=True)
    stimulus = pw.Stimulus.step(8.0, stop=20.0)
    traces = pw.simulate(neuron, [stimulus, pw.Stimulus.step(3.0, stop=20.0)])
    assert traces.engine == "torch"
    assert np.isfinite(traces.v).all()
    with pytest.raises(Exception, match=r"torch\.\w+\(") as caught:
        pw.simulate(neuron, stimulus, engine="compiled")
    assert "line" in str(caught.value)


def test_nothing_is_printed_or_warned_about(capfd, recwarn):
    assert why_not(lanes_model(branching, 1))
    out, err = capfd.readouterr()
    assert out == "" == err
    assert len(recwarn) == 0


def test_the_reason_is_found_once():
    calls = []

    def step(current, state, p, dt):
        calls.append(1)
        return torch.zeros_like(current), (state[0] - state[0].mean(),)

    model = lanes_model(step, 1)
    first = why_not(model)
    count = len(calls)
    assert why_not(model) == first
    assert len(calls) == count
