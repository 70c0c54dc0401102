"""One parameter as a row: name, slider, exact value, unit, whether it is free, and its bounds."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

import ipywidgets as w

from plausiwidgets.models import Parameter
from plausiwidgets.widgets.explorer.numbers import STEPS, dragged, in_box, position, shown, symbol

Changed = Callable[["ParameterRow", str], None]


@dataclass
class Shared:
    """What all rows of an explorer share: each Layout and Style is a message of its own to the page."""

    lock: RLock
    changed: Changed
    refused: Callable[[str], None]
    layout: Any = field(default_factory=w.Layout)
    slider: Any = field(default_factory=lambda: w.FloatSlider(readout=False).style)
    box: Any = field(default_factory=lambda: w.FloatText().style)
    tick: Any = field(default_factory=lambda: w.Checkbox().style)
    text: Any = field(default_factory=lambda: w.HTML().style)


class ParameterRow:
    """A row for one parameter.

    The slider runs over whole positions; the scale (linear, log, asinh) is the parameter's own, the
    same that the optimizer searches on. Every handler holds the explorer's lock, because events
    come on several threads; nested events of the handlers themselves are left out by a flag.

    Parameters
    ----------
    parameter : Parameter
    shared : Shared
        `shared.changed(row, what)` is called after a person changed `what`: ``"value"``,
        ``"bounds"`` or ``"free"``; `shared.refused(text)` says why something was not accepted.

    Attributes
    ----------
    view : ipywidgets.Widget
    value, low, high : float
        Exact value and slider range; `value` may have more digits than its box shows.
    free : bool
        Whether the optimizer may change it.
    """

    def __init__(self, parameter: Parameter, shared: Shared) -> None:
        self.parameter = parameter
        self.value = parameter.default
        self.low, self.high = parameter.low, parameter.high
        self._shared = shared
        self._quiet = False
        self._bounds: tuple[Any, Any] | None = None
        tip = tooltip(parameter)
        name = parameter.name
        unit = "" if parameter.unit == "1" else html.escape(parameter.unit)
        label = w.HTML(
            f'<span class="pw-name" data-name="{name}" title="{html.escape(tip)}">{symbol(name)}</span>'
            f'<span class="pw-unit">{unit}</span>',
            layout=shared.layout,
            style=shared.text,
        )
        label.add_class("pw-label")
        self._slider = w.IntSlider(
            position(parameter, self.value, self.low, self.high),
            min=0,
            max=STEPS,
            readout=False,
            tooltip=tip,
            layout=shared.layout,
            style=shared.slider,
        )
        self._box = w.FloatText(
            in_box(self.value),
            step=None,
            tooltip=f"Exact value of {parameter.name}; allowed: {parameter.limits_text()}",
            layout=shared.layout,
            style=shared.box,
        )
        self._tick = w.Checkbox(
            parameter.free,
            indent=False,
            tooltip=f"Optimize may change {parameter.name}",
            layout=shared.layout,
            style=shared.tick,
        )
        line = w.HBox([label, self._slider, self._box, self._tick], layout=shared.layout)
        line.add_class("pw-line")
        self.view = w.VBox([line], layout=shared.layout)
        self.view.add_class("pw-row")
        self._slider.observe(self._on_slider, "value")
        self._box.observe(self._on_box, "value")
        self._tick.observe(self._on_tick, "value")

    @property
    def free(self) -> bool:
        return bool(self._tick.value)

    @free.setter
    def free(self, value: bool) -> None:
        with self._silence():
            self._tick.value = bool(value)

    def set(self, value: float) -> None:
        """Show an exact value, and widen the bounds where it lies outside; calls nobody back.

        Raises
        ------
        ValueError
            If the value is not finite or outside of the hard limits.
        """
        value = float(self.parameter.check(value))
        with self._silence():
            self.value = value
            if not self.low <= value <= self.high:
                self._set_bounds(min(self.low, value), max(self.high, value))
            self._show()

    def set_bounds(self, low: float, high: float) -> None:
        """Change the slider's range; a value outside of it moves to the nearest end.

        Raises
        ------
        ValueError
            If the range is empty, not finite, or outside of the hard limits.
        """
        self.parameter.check([low, high])
        if not low < high:
            raise ValueError(f"bounds of {self.parameter.name}: {low:g} must be less than {high:g}")
        with self._silence():
            self.value = min(max(self.value, low), high)
            self._set_bounds(float(low), float(high))
            self._show()

    def show_bounds(self, shown: bool) -> None:
        """Show or hide the two boxes for the bounds; they are made on first use."""
        with self._shared.lock:
            line = self.view.children[0]
            self.view.children = (line, self._bounds_line()) if shown else (line,)

    # -- handlers --------------------------------------------------------------------------------

    def _silence(self) -> _Silence:
        return _Silence(self)

    def _show(self) -> None:
        self._slider.value = position(self.parameter, self.value, self.low, self.high)
        self._box.value = in_box(self.value)

    def _on_slider(self, change: Any) -> None:
        with self._shared.lock:
            if self._quiet:
                return
            with self._silence():
                self.value = dragged(self.parameter, int(change["new"]), self.low, self.high)
                self._box.value = in_box(self.value)
            self._shared.changed(self, "value")

    def _on_box(self, change: Any) -> None:
        with self._shared.lock:
            if self._quiet:
                return
            try:
                self.set(change["new"])
            except ValueError as error:
                with self._silence():
                    self._show()
                self._shared.refused(str(error))
                return
            self._shared.changed(self, "value")

    def _on_tick(self, change: Any) -> None:
        with self._shared.lock:
            if not self._quiet:
                self._shared.changed(self, "free")

    def _on_bound(self, change: Any) -> None:
        with self._shared.lock:
            if self._quiet or self._bounds is None:
                return
            low, high = (box.value for box in self._bounds)
            try:
                self.set_bounds(low, high)
            except ValueError as error:
                with self._silence():
                    self._set_bounds(self.low, self.high)
                self._shared.refused(str(error))
                return
            self._shared.changed(self, "bounds")

    def _set_bounds(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        if self._bounds is not None:
            self._bounds[0].value, self._bounds[1].value = in_box(low), in_box(high)

    def _bounds_line(self) -> Any:
        if self._bounds is None:
            boxes = []
            for word, value in (("Lower", self.low), ("Upper", self.high)):
                tip = f"{word} bound of {self.parameter.name}, for the slider and for Optimize"
                box = w.FloatText(
                    in_box(value), step=None, tooltip=tip, layout=self._shared.layout, style=self._shared.box
                )
                box.observe(self._on_bound, "value")
                boxes.append(box)
            self._bounds = (boxes[0], boxes[1])
            text = w.HTML("to", layout=self._shared.layout, style=self._shared.text)
            self._line = w.HBox([boxes[0], text, boxes[1]], layout=self._shared.layout)
            self._line.add_class("pw-bounds")
        return self._line


class _Silence:
    """Holds the lock and keeps a row's own handlers quiet; may be nested."""

    def __init__(self, row: ParameterRow) -> None:
        self._row = row

    def __enter__(self) -> None:
        self._row._shared.lock.acquire()
        self._before = self._row._quiet
        self._row._quiet = True

    def __exit__(self, *_: object) -> None:
        self._row._quiet = self._before
        self._row._shared.lock.release()


def tooltip(parameter: Parameter) -> str:
    """Return what a person reads on pointing at a parameter."""
    unit = f" {parameter.unit}" if parameter.unit else ""
    scale = {"linear": "", "log": ", log scale", "asinh": ", asinh scale"}[parameter.scale]
    lines = [
        f"{parameter.name}: {parameter.description}" if parameter.description else parameter.name,
        f"default {shown(parameter.default)}{unit}; from {shown(parameter.low)}–{shown(parameter.high)}{unit}{scale}",
    ]
    if parameter.source:
        lines.append(f"source: {parameter.source}")
    return "\n".join(lines)
