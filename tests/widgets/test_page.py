"""The app without a host: what a file holds, and what it refuses."""

import json
import re
from pathlib import Path

import anywidget
import hostile
import ipywidgets as w
import pytest
from small_neurons import copy_of

import plausiwidgets as pw
from plausiwidgets.cli.main import main
from plausiwidgets.widgets.catalogue.contents import key_of


def data_of(path: Path) -> dict:
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1])


def exported(data: dict, model: str, pattern: str) -> dict:
    """The set that was given, which the file begins with."""
    [own] = [one for one in data["shipped"][model]["patterns"][pattern]["sets"] if one.get("begin")]
    return own


def test_a_file_stores_verdicts_presets_and_what_the_assessment_found(tmp_path):
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


def test_what_an_explorer_shows_of_several_patterns_is_written_with_its_values(tmp_path):
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
    assert text.count("<script") == text.count("</script") == 2  # the data, and the page's own
    assert "\u2028" not in text.replace(hostile.MARKUP[4], "")
    data = data_of(path)
    [model] = data["shipped"].values()
    assert model["model"]["title"] == next(iter(model["shared"].values()))["title"] == hostile.TEXT
    assert "hacked" not in text[text.index('<script type="module">') :]


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
