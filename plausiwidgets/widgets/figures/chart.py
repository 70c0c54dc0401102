"""Chart of the patterns that each model shows against its operation count, after the figure of 2004."""

from __future__ import annotations

import html
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from plausiwidgets.assessment.score import SCORE_COLUMNS, plausibility_score
from plausiwidgets.support.arguments import checked
from plausiwidgets.support.picture import BLUE, Axis, Plot, drawn
from plausiwidgets.support.printed import as_image, number
from plausiwidgets.texts import chosen, marked, speaking, tr
from plausiwidgets.widgets.drawing.map_cells import SHORT
from plausiwidgets.widgets.figures import style
from plausiwidgets.widgets.figures.static_image import Figure

if TYPE_CHECKING:
    import pandas as pd


class Judged2004(NamedTuple):
    """Model in the comparison of 2004.

    Attributes
    ----------
    operations : float
        Floating-point operations for 1 ms. For integrate-and-fire-or-burst, it is the larger number of the range from 9
        to 13.
    shown : int or None
        Number of the twenty patterns that the model can show according to the text. None if the text names none.
    """

    operations: float
    shown: int | None = None


COMPARED_2004 = {
    "lif": Judged2004(5, 3),
    "lif_adapt": Judged2004(10),
    "ifb": Judged2004(13),
    "rf": Judged2004(10),
    "qif": Judged2004(7, 6),
    "izhikevich_2004": Judged2004(13, 20),
    "fitzhugh_nagumo": Judged2004(72),
    "hindmarsh_rose": Judged2004(120),
    "morris_lecar": Judged2004(600),
    "wilson": Judged2004(180),
    "hodgkin_huxley": Judged2004(1200),
}
"""Models of Izhikevich, IEEE Trans. Neural Networks 15(5), 2004, sec. III and fig. 2, by their names in the package.

The operations are those of his figure, in which resonate-and-fire and adapting integrate-and-fire have the same number.
The patterns are those that section III ascribes to a model. Integrate-and-fire shows tonic spikes, class 1 excitability
and integration. The quadratic model also shows latency, a variable threshold and bistability. The model of Izhikevich
shows all patterns.
"""

WIDTH, HEIGHT = 620, 560
"""Minimum width of the chart in px, for which the labels are placed, and the height of the chart."""
MARGIN = {"l": 60, "r": 16, "t": 46, "b": 96}
FLOOR, CEILING = -0.8, 21.2
POINT, LABEL = 11, 13
"""Size in px of a point and of a label."""
NAME_OURS, NAME_2004 = (
    marked("verified by a search"),
    marked("2004, by hand (◇ patterns and operations, | operations only)"),
)
CAUTION = marked("The count treats all patterns equally. A pattern that was not found may still be possible.")

# Possible places of a label, with Plotly's name and the offset of its centre from the point in widths and heights.
PLACES = {
    "middle right": (0.5, 0.0),
    "middle left": (-0.5, 0.0),
    "top center": (0.0, 0.8),
    "bottom center": (0.0, -0.8),
    "top right": (0.5, 0.8),
    "bottom right": (0.5, -0.8),
    "top left": (-0.5, 0.8),
    "bottom left": (-0.5, -0.8),
}


@checked
def plausibility_chart(table: pd.DataFrame, *, dark: bool = False, language: str | None = None) -> go.Figure:
    """Show the patterns of each model of an assessment against its operation count.

    The chart repeats the figure of Izhikevich (2004) with computed values. The operations for 1 ms at the model's time
    step are counted in its program (`plausiwidgets.models.operation_count`), and the patterns are found by searches.
    The legend can switch on the numbers of 2004. A line then leads from each model to its operation count of 2004. It
    ends in ◇ at the number of patterns of 2004, or in a bar if the text has no number.

    Parameters
    ----------
    table : pandas.DataFrame
        Table that `plausiwidgets.assess` or `plausibility_score` returned.
    dark : bool
        Whether the chart is for a dark background.
    language : {"en", "de"}, optional
        Language of the texts. The default is the language of the last explorer, or English without an explorer.

    Returns
    -------
    plotly.graph_objects.Figure
        Chart that is as wide as its output area. ``.show()`` shows it, and ``.write_html(path)`` saves it.

    Raises
    ------
    ValueError
        If `table` is another table or empty, or for an unknown language.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.plausibility_chart(pw.assess(["lif", "adex"]))         # doctest: +SKIP
    """
    spoken = chosen("plausibility_chart", language)
    known = {"shown", "operations_per_ms"} <= set(getattr(table, "columns", ()))
    if known:
        if "unverified" not in table.columns:  # A score of version 0.3 has counted these pairs as not robust.
            table = table.assign(unverified=0)
        missing = [name for name in SCORE_COLUMNS if name not in table.columns]
        if missing or table.empty:
            columns = f"the column{'s' * (len(missing) > 1)} {', '.join(map(repr, missing))}"
            what = columns if missing else "at least one row"
            raise ValueError(
                f"plausibility_chart: table must have {what}. Pass the DataFrame that plausibility_score returns."
            )
    score = table if known else plausibility_score(table, measure=False)
    with speaking(spoken):
        figure = Figure(draw(score, dark))
        figure.update_layout(annotations=[_below(_caution(score), style.theme(dark))])
    figure._still = _still(score)
    return figure


def _caution(score: pd.DataFrame) -> str:
    left_out = [tr(str(title)) for title in score.loc[~(score["operations_per_ms"] > 0), "title"]]
    if not left_out:
        return tr(CAUTION)
    return (
        f"{tr(CAUTION)} {tr('Not drawn because the operation count is unknown: {models}.', models=', '.join(left_out))}"
    )


def _below(text: str, theme: style.Theme) -> dict[str, object]:
    """Return an annotation below the axis of operation counts."""
    return {
        "text": "<br>".join(wrap(html.escape(text, quote=False), 84)),
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "x": 0.0,
        "y": 0.0,
        "yshift": -50,
        "xanchor": "left",
        "yanchor": "top",
        "align": "left",
        "font": {"size": style.FONT_SIZE - 3, "color": theme.text},
    }


def _still(score: pd.DataFrame) -> str:
    """Return the picture for a saved notebook."""
    rows = score[score["operations_per_ms"] > 0]
    operations, shown = rows["operations_per_ms"].tolist(), rows["shown"].astype(float).tolist()
    if not operations:
        return ""
    names = [SHORT.get(str(model), str(title)) for model, title in zip(rows["model"], rows["title"], strict=True)]
    low, high = _extent(operations)
    top = max(CEILING, float(score["patterns"].max()) + 1.2)
    plot = Plot(
        Axis(low, high, tr("operations per simulated ms"), np.log), Axis(FLOOR, top, tr("verified patterns")), 458.0
    )
    plot.dots(operations, shown, BLUE, size=9.0)
    places = label_positions(list(zip(operations, shown, strict=True)), names)
    for x, count, name, place in zip(operations, shown, names, places, strict=True):
        if place is not None:
            right, up = PLACES[place]
            plot.label(x, count, name, right=right, up=up)
    return as_image(drawn(plot), tr("Verified patterns against operations per simulated ms"))


def draw(score: pd.DataFrame, dark: bool = False) -> go.Figure:
    """Return the chart of a score as a Plotly figure.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> table = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], budget=200)
    >>> draw(pw.assessment.plausibility_score(table, measure=False)).data[-1].y[0]
    1.0
    """
    theme = style.theme(dark)
    rows = [row for row in score.to_dict("records") if row["operations_per_ms"] > 0]
    operations = [float(row["operations_per_ms"]) for row in rows]
    shown = [float(row["shown"]) for row in rows]
    names = [tr(SHORT.get(row["model"], str(row["title"]))) for row in rows]
    compared = [row for row in rows if row["model"] in COMPARED_2004]
    others = [COMPARED_2004[row["model"]].operations for row in compared]
    positions = label_positions(list(zip(operations, shown, strict=True)), names, others)
    ours = {
        "type": "scatter",
        "name": tr(NAME_OURS),
        "mode": "markers+text",
        "cliponaxis": False,
        "x": operations,
        "y": shown,
        "marker": {"color": theme.roles["yours"], "size": POINT, "line": {"color": theme.paper, "width": 1}},
        "text": [name if position else "" for name, position in zip(names, positions, strict=True)],
        "textposition": [position or "middle right" for position in positions],
        "textfont": {"size": LABEL, "color": theme.text, "shadow": ", ".join([f"0 0 2px {theme.paper}"] * 4)},
        "customdata": [_hover(row) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    layout = _layout(operations, int(score["patterns"].max()), theme)
    return go.Figure(data=[_lines_to_2004(compared, theme.roles["best"]), ours], layout=layout)


def label_positions(
    points: Sequence[tuple[float, float]], names: Sequence[str], others: Sequence[float] = ()
) -> list[str | None]:
    """Return the position of the label of each point, as Plotly's ``textposition``.

    The labels are placed in the order of the operation counts. Each label gets the first of `PLACES` that is inside the
    picture and covers no point and no other label. A position is None if there is no such place. The hover text then
    shows the name.

    Parameters
    ----------
    points : sequence of (float, float)
        Operation count and number of patterns.
    names : sequence of str
    others : sequence of float
        Operation counts to which the axis may be extended, which moves the labels closer together.

    Examples
    --------
    >>> label_positions([(100.0, 5.0), (110.0, 5.0)], ["first", "second"])
    ['middle left', 'middle right']
    """
    wide, high = WIDTH - MARGIN["l"] - MARGIN["r"], HEIGHT - MARGIN["t"] - MARGIN["b"]
    low, top = (math.log10(x) for x in _extent([x for x, _ in points]))
    decade = wide / (top - low)
    dense = wide / (top - min([low, *(math.log10(x) for x in others)]))
    ends = [(math.log10(x) - low) * decade for x, _ in points]
    at = [(math.log10(x) * dense, y * high / (CEILING - FLOOR)) for x, y in points]
    taken = [(x, y, POINT / 2, POINT / 2) for x, y in at]  # centre, half of the width and half of the height
    positions: list[str | None] = [None] * len(points)
    for i in sorted(range(len(points)), key=lambda i: points[i]):
        half, tall = 0.28 * LABEL * len(names[i]) + 2.0, 0.6 * LABEL
        for place, (right, up) in PLACES.items():
            shift = right * (2.0 * half + POINT)
            x, y = at[i][0] + shift, at[i][1] + up * (2.0 * tall + POINT / 2)
            inside = half <= ends[i] + shift <= wide - half
            if inside and all(
                abs(x - a) >= half + b or abs(y - c) >= tall + d for j, (a, c, b, d) in enumerate(taken) if j != i
            ):
                positions[i] = place
                taken.append((x, y, half, tall))
                break
    return positions


# -- details -----------------------------------------------------------------------------------------


def _lines_to_2004(rows: Iterable[Mapping[Hashable, Any]], colour: str) -> dict[str, Any]:
    """Return lines from the models to their numbers of 2004, with a start, an end and a gap for each model."""
    x: list[float | None] = []
    y: list[float | None] = []
    marks: list[str] = []
    text: list[str] = []
    for row in rows:
        then = COMPARED_2004[str(row["model"])]
        x += [row["operations_per_ms"], then.operations, None]
        y += [row["shown"], row["shown"] if then.shown is None else then.shown, None]
        marks += ["circle", "line-ns" if then.shown is None else "diamond-open", "circle"]
        text += ["", _hover_2004(row["title"], then), ""]
    marker = {
        "color": colour,
        "line": {"color": colour, "width": 2},
        "symbol": marks,
        "size": [POINT if words else 0 for words in text],
    }
    return {
        "type": "scatter",
        "name": tr(NAME_2004),
        "mode": "lines+markers",
        "visible": "legendonly",
        "x": x,
        "y": y,
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "marker": marker,
        "opacity": 0.85,
        "line": {"color": colour, "width": 1},
    }


def _hover(row: Mapping[Hashable, Any]) -> str:
    lines = [
        f"<b>{html.escape(tr(str(row['title'])))}</b>",
        tr("{count} of {total} patterns verified", count=row["shown"], total=row["patterns"]),
    ]
    counts = (
        ("fragile", tr("{count} not robust", count=row["fragile"])),
        ("unverified", tr("{count} not verified", count=row["unverified"])),
        ("not_found", tr("{count} not found", count=row["not_found"])),
        ("failed", tr("{count} with an error", count=row["failed"])),
    )
    lines += [words for column, words in counts if row[column]]
    count, dt = number(row["operations_per_ms"], 3), number(row["dt"], 3)
    lines.append(tr("{count} operations per simulated ms at dt = {dt} ms", count=count, dt=dt))
    if row["ns_per_ms"] > 0:
        lines.append(tr("{time} ns per simulated ms, measured", time=number(row["ns_per_ms"], 3)))
    if row["robustness"] >= 0:
        lines.append(tr("median robustness {value} %", value=f"{100 * row['robustness']:.0f}"))
    lines.append(tr("{count} free parameters", count=f"{row['free_parameters']:.0f}"))
    return "<br>".join(lines)


def _hover_2004(title: object, model: Judged2004) -> str:
    shown = tr("number of patterns not given")
    if model.shown is not None:
        shown = tr("{count} of 20 patterns, by hand", count=model.shown)
    head = tr("{model}, values of 2004", model=f"<b>{html.escape(tr(str(title)))}</b>")
    return f"{head}<br>{shown}<br>{tr('{count} operations per simulated ms', count=f'{model.operations:g}')}"


def _extent(operations: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the axis of operation counts, with space for the labels."""
    return min(operations, default=10.0) / 2.0, max(operations, default=1000.0) * 5.0


def _layout(operations: Sequence[float], most: int, theme: style.Theme) -> dict[str, object]:
    return {
        "template": style.template(theme),
        "height": HEIGHT,
        "margin": MARGIN,
        "xaxis": {
            "type": "log",
            "title": {"text": tr("operations per simulated ms")},
            "fixedrange": True,
            "dtick": 1,
            "autorangeoptions": {"include": _extent(operations)},
            "tickformat": "d",
            "ticks": "outside",
            "minor": {"dtick": "D1", "ticks": "outside", "showgrid": False},
        },
        "yaxis": {
            "range": [FLOOR, CEILING],
            "title": {"text": tr("verified patterns (of {total})", total=most)},
            "fixedrange": True,
            "tickvals": [0, 5, 10, 15, 20],
        },
        "legend": {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "traceorder": "reversed"},
        "showlegend": True,
        "hovermode": "closest",
        "dragmode": False,
    }
