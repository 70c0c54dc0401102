"""Public interface as lines of text, with names, arguments, attributes, columns and command-line options."""

import argparse
import inspect
from collections.abc import Iterator
from importlib import import_module

import pandas as pd

import plausiwidgets as pw

_PARTS = ("models", "patterns", "analysis", "assessment", "recordings", "teaching", "networks", "optimization")
PACKAGES = ("plausiwidgets", *(f"plausiwidgets.{part}" for part in _PARTS))


def members(kind: type) -> Iterator[str]:
    """Yield the public attributes of a class: fields, properties and methods."""
    for base in kind.__mro__:
        if base.__module__.startswith("plausiwidgets"):
            for name in {*vars(base), *getattr(base, "__annotations__", {})}:
                if not name.startswith("_"):
                    yield name


def arguments(thing: object) -> list[str]:
    """Return the names of the arguments of a function or a class, or an empty list without a signature."""
    try:
        return [name for name in inspect.signature(thing).parameters if not name.startswith("_") and name != "self"]
    except (TypeError, ValueError):
        return []


def tables() -> dict[str, list[str]]:
    """Return the columns of each kind of table."""
    found = pw.optimize("lif", "tonic_spiking", seed=0, budget=32)
    shown = pw.analysis.repertoire("lif", patterns="tonic_spiking", budget=4)
    return {
        "assess": list(pw.assessment.COLUMNS),
        "plausibility_score": list(pw.assessment.SCORE_COLUMNS),
        "estimate": list(pw.assessment.ESTIMATE_COLUMNS),
        "repertoire": list(shown.columns),
        "Result.history": list(found.history.columns),
        "Verdict.to_frame": list(found.verdict.to_frame().columns),
        "class_results": list(pw.teaching.class_results("PW1.abc").columns),
    }


def options() -> Iterator[tuple[str, str]]:
    """Yield the name of each command with each of its options."""
    from plausiwidgets.cli.main import build_parser

    [commands] = [action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)]
    for name, parser in commands.choices.items():
        for action in (action for action in parser._actions if action.help != argparse.SUPPRESS):
            for option in action.option_strings:
                yield f"plausiwidgets {name}", option


def described() -> list[str]:
    """Return the public interface of this version as sorted lines."""
    lines = set()
    for package in PACKAGES:
        home = import_module(package)
        for name in home.__all__:
            lines.add(f"name {package}.{name}")
            thing = getattr(home, name)
            if inspect.ismodule(thing) or not callable(thing):
                continue
            lines |= {f"argument {name}({argument})" for argument in arguments(thing)}
            if isinstance(thing, type) and not issubclass(thing, (pd.DataFrame, BaseException)):
                lines |= {f"attribute {name}.{member}" for member in members(thing)}
    lines |= {f"attribute ModelCard.{member}" for member in members(type(pw.analysis.model_card("lif")))}
    lines |= {f"column {table}[{column}]" for table, columns in tables().items() for column in columns}
    lines |= {f"option {command} {option}" for command, option in options()}
    return sorted(lines)
