"""Verdict as a Plotly figure, with response, target, marks of the criteria, and other sweeps or the curve."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np
import plotly.graph_objects as go

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Curve, Pattern, Protocol, Target, Verdict
from plausiwidgets.patterns.status import SYMBOLS, WORDS
from plausiwidgets.support.printed import number
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.drawing.lines import (
    Floats,
    Line,
    VoltageScale,
    curve_points,
    own_lines,
    target_lines,
    voltage_scale,
)
from plausiwidgets.widgets.figures import style
from plausiwidgets.widgets.figures.annotations import Shape, event_window, shapes
from plausiwidgets.widgets.figures.response_figure import CURVE, POTENTIAL, SWEEP, WIDTH, Drawn, Rows

Range = tuple[float, float]

HEADROOM = 0.22
"""Space above the potential for the marks of the criteria, as a share of its height."""

MARK_ROWS, MARK_HEIGHT = 3, 21
"""Maximum number of rows of brackets and arrows above the potential, and height of a row in px."""

WIDEST = 25.0
"""Maximum distance of a diverged potential from rest on the axis, in distances from rest to threshold."""


def verdict_figure(
    verdict: Verdict, model: NeuronModel | None, pattern: Protocol | None, target: Target | None, role: str, dark: bool
) -> go.Figure:
    """Return the figure of a verdict on one parameter set.

    Parameters
    ----------
    verdict : Verdict
    model, pattern : NeuronModel, Protocol or None
        None if the name in the verdict is not registered. The figure then shows only the response.
    target : Target or None
    role : {"yours", "best"}
        Role of the response: that of the user or the best of a search.
    dark : bool

    Raises
    ------
    ValueError
        For a verdict of several sets.
    """
    if isinstance(verdict.loss, np.ndarray):
        raise ValueError(f"plot: a verdict must have a single parameter set, got {len(verdict.loss)}.")
    title = f"{verdict.model if model is None else tr(model.title)}: "
    title += f"{verdict.pattern if pattern is None else tr(pattern.title)}   "
    title += f"{SYMBOLS[verdict.status]} {tr(WORDS[verdict.status])}"
    response = own_lines(verdict.traces, model)
    if model is None or pattern is None:
        sweep, line = next(iter(response.items()))
        units = verdict.traces[sweep].potential_unit, verdict.traces[sweep].current_unit
        rows = Rows([_drawn(role, line, dark)], units, (), dark)
        return rows.finished(title, _extent(line.t))
    return _Judged(verdict, model, pattern, response, target, role, dark).figure(title)


def _drawn(role: str, line: Line, dark: bool, name: str = "") -> Drawn:
    """Return a line with the appearance of its role."""
    titles = {"yours": tr("response"), "target": name, "best": tr(style.ROLE_TITLES["best"])}
    shorts = {"yours": tr("response"), "target": tr("target"), "best": tr(style.SHORT_TITLES["best"])}
    return Drawn(line, titles[role], shorts[role], style.theme(dark).roles[role], style.DASHES[role])


class _Judged:
    """Builder of the figure of a verdict whose model and pattern are registered."""

    def __init__(
        self,
        verdict: Verdict,
        model: NeuronModel,
        pattern: Protocol,
        response: Mapping[str, Line],
        target: Target | None,
        role: str,
        dark: bool,
    ) -> None:
        self.verdict, self.model, self.pattern, self.role, self.dark = verdict, model, pattern, role, dark
        self.target = target
        self.scale = voltage_scale(model, verdict.parameters, response)
        held = next((float(line.current[0]) for line in response.values()), 0.0)
        aims = {} if target is None else target_lines(target, self.scale, model, held)
        self.sweeps = {name: lines for name, lines in (("target", aims), (role, response)) if lines}
        names = next((list(lines) for lines in self.sweeps.values()), [])
        self.main = pattern.main_sweep if pattern.main_sweep in names else next(iter(names), "")
        self.curve = pattern.curve if isinstance(pattern, Pattern) else None
        self.others = [name for name in names if name != self.main] if self.curve is None else []

    def figure(self, title: str) -> go.Figure:
        # A sweep may be missing. For example, a second pulse is not simulated if the first one does not start the
        # neuron.
        lines = {role: own.get(self.main) or next(iter(own.values())) for role, own in self.sweeps.items()}
        drawn = [self._drawn(role, line) for role, line in lines.items()]
        below = [SWEEP] * len(self.others) if self.curve is None else [0, CURVE]
        rows = Rows(drawn, (self.model.states[0].unit, self.model.current.unit), below, self.dark)
        labels = _labels(self.pattern, self.verdict)
        for row, name in enumerate(self.others, 4):
            shown = [self._drawn(role, own[name]) for role, own in self.sweeps.items() if name in own]
            diverged = any(isfinite(one.line.diverged_at) for one in shown)
            rows.sweep(row, labels.get(name, tr(name)) + f" ✗ {tr('diverged')}" * diverged, shown)
        if self.curve is not None:
            self._draw_curve(rows.figure, self.curve)
        if "" in lines or not lines:
            return rows.finished(title, (0.0, 1.0))
        window = self._draw_marks(rows.figure)
        self._fit(rows.figure, list(lines.values()), window)
        return rows.finished(title, window or _extent(np.concatenate([line.t for line in lines.values()])))

    def _drawn(self, role: str, line: Line) -> Drawn:
        return _drawn(role, line, self.dark, "" if self.target is None else tr(_target_title(self.target)))

    def _draw_curve(self, figure: go.Figure, curve: Curve) -> None:
        """Draw the curve that a pattern measures, such as the firing rate at several currents."""
        unit = curve.x_unit or self.model.current.unit
        title = f"{tr(curve.x_label)} ({unit})"
        if curve.onset:
            onset = float(np.asarray(self.verdict.measured[curve.onset]))
            title = f"{tr(curve.x_label)} / {tr(curve.onset)}"
            title += f" ({tr(curve.onset)} {number(onset, 3)} {unit})" if isfinite(onset) else ""
        known = {"target": None if self.target is None else self.target.verdict, self.role: self.verdict}
        for role, verdict in known.items():
            if verdict is not None and role in self.sweeps:
                look = self._drawn(role, next(iter(self.sweeps[role].values())))
                x, y = curve_points(curve, verdict)
                symbol = {"size": 9, "symbol": "diamond-open" if role == "target" else "circle", "color": look.colour}
                group = {"name": look.name, "legendgroup": look.name, "showlegend": False}
                figure.add_scatter(
                    x=x, y=y, mode="lines+markers", line=look.style, marker=symbol, row=5, col=1, **group
                )
        figure.update_xaxes(title_text=title, showticklabels=True, rangemode="tozero", row=5)
        figure.update_yaxes(title_text=f"{tr(curve.y_label)} ({curve.y_unit})", rangemode="tozero", row=5)

    def _draw_marks(self, figure: go.Figure) -> Range | None:
        """Draw the marks of the criteria, and return the time window of the event if it is only a part of the sweep."""
        traces = self.verdict.traces
        if not traces:
            return None
        sweep = self.main if self.main in traces else next(iter(traces))
        found = event_window(self.pattern, sweep, self.verdict.parameters, traces[sweep])
        whole = _extent(traces[sweep].t)
        window = found if found[1] - found[0] < 0.98 * (whole[1] - whole[0]) else None
        marks = shapes(self.pattern, sweep, self.model, self.verdict)
        _add_marks(figure, marks, window or whole, style.theme(self.dark))
        line = self.sweeps[self.role].get(sweep)
        if line is not None and isfinite(line.diverged_at):
            warning = {"color": style.theme(self.dark).warning, "size": style.FONT_SIZE}
            at = {"x": line.diverged_at, "y": self.scale.threshold, "xanchor": "left", "row": 1, "col": 1}
            figure.add_annotation(text=f"✗ {tr('diverged')}", showarrow=False, font=warning, **at)
        return window

    def _fit(self, figure: go.Figure, lines: Sequence[Line], window: Range | None) -> None:
        """Set the range of the potential axis to all lines, or to potentials below the threshold for a fine pattern."""
        low, high = potential_range(lines, self.scale)
        low, high = min(low, self.scale.rest), max(high, self.scale.threshold)
        if any(part.marks for part in self.pattern.components.values()):
            high += HEADROOM * (high - low)
        if window is not None and self.pattern.fine:
            low, high = _below_threshold(self.scale, window, lines)
        margin = 0.06 * (high - low) or 0.5
        figure.update_yaxes(range=[low - margin, high + margin], row=1)


def _labels(pattern: Protocol, verdict: Verdict) -> dict[str, str]:
    """Return a label for each sweep, with its criterion and whether the criterion is met."""
    results = {result.key: result for result in verdict.criteria}
    labels: dict[str, str] = {}
    for prefix, part in pattern.components.items():
        for mark in part.marks:
            result = results.get(prefix + mark.criterion)
            if mark.sweep and result is not None:
                name = part.within(mark.sweep) if prefix else mark.sweep
                title = tr(result.title.removeprefix(part.within("")) if prefix else result.title)
                words = title if tr(mark.sweep) in title else tr(mark.sweep)
                whole = f"{tr(part.title)}: {words}" if prefix else words
                labels.setdefault(name, f"{'✓' if result.passed else '✗'} {whole}")
    return labels


def _add_marks(figure: go.Figure, marks: Sequence[Shape], time: Range, theme: style.Theme) -> None:
    """Draw windows and bands behind the potential, and brackets and arrows with their text above it."""
    rows: dict[tuple[str, ...], int] = {}
    for mark in marks:
        colour = theme.text if mark.ok else theme.warning
        place = {"x0": mark.t0, "x1": mark.t1, "row": 1, "col": 1}
        fill = {"fillcolor": colour, "opacity": 0.14, "line_width": 0, "layer": "below"}
        if mark.form == "band":
            figure.add_shape(type="rect", y0=mark.v0, y1=mark.v1, **place, **fill)
        elif mark.form == "window":
            if not mark.ok:
                figure.add_shape(type="rect", yref="y domain", y0=0.0, y1=1.0, **place, **fill)
        elif (row := rows.setdefault((mark.form, *mark.criteria), len(rows))) < MARK_ROWS:
            y = 1.0 - MARK_HEIGHT * (row + 0.9) / POTENTIAL
            line = {"color": colour, "width": 1.2}
            figure.add_shape(type="line", yref="y domain", y0=y, y1=y, line=line, **place)
            same = sum((other.form, other.criteria) == (mark.form, mark.criteria) for other in marks)
            _add_text(figure, mark, y, same == 1, time, colour)


def _add_text(figure: go.Figure, mark: Shape, y: float, is_alone: bool, time: Range, colour: str) -> None:
    """Write the text of a bracket or an arrow.

    A text that is too wide for its mark is written to the right of a single mark, and is otherwise omitted.
    """
    letters = 7.0 * len(mark.text) * (time[1] - time[0]) / WIDTH
    is_short = mark.t1 - mark.t0 < letters
    if mark.text and isfinite(mark.t1) and (is_alone or not is_short):
        figure.add_annotation(
            text=html.escape(mark.text, quote=False),
            x=mark.t1 if is_short else 0.5 * (mark.t0 + mark.t1),
            xanchor="left" if is_short else "center",
            y=y,
            yref="y domain",
            yanchor="middle" if is_short else "bottom",
            showarrow=False,
            font={"size": style.FONT_SIZE - 3, "color": colour},
            bgcolor="rgba(0,0,0,0)",
            row=1,
            col=1,
        )


def potential_range(lines: Sequence[Line], scale: VoltageScale) -> Range:
    """Return the lowest and the highest drawn potential, limited to a distance from rest for a diverged line."""
    lows, highs = [np.inf], [-np.inf]
    far = WIDEST * (scale.threshold - scale.rest)
    for line in lines:
        low, high = _extent(line.v)
        if isfinite(line.peak) and len(line.spikes):
            high = max(high, line.peak)
        if isfinite(line.diverged_at):
            low, high = max(low, scale.rest - far), min(high, scale.rest + far)
        lows.append(low)
        highs.append(high)
    return min(lows), max(highs)


def _below_threshold(scale: VoltageScale, window: Range, lines: Sequence[Line]) -> Range:
    """Return the range of the potential below the threshold in a time window."""
    top = scale.threshold + 0.4 * (scale.threshold - scale.rest)
    inside = np.concatenate([line.v[(line.t >= window[0]) & (line.t <= window[1])] for line in lines])
    below = inside[inside < top]
    return _extent(below) if below.size else (scale.rest, top)


def _extent(values: Floats) -> Range:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (np.inf, -np.inf)


def _target_title(target: Target) -> str:
    """Return the title of a target, which is "recording" for a recording."""
    return style.ROLE_TITLES["target"] if target.verdict is not None or target.parts else marked("recording")
