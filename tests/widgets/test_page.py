"""The app without a host: what a file holds, and what it refuses."""

import base64
import hashlib
import re
from pathlib import Path

import anywidget
import hostile
import ipywidgets as w
import node
import pytest
from page_parts import data_in, loader_in, script_in
from small_neurons import copy_of

import plausiwidgets as pw
from plausiwidgets.cli.main import main
from plausiwidgets.widgets.app.document import page_text
from plausiwidgets.widgets.catalogue.contents import key_of


def data_of(path: Path) -> dict:
    return data_in(path.read_text(encoding="utf-8"))


def exported(data: dict, model: str, pattern: str) -> dict:
    """The set that was given, which the file begins with."""
    [own] = [one for one in data["shipped"][model]["patterns"][pattern]["sets"] if one.get("begin")]
    return own


def test_a_file_stores_verdicts_presets_and_results_of_the_assessment(tmp_path):
    path = pw.export_page("adex", ["tonic_bursting", "spike_latency"], {"b": 55.0}, path=tmp_path / "adex.html")
    data = data_of(path)
    assert (data["model"], data["pattern"]) == ("adex", "tonic_bursting")
    assert list(data["shipped"]) == list(data["catalogue"]["models"]) == ["adex"]
    patterns = data["shipped"]["adex"]["patterns"]
    assert list(patterns) == list(data["catalogue"]["patterns"]) == ["tonic_bursting", "spike_latency"]
    for key, entry in patterns.items():
        assert exported(data, "adex", key)["title"] == "as exported"
        assert dict(exported(data, "adex", key)["values"])["b"] == 55.0
        for stored in entry["sets"]:
            verdict = pw.judge("adex", key, dict(stored["values"]), dt=stored["dt"])
            assert (stored["status"], stored["why"]) == (verdict.status, verdict.failed_test)
    latency = patterns["spike_latency"]["sets"]
    assert any(stored["title"] == "found by a search" for stored in latency)
    assert all(sweep["fixed"] for sweep in latency[0]["chosen"][0] if sweep["name"] != "full amplitude")


def test_a_file_of_several_models_begins_with_the_first_and_holds_each_pattern_of_each(tmp_path):
    path = pw.export_page(["lif", "adex"], ["tonic_spiking", "integrator"], {"tau_mem": 12.0}, path=tmp_path / "n.html")
    data = data_of(path)
    assert data["model"] == "lif"
    assert {name: list(one["patterns"]) for name, one in data["shipped"].items()} == {
        "lif": ["tonic_spiking", "integrator"],
        "adex": ["tonic_spiking", "integrator"],
    }
    assert dict(exported(data, "lif", "integrator")["values"])["tau_mem"] == 12.0


def test_several_patterns_of_an_explorer_are_written_with_their_values(tmp_path):
    explorer = pw.Explorer("adex", pw.patterns.all_of("tonic_spiking", "rebound_spike"), {"b": 20.0})
    data = data_of(explorer.to_html(tmp_path / "both.html"))
    [(key, entry)] = data["shipped"]["adex"]["patterns"].items()
    shared = data["shipped"]["adex"]["shared"][key]
    assert [component["holding"] for component in shared["components"]] == [
        "tonic_spiking_holding",
        "rebound_spike_holding",
    ]
    assert len(shared["targets"]) == 2
    assert dict(exported(data, "adex", key)["values"])["b"] == 20.0
    assert entry["sets"][-1] == exported(data, "adex", key)


@pytest.mark.parametrize(
    ("model", "settings", "message"),
    [
        ("lift", {}, "Did you mean 'lif'"),
        ([], {}, "model must be .*, got an empty list"),
        (copy_of("lif", "lif"), {}, "must not have the key of a packaged model, got 'lif'"),
        (["lif", "adex"], {"exercise": pw.teaching.Exercise("Make it fire.")}, "one model, got 2"),
        ("lif", {"patterns": "tonic_spikin"}, "tonic_spiking"),
        ("lif", {"patterns": []}, "patterns must be .*, got an empty list"),
        ("lif", {"parameters": {"tau": 1.0}}, "'tau'.*Valid: tau_mem"),
        ("lif", {"parameters": {"tau_mem": -1.0}}, "'tau_mem' must be .*, got -1"),
        ("lif", {"dt": 9.0}, "dt must be .*, got 9"),
        ("lif", {"language": "xx"}, "unknown language 'xx'. Valid: en, de"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(tmp_path, model, settings, message):
    with pytest.raises(ValueError, match=message):
        pw.export_page(model, **({"patterns": "tonic_spiking"} | settings), path=tmp_path / "lif.html")
    assert list(tmp_path.iterdir()) == []


def test_names_and_texts_stay_data(tmp_path):
    path = pw.export_page(hostile.model(), hostile.pattern(), path=tmp_path / "hostile.html")
    text = path.read_text(encoding="utf-8")
    assert text.count("<script") == text.count("</script") == 3  # the data, the script, and what unpacks it
    assert "\u2028" not in text.replace(hostile.MARKUP[4], "")
    data = data_of(path)
    [model] = data["shipped"].values()
    assert model["model"]["title"] == next(iter(model["shared"].values()))["title"] == hostile.TEXT
    assert "hacked" not in script_in(text) + loader_in(text)


def test_a_page_of_one_pair_is_small_and_the_same_each_time(tmp_path):
    texts = [pw.export_page("izhikevich", "tonic_spiking", path=tmp_path / f"{k}.html").read_bytes() for k in range(2)]
    assert texts[0] == texts[1]
    assert len(texts[0]) <= 280_000


def test_the_policy_of_a_page_allows_its_two_scripts_and_no_others():
    text = page_text("lif", "tonic_spiking")
    [scripts] = re.findall(r"script-src (.*?);", text)
    digests = [hashlib.sha256(one.encode()).digest() for one in (loader_in(text), script_in(text))]
    allowed = [f"'sha256-{base64.b64encode(one).decode()}'" for one in digests]
    assert scripts == " ".join([*allowed, "'wasm-unsafe-eval'"])


def test_the_script_of_a_page_is_the_bundle_and_its_notices_are_readable():
    text = page_text("lif", "tonic_spiking")
    [comment] = re.findall("<!--(.*?)-->", text, re.DOTALL)
    own = script_in(text).partition("plausiwidgets.addNeurons(")[0]
    assert f"/*!{comment}*/\n{own}" == (node.APP / "static/file.js").read_text(encoding="utf-8")
    assert "preact" in comment and "Permission is hereby granted" in comment


@pytest.mark.parametrize(("language", "sentences"), [(None, 2), ("en", 1), ("de", 2)])
def test_a_page_has_the_sentence_for_an_outdated_browser_in_its_languages(language, sentences):
    [outdated] = re.findall('<div id="outdated" hidden>(.*?)</div>', page_text("lif", "integrator", language=language))
    assert outdated.count("<p") == sentences
    assert '<p lang="en">Update your browser' in outdated
    assert ('<p lang="de">Aktualisieren Sie Ihren Browser' in outdated) == (sentences == 2)


def test_a_page_has_the_criteria_of_its_kinds_of_models_only():
    kinds = {}
    for names in (["izhikevich"], ["hodgkin_huxley"], ["izhikevich", "hodgkin_huxley"]):
        catalogue = data_in(page_text(names, "tonic_spiking"))["catalogue"]
        kinds["+".join(names)] = [list(catalogue["patterns"]["tonic_spiking"]["judged"])]
        kinds["+".join(names)] += [list(catalogue["atlas"]["pattern"]["judged"])]
    resets, graded = ["resets"], ["graded"]
    assert kinds == {
        "izhikevich": [resets, resets],
        "hodgkin_huxley": [graded, graded],
        "izhikevich+hodgkin_huxley": [resets + graded, resets + graded],
    }


def test_the_command_writes_a_page(tmp_path, capsys):
    path = tmp_path / "page.html"
    assert main(["page", "lif", "--patterns", "A", "--set", "tau_mem=15", "amplitude=30", "--output", str(path)]) == 0
    assert "kB" in capsys.readouterr().out
    assert dict(exported(data_of(path), "lif", "tonic_spiking")["values"])["tau_mem"] == 15.0
    assert main(["page", "lif", "--set", "tau=15", "--output", str(path)]) == 1
    assert "unknown parameter" in capsys.readouterr().err
    assert main(["page", "lif", "--patterns", "A", "--output", str(tmp_path / "no" / "page.html")]) == 1
    error = capsys.readouterr().err
    assert f"{tmp_path / 'no' / 'page.html'} cannot be written (" in error and ".part" not in error
    with pytest.raises(SystemExit):
        main(["page", "lif", "--set", "tau_mem=much"])
    assert "NAME=VALUE" in capsys.readouterr().err


def test_a_file_holds_the_translations_of_what_it_shows(tmp_path):
    path = pw.export_page("lif", "tonic_spiking", path=tmp_path / "lif.html")
    texts = data_of(path)["texts"]["de"]
    assert (texts[key_of("Tonic spiking")], texts[key_of("Your turn")]) == ("Tonisches Feuern", "Sie sind dran")
    assert key_of("Rebound burst") not in texts
    fixed = path.with_name("de.html")
    assert main(["page", "lif", "--patterns", "A", "--language", "de", "--output", str(fixed)]) == 0
    assert '<html lang="de">' in fixed.read_text(encoding="utf-8")
    assert data_of(fixed)["texts"] == {"de": texts}


def test_a_file_in_english_holds_no_translations_and_the_argument_against_what_its_neuron_cannot(tmp_path):
    patterns = ["tonic_spiking", "rebound_spike"]
    data = data_of(pw.export_page("lif", patterns, path=tmp_path / "lif.html", language="en"))
    argument = pw.models.get("lif").ruled_out["rebound_spike"]
    assert [pattern["ruled_out"] for pattern in data["shipped"]["lif"]["patterns"].values()] == ["", argument]
    assert data["texts"] == {}


def test_a_page_is_one_widget_that_holds_the_whole_file(tmp_path):
    page = pw.Page("lif", ["tonic_spiking", "integrator"], {"tau_mem": 12.0})
    assert isinstance(page, anywidget.AnyWidget) and page.layout is not None
    held = [name for name in page.keys if isinstance(getattr(page, name), w.Widget)]
    assert held == ["layout"]
    path = pw.export_page("lif", ["tonic_spiking", "integrator"], {"tau_mem": 12.0}, path=tmp_path / "n.html")
    assert page.page == path.read_text("utf-8")


def test_a_page_takes_a_lesson():
    lesson = pw.Page("lif", lesson="# Firing\n\n## Slower\n\n<!-- card\npattern: tonic_spiking\n-->\n\nDrag it.")
    assert '"title":"Slower"' in lesson.page


def test_a_page_without_a_height_is_refused():
    with pytest.raises(ValueError, match="height must be an integer from 300 to 4000, got 10"):
        pw.Page("lif", height=10)
