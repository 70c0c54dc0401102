"""The cells of a map of models × patterns, as data: what each shows, whichever draws it."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Pattern

MARKS = {
    "replicated": "✓",
    "some": "✓",
    "fragile": "~",
    "rejected": "✗",
    "failed": "!",
    "running": "▸",
    "waiting": "·",
}
"""A cell's status and its mark; "some": replicated with some of several seeds."""

WORDS = {
    "replicated": "replicated",
    "some": "with some seeds",
    "fragile": "fragile",
    "rejected": "not found",
    "failed": "failed",
    "running": "searching",
    "waiting": "to come",
}

NEEDED = ("model", "pattern", "status")
_BEST_FIRST = ("replicated", "fragile", "running", "rejected", "failed", "waiting")


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
    """

    model: str
    pattern: str
    status: str
    title: str
    text: str
    hover: str
    parameters: Mapping[str, float]


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


def grid_of_table(table: Any, own: Iterable[NeuronModel] = (), own_patterns: Iterable[Pattern] = ()) -> Grid:
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
    return grid(table.to_dict("records"), own, own_patterns)


def grid_of_units(
    units: Iterable[Any], own: Iterable[NeuronModel] = (), own_patterns: Iterable[Pattern] = ()
) -> Grid:
    """Return the grid of the units of a running assessment."""
    rows = []
    for unit in units:
        row = dict(unit.row or {})
        row |= {"model": unit.model, "pattern": unit.pattern, "seed": unit.seed, "loss": unit.loss}
        row |= {"evaluations": unit.evaluations, "budget": unit.budget}
        if unit.state != "done":
            # One that runs again with what others left keeps its verdict until it has another.
            row["status"] = "running" if unit.state == "running" else unit.status or "waiting"
        rows.append(row)
    return grid(rows, own, own_patterns)


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


def _cell(model: str, pattern: str, rows: list[Mapping[str, Any]], title: str) -> Cell:
    for row in rows:
        if row["status"] not in _BEST_FIRST:
            raise ValueError(f"unknown status: {row['status']!r}. Valid: {', '.join(_BEST_FIRST)}.")
    best = min(rows, key=lambda row: (_BEST_FIRST.index(row["status"]), _number(row.get("loss"), math.inf)))
    status = best["status"]
    share = sum(row["status"] == "replicated" for row in rows)
    if any(row["status"] == "running" for row in rows):
        status = "running"
    elif status == "replicated" and share < len(rows):
        status = "some"
    text = MARKS[status] if len(rows) == 1 else f"{MARKS[status]}<br>{share}/{len(rows)}"
    return Cell(
        model, pattern, status, f"{title}: {WORDS[status]}", text, _hover(title, best, share, len(rows)),
        _parameters(best.get("parameters")),
    )  # fmt: skip


def _parameters(kept: Any) -> dict[str, float]:
    if isinstance(kept, str):  # as a CSV has them
        try:
            kept = json.loads(kept)
        except ValueError:
            return {}
    return dict(kept) if isinstance(kept, Mapping) else {}


def _hover(title: str, row: Mapping[str, Any], share: int, seeds: int) -> str:
    lines = [f"<b>{html.escape(title)}</b>"]
    status = row["status"]
    evaluations = _number(row.get("evaluations"), math.nan)
    within = "" if math.isnan(evaluations) else f" within {evaluations:.0f} evaluations"
    found = _number(row.get("found_after"), math.nan)
    if seeds > 1:
        lines.append(f"replicated with {share} of {seeds} seeds; the best of them:")
    if status == "replicated":
        after = within if math.isnan(found) else f", found after {found:.0f} evaluations"
        lines.append(f"✓ replicated{after}")
    elif status == "fragile":
        lines.append(f"~ fragile: accepted, but not verified{',' if within else ''}{within}")
    elif status == "rejected":
        lines.append(f"✗ not found{within}")
    elif status == "running":
        lines.append(f"▸ searching, {evaluations:.0f} of {_number(row.get('budget'), math.nan):.0f} evaluations")
    elif status == "failed":
        lines.append(f"! failed: {html.escape(str(row.get('error', '')))[:200]}")
    else:
        lines.append("to come")
    loss = _number(row.get("loss"), math.nan)
    if not math.isnan(loss):
        lines.append(f"loss {loss:.3g}")
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
