"""The table of a study: one honest row for each model, pattern and seed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from plausiwidgets.optimization.outcome import outcome
from plausiwidgets.optimization.versions import versions
from plausiwidgets.optimization.volume import Volume

COLUMNS = {
    "model": "name of the model",
    "letter": "letter of the pattern in Izhikevich 2004",
    "pattern": "key of the pattern",
    "seed": "seed of the search",
    "status": "replicated; fragile (accepted at dt, not at dt/2); not found (within the evaluations); failed",
    "loss": "least loss; 0 when accepted",
    "broken": "names of the criteria that the best does not meet",
    "evaluations": "candidates judged; for K, L, O and R the threshold searches come on top, some five times the work",
    "found_after": "evaluations until the accepted best",
    "budget": "evaluations allowed, shares of others included",
    "volume": "share of the search box, on the parameters' scales, that is accepted at dt, from the screen",
    "volume_low": "lower end of its 95 % interval",
    "volume_high": "upper end; without a hit the 95 % upper bound",
    "expected_random": "1 / volume: expected evaluations of random search until a first hit at dt",
    "expected_random_low": "1 / volume_high: what these are at least, with 95 % confidence",
    "robustness": "share of 100 copies, every parameter changed by up to 1 % of its value, accepted at dt",
    "seconds": "working time",
    "reason": "why the search ended: solved, budget, stopped or failed",
    "parameters": "the best parameters, complete",
    "error": "what the model raised, or why it could not be run; beside a result: why its search went no further",
    "summary": "the row in one sentence",
    "versions": "of Python and the packages",
}
_PLAIN = ("model", "pattern", "seed", "status", "loss", "evaluations", "found_after", "budget", "robustness",
          "seconds", "reason", "error")  # fmt: skip


def make_table(rows: Iterable[Mapping[str, Any]], complete: bool = True) -> pd.DataFrame:
    """Return the table of the rows of units."""
    made = versions()
    out = []
    for row in rows:
        volume = Volume(int(row["hits"]), int(row["screened"]))
        low, high = volume.interval
        out.append(
            {n: row[n] for n in _PLAIN}
            | {
                "letter": row["letter"],
                "broken": ", ".join(row["broken"]),
                "volume": volume.share,
                "volume_low": low,
                "volume_high": high,
                "expected_random": volume.expected_random,
                "expected_random_low": volume.expected_random_bound,
                "parameters": dict(row["parameters"]),
                "summary": sentence(row),
                "versions": made,
            }
        )
    table = pd.DataFrame(out, columns=list(COLUMNS))
    for name in ("loss", "robustness", "seconds"):
        table[name] = table[name].astype(float)
    table["found_after"] = table["found_after"].astype("Int64")
    table.attrs = {"versions": made, "complete": complete}
    return table


def sentence(row: Mapping[str, Any]) -> str:
    """Return a row in one sentence, with no claim beyond what was seen."""
    if row["status"] == "failed":
        return f"failed: {row['error']}"
    text = outcome(row["status"], row["evaluations"], row["found_after"], row["loss"])
    return text + ("; stopped before its end" if row["reason"] == "stopped" else "")


def write_csv(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV; parameters and versions become JSON text."""
    flat = table.copy()
    for name in ("parameters", "versions"):
        flat[name] = [json.dumps(value, sort_keys=True) for value in flat[name]]
    flat = flat.replace({math.inf: None})
    flat.to_csv(path, index=False)
