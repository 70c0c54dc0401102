"""The published repertoires: what one neuron shows, of the neurons of publications and of the most versatile ones."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from plausiwidgets import models, patterns
from plausiwidgets.analysis.repertoires import repertoire
from plausiwidgets.analysis.versatile import SETS, most_versatile
from plausiwidgets.assessment.packaged import data_file
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.library import NAMES
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns.registry import is_builtin
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.whole_file import write_whole

REPERTOIRES = "zoo_repertoires.jsonl"
REPERTOIRES_COMMAND = 'python -c "from plausiwidgets.assessment.packaged_repertoires import write; write()"'
"""The command that wrote it, with seed 0 and the default budgets; with names, it searches these models only."""

MOST_VERSATILE = "most versatile"

STIMULI = 100
"""Stimuli that are tried for each pattern of a published neuron."""
NEURONS = {"wang_buzsaki": 160, "connor_stevens": 160}
"""Neurons that are tried for the most versatile one, where the default number takes many minutes."""

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
    lines = _lines(data_file(REPERTOIRES).read_text(encoding="utf-8"))
    for line in lines:
        same = {name: line[name] for name in ("model", "neuron", "parameters", "dt", "cpu_seconds")}
        for key, shown in line["patterns"].items():
            rows.append({**same, "letter": patterns.get(key).letter, "pattern": key, **shown})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs = {"versions": {line["model"]: line["versions"] for line in lines}}
    return table


def write(*names: str) -> None:
    """Search the repertoires of all models, or of the named ones, and write each neuron as it comes.

    What a file has of other models stays in it.
    """
    twenty = [key for key in patterns.names() if is_builtin(patterns.get(key))]
    path = Path(str(data_file(REPERTOIRES)))
    for name in names or NAMES:
        lines = [line for line in _lines(path.read_text("utf-8") if path.exists() else "") if line["model"] != name]
        for neuron, found, seconds in _neurons(models.get(name), twenty):
            shown = int((found["status"] == "replicated").sum())
            lines.append(
                {
                    "model": name,
                    "neuron": neuron,
                    "dt": found.attrs["dt"],
                    "parameters": found.attrs["parameters"],
                    "cpu_seconds": round(seconds, 1),
                    "versions": versions() | {"date": date.today().isoformat()},
                    "patterns": {
                        row.pattern: {
                            "status": row.status,
                            "evaluations": row.evaluations,
                            "stimulus": row.stimulus if row.status != "rejected" else {},
                        }
                        for row in found.itertuples()
                    },
                }
            )
            lines.sort(key=lambda line: NAMES.index(line["model"]))
            write_whole(path, "".join(json.dumps(line) + "\n" for line in lines))
            print(f"{name}, {neuron}: {shown} of {len(found)} patterns in {seconds:.0f} s")


def _neurons(model: NeuronModel, twenty: list[str]) -> Iterator[tuple[str, pd.DataFrame, float]]:
    """Yield titles and repertoires of the neuron of a search and of each published one, and the time of each."""
    began = time.process_time()
    found = most_versatile(model, twenty, budget=NEURONS.get(model.key, SETS))
    found.attrs["dt"] = model.dt
    yield MOST_VERSATILE, found, time.process_time() - began
    for title, own, dt in published_neurons(model):
        began = time.process_time()
        found = repertoire(model, own, patterns=twenty, budget=STIMULI, dt=dt)
        found.attrs |= {"parameters": own, "dt": dt}
        yield title, found, time.process_time() - began


def published_neurons(model: NeuronModel) -> list[tuple[str, dict[str, float], float]]:
    """Return title, parameters and time step of each published neuron, once where sets differ in the stimulus alone."""
    known: list[tuple[str, dict[str, float], float]] = []
    for preset in model.presets:
        own = {name: float(preset.parameters.get(name, p.default)) for name, p in model.parameters.items()}
        dt = preset.dt or model.dt
        if all((own, dt) != (values, step) for _, values, step in known):
            known.append((preset.title, own, dt))
    return known


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
