"""The map of an assessment on the page: which model shows which pattern, each cell to be opened."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import traitlets as t

from plausiwidgets import patterns
from plausiwidgets.models import NeuronModel
from plausiwidgets.texts import SpokenLock, tr
from plausiwidgets.widgets.map.cells import MARKS, WORDS, Cell, Grid, pattern_title, short_title
from plausiwidgets.widgets.view.script_widget import DRAWING, ScriptWidget

_HERE = Path(__file__).parent


class OpenCell(Protocol):
    """Shows a cell."""

    def __call__(self, model: NeuronModel, pattern: patterns.Protocol, parameters: Mapping[str, float], /) -> object:
        """Raises what the explorer raises where it cannot."""


class CellMap(ScriptWidget):
    """A table of models × patterns, whose cells the pointer and the keyboard can open.

    Parameters
    ----------
    open_cell : callable, optional
        ``open_cell(model, pattern, parameters)`` shows a cell; without it the map is only looked at.
    tall : bool
        Whether the columns are headed by the titles of the patterns, and not by their letters alone.

    Attributes
    ----------
    numbers : bool
        Whether the cells show evaluations and robustness, below the mark.
    message : str
        Said below the map.
    axes : dict
        ``rows`` and ``columns``, each a list of dicts with ``key`` and ``title``, a row also with a ``short`` title, a
        column with its ``letter``.
    cells : dict
        By ``"model/pattern"``: status, share of the seeds, evaluations, robustness, and lines of text.
    opened : str
        Key of the cell that was opened last.
    """

    _esm = DRAWING + (_HERE / "cell_map.js").read_text("utf-8")
    _css = (_HERE / "cell_map.css").read_text("utf-8")
    statuses: t.Dict = t.Dict().tag(sync=True)
    axes: t.Dict = t.Dict({"rows": [], "columns": []}).tag(sync=True)
    cells = t.Dict().tag(sync=True)
    opened = t.Unicode("").tag(sync=True)
    message = t.Unicode("").tag(sync=True)
    numbers = t.Bool(False).tag(sync=True)
    tall = t.Bool(False).tag(sync=True)
    opens = t.Bool(False).tag(sync=True)

    @t.default("statuses")
    def _in_words(self) -> dict[str, list[str]]:
        return {word: [mark, tr(WORDS[word])] for word, mark in MARKS.items()}

    def __init__(self, open_cell: OpenCell | None = None, grid: Grid | None = None, *, tall: bool = False) -> None:
        self._open = open_cell
        self._grid = Grid({}, {}, {})
        self._lock = SpokenLock()  # events and the publisher of an assessment come on several threads
        super().__init__(tall=tall, opens=open_cell is not None)
        self.on_msg(self._on_message)
        if grid is not None:
            self.show(grid)

    def show(self, grid: Grid) -> None:
        """Show other cells; where rows and columns stay, only the cells that differ are sent."""
        axes = {
            "rows": [
                {"key": name, "title": tr(model.title) if model else name, "short": tr(short_title(name, model))}
                for name, model in grid.models.items()
            ],
            "columns": [
                {"key": key, "title": pattern_title(key, firing), "letter": firing.letter if firing else ""}
                for key, firing in grid.patterns.items()
            ],
        }
        cells = {f"{model}/{pattern}": _content(cell) for (model, pattern), cell in grid.cells.items()}
        with self._lock:
            self._grid = grid
            if axes != self.axes or cells.keys() != self.cells.keys():
                with self.hold_sync():
                    self.axes, self.cells = axes, cells
                return
            changed = {key: cell for key, cell in cells.items() if self.cells[key] != cell}
            if changed:
                self.cells.update(changed)  # a page that comes later is sent the whole
                self.send({"cells": changed})

    def open_cell(self, model: str, pattern: str) -> bool:
        """Open a cell; return whether it could be: `message` says why not.

        Parameters
        ----------
        model, pattern : str
            Name of the row and key of the column.

        Raises
        ------
        ValueError
            If the map has no such cell.
        """
        with self._lock:
            cell = self._grid.cells.get((model, pattern))
            if cell is None or self._open is None:
                raise ValueError(f"the map has no cell for model {model!r} and pattern {pattern!r} to be opened")
            neuron, firing = self._grid.models[model], self._grid.patterns[pattern]
            if neuron is None or firing is None:
                name, given = (model, "models") if neuron is None else (pattern, "patterns")
                self.message = tr(
                    "{name} is not registered: register it ({given}.register), or give it to the map "
                    "(plausibility_map(table, {given}=[…]))",
                    name=repr(name), given=given,
                )  # fmt: skip
                return False
            try:
                self._open(neuron, firing, cell.parameters)
            except Exception as error:  # the model declares other parameters by now, or raises
                self.message = str(error)
                return False
            self.opened = f"{model}/{pattern}"
            self.message = tr(
                "Opened: {model}, {pattern}", model=tr(neuron.title), pattern=pattern_title(pattern, firing)
            )
            if not cell.parameters:
                self.message += tr(", with the model's defaults: no parameters are known")
            return True

    def _on_message(self, _: object, content: object, __: object) -> None:
        asked = content.get("open") if isinstance(content, dict) else None
        known = {f"{model}/{pattern}": (model, pattern) for model, pattern in self._grid.cells}
        if self._open is not None and isinstance(asked, str) and asked in known:
            self.open_cell(*known[asked])


def _content(cell: Cell) -> list[Any]:
    robustness = "" if math.isnan(cell.robustness) else f"{100 * cell.robustness:.0f} %"
    return [cell.status, cell.share, short(cell.evaluations), robustness, list(cell.lines)]


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
