"""The one rule for parameters: which set a call evaluates, and how the verdict names it."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import one_set
import pytest
from packaged_verdicts import check_verdict
from small_neurons import copy_of

import plausiwidgets as pw
from plausiwidgets.cli.main import main
from plausiwidgets.patterns.packaged import (
    DEFAULTS,
    known_sets,
    packaged_set,
    verdict_rows,
)
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.widgets.catalogue import contents
from plausiwidgets.widgets.handlers.initial_selection import first_set

SAMPLE = [
    ("lif", "tonic_spiking"),  # the defaults, verified
    ("lif", "tonic_bursting"),  # ruled out: the defaults
    ("adex", "tonic_spiking"),  # a preset
    ("adex", "tonic_bursting"),  # two presets, neither of which is verified, and a set of the table
    ("izhikevich", "phasic_bursting"),  # a preset with its own time step
    ("izhikevich_2004", "depolarizing_after_potential"),  # the second preset
    ("mihalas_niebur", "resonator"),  # a preset that is not verified, and nothing else
]
TEN_SECONDS = [("connor_stevens", "class_1_excitable"), ("wang_buzsaki", "class_1_excitable")]
"""Pairs whose verdicts take half of the time of all verdicts: tests/benchmarks/test_packaged_verdicts.py tests them."""


def judged(model: str | pw.NeuronModel, pattern: str | pw.Pattern, *given: object, **how: object) -> pw.Verdict:
    return pw.judge(model, pattern, *given, verify=False, **how)


# ------------------------------------------------------------------ one set for a pair


def test_every_way_to_open_a_pair_without_values_has_the_same_set_and_time_step() -> None:
    assert one_set.differing(SAMPLE) == {}


def test_the_numbers_of_all_pairs_are_those_of_the_file() -> None:
    stored = json.loads(one_set.FILE.read_text(encoding="utf-8"))
    marks = one_set.marks()
    pairs, on_map = len(marks), sum(mark == "replicated" for mark in marks.values())
    assert (stored["pairs"], stored["pairs_with_one_set_and_time_step"], stored["differing"]) == (pairs, pairs, {})
    assert stored["ways"] == [*one_set.BY_PYTHON, *one_set.BY_PAGE, "link in the app"]
    assert on_map == stored["verified_on_the_map"]
    assert stored["judge_replicates"] == stored["judge_accepts_without_verification"] == on_map
    assert stored["judge_replicates_elsewhere"] == 0
    assert sum(stored["sources"].values()) == pairs


def test_the_packaged_sets_are_the_verified_pairs_of_the_map() -> None:
    marks = one_set.marks()
    assert len(marks) == len(pw.models.names()) * len(pw.patterns.names())
    for (model, pattern), mark in marks.items():
        found = packaged_set(pw.models.get(model), pw.patterns.get(pattern))
        assert (found is not None) == (mark == "replicated"), (model, pattern)


def test_the_catalogue_of_the_app_begins_with_the_set_of_the_rule() -> None:
    for model, pattern in one_set.marks():
        stored = contents.packaged(model)["patterns"][pattern]["sets"][0]
        chosen = parameter_set(pw.models.get(model), pw.patterns.get(pattern))
        assert dict(stored["values"]) == {name: float(value) for name, value in chosen.values.items()}, (model, pattern)
        assert stored["dt"] == chosen.dt, (model, pattern)


@pytest.mark.parametrize(("model", "pattern"), SAMPLE[:6])
def test_a_call_without_parameters_gives_the_verdict_of_the_map(model: str, pattern: str) -> None:
    assert pw.judge(model, pattern).replicated == (one_set.marks()[model, pattern] == "replicated")


# ------------------------------------------------------------------ the verdicts on presets and defaults


def test_the_packaged_verdicts_are_about_every_preset_and_all_defaults() -> None:
    stored = [(row["model"], row["pattern"], row["set"]) for row in verdict_rows()]
    expected = set()
    for name in pw.models.names():
        for preset in pw.models.get(name).presets:
            if preset.pattern:
                assert (name, preset.pattern, preset.title) not in expected
                expected.add((name, preset.pattern, preset.title))
        expected |= {(name, key, DEFAULTS) for key in pw.patterns.names()}
    assert len(stored) == len(set(stored)) and set(stored) == expected


def test_a_sample_of_the_packaged_verdicts_is_what_an_evaluation_returns() -> None:
    quick = [row for row in verdict_rows() if row["model"] in ("izhikevich", "adex", "lsnn", "rf")]
    for row in random.Random(0).sample(quick, 12):
        check_verdict(row)


@pytest.mark.slow
@pytest.mark.parametrize("model", pw.models.names())
def test_the_packaged_verdicts_are_what_an_evaluation_returns(model: str) -> None:
    for row in verdict_rows():
        if row["model"] == model and (model, row["pattern"]) not in TEN_SECONDS:
            check_verdict(row)


# ------------------------------------------------------------------ mappings, copies, time steps


def test_the_defaults_complete_a_mapping_and_never_a_packaged_set() -> None:
    verdict = judged("adex", "tonic_spiking", {"V_r": -55.0})
    defaults = judged("adex", "tonic_spiking", {})
    assert verdict.parameters == {**defaults.parameters, "V_r": -55.0}
    assert defaults.parameters["tau_w"] == pw.models.get("adex").parameters["tau_w"].default
    assert judged("adex", "tonic_spiking").parameters["tau_w"] != defaults.parameters["tau_w"]
    assert judged("izhikevich", "phasic_bursting", {"d": 6.0}).dt == pw.models.get("izhikevich").dt


def test_a_time_step_alone_keeps_the_packaged_set() -> None:
    finer = judged("izhikevich", "phasic_bursting", dt=0.1)
    assert (finer.dt, finer.parameters) == (0.1, judged("izhikevich", "phasic_bursting").parameters)
    assert first_set(pw.models.get("izhikevich"), "phasic_bursting", 0.1).dt == 0.1


def test_only_the_objects_of_the_package_have_packaged_sets() -> None:
    copy = copy_of("adex", "adex", presets=pw.models.get("adex").presets)
    for model, pattern in ((copy, "tonic_spiking"), ("adex", pw.patterns.all_of("tonic_spiking", "integrator"))):
        verdict = judged(model, pattern)
        assert verdict.parameters == judged(model, pattern, {}).parameters
        assert verdict.parameter_source == "defaults of model and pattern"
        explorer = pw.Explorer(model, pattern)
        assert explorer.parameters == verdict.parameters
        explorer.close()
    assert [one.verified for one in known_sets(copy, pw.patterns.get("tonic_spiking"))] == [False]


def test_a_page_of_a_custom_model_with_a_preset_opens_on_the_defaults(tmp_path: Path) -> None:
    model = copy_of("adex", "adex_of_mine", presets=pw.models.get("adex").presets)
    page = one_set.page_of(pw.export_page(model, "tonic_spiking", path=tmp_path / "page.html").read_text("utf-8"))
    titles = [one["title"] for one in page["data"]["patterns"]["tonic_spiking"]["sets"]]
    assert titles == ["defaults", "Tonic spiking"]


def test_a_page_with_an_empty_mapping_opens_on_the_defaults_at_the_models_time_step(tmp_path: Path) -> None:
    path = pw.export_page("izhikevich", "phasic_bursting", {}, path=tmp_path / "page.html")
    *_, last = one_set.page_of(path.read_text("utf-8"))["data"]["patterns"]["phasic_bursting"]["sets"]
    assert (last["begin"], last["dt"]) == (True, 0.25)
    assert dict(last["values"]) == judged("izhikevich", "phasic_bursting", {}).parameters
    path = pw.export_page("izhikevich", "phasic_bursting", dt=0.1, path=tmp_path / "finer.html")
    *_, last = one_set.page_of(path.read_text("utf-8"))["data"]["patterns"]["phasic_bursting"]["sets"]
    assert (last["begin"], last["dt"]) == (True, 0.1)
    assert dict(last["values"]) == judged("izhikevich", "phasic_bursting").parameters


def test_functions_without_a_pattern_use_the_defaults() -> None:
    defaults = {name: p.default for name, p in pw.models.get("adex").parameters.items()}
    current = pw.Current.step(500.0, 100.0)
    assert (pw.simulate("adex", current).states["v"] == pw.simulate("adex", current, defaults).states["v"]).all()
    currents = [0.0, 300.0, 900.0]
    rates, same = (pw.analysis.fi_curve("adex", currents, given) for given in (None, defaults))
    assert rates.tolist() == same.tolist() and rates[-1] > 0.0


# ------------------------------------------------------------------ what is printed


@pytest.mark.parametrize(
    ("call", "source"),
    [
        (lambda: judged("adex", "tonic_spiking"), "packaged: Naud 2008, Tonic spiking"),
        (lambda: judged("adex", "tonic_bursting"), "packaged: found by a search"),
        (lambda: judged("lif", "tonic_spiking"), "defaults of model and pattern"),
        (lambda: judged("lif", "tonic_spiking", {}), "defaults of model and pattern"),
        (lambda: judged("lif", "tonic_spiking", {"tau_mem": 30.0}), "your values, other parameters at their defaults"),
        (
            lambda: judged("lif", "tonic_spiking", {"tau_mem": [20.0, 30.0]}),
            "your values, other parameters at their defaults",
        ),
        (lambda: judged("lif", "tonic_spiking", judged("lif", "tonic_spiking").parameters), "your values"),
        (lambda: judged("adex", pw.pulse(0.0, 5.0, 900.0)), "defaults of model and pattern"),
    ],
)
def test_a_verdict_prints_which_parameters_it_is_about(call: Callable[[], pw.Verdict], source: str) -> None:
    verdict = call()
    assert verdict.parameter_source == source
    assert str(verdict).splitlines()[-1] == f"Parameter set – {source}."
    assert f"Parameter set – {source}." in verdict._repr_html_()


def test_a_preset_without_a_publication_is_named_by_its_title() -> None:
    assert judged("hodgkin_huxley", "mixed_mode").parameter_source == "packaged: Mixed mode with slow gates (optimized)"
    assert pw.Preset("Mine", {}).citation == ""


def test_the_command_prints_with_which_parameters_a_page_opens(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    for more, source in (
        (["--patterns", "tonic_bursting"], "packaged: Izhikevich 2004, C: tonic bursting"),
        (["--patterns", "tonic_bursting", "--set", "d=3"], "your values, other parameters at their defaults"),
    ):
        assert main(["page", "izhikevich", *more, "--output", str(tmp_path / "page.html")]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == f"Parameter set – {source}."


def test_the_verdict_of_an_explorer_names_its_set() -> None:
    explorer = pw.Explorer("lif", "tonic_spiking")
    assert explorer.wait(120) and explorer.verdict.parameter_source == "defaults of model and pattern"
    explorer.parameters = {"tau_mem": 30.0}
    assert explorer.wait(120) and explorer.verdict.parameter_source == "your values"
    explorer.close()


def test_an_unknown_name_is_refused_with_the_valid_ones() -> None:
    with pytest.raises(ValueError, match=r"tau_memm.*Did you mean 'tau_mem'"):
        judged("lif", "tonic_spiking", {"tau_memm": np.array([1.0])})
