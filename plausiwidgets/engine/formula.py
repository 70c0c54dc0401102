"""Values that record how they are computed, for a page that computes them without Python.

A pattern's ``sweeps`` and ``measure`` are called with a :class:`Formula` in place of each number and each padded row.
Arithmetic of NumPy and the functions of :mod:`plausiwidgets.patterns.features` return another one, which holds the
expression. What is recorded has one form in Python and one in JavaScript (``widgets/app/engine/features.js``), held
equal by tests; anything else raises :class:`NoFormulaError`, and there is no form for a page then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar

import numpy as np

Tree = float | str | list[Any]
"""A number, the name of a value, or ``[operation, operands]``."""

NUMBER, ROW = "number", "row"
"""What a formula stands for: an array of shape [n], or one of shape [n, entries]."""

OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "//": np.floor_divide,
    "negative": np.negative,
    "abs": np.absolute,
    "max": np.maximum,
    "min": np.minimum,
    "sqrt": np.sqrt,
    "square": lambda x: x * x,
    "floor": np.floor,
    "round": np.rint,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "&": np.bitwise_and,
    "|": np.bitwise_or,
    "~": np.logical_not,
    "isfinite": np.isfinite,
    "where": np.where,
}
"""What is recorded of each entry."""

SYMBOLS: dict[Any, str] = {
    function: symbol for symbol, function in OPERATIONS.items() if isinstance(function, np.ufunc)
} | {np.logical_and: "&", np.logical_or: "|", np.invert: "~"}
"""The symbols of NumPy's functions."""

_DECISIONS = ("<", "<=", ">", ">=", "==", "!=", "&", "|", "~", "isfinite")


class NoFormulaError(Exception):
    """A value was used in a way that a formula cannot express."""


class Formula(np.lib.mixins.NDArrayOperatorsMixin):
    """A number or a row of each set that records how it is computed.

    Parameters
    ----------
    kind : {"number", "row"}

    Examples
    --------
    >>> (2.0 * Formula("width") + 300.0).tree
    ['+', ['*', 2.0, 'width'], 300.0]
    >>> np.where(Formula("n") >= 2.0, Formula("n") / 3.0, np.nan).tree
    ['where', ['>=', 'n', 2.0], ['/', 'n', 3.0], '@nan']
    """

    def __init__(self, tree: Tree, kind: str = NUMBER) -> None:
        self.tree, self.kind = tree, kind

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **options: Any) -> Formula:
        options.pop("out", None)  # `a &= b` gives another value
        if method != "__call__" or options:
            raise NoFormulaError(f"{getattr(function, '__name__', function)} with options")
        if function is np.power and isinstance(inputs[1], (int, float)) and inputs[1] == 2:
            return _elementwise("square", inputs[:1])
        if function in (np.positive, np.conjugate):
            return self
        if function not in SYMBOLS:
            raise NoFormulaError(getattr(function, "__name__", str(function)))
        return _elementwise(SYMBOLS[function], inputs)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], options: Any) -> Any:
        if function is np.where and len(args) == 3 and not options:
            return _elementwise("where", args)
        if function in (np.round, np.around) and len(args) == 1 and not options:
            return _elementwise("round", args)
        if function is np.stack and not options:
            return Formula(operand(list(args[0])), "list")  # of a curve for a figure
        raise NoFormulaError(getattr(function, "__name__", str(function)))

    def __getitem__(self, key: Any) -> Formula:
        everything = slice(None)
        if self.kind == NUMBER and isinstance(key, tuple) and len(key) == 2 and key == (everything, None):
            return self  # beside a row, a number stands for itself
        if self.kind == ROW and isinstance(key, tuple) and len(key) == 2 and key[0] == everything:
            if isinstance(key[1], int):
                return Formula(["entry", self.tree, float(key[1])])
            if isinstance(key[1], slice) and key[1].step is None and isinstance(key[1].stop, int):
                first = 0 if key[1].start is None else key[1].start
                if isinstance(first, int) and 0 <= first <= key[1].stop:
                    return Formula(["piece", self.tree, float(first), float(key[1].stop)], ROW)
        raise NoFormulaError(f"the index {key!r}")

    def astype(self, dtype: Any, *_: Any, **__: Any) -> Formula:
        """Return it as it is: a number of another type is the same number, unless it is not whole."""
        whole = ("round", "floor", "//", "how_many", *_DECISIONS)
        if np.dtype(dtype).kind == "f" or (isinstance(self.tree, list) and self.tree[0] in whole):
            return self
        raise NoFormulaError(f"a conversion to {np.dtype(dtype).name}")

    def sum(self, axis: int | None = None) -> Formula:
        """Return how many entries of a row of decisions are true."""
        if not (isinstance(self.tree, list) and self.tree[0] in _DECISIONS):
            raise NoFormulaError("a sum, which depends on the order")
        return self._over(axis, "how_many")

    def max(self, axis: int | None = None) -> Formula:
        """Return the largest entry of a row, nan where there is one."""
        return self._over(axis, "highest")

    def min(self, axis: int | None = None) -> Formula:
        """Return the smallest entry of a row, nan where there is one."""
        return self._over(axis, "lowest")

    def any(self, axis: int | None = None) -> Formula:
        """Return whether any entry of a row is true."""
        return self._over(axis, "any")

    def all(self, axis: int | None = None) -> Formula:
        """Return whether all entries of a row are true."""
        return self._over(axis, "all")

    def _over(self, axis: int | None, name: str) -> Formula:
        if self.kind != ROW or axis not in (1, -1):
            raise NoFormulaError(f"a result over axis {axis}, in which sets may mix")
        return Formula([name, self.tree])

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise NoFormulaError("an array of it")

    def __bool__(self) -> bool:
        raise NoFormulaError("a decision by it")

    def __float__(self) -> float:
        raise NoFormulaError("a number of it")


def _elementwise(name: str, inputs: tuple[Any, ...]) -> Formula:
    kinds = {x.kind for x in inputs if isinstance(x, Formula)}
    if kinds - {NUMBER, ROW} or (name == "~" and ROW in kinds):
        raise NoFormulaError(f"{name} of {', '.join(sorted(kinds))}")
    return Formula([name, *map(operand, inputs)], ROW if ROW in kinds else NUMBER)


def operand(value: Any) -> Tree:
    """Return a value of an expression as a tree: a formula, a number, constants, or a list of them."""
    if isinstance(value, Formula):
        return value.tree
    if isinstance(value, list):
        return ["list", *map(operand, value)]
    array = np.asarray(value)
    if array.dtype == object or array.dtype.kind not in "biuf":
        raise NoFormulaError(f"a value of type {type(value).__name__}")
    if array.size == 1:
        return _number(float(array.ravel()[0]))
    if array.ndim == 1 and isinstance(value, np.ndarray):  # constants such as the spikes of a recording
        return ["list", *(_number(float(x)) for x in array)]
    raise NoFormulaError(f"an array of shape {list(array.shape)}")


def _number(x: float) -> Tree:
    """Return a number, or the name of one that JSON does not have."""
    if np.isfinite(x):
        return x
    return "@nan" if np.isnan(x) else "@inf" if x > 0 else "@-inf"


# -- functions that are one operation --------------------------------------------------------------

PRIMITIVES: dict[str, Callable[..., Any]] = {}
"""The functions that are recorded as one operation where they are called with formulas, by their names.

Each has a form of the same name in JavaScript.
"""

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
