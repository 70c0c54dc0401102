"""The text of a program's assignments, which is Python for Numba, as JavaScript.

A number is a double, as there; float32 is rounded by ``Math.fround`` after each operation; an integer is a BigInt
that is cut to the width of its type. Nothing but what this file lists gets into the result.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from plausiwidgets.simulation.compiled.program import Number

BOOL, SINGLE, DOUBLE, LONG = torch.bool, torch.float32, torch.float64, torch.int64

_BITS = {torch.int64: 64, torch.int32: 32, torch.int16: 16, torch.int8: 8, torch.uint8: 8}
_TYPES = {
    "float64": DOUBLE, "float32": SINGLE, "int64": LONG, "int32": torch.int32, "int16": torch.int16,
    "int8": torch.int8, "uint8": torch.uint8, "bool_": BOOL,
}  # fmt: skip

_FUNCTIONS = {
    "exp": "Math.exp", "log": "Math.log", "sigmoid": "sigmoid", "remainder": "remainder",
    "floor_divide": "floorDivide", "floor": "Math.floor", "ceil": "Math.ceil", "trunc": "Math.trunc",
    "rint": "roundHalfEven", "copysign": "copySign", "pow": "power", "sqrt": "Math.sqrt", "expm1": "Math.expm1",
    "log1p": "Math.log1p", "log2": "Math.log2", "log10": "Math.log10", "sin": "Math.sin", "cos": "Math.cos",
    "tan": "Math.tan", "sinh": "Math.sinh", "cosh": "Math.cosh", "tanh": "Math.tanh", "asin": "Math.asin",
    "acos": "Math.acos", "atan": "Math.atan", "asinh": "Math.asinh", "acosh": "Math.acosh", "atanh": "Math.atanh",
    "atan2": "Math.atan2", "hypot": "Math.hypot",
}  # fmt: skip
"""Functions of the table of operations; those without ``Math.`` are in ``runtime.js``."""

_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_BITWISE: dict[type[ast.operator], str] = {ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^"}
_LOGICAL: dict[type[ast.operator], str] = {ast.BitAnd: "&&", ast.BitOr: "||", ast.BitXor: "!=="}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "===", ast.NotEq: "!==", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


class NoJavaScript(Exception):
    """Something has no counterpart in JavaScript; the text names it."""


@dataclass(frozen=True)
class Term:
    """A piece of JavaScript and the type of its value; `number` where it is a constant of no type yet."""

    text: str
    dtype: torch.dtype
    number: Number | None = None


def javascript(text: str, names: Mapping[str, torch.dtype], dtype: torch.dtype) -> str:
    """Return the text of an assignment as JavaScript.

    Parameters
    ----------
    text : str
        As an :class:`~plausiwidgets.simulation.compiled.program.Assignment` has it.
    names : mapping of str to torch.dtype
        What it may read.
    dtype : torch.dtype
        Of its value.

    Raises
    ------
    NoJavaScript
        For what this file does not know.

    Examples
    --------
    >>> import torch
    >>> javascript("s0 if s0 > 1 else np.rint(dt)", {"s0": torch.float64, "dt": torch.float64}, torch.float64)
    '((s0 > 1) ? s0 : roundHalfEven(dt))'
    """
    return _as(_term(ast.parse(text, mode="eval").body, names), dtype)


def number(value: float) -> str:
    """Return a double as JavaScript reads it, the same to the last bit."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "(-Infinity)"
    text = repr(float(value)).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text


def _term(node: ast.expr, names: Mapping[str, torch.dtype]) -> Term:
    if isinstance(node, ast.Name) and node.id in names:
        return Term(node.id, names[node.id])
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        return _constant(node.value)
    if isinstance(node, ast.Attribute) and node.attr in ("nan", "inf"):
        return _constant(math.nan if node.attr == "nan" else math.inf)
    if isinstance(node, ast.UnaryOp):
        return _unary(node.op, _term(node.operand, names))
    if isinstance(node, ast.BinOp):
        return _binary(node.op, _term(node.left, names), _term(node.right, names))
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        left, right = _term(node.left, names), _term(node.comparators[0], names)
        dtype = _common(left, right)
        return Term(f"({_as(left, dtype)} {_COMPARISONS[type(node.ops[0])]} {_as(right, dtype)})", BOOL)
    if isinstance(node, ast.IfExp):
        chosen, a, b = (_term(part, names) for part in (node.test, node.body, node.orelse))
        dtype = _common(a, b)
        return Term(f"({_as(chosen, BOOL)} ? {_as(a, dtype)} : {_as(b, dtype)})", dtype)
    if isinstance(node, ast.Call) and not node.keywords:
        return _call(node, [_term(argument, names) for argument in node.args])
    raise NoJavaScript(ast.unparse(node))


def _constant(value: Number) -> Term:
    if isinstance(value, bool):
        return Term("true" if value else "false", BOOL)
    return Term(number(float(value)), LONG if isinstance(value, int) else DOUBLE, value)


def _unary(op: ast.unaryop, x: Term) -> Term:
    if isinstance(op, ast.Not):
        return Term(f"!{_as(x, BOOL)}", BOOL)
    if isinstance(op, ast.USub) and x.number is not None:
        return _constant(-x.number)
    if isinstance(op, (ast.USub, ast.Invert)) and x.dtype != BOOL:
        sign = "-" if isinstance(op, ast.USub) else "~"
        return _rounded(f"({sign}{_as(x, x.dtype)})", x.dtype)
    raise NoJavaScript(f"{type(op).__name__} of {x.dtype}")


def _binary(op: ast.operator, a: Term, b: Term) -> Term:
    dtype = _common(a, b)
    if dtype == BOOL and type(op) in _LOGICAL:
        return Term(f"({a.text} {_LOGICAL[type(op)]} {b.text})", BOOL)
    if type(op) in _BITWISE and dtype in _BITS:
        return _rounded(f"({_as(a, dtype)} {_BITWISE[type(op)]} {_as(b, dtype)})", dtype)
    if type(op) not in _ARITHMETIC or dtype == BOOL:
        raise NoJavaScript(f"{type(op).__name__} of {a.dtype} and {b.dtype}")
    if isinstance(op, ast.Div) and dtype in _BITS:
        dtype = DOUBLE
    return _rounded(f"({_as(a, dtype)} {_ARITHMETIC[type(op)]} {_as(b, dtype)})", dtype)


def _call(node: ast.Call, arguments: list[Term]) -> Term:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in _TYPES and len(arguments) == 1:
        return Term(_as(arguments[0], _TYPES[name]), _TYPES[name])
    dtype = arguments[0].dtype
    for argument in arguments[1:]:
        dtype = _common(Term("", dtype), argument)
    if name == "abs" and dtype in _BITS:
        x = _as(arguments[0], dtype)
        return _rounded(f"({x} < 0n ? -{x} : {x})", dtype)
    if dtype not in (SINGLE, DOUBLE):
        dtype = DOUBLE
    texts = [_as(argument, dtype) for argument in arguments]
    if name == "abs":
        return Term(f"Math.abs({texts[0]})", dtype)
    if name == "fmod":
        return _rounded(f"({texts[0]} % {texts[1]})", dtype)
    if name not in _FUNCTIONS:
        raise NoJavaScript(name)
    return _rounded(f"{_FUNCTIONS[name]}({', '.join(texts)})", dtype)


def _rounded(text: str, dtype: torch.dtype) -> Term:
    """Return the outcome of an operation, as its type holds it."""
    if dtype == SINGLE:
        return Term(f"Math.fround({text})", dtype)
    return Term(_cut(text, dtype) if dtype in _BITS else text, dtype)


def _cut(text: str, dtype: torch.dtype) -> str:
    return f"BigInt.as{'Uint' if dtype == torch.uint8 else 'Int'}N({_BITS[dtype]}, {text})"


def _common(a: Term, b: Term) -> torch.dtype:
    """Return the type in which Numba computes with two values: an integer and a float make a double."""
    if a.dtype == b.dtype and a.dtype not in _BITS:
        return a.dtype
    for term, other in ((a, b), (b, a)):  # a constant takes the type of what it stands beside
        if term.number is not None and term.dtype == LONG and other.dtype != BOOL:
            return other.dtype
    if a.dtype in _BITS and b.dtype in _BITS:
        return LONG
    return DOUBLE


def _as(term: Term, dtype: torch.dtype) -> str:
    """Return the text of a value as another type."""
    text, own = term.text, term.dtype
    if term.number is not None:
        if dtype == BOOL:
            return "true" if term.number else "false"
        if dtype in _BITS:
            whole = int(term.number)
            return f"{whole}n" if whole >= 0 else f"({whole}n)"
        return f"Math.fround({text})" if dtype == SINGLE and own == DOUBLE else text
    if own == dtype:
        return text
    if dtype == BOOL:
        return f"({text} !== {'0n' if own in _BITS else '0'})"
    if own == BOOL:
        return f"({text} ? 1n : 0n)" if dtype in _BITS else f"({text} ? 1 : 0)"
    if dtype in _BITS:
        if own not in _BITS:
            text = f"truncated({text})"
            if dtype == LONG:
                return text
        return text if own == torch.uint8 and dtype != torch.int8 else _cut(text, dtype)
    if own in _BITS:
        text = f"Number({text})"
        return f"Math.fround({text})" if dtype == SINGLE else text
    return f"Math.fround({text})" if dtype == SINGLE else text
