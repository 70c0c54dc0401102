"""The figure: target, yours, best and pinned of one pattern, one sweep large and the others small."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import ipywidgets as w
import numpy as np

from plausiwidgets.patterns import Target, Verdict
from plausiwidgets.patterns.marks import event_window, shapes
from plausiwidgets.simulation.traces import Traces
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Panel, Response
from plausiwidgets.widgets.view import curves, style
from plausiwidgets.widgets.view.drawing import (
    EMPTY,
    Floats,
    Grid,
    Line,
    corners,
    envelope,
    make_grid,
    own_lines,
    padded,
    target_lines,
    voltage_scale,
)
from plausiwidgets.widgets.view.marks import MarksLayer
from plausiwidgets.widgets.view.page_watch import PageWatch
from plausiwidgets.widgets.view.trace_figure import (
    BEFORE_ALL,
    HEIGHT,
    RASTER_HEIGHTS,
    Range,
    TraceFigure,
    rows_within,
)

OTHERS_HEIGHT, CURVE_HEIGHT = 46, 150
"""Heights in px where there is room for them; of the other sweeps for each of them."""

LANE, PULSES = 0.74, 0.16
"""Shares of its lane that another sweep's potential and its current fill."""

HEADROOM = 0.22
"""What is left above the potential for the marks of the criteria, as a share of its height."""

DIVERGED = " ✗ diverged"
"""Behind the name of a sweep that is drawn small."""


class FigurePanel(Panel):
    """Draws the responses into a :class:`TraceFigure`; a menu chooses the sweep that is drawn large.

    Besides the session, the page changes it (a zoom, a sweep, the width), from any thread: every method
    holds the figure's lock.

    Attributes
    ----------
    figure : TraceFigure
    view : ipywidgets.Widget
        The figure.
    marks : MarksLayer
        Draws what the criteria measure over the figure; anywhere in the explorer.
    sweeps : ipywidgets.Widget
        The menu, in a place that it keeps where there is one sweep only.
    pace : float
        Least time in s between two pictures of a drag: a page that draws the sliders' trace by itself needs few.
    """

    def __init__(self, page: PageWatch, looked_at: Callable[[str], None] = lambda sweep: None) -> None:
        self.figure = TraceFigure()
        self.marks = MarksLayer()
        self._looked_at = looked_at
        self._selection: Selection | None = None
        self._drawn: Selection | None = None  # whose response is drawn as "yours"
        self._sweeps: tuple[str, ...] = ()
        self._large = ""
        self._columns = 900
        self._height = HEIGHT
        self._lines: dict[str, dict[str, Line]] = {}
        self._grids: dict[tuple[object, ...], Grid] = {}
        self._window: Range | None = None
        self._judged: Verdict | None = None  # what is drawn as "yours"
        self.pace = 0.0
        self._drawn_at = -1e9
        self._late: Response | None = None  # what came too soon after another to be drawn
        self._event: Range | None = None
        self._target: Target | None = None
        self._labels: list[str] = []
        self._menu = w.Dropdown(description="Sweep", tooltip="The sweep that is drawn large")
        self._menu.observe(lambda _: self._on_menu(), "value")
        self._offered: tuple[str, ...] = ()
        self.sweeps = w.HBox()
        self.sweeps.add_class("pw-sweeps")
        self.view = self.figure.widget
        self.figure.on_time_range(self._on_zoom)
        self.marks.observe(lambda _: self._on_whole(), "whole")
        page.observe(lambda _: self.figure.set_dark(page.dark), "dark")
        page.observe(lambda _: self._set_size(page.width, page.height), ("width", "height"))

    # -- the session -----------------------------------------------------------------------------

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Begin to show a model and a pattern, where they are others: nothing of those before is left."""
        model, pattern = selection.model, selection.pattern
        if self._selection is not None and self._selection.is_about(model, pattern):
            return
        with self.figure.update():
            self._scale = voltage_scale(model)  # a model of one's own may raise here
            self._selection = selection
            self._curve = pattern.curve
            self._sweeps, self._large = (), pattern.main_sweep
            self._lines, self._grids, self._window, self._target = {}, {}, None, None
            self._drawn = self._judged = self._event = self._late = None
            self.marks.whole = False
            for role in style.ROLES:
                self._clear(role)
            self.figure.set_axis("current", title={"text": f"I ({model.current.unit})"})
            if self._curve is not None:
                self.figure.set_curve_titles(*curves.axis_titles(self._curve, model))
            self._model = model
            self._set_rows()
            self._offer_sweeps()

    def on_response(self, response: Response) -> None:
        """Draw it. After a jump the axes are fitted, and a zoom is forgotten; otherwise they only widen."""
        with self.figure.update():
            if response.role == "target":
                self._target = response.target
                self._draw_target()
                self._fit()
            elif response.verdict is None:
                self._clear(response.role)
                if response.role == "yours":
                    self._drawn = None
                elif response.role == "pinned":
                    self.figure.set_pinned("")
            elif response.role == "pinned":
                self._draw_pinned(response, response.verdict)
            elif response.role == "sketch":
                self._draw_own(replace(response, role="yours"), response.verdict)
                self._drawn = None  # "yours" is drawn over it, though it is of the same selection
            elif response.role == "yours" and not response.jumped and time.monotonic() - self._drawn_at < self.pace:
                self._late = response
            elif response.role == "best" or response.selection is not self._drawn:
                self._draw_own(response, response.verdict)

    def on_rest(self, selection: Selection) -> None:
        """Draw what was left out of a drag, and narrow the voltage axis where it has become much too wide."""
        with self.figure.update():
            if self._late is not None and self._late.verdict is not None:
                self._draw_own(self._late, self._late.verdict)
            before = self.figure.get_range("voltage")
            lines = self._large_lines()
            if before is None or not lines:
                return
            low = min([_least(line.v) for line in lines] + [self._scale.rest])
            if before[1] - before[0] > 1.6 * (1.0 + HEADROOM) * (self._scale.peak - low):
                self.figure.set_range("voltage", *padded(low, self._scale.peak))

    def _draw_own(self, response: Response, verdict: Verdict) -> None:
        yours = response.role == "yours"
        lines = own_lines(verdict.traces, self._scale.peak)
        fit = yours and response.jumped
        if fit:
            self._scale = voltage_scale(response.selection.model, verdict.parameters, lines)
            if self._target is not None:
                self._draw_target()
        if yours:
            self._drawn, self._judged, self._late = response.selection, verdict, None
            self._drawn_at = time.monotonic()
            self._find_event()
        self._draw(response.role, lines, verdict)
        self._fit(force=fit)
        if yours:
            self._draw_marks()
            self._label_small()

    def _draw_target(self) -> None:
        assert self._target is not None
        self._draw("target", target_lines(self._target, self._scale), self._target.verdict)

    def _draw_pinned(self, response: Response, verdict: Verdict) -> None:
        assert response.pinned is not None
        model = response.pinned.model
        lines = own_lines(verdict.traces, model.peak)
        if model.current.unit != self._model.current.unit:  # no axis here has its unit
            lines = {name: replace(line, current=np.full_like(line.current, np.nan)) for name, line in lines.items()}
        self.figure.set_pinned(f"pinned: {model.title}")
        self._draw("pinned", lines, verdict)
        self._fit()

    def _draw(self, role: str, lines: dict[str, Line], verdict: Verdict | None) -> None:
        self._lines[role] = lines
        if (role == "target" or (not self._sweeps and role != "pinned")) and set(self._sweeps) != set(lines):
            self._sweeps = tuple(lines)
            self._set_rows()
            self._offer_sweeps()
            if "pinned" in self._lines and role != "pinned":  # it may have come first
                self._draw_lines("pinned")
        self._draw_lines(role)
        if self._curve is not None and verdict is not None:
            self._draw_curve(role, verdict)

    # -- sweeps ----------------------------------------------------------------------------------

    def _offer_sweeps(self) -> None:
        """Offer the sweeps where there are several."""
        names = self._sweeps if len(self._sweeps) > 1 else ()
        if names != self._offered:
            self._offered = ()  # not the choice of a person
            if names:
                self._menu.options = names
                self._menu.value = self._large if self._large in names else names[0]
            self._offered = names
        self.sweeps.children = (self._menu,) if names else ()

    def _on_menu(self) -> None:
        with self.figure.update():
            if self._menu.value not in self._offered:
                return
            self._large = self._menu.value
            self._find_event()
            self._set_rows()
            for role in self._lines:
                self._draw_lines(role)
            self._fit(force=True)
            self._draw_marks()
        self._looked_at(self._large)

    @property
    def large(self) -> str:
        """Name of the sweep that is drawn large."""
        names = self._lines.get("yours", {})
        return self._large if self._large in names else next(iter(names), "")

    def _large_line(self, role: str) -> Line | None:
        lines = self._lines.get(role, {})
        # A sweep may be missing: a second pulse is not tried on a neuron that the first did not start.
        return lines.get(self._large) or next(iter(lines.values()), None)

    def _large_lines(self) -> list[Line]:
        return [line for role in self._lines if (line := self._large_line(role)) is not None]

    def _small_sweeps(self) -> list[str]:
        return [] if self._curve is not None else [name for name in self._sweeps if name != self._large]

    def _set_rows(self) -> None:
        wanted = {}
        if self._curve is not None:
            wanted["curve"] = CURVE_HEIGHT
        elif small := self._small_sweeps():
            wanted["others"] = OTHERS_HEIGHT * len(small)
        self.figure.set_rows(rows_within(self._height, wanted))
        self._label_small()

    # -- traces ----------------------------------------------------------------------------------

    def _clear(self, role: str) -> None:
        self._lines.pop(role, None)
        rows = ("voltage", "raster", "others", "curve", *(("current",) if role != "target" else ()))
        self.figure.clear(*(f"{role}_{row}" for row in rows))
        if role == "yours":
            self._judged = None
            self._draw_marks()
            self.figure.clear("diverged_voltage")
            self._label_small()

    def _draw_lines(self, role: str) -> None:
        line = self._large_line(role)
        if line is None:
            self._clear(role)
            return
        put = self.figure.put
        grid = self._grid(line.t, self._columns)
        put(f"{role}_voltage", grid.x, envelope(line.v, grid))
        spikes = np.ascontiguousarray(line.spikes, np.float32)
        if role == "yours" and not len(spikes):
            spikes = BEFORE_ALL
        put(f"{role}_raster", spikes, np.full(len(spikes), RASTER_HEIGHTS[role], np.float32))
        if role != "target":
            put(f"{role}_current", *corners(line.t, line.current))
        if role == "yours":
            self._mark_divergence(line)
            self._label_small()
        self._draw_small(role)

    def _draw_small(self, role: str) -> None:
        names = self._small_sweeps()
        if not names:
            return
        xs, ys = [EMPTY], [EMPTY]
        for lane, name in enumerate(reversed(names)):
            line = self._lines[role].get(name)
            if line is None:
                continue
            grid = self._grid(line.t, self._columns // 2)
            low = self._scale.rest - 0.5 * (self._scale.threshold - self._scale.rest)
            height = np.clip((line.v - low) / (self._scale.peak - low), 0.0, 1.0)
            xs += [grid.x, grid.x[-1:]]
            ys += [lane + np.float32(LANE) * envelope(height, grid), np.full(1, np.nan, np.float32)]
            if role == "yours":
                t, current = corners(line.t, line.current)
                low, high = float(current.min()), float(current.max())
                xs += [t, t[-1:]]
                ys += [lane - PULSES + PULSES * (current - low) / max(high - low, 1e-9), np.full(1, np.nan, np.float32)]
        self.figure.put(f"{role}_others", np.concatenate(xs), np.concatenate(ys))

    def _draw_curve(self, role: str, verdict: Verdict) -> None:
        assert self._curve is not None
        x, y = curves.points(self._curve, verdict)
        self.figure.put(f"{role}_curve", x, y)
        if role == "yours":
            self.figure.set_curve_titles(*curves.axis_titles(self._curve, self._model, verdict))

    def _grid(self, t: Floats, columns: int) -> Grid:
        window = self._window or self._event
        key = (len(t), float(t[0]), float(t[-1]), columns, window)
        if key not in self._grids:
            if len(self._grids) > 40:
                self._grids.clear()
            self._grids[key] = make_grid(t, columns, window)
        return self._grids[key]

    def _mark_divergence(self, line: Line) -> None:
        if np.isfinite(line.diverged_at):
            x = np.array([line.diverged_at], np.float32)
            y = np.array([self._scale.threshold], np.float32)
            self.figure.put("diverged_voltage", x, y, text=["diverged"])
        else:
            self.figure.clear("diverged_voltage")

    def _label_small(self) -> None:
        """Name the small traces; where yours diverged it just ends, so its label says why."""
        yours = self._lines.get("yours", {})
        diverged = {name for name, line in yours.items() if np.isfinite(line.diverged_at)}
        asked = self._asked()
        names = reversed(self._small_sweeps())
        labels = [asked.get(name, name) + DIVERGED * (name in diverged) for name in names]
        if labels == self._labels:
            return
        self._labels = labels
        self.figure.set_lanes(labels)

    # -- the event -------------------------------------------------------------------------------

    def _large_trace(self) -> tuple[str, Traces] | None:
        """Return the large sweep of what the sliders say, by its name."""
        traces = {} if self._judged is None else self._judged.traces
        name = self._large if self._large in traces else next(iter(traces), "")
        return (name, traces[name]) if name else None

    def _find_event(self) -> None:
        """Look for when the pattern's event is: what the time axis shows, and is drawn finely."""
        found = self._large_trace()
        self._event = None
        if found is not None and self._selection is not None and self._judged is not None:
            name, trace = found
            window = event_window(self._selection.pattern, name, self._judged.parameters, trace)
            shorter = window[1] - window[0] < 0.98 * float(trace.t[-1] - trace.t[0])
            self.marks.event = shorter
            if shorter and not self.marks.whole:
                self._event = window

    def _draw_marks(self) -> None:
        found = self._large_trace()
        if found is None or self._selection is None or self._judged is None:
            self.marks.shapes = []
            return
        name, trace = found
        drawn = shapes(self._selection.pattern, name, self._selection.model, self._judged.parameters, trace)
        self.marks.show(drawn, self._judged.checks)

    def _on_whole(self) -> None:
        with self.figure.update():
            self._find_event()
            for role in self._lines:
                self._draw_lines(role)
            self._fit(force=True)

    def _asked(self) -> dict[str, str]:
        """Return the name of each sweep with what the pattern asks of it, and whether that is so."""
        if self._judged is None or self._selection is None:
            return {}
        checks = {check.key: check for check in self._judged.checks}
        out: dict[str, str] = {}
        for prefix, part in self._selection.pattern.components.items():
            for mark in part.marks:
                check = checks.get(prefix + mark.criterion)
                if mark.sweep and check is not None:
                    name = part.within(mark.sweep) if prefix else mark.sweep
                    word = f" {what}" if (what := check.name.partition(": ")[2]) else ""
                    out.setdefault(name, f"{'✓' if check.passed else '✗'} {name}{word}")
        return out

    # -- axes ------------------------------------------------------------------------------------

    def _fit(self, force: bool = False) -> None:
        """Widen the axes to what is drawn; with `force`, also narrow them and forget a zoom."""
        lines = self._large_lines()
        if not lines:
            return
        floor = self._scale.rest - 4.0 * (self._scale.threshold - self._scale.rest)
        low = min(max(_least(line.v), floor) for line in lines)
        high = max([self._scale.peak, *(-_least(-line.v) for line in lines)])  # a recording has its own peak
        low = min(low, self._scale.rest)
        if self._selection is not None and any(part.marks for part in self._selection.pattern.components.values()):
            high += HEADROOM * (high - low)
        if self._event is not None and self._selection is not None and self._selection.pattern.fine:
            low, high = self._below_threshold(self._event, lines)
        self._widen("voltage", *padded(low, high), force)
        shown = [line.current for role in self._lines if role != "target" and (line := self._large_line(role))]
        if shown:
            least, most = min(map(_least, shown)), max(-_least(-current) for current in shown)
            self._widen("current", *padded(least, most, 0.15), force)
        if force or self.figure.get_range("time") is None or self._window is None:
            begin, end = min(line.t[0] for line in lines), max(line.t[-1] for line in lines)
            self.figure.set_range("time", *(self._event or (float(begin), float(end))), force)

    def _below_threshold(self, window: Range, lines: list[Line]) -> Range:
        """Return the range of what happens below the threshold in a time window."""
        top = self._scale.threshold + 0.4 * (self._scale.threshold - self._scale.rest)
        inside = np.concatenate([line.v[(line.t >= window[0]) & (line.t <= window[1])] for line in lines])
        below = inside[inside < top]
        return (_least(below), -_least(-below)) if below.size else (self._scale.rest, top)

    def _widen(self, axis: str, low: float, high: float, force: bool) -> None:
        shown = self.figure.get_range(axis)
        if shown is not None and not force:
            low, high = min(low, shown[0]), max(high, shown[1])
        self.figure.set_range(axis, low, high, force)

    def _on_zoom(self, window: Range | None) -> None:
        with self.figure.update():
            if window != self._window:
                self._window = window
                for role in self._lines:
                    self._draw_lines(role)

    def _set_size(self, width: int, height: int) -> None:
        with self.figure.update():
            self.figure.set_width(width)
            if height > 0 and height != self._height:
                self._height = height
                self._set_rows()
            columns = max(200, width - 90)
            if abs(columns - self._columns) > 60:
                self._columns = columns
                self._grids.clear()
                for role in self._lines:
                    self._draw_lines(role)


def _least(values: Floats) -> float:
    return float(np.nanmin(values)) if np.isfinite(values).any() else np.inf
