"""What the figure shows: target, live and best of one pattern, one sweep large and the others small."""

from __future__ import annotations

from typing import Any

import numpy as np

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Pattern, Target, Verdict
from plausiwidgets.widgets.figure import look
from plausiwidgets.widgets.figure.drawing import (
    EMPTY,
    Floats,
    Grid,
    corners,
    envelope,
    make_grid,
    padded,
)
from plausiwidgets.widgets.figure.figure import TraceFigure
from plausiwidgets.widgets.figure.lines import Line, own_lines, target_lines, voltage_scale
from plausiwidgets.widgets.figure.rates import ABOVE_TEXTS, rate_curve, shows_rates

HEIGHTS = {"voltage": 272, "raster": 58, "current": 64}
OTHERS_HEIGHT, RATES_HEIGHT = 44, 150
"""Heights in px; of the other sweeps for each of them."""

LANE = 0.8
"""Share of its lane that another sweep's trace fills."""

DIVERGED = "<br>✗ diverged"
"""Behind the name of a sweep that is drawn small."""


class Scene:
    """Draws verdicts into a :class:`TraceFigure`.

    Every method holds the figure's lock. A verdict that belongs to another topic (model and
    pattern) than the shown one is left out, however late it comes.

    Attributes
    ----------
    topic : int
        Number of the shown topic.
    sweeps : tuple of str
        Names of the pattern's sweeps.
    shown : str
        Name of the sweep that is drawn large.
    """

    def __init__(self, figure: TraceFigure) -> None:
        self.figure = figure
        self.topic = 0
        self.sweeps: tuple[str, ...] = ()
        self.shown = ""
        self.columns = 900
        self._lines: dict[str, dict[str, Line]] = {}
        self._grids: dict[tuple[Any, ...], Grid] = {}
        self._window: tuple[float, float] | None = None
        self._target: Target | None = None
        self._labels: list[str] = []
        figure.on_time_range(self._on_zoom)

    # -- topic -----------------------------------------------------------------------------------

    def set_topic(self, topic: int, model: NeuronModel, pattern: Pattern) -> None:
        """Begin to show a model and a pattern: nothing of the topic before is left."""
        with self.figure.update():
            self.topic, self.model, self.pattern = topic, model, pattern
            self.sweeps, self.shown = (), pattern.main_sweep
            self._lines, self._grids, self._window = {}, {}, None
            self.scale, self._target = voltage_scale(model), None
            for role in look.ROLES:
                self.clear(role)
            self.figure.set_axis("current", title={"text": f"I ({model.current.unit})"})
            self._set_rows()

    def select(self, sweep: str) -> None:
        """Draw another sweep large."""
        with self.figure.update():
            self.shown = sweep
            self._set_rows()
            for role in self._lines:
                self._draw(role)
            self.fit(force=True)

    # -- roles -----------------------------------------------------------------------------------

    def draw(self, role: str, verdict: Verdict, topic: int, fit: bool = False) -> None:
        """Draw the traces of a verdict.

        Parameters
        ----------
        role : {"live", "best"}
        verdict : Verdict
            Of one set.
        topic : int
            What it belongs to.
        fit : bool
            After a jump, not a drag: fit the axes, forgetting a zoom, and map the target anew.
            Otherwise the axes only widen, and the target stays.
        """
        with self.figure.update():
            if topic != self.topic:
                return
            lines = own_lines(verdict.traces, self.scale.peak)
            if fit and role == "live":
                self.scale = voltage_scale(self.model, verdict.parameters, lines)
                if self._target is not None:
                    self.draw_target(self._target, topic)
            self._show(role, lines, verdict)
            self.fit(force=fit)

    def draw_target(self, target: Target, topic: int) -> None:
        """Draw the target, its potential mapped onto the model's: rest to rest, threshold to threshold."""
        with self.figure.update():
            if topic == self.topic:
                self._target = target
                self._show("target", target_lines(target, self.scale), target.verdict)
                self.fit()

    def _show(self, role: str, lines: dict[str, Line], verdict: Verdict | None) -> None:
        self._lines[role] = lines
        if (role == "target" or not self.sweeps) and set(self.sweeps) != set(lines):
            self.sweeps = tuple(lines)
            self._set_rows()
        self._draw(role)
        if verdict is not None and shows_rates(self.pattern):
            self.figure.put(f"{role}_rates", *rate_curve(verdict))

    def has(self, role: str) -> bool:
        """Return whether a role is drawn."""
        return role in self._lines

    def clear(self, role: str) -> None:
        """Draw nothing for a role."""
        with self.figure.update():
            self._lines.pop(role, None)
            names = [f"{role}_{row}" for row in ("voltage", "raster", "others", "rates")]
            self.figure.clear(*names, *([f"{role}_current"] if role != "target" else []))
            if role == "live":
                self.figure.clear("diverged_voltage")
                self._label_others()
            if role == "best":
                self.figure.show_legend("best_voltage", False)

    def fit(self, force: bool = False) -> None:
        """Widen the axes to what is drawn; with `force`, also narrow them and forget a zoom."""
        lines = [line for role in self._lines if (line := self._large(role)) is not None]
        if not lines:
            return
        floor = self.scale.rest - 4.0 * (self.scale.threshold - self.scale.rest)
        low = min(max(_least(line.v), floor) for line in lines)
        self._widen("voltage", *padded(min(low, self.scale.rest), self.scale.peak), force)
        self._widen(
            "current",
            *padded(min(_least(line.current) for line in lines), max(-_least(-line.current) for line in lines), 0.15),
            force,
        )
        begin, end = min(line.t[0] for line in lines), max(line.t[-1] for line in lines)
        shown = self.figure.get_range("time")
        if force or shown is None or self._window is None:
            self.figure.set_range("time", float(begin), float(end), force)

    def settle(self) -> None:
        """Narrow an axis that has become much too wide; called when nobody drags."""
        with self.figure.update():
            before = self.figure.get_range("voltage")
            lines = [line for role in self._lines if (line := self._large(role)) is not None]
            if before is None or not lines:
                return
            low = min([_least(line.v) for line in lines] + [self.scale.rest])
            if before[1] - before[0] > 1.6 * (self.scale.peak - low):
                self.figure.set_range("voltage", *padded(low, self.scale.peak))

    def set_width(self, width: int) -> None:
        """Draw for a figure of `width` px."""
        with self.figure.update():
            self.figure.set_width(width)
            columns = max(200, width - 90)
            if abs(columns - self.columns) > 60:
                self.columns = columns
                self._grids.clear()
                for role in self._lines:
                    self._draw(role)

    # -- details ---------------------------------------------------------------------------------

    def _large(self, role: str) -> Line | None:
        lines = self._lines.get(role, {})
        # A sweep may be missing: a second pulse is not tried on a neuron that the first did not start.
        return lines.get(self.shown) or next(iter(lines.values()), None)

    def _grid(self, t: Floats, columns: int) -> Grid:
        key = (len(t), float(t[0]), float(t[-1]), columns, self._window)
        if key not in self._grids:
            if len(self._grids) > 40:
                self._grids.clear()
            self._grids[key] = make_grid(t, columns, self._window)
        return self._grids[key]

    def _draw(self, role: str) -> None:
        line = self._large(role)
        if line is None:
            self.clear(role)
            return
        put = self.figure.put
        grid = self._grid(line.t, self.columns)
        put(f"{role}_voltage", grid.x, envelope(line.v, grid))
        spikes = np.ascontiguousarray(line.spikes, np.float32)
        put(f"{role}_raster", spikes, np.full(len(spikes), look.RASTER_ROWS[role], np.float32))
        if role != "target":
            put(f"{role}_current", *corners(line.t, line.current))
        if role == "live":
            self._mark_divergence(line)
            self._label_others()
        if role == "best":
            self.figure.show_legend("best_voltage", True)
        self._draw_others(role)

    def _draw_others(self, role: str) -> None:
        names = self._others()
        if not names:
            return
        xs, ys = [EMPTY], [EMPTY]
        for lane, name in enumerate(reversed(names)):
            line = self._lines[role].get(name)
            if line is None:
                continue
            grid = self._grid(line.t, self.columns // 2)
            low = self.scale.rest - 0.5 * (self.scale.threshold - self.scale.rest)
            height = np.clip((line.v - low) / (self.scale.peak - low), 0.0, 1.0)
            xs += [grid.x, grid.x[-1:]]
            ys += [lane + np.float32(LANE) * envelope(height, grid), np.full(1, np.nan, np.float32)]
        self.figure.put(f"{role}_others", np.concatenate(xs), np.concatenate(ys))

    def _mark_divergence(self, line: Line) -> None:
        if np.isfinite(line.diverged_at):
            x = np.array([line.diverged_at], np.float32)
            y = np.array([self.scale.threshold], np.float32)
            self.figure.put("diverged_voltage", x, y, text=["diverged"])
        else:
            self.figure.clear("diverged_voltage")

    def _others(self) -> list[str]:
        """Return the sweeps that are drawn small."""
        return [] if shows_rates(self.pattern) else [name for name in self.sweeps if name != self.shown]

    def _set_rows(self) -> None:
        heights = dict(HEIGHTS)
        if shows_rates(self.pattern):
            heights["rates"] = RATES_HEIGHT
            self.figure.set_rate_ticks(ABOVE_TEXTS)
        elif others := self._others():
            heights["others"] = max(80, OTHERS_HEIGHT * len(others))
        self.figure.set_rows(heights)
        self._label_others()

    def _label_others(self) -> None:
        """Name the small traces; where the live one diverged it just ends, so its label says why."""
        live = self._lines.get("live", {})
        lost = {name for name, line in live.items() if np.isfinite(line.diverged_at)}
        labels = [name + DIVERGED * (name in lost) for name in reversed(self._others())]
        if labels == self._labels:
            return
        self._labels = labels
        self.figure.set_left(max((len(part) for label in labels for part in label.split("<br>")), default=0))
        if labels:
            lanes = range(len(labels))
            self.figure.set_axis(
                "others", range=[-0.15, len(labels)], tickvals=[lane + 0.25 for lane in lanes], ticktext=labels
            )

    def _widen(self, axis: str, low: float, high: float, force: bool) -> None:
        shown = self.figure.get_range(axis)
        if shown is not None and not force:
            low, high = min(low, shown[0]), max(high, shown[1])
        self.figure.set_range(axis, low, high, force)

    def _on_zoom(self, window: tuple[float, float] | None) -> None:
        with self.figure.update():
            if window != self._window:
                self._window = window
                for role in self._lines:
                    self._draw(role)


def _least(values: Floats) -> float:
    return float(np.nanmin(values)) if np.isfinite(values).any() else np.inf
