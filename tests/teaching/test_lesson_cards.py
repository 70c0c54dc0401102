"""Lessons of cards: the format, what is refused with its line, and what a page gets of it."""

import json

import numpy as np
import pytest
from kernel_helpers import lanes_model
from small_patterns import doublet

import plausiwidgets as pw
from plausiwidgets.cli.main import main
from plausiwidgets.teaching.lessons import Condition, packaged_lessons, read_lesson
from plausiwidgets.teaching.markdown import tree
from tests.widgets.test_page import data_of

NEURON = pw.models.get("izhikevich")
LESSON = """\
# Two patterns

What stands here is not on the page: <b>whatever</b>.

## Slower

<!-- card
pattern: tonic_spiking
free: amplitude
until: does not hold, amplitude < 4
-->

Drag **amplitude** *down*.

```text
## not a card
<!-- not a setting -->
```

## Look

<!-- card -->

[Four](#amplitude=4) & more.

<details><summary>Answer</summary>

1. It is `silent`.

</details>

## Burst

<!-- card
pattern: tonic_bursting
values: c = -65, d=2
dt: 0.1
until: holds
-->

## Burst more

<!-- card
values: d=4
-->

## Elsewhere

<!-- card
model: adex
-->

## And there

<!-- card
model: lif
pattern: tonic_spiking
values: tau_mem=12
-->

## For teachers

Not on the page: <i>this</i>.
"""


def card(settings: str, text: str = "Text.") -> str:
    """Return a lesson of one card; its settings begin in line 6, its text two lines after them."""
    return f"# Title\n\n## Card\n\n<!-- card\n{settings}\n-->\n\n{text}\n"


def test_cards_set_model_pattern_and_parameters():
    lesson = read_lesson(LESSON, NEURON)
    slower, look, burst, more, elsewhere, there = lesson.cards
    assert lesson.title == "Two patterns"
    assert [(model.key, pattern.key) for model, pattern in lesson.shown] == [
        ("izhikevich", "tonic_spiking"),
        ("izhikevich", "tonic_bursting"),
        ("adex", "tonic_bursting"),
        ("lif", "tonic_spiking"),
    ]
    assert [one.title for one in lesson.cards[:4]] == ["Slower", "Look", "Burst", "Burst more"]
    preset = next(p for p in NEURON.presets if p.pattern == "tonic_spiking")
    assert {name: slower.start.values[name] for name in preset.parameters} == dict(preset.parameters)
    assert slower.start.dt == preset.dt
    assert slower.free == ("amplitude",)
    assert slower.until == (Condition(holds=False), Condition(name="amplitude", below=4.0))
    assert slower.body[-1] == ["pre", ["## not a card\n<!-- not a setting -->"]]
    assert (look.start, look.pattern.key, look.until) == (None, "tonic_spiking", ())
    assert (burst.start.values["c"], burst.start.values["d"], burst.start.dt) == (-65.0, 2.0, 0.1)
    assert dict(more.start.values) == dict(burst.start.values) | {"d": 4.0}  # from the start of the card before
    assert more.start.dt == 0.1
    # Another neuron begins with what is known of it for the pattern, and takes nothing over.
    adex = pw.models.get("adex")
    assert elsewhere.model is adex and set(elsewhere.start.values) == set(elsewhere.pattern.parameters(adex))
    assert pw.judge(adex, "tonic_bursting", elsewhere.start.values, dt=elsewhere.start.dt, verify=False).accepted
    assert there.start.values["tau_mem"] == 12.0
    assert lesson.start(5) is there.start and lesson.start(1) is slower.start


def test_a_custom_neuron_is_named_where_the_lesson_begins_with_it():
    text = card("model: adex\npattern: tonic_spiking") + "\n## Other\n<!-- card\nmodel: under_test\n-->\n"
    own = lanes_model(lambda current, state, p, dt: (0.0 * current, (state[0],)), 1)
    assert [card.model.key for card in read_lesson(text, own).cards] == ["adex", "under_test"]
    with pytest.raises(ValueError, match="line 14: unknown model 'under_test'"):
        read_lesson(text, NEURON)


@pytest.mark.parametrize("name", ["lesson", "lesson_long", "lesson_de"])
def test_a_lesson_of_the_package_has_a_name(name):
    assert read_lesson(name, NEURON) == read_lesson(packaged_lessons()[name], NEURON)


def test_a_condition_is_fulfilled_by_a_verdict_or_by_values():
    values = {"c": -50.0}
    assert Condition(holds=True).fulfilled(True, values)
    assert not Condition(holds=False).fulfilled(True, values)
    assert Condition(name="c", below=-49.0).fulfilled(False, values)
    assert not Condition(name="c", above=-50.0).fulfilled(False, values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Title\n\nno cards", "got the title 'Title' and 0 cards"),
        ("lessons", "lesson must be a text of several lines, a file .*a packaged lesson .lesson, .*, got 'lessons'"),
        ("", "lesson must be .*, got ''"),
        ("## Card\n<!-- card\npattern: tonic_spiking\n-->", "got the title '' and 1 cards"),
        ("# T\n## Card\n<!-- card -->\nText.", "line 2: the first card, 'Card', must set a pattern"),
        (card("pattern: tonic_spikin"), "line 6: unknown pattern.*Did you mean 'tonic_spiking'"),
        (card("patern: tonic_spiking"), "line 6: unknown setting of a card 'patern'. Did you mean 'pattern'"),
        (card("pattern: tonic_spiking\nmodel: adx"), "line 7: unknown model 'adx'. Did you mean 'adex'. Valid: lif, "),
        (card("model: adex\npattern: tonic_spiking\nvalues: c=1"), "line 8: .*AdEx.*: unknown parameter 'c'"),
        (card("pattern: tonic_spiking\npattern: tonic_spiking"), "line 7: each setting must .* occur only once"),
        (card("pattern: tonic_spiking\n\nvalues: amp=4"), "line 8: .*parameter 'amp'. Did you mean 'amplitude'"),
        (card("pattern: tonic_spiking\nvalues: c"), "line 7: values must have the form NAME=NUMBER, .*, got 'c'"),
        (card("pattern: tonic_spiking\nvalues: c=nan"), "line 7: values must have the form .*, got 'c=nan'"),
        (card("pattern: tonic_spiking\nvalues: c=100"), "line 7: parameter 'c' must be .*, got 100"),
        (card("pattern: tonic_spiking\nfree: x"), "line 7: .*unknown parameter 'x'"),
        (card("pattern: tonic_spiking\ndt: 9"), "line 7: time step: dt must be .*, got 9.0"),
        (card("pattern: tonic_spiking\ndt: fine"), "line 7: dt must be a time step in ms, got 'fine'"),
        (card("pattern: tonic_spiking\nuntil: it works"), "line 7: until must be “holds”.*, got 'it works'"),
        (card("pattern: tonic_spiking\nuntil: c <= 3"), "line 7: until must be .*, got 'c <= 3'"),
        (card("pattern: tonic_spiking\nuntil: holds"), "line 7: the condition 'holds' must not be met at the start"),
        (card("pattern: tonic_spiking\nuntil: c > -70"), "line 7: the condition 'c > -70' must not be met"),
        (card("pattern: tonic_spiking", "<b>x</b>"), "line 9: HTML is not shown on a page"),
        (card("pattern: tonic_spiking", "One.\n\n<div>\nx</div>"), "line 11: HTML is not shown on a page"),
        (card("pattern: tonic_spiking", "- x ![i](i.png)"), "line 9: image is not shown"),
        (card("pattern: tonic_spiking", "[x](javascript:alert)"), "line 9: a link to 'javascript:alert'"),
        (card("pattern: tonic_spiking", "x\n\n[x](../other.md)"), "line 11: a link to '../other.md'"),
        (card("pattern: tonic_spiking", "<details><summary>A</summary>\n\nx"), "line 9: <details> must be followed by"),
        (card("pattern: tonic_spiking", "x\n</details>"), "line 10: <details> and </details> must alternate"),
        (card("pattern: tonic_spiking", "<!-- a note -->"), "line 9: a card must have only one comment, got '<!-- a"),
        ("# T\n## C\n<!-- card\npattern: x\n", "line 3: the settings of this card must end"),
    ],
)
def test_a_text_that_is_not_a_lesson_is_rejected_with_its_line(text, message):
    with pytest.raises(ValueError, match=message):
        read_lesson(text, NEURON)


def test_markdown_becomes_a_tree_of_known_elements():
    lines = [
        "A **b** `<c>` &lt; [d](https://doi.org/x),",
        "next.  ",
        "New line.",
        "",
        "3. one",
        "4. two",
        "",
        "> quote",
        "",
        "### Head",
        "",
        "---",
    ]
    assert tree(lines, 1) == [
        [
            "p",
            [
                "A ",
                ["strong", ["b"]],
                " ",
                ["code", ["<c>"]],
                " < ",
                ["a", ["d"], {"href": "https://doi.org/x"}],
                ",",
                " ",
                "next.",
                ["br", []],
                "New line.",
            ],
        ],
        ["ol", [["li", ["one"]], ["li", ["two"]]], {"start": 3}],
        ["blockquote", [["p", ["quote"]]]],
        ["h3", ["Head"]],
        ["hr", []],
    ]


def test_a_page_gets_the_cards_as_data(tmp_path):
    file = tmp_path / "lesson.md"
    file.write_text(LESSON, encoding="utf-8")
    page = pw.export_page("izhikevich", lesson=file, path=tmp_path / "page.html")
    data = data_of(page)
    assert {name: list(one["patterns"]) for name, one in data["shipped"].items()} == {
        "izhikevich": ["tonic_spiking", "tonic_bursting"],
        "adex": ["tonic_bursting"],
        "lif": ["tonic_spiking"],
    }
    assert [one["name"] for one in data["shipped"]["lif"]["parameters"]] == list(pw.models.get("lif").parameters)
    first, second, third, _, elsewhere, there = data["lesson"]["cards"]
    assert first["until"][1] == {"holds": None, "name": "amplitude", "below": 4.0, "above": None}
    stored = data["shipped"]["izhikevich"]["patterns"]["tonic_spiking"]["sets"]
    assert dict(first["start"]["values"]) == dict(stored[0]["values"])
    assert second["body"][-1] == [
        "details",
        [["summary", ["Answer"]], ["div", [["ol", [["li", ["It is ", ["code", ["silent"]], "."]]]]]]],
    ]
    assert (third["pattern"], third["start"]["dt"]) == ("tonic_bursting", 0.1)
    assert (elsewhere["model"], there["model"]) == ("adex", "lif")
    for text in ("whatever</b>", "For teachers"):
        assert text not in json.dumps(data["lesson"])
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    by_text = pw.export_page("izhikevich", "rebound_spike", lesson=LESSON, path=tmp_path / "text.html")
    assert list(data_of(by_text)["shipped"]["izhikevich"]["patterns"]) == [
        "tonic_spiking",
        "tonic_bursting",
        "rebound_spike",
    ]
    assert json.dumps(data_of(by_text)["lesson"]["cards"][0]["body"]) == json.dumps(first["body"])


def test_all_patterns_and_a_lesson_with_three_neurons_fit_into_a_page_that_can_be_sent(root, tmp_path):
    lesson = root / "docs" / "lesson_long.md"
    page = pw.export_page("izhikevich", pw.patterns.names(), lesson=lesson, path=tmp_path / "page.html")
    assert len(data_of(page)["shipped"]) == 3
    assert page.stat().st_size < 970_000  # in both languages, with the glosses


def test_the_command_takes_a_lesson(tmp_path, capsys):
    file, page = tmp_path / "lesson.md", tmp_path / "page.html"
    assert main(["page", "izhikevich", "--lesson", str(file), "--output", str(page)]) == 1
    said = capsys.readouterr().err
    assert f"the file {file} does not exist. Packaged lessons: lesson, lesson_de, lesson_long." in said
    assert main(["page", "izhikevich", "--lesson", "lesson", "--output", str(page)]) == 0
    assert data_of(page)["lesson"]["title"].startswith("Ten minutes")
    page.unlink()
    file.write_text(card("pattern: tonic_spikin"), encoding="utf-8")
    assert main(["page", "izhikevich", "--lesson", str(file), "--output", str(page)]) == 1
    assert "line 6: unknown pattern" in capsys.readouterr().err
    assert not page.exists()
    file.write_text(card("pattern: tonic_spiking"), encoding="utf-8")
    assert main(["page", "izhikevich", "--lesson", str(file), "--output", str(page)]) == 0
    assert data_of(page)["lesson"]["title"] == "Title"


def test_a_lesson_that_the_page_cannot_take_is_refused(tmp_path):
    pattern = doublet(measure=lambda r, s: {"n": np.exp(r["pulse"].count()), "gap": r["pulse"].last()})
    page = tmp_path / "page.html"
    assert pw.export_page("lif", pattern, lesson=card("pattern: doublet"), path=page) == page
    with pytest.raises(ValueError, match="“Doublet” cannot be an exercise or the condition of a card"):
        pw.export_page("lif", pattern, lesson=card("pattern: doublet\nuntil: holds"), path=page)
    with pytest.raises(ValueError, match="either exercise or lesson"):
        pw.export_page("lif", lesson=card("pattern: tonic_spiking"), exercise=pw.teaching.Exercise("?"), path=page)
