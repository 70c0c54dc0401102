"""Evaluation of Brian2's expressions and statements by their syntax trees, without executing any text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.program.tracer import Traced

WHERE = "from_brian2"
"""Start of an error message."""

Number = NDArray[np.float64]
"""A value of an expression: an array, or a float or a traced value, which behave like arrays."""


def number(value: bool | float | Traced) -> Number:
    """Return a value unchanged, typed as a number for type checkers."""
    return cast(Number, value)


def _exprel(x: Number) -> Number:
    """Return (exp(x) − 1)/x, or its limit at 0, as in Brian2."""
    near = abs(x) < 1e-16
    return np.where(near, 1.0, np.expm1(x) / np.where(near, 1.0, x))


_FUNCTIONS: dict[str, Callable[..., Number]] = {
    **{
        name: getattr(np, name)
        for name in (
            "exp",
            "log",
            "log10",
            "expm1",
            "log1p",
            "sqrt",
            "sin",
            "cos",
            "tan",
            "sinh",
            "cosh",
            "tanh",
            "arcsin",
            "arccos",
            "arctan",
            "floor",
            "ceil",
            "sign",
        )
    },
    "abs": np.abs,
    "clip": lambda x, low, high: np.clip(x, *(None if _is_infinite(y) else y for y in (low, high))),
    "exprel": _exprel,
    "int": lambda x: 1.0 * x if _is_truth(x) else np.trunc(x),
    "timestep": lambda t, dt: steps_of(t, dt),
}
"""The deterministic functions of Brian2."""


def steps_of(t: Number, dt: Number) -> Number:
    """Return the number of time steps in a time, rounded as in Brian2."""
    return np.floor((t + 1e-3 * dt) / dt)


_BINARY: dict[type, Callable[[Number, Number], Number]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.Mod: np.mod,
    ast.FloorDiv: lambda a, b: np.floor(a / b),
}
_UNARY: dict[type, Callable[[Number], Number]] = {
    ast.Not: np.logical_not,
    ast.USub: lambda x: -x,
    ast.UAdd: lambda x: x,
}
_COMPARED: dict[type, Callable[[Number, Number], Number]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}


def _is_infinite(x: Number) -> bool:
    return isinstance(x, float) and np.isinf(x)


def _is_truth(x: Number) -> bool:
    value = x.value.dtype if isinstance(x, Traced) else np.asarray(x).dtype
    return bool(np.dtype(value).kind == "b")


def walk(node: ast.AST, names: Mapping[str, Number]) -> Number:
    """Return the value of an expression.

    Parameters
    ----------
    node : ast.AST
        Syntax tree of the expression.
    names : mapping of str to Number
        Values of the names in the expression.

    Raises
    ------
    ValueError
        If a name has no value, or a function or a form of expression is not supported.
    """

    def of(inner: ast.AST) -> Number:
        return walk(inner, names)

    if isinstance(node, ast.Expression):
        return of(node.body)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        return number(node.value if isinstance(node.value, bool) else float(node.value))
    if isinstance(node, ast.Name):
        return _named(node.id, names)
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _BINARY[type(node.op)](of(node.left), of(node.right))
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        return _UNARY[type(node.op)](of(node.operand))
    if isinstance(node, ast.BoolOp):
        return _joined(np.logical_and if isinstance(node.op, ast.And) else np.logical_or, list(map(of, node.values)))
    if isinstance(node, ast.Compare) and all(type(op) in _COMPARED for op in node.ops):
        values = [of(x) for x in (node.left, *node.comparators)]
        tests = [_COMPARED[type(op)](a, b) for op, a, b in zip(node.ops, values, values[1:], strict=False)]
        return _joined(np.logical_and, tests)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _called(node.func.id, node.args, names)
    raise ValueError(f"{WHERE}: the expression {ast.unparse(node)!r} is not supported.")


def _named(name: str, names: Mapping[str, Number]) -> Number:
    if name in ("True", "False"):
        return number(name == "True")
    if name not in names:
        raise ValueError(f"{WHERE}: {name!r} has no value.{_about(name)}")
    return names[name]


def _joined(join: Callable[[Number, Number], Number], values: list[Number]) -> Number:
    first, *others = values
    for other in others:
        first = join(first, other)
    return first


def _called(name: str, arguments: list[ast.expr], names: Mapping[str, Number]) -> Number:
    if name in _FUNCTIONS:
        return _FUNCTIONS[name](*(walk(argument, names) for argument in arguments))
    if name in names and [ast.unparse(argument) for argument in arguments] == ["t"]:
        return names[name]  # The name is the injected current as a TimedArray.
    raise ValueError(f"{WHERE}: the function {name!r} is not supported.{_about(name)}")


def _about(name: str) -> str:
    deterministic = " A model must be deterministic."
    words = {
        "t": " A model must not depend on the time. Its only input is the current.",
        "lastspike": " Make the time since a spike a variable of the equations.",
        "i": " A model is one neuron. Make values that differ between neurons parameters.",
        **dict.fromkeys(("rand", "randn", "poisson", "xi"), deterministic),
    }
    return words.get(name, "")


@dataclass(frozen=True)
class Line:
    """A statement: the name of its target, and the syntax tree of its new value."""

    target: str
    tree: ast.AST


def statements(code: str, where: str) -> list[Line]:
    """Return the statements of abstract code.

    Raises
    ------
    ValueError
        If a statement is not an assignment to a variable.
    """
    found = []
    for statement in ast.parse("\n".join(line.strip() for line in code.replace(";", "\n").splitlines())).body:
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            left = ast.Name(statement.target.id, ast.Load())
            found.append(Line(statement.target.id, ast.BinOp(left, statement.op, statement.value)))
        elif (
            isinstance(statement, ast.Assign)
            and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)
        ):
            found.append(Line(statement.targets[0].id, statement.value))
        else:
            raise ValueError(f"{where}: a statement must have the form variable = …, got {ast.unparse(statement)!r}.")
    return found


def tree_of(text: str) -> ast.AST:
    """Return the syntax tree of an expression."""
    return ast.parse(text.strip(), mode="eval")
