"""Models: registry, values, validation, and a custom one."""

import numpy as np
import pytest
import torch
from small_neurons import good_step, make

import plausiwidgets as pw
from plausiwidgets.models.contract import check_contract


@pytest.mark.parametrize("name", pw.models.names())
def test_each_model_of_the_package_keeps_the_contract(name):
    check_contract(pw.models.get(name))


def test_unknown_model_names_the_nearest_and_all_valid():
    with pytest.raises(
        ValueError, match=r"unknown model 'izhikevitch'\. Did you mean 'izhikevich'\? Valid: lif, lif_adapt, "
    ):
        pw.models.get("izhikevitch")


@pytest.mark.parametrize("value", [0.0, -3.0, np.nan, np.inf])
def test_a_time_constant_must_be_finite_and_positive(value):
    with pytest.raises(ValueError, match=r"'tau_mem' must be a finite number ≥ 2 \(ms\), got "):
        pw.judge("lif", "tonic_spiking", {"tau_mem": value})


def test_a_reserved_name_is_refused():
    with pytest.raises(ValueError, match=r"'amplitude'.*reserved"):
        make(good_step, [pw.Parameter("amplitude", 1.0, 0.0, 2.0)])


def test_scales_map_the_range_onto_the_unit_interval_and_back():
    for parameter in (
        pw.Parameter("a", 0.02, -0.05, 1.2, scale="asinh", linear_width=0.01),
        pw.Parameter("b", 20.0, 5.0, 50.0, scale="log"),
        pw.Parameter("c", 0.0, -1.0, 1.0),
    ):
        x = np.linspace(parameter.low, parameter.high, 50)
        u = parameter.to_unit(x)
        assert u[0] == pytest.approx(0) and u[-1] == pytest.approx(1) and (np.diff(u) > 0).all()
        np.testing.assert_allclose(parameter.from_unit(u), x, rtol=1e-9, atol=1e-12)
        assert parameter.from_unit(0.0) == parameter.low and parameter.from_unit(1.0) == parameter.high


def in_place(current, state, p, dt):
    (v,) = state
    v += dt / p.tau * current
    return (v > 0).to(v.dtype), (v,)


def raises(current, state, p, dt):
    raise RuntimeError("my own words")


BROKEN = {
    "in place": (in_place, r"state 'v' in place.*v = v \+ x"),
    "raises": (raises, "my own words"),
    "too short": (
        lambda current, state, p, dt: (0.0 * p.tau * current, ()),
        r"as many entries as initial_state \(1\), got a tuple of 0",
    ),
    "shape": (
        lambda current, state, p, dt: (0.0 * current, ((state[0] + p.tau).sum(),)),
        r"must have the shape \[lanes\], here \[\d\], got shape \[\]",
    ),
    "half spikes": (lambda current, state, p, dt: (0.5 + 0.0 * p.tau, state), "spikes must be 1.0"),
    "undeclared": (lambda current, state, p, dt: (0.0 * p.tow, state), "unknown parameter 'tow'.*Valid: tau"),
    "unused": (lambda current, state, p, dt: (0.0 * current, (state[0] + current,)), "unused parameters: tau"),
    "infinite": (lambda current, state, p, dt: (0.0 * p.tau, (state[0] / 0.0,)), "must be finite after one step"),
    "single": (lambda current, state, p, dt: (0.0 * p.tau, (state[0].float(),)), "float32"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_step_is_refused_with_what_to_change(what):
    step, message = BROKEN[what]
    parameters = [pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms", scale="log")]
    with pytest.raises(ValueError, match=message):
        make(step, parameters, initial_state=lambda p, holding: (torch.full_like(holding, -65.0),))


@pytest.mark.parametrize("limit", [np.inf, np.nan, 0.0, -1e4])
def test_the_limit_of_a_potential_is_finite_and_positive(limit):
    with pytest.raises(ValueError, match=r"limit must be a finite number.*, got"):
        make(good_step, limit=limit)


def test_a_step_with_an_if_on_a_tensor_runs_lane_by_lane():
    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (-65.0 - state[0] + current)
        if v > -50.0:
            return torch.ones_like(v), (torch.full_like(v, -65.0),)
        return torch.zeros_like(v), (v,)

    branching, plain = make(step), make(good_step)
    stimulus = pw.Current.step(25.0, 100.0)
    one = pw.simulate(branching, stimulus, {"tau": [10.0, 20.0]}, engine="torch")
    two = pw.simulate(plain, stimulus, {"tau": [10.0, 20.0]}, engine="torch")
    assert branching.lanewise and not plain.lanewise
    for a, b in zip(one.spike_times, two.spike_times, strict=True):
        np.testing.assert_array_equal(a, b)
    assert len(one.spike_times[0]) > 3


def test_only_the_step_may_branch():
    def initial(p, holding):
        return (p.tau if p.tau > 1 else -p.tau,)

    with pytest.raises(ValueError, match=r"initial_state must not branch.*torch\.where"):
        make(good_step, initial_state=initial)


@pytest.mark.parametrize("threshold", [-65.0, -70.0])
def test_the_threshold_lies_above_the_rest(threshold):
    with pytest.raises(ValueError, match="must be above the rest"):
        make(good_step, threshold=threshold)


def test_a_model_cannot_be_changed_and_is_a_key():
    model = pw.models.get("lif")
    with pytest.raises(AttributeError, match=r"model 'lif': dt cannot be changed\. Create a new NeuronModel\."):
        model.dt = 0.5
    assert {model: 1}[pw.models.get("lif")] == 1


@pytest.mark.parametrize(
    "thing",
    [
        pw.Parameter("tau", 20.0, 5.0, 80.0),
        pw.StateVariable("w"),
        pw.StimulusParameter("width", 5.0, 2.0, 50.0, unit="ms", description="Width."),
    ],
)
def test_a_title_is_the_key_where_none_is_given(thing):
    assert thing.title == thing.key


def test_the_title_of_a_value_stands_before_its_description_in_the_card_of_a_model():
    tau = pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms", title="Time constant", description="how slowly v follows.")
    neuron = make(good_step, [tau], states=[pw.StateVariable("v", title="Potential", description="of the membrane.")])
    card = neuron._repr_html_()
    assert "Time constant: how slowly v follows." in card and "Potential: of the membrane." in card
    assert tau.label == "tau (ms)"
