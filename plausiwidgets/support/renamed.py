"""Tables of the names from version 0.3 that were renamed, and the errors with the new names.

All code that rejects an old name uses these tables. They are also used to read files that version 0.3 wrote.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dis import opmap
from typing import NoReturn, TypeVar, cast

V = TypeVar("V")
T = TypeVar("T", bound=Callable[..., object])

_PACKAGE = "plausiwidgets"
_STIMULUS = {"FreeValue": f"{_PACKAGE}.StimulusParameter"}

NAMES: Mapping[str, Mapping[str, str]] = {
    _PACKAGE: _STIMULUS | {"NotCompilable": f"{_PACKAGE}.NotCompilableError"},
    f"{_PACKAGE}.patterns": _STIMULUS
    | {
        "Check": f"{_PACKAGE}.patterns.CriterionResult",
        "Injected": f"{_PACKAGE}.recordings.Injected",
        "RecordedPattern": f"{_PACKAGE}.recordings.RecordedPattern",
    },
    f"{_PACKAGE}.analysis": {
        old: f"{_PACKAGE}.analysis.{new}"
        for old, new in {
            "Bifurcations": "BifurcationDiagram",
            "NothingAccepted": "NoSolutionError",
            "bifurcations": "bifurcation_diagram",
            "rate_curve": "fi_curve",
        }.items()
    },
    f"{_PACKAGE}.assessment": {
        f"published_{what}": f"{_PACKAGE}.assessment.packaged_{what}"
        for what in ("parameters", "repertoires", "score", "table")
    }
    | {name: f"{_PACKAGE}.{name}" for name in ("NotebookProgress", "plausibility_chart", "plausibility_map")}
    | {"merge_studies": f"{_PACKAGE}.assessment.read_study, and {_PACKAGE}.assess(…, store=[…]) completes a study"},
    f"{_PACKAGE}.optimization": {"Tries": f"{_PACKAGE}.Result.history, a table"},
    f"{_PACKAGE}.teaching": {"Mystery": f"{_PACKAGE}.teaching.Exercise"},
}
"""Package → old name → new name."""

_PARAMETER = {"free": "vary", "zero": "linear_width"}
_PROTOCOL = {"free_values": "stimulus_parameters"}
_STUDY = {"shard": "a list of files in store, with other models, patterns or seeds in each job"}

ARGUMENTS: Mapping[str, Mapping[str, str]] = {
    "AllOf": _PROTOCOL,
    "CriterionResult": {"cost": "penalty"},
    "NeuronModel": {"cannot": "ruled_out"},
    "Parameter": _PARAMETER,
    "Pattern": _PROTOCOL,
    "Protocol": _PROTOCOL,
    "RecordedPattern": _PROTOCOL,
    "Result": {
        "argument": "ruled_out",
        "failed_check": "failed_test",
        "missed": "unmet",
        "reason": "stop_reason",
        "tries": "_history",
    },
    "StimulusParameter": _PARAMETER,
    "StudySnapshot": {"position": "finished", "reason": "stop_reason"},
    "Verdict": {"checks": "criteria", "failed_check": "failed_test"},
    "assess": _STUDY,
    "estimate": _STUDY,
    "from_recording": {"free": "vary"},
    "start_assessment": _STUDY,
}
"""Function or class → old argument → new argument."""

ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "Criterion": {"cost": "penalty"},
    "CriterionResult": {"cost": "penalty"},
    "Exercise": {"moved": "free"},
    "ModelCard": {"cost": "operations"},
    "NeuronModel": {"cannot": "ruled_out"},
    "Parameter": _PARAMETER,
    "ParameterPlane": {"missed": "unmet"},
    "Protocol": _PROTOCOL | {"free": "stimulus_names"},
    "Result": {
        "argument": "ruled_out",
        "at_ends": "at_bounds",
        "failed_check": "failed_test",
        "line": "summary",
        "milestone": "",
        "missed": "unmet",
        "position": "evaluations",
        "postfix": "loss",
        "reason": "stop_reason",
        "to_norse": "plausiwidgets.to_norse(model, result.parameters)",
        "total": "budget",
        "tries": "history",
        "unit": "",
    },
    "Selection": {"free": "varied", "with_free": "with_varied"},
    "StimulusParameter": _PARAMETER,
    "StudySnapshot": {
        "line": "repr(snapshot)",
        "milestone": "newest",
        "position": "finished",
        "postfix": "running",
        "reason": "stop_reason",
        "total": "len(snapshot.results)",
        "unit": "",
    },
    "Verdict": {"checks": "criteria", "failed_check": "failed_test"},
    "Work": {"line": "", "milestone": "", "position": "done", "postfix": "what", "total": "of", "unit": "each"},
}
"""Class → old attribute → new attribute or a call that replaces it, or an empty text for a private attribute."""

COLUMNS: Mapping[str, str] = {
    "broken": "unmet",
    "cost": "penalty",
    "distance": "loss",
    "failed_check": "failed_test",
    "hold": "met",
    "of": "criteria",
    "reason": "stop_reason",
    "refused": "error",
}
"""Old column of a table → new column."""
PREFIXES: Mapping[str, str] = {"cost_": "penalty_", "holds: ": "met: "}
"""Old prefix of a column's name → new prefix."""

OPTIONS: Mapping[str, Mapping[str, str]] = {
    "assess": {
        "--dry-run": "plausiwidgets.assessment.estimate in Python",
        "--shard": "several files in --store, with other models, --patterns or --seed in each job",
    },
    "explore": {"--budget": "a setting of the search in the app, because a server does not search"},
    "page": {"--out": "--site-dir"},
}
"""Command → old option → new option."""

COMMANDS: Mapping[str, str] = {"merge": "plausiwidgets assess with all files in --store"}
"""Old command → new command."""

STORED_RESULT: Mapping[str, str] = {
    "argument": "ruled_out",
    "failed_check": "failed_test",
    "missed": "unmet",
    "reason": "stop_reason",
}
"""Old field of a stored result → new field."""


def attribute_error(kind: type, name: str) -> AttributeError | None:
    """Return the error with the new name of an attribute, or None if the attribute was not renamed."""
    for base in kind.__mro__:
        if (new := ATTRIBUTES.get(base.__name__, {}).get(name)) is not None:
            place = new if "(" in new else f"{base.__name__}.{new}" if new else "private"
            return AttributeError(f"{base.__name__}.{name} is now {place}.")
    return None


def argument_error(where: str, given: Iterable[str]) -> TypeError | None:
    """Return the error with the new name of a given argument, or None if none of the arguments was renamed."""
    renamed = ARGUMENTS.get(where, {})
    for old in given:
        if old in renamed:
            return TypeError(f"{where}: the argument {old} is now {renamed[old]}.")
    return None


def name_error(package: str, name: str) -> Exception | None:
    """Return the error with the new name of a name in a package, or None if the name was not renamed.

    In ``from … import``, Python replaces the text of an AttributeError, so an ImportError is returned instead.
    """
    if (new := NAMES.get(package, {}).get(name)) is None:
        return None
    text = f"{package}.{name} is now {new}."
    caller = sys._getframe(2)
    imports = caller.f_lasti >= 0 and caller.f_code.co_code[caller.f_lasti] == opmap["IMPORT_FROM"]
    return ImportError(text, name=package) if imports else AttributeError(text)


def column_error(name: object, columns: Iterable[object]) -> KeyError | None:
    """Return the error with the new name of a column if the table has this column, else None."""
    new = new_column(name) if isinstance(name, str) else None
    return KeyError(f"the column {name!r} is now {new!r}.") if new is not None and new in list(columns) else None


def new_column(name: str) -> str | None:
    """Return the new name of a column, or None if the column was not renamed."""
    if name in COLUMNS:
        return COLUMNS[name]
    return next((new + name.removeprefix(old) for old, new in PREFIXES.items() if name.startswith(old)), None)


def renamed(kind: type[V]) -> type[V]:
    """Make the old attributes and arguments of a class raise an error with the new name."""

    def missing(self: V, name: str) -> NoReturn:
        usual = AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
        raise attribute_error(type(self), name) or usual

    # setattr is needed so that a type checker still rejects a misspelt attribute.
    setattr(kind, "__getattr__", missing)  # noqa: B010
    if kind.__name__ in ARGUMENTS:
        setattr(kind, "__init__", states_arguments(kind.__init__, kind.__name__))  # noqa: B010
    return kind


def states_arguments(function: T, where: str) -> T:
    """Return a function that raises an error with the new name of an old argument."""

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        try:
            return function(*args, **kwargs)
        except TypeError:
            if error := argument_error(where, kwargs):
                raise error from None
            raise

    return cast(T, call)


class StimulusParameters(tuple[V, ...]):
    """The parameters of a stimulus. A call, as of the method in 0.3, raises an error with the method's new name."""

    def __new__(cls, parameters: Sequence[V]) -> StimulusParameters[V]:
        return super().__new__(cls, parameters)

    def __call__(self, model: object) -> None:
        raise TypeError("Protocol.stimulus_parameters(model) is now Protocol.stimulus_parameters_for(model).")
