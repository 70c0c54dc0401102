"""Figures in both languages."""

import re
from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment.packaged import packaged_table
from plausiwidgets.texts import catalog

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


def figures(language: str) -> Iterator[tuple[str, go.Figure]]:
    """Yield a figure of each kind."""
    planes = [
        pw.analysis.parameter_plane("izhikevich", pattern, "a", "b", points=4)
        for pattern in ("tonic_bursting", ["tonic_spiking", "integrator", "rebound_burst"])
    ]
    shown = (
        pw.judge("izhikevich", "tonic_spiking"),
        pw.optimize("lif", "tonic_bursting", budget=200),
        pw.simulate("izhikevich", pw.Current.step(10.0, 50.0), {"d": np.linspace(2.0, 8.0, 12)}),
        *planes,
        packaged_table(),
    )
    for one in shown:
        yield type(one).__name__, pw.plot(one, language=language)
    yield "chart", pw.plausibility_chart(packaged_table(), language=language)


def test_figures_are_in_the_requested_language() -> None:
    for kind, figure in figures("de"):
        words = set(texts_in(figure.to_plotly_json()))
        assert words & IN_GERMAN and not words & IN_ENGLISH, kind
    for kind, figure in figures("en"):
        assert not set(texts_in(figure.to_plotly_json())) & IN_GERMAN, kind
    with pytest.raises(ValueError, match=r"plot: unknown language 'xx'\. Valid: en, de"):
        pw.plot(pw.judge("lif", "tonic_spiking"), language="xx")
