"""Patterns of one's own: a few lines make one that everything else takes, and a mistake is told at once."""

import numpy as np
import pytest
from small_patterns import doublet

import plausiwidgets as pw
from plausiwidgets.patterns import registry


def test_a_custom_pattern_can_be_judged_optimized_and_assessed():
    pattern = doublet()
    verdict = pw.judge("izhikevich", pattern, {"width": [10.0, 40.0]})
    assert set(verdict.status) <= {"rejected", "replicated", "fragile"}
    result = pw.optimize("izhikevich", pattern, seed=0, budget=4000)
    assert result.replicated and 5.0 <= result.parameters["width"] <= 100.0
    again = pw.judge("izhikevich", pattern, result.parameters)
    assert again.replicated and {c.key: c.value for c in again.criteria}["n"] == 2
    table = pw.assess(["izhikevich", "lif"], pattern, budget=2000)
    assert list(table["pattern"]) == ["doublet"] * 2 and table["status"][0] == "replicated"


def test_every_pattern_requires_silence_before_the_onset():
    verdict = pw.judge(
        "izhikevich", doublet(stimulus_parameters=[*doublet().stimulus_parameters, HOLDING]), {"holding": 10.0}
    )
    assert "quiet" in [c.key for c in verdict.criteria if not c.passed]


HOLDING = pw.StimulusParameter("holding", 0.0, -1.0, 1.0, of="current")


def test_the_amplitude_is_solved_between_thresholds_if_the_pattern_defines_them():
    pair = doublet(
        key="pair",
        stimulus_parameters=doublet().stimulus_parameters[:1],
        sweeps=lambda s: {
            "one": pw.Sweep([pw.pulse(0.0, 2.0, s.amplitude)], end=100.0),
            "two": pw.Sweep([pw.pulse(0.0, 2.0, s.amplitude), pw.pulse(5.0, 2.0, s.amplitude)], end=100.0),
        },
        measure=lambda r, s: {"one": r["one"].count(), "two": r["two"].count()},
        criteria=[
            pw.Criterion("one", "one pulse: silent", "Spikes.", "spikes", high=0, kind="count"),
            pw.Criterion("two", "two pulses: fire", "Spikes.", "spikes", low=1, kind="count"),
        ],
        main_sweep="two",
        amplitude_window=pw.AmplitudeWindow(fire=("two",), silent=("one",)),
    )
    result = pw.optimize("lif", pair, seed=0, budget=300)
    assert result.replicated and result.found_after <= 300
    assert "<svg" in pair._repr_html_()


def test_a_custom_pattern_is_registered_by_its_key_and_never_replaces_a_packaged_one():
    pattern = pw.patterns.register(doublet(key="doublet_registered"))
    assert pw.patterns.get("doublet_registered") is pattern
    assert pw.patterns.names()[-1] == "doublet_registered" and pw.patterns.names()[0] == "tonic_spiking"
    assert pw.patterns.registry.is_registered(pattern) and not pw.patterns.registry.is_builtin(pattern)
    with pytest.raises(ValueError, match=r"is the key of a built-in pattern. Choose another key"):
        pw.patterns.register(doublet(key="resonator"))
    with pytest.raises(TypeError, match="must be a Protocol"):
        pw.patterns.register("doublet")


SPIKES = pw.Criterion("n", "spikes", "Spikes.", "spikes", low=1, kind="count")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (dict(key="two words"), "identifier"),
        (dict(title=""), "title"),
        (dict(criteria=[]), "at least one criterion"),
        (dict(criteria=[SPIKES, SPIKES]), "'n' must be listed only once"),
        (
            dict(stimulus_parameters=[HOLDING, HOLDING, *doublet().stimulus_parameters]),
            "'holding' must be listed only once",
        ),
        (dict(criteria=[pw.Criterion("isi", "ISI", "ISI.", "ms", low=1.0)]), "'isi' requires a feature that is not"),
        (dict(measure=lambda r, s: {"n": np.zeros((3, 2)), "gap": 0.0}), r"got the shape \[3, 2\]"),
        (dict(measure=lambda r, s: 5), "must return a dict"),
        (dict(measure=lambda r, s: {"n": "three", "gap": 0.0}), "feature 'n' must be a number or nan .*, got 'three'"),
        (dict(measure=lambda r, s: {"n": r["puls"].count()}), "measure raised KeyError"),
        (dict(sweeps=lambda s: {}), "dict of name → Sweep"),
        (dict(sweeps=lambda s: {"pulse": pw.Sweep([pw.pulse(0, 1, s.height)], 10.0)}), "sweeps raised AttributeError"),
        (dict(sweeps=lambda s: {"pulse": pw.Sweep([], end=-s.width)}), r"the end of .* must be a finite time > 0"),
        (dict(sweeps=lambda s: {"pulse": pw.Sweep([], end=np.inf)}), "end must be a finite number .*, got inf"),
        (
            dict(sweeps=lambda s: {"pulse": pw.Sweep([], end=np.ones(2))}),
            r"the end of sweep .* got the shape \[2\]",
        ),
        (dict(main_sweep="puls"), "Did you mean 'pulse'"),
        (dict(amplitude_window=pw.AmplitudeWindow(("pulse",), ())), "at least one sweep in fire"),
        (dict(measure=None), "either measure"),
        (dict(sweeps=None), "Pass sweeps"),
        (dict(measure=lambda r, s: {"n": r["pulse"].count(), "gap": r["pulse"].v(0.0, 5.0).max()}), "voltage="),
    ],
)
def test_a_mistake_is_reported_when_the_pattern_is_created(changes, said):
    with pytest.raises(ValueError, match=said):
        doublet(**changes)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: pw.StimulusParameter("width", 5.0, 2.0, 50.0), "either a unit or of"),
        (lambda: pw.StimulusParameter("width", 5.0, 2.0, 50.0, unit="ms", of="current"), "either a unit or of"),
        (
            lambda: pw.StimulusParameter("width", 5.0, 2.0, 50.0, of="voltage"),
            "of must be 'current' or 'injected', got 'voltage'",
        ),
        (lambda: pw.StimulusParameter("width", 1.0, 2.0, 50.0, unit="ms"), "default must be within the range"),
        (lambda: pw.Parameter("tau", 10.0, 1.0, 20.0, "log"), "unit must not be a scale, got 'log'. Pass scale='log'"),
        (lambda: pw.Criterion("n", "n", "n", low=2, high=1), r"low must be at most high \(1\), got 2"),
        (lambda: pw.Criterion("n", "n", "n"), "must have an accepted range"),
        (lambda: pw.Criterion("n", "n", "n", low=1, kind="counts"), "unknown kind 'counts'. Did you mean 'count'"),
        (lambda: pw.Criterion("n", "n", "n", low=1, scale=0.0), "scale must be a finite number > 0, got 0.0"),
    ],
)
def test_a_value_without_a_unit_and_a_criterion_without_a_meaning_are_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_a_stimulus_value_with_the_name_of_a_parameter_is_refused():
    pattern = doublet(
        stimulus_parameters=[*doublet().stimulus_parameters, pw.StimulusParameter("tau_w", 5.0, 1.0, 9.0, unit="ms")]
    )
    with pytest.raises(ValueError, match="'tau_w' must not have the name of a parameter"):
        pw.judge("adex", pattern)


def test_another_built_in_pattern_without_a_published_set_works_everywhere(monkeypatch, tmp_path):
    pattern = doublet(key="twenty_first")
    monkeypatch.setitem(registry._builtin, pattern.key, pattern)
    assert pw.patterns.target(pattern.key) is None
    explorer = pw.Explorer("izhikevich", pattern.key)
    try:
        assert explorer.wait() and explorer.selection.pattern is pattern
    finally:
        explorer.close()
    pw.export_page("izhikevich", ["tonic_spiking", pattern.key], path=tmp_path / "page.html")
    assert "Doublet" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert pw.assess("izhikevich", pattern.key, budget=20)["status"].notna().all()


def test_a_sweep_refuses_a_piece_before_its_onset_that_would_be_cut():
    for onset in (-5.0, np.array([0.0, -5.0])):
        with pytest.raises(ValueError, match=r"Sweep: the onset of a piece must be ≥ 0 ms, got .*-5"):
            pw.Sweep([pw.pulse(onset, 20.0, 10.0)], end=100.0)
