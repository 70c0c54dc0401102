"""A neuron as a layer of a network: the spikes of the judge, and gradients that are those of a smoothed step."""

import copy

import norse.torch as norse
import numpy as np
import pytest
import torch
from kernel_helpers import lanes_model
from small_neurons import axon, hodgkin_huxley

import plausiwidgets as pw
from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.lanes import LaneJob
from plausiwidgets.interop import surrogate
from plausiwidgets.interop.rheobase import rheobase
from plausiwidgets.patterns.runner import Runner

f64 = torch.float64

SMOOTH = {
    "superspike": lambda x: 0.5 + 0.5 * x / (1.0 + x.abs()),
    "logistic": torch.sigmoid,
    "triangle": lambda x: 0.5 + x.clamp(-1.0, 1.0) * (1.0 - 0.5 * x.clamp(-1.0, 1.0).abs()),
}
"""The integrals of the surrogates: steps of height 1."""


def trains(layer, currents, state=None):
    """Return (spikes [steps, ...], last state) of a layer, given the current of each step."""
    spikes = []
    for current in currents:
        z, state = layer(current, state)
        spikes.append(z)
    return torch.stack(spikes), state


# ------------------------------------------------------------------ spikes


def custom():
    """Return custom neurons, one of which tells its spikes by a level and one of which overflows where it fires."""

    def overflowing(current, state, p, dt):
        (v,) = state
        v = v + dt * (current - v) * p.p + 1e-3 * torch.exp(60.0 * v)
        fired = v > 1.0
        return fired.to(v.dtype), (torch.where(fired, 0.0, v),)

    def counting(current, state, p, dt):
        v, n = state
        v = v + dt * (current - 0.1 * n.to(torch.int64).double() - v) * p.p
        fired = (v > 1.0) & (n < 50.0)
        return torch.heaviside(v - 1.0, torch.zeros_like(v)) * fired, (v * (~fired), n + fired.double())

    return {
        "level": axon(hodgkin_huxley(None), spike_level=0.0),
        "crossing": axon(hodgkin_huxley(lambda v, new: (v < 0.0) & (new >= 0.0))),
        "overflowing": lanes_model(overflowing, 1),
        "counting": lanes_model(counting, 2),
    }


def last_job(model) -> tuple[LaneJob, list]:
    """Return what the judge of tonic spiking simulates last: a pattern's own stimulus."""
    jobs = []

    def engine(job, checkpoint):
        result = run_lanes(job, "auto", checkpoint)
        jobs.append((job, result))
        return result

    pattern = pw.patterns.get("tonic_spiking")
    values = {name: np.array([p.default]) for name, p in pattern.parameters(model).items()}
    runner = Runner(model, values, model.dt, engine)
    runner.apply(pattern.sweeps(runner.stimulus_values), durations=pattern.durations(runner.stimulus_values))
    return jobs[-1]


STEPS = 1200
"""Of a sweep: the first spikes, at a hundredth of the time of all of them."""


@pytest.mark.parametrize("name", [*pw.models.names(), *custom()])
def test_a_layer_fires_in_the_very_steps_in_which_the_judge_has_it(name):
    model = custom()[name] if name in custom() else pw.models.get(name)
    job, result = last_job(model)
    layer = pw.to_norse(model, {n: v[0] for n, v in job.params.items()})
    currents = torch.from_numpy(job.current.values(STEPS, job.dt))
    with torch.no_grad():
        spikes, _ = trains(layer, currents.T, tuple(map(torch.from_numpy, job.state)))
    theirs = result.spikes[0, : result.counts[0]]
    assert np.flatnonzero(spikes[:, 0]).tolist() == theirs[theirs < STEPS].tolist()
    enough = (theirs < STEPS).sum() > 1 or name == "counting"
    assert enough, f"the default current of {name} must elicit two spikes within {STEPS * job.dt:g} ms"


def test_neurons_of_a_layer_differ_and_each_is_a_lane_of_its_own():
    sets = {"b": [0.0, 60.0, 120.0], "tau_w": [50.0, 100.0, 300.0]}
    stimulus = pw.Current.step(600.0, 120.0)
    traces = pw.simulate("adex", stimulus, sets, dt=0.2)
    layer = pw.to_norse("adex", sets, dt=0.2)
    with torch.no_grad():
        inputs = torch.as_tensor(traces.current[0])[:, None].expand(-1, 3)
        spikes, state = trains(layer, inputs[:, None].expand(-1, 2, 3))
    for neuron, times in enumerate(traces.spike_times):
        for batch in range(2):
            np.testing.assert_allclose(traces.t[np.flatnonzero(spikes[:, batch, neuron])], times)
    assert len({len(times) for times in traces.spike_times}) == 3
    np.testing.assert_allclose(state.v[0], traces.v[:, -1], rtol=1e-6)


def test_an_input_of_one_is_the_rheobase():
    for name in ("lif", "adex"):
        model = pw.models.get(name)
        least = rheobase(model, {}, model.dt)[0]
        layer = pw.to_norse(name, input="rheobase")
        with torch.no_grad():
            counts = [trains(layer, torch.full((4000, 1), x, dtype=f64))[0].sum() for x in (0.98, 1.02)]
        assert counts[0] == 0 < counts[1]
        assert float(layer.scale) == least
        assert float(pw.to_norse(name, input=2.0 * least).scale) == 2.0 * least
    lif = pw.models.get("lif")
    assert rheobase(lif, {"v_rest": [-65.0, -70.0]}, lif.dt) == pytest.approx([15.0, 20.0], rel=1e-2)


# ------------------------------------------------------------------ gradients


@pytest.mark.parametrize("name", ["lif", "adex", "izhikevich", "lsnn", "level", "overflowing"])
@pytest.mark.parametrize("detached", [True, False])
def test_gradients_reach_inputs_weights_and_parameters_over_500_steps(name, detached):
    model = custom()[name] if name in ("level", "overflowing") else pw.models.get(name)
    learn = [n for n in model.parameters if n not in ("t_ref",)]  # a whole number of steps has no derivative
    scale = 3.0 if name == "overflowing" else "rheobase"
    layer = pw.to_norse(model, learn=learn, input=scale, detach_reset=detached)
    weights = torch.nn.Linear(2, 3, bias=False, dtype=f64)
    torch.nn.init.constant_(weights.weight, 0.8)
    x = torch.rand(500, 4, 2, dtype=f64, generator=torch.Generator().manual_seed(0)).add(0.7).requires_grad_()
    spikes, _ = trains(layer, weights(x))
    assert spikes.sum() > 0
    (spikes * torch.linspace(0.5, 1.0, 500, dtype=f64)[:, None, None]).sum().backward()
    for what, gradient in {"input": x.grad, "weights": weights.weight.grad}.items():
        assert gradient.isfinite().all() and gradient.abs().sum() > 0.0, what
    for what, parameter in layer.neuron.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), what
        assert parameter.grad.abs().sum() > 0.0, what


def smoothed(monkeypatch, kind):
    """Make comparisons that decide on a spike smooth steps, and choices between two values mixtures of them."""

    def fired(ctx, holds, distance, alpha, slope):
        ctx.save_for_backward(distance, alpha)
        ctx.slope = slope
        return SMOOTH[kind](alpha * distance)

    def chosen(ctx, truth, a, b):
        ctx.save_for_backward(truth, a, b)
        return truth * a + (1.0 - truth) * b

    monkeypatch.setattr(surrogate.Fired, "forward", staticmethod(fired))
    monkeypatch.setattr(surrogate.Chosen, "forward", staticmethod(chosen))


@pytest.mark.parametrize("kind", surrogate.SURROGATES)
@pytest.mark.parametrize(
    ("name", "detached"),
    [
        ("adex", True),
        ("adex", False),
        ("lif", True),
        ("izhikevich", True),
        ("lsnn", True),
        ("level", True),
    ],
)
def test_gradients_are_finite_differences_of_the_smoothed_step(monkeypatch, name, detached, kind):
    smoothed(monkeypatch, kind)
    model = custom()[name] if name == "level" else pw.models.get(name)
    learn = {"adex": "g_L", "lif": "tau_mem", "izhikevich": "b", "lsnn": "tau_mem", "level": "g_Na"}[name]
    layer = pw.to_norse(model, learn=learn, surrogate=kind, alpha=0.01, detach_reset=detached)
    x = torch.linspace(0.8, 1.6, 12, dtype=f64)[:, None] * model.current.default
    parameter = getattr(layer.neuron, learn)
    start = parameter.detach().clone()

    def loss(x, value):
        with torch.no_grad():
            parameter.copy_(value)
        return (trains(layer, x)[0] * torch.arange(1.0, 13.0, dtype=f64)[:, None]).sum()

    x.requires_grad_()
    loss(x, start).backward()
    ours = [*x.grad[:, 0].tolist(), float(parameter.grad)]
    with torch.no_grad():
        theirs = []
        for i in range(12):
            h = 1e-4 * float(x[i])
            theirs.append(
                float(
                    loss(x + h * torch.eye(12, dtype=f64)[:, i : i + 1], start)
                    - loss(x - h * torch.eye(12, dtype=f64)[:, i : i + 1], start)
                )
                / (2.0 * h)
            )
        h = 1e-4 * start
        theirs.append(float((loss(x, start + h) - loss(x, start - h)) / (2.0 * h)))
    assert np.abs(theirs).min() > 0.0
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_a_silent_neuron_has_a_gradient():
    for name in ("lif", "lsnn", "adex", "izhikevich"):
        x = torch.full((50, 1), 0.5, dtype=f64, requires_grad=True)
        spikes, _ = trains(pw.to_norse(name, input="rheobase"), x)
        assert spikes.sum() == 0.0
        spikes.sum().backward()
        assert x.grad.abs().sum() > 0.0


def test_a_branch_that_overflows_and_is_not_chosen_has_no_gradient():
    def step(current, state, p, dt):
        (v,) = state
        runaway = torch.exp(1e4 * v * p.p) * p.p
        v = torch.where(v > 0.5, v - dt * p.p, torch.where(v > 0.1, v + dt * current, runaway))
        return (v > 0.6).to(v.dtype), (v,)

    layer = pw.to_norse(lanes_model(step, 1), learn="p")
    state = (torch.tensor([0.3, 0.55], dtype=f64, requires_grad=True),)
    x = torch.ones(2, dtype=f64, requires_grad=True)
    _, new = layer(x, state)
    new[0].sum().backward()
    np.testing.assert_allclose(state[0].grad, [1.0, 1.0])
    np.testing.assert_allclose(x.grad, [0.1, 0.0])
    assert float(layer.neuron.p.grad) == pytest.approx(-0.1)


# ------------------------------------------------------------------ in a network


def test_no_two_neurons_share_an_initial_state():
    first, second = pw.to_norse("izhikevich"), pw.to_norse("izhikevich")
    x = torch.zeros(2, 3, dtype=f64)
    with torch.no_grad():
        _, untouched = second(x)
        _, state = first(x)
        for entry in state:
            entry.add_(100.0)
        first._initial(x, [getattr(first.neuron, n) for n in first.model.parameters])[0].add_(100.0)
        for a, b in ((second, x), (first, x)):
            torch.testing.assert_close(a(b)[1], untouched)


def test_a_layer_can_replace_a_cell_of_norse():
    torch.manual_seed(0)
    layer = pw.to_norse("adex", dt=0.5, input="rheobase").float()
    network = norse.SequentialState(torch.nn.Linear(4, 6), layer, torch.nn.Linear(6, 2), norse.LICell(dt=0.5))
    out, state = norse.Lift(network)(5.0 * torch.rand(40, 3, 4))
    assert out.shape == (40, 3, 2) and out.dtype == torch.float32
    assert state[1]._fields == ("v", "w")
    out.sum().backward()
    assert network[0].weight.grad.abs().sum() > 0.0
    recurrent = norse.RecurrentSequential(layer, torch.nn.Linear(6, 6))
    x, hidden = torch.full((3, 6), 5.0), None
    for _ in range(20):
        x_out, hidden = recurrent(x, hidden)
    assert x_out.shape == (3, 6)


def test_a_layer_can_be_saved_loaded_and_copied():
    layer = pw.to_norse("lsnn", {"beta": [1.0, 2.0]}, learn="beta")
    other = pw.to_norse("lsnn", {"beta": [5.0, 6.0]}, learn="beta")
    other.load_state_dict(layer.state_dict())
    x = torch.full((400, 2), 40.0, dtype=f64)
    ours, copied, loaded = (trains(n, x)[0] for n in (layer, copy.deepcopy(layer), other))
    assert ours.sum() > 0 and torch.equal(ours, copied) and torch.equal(ours, loaded)
    assert [n for n, _ in layer.named_parameters()] == ["neuron.beta"]
    assert str(layer).splitlines()[0] == "NeuronLayer of lsnn: 2 neurons, dt 0.1 ms"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"learn": "tau"}, "learn: unknown parameter 'tau'"),
        ({"surrogate": "step"}, "superspike"),
        ({"alpha": -1.0}, r"alpha must be .*, got -1\.0"),
        ({"alpha": "steep"}, "'auto'"),
        ({"input": "mean"}, "rheobase"),
        ({"parameters": {"tau_mem": [1e1, 2e1], "v_rest": [-60.0, -65.0, -70.0]}}, "one value for each neuron"),
        ({"parameters": {"v_rest": -40.0}, "input": "rheobase"}, "fires without a current"),
        ({"parameters": {"v_rest": -300.0}, "input": "rheobase"}, "fires at no current up to 100"),
    ],
)
def test_impossible_requests_are_reported(options, words):
    with pytest.raises(ValueError, match=words):
        pw.to_norse("lif", **options)


def test_a_neuron_without_a_program_is_refused_by_its_operation():
    def step(current, state, p, dt):
        return (state[0] > 1.0).double(), (state[0] + torch.lgamma(current),)

    with pytest.raises(pw.NotCompilableError, match=r"to_norse: the step of model 'under_test'.*operation lgamma"):
        pw.to_norse(lanes_model(step, 1))


def test_spikes_without_a_comparison_are_refused():
    def step(current, state, p, dt):
        return torch.floor(state[0]).clamp(0, 1), (0.9 * state[0] + dt * current,)

    with pytest.raises(ValueError, match="must come from a comparison"):
        pw.to_norse(lanes_model(step, 1))


def test_the_parameters_of_a_result_become_a_layer_without_those_of_the_stimulus():
    found = pw.optimize("lif", "tonic_spiking", seed=0, budget=64)
    layer = pw.to_norse("lif", found.parameters, found.dt)
    assert layer.dt == found.dt and float(layer.neuron.tau_mem) == found.parameters["tau_mem"]
    with pytest.raises(ValueError, match="amplitude"):
        pw.to_norse("lif", {"tau_mem": 10.0, "amplitude": 20.0})
