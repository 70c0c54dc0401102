"""The column of sliders: the rows of a model and of a pattern's stimulus, in groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

import ipywidgets as w

from plausiwidgets.models import NeuronModel
from plausiwidgets.models.parameter import GROUPS
from plausiwidgets.patterns import Pattern
from plausiwidgets.widgets.explorer.controls import ParameterRow, Shared
from plausiwidgets.widgets.explorer.setting import Setting
from plausiwidgets.widgets.explorer.state import DT_RANGE


class ParameterPanel:
    """Rows for every parameter of the shown model and pattern.

    Rows are kept: a model's values are still there when it is shown again, and the values of a
    stimulus belong to model and pattern (the object: one of a person's own may have a known key).

    Parameters
    ----------
    lock : RLock
        The explorer's.
    changed : callable
        ``changed(row, what)``, with row None for the time step.
    refused : callable
        ``refused(text)`` says why something was not accepted.
    """

    def __init__(
        self,
        lock: RLock,
        changed: Callable[[ParameterRow | None, str], None],
        refused: Callable[[str], None],
    ) -> None:
        self._lock = lock
        self._changed = changed
        self._refused = refused
        self._shared = Shared(lock, changed, refused)
        self._rows: dict[object, dict[str, ParameterRow]] = {}
        self._shown: list[Pattern] = []  # kept alive, so that no other gets the id of one
        self._boxes: dict[str, Any] = {}
        self._dts: dict[int, float] = {}
        self._quiet = False
        self.rows: dict[str, ParameterRow] = {}
        self._bounds = w.ToggleButton(
            False, description="Bounds", icon="arrows-h", tooltip="Show and edit the range of every slider"
        )
        self._bounds.observe(self._on_bounds, "value")
        self._dt = w.FloatText(0.1, tooltip="Time step of the simulation in ms", step=None)
        self._dt.observe(self._on_dt, "value")
        head = w.HBox([w.HTML('<span class="pw-title">Parameters</span>'), self._bounds])
        head.add_class("pw-head")
        dt_line = w.HBox([w.HTML("time step (ms)"), self._dt])
        dt_line.add_class("pw-dt")
        self._groups = w.VBox()
        self._groups.add_class("pw-groups")
        self.view = w.VBox([head, self._groups, dt_line])
        self.view.add_class("pw-parameters")

    def show(self, model: NeuronModel, pattern: Pattern) -> None:
        """Show the rows of a model and a pattern, with the values they had when last shown."""
        with self._lock:
            self._model, self._pattern = model, pattern
            if not any(pattern is shown for shown in self._shown):
                self._shown.append(pattern)
            rows = dict(self._made(model, model.parameters))
            rows |= self._made((model, id(pattern)), pattern.stimulus_parameters(model))
            self.rows = rows
            self._on_bounds(None)
            children: list[Any] = []
            for group in GROUPS:
                members = [row.view for row in rows.values() if row.parameter.group == group]
                box = self._box(group)
                box.children = (box.children[0], *members)
                if members:
                    children.append(box)
            self._groups.children = tuple(children)
            self.dt = self._dts.get(id(model), model.dt)

    def _made(self, key: object, parameters: Mapping[str, Any]) -> dict[str, ParameterRow]:
        if key not in self._rows:
            self._rows[key] = {name: ParameterRow(p, self._shared) for name, p in parameters.items()}
        return self._rows[key]

    def _box(self, group: str) -> Any:
        if group not in self._boxes:
            tip = "Ticked: Optimize may change this parameter"
            head = w.HTML(
                f'<div class="pw-group"><span>{group}</span><small>value</small><small title="{tip}">free</small></div>'
            )
            self._boxes[group] = w.VBox([head])
        return self._boxes[group]

    # -- values ----------------------------------------------------------------------------------

    def values(self) -> dict[str, float]:
        """Return the exact value of every row."""
        with self._lock:
            return {name: row.value for name, row in self.rows.items()}

    def set_values(self, values: Mapping[str, float]) -> None:
        """Put values on the rows that have their names; calls nobody back.

        Raises
        ------
        ValueError
            If one is not finite or outside of its hard limits; then no row has changed.
        """
        with self._lock:
            mine = {name: value for name, value in values.items() if name in self.rows}
            for name, value in mine.items():
                self.rows[name].parameter.check(value)
            for name, value in mine.items():
                self.rows[name].set(value)

    def setting(self) -> Setting:
        """Return all that is set."""
        with self._lock:
            return Setting(self._model, self._pattern, self.values(), self.dt, self.bounds(), self.free())

    def apply(self, setting: Setting) -> None:
        """Put a setting of the shown model and pattern on the rows; calls nobody back.

        Raises
        ------
        ValueError
            If a value or a range is not finite or outside of its hard limits.
        """
        with self._lock:
            for name, (low, high) in (setting.bounds or {}).items():
                self.rows[name].set_bounds(low, high)
            self.set_values(setting.values or {})
            if setting.free is not None:
                for name, row in self.rows.items():
                    row.free = name in setting.free
            if setting.dt is not None:
                self.dt = setting.dt

    def free(self) -> tuple[str, ...]:
        """Return the names of the parameters that the optimizer may change."""
        with self._lock:
            return tuple(name for name, row in self.rows.items() if row.free)

    def bounds(self) -> dict[str, tuple[float, float]]:
        """Return the range of every slider."""
        with self._lock:
            return {name: (row.low, row.high) for name, row in self.rows.items()}

    @property
    def dt(self) -> float:
        """Time step in ms."""
        return self._dt_value

    @dt.setter
    def dt(self, value: float) -> None:
        with self._lock:
            self._dt_value = self._dts[id(self._model)] = float(value)
            self._quiet = True
            try:
                self._dt.value = float(value)
            finally:
                self._quiet = False

    # -- handlers --------------------------------------------------------------------------------

    def _on_bounds(self, change: Any) -> None:
        with self._lock:
            for row in self.rows.values():
                row.show_bounds(self._bounds.value)

    def _on_dt(self, change: Any) -> None:
        with self._lock:
            if self._quiet:
                return
            low, high = DT_RANGE
            if not low <= change["new"] <= high:
                self.dt = self._dt_value
                self._refused(f"the time step is from {low:g} to {high:g} ms, not {change['new']:g}")
                return
            self.dt = change["new"]
            self._changed(None, "dt")
