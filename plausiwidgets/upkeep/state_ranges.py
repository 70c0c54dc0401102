"""Ranges of the state variables of the built-in models, which fixed-point number formats require."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from plausiwidgets import models
from plausiwidgets.models.fixed_point import RANGES, largest_value
from plausiwidgets.models.library import NAMES
from plausiwidgets.models.library import __file__ as library
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.evaluation import evaluate
from plausiwidgets.patterns.packaged import packaged_set
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.upkeep.rows import twenty

FILE = Path(library).parent / RANGES
DIGITS = 3


def ranges_of(model: NeuronModel) -> dict[str, float]:
    """Return the largest absolute value of each state variable in the packaged sets of a model, empty without sets."""
    names = [s.key for s in model.states]
    largest = dict.fromkeys(names, 0.0)
    for pattern in twenty():
        if not isinstance(pattern, Pattern) or packaged_set(model, pattern) is None:
            continue
        values, dt, _ = parameter_set(model, pattern)
        sets = {name: np.array([float(value)]) for name, value in values.items()}
        for trace in evaluate(model, pattern, sets, dt, record=names).traces.values():
            for name in names:
                largest[name] = max(largest[name], largest_value(trace.states[name]))
    return {name: float(f"{value:.{DIGITS}g}") for name, value in largest.items() if any(largest.values())}


def update(names: list[str] | None = None) -> None:
    """Write the ranges of the named models, or of all models, into their file."""
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for name in names or NAMES:
        known[name] = ranges_of(models.get(name))
    text = json.dumps({name: known[name] for name in NAMES if known.get(name)}, indent=1)
    FILE.write_text(text + "\n", encoding="utf-8", newline="\n")
