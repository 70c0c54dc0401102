"""Maps whose cells open in an explorer below them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from plausiwidgets.arguments import checked
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Pattern
from plausiwidgets.widgets.explorer.explorer import Explorer
from plausiwidgets.widgets.map import assessment_panel
from plausiwidgets.widgets.map.cells import Grid, grid_of_table
from plausiwidgets.widgets.map.map import CellMap

if TYPE_CHECKING:
    import pandas as pd


class _ExplorerBelow:
    """One explorer for all cells, because each has a figure of 5 MB; it appears with the first."""

    def __init__(self) -> None:
        self.explorer: Explorer | None = None
        self.place = w.VBox()

    def open(self, model: NeuronModel, pattern: str | Pattern, parameters: Mapping[str, float]) -> None:
        if self.explorer is not None and self.explorer.comm is not None:  # not closed by a script
            self.explorer.show(model, pattern, parameters)
        else:
            self.explorer = Explorer(model, pattern, parameters)
            self.place.children = (self.explorer,)


class PlausibilityMap(CellMap):
    """A heat map of models × patterns; a cell opens in an explorer below, whose undo goes back to the one before.

    Made by :func:`plausibility_map`.
    """

    def __init__(self, grid: Grid, own: Iterable[NeuronModel] = (), own_patterns: Iterable[Pattern] = ()) -> None:
        self._below = _ExplorerBelow()
        super().__init__(grid, self._below.open, own, own_patterns)
        self.children: tuple[w.Widget, ...] = (*self.children, self._below.place)

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
        patterns: str | Pattern | Iterable[str | Pattern] | None = None,
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
    table: pd.DataFrame, models: Iterable[NeuronModel] = (), patterns: Iterable[Pattern] = ()
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
    return PlausibilityMap(grid_of_table(table, own, own_patterns), own, own_patterns)
