"""Functions of features that are recorded as one operation where they are called with formulas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar

from plausiwidgets.simulation.formula import Formula, operand

PRIMITIVES: dict[str, Callable[..., Any]] = {}
"""The functions by their names; each has a form of its name in JavaScript."""

Function = TypeVar("Function", bound=Callable[..., Any])


def primitive(result: str | type) -> Callable[[Function], Function]:
    """Record calls of a function with formulas as one operation.

    Parameters
    ----------
    result : {"number", "row"}, or a dataclass
        What it returns; the fields of a dataclass are numbers.
    """

    def register(function: Function) -> Function:
        name = function.__name__
        PRIMITIVES[name] = function

        @wraps(function)
        def call(*arguments: Any) -> Any:
            for x in arguments:
                if isinstance(x, Formula) or (type(x) is list and any(isinstance(y, Formula) for y in x)):
                    return _recorded([name, *map(operand, arguments)], result)
            return function(*arguments)

        return call  # type: ignore[return-value]

    return register


def _recorded(tree: list[Any], result: Any) -> Any:
    if isinstance(result, str):
        return Formula(tree, result)
    return result(**{field.name: Formula(["field", tree, field.name]) for field in fields(result)})
