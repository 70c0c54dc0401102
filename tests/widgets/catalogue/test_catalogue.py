"""The catalogue of the app: made from the package, and held to it."""

import json

import pytest

import plausiwidgets as pw
from plausiwidgets.texts import catalog
from plausiwidgets.upkeep.__main__ import mark
from plausiwidgets.widgets.catalogue import contents
from plausiwidgets.widgets.catalogue.generate import FOLDER, build, file_text, lessons

KEYS = {"Your turn": "vjxaph", "f–I curve": "1lul3dq", "": "ztntfp"}
"""Short keys of texts, which the test of the script has too."""

QUICK = ("izhikevich", "lif")
WRITE = "Run python -m plausiwidgets.upkeep"


def stored(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[] if one in QUICK else pytest.mark.slow) for one in pw.models.names()]
)
def test_the_stored_catalogue_of_a_model_is_up_to_date(name: str) -> None:
    built = build([name], mark)
    made = json.loads(file_text(built[name]))
    known = json.loads(stored(name))
    for pattern in (*made["patterns"].values(), *known["patterns"].values()):
        pattern.pop("judged", None)  # named once for all models that share it
    assert made == known, WRITE
    shared = json.loads(stored("shared"))
    fresh = json.loads(file_text(built["shared"]))
    assert shared["bench"] == fresh["bench"]
    assert shared["models"][name] == fresh["models"][name]
    for key, pattern in fresh["patterns"].items():
        known_pattern = dict(shared["patterns"][key])
        judged, own = known_pattern.pop("judged"), pattern.pop("judged")
        assert known_pattern == pattern, WRITE
        for kind, parts in own.items():
            assert parts == json.loads(stored(name))["patterns"][key].get("judged", judged[kind])


def test_the_lessons_are_those_of_the_documentation_and_of_packaged_neurons() -> None:
    assert json.loads(file_text(lessons())) == json.loads(stored("lessons"))
    about = json.loads(contents.shared_json())["lessons"]
    assert {name: one["cards"] for name, one in about.items()} == {
        name: len(one["cards"]) for name, one in json.loads(stored("lessons")).items()
    }


def test_a_translated_lesson_sets_and_asks_what_its_original_does() -> None:
    known = json.loads(stored("lessons"))
    texts = ("title", "body")
    english, german = (
        [{name: x for name, x in card.items() if name not in texts} for card in known[name]["cards"]]
        for name in ("lesson", "lesson_de")
    )
    assert english == german


def test_the_catalogue_has_every_packaged_model_and_pattern_and_nothing_else() -> None:
    assert list(contents.model_names()) == pw.models.names(), WRITE
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(["lessons", "shared", *pw.models.names()]), WRITE
    assert list(json.loads(contents.shared_json())["patterns"]) == pw.patterns.names(), WRITE


def test_translations_are_those_of_the_texts_that_are_shown() -> None:
    shown = json.dumps(["Your turn", "nothing that is translated"])
    assert contents.texts_of("de", shown) == {"Your turn": catalog("de")["Your turn"]}


def test_the_short_key_of_a_text_is_that_of_the_script_and_no_two_texts_share_one() -> None:
    assert [contents.key_of(text) for text in KEYS] == list(KEYS.values())
    texts = catalog("de")
    assert len({contents.key_of(text) for text in texts}) == len(texts) > 1000
