"""Map of an assessment whose cells open in the explorer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.support.arguments import checked
from plausiwidgets.support.printed import as_image
from plausiwidgets.teaching.lessons import Lesson
from plausiwidgets.texts import tr
from plausiwidgets.widgets.drawing.map_cells import SYMBOLS, Grid, grid_of_table, short_title
from plausiwidgets.widgets.drawing.map_picture import map_picture
from plausiwidgets.widgets.explorer import Explorer
from plausiwidgets.widgets.handlers.lookup import Known
from plausiwidgets.widgets.handlers.selection import Selection

if TYPE_CHECKING:
    import pandas as pd


class PlausibilityMap(Explorer):
    """Explorer that opens with a map of models × patterns, created by :func:`plausibility_map`."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._why: dict[tuple[str, str], str] = {}
        shown: list[Selection] = []
        for key in sorted(grid.cells, key=lambda key: grid.cells[key].status != "replicated"):
            try:
                shown.append(self._selection(*key))
            except (ValueError, TypeError) as error:
                self._why[key] = str(error)
        if shown:
            super().__init__(shown[0].model, shown[0].pattern, shown[0].values)
        else:  # No cell can be opened, and each cell shows the reason.
            super().__init__()

    @checked
    def open_cell(self, model: str, pattern: str) -> None:
        """Show the parameters of a cell in the explorer, as a click on the cell does.

        The method :meth:`undo` returns to the former selection.

        Parameters
        ----------
        model, pattern : str
            Name of the row and key of the column.

        Raises
        ------
        ValueError
            If the map has no such cell, its model or pattern is not registered, or its parameters are not valid.
        """
        found = self._selection(model, pattern)
        self.show(found.model, found.pattern, found.values)

    def _selection(self, model: str, pattern: str) -> Selection:
        """Return the selection of a cell, with the model's defaults if the cell has no parameters.

        Raises
        ------
        ValueError
            If the map has no such cell, or its model or pattern is not registered.
        """
        cell = self._grid.cells.get((model, pattern))
        if cell is None:
            raise ValueError(f"the map has no cell for model {model!r} and pattern {pattern!r}.")
        neuron, firing = self._grid.models[model], self._grid.patterns[pattern]
        if neuron is None or firing is None:
            name, given = (model, "models") if neuron is None else (pattern, "patterns")
            raise ValueError(
                tr(
                    "{name} is not registered. Register it with pw.{given}.register, or pass it to the map: "
                    "plausibility_map(table, {given}=[…]).",
                    name=repr(name),
                    given=given,
                )
            )
        return Selection.of(neuron, firing, cell.parameters)

    def _page_settings(
        self, language: str, lesson: Lesson | None, notes: Sequence[str], known: Known
    ) -> dict[str, object]:
        grid = self._grid
        names = {key: key if model is None else known.name_of_model(model) for key, model in grid.models.items()}
        keys = {key: key if one is None else known.name_of_pattern(one) for key, one in grid.patterns.items()}
        table = {
            "rows": [{"name": names[key], "title": tr(short_title(key, model))} for key, model in grid.models.items()],
            "columns": [
                {
                    "key": keys[key],
                    "letter": "" if one is None else one.letter,
                    "title": key if one is None else tr(one.title),
                }
                for key, one in grid.patterns.items()
            ],
            "cells": {
                f"{names[model]} {keys[pattern]}": {
                    "status": cell.status,
                    "sign": SYMBOLS[cell.status],
                    "share": cell.share,
                    "lines": [*cell.lines, *([why] if (why := self._why.get((model, pattern))) else [])],
                    "values": None if why else dict(cell.parameters),
                }
                for (model, pattern), cell in grid.cells.items()
            },
        }
        return super()._page_settings(language, lesson, notes, known) | {"table": table}

    def _still(self) -> str:
        return as_image(map_picture(self._grid), tr("Map of models and patterns"))

    def _figure(self) -> str:
        return ""  # A figure has no map.


@checked
def plausibility_map(
    table: pd.DataFrame, models: Iterable[NeuronModel] = (), patterns: Iterable[Protocol] = ()
) -> PlausibilityMap:
    """Show an assessment as a map with models in rows and patterns in columns.

    The patterns A to T come first, then custom patterns.

    Symbol and colour of a cell show the status of a pair: ✓ verified, ~ not robust, ○ criteria met, not verified, ✗ not
    found, ∅ ruled out, · not searched, ! error. With several seeds it also shows how many are verified. If you hover
    over a cell, the map shows evaluations, loss, robustness and the criteria that are not met. The arrow keys move
    within the map. A click or Enter shows a cell in the explorer that the map belongs to, with its parameters.

    Parameters
    ----------
    table : pandas.DataFrame
        Table that `plausiwidgets.assess` returned. You can join several tables with ``pandas.concat``.
    models : iterable of NeuronModel, optional
    patterns : iterable of Pattern, optional
        Models and patterns of the table that are not registered, so that the map shows their titles and can open their
        cells.

    Returns
    -------
    PlausibilityMap
        An :class:`plausiwidgets.Explorer` that opens with the map. Its method ``open_cell(model, pattern)`` opens a
        cell as a click does. For a figure, use ``pw.plot(table)``.

    Raises
    ------
    ValueError
        If `table` lacks a column, is empty, or has an unknown status.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.plausibility_map(pw.assess(["lif", "adex"]))           # doctest: +SKIP
    """
    return PlausibilityMap(grid_of_table(table, models, patterns))
