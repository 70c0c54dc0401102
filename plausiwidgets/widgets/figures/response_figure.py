"""Rows of a Plotly figure with the potential, the spikes and the current of responses."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from plausiwidgets.patterns import features as f
from plausiwidgets.texts import tr
from plausiwidgets.widgets.drawing.lines import Floats, Line
from plausiwidgets.widgets.figures import style

WIDTH = 900
"""Width of a figure in px."""

POTENTIAL, SPIKES, CURRENT, SWEEP, CURVE = 300, 22, 70, 62, 170
"""Heights in px of the potential, of the spikes of one line, of the current, of another sweep, and of the curve."""

HEAD, FOOT, GAP, AXIS = 74, 56, 12, 36
"""Space in px above the rows for title and legend, below the rows, between two rows, and for the title of an axis."""

LEGEND, LEGEND_COLUMNS = 20, 6
"""Height in px of a row of the legend, and number of columns of the legend."""

CURRENT_SHARE = 0.25
"""Height of the current below the potential of another sweep, as a share of the height of the potential."""


@dataclass(frozen=True)
class Drawn:
    """Line with its appearance.

    Attributes
    ----------
    line : Line
    name, short : str
        Name in the legend, and next to its row of spikes.
    colour, dash : str
    """

    line: Line
    name: str
    short: str
    colour: str
    dash: str

    @property
    def style(self) -> dict[str, object]:
        """Colour, dash and width of the line for Plotly."""
        return {"color": self.colour, "dash": self.dash, "width": style.LINE_WIDTH}


class Rows:
    """Figure with rows for the potential, the spikes of each line and the current, which share a time axis.

    Parameters
    ----------
    lines : sequence of Drawn
        Lines from back to front.
    units : (str, str)
        Units of the potential and of the current.
    below : sequence of int
        Heights in px of further rows. A height of 0 leaves space for the title of the time axis.
    dark : bool
    """

    def __init__(self, lines: Sequence[Drawn], units: tuple[str, str], below: Sequence[int], dark: bool) -> None:
        self.lines, self.theme = lines, style.theme(dark)
        self.time_rows = 3
        heights = [POTENTIAL, SPIKES * len(lines), CURRENT, *below]
        inner = sum(height or AXIS for height in heights) + GAP * (len(heights) - 1)
        head = HEAD + LEGEND * ((len(lines) - 1) // LEGEND_COLUMNS)
        self.figure = make_subplots(
            len(heights),
            1,
            vertical_spacing=GAP / inner,
            row_heights=[(height or AXIS) / inner for height in heights],
            specs=[[{} if height else None] for height in heights],
        )
        self.figure.update_layout(
            template=style.template(self.theme),
            width=WIDTH,
            height=inner + head + FOOT,
            margin={"l": 74, "r": 12, "t": head, "b": FOOT},
            legend={"orientation": "h", "x": 0.0, "y": 1.0, "yref": "paper", "yanchor": "bottom"},
        )
        self.figure.update_xaxes(showline=True, ticks="outside", showticklabels=False)
        self.figure.update_yaxes(showline=True, ticks="outside")
        self._potential(units[0])
        self._spikes()
        self._current(units[1])

    def _potential(self, unit: str) -> None:
        for drawn in self.lines:
            line = drawn.line
            self.figure.add_scatter(
                x=line.t,
                y=line.v,
                name=drawn.name,
                legendgroup=drawn.name,
                showlegend=True,
                line=drawn.style,
                hovertemplate="%{y:.4g} at %{x:.1f} ms",
                row=1,
                col=1,
            )
            x, y = _to_peak(line)
            if x.size:
                self._hidden(1, x, y, drawn, line={"color": drawn.colour, "width": 1.2}, opacity=0.6, hoverinfo="skip")
        self.figure.update_yaxes(title_text=_with_unit(tr("potential (mV)"), unit), row=1)

    def _spikes(self) -> None:
        """Draw a tick at each spike and a box around each burst."""
        count = len(self.lines)
        for place, drawn in enumerate(self.lines):
            times, height = drawn.line.spikes, count - place
            x = np.repeat(times, 3)
            y = np.tile([height - 0.3, height + 0.3, np.nan], len(times))
            width = {"color": drawn.colour, "width": 2}
            self._hidden(2, x, y, drawn, line=width, hovertemplate="spike at %{x:.1f} ms")
            for begin, end in bursts(times):
                self.figure.add_shape(
                    type="rect",
                    x0=begin,
                    x1=end,
                    y0=height - 0.42,
                    y1=height + 0.42,
                    line={"color": drawn.colour, "width": 1},
                    row=2,
                    col=1,
                )
        self.figure.update_yaxes(
            range=[0.4, count + 0.6],
            tickvals=list(range(count, 0, -1)),
            ticktext=[drawn.short for drawn in self.lines],
            tickfont_size=style.FONT_SIZE - 3,
            showgrid=False,
            ticks="",
            row=2,
        )

    def _current(self, unit: str) -> None:
        for drawn in self.lines:
            hover = "%{y:.4g} at %{x:.1f} ms"
            self._hidden(3, drawn.line.t, drawn.line.current, drawn, line=drawn.style, hovertemplate=hover)
        self.figure.update_yaxes(title_text=_with_unit("I (mV)", unit), nticks=4, row=3)

    def _hidden(self, row: int, x: Floats, y: Floats, drawn: Drawn, **properties: object) -> None:
        """Add a trace without its own legend entry, which is shown and hidden together with the potential."""
        self.figure.add_scatter(
            x=x,
            y=y,
            name=drawn.name,
            legendgroup=drawn.name,
            showlegend=False,
            mode="lines",
            row=row,
            col=1,
            **properties,
        )

    def sweep(self, row: int, label: str, lines: Sequence[Drawn]) -> None:
        """Draw another sweep in its own row, with the potentials, the current of the last line and a label."""
        for drawn in lines:
            thin = drawn.style | {"width": 1.3}
            self._hidden(row, drawn.line.t, drawn.line.v, drawn, line=thin, hoverinfo="skip")
            x, y = _to_peak(drawn.line)
            self._hidden(row, x, y, drawn, line={"color": drawn.colour, "width": 1.0}, opacity=0.6, hoverinfo="skip")
        if lines:
            self._hidden(
                row, *_current_below(lines), lines[-1], line=lines[-1].style | {"width": 1.0}, hoverinfo="skip"
            )
        self.figure.update_yaxes(showticklabels=False, ticks="", showgrid=False, row=row)
        self.figure.add_annotation(
            text=html.escape(label, quote=False),
            x=0.996,
            xref="x domain",
            y=0.98,
            yref="y domain",
            xanchor="right",
            yanchor="top",
            showarrow=False,
            font_size=style.FONT_SIZE - 2,
            row=row,
            col=1,
        )
        self.time_rows = row

    def finished(self, title: str, time: tuple[float, float]) -> go.Figure:
        """Return the figure with a title and with one time axis for all rows that show time."""
        last = self.time_rows
        for row in range(1, last + 1):
            self.figure.update_xaxes(matches="x", range=list(time), row=row)
        self.figure.update_xaxes(title_text=tr("time (ms)"), showticklabels=True, row=last)
        self.figure.update_layout(
            title={
                "text": html.escape(title, quote=False),
                "x": 0.0,
                "xref": "paper",
                "y": 1.0,
                "yanchor": "top",
                "pad_t": 12,
            },
            showlegend=len(self.lines) > 1,
        )
        if any(_to_peak(drawn.line)[0].size for drawn in self.lines):
            self.figure.add_annotation(
                text=tr("thin lines: spikes drawn to their peak"),
                xref="paper",
                x=0.0,
                yref="paper",
                y=0.0,
                xanchor="left",
                yanchor="top",
                yshift=12 - FOOT,
                showarrow=False,
                font_size=style.FONT_SIZE - 3,
            )
        return self.figure


def bursts(times: Floats) -> list[tuple[float, float]]:
    """Return the times of the first and the last spike of each burst.

    Examples
    --------
    >>> bursts(np.array([0.0, 3.0, 6.0, 60.0, 63.0, 66.0]))
    [(0.0, 6.0), (60.0, 66.0)]
    """
    gaps = f.burst_gaps(times[None])[0]
    if not gaps.any():
        return []
    groups = np.split(times, np.flatnonzero(gaps) + 1)
    return [(float(group[0]), float(group[-1])) for group in groups if len(group) > 1]


def _to_peak(line: Line) -> tuple[Floats, Floats]:
    """Return a vertical line from the potential to the peak at each spike of a neuron with a reset."""
    nothing = np.zeros(0)
    if not isfinite(line.peak) or len(line.t) < 2:
        return nothing, nothing
    k = np.rint((line.spikes - line.t[0]) / (line.t[1] - line.t[0])).astype(int)
    k = k[(k >= 0) & (k < len(line.t))]
    k = k[line.v[k] < line.peak]
    y = np.column_stack([line.v[k], np.full(len(k), line.peak), np.full(len(k), np.nan)])
    return np.repeat(line.t[k], 3), y.ravel()


def _current_below(lines: Sequence[Drawn]) -> tuple[Floats, Floats]:
    """Return the current of the last line, scaled to the space below all potentials."""
    last, v = lines[-1].line, np.concatenate([drawn.line.v for drawn in lines])
    low, high = np.nanmin(v), np.nanmax(v)
    least, most = np.nanmin(last.current), np.nanmax(last.current)
    height = CURRENT_SHARE * (high - low)
    return last.t, low - 1.4 * height + height * (last.current - least) / max(most - least, 1e-9)


def _with_unit(title: str, unit: str) -> str:
    """Return the title of an axis with another unit than mV, or without a unit for dimensionless values."""
    return title.replace(" (mV)", "") if unit in ("", "1") else title.replace("mV", unit)
