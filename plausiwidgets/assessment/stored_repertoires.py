"""Packaged repertoires: the patterns of single neurons, from publications and from a search for versatile ones."""

from __future__ import annotations

import json
from typing import NotRequired, TypedDict

from plausiwidgets import patterns
from plausiwidgets.assessment.packaged import data_file
from plausiwidgets.models import NeuronModel
from plausiwidgets.support.lazy import pandas as pd

REPERTOIRES = "zoo_repertoires.jsonl"
"""File name of the packaged repertoires, which ``python -m plausiwidgets.upkeep`` updates."""
MOST_VERSATILE = "most versatile"

COLUMNS = {
    "model": "name of the model",
    "neuron": f"title of a preset, or {MOST_VERSATILE!r} (see `plausiwidgets.analysis.most_versatile`)",
    "letter": "letter of the pattern",
    "pattern": "key of the pattern",
    "status": "replicated; fragile (a verification test fails); rejected (not found)",
    "evaluations": "number of evaluated stimuli, 0 if a proof rules the pattern out",
    "parameters": "parameters of the neuron, equal in all of its rows",
    "stimulus": "stimulus with which it shows the pattern, empty if it was not found",
    "dt": "time step in ms",
    "cpu_seconds": "processor time of the neuron in s, equal in all of its rows",
}
"""Columns of :func:`packaged_repertoires`."""


class RepertoireEntry(TypedDict):
    """Result of a neuron for a pattern, in the file of the packaged repertoires."""

    status: str
    stimulus: dict[str, float]
    evaluations: NotRequired[int]
    rules: NotRequired[str]


class StoredNeuron(TypedDict):
    """Line of the file of the packaged repertoires, with the results of one neuron."""

    model: str
    neuron: str
    dt: float
    parameters: dict[str, float]
    cpu_seconds: float
    versions: dict[str, str]
    patterns: dict[str, RepertoireEntry]


def packaged_repertoires() -> pd.DataFrame:
    """Return the patterns that single neurons show, without a change of their parameters.

    The neurons are the presets of each model, and the most versatile neuron that a search found. A larger budget may
    find more patterns, so a missing pattern is not ruled out.

    Returns
    -------
    pandas.DataFrame
        A row for each neuron and pattern, with the columns of :data:`COLUMNS`. ``.attrs["versions"]`` contains the
        versions of the packages and the date of the rows of each model.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> from plausiwidgets.assessment import packaged_repertoires
    >>> table = packaged_repertoires().query("model == 'lif' and pattern == 'integrator'")
    >>> row = table.iloc[0]
    >>> row["neuron"], pw.judge("lif", "integrator", row["parameters"] | row["stimulus"]).replicated
    ('most versatile', True)
    """
    rows = []
    lines = stored_neurons()
    for line in lines:
        same = {name: value for name, value in line.items() if name not in ("versions", "patterns")}
        for key, shown in line["patterns"].items():
            rows.append({**same, "letter": patterns.get(key).letter, "pattern": key, **shown})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs = {"versions": {line["model"]: line["versions"] for line in lines}}
    return table


def published_neurons(model: NeuronModel) -> list[tuple[str, dict[str, float], float]]:
    """Return the title, parameters and time step of each published neuron.

    Presets that differ only in their stimulus count once.
    """
    known: list[tuple[str, dict[str, float], float]] = []
    for preset in model.presets:
        own = {name: float(preset.parameters.get(name, p.default)) for name, p in model.parameters.items()}
        dt = preset.dt or model.dt
        if all((own, dt) != (values, step) for _, values, step in known):
            known.append((preset.title, own, dt))
    return known


def stored_neurons() -> list[StoredNeuron]:
    """Return the neurons in the file of the packaged repertoires."""
    return [json.loads(line) for line in data_file(REPERTOIRES).read_text(encoding="utf-8").splitlines()]
