"""One neuron, several patterns: each judged as it is alone, all with the same parameters of the model."""

import numpy as np
import pytest
from small_patterns import doublet

import plausiwidgets as pw
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.strategy import losses_of
from plausiwidgets.widgets.drawing.lines import target_lines, voltage_scale

CELL = ["tonic_spiking", "spike_frequency_adaptation", "rebound_spike"]
"""What a relay cell shows."""


def test_one_adex_shows_tonic_spiking_adaptation_and_a_rebound_spike():
    result = pw.optimize("adex", pw.patterns.all_of(*CELL), seed=1)
    assert result.replicated
    verdict = pw.judge("adex", pw.patterns.all_of(*CELL), result.parameters)
    assert verdict.replicated and list(verdict.parts) == CELL
    tonic, adapting = (result.parameters[f"{key}_amplitude"] for key in CELL[:2])
    assert tonic != adapting


def test_loss_criteria_and_table_are_those_of_the_parts():
    rng = np.random.default_rng(0)
    both = pw.patterns.all_of("tonic_spiking", "rebound_burst")
    declared = both.parameters(pw.models.get("izhikevich"))
    values = {name: p.from_unit(rng.random(20)) for name, p in declared.items()}
    together = pw.judge("izhikevich", both, values, verify=False)
    parts = {}
    for key in ("tonic_spiking", "rebound_burst"):
        own = {n: values[f"{key}_{n}"] for n in pw.patterns.get(key).stimulus_names}
        mine = {n: values[n] for n in pw.models.get("izhikevich").parameters} | own
        parts[key] = pw.judge("izhikevich", key, mine, verify=False)
        np.testing.assert_array_equal(together.parts[key].loss, parts[key].loss)
    fine = ~together.diverged
    assert fine.any()
    np.testing.assert_allclose(together.loss[fine], sum(p.loss for p in parts.values())[fine])
    assert together.diverged.tolist() == (parts["tonic_spiking"].diverged | parts["rebound_burst"].diverged).tolist()
    assert (together.loss[~fine] > len(together.criteria)).all()
    expected = [f"{key}_{c.key}" for key, part in parts.items() for c in part.criteria]
    assert [c.key for c in together.criteria] == expected
    assert expected == [c.key for c in both.criteria if not c.without_reset]  # Izhikevich's model has a reset
    one = pw.judge("izhikevich", both, {n: v[0] for n, v in values.items()}, verify=False)
    frame = one.to_frame()
    assert list(dict.fromkeys(frame["pattern"])) == ["tonic_spiking", "rebound_burst"] and len(frame) == len(expected)
    assert one.loss == together.loss[0] and set(one.traces) == {"Tonic spiking: step", "Rebound burst: release"}


def test_a_combined_pattern_has_the_worst_status_of_its_parts_and_names_that_part():
    verdict = pw.judge("izhikevich", pw.patterns.all_of("tonic_spiking", "tonic_bursting"))
    assert verdict.status == "rejected"
    assert [part.status for part in verdict.parts.values()] == ["replicated", "rejected"]
    html = verdict._repr_html_()
    assert "tonic_spiking_and_tonic_bursting: ✗ criteria not met" in html
    assert "Tonic spiking: fires enough spikes" in html and "Tonic bursting: enough complete bursts" in html


def test_a_fragile_part_names_itself_and_its_check():
    loose = doublet(
        key="coarse",
        title="Coarse",
        measure=lambda r, s: {"dt": np.full(r.n, r.dt)},
        criteria=[pw.Criterion("dt", "time step", "Of the simulation.", "ms", low=0.09)],
    )
    verdict = pw.judge("adex", pw.patterns.all_of("tonic_spiking", loose))
    assert verdict.parts["tonic_spiking"].replicated and verdict.fragile
    assert verdict.failed_test == "Coarse: at half the time step"
    many = pw.judge(
        "adex", pw.patterns.all_of("tonic_spiking", loose), {"tonic_spiking_amplitude": [500.0, 0.5]}, verify=True
    )
    assert many.status.tolist() == ["fragile", "rejected"]
    assert many.failed_test.tolist() == ["Coarse: at half the time step", ""]


def test_amplitudes_are_solved_in_each_part_that_lives_between_thresholds():
    both = pw.patterns.all_of("resonator", "accommodation", "tonic_spiking")
    problem = make_problem("adex", both)
    assert set(problem.amplitudes) == {"resonator_amplitude", "accommodation_amplitude"}
    rng = np.random.default_rng(3)
    points = problem.space.chart().decode(rng.random((64, problem.space.size)))
    batch = problem.judge_solved(points)
    for key in ("resonator", "accommodation"):
        alone = make_problem("adex", key)
        names = [n if n in problem.space.names else f"{key}_{n}" for n in alone.space.names]
        columns = [problem.space.names.index(n) for n in names]
        expected = alone.judge_solved(points[:, columns])
        np.testing.assert_array_equal(batch.values[f"{key}_amplitude"], expected.values["amplitude"])
    assert (losses_of(batch.guidance) >= batch.graded).all()
    names = [check.title for check in batch.verdict.criteria]
    assert batch.guidance.shape == (64, len(names) + 1) and len(set(names)) == len(names)
    result = pw.optimize("adex", pw.patterns.all_of("tonic_spiking", "resonator"), seed=0, budget=20_000)
    assert result.replicated


def test_a_name_and_a_pattern_are_the_same():
    tonic = pw.patterns.get("tonic_spiking")
    made = [pw.patterns.all_of(first, "rebound_spike") for first in ("tonic_spiking", tonic)]
    assert {p.key for p in made} == {"tonic_spiking_and_rebound_spike"} and len({p.stimulus_names for p in made}) == 1
    assert made[0].title == "Tonic spiking and rebound spike" and made[0].letter == "A+M"
    nested = pw.patterns.all_of(made[0], "tonic_bursting")
    assert [p.key for p in nested.parts] == ["tonic_spiking", "rebound_spike", "tonic_bursting"]
    neuron = pw.models.get("adex")
    declared = nested.stimulus_parameters_for(neuron)
    assert tuple(declared) == nested.stimulus_names
    assert declared["rebound_spike_width"].unit == "ms" and declared["tonic_spiking_amplitude"].unit == "pA"
    assert declared["rebound_spike_width"].description.startswith("Rebound spike: ")


def test_a_combined_pattern_can_be_assessed():
    both = pw.patterns.all_of("tonic_spiking", "class_1_excitable")
    table = pw.assess("lif", [both, "tonic_spiking"], budget=1000)
    assert list(table["status"]) == ["replicated"] * 2
    assert table["pattern"][0] == both.key and "class_1_excitable_holding" in table["parameters"][0]
    assert "Class 1" in both._repr_html_() and "<svg" in both._repr_html_()


def test_a_combined_pattern_has_the_target_of_each_part():
    both = pw.patterns.all_of("tonic_spiking", "rebound_spike")
    target = pw.patterns.target(both)
    assert set(target.traces) == {"Tonic spiking: step", "Rebound spike: release"}
    lines = target_lines(target, voltage_scale(pw.models.get("adex")))
    alone = target_lines(pw.patterns.target("rebound_spike"), voltage_scale(pw.models.get("adex")))
    np.testing.assert_array_equal(lines["Rebound spike: release"].v, alone["release"].v)
    assert pw.patterns.target(pw.patterns.all_of("tonic_spiking", doublet())) is None


def test_a_recording_can_be_a_part():
    cell = pw.from_recording((0.0, 300.0), spikes=[22.0, 60.0, 101.0, 140.0, 182.0, 221.0, 260.0])
    result = pw.optimize("adex", pw.patterns.all_of(cell, "rebound_spike"), seed=0, budget=20_000)
    assert result.replicated


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: pw.patterns.all_of("tonic_spiking"), ValueError, "at least two patterns, got 1"),
        (lambda: pw.judge("adex", pw.patterns.all_of()), ValueError, "at least two patterns, got 0"),
        (
            lambda: pw.patterns.all_of("tonic_spiking", "tonic_spiking"),
            ValueError,
            "only once, got 'tonic_spiking' twice",
        ),
        (lambda: pw.patterns.all_of("tonic_spiking", "tonic_bursts"), ValueError, "Did you mean 'tonic_bursting'"),
        (lambda: pw.patterns.all_of("tonic_spiking", 3), TypeError, "an entry of patterns must be .*, got 3"),
        (lambda: pw.judge("adex", pw.patterns.all_of(*CELL), {"amplitude": 3.0}), ValueError, "tonic_spiking_amplit"),
    ],
)
def test_objects_that_cannot_be_combined_are_rejected(call, error, said):
    with pytest.raises(error, match=said):
        call()


BOTH = ["tonic_spiking", "rebound_spike"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: pw.judge("adex", BOTH),
        lambda: pw.optimize("adex", BOTH),
        lambda: pw.start_optimization("adex", BOTH),
        lambda: pw.analysis.loss_profiles("adex", BOTH),
        lambda: pw.analysis.sample_accepted("adex", BOTH),
        lambda: pw.teaching.mystery("adex", BOTH),
        lambda: pw.Explorer("adex", BOTH),
        lambda: pw.patterns.get(tuple(BOTH)),
        lambda: pw.patterns.all_of(BOTH, "tonic_bursting"),
    ],
)
def test_a_list_of_patterns_is_refused_by_verbs_of_one_pattern(call):
    with pytest.raises(TypeError, match=r"must be .*all_of\(.*, got .*tonic_spiking.*rebound_spike"):
        call()


def test_functions_that_compare_patterns_treat_a_list_as_separate_patterns():
    assert pw.analysis.parameter_plane("lif", BOTH, "tau_mem", "v_threshold", points=3).patterns == tuple(BOTH)
    assert pw.analysis.repertoire("lif", patterns=BOTH, budget=1)["pattern"].tolist() == BOTH
    assert pw.analysis.repertoire("lif", patterns=BOTH[0], budget=1)["pattern"].tolist() == BOTH[:1]
    assert pw.analysis.most_versatile("lif", BOTH, budget=2)["pattern"].tolist() == BOTH
    assert pw.assess("lif", BOTH, budget=2)["pattern"].tolist() == BOTH


def test_a_value_keeps_its_title_under_another_key():
    def pattern(key, title):
        amplitude = doublet().stimulus_parameters[0]
        return doublet(
            key=key,
            stimulus_parameters=[amplitude, pw.StimulusParameter("width", 5.0, 2.0, 50.0, unit="ms", title=title)],
        )

    both = pw.patterns.all_of(pattern("one", "Width"), pattern("two", ""))
    values = both.stimulus_parameters_for(pw.models.get("lif"))
    titles = ["one_amplitude", "Width", "two_amplitude", "two_width"]
    assert [value.title for value in both.stimulus_parameters] == [value.title for value in values.values()] == titles
