"""Phase planes, phase lines and bifurcation diagrams as Plotly figures."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np

from plausiwidgets import models
from plausiwidgets.analysis.onsets import BifurcationDiagram
from plausiwidgets.analysis.phase_lines import PhaseLine
from plausiwidgets.analysis.phase_planes import FixedPoint, PhasePlane
from plausiwidgets.models import NeuronModel
from plausiwidgets.support.picture import span
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.drawing.envelope import Floats
from plausiwidgets.widgets.drawing.phase import arrows, current_text, eigenvalues_text, line_arrows, state_text
from plausiwidgets.widgets.figures import style

WIDTH, HEIGHT = 820, 600
"""Size of a figure in px."""

COLOURS = {False: ("#a0437e", "#00775a"), True: ("#e28fc0", "#3fcf9f")}
"""Colours of the two nullclines on a light and a dark background."""

UPSWING = 4.0
"""Maximum height of a curve above an unstable point, in depths of the valley of the curve. Higher parts are cut off."""

STABLE, UNSTABLE = marked("stable fixed points"), marked("unstable fixed points")
HIGHEST, LOWEST = marked("maximum potential during firing"), marked("minimum potential during firing")
SYMBOLS = {"saddle": "diamond-open", "borderline": "circle-open-dot"}
"""Symbols of fixed points. Stable points are filled, and unstable points are hollow."""


def phase_plane_figure(plane: PhasePlane, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of a phase plane with flow, nullclines and fixed points.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> figure = phase_plane_figure(pw.analysis.phase_plane("izhikevich"))
    >>> [trace["name"] for trace in figure["data"][1:]]
    ['dv/dt = 0', 'du/dt = 0', 'stable node', 'saddle']
    """
    theme = style.theme(dark)
    data = [_flow(arrows(plane), plane.x, plane.y, theme)]
    for name, lines, colour, dash in zip(
        plane.pair, plane.nullclines, COLOURS[dark], ("solid", "9px,3px"), strict=True
    ):
        gap = np.full((1, 2), np.nan)
        points = np.concatenate([part for line in lines for part in (line, gap)] or [gap])
        data.append(_curve(points[:, 0], points[:, 1], f"d{name}/dt = 0", colour, dash))
    data += _marks(plane.fixed_points, plane.pair, [point.state[plane.pair[1]] for point in plane.fixed_points], theme)
    model = _known(plane.model)
    labels = [_label(model, name) for name in plane.pair]
    return _laid_out(data, plane.model, plane.current, labels, [plane.x, plane.y], plane.sentence, theme)


def phase_line_figure(line: PhaseLine, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of a phase line, with the rate of change against the variable.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> [trace["name"] for trace in phase_line_figure(pw.analysis.phase_line("qif"))["data"][1:]]
    ['dv/dt', 'stable', 'unstable']
    """
    theme = style.theme(dark)
    name = line.variable
    rates = np.append(line.rate[np.isfinite(line.rate)], 0.0)
    low, high = rates.min(), rates.max()
    if low < 0.0 and any(point.kind == "unstable" for point in line.fixed_points):
        high = min(high, -UPSWING * low)
    heights = np.array([low, high]) + 0.06 * (high - low) * np.array([-1.0, 1.0])
    data = [
        _flow(line_arrows(line), line.x, heights, theme),
        _curve(line.x, line.rate, f"d{name}/dt", COLOURS[dark][0], "solid"),
        *_marks(line.fixed_points, (name,), [0.0] * len(line.fixed_points), theme),
    ]
    model = _known(line.model)
    unit = next((state.unit for state in model.states if state.key == name), "") if model else ""
    labels = [_label(model, name), f"d{name}/dt ({unit or '1'}/ms)"]
    figure = _laid_out(data, line.model, line.current, labels, [line.x, heights], "", theme)
    figure["layout"]["yaxis"] |= {"zeroline": True, "zerolinecolor": theme.line}
    return figure


def bifurcations_figure(found: BifurcationDiagram, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of a bifurcation diagram, with fixed points and firing against the current.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> figure = bifurcations_figure(pw.analysis.bifurcation_diagram("izhikevich"))
    >>> [trace["name"] for trace in figure["data"]][:2]
    ['stable fixed points', 'unstable fixed points']
    """
    theme = style.theme(dark)
    colours = COLOURS[dark]
    data = [
        _curve(*found.branch(stable), tr(name), theme.text, dash)
        for stable, name, dash in ((True, STABLE, "solid"), (False, UNSTABLE, "6px,4px"))
    ]
    for row, name, colour in ((2, HIGHEST, colours[0]), (1, LOWEST, colours[1])):
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": found.firing[0],
                "y": found.firing[row],
                "name": tr(name),
                "customdata": found.firing[3],
                "hovertemplate": "%{x:.4g}, %{y:.4g}<br>%{customdata:.3g} Hz",
                "marker": {"color": colour, "size": 6},
                "showlegend": True,
            }
        )
    for kind in dict.fromkeys(point.kind for point in found.points):
        own = [point for point in found.points if point.kind == kind]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": tr(kind),
                "showlegend": True,
                "x": [point.current for point in own],
                "y": [point.potential for point in own],
                "hovertemplate": f"{tr(kind)}<br>%{{x:.5g}}, %{{y:.4g}}<extra></extra>",
                "marker": {
                    "symbol": "circle-open" if "Hopf" in kind else "diamond-open",
                    "size": 12,
                    "color": theme.text,
                    "line": {"width": 2},
                },
            }
        )
    model = _known(found.model)
    name = next(iter(model.states)).key if model else ""
    unit = "" if found.unit in ("", "1") else f" ({found.unit})"
    ranges = [span([found.current, found.firing[0]]), span([found.potential, found.firing[1], found.firing[2]])]
    figure = _laid_out(data, found.model, 0.0, [tr("current") + unit, _label(model, name)], ranges, "", theme)
    title = found.model if model is None else tr(model.title)
    figure["layout"]["title"]["text"] = html.escape(f"{title}: {tr(found.kind)}" if found.kind else title, quote=False)
    return figure


def _flow(rows: Floats, x: Floats, y: Floats, theme: style.Theme) -> dict[str, object]:
    """Return arrows as markers.

    Their angles are correct only for the initial size of the figure.
    """
    up = rows[:, 3] * HEIGHT
    along = rows[:, 2] * WIDTH
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rows[:, 0],
        "y": rows[:, 1],
        "hoverinfo": "skip",
        "showlegend": False,
        "marker": {
            "symbol": "arrow",
            "size": 11,
            "angle": np.degrees(np.arctan2(along, up)),
            "color": theme.line,
            "opacity": 0.6,
        },
    }


def _curve(x: Floats, y: Floats, name: str, colour: str, dash: str) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "name": name,
        "hovertemplate": "%{x:.4g}, %{y:.4g}",
        "line": {"color": colour, "width": 2.4, "dash": dash},
        "connectgaps": False,
        "showlegend": True,
    }


def _marks(
    points: tuple[FixedPoint, ...], names: tuple[str, ...], heights: list[float], theme: style.Theme
) -> list[dict[str, object]]:
    """Return the fixed points as one trace for each kind."""
    data = []
    for kind in dict.fromkeys(point.kind for point in points):
        of_kind = [(point, y) for point, y in zip(points, heights, strict=True) if point.kind == kind]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": tr(kind),
                "showlegend": True,
                "x": [point.state[names[0]] for point, _ in of_kind],
                "y": [y for _, y in of_kind],
                "text": [
                    f"{state_text(point, names)}<br>{tr('eigenvalues {values} ms⁻¹', values=eigenvalues_text(point))}"
                    for point, _ in of_kind
                ],
                "hovertemplate": f"{tr(kind)}<br>%{{text}}<extra></extra>",
                "marker": {
                    "symbol": SYMBOLS.get(kind, "circle" if kind.startswith("stable") else "circle-open"),
                    "size": 12,
                    "color": theme.text,
                    "line": {"color": theme.text, "width": 2},
                },
            }
        )
    return data


def _laid_out(
    data: list[dict[str, object]],
    name: str,
    current: float,
    labels: list[str],
    ranges: Sequence[Floats | tuple[float, float]],
    below: str,
    theme: style.Theme,
) -> dict[str, Any]:
    model = _known(name)
    title = f"{name if model is None else tr(model.title)}, {current_text(current, model)}"
    axes = [
        {"title": {"text": label}, "range": [float(s[0]), float(s[-1])], "ticks": "outside", "showgrid": False}
        for label, s in zip(labels, ranges, strict=True)
    ]
    layout: dict[str, Any] = {
        "template": style.template(theme),
        "width": WIDTH,
        "height": HEIGHT,
        "hovermode": "closest",
        "title": {"text": html.escape(title, quote=False), "x": 0.0, "xref": "paper"},
        "margin": {"l": 80, "r": 20, "t": 84, "b": 90 if below else 60},
        "xaxis": axes[0],
        "yaxis": axes[1],
        "legend": {"orientation": "h", "x": 0.0, "y": 1.0, "yanchor": "bottom"},
    }
    if below:
        layout["annotations"] = [
            {
                "text": html.escape(below),
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


def _known(name: str) -> NeuronModel | None:
    return models.get(name) if name in models.names() else None


def _label(model: NeuronModel | None, name: str) -> str:
    return next((state.label for state in model.states if state.key == name), name) if model else name
