"""The explorer's figure: named traces and named rows, sent to the page in as few messages as can be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import plotly.graph_objects as go

from plausiwidgets.widgets.figure import figure_parts as parts
from plausiwidgets.widgets.figure import look, plotly_widget
from plausiwidgets.widgets.figure.drawing import EMPTY, Singles
from plausiwidgets.widgets.figure.figure_parts import TIME_ROWS, TRACES, X_AXES, Y_AXES

MAX_SECONDS = 1.0
"""Most time in s that an answer of the page counts for: a tab in the background answers when it is looked at."""


class TraceFigure:
    """Named traces and named rows of one ``FigureWidget``.

    Attributes
    ----------
    widget : plotly.graph_objects.FigureWidget
        To be placed in a layout.
    seconds : float
        What the page took for its last update, from sending to its answer; at most `MAX_SECONDS`.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._sent: dict[str, tuple[Any, Any]] = {}
        self._ranges: dict[str, tuple[float, float]] = {}
        self._heights: dict[str, int] = {}
        self._depth = 0
        self._drawing = threading.Condition()
        self._drawn_id = 0
        self._sent_at = 0.0
        self.seconds = 0.0
        colours = look.LIGHT
        figure = go.Figure(data=[parts.trace(name, colours) for name in TRACES], layout=parts.layout(colours))
        self.widget = plotly_widget.make(figure, doubleClick="reset")
        self.widget.drawn = self._on_drawn
        self._index = {name: i for i, name in enumerate(TRACES)}
        self.widget.observe(self._on_view, "_view_count")
        self.widget.observe(self._on_sent, "_last_trace_edit_id")
        self.set_rows({"voltage": 272, "raster": 58, "current": 64})

    # -- changes ---------------------------------------------------------------------------------

    @contextmanager
    def update(self) -> Iterator[None]:
        """Collect all changes of a block in one message; one thread at a time."""
        with self._lock:
            self._depth += 1
            try:
                if self._depth > 1:
                    yield
                else:
                    with self.widget.batch_update():
                        yield
            finally:
                self._depth -= 1

    def put(self, name: str, x: Singles, y: Singles, **properties: Any) -> None:
        """Draw other points in a trace; an array that is the same object as before is not sent again."""
        with self.update():
            trace = self.widget.data[self._index[name]]
            before = self._sent.get(name, (EMPTY, EMPTY))
            if x is not before[0]:
                trace.x = x
            if y is not before[1]:
                trace.y = y
            self._sent[name] = (x, y)
            if properties:
                trace.update(properties)

    def clear(self, *names: str) -> None:
        """Empty traces."""
        with self.update():
            for name in names:
                self.put(name, EMPTY, EMPTY)

    def set_axis(self, row: str, **properties: Any) -> None:
        """Change properties of a row's y axis (title, ticks)."""
        with self.update():
            self.widget.layout[Y_AXES[row]].update(properties)

    def set_rate_ticks(self, texts: Mapping[float, str]) -> None:
        """Label the points of the rate–current curve."""
        with self.update():
            self.widget.layout.xaxis2.update(tickvals=list(texts), ticktext=list(texts.values()))

    def show_legend(self, name: str, shown: bool) -> None:
        """List a trace in the legend, or not."""
        with self.update():
            self.widget.data[self._index[name]].showlegend = shown

    def set_range(self, axis: str, low: float, high: float, force: bool = False) -> None:
        """Set the range of a row's y axis, or of ``"time"``, unless a person has zoomed it.

        With `force` (another pattern) a zoom is forgotten.
        """
        with self.update():
            key = "xaxis" if axis == "time" else Y_AXES[axis]
            ours = self._ranges.get(key)
            shown = self.widget.layout[key].range
            zoomed = ours is not None and shown is not None and not _close(shown, ours)
            if (zoomed and not force) or (ours == (low, high) and not force):
                return
            self._ranges[key] = (low, high)
            self.widget.layout[key].range = (low, high)

    def get_range(self, axis: str) -> tuple[float, float] | None:
        """Return the range that the page shows on an axis."""
        with self._lock:
            shown = self.widget.layout["xaxis" if axis == "time" else Y_AXES[axis]].range
        return None if shown is None else (float(shown[0]), float(shown[1]))

    def set_rows(self, heights: Mapping[str, int]) -> None:
        """Show rows with these heights in px, from top to bottom; every other row is hidden."""
        heights = {row: heights[row] for row in Y_AXES if row in heights}
        if heights == self._heights:
            return
        self._heights = dict(heights)
        last_time_row = [row for row in TIME_ROWS if row in heights][-1]
        gaps = {row: parts.GAP_WITH_AXIS if row in (*X_AXES, last_time_row) else parts.GAP for row in heights}
        gaps[list(heights)[-1]] = 0
        inner = sum(heights.values()) + sum(gaps.values())
        with self.update():
            layout = self.widget.layout
            layout.height = inner + parts.TOP + parts.BOTTOM
            y = float(inner)
            for row, axis in Y_AXES.items():
                shown = row in heights
                layout[axis].visible = shown
                if row in X_AXES:
                    layout[X_AXES[row]].visible = shown
                if not shown:
                    layout[axis].domain = (0.0, 0.001)  # out of the way of the mouse
                if shown:
                    layout[axis].domain = (max(0.0, (y - heights[row]) / inner), min(1.0, y / inner))
                    y -= heights[row] + gaps[row]
            layout.xaxis.anchor = Y_AXES[last_time_row].replace("axis", "")

    def set_left(self, letters: int) -> None:
        """Leave room for labels of so many letters at the left."""
        left = max(parts.LEFT, round(16 + 7.2 * letters))
        with self.update():
            if self.widget.layout.margin.l != left:
                self.widget.layout.margin.l = left

    def set_dark(self, dark: bool) -> None:
        """Switch to the colours for a dark or a light page."""
        colours = look.theme(dark)
        with self.update():
            self.widget.layout.template = parts.template(colours)
            for name in TRACES:
                self.widget.data[self._index[name]].update(parts.colour(name, colours))

    # -- the page --------------------------------------------------------------------------------

    @property
    def drawn(self) -> bool:
        """Whether the page has drawn all that it was sent, or nobody looks."""
        return not self.widget._view_count or self._drawn_id >= self.widget._last_trace_edit_id

    def wait_drawn(self, timeout: float) -> bool:
        """Wait until the page has drawn all, so that updates never queue up there; return whether it has."""
        with self._drawing:
            return self._drawing.wait_for(lambda: self.drawn, timeout)

    def _on_sent(self, _: Any) -> None:
        # Only a message that the page answers counts this number up, just before it goes.
        self._sent_at = time.monotonic()

    def _on_drawn(self, edit: int) -> None:
        with self._drawing:
            self._drawn_id = max(self._drawn_id, edit)
            if self.drawn:
                self.seconds = min(time.monotonic() - self._sent_at, MAX_SECONDS)
            self._drawing.notify_all()

    def on_time_range(self, callback: Callable[[tuple[float, float] | None], None]) -> None:
        """Call `callback` with the time range (ms) whenever a zoom or a pan changes it."""

        def changed(_: Any, shown: tuple[float, float] | None) -> None:
            ours = self._ranges.get("xaxis")
            if shown is None or (ours is not None and _close(shown, ours)):
                callback(None)
            else:
                callback((float(shown[0]), float(shown[1])))

        self.widget.layout.on_change(changed, ("xaxis", "range"))

    def set_width(self, width: int) -> None:
        """Take the width in px that the page offers; told outright, the page need not measure at every update."""
        with self.update():
            self.widget.layout.update(width=width, autosize=False)

    def _on_view(self, change: Any) -> None:
        if change["new"]:
            with self._lock:
                plotly_widget.send_again(self.widget, ("x", "y", "showlegend", "text"))


def _close(a: Any, b: Any) -> bool:
    width = abs(b[1] - b[0]) or 1.0
    return bool(abs(float(a[0]) - b[0]) < 1e-6 * width and abs(float(a[1]) - b[1]) < 1e-6 * width)
