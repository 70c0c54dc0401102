"""The published repertoires: what one neuron shows, of the neurons of publications and of the most versatile ones."""

from __future__ import annotations

import json
from typing import NotRequired, TypedDict

from plausiwidgets import patterns
from plausiwidgets.assessment.packaged import data_file
from plausiwidgets.models import NeuronModel
from plausiwidgets.support.lazy import pandas as pd

REPERTOIRES = "zoo_repertoires.jsonl"
"""The file of the packaged repertoires, which `python -m plausiwidgets.upkeep` keeps current."""
MOST_VERSATILE = "most versatile"

COLUMNS = {
    "model": "name of the model",
    "neuron": f"title of the publication's set, or {MOST_VERSATILE!r}: see `plausiwidgets.analysis.most_versatile`",
    "letter": "letter of the pattern",
    "pattern": "key of the pattern",
    "status": "replicated; fragile (accepted, but a verification failed); rejected (not found)",
    "evaluations": "stimuli judged; 0 where there is an argument that no stimulus can do it",
    "parameters": "of the neuron: the same in all its rows",
    "stimulus": "with which it shows the pattern; empty where it was not found",
    "dt": "time step in ms",
    "cpu_seconds": "processor time in s that the neuron took: the same in all its rows",
}
"""Columns of :func:`packaged_repertoires`."""


class RepertoireEntry(TypedDict):
    """Whether a neuron shows a pattern, in the file of the packaged repertoires."""

    status: str
    stimulus: dict[str, float]
    evaluations: NotRequired[int]
    rules: NotRequired[str]


class StoredNeuron(TypedDict):
    """A line of the file of the packaged repertoires."""

    model: str
    neuron: str
    dt: float
    parameters: dict[str, float]
    cpu_seconds: float
    versions: dict[str, str]
    patterns: dict[str, RepertoireEntry]


def packaged_repertoires() -> pd.DataFrame:
    """Return which of the twenty patterns single neurons show, with their parameters held.

    The neurons are those of the publications that a model names as its presets, and the most versatile one of each
    model that was found. A larger budget may find more: what is not there is not proved to be impossible.

    Returns
    -------
    pandas.DataFrame
        A row for each neuron and pattern, see :data:`COLUMNS`. ``.attrs["versions"]`` are the versions of the packages
        and the date of each model's rows.

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
    """Return title, parameters and time step of each published neuron, once where sets differ in the stimulus alone."""
    known: list[tuple[str, dict[str, float], float]] = []
    for preset in model.presets:
        own = {name: float(preset.parameters.get(name, p.default)) for name, p in model.parameters.items()}
        dt = preset.dt or model.dt
        if all((own, dt) != (values, step) for _, values, step in known):
            known.append((preset.title, own, dt))
    return known


def stored_neurons() -> list[StoredNeuron]:
    """Return the neurons of the packaged repertoires as their file has them."""
    return [json.loads(line) for line in data_file(REPERTOIRES).read_text(encoding="utf-8").splitlines()]
