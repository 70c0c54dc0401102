"""The table of messages, and what is refused."""

import math
import re
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest
from app_client import set_of

from plausiwidgets.recordings.settings import ALL
from plausiwidgets.widgets.handlers import generate_types, messages_page
from plausiwidgets.widgets.handlers.messages import (
    FINAL,
    LONGEST_FILE,
    TABLE,
    RefusedError,
    checked,
    wrong_answer,
)
from plausiwidgets.widgets.handlers.packing import measured, packed, unpacked

VERIFY = {"kind": "verify", "id": "a1", **set_of()}


HOSTILE = {
    "nothing": (None, "a message must be an object, got None"),
    "a list": ([VERIFY], "a message must be an object"),
    "no id": ({"kind": "stop", "of": "a"}, "the id of a message must be .*, got None"),
    "an id of a megabyte": ({"kind": "stop", "id": "a" * 1_000_000, "of": "a"}, "id of a message must be .*, got 'aaa"),
    "an empty id": ({"kind": "stop", "id": "", "of": "a"}, "must be a text of 1 to 64 characters, got ''"),
    "an unknown kind": ({"kind": "stopp", "id": "a"}, r"unknown message 'stopp'\. Did you mean 'stop'\?"),
    "a kind that is no text": ({"kind": ["stop"], "id": "a"}, "unknown message"),
    "a missing field": ({"kind": "stop", "id": "a"}, "stop: the field of is missing"),
    "a field too many": ({"kind": "stop", "id": "a", "of": "b", "code": "1"}, r"unknown field 'code'\. Valid: of\."),
    "a wrong type": ({"kind": "stop", "id": "a", "of": {"b": 1}}, "of must be a text .*, got {'b': 1}"),
    "a long name": (VERIFY | {"model": "m" * 65}, "model must be a text of 1 to 64 characters, got 'mmm"),
    "nan": (VERIFY | {"dt": math.nan}, "dt must be a finite number > 0 .*, got nan"),
    "a time step of zero": (VERIFY | {"dt": 0}, "dt must be a finite number > 0 .*, got 0"),
    "true for a number": (VERIFY | {"dt": True}, "dt must be .*, got True"),
    "an integer beyond floats": (VERIFY | {"values": {"a": 10**400}}, "value of 'a' in values must be .*, got 1000"),
    "values in a list": (VERIFY | {"values": [1.0]}, r"values must be a mapping .*, got \[1.0\]"),
    "too many values": (VERIFY | {"values": {f"n{k}": 1.0 for k in range(301)}}, "a mapping of at most 300 names"),
    "a name that is no text": (VERIFY | {"values": {3: 1.0}}, "a name in values must be a text .*, got 3"),
    "a deep object": (VERIFY | {"values": {"a": {"b": {"c": 1}}}}, "the value of 'a' in values must be"),
    "a range of three": (
        {"kind": "profiles", "id": "a", **set_of(), "bounds": {"a": [1, 2, 3]}, "points": [9]},
        "the value of 'a' in bounds must be a pair",
    ),
    "a thousand points": (
        {"kind": "profiles", "id": "a", **set_of(), "bounds": {}, "points": [1000]},
        "points must be",
    ),
    "no points": ({"kind": "profiles", "id": "a", **set_of(), "bounds": {}, "points": []}, "points must be"),
    "half a try": (
        {"kind": "search", "id": "a", **set_of(), "bounds": {}, "free": [], "begin": "values", "budget": 0.5},
        "budget must be an integer .*, got 0.5",
    ),
    "an unknown choice": (
        {"kind": "search", "id": "a", **set_of(), "bounds": {}, "free": [], "begin": "here"},
        'begin must be "values" or "random", got \'here\'',
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_invalid_messages_are_rejected_with_one_sentence(what):
    message, sentence = HOSTILE[what]
    with pytest.raises(RefusedError, match=sentence) as refused:
        checked(message)
    assert len(str(refused.value)) < 2000
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("buffers", "sentence"),
    [
        (None, "the number of buffers must be 1, got 0"),
        ([b"", b""], "the number of buffers must be 1, got 2"),
        (["text"], "the buffer must be bytes, got 'text'"),
        ([bytes(LONGEST_FILE + 1)], "the buffer must have at most 10000000 bytes, got 10000001"),
    ],
)
def test_a_file_that_is_missing_or_too_large_is_refused_and_one_that_is_not_asked_for(buffers, sentence):
    message = {"kind": "recording", "id": "a", "model": "lif", "name": "cell.csv", "units": {}}
    assert checked(message, [memoryview(b"t,v")]).data == b"t,v"
    with pytest.raises(RefusedError, match=sentence):
        checked(message, buffers)
    with pytest.raises(RefusedError, match="the number of buffers must be 0, got 1"):
        checked(VERIFY, [b"x"])


def test_arrays_come_out_of_a_buffer_as_they_went_in():
    arrays = {
        "spikes": ("f8", np.array([1.5, 2.5])),
        "bits": ("u1", np.arange(3)),
        "v": ("f4", np.array([[1.0], [2.0]])),
    }
    places, data = packed(arrays)
    assert all(first % 8 == 0 for _, first, _ in places.values())
    out = unpacked(places, data)
    assert [out[name].tolist() for name in arrays] == [[1.5, 2.5], [0, 1, 2], [1.0, 2.0]]


def test_json_has_no_nan_and_no_infinity():
    assert list(map(measured, (math.nan, math.inf, -math.inf, np.float32(2.0)))) == [None, "Infinity", "-Infinity", 2.0]


def test_an_answer_that_is_not_as_the_table_says_is_noticed():
    answer = {"kind": "reveal", "id": "a", "state": "done", "values": {"a": 1.0}}
    assert wrong_answer(answer, None) == ""
    assert "values" in wrong_answer(answer | {"values": {"a": math.nan}}, None)
    assert "state" in wrong_answer(answer | {"state": "over"}, None)
    assert "buffer" in wrong_answer(answer | {"arrays": {"a": ("f4", 0, 2)}}, b"1234")
    assert wrong_answer({"kind": "reveal", "id": "a", "state": "failed"}, None) == "the field error is missing."


def test_each_message_is_answered_by_a_function_of_its_name():
    for kind, message in TABLE.items():
        if message.home:
            where = f"plausiwidgets.widgets.handlers.{message.home}"
            assert find_spec(where), f"there is no module {where}, the home of {kind} in TABLE of messages.py"
            module = import_module(where)
            assert callable(getattr(module, kind, None)), f"{module.__name__} has no function {kind}"
            assert getattr(module, kind).__doc__, f"{module.__name__}.{kind} says nothing of itself"


def test_the_app_has_a_title_for_every_feature_of_a_recording():
    script = (generate_types.PATH.parent / "tools" / "recording.tsx").read_text(encoding="utf-8")
    [words] = re.findall(r"const FEATURES: Texts = \{(.*?)\n\};", script, re.DOTALL)
    assert re.findall(r"^  (\w+):", words, re.MULTILINE) == list(ALL)


def test_the_types_of_the_app_are_those_of_the_table():
    generated = "run python -m plausiwidgets.widgets.handlers.generate_types"
    assert generate_types.PATH.read_text("utf-8") == generate_types.types(), generated


def test_each_field_and_array_has_a_type_in_the_app():
    types = generate_types.types()
    for kind, message in TABLE.items():
        for name in (*message.fields, *message.answer):
            assert re.search(rf"^    {name}\??: ", types, re.MULTILINE), (kind, name)
    assert "[k_state_state: `${number}.state.${string}`]: Float32Array<ArrayBuffer>;" in types
    assert 'new Set<Kind>(["recording", "stimulus", "mystery"])' in types


def test_the_page_of_the_documentation_has_every_message_and_every_field():
    page = messages_page.page()
    sections = dict(
        zip(re.findall(r"^## (\w+)$", page, re.M), re.split(r"^## \w+$", page, flags=re.M)[1:], strict=True)
    )
    assert list(sections) == list(TABLE)
    for kind, message in TABLE.items():
        for name in (*message.fields, *message.answer, *message.arrays):
            assert f"| `{name}` |" in sections[kind]
    assert all(state in page for state in FINAL)
