"""Neurons in the number format of a chip, against Python's integers and the types of NumPy and torch."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_neurons import good_step, make

import plausiwidgets as pw
from plausiwidgets.models.fixed_point import state_ranges
from plausiwidgets.models.number_format import FLOATING, FixedPoint

SIZES = np.concatenate(
    [[0.0, 65504.0, 65519.99, 65520.0, 2.0**-24, 2.0**-25, 3 * 2.0**-25], 2.0 ** np.arange(-30.0, 18)]
)
TIES = np.concatenate([SIZES, SIZES * (1 + 2.0**-11), SIZES * (1 + 3 * 2.0**-11)])


@pytest.mark.parametrize("name", ["float32", "float16", "bfloat16"])
def test_floating_point_rounds_as_the_type_of_that_name(name):
    rng = np.random.default_rng(0)
    values = np.concatenate([TIES, rng.normal(size=2000) * 10.0 ** rng.uniform(-9, 6, 2000)])
    values = np.concatenate([values, -values])
    kind = getattr(torch, name)
    expected = torch.from_numpy(values).to(kind).double().numpy()
    if name == "float16":
        with np.errstate(over="ignore"):
            np.testing.assert_array_equal(expected, values.astype(np.float16).astype(float))
    np.testing.assert_array_equal(FLOATING[name].rounded(values), expected)


@given(st.integers(3, 32), st.integers(-3, 10), st.floats(-1e6, 1e6))
def test_fixed_point_is_the_nearest_whole_multiple_of_its_step(bits, power, value):
    one = FixedPoint(bits, 2.0**power)
    whole = min(max(round(Fraction(value) / Fraction(one.step)), -(2 ** (bits - 1))), 2 ** (bits - 1) - 1)
    assert float(one.rounded(np.asarray(value))) == whole * one.step


def test_sixteen_bits_are_whole_numbers():
    """Izhikevich's neuron with a state of Python's integers and exact fractions between two steps."""
    chip = pw.models.fixed_point("izhikevich", 16)
    formats, dt, steps = chip.arithmetic, Fraction(1, 4), 10_000
    p = {name: Fraction(value) for name, value in formats.rounded(chip.defaults()).items()}
    trace = pw.simulate(chip, pw.Current.step(10.0, steps * 0.25), record=["v", "u"], dt=0.25)
    first = trace.t.searchsorted(0.0)
    v_step, u_step = (Fraction(formats.states[name].step) for name in "vu")
    v, u = (int(trace.states[name][0, first] / float(step)) for name, step in (("v", v_step), ("u", u_step)))

    def whole(x):
        return min(max(round(x), -(2**15)), 2**15 - 1)

    for k in range(first, first + steps):
        assert (float(v * v_step), float(u * u_step)) == (trace.states["v"][0, k], trace.states["u"][0, k])
        old, recovery = v * v_step, u * u_step
        new = old + dt * (p["sq"] * old * old + p["mn"] * old + p["bias"] - recovery + 10)
        recovery += dt * p["a"] * (p["b"] * old - recovery)
        if new > 30:
            new, recovery = p["c"], recovery + p["d"]
        v, u = whole(new / v_step), whole(recovery / u_step)
    assert len(trace.spike_times[0]) > 50


@pytest.mark.parametrize("bits", [8, "float16"])
def test_every_engine_computes_the_same_states(bits):
    chip = pw.models.fixed_point("izhikevich", bits)
    current = pw.Current.step(12.0, 50.0)
    kernel, step = (pw.simulate(chip, current, record=["v", "u"], engine=engine) for engine in ("compiled", "torch"))
    for name in "vu":
        np.testing.assert_array_equal(kernel.states[name], step.states[name])
        np.testing.assert_array_equal(chip.arithmetic.states[name].rounded(kernel.states[name]), kernel.states[name])


def test_a_crossing_of_the_spike_level_is_one_of_the_rounded_potential():
    chip = pw.models.fixed_point("hodgkin_huxley", 14)
    trace = pw.simulate(chip, pw.Current.step(15.0, 200.0), record=["v"])
    v = trace.states["v"][0]
    crossings = np.flatnonzero((v[:-1] < chip.spike_level) & (v[1:] >= chip.spike_level)) + 1
    np.testing.assert_allclose(trace.spike_times[0], trace.t[crossings])
    assert len(crossings) > 5


def test_without_parameters_the_packaged_set_is_rounded():
    chip, exact = pw.models.fixed_point("izhikevich", 12), pw.judge("izhikevich", "tonic_bursting", verify=False)
    verdict = pw.judge(chip, "tonic_bursting", verify=False)
    assert verdict.parameter_source == "packaged: Izhikevich 2004, C: tonic bursting, rounded to 12-bit fixed point"
    assert verdict.dt == exact.dt and verdict.parameters["amplitude"] == exact.parameters["amplitude"]
    assert verdict.parameters["a"] == chip.arithmetic.rounded(exact.parameters)["a"]
    assert verdict.parameters["a"] != exact.parameters["a"]


def test_a_rounded_neuron_is_verified_at_its_own_time_step():
    verdict = pw.judge(pw.models.fixed_point("izhikevich", 24), "tonic_spiking")
    assert verdict.replicated and verdict.in_steps == " in steps of 0.25 ms"


def test_a_pickle_is_the_same_neuron():
    chip = pw.models.fixed_point("lif", 10)
    again = pickle.loads(pickle.dumps(chip))
    assert again.programs.text() == chip.programs.text() and again.arithmetic.name == "10-bit fixed point"


def custom(tau=20.0, smallest=5.0):
    def step(current, state, p, dt):
        (v,) = state
        v = v + dt / p.tau * (current - v)
        return (v > 1.0).to(v.dtype), (torch.where(v > 1.0, torch.zeros_like(v), v),)

    return pw.NeuronModel(
        "mine",
        step,
        [pw.Parameter("tau", tau, smallest, 50.0, unit="ms")],
        lambda p, holding: (0.0 * p.tau,),
        pw.Parameter("current", 2.0, 0.0, 5.0),
        rest=0.0,
        threshold=1.0,
    )


def test_the_range_of_a_custom_neuron_is_the_one_of_its_steps():
    neuron = custom()
    currents = [pw.Current.step(float(x), 500.0) for x in np.linspace(0.0, 5.0, 8)]
    v = pw.simulate(neuron, currents, record=["v"], engine="torch").states["v"]
    assert state_ranges(neuron)["v"] == pytest.approx(abs(v).max(), rel=1e-3)
    assert 0.9 < state_ranges(neuron)["v"] <= 1.0
    assert pw.models.fixed_point(neuron, 8).arithmetic.states["v"].limit == 1.0
    assert pw.models.fixed_point(neuron, 8, ranges={"v": 3.0}).arithmetic.states["v"].limit == 4.0


def test_every_packaged_neuron_has_ranges():
    for name in pw.models.names():
        model = pw.models.get(name)
        if model.is_builtin:
            assert state_ranges(model).keys() == {s.key for s in model.states}
            assert pw.models.fixed_point(model, 16).arithmetic.name == "16-bit fixed point"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"bits": 0}, "bits must be a whole number from 3 to 32, 'float32', 'float16' or 'bfloat16', got 0"),
        ({"bits": 2}, "got 2"),
        ({"bits": 64}, "got 64"),
        ({"bits": "float8"}, "got 'float8'"),
        ({"bits": 8, "rounding": "stochastic"}, "rounding must be 'nearest', got 'stochastic'. Stochastic rounding"),
        ({"bits": 8, "ranges": {"w": 1.0}}, "unknown state variable or parameter 'w'"),
        ({"bits": 8, "ranges": {"v": 0.0}}, r"ranges\['v'\] must be a finite number ≥ 1e-30 and ≤ 1e\+30, got 0"),
        ({"bits": 8, "ranges": {"v": np.inf}}, "must be a finite number, got inf"),
        ({"bits": 8, "ranges": {"v": 32.0}}, "the range of 'v' must be at least 128, got 32, because .* rests at -70"),
        ({"bits": 8, "ranges": {"v": 1e308}}, r"a finite number ≥ 1e-30 and ≤ 1e\+30, got 1e\+308"),
        ({"bits": 8, "ranges": {"mn": 5e-324}}, r"ranges\['mn'\] must be a finite number ≥ 1e-30 .* got 5e-324"),
        ({"bits": 8, "ranges": {"mn": 4.0}}, "the range of 'mn' must be at least 8, got 4, because its default"),
        ({"bits": 8, "dt": 0.0}, "dt must be"),
    ],
)
def test_an_object_that_is_not_a_format_is_rejected(arguments, words):
    with pytest.raises(ValueError, match=words):
        pw.models.fixed_point("izhikevich", **arguments)


def test_a_divisor_that_rounds_to_zero_is_named():
    with pytest.raises(ValueError, match="parameter 'tau' must not round to 0 in 3 bits in ±64, got 5"):
        pw.models.fixed_point(custom(tau=5.0), 3)


def test_a_neuron_in_discrete_time_keeps_its_time_step():
    counter = make(lambda current, state, p, dt: good_step(current, state, p, 0.1))
    assert pw.models.fixed_point(counter, 12).dt == 0.1
    with pytest.raises(ValueError, match=r"dt must be 0\.1 \(ms\), got 0\.5\. Model 'mine' is in discrete time"):
        pw.models.fixed_point(counter, 12, dt=0.5)


def test_rounding_twice_is_refused():
    with pytest.raises(ValueError, match="model must be in float64, got 'lif_12_bits' in 12-bit fixed point"):
        pw.models.fixed_point(pw.models.fixed_point("lif", 12), 8)


@pytest.mark.parametrize(("amplitude", "status"), [(15.0, "rejected"), (20.0, "rejected"), (25.0, "unverified")])
def test_with_12_bits_a_rebound_spike_requires_the_inhibition_that_the_guide_gives(amplitude, status):
    chip = pw.models.fixed_point("izhikevich", 12)
    packaged = pw.judge(chip, "rebound_spike", verify=False)
    assert packaged.parameters["amplitude"] == 15.0 and packaged.parameters["b"] == 0.25
    verdict = pw.judge(
        chip, "rebound_spike", {**packaged.parameters, "amplitude": amplitude}, dt=packaged.dt, verify=False
    )
    assert verdict.status == status
