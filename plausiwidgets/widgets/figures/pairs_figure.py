"""Sampled parameter sets as a Plotly figure, with the distribution of each parameter and of each pair."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from plausiwidgets import models
from plausiwidgets.models import Parameter
from plausiwidgets.models.parameter import Floats
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.printed import number
from plausiwidgets.texts import tr
from plausiwidgets.widgets.figures import style
from plausiwidgets.widgets.figures.axis import axis

MAX_PARAMETERS = 7
"""Maximum number of drawn parameters, which are those with the narrowest distributions."""
BINS = 24
"""Number of bins over the range of a parameter."""
PANEL, SIDE, HEAD, FOOT = 118, 84, 86, 108
"""Size of a panel, and space on the left, above and below the panels, in px."""
TICKS = 3
"""Number of labels of an axis."""
SPACE = 0.1
"""Space between panels, as a share of a panel."""


def is_sample(table: pd.DataFrame) -> bool:
    """Return whether :func:`plausiwidgets.analysis.sample_accepted` has returned a table."""
    bounds = table.attrs.get("bounds")
    return isinstance(bounds, Mapping) and len(bounds) > 0 and set(bounds) <= set(table.columns) and len(table) > 0


def drawn_of(table: pd.DataFrame) -> list[Parameter]:
    """Return the drawn parameters, which have the narrowest distributions in their ranges, in the order of the table.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> sets = pw.analysis.sample_accepted("lif", "tonic_spiking", n=50, fixed=["v_rest", "t_ref"])
    >>> [p.key for p in drawn_of(sets)]
    ['tau_mem', 'v_threshold', 'v_reset', 'amplitude', 'holding']
    """
    known = []
    for name, about in table.attrs["bounds"].items():
        low, high = float(about["low"]), float(about["high"])
        p = Parameter(
            name, low, low, high, unit=about["unit"], scale=about["scale"], linear_width=about["linear_width"]
        )
        ends = np.asarray(p.transform([low, high]), dtype=float)
        places = (np.asarray(p.transform(table[name].to_numpy(float)), dtype=float) - ends[0]) / (ends[1] - ends[0])
        known.append((float(places.std()), p))
    kept = {p.key for _, p in sorted(known, key=lambda one: one[0])[:MAX_PARAMETERS]}
    return [p for _, p in known if p.key in kept]


@dataclass(frozen=True)
class _Column:
    """The values of one parameter in the sampled sets.

    Attributes
    ----------
    key : str
        Key of the parameter.
    edges : float ndarray, shape [BINS + 1]
        Edges of the bins on the axis.
    places : float ndarray, shape [sets]
        Positions of the values on the axis.
    axis : dict
        Axis in the layout.
    """

    key: str
    edges: Floats
    places: Floats
    axis: dict[str, Any]

    @property
    def centres(self) -> Floats:
        """Centres of the bins, shape [BINS]."""
        return 0.5 * (self.edges[1:] + self.edges[:-1])


def pairs_figure(table: pd.DataFrame, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of sampled sets.

    The diagonal shows the distribution of each parameter over its range, and the panels below it show each pair. A
    dashed line shows the uniform distribution of an unconstrained parameter.
    """
    theme = style.theme(dark)
    columns = [_column(p, table[p.key].to_numpy(float)) for p in drawn_of(table)]
    n = len(columns)
    step = 1.0 / (n + (n - 1) * SPACE)
    data: list[dict[str, object]] = []
    layout: dict[str, object] = {}
    hidden = {"showticklabels": False, "title": {"text": ""}}
    for row, y in enumerate(columns):
        for column, x in enumerate(columns[: row + 1]):
            k = row * n + column + 1
            names = {"xaxis": f"x{k}", "yaxis": f"y{k}"}
            across, up = column * step * (1 + SPACE), (n - 1 - row) * step * (1 + SPACE)
            place = {"domain": [across, across + step], "anchor": f"y{k}"}
            layout[f"xaxis{k}"] = x.axis | place | ({} if row == n - 1 else hidden)
            place = {"domain": [up, up + step], "anchor": f"x{k}"}
            if row == column:
                data += [names | trace for trace in _distribution(x, theme, has_legend=row == 0)]
                shares = {"showticklabels": False, "rangemode": "tozero", "showgrid": False, "zeroline": False}
                layout[f"yaxis{k}"] = shares | place
            else:
                data.append(names | _pair(x, y, theme))
                layout[f"yaxis{k}"] = y.axis | place | ({} if column == 0 else hidden)
    return {"data": data, "layout": layout | _frame(table, n, theme)}


def _column(p: Parameter, values: Floats) -> _Column:
    """Return the values of a parameter on its axis."""
    ends, about = axis(p, np.array([p.low, p.high]), TICKS)
    if "tickvals" not in about:
        about["nticks"] = TICKS
    return _Column(
        p.key,
        np.linspace(float(ends[0]), float(ends[1]), BINS + 1),
        np.clip(np.asarray(p.transform(values), dtype=float), ends[0], ends[1]),
        about | {"range": [float(x) for x in ends], "ticks": "outside", "tickangle": 0, "zeroline": False},
    )


def _distribution(x: _Column, theme: style.Theme, has_legend: bool) -> list[dict[str, object]]:
    """Return the distribution of a parameter as bars, and the uniform distribution as a line."""
    bars = {
        "type": "bar",
        "x": x.centres,
        "y": np.histogram(x.places, x.edges)[0] / x.places.size,
        "width": float(x.edges[1] - x.edges[0]),
        "showlegend": False,
        "marker": {"color": theme.roles["yours"]},
        "name": x.key,
        "hovertemplate": "%{y:.1%}<extra></extra>",
    }
    uniform = {
        "type": "scatter",
        "mode": "lines",
        "x": x.edges[[0, -1]],
        "y": [1.0 / BINS] * 2,
        "line": {"color": theme.text, "dash": "4px,3px", "width": 1.2},
        "hoverinfo": "skip",
        "showlegend": has_legend,
        "name": tr("uniform (unconstrained)"),
    }
    return [bars, uniform]


def _pair(x: _Column, y: _Column, theme: style.Theme) -> dict[str, object]:
    """Return the distribution of two parameters as a heat map."""
    share, _, _ = np.histogram2d(y.places, x.places, [y.edges, x.edges])
    return {
        "type": "heatmap",
        "x": x.centres,
        "y": y.centres,
        "z": np.where(share > 0, share / x.places.size, np.nan),
        "colorscale": [[0.0, theme.grid], [1.0, theme.roles["yours"]]],
        "showscale": False,
        "hovertemplate": "%{z:.1%}<extra></extra>",
        "name": f"{y.key}, {x.key}",
    }


def _frame(table: pd.DataFrame, n: int, theme: style.Theme) -> dict[str, object]:
    """Return the layout around the panels of `n` parameters, with the title, the legend and the limits."""
    size = round(PANEL * (n + (n - 1) * SPACE))
    return {
        "template": style.template(theme),
        "width": size + SIDE + 20,
        "height": size + HEAD + FOOT,
        "margin": {"l": SIDE, "r": 20, "t": HEAD, "b": FOOT},
        "bargap": 0,
        "hovermode": "closest",
        "title": {
            "text": html.escape(_title(table), quote=False),
            "x": 0.0,
            "xref": "paper",
            "yref": "container",
            "y": 1.0,
            "yanchor": "top",
            "pad": {"t": 12},
        },
        "legend": {"orientation": "h", "x": 0.0, "y": 1.0, "yref": "paper", "yanchor": "bottom"},
        "annotations": [
            {
                "text": "<br>".join(html.escape(line, quote=False) for line in _limits(table, n)),
                "showarrow": False,
                "xref": "paper",
                "yref": "paper",
                "x": 0.0,
                "y": 0.0,
                "yshift": -66,
                "xanchor": "left",
                "yanchor": "top",
                "align": "left",
                "font": {"size": style.FONT_SIZE - 3},
            }
        ],
    }


def _title(table: pd.DataFrame) -> str:
    model, pattern = table.attrs["model"], table.attrs["pattern"]
    title = next((tr(models.get(model).title) for name in models.names() if name == model), model)
    return f"{title}: {tr(pattern)}"


def _limits(table: pd.DataFrame, drawn: int) -> list[str]:
    """Return the method and its limits as two lines of text."""
    attrs = table.attrs
    first = tr(
        "{count} solutions after {evaluations} evaluations. Solutions occupy {percent} % of the search space.",
        count=len(table),
        evaluations=attrs["evaluations"],
        percent=number(100.0 * attrs["volume"], 2),
    )
    if drawn < len(attrs["bounds"]):
        first += " " + tr(
            "The plot shows the {drawn} most tightly constrained of {free} parameters.",
            drawn=drawn,
            free=len(attrs["bounds"]),
        )
    second = tr(
        "Every solution meets all criteria, and all solutions count equally. The plot shows the accepted "
        "region, not a posterior probability."
    )
    return [first, second]
