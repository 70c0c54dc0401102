"""The tracer: values that record the operations on them as a program.

The functions of a custom neuron or pattern are called once with such values instead of arrays. NumPy functions and
Python operators on them become rows of the table of operations. :class:`StepTracer` traces the time step of a neuron,
and :class:`plausiwidgets.engine.program.rows.RowTracer` the sweeps and the measurement of a pattern.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from plausiwidgets.engine.program.operations import CAST, TABLE
from plausiwidgets.engine.program.program import (
    BOOL,
    DOUBLE,
    FIXED,
    LONG,
    MOVING,
    UNIFORM,
    Body,
    Operation,
    Program,
    Value,
)


class NotTraceableError(ValueError):
    """A traced function uses an operation that the table does not contain. The message is the operation."""


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """A number or a row of numbers per lane that is recorded rather than computed.

    A program computes it as float64 or as a truth value. ``dtype`` is the type that it has in NumPy, where for example
    a mask times 2 is an integer.

    Examples
    --------
    >>> tracer = StepTracer(["tau"], 1)
    >>> v = tracer.state[0] + tracer.dt * np.exp(-tracer.state[0] / tracer.parameters["tau"])
    >>> len(tracer.program(v > 1.0, [v]).body)
    7
    """

    def __init__(self, tracer: Tracer, value: Value, dtype: np.dtype | None = None) -> None:
        self.tracer, self.value = tracer, value
        self.dtype = value.dtype if dtype is None else dtype

    @property
    def shape(self) -> tuple[int]:
        """Shape of a single lane."""
        return (1,) if self.value.dims != 2 else self.tracer.refuse("the shape of a row")

    @property
    def size(self) -> int:
        """Number of entries of a single lane."""
        return self.shape[0]

    @property
    def ndim(self) -> int:
        """Number of axes of a single lane."""
        return len(self.shape)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: object, **options: object) -> Traced:
        name = ufunc.__name__
        if options.pop("out", None) is not None and not self.tracer.in_place:
            self.tracer.refuse(f"numpy.{name} in place, such as `v += x` instead of `v = v + x`")
        if method != "__call__" or options:
            self.tracer.refuse(f"numpy.{name}.{method} with {', '.join(options) or 'several lanes'}")
        known = np if name not in _OF_SCIPY else sys.modules.get("scipy.special")
        if getattr(known, name, None) is not ufunc:
            self.tracer.refuse(f"the function {name!r}")
        return self.tracer.call(ufunc, inputs)

    def __array_function__(
        self, function: Callable[..., object], types: object, args: Sequence[object], options: Mapping[str, object]
    ) -> object:
        name = function.__name__
        if name not in _FUNCTIONS:
            self.tracer.refuse(f"numpy.{name}")
        return _FUNCTIONS[name](self.tracer, *args, **options)

    def astype(self, dtype: DTypeLike, copy: bool = True) -> Traced:
        """Return the value as float64 or as a truth value, or as an integer if it is whole."""
        kind = np.dtype(dtype)
        if kind not in (DOUBLE, BOOL) and not (kind == LONG and self.tracer.is_whole(self)):
            self.tracer.refuse(f"astype({kind})")
        return Traced(self.tracer, self.tracer.cast(self.value, BOOL if kind == BOOL else DOUBLE), kind)

    def copy(self) -> Traced:
        """Return the value itself, because values are immutable."""
        return self

    def clip(self, *limits: ArrayLike | None, **options: ArrayLike | None) -> ArrayLike:
        """Return the value, limited like an array by :func:`numpy.clip`."""
        return _clip(self.tracer, self, *limits, **options)

    def sum(self, axis: int | None = None) -> Traced:
        """Return the number of true entries in a row of decisions."""
        return self.tracer.over(self, "sum", axis)

    def max(self, axis: int | None = None) -> Traced:
        """Return the largest entry of a row, or nan if an entry is nan."""
        return self.tracer.over(self, "max", axis)

    def min(self, axis: int | None = None) -> Traced:
        """Return the smallest entry of a row, or nan if an entry is nan."""
        return self.tracer.over(self, "min", axis)

    def any(self, axis: int | None = None) -> Traced:
        """Return whether any entry of a row is true."""
        return self.tracer.over(self, "any", axis)

    def all(self, axis: int | None = None) -> Traced:
        """Return whether all entries of a row are true."""
        return self.tracer.over(self, "all", axis)

    def __deepcopy__(self, memory: object) -> Traced:
        return self

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        self.tracer.refuse(f"`.{name}` of an array")

    def __getitem__(self, key: object) -> Traced:
        return self.tracer.index(self, key)

    def _decided(self, *args: object) -> NoReturn:
        self.tracer.refuse("a branch on a value that differs between lanes, or its conversion to one number")

    def _indexed(self, *args: object) -> NoReturn:
        self.tracer.refuse(INDEX)

    def _array(self, *args: object, **options: object) -> NoReturn:
        self.tracer.refuse("numpy.asarray of a value, or an assignment of values to the entries of an array")

    __bool__ = __float__ = __int__ = __index__ = __round__ = __format__ = __iter__ = __len__ = _decided
    __setitem__ = _indexed
    __array__ = _array


INDEX = "an index, or an assignment to some of the lanes"


class Tracer:
    """Recorder of the operations on some inputs, as the body of a program.

    Attributes
    ----------
    body : Body
        The recorded instructions.
    in_place : bool
        Whether ``a &= b`` is accepted as ``a = a & b``. The results differ for an array that has a second name.
    exact : bool
        Whether only operations that are equal to the last bit in every back end are accepted.
    """

    in_place = exact = False

    def __init__(self) -> None:
        self.body = Body()
        self._refused: NotTraceableError | None = None

    def input(self, name: str, level: int, dims: int = 1) -> Traced:
        """Return an input of the program."""
        return Traced(self, Value(name, DOUBLE, dims, level))

    def check(self) -> None:
        """Raise the last error of :meth:`refuse`, because the traced function may have caught it and continued."""
        if self._refused is not None:
            raise self._refused

    def refuse(self, what: str) -> NoReturn:
        """Raise an error for an operation that cannot be traced, and store it for :meth:`check`.

        Raises
        ------
        NotTraceableError
            Always.
        """
        self._refused = NotTraceableError(what)
        raise self._refused

    # -- differences between a step and a measurement ------------------------------------------

    def is_whole(self, x: Traced) -> bool:
        """Return whether a value is an integer, possibly stored as float64."""
        return x.dtype in (BOOL, LONG)

    def index(self, x: Traced, key: object) -> Traced:
        """Return ``x[key]``."""
        self.refuse(INDEX)

    def over(self, x: Traced, name: str, axis: int | None) -> Traced:
        """Return the result of an array method over the entries of each row."""
        self.refuse(f"`.{name}` of an array")

    def listed(self, values: Sequence[object]) -> Value:
        """Return several values as one."""
        self.refuse(f"an array of {len(values)} values")

    def feature(self, operation: Operation, arguments: Sequence[object], result: int | type, dtype: np.dtype) -> object:
        """Return the result of a function that is traced as one operation."""
        self.refuse(f"the function {operation.name!r}")

    # -- operations ----------------------------------------------------------------------------

    def value(self, x: object) -> Value:
        """Return the value of an operand of an expression: a traced value or a number."""
        if isinstance(x, Traced):
            return x.value
        if isinstance(x, list):
            return self.listed(x)
        array = np.asarray(x)
        # The array is, for example, the spikes of a recording.
        if array.ndim == 1 and array.size != 1 and array.dtype.kind in "fiub":
            return self.listed(array.tolist())
        if array.size != 1 or array.dtype.kind not in "fiub":
            self.refuse(f"an array of {array.size} numbers of type {array.dtype}")
        number = array.reshape(-1)[0]
        truth = array.dtype.kind == "b"
        return Value("", BOOL if truth else DOUBLE, 0, UNIFORM, bool(number) if truth else float(number))

    def cast(self, value: Value, dtype: np.dtype) -> Value:
        """Return a value converted to another type."""
        if value.dtype == dtype:
            return value
        if value.number is None:
            return self.body.add(CAST, [value], dtype, value.dims)
        return replace(value, dtype=dtype, number=bool(value.number) if dtype == BOOL else float(value.number))

    def call(self, ufunc: np.ufunc, operands: Sequence[object]) -> Traced:
        """Return the result of a NumPy function, with the type that it has in NumPy."""
        name, types = ufunc.__name__, [_type(x) for x in operands]
        try:
            kind = ufunc.resolve_dtypes((*types, *(None,) * ufunc.nout))[-1]
        except TypeError:
            words = [t.__name__ if isinstance(t, type) else t.name for t in types]
            self.refuse(f"numpy.{name} of {', '.join(words)}")
        if kind not in (DOUBLE, BOOL) and not (kind == LONG and name in _OF_INTEGERS):
            self.refuse(f"numpy.{name} with a result of type {kind}")
        value = self.apply(name, operands).value
        return Traced(self, self.cast(value, BOOL) if kind == BOOL else value, kind)

    def apply(self, name: str, operands: Iterable[object]) -> Traced:
        """Return the result of a NumPy function, as float64 or as a truth value."""
        values = [self.value(x) for x in operands]
        if name in _COMPOSED:
            return _COMPOSED[name](self, *(Traced(self, v) for v in values))
        return self.compute(_ROWS[name], values) if name in _ROWS else self.refuse(f"numpy.{name}")

    def compute(self, row: Operation, values: Sequence[Value]) -> Traced:
        """Return the result of a row of the table of operations."""
        bools = all(v.dtype == BOOL for v in values)
        if bools and row.boolean and not row.truth:
            row = TABLE[row.boolean]
        if self.exact and not row.exact:
            self.refuse(f"numpy.{row.function.__name__}, whose last bit differs between Python and a page")
        if row.computes == "bool":
            kind = BOOL
        else:
            kind = BOOL if bools and row.name in ("eq", "ne") else DOUBLE
        result = BOOL if row.truth else kind
        return Traced(self, self.body.add(row, [self.cast(v, kind) for v in values], result, _dims(values)))

    def where(self, condition: object, a: ArrayLike, b: ArrayLike) -> Traced:
        """Return `a` if `condition` is true, else `b`."""
        test, first, second = self.value(condition), self.value(a), self.value(b)
        shown = np.result_type(*(x.dtype if isinstance(x, Traced) else x for x in (a, b)))
        if shown not in (DOUBLE, LONG, BOOL):
            self.refuse(f"numpy.where with a result of type {shown}")
        kind = BOOL if shown == BOOL else DOUBLE
        values = [self.cast(test, BOOL), self.cast(first, kind), self.cast(second, kind)]
        return Traced(self, self.body.add(TABLE["where"], values, kind, _dims(values)), shown)


class StepTracer(Tracer):
    """Tracer of a step, with its inputs and the program of the operations on them.

    Parameters
    ----------
    parameters : iterable of str
        Names of the parameters.
    states : int
        Number of state variables.

    Attributes
    ----------
    current, dt : Traced
        The injected current and the time step.
    state : list of Traced
        The state variables.
    parameters : dict of str to Traced
        The parameters by their names.
    """

    def __init__(self, parameters: Iterable[str], states: int) -> None:
        super().__init__()
        self.names = tuple(parameters)
        self.current = self.input("current", MOVING)
        self.dt = self.input("dt", UNIFORM)
        self.state = [self.input(f"s{i}", MOVING) for i in range(states)]
        self.parameters = {name: self.input(f"p{i}", FIXED) for i, name in enumerate(self.names)}

    def program(self, spikes: object, state: Iterable[object]) -> Program:
        """Return the program that computes `spikes` and the new `state`.

        Raises
        ------
        NotTraceableError
            If an operation could not be traced.
        """
        self.check()
        outputs = [self.cast(self.value(x), DOUBLE) for x in (spikes, *state)]
        return Program(self.names, self.body.needed(outputs), outputs[0], tuple(outputs[1:]))


def _dims(values: Sequence[Value]) -> int:
    """Return 2 for a value that is computed from rows, else 1."""
    return max(1, *(v.dims for v in values))


def _type(x: object) -> np.dtype | type:
    """Return the type of an operand for NumPy's type promotion: a NumPy type, or int or float for a Python number."""
    if isinstance(x, Traced):
        return x.dtype
    return type(x) if type(x) in (int, float) else np.asarray(x).dtype


def _clip(
    tracer: Tracer,
    x: ArrayLike,
    a_min: ArrayLike | None = None,
    a_max: ArrayLike | None = None,
    **options: ArrayLike | None,
) -> ArrayLike:
    low, high = options.pop("min", a_min), options.pop("max", a_max)
    if options:
        tracer.refuse(f"numpy.clip with {', '.join(options)}")
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


def _select(
    tracer: Tracer, conditions: Sequence[object], choices: Sequence[ArrayLike], default: ArrayLike = 0
) -> ArrayLike:
    for condition, choice in reversed(list(zip(conditions, choices, strict=True))):
        default = tracer.where(condition, choice, default)
    return default


def _piecewise(
    tracer: Tracer,
    x: Traced,
    conditions: Sequence[object],
    functions: Sequence[Callable[..., ArrayLike] | float],
    *args: object,
    **options: object,
) -> Traced:
    values: list[ArrayLike] = [f(x, *args, **options) if callable(f) else f for f in functions]
    result: ArrayLike = values.pop() if len(values) > len(conditions) else 0.0
    for condition, value in zip(conditions, values, strict=True):
        result = tracer.where(condition, value, result)
    return result.astype(x.dtype) if isinstance(result, Traced) else _filled(tracer, x, result)


def _power(tracer: Tracer, base: Traced, exponent: Traced) -> Traced:
    """Return a power, computed as a product if the exponent is a small integer."""
    n = exponent.value.number
    if n is None or n not in (1.0, 2.0, 3.0, 4.0, -1.0, 0.5):
        return tracer.compute(TABLE["pow"], [base.value, exponent.value])
    if n == 0.5:
        return tracer.compute(TABLE["sqrt"], [base.value])
    if n == -1.0:
        return 1.0 / base
    square = base * base if n >= 2.0 else base
    return {1.0: base, 2.0: square}.get(n, square * (base if n == 3.0 else square))


def _sign(tracer: Tracer, x: Traced) -> Traced:
    return tracer.where(x > 0.0, 1.0, tracer.where(x < 0.0, -1.0, 0.0 * x))


def _filled(tracer: Tracer, like: Traced, number: object, dtype: DTypeLike | None = None, **options: object) -> Traced:
    if options:
        tracer.refuse(f"numpy.full_like or a similar function with {', '.join(options)}")
    kind = like.dtype if dtype is None else np.dtype(dtype)
    if not isinstance(number, Traced):
        number = np.asarray(number).astype(kind)
        if kind not in (DOUBLE, BOOL, LONG):
            tracer.refuse(f"an array of {kind}")
        return Traced(tracer, tracer.value(number), kind)
    return number.astype(kind)


def _round(tracer: Tracer, x: ArrayLike, decimals: int = 0) -> ArrayLike:
    return np.rint(x) if not decimals else tracer.refuse("numpy.round with decimals")


_ROWS = {row.function.__name__: row for row in TABLE.values() if isinstance(row.function, np.ufunc)}
"""The rows of the table by the names of NumPy's functions."""
_ROWS |= {"fabs": TABLE["abs"], "expit": TABLE["sigmoid"], "erf": TABLE["erf"], "erfc": TABLE["erfc"]}
_OF_SCIPY = ("erf", "erfc", "expit")
_OF_INTEGERS = ("add", "subtract", "multiply", "negative", "positive", "absolute", "maximum", "minimum")
"""Functions that return the same values for small integers as for the equal floating-point numbers."""
_COMPOSED: dict[str, Callable[..., Traced]] = {
    "positive": lambda r, x: x,
    "conjugate": lambda r, x: x,
    "square": lambda r, x: x * x,
    "reciprocal": lambda r, x: 1.0 / x,
    "power": _power,
    "float_power": _power,
    "exp2": lambda r, x: r.compute(TABLE["pow"], [r.value(2.0), x.value]),
    "sign": _sign,
    "heaviside": lambda r, x, half: r.where(x == 0.0, half, r.where(x > 0.0, 1.0, r.where(x < 0.0, 0.0, x))),
    "deg2rad": lambda r, x: x * (np.pi / 180.0),
}
_FUNCTIONS: dict[str, Callable[..., object]] = {
    "where": Tracer.where,
    "select": _select,
    "piecewise": _piecewise,
    "clip": _clip,
    "round": _round,
    "around": _round,
    "zeros_like": lambda r, x, *dtype, **options: _filled(r, x, 0.0, *dtype, **options),
    "ones_like": lambda r, x, *dtype, **options: _filled(r, x, 1.0, *dtype, **options),
    "full_like": _filled,
    "copy": lambda r, x, **options: x,
    "stack": lambda r, arrays: Traced(r, r.listed(arrays)),
}
