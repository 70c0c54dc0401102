"""Two explorers in one notebook, each in a language of its own, used after each other; figures in both."""

import re
from collections.abc import Iterator

import ipywidgets as w
import numpy as np
import plotly.graph_objects as go
import pytest
from screen import Screen, find, widgets

import plausiwidgets as pw
from plausiwidgets.assessment.published import published_table
from plausiwidgets.texts import catalog
from plausiwidgets.widgets.explorer.explorer import TOOLS
from plausiwidgets.widgets.explorer.gallery import GalleryPanel
from plausiwidgets.widgets.explorer.live import Live
from plausiwidgets.widgets.explorer.models import ModelsPanel
from plausiwidgets.widgets.explorer.repertoire import RepertoirePanel

TRANSLATED = {
    english: german
    for english, german in catalog("de").items()
    if len(english) > 3 and english.lower() != german.lower()
}


IN_ENGLISH, IN_GERMAN = set(TRANSLATED) - set(TRANSLATED.values()), set(TRANSLATED.values()) - set(TRANSLATED)


def texts_in(value: object) -> Iterator[str]:
    """Yield the texts in a widget's state or a figure, without markup, marks and numbers around them."""
    if isinstance(value, str):
        yield from (part.strip(" ✓✗○~:;0123456789") for part in re.split(r"<[^>]*>|\n|title=\"|\"", value))
    elif isinstance(value, dict):
        for key, entry in value.items():
            if key not in ("sweep", "kind", "criteria"):  # names of things, which a script of the page translates
                yield from texts_in(entry)
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from texts_in(entry)


def said(explorer: pw.Explorer) -> set[str]:
    """Return all that an explorer says."""
    out: set[str] = set()
    for widget in set(widgets(explorer)) - {explorer.panel(Live).view}:  # what it holds is not seen
        for name in widget.keys:
            if not name.startswith("_") and name not in ("texts", "layout", "style", "children"):
                out.update(texts_in(getattr(widget, name)))
        if isinstance(widget, (w.Dropdown, w.ToggleButtons)):
            out.update(texts_in([label for label, _ in widget.options]))
    return out


def wrong(english: pw.Explorer, german: pw.Explorer) -> tuple[set[str], set[str]]:
    """Return what two explorers say in the language of the other."""
    return said(english) & IN_GERMAN, said(german) & IN_ENGLISH


@pytest.fixture
def pair() -> Iterator[tuple[pw.Explorer, pw.Explorer]]:
    german = pw.Explorer("izhikevich", "tonic_spiking", language="de")
    english = pw.Explorer("izhikevich", "tonic_spiking", language="en")
    try:
        yield english, german
    finally:
        english.close()
        german.close()


def test_each_keeps_its_language_in_what_is_picked_dragged_and_found(pair: tuple[pw.Explorer, pw.Explorer]) -> None:
    english, german = pair
    for one in (german, english, german):
        assert one.wait(60)
        one.show("izhikevich", "phasic_bursting")
        screen, words = Screen(one), {} if one is english else TRANSLATED
        screen.menu(words.get("Pattern", "Pattern")).value = "rebound_spike"
        row = next(iter(screen.rows.values()))
        row.slider.value += 40
        assert one.wait(60)
        screen.press(words.get("Show me", "Show me"))
        screen.press(words.get("Practise", "Practise"))
        assert one.wait(60)
        assert wrong(english, german) == (set(), set())
    assert {"hold", "Criteria"} <= said(english) and {"erfüllt", "Kriterien"} <= said(german)


def test_each_keeps_its_language_in_what_a_search_writes(pair: tuple[pw.Explorer, pw.Explorer]) -> None:
    english, german = pair
    runs = [one.optimize(budget=200) for one in (german, english)]
    for one, run in zip((german, english), runs, strict=True):
        run.result(60)
        assert one.worker.join(60)
    assert wrong(english, german) == (set(), set())
    assert any("evaluations" in text for text in said(english))
    assert any("Auswertungen" in text for text in said(german))


def test_each_keeps_its_language_in_tools_and_map(pair: tuple[pw.Explorer, pw.Explorer]) -> None:
    english, german = pair
    for tool in TOOLS:
        for one in (english, german):
            one.open_tool(tool)
        assert english.worker.join(60) and german.worker.join(60)
        assert wrong(english, german) == (set(), set()), tool.__name__
    for one in (german, english):
        find(one.panel(RepertoirePanel).view, w.ToggleButton).value = True
        one.panel(ModelsPanel).view.value = True
    maps = [one.panel(ModelsPanel).assessment for one in (english, german)]
    assert maps[0] is not None and maps[1] is not None
    for opened in (maps[1], maps[0], maps[1]):
        opened.choose(["lif"])
    assert [opened.map.statuses["rejected"][1] for opened in maps] == ["not found", "nicht gefunden"]
    assert [one.panel(GalleryPanel).view.items[0]["title"] for one in pair] == ["Tonic spiking", "Tonisches Feuern"]
    assert wrong(english, german) == (set(), set())


def test_each_keeps_its_language_in_a_mystery(pair: tuple[pw.Explorer, pw.Explorer]) -> None:
    english, german = pair
    for one, title, task in (
        (english, "Mystery 7", "Look for spikes at the times"), (german, "Rätsel 7", "Achten Sie auf Spikes zu den"),
    ):  # fmt: skip
        one.mystery("izhikevich", "rebound_spike", 7)
        assert one.wait(60)
        assert one.selection.pattern.title == title and any(text.startswith(task) for text in said(one))
    assert wrong(english, german) == (set(), {"current"}), "of the name current_scale"


def figures(language: str) -> Iterator[tuple[str, go.Figure]]:
    """Yield a figure of each kind."""
    planes = [
        pw.analysis.parameter_plane("izhikevich", pattern, "a", "b", points=4)
        for pattern in ("tonic_bursting", ["tonic_spiking", "integrator", "rebound_burst"])
    ]
    shown = (
        pw.judge("izhikevich", "tonic_spiking"), pw.optimize("lif", "tonic_bursting", budget=200),
        pw.simulate("izhikevich", pw.Current.step(10.0, 50.0), {"d": np.linspace(2.0, 8.0, 12)}), *planes,
        published_table(),
    )  # fmt: skip
    for one in shown:
        yield type(one).__name__, pw.plot(one, language=language)
    yield "chart", pw.assessment.plausibility_chart(published_table(), language=language).figure


def test_figures_speak_the_language_that_they_are_asked_for_in() -> None:
    for kind, figure in figures("de"):
        words = set(texts_in(figure.to_plotly_json()))
        assert words & IN_GERMAN and not words & IN_ENGLISH, kind
    for kind, figure in figures("en"):
        assert not set(texts_in(figure.to_plotly_json())) & IN_GERMAN, kind
    with pytest.raises(ValueError, match="plot: language is 'fr', valid is one of 'en', 'de'"):
        pw.plot(pw.judge("lif", "tonic_spiking"), language="fr")
