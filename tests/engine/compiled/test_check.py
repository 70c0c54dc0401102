"""No kernel differs silently from torch: what cannot be compiled is refused, with the first step that differs."""

import functools
import math
import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from kernel_helpers import compiled_body, lanes_model
from lane_jobs import random_job
from random_steps import model_of, random_step

import plausiwidgets as pw
from plausiwidgets.engine.compiled.engine import run_compiled, why_not
from plausiwidgets.engine.compiled.export import export_step
from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.lanes import LaneJob, NotCompilableError
from plausiwidgets.engine.program import operations
from plausiwidgets.engine.torch_engine import run_torch
from tests.engine.compiled.test_operations import CLOSE, EXACT

OPERATIONS = EXACT | CLOSE


def leaky(v, current, p, dt, more):
    v = v + dt * (current - v) * p.p + more
    return (v > 1.0).to(v.dtype), (torch.where(v > 1.0, 0.0, v),)


def steps_with_a_memory():
    """Return steps that remember something outside of their state; what each adds changes within some 100 steps."""
    count, seen, last = [0], [torch.zeros((), dtype=torch.float64)], {}

    @functools.lru_cache
    def remembered(key):
        return random.random()

    def counted():
        count[0] += 1
        return count[0]

    def tensor():
        seen[0] = seen[0] + 1.0
        return seen[0]

    sources = {
        "closure": counted,
        "lru_cache": lambda: remembered(counted() // 300),
        "tensor": tensor,
        "random": random.random,
        "numpy.random": np.random.rand,
    }

    def step_of(source):
        return lambda current, state, p, dt: leaky(state[0], current, p, dt, source() * 1e-3)

    steps = {name: step_of(source) for name, source in sources.items()}

    def into_the_parameters(current, state, p, dt):
        vars(p)["p"] = p.p * 1.001
        return leaky(state[0], current, p, dt, 0.0)

    def last_potential(current, state, p, dt):
        before, last["v"] = last.get("v", state[0]), state[0]
        return leaky(state[0], current, p, dt, 0.01 * (state[0] - before) if before.shape == state[0].shape else 0.0)

    return steps | {"p": into_the_parameters, "last potential": last_potential}


@pytest.mark.parametrize("name", steps_with_a_memory())
def test_a_step_that_is_not_a_function_of_its_inputs_is_rejected_before_the_export(name):
    model = lanes_model(steps_with_a_memory()[name], 1)
    reason = why_not(model)
    assert ("outside its state" in reason and "entries of the state" in reason) or name == "p"
    # The export leaves nothing behind that the torch engine could not run on.
    assert pw.simulate(model, pw.Current.step(8.0, 2.0)).engine == "torch"


def test_a_step_that_looks_at_the_number_of_lanes_is_refused():
    def step(current, state, p, dt):
        return leaky(state[0], current, p, dt, 0.1 if current.shape[0] > 1 else 0.0)

    assert "depends on the other lanes" in why_not(lanes_model(step, 1))


def by_its_type(current, state, p, dt):
    return leaky(state[0], current, p, dt, 0.1 if type(current) is torch.Tensor else 0.0)


def by_the_compiler(current, state, p, dt):
    return leaky(state[0], current, p, dt, 0.1 if torch.compiler.is_compiling() else 0.0)


def by_an_error(current, state, p, dt):
    try:
        more = 0.1 * float(dt)
    except Exception:
        more = 0.02
    return leaky(state[0], current, p, dt, more)


@pytest.mark.parametrize("step", [by_its_type, by_the_compiler, by_an_error])
def test_a_step_that_finds_out_that_it_is_traced_is_refused_with_the_first_step_that_differs(step):
    reason = why_not(lanes_model(step, 1))
    assert "differs from torch (in step 0 of a run at the default parameters with dt = 0.1 ms, from v = 0" in reason
    assert "state 'v' becomes" in reason and "detect tracing" in reason


@pytest.mark.parametrize("error", [1e-6, 1e-8])
def test_a_kernel_that_computes_something_else_is_refused(error, monkeypatch):
    wrong = replace(operations.TABLE["mul"], python=f"{{0}} * {{1}} * {1.0 + error!r}")
    monkeypatch.setitem(operations.TABLE, "mul", wrong)
    model = lanes_model(lambda current, state, p, dt: leaky(state[0], current, p, dt, 0.0), 1)
    assert "state 'v' becomes" in why_not(model)
    assert pw.simulate(model, pw.Current.step(8.0, 2.0)).engine == "torch"


def test_a_kernel_that_is_wrong_only_far_from_what_neurons_do_is_refused(monkeypatch):
    monkeypatch.setitem(operations.TABLE, "exp", replace(operations.TABLE["exp"], python="exp(min({0}, 0.5))"))

    def step(current, state, p, dt):
        return torch.zeros_like(current), (0.5 * state[0] + dt * (current - p.p * torch.exp(state[0] * 1e-3)),)

    assert "in an unusual state" in why_not(lanes_model(step, 1))


def test_a_step_that_computes_a_constant_at_its_first_call_is_compiled():
    memory = {}

    def step(current, state, p, dt):
        if "factor" not in memory:
            memory["factor"] = math.exp(-1.0)
        return leaky(state[0], current, p, dt, memory["factor"])

    assert why_not(lanes_model(step, 1)) is None


def outcomes(steps, seed):
    """Compile random steps side by side in one neuron; return for each "refused", "same" or what it computes."""
    model = model_of(steps)
    if why_not(model) is not None:
        if len(steps) == 1:
            return ["refused"]
        return [outcome for step in steps for outcome in outcomes([step], seed)]
    count, lanes, time = 3 * len(steps), 64, 60
    job = random_job(model, lanes, time, seed, window=(0, time), record=tuple(range(count)))
    recorded = run_torch(job).recorded
    before, theirs = (x.reshape(count, -1) for x in (recorded[:, :, :-1], recorded[:, :, 1:]))
    current = LaneCurrent.constant(job.current.values(time, job.dt)[:, 1:].ravel())
    values = {n: np.repeat(v, time - 1) for n, v in job.params.items()}
    ours = run_compiled(LaneJob(model, values, np.ascontiguousarray(before), current, 1, job.dt)).state
    same = np.isclose(ours, theirs, rtol=1e-6, atol=1e-6, equal_nan=True)
    per_step = same.all(axis=1).reshape(-1, 3).all(axis=1)
    return ["same" if fine else step.text for step, fine in zip(steps, per_step, strict=True)]


@pytest.mark.benchmark
def test_random_steps_are_compiled_as_torch_computes_or_refused():
    assert translated_wrongly([random_step(i, OPERATIONS) for i in range(10)], 0) == []
    found = outcomes([random_step(i, OPERATIONS) for i in range(30, 33)], 1)
    assert [o for o in found if o not in ("same", "refused")] == []
    assert found.count("same") >= 2


def translated_wrongly(steps, seed):
    """Return which of the random steps the table translates to something else than torch computes."""
    model = model_of(steps)
    try:
        run = compiled_body(export_step(model))
    except NotCompilableError:
        return [s for step in steps for s in translated_wrongly([step], seed)] if len(steps) > 1 else []
    rng = np.random.default_rng(seed)
    state = rng.normal(0.0, 2.0, (3 * len(steps), 256))
    current, parameters = rng.normal(0.0, 3.0, 256), rng.uniform(0.5, 2.0, (2, 256))
    ours = run(current, state, parameters, 0.1)[1:]
    tensors = [torch.from_numpy(x) for x in (current, *state, *parameters)]
    p = model.namespace(dict(zip(model.parameters, tensors[-2:], strict=True)))
    try:
        _, new = model.step(tensors[0], tuple(tensors[1:-2]), p, torch.tensor(0.1, dtype=torch.float64))
    except Exception:  # what torch refuses for its own reasons, such as the heaviside of an integer
        return [s for step in steps for s in translated_wrongly([step], seed)] if len(steps) > 1 else []
    same = np.isclose(ours, np.stack(new), rtol=1e-6, atol=1e-6, equal_nan=True)
    return [step for step, fine in zip(steps, same.all(axis=1).reshape(-1, 3).all(axis=1), strict=True) if not fine]


@pytest.mark.benchmark
@pytest.mark.timeout(0)
def test_ten_thousand_random_steps():
    """What the table gets right needs no check, and what it gets wrong the check must refuse."""
    wrong, refused = [], []
    for seed in range(1000, 11_000, 20):
        wrong += translated_wrongly([random_step(i, OPERATIONS) for i in range(seed, seed + 20)], seed)
    refused = [step for step in wrong if outcomes([step], 1) == ["refused"]]
    print(f"{len(wrong)} of 10 000 translated wrongly, {len(refused)} of these refused")
    assert [step.text for step in wrong if step not in refused] == []
