"""A lesson in the explorer: what its cards set, lock and open, and what the page is told to go on."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from lesson_walk import DOCS, WALKS, lesson_of

import plausiwidgets as pw
from plausiwidgets.teaching import lessons as cards
from plausiwidgets.widgets.explorer.explorer import TOOLS
from plausiwidgets.widgets.explorer.lesson import LessonPanel

LESSON = """\
# Two patterns

## Slower

<!-- card
pattern: tonic_spiking
values: amplitude=14
free: amplitude
until: does not hold
tool: equations
-->

Drag **amplitude** down.

## Look

<!-- card -->

[Four](#amplitude=4) is too little.

## Burst

<!-- card
pattern: tonic_bursting
values: c=-65
until: holds
-->

Make it burst.
"""


@pytest.fixture
def explorer() -> Iterator[pw.Explorer]:
    explorer = pw.Explorer("izhikevich", lesson=LESSON)
    assert explorer.wait(60)
    yield explorer
    explorer.close()


def send(explorer: pw.Explorer, **content: object) -> dict:
    """Do what the page asks for, and return the state that it is told."""
    panel = explorer.panel(LessonPanel)
    panel._on_message(None, content, [])
    assert explorer.wait(60)
    return panel.view.state


def test_a_card_sets_values_locks_sliders_and_opens_its_tool(explorer: pw.Explorer) -> None:
    view = explorer.panel(LessonPanel).view
    assert view.titles == ["Tonic spiking", "Tonic bursting"]
    assert [card["title"] for card in view.lesson["cards"]] == ["Slower", "Look", "Burst"]
    assert explorer.selection.values["amplitude"] == 14.0
    assert set(explorer.selection.values) - set(explorer.selection.locked) == {"amplitude"}
    assert (view.state["pattern"], view.state["holds"]) == (0, True)
    equations = next(tool for tool in TOOLS if tool.title == "Equations")
    assert explorer.panel(equations).view in explorer._places._open.children


def test_the_page_is_told_whether_the_pattern_of_the_card_holds(explorer: pw.Explorer) -> None:
    explorer.session.change(explorer.selection.with_value("amplitude", 1.0))
    assert explorer.wait(60)
    state = explorer.panel(LessonPanel).view.state
    assert (state["holds"], state["values"]["amplitude"]) == (False, 1.0)
    # The next card leaves the sliders as they are, and unlocks them.
    state = send(explorer, card=1, sets=False)
    assert (state["values"]["amplitude"], explorer.selection.locked) == (1.0, ())
    state = send(explorer, card=2, sets=True)
    assert (state["pattern"], state["holds"], state["values"]["c"]) == (1, False, -65.0)
    explorer.session.change(explorer.selection.with_value("c", -50.0))
    assert explorer.wait(60)
    assert explorer.panel(LessonPanel).view.state["holds"] is True


def test_a_link_of_a_card_changes_what_it_names(explorer: pw.Explorer) -> None:
    send(explorer, card=1, sets=False)
    before = explorer.selection
    state = send(explorer, link="amplitude=4")
    assert state["values"] == dict(before.values) | {"amplitude": 4.0}
    assert send(explorer, link="card=3")["pattern"] == 1
    assert send(explorer, link="pattern=tonic_spiking&c=-60")["values"]["c"] == -60.0
    send(explorer, link="tau=3")
    assert "‘tau’" in explorer.messages.text


def test_a_link_of_a_card_leaves_what_the_card_locks_and_another_neuron_has_its_own_time_step(explorer) -> None:
    before = explorer.selection
    state = send(explorer, link="a=0.09&amplitude=4")
    assert state["values"] == dict(before.values) | {"amplitude": 4.0}
    assert send(explorer, link="pattern=tonic_spiking&a=0.09")["values"]["a"] == before.values["a"]
    assert explorer.selection.locked == before.locked
    send(explorer, link="dt=0.4")
    send(explorer, link="pattern=tonic_bursting")
    assert explorer.selection.dt == 0.4
    send(explorer, link="model=hodgkin_huxley&pattern=tonic_spiking")
    assert explorer.selection.dt == pw.models.get("hodgkin_huxley").dt


def test_what_the_page_sends_may_be_anything(explorer: pw.Explorer) -> None:
    before = explorer.selection
    for content in ({"card": 77}, {"card": "1"}, {"tool": "none"}, {"link": ""}, {}):
        send(explorer, **content)
    assert explorer.selection == before


def test_the_tools_that_a_card_can_open_are_those_of_the_explorer() -> None:
    assert tuple(tool.title.lower() for tool in TOOLS) == cards.TOOLS
    with pytest.raises(ValueError, match="line 6: unknown tool: 'drill'"):
        cards.read_lesson("# T\n\n## C\n<!-- card\npattern: tonic_spiking\ntool: drill\n-->\n", pw.models.get("lif"))


@pytest.mark.slow
@pytest.mark.parametrize("name", WALKS)
def test_each_card_of_the_lessons_is_shown_and_judged_on_the_way_there_and_back(name: str) -> None:
    lesson = lesson_of(name)
    explorer = pw.Explorer("izhikevich", lesson=DOCS / name)
    try:
        way = list(range(len(lesson.cards)))
        for place in [*way, *way[::-1]]:
            state = send(explorer, card=place, sets=True)
            card, start = lesson.cards[place], lesson.start(place)
            verdict = pw.judge(card.model, card.pattern, start.values, dt=start.dt, verify=False)
            assert lesson.shown[state["pattern"]] == (explorer.selection.model, card.pattern)
            assert explorer.selection.model is card.model
            assert (state["values"], state["holds"]) == (dict(start.values), bool(verdict.accepted))
            assert explorer.messages.text == ""
    finally:
        explorer.close()


def test_the_address_changes_nothing_of_a_lesson_or_a_mystery(monkeypatch: pytest.MonkeyPatch) -> None:
    link = "model=adex&pattern=tonic_bursting&a=3"
    for arguments in ({"lesson": LESSON}, {"mystery": 3}):
        monkeypatch.delenv("QUERY_STRING", raising=False)
        explorer = pw.Explorer("izhikevich", "tonic_spiking", **arguments)
        begun = explorer.selection
        explorer.page.link = link  # of JupyterLab
        assert explorer.selection is begun
        explorer.close()
        monkeypatch.setenv("QUERY_STRING", link)  # of the app
        explorer = pw.Explorer("izhikevich", "tonic_spiking", **arguments)
        assert explorer.selection == replace(begun, pattern=explorer.selection.pattern)  # a mystery makes its own
        assert explorer.selection.pattern.key == begun.pattern.key
        explorer.close()


def test_undo_leads_back_over_a_card_of_another_neuron():
    text = f"{LESSON}\n## Elsewhere\n\n<!-- card\nmodel: adex\npattern: tonic_bursting\nfree: b\n-->\n\nIts *b*.\n"
    explorer = pw.Explorer("izhikevich", lesson=text)
    try:
        assert explorer.wait(60)
        send(explorer, card=2, sets=True)
        before = explorer.selection
        send(explorer, card=3, sets=True)
        there = explorer.selection
        assert there.model is pw.models.get("adex")
        assert set(there.free) == {"b"}
        explorer.session.undo()
        assert explorer.wait(60)
        assert (explorer.selection.model, explorer.selection.values) == (before.model, before.values)
        explorer.session.redo()
        assert explorer.wait(60)
        assert (explorer.selection.model, explorer.selection.values) == (there.model, there.values)
    finally:
        explorer.close()
