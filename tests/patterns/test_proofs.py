"""What a neuron cannot show, by argument: patterns that exist, and that neither the table nor a search contradicts."""

import pytest
from small_patterns import doublet

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_table
from plausiwidgets.models import library

ARGUED = [name for name in library.NAMES if pw.models.get(name).ruled_out]


@pytest.mark.parametrize("name", ARGUED)
def test_what_a_neuron_cannot_show_was_never_found(name):
    model, table = pw.models.get(name), packaged_table()
    assert set(model.ruled_out) <= set(pw.patterns.names()) and all(model.ruled_out.values())
    table = table[table["model"] == name]
    assert not set(model.ruled_out) & set(table[table["status"] == "replicated"]["pattern"])
    for pattern, said in table[table["status"] == "rejected"].set_index("pattern")["summary"].items():
        assert said.endswith(f"ruled out: {model.ruled_out.get(pattern)}") == (pattern in model.ruled_out)
    assert not set(model.ruled_out) & {preset.pattern for preset in model.presets if _holds(model, preset)}
    assert all(why in model._repr_html_() for why in model.ruled_out.values())


def _holds(model, preset):
    return bool(preset.pattern) and pw.judge(model, preset.pattern, preset.parameters, dt=preset.dt).replicated


def test_an_argument_is_not_about_a_pattern_of_ones_own_with_the_same_key():
    own = doublet(key="rebound_spike")
    found = pw.optimize("lif", own, seed=0, budget=400)
    assert found.replicated and found.ruled_out == ""
    assert len(pw.analysis.sample_accepted("lif", own, 3)) == 3
    assert pw.optimize("lif", "rebound_spike", seed=0, budget=20).ruled_out


def test_a_leaky_neuron_can_show_three_patterns_only():
    can = set(pw.patterns.names()[:20]) - set(pw.models.get("lif").ruled_out)
    assert can == {"tonic_spiking", "class_1_excitable", "integrator"}


@pytest.mark.parametrize(
    ("name", "pattern"), [("qif", "resonator"), ("lsnn", "rebound_spike"), ("rf", "tonic_bursting")]
)
def test_a_short_search_for_what_cannot_be_finds_nothing(name, pattern):
    assert pattern in pw.models.get(name).ruled_out
    assert not pw.optimize(name, pattern, budget=2000).replicated
