"""The explorer in another language: what is chosen, and that its parts follow."""

import re

import pytest

import plausiwidgets as pw
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.explorer.gallery import GalleryPanel
from plausiwidgets.widgets.explorer.models import ModelsPanel
from plausiwidgets.widgets.explorer.pickers import Pickers
from plausiwidgets.widgets.explorer.share import SharePanel
from plausiwidgets.widgets.explorer.verdict import VerdictPanel


def test_the_parts_of_an_explorer_speak_its_language() -> None:
    explorer = pw.Explorer("lif", "tonic_spiking", {"amplitude": 1.0}, language="de")
    try:
        assert explorer.wait(60)
        assert explorer.panel(GalleryPanel).view.items[0]["title"] == "Tonisches Feuern"
        assert re.search(r"✗ \d+ von \d+<[^>]*> erfüllt<", explorer.panel(VerdictPanel).yours.value)
        assert "gefordert" in explorer.panel(VerdictPanel).yours.value
        figure = explorer.panel(FigurePanel).figure
        assert figure.picture["layout"]["xaxis"]["title"]["text"] == "Zeit (ms)"
        texts = explorer.panel(SharePanel).view.texts
        assert texts["Share"] == "Teilen"
        assert "Show me" not in texts  # its script says nothing of it
        explorer.show("lif", "integrator")
        assert explorer.wait(60)
        assert "Achten Sie auf" in explorer.panel(Pickers).view.value
    finally:
        explorer.close()


@pytest.mark.parametrize(("query", "language", "title", "note"), [
    ("language=de", None, "Tonisches Feuern", ""), ("language=de", "en", "Tonic spiking", ""),
    ("language=xx", None, "Tonic spiking", "The link names a language that is not known here; known: en, de."),
])  # fmt: skip
def test_the_address_of_the_app_chooses_a_language_where_the_code_does_not(
    monkeypatch: pytest.MonkeyPatch, query: str, language: str | None, title: str, note: str
) -> None:
    monkeypatch.setenv("QUERY_STRING", query)
    explorer = pw.Explorer("lif", language=language)
    try:
        assert explorer.panel(GalleryPanel).view.items[0]["title"] == title
        assert explorer.messages.text == note
    finally:
        explorer.close()


def test_the_map_of_models_and_the_notes_on_a_link_speak_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUERY_STRING", "language=de&model=nobody&amplitude=much")
    explorer = pw.Explorer("lif")
    try:
        assert explorer.messages.text.splitlines() == [
            "Ein Modell ‘nobody’ gibt es nicht: Gezeigt wird lif.", "amplitude=‘much’ ist keine Zahl: Es gilt 20.",
        ]  # fmt: skip
        explorer.panel(ModelsPanel).view.value = True
        opened = explorer.panel(ModelsPanel).assessment
        assert opened is not None
        assert opened.map.axes["columns"][0]["title"] == "A Tonisches Feuern"
        assert opened.map.statuses["some"] == ["✓", "zeigt es mit einigen Seeds"]
        assert opened.map.texts["not assessed"] == "nicht ausgewertet"
        said = [line for cell in opened.map.cells.values() for line in cell[4]]
        words = [r"zeigt es \(überprüft\)(, gefunden nach \d+ Auswertungen)?", r"erfüllt, aber nicht robust.*",
                 r"kann es nicht: .+", r"nicht gefunden in \d+ Auswertungen",
                 r"Abstand [\d.]+ \(0: Alle Kriterien sind erfüllt\)",
                 r"Robustheit \d+ % \(der um .* Kopien\)", r"verfehlt: .+"]  # fmt: skip
        assert len(said) > 400 and [line for line in said if not re.fullmatch("|".join(words), line)] == []
        missed = {name for line in said if line.startswith("verfehlt: ") for name in line[10:].split(", ")}
        english = {criterion.title for key in pw.patterns.names() for criterion in pw.patterns.get(key).criteria}
        assert missed and not missed & english
    finally:
        explorer.close()


def test_a_language_that_the_package_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="language is 'fr', valid is one of 'en', 'de'"):
        pw.Explorer("lif", language="fr")
