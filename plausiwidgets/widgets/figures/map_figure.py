"""Plausibility map as a Plotly figure, for example for a paper."""

from __future__ import annotations

import html

from plausiwidgets.texts import tr
from plausiwidgets.widgets.drawing.map_cells import COLOURS, SYMBOLS, WORDS, Grid, pattern_title, short_title
from plausiwidgets.widgets.figures import style

CELL = 28
"""Width and height of a cell in px."""

LEFT, TOP, BOTTOM = 190, 200, 60
"""Margins in px for the names of models, the titles of patterns (a minimum) and the key."""

LETTER = 7.5
"""Width in px of a letter in the titles of patterns."""


def map_figure(grid: Grid, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of a map, with the number of shown patterns next to each model.

    Examples
    --------
    >>> from plausiwidgets.assessment import packaged_table
    >>> from plausiwidgets.widgets.drawing.map_cells import grid_of_table
    >>> figure = map_figure(grid_of_table(packaged_table()))
    >>> figure["data"][0]["text"][0][0]
    '✓'
    """
    theme = style.theme(dark)
    statuses = list(COLOURS)
    table = [[grid.status(model, pattern) for pattern in grid.patterns] for model in grid.models]
    steps = len(statuses)
    scale = [[(i + end) / steps, COLOURS[status]] for i, status in enumerate(statuses) for end in (0, 1)]
    cells = {
        "type": "heatmap",
        "xgap": 2,
        "ygap": 2,
        "hoverinfo": "skip",
        "showscale": False,
        "z": [[statuses.index(status) for status in row] for row in table],
        "text": [[SYMBOLS[status] for status in row] for row in table],
        "texttemplate": "%{text}",
        "zmin": -0.5,
        "zmax": steps - 0.5,
        "colorscale": scale,
    }
    met = [status for status in statuses if any(status in row for row in table)]
    key = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [None],
            "y": [None],
            "name": f"{SYMBOLS[status]} {tr(WORDS[status])}",
            "marker": {"symbol": "square", "size": 14, "color": COLOURS[status]},
        }
        for status in met
    ]
    names = [html.escape(tr(short_title(name, model))) for name, model in grid.models.items()]
    shown = [sum(status in ("replicated", "some") for status in row) for row in table]
    titles = [html.escape(pattern_title(pattern, known)) for pattern, known in grid.patterns.items()]
    top = max(TOP, round(LETTER * max(map(len, titles), default=0)))
    axis = {"showgrid": False, "showline": False, "ticks": "", "fixedrange": True}
    width, height = CELL * len(titles), CELL * len(names)
    layout = {
        "template": style.template(theme),
        "width": max(width + LEFT, 480) + 12,
        "height": height + top + BOTTOM,
        "margin": {"l": LEFT, "r": 12, "t": top, "b": BOTTOM, "autoexpand": False},
        "xaxis": axis
        | {
            "side": "top",
            "tickvals": list(range(len(titles))),
            "ticktext": titles,
            "tickangle": -90,
            "range": [-0.5, len(titles) - 0.5],
        },
        "yaxis": axis
        | {
            "tickvals": list(range(len(names))),
            "range": [len(names) - 0.5, -0.5],
            "ticktext": [f"{name}  {count:2d}" for name, count in zip(names, shown, strict=True)],
        },
        "legend": {"orientation": "h", "x": 0.0, "xref": "paper", "y": 0.0, "yref": "container", "yanchor": "bottom"},
    }
    return {"data": [cells, *key], "layout": layout}
