"""What cannot be compiled runs in torch, and says why: the operation, the line, the idiom."""

import inspect
import math
import sys
import threading

import numpy as np
import pytest
import torch
from kernel_helpers import lanes_model

import plausiwidgets as pw
from plausiwidgets.engine.compiled.engine import why_not
from plausiwidgets.engine.compiled.export import export_step


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


def with_numpy(current, state, p, dt):
    (v,) = state
    v = torch.from_numpy(np.exp(-v.numpy()))
    return torch.zeros_like(v), (v,)


def with_mean(current, state, p, dt):
    (v,) = state
    v = v + current
    v = v - v.mean()
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


def with_cond(current, state, p, dt):
    (v,) = state
    v = torch.cond(dt > 0, lambda x: x + 1.0, lambda x: x - 1.0, (v,))
    return torch.zeros_like(v), (v,)


def with_cond_of_lanes(current, state, p, dt):
    (v,) = state
    v = torch.cond(v > 0, lambda x: x + 1.0, lambda x: x - 1.0, (v,))
    return torch.zeros_like(v), (v,)


def with_data(current, state, p, dt):
    v = state[0].data * 2.0
    return torch.zeros_like(v), (v,)


@pytest.mark.parametrize(
    ("step", "fragment", "words"),
    [
        (branching, "if v > 5.0", ["torch.where"]),
        (with_math, "math.exp", ["torch.exp", "Python value"]),
        (with_numpy, "numpy()", ["NumPy"]),
        (with_mean, "v.mean()", ["operation mean", "each lane separately"]),
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


def test_a_step_that_changes_its_input_is_reported():
    assert "in place" in why_not(lanes_model(in_place, 1))


def each_by_the_first(current, state, p, dt):
    (v,) = state
    return torch.zeros_like(v), (v + v.sum().item(),)


def of_two_types(current, state, p, dt):
    (v,) = state
    return torch.zeros_like(v), (torch.lerp(v, (v > 0).long(), 0.5),)


def with_dt_item(current, state, p, dt):
    v = state[0] + dt.item() * current
    return torch.zeros_like(v), (v,)


def with_int_of_dt(current, state, p, dt):
    (v,) = state
    for _ in range(int(dt / 0.05)):
        v = v + 0.05 * current
    return torch.zeros_like(v), (v,)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (with_cond_of_lanes, "torch.where("),
        (with_cond, "operation cond"),
        (with_data, "`v.clone()`"),
        (each_by_the_first, "each lane separately"),
        (of_two_types, "lerp"),
        (with_dt_item, "Python value"),
        (with_int_of_dt, "Python value"),
    ],
)
def test_the_reason_says_what_is_wrong_and_nothing_is_printed_or_warned_about(step, words, capfd, recwarn):
    assert words in why_not(lanes_model(step, 1))
    assert capfd.readouterr() == ("", "")
    # Python may delete sockets of earlier tests at any moment.
    assert [one for one in recwarn if one.category is not ResourceWarning] == []


def test_a_captured_tensor_of_many_numbers_is_refused():
    table = torch.arange(3.0, dtype=torch.float64)

    def step(current, state, p, dt):
        return torch.zeros_like(current), (state[0] + table.sum() + current,)

    assert why_not(lanes_model(step, 1)) is not None


@pytest.mark.parametrize("step", [branching, with_math])
def test_a_step_without_a_program_runs_in_torch_with_a_warning(step):
    neuron = lanes_model(step, 1, validate=True, rest=0.0, threshold=10.0)
    stimulus = pw.Current.step(8.0, 20.0)
    traces = pw.simulate(neuron, [stimulus, pw.Current.step(3.0, 20.0)])
    assert traces.engine == "torch"
    assert np.isfinite(traces.v).all()
    with pytest.raises(Exception, match=r"torch\.\w+\(") as caught:
        pw.simulate(neuron, stimulus, engine="compiled")
    assert "line" in str(caught.value)


def test_other_threads_keep_their_stderr_during_an_export(capfd):
    def other():
        print("from another thread", file=sys.stderr)

    def step(current, state, p, dt):
        if type(current) is not torch.Tensor:  # the export's own run
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
            print("from the step", file=sys.stderr)
        return torch.zeros_like(current), (state[0] + current,)

    before = sys.stderr
    assert why_not(lanes_model(step, 1)) is None
    assert sys.stderr is before
    assert capfd.readouterr().err == "from another thread\n"


def with_time_axis(current, state, p, dt):
    """Compute in [lanes, time, 1] and [1, lanes], as libraries for layers of neurons do."""
    v = state[0].reshape(-1, 1)
    x = current[:, None, None]
    steps = [v + dt * p.p[:, None] * (x[:, k] - v) for k in range(x.shape[1])]
    v = torch.stack(steps, 1)[:, -1].transpose(0, 1)
    spikes = (v > 1.0).to(v.dtype)
    v = torch.cat([v * (1.0 - spikes)], 1).unsqueeze(-1)
    return spikes.squeeze(0), (v[0].squeeze(-1),)


def picks_by_select(current, state, p, dt):
    v = state[0] + dt * current * p.p
    return torch.zeros_like(v), (v + v[:, None][0],)


def crosses_lanes(current, state, p, dt):
    v = state[0] + dt * current * p.p
    return torch.zeros_like(v), ((v[:, None] * v[None, :]).amax(0),)


def test_axes_of_length_one_are_no_lanes():
    model = lanes_model(with_time_axis, 1)
    assert why_not(model) is None
    currents = [pw.Current.step(amplitude, 50.0) for amplitude in (1.5, 3.0)]
    compiled, by_torch = (pw.simulate(model, currents, engine=engine) for engine in ("compiled", "torch"))
    assert [len(t) for t in compiled.spike_times] == [len(t) for t in by_torch.spike_times]
    assert len(compiled.spike_times[1]) > 2
    np.testing.assert_allclose(compiled.states["v"], by_torch.states["v"], atol=1e-12)


@pytest.mark.parametrize("step", [picks_by_select, crosses_lanes])
def test_lanes_are_not_mixed_by_way_of_an_axis_of_length_one(step):
    with pytest.raises(pw.NotCompilableError):
        export_step(lanes_model(step, 1))
