"""The map of an assessment: which model shows which pattern, each cell to be opened."""

from __future__ import annotations

import html
import threading
from collections.abc import Iterable, Mapping
from typing import Protocol

import ipywidgets as w

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Pattern
from plausiwidgets.widgets.closing import View
from plausiwidgets.widgets.map.cells import Cell, Grid
from plausiwidgets.widgets.map.map_figure import MapFigure
from plausiwidgets.widgets.view.page_watch import PageWatch

HINT = "Click a cell, or choose it here, to open it in an explorer with its parameters."


class OpenCell(Protocol):
    """Shows a cell; the pattern is a key, or an object where it is one that is not registered."""

    def __call__(self, model: NeuronModel, pattern: str | Pattern, parameters: Mapping[str, float], /) -> object:
        """Raises what the explorer raises where it cannot."""


class CellMap(View):
    """A heat map of models × patterns, whose cells can be opened.

    Parameters
    ----------
    grid : Grid
    open_cell : callable
        ``open_cell(model, pattern, parameters)`` shows a cell.
    own : iterable of NeuronModel
    own_patterns : iterable of Pattern
        Models and patterns that are not registered.
    low : bool
        With low rows, and letters above the columns in place of titles below.

    Attributes
    ----------
    figure : plotly.graph_objects.FigureWidget
        The heat map, to be saved or changed further.
    """

    def __init__(
        self, grid: Grid, open_cell: OpenCell, own: Iterable[NeuronModel] = (), own_patterns: Iterable[Pattern] = (),
        low: bool = False,
    ) -> None:  # fmt: skip
        self._grid = grid
        self._open = open_cell
        self._own = {model.name: model for model in own}
        self._own_patterns = {firing.key: firing for firing in own_patterns}
        self._lock = threading.RLock()  # events and the publisher of an assessment come on several threads
        self._quiet = False
        self._map = MapFigure(grid, self.open_cell, low)
        self.figure = self._map.widget
        page = PageWatch()
        page.observe(lambda _: self._map.set_dark(page.dark), "dark")
        self._choice = w.Dropdown(description="Cell", layout=w.Layout(width="min(520px, 100%)"))
        self._choice.observe(lambda change: self._on_choice(change["new"]), "value")
        self._message = w.HTML(HINT)
        self._options: list[tuple[str, tuple[str, ...]]] = []
        self._offer()
        line = w.HBox([self._choice, self._message])
        line.layout.flex_flow, line.layout.align_items = "row wrap", "center"
        super().__init__([page, self.figure, line])

    def show(self, grid: Grid, own: Iterable[NeuronModel] = ()) -> None:
        """Show other cells; `own`: further models that are not registered."""
        with self._lock:
            self._own |= {model.name: model for model in own}
            before, self._grid = self._grid, grid
            self._map.set(grid)
            if [(key, cell.status) for key, cell in before.cells.items()] != [
                (key, cell.status) for key, cell in grid.cells.items()
            ]:
                self._offer()

    def open_cell(self, model: str, pattern: str) -> bool:
        """Open a cell; return whether it could be: the text beside the choice says why not.

        Parameters
        ----------
        model, pattern : str
            Names of a row and a column.

        Raises
        ------
        ValueError
            If the map has no such cell.
        """
        with self._lock:
            cell = self._grid.cells.get((model, pattern))
            if cell is None:
                raise ValueError(f"the map has no cell for model {model!r} and pattern {pattern!r}")
            if model not in self._own and model not in models.names():
                self._say(
                    f"{model!r} is not a registered model: register it (models.register), or give it to the map "
                    "(plausibility_map(table, models=[…]))"
                )
                return False
            firing = self._own_patterns.get(pattern, pattern)
            if isinstance(firing, str) and not patterns.is_registered(firing):
                self._say(
                    f"{pattern!r} is a pattern of your own: give it to the map (plausibility_map(table, patterns=[…]))"
                )
                return False
            try:
                self._open(self._own.get(model) or models.get(model), firing, cell.parameters)
            except Exception as error:  # the model declares other parameters by now, or raises
                self._say(str(error))
                return False
            self._choose((model, pattern))
            self._say("" if cell.parameters else "no parameters yet: the model's defaults", cell)
            return True

    def _say(self, text: str, cell: Cell | None = None) -> None:
        title = f"<b>{html.escape(cell.title)}</b> " if cell else ""
        self._message.value = f'<span role="status">{title}{html.escape(text)}</span>'

    def _offer(self) -> None:
        """Fill the choice: a canvas is no place for a keyboard."""
        grid = self._grid
        found = [grid.cells.get((model, pattern)) for model in grid.models for pattern in grid.patterns]
        self._options = [("choose …", ()), *((cell.title, (cell.model, cell.pattern)) for cell in found if cell)]
        self._choose(self._choice.value)

    def _choose(self, chosen: tuple[str, ...]) -> None:
        """Show a choice without opening it."""
        with self._lock:
            self._quiet = True
            try:
                if self._choice.options != tuple(self._options):
                    self._choice.options = self._options
                self._choice.value = chosen if any(chosen == value for _, value in self._options) else ()
            finally:
                self._quiet = False

    def _on_choice(self, chosen: tuple[str, ...]) -> None:
        with self._lock:
            # Not what the choice holds by now: a table that came in between may have put it back.
            if not self._quiet and chosen in self._grid.cells:
                self.open_cell(*chosen)
