"""What the figure is made of, as plain dictionaries in Plotly's terms: rows, traces, layout, template."""

from __future__ import annotations

from typing import Any

from plausiwidgets.widgets.figure import look
from plausiwidgets.widgets.figure.drawing import EMPTY

TIME_ROWS = ("voltage", "raster", "current", "others")
"""Rows that share the time axis, from the top."""

Y_AXES = {
    "voltage": "yaxis",
    "raster": "yaxis2",
    "current": "yaxis3",
    "others": "yaxis4",
    "rates": "yaxis5",
}
X_AXES = {"rates": "xaxis2"}
"""Rows with an x axis of their own."""

DRAWN = ("best", "live", "target")
"""Roles from the back to the front: the dashes of the target let the others show through."""

TRACES = (
    *(f"{role}_voltage" for role in DRAWN),
    *(f"{role}_raster" for role in DRAWN),
    "best_current",
    "live_current",
    *(f"{role}_others" for role in DRAWN),
    *(f"{role}_rates" for role in DRAWN),
    "diverged_voltage",
)
"""Names of all traces, ``<role>_<row>``, in drawing order; the live potential is trace 1."""

TOP, BOTTOM, LEFT = 34, 46, 78
"""Margins in px: the legend above, the title of the lowest axis below, labels and titles of y axes."""

GAP, GAP_WITH_AXIS = 12, 64
"""Space in px between two rows, and below one that has an x axis."""


def trace(name: str, theme: look.Theme) -> dict[str, Any]:
    """Return an empty trace."""
    role, row = name.split("_")
    y_axis = Y_AXES[row].replace("axis", "")
    x_axis = X_AXES.get(row, "xaxis").replace("axis", "")
    common: dict[str, Any] = {"type": "scatter", "x": EMPTY, "y": EMPTY, "xaxis": x_axis, "yaxis": y_axis}
    common |= {"name": look.ROLE_TITLES.get(role, role), "showlegend": False, "mode": "lines"}
    if role in look.ROLES:
        common |= {"legendgroup": role, "legendrank": 1 + look.ROLES.index(role)}
    line = {"dash": look.DASHES.get(role, "solid"), "width": 2.0}
    if role == "diverged":
        common |= {"mode": "markers+text", "hoverinfo": "skip", "cliponaxis": False}
        common |= {"marker": {"symbol": "x", "size": 14}, "textposition": "middle right"}
    elif row == "raster":
        common |= {"mode": "markers", "hovertemplate": "spike at %{x:.1f} ms"}
        common["marker"] = {"symbol": "line-ns-open", "size": 13, "line": {"width": 2}}
    elif row == "rates":
        symbol = {"target": "diamond-open", "live": "circle", "best": "square"}[role]
        common |= {"mode": "lines+markers", "line": line, "marker": {"size": 9, "symbol": symbol}}
        common["hovertemplate"] = "%{y:.1f} Hz"
    elif row == "others":
        common |= {"line": line | {"width": 1.3}, "hoverinfo": "skip"}
    else:
        common["line"] = line
        common["hovertemplate"] = "%{y:.4g} at %{x:.1f} ms"
        common["showlegend"] = role != "best" and row == "voltage"
    return common | colour(name, theme)


def colour(name: str, theme: look.Theme) -> dict[str, Any]:
    """Return the properties of a trace that depend on the theme."""
    role, row = name.split("_")
    if role == "diverged":
        return {"marker_color": theme.warning, "textfont": {"color": theme.warning, "size": look.FONT_SIZE}}
    line = theme.roles.get(role, theme.line)
    if row == "raster":
        return {"marker_color": line, "marker_line_color": line}
    if row == "rates":
        return {"marker_color": line, "line_color": line}
    return {"line_color": line}


def template(theme: look.Theme) -> dict[str, Any]:
    """Return a layout template for a theme."""
    axis: dict[str, Any] = {
        "gridcolor": theme.grid,
        "linecolor": theme.line,
        "tickcolor": theme.line,
        "zeroline": False,
    }
    axis["title"] = {"font": {"size": look.FONT_SIZE}}
    return {
        "layout": {
            "paper_bgcolor": theme.paper,
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": theme.text, "size": look.FONT_SIZE},
            "hoverlabel": {"font": {"size": look.FONT_SIZE}},
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": theme.line, "activecolor": theme.text},
            "xaxis": axis,
            "yaxis": axis,
        }
    }


def layout(theme: look.Theme) -> dict[str, Any]:
    """Return the layout; domains and heights come with :meth:`TraceFigure.set_rows`."""
    every = {"showline": True, "ticks": "outside", "ticklen": 4, "fixedrange": False}
    raster = sorted(look.RASTER_ROWS.items(), key=lambda item: item[1])
    axes: dict[str, Any] = {
        "xaxis": every | {"title": {"text": "time (ms)", "standoff": 6}, "anchor": "y3"},
        "yaxis": every | {"title": {"text": "membrane potential (mV)"}},
        "yaxis2": every
        | {
            "range": [-0.7, 2.7],
            "fixedrange": True,
            "showgrid": False,
            "ticks": "",
            "tickvals": [height for _, height in raster],
            "ticktext": [look.ROLE_TITLES[role] for role, _ in raster],
            "tickfont": {"size": look.FONT_SIZE - 3},
        },
        "yaxis3": every | {"nticks": 3},
        "yaxis4": every
        | {"showgrid": False, "ticks": "", "fixedrange": True, "tickfont": {"size": look.FONT_SIZE - 2}},
        "xaxis2": every
        | {
            "anchor": "y5",
            "type": "log",
            "range": [-4.3, 0.3],
            "fixedrange": True,
            "title": {"text": "current above the rheobase", "standoff": 6},
        },
        "yaxis5": every | {"anchor": "x2", "title": {"text": "rate (Hz)"}, "rangemode": "tozero"},
    }
    return axes | {
        "template": template(theme),
        "uirevision": "kept",  # constant: a zoom survives every update
        "margin": {"l": LEFT, "r": 16, "t": TOP, "b": BOTTOM},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
        "hovermode": "closest",
        "dragmode": "zoom",
        "showlegend": True,
    }
