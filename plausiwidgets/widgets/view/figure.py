"""A scene as a Plotly figure: traces and layout as plain dicts, for the page and for scripts."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, isfinite, log10
from typing import Any

import numpy as np

from plausiwidgets.texts import tr
from plausiwidgets.widgets.view import style
from plausiwidgets.widgets.view.drawing import EMPTY, Floats, Singles, corners, envelope, make_grid, spike_lines
from plausiwidgets.widgets.view.scene import Inset, Line, Range, Scene

TIME_ROWS = ("voltage", "raster", "current", "others")
"""Rows that share the time axis, from the top."""

Y_AXES = {"voltage": "yaxis", "raster": "yaxis2", "current": "yaxis3", "others": "yaxis4", "curve": "yaxis5"}
X_AXES = {"curve": "xaxis2"}
"""Rows with an x axis of their own."""

RASTER_HEIGHTS = {"target": 2.0, "yours": 1.0, "best": 0.0, "pinned": -1.0}
"""Where the spikes of a role stand in the raster."""

TOP, BOTTOM, LEFT, RIGHT = 10, 44, 74, 12
"""Margins in px: nothing above, the title of the lowest axis below, labels and titles of y axes."""

GAP, GAP_WITH_AXIS = 10, 14
"""Space in px between two rows, and below labels and title of one that has an x axis."""

WIDTH, HEIGHT = 900, 470
"""Size in px before a page has told one."""

LOW, LOW_WITH_LOWER = 306, 124
"""Height in px below which the raster makes room, and how much more it needs where there are lower rows."""

LOWEST = 330
"""Height in px below which also the current makes room for lower rows."""

TITLE = 120
"""Height in px of the potential below which its axis has a short title."""

TALL = 48
"""Least height in px of the current for the labels of four ticks; a lower one has two."""

RASTER, CURRENT = 52, 60
"""Heights in px of these rows where there is room."""

LANE_HEIGHT, CURVE_HEIGHT = 46, 150
"""Heights in px, where there is room for them, of each of the other sweeps and of a curve."""

KEY = 480
"""Width in px below which there is no room for the key to the thin lines."""

TICK = 0.4
"""Half the height of a spike in the raster, of the distance between two roles."""

CURRENT_SHARE = 0.3
"""Most of its common height with the potential that the current takes."""

LOWER_SHARE = 0.45
"""Most of their common height that curve or other sweeps take from the potential."""

SWEEP_SHARE, PULSE_SHARE = 0.74, 0.16
"""Shares of its lane that another sweep's potential and its current fill."""


@dataclass(frozen=True)
class Look:
    """How a scene is drawn.

    Attributes
    ----------
    width, height : int
        In px.
    dark : bool
    window : (float, float) or None
        Of time in ms, that is zoomed into: it is drawn finely.
    large : bool
        Whether it is for a class: a font and lines that grow with the width, and no raster.
    low : int
        Height in px below which the raster makes room for the potential.
    """

    width: int = WIDTH
    height: int = HEIGHT
    dark: bool = False
    window: Range | None = None
    large: bool = False
    low: int = LOW

    @property
    def font(self) -> int:
        """Font size in points."""
        least, most = style.LARGE_FONT_SIZES
        return min(max(self.width // 50, least), most) if self.large else style.FONT_SIZE

    @property
    def left(self) -> int:
        """Margin in px for labels and titles of the y axes."""
        return round(LEFT * self.font / style.FONT_SIZE)

    @property
    def bottom(self) -> int:
        """Margin in px for labels and title of the lowest axis."""
        return round(BOTTOM * self.font / style.FONT_SIZE)

    @property
    def line_width(self) -> float:
        """Width of a trace in px."""
        return style.LARGE_LINE_WIDTH if self.large else style.LINE_WIDTH

    @property
    def columns(self) -> int:
        """Pixel columns of a row."""
        return max(200, self.width - self.left - RIGHT)


def figure_of(scene: Scene, look: Look) -> dict[str, Any]:
    """Return the whole figure of a scene: its ``data`` and ``layout``.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> from plausiwidgets.widgets.view.scene import scene_of
    >>> model, pattern = pw.models.get("izhikevich"), pw.patterns.get("rebound_spike")
    >>> figure = figure_of(scene_of(model, pattern, {"yours": pw.judge(model, pattern)}), Look())
    >>> [trace["uid"] for trace in figure["data"]][:2]
    ['yours_voltage', 'yours_spikes']
    """
    data = [trace for role in scene.lines for trace in traces_of(scene, role, look)]
    return {"data": data, "layout": layout_of(scene, look)}


# -- traces ------------------------------------------------------------------------------------------


def traces_of(scene: Scene, role: str, look: Look) -> list[dict[str, Any]]:
    """Return the traces of a role, in drawing order; each has ``<role>_<row>`` as its ``uid``."""
    line = scene.lines.get(role)
    if line is None:
        return []
    theme = style.theme(look.dark)
    colour, dash = theme.roles[role], style.DASHES[role]
    heights = rows_of(scene, look)
    grid = make_grid(line.t, look.columns, look.window or (scene.time if scene.event else None))
    made: list[dict[str, Any]] = []

    def add(row: str, x: Floats | Singles, y: Floats | Singles, uid: str = "", **properties: Any) -> None:
        if row in heights:
            made.append({
                "type": "scatter", "uid": f"{role}_{uid or row}", "name": tr(scene.names[role]), "mode": "lines",
                "x": np.asarray(x, np.float32), "y": np.asarray(y, np.float32),
                "xaxis": X_AXES.get(row, "xaxis").replace("axis", ""), "yaxis": Y_AXES[row].replace("axis", ""),
                "showlegend": False,
            } | properties)  # fmt: skip

    solid = {"color": colour, "dash": dash, "width": look.line_width}
    told: dict[str, Any] = {"hovertemplate": "%{y:.4g} at %{x:.1f} ms"}
    add("voltage", grid.x, envelope(line.v, grid), line=solid, **told)
    to_peak = spike_lines(line.t, line.v, line.spikes, line.peak) if isfinite(line.peak) else (EMPTY, EMPTY)
    add("voltage", *to_peak, uid="spikes", line={"color": colour, "width": 1.2}, opacity=0.6, hoverinfo="skip")
    add("raster", *ticks(line.spikes, RASTER_HEIGHTS[role]), line={"color": colour, "width": 2},
        hovertemplate="spike at %{x:.1f} ms")  # fmt: skip
    add("current", *corners(line.t, line.current), line=solid, **told)
    if scene.lanes:
        add("others", *_small(scene, role, look), line=solid | {"width": 1.3}, hoverinfo="skip")
    if scene.curve is not None and role in scene.curve.points:
        symbol = {"target": "diamond-open", "yours": "circle", "best": "square", "pinned": "triangle-up"}[role]
        add("curve", *scene.curve.points[role], mode="lines+markers", line=solid, hovertemplate="%{y:.4g}",
            marker={"size": 9, "symbol": symbol, "color": colour})  # fmt: skip
    return made


def ticks(spikes: Floats, height: float) -> tuple[Singles, Singles]:
    """Return a vertical line at each spike (ms), with gaps between them: Plotly draws one path faster than markers."""
    y = np.array([height - TICK, height + TICK, np.nan], np.float32)
    return np.repeat(np.asarray(spikes, np.float32), 3), np.tile(y, len(spikes))


def _small(scene: Scene, role: str, look: Look) -> tuple[Singles, Singles]:
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
        grid = make_grid(line.t, look.columns // 2, look.window or (scene.time if scene.event else None))
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


def layout_of(scene: Scene, look: Look) -> dict[str, Any]:
    """Return the layout of a scene: fixed margins, and rows whose places are known in px."""
    theme = style.theme(look.dark)
    heights = rows_of(scene, look)
    last_time_row, gaps = _gaps(heights, look.bottom)
    inner = sum(heights.values()) + sum(gaps.values())
    every: dict[str, Any] = {"showline": True, "ticks": "outside", "ticklen": 4}
    layout: dict[str, Any] = {
        "template": style.template(theme, look.font),
        "width": look.width,
        "height": inner + TOP + look.bottom,
        "margin": {"l": look.left, "r": RIGHT, "t": TOP, "b": look.bottom, "autoexpand": False},
        "hovermode": "closest",
        "dragmode": "zoom",
        "showlegend": False,
        "xaxis": every | {
            "title": {"text": tr("time (ms)"), "standoff": 6}, "anchor": Y_AXES[last_time_row].replace("axis", ""),
            "range": list(scene.time),
        },
        "annotations": [
            *_lane_labels(scene, heights, look), *_diverged(scene, theme, look), *_key(scene, last_time_row, look),
        ],
    }  # fmt: skip
    axes: dict[str, dict[str, Any]] = {
        "voltage": {
            "title": {"text": _potential_title(scene.potential_unit, heights["voltage"])},
            "range": list(scene.potential),
        },
        "raster": {"fixedrange": True, "showgrid": False, "ticks": ""} | _raster_axis(scene, look),
        "current": {
            "nticks": _most_ticks(*scene.current, 4 if heights.get("current", 0) >= TALL else 2),
            "range": list(scene.current),
            "title": {"text": f"I ({scene.current_unit})", "font": {"size": look.font - 3}},
        },
        "others": {
            "showgrid": False, "ticks": "", "fixedrange": True, "showticklabels": False,
            "range": [-0.2, len(scene.lanes) or 1],
        },
        "curve": {"anchor": "x2"},
    }  # fmt: skip
    y = float(inner)
    for row, height in heights.items():
        layout[Y_AXES[row]] = every | axes[row] | {"domain": [max(0.0, (y - height) / inner), min(1.0, y / inner)]}
        y -= height + gaps[row]
    if scene.curve is not None and "curve" in heights:
        layout |= _curve_axes(scene.curve, layout, every)
    return layout


def _potential_title(unit: str, height: float) -> str:
    """Return the title of the axis of the potential, short where there is little room."""
    if height < TITLE:
        return unit if unit != "1" else ""
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


def _lane_labels(scene: Scene, heights: Mapping[str, int], look: Look) -> list[dict[str, Any]]:
    """Return the names of the other sweeps: within their row, so that the axes stay where they are."""
    if "others" not in heights:
        return []
    return [
        {
            "xref": "paper", "x": 0.996, "yref": "y4", "xanchor": "right", "yanchor": "middle", "showarrow": False,
            "y": place + 0.5, "borderpad": 0, "text": html.escape(lane.label, quote=False),
            "font": {"size": look.font - 2},
        }
        for place, lane in enumerate(reversed(scene.lanes))
    ]  # fmt: skip


def _diverged(scene: Scene, theme: style.Theme, look: Look) -> list[dict[str, Any]]:
    line = scene.lines.get("yours")
    if line is None or not isfinite(line.diverged_at):
        return []
    return [{
        "xref": "x", "x": line.diverged_at, "yref": "y", "y": scene.scale.threshold, "text": f"✗ {tr('diverged')}",
        "showarrow": False, "xanchor": "left", "font": {"color": theme.warning, "size": look.font},
    }]  # fmt: skip


def _key(scene: Scene, last_time_row: str, look: Look) -> list[dict[str, Any]]:
    """Return what says that the thin lines to the peak are not simulated: below the time axis, beside its title."""
    if not scene.lines_to_peak or look.width < KEY or look.large:
        return []
    return [{
        "xref": "paper", "x": 0.0, "yref": f"{Y_AXES[last_time_row].replace('axis', '')} domain", "y": 0.0,
        "xanchor": "left", "yanchor": "top", "yshift": 16 - look.bottom, "showarrow": False, "borderpad": 0,
        "text": tr("thin: spike, drawn to its peak"), "font": {"size": look.font - 3},
    }]  # fmt: skip


def _raster_axis(scene: Scene, look: Look) -> dict[str, Any]:
    """Return the properties of the raster's axis that name the roles that have a line there."""
    few = "pinned" not in scene.lines
    titles = {**style.SHORT_TITLES, "target": scene.names.get("target", "")}
    rows = sorted((height, titles[role]) for role, height in RASTER_HEIGHTS.items()
                  if role != "pinned" or not few)  # fmt: skip
    return {
        "range": [rows[0][0] - (0.7 if few else 0.5), rows[-1][0] + (0.7 if few else 0.5)],
        "tickfont": {"size": min(look.font, 16) - (3 if few else 4)},
        "tickvals": [height for height, _ in rows],
        "ticktext": [tr(title) for _, title in rows],
    }


def rows_of(scene: Scene, look: Look) -> dict[str, int]:
    """Return the heights in px of the rows that show a scene."""
    if scene.curve is not None:
        lower = {"curve": CURVE_HEIGHT}
    else:
        lower = {"others": LANE_HEIGHT * len(scene.lanes)} if scene.lanes else {}
    return rows_within(look.height, lower, inf if look.large else look.low, look.bottom)


def rows_within(height: int, lower: Mapping[str, int], low: float = LOW, bottom: int = BOTTOM) -> dict[str, int]:
    """Return the heights in px of the rows of a figure that is `height` px high.

    `lower` are those below the current, as high as they would like to be; the potential takes what is left.
    The figure is equally high with and without them.
    """
    rows = {"voltage": 0, "raster": RASTER, "current": CURRENT} | dict(lower)
    if height < low + (LOW_WITH_LOWER if lower else 0):
        del rows["raster"]
    if lower and height < LOWEST:
        del rows["current"]
    _, gaps = _gaps(rows, bottom)
    free = height - TOP - bottom - sum(gaps.values()) - rows.get("raster", 0)
    if "current" in rows:
        rows["current"] = min(CURRENT * bottom // BOTTOM, round(CURRENT_SHARE * free))
        free -= rows["current"]
    for row, wanted in lower.items():
        rows[row] = min(wanted, round(LOWER_SHARE * free))
    rows["voltage"] = free - sum(rows[row] for row in lower)
    return rows


def _gaps(rows: Sequence[str] | Mapping[str, int], bottom: int) -> tuple[str, dict[str, int]]:
    """Return the lowest row with the time axis, and the space in px below each row."""
    last_time_row = [row for row in TIME_ROWS if row in rows][-1]
    gaps = {row: GAP_WITH_AXIS + bottom if row in (*X_AXES, last_time_row) else GAP for row in rows}
    gaps[list(rows)[-1]] = 0
    return last_time_row, gaps
