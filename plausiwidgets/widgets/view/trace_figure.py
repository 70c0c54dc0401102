"""The explorer's figure: named traces in named rows, whose points a few messages carry to the page."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from plausiwidgets.widgets.view import style
from plausiwidgets.widgets.view.drawing import EMPTY, Singles
from plausiwidgets.widgets.view.plotly_widget import PlotlyFigure

Range = tuple[float, float]

TIME_ROWS = ("voltage", "raster", "current", "others")
"""Rows that share the time axis, from the top."""

Y_AXES = {
    "voltage": "yaxis",
    "raster": "yaxis2",
    "current": "yaxis3",
    "others": "yaxis4",
    "curve": "yaxis5",
}
X_AXES = {"curve": "xaxis2"}
"""Rows with an x axis of their own."""

RASTER_HEIGHTS = {"target": 2.0, "yours": 1.0, "best": 0.0, "pinned": -1.0}

BEFORE_ALL: Singles = np.full(1, -1e6, np.float32)
"""A time in ms out of sight, for the raster of a neuron that is silent: a drag can only move points that there are."""

_BACK_TO_FRONT = ("best", "yours", "target")
"""The dashes of the target let the others show through."""

TRACES = (
    *(f"{role}_voltage" for role in _BACK_TO_FRONT),
    *(f"{role}_raster" for role in _BACK_TO_FRONT),
    "best_current",
    "yours_current",
    *(f"{role}_others" for role in _BACK_TO_FRONT),
    *(f"{role}_curve" for role in _BACK_TO_FRONT),
    "diverged_voltage",
    *(f"pinned_{row}" for row in ("voltage", "raster", "current", "others", "curve")),
)
"""Names of all traces, ``<role>_<row>``, in drawing order; the potential of the sliders is trace 1."""

HIDDEN = (0.0, 0.0003)
"""Domain of a row that is not shown, out of the way of mouse and eye; plotly takes 1/4096 and less for everything."""

TOP, BOTTOM, LEFT, RIGHT = 10, 44, 74, 12
"""Margins in px: nothing above, the title of the lowest axis below, labels and titles of y axes."""

GAP, GAP_WITH_AXIS = 10, 58
"""Space in px between two rows, and below one that has an x axis."""

HEIGHT = 470
"""Height in px before a page has told one."""

LOW, LOW_WITH_LOWER = 306, 430
"""Heights in px below which the raster makes room, alone and where there are lower rows."""

LOWEST = 330
"""Height in px below which also the current makes room for lower rows."""

TITLE = 120
"""Height in px of the potential below which its axis has a short title."""

RASTER, CURRENT = 52, 60
"""Heights in px of these rows where there is room."""

SPIKE = 13
"""Height in px of a spike in the raster."""

CURRENT_SHARE = 0.3
"""Most of its common height with the potential that the current takes."""

LOWER_SHARE = 0.45
"""Most of their common height that curve or other sweeps take from the potential."""


class TraceFigure(PlotlyFigure):
    """Named traces and named rows of one ``FigureWidget``.

    Attributes
    ----------
    watched : dict of str to callable
        Called with the x of a trace, by its name, whenever points are put there.
    """

    def __init__(self) -> None:
        figure = go.Figure(data=[_trace(name, style.LIGHT) for name in TRACES], layout=_layout(style.LIGHT))
        super().__init__(figure, ("x", "y", "text"), doubleClick="reset")
        self.watched: dict[str, Callable[[Singles], None]] = {}
        self._sent: dict[str, tuple[Singles, Singles]] = {}
        self._ranges: dict[str, Range] = {}
        self._heights: dict[str, int] = {}
        self.set_rows(rows_within(HEIGHT, {}))

    def put(self, name: str, x: Singles, y: Singles, **properties: Any) -> None:
        """Draw other points in a trace; an array that is the same object as before is not sent again."""
        with self.update():
            trace = self._named(name)
            before = self._sent.get(name, (EMPTY, EMPTY))
            if x is not before[0]:
                trace.x = x
            if y is not before[1]:
                trace.y = y
            self._sent[name] = (x, y)
            if name in self.watched:
                self.watched[name](x)
            if properties:
                trace.update(properties)

    def clear(self, *names: str) -> None:
        """Empty traces."""
        with self.update():
            for name in names:
                self.put(name, EMPTY, EMPTY)

    # -- axes ------------------------------------------------------------------------------------

    def set_axis(self, row: str, **properties: Any) -> None:
        """Change properties of a row's y axis (title, ticks)."""
        with self.update():
            self.widget.layout[Y_AXES[row]].update(properties)

    def set_lanes(self, names: Sequence[str]) -> None:
        """Name the lanes of the other sweeps, from below: within the row, so that the axes stay where they are."""
        font = {"size": style.FONT_SIZE - 2}
        usual = {"xref": "paper", "x": 0.996, "yref": "y4", "xanchor": "right", "yanchor": "middle", "showarrow": False}
        with self.update():
            self.widget.layout.yaxis4.range = (-0.15, len(names) or 1)
            self.widget.layout.annotations = [
                usual | {"y": lane + 0.5, "borderpad": 0, "text": html.escape(name, quote=False), "font": font}
                for lane, name in enumerate(names)
            ]

    def set_pinned(self, name: str) -> None:
        """Make room in the raster for a pinned neuron with this name; without one, take it back."""
        roles = [role for role in RASTER_HEIGHTS if name or role != "pinned"]
        with self.update():
            self.widget.layout.yaxis2.update(_raster_axis(roles))
            for trace in TRACES:
                if trace.startswith("pinned_"):
                    self._named(trace).name = name or style.ROLE_TITLES["pinned"]
                if trace.endswith("_raster"):
                    self._named(trace).marker.size = SPIKE if not name else SPIKE - 3

    def set_curve_titles(self, x: str, y: str) -> None:
        """Name the axes of the curve."""
        with self.update():
            self.widget.layout[X_AXES["curve"]].title.text = x
            self.widget.layout[Y_AXES["curve"]].title.text = y

    def set_range(self, axis: str, low: float, high: float, force: bool = False) -> None:
        """Set the range of a row's y axis, or of ``"time"``, unless a person has zoomed it.

        With `force` (another pattern) a zoom is forgotten.
        """
        with self.update():
            key = "xaxis" if axis == "time" else Y_AXES[axis]
            ours = self._ranges.get(key)
            shown = self.widget.layout[key].range
            zoomed = ours is not None and shown is not None and not _close(shown, ours)
            if (zoomed or ours == (low, high)) and not force:
                return
            self._ranges[key] = (low, high)
            self.widget.layout[key].range = (low, high)

    def get_range(self, axis: str) -> Range | None:
        """Return the range that the page shows on an axis."""
        with self.update():
            shown = self.widget.layout["xaxis" if axis == "time" else Y_AXES[axis]].range
        return None if shown is None else (float(shown[0]), float(shown[1]))

    def on_time_range(self, callback: Callable[[Range | None], None]) -> None:
        """Call `callback` with the time range (ms) whenever a zoom or a pan changes it, None when it ends."""

        def changed(_: object, shown: Range | None) -> None:
            ours = self._ranges.get("xaxis")
            if shown is None or (ours is not None and _close(shown, ours)):
                callback(None)
            else:
                callback((float(shown[0]), float(shown[1])))

        self.widget.layout.on_change(changed, ("xaxis", "range"))

    # -- layout ----------------------------------------------------------------------------------

    def set_rows(self, heights: Mapping[str, int]) -> None:
        """Show rows with these heights in px, from top to bottom; every other row is hidden."""
        heights = {row: heights[row] for row in Y_AXES if row in heights}
        if heights == self._heights:
            return
        self._heights = dict(heights)
        last_time_row, gaps = _gaps(heights)
        inner = sum(heights.values()) + sum(gaps.values())
        with self.update():
            layout = self.widget.layout
            layout.height = inner + TOP + BOTTOM
            layout.yaxis.title.text = "mV" if heights["voltage"] < TITLE else "potential (mV)"
            y = float(inner)
            for row, axis in Y_AXES.items():
                shown = row in heights
                layout[axis].visible = shown
                if row in X_AXES:
                    layout[X_AXES[row]].visible = shown
                if shown:
                    layout[axis].domain = (max(0.0, (y - heights[row]) / inner), min(1.0, y / inner))
                    y -= heights[row] + gaps[row]
                else:
                    layout[axis].domain = HIDDEN
            layout.xaxis.anchor = Y_AXES[last_time_row].replace("axis", "")

    def set_width(self, width: int) -> None:
        """Take the width in px that the page offers; told outright, the page need not measure at every update."""
        with self.update():
            self.widget.layout.update(width=width, autosize=False)

    def set_dark(self, dark: bool) -> None:
        """Switch to the colours for a dark or a light page."""
        theme = style.theme(dark)
        with self.update():
            self.widget.layout.template = style.template(theme)
            for name in TRACES:
                self._named(name).update(_colour(name, theme))

    def _named(self, name: str) -> Any:
        return self.widget.data[TRACES.index(name)]


def rows_within(height: int, lower: Mapping[str, int]) -> dict[str, int]:
    """Return the heights in px of the rows of a figure that is `height` px high.

    `lower` are those below the current, as high as they would like to be; the potential takes what is left.
    The figure is equally high with and without them.
    """
    rows = {"voltage": 0, "raster": RASTER, "current": CURRENT} | dict(lower)
    if height < (LOW_WITH_LOWER if lower else LOW):
        del rows["raster"]
    if lower and height < LOWEST:
        del rows["current"]
    _, gaps = _gaps(rows)
    free = height - TOP - BOTTOM - sum(gaps.values()) - rows.get("raster", 0)
    if "current" in rows:
        rows["current"] = min(CURRENT, round(CURRENT_SHARE * free))
        free -= rows["current"]
    for row, wanted in lower.items():
        rows[row] = min(wanted, round(LOWER_SHARE * free))
    rows["voltage"] = free - sum(rows[row] for row in lower)
    return rows


def _gaps(rows: Mapping[str, int]) -> tuple[str, dict[str, int]]:
    """Return the lowest row with the time axis, and the space in px below each row."""
    last_time_row = [row for row in TIME_ROWS if row in rows][-1]
    gaps = {row: GAP_WITH_AXIS if row in (*X_AXES, last_time_row) else GAP for row in rows}
    gaps[list(rows)[-1]] = 0
    return last_time_row, gaps


def _close(a: Sequence[float], b: Range) -> bool:
    width = abs(b[1] - b[0]) or 1.0
    return bool(abs(float(a[0]) - b[0]) < 1e-6 * width and abs(float(a[1]) - b[1]) < 1e-6 * width)


def _trace(name: str, theme: style.Theme) -> dict[str, Any]:
    """Return an empty trace."""
    role, row = name.split("_")
    y_axis = Y_AXES[row].replace("axis", "")
    x_axis = X_AXES.get(row, "xaxis").replace("axis", "")
    common: dict[str, Any] = {"type": "scatter", "x": EMPTY, "y": EMPTY, "xaxis": x_axis, "yaxis": y_axis}
    common |= {"name": style.ROLE_TITLES.get(role, role), "mode": "lines"}
    line = {"dash": style.DASHES.get(role, "solid"), "width": 2.0}
    if role == "diverged":
        common |= {"mode": "markers+text", "hoverinfo": "skip", "cliponaxis": False}
        common |= {"marker": {"symbol": "x", "size": 14}, "textposition": "middle right"}
    elif row == "raster":
        common |= {"mode": "markers", "hovertemplate": "spike at %{x:.1f} ms"}
        common["marker"] = {"symbol": "line-ns-open", "size": SPIKE, "line": {"width": 2}}
    elif row == "curve":
        symbol = {"target": "diamond-open", "yours": "circle", "best": "square", "pinned": "triangle-up"}[role]
        common |= {"mode": "lines+markers", "line": line, "marker": {"size": 9, "symbol": symbol}}
        common["hovertemplate"] = "%{y:.4g}"
    elif row == "others":
        common |= {"line": line | {"width": 1.3}, "hoverinfo": "skip"}
    else:
        common["line"] = line
        common["hovertemplate"] = "%{y:.4g} at %{x:.1f} ms"
    return common | _colour(name, theme)


def _colour(name: str, theme: style.Theme) -> dict[str, Any]:
    """Return the properties of a trace that depend on the theme."""
    role, row = name.split("_")
    if role == "diverged":
        return {"marker_color": theme.warning, "textfont": {"color": theme.warning, "size": style.FONT_SIZE}}
    line = theme.roles.get(role, theme.line)
    if row == "raster":
        return {"marker_color": line, "marker_line_color": line}
    if row == "curve":
        return {"marker_color": line, "line_color": line}
    return {"line_color": line}


def _raster_axis(roles: Sequence[str]) -> dict[str, Any]:
    """Return the properties of the raster's axis that name the roles that have a line there."""
    few = len(roles) < len(RASTER_HEIGHTS)
    rows = sorted((RASTER_HEIGHTS[role], style.ROLE_TITLES[role]) for role in roles)
    return {
        "range": [rows[0][0] - (0.7 if few else 0.5), rows[-1][0] + (0.7 if few else 0.5)],
        "tickfont": {"size": style.FONT_SIZE - (3 if few else 4)},
        "tickvals": [height for height, _ in rows],
        "ticktext": [title for _, title in rows],
    }


def _layout(theme: style.Theme) -> dict[str, Any]:
    """Return the layout; domains and heights come with :meth:`TraceFigure.set_rows`."""
    every = {"showline": True, "ticks": "outside", "ticklen": 4, "fixedrange": False}
    axes: dict[str, Any] = {
        "xaxis": every | {"title": {"text": "time (ms)", "standoff": 6}, "anchor": "y3"},
        "yaxis": every | {"title": {"text": "potential (mV)"}},
        "yaxis2": every
        | {
            "fixedrange": True,
            "showgrid": False,
            "ticks": "",
        }
        | _raster_axis([role for role in RASTER_HEIGHTS if role != "pinned"]),
        "yaxis3": every | {"nticks": 3, "title": {"font": {"size": style.FONT_SIZE - 3}}},
        "yaxis4": every
        | {
            "showgrid": False,
            "ticks": "",
            "fixedrange": True,
            "showticklabels": False,
        },
        "xaxis2": every | {"anchor": "y5", "fixedrange": True, "title": {"standoff": 6}},
        "yaxis5": every | {"anchor": "x2", "rangemode": "tozero"},
    }
    return axes | {
        "template": style.template(theme),
        "uirevision": "kept",  # constant: a zoom survives every update
        "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "autoexpand": False},
        "hovermode": "closest",
        "dragmode": "zoom",
        "showlegend": False,
    }
