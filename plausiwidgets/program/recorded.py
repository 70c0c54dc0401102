"""Values that write down what is done with them: NumPy's functions, and Python's operators, as rows of a program.

A step that is a function of NumPy is called once with such values in place of arrays, and equations are walked with
them. Everything is float64 or a truth value, a value of each lane.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from plausiwidgets.program.operations import CAST, TABLE
from plausiwidgets.program.program import BOOL, DOUBLE, FIXED, MOVING, UNIFORM, Body, Program, Value


class NotRecorded(Exception):
    """Something is done with a value that the table of operations does not have; the text says what."""


class Recorded(np.lib.mixins.NDArrayOperatorsMixin):
    """A value of each lane that is not computed yet.

    Examples
    --------
    >>> recorder = Recorder(["tau"], 1)
    >>> v = recorder.state[0] + recorder.dt * np.exp(-recorder.state[0] / recorder.parameters["tau"])
    >>> len(recorder.program(v > 1.0, [v]).body)
    7
    """

    ndim, size, dtype = 1, 1, DOUBLE

    def __init__(self, recorder: Recorder, value: Value) -> None:
        self.recorder, self.value = recorder, value

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options.get("out") is not None or options.keys() - {"out", "dtype", "casting"}:
            raise NotRecorded(f"numpy.{ufunc.__name__}.{method} with {', '.join(options) or 'several lanes'}")
        return self.recorder.apply(ufunc.__name__, inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        name = function.__name__
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](self.recorder, *args, **options)
        raise NotRecorded(f"numpy.{name}")

    def astype(self, dtype: Any, **options: Any) -> Recorded:
        """Return the value as float64, or as a truth value."""
        kind = np.dtype(dtype)
        if kind not in (DOUBLE, BOOL):
            raise NotRecorded(f"astype({kind})")
        return Recorded(self.recorder, self.recorder.cast(self.value, kind))

    def copy(self) -> Recorded:
        """Return the value itself, which nothing changes."""
        return self

    def clip(self, low: Any = None, high: Any = None) -> Any:
        """Return the value within limits."""
        return _clip(self.recorder, self, low, high)

    def _refused(self, *args: Any, **options: Any) -> Any:
        raise NotRecorded("a decision by Python over, or a single number of, a value that differs from lane to lane")

    __bool__ = __float__ = __int__ = __iter__ = __len__ = __getitem__ = __setitem__ = __array__ = _refused


class Recorder:
    """The inputs of a step, and what is made of them.

    Parameters
    ----------
    parameters : iterable of str
    states : int
        Number of state variables.

    Attributes
    ----------
    current, dt : Recorded
    state : list of Recorded
    parameters : dict of str to Recorded
    """

    def __init__(self, parameters: Iterable[str], states: int) -> None:
        self.body = Body()
        self.names = tuple(parameters)
        self.current = self._input("current", MOVING)
        self.dt = self._input("dt", UNIFORM)
        self.state = [self._input(f"s{i}", MOVING) for i in range(states)]
        self.parameters = {name: self._input(f"p{i}", FIXED) for i, name in enumerate(self.names)}

    def _input(self, name: str, level: int) -> Recorded:
        return Recorded(self, Value(name, DOUBLE, 1, level))

    def program(self, spikes: Any, state: Iterable[Any]) -> Program:
        """Return the program that computes `spikes` and the new `state`."""
        outputs = [self.cast(self.value(x), DOUBLE) for x in (spikes, *state)]
        return Program(self.names, self.body.needed(outputs), outputs[0], tuple(outputs[1:]))

    def value(self, x: Any) -> Value:
        """Return a value for whatever stands in an expression: a recorded one, or a number."""
        if isinstance(x, Recorded):
            return x.value
        array = np.asarray(x)
        if array.size != 1 or array.dtype.kind not in "fiub":
            raise NotRecorded(f"an array of {array.size} numbers of type {array.dtype}")
        number = array.reshape(-1)[0]
        truth = array.dtype.kind == "b"
        return Value("", BOOL if truth else DOUBLE, 0, UNIFORM, bool(number) if truth else float(number))

    def cast(self, value: Value, dtype: np.dtype) -> Value:
        """Return a value as another type."""
        if value.dtype == dtype:
            return value
        if value.number is None:
            return self.body.add(CAST, [value], dtype, 1)
        return replace(value, dtype=dtype, number=bool(value.number) if dtype == BOOL else float(value.number))

    def apply(self, name: str, operands: Iterable[Any]) -> Any:
        """Return the outcome of a function of NumPy."""
        values = [self.value(x) for x in operands]
        if name in _COMPOSED:
            return _COMPOSED[name](self, *(Recorded(self, v) for v in values))
        row = TABLE.get(_NAMES.get(name, name))
        if row is None:
            raise NotRecorded(f"numpy.{name}")
        bools = all(v.dtype == BOOL for v in values)
        if bools and row.boolean and not row.truth:
            row = TABLE[row.boolean]
        if row.computes == "bool":
            kind = BOOL
        else:
            kind = BOOL if bools and row.name in ("eq", "ne") else DOUBLE
        if row.name.startswith("bitwise"):
            raise NotRecorded(f"numpy.{name} of numbers")
        return Recorded(self, self.body.add(row, [self.cast(v, kind) for v in values], BOOL if row.truth else kind, 1))

    def where(self, condition: Any, a: Any, b: Any) -> Recorded:
        """Return `a` where `condition` holds, else `b`."""
        test, first, second = self.value(condition), self.value(a), self.value(b)
        kind = BOOL if first.dtype == second.dtype == BOOL else DOUBLE
        values = [self.cast(test, BOOL), self.cast(first, kind), self.cast(second, kind)]
        return Recorded(self, self.body.add(TABLE["where"], values, kind, 1))


def _clip(recorder: Recorder, x: Any, low: Any = None, high: Any = None, **options: Any) -> Any:
    x = x if low is None else recorder.apply("maximum", [x, low])
    return x if high is None else recorder.apply("minimum", [x, high])


def _power(recorder: Recorder, base: Recorded, exponent: Recorded) -> Any:
    """Return a power; a small integer one as a product."""
    n = exponent.value.number
    if n is None or n not in (1.0, 2.0, 3.0, 4.0, -1.0, 0.5):
        return recorder.apply("pow", [base, exponent])
    if n == 0.5:
        return recorder.apply("sqrt", [base])
    if n == -1.0:
        return 1.0 / base
    square = base * base if n >= 2.0 else base
    return {1.0: base, 2.0: square}.get(n, square * (base if n == 3.0 else square))


def _sign(recorder: Recorder, x: Recorded) -> Any:
    return recorder.where(x > 0.0, 1.0, recorder.where(x < 0.0, -1.0, 0.0 * x))


def _filled(recorder: Recorder, number: Any) -> Recorded:
    return Recorded(recorder, recorder.cast(recorder.value(number), DOUBLE))


_NAMES = {
    "subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div", "negative": "neg", "absolute": "abs",
    "fabs": "abs", "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge", "equal": "eq",
    "not_equal": "ne", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "bitwise_and": "logical_and", "bitwise_or": "logical_or",
    "bitwise_xor": "logical_xor", "invert": "logical_not", "mod": "remainder",
}  # fmt: skip
"""Functions of NumPy that have another name in the table; of truth values & and `and` are the same."""
_COMPOSED: dict[str, Callable[..., Any]] = {
    "positive": lambda r, x: x,
    "square": lambda r, x: x * x,
    "reciprocal": lambda r, x: 1.0 / x,
    "power": _power, "float_power": _power,
    "exp2": lambda r, x: r.apply("pow", [2.0, x]),
    "sign": _sign,
    "heaviside": lambda r, x, half: r.where(x > 0.0, 1.0, r.where(x < 0.0, 0.0, half)),
    "isfinite": lambda r, x: ~(r.apply("isnan", [x]) | r.apply("isinf", [x])),
    "deg2rad": lambda r, x: x * (np.pi / 180.0),
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "where": lambda r, condition, a, b: r.where(condition, a, b),
    "clip": _clip,
    "round": lambda r, x, decimals=0: r.apply("rint", [x]) if not decimals else _refuse("round with decimals"),
    "zeros_like": lambda r, x, **options: _filled(r, 0.0),
    "ones_like": lambda r, x, **options: _filled(r, 1.0),
    "full_like": lambda r, x, value, **options: _filled(r, value),
    "copy": lambda r, x, **options: x,
    "nan_to_num": lambda r, x, **options: _refuse("numpy.nan_to_num"),
}


def _refuse(what: str) -> Any:
    raise NotRecorded(what)
