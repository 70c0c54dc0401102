"""The repertoire of a neuron: its parameters are held, and every claim is one that the judge grants."""

from dataclasses import replace

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_parameters


def test_the_neuron_is_fixed_and_judge_confirms_its_repertoire() -> None:
    own = {"a": 0.025, "b": 0.21}
    asked = ["tonic_spiking", "phasic_spiking", "mixed_mode", "tonic_bursting", "rebound_spike", "resonator"]
    table = pw.analysis.repertoire("izhikevich", own, patterns=asked, budget=200)
    assert table["pattern"].tolist() == asked and set(table["status"]) == {"replicated", "rejected"}
    for row in table.itertuples():
        assert set(row.stimulus) == set(pw.patterns.get(row.pattern).stimulus_names)
        verdict = pw.judge("izhikevich", row.pattern, own | row.stimulus)
        assert (verdict.status, verdict.loss) == (row.status, row.loss)
        assert row.evaluations <= 200 and (row.status == "replicated" or row.evaluations > 150)
    again = pw.analysis.repertoire("izhikevich", own, patterns=asked, budget=200)
    assert again.drop(columns="seconds").equals(table.drop(columns="seconds"))


@pytest.mark.parametrize("pattern", ["phasic_bursting", "rebound_burst", "resonator"])
def test_a_neuron_that_is_known_to_show_a_pattern_has_it_in_its_repertoire(pattern: str) -> None:
    known = packaged_parameters("izhikevich", pattern)
    own = {name: known[name] for name in pw.models.get("izhikevich").parameters}
    (row,) = pw.analysis.repertoire("izhikevich", own, patterns=[pattern], budget=20).itertuples()
    assert row.status == "replicated" and row.evaluations <= 20


def test_a_search_finds_a_stimulus_that_is_none_of_the_known_ones() -> None:
    own = {"E_L": -62.0, "C": 90.0, "g_L": 5.0}
    (row,) = pw.analysis.repertoire("adex", own, patterns=["phasic_spiking"]).itertuples()
    assert row.status == "replicated" and row.evaluations > 5
    defaults = {
        n: p.default for n, p in pw.patterns.get(row.pattern).stimulus_parameters_for(pw.models.get("adex")).items()
    }
    assert not pw.judge("adex", row.pattern, own | defaults).accepted


def test_ruled_out_patterns_are_not_searched() -> None:
    table = pw.analysis.repertoire("lif", patterns=["tonic_bursting", "resonator"])
    assert table["evaluations"].tolist() == [0, 0] and table["summary"].str.startswith("ruled out: ").all()
    assert np.isnan(table["loss"]).all() and table["stimulus"].tolist() == [{}, {}]


def test_progress_is_reported_for_each_pattern_and_bad_input_is_rejected() -> None:
    told: list = []
    pw.analysis.repertoire("lif", patterns=["tonic_spiking", "integrator"], progress=told.append)
    assert [result.pattern for result in told[:2]] == ["tonic_spiking", "integrator"]
    with pytest.raises(ValueError, match=r"'amplitude'.*tau_mem"):
        pw.analysis.repertoire("lif", {"amplitude": 3.0})
    with pytest.raises(ValueError, match="empty list"):
        pw.analysis.repertoire("lif", patterns=[])
    with pytest.raises(ValueError, match=r"budget must be an integer ≥ 1, got 0"):
        pw.analysis.repertoire("lif", budget=0)
    with pytest.raises(ValueError, match=r"^repertoire: progress must be None, .*, got 'bar'\.$"):
        pw.analysis.repertoire("lif", progress="bar")
    with pytest.raises(ValueError, match="cannot be searched for"):
        pw.analysis.repertoire("lif", patterns=[pw.patterns.stimulus("step")])


def test_two_patterns_with_one_key_are_refused_where_one_would_be_dropped() -> None:
    built_in = pw.patterns.get("tonic_spiking")
    own = replace(built_in, title="Own")
    with pytest.raises(ValueError, match="different keys, got two patterns with the key 'tonic_spiking'"):
        pw.analysis.repertoire("lif", patterns=[built_in, own], budget=5)
    with pytest.raises(ValueError, match="different keys, got two patterns with the key 'tonic_spiking'"):
        pw.analysis.parameter_plane("lif", [built_in, own], "tau_mem", "v_rest", points=2)
