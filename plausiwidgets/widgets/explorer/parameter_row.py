"""One parameter as a row: name, slider, exact value, unit, whether it is free, and its bounds."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import ipywidgets as w

from plausiwidgets.models import Parameter
from plausiwidgets.patterns.formatting import number
from plausiwidgets.texts import tr
from plausiwidgets.widgets.session.link import reach
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Session
from plausiwidgets.widgets.session.slider import STEPS, dragged, position
from plausiwidgets.widgets.view.panel import Messages
from plausiwidgets.widgets.view.symbols import symbol

DOWN = '<span aria-hidden="true">↓ </span>'
"""Before the unit of a current that is injected with a minus sign."""

LOCK = (
    '<span class="pw-lock" title="{title}"><svg viewBox="0 0 12 14" aria-hidden="true"><path d="M1 6h10v7H1z"/>'
    '<path class="pw-shackle" d="M3 6V4a3 3 0 0 1 6 0v2"/></svg><span>{word}</span></span>'
)


@dataclass
class RowStyles:
    """Layouts and styles shared by all rows of an explorer: each is a message of its own to the page."""

    layout: w.Layout = field(default_factory=w.Layout)
    slider: w.Widget = field(default_factory=w.FloatSlider.style.klass)
    box: w.Widget = field(default_factory=w.FloatText.style.klass)
    tick: w.Widget = field(default_factory=w.Checkbox.style.klass)
    text: w.Widget = field(default_factory=w.HTML.style.klass)


class ParameterRow:
    """A row for one parameter: it shows what is selected of it, and changes that.

    The slider runs over whole positions; the scale (linear, log, asinh) is the parameter's own, the
    same that the optimizer searches on. The exact value may have more digits than its box shows. The name
    is shown without the `prefix`, where the group says it, and has an arrow where its current goes `downwards`.

    Attributes
    ----------
    view, slider : ipywidgets.Widget
    """

    def __init__(
        self,
        parameter: Parameter,
        session: Session,
        messages: Messages,
        styles: RowStyles,
        prefix: str = "",
        downwards: bool = False,
    ) -> None:
        self.parameter = parameter
        self._session = session
        self._messages = messages
        self._styles = styles
        self._quiet = False
        self._shown: tuple[float, float, float, bool, bool] | None = None
        self._locked = False
        self._bounds: tuple[w.FloatText, w.FloatText] | None = None
        self._bounds_line: w.HBox | None = None
        tip = tooltip(parameter)
        name = parameter.key
        unit = "" if parameter.unit == "1" else html.escape(parameter.unit)
        shown = symbol(name.removeprefix(prefix))
        self._text = (
            f'<span class="pw-name" data-name="{name}" title="{html.escape(tip)}">{shown}</span>'
            f'<span class="pw-unit">{DOWN * downwards}{unit}</span>'
        )
        self._label = w.HTML(self._text, layout=styles.layout, style=styles.text)
        self._label.add_class("pw-label")
        self.slider = w.IntSlider(
            0, min=0, max=STEPS, readout=False, tooltip=tip, layout=styles.layout, style=styles.slider
        )
        limits = parameter.limits_text().replace("finite", tr("finite"))
        limits = tr("Exact value of {name}; allowed: {limits}", name=name, limits=limits)
        self._box = w.FloatText(step=None, tooltip=limits, layout=styles.layout, style=styles.box)
        tick_tip = tr("{name}: Optimize may change it", name=name)
        self._tick = w.Checkbox(indent=False, tooltip=tick_tip, layout=styles.layout, style=styles.tick)
        line = w.HBox([self._label, self.slider, self._box, self._tick], layout=styles.layout)
        line.add_class("pw-line")
        self.view = w.VBox([line], layout=styles.layout)
        self.view.add_class("pw-row")
        self.slider.observe(lambda _: self._on_event(self._dragged, name), "value")
        for widget, change in ((self._box, self._typed), (self._tick, self._ticked)):
            widget.observe(lambda _, change=change: self._on_event(change), "value")

    def show(self, selection: Selection) -> None:
        """Show what is selected of the parameter."""
        name = self.parameter.key
        value, (low, high), free = selection.values[name], selection.bounds[name], name in selection.free
        locked = name in selection.locked
        if (value, low, high, free, locked) == self._shown:
            return
        self._shown = value, low, high, free, locked
        if locked != self._locked:
            self._lock(locked)
        before, self._quiet = self._quiet, True
        try:
            self.slider.value = position(self.parameter, value, low, high)
            self._box.value = in_box(value)
            self._tick.value = free
            if self._bounds is not None:
                self._bounds[0].value, self._bounds[1].value = in_box(low), in_box(high)
        finally:
            self._quiet = before

    def _lock(self, locked: bool) -> None:
        """Let the value be seen but not changed, or let it go."""
        self._locked = locked
        for widget in (self.slider, self._box, self._tick, *(self._bounds or ())):
            widget.disabled = locked
        title = tr("Locked in this exercise: tune the others")
        self._label.value = self._text + (LOCK.format(title=title, word=tr("locked")) if locked else "")
        (self.view.add_class if locked else self.view.remove_class)("pw-locked")

    def show_bounds(self, shown: bool) -> None:
        """Show or hide the two boxes for the bounds; they are made on first use."""
        line = self.view.children[0]
        self.view.children = (line, self._bounds_boxes()) if shown else (line,)

    # -- events: they come on several threads ----------------------------------------------------

    def _on_event(self, change: Callable[[Selection], Selection], control: str = "") -> None:
        with self._session.lock:
            if self._quiet:
                return
            before = self._session.selection
            try:
                self._session.change(change(before), control)
                if self._session.selection is before:  # the same in other digits
                    self._shown = None
                    self.show(before)
            except ValueError as error:
                self._shown = None
                self.show(self._session.selection)
                self._messages.error("value", error)

    def _dragged(self, selection: Selection) -> Selection:
        low, high = selection.bounds[self.parameter.key]
        return selection.with_value(self.parameter.key, dragged(self.parameter, self.slider.value, low, high))

    def _typed(self, selection: Selection) -> Selection:
        return selection.with_value(self.parameter.key, allowed(self.parameter, self._box.value))

    def _ticked(self, selection: Selection) -> Selection:
        others = [name for name in selection.free if name != self.parameter.key]
        return selection.with_free([*others, self.parameter.key] if self._tick.value else others)

    def _bounded(self, selection: Selection) -> Selection:
        assert self._bounds is not None
        low, high = (allowed(self.parameter, box.value) for box in self._bounds)
        return selection.with_bounds(self.parameter.key, low, high)

    def _bounds_boxes(self) -> w.HBox:
        if self._bounds_line is None:
            styles = self._styles
            boxes = []
            bounds = self._session.selection.bounds[self.parameter.key]
            tips = (
                tr("Lower end of the range of {name}, for its slider and for Optimize", name=self.parameter.key),
                tr("Upper end of the range of {name}, for its slider and for Optimize", name=self.parameter.key),
            )
            for tip, value in zip(tips, bounds, strict=True):
                box = w.FloatText(
                    in_box(value), step=None, tooltip=tip, disabled=self._locked, layout=styles.layout, style=styles.box
                )
                box.observe(lambda _: self._on_event(self._bounded), "value")
                boxes.append(box)
            self._bounds = (boxes[0], boxes[1])
            text = w.HTML(tr("to"), layout=styles.layout, style=styles.text)
            self._bounds_line = w.HBox([boxes[0], text, boxes[1]], layout=styles.layout)
            self._bounds_line.add_class("pw-bounds")
        return self._bounds_line


def tooltip(parameter: Parameter) -> str:
    """Return the tooltip of a parameter."""
    unit = f" {parameter.unit}" if parameter.unit else ""
    scale = {"linear": "", "log": tr(", log scale"), "asinh": tr(", asinh scale")}[parameter.scale]
    default, low, high = (number(value) for value in (parameter.default, parameter.low, parameter.high))
    lines = [
        f"{parameter.key}: {tr(parameter.meaning)}" if parameter.meaning else parameter.key,
        tr("default {default}; {low} to {high}", default=f"{default}{unit}", low=low, high=f"{high}{unit}") + scale,
    ]
    if parameter.source:
        lines.append(tr("source: {source}", source=tr(parameter.source)))
    return "\n".join(lines)


def allowed(parameter: Parameter, value: float) -> float:
    """Return a typed value, or refuse it in a sentence.

    Raises
    ------
    ValueError
        Where it is not finite, outside of the hard limits, or absurdly far from the parameter's range.
    """
    low, high = reach(parameter)
    name, unit = parameter.key, "" if parameter.unit in ("", "1") else f" {parameter.unit}"
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a number")
    if parameter.scale == "log" and low <= 0.0 and value <= 0.0:
        raise ValueError(f"{name} must be more than 0{unit}")
    if value < low:
        raise ValueError(f"{name} must be at least {number(low)}{unit}")
    if value > high:
        raise ValueError(f"{name} must be at most {number(high)}{unit}")
    return value


def in_box(value: float) -> float:
    """Return the value that a box shows: six significant digits, and 0 for what rounding left."""
    return 0.0 if abs(value) < 1e-12 else float(f"{value:.6g}")
