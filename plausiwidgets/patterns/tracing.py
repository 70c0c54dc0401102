"""Measurements that record how they are computed, for a page that judges without Python.

A pattern's ``measure`` is called with a :class:`Traced` in place of each number and each padded row. Arithmetic of
numpy and the functions of :mod:`plausiwidgets.patterns.features` return another one, which holds the expression. What
is recorded has one form in Python and one in JavaScript (``widgets/app/engine/features.js``), held equal by tests;
anything else raises :class:`NoFormula`, and the measurement then has no form for a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from plausiwidgets.simulation.formula import SYMBOLS, Formula, NoFormula, Tree

NUMBER, ROW = "number", "row"
"""What a traced value stands for: an array of shape [n], or one of shape [n, entries]."""


_DECISIONS = ("<", "<=", ">", ">=", "==", "!=", "&", "|", "~", "isfinite")


ON_ROWS: dict[str, Callable[..., Any]] = {
    "entry": lambda row, place: row[:, place],
    "piece": lambda row, first, last: row[:, first:last],
    "how_many": lambda row: row.sum(axis=1),
    "highest": lambda row: row.max(axis=1),
    "lowest": lambda row: row.min(axis=1),
    "any": lambda row: row.any(axis=1),
    "all": lambda row: row.all(axis=1),
}
"""What indices and methods of an array do with a row: over its entries, never over the sets."""

PRIMITIVES: dict[str, Callable[..., Any]] = {}
"""Functions of the features that are recorded as they are, by their names."""

Function = TypeVar("Function", bound=Callable[..., Any])


def primitive(result: str | type) -> Callable[[Function], Function]:
    """Record calls of a function with traced arguments as one operation.

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
                    return _recorded(name, arguments, result)
            return function(*arguments)

        return call  # type: ignore[return-value]

    return register


def _recorded(name: str, arguments: tuple[Any, ...], result: str | type) -> Any:
    tree = [name, *map(operand, arguments)]
    if isinstance(result, str):
        return Traced(tree, result)
    assert is_dataclass(result)
    return result(**{field.name: Traced(["field", tree, field.name]) for field in fields(result)})


def operand(value: Any) -> Tree:
    """Return a value of an expression as a tree: a traced one, a number, a time of a list, or a list of them."""
    if isinstance(value, Formula):
        return value.tree
    if isinstance(value, list):
        return ["list", *map(operand, value)]
    array = np.asarray(value)
    if array.dtype == object or array.dtype.kind not in "biuf":
        raise NoFormula(f"a value of type {type(value).__name__}")
    if array.size == 1:
        return _number(float(array.ravel()[0]))
    if array.ndim == 1 and isinstance(value, np.ndarray):  # constants such as the spikes of a recording
        return ["list", *(_number(float(x)) for x in array)]
    raise NoFormula(f"an array of shape {list(array.shape)}")


def _number(x: float) -> Tree:
    """Return a number, or the name of one that JSON does not have."""
    if np.isfinite(x):
        return x
    return "@nan" if np.isnan(x) else "@inf" if x > 0 else "@-inf"


class Traced(Formula):
    """A number or a row of each set that records how it is computed.

    Parameters
    ----------
    kind : {"number", "row"}

    Examples
    --------
    >>> import numpy as np
    >>> np.where(Traced("n") >= 2.0, Traced("n") / 3.0, np.nan).tree
    ['where', ['>=', 'n', 2.0], ['/', 'n', 3.0], '@nan']
    """

    def __init__(self, tree: Tree, kind: str = NUMBER) -> None:
        super().__init__(tree)
        self.kind = kind

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **options: Any) -> Traced:
        options.pop("out", None)  # `a &= b` gives a another value
        if method != "__call__" or options:
            raise NoFormula(f"{getattr(function, '__name__', function)} with options")
        if function is np.power and isinstance(inputs[1], (int, float)) and inputs[1] == 2:
            return _elementwise("square", inputs[:1])
        if function in (np.positive, np.conjugate):
            return self
        if function not in SYMBOLS:
            raise NoFormula(getattr(function, "__name__", str(function)))
        return _elementwise(SYMBOLS[function], inputs)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], options: Any) -> Any:
        if function is np.where and len(args) == 3 and not options:
            return _elementwise("where", args)
        if function in (np.round, np.around) and len(args) == 1 and not options:
            return _elementwise("round", args)
        if function is np.stack and not options:
            return Traced(operand(list(args[0])), "list")  # of a curve for a figure
        raise NoFormula(getattr(function, "__name__", str(function)))

    def __getitem__(self, key: Any) -> Traced:
        everything = slice(None)
        if self.kind == NUMBER and isinstance(key, tuple) and len(key) == 2 and key == (everything, None):
            return self  # beside a row, a number stands for itself
        if self.kind == ROW and isinstance(key, tuple) and len(key) == 2 and key[0] == everything:
            if isinstance(key[1], int):
                return Traced(["entry", self.tree, float(key[1])])
            if isinstance(key[1], slice) and key[1].step is None and isinstance(key[1].stop, int):
                first = 0 if key[1].start is None else key[1].start
                if isinstance(first, int) and 0 <= first <= key[1].stop:
                    return Traced(["piece", self.tree, float(first), float(key[1].stop)], ROW)
        raise NoFormula(f"the index {key!r}")

    def astype(self, dtype: Any, *_: Any, **__: Any) -> Traced:
        """Return it as it is: a number of another type is the same number, unless it is not whole."""
        if np.dtype(dtype).kind == "f" or (isinstance(self.tree, list) and self.tree[0] in ("round", "floor", "//")):
            return self
        if isinstance(self.tree, list) and (self.tree[0] in _DECISIONS or self.tree[0] == "how_many"):
            return self
        raise NoFormula(f"a conversion to {np.dtype(dtype).name}")

    def sum(self, axis: int | None = None) -> Traced:
        """Return how many entries of a row of decisions are true."""
        if not (isinstance(self.tree, list) and self.tree[0] in _DECISIONS):
            raise NoFormula("a sum, which depends on the order")
        return self._over(axis, "how_many")

    def max(self, axis: int | None = None) -> Traced:
        """Return the largest entry of a row, nan where there is one."""
        return self._over(axis, "highest")

    def min(self, axis: int | None = None) -> Traced:
        """Return the smallest entry of a row, nan where there is one."""
        return self._over(axis, "lowest")

    def any(self, axis: int | None = None) -> Traced:
        """Return whether any entry of a row is true."""
        return self._over(axis, "any")

    def all(self, axis: int | None = None) -> Traced:
        """Return whether all entries of a row are true."""
        return self._over(axis, "all")

    def _over(self, axis: int | None, name: str) -> Traced:
        if self.kind != ROW or axis not in (1, -1):
            raise NoFormula(f"a result over axis {axis}, in which sets may mix")
        return Traced([name, self.tree])


def _elementwise(name: str, inputs: tuple[Any, ...]) -> Traced:
    kinds = {x.kind for x in inputs if isinstance(x, Traced)}
    if kinds - {NUMBER, ROW} or (name == "~" and ROW in kinds):
        raise NoFormula(f"{name} of {', '.join(sorted(kinds))}")
    return Traced([name, *map(operand, inputs)], ROW if ROW in kinds else NUMBER)
