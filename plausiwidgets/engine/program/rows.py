"""Rows of numbers per lane, such as spike times: functions over a row, and the tracer of a pattern.

A call of a feature from :mod:`plausiwidgets.patterns.features` is traced as one operation (:func:`traceable`). Each
feature has a function of the same name in the app (``src/engine/features.ts``), and a test compares the results of the
two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.program.program import BOOL, DOUBLE, RECORD, Operation, Value
from plausiwidgets.engine.program.tracer import INDEX, Traced, Tracer

Floats = NDArray[np.float64]

NUMBER, ROW = 1, 2
"""Results of a traceable function: one number or a row of numbers per lane, as in the `dims` of a Value."""

FEATURES: dict[str, Operation] = {}
"""The traceable functions by their names."""

P = ParamSpec("P")
R = TypeVar("R")


def of_rows(name: str, function: Callable[..., object]) -> Operation:
    """Return an operation on whole rows. It has no source text, because only NumPy and the app compute it."""
    return Operation(name, "", name, javascript=None, brian2=None, computes="rows", numpy=function)


def traceable(result: int | type, dtype: np.dtype = DOUBLE) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that traces calls of a function with traced values as one operation.

    Parameters
    ----------
    result : {NUMBER, ROW} or a dataclass
        Kind of the result. The fields of a dataclass are numbers.
    dtype : numpy.dtype
        Type of the result, float64 or a truth value. In a program, integers are float64.
    """

    def register(function: Callable[P, R]) -> Callable[P, R]:
        operation = FEATURES[function.__name__] = of_rows(function.__name__, function)

        @wraps(function)
        def call(*arguments: P.args, **options: P.kwargs) -> R:
            for x in (*arguments, *options.values()) if options else arguments:
                # A function may take a list in which some numbers are traced and others are constants.
                first = next((y for y in x if isinstance(y, Traced)), None) if type(x) is list else x
                if isinstance(first, Traced):
                    given = signature(function).bind(*arguments, **options).args if options else arguments
                    return cast(R, first.tracer.feature(operation, given, result, dtype))
            return function(*arguments, **options)

        return call

    return register


# -- indices and array methods applied to a row --------------------------------------------------------


@traceable(NUMBER)
def entry(row: Floats, place: int) -> Floats:
    """Return one entry of each row."""
    return row[:, int(place)]


@traceable(ROW)
def piece(row: Floats, first: int, last: int) -> Floats:
    """Return the entries [first, last) of each row."""
    return row[:, int(first) : int(last)]


@traceable(NUMBER)
def how_many(decisions: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the number of true entries in each row."""
    return np.count_nonzero(decisions, axis=1)


@traceable(NUMBER)
def highest(row: Floats) -> Floats:
    """Return the largest entry of each row, or nan if an entry is nan."""
    found: Floats = row.max(axis=1)
    return found


@traceable(NUMBER)
def lowest(row: Floats) -> Floats:
    """Return the smallest entry of each row, or nan if an entry is nan."""
    found: Floats = row.min(axis=1)
    return found


@traceable(NUMBER, BOOL)
def any_of(decisions: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether any entry of each row is true."""
    return np.any(decisions, axis=1)


@traceable(NUMBER, BOOL)
def all_of(decisions: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether all entries of each row are true."""
    return np.all(decisions, axis=1)


_OVER: dict[str, Callable[..., object]] = {
    "sum": how_many,
    "max": highest,
    "min": lowest,
    "any": any_of,
    "all": all_of,
}
"""The functions by the names of NumPy's methods."""

# -- the tracer ----------------------------------------------------------------------------------------


def _listed(*values: ArrayLike) -> object:
    """Return constants as an array, and values of the lanes as a list, in which some entries may be constants."""
    return np.array(values) if all(np.ndim(x) == 0 for x in values) else np.broadcast_arrays(*values)


LIST = of_rows("list", _listed)
FIELD = of_rows("field", getattr)


class RowTracer(Tracer):
    """Tracer of a pattern, for numbers and rows per lane. It accepts only operations that a page repeats exactly."""

    in_place = exact = True

    def is_whole(self, x: Traced) -> bool:
        """Return whether a value is an integer, possibly stored as float64."""
        line = next((line for line in self.body.lines.values() if line.name == x.value.name), None)
        rounds = line is not None and (line.operation.computes == "rounding" or line.operation.name in _WHOLE)
        return rounds or super().is_whole(x)

    def index(self, x: Traced, key: object) -> Traced:
        """Return an entry or a piece of each row. Next to a row, a number is its own column."""
        every, place = key if isinstance(key, tuple) and len(key) == 2 else (None, None)
        if every == slice(None):
            if x.value.dims != ROW and place is None:
                return x
            if x.value.dims == ROW and isinstance(place, int):
                return cast(Traced, entry(x, place))  # type: ignore[arg-type]
            if x.value.dims == ROW and isinstance(place, slice) and place.step is None:
                first, last = place.start or 0, place.stop
                if isinstance(first, int) and isinstance(last, int) and 0 <= first <= last:
                    return cast(Traced, piece(x, first, last))  # type: ignore[arg-type]
        self.refuse(INDEX)

    def over(self, x: Traced, name: str, axis: int | None) -> Traced:
        """Return the result of an array method over the entries of each row."""
        if x.value.dims != ROW or axis not in (1, -1):
            self.refuse(f"`.{name}(axis={axis})`, which may mix parameter sets")
        if (name in ("sum", "any", "all")) != (x.value.dtype == BOOL):
            # A sum of numbers depends on its order, and nan is true in NumPy but false in JavaScript.
            self.refuse(f"`.{name}` of values of type {x.dtype}")
        return cast(Traced, _OVER[name](x))

    def compute(self, row: Operation, values: Sequence[Value]) -> Traced:
        """Return the result of a row of the table of operations."""
        if any(v.dtype == RECORD for v in values):
            self.refuse(f"numpy.{row.function.__name__} of stacked arrays")
        if row.name in ("logical_not", "bitwise_not") and any(v.dims == ROW for v in values):
            # The padding of a row is nan, for which every comparison is false and every negated comparison would be
            # true.
            self.refuse("the opposite of a row of decisions")
        return super().compute(row, values)

    def listed(self, values: Sequence[object]) -> Value:
        """Return several values as one: constants such as the spikes of a recording, or numbers of the lanes."""
        return self.body.add(LIST, [self.value(x) for x in values], RECORD, ROW)

    def feature(self, operation: Operation, arguments: Sequence[object], result: int | type, dtype: np.dtype) -> object:
        """Return the result of a function that is traced as one operation."""
        values = [self.value(x) for x in arguments]
        if isinstance(result, int):
            return Traced(self, self.body.add(operation, values, dtype, result))
        record = self.body.add(operation, values, RECORD, NUMBER)
        return result(
            **{f.name: Traced(self, self.body.add(FIELD, [record], DOUBLE, NUMBER, (f.name,))) for f in fields(result)}
        )


_WHOLE = ("floor_divide", "how_many")
