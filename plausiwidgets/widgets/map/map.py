"""The map of an assessment: which model shows which pattern, and each cell as an explorer."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ipywidgets as w

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Pattern
from plausiwidgets.widgets.explorer.page import Page
from plausiwidgets.widgets.map.map_cells import Cell, Grid, grid_of_table
from plausiwidgets.widgets.map.map_figure import MapFigure

HINT = "Click a cell, or choose it here, to open it in an explorer with its parameters."


class PlausibilityMap(w.VBox):
    """A heat map of models × patterns; a cell opens in an explorer below.

    Made by :func:`plausibility_map`.

    Parameters
    ----------
    grid : Grid
    own : iterable of NeuronModel
        Models that are not registered.
    open_in : callable, optional
        ``open_in(model, pattern, parameters)`` shows a cell, in place of an explorer below the map;
        the pattern is a key, or an object where it is one of `own_patterns`.
    own_patterns : iterable of Pattern
        Patterns that are not registered.

    Attributes
    ----------
    figure : plotly.graph_objects.FigureWidget
        The heat map, to be saved or changed further.
    explorer : Explorer or None
        What cells are opened in: one and the same, because each has a figure of 5 MB.
    """

    def __init__(
        self,
        grid: Grid,
        own: Iterable[NeuronModel] = (),
        open_in: Callable[..., Any] | None = None,
        own_patterns: Iterable[Pattern] = (),
    ) -> None:
        self._grid = grid
        self._open_in = open_in
        self._own = {model.name: model for model in own}
        self._own_patterns = {firing.key: firing for firing in own_patterns}
        self._lock = threading.RLock()  # events and the publisher of an assessment come on several threads
        self._quiet = False
        self.explorer: Any = None
        self._map = MapFigure(grid, self.open_cell)
        self.figure = self._map.widget
        self._page = Page()
        self._page.observe(lambda change: self._map.set_dark(change["new"]), "dark")
        self._choice = w.Dropdown(description="Cell", layout=w.Layout(width="min(520px, 100%)"))
        self._choice.observe(self._on_choice, "value")
        self._status = w.HTML(HINT)
        self._place = w.VBox()
        self._options: list[tuple[str, tuple[str, ...]]] = []
        self._offer()
        super().__init__([self._page, self.figure, w.HBox([self._choice, self._status]), self._place])
        self.children[2].layout.flex_flow, self.children[2].layout.align_items = "row wrap", "center"

    def show(self, grid: Grid) -> None:
        """Show other cells."""
        with self._lock:
            before, self._grid = self._grid, grid
            self._map.set(grid)
            if [(key, cell.status) for key, cell in before.cells.items()] != [
                (key, cell.status) for key, cell in grid.cells.items()
            ]:
                self._offer()

    def open_cell(self, model: str, pattern: str) -> Any:
        """Open a cell in the explorer below the map, whose undo goes back to the one before.

        Parameters
        ----------
        model, pattern : str
            Names of a row and a column.

        Returns
        -------
        Explorer or None
            None where the cell cannot be opened; the text beside the choice says why.

        Raises
        ------
        ValueError
            If the map has no such cell.
        """
        with self._lock:
            cell = self._grid.cells.get((model, pattern))
            if cell is None:
                raise ValueError(f"the map has no cell for model {model!r} and pattern {pattern!r}")
            if cell.model not in self._own and cell.model not in models.names():
                self._say(
                    f"{cell.model!r} is not a registered model: register it (models.register), or give it to the map "
                    "(plausibility_map(table, models=[…]))"
                )
                return None
            firing = self._own_patterns.get(pattern, pattern)
            if isinstance(firing, str) and not patterns.is_registered(firing):
                self._say(
                    f"{pattern!r} is a pattern of your own: give it to the map (plausibility_map(table, patterns=[…]))"
                )
                return None
            try:
                (self._open_in or self._open_below)(
                    self._own.get(cell.model) or models.get(cell.model), firing, cell.parameters
                )
            except Exception as error:  # the model declares other parameters by now, or raises
                self._say(str(error))
                return None
            self._choose((model, pattern))
            if self._open_in is None:
                self._say("" if cell.parameters else "no parameters yet: the model's defaults", cell)
            return self.explorer

    def _open_below(self, model: NeuronModel, pattern: str | Pattern, parameters: Mapping[str, float]) -> None:
        from plausiwidgets.widgets.explorer.explorer import Explorer

        if self.explorer is not None and self.explorer.comm is not None:  # not closed by a script
            self.explorer.show(model, pattern, parameters)
        else:
            self.explorer = Explorer(model, pattern, parameters)
            self._place.children = (self.explorer,)

    def close(self) -> None:
        """Close the map and the explorer."""
        if self.explorer is not None:
            self.explorer.close()
        super().close()

    def _say(self, text: str, cell: Cell | None = None) -> None:
        title = f"<b>{html.escape(cell.title)}</b> " if cell else ""
        self._status.value = f'<span role="status">{title}{html.escape(text)}</span>'

    def _offer(self) -> None:
        """Fill the choice: a canvas is no place for a keyboard."""
        grid = self._grid
        found = [grid.cells.get((model, pattern)) for model in grid.models for pattern in grid.patterns]
        self._options = [("choose …", ()), *((cell.title, (cell.model, cell.pattern)) for cell in found if cell)]
        self._choose(self._choice.value)

    def _choose(self, chosen: Any) -> None:
        """Show a choice without opening it."""
        with self._lock:
            self._quiet = True
            try:
                if self._choice.options != tuple(self._options):
                    self._choice.options = self._options
                self._choice.value = chosen if any(chosen == value for _, value in self._options) else ()
            finally:
                self._quiet = False

    def _on_choice(self, change: Any) -> None:
        with self._lock:
            if change["new"] and not self._quiet:
                self.open_cell(*change["new"])


def plausibility_map(
    table: Any, models: Iterable[NeuronModel] = (), patterns: Iterable[Pattern] = ()
) -> PlausibilityMap:
    """Show an assessment as a map: models in rows, patterns A to T and then one's own in columns.

    A cell is ✓ replicated, ~ fragile or ✗ not found, by its mark as well as by its colour; over several
    seeds it holds the share that replicated. Its tooltip tells the loss, the evaluations, the robustness
    and the criteria still broken; a click opens it in an explorer, with its parameters.

    Parameters
    ----------
    table : pandas.DataFrame
        What `plausiwidgets.assess` returned; several can be joined with ``pandas.concat``.
    models : iterable of NeuronModel, optional
    patterns : iterable of Pattern, optional
        Models and patterns of the table that are not registered, for their titles, and so that their
        cells can be opened.

    Returns
    -------
    PlausibilityMap
        A widget; ``.figure`` is the Plotly ``FigureWidget``, ``.explorer`` the one that is open.

    Raises
    ------
    ValueError
        If `table` is no such table, or is empty.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.plausibility_map(pw.assess(["lif", "adex"]))           # doctest: +SKIP
    """
    own, own_patterns = list(models), list(patterns)
    return PlausibilityMap(grid_of_table(table, own, own_patterns), own, own_patterns=own_patterns)
