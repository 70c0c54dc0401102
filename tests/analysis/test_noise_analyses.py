"""Impedance against formulas, reliability of repeated noise, and the noise that a pattern tolerates."""

import json

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.analysis.noise_tolerances import FIRST, PRECISION, NoisyRunner
from plausiwidgets.analysis.reliabilities import events_of
from plausiwidgets.patterns.parameter_set import parameter_set


def complex_of(found):
    return found.magnitude * np.exp(1j * np.radians(found.phase))


def test_the_impedance_of_linear_neurons_is_that_of_their_equations():
    found = pw.analysis.impedance("rf", {"b": -0.05, "omega": 0.3}, f0=2.0, f1=150.0)
    s = 2j * np.pi * found.frequency / 1000.0
    wanted = 15.0 * 0.3 / ((s + 0.05) ** 2 + 0.3**2)
    np.testing.assert_allclose(complex_of(found), wanted, rtol=1e-5)
    peak = 1000.0 * np.sqrt(0.3**2 - 0.05**2) / (2.0 * np.pi)
    assert found.resonance == pytest.approx(peak, abs=0.1) and found.nonlinearity < 1e-9
    assert found.strength == pytest.approx(abs(wanted).max() / abs(wanted[0]))
    leaky = pw.analysis.impedance("lif", {"tau_mem": 12.0}, f0=2.0, f1=150.0, holding=5.0)
    wanted = 1.0 / (1.0 + 2j * np.pi * leaky.frequency / 1000.0 * 12.0)
    assert abs(complex_of(leaky) / wanted - 1.0).max() < 0.01
    assert np.isnan(leaky.resonance) and leaky.strength == 1.0
    assert "No resonance" in str(leaky) and "Resonance at 47" in str(found)


def test_the_impedance_has_a_table_and_pictures():
    found = pw.analysis.impedance("lif", f0=5.0, f1=20.0)
    table = found.to_frame()
    assert list(table.columns) == ["frequency", "magnitude", "phase"] and len(table) == found.frequency.size
    assert found.frequency[0] >= 5.0 and found.frequency[-1] <= 20.0 and found.unit == "mV/mV"
    assert "<img" in found._repr_html_() and json.loads(pw.plot(found).to_json())["layout"]["xaxis"]["type"] == "log"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"f0": 0.0}, "f0 must be"),
        ({"f0": 50.0, "f1": 20.0}, "f1 must be"),
        ({"f1": 5000.0}, "f1 must be"),
        ({"amplitude": 0.0}, "amplitude must be"),
        ({"amplitude": 30.0}, "must stay silent, but it fires"),
        ({"holding": 30.0}, "must stay silent, but it fires"),
    ],
)
def test_an_impedance_needs_a_silent_neuron_and_frequencies(arguments, says):
    with pytest.raises(ValueError, match=says):
        pw.analysis.impedance("lif", **arguments)


def test_events_are_found_where_the_spikes_of_trials_coincide():
    rng = np.random.default_rng(0)
    trials = [
        np.sort([*(t + rng.normal(0.0, 0.7) for t in (50.0, 120.0, 180.0)), rng.uniform(0, 200)]) for _ in range(200)
    ]
    found = events_of(trials, 200.0)
    assert found.events.mean(axis=1).round() == pytest.approx([50.0, 120.0, 180.0], abs=1.0)
    assert found.reliability == pytest.approx(0.77, abs=0.03) and found.precision == pytest.approx(0.9, abs=0.25)
    assert found.rate.sum() * 0.25 / 1000.0 == pytest.approx(4.0, rel=0.01)
    regular = events_of([np.arange(x, 200.0, 10.0) for x in np.linspace(0.0, 10.0, 200, endpoint=False)], 200.0)
    assert regular.reliability == 0.0 and np.isnan(regular.precision)
    silent = events_of([np.empty(0)] * 3, 200.0)
    assert np.isnan(silent.reliability) and len(silent.events) == 0


def test_a_fluctuating_current_makes_spike_times_reliable():
    found = pw.analysis.reliability("lif", trials=12, duration=500.0, seed=3)
    assert found.reliability > 0.7 > 0.4 > found.constant.reliability and found.precision < 1.5
    table = found.to_frame()
    assert set(table["current"]) == {"frozen", "constant"} and table["trial"].max() == 11
    assert "12 trials of 500 ms" in str(found) and "<img" in found._repr_html_() and len(pw.plot(found).data) == 3
    again = pw.analysis.reliability("lif", trials=12, duration=500.0, seed=3)
    assert all(map(np.array_equal, found.frozen.spike_times, again.frozen.spike_times))
    exact = pw.analysis.reliability("lif", trials=2, duration=200.0, private_sd=0.0)
    assert exact.precision == 0.0 and np.array_equal(*exact.frozen.spike_times)
    for arguments in (
        {"sd": 0.0},
        {"tau": 0.0},
        {"trials": 1},
        {"duration": -1.0},
        {"private_sd": -1.0},
        {"sd": np.nan},
    ):
        with pytest.raises(ValueError, match=f"{next(iter(arguments))}.* must be"):
            pw.analysis.reliability("lif", **arguments)


def test_the_tolerated_noise_is_where_the_criteria_are_no_longer_met():
    neuron, pattern = pair("phasic_spiking")
    found = pw.analysis.noise_tolerance(neuron, pattern)
    above = found.percent[found.percent > found.tolerance].min()
    assert FIRST < found.tolerance < above <= PRECISION * found.tolerance
    share = dict(zip(found.percent, found.share, strict=True))
    assert share[found.tolerance] >= 0.9 > share[above]
    assert found.to_frame().equals(found.to_frame().sort_values("percent"))


def test_each_noise_is_added_to_the_stimulus_from_its_onset_to_its_end():
    neuron, pattern = pair("phasic_spiking")
    chosen = parameter_set(neuron, pattern)
    values = {n: np.repeat(x, 10) for n, x in chosen.values.items()}
    runner = NoisyRunner(neuron, values, chosen.dt, record=["v"])
    runner.percent = 20.0
    pattern.measured_on(runner)
    (traces,) = runner.traces.values()
    (sweep,) = pattern.sweeps_at({n: chosen.values[n] for n in pattern.stimulus_names}).values()
    (step,) = ([float(np.ravel(x)[0]) for x in p.numbers] for p in sweep.pieces)
    on, off, amplitude, _ = step
    own = {n: chosen.values[n] for n in neuron.parameters}
    for seed in (0, 4, 9):
        pieces = [pw.pulse(on, off - on, amplitude), pw.noise(on, off - on, 0.2 * amplitude, 5.0, seed)]
        whole = pw.Current(pieces, float(np.max(sweep.end)), float(runner.holding[0]), 0.0, 1550.0)
        alone = pw.simulate(neuron, whole, own, dt=chosen.dt)
        seen = traces.current[seed][traces.t >= -1e-9]
        np.testing.assert_allclose(seen, alone.current[0][: seen.size], rtol=1e-14)
        np.testing.assert_allclose(traces.spike_times[seed], alone.spike_times[0], atol=1e-9)


def test_a_tolerance_that_is_not_defined_has_its_reason():
    for key in ("class_1_excitable", "class_2_excitable", "spike_latency", "bistability"):
        found = pw.analysis.noise_tolerance("izhikevich", key)
        assert np.isnan(found.tolerance) and "adapts its stimulus" in found.reason and found.to_frame().empty
        assert "not defined" in str(found) and found._repr_html_() and len(pw.plot(found).data) == 1
    fails = pw.analysis.noise_tolerance("lif", "tonic_bursting")
    assert "not met without noise" in fails.reason
    both = pw.patterns.all_of("tonic_spiking", "class_1_excitable")
    assert "adapts" in pw.analysis.noise_tolerance("izhikevich", both).reason


def test_two_patterns_together_tolerate_what_both_tolerate():
    parameters = {n: float(v) for n, v in parameter_set(*pair("tonic_spiking")).values.items()}
    model = {n: x for n, x in parameters.items() if n in pw.models.get("izhikevich").parameters}
    one = pw.analysis.noise_tolerance("izhikevich", "tonic_spiking", parameters)
    both = pw.patterns.all_of("tonic_spiking", own_pattern())
    amplitude = {f"tonic_spiking_{n}": parameters[n] for n in ("amplitude", "holding")}
    found = pw.analysis.noise_tolerance("izhikevich", both, model | amplitude)
    assert found.tolerance == one.tolerance


def pair(key):
    return pw.models.get("izhikevich"), pw.patterns.get(key)


def own_pattern():
    """Return a pattern that tolerates every noise, and has a noise and a chirp of its own."""
    return pw.Pattern(
        key="anything",
        title="Anything",
        stimulus_parameters=[
            pw.StimulusParameter("height", 1.0, 0.0, 2.0, of="current"),
            pw.StimulusParameter("memory", 5.0, 1.0, 9.0, unit="ms"),
        ],
        sweeps=lambda s: {
            "both": pw.Sweep(
                [pw.noise(0.0, 100.0, s.height, s.memory, 3), pw.chirp(20.0, 50.0, s.height, 1.0, 40.0)], 150.0
            )
        },
        measure=lambda r, s: {"n": r["both"].count()},
        criteria=[pw.patterns.Criterion("n", "spikes", "Number of spikes.", "spikes", low=0, high=1e6, kind="count")],
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"tau": 0.0}, "noise_tolerance: tau must be"),
        ({"tau": float("nan")}, "tau must be a finite number"),
        ({"seeds": 0}, "noise_tolerance: seeds must be"),
        ({"parameters": {"nothing": 1.0}}, "unknown parameter"),
    ],
)
def test_wrong_arguments_of_a_tolerance_are_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        pw.analysis.noise_tolerance("izhikevich", "tonic_spiking", **arguments)


def test_a_stimulus_without_criteria_has_no_tolerance():
    with pytest.raises(ValueError, match="stimulus without criteria"):
        pw.analysis.noise_tolerance("izhikevich", "stimulus_noise")
