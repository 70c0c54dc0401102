"""The explorer in another language: what is chosen, and that its parts follow."""

import re

import pytest

import plausiwidgets as pw
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.explorer.gallery import GalleryPanel
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


@pytest.mark.parametrize(("query", "language", "title"), [
    ("language=de", None, "Tonisches Feuern"), ("language=de", "en", "Tonic spiking"),
    ("language=xx", None, "Tonic spiking"),
])  # fmt: skip
def test_the_address_of_the_app_chooses_a_language_where_the_code_does_not(
    monkeypatch: pytest.MonkeyPatch, query: str, language: str | None, title: str
) -> None:
    monkeypatch.setenv("QUERY_STRING", query)
    explorer = pw.Explorer("lif", language=language)
    try:
        assert explorer.panel(GalleryPanel).view.items[0]["title"] == title
        assert explorer.messages.text == ""
    finally:
        explorer.close()


def test_a_language_that_the_package_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="language is 'fr', valid is one of 'en', 'de'"):
        pw.Explorer("lif", language="fr")
