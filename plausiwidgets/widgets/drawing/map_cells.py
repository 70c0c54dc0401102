"""Cells of a map of models × patterns as data."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plausiwidgets import models, patterns
from plausiwidgets.assessment.table import require_columns
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result
from plausiwidgets.patterns import Protocol, status
from plausiwidgets.support.names import unknown
from plausiwidgets.support.printed import grouped, number
from plausiwidgets.texts import marked, tr

if TYPE_CHECKING:
    import pandas as pd

SYMBOLS = status.SYMBOLS | {"some": status.SYMBOLS["replicated"], "running": "▸", "waiting": "…"}
"""Symbol of each status of a cell, in which "some" means that only some of several seeds are verified."""

WORDS = status.PAIR_WORDS | {
    "some": marked("verified with some seeds"),
    "running": marked("searching"),
    "waiting": marked("waiting"),
}

COLOURS = {
    "replicated": "#56b4e9",
    "some": "#b5dcf3",
    "fragile": "#f0b429",
    "unverified": "#efe7ad",
    "rejected": "#e6e6e6",
    "ruled_out": "#c9c9c9",
    "failed": "#dd9fc2",
    "running": "#08202e",
    "waiting": "#f5f5f5",
    "unsearched": "#fafafa",
}
"""Colour of each status, with blue and orange from Okabe and Ito."""

_BEST_FIRST = ("replicated", "fragile", "running", "unverified", "rejected", "unsearched", "failed", "waiting")


@dataclass(frozen=True)
class Cell:
    """Cell of a map, for one model and one pattern.

    Attributes
    ----------
    status : str
        Key of `SYMBOLS`.
    share : str
        Number of the seeds with which the pattern is verified and number of all seeds, such as ``"3/5"``. Empty for one
        seed.
    lines : tuple of str
        Status in words, then further results.
    parameters : mapping of str to float
        Best parameters, or empty.
    evaluations, robustness : float
        Values of the best search, or nan.
    """

    status: str
    share: str
    lines: tuple[str, ...]
    parameters: Mapping[str, float]
    evaluations: float = math.nan
    robustness: float = math.nan


@dataclass(frozen=True)
class Grid:
    """Map with its rows, columns and cells.

    Attributes
    ----------
    models : mapping of str to NeuronModel or None
        Rows from the top, by name. None for a model that is neither passed nor registered.
    patterns : mapping of str to Pattern or None
        Columns from the left, by key. None for a pattern that is neither passed nor registered.
    cells : mapping of (str, str) to Cell
        Cells by model and pattern. A missing cell was not assessed.
    """

    models: Mapping[str, NeuronModel | None]
    patterns: Mapping[str, Protocol | None]
    cells: Mapping[tuple[str, str], Cell]

    def status(self, model: str, pattern: str) -> str:
        """Return the status of a cell, or "unsearched" if the cell is missing."""
        cell = self.cells.get((model, pattern))
        return "unsearched" if cell is None else cell.status


def grid_of_table(table: pd.DataFrame, own: Iterable[NeuronModel] = (), own_patterns: Iterable[Protocol] = ()) -> Grid:
    """Return the map of a table that `assess` returned or that was read from its CSV file.

    Parameters
    ----------
    own, own_patterns
        Models and patterns of the table that are not registered.

    Raises
    ------
    ValueError
        If a column is missing, there are no rows, or a status is unknown.
    """
    if not hasattr(table, "columns") or not hasattr(table, "to_dict"):
        raise ValueError(f"table must be the DataFrame that plausiwidgets.assess returns, got {type(table).__name__}.")
    require_columns(table, "the table", ("model", "pattern", "status"))
    if len(table) == 0:
        raise ValueError("the table must have at least one row.")
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    return grid(rows, own, own_patterns)


def grid_of_results(
    results: Iterable[Result], own: Iterable[NeuronModel] = (), own_patterns: Iterable[Protocol] = ()
) -> Grid:
    """Return the map of searches, which may be waiting, running or ended."""
    return grid(map(row_of, results), own, own_patterns)


def row_of(result: Result) -> dict[str, object]:
    """Return the data of a search as a row for :func:`grid`."""
    names = ("model", "pattern", "evaluations", "budget", "robustness", "parameters", "error", "loss", "found_after")
    row = {name: getattr(result, name) for name in names}
    return row | {"status": status_of(result), "unmet": list(result.unmet)}


def status_of(result: Result) -> str:
    """Return the status of a search, or its state if it is waiting, running or failed."""
    return result.state if result.state in ("waiting", "running", "failed") else result.status


def grid(
    rows: Iterable[Mapping[str, object]], own: Iterable[NeuronModel] = (), own_patterns: Iterable[Protocol] = ()
) -> Grid:
    """Return the map of rows with a model, a pattern, a status and optional results.

    Unregistered patterns are last, in the order of the rows.
    """
    groups: dict[tuple[str, str], list[Mapping[str, object]]] = {}
    for row in rows:
        groups.setdefault((str(row["model"]), str(row["pattern"])), []).append(row)
    given = {model.key: model for model in own}
    known = {name: models.get(name) for name in models.names()} | given
    given_patterns = {firing.key: firing for firing in own_patterns}
    firing = {key: patterns.get(key) for key in patterns.names()} | given_patterns
    keys = dict.fromkeys(key for _, key in groups)
    columns = [*(key for key in patterns.names() if key in keys), *(key for key in keys if key not in patterns.names())]
    return Grid(
        {name: known.get(name) for name, _ in groups},
        {key: firing.get(key) for key in columns},
        {
            (name, key): _cell(found, known[name].ruled_out.get(key, "") if name in known else "")
            for (name, key), found in groups.items()
        },
    )


SHORT = {
    "lif": "LIF",
    "lif_adapt": marked("Adaptive LIF"),
    "qif": "QIF",
    "eif": "EIF",
    "rf": "Resonate-and-fire",
    "ifb": "IF-or-burst",
    "glif": "GLIF",
    "adex": "AdEx",
    "adex_refrac": marked("AdEx (refractory)"),
    "adex_norse": marked("AdEx (Norse)"),
    "izhikevich": "Izhikevich",
    "izhikevich_2004": "Izhikevich 2004",
    "izhikevich_2007": "Izhikevich 2007",
    "lsnn": marked("LSNN (Norse)"),
}
"""Short titles by the name of the model, if the title is too long for a row of the map or a label of the chart."""


def short_title(name: str, model: NeuronModel | None) -> str:
    """Return the title of a model, the short title of some packaged models, or the name of an unknown model."""
    if model is None:
        return name
    return SHORT.get(name, model.title) if model.is_builtin else model.title


def pattern_title(key: str, pattern: Protocol | None) -> str:
    """Return the letter and the title of a pattern, or the key of an unknown pattern."""
    return f"{pattern.letter} {tr(pattern.title)}".strip() if pattern is not None else key


def with_argument(status: str, argument: str) -> str:
    """Return "ruled_out" for a pattern that is not found, not searched or not robust, if a proof rules it out."""
    return "ruled_out" if argument and status in ("fragile", "rejected", "unsearched") else status


def _cell(rows: list[Mapping[str, object]], argument: str) -> Cell:
    statuses = [str(row["status"]) for row in rows]
    for word in statuses:
        if word not in _BEST_FIRST:
            raise unknown("the table", "status", word, _BEST_FIRST)
    losses = [_number(row.get("loss"), math.inf) for row in rows]
    best = min(range(len(rows)), key=lambda i: (_BEST_FIRST.index(statuses[i]), losses[i]))
    word, shown = statuses[best], statuses.count("replicated")
    lines = _lines(rows[best], word)
    word = with_argument(word, argument)
    if word == "ruled_out":
        searched = rows[best].get("evaluations") != 0
        lines = [f"{tr(WORDS[word])}: {tr(argument)}", *(lines if searched else [])]
    if len(rows) > 1:
        lines = [tr("verified with {count} of {total} seeds, best result:", count=shown, total=len(rows)), *lines]
    if "running" in statuses:
        word = "running"
    elif word == "replicated" and shown < len(rows):
        word = "some"
    share = f"{shown}/{len(rows)}" if len(rows) > 1 else ""
    evaluations, robustness = (_number(rows[best].get(name), math.nan) for name in ("evaluations", "robustness"))
    return Cell(word, share, tuple(lines), _parameters(rows[best].get("parameters")), evaluations, robustness)


def _parameters(kept: object) -> dict[str, float]:
    if isinstance(kept, str):  # A CSV file contains the parameters as JSON.
        try:
            kept = json.loads(kept)
        except ValueError:
            return {}
    return dict(kept) if isinstance(kept, Mapping) else {}


def _lines(row: Mapping[str, object], word: str) -> list[str]:
    """Return the results of a search in words, starting with its status."""
    evaluations, found, loss, robustness, budget = (
        _number(row.get(name), math.nan) for name in ("evaluations", "found_after", "loss", "robustness", "budget")
    )
    first = tr(WORDS[word])
    if word == "running":
        first += ", " + tr("{count} of {total} evaluations", count=grouped(evaluations), total=grouped(budget))
    elif word == "failed":
        first += f": {str(row.get('error', ''))[:200]}"
    elif word == "replicated" and not math.isnan(found):
        first += ", " + tr("found after {count} evaluations", count=grouped(found))
    elif word != "waiting" and not math.isnan(evaluations):
        first += "," * (word != "rejected") + " " + tr("after {count} evaluations", count=grouped(evaluations))
    lines = [first]
    if 0.0 < loss < math.inf:
        lines.append(tr("loss {value} (0: all criteria met)", value=number(loss, 3)))
    if not math.isnan(robustness):
        lines.append(
            tr(
                "robustness {value} % (share of copies, changed by up to 1 %, that meet all criteria)",
                value=f"{100 * robustness:.0f}",
            )
        )
    unmet = row.get("unmet")
    if unmet and isinstance(unmet, (str, list, tuple)):
        names = unmet.split(", ") if isinstance(unmet, str) else map(str, unmet)
        lines.append(tr("not met: {criteria}", criteria=", ".join(map(tr, names))))
    return lines


def _number(value: Any, otherwise: float) -> float:
    """Return a number, or `otherwise` for None, nan and pandas' missing values."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return otherwise
    return otherwise if math.isnan(number) else number
