"""Published neurons and sets that were refused, or judged by chance, for reasons of the rules alone."""

import numpy as np
import pytest
from small_neurons import copy_of

import plausiwidgets as pw
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.evaluation import evaluate


def values_of(model, pattern, sets):
    """Return complete arrays of some sets, the defaults where they name nothing."""
    known = pattern.parameters(pw.models.get(model))
    return {name: np.array([float(s.get(name, p.default)) for s in sets]) for name, p in known.items()}


# -- G and H ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amplitude", [70.0, 90.0, 150.0, 400.0])
def test_a_class_does_not_depend_on_an_amplitude_beyond_depolarization_block(amplitude):
    """The textbook's set with a saddle-node on a circle starts at 40, and is blocked from some 110 on."""
    preset = next(p for p in pw.models.get("morris_lecar").presets if p.pattern == "class_1_excitable")
    parameters = {**preset.parameters, "amplitude": amplitude}
    verdict = pw.judge("morris_lecar", "class_1_excitable", parameters, verify=False)
    assert verdict.accepted
    assert 39.0 < verdict.measured["rheobase"] < 41.0
    assert not pw.judge("morris_lecar", "class_2_excitable", parameters, verify=False).accepted


def test_small_spikes_before_a_depolarization_block_determine_no_class():
    """At 150 it is blocked after some spikes that shrink, at the half of it, where it is judged, it fires."""
    parameters = {"g_Ca": 4.0, "V_4": 17.4, "V_3": 10.0, "phi": 0.01 * 40.0**0.5, "amplitude": 150.0}
    assert pw.judge("morris_lecar", "class_1_excitable", parameters).status == "replicated"


def test_a_neuron_that_never_fires_to_the_end_has_no_class_whatever_the_halves_of_its_amplitude():
    for amplitude in (1.0, 200.0, 1000.0):
        verdict = pw.judge("morris_lecar", "class_1_excitable", {"g_Ca": 0.5, "amplitude": amplitude}, verify=False)
        assert not verdict.accepted and np.isnan(verdict.measured["rheobase"])


# -- B, D, S and T ------------------------------------------------------------------------------------

PHASIC_BURST = {"a": 0.005, "A1": 10.0, "A2": -0.6, "amplitude": 1.5}
"""Mihalas and Niebur 2009, table 1."""


def test_a_plateau_below_a_threshold_that_follows_the_potential_is_no_block():
    verdict = pw.judge("mihalas_niebur", "phasic_bursting", PHASIC_BURST)
    assert verdict.status == "replicated"
    distance = {c.key: c.value for c in verdict.criteria}["no_block"]
    assert distance == pytest.approx(-5.0, abs=0.1)  # V = -40 mV, threshold -35 mV


def test_a_threshold_that_is_not_a_state_variable_is_rejected():
    with pytest.raises(ValueError, match="model 'mine': threshold_state: unknown state variable 'thta'"):
        copy_of("mihalas_niebur", "mine", threshold_state="thta", validate=False)


# -- F ------------------------------------------------------------------------------------------------


def test_intervals_that_grow_by_less_than_5_percent_at_once_adapt_too():
    smooth = 15.6 * 1.05 ** (0.98 * np.arange(11))  # 15.6, 16.4, 17.2 … 25.3 ms: none is 5 % longer than the last
    assert (f.growth(smooth[None]) < 1.05).all()
    assert f.climbs(smooth[None], 1.05)[0] == 5
    assert f.climbs(np.full((1, 9), 20.0), 1.05)[0] == 0
    assert f.climbs(np.array([[3.0, 40.0, 40.4, 39.8, 40.2, 40.0]]), 1.05)[0] == 1  # a burst, and then even
    assert f.climbs(np.array([[20.0, 21.2, 20.2, 21.3, 20.3]]), 1.05)[0] == 1  # up and down again
    assert f.climbs(np.empty((2, 0)), 1.05).tolist() == [0, 0]


SMOOTH = {
    "tau_mem": 15.2213,
    "v_rest": -75.0226,
    "v_threshold": -52.9693,
    "v_reset": -77.4803,
    "beta": 0.8569,
    "tau_adapt": 733.5753,
    "amplitude": 34.1875,
    "holding": 17.0694,
}
"""Intervals of 9.7, 10.2, 10.7, 11.1, 11.6 … 22.9 ms."""


def test_a_neuron_that_adapts_smoothly_is_accepted():
    verdict = pw.judge("lsnn", "spike_frequency_adaptation", SMOOTH)
    assert verdict.status == "replicated"
    spikes = verdict.traces["step"].spike_times[0]
    isi = np.diff(spikes[(spikes >= 0.0) & (spikes < 500.0)])
    assert (isi[1:] / isi[:-1] > 1.05).sum() < 3 and isi[-1] / isi[0] >= 1.5


# -- Q ------------------------------------------------------------------------------------------------


def test_a_potential_that_only_falls_after_a_spike_is_graded_by_how_flat_it_falls():
    pattern = pw.patterns.get("depolarizing_after_potential")
    resets = np.linspace(-60.0, -52.0, 9)
    sets = values_of("adex", pattern, [{"V_r": v, "amplitude": 4000.0} for v in resets])
    verdict = evaluate(pw.models.get("adex"), pattern, sets, 0.1)
    rise = next(c for c in verdict.criteria if c.key == "rise")
    falls = rise.value == 0.0
    assert falls.all()
    assert len(np.unique(rise.penalty[falls])) == falls.sum()  # no two are alike: they had one loss


def test_the_slope_of_a_hump_is_that_of_the_flattest_high_part():
    v = np.array([[-40.0, -50.0, -51.0, -58.0, -64.9, -65.0], [-40.0, -50.0, -45.0, -58.0, -64.0, -65.0]])
    found = f.hump(v, np.full(2, -65.0), np.zeros(2, int), np.full(2, 6), np.full(2, 2.25), np.zeros(2, int))
    assert found.slope.tolist() == [-1.0, 5.0]
    assert found.rise.tolist() == [0.0, 5.0]


# -- what cannot be -----------------------------------------------------------------------------------


def test_a_damped_oscillator_starts_to_fire_within_a_turn():
    """Its period at the rheobase is no longer than a turn, although it grows until a hundred-millionth above."""
    model = pw.models.get("rf")
    assert "class_1_excitable" in model.ruled_out
    rng = np.random.default_rng(0)
    sets = {name: p.from_unit(rng.random(40)) for name, p in model.parameters.items()}
    fired = 0
    for strength in np.geomspace(0.01, 4.0, 60):
        traces = pw.simulate(model, pw.Current.step(strength, 1000.0), sets)
        for omega, times in zip(sets["omega"], traces.spike_times, strict=True):
            gaps = np.diff(times[times >= 0.0])
            fired += gaps.size > 0
            assert (gaps <= 2.0 * np.pi / omega + 2.0 * model.dt).all()
    assert fired > 500
