"""Exercises on a page: what is refused at export, the codes that are handed in, and the table of a class."""

import base64
import json
import zlib
from urllib.parse import urlencode

import node
import numpy as np
import pytest
from small_patterns import doublet

import plausiwidgets as pw
from tests.widgets.test_page import data_of

TASK = pw.teaching.Exercise("Make it burst.", free=["c", "d"], hints=["The reset decides."])
START = {"c": -65.0, "d": 8.0}
UNTRACED = doublet(measure=lambda r, s: {"n": np.exp(r["pulse"].count()), "gap": r["pulse"].last()})
"""A page has no exp of a count."""


def code_of(**fields: str) -> str:
    """Return a code as somebody would forge it, with a checksum that fits; ``_`` stands for the point of a field."""
    text = urlencode({(f".{name[1:]}" if name[0] == "_" else name): value for name, value in fields.items()}).encode()
    return f"PW1.{base64.urlsafe_b64encode(text).decode().rstrip('=')}.{zlib.crc32(text):08x}"


def answer(c: float, solved: str, **more: str) -> str:
    fields = {"_model": "izhikevich", "_pattern": "tonic_bursting", "c": str(c), "d": "2.0"}
    return code_of(**fields | {"_seconds": "61", "_solved": solved} | more)


def test_a_page_of_an_exercise_stores_only_the_start_and_names_the_free_parameters(tmp_path):
    path = pw.export_page("izhikevich", "tonic_bursting", START, path=tmp_path / "a.html", exercise=TASK)
    data = data_of(path)
    [pattern] = data["shipped"]["izhikevich"]["patterns"].values()
    [start] = pattern["sets"]
    assert (start["title"], start["status"]) == ("start", "rejected")
    assert {name: value for name, value in start["values"] if name in START} == START
    assert data["exercise"]["free"] == ["c", "d"]
    assert data["exercise"]["hints"] == ["The reset decides."]
    assert data["exercise"]["about"] == {".model": "izhikevich", ".pattern": "tonic_bursting"}
    assert path.stat().st_size < 600_000


def test_a_mystery_on_a_page_does_not_contain_its_solution(tmp_path):
    hidden = pw.teaching.mystery("izhikevich", "tonic_bursting", 7)
    path = pw.export_page(hidden.model, hidden.pattern, path=tmp_path / "m.html", exercise=hidden)
    data, text = data_of(path), path.read_text(encoding="utf-8")
    assert data["exercise"]["free"] == list(hidden.free)
    assert data["exercise"]["about"] == {".model": "izhikevich", ".mystery": "izhikevich.tonic_bursting.7"}
    for name in hidden.free:
        assert json.dumps([name, hidden.reveal()[name]]) not in text


@pytest.mark.parametrize(
    ("patterns", "parameters", "exercise", "message"),
    [
        ("tonic_bursting", {"c": -50.0, "d": 2.0}, TASK, "already shows “Tonic bursting”"),
        (["tonic_bursting", "tonic_spiking"], START, TASK, "one pattern, got 2"),
        ("tonic_bursting", START, pw.teaching.Exercise("?", free=["x"]), "'x'"),
    ],
)
def test_an_object_that_is_not_an_exercise_is_rejected(tmp_path, patterns, parameters, exercise, message):
    with pytest.raises(ValueError, match=message):
        pw.export_page("izhikevich", patterns, parameters, path=tmp_path / "a.html", exercise=exercise)
    assert list(tmp_path.iterdir()) == []


def test_an_exercise_that_the_page_could_not_judge_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match=r"“Doublet” cannot be an exercise .* The measure uses numpy\.exp, whose last bit"
    ):
        pw.export_page("lif", UNTRACED, path=tmp_path / "a.html", exercise=pw.teaching.Exercise("?"))


def test_a_question_must_be_a_text():
    with pytest.raises(ValueError, match=r"question must be .*, got '  '"):
        pw.teaching.Exercise("  ")


def test_a_code_of_the_page_is_read_and_judged_again(tmp_path):
    hidden = pw.teaching.mystery("adex", "tonic_spiking", 3)
    cases = [
        [
            {"about": {".model": "izhikevich", ".pattern": "tonic_bursting"}, "defaults": {"c": -65.0, "d": 6.0}},
            0.25,
            {"values": {"c": -50.0, "d": 2.0}, "dt": 0.2},
            {"seconds": 61, "isSolved": True, "name": ""},
        ],
        [
            {"about": {".model": "adex", ".mystery": hidden.link.partition("=")[2]}, "defaults": {}},
            0.1,
            {"values": dict(hidden.reveal()), "dt": 0.1},
            {"seconds": 7, "isSolved": True, "name": ""},
        ],
    ]
    source = "const answer = (cases) => cases.map((one) => codeOf(...one));"
    codes = node.run(tmp_path, f"{node.imported('codeOf', 'classroom/codes')}\n{source}", cases)
    bursting, matched = [pw.teaching.read_code(f"  {code[:30]}\n {code[30:]} ") for code in codes]
    assert bursting.solved
    assert bursting.verdict.dt == 0.2
    assert (bursting.seconds, bursting.seed, bursting.parameters["c"]) == (61.0, None, -50.0)
    assert matched.solved
    assert matched.seed == 3
    assert matched.pattern.title == "Mystery 3"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("hello", "incomplete"),
        (answer(-50.0, "1")[:-2], "incomplete"),
        (answer(-50.0, "1").replace("PW1.", "PW1.QQ"), "damaged"),
        (answer(-50.0, "1")[:-8] + "00000000", "checksum does not match"),
        (answer(-65.0, "1"), r"must meet all criteria of “Tonic bursting”, but they meet \d+ of 11"),
        (answer(-50.0, "1", _pattern="tonic_burstin"), "tonic_bursting"),
        (answer(-50.0, "1", x="3"), "'x'"),
        (answer(-50.0, "1", d="much"), "d must be a number, got 'much'"),
        (answer(-50.0, "1", d="nan"), "'d' must be .*, got nan"),
        (answer(-50.0, "1", _mystery="a.b.c"), "mystery must have the form .*, got 'a.b.c'"),
        (answer(-50.0, "1", _seconds="-5"), "its time must be .*, got −5 s"),
        (answer(-50.0, "1", _seconds="1e400"), "its time must be .*, got ∞ s"),
        (code_of(_model="izhikevich"), "fields are missing"),
    ],
)
def test_a_torn_or_forged_code_is_refused_with_a_sentence(code, message):
    with pytest.raises(ValueError, match=message):
        pw.teaching.read_code(code)


def test_with_its_page_a_code_is_refused_that_moves_what_is_locked_or_is_of_another_exercise(tmp_path):
    path = pw.export_page("izhikevich", "tonic_bursting", START, path=tmp_path / "a.html", exercise=TASK)
    moved = answer(-50.0, "1", amplitude="14")
    assert pw.teaching.read_code(moved).parameters["amplitude"] == 14.0
    with pytest.raises(ValueError, match="invalid: amplitude must be 10, because it is locked, got 14"):
        pw.teaching.read_code(moved, path)
    with pytest.raises(ValueError, match=r"its time step must be .*, got 0\.1 ms"):
        pw.teaching.read_code(answer(-50.0, "1", _dt="0.1"), path)
    with pytest.raises(ValueError, match="the code belongs to a different exercise"):
        pw.teaching.read_code(code_of(_model="lif", _pattern="tonic_spiking", _seconds="2", _solved="0"), path)
    with pytest.raises(ValueError, match=r"c must be within the range of its slider, −70 to −40, got −1e\+09"):
        pw.teaching.read_code(answer(-1e9, "0"), path)
    assert pw.teaching.read_code(answer(-50.0, "1"), path).solved
    with pytest.raises(ValueError, match="page must be the page of an exercise"):
        pw.teaching.read_code(moved, pw.export_page("izhikevich", "tonic_bursting", path=tmp_path / "b.html"))


def test_a_start_outside_of_a_slider_extends_it(tmp_path):
    path = pw.export_page("izhikevich", "tonic_bursting", START | {"c": -85.0}, path=tmp_path / "a.html", exercise=TASK)
    for known in (path, None):  # without its page nobody knows what the start has extended
        assert pw.teaching.read_code(answer(-83.0, "0"), known).parameters["c"] == -83.0
    with pytest.raises(ValueError, match="the range of its slider, −85 to"):
        pw.teaching.read_code(answer(-86.0, "0"), path)


@pytest.mark.parametrize(
    ("pattern", "changed", "message"),
    [
        ("rebound_spike", {"c": "-59.0"}, "c must be .*, because it is locked"),
        ("tonic_bursting", {"_dt": "2.5"}, r"its time step must be .*, got 2\.5 ms"),
    ],
)
def test_the_locks_of_a_mystery_are_checked_without_its_page(pattern, changed, message):
    hidden = pw.teaching.mystery("izhikevich", pattern, 7)
    values = {name: repr(float(hidden.start[name])) for name in hidden.model.parameters}
    told = dict(_model="izhikevich", _mystery=f"izhikevich.{pattern}.7", _dt=str(hidden.dt), _seconds="2", _solved="0")
    with pytest.raises(ValueError, match=message):
        pw.teaching.read_code(code_of(**told | values | changed))


def test_a_code_whose_mystery_is_of_another_neuron_is_refused_alone():
    forged = code_of(_model="lif", _mystery="izhikevich.tonic_bursting.7", _seconds="3", _solved="0")
    table = pw.teaching.class_results([answer(-50.0, "1"), forged])
    assert table["solved"].tolist() == [True, False]
    assert "its mystery must have the model" in table["error"][1]


@pytest.mark.parametrize("content", [b"\xff\xfe", b'<script id="data" type="application/json">[1]</script>', b""])
def test_a_file_that_is_not_an_exercise_page_is_named(tmp_path, content):
    path = tmp_path / "page.html"
    path.write_bytes(content)
    for read in (lambda: pw.teaching.read_code(answer(-50.0, "1"), path), lambda: pw.teaching.class_results([], path)):
        with pytest.raises(ValueError, match=r"page must be the page of an exercise, .*page.html'"):
            read()
    with pytest.raises(FileNotFoundError):
        pw.teaching.class_results([], tmp_path / "none.html")


def test_entries_of_an_iterator_are_checked_as_those_of_a_list():
    with pytest.raises(TypeError, match="an entry of codes must be a string, got 1"):
        pw.teaching.class_results(x for x in [answer(-50.0, "1"), 1])
    with pytest.raises(TypeError, match="an entry of free must be a string, got 1"):
        pw.teaching.Exercise("q", free=(x for x in [1, 2]))
    assert pw.teaching.Exercise("q", hints=(x for x in ["a", "b"])).hints == ("a", "b")


def test_a_code_of_several_patterns():
    both = pw.patterns.all_of("tonic_spiking", "rebound_spike")
    read = pw.teaching.read_code(
        code_of(
            _model="izhikevich",
            _pattern="tonic_spiking+rebound_spike",
            tonic_spiking_amplitude="14.0",
            _seconds="2",
            _solved="0",
        )
    )
    assert read.pattern.key == both.key
    assert read.parameters["tonic_spiking_amplitude"] == 14.0


def test_the_code_is_found_in_a_line_with_a_name():
    code = answer(-50.0, "1")
    lines = [f"Ada {code}", f"Ben: {code}, thanks", f"{code[:40]} {code[40:]}", f"Cleo {code[:40]} {code[40:]}"]
    table = pw.teaching.class_results("\n".join(lines))
    assert table["solved"].tolist() == [True] * 4
    assert table["same_as"].tolist() == [-1, 0, 0, 0]
    assert pw.teaching.read_code(lines[0]).solved


def test_a_class_as_a_table():
    hands = [answer(-50.0, "1"), answer(-55.0, "0"), answer(-65.0, "0"), answer(-65.0, "1"), "torn", answer(-55.0, "0")]
    table = pw.teaching.class_results("\n".join([*hands, ""]))
    assert len(table) == 6
    assert table["same_as"].tolist() == [-1, -1, -1, -1, -1, 1]
    assert table["solved"].tolist() == [
        pw.teaching.read_code(hands[0]).solved,
        pw.teaching.read_code(hands[1]).solved,
        *[False] * 4,
    ]
    assert table["solved"][0]
    assert table["error"].map(bool).tolist() == [False, False, False, True, True, False]
    assert table["c"].tolist()[:3] == [-50.0, -55.0, -65.0]
    assert "a" not in table  # the same in all of them
    assert table["met: enough complete bursts"].tolist()[:1] == [True]
    assert table["met"][0] == table["criteria"][0] == 11
    assert pw.teaching.class_results([]).empty


def test_a_code_contains_the_typed_name_and_answer_and_the_class_table_shows_them():
    typed = answer(-50.0, "1", _name="Zoë Müller", _words="The reset lands higher.")
    read = pw.teaching.read_code(typed)
    assert (read.name, read.words) == ("Zoë Müller", "The reset lands higher.")
    assert pw.teaching.read_code(answer(-50.0, "1")).name == ""
    table = pw.teaching.class_results([typed, answer(-50.0, "1"), "PW1.torn"])
    assert table["name"].tolist() == ["Zoë Müller", "", ""]
    assert table["words"].tolist() == ["The reset lands higher.", "", ""]


@pytest.mark.parametrize("text", ["x" * 301, "a\nb", "\x1b[31m"])
@pytest.mark.parametrize(
    ("field", "sentence"), [("_name", "its name must have"), ("_words", "its answer in words must have")]
)
def test_a_code_with_a_text_that_no_page_writes_is_rejected(text, field, sentence):
    with pytest.raises(ValueError, match=sentence):
        pw.teaching.read_code(answer(-50.0, "1", **{field: text}))
