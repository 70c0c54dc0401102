"""Updates of the packaged repertoires, which contain the patterns that single neurons show."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from plausiwidgets.analysis.repertoires import BUDGET, repertoire
from plausiwidgets.analysis.versatile import SETS, most_versatile
from plausiwidgets.assessment.packaged import data_file
from plausiwidgets.assessment.stored_repertoires import (
    MOST_VERSATILE,
    REPERTOIRES,
    RepertoireEntry,
    StoredNeuron,
    published_neurons,
    stored_neurons,
)
from plausiwidgets.models.library import NAMES
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.registry import why_ruled_out
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.whole_file import write_whole
from plausiwidgets.upkeep.rows import of_entry, twenty
from plausiwidgets.upkeep.verification import is_verified

STIMULI = 100
"""Number of stimuli that are evaluated for each pattern of a published neuron."""
NEURONS = {"wang_buzsaki": 160, "connor_stevens": 160}
"""Number of evaluated neurons in the search for the most versatile one, if the default number takes many minutes."""


def neurons(model: NeuronModel) -> dict[str, tuple[dict[str, float], float] | None]:
    """Return the parameters and the time step of each neuron by its title, with None for the most versatile one."""
    return {MOST_VERSATILE: None} | {title: (own, dt) for title, own, dt in published_neurons(model)}


def update(model: NeuronModel, title: str, keys: Collection[str], search: bool = True) -> Iterator[tuple[str, str]]:
    """Update some patterns of a neuron, and yield each pattern with its status, empty if it needs a search.

    A stimulus with which the neuron still shows the pattern is kept. Without one, a search runs with the parameters of
    the neuron fixed. If the neuron is new or changed, its whole repertoire is searched.
    """
    stored = {line["neuron"]: line for line in stored_neurons() if line["model"] == model.key}
    known, line = neurons(model), stored.get(title)
    held = known.get(title)
    if title not in known:  # no preset has this title any more
        _write(model.key, {name: one for name, one in stored.items() if name != title})
    elif line is None or (held is not None and held != (line["parameters"], line["dt"])):
        yield from _searched(model, title, held, search, keys)
    else:
        for pattern in twenty():
            if pattern.key in keys:
                yield pattern.key, _update_entry(model, line, pattern, search)
                _write(model.key, stored)


def search_most_versatile(model: NeuronModel) -> Iterator[tuple[str, str]]:
    """Search for the most versatile neuron of a model again, and yield each pattern with its status."""
    yield from _searched(model, MOST_VERSATILE, None, True, ())


def is_surpassed(model: NeuronModel) -> bool:
    """Return whether a published neuron shows more patterns than the most versatile neuron.

    The most versatile neuron must then be searched for again.
    """
    shown = {
        line["neuron"]: sum(entry["status"] == "replicated" for entry in line["patterns"].values())
        for line in stored_neurons()
        if line["model"] == model.key
    }
    return bool(shown) and max(shown.values()) > shown.get(MOST_VERSATILE, 0)


def _update_entry(model: NeuronModel, line: StoredNeuron, pattern: Pattern, search: bool) -> str:
    own, dt = line["parameters"], line["dt"]
    entry: RepertoireEntry = line["patterns"].get(pattern.key, {"status": "", "stimulus": {}})
    if entry["status"] == "replicated" and not is_verified(model, pattern, own | entry["stimulus"], dt):
        entry = {"status": "", "stimulus": {}}
    if why_ruled_out(pattern, model) and entry["status"] != "replicated":
        entry = {"status": "rejected", "evaluations": 0, "stimulus": {}}
    elif entry["status"] != "replicated":
        if not search:
            return ""
        budget = BUDGET if line["neuron"] == MOST_VERSATILE else STIMULI
        (row,) = repertoire(model, own, patterns=pattern, budget=budget, dt=dt).itertuples()
        entry = entry_of(row)
    line["patterns"][pattern.key] = entry | {"rules": of_entry(model, pattern, own, dt, entry)}
    return str(entry["status"])


def entry_of(row: Any) -> RepertoireEntry:
    """Return a row of a repertoire in the format of the file."""
    stimulus = row.stimulus if row.status != "rejected" else {}
    return {"status": row.status, "evaluations": row.evaluations, "stimulus": stimulus}


def _searched(
    model: NeuronModel,
    title: str,
    held: tuple[dict[str, float], float] | None,
    search: bool,
    keys: Collection[str],
) -> Iterator[tuple[str, str]]:
    """Search the whole repertoire of a neuron, write it, and yield each pattern with its status."""
    if not search:
        yield from ((key, "") for key in keys)
        return
    began = time.process_time()
    if held is None:
        budget = NEURONS.get(model.key, SETS)
        found = most_versatile(model, [one.key for one in twenty()], budget=budget)
        own, dt = found.attrs["parameters"], model.dt
    else:
        own, dt = held
        found = repertoire(model, own, patterns=[one.key for one in twenty()], budget=STIMULI, dt=dt)
    line = line_of(model, title, own, dt, found, time.process_time() - began)
    stored = {one["neuron"]: one for one in stored_neurons() if one["model"] == model.key}
    _write(model.key, stored | {title: line})
    yield from ((key, entry["status"]) for key, entry in line["patterns"].items())


def line_of(
    model: NeuronModel, title: str, own: Mapping[str, float], dt: float, found: pd.DataFrame, seconds: float
) -> StoredNeuron:
    """Return the line of a neuron whose repertoire was searched."""
    entries = {str(row.pattern): entry_of(row) for row in found.itertuples()}
    return {
        "model": model.key,
        "neuron": title,
        "dt": dt,
        "parameters": dict(own),
        "cpu_seconds": round(seconds, 1),
        "versions": versions() | {"date": date.today().isoformat()},
        "patterns": {
            one.key: entries[one.key] | {"rules": of_entry(model, one, own, dt, entries[one.key])} for one in twenty()
        },
    }


def _write(model: str, lines: Mapping[str, StoredNeuron]) -> None:
    """Write the neurons of a model, the most versatile one first, and keep those of other models."""
    own = sorted(lines.values(), key=lambda line: line["neuron"] != MOST_VERSATILE)
    others = [line for line in stored_neurons() if line["model"] != model]
    every = sorted([*others, *own], key=lambda line: NAMES.index(line["model"]))
    write_whole(Path(str(data_file(REPERTOIRES))), "".join(json.dumps(line) + "\n" for line in every))
