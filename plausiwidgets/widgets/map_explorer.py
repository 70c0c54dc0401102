"""Maps whose cells open in an explorer below them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from plausiwidgets.arguments import checked
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.picture import as_image
from plausiwidgets.widgets.explorer.explorer import Explorer
from plausiwidgets.widgets.map import assessment_panel
from plausiwidgets.widgets.map.cell_map import CellMap
from plausiwidgets.widgets.map.cells import Grid, grid_of_table
from plausiwidgets.widgets.map.map_picture import map_picture
from plausiwidgets.widgets.view.closing import View

if TYPE_CHECKING:
    import pandas as pd


class _ExplorerBelow:
    """One explorer for all cells; it appears with the first."""

    def __init__(self) -> None:
        self.explorer: Explorer | None = None
        self.place = w.VBox()

    def open(self, model: NeuronModel, pattern: Protocol, parameters: Mapping[str, float]) -> None:
        if self.explorer is not None and self.explorer.comm is not None:  # not closed by a script
            self.explorer.show(model, pattern, parameters)
        else:
            self.explorer = Explorer(model, pattern, parameters)
            self.place.children = (self.explorer,)


class PlausibilityMap(View):
    """A map of models × patterns; a cell opens in an explorer below, whose undo goes back to the one before.

    Made by :func:`plausibility_map`.

    Attributes
    ----------
    map : CellMap
        ``map.open_cell(model, pattern)`` does what a click does.
    """

    def __init__(self, grid: Grid) -> None:
        self._below = _ExplorerBelow()
        self._grid = grid
        self.map = CellMap(self._below.open, grid, tall=True)
        super().__init__([self.map, self._below.place])

    def _still(self) -> str:
        return as_image(map_picture(self._grid), "The plausibility map")

    @property
    def explorer(self) -> Explorer | None:
        """What cells are opened in: one and the same."""
        return self._below.explorer


class AssessmentPanel(assessment_panel.AssessmentPanel):
    """Start, watch and stop an assessment; a cell of its map opens in an explorer below.

    Parameters
    ----------
    models, patterns
        As :func:`plausiwidgets.assess` takes them.
    start : bool
        Begin at once, without a press of the button.
    **settings
        As :func:`plausiwidgets.assess` takes them: seed, budget, store, executor, …

    Examples
    --------
    >>> from plausiwidgets.widgets import AssessmentPanel
    >>> panel = AssessmentPanel("adex")           # doctest: +SKIP
    >>> panel.study.table()                       # doctest: +SKIP
    """

    @checked
    def __init__(
        self,
        models: str | NeuronModel | Iterable[str | NeuronModel],
        patterns: str | Protocol | Iterable[str | Protocol] | None = None,
        *,
        start: bool = False,
        **settings: Any,
    ) -> None:
        self._below = _ExplorerBelow()
        super().__init__(models, patterns, open_cell=self._below.open, **settings)
        self.children: tuple[w.Widget, ...] = (*self.children, self._below.place)
        if start:
            self.start()

    @property
    def explorer(self) -> Explorer | None:
        """What cells are opened in: one and the same."""
        return self._below.explorer


@checked
def plausibility_map(
    table: pd.DataFrame, models: Iterable[NeuronModel] = (), patterns: Iterable[Protocol] = ()
) -> PlausibilityMap:
    """Show an assessment as a map: models in rows, patterns A to T and then custom ones in columns.

    A cell says by its mark as well as by its colour what a search found: ✓ the model shows the pattern (replicated),
    ~ it holds, but not robustly (fragile), ✗ not found; of several seeds also how many. What is pointed at is told
    in full: evaluations, distance, robustness, and the criteria that are missed. The arrow keys move within the map;
    a click or Enter opens a cell in an explorer, with its parameters.

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
        A widget; ``.explorer`` is the one in which a cell was opened.

    Raises
    ------
    ValueError
        If `table` lacks a column, is empty, or has an unknown status.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.assessment.plausibility_map(pw.assess(["lif", "adex"]))           # doctest: +SKIP
    """
    return PlausibilityMap(grid_of_table(table, models, patterns))
