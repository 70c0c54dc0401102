"""Table of a study, with a row for each model, pattern and seed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from plausiwidgets.optimization.result import Result
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns.status import PAIR_WORDS, STATUSES
from plausiwidgets.support.arguments import checked, require, sentence, shown
from plausiwidgets.support.json_text import read_json
from plausiwidgets.support.lazy import frame
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.renamed import COLUMNS as RENAMED_COLUMNS
from plausiwidgets.support.whole_file import write_whole

COLUMNS = {
    "model": "name of the model",
    "letter": "letter of the pattern",
    "pattern": "key of the pattern",
    "seed": "seed of the search",
    "status": "replicated; fragile (a verification test fails); unverified; rejected (not found); unsearched (the time "
    "limit was reached before the first evaluation); failed (an error)",
    "loss": "smallest loss, 0 if all criteria are met",
    "found_after": "number of evaluations until the accepted set was found",
    "evaluations": "number of evaluated candidates, 0 if a proof rules the pair out; searches for thresholds of the "
    "amplitude are not counted",
    "budget": "maximum number of evaluations",
    "robustness": "share of 100 copies that are accepted at dt, with all parameters changed by up to 1 %",
    "seconds": "working time in s",
    "stop_reason": "reason of the end: solved, budget, finished, stopped, time or failed",
    "volume": "accepted share of the search space at dt, on the scales of the parameters, from the screens",
    "volume_low": "lower limit of the 95 % interval of volume",
    "volume_high": "upper limit of the interval; without a hit, the 95 % upper bound",
    "expected_random": "1 / volume: expected number of evaluations of a random search until a first hit at dt",
    "expected_random_low": "1 / volume_high: lower bound of expected_random, with 95 % confidence",
    "failed_test": "verification test that a fragile set fails",
    "unmet": "criteria that the best set does not meet, the largest penalty first",
    "parameters": "complete best set; a verified set is moved towards the defaults while it stays verified",
    "summary": "summary of the row in one sentence",
    "error": "error of a failed search",
}
"""Descriptions of the columns of a table, short columns first."""

VERSIONS = "versions"
"""Additional column of a file with the versions of Python and the packages, and the date.

A table contains them in ``.attrs``. It has the column only if the versions of its rows differ.
"""

COUNTED = {status: PAIR_WORDS[status] for status in (*STATUSES, "ruled_out", "unsearched", "failed")}
"""Word for each status of a pair in a count of rows."""


def pair_status(status: str, summary: str) -> str:
    """Return the status of a pair, which is ``"ruled_out"`` if the summary of its row contains a proof.

    Examples
    --------
    >>> pair_status("rejected", "ruled out: After a pulse the potential only returns to rest.")
    'ruled_out'
    """
    is_proved = f"{PAIR_WORDS['ruled_out']}: " in summary
    return "ruled_out" if is_proved and status in ("fragile", "rejected") else status


@checked
def make_table(results: Iterable[Result], complete: bool = True) -> pd.DataFrame:
    """Return a table with a row for each result of a search.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> result = pw.optimize("lif", "tonic_spiking", seed=0, budget=200)
    >>> pw.assessment.make_table([result])["status"].tolist()
    ['replicated']
    """
    results = list(results)
    require("make_table", "results", results, list[Result])  # the list also contains the items of an iterator
    table = frame([_row(result) for result in results], columns=list(COLUMNS))
    for name in ("loss", "robustness", "seconds"):
        table[name] = table[name].astype(float)
    table["found_after"] = table["found_after"].astype("Int64")
    table.attrs = {"complete": complete}
    return _with_versions(table, [dict(result.versions) for result in results] or [versions()])


def _made_with(table: pd.DataFrame) -> list[dict[str, str]]:
    """Return the versions of each row, with an empty dict for unknown versions."""
    if VERSIONS in table:
        return [dict(one) for one in table[VERSIONS]]
    return [dict(table.attrs.get(VERSIONS, {}))] * len(table)


def _with_versions(table: pd.DataFrame, made: list[dict[str, str]]) -> pd.DataFrame:
    """Return a table with the versions of its rows in ``.attrs``, or in a column if they differ.

    A row whose search used an additional package, such as torch, does not differ.
    """
    of_all: dict[str, str] = {}
    for one in made:
        of_all |= one
    if all(of_all[name] == version for one in made for name, version in one.items()):
        table.attrs = {VERSIONS: of_all} | table.attrs
        return table
    table[VERSIONS] = pd.Series(made, index=table.index, dtype=object)
    table.attrs = {VERSIONS: {}} | table.attrs
    return table


def _row(result: Result) -> dict[str, object]:
    low, high = result.volume.interval
    of_result = {name: getattr(result, name) for name in COLUMNS if hasattr(result, name)}
    return of_result | {
        "status": "failed" if result.stop_reason == "failed" else "unsearched" if result.unsearched else result.status,
        "loss": result.loss if math.isfinite(result.loss) else math.nan,
        "unmet": ", ".join(result.unmet),
        "found_after": result.found_after if result.accepted else None,
        "volume": result.volume.share,
        "volume_low": low,
        "volume_high": high,
        "expected_random": result.volume.expected_random,
        "expected_random_low": result.volume.expected_random_bound,
    }


@checked
def write_csv(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV.

    Parameters and versions are written as JSON, and the date is added to the versions.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import plausiwidgets as pw
    >>> table = pw.assess("lif", "tonic_spiking")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "lif.csv"
    ...     pw.assessment.write_csv(table, path)
    ...     path.read_text().startswith("model,letter,pattern,seed,status,")
    True
    """
    write_whole(Path(path), csv_text(table))


def csv_text(table: pd.DataFrame) -> str:
    """Return the text that :func:`write_csv` writes."""
    require_columns(table, "the table")
    flat = table.copy()
    today = {"date": date.today().isoformat()}
    flat["parameters"] = [json.dumps(value, sort_keys=True) for value in flat["parameters"]]
    made = _made_with(flat)
    flat[VERSIONS] = [json.dumps(today | value if value else {}, sort_keys=True) for value in made]
    return str(flat.to_csv(index=False))


@checked
def read_csv(path: str | Path) -> pd.DataFrame:
    """Read a table that `write_csv` wrote, and return it.

    Returns
    -------
    pandas.DataFrame
        Table of `plausiwidgets.assess`. ``.attrs["versions"]`` also contains the date. If the versions of the rows
        differ, the table has a column with the versions.

    Raises
    ------
    ValueError
        If a column is missing or a value is invalid. The message contains the file, the row and the column.

    Examples
    --------
    >>> import tempfile
    >>> import plausiwidgets as pw
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pw.assessment.write_csv(pw.assess("lif", "tonic_spiking"), f"{folder}/lif.csv")
    ...     table = pw.assessment.read_csv(f"{folder}/lif.csv")
    >>> table["status"].tolist()
    ['replicated']
    """
    where = Path(path).name
    try:
        table = pd.read_csv(path, keep_default_na=False, na_values={n: [""] for n in _NUMBERS})
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise ValueError(f"{where} must be a table of an assessment: {sentence(error)}") from None
    table = frame(table.rename(columns={old: new for old, new in RENAMED_COLUMNS.items() if new not in table}))
    require_columns(table, where, (*COLUMNS, VERSIONS))
    for name in _NUMBERS:
        numbers = pd.to_numeric(table[name], errors="coerce")
        bad = numbers.isna() & table[name].notna()
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise ValueError(
                f"{where}, row {row + 1}, column {name!r}: the value must be a number, got {table[name][row]!r}."
            )
        table[name] = numbers
    for name in ("parameters", VERSIONS):
        read = []
        for row, text in enumerate(table[name]):
            try:
                read.append(dict(read_json(text)))
            except (ValueError, TypeError):
                raise ValueError(
                    f"{where}, row {row + 1}, column {name!r}: the value must be JSON, got {shown(text)}."
                ) from None
        table[name] = pd.Series(read, index=table.index, dtype=object)
    table["found_after"] = table["found_after"].astype("Int64")
    made = list(table[VERSIONS]) or [{}]
    table = table[list(COLUMNS)]
    table.attrs = {"complete": True}
    return _with_versions(table, made)


def require_columns(table: pd.DataFrame, where: str, names: Iterable[str] = COLUMNS) -> None:
    """Raise a ValueError that lists the columns that a table lacks."""
    missing = [name for name in names if name not in table]
    if missing:
        if any(old in table and new in missing for old, new in RENAMED_COLUMNS.items()):
            raise ValueError(
                f"{where} has columns of version 0.3. Read its file with plausiwidgets.assessment.read_csv."
            )
        raise ValueError(
            f"{where} must have the column{'s' * (len(missing) > 1)} {', '.join(map(repr, missing))}. Pass a table "
            "from plausiwidgets.assess."
        )


_NUMBERS = (
    "seed",
    "loss",
    "evaluations",
    "found_after",
    "budget",
    "volume",
    "volume_low",
    "volume_high",
    "expected_random",
    "expected_random_low",
    "robustness",
    "seconds",
)
