"""Translation of the instructions of a program into Python, for Numba and for plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from plausiwidgets.engine.program.operations import CAST
from plausiwidgets.engine.program.program import BOOL, DOUBLE, LONG, Instruction, Value

_NATIVE = (BOOL, DOUBLE)
"""Types that the operators and functions of Python and Numba preserve. Python's integers have no fixed size."""
_WHOLE = {LONG: "whole64", np.dtype("int32"): "whole32"}
"""Functions that convert a float to an integer. An out-of-range float becomes the same integer in every engine."""


def assignments(lines: Iterable[Instruction]) -> list[str]:
    """Return an assignment for each instruction."""
    return [f"{line.name} = {_expression(line)}" for line in lines]


def text_of(value: Value) -> str:
    """Return the source text of a value: its name, or a literal of its type."""
    if value.number is None:
        return value.name
    number, dtype = value.number, value.dtype
    if dtype.kind != "f":
        text = repr(bool(number)) if dtype == BOOL else repr(int(number))
    elif math.isfinite(number):
        text = repr(float(number))
    else:
        text = "np.nan" if math.isnan(number) else "np.inf" if number > 0 else "-np.inf"
    text = f"({text})" if text.startswith("-") else text
    return text if dtype in _NATIVE else f"{_type(dtype)}({text})"


def _expression(line: Instruction) -> str:
    arguments = [text_of(a) for a in line.arguments]
    if line.operation is not CAST:
        text = line.operation.python.format(*arguments)
        return text if line.dtype in _NATIVE else f"{_type(line.dtype)}({text})"
    (x,), own = arguments, line.arguments[0].dtype
    if line.dtype == BOOL:
        return f"{x} != 0"
    if own == BOOL:
        one, zero = (text_of(Value("", line.dtype, 0, 0, n)) for n in (1, 0))
        return f"{one} if {x} else {zero}"
    if own.kind == "f" and line.dtype in _WHOLE:
        return f"{_WHOLE[line.dtype]}({x})"
    return f"{_type(line.dtype)}({x})"


def _type(dtype: np.dtype) -> str:
    return "np.bool_" if dtype == BOOL else f"np.{dtype}"
