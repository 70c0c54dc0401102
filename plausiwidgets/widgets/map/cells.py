"""The cells of a map of models × patterns, as data: what each shows, whichever draws it."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result
from plausiwidgets.patterns import Pattern, status
from plausiwidgets.patterns.formatting import number

if TYPE_CHECKING:
    import pandas as pd

MARKS = status.MARKS | {"some": status.MARKS["replicated"], "running": "▸", "waiting": "·"}
"""A cell's status and its mark; "some": replicated with some of several seeds."""

WORDS = status.WORDS | {
    "some": "with some seeds",
    "rejected": "not found",  # of a search: it claims no more than was seen
    "running": "searching",
    "waiting": "to come",
}

NEEDED = ("model", "pattern", "status")
_BEST_FIRST = ("replicated", "fragile", "running", "unverified", "rejected", "failed", "waiting")


@dataclass(frozen=True)
class Cell:
    """One model and one pattern.

    Attributes
    ----------
    model, pattern : str
    status : str
        A key of `MARKS`.
    title : str
        All of it in one line.
    text : str
        The mark, with the share of seeds below where there are several.
    hover : str
        HTML.
    parameters : mapping of str to float
        The best ones; empty where there are none.
    evaluations, robustness : float
        Of the best; nan where they are not known.
    """

    model: str
    pattern: str
    status: str
    title: str
    text: str
    hover: str
    parameters: Mapping[str, float]
    evaluations: float = math.nan
    robustness: float = math.nan


@dataclass(frozen=True)
class Grid:
    """Rows, columns and cells of a map.

    Attributes
    ----------
    models, patterns : tuple of str
        Rows from the top, columns from the left.
    cells : mapping of (str, str) to Cell
        By model and pattern; a missing one was not assessed.
    titles, headings : mapping of str to str
        Of the models, and of the patterns.
    """

    models: tuple[str, ...]
    patterns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    titles: Mapping[str, str]
    headings: Mapping[str, str]


def grid_of_table(table: pd.DataFrame, own: Iterable[NeuronModel] = (), own_patterns: Iterable[Pattern] = ()) -> Grid:
    """Return the grid of a table that `assess` returned, or that was read back from its CSV.

    Parameters
    ----------
    table : pandas.DataFrame
    own : iterable of NeuronModel
    own_patterns : iterable of Pattern
        Models and patterns that are not registered, for their titles.

    Raises
    ------
    ValueError
        If it is no such table, has no rows, or names an unknown status.
    """
    columns = getattr(table, "columns", None)
    if columns is None or not hasattr(table, "to_dict"):
        raise ValueError(f"table is {type(table).__name__}, valid is: the DataFrame that plausiwidgets.assess returns")
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise ValueError(
            f"the table has no column {', '.join(map(repr, missing))}; valid is: the DataFrame that "
            f"plausiwidgets.assess returns, with at least {', '.join(NEEDED)}"
        )
    if len(table) == 0:
        raise ValueError("the table has no rows: there is nothing to show")
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    return grid(rows, own, own_patterns)


def grid_of_results(
    results: Iterable[Result], own: Iterable[NeuronModel] = (), own_patterns: Iterable[Pattern] = ()
) -> Grid:
    """Return the grid of searches that wait, run or have ended."""
    return grid(map(row_of, results), own, own_patterns)


def row_of(result: Result) -> dict[str, Any]:
    """Return what :func:`grid` takes of a search."""
    names = ("model", "pattern", "evaluations", "budget", "robustness", "parameters", "error")
    row = {name: getattr(result, name) for name in names}
    row |= {"status": status_of(result), "loss": result.loss if math.isfinite(result.loss) else None}
    return row | {"found_after": result.found_after, "broken": list(result.missed)}


def grid(
    rows: Iterable[Mapping[str, Any]], own: Iterable[NeuronModel] = (), own_patterns: Iterable[Pattern] = ()
) -> Grid:
    """Return the grid of rows with model, pattern, status, and whatever else is known.

    Patterns that are not registered come last, in the order of the rows.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((str(row["model"]), str(row["pattern"])), []).append(row)
    names = dict.fromkeys(pattern for _, pattern in groups)
    known = [key for key in patterns.names() if key in names]
    columns = (*known, *(key for key in names if key not in known))
    headings = {key: pattern_title(key) for key in names} | {p.key: pattern_title(p) for p in own_patterns}
    titles = {model: model_title(model) for model, _ in groups} | {model.name: model.title for model in own}
    cells = {key: _cell(*key, found, f"{titles[key[0]]}, {headings[key[1]]}") for key, found in groups.items()}
    rows_down = tuple(dict.fromkeys(model for model, _ in groups))
    return Grid(rows_down, columns, cells, titles, headings)


def model_title(name: str) -> str:
    """Return a model's title, or its name where it is not registered."""
    return models.get(name).title if name in models.names() else name


def pattern_title(pattern: str | Pattern) -> str:
    """Return a pattern's letter and title, or its key where it is not registered."""
    if isinstance(pattern, str):
        if not patterns.is_registered(pattern):
            return pattern
        pattern = patterns.get(pattern)
    return f"{pattern.letter} {pattern.title}".strip() or pattern.key


def known_status(word: object) -> str:
    """Return a status as a table has it; a ValueError says which are valid."""
    if word not in _BEST_FIRST:
        raise ValueError(f"unknown status: {word!r}. Valid: {', '.join(_BEST_FIRST)}.")
    return str(word)


def status_of(result: Result) -> str:
    """Return the status of a search, ended or not."""
    return result.state if result.state in ("waiting", "running", "failed") else result.status


def _cell(model: str, pattern: str, rows: list[Mapping[str, Any]], title: str) -> Cell:
    statuses = [known_status(row["status"]) for row in rows]
    losses = [_number(row.get("loss"), math.inf) for row in rows]
    best = min(range(len(rows)), key=lambda i: (_BEST_FIRST.index(statuses[i]), losses[i]))
    word, share = statuses[best], statuses.count("replicated")
    hover = _hover(title, rows[best], word, share, len(rows))
    if "running" in statuses:
        word = "running"
    elif word == "replicated" and share < len(rows):
        word = "some"
    text = MARKS[word] if len(rows) == 1 else f"{MARKS[word]}<br>{share}/{len(rows)}"
    return Cell(
        model, pattern, word, f"{title}: {WORDS[word]}", text, hover, _parameters(rows[best].get("parameters")),
        _number(rows[best].get("evaluations"), math.nan), _number(rows[best].get("robustness"), math.nan),
    )  # fmt: skip


def _parameters(kept: Any) -> dict[str, float]:
    if isinstance(kept, str):  # as a CSV has them
        try:
            kept = json.loads(kept)
        except ValueError:
            return {}
    return dict(kept) if isinstance(kept, Mapping) else {}


def _hover(title: str, row: Mapping[str, Any], word: str, share: int, seeds: int) -> str:
    lines = [f"<b>{html.escape(title)}</b>"]
    evaluations = _number(row.get("evaluations"), math.nan)
    within = "" if math.isnan(evaluations) else f" within {evaluations:.0f} evaluations"
    found = _number(row.get("found_after"), math.nan)
    if seeds > 1:
        lines.append(f"replicated with {share} of {seeds} seeds; the best of them:")
    what = f"{MARKS[word]} {WORDS[word]}"
    if word == "replicated" and not math.isnan(found):
        lines.append(f"{what}, found after {found:.0f} evaluations")
    elif word == "fragile":
        lines.append(f"{what}: accepted, but not in each check of its verification{',' if within else ''}{within}")
    elif word == "running":
        budget = _number(row.get("budget"), math.nan)
        lines.append(f"{what}, {evaluations:.0f} of {budget:.0f} evaluations")
    elif word == "failed":
        lines.append(f"{what}: {html.escape(str(row.get('error', '')))[:200]}")
    else:
        lines.append(what if word == "waiting" else what + within)
    loss = _number(row.get("loss"), math.nan)
    if not math.isnan(loss):
        lines.append(f"loss {number(loss, 3)}")
    robustness = _number(row.get("robustness"), math.nan)
    if not math.isnan(robustness):
        lines.append(f"robustness {100 * robustness:.0f} % (copies changed by up to 1 % that stay accepted)")
    broken = row.get("broken")
    if broken and isinstance(broken, (str, list, tuple)):
        several = broken.split(", ") if isinstance(broken, str) else list(broken)
        lines.append("still broken: " + "<br>&nbsp;&nbsp;".join(html.escape(str(name)) for name in several))
    return "<br>".join(lines)


def _number(value: Any, otherwise: float) -> float:
    """Return a number, or `otherwise` for None, nan and pandas' missing values."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return otherwise
    return otherwise if math.isnan(number) else number
