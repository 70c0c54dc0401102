"""Updates of the verdicts on the presets and the defaults of built-in models."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from pathlib import Path

from plausiwidgets import models
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.judge import judge
from plausiwidgets.patterns.packaged import (
    VERDICTS,
    KnownSet,
    data_file,
    default_set,
    published_sets,
    read_again,
    verdict_rows,
)
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.support.whole_file import write_whole
from plausiwidgets.upkeep import fingerprint
from plausiwidgets.upkeep.rows import title_of, twenty

COLUMNS = ("model", "pattern", "set", "status", "failed_test", "rules")


def update(model: NeuronModel, pattern: Pattern, titles: Collection[str]) -> list[str]:
    """Evaluate the sets of a pair with given titles, write their verdicts, and return their statuses."""
    rows = {(row["model"], row["pattern"], row["set"]): row for row in verdict_rows()}
    kept = [*published_sets(model, pattern), default_set(model, pattern)]
    statuses = []
    for one in kept:
        title = title_of(one)
        if title in titles:
            row = evaluated(model, pattern, one)
            rows[model.key, pattern.key, title] = row
            statuses.append(row["status"])
    for title in set(titles) - {title_of(one) for one in kept}:
        del rows[model.key, pattern.key, title]
    _write(rows)
    return statuses


def evaluated(model: NeuronModel, pattern: Pattern, one: KnownSet) -> dict[str, str]:
    """Return the row of a set from a new evaluation."""
    verdict = judge(model, pattern, one.parameters, dt=one.dt)
    today = fingerprint.of_set(model, pattern, one.parameters, one.dt)
    cells = (model.key, pattern.key, title_of(one), str(verdict.status), str(verdict.failed_test), str(today))
    return dict(zip(COLUMNS, cells, strict=True))


def _write(rows: dict[tuple[str, str, str], dict[str, str]]) -> None:
    """Write the verdicts in the order of models and patterns, and for each pair the presets before the defaults."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for name in models.names():
        for pattern in twenty():
            model = models.get(name)
            titles = [title_of(one) for one in (*published_sets(model, pattern), default_set(model, pattern))]
            writer.writerows(rows[name, pattern.key, t] for t in titles if (name, pattern.key, t) in rows)
    write_whole(Path(str(data_file(VERDICTS))), text.getvalue())
    read_again()
