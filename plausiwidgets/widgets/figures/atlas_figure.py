"""Atlas as a Plotly figure, a mosaic with the spike train of each representative."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np

from plausiwidgets import models
from plausiwidgets.analysis.atlas_protocols import LENGTH, AtlasAxis
from plausiwidgets.analysis.atlases import Atlas, Behaviour
from plausiwidgets.support.printed import number
from plausiwidgets.texts import tr
from plausiwidgets.widgets.figures import style

SIZE = 820
"""Side length of the figure in px."""
MOST_SPIKES = 60
"""Maximum number of drawn spikes of a train. More spikes would look like a solid bar."""


def atlas_figure(atlas: Atlas, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of an atlas for Plotly.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> figure = atlas_figure(pw.analysis.atlas("izhikevich", points=6, budget=1000))
    >>> [trace["name"] for trace in figure["data"][:2]]
    ['meets the criteria of a pattern', 'no name']
    """
    theme = style.theme(dark)
    named = [one for one in atlas.behaviours if one.names]
    others = [one for one in atlas.behaviours if not one.names]
    roles = theme.roles
    data = [
        _barcodes(named, tr("meets the criteria of a pattern"), roles["best"]),
        _barcodes(others, tr("no name"), roles["yours"]),
        _readings(atlas),
    ]
    title = tr(models.get(atlas.model).title) if atlas.model in models.names() else atlas.model
    counted = tr("{count} different responses", count=len(atlas.behaviours))
    x, y = atlas.axes
    layout = {
        "template": style.template(theme),
        "width": SIZE,
        "height": SIZE,
        "hovermode": "closest",
        "title": {"text": html.escape(f"{title}: {counted}", quote=False), "x": 0.0, "xref": "paper"},
        "margin": {"l": 80, "r": 20, "t": 90, "b": 70},
        "legend": {"orientation": "h", "x": 0.0, "y": 1.0, "yanchor": "bottom"},
        "xaxis": _axis(x, atlas.points),
        "yaxis": _axis(y, atlas.points),
    }
    return {"data": data, "layout": layout}


def _barcodes(some: Sequence[Behaviour], name: str, colour: str) -> dict[str, Any]:
    """Return a trace with a stroke for each spike."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for one in some:
        column, row = one.cell
        for time in one.spike_times[:MOST_SPIKES]:
            x = column + 0.08 + 0.84 * min(time % (2.0 * LENGTH), LENGTH) / LENGTH
            xs += [x, x, None]
            ys += [row + 0.12, row + 0.88, None]
    return {
        "type": "scattergl",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "name": name,
        "line": {"color": colour, "width": 1},
        "hoverinfo": "skip",
    }


def _readings(atlas: Atlas) -> dict[str, Any]:
    """Return invisible markers at the cells, with the values of the representatives as hover text."""
    x, y = atlas.axes
    words = [
        f"{_value(x, one)}<br>{_value(y, one)}<br>{', '.join(one.names) or tr('no name')}" for one in atlas.behaviours
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [one.cell[0] + 0.5 for one in atlas.behaviours],
        "y": [one.cell[1] + 0.5 for one in atlas.behaviours],
        "marker": {"size": 16, "opacity": 0},
        "text": words,
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
    }


def _value(axis: AtlasAxis, one: Behaviour) -> str:
    value = one.features[axis.key]
    shown = tr(axis.below) if axis.below and value < axis.low else number(value)
    return f"{tr(axis.title)}: {shown}"


def _axis(axis: AtlasAxis, points: int) -> dict[str, Any]:
    """Return an axis of the atlas with ticks at round values."""
    values = [m * 10.0**k for k in range(-2, 4) for m in (1.0, 3.0) if axis.low <= m * 10.0**k <= axis.high]
    unit = "" if axis.unit == "1" else f" ({axis.unit})"
    return {
        "title": {"text": tr(axis.title) + unit},
        "range": [0, points],
        "tickvals": axis.place(np.array(values), points).tolist(),
        "ticktext": [number(value) for value in values],
    }
