"""Values that write down what is done with them: NumPy's functions, and Python's operators, as rows of a program.

A step that is a function of NumPy is called once with such values in place of arrays, and equations are walked with
them. Everything is float64 or a truth value, a value of each lane.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np

from plausiwidgets.engine.program.operations import CAST, TABLE
from plausiwidgets.engine.program.program import BOOL, DOUBLE, FIXED, LONG, MOVING, UNIFORM, Body, Program, Value


class NotRecordedError(ValueError):
    """Report an operation on a value that the table of operations does not have; the text names it."""


class Recorded(np.lib.mixins.NDArrayOperatorsMixin):
    """A value of each lane that is not computed yet.

    It is computed as float64 or as a truth value; ``dtype`` is the one of NumPy: a mask times 2 is an integer.

    Examples
    --------
    >>> recorder = Recorder(["tau"], 1)
    >>> v = recorder.state[0] + recorder.dt * np.exp(-recorder.state[0] / recorder.parameters["tau"])
    >>> len(recorder.program(v > 1.0, [v]).body)
    7
    """

    ndim, size, shape = 1, 1, (1,)

    def __init__(self, recorder: Recorder, value: Value, dtype: np.dtype | None = None) -> None:
        self.recorder, self.value = recorder, value
        self.dtype = value.dtype if dtype is None else dtype

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        name = ufunc.__name__
        if options.pop("out", None) is not None:
            self.recorder.refuse(f"numpy.{name} in place, such as `v += x` instead of `v = v + x`")
        if method != "__call__" or options:
            self.recorder.refuse(f"numpy.{name}.{method} with {', '.join(options) or 'several lanes'}")
        known = np if name not in _OF_SCIPY else sys.modules.get("scipy.special")
        if getattr(known, name, None) is not ufunc:
            self.recorder.refuse(f"the function {name!r}")
        return self.recorder.call(ufunc, inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        name = function.__name__
        if name not in _FUNCTIONS:
            self.recorder.refuse(f"numpy.{name}")
        return _FUNCTIONS[name](self.recorder, *args, **options)

    def astype(self, dtype: Any, copy: bool = True) -> Recorded:
        """Return the value as float64, or as a truth value; a truth value as an integer too."""
        kind = np.dtype(dtype)
        if kind not in (DOUBLE, BOOL) and not (kind == LONG and self.dtype in (BOOL, LONG)):
            self.recorder.refuse(f"astype({kind})")
        return Recorded(self.recorder, self.recorder.cast(self.value, BOOL if kind == BOOL else DOUBLE), kind)

    def copy(self) -> Recorded:
        """Return the value itself, which nothing changes."""
        return self

    def clip(self, *limits: Any, **options: Any) -> Any:
        return _clip(self.recorder, self, *limits, **options)

    def __deepcopy__(self, memory: Any) -> Recorded:
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.recorder.refuse(f"`.{name}` of an array")

    def _decided(self, *args: Any) -> Any:
        self.recorder.refuse("a branch on a value that differs between lanes, or its conversion to one number")

    def _indexed(self, *args: Any) -> Any:
        self.recorder.refuse("an index, or an assignment to some of the lanes")

    def _array(self, *args: Any, **options: Any) -> Any:
        self.recorder.refuse("numpy.asarray of a value, or an assignment of values to the entries of an array")

    __bool__ = __float__ = __int__ = __index__ = __round__ = __format__ = __iter__ = __len__ = _decided
    __getitem__ = __setitem__ = _indexed
    __array__ = _array


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
        self._refused: NotRecordedError | None = None
        self.names = tuple(parameters)
        self.current = self._input("current", MOVING)
        self.dt = self._input("dt", UNIFORM)
        self.state = [self._input(f"s{i}", MOVING) for i in range(states)]
        self.parameters = {name: self._input(f"p{i}", FIXED) for i, name in enumerate(self.names)}

    def _input(self, name: str, level: int) -> Recorded:
        return Recorded(self, Value(name, DOUBLE, 1, level))

    def program(self, spikes: Any, state: Iterable[Any]) -> Program:
        """Return the program that computes `spikes` and the new `state`."""
        if self._refused is not None:  # something between has caught it
            raise self._refused
        outputs = [self.cast(self.value(x), DOUBLE) for x in (spikes, *state)]
        return Program(self.names, self.body.needed(outputs), outputs[0], tuple(outputs[1:]))

    def refuse(self, what: str) -> NoReturn:
        """Refuse to record, now and in all that follows.

        Raises
        ------
        NotRecordedError
        """
        self._refused = NotRecordedError(what)
        raise self._refused

    def value(self, x: Any) -> Value:
        """Return a value for an operand of an expression: a recorded one, or a number."""
        if isinstance(x, Recorded):
            return x.value
        array = np.asarray(x)
        if array.size != 1 or array.dtype.kind not in "fiub":
            self.refuse(f"an array of {array.size} numbers of type {array.dtype}")
        number = array.reshape(-1)[0]
        truth = array.dtype.kind == "b"
        return Value("", BOOL if truth else DOUBLE, 0, UNIFORM, bool(number) if truth else float(number))

    def cast(self, value: Value, dtype: np.dtype) -> Value:
        if value.dtype == dtype:
            return value
        if value.number is None:
            return self.body.add(CAST, [value], dtype, 1)
        return replace(value, dtype=dtype, number=bool(value.number) if dtype == BOOL else float(value.number))

    def call(self, ufunc: Any, operands: Sequence[Any]) -> Recorded:
        """Return the outcome of a function of NumPy, of the type that it has there."""
        name, types = ufunc.__name__, [_type(x) for x in operands]
        try:
            kind = ufunc.resolve_dtypes((*types, *(None,) * ufunc.nout))[-1]
        except TypeError:
            words = [getattr(t, "name", None) or t.__name__ for t in types]
            self.refuse(f"numpy.{name} of {', '.join(words)}")
        if kind not in (DOUBLE, BOOL) and not (kind == LONG and name in _OF_INTEGERS):
            self.refuse(f"numpy.{name} with a result of type {kind}")
        value = self.apply(name, operands).value
        return Recorded(self, self.cast(value, BOOL) if kind == BOOL else value, kind)

    def apply(self, name: str, operands: Iterable[Any]) -> Any:
        """Return the outcome of a function of NumPy, in float64 or as a truth value."""
        values = [self.value(x) for x in operands]
        if name in _COMPOSED:
            return _COMPOSED[name](self, *(Recorded(self, v) for v in values))
        row = TABLE.get(_NAMES.get(name, name))
        if row is None:
            self.refuse(f"numpy.{name}")
        bools = all(v.dtype == BOOL for v in values)
        if bools and row.boolean and not row.truth:
            row = TABLE[row.boolean]
        if row.computes == "bool":
            kind = BOOL
        else:
            kind = BOOL if bools and row.name in ("eq", "ne") else DOUBLE
        return Recorded(self, self.body.add(row, [self.cast(v, kind) for v in values], BOOL if row.truth else kind, 1))

    def where(self, condition: Any, a: Any, b: Any) -> Recorded:
        """Return `a` where `condition` holds, else `b`."""
        test, first, second = self.value(condition), self.value(a), self.value(b)
        shown = np.result_type(*(x.dtype if isinstance(x, Recorded) else x for x in (a, b)))
        if shown not in (DOUBLE, LONG, BOOL):
            self.refuse(f"numpy.where with a result of type {shown}")
        kind = BOOL if shown == BOOL else DOUBLE
        values = [self.cast(test, BOOL), self.cast(first, kind), self.cast(second, kind)]
        return Recorded(self, self.body.add(TABLE["where"], values, kind, 1), shown)


def _type(x: Any) -> Any:
    """Return what decides over the type of a result: a type of NumPy, or of a number of Python."""
    if isinstance(x, Recorded):
        return x.dtype
    return type(x) if type(x) in (int, float) else np.asarray(x).dtype


def _clip(recorder: Recorder, x: Any, a_min: Any = None, a_max: Any = None, **options: Any) -> Any:
    low, high = options.pop("min", a_min), options.pop("max", a_max)
    if options:
        recorder.refuse(f"numpy.clip with {', '.join(options)}")
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


def _select(recorder: Recorder, conditions: Sequence[Any], choices: Sequence[Any], default: Any = 0) -> Any:
    for condition, choice in reversed(list(zip(conditions, choices, strict=True))):
        default = recorder.where(condition, choice, default)
    return default


def _piecewise(
    recorder: Recorder, x: Recorded, conditions: Sequence[Any], functions: Sequence[Any], *args: Any, **options: Any
) -> Any:
    values = [f(x, *args, **options) if callable(f) else f for f in functions]
    result = values.pop() if len(values) > len(conditions) else 0.0
    for condition, value in zip(conditions, values, strict=True):
        result = recorder.where(condition, value, result)
    return result.astype(x.dtype) if isinstance(result, Recorded) else _filled(recorder, x, result)


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


def _filled(recorder: Recorder, like: Recorded, number: Any, dtype: Any = None, **options: Any) -> Recorded:
    if options:
        recorder.refuse(f"numpy.full_like or a similar function with {', '.join(options)}")
    kind = like.dtype if dtype is None else np.dtype(dtype)
    if not isinstance(number, Recorded):
        number = np.asarray(number).astype(kind)
        if kind not in (DOUBLE, BOOL, LONG):
            recorder.refuse(f"an array of {kind}")
        return Recorded(recorder, recorder.value(number), kind)
    return number.astype(kind)


def _round(recorder: Recorder, x: Any, decimals: int = 0) -> Any:
    return np.rint(x) if not decimals else recorder.refuse("numpy.round with decimals")


_NAMES = {
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "negative": "neg",
    "absolute": "abs",
    "fabs": "abs",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
    "equal": "eq",
    "not_equal": "ne",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "bitwise_and": "logical_and",
    "bitwise_or": "logical_or",
    "bitwise_xor": "logical_xor",
    "invert": "logical_not",
    "mod": "remainder",
    "expit": "sigmoid",
}
"""Functions of NumPy that have another name in the table; of truth values & and `and` are the same."""
_OF_SCIPY = ("erf", "erfc", "expit")
_OF_INTEGERS = ("add", "subtract", "multiply", "negative", "positive", "absolute", "maximum", "minimum")
"""Functions that give of small integers what they give of floating-point numbers."""
_COMPOSED: dict[str, Callable[..., Any]] = {
    "positive": lambda r, x: x,
    "square": lambda r, x: x * x,
    "reciprocal": lambda r, x: 1.0 / x,
    "power": _power,
    "float_power": _power,
    "exp2": lambda r, x: r.apply("pow", [2.0, x]),
    "sign": _sign,
    "heaviside": lambda r, x, half: r.where(x == 0.0, half, r.where(x > 0.0, 1.0, r.where(x < 0.0, 0.0, x))),
    "isfinite": lambda r, x: ~(r.apply("isnan", [x]) | r.apply("isinf", [x])),
    "deg2rad": lambda r, x: x * (np.pi / 180.0),
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "where": Recorder.where,
    "select": _select,
    "piecewise": _piecewise,
    "clip": _clip,
    "round": _round,
    "zeros_like": lambda r, x, *dtype, **options: _filled(r, x, 0.0, *dtype, **options),
    "ones_like": lambda r, x, *dtype, **options: _filled(r, x, 1.0, *dtype, **options),
    "full_like": _filled,
    "copy": lambda r, x, **options: x,
}
