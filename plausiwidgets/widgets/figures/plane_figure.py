"""Parameter plane as a Plotly figure, with the loss of one pattern or the regions of several patterns."""

from __future__ import annotations

import html
from typing import Any

import contourpy
import numpy as np
from numpy.typing import NDArray

from plausiwidgets import models, patterns
from plausiwidgets.analysis.planes import ParameterPlane
from plausiwidgets.patterns.status import SYMBOLS, WORDS
from plausiwidgets.support.printed import number
from plausiwidgets.texts import tr
from plausiwidgets.widgets.drawing.envelope import Floats
from plausiwidgets.widgets.figures import style
from plausiwidgets.widgets.figures.axis import axis

WIDTH, HEIGHT = 820, 600
"""Size of a figure in px."""

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a7a7a")
"""Colours of Okabe and Ito without black and yellow, and a grey, which are readable on both backgrounds."""
DASHES = ("solid", "6px,3px", "2px,2px")
"""Dashes of the outlines, which distinguish regions with the same colour."""

NAMED = 4
"""Maximum number of criteria or patterns that a label names before it counts the rest."""


def plane_figure(plane: ParameterPlane, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of a parameter plane.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> plane = pw.analysis.parameter_plane("lif", "tonic_spiking", "amplitude", "tau_mem", points=8)
    >>> [trace["type"] for trace in plane_figure(plane)["data"]]
    ['heatmap', 'scatter', 'scatter']
    """
    theme = style.theme(dark)
    (x, across), (y, up) = (axis(p, values) for p, values in zip(plane.axes, (plane.x, plane.y), strict=True))
    draw = _regions if plane.several else _distance
    data = draw(plane, x, y, theme)
    point = [float(p.transform(value)) for p, value in zip(plane.axes, plane.point, strict=True)]
    # The neuron may be outside the bounds of the call.
    inside = all(s[0] <= at <= s[-1] for s, at in zip((x, y), point, strict=True))
    data += inside * [
        {
            "type": "scatter",
            "mode": "markers",
            "x": point[:1],
            "y": point[1:],
            "name": tr("this neuron"),
            "hovertemplate": f"{tr('this neuron')}<br>{_at(plane, *plane.point)}<extra></extra>",
            "marker": {"size": 13, "color": theme.paper, "line": {"color": theme.text, "width": 3}},
            "showlegend": True,
        }
    ]
    model = next((tr(models.get(plane.model).title) for name in models.names() if name == plane.model), plane.model)
    title = f"{model}: {', '.join(map(_title, plane.patterns))}" if len(plane.patterns) < NAMED else model
    layout: dict[str, Any] = {
        "template": style.template(theme),
        "width": WIDTH + 220 * plane.several,
        "height": HEIGHT,
        "hovermode": "closest",
        "title": {"text": html.escape(title, quote=False), "x": 0.0, "xref": "paper"},
        "margin": {"l": 80, "r": 20, "t": 60, "b": 60},
        "xaxis": across | {"range": _ends(x)},
        "yaxis": up | {"range": _ends(y)},
        "legend": {"x": 1.02, "y": 1.0}
        if plane.several
        else {"orientation": "h", "x": 0.0, "y": 1.0, "yanchor": "bottom"},
    }
    missing = [_title(key) for key, verdict in plane.verdicts.items() if not verdict.accepted.any()]
    if plane.several and missing:
        nowhere = tr("not shown in this plane with the given stimulus: {patterns}", patterns=_some(missing))
        layout["margin"] |= {"b": 90}
        layout["annotations"] = [
            {
                "text": html.escape(nowhere),
                "showarrow": False,
                "xref": "paper",
                "yref": "paper",
                "x": 0.0,
                "y": 0.0,
                "yshift": -60,
                "yanchor": "top",
                "font": {"size": style.FONT_SIZE - 3},
            }
        ]
    return {"data": data, "layout": layout}


def outlines(mask: NDArray[np.bool_], x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the outlines of the cells of a mask as one line, with nan between outlines.

    Outlines of holes have the opposite direction.

    Examples
    --------
    >>> x, y = outlines(np.array([[False, True], [False, True]]), np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    >>> float(np.nanmin(x)), float(np.nanmax(x))
    (0.5, 1.5)
    >>> (0.5, -0.5) in zip(x.round(3).tolist(), y.round(3).tolist())
    True
    """
    # Each cell has a point close to each of its corners, so the line follows the edges and cuts no corner.
    columns, rows = (_beside_edges(s) for s in (x, y))
    cells = np.pad(np.repeat(np.repeat(mask.astype(np.float64), 2, axis=0), 2, axis=1), 1)
    generator = contourpy.contour_generator(columns, rows, cells, fill_type=contourpy.FillType.OuterOffset)
    parts: list[Floats] = []
    filled: Any = generator.filled(0.5, np.inf)
    for ring, ends in zip(*filled, strict=True):
        for first, last in zip(ends[:-1], ends[1:], strict=True):
            parts += [ring[first:last], np.full((1, 2), np.nan)]
    lines = np.concatenate(parts) if parts else np.empty((0, 2))
    return lines[:, 0], lines[:, 1]


def _beside_edges(places: Floats) -> Floats:
    """Return two positions for each edge between cells, one on either side of the edge."""
    edges = np.concatenate(
        [[1.5 * places[0] - 0.5 * places[1]], 0.5 * (places[1:] + places[:-1]), [1.5 * places[-1] - 0.5 * places[-2]]]
    )
    return (edges[:, None] + 1e-6 * (places[1] - places[0]) * np.array([-1.0, 1.0])).ravel()


def letter_place(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the row and the column of the cell that is farthest from the edge of a mask.

    Examples
    --------
    >>> letter_place(np.ones((5, 5), dtype=bool))
    (2, 2)
    """
    inside = np.pad(mask, 1)
    depth = inside.astype(int)
    while inside.any():
        near = [np.roll(inside, shift, axis) for axis in (0, 1) for shift in (1, -1)]
        inside = np.logical_and.reduce([inside, *near])
        depth += inside
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(row) - 1, int(column) - 1


# -- one pattern -------------------------------------------------------------------------------------


def _distance(plane: ParameterPlane, x: Floats, y: Floats, theme: style.Theme) -> list[dict[str, object]]:
    loss, status = plane.loss, plane.status
    text = [
        [f"{_at(plane, plane.x[k], plane.y[i])}<br>{_judged(plane, i, k)}" for k in range(len(plane.x))]
        for i in range(len(plane.y))
    ]
    heat: dict[str, object] = {
        "type": "heatmap",
        "x": x,
        "y": y,
        "z": np.minimum(loss, _worst(plane)),
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "colorscale": "Cividis",
        "reversescale": True,
        "zmin": 0.0,
        "colorbar": {"title": {"text": tr("loss"), "side": "right"}, "thickness": 14, "outlinewidth": 0},
        "showlegend": False,
    }
    data = [heat]
    for word, dash in (("replicated", "solid"), ("unverified", "solid"), ("fragile", "3px,3px")):
        mask = status == word
        if mask.any():
            across, up = outlines(mask, x, y)
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": across,
                    "y": up,
                    "name": f"{SYMBOLS[word]} {tr(WORDS[word])}",
                    "line": {"color": "#000000", "width": 3, "dash": dash, "shape": "linear"},
                    "hoverinfo": "skip",
                    "fill": "toself",
                    "fillcolor": "rgba(255,255,255,0.35)",
                    "showlegend": True,
                }
            )
    return data


def _worst(plane: ParameterPlane) -> float:
    """Return the largest loss of the cells that did not diverge. Diverged cells get the same colour."""
    (verdict,) = plane.verdicts.values()
    finite = np.asarray(verdict.loss)[~np.asarray(verdict.diverged)]
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def _judged(plane: ParameterPlane, row: int, column: int) -> str:
    word = str(plane.status[row, column])
    missed = plane.unmet(row, column)
    if not missed:
        return f"{SYMBOLS[word]} {tr(WORDS[word])}"
    missing = tr("{count} not met: {names}", count=len(missed), names=_some([tr(name) for name in missed]))
    return f"{tr('loss {value}', value=number(plane.loss[row, column], 3))}<br>{html.escape(missing)}"


# -- several patterns --------------------------------------------------------------------------------


def _regions(plane: ParameterPlane, x: Floats, y: Floats, theme: style.Theme) -> list[dict[str, object]]:
    accepted, data, letters = plane.accepted, [], []
    shown = [key for i, key in enumerate(plane.patterns) if accepted[i].any()]
    for k, key in enumerate(shown):
        mask = accepted[plane.patterns.index(key)]
        colour = COLOURS[k % len(COLOURS)]
        across, up = outlines(mask, x, y)
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": across,
                "y": up,
                "name": f"{_title(key)}, {_share(mask)}",
                "line": {"color": colour, "width": 2.2, "dash": DASHES[(k // len(COLOURS)) % len(DASHES)]},
                "fill": "toself",
                "fillcolor": _faint(colour),
                "hoverinfo": "skip",
                "legendgroup": key,
                "showlegend": True,
            }
        )
        row, column = letter_place(mask)
        letters.append(
            {
                "type": "scatter",
                "mode": "text",
                "x": [x[column]],
                "y": [y[row]],
                "text": [_letter(key)],
                "textfont": {"size": style.FONT_SIZE + 2, "color": theme.text},
                "hoverinfo": "skip",
                "legendgroup": key,
                "showlegend": False,
            }
        )
    text = [
        [f"{_at(plane, plane.x[k], plane.y[i])}<br>{_names(plane.shown_at(i, k))}" for k in range(len(plane.x))]
        for i in range(len(plane.y))
    ]
    hover = {
        "type": "heatmap",
        "x": x,
        "y": y,
        "z": accepted.sum(axis=0),
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "opacity": 0.0,
        "showscale": False,
        "showlegend": False,
    }
    return [*data, *letters, hover]


def _names(keys: tuple[str, ...]) -> str:
    return "<br>".join(html.escape(_title(key)) for key in keys) if keys else tr("none of the patterns")


def _share(mask: NDArray[np.bool_]) -> str:
    share = 100.0 * float(mask.mean())
    return f"{share:.0f} %" if share >= 1.0 else "< 1 %"


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"


# -- words -------------------------------------------------------------------------------------------


def _title(key: str) -> str:
    if key not in patterns.names():
        return key
    pattern = patterns.get(key)
    return f"{pattern.letter} {tr(pattern.title)}".strip()


def _some(names: list[str]) -> str:
    """Return the first names as a list in words, and the number of the rest."""
    listed = ", ".join(names[:NAMED])
    return tr("{names} and {count} more", names=listed, count=len(names) - NAMED) if len(names) > NAMED else listed


def _letter(key: str) -> str:
    pattern = patterns.get(key) if key in patterns.names() else None
    return (pattern.letter if pattern is not None else "") or key[:3]


def _at(plane: ParameterPlane, x: float, y: float) -> str:
    units = ["" if p.unit in ("", "1") else f" {p.unit}" for p in plane.axes]
    return f"{plane.pair[0]} = {number(x)}{units[0]}, {plane.pair[1]} = {number(y)}{units[1]}"


def _ends(positions: Floats) -> list[float]:
    """Return the outer edges of the first and the last cell."""
    return [float(1.5 * positions[0] - 0.5 * positions[1]), float(1.5 * positions[-1] - 0.5 * positions[-2])]
