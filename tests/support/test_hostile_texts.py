"""Files and codes that somebody else wrote end in a sentence, at once, and never in an error of Python's own."""

import base64
import json
import time
import zlib

import pytest

import plausiwidgets as pw
from plausiwidgets.recordings.recording_file import read_recording
from plausiwidgets.support.json_text import read_json
from plausiwidgets.teaching import read_code

DEEP = "[" * 100_000 + "]" * 100_000


def code(**fields):
    told = {".model": "lif", ".pattern": "tonic_spiking", ".seconds": "1", ".solved": "0"} | fields
    text = "&".join(f"{name}={value}" for name, value in told.items()).encode()
    return f"PW1.{base64.urlsafe_b64encode(text).decode().rstrip('=')}.{zlib.crc32(text):08x}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DEEP, "recursion"),
        ('{"a": ' * 100_000, "recursion"),
        ("9" * 6000, "digits"),
        ('"\\ud800"', "lone surrogate"),
        ('{"\\udfff": 1}', "lone surrogate"),
        (b"\xff", "utf-8"),
        ("{", "Expecting property name"),
    ],
)
def test_json_that_python_cannot_take_is_refused_in_a_sentence(text, said):
    with pytest.raises(ValueError, match=f"the text must be JSON: .*{said}") as error:
        read_json(text)
    assert type(error.value) is ValueError


def test_whole_characters_in_two_halves_are_read():
    assert read_json('"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize("text", [DEEP, "9" * 6000, '"\\ud800"'])
def test_a_result_of_such_text_is_refused_and_a_line_of_a_study_is_left_out_as_an_incomplete_one(text, tmp_path):
    with pytest.raises(ValueError, match="the text must be JSON"):
        pw.Result.from_json(text)
    path = tmp_path / "study.jsonl"
    path.write_text(f'{{"study": "plausiwidgets-study-9", "request": {text}}}\n')
    assert pw.assess("lif", "tonic_spiking", store=path, budget=10)["status"].tolist() == ["replicated"]


@pytest.mark.parametrize(
    "column", ["v" + " " * 3000 + "x", "v" + " " * 3000 + "[x", " ( " * 3000 + "]", "v" + "_ " * 3000, "[" * 3000]
)
def test_a_long_name_of_a_column_is_read_at_once(column):
    began = time.process_time()
    with pytest.raises(ValueError, match="must have a column of potentials") as error:
        read_recording(f"t,{column}\n0,1\n1,2\n".encode(), "a.csv")
    assert len(str(error.value)) < 300
    assert time.process_time() - began < 5.0  # a cubic expression took minutes


def test_many_columns_are_read_at_once():
    began = time.process_time()
    with pytest.raises(ValueError, match="and 99980 more"):
        read_recording((",".join(f"c{i}" for i in range(100_000)) + "\n").encode(), "a.csv")
    assert time.process_time() - began < 10.0


@pytest.mark.parametrize("dt", ["1e-5", "0.001", "1e-300"])
def test_a_code_with_a_time_step_that_would_take_long_is_refused(dt):
    with pytest.raises(ValueError, match=r"its time step must be at least .*pass the page of its exercise"):
        read_code(code(**{".dt": dt}))


def test_a_code_with_a_finer_time_step_is_read():
    assert read_code(code(**{".dt": "0.05"})).verdict.dt == 0.05
    finest = min(preset.dt or 1.0 for preset in pw.models.get("izhikevich").presets)
    assert read_code(code(**{".model": "izhikevich", ".dt": repr(finest)})).verdict.dt == finest


def test_json_of_the_package_is_read_back():
    result = pw.optimize("lif", "tonic_spiking", budget=5, seed=0)
    assert pw.Result.from_json(result.to_json()).to_json() == json.dumps(result.to_dict())
