"""Export of the programs of the built-in neurons from their torch steps into files.

``python -m plausiwidgets.upkeep my_neuron`` exports one neuron and updates its results. After a change of the export,
``python -m plausiwidgets.models.export_programs`` writes the programs of all neurons. The package runs these programs.
A test compares them with the steps.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from plausiwidgets.engine.compiled.export_model import export_programs
from plausiwidgets.models.library import NAMES
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import program_file


def by_torch(name: str) -> NeuronModel:
    """Return a built-in model without its programs, as torch runs it."""
    model = copy.copy(import_module(f"plausiwidgets.models.library.{name}").NEURON)
    model.programs = None
    return model


def export(name: str) -> Path:
    """Write the programs of a model, and return the path of the file."""
    path = Path(str(program_file(name)))
    path.parent.mkdir(exist_ok=True)
    path.write_text(export_programs(by_torch(name)).text(), encoding="utf-8", newline="\n")
    return path


def main(names: Sequence[str] = ()) -> None:
    """Write the programs of the named models, by default of all built-in models."""
    for name in names or NAMES:
        print(export(name))


if __name__ == "__main__":
    main(sys.argv[1:])
