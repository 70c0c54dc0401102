"""What draws numbers or counts outside of its state runs in torch, and is not frozen into a kernel."""

import itertools
import math
import random

import numpy as np
import pytest
import torch
from kernel_helpers import lanes_model

import plausiwidgets as pw
from plausiwidgets.simulation.compiled.compiler import why_not


def leaky(v, current, p, dt, noise):
    v = v + dt * (current - v) * p.p + noise
    return (v > 1.0).to(v.dtype), (torch.where(v > 1.0, 0.0, v),)


def impure_steps():
    count, seen, draw, numbers = [0], [torch.zeros((), dtype=torch.float64)], random.Random(1), itertools.count()

    def python_random(current, state, p, dt):
        return leaky(state[0], current, p, dt, random.gauss(0.0, 1.0))

    def numpy_random(current, state, p, dt):
        return leaky(state[0], current, p, dt, float(np.random.rand()))  # noqa: NPY002

    def rare_event(current, state, p, dt):
        return leaky(state[0], current, p, dt, 1.0 if draw.random() < 1e-6 else 0.0)

    def counter(current, state, p, dt):
        count[0] += 1
        return leaky(state[0], current, p, dt, 0.001 * count[0])

    def counter_that_matters_late(current, state, p, dt):
        return leaky(state[0], current, p, dt, 1.0 if next(numbers) % 10_000 == 9_999 else 0.0)

    def tensor_counter(current, state, p, dt):
        seen[0] = seen[0] + 1.0
        return leaky(state[0], current, p, dt, 0.001 * seen[0])

    def tensor_counter_at_a_spike(current, state, p, dt):
        seen[0] = torch.where((state[0] > -50.0).any(), seen[0] + 1.0, seen[0])
        return leaky(state[0], current, p, dt, 0.0 * seen[0])

    return [python_random, numpy_random, rare_event, counter, counter_that_matters_late, tensor_counter,
            tensor_counter_at_a_spike]  # fmt: skip


@pytest.mark.parametrize("step", impure_steps(), ids=lambda step: step.__name__)
def test_what_draws_or_counts_on_its_own_is_not_frozen_into_a_kernel(step):
    model = lanes_model(step, 1)
    reason = why_not(model)
    assert reason is not None
    assert "counter" in reason and "random numbers" in reason
    # The export leaves nothing behind that the torch engine could not run on.
    assert pw.simulate(model, pw.Stimulus.step(8.0, stop=2.0)).engine == "torch"


def test_a_step_that_computes_a_constant_at_its_first_call_is_compiled():
    memory = {}

    def step(current, state, p, dt):
        if "factor" not in memory:
            memory["factor"] = math.exp(-1.0)
        return leaky(state[0], current, p, dt, memory["factor"])

    assert why_not(lanes_model(step, 1)) is None
