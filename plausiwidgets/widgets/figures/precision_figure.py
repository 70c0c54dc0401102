"""Patterns that a neuron shows in each number format, as a Plotly figure."""

from __future__ import annotations

import html
from typing import Any

from plausiwidgets import models, patterns
from plausiwidgets.analysis.precisions import Precision
from plausiwidgets.patterns.status import SYMBOLS, WORDS
from plausiwidgets.texts import tr
from plausiwidgets.widgets.figures import style

WIDTH, ROW = 760, 26
"""Width of a figure and height of a row in px."""
SHADES = {"replicated": 1.0, "fragile": 0.5}
"""Share of the full colour of a cell. Other statuses have the colour of the background."""


def precision_figure(precision: Precision, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of a precision analysis.

    The figure has a row for each pattern, and a column for each format with its number of shown patterns.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> found = pw.analysis.precision("izhikevich", ["tonic_spiking"], bits=[16, 24])
    >>> precision_figure(found)["data"][0]["x"]
    ['16<br>1', '24<br>1']
    """
    theme = style.theme(dark)
    cells = {(e.pattern, e.bits): e.status for e in precision.entries}
    keys = list(dict.fromkeys(e.pattern for e in precision.entries))
    rows = [[cells[key, bits] for bits in precision.bits] for key in keys]
    shown = precision.shown
    known = {key: patterns.get(key) for key in keys if key in patterns.names()}
    titles = [f"{known[key].letter} · {tr(known[key].title)}" if key in known else key for key in keys]
    model = tr(models.get(precision.model).title) if precision.model in models.names() else precision.model
    step = "" if precision.dt is None else f", {tr('in steps of {dt} ms', dt=f'{precision.dt:g}')}"
    data: dict[str, Any] = {
        "type": "heatmap",
        "x": [f"{bits}<br>{shown[bits]}" for bits in precision.bits],
        "y": titles,
        "z": [[SHADES.get(status, 0.0) for status in row] for row in rows],
        "zmin": 0.0,
        "zmax": 1.0,
        "text": [[SYMBOLS.get(status, "–") for status in row] for row in rows],
        "texttemplate": "%{text}",
        "customdata": [
            [tr(WORDS[status]) if status in WORDS else tr("no packaged set") for status in row] for row in rows
        ],
        "hovertemplate": "%{y}<br>%{customdata}<extra></extra>",
        "colorscale": [[0.0, theme.paper], [1.0, theme.roles["yours"]]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    layout = {
        "template": style.template(theme),
        "width": WIDTH,
        "height": 150 + ROW * len(keys),
        "title": {"text": html.escape(f"{model}{step}", quote=False), "x": 0.0, "xref": "paper"},
        "margin": {"l": 240, "r": 20, "t": 60, "b": 80},
        "xaxis": {"type": "category", "title": {"text": tr("bits, and number of patterns shown")}},
        "yaxis": {"autorange": "reversed"},
    }
    return {"data": [data], "layout": layout}
