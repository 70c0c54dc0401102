"""The app in one file: what is in it, and what it refuses."""

import json
import re
from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.widgets.app.file import write_app


def data_of(path: Path) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)[1])


def test_a_file_has_the_models_that_were_named_and_begins_with_the_values_that_were_given(tmp_path: Path) -> None:
    path = write_app("adex", "tonic_spiking", {"b": 55}, path=tmp_path / "adex.html", models=["lif"], language="de")
    data = data_of(path)
    assert list(data["shipped"]) == ["adex", "lif"]
    assert (data["model"], data["pattern"], data["values"]) == ("adex", "tonic_spiking", {"b": 55.0})
    assert data["texts"]["de"]["Your turn"]
    assert "AdEx" in path.read_text("utf-8").partition("</title>")[0]


def test_a_file_asks_nobody(tmp_path: Path) -> None:
    text = write_app(path=tmp_path / "neuron.html", models=[]).read_text("utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r'(?:src|href)="https?:', text)


def test_what_is_unknown_is_refused_by_its_name(tmp_path: Path) -> None:
    for given in ({"model": "adx"}, {"pattern": "tonic"}, {"parameters": {"zz": 1.0}}, {"language": "fr"}):
        with pytest.raises(ValueError, match=next(iter(given.values())) if "parameters" not in given else "zz"):
            write_app(**given, path=tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


TASK = pw.teaching.Exercise("Make it burst.", free=["c", "d"])
LESSON = "# Two\n\n## One\n<!-- card\npattern: tonic_bursting\n-->\nLook.\n\n## Two\n<!-- card\nmodel: lif\n-->\nLook."


def test_an_exercise_has_one_model_one_pattern_and_no_set_that_solves_it(tmp_path: Path) -> None:
    path = write_app("izhikevich", "tonic_bursting", {"c": -65.0, "d": 6.0}, path=tmp_path / "e.html", exercise=TASK)
    data = data_of(path)
    [model] = data["shipped"].values()
    [pattern] = model["patterns"].values()
    assert [one["status"] for one in pattern["sets"]] == ["rejected"]
    assert list(data["catalogue"]["patterns"]) == ["tonic_bursting"] or not data["catalogue"]["patterns"]
    assert dict(data["exercise"]["start"]["values"])["c"] == -65.0


def test_a_mystery_does_not_hold_its_answer(tmp_path: Path) -> None:
    hidden = pw.teaching.mystery("izhikevich", "tonic_bursting", 7)
    text = write_app(hidden.model, hidden.pattern, path=tmp_path / "m.html", exercise=hidden).read_text("utf-8")
    for name in hidden.moved:
        assert json.dumps([name, hidden.reveal()[name]]) not in text


def test_a_lesson_has_the_models_that_its_cards_name_and_begins_with_the_first(tmp_path: Path) -> None:
    data = data_of(write_app(path=tmp_path / "l.html", lesson=LESSON))
    assert list(data["shipped"]) == ["izhikevich", "lif"]
    assert [(card["model"], card["pattern"]) for card in data["lesson"]["cards"]] == [
        ("izhikevich", "tonic_bursting"), ("lif", "tonic_bursting")
    ]  # fmt: skip
    assert (data["model"], data["pattern"]) == ("izhikevich", "tonic_bursting")


def test_several_patterns_at_once_are_in_the_file_of_a_neuron(tmp_path: Path) -> None:
    both = pw.patterns.all_of("tonic_spiking", "integrator")
    data = data_of(write_app("lif", both, path=tmp_path / "both.html", models=[]))
    assert both.key in data["shipped"]["lif"]["patterns"]
    assert list(data["shipped"]["lif"]["shared"]) == [both.key]
    assert data["pattern"] == both.key


def test_an_exercise_that_is_solved_or_has_a_lesson_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="already shows"):
        write_app("izhikevich", "tonic_bursting", {"c": -50.0, "d": 2.0}, path=tmp_path / "x.html", exercise=TASK)
    with pytest.raises(ValueError, match="no lesson"):
        write_app(path=tmp_path / "x.html", exercise=TASK, lesson=LESSON)
    assert not (tmp_path / "x.html").exists()
