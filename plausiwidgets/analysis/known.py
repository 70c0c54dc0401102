"""What is known of the package's models: the searches of its own study, and the sets with which they show a pattern."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from plausiwidgets.models.model import NeuronModel, Preset
from plausiwidgets.models.registry import is_builtin as is_builtin_model
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.registry import is_builtin as is_builtin_pattern
from plausiwidgets.support.arguments import checked

TABLE, SCORE = "zoo.csv", "zoo_score.csv"
COMMAND = (
    f"plausiwidgets assess all --workers 2 --store zoo.jsonl --csv {TABLE} && "
    f"python -c \"from plausiwidgets.assessment.packaged import finish_table; finish_table('{TABLE}')\""
)
"""The command that made both, with seed 0 and the default budgets, and others where these find nothing.

Version 0.2 also searched the 70 pairs that an argument rules out, and found none of them: these rows are kept.
"""
DEFAULTS = "zoo_defaults.csv"
"""Of `plausiwidgets.assessment.packaged.write_defaults`."""
REPERTOIRES = "zoo_repertoires.jsonl"
REPERTOIRES_COMMAND = 'python -c "from plausiwidgets.assessment.packaged_repertoires import write; write()"'
"""The command that made it, with seed 0 and the default budgets; with names, those of these models alone."""
TORCH_TABLE, TORCH_SCORE = "torch_neurons.csv", "torch_neurons_score.csv"
"""Of ``plausiwidgets assess notebooks/torch_neurons.py:all --budget 4000 --csv torch_neurons.csv --score
torch_neurons_score.csv``, with seed 0, snnTorch 1.0, SpikingJelly 2.0, sinabs 3.1 and Norse 1.1."""


def rows_of(text: str) -> dict[tuple[str, str], dict[str, str]]:
    """Return the rows of a table in CSV as texts, 50 times faster than pandas."""
    return {(row["model"], row["pattern"]): row for row in csv.DictReader(io.StringIO(text, newline=""))}


@cache
def _rows() -> dict[tuple[str, str], dict[str, str]]:
    return rows_of(data_file(TABLE).read_text(encoding="utf-8"))


def packaged_rows(model: NeuronModel) -> dict[str, Mapping[str, str]]:
    """Return the rows of :func:`packaged_table` by pattern, as the texts of its file; empty for a custom model."""
    if not is_builtin_model(model):
        return {}
    return {pattern: row for (name, pattern), row in _rows().items() if name == model.key}


@checked
def packaged_parameters(model: str, pattern: str) -> Mapping[str, float] | None:
    """Return the verified set of :func:`packaged_table` for a model and a pattern; None without one.

    Parameters
    ----------
    model, pattern : str
        Names.

    Returns
    -------
    mapping of str to float, or None
        The model's parameters and the stimulus values.

    Examples
    --------
    >>> from plausiwidgets.assessment import packaged_parameters
    >>> sorted(packaged_parameters("lif", "tonic_spiking"))[:3]
    ['amplitude', 'holding', 't_ref']
    >>> packaged_parameters("lif", "tonic_bursting") is None
    True
    """
    row = _rows().get((model, pattern))
    return json.loads(row["parameters"]) if row is not None and row["status"] == "replicated" else None


@cache
def defaults_that_hold() -> frozenset[tuple[str, str]]:
    """Return models and patterns that the defaults of both replicate, as `write_defaults` found them."""
    return frozenset(rows_of(data_file(DEFAULTS).read_text(encoding="utf-8")))


def known_sets(model: NeuronModel, pattern: Protocol) -> list[tuple[dict[str, float], float, Preset | None]]:
    """Return the known sets with which a model shows a pattern.

    Returns
    -------
    list of (parameters, dt, preset)
        Presets of publications first, which the judge may reject, with the values that the publication gives; then,
        for a model and a pattern of the package and with None as preset, the defaults where they hold, as an empty
        mapping, and the verified set of :func:`packaged_table`.
    """
    known = pattern.parameters(model)
    sets: list[tuple[dict[str, float], float, Preset | None]] = [
        ({n: x for n, x in preset.parameters.items() if n in known}, preset.dt or model.dt, preset)
        for preset in model.presets
        if preset.pattern == pattern.key
    ]
    if is_builtin_model(model) and is_builtin_pattern(pattern):
        if (model.key, pattern.key) in defaults_that_hold():
            sets.append(({}, model.dt, None))
        found = packaged_parameters(model.key, pattern.key)
        sets += [] if found is None else [(dict(found), model.dt, None)]
    return sets


def data_file(name: str) -> Traversable:
    """Return a file of the package's data."""
    return files("plausiwidgets") / "assessment" / "data" / name
