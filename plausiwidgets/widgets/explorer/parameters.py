"""The column of sliders: the rows of a model and of a pattern's stimulus, in groups, and the time step."""

from __future__ import annotations

import html
from collections.abc import Iterable

import ipywidgets as w

from plausiwidgets.models import NeuronModel, Parameter
from plausiwidgets.models.parameter import GROUPS
from plausiwidgets.patterns import Protocol
from plausiwidgets.texts import tr
from plausiwidgets.widgets.explorer.parameter_row import ParameterRow, RowStyles
from plausiwidgets.widgets.explorer.pickers import Pickers
from plausiwidgets.widgets.explorer.pin import PinPanel
from plausiwidgets.widgets.session.link import DT_RANGE
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.view.panel import Host, Panel


class ParameterPanel(Panel):
    """Rows for every parameter of the shown model and pattern; they are kept for when it is shown again."""

    place = "side"
    order = 10

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self._styles = RowStyles()
        self._kept: dict[tuple[NeuronModel, Protocol | None], list[ParameterRow]] = {}
        self._rows: list[ParameterRow] = []
        self._about: Selection | None = None
        self._bounds = w.ToggleButton(
            False, description=tr("Ranges"), tooltip=tr("Show and edit the range of every slider")
        )
        self._bounds.observe(lambda _: self._show_bounds(), "value")
        self._dt = w.FloatText(tooltip=tr("Time step of the simulation in ms"), step=None)
        self._dt.observe(lambda _: self._on_dt(), "value")
        explorer.page.shared = [one.model_id for one in vars(self._styles).values()]
        top = w.HBox([*explorer.panel(Pickers).published, explorer.panel(PinPanel).view, self._bounds])
        top.add_class("pw-head")
        dt_line = w.HBox([w.HTML(tr("time step (ms)")), self._dt])
        dt_line.add_class("pw-dt")
        self._boxes = {group: _group_box(group) for group in GROUPS}
        self._groups = w.VBox()
        self._groups.add_class("pw-groups")
        rows = w.VBox([self._groups, dt_line])
        rows.add_class("pw-scroll")
        self.view = w.VBox([top, rows])
        self.view.add_class("pw-parameters")

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Show every value, range and tick, and the time step."""
        if self._about is None or not self._about.is_about(selection.model, selection.pattern):
            self._about = selection
            self._place_rows(selection)
        for row in self._rows:
            row.show(selection)
        self._dt.value = selection.dt

    @property
    def sliders(self) -> dict[str, w.Widget]:
        """The slider of each parameter that is shown."""
        return {row.parameter.key: row.slider for row in self._rows}

    def _place_rows(self, selection: Selection) -> None:
        model, pattern = selection.model, selection.pattern
        stimulus = set(pattern.free)
        # Of several patterns each has a group of its own, in which its values have their plain names.
        parts = {prefix + n: part.title for prefix, part in pattern.components.items() if prefix for n in part.free}
        parameters = selection.parameters.values()
        self._rows = [
            *self._rows_of(model, None, [p for p in parameters if p.key not in stimulus]),
            *self._rows_of(model, pattern, [p for p in parameters if p.key in stimulus]),
        ]
        self._show_bounds()
        shown = []
        for group in (*_in_order(model), *dict.fromkeys(parts.values())):
            if group not in self._boxes:
                self._boxes[group] = _group_box(group)
            box = self._boxes[group]
            members = [row.view for row in self._rows if parts.get(row.parameter.key, row.parameter.group) == group]
            box.children = (box.children[0], *members)
            if members:
                shown.append(box)
        self._groups.children = tuple(shown)

    def _rows_of(
        self, model: NeuronModel, pattern: Protocol | None, parameters: Iterable[Parameter]
    ) -> list[ParameterRow]:
        if (model, pattern) not in self._kept:
            components = {} if pattern is None else pattern.components
            prefixes = {prefix + name: prefix for prefix, part in components.items() for name in part.free}
            down = {prefix + v.key for prefix, part in components.items() for v in part.free_values if v.downwards}
            self._kept[model, pattern] = [
                ParameterRow(
                    p, self.explorer.session, self.explorer.messages, self._styles, prefixes.get(p.key, ""),
                    p.key in down,
                )
                for p in parameters
            ]  # fmt: skip
        return self._kept[model, pattern]

    def _show_bounds(self) -> None:
        with self.explorer.session.lock:
            for row in self._rows:
                row.show_bounds(self._bounds.value)

    def _on_dt(self) -> None:
        with self.explorer.session.lock:
            dt, selection = self._dt.value, self.explorer.session.selection
            if dt == selection.dt:
                return
            low, high = DT_RANGE
            if low <= dt <= high:
                self.explorer.session.change(selection.with_dt(dt))
            else:
                self._dt.value = selection.dt
                self.explorer.messages.error(
                    "value", tr("The time step must be from {low} to {high} ms.", low=f"{low:g}", high=f"{high:g}")
                )


def _in_order(model: NeuronModel) -> list[str]:
    """Return the groups in the order in which a model declares them; those of which none is free come last."""
    declared = model.parameters.values()
    free = dict.fromkeys(parameter.group for parameter in declared if parameter.free)
    return list(dict.fromkeys((*free, "stimulus", *(parameter.group for parameter in declared))))


def _group_box(group: str) -> w.VBox:
    tip = tr("Ticked: a search may change this parameter")
    title, free = html.escape(tr(group)), f'<small title="{tip}">{tr("search")}</small>'
    value = f"<small>{tr('value')}</small>"
    return w.VBox([w.HTML(f'<div class="pw-group"><span>{title}</span>{value}{free}</div>')])
