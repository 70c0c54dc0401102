"""Translation of the instructions of a program into JavaScript.

A float64 is a number of JavaScript. A float32 is rounded by ``Math.fround`` after each operation. An integer is a
BigInt that is cut to the width of its type. The result consists only of forms from the table of operations, names that
the export assigned, and numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from plausiwidgets.engine.program.operations import CAST
from plausiwidgets.engine.program.program import BOOL, LONG, SINGLE, Instruction, Value

_UNSIGNED = np.dtype("uint8")
_BITS = {np.dtype(name): bits for name, bits in (("int64", 64), ("int32", 32), ("int16", 16), ("int8", 8))}
_BITS[_UNSIGNED] = 8


class NoJavaScriptError(Exception):
    """An operation has no form in JavaScript. The message is its name."""


def declarations(lines: Iterable[Instruction]) -> list[str]:
    """Return a declaration for each instruction."""
    return [f"const {line.name} = {_expression(line)};" for line in lines]


def text_of(value: Value) -> str:
    """Return the source text of a value: its name, or a literal of its type."""
    if value.number is None:
        return value.name
    if value.dtype == BOOL:
        return "true" if value.number else "false"
    if value.dtype in _BITS:
        return f"{int(value.number)}n" if value.number >= 0 else f"({int(value.number)}n)"
    text = number(value.number)
    return f"Math.fround({text})" if value.dtype == SINGLE else text


def number(value: float) -> str:
    """Return a double as a JavaScript literal of exactly the same value."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "(-Infinity)"
    text = repr(float(value)).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text


def _expression(line: Instruction) -> str:
    arguments, dtype, form = [text_of(a) for a in line.arguments], line.dtype, line.operation.javascript
    if line.operation is CAST:
        return _cast(arguments[0], line.arguments[0].dtype, dtype)
    if form is None:
        raise NoJavaScriptError(line.operation.name)
    text = (form or f"({line.operation.python})").format(*arguments)
    return f"Math.fround({text})" if dtype == SINGLE else _cut(text, dtype) if dtype in _BITS else text


def _cut(text: str, dtype: np.dtype) -> str:
    return f"BigInt.as{'Uint' if dtype == _UNSIGNED else 'Int'}N({_BITS[dtype]}, {text})"


def _cast(text: str, own: np.dtype, dtype: np.dtype) -> str:
    if dtype == BOOL:
        return f"({text} !== {'0n' if own in _BITS else '0'})"
    if own == BOOL:
        return f"({text} ? 1n : 0n)" if dtype in _BITS else f"({text} ? 1 : 0)"
    if dtype in _BITS:
        if own not in _BITS:
            return f"truncated({text}, {_BITS[dtype]})"
        return text if dtype == LONG else _cut(text, dtype)
    if own in _BITS:
        return f"{'singleOf' if dtype == SINGLE else 'Number'}({text})"
    return f"Math.fround({text})" if dtype == SINGLE else text
