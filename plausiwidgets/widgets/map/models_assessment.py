"""Many models × all patterns: what is known of them at once, and what an assessment finds as it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets as w

from plausiwidgets import models as registry
from plausiwidgets import patterns
from plausiwidgets.analysis.known import published_rows
from plausiwidgets.assessment import StudySnapshot
from plausiwidgets.assessment.published import published_table
from plausiwidgets.assessment.table import csv_text, joined, make_table
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result
from plausiwidgets.texts import tr
from plausiwidgets.widgets.map.assessment_panel import AssessmentPanel
from plausiwidgets.widgets.map.cell_map import OpenCell
from plausiwidgets.widgets.map.cells import Grid, grid, row_of, status_of

Noted = Callable[[NeuronModel, str, str], object]


class ModelsAssessment(AssessmentPanel):
    """Chosen models × all patterns; the assessment that comes with the package fills the rows of its own models.

    An assessment of the chosen ones replaces these rows, each when its search begins. One that is stopped replaces
    nothing.

    Parameters
    ----------
    open_cell : callable
        ``open_cell(model, pattern, parameters)`` shows a cell of the map.
    noted : callable
        ``noted(model, pattern, status)`` is told of each search that has ended.
    more : sequence of ipywidgets.Widget
        What stands beside the buttons.
    **settings
        As :func:`plausiwidgets.assess` takes them.
    """

    def __init__(self, open_cell: OpenCell, noted: Noted, more: Iterable[w.Widget] = (), **settings: Any) -> None:
        self._noted = noted
        self._quiet = False
        self._all: dict[str, NeuronModel] = {}
        self._found: dict[tuple[NeuronModel, str], Result] = {}  # searches that have ended
        self._chips: dict[str, w.ToggleButton] = {}
        super().__init__(registry.names(), open_cell=open_cell, **settings)
        self._models = []
        self._every = w.Button(description=tr("All"), tooltip=tr("Every model"))
        self._every.on_click(lambda _: self.choose(self._all))
        self._chosen = w.Box()
        self._chosen.add_class("pw-models-chosen")
        self._kind = w.ToggleButtons(
            options=[(tr("Map"), False), (tr("Table"), True)],
            tooltips=[tr("Marks alone"), tr("With evaluations, and robustness below them")],
        )
        self._kind.observe(lambda change: self.map.set_trait("numbers", change["new"]), "value")
        choose = w.ToggleButton(
            False, description=tr("Choose models"), tooltip=tr("Which models are rows, and are assessed")
        )
        chosen = self._chosen.layout
        choose.observe(lambda change: chosen.set_trait("display", "" if change["new"] else "none"), "value")
        chosen.display = "none"
        title = w.HTML(f'<p class="pw-title">{tr("Which model shows which pattern")}</p>')
        head = w.Box([title, self._kind, *more])
        self._head.children = (choose, *self._head.children)
        for line in (head, self._head):
            line.add_class("pw-models-line")
        self.map.add_class("pw-models-body")
        self.children = (head, self._head, self._chosen, self.map)
        self.add_class("pw-models")

    def offer(self, shown: NeuronModel) -> None:
        """Offer what is registered, and the shown model where it is a custom one; it is chosen with the others."""
        with self._lock:
            self._all = {name: registry.get(name) for name in registry.names()} | {shown.key: shown}
            for name, model in self._all.items():
                if name not in self._chips:
                    self._chips[name] = w.ToggleButton(
                        True, description=tr(model.title), tooltip=tr("Show {title}", title=tr(model.title))
                    )
                    self._chips[name].observe(lambda _: self._on_choice(), "value")
            only = w.Button(description=tr("Only {title}", title=tr(shown.title)), tooltip=tr("Hide all others"))
            only.on_click(lambda _: self.choose([shown.key]))
            self._chosen.children = (*self._chips.values(), self._every, only)
            self._on_choice()

    def choose(self, names: Iterable[str]) -> None:
        """Show these models, and no others."""
        chosen = set(names)
        with self._lock:
            before, self._quiet = self._quiet, True
            try:
                for name, chip in self._chips.items():
                    chip.value = name in chosen
            finally:
                self._quiet = before
            self._on_choice()

    def csv(self) -> str:
        """Return the table of the chosen models as :func:`plausiwidgets.assess` would have it written."""
        with self._lock:
            found = {key: result for key, result in self._found.items() if key[0] in self._models}
            kept = {(m.key, p) for m in self._models for p in published_rows(m) if (m, p) not in found}
            order = [model.key for model in self._models]
        tables = [make_table(found.values())] if found else []
        if kept:
            table = published_table()
            tables.append(table[[key in kept for key in zip(table["model"], table["pattern"], strict=True)]])
        if not tables:
            return csv_text(make_table([]))
        whole = joined(tables)
        places = {key: i for i, key in enumerate(patterns.names())}
        whole["at"] = whole["model"].map(order.index) * 1000 + whole["pattern"].map(lambda key: places.get(key, 999))
        return csv_text(whole.sort_values("at", kind="stable").drop(columns="at"))

    # -- what is seen ----------------------------------------------------------------------------

    def _on_choice(self) -> None:
        if self._quiet:
            return
        with self._lock:
            self._models = [self._all[name] for name, chip in self._chips.items() if chip.value and name in self._all]
            count = len(self._models)
            what = tr(self._models[0].title) if count == 1 else tr("{count} models", count=count)
            self._start.description = tr("Assess {what}", what=what)
            self._start.tooltip = tr("Search every pattern in the background, one model after the other")
            self._buttons(self._stop.disabled is False)
            self.map.show(self._grid(self.study.snapshot() if self.study is not None else None))

    def _buttons(self, running: bool) -> None:
        super()._buttons(running)
        self._start.disabled = running or not self._models

    def _grid(self, snapshot: StudySnapshot | None) -> Grid:
        named: dict[str, NeuronModel | None] = {model.key: model for model in self._models}
        rows: dict[tuple[str, str], Mapping[str, Any]] = {}
        for model in self._models:
            rows |= {(model.key, pattern): row for pattern, row in published_rows(model).items()}
        found = [result for (model, _), result in self._found.items() if model in self._models]
        running = snapshot.running if snapshot is not None else ()
        for result in (*found, *(result for result in running if result.model in named)):
            rows[result.model, result.pattern] = row_of(result)
        made = grid(rows.values(), self._models)
        columns = {**{key: patterns.get(key) for key in patterns.names()}, **made.patterns}
        return replace(made, models=named, patterns=columns)

    def _show(self, snapshot: StudySnapshot) -> None:
        models = {model.key: model for model in self._all.values()}
        for result in snapshot.results:
            key = models[result.model], result.pattern
            if result.ended and result.state != "stopped" and self._found.get(key) is not result:
                self._found[key] = result
                self._noted(*key, status_of(result))
        super()._show(snapshot)
