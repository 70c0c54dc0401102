"""Files that version 0.3 wrote are read: results, studies, tables, exercises with their codes, links and lessons."""

import json
from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.assessment.store import read_study
from plausiwidgets.teaching.lessons import read_lesson
from plausiwidgets.widgets.handlers.selection import Selection

STORED = Path(__file__).parent / "data" / "stored_0_3"
"""Written by version 0.3.0; the page of the exercise is its data alone."""


@pytest.mark.parametrize("name", ["found", "not_found", "ruled_out"])
def test_a_result_is_read(name):
    text = (STORED / f"result_{name}.json").read_text(encoding="utf-8")
    result, old = pw.Result.from_json(text), json.loads(text)
    assert result.parameters == old["parameters"]
    assert (result.stop_reason, result.failed_test) == (old["reason"], old["failed_check"])
    assert (result.unmet, result.ruled_out) == (old["missed"], old["argument"])
    assert pw.Result.from_json(result.to_json()) == result


def test_a_study_is_read_and_merged(tmp_path):
    heads, results = read_study(STORED / "study.jsonl")
    assert len(heads) == 1 and len(results) == 6
    assert results["rf", "mixed_mode", 0].ruled_out.startswith("A spike sets the whole state")
    table = pw.assessment.merge_studies([STORED / "study.jsonl"])
    assert list(table.columns) == list(pw.assessment.COLUMNS)
    assert (table["stop_reason"] == "solved").sum() == 3


def test_a_table_is_read_with_the_columns_of_today():
    table = pw.assessment.read_csv(STORED / "table.csv")
    assert list(table.columns) == list(pw.assessment.COLUMNS)
    assert table["stop_reason"].tolist() == ["solved", "finished", "solved", "solved", "finished", "finished"]
    assert table.attrs["versions"]["plausiwidgets"] == "0.3.0"
    assert pw.assessment.plausibility_score(table, measure=False)["shown"].tolist() == [2, 1]


def test_the_codes_of_an_exercise_are_read():
    code, of_mystery = (STORED / "codes.txt").read_text(encoding="utf-8").split()
    answer = pw.teaching.read_code(code, STORED / "exercise.html")
    assert answer.solved and answer.name == "Ada"
    assert pw.teaching.read_code(of_mystery).solved
    with pytest.raises(ValueError, match="a different exercise"):
        pw.teaching.read_code(of_mystery, STORED / "exercise.html")


def test_a_link_is_read():
    selection, notes = Selection.from_query((STORED / "link.txt").read_text(encoding="utf-8").strip())
    assert (selection.model.key, selection.pattern.key, notes) == ("adex", "rebound_spike", ())
    assert selection.values["tau_w"] == 120.0 and selection.locked == ("b",)


def test_a_lesson_is_read():
    lesson = read_lesson(STORED / "lesson.md", pw.models.get("izhikevich"))
    first, second = lesson.cards
    assert first.free == ("amplitude",) and first.start.values["d"] == 6.0
    assert second.free == ("c", "d") and second.tool == "phase plane"
