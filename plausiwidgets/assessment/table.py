"""The table of a study: one honest row for each model, pattern and seed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pandas as pd

from plausiwidgets.arguments import checked, shown
from plausiwidgets.assessment.units import Row
from plausiwidgets.optimization.result import describe_outcome
from plausiwidgets.optimization.versions import versions
from plausiwidgets.optimization.volume import Volume
from plausiwidgets.patterns.status import STATUSES

COLUMNS = {
    "model": "name of the model",
    "letter": "letter of the pattern",
    "pattern": "key of the pattern",
    "seed": "seed of the search",
    "status": "replicated; fragile (accepted, but not verified); rejected (not found within the evaluations); failed",
    "failed_check": "which verification a fragile one failed",
    "loss": "least loss; 0 when accepted",
    "broken": "names of the criteria that the best does not meet",
    "evaluations": "candidates judged; where the amplitude is solved, the searches for its thresholds come on top",
    "found_after": "evaluations until the accepted best",
    "budget": "evaluations allowed",
    "volume": "share of the search box, on the parameters' scales, that is accepted at dt, from the screens",
    "volume_low": "lower end of its 95 % interval",
    "volume_high": "upper end; without a hit the 95 % upper bound",
    "expected_random": "1 / volume: expected evaluations of random search until a first hit at dt",
    "expected_random_low": "1 / volume_high: what these are at least, with 95 % confidence",
    "robustness": "share of 100 copies, every parameter changed by up to 1 % of its value, accepted at dt",
    "seconds": "working time",
    "reason": "why the search ended: solved, budget, finished, stopped or failed",
    "parameters": "the best parameters, complete",
    "error": "what the model raised, or why it could not be run; beside a result: why its search went no further",
    "summary": "the row in one sentence",
    "versions": "of Python and the packages; in a file also the day on which it was written",
}

COUNTED = {status: status for status in (*STATUSES, "failed")} | {"rejected": "not found"}
"""Word for a number of rows of each status: a search that found nothing has not shown that there is nothing."""


def make_table(rows: Iterable[Row], complete: bool = True) -> pd.DataFrame:
    """Return the table of the rows of units."""
    made = versions()
    out = []
    for row in rows:
        missing = [name for name in _OF_A_ROW if name not in row]
        if missing:
            raise ValueError(f"make_table: rows has {shown(row)}, valid is a row of a unit, with {', '.join(missing)}")
        volume = Volume(row["hits"], row["screened"])
        low, high = volume.interval
        more = {
            "broken": ", ".join(row["broken"]),
            "volume": volume.share,
            "volume_low": low,
            "volume_high": high,
            "expected_random": volume.expected_random,
            "expected_random_low": volume.expected_random_bound,
            "parameters": dict(row["parameters"]),
            "summary": summarize(row),
            "versions": made,
        }
        out.append({**row, **more})
    table = pd.DataFrame(out, columns=list(COLUMNS))
    for name in ("loss", "robustness", "seconds"):
        table[name] = table[name].astype(float)
    table["found_after"] = table["found_after"].astype("Int64")
    table.attrs = {"versions": made, "complete": complete}
    return table


def summarize(row: Row) -> str:
    """Return a row in one sentence, with no claim beyond what was seen."""
    if row["status"] == "failed":
        return f"failed: {row['error']}"
    text = describe_outcome(
        row["status"], row["failed_check"], row["evaluations"], row["found_after"], row["loss"], row["missed"]
    )
    return text + ("; stopped before its end" if row["reason"] == "stopped" else "")


@checked
def write_csv(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV; parameters and versions become JSON text, to which the date is added.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> write_csv(pw.assess("lif", "tonic_spiking"), "lif.csv")    # doctest: +SKIP
    """
    Path(path).write_text(csv_text(table), encoding="utf-8", newline="")


def csv_text(table: pd.DataFrame) -> str:
    """Return what :func:`write_csv` writes."""
    _require_columns(table, "the table")
    flat = table.copy()
    today = {"date": date.today().isoformat()}
    flat["parameters"] = [json.dumps(value, sort_keys=True) for value in flat["parameters"]]
    flat["versions"] = [json.dumps(value | today, sort_keys=True) for value in flat["versions"]]
    flat = flat.replace({math.inf: None})
    return str(flat.to_csv(index=False))


@checked
def read_csv(path: str | Path) -> pd.DataFrame:
    """Read a table back that `write_csv` wrote.

    Returns
    -------
    pandas.DataFrame
        As `plausiwidgets.assess` returns it; ``.attrs["versions"]`` also holds the date.

    Raises
    ------
    ValueError
        If a column is missing, or parameters or versions are no JSON; the text names file, row and column.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> table = read_csv("lif.csv")                                # doctest: +SKIP
    """
    where = Path(path).name
    try:
        table = pd.read_csv(path, keep_default_na=False, na_values={n: [""] for n in _NUMBERS})
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise ValueError(f"{where} is no table of an assessment: {error}") from None
    _require_columns(table, where)
    for name in _NUMBERS:
        numbers = pd.to_numeric(table[name], errors="coerce")
        bad = numbers.isna() & table[name].notna()
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise ValueError(f"{where}, row {row + 1}, column {name!r}: {table[name][row]!r} is not a number")
        table[name] = numbers
    for name in ("parameters", "versions"):
        read = []
        for row, text in enumerate(table[name]):
            try:
                read.append(dict(json.loads(text)))
            except (ValueError, TypeError):
                raise ValueError(f"{where}, row {row + 1}, column {name!r}: {text!r} is not JSON") from None
        table[name] = pd.Series(read, index=table.index, dtype=object)
    table["found_after"] = table["found_after"].astype("Int64")
    table.attrs = {"versions": table["versions"][0] if len(table) else {}, "complete": True}
    return table[list(COLUMNS)]


def _require_columns(table: pd.DataFrame, where: str) -> None:
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise ValueError(
            f"{where} has no column {', '.join(map(repr, missing))}: it is no table of an assessment, valid is what "
            "plausiwidgets.assess returns"
        )


_OF_A_ROW = (
    "hits", "screened", "broken", "parameters", "status", "failed_check", "evaluations", "found_after", "loss",
    "missed", "reason", "error",
)  # fmt: skip
_NUMBERS = (
    "seed", "loss", "evaluations", "found_after", "budget", "volume", "volume_low", "volume_high", "expected_random",
    "expected_random_low", "robustness", "seconds",
)  # fmt: skip
