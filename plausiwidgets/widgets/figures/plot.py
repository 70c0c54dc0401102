"""``pw.plot``: the picture of an object as a Plotly figure, to be changed and saved."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from functools import singledispatch
from math import isfinite
from typing import Any

import numpy as np
import plotly.graph_objects as go

from plausiwidgets import models, patterns
from plausiwidgets.analysis.onsets import BifurcationDiagram
from plausiwidgets.analysis.phase_lines import PhaseLine
from plausiwidgets.analysis.phase_planes import PhasePlane
from plausiwidgets.analysis.planes import ParameterPlane
from plausiwidgets.engine.traces import Traces
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result
from plausiwidgets.optimization.result import pattern_of
from plausiwidgets.patterns import Protocol, Verdict
from plausiwidgets.patterns.status import SYMBOLS, WORDS
from plausiwidgets.support.arguments import checked, shown
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.printed import as_image
from plausiwidgets.texts import chosen, marked, speaking, tr
from plausiwidgets.widgets.figures import style
from plausiwidgets.widgets.figures.annotations import Shape
from plausiwidgets.widgets.figures.figure import WIDTH, figure_of, rows_of
from plausiwidgets.widgets.figures.map_cells import grid_of_table
from plausiwidgets.widgets.figures.map_figure import map_figure
from plausiwidgets.widgets.figures.map_picture import map_picture
from plausiwidgets.widgets.figures.pairs_figure import is_sample, pairs_figure
from plausiwidgets.widgets.figures.phase_figure import bifurcations_figure, phase_line_figure, phase_plane_figure
from plausiwidgets.widgets.figures.plane_figure import plane_figure
from plausiwidgets.widgets.figures.scene import Line, Scene, drawn_extent, own_lines, padded, scene_of
from plausiwidgets.widgets.figures.static_image import Figure

HEIGHT, HEAD = 560, 74
"""Height of a figure in px, and what its title and its key take of it."""

MAX_LANES = 8
"""Lanes of traces that are drawn: more colours cannot be distinguished."""

LANES, LANE = 3, 21
"""Rows of brackets and arrows above the potential, and the height of one in px."""


@checked
def plot(x: Any, *, dark: bool = False, language: str | None = None) -> go.Figure:
    """Return the picture of a verdict, a result, traces, a plane or an assessment as a Plotly figure.

    Parameters
    ----------
    x : Verdict, Result, Traces, ParameterPlane, PhasePlane, PhaseLine, BifurcationDiagram or pandas.DataFrame
        A verdict of one set: target, response, current and what the criteria measure, in the main sweep of its
        pattern; the other sweeps small. A result: the same of its best set. Traces: the potential, spikes and current
        of each lane, of the first eight where there are more. A plane of
        :func:`plausiwidgets.analysis.parameter_plane`: the distance from a pattern in each cell, outlined where it
        holds, or the regions of several patterns. A phase plane or line: flow, nullclines or rate, and fixed points.
        BifurcationDiagram: fixed points with their stability, and the firing, over the current.
        A table of :func:`plausiwidgets.assess`: the plausibility map, with a mark in each cell. A table of
        :func:`plausiwidgets.analysis.sample_accepted`: how each value is spread, and each pair of values.
    dark : bool
        Whether it is for a dark background.
    language : {"en", "de"}, optional
        Of its texts; default: that of the last explorer, and at first English.

    Returns
    -------
    plotly.graph_objects.Figure
        900 px wide; a map is as wide as its columns need. ``.show()`` shows it, ``.write_html(path)`` saves it,
        ``.update_layout(…)`` changes it.

    Raises
    ------
    TypeError
        If there is no picture of such an object.
    ValueError
        For a verdict of many sets, traces without the potential, a table that `assess` did not return, or an unknown
        language.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> figure = pw.plot(pw.judge("izhikevich", "rebound_spike"))
    >>> figure.layout.xaxis.title.text, figure.layout.yaxis.title.text
    ('time (ms)', 'potential (mV)')
    >>> figure.write_html("rebound.html")                                # doctest: +SKIP
    >>> table = pw.assess(["lif", "izhikevich"], ["tonic_spiking", "rebound_spike"], budget=200)
    >>> pw.plot(table).data[0].text[0][0]
    '✓'
    """
    with speaking(chosen("plot", language)):
        figure = Figure(_picture(x, dark))
    figure._still = _still(x)
    return figure


def _still(x: Any) -> str:
    """Return what a saved notebook shows in place of Plotly: the object as it shows itself, or the map of a table."""
    if isinstance(x, pd.DataFrame):
        if is_sample(x):
            return ""
        return as_image(map_picture(grid_of_table(x)), tr("Map of models and patterns"))
    picture = x._picture()
    return as_image(picture, repr(x)) if picture else ""


@singledispatch
def _picture(x: object, dark: bool) -> dict[str, Any]:
    """Return data and layout; each kind of object that can be plotted is registered here."""
    valid = ", ".join(sorted(kind.__name__ for kind in _picture.registry if kind is not object))
    raise TypeError(f"plot: x must be one of {valid}, got {shown(x)}.")


@_picture.register
def _of_verdict(verdict: Verdict, dark: bool) -> dict[str, Any]:
    model = _known(models.get, verdict.model)
    pattern = _known(patterns.get, verdict.pattern) if verdict._judged_on is None else verdict._judged_on
    return _judged(verdict, model, pattern, "yours", dark)


@_picture.register
def _of_result(result: Result, dark: bool) -> dict[str, Any]:
    model = _known(models.get, result.model) if result.problem is None else result.problem.model
    pattern = _known(pattern_of, result)
    return _judged(result.verdict, model, pattern, "best", dark)


@_picture.register
def _of_traces(traces: Traces, dark: bool) -> dict[str, Any]:
    model = _known(models.get, traces.model)
    lanes = [own_lines({"": traces.lane(i)}, model)[""] for i in range(min(len(traces), MAX_LANES))]
    scene = _plain(lanes, traces)
    theme = style.theme(dark)
    colours = [theme.roles["yours"], theme.roles["best"], theme.roles["pinned"], theme.text, *style.MORE]
    dashes = [style.DASHES[role] for role in ("yours", "pinned", "target", "best")]
    data: list[dict[str, Any]] = []
    for i, line in enumerate(lanes):
        one = figure_of(
            replace(scene, lines={"yours": line}, names={"yours": tr("simulation {number}", number=i)}), dark
        )["data"]
        for trace in one:
            trace["legendgroup"] = trace["name"]
            _coloured(trace, colours[i])
            if trace["yaxis"] == "y" and "hovertemplate" in trace:
                trace["line"] |= {"dash": dashes[i % len(dashes)]}
            if trace["yaxis"] == "y2":
                trace["y"] = trace["y"] - i
        data += one
    figure = figure_of(scene, dark)
    title = traces.model if model is None else tr(model.title)
    if len(traces) > MAX_LANES:
        title = tr("{model}, first {count} of {total} simulations", model=title, count=MAX_LANES, total=len(traces))
    out = _headed(data, figure["layout"], title, len(lanes) > 1)
    out["layout"]["yaxis2"] |= {"range": [0.3 - len(lanes), 1.7], "tickvals": [], "title": {"text": tr("spikes")}}
    return out


@_picture.register
def _of_table(table: pd.DataFrame, dark: bool) -> dict[str, Any]:
    if is_sample(table):
        return pairs_figure(table, dark)
    try:
        return map_figure(grid_of_table(table), dark)
    except ValueError as error:
        raise ValueError(f"plot: x must be a DataFrame for a map: {error}") from None


@_picture.register
def _of_plane(plane: ParameterPlane, dark: bool) -> dict[str, Any]:
    return plane_figure(plane, dark)


@_picture.register
def _of_phase_plane(plane: PhasePlane, dark: bool) -> dict[str, Any]:
    return phase_plane_figure(plane, dark)


@_picture.register
def _of_bifurcations(found: BifurcationDiagram, dark: bool) -> dict[str, Any]:
    return bifurcations_figure(found, dark)


@_picture.register
def _of_phase_line(line: PhaseLine, dark: bool) -> dict[str, Any]:
    return phase_line_figure(line, dark)


def _known(get: Callable[[Any], Any], name: Any) -> Any:
    """Return what a name means; None where it was never registered, and less is known of it."""
    try:
        return get(name)
    except ValueError:
        return None


def _plain(lines: list[Line], traces: Traces) -> Scene:
    """Return the scene of lines of which nothing else is known."""
    low, high = drawn_extent(lines, Scene().scale)
    current = np.concatenate([line.current for line in lines])
    time = float(min(line.t[0] for line in lines)), float(max(line.t[-1] for line in lines))
    return Scene(
        lines={"yours": lines[0]},
        current_unit=traces.current_unit,
        potential_unit=traces.potential_unit,
        time=time,
        potential=padded(low, high),
        current=padded(float(np.nanmin(current)), float(np.nanmax(current)), 0.15),
    )


def _judged(
    verdict: Verdict, model: NeuronModel | None, pattern: Protocol | None, role: str, dark: bool
) -> dict[str, Any]:
    if isinstance(verdict.loss, np.ndarray):
        raise ValueError(f"plot: a verdict must have a single parameter set, got {len(verdict.loss)}.")
    if model is None or pattern is None:
        lines = own_lines(verdict.traces, model)
        first = next(iter(verdict.traces))
        scene = _plain([lines[first]], verdict.traces[first])
    else:
        scene = scene_of(model, pattern, verdict, patterns.target(pattern))
    title = verdict.model if model is None else tr(model.title)
    title += f": {verdict.pattern if pattern is None else tr(pattern.title)}"
    name, short = (marked("response"),) * 2 if role == "yours" else (style.ROLE_TITLES[role], style.SHORT_TITLES[role])
    scene = replace(scene, names={**scene.names, "yours": name}, short=short)
    figure = figure_of(scene, dark)
    theme = style.theme(dark)
    if role == "best":
        for trace in figure["data"]:
            if trace["uid"].startswith("yours"):
                _coloured(trace, theme.roles["best"])
    out = _headed(
        figure["data"], figure["layout"], f"{title}   {SYMBOLS[verdict.status]} {tr(WORDS[verdict.status])}", True
    )
    shapes, notes = _marks(scene, theme)
    out["layout"]["shapes"] = shapes
    out["layout"]["annotations"] = [*out["layout"]["annotations"], *notes]
    return out


def _headed(data: list[dict[str, Any]], layout: dict[str, Any], title: str, key: bool) -> dict[str, Any]:
    """Return a figure with a title and a key above it."""
    shown = set()
    for trace in data:
        if trace["yaxis"] == "y" and not trace["uid"].endswith("spikes") and trace["name"] not in shown:
            shown.add(trace["name"])
            trace["showlegend"] = True
        trace["uid"] = f"{trace['uid']} {trace['name']}"
    margin = layout["margin"] | {"t": HEAD}
    return {
        "data": data,
        "layout": layout
        | {
            "height": HEIGHT,
            "margin": margin,
            "showlegend": key,
            "title": {
                "text": html.escape(title, quote=False),
                "x": 0.0,
                "xref": "paper",
                "y": 1.0,
                "yref": "container",
                "yanchor": "top",
                "pad": {"t": 12},
            },
            "legend": {"orientation": "h", "x": 0.0, "y": 1.0, "yref": "paper", "yanchor": "bottom"},
        },
    }


def _coloured(trace: dict[str, Any], colour: str) -> None:
    for part in ("line", "marker"):
        if part in trace:
            trace[part] = trace[part] | {"color": colour}
    if "marker" in trace and "line" in trace["marker"]:
        trace["marker"] |= {"line": trace["marker"]["line"] | {"color": colour}}


# -- marks -------------------------------------------------------------------------------------------


def _marks(scene: Scene, theme: style.Theme) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return shapes and annotations for what the criteria measure: windows and bands, and brackets and arrows above."""
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    rows: dict[tuple[str, ...], int] = {}
    begin, end = scene.time
    height = rows_of(scene)["voltage"]
    for shape in scene.shapes:
        colour = theme.text if shape.ok else theme.warning
        common = {"xref": "x", "x0": shape.t0, "x1": shape.t1}
        if shape.form in ("window", "band"):
            height_of = {"yref": "y", "y0": shape.v0, "y1": shape.v1}
            if shape.form == "window":
                height_of = {"yref": "y domain", "y0": 0.0, "y1": 1.0}
            if shape.form == "band" or not shape.ok:
                shapes.append(
                    common
                    | height_of
                    | {
                        "type": "rect",
                        "fillcolor": colour,
                        "opacity": 0.14,
                        "line": {"width": 0},
                        "layer": "below",
                    }
                )
        else:
            row = rows.setdefault((shape.form, *shape.criteria), len(rows))
            if row < LANES:
                y = 1.0 - LANE * (row + 0.9) / height
                shapes.append(
                    common
                    | {
                        "type": "line",
                        "yref": "y domain",
                        "y0": y,
                        "y1": y,
                        "line": {"color": colour, "width": 1.2},
                    }
                )
                notes += _text(shape, scene, y, begin, end, colour)
    return shapes, notes


def _text(shape: Shape, scene: Scene, y: float, begin: float, end: float, colour: str) -> list[dict[str, Any]]:
    """Return the text of a bracket or an arrow, where there is room for it."""
    letters = 7.0 * len(shape.text) * (end - begin) / WIDTH
    alone = sum(other.form == shape.form and other.criteria == shape.criteria for other in scene.shapes) == 1
    if not shape.text or not (alone or shape.t1 - shape.t0 > letters) or not isfinite(shape.t1):
        return []
    outside = shape.t1 - shape.t0 < letters
    return [
        {
            "xref": "x",
            "yref": "y domain",
            "x": shape.t1 if outside else 0.5 * (shape.t0 + shape.t1),
            "y": y,
            "xanchor": "left" if outside else "center",
            "yanchor": "middle" if outside else "bottom",
            "text": shape.text,
            "showarrow": False,
            "font": {"size": style.FONT_SIZE - 3, "color": colour},
            "bgcolor": "rgba(0,0,0,0)",
        }
    ]
