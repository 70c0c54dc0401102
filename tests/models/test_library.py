"""The package's own neurons, all of them: what each must keep."""

from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.models import library


def test_each_file_of_a_neuron_is_named():
    files = {path.stem: path.read_text(encoding="utf-8") for path in Path(library.__file__).parent.glob("*.py")}
    neurons = {name for name, text in files.items() if "\nNEURON = " in text}
    assert neurons == set(library.NAMES), "NAMES in plausiwidgets/models/library/__init__.py must list all neurons"


@pytest.mark.parametrize("name", library.NAMES)
def test_each_neuron_has_a_description(name):
    model = pw.models.get(name)
    assert model.key == name and model.title and model.description and model.source
    assert "doi:10." in model.source or name == "lif_adapt"  # of a book, and of a journal whose DOI is not at hand
    assert model.scheme and model.scheme in model._repr_html_()
    assert len(model.equations.splitlines()) >= 2
    assert all(p.unit and p.description and p.source for p in model.parameters.values())
    assert all(s.unit and s.description for s in model.states) and model.states[0].unit == "mV"


@pytest.mark.parametrize("name", library.NAMES)
def test_the_default_current_makes_each_neuron_fire_and_none_leaves_it_silent(name):
    model = pw.models.get(name)
    stimuli = [pw.Current.step(a, 500.0, settle=500.0) for a in (0.0, model.current.default)]
    silent, firing = pw.simulate(model, stimuli, record=()).spike_times
    assert len(silent) == 0 and len(firing) >= 1


@pytest.mark.parametrize("name", library.NAMES)
def test_the_error_of_a_step_falls_with_dt_as_its_order_says_and_a_step_without_one_has_none(name):
    model = pw.models.get(name)
    # In these neurons the potential is exact before the first spike, but a threshold that follows it is not.
    coupling = {"mihalas_niebur": {"a": 0.02}, "glif": {"a_v": 0.02}}
    values, state = (coupling[name], "theta") if name in coupling else ({}, "v")
    current = pw.Current.step(0.2 * model.current.default, 8.0, before=0.0)
    ends = []
    for parts in (1, 2, 64):
        traces = pw.simulate(model, current, values, dt=model.dt / parts, record=(state,))
        assert not len(traces.spike_times[0]), (
            f"a fifth of the default current of {name} must elicit no spike within 8 ms"
        )
        ends.append(traces.states[state][0][-1])
    whole, half = abs(ends[0] - ends[2]), abs(ends[1] - ends[2])
    if model.order is None:
        assert whole < 1e-9
    else:
        assert whole / half == pytest.approx(2.0**model.order, rel=0.1), f"is {state} exact before the first spike?"


@pytest.mark.parametrize("name", library.NAMES)
def test_a_finer_step_changes_the_firing_rate_by_a_few_percent_at_most(name):
    model = pw.models.get(name)
    stimulus = pw.Current.step(model.current.default, 1000.0)
    coarse, fine = (
        len(pw.simulate(model, stimulus, record=(), dt=dt).spike_times[0]) for dt in (model.dt, model.dt / 8)
    )
    assert abs(coarse - fine) <= max(1, 0.04 * fine)


WORDS = (
    "burst",
    "tonic",
    "phasic",
    "class",
    "adapt",
    "bistab",
    "rebound",
    "resonat",
    "integrator",
    "latency",
    "spiking",
    "train",
    "mixed mode",
    "accommodation",
    "after",
    "threshold variability",
    "oscillation",
)
OTHERS = {
    "Irregular bursting (I = 3.25)": "chaos is not one of the twenty patterns",
    "Irregular spiking": "chaos is not one of the twenty patterns",
    "J: input bistability": "of two inputs, not of rest and firing",
    "Low-threshold spiking": "a kind of cell",
}
"""Sets whose names sound like one of the twenty, and why they are none."""


def test_a_published_set_has_the_pattern_that_its_name_promises():
    nameless = {p.title for n in library.NAMES for p in pw.models.get(n).presets if p.pattern is None}
    assert {title for title in nameless if any(word in title.lower() for word in WORDS)} == set(OTHERS)


@pytest.mark.parametrize(("name", "preset"), [(n, p) for n in library.NAMES for p in pw.models.get(n).presets])
def test_each_published_set_is_complete_and_has_a_source(name, preset):
    model = pw.models.get(name)
    pattern = pw.patterns.get(preset.pattern) if preset.pattern else None
    stimulus = pattern.stimulus_parameters_for(model) if pattern else {}
    assert preset.source and preset.dt
    for key, value in preset.parameters.items():
        parameter = model.parameters.get(key) or stimulus.get(key)
        assert parameter is not None or (pattern is None and key in ("amplitude", "holding")), key
        if parameter is not None:
            parameter.check(value)
