"""Rows of all packaged results with their stored fingerprints and their current fingerprints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plausiwidgets import models, patterns
from plausiwidgets.assessment.packaged import TORCH_TABLE, data_file
from plausiwidgets.assessment.stored_repertoires import (
    MOST_VERSATILE,
    RepertoireEntry,
    published_neurons,
    stored_neurons,
)
from plausiwidgets.models.library import NAMES
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.packaged import (
    DEFAULTS,
    KnownSet,
    default_set,
    packaged_rows,
    published_sets,
    rows_of,
    verdict_rows,
)
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.registry import is_builtin
from plausiwidgets.upkeep import fingerprint
from plausiwidgets.widgets.catalogue import contents

TABLE, VERDICTS, REPERTOIRES, CATALOGUE, TORCH = "table", "verdicts", "repertoires", "catalogue", "torch"

PARTS = {
    "model": "the neuron changed",
    "pattern": "the pattern changed",
    "result": "the parameter set changed",
}
"""Reason why a row is stale, by the part of its fingerprint that differs."""


class Row(NamedTuple):
    """Packaged result of a model and a pattern."""

    data: str
    """Data set of the row.

    One of the packaged table, the verdicts on presets and defaults, the repertoires, the app catalogue, and the table
    of torch neurons.
    """
    model: str
    pattern: str
    name: str
    """Title of the preset or neuron of the row, empty in the packaged table and in the catalogue."""
    stored: str
    """Stored fingerprint, empty without a row."""
    today: str
    """Fingerprint according to the current rules, empty for a row that must not exist."""

    @property
    def is_stale(self) -> bool:
        """Whether the row was computed with other rules, or is missing."""
        return self.stored != self.today

    @property
    def why(self) -> str:
        """Reason why the row is stale."""
        if not self.stored:
            return "the row is missing"
        if not self.today:
            return "there is no such preset"
        before, now = self.stored.split("-"), self.today.split("-")
        if len(before) != len(now):
            return f"the row is from the rules of version {self.stored}"
        return " and ".join(why for why, a, b in zip(PARTS.values(), before, now, strict=True) if a != b)


def twenty() -> list[Pattern]:
    """Return the patterns of the packaged results."""
    built_in = (patterns.get(key) for key in patterns.names())
    return [one for one in built_in if isinstance(one, Pattern) and is_builtin(one)]


def all_rows() -> Iterator[Row]:
    """Yield every row of the packaged results, including missing rows."""
    for name in NAMES:
        model = models.get(name)
        yield from table_rows(model)
        yield from verdicts(model)
        yield from repertoire_rows(model)
        yield from catalogue_rows(model)
    yield from torch_rows()


def table_rows(model: NeuronModel) -> Iterator[Row]:
    """Yield the rows of the packaged table for a model."""
    stored = packaged_rows(model)
    for pattern in twenty():
        row = stored.get(pattern.key, {})
        today = (
            fingerprint.of_set(model, pattern, json.loads(row["parameters"]))
            if row and row["status"] == "replicated"
            else fingerprint.of_pair(model, pattern)
        )
        yield Row(TABLE, model.key, pattern.key, "", row.get("rules", ""), str(today))


def title_of(one: KnownSet) -> str:
    """Return the name of a preset, or of the defaults, in the list of verdicts."""
    return DEFAULTS if one.preset is None else one.preset.title


def verdicts(model: NeuronModel) -> Iterator[Row]:
    """Yield the verdicts on the presets and the defaults of a model."""
    stored = {(row["pattern"], row["set"]): row["rules"] for row in verdict_rows() if row["model"] == model.key}
    for pattern in twenty():
        for one in (*published_sets(model, pattern), default_set(model, pattern)):
            today = fingerprint.of_set(model, pattern, one.parameters, one.dt)
            known = stored.pop((pattern.key, title_of(one)), "")
            yield Row(VERDICTS, model.key, pattern.key, title_of(one), known, str(today))
    for (key, title), known in stored.items():
        yield Row(VERDICTS, model.key, key, title, known, "")


def repertoire_rows(model: NeuronModel) -> Iterator[Row]:
    """Yield the rows of the packaged repertoires for the neurons of a model."""
    stored = {line["neuron"]: line for line in stored_neurons() if line["model"] == model.key}
    neurons = {title: (own, dt) for title, own, dt in published_neurons(model)}
    found = stored.get(MOST_VERSATILE)
    neurons[MOST_VERSATILE] = (model.defaults(), model.dt) if found is None else (found["parameters"], found["dt"])
    for title, (own, dt) in neurons.items():
        entries = stored.pop(title, {"patterns": {}})["patterns"]
        for pattern in twenty():
            entry = entries.get(pattern.key) or RepertoireEntry(status="", stimulus={})
            today = of_entry(model, pattern, own, dt, entry)
            yield Row(REPERTOIRES, model.key, pattern.key, title, entry.get("rules", ""), today)
    for title, line in stored.items():
        for key, entry in line["patterns"].items():
            yield Row(REPERTOIRES, model.key, key, title, entry.get("rules", ""), "")


def of_entry(
    model: NeuronModel, pattern: Pattern, own: Mapping[str, float], dt: float, entry: Mapping[str, object]
) -> str:
    """Return the current fingerprint of a pattern in the repertoire of a neuron."""
    stimulus = entry.get("stimulus")
    if entry.get("status") == "replicated" and isinstance(stimulus, Mapping):
        return str(fingerprint.of_set(model, pattern, {**own, **stimulus}, dt))
    return str(fingerprint.of_pair(model, pattern, own, dt))


def catalogue_rows(model: NeuronModel) -> Iterator[Row]:
    """Yield the rows of the app catalogue for a model."""
    known = contents.packaged(model.key)["patterns"] if model.key in contents.model_names() else {}
    for pattern in twenty():
        today = fingerprint.of_known_sets(model, pattern)
        yield Row(CATALOGUE, model.key, pattern.key, "", known.get(pattern.key, {}).get("rules", ""), str(today))


def torch_rows() -> Iterator[Row]:
    """Yield the rows of the table of neurons from torch libraries.

    Their programs come from libraries that need not be installed, so the part for the model is copied from the row.
    """
    by_key = {one.key: one for one in twenty()}
    for (model, key), row in rows_of(data_file(TORCH_TABLE).read_text(encoding="utf-8")).items():
        stored = row.get("rules", "")
        today = of_torch_row(stored.partition("-")[0], by_key[key], row)
        yield Row(TORCH, model, key, "", stored, today)


def of_torch_row(neuron: str, pattern: Pattern, row: Mapping[str, str]) -> str:
    """Return the current fingerprint of a row of the table of neurons from torch libraries."""
    found = row["status"] == "replicated"
    result = fingerprint.of_values(json.loads(row["parameters"]), None) if found else fingerprint.NOT_FOUND
    return str(fingerprint.Fingerprint(neuron, fingerprint.of_pattern(pattern), result))
