"""Which model to use? The patterns that each model shows against what it costs, as the picture of 2004 has it."""

from __future__ import annotations

import html
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import plotly.graph_objects as go

from plausiwidgets.arguments import checked
from plausiwidgets.assessment.score import SCORE_COLUMNS, plausibility_score
from plausiwidgets.patterns.formatting import number
from plausiwidgets.widgets.closing import View
from plausiwidgets.widgets.map.labels import Label, place, text_width
from plausiwidgets.widgets.view import style
from plausiwidgets.widgets.view.page_watch import PageWatch
from plausiwidgets.widgets.view.plotly_widget import PlotlyFigure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Judged2004:
    """A model in the comparison of 2004.

    Attributes
    ----------
    name : str
    operations : float
        Floating point operations for 1 ms; of integrate-and-fire-or-burst, 9 to 13, the larger number.
    shown : int or None
        Of the twenty patterns, those that the text says it can show; None where the text does not say.
    """

    name: str
    operations: float
    shown: int | None = None


COMPARED_2004 = (
    Judged2004("integrate-and-fire", 5, 3),
    Judged2004("integrate-and-fire-or-burst", 13),
    Judged2004("resonate-and-fire, and adapting", 10),
    Judged2004("quadratic", 7, 6),
    Judged2004("Izhikevich", 13, 20),
    Judged2004("FitzHugh–Nagumo", 72),
    Judged2004("Hindmarsh–Rose", 120),
    Judged2004("Morris–Lecar", 600),
    Judged2004("Wilson", 180),
    Judged2004("Hodgkin–Huxley", 1200),
)
"""Izhikevich, IEEE Trans. Neural Networks 15(5), 2004, sec. III and fig. 2.

Operations are those of his figure, where resonate-and-fire and adapting integrate-and-fire have the same. The patterns
are those that the text of section III grants: integrate-and-fire tonic spikes, class 1 and integration; quadratic also
latency, a variable threshold and bistability; Izhikevich's all.
"""

WIDTH, HEIGHT = 840, 600
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 50, 64
BELOW = -1.5
"""Where on the axis of patterns a model of 2004 stands whose number of patterns is not given."""
FLOOR, CEILING = -3.0, 21.2
LABEL = 13
"""Size in px of a label."""
NAME_OURS, NAME_2004 = "shown by a search", "2004, by hand"


class PlausibilityChart(View):
    """Patterns shown against operations per ms, a labelled point for each model; made by :func:`plausibility_chart`.

    Attributes
    ----------
    figure : plotly.graph_objects.FigureWidget
        The chart, to be saved or changed further.
    score : pandas.DataFrame
        What it shows, as `plausibility_score` returns it.
    """

    def __init__(self, score: pd.DataFrame) -> None:
        self.score = score
        self._chart = PlotlyFigure(draw(score), ("x", "y", "text"), displayModeBar=False)
        self.figure = self._chart.widget
        page = PageWatch()
        page.observe(lambda change: self._set_dark(change["new"]), "dark")
        left_out = [str(title) for title in score.loc[~(score["operations_per_ms"] > 0), "title"]]
        text = "A count of patterns is what it is: no weight, and no proof that a pattern not found cannot be shown."
        if left_out:
            text += f" Without a known cost, and not drawn: {', '.join(left_out)}."
        super().__init__([page, self.figure, w.HTML(f"<small>{html.escape(text)}</small>")])
        self.layout.overflow = "auto"  # a narrow page scrolls it: labels are placed for one width

    def _set_dark(self, dark: bool) -> None:
        theme = style.theme(dark)
        with self._chart.update():
            self.figure.layout.template = style.template(theme)
            for trace, looks in zip(self.figure.data, _looks(theme), strict=True):
                trace.update(looks)


@checked
def plausibility_chart(table: pd.DataFrame) -> PlausibilityChart:
    """Show the patterns of each model of an assessment against what it costs.

    The picture of Izhikevich (2004), made by the machine: operations for 1 ms at the model's own time step are
    counted from its program (`plausiwidgets.simulation.cost`), its patterns by searches. His own numbers can be
    switched on in the legend: where his text gives no number of patterns, a mark below the axis shows the cost.

    Parameters
    ----------
    table : pandas.DataFrame
        What `plausiwidgets.assess` or `plausibility_score` returned.

    Returns
    -------
    PlausibilityChart
        A widget; ``.figure`` is the Plotly ``FigureWidget``.

    Raises
    ------
    ValueError
        If `table` is neither, or is empty.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.plausibility_chart(pw.assess(["lif", "adex"]))         # doctest: +SKIP
    """
    known = {"shown", "operations_per_ms"} <= set(getattr(table, "columns", ()))
    if known:
        missing = [name for name in SCORE_COLUMNS if name not in table.columns]
        if missing or table.empty:
            what = f"has no column {', '.join(map(repr, missing))}" if missing else "has no rows"
            raise ValueError(f"the score {what}; valid is: the DataFrame that plausibility_score returns")
    return PlausibilityChart(table if known else plausibility_score(table, measure=False))


def draw(score: pd.DataFrame, dark: bool = False) -> go.Figure:
    """Return the chart of a score as a plain Plotly figure.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> table = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], budget=200)
    >>> draw(pw.plausibility_score(table, measure=False)).data[0].y[0]
    1.0
    """
    rows = [row for row in score.to_dict("records") if row["operations_per_ms"] > 0]
    ours = [(float(row["operations_per_ms"]), float(row["shown"])) for row in rows]
    theirs = [(float(m.operations), float(BELOW if m.shown is None else m.shown)) for m in COMPARED_2004]
    costs = [x for x, _ in ours + theirs]
    scale = _Scale(math.log10(min(costs)) - 0.15, math.log10(max(costs)) + 0.25)
    names = [str(row["title"]) for row in rows] + [m.name for m in COMPARED_2004]
    labels = place(
        [scale.pixels(*point) for point in ours + theirs],
        [(text_width(name, LABEL), LABEL + 3) for name in names],
        scale.area,
    )
    n = len(rows)
    theme = style.theme(dark)
    most = int(score["patterns"].max())
    traces = [
        *_series(NAME_OURS, ours, names[:n], labels[:n], scale, [_hover(row) for row in rows], "circle", 11),
        *_series(NAME_2004, theirs, names[n:], labels[n:], scale, [_hover_2004(m) for m in COMPARED_2004],
                 ["line-ns" if m.shown is None else "diamond-open" for m in COMPARED_2004], 9),
    ]  # fmt: skip
    for trace, looks in zip(traces, _looks(theme), strict=True):
        _merge(trace, looks)
    for trace in traces[3:]:
        trace["visible"] = "legendonly"
    return go.Figure(data=traces, layout=_layout(scale, most) | {"template": style.template(theme)})


# -- details -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Scale:
    """The axes: decades of operations per ms from `low` to `high`, and patterns from `FLOOR` to `CEILING`."""

    low: float
    high: float

    @property
    def area(self) -> tuple[float, float]:
        return WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def pixels(self, cost: float, shown: float) -> tuple[float, float]:
        wide, high = self.area
        return (
            (math.log10(cost) - self.low) / (self.high - self.low) * wide,
            (shown - FLOOR) / (CEILING - FLOOR) * high,
        )

    def values(self, x: float, y: float) -> tuple[float, float]:
        wide, high = self.area
        return 10.0 ** (self.low + x / wide * (self.high - self.low)), FLOOR + y / high * (CEILING - FLOOR)


def _series(
    name: str,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    labels: Sequence[Label],
    scale: _Scale,
    hover: Sequence[str],
    symbol: str | list[str],
    size: int,
) -> list[dict[str, Any]]:
    """Return points, their labels, and the lines that lead to these: one entry of the legend."""
    common = {"type": "scatter", "legendgroup": name}
    places = [scale.values(label.x, label.y) for label in labels]
    lines: list[tuple[float | None, float | None]] = []
    for label in labels:
        if label.leader is not None:
            lines += [*(scale.values(*end) for end in label.leader), (None, None)]
    return [
        common | {
            "name": name, "mode": "markers", "x": [x for x, _ in points], "y": [y for _, y in points],
            "text": list(hover), "hovertemplate": "%{text}<extra></extra>", "marker": {"symbol": symbol, "size": size},
        },
        common | {
            "mode": "text", "x": [x for x, _ in places], "y": [y for _, y in places], "text": list(names),
            "textposition": "middle center", "textfont": {"size": LABEL}, "hoverinfo": "skip", "showlegend": False,
        },
        common | {
            "mode": "lines", "x": [x for x, _ in lines], "y": [y for _, y in lines], "line": {"width": 1},
            "hoverinfo": "skip", "showlegend": False,
        },
    ]  # fmt: skip


def _looks(theme: style.Theme) -> list[dict[str, Any]]:
    """Return the colours of all traces: of points, labels and lines, ours and those of 2004."""
    pale = theme.roles["target"]
    return [
        {"marker": {"color": theme.roles["yours"], "line": {"color": theme.paper, "width": 1}}},
        {"textfont": {"color": theme.text}},
        {"line": {"color": theme.line}},
        {"marker": {"color": pale, "line": {"color": pale, "width": 1.5}}, "opacity": 0.75},
        {"textfont": {"color": pale, "style": "italic"}},
        {"line": {"color": theme.grid}},
    ]


def _hover(row: Mapping[Hashable, Any]) -> str:
    lines = [f"<b>{html.escape(str(row['title']))}</b>", f"{row['shown']} of {row['patterns']} patterns shown"]
    for word, text in (("fragile", "fragile"), ("not_found", "not found"), ("failed", "failed")):
        if row[word]:
            lines.append(f"{row[word]} {text}")
    lines.append(f"{number(row['operations_per_ms'], 3)} operations per ms at {number(row['dt'], 3)} ms")
    if row["ns_per_ms"] > 0:
        lines.append(f"{number(row['ns_per_ms'], 3)} ns per ms, measured")
    if row["robustness"] >= 0:
        lines.append(f"median robustness {100 * row['robustness']:.0f} %")
    lines.append(f"{row['free_parameters']:.0f} free parameters")
    return "<br>".join(lines)


def _hover_2004(model: Judged2004) -> str:
    shown = "number of patterns not given" if model.shown is None else f"{model.shown} of 20 patterns, by hand"
    return f"<b>{model.name}</b> (Izhikevich 2004)<br>{shown}<br>{model.operations:g} operations per ms"


def _layout(scale: _Scale, most: int) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM},
        "xaxis": {
            "type": "log", "range": [scale.low, scale.high], "title": {"text": "cost: operations per ms"},
            "fixedrange": True, "dtick": 1, "minor": {"dtick": "D1", "ticks": "outside", "showgrid": False},
            "ticks": "outside", "exponentformat": "none",
        },
        "yaxis": {
            "range": [FLOOR, CEILING], "title": {"text": f"patterns shown, of {most}"}, "fixedrange": True,
            "tickvals": [0, 5, 10, 15, 20],
        },
        "legend": {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
        "showlegend": True,
        "hovermode": "closest",
        "dragmode": False,
    }  # fmt: skip


def _merge(trace: dict[str, Any], more: dict[str, Any]) -> None:
    for name, value in more.items():
        trace[name] = trace[name] | value if isinstance(trace.get(name), dict) else value
