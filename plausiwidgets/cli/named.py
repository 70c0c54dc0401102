"""Models, patterns and strategies on the command line, given by name or by a Python file that defines them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from plausiwidgets.models import NeuronModel
    from plausiwidgets.optimization import StrategyFactory
    from plausiwidgets.patterns.all_of import Judged
    from plausiwidgets.support.python_file import Registry

T = TypeVar("T")

ALL = "all"


def files_help(what: str) -> str:
    """Return the part of a help text about Python files that define models or patterns."""
    return f"FILE.py:NAME uses the {what} with the key NAME of a Python file, and FILE.py:all uses every {what} in it"


MODELS_HELP = f"names of neuron models, or all; {files_help('model')}"
PATTERNS_HELP = f"keys or letters of firing patterns, or all (default); {files_help('pattern')}"


def models_named(text: str) -> list[NeuronModel]:
    """Return the models for an argument of the command line (argparse type)."""
    from plausiwidgets.models import registry

    return _named(text, registry.custom, registry.names, registry.get)


def patterns_named(text: str) -> list[Judged]:
    """Return the patterns for an argument of the command line, which is a key, a letter or a file (argparse type)."""
    from plausiwidgets.patterns import registry
    from plausiwidgets.patterns.all_of import judged

    return _named(
        text, registry.custom, registry.names, lambda key: judged(registry.get(registry.key_of(key)), "assessed")
    )


def strategy_named(text: str) -> StrategyFactory:
    """Return the factory of a strategy for an argument of the form module:factory (argparse type)."""
    from plausiwidgets.optimization.guarded_strategy import check_factory

    module, colon, name = text.partition(":")
    if not (colon and name and all(part.isidentifier() for part in module.split("."))):
        raise argparse.ArgumentTypeError(
            f"the strategy must be MODULE:FACTORY, such as my_strategies:RandomSearch, got {text!r}."
        )
    # A console command does not search for modules in the current folder. The workers receive this path too.
    sys.path[:] = [os.getcwd(), *(folder for folder in sys.path if folder != os.getcwd())]
    try:
        with redirect_stdout(sys.stderr):
            found = getattr(import_module(module), name)
        return check_factory("", found, shared=True)
    except AttributeError:
        raise argparse.ArgumentTypeError(f"module {module!r} has no {name!r}.") from None
    except TypeError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    except Exception as error:
        raise argparse.ArgumentTypeError(
            f"module {module!r} cannot be imported ({type(error).__name__}: {error})."
        ) from None


def _named(text: str, custom: Registry[Any], names: Callable[[], list[str]], get: Callable[[str], T]) -> list[T]:
    path, name = file_and_name(text)
    try:
        if not path:
            return [get(one) for one in (names() if text == ALL else [text])]
        with redirect_stdout(sys.stderr):  # the output of a file must not mix with the table
            return list(custom.of_file(path, name).values())
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path} cannot be read ({error.strerror}).") from None
    except (ImportError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def file_and_name(text: str) -> tuple[str, str | None]:
    """Return the path of a file and the name in it for an argument of the command line.

    The path is empty if the argument is not a file, and the name is None for all objects in the file.

    Examples
    --------
    >>> file_and_name("cells/my_neurons.py:leaky"), file_and_name("my_neurons.py:all"), file_and_name("lif")
    (('cells/my_neurons.py', 'leaky'), ('my_neurons.py', None), ('', None))
    """
    path, found, name = (text + f":{ALL}" if text.endswith(".py") else text).rpartition(".py:")
    return (f"{path}.py", None if name == ALL else name) if found else ("", None)
