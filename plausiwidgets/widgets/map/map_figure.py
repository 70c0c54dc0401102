"""The Plotly heat map of models × patterns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go

from plausiwidgets.widgets.map.cells import MARKS, WORDS, Grid
from plausiwidgets.widgets.view import style
from plausiwidgets.widgets.view.plotly_widget import PlotlyFigure

COLOURS = {
    "replicated": "#56b4e9",
    "some": "#b5dcf3",
    "fragile": "#f0b429",
    "unverified": "#e8e2b8",
    "rejected": "#d4d4d4",
    "failed": "#dd9fc2",
    "running": "#ffffff",
    "waiting": "#f2f2f2",
}
"""Okabe and Ito's blue and orange, and grey: black marks stand out on all of them, in both themes."""

ROW, TOP, BOTTOM = 46, 44, 150
"""Height in px of a row, of the legend above, and of the slanted titles below."""

LOW_ROW, LETTERS = 24, 26
"""The same of a row of a low map, which many models fit into, and of the letters above its columns."""

_CODES = {status: code for code, status in enumerate(COLOURS)}


class MapFigure(PlotlyFigure):
    """A heat map whose cells can be replaced and clicked.

    Parameters
    ----------
    grid : Grid
    clicked : callable
        Called with the model's name and the pattern's key of a cell that was clicked.
    low : bool
        With low rows, and letters above the columns in place of titles below.
    """

    def __init__(self, grid: Grid, clicked: Callable[[str, str], object], low: bool = False) -> None:
        self._clicked = clicked
        self._grid = grid
        self._low = low
        figure = go.Figure(data=[_heat(grid), *_legend()], layout=_layout(grid, low))
        super().__init__(figure, tuple(_content(grid)), displayModeBar=False)
        self.widget.data[0].on_click(self._on_click)

    def set(self, grid: Grid) -> None:
        """Show other cells, in one message."""
        with self.update():
            if (grid.models, grid.patterns) != (self._grid.models, self._grid.patterns):
                self.widget.layout.update(_axes(grid, self._low))
            self._grid = grid
            self.widget.data[0].update(_content(grid))

    def set_dark(self, dark: bool) -> None:
        """Switch to the colours for a dark or a light page."""
        with self.update():
            self.widget.layout.template = style.template(style.theme(dark))

    def _on_click(self, trace: object, points: Any, state: object) -> None:
        if points.xs and points.ys:
            column, row = round(float(points.xs[0])), round(float(points.ys[0]))
            grid = self._grid
            if 0 <= row < len(grid.models) and 0 <= column < len(grid.patterns):
                self._clicked(grid.models[row], grid.patterns[column])


def _content(grid: Grid) -> dict[str, Any]:
    z: list[list[int | None]] = []
    text: list[list[str]] = []
    hover: list[list[str]] = []
    for model in grid.models:
        row = [grid.cells.get((model, pattern)) for pattern in grid.patterns]
        z.append([_CODES[cell.status] if cell else None for cell in row])
        text.append([cell.text if cell else "" for cell in row])
        hover.append([cell.hover if cell else "not assessed" for cell in row])
    return {
        "x": list(range(len(grid.patterns))),
        "y": list(range(len(grid.models))),
        "z": z,
        "text": text,
        "hovertext": hover,
    }


def _heat(grid: Grid) -> dict[str, Any]:
    last = len(_CODES)
    scale = [(edge / last, colour) for code, colour in enumerate(COLOURS.values()) for edge in (code, code + 1)]
    return {
        "type": "heatmap",
        "zmin": -0.5,
        "zmax": last - 0.5,
        "colorscale": scale,
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "texttemplate": "%{text}",
        "textfont": {"size": style.FONT_SIZE, "color": "#111111"},
        "hovertemplate": "%{hovertext}<extra></extra>",
        "hoverongaps": False,
    } | _content(grid)


def _legend() -> list[dict[str, Any]]:
    return [
        {
            "type": "scatter",
            "x": [None],
            "y": [None],
            "mode": "markers",
            "name": f"{MARKS[status]} {WORDS[status]}",
            "marker": {"symbol": "square", "size": 14, "color": COLOURS[status], "line": {"width": 1, "color": "#666"}},
            "hoverinfo": "skip",
        }
        for status in ("replicated", "fragile", "rejected")
    ]


def _axes(grid: Grid, low: bool) -> dict[str, Any]:
    plain = {"showgrid": False, "ticks": "", "showline": False, "fixedrange": True, "tickmode": "array"}
    columns, rows = len(grid.patterns), len(grid.models)
    titles = [grid.headings[key] for key in grid.patterns]
    return {
        "height": TOP + LETTERS + LOW_ROW * rows if low else TOP + BOTTOM + ROW * rows,
        "xaxis": plain
        | {
            "tickvals": list(range(columns)),
            "ticktext": [f"<b>{title.split()[0][:6]}</b>" for title in titles] if low else titles,
            "tickangle": 0 if low else -45,
            "side": "top" if low else "bottom",
            "range": [-0.5, columns - 0.5],
            "tickfont": {"size": style.FONT_SIZE - 2},
        },
        "yaxis": plain
        | {
            "tickvals": list(range(rows)),
            "ticktext": [grid.titles[name] for name in grid.models],
            "range": [rows - 0.5, -0.5],
            "automargin": True,
        },
    }


def _layout(grid: Grid, low: bool) -> dict[str, Any]:
    return _axes(grid, low) | {
        "template": style.template(style.LIGHT),
        "margin": {"l": 80, "r": 16} | ({"t": TOP + LETTERS, "b": 0} if low else {"t": TOP, "b": BOTTOM}),
        "legend": {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "itemclick": False,
                   "itemdoubleclick": False},
        "showlegend": True,
        "dragmode": False,
        "hovermode": "closest",
    }  # fmt: skip
