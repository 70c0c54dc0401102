"""Numbers that record how they are computed from stimulus values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Tree = float | str | list[Any]
"""A number, the name of a stimulus value, or ``[operation, operands]``."""

OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "//": np.floor_divide, "negative": np.negative,
    "abs": np.absolute, "max": np.maximum, "min": np.minimum, "sqrt": np.sqrt, "square": lambda x: x * x,
    "floor": np.floor, "round": np.rint,
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
    "&": np.bitwise_and, "|": np.bitwise_or, "~": np.logical_not, "isfinite": np.isfinite, "where": np.where,
}  # fmt: skip
"""What is recorded, and equal to the last bit in JavaScript (``OPERATIONS`` of ``widgets/app/engine/features.js``)."""

SYMBOLS: dict[Any, str] = {
    function: symbol for symbol, function in OPERATIONS.items() if isinstance(function, np.ufunc)
} | {np.logical_and: "&", np.logical_or: "|", np.invert: "~"}  # fmt: skip
"""The symbols of NumPy's functions."""


class NoFormula(Exception):
    """A stimulus value was used in a way that a formula cannot express."""


class Formula(np.lib.mixins.NDArrayOperatorsMixin):
    """A stimulus value, or an expression of stimulus values.

    Examples
    --------
    >>> (2.0 * Formula("width") + 300.0).tree
    ['+', ['*', 2.0, 'width'], 300.0]
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **options: Any) -> Formula:
        if function not in SYMBOLS or method != "__call__" or options:
            raise NoFormula(getattr(function, "__name__", str(function)))
        return Formula([SYMBOLS[function], *map(tree_of, inputs)])

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise NoFormula("an array of it")

    def __bool__(self) -> bool:
        raise NoFormula("a decision by it")

    def __float__(self) -> float:
        raise NoFormula("a number of it")


def tree_of(value: Any) -> Tree:
    """Return a formula, or a number, as a tree."""
    return value.tree if isinstance(value, Formula) else float(value)
