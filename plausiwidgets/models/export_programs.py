"""Write the programs of the package's own neurons beside them, made anew from their steps in torch.

``python -m plausiwidgets.models.export_programs`` does it for all of them, with names for these; needed after an edit
of a neuron. They are what runs: only a test asks torch whether they are still what the steps say.
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

COMMAND = "python -m plausiwidgets.models.export_programs"


def by_torch(name: str) -> NeuronModel:
    """Return a model of the package without its programs, as torch runs it."""
    model = copy.copy(import_module(f"plausiwidgets.models.library.{name}").NEURON)
    model.programs = None
    return model


def main(names: Sequence[str] = ()) -> None:
    """Write the programs of the named models, or of all."""
    for name in names or NAMES:
        path = Path(str(program_file(name)))
        path.parent.mkdir(exist_ok=True)
        path.write_text(export_programs(by_torch(name)).text(), encoding="utf-8", newline="\n")
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
