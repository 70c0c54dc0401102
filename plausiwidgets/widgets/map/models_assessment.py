"""Many models as a map or as a table: what is known of them at once, and what an assessment finds as it goes on."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets as w

from plausiwidgets import models as registry
from plausiwidgets import patterns
from plausiwidgets.assessment import StudySnapshot
from plausiwidgets.assessment.published import published_rows, published_table
from plausiwidgets.assessment.table import csv_text, make_table
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result
from plausiwidgets.widgets.map.assessment_panel import AssessmentPanel
from plausiwidgets.widgets.map.cells import MARKS, WORDS, Cell, Grid, grid, pattern_title, row_of, status_of
from plausiwidgets.widgets.map.map import CellMap, OpenCell

Noted = Callable[[NeuronModel, str, str], object]

MAP, TABLE = "Map", "Table"

KEY = (
    f"{MARKS['replicated']} {WORDS['replicated']}, {MARKS['fragile']} {WORDS['fragile']}, {MARKS['rejected']} "
    f"{WORDS['rejected']}. Below it the evaluations, and the robustness: the share of copies, changed by up to 1 %, "
    "that stay accepted."
)


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
        self._every = w.Button(description="All", tooltip="Every model")
        self._every.on_click(lambda _: self.choose(self._all))
        self._chosen = w.Box()
        self._chosen.add_class("pw-models-chosen")
        self._kind = w.ToggleButtons(
            options=[MAP, TABLE], tooltips=["Click a cell to open it", "With evaluations and robustness"]
        )
        self._kind.observe(lambda _: self._again(), "value")
        self._table = w.HTML()
        self._table.add_class("pw-models-table")
        choose = w.ToggleButton(False, description="Choose models", tooltip="Which models are rows, and are assessed")
        chosen = self._chosen.layout
        choose.observe(lambda change: chosen.set_trait("display", "" if change["new"] else "none"), "value")
        chosen.display = "none"
        title = w.HTML('<p class="pw-title">Which model shows which pattern</p>')
        head = w.Box([title, self._kind, *more])
        work = w.Box([choose, self._start, self._stop, self._parts.bar, self._parts.headline])
        for line in (head, work):
            line.add_class("pw-models-line")
        self._body = w.Box()
        self._body.add_class("pw-models-body")
        self.children = (head, work, self._chosen, self._body)
        self.add_class("pw-models")

    def offer(self, shown: NeuronModel) -> None:
        """Offer what is registered, and the model that is shown where it is one's own; it is chosen with the others."""
        with self._lock:
            self._all = {name: registry.get(name) for name in registry.names()} | {shown.name: shown}
            for name, model in self._all.items():
                if name not in self._chips:
                    self._chips[name] = w.ToggleButton(True, description=model.title, tooltip=f"Show {model.title}")
                    self._chips[name].observe(lambda _: self._on_choice(), "value")
            only = w.Button(description=f"Only {shown.title}", tooltip="Hide all others")
            only.on_click(lambda _: self.choose([shown.name]))
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
        import pandas as pd

        with self._lock:
            found = {key: result for key, result in self._found.items() if key[0] in self._models}
            kept = {(m.name, p) for m in self._models for p in published_rows(m) if (m, p) not in found}
            order = [model.name for model in self._models]
        tables = [make_table(found.values())] if found else []
        if kept:
            table = published_table()
            tables.append(table[[key in kept for key in zip(table["model"], table["pattern"], strict=True)]])
        if not tables:
            return csv_text(make_table([]))
        whole = pd.concat(tables, ignore_index=True)
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
            self._start.description = f"Assess {self._models[0].title if count == 1 else f'{count} models'}"
            self._start.tooltip = "Search every pattern in the background, one model after the other"
            self._buttons(self._stop.disabled is False)
            self._again()

    def _buttons(self, running: bool) -> None:
        super()._buttons(running)
        self._start.disabled = running or not self._models

    def _again(self) -> None:
        with self._lock:
            self._draw(self._grid(self.study.snapshot() if self.study is not None else None))

    def _grid(self, snapshot: StudySnapshot | None) -> Grid:
        named = {model.name: model for model in self._models}
        rows: dict[tuple[str, str], Mapping[str, Any]] = {}
        for model in self._models:
            rows |= {(model.name, pattern): row for pattern, row in published_rows(model).items()}
        found = [result for (model, _), result in self._found.items() if model in self._models]
        running = snapshot.running if snapshot is not None else ()
        for result in (*found, *(result for result in running if result.model in named)):
            rows[result.model, result.pattern] = row_of(result)
        made = grid(rows.values(), self._models)
        columns = (*patterns.names(), *(key for key in made.patterns if key not in patterns.names()))
        return replace(
            made, models=tuple(named), patterns=columns, titles={name: model.title for name, model in named.items()},
            headings={key: pattern_title(key) for key in columns},
        )  # fmt: skip

    def _draw(self, grid: Grid) -> None:
        if self._kind.value == TABLE:
            self._table.value = table_html(grid)
        elif self.map is None:
            self.map = CellMap(grid, self._open_cell, self._models, low=True)
        else:
            self.map.show(grid, self._models)
        # Both stay in the page, one out of sight: a figure that comes anew has not the width of its page.
        self._body.children = (self._table,) if self.map is None else (self.map, self._table)
        for view, kind in ((self.map, MAP), (self._table, TABLE)):
            if view is not None:
                (view.remove_class if self._kind.value == kind else view.add_class)("pw-out-of-sight")

    def _show(self, snapshot: StudySnapshot) -> None:
        models = {model.name: model for model in self._all.values()}
        for result in snapshot.results:
            key = models[result.model], result.pattern
            if result.ended and result.state != "stopped" and self._found.get(key) is not result:
                self._found[key] = result
                self._noted(*key, status_of(result))
        super()._show(snapshot)


def table_html(grid: Grid) -> str:
    """Return the table of a grid: mark, evaluations and robustness of each cell, and how many patterns are shown."""
    titles = {key: html.escape(grid.headings[key]) for key in grid.patterns}
    heads = "".join(f'<th scope="col" title="{text}">{text.split()[0]}</th>' for text in titles.values())
    rows = []
    for name in grid.models:
        cells = [grid.cells.get((name, key)) for key in grid.patterns]
        shown = sum(cell is not None and cell.status == "replicated" for cell in cells)
        title, inside = html.escape(grid.titles[name]), "".join(map(_cell_html, cells))
        rows.append(f'<tr><th scope="row" title="{title}">{title}</th><td><b>{shown}</b></td>{inside}</tr>')
    count = '<th scope="col" title="Patterns that are replicated">✓</th>'
    return (
        f"<table><thead><tr><td></td>{count}{heads}</tr></thead>"
        f'<tbody>{"".join(rows)}</tbody></table><p class="pw-hint">{html.escape(KEY)}</p>'
    )


def _cell_html(cell: Cell | None) -> str:
    if cell is None:
        return '<td title="not assessed"></td>'
    robustness = "" if math.isnan(cell.robustness) else f"{100 * cell.robustness:.0f} %"
    return (
        f'<td class="pw-is-{cell.status}" title="{html.escape(cell.title)}"><b>{MARKS[cell.status]}</b>'
        f"<small>{short(cell.evaluations)}</small><small>{robustness}</small></td>"
    )


def short(count: float) -> str:
    """Return a count in at most four characters; empty where it is not known.

    Examples
    --------
    >>> short(64.0), short(1250.0), short(20000.0), short(2.5e6)
    ('64', '1.2k', '20k', '2.5M')
    """
    if math.isnan(count):
        return ""
    for power, letter in ((1e6, "M"), (1e3, "k")):
        if count >= power:
            return f"{count / power:.{0 if count >= 10 * power else 1}f}{letter}".replace(".0", "")
    return f"{count:.0f}"
