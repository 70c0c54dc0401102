"""A scene as a Plotly figure: traces and layout as plain dicts."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from math import ceil, floor, isfinite, log10
from typing import Any

import numpy as np

from plausiwidgets.texts import tr
from plausiwidgets.widgets.figures import style
from plausiwidgets.widgets.figures.drawing import EMPTY, Floats, Singles, corners, envelope, make_grid, spike_lines
from plausiwidgets.widgets.figures.scene import Inset, Line, Scene

TIME_ROWS = ("voltage", "raster", "current", "others")
"""Rows that share the time axis, from the top."""

Y_AXES = {"voltage": "yaxis", "raster": "yaxis2", "current": "yaxis3", "others": "yaxis4", "curve": "yaxis5"}
X_AXES = {"curve": "xaxis2"}
"""Rows with an x axis of their own."""

RASTER_HEIGHTS = {"yours": 1.0, "target": 2.0}
"""Where the spikes of a role stand in the raster."""

TOP, BOTTOM, LEFT, RIGHT = 10, 44, 74, 12
"""Margins in px: nothing above, the title of the lowest axis below, labels and titles of y axes."""

GAP, GAP_WITH_AXIS = 10, 14
"""Space in px between two rows, and below labels and title of one that has an x axis."""

WIDTH, HEIGHT = 900, 496
"""Size in px."""

COLUMNS = WIDTH - LEFT - RIGHT
"""Pixel columns of a row."""

RASTER, CURRENT = 52, 60
"""Heights in px of these rows."""

LANE_HEIGHT, CURVE_HEIGHT = 46, 150
"""Heights in px of each of the other sweeps, where there is room for them, and of a curve."""

TICK = 0.4
"""Half the height of a spike in the raster, of the distance between two roles."""

CURRENT_SHARE = 0.3
"""Most of its common height with the potential that the current takes."""

LOWER_SHARE = 0.45
"""Most of their common height that curve or other sweeps take from the potential."""

SWEEP_SHARE, PULSE_SHARE = 0.74, 0.16
"""Shares of its lane that another sweep's potential and its current fill."""


def figure_of(scene: Scene, dark: bool) -> dict[str, Any]:
    """Return the whole figure of a scene: its ``data`` and ``layout``.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> from plausiwidgets.widgets.figures.scene import scene_of
    >>> model, pattern = pw.models.get("izhikevich"), pw.patterns.get("rebound_spike")
    >>> figure = figure_of(scene_of(model, pattern, pw.judge(model, pattern)), dark=False)
    >>> [trace["uid"] for trace in figure["data"]][:2]
    ['yours_voltage', 'yours_spikes']
    """
    data = [trace for role in scene.lines for trace in traces_of(scene, role, dark)]
    return {"data": data, "layout": layout_of(scene, dark)}


# -- traces ------------------------------------------------------------------------------------------


def traces_of(scene: Scene, role: str, dark: bool) -> list[dict[str, Any]]:
    """Return the traces of a role, in drawing order; each has ``<role>_<row>`` as its ``uid``."""
    line = scene.lines.get(role)
    if line is None:
        return []
    theme = style.theme(dark)
    colour, dash = theme.roles[role], style.DASHES[role]
    heights = rows_of(scene)
    grid = make_grid(line.t, COLUMNS, scene.time if scene.event else None)
    made: list[dict[str, Any]] = []

    def add(row: str, x: Floats | Singles, y: Floats | Singles, uid: str = "", **properties: Any) -> None:
        if row in heights:
            made.append(
                {
                    "type": "scatter",
                    "uid": f"{role}_{uid or row}",
                    "name": tr(scene.names[role]),
                    "mode": "lines",
                    "x": np.asarray(x, np.float32),
                    "y": np.asarray(y, np.float32),
                    "xaxis": X_AXES.get(row, "xaxis").replace("axis", ""),
                    "yaxis": Y_AXES[row].replace("axis", ""),
                    "showlegend": False,
                }
                | properties
            )

    solid = {"color": colour, "dash": dash, "width": style.LINE_WIDTH}
    hovered: dict[str, Any] = {"hovertemplate": "%{y:.4g} at %{x:.1f} ms"}
    add("voltage", grid.x, envelope(line.v, grid), line=solid, **hovered)
    to_peak = spike_lines(line.t, line.v, line.spikes, line.peak) if isfinite(line.peak) else (EMPTY, EMPTY)
    add("voltage", *to_peak, uid="spikes", line={"color": colour, "width": 1.2}, opacity=0.6, hoverinfo="skip")
    add(
        "raster",
        *ticks(line.spikes, RASTER_HEIGHTS[role]),
        line={"color": colour, "width": 2},
        hovertemplate="spike at %{x:.1f} ms",
    )
    add("current", *corners(line.t, line.current), line=solid, **hovered)
    if scene.lanes:
        add("others", *_small(scene, role), line=solid | {"width": 1.3}, hoverinfo="skip")
    if scene.curve is not None and role in scene.curve.points:
        symbol = {"target": "diamond-open", "yours": "circle"}[role]
        add(
            "curve",
            *scene.curve.points[role],
            mode="lines+markers",
            line=solid,
            hovertemplate="%{y:.4g}",
            marker={"size": 9, "symbol": symbol, "color": colour},
        )
    return made


def ticks(spikes: Floats, height: float) -> tuple[Singles, Singles]:
    """Return a vertical line at each spike (ms), with gaps between them: Plotly draws one path faster than markers."""
    y = np.array([height - TICK, height + TICK, np.nan], np.float32)
    return np.repeat(np.asarray(spikes, np.float32), 3), np.tile(y, len(spikes))


def _small(scene: Scene, role: str) -> tuple[Singles, Singles]:
    """Return the potentials of the other sweeps, one above the other, each over its current where it is "yours"."""
    xs, ys = [EMPTY], [EMPTY]
    lines = [line for lane in scene.lanes for line in lane.lines.values()]
    top = max([scene.scale.peak * bool(any(isfinite(line.peak) for line in lines)), *(_top(line) for line in lines)])
    low = scene.scale.rest - 0.5 * (scene.scale.threshold - scene.scale.rest)
    top = max(top, scene.scale.threshold)
    gap = np.full(1, np.nan, np.float32)
    for place, lane in enumerate(reversed(scene.lanes)):
        line = lane.lines.get(role)
        if line is None:
            continue
        grid = make_grid(line.t, COLUMNS // 2, scene.time if scene.event else None)
        for x, v in ((grid.x, envelope(line.v, grid)), spike_lines(line.t, line.v, line.spikes, line.peak)):
            height = np.clip((v - low) / (top - low), 0.0, 1.0)
            xs += [x, gap]
            ys += [np.asarray(place + SWEEP_SHARE * height, np.float32), gap]
        if role == "yours":
            t, current = corners(line.t, line.current)
            least, most = float(current.min()), float(current.max())
            xs += [t, gap]
            ys += [place - PULSE_SHARE + PULSE_SHARE * (current - least) / max(most - least, 1e-9), gap]
    return np.concatenate(xs), np.concatenate(ys)


def _top(line: Line) -> float:
    known = line.v[np.isfinite(line.v)]
    return float(known.max()) if known.size and not isfinite(line.diverged_at) else -np.inf


# -- layout ------------------------------------------------------------------------------------------


def layout_of(scene: Scene, dark: bool) -> dict[str, Any]:
    """Return the layout of a scene: fixed margins, and rows whose places are known in px."""
    theme = style.theme(dark)
    heights = rows_of(scene)
    last_time_row, gaps = _gaps(heights)
    inner = sum(heights.values()) + sum(gaps.values())
    every: dict[str, Any] = {"showline": True, "ticks": "outside", "ticklen": 4}
    layout: dict[str, Any] = {
        "template": style.template(theme),
        "width": WIDTH,
        "height": inner + TOP + BOTTOM,
        "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "autoexpand": False},
        "hovermode": "closest",
        "dragmode": "zoom",
        "showlegend": False,
        "xaxis": every
        | {
            "title": {"text": tr("time (ms)"), "standoff": 6},
            "anchor": Y_AXES[last_time_row].replace("axis", ""),
            "range": list(scene.time),
        },
        "annotations": [
            *_lane_labels(scene, heights),
            *_diverged(scene, theme),
            *_key(scene, last_time_row),
        ],
    }
    axes: dict[str, dict[str, Any]] = {
        "voltage": {
            "title": {"text": _potential_title(scene.potential_unit)},
            "range": list(scene.potential),
        },
        "raster": {"fixedrange": True, "showgrid": False, "ticks": ""} | _raster_axis(scene),
        "current": {
            "nticks": _most_ticks(*scene.current, 4),
            "range": list(scene.current),
            "title": {"text": f"I ({scene.current_unit})", "font": {"size": style.FONT_SIZE - 3}},
        },
        "others": {
            "showgrid": False,
            "ticks": "",
            "fixedrange": True,
            "showticklabels": False,
            "range": [-0.2, len(scene.lanes) or 1],
        },
        "curve": {"anchor": "x2"},
    }
    y = float(inner)
    for row, height in heights.items():
        layout[Y_AXES[row]] = every | axes[row] | {"domain": [max(0.0, (y - height) / inner), min(1.0, y / inner)]}
        y -= height + gaps[row]
    if scene.curve is not None and "curve" in heights:
        layout |= _curve_axes(scene.curve, layout, every)
    return layout


def _potential_title(unit: str) -> str:
    """Return the title of the axis of the potential."""
    title = tr("potential (mV)")
    return title.replace(" (mV)", "") if unit in ("", "1") else title.replace("mV", unit)


def _most_ticks(low: float, high: float, few: int) -> int:
    """Return the most ticks of a low axis: a few, or one more where Plotly would find a single round value for these.

    Its steps are 1, 2 or 5 times a power of ten, so that of five steps at most half of the range is one.
    """
    rough = (high - low) / few
    power = 10.0 ** floor(log10(rough))
    step = next(power * multiple for multiple in (2.0, 5.0, 10.0) if power * multiple >= rough)
    return few if floor(high / step) - ceil(low / step) >= 1 else few + 1


def _curve_axes(curve: Inset, layout: Mapping[str, Any], every: Mapping[str, Any]) -> dict[str, Any]:
    title = {"text": curve.x_title, "standoff": 6}
    return {
        "xaxis2": dict(every) | {"anchor": "y5", "fixedrange": True, "title": title, "range": list(curve.x)},
        "yaxis5": layout["yaxis5"] | {"title": {"text": curve.y_title}, "range": list(curve.y)},
    }


def _lane_labels(scene: Scene, heights: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the names of the other sweeps: within their row, so that the axes stay where they are."""
    if "others" not in heights:
        return []
    return [
        {
            "xref": "paper",
            "x": 0.996,
            "yref": "y4",
            "xanchor": "right",
            "yanchor": "middle",
            "showarrow": False,
            "y": place + 0.5,
            "borderpad": 0,
            "text": html.escape(lane.label, quote=False),
            "font": {"size": style.FONT_SIZE - 2},
        }
        for place, lane in enumerate(reversed(scene.lanes))
    ]


def _diverged(scene: Scene, theme: style.Theme) -> list[dict[str, Any]]:
    line = scene.lines.get("yours")
    if line is None or not isfinite(line.diverged_at):
        return []
    return [
        {
            "xref": "x",
            "x": line.diverged_at,
            "yref": "y",
            "y": scene.scale.threshold,
            "text": f"✗ {tr('diverged')}",
            "showarrow": False,
            "xanchor": "left",
            "font": {"color": theme.warning, "size": style.FONT_SIZE},
        }
    ]


def _key(scene: Scene, last_time_row: str) -> list[dict[str, Any]]:
    """Return the note that the thin lines to the peak are not simulated: below the time axis, beside its title."""
    if not scene.lines_to_peak:
        return []
    return [
        {
            "xref": "paper",
            "x": 0.0,
            "yref": f"{Y_AXES[last_time_row].replace('axis', '')} domain",
            "y": 0.0,
            "xanchor": "left",
            "yanchor": "top",
            "yshift": 16 - BOTTOM,
            "showarrow": False,
            "borderpad": 0,
            "text": tr("thin lines: spikes drawn to their peak"),
            "font": {"size": style.FONT_SIZE - 3},
        }
    ]


def _raster_axis(scene: Scene) -> dict[str, Any]:
    """Return the properties of the raster's axis that name the roles."""
    titles = {"yours": scene.short} | ({"target": scene.names["target"]} if "target" in scene.lines else {})
    heights = [RASTER_HEIGHTS[role] for role in titles]
    return {
        "range": [0.3, heights[-1] + 0.7],
        "tickfont": {"size": style.FONT_SIZE - 3},
        "tickvals": heights,
        "ticktext": [tr(title) for title in titles.values()],
    }


def rows_of(scene: Scene) -> dict[str, int]:
    """Return the heights in px of the rows that show a scene; the potential takes what the others leave."""
    if scene.curve is not None:
        lower = {"curve": CURVE_HEIGHT}
    else:
        lower = {"others": LANE_HEIGHT * len(scene.lanes)} if scene.lanes else {}
    rows = {"voltage": 0, "raster": RASTER, "current": CURRENT} | lower
    _, gaps = _gaps(rows)
    free = HEIGHT - TOP - BOTTOM - sum(gaps.values()) - RASTER
    rows["current"] = min(CURRENT, round(CURRENT_SHARE * free))
    free -= rows["current"]
    for row, wanted in lower.items():
        rows[row] = min(wanted, round(LOWER_SHARE * free))
    rows["voltage"] = free - sum(rows[row] for row in lower)
    return rows


def _gaps(rows: Sequence[str] | Mapping[str, int]) -> tuple[str, dict[str, int]]:
    """Return the lowest row with the time axis, and the space in px below each row."""
    last_time_row = [row for row in TIME_ROWS if row in rows][-1]
    gaps = {row: GAP_WITH_AXIS + BOTTOM if row in (*X_AXES, last_time_row) else GAP for row in rows}
    gaps[list(rows)[-1]] = 0
    return last_time_row, gaps
