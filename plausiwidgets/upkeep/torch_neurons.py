"""Updates of the table of neurons from torch libraries, which must be installed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from importlib.resources import as_file
from pathlib import Path

from plausiwidgets import models
from plausiwidgets.assessment.api import assess
from plausiwidgets.assessment.packaged import TORCH_SCORE, TORCH_TABLE, data_file
from plausiwidgets.assessment.score import plausibility_score
from plausiwidgets.assessment.table import csv_text, read_csv
from plausiwidgets.engine.compiled.export_model import export_programs
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.packaged import rows_of
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.whole_file import write_whole
from plausiwidgets.upkeep import fingerprint
from plausiwidgets.upkeep.rows import of_torch_row, torch_rows, twenty
from plausiwidgets.upkeep.verification import is_verified

NEURONS = Path(__file__).parents[2] / "notebooks" / "torch_neurons.py"
BUDGET = 4000
"""Budget of each search."""

CsvRow = Mapping[str, str]


def update(search: bool = True) -> None:
    """Verify the stored sets of stale rows, search for the other sets, and print each row."""
    loaded = {model.key: model for model in models.load(NEURONS)}
    by_key = {one.key: one for one in twenty()}
    for stale in [row for row in torch_rows() if row.is_stale]:
        rows = rows_of(data_file(TORCH_TABLE).read_text(encoding="utf-8"))
        model, pattern = loaded[stale.model], by_key[stale.pattern]
        row = updated(model, pattern, rows[stale.model, stale.pattern], search)
        if row is not None:
            today = of_torch_row(fingerprint.of_programs(model, export_programs(model)), pattern, row)
            _write(rows | {(stale.model, stale.pattern): {**row, "rules": today}})
        print(f"{stale.model}, {stale.pattern}: {'needs a search' if row is None else row['status']}", flush=True)
    update_score(list(loaded.values()))


def update_score(neurons: Sequence[NeuronModel]) -> None:
    """Update the score of the table, and keep the measured times."""
    with as_file(data_file(TORCH_TABLE)) as path, as_file(data_file(TORCH_SCORE)) as score:
        measured = pd.read_csv(score).set_index("model")["ns_per_ms"]
        new = plausibility_score(read_csv(path), models=neurons, measure=False)
        write_whole(score, new.assign(ns_per_ms=new["model"].map(measured)).to_csv(index=False))


def updated(model: NeuronModel, pattern: Pattern, row: CsvRow, search: bool) -> CsvRow | None:
    """Return a row whose set is still verified, or the row of a search, or None if `search` is False."""
    if row["status"] == "replicated" and is_verified(model, pattern, json.loads(row["parameters"]), model.dt):
        return row
    if not search:
        return None
    (found,) = rows_of(csv_text(assess(model, pattern, budget=BUDGET))).values()
    return found


def _write(rows: Mapping[tuple[str, str], CsvRow]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(next(iter(rows.values()))), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows.values())
    with as_file(data_file(TORCH_TABLE)) as path:
        write_whole(path, text.getvalue())
