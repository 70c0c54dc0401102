"""Models and patterns on the command line: names, or Python files that define them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from plausiwidgets.models import NeuronModel
    from plausiwidgets.patterns.all_of import Judged

T = TypeVar("T")

ALL = "all"
FILES_HELP = (
    "FILE.py:NAME and FILE.py:all run a Python file and take what it defines, NAME being the {} and not a variable"
)
MODELS_HELP = f"names of models, or all; {FILES_HELP.format('name of a model')}"
PATTERNS_HELP = f"keys or letters of firing patterns, or all (the default); {FILES_HELP.format('key of a pattern')}"


def models_named(text: str) -> list[NeuronModel]:
    """Return the models that a word of the command line names (argparse type)."""
    from plausiwidgets.models import registry

    if (place := file_and_name(text)) is not None:
        return list(_told(registry.custom.of_file, place).values())
    try:
        return [registry.get(name) for name in (registry.names() if text == ALL else [text])]
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def patterns_named(text: str) -> list[Judged]:
    """Return the patterns that a word of the command line names, by key or letter (argparse type)."""
    from plausiwidgets.patterns import registry
    from plausiwidgets.patterns.all_of import judged

    if (place := file_and_name(text)) is not None:
        return list(_told(registry.custom.of_file, place).values())
    asked = registry.names() if text == ALL else [registry.key_of(text)]
    try:
        return [judged(registry.get(key), "assess") for key in asked]
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def file_and_name(text: str) -> tuple[str, str | None] | None:
    """Return the path of a file and the name in it, None for all; None for a word that is no such place.

    Examples
    --------
    >>> file_and_name("cells/my_neurons.py:leaky"), file_and_name("my_neurons.py:all"), file_and_name("lif")
    (('cells/my_neurons.py', 'leaky'), ('my_neurons.py', None), None)
    """
    path, found, name = (text + f":{ALL}" if text.endswith(".py") else text).rpartition(".py:")
    return (f"{path}.py", None if name == ALL else name) if found else None


def _told(load: Callable[[str, str | None], Mapping[str, T]], place: tuple[str, str | None]) -> Mapping[str, T]:
    """Load a file; its errors are those of the command line, and what it prints does not mix with the table."""
    try:
        with redirect_stdout(sys.stderr):
            return load(*place)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot read {place[0]}: {error.strerror}") from None
    except (ImportError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
