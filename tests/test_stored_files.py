"""Files that version 0.3 wrote are read: results, studies, tables, exercises with their codes, links and lessons."""

import json
from pathlib import Path

import pandas as pd
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment.store import read_file
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


def test_a_study_is_read():
    heads, results = read_file(STORED / "study.jsonl")
    assert len(heads) == 1 and len(results) == 6
    assert results["rf", "mixed_mode", 0].ruled_out.startswith("A spike sets the whole state")
    table = pw.assessment.read_study(STORED / "study.jsonl")
    assert list(table.columns) == list(pw.assessment.COLUMNS) and table.attrs["complete"]
    assert (table["stop_reason"] == "solved").sum() == 3


@pytest.fixture
def shards(tmp_path):
    """The study of 0.3 in two files, as `--shard 1/2` and `--shard 2/2` of 0.3 wrote them."""
    head, *searches = (STORED / "study.jsonl").read_text(encoding="utf-8").splitlines()
    files = [tmp_path / f"shard-{number}.jsonl" for number in (1, 2)]
    for number, file in enumerate(files, 1):
        study = json.loads(head)
        study["request"]["shard"] = f"{number}/2"
        file.write_text("\n".join([json.dumps(study), *searches[number - 1 :: 2]]) + "\n", encoding="utf-8")
    return files


def test_the_shards_of_a_study_are_read_as_one_table(shards):
    table = pw.assessment.read_study(shards)
    pd.testing.assert_frame_equal(table, pw.assessment.read_study(STORED / "study.jsonl"))
    part = pw.assessment.read_study(shards[0])
    assert len(part) == 3 and not part.attrs["complete"]


def test_a_shard_is_not_continued_but_refused_unchanged_with_the_way_to_its_table(shards, tmp_path):
    before = [file.read_bytes() for file in shards]
    for store in (shards[0], [tmp_path / "new.jsonl", *shards]):
        with pytest.raises(
            pw.assessment.StoreError, match=r"read_study returns its table|put a new file in front of it"
        ):
            pw.assess(["lif", "rf"], "tonic_spiking", budget=64, store=store)
    assert [file.read_bytes() for file in shards] == before and not (tmp_path / "new.jsonl").exists()


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
