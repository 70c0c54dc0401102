"""Updates of the packaged table: a row is verified, or a new set is searched for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from importlib.resources import as_file
from itertools import product
from typing import NamedTuple

from plausiwidgets import models
from plausiwidgets.assessment.api import assess
from plausiwidgets.assessment.packaged import SCORE, data_file
from plausiwidgets.assessment.score import plausibility_score
from plausiwidgets.assessment.table import csv_text, read_csv
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.packaged import TABLE, read_again, rows_of
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.registry import why_ruled_out
from plausiwidgets.patterns.verification import nearness
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.whole_file import write_whole
from plausiwidgets.upkeep import fingerprint
from plausiwidgets.upkeep.rows import twenty
from plausiwidgets.upkeep.verification import is_verified

CsvRow = Mapping[str, str]
"""Row of the table with entries as in the file."""

NEAREST = 0.75
"""Maximum spike shape of a set in the table, as a share of the limits of the verification."""


class Outcome(NamedTuple):
    """Outcome of the update of a row."""

    status: str
    """Status of the row, empty if the row needs a search that is not allowed."""
    is_new: bool
    """Whether the row is that of a new search."""


def update(model: NeuronModel, pattern: Pattern, search: bool = True) -> Outcome:
    """Update the row of a pair, and return the outcome.

    A stored set that is still verified is kept. Otherwise the row of a search replaces the row.
    """
    row = stored_rows().get((model.key, pattern.key))
    if row is not None and is_current(row, model, pattern):
        write_row(row)
        return Outcome(row["status"], False)
    if not search and not why_ruled_out(pattern, model):
        return Outcome("", False)
    new = searched(model, pattern, row)
    write_row(new)
    return Outcome(new["status"], True)


def is_current(row: CsvRow, model: NeuronModel, pattern: Pattern) -> bool:
    """Return whether a row is current, as far as this can be decided without a search."""
    if row["status"] == "replicated":
        return is_verified(model, pattern, json.loads(row["parameters"]), model.dt)
    argument = why_ruled_out(pattern, model)
    return bool(argument) and (row["status"] == "fragile" or row["summary"].endswith(argument))


def searched(model: NeuronModel, pattern: Pattern, former: CsvRow | None) -> CsvRow:
    """Return the row of a search with the seed of the former row, or with seed 0 if that search finds no good set.

    The search uses the budget of the former row too. Without a good set in the former row, only seed 0 is searched.
    """
    if former is not None and is_good(former):
        again = _found(model, pattern, int(former["seed"]), int(former["budget"]))
        if is_good(again):
            return again
    return _found(model, pattern)


def choose(model: NeuronModel, pattern: Pattern, seed: int) -> str:
    """Replace the row of a pair by that of a search with a seed, and return its status.

    A search without a good set leaves the row as it is. A seed other than 0 is useful if the trace of seed 0 is
    unusual, although it meets all criteria.
    """
    row = _found(model, pattern, seed)
    if not is_good(row):
        return f"{row['status']}, the former row is kept"
    write_row(row)
    return row["status"]


def _found(model: NeuronModel, pattern: Pattern, seed: int = 0, budget: int | None = None) -> CsvRow:
    (row,) = rows_of(csv_text(assess(model, pattern, seed=seed, budget=budget))).values()
    return row


def is_good(row: CsvRow) -> bool:
    """Return whether a row has a verified set whose spikes are far from the limits of the verification.

    The verification of models without a reset rejects partial spikes, spikes that differ too little from them, and
    spikes that end in a plateau. The sets in the table are examples, and a set that barely passes would not be
    recognizable in a figure. A row with another seed replaces it if possible. The status of the pair does not change.
    """
    if row["status"] != "replicated":
        return False
    (pattern,) = (one for one in twenty() if one.key == row["pattern"])
    return nearness(models.get(row["model"]), pattern, json.loads(row["parameters"])) <= NEAREST


def stored_rows() -> dict[tuple[str, str], dict[str, str]]:
    """Return the rows of the packaged table by model and pattern, with entries as in the file."""
    return rows_of(data_file(TABLE).read_text(encoding="utf-8"))


def write_row(row: CsvRow) -> None:
    """Write a row into the packaged table with its current fingerprint."""
    pair = row["model"], row["pattern"]
    model = models.get(row["model"])
    (pattern,) = (one for one in twenty() if one.key == row["pattern"])
    found = row["status"] == "replicated"
    today = (
        fingerprint.of_set(model, pattern, json.loads(row["parameters"]))
        if found
        else fingerprint.of_pair(model, pattern)
    )
    write_rows({**stored_rows(), pair: {**row, "rules": str(today)}})


def write_rows(rows: Mapping[tuple[str, str], CsvRow]) -> None:
    """Write the packaged table in the order of models and patterns."""
    order = [pair for pair in product(models.names(), [one.key for one in twenty()]) if pair in rows]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(next(iter(rows.values()))), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[pair] for pair in order)
    with as_file(data_file(TABLE)) as path:
        write_whole(path, text.getvalue())
    read_again()


def update_score(names: Iterable[str]) -> None:
    """Update the scores of some models, and keep those of other models, because their times have been measured."""
    chosen = list(names)
    with as_file(data_file(TABLE)) as path, as_file(data_file(SCORE)) as score:
        table = read_csv(path)
        new = plausibility_score(table[table["model"].isin(chosen)])
        kept = pd.read_csv(score)
        both = pd.concat([kept[~kept["model"].isin(chosen)], new])
        both = both.sort_values(["shown", "operations_per_ms"], ascending=[False, True])
        write_whole(score, both.to_csv(index=False))
