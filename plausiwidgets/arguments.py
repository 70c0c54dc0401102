"""Arguments checked against the annotations of what is called: one rule for every public function and class."""

from __future__ import annotations

import functools
import inspect
import math
import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

T = TypeVar("T", bound=Callable[..., Any])
V = TypeVar("V")


class _Unlimited:
    """Stands for a float that may be infinite."""


class _Table:
    """Stands for pandas' DataFrame, so that pandas is not imported for the sake of a name."""


# Of an array the function says itself which entry is no number: see `numbers`.
_INSTEAD = {"ArrayLike": Any, "pd": types.SimpleNamespace(DataFrame=_Table)}
_WORDS = {
    str: "a string", float: "a finite number", int: "a whole number", bool: "True or False", type(None): "None",
    _Unlimited: "a number", _Table: "a DataFrame",
}  # fmt: skip


def checked(what: T) -> T:
    """Make a function or a class check its arguments against their annotations, when it is called.

    A number is finite, unless its default is infinite, and no truth value; a string is no list of strings; and what
    has the keys of a mapping, such as a row of a DataFrame or the columns of one, counts as one.

    Raises
    ------
    TypeError, ValueError
        When it is called; the text names the argument, shows the value and says what is valid.

    Examples
    --------
    >>> @checked
    ... def rate(spikes: int, seconds: float = 1.0) -> float:
    ...     return spikes / seconds
    >>> rate(3, "2")
    Traceback (most recent call last):
    TypeError: rate: seconds is '2', valid is a finite number
    """
    if isinstance(what, type):
        what.__init__ = _checking(what.__init__, what.__name__)  # type: ignore[misc]
        return what
    return typing.cast(T, _checking(what, what.__qualname__.removesuffix(".__init__")))


def _checking(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    parameters = inspect.signature(function).parameters
    places = [n for n, p in parameters.items() if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    several = next((n for n, p in parameters.items() if p.kind is inspect.Parameter.VAR_POSITIONAL), None)
    hints: dict[str, Any] = {}
    at_once: dict[str, Collection[type]] = {}  # types of which every value fits; of floats and arrays the finite ones

    def resolve() -> None:
        known = typing.get_type_hints(function, localns=_INSTEAD)
        hints.update({argument: _written_out(hint) for argument, hint in known.items()})
        for argument, parameter in parameters.items():
            if isinstance(parameter.default, float) and math.isinf(parameter.default):
                hints[argument] = _Unlimited
            hint = hints.get(argument)
            alternatives = typing.get_args(hint) if _is_union(hint) else (hint,)
            kinds = [np.ndarray if typing.get_origin(x) is np.ndarray else x for x in alternatives]
            at_once[argument] = [x for x in kinds if isinstance(x, type) and x is not _Unlimited]
        if several is not None:
            hints[several] = types.GenericAlias(Collection, (hints[several],))
            at_once[several] = ()

    def own(given: Mapping[str, object]) -> str:
        """Return the name that an object gets as its first argument."""
        first = next((given.get(n) for n in parameters if n != "self"), None)
        return f" {shown(first)}" if "self" in parameters and isinstance(first, str) else ""

    def check(argument: str, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        kind, hint = type(value), hints.get(argument, Any)
        if kind in at_once.get(argument, ()) and (
            value - value == 0.0 if kind is float else kind is not np.ndarray or _fits_array(value)
        ):
            return
        if hint is not Any and not _fits(value, hint):
            require(name + own(dict(zip(places, args, strict=False)) | kwargs), argument, value, hint)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not hints:  # when first needed: names may be defined further down
            resolve()
        # Sweeps are made in every evaluation: nothing is built here that only an error needs.
        for argument, value in zip(places, args, strict=False):
            if argument != several:
                check(argument, value, args, kwargs)
        for argument, value in kwargs.items():
            check(argument, value, args, kwargs)
        if several is not None:
            check(several, args[places.index(several) :], (), {})
        return function(*args, **kwargs)

    return call


def require(where: str, argument: str, value: object, hint: Any) -> None:
    """Refuse a value that does not fit a type.

    Raises
    ------
    TypeError
        That names the argument and what is valid.
    ValueError
        For a number that is none, and for masked values.
    """
    for what, wrong, valid in _problems(value, hint):
        unfit = _is_number(wrong) and not math.isfinite(_as_float(wrong))
        error = ValueError if unfit or _is_masked(wrong) else TypeError
        raise error(f"{where}: {what}{argument} is {shown(wrong)}, valid is {valid}")


def finite(where: str, argument: str, value: float, above: float = -math.inf, low: float = -math.inf,
           high: float = math.inf, unit: str = "") -> float:  # fmt: skip
    """Return a number as a float, or refuse one that is not finite or outside of its limits.

    Examples
    --------
    >>> finite("simulate", "dt", 7.0, above=0.0, high=5.0, unit="ms")
    Traceback (most recent call last):
    ValueError: simulate: dt is 7.0, valid is: finite, > 0, <= 5 (ms)

    Raises
    ------
    TypeError, ValueError
        That names the argument.
    """
    require(where, argument, value, float)
    if not (math.isfinite(value) and value > above and low <= value <= high):
        limits = [f"{sign} {end:g}" for sign, end in ((">", above), (">=", low), ("<=", high)) if math.isfinite(end)]
        valid = ", ".join(["finite", *limits]) + (f" ({unit})" if unit else "")
        raise ValueError(f"{where}: {argument} is {shown(value)}, valid is: {valid}")
    return float(value)


def whole(where: str, argument: str, value: int, low: int) -> int:
    """Return a whole number as an int, or refuse one that is below `low`; errors as of :func:`finite`."""
    require(where, argument, value, int)
    if not low <= value < 2**63:
        raise ValueError(f"{where}: {argument} is {shown(value)}, valid is: an int >= {low}, < 2**63")
    return int(value)


def shown(value: object) -> str:
    """Return a value as an error shows it: on one line of at most 80 characters."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


def mapping(values: Mapping[str, V] | None) -> dict[str, V]:
    """Return a mapping, the columns of a DataFrame or a Series by its labels as a dict; none for None."""
    return {} if values is None else dict(values)


def numbers(value: ArrayLike) -> NDArray[np.float64] | None:
    """Return numbers as an array, or None where there are others: texts, dates, truth values, masked or no numbers."""
    if isinstance(value, (str, bytes, bool)) or _is_masked(value):
        return None
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and not all(_is_number(x) for x in array.flat):
            return None
        marks = array.dtype.kind == "b" and array.ndim == 1  # such as whether there was a spike at each time
        return array.astype(np.float64) if array.dtype.kind in "iufO" or marks else None
    except (TypeError, ValueError, OverflowError, RuntimeError):  # ragged, too large, a tensor with a gradient
        return None


# -- what fits a type: (place, value, what is valid) for the first thing in a value that does not ---------------------

Problems = Iterator[tuple[str, object, str]]


def _problems(value: Any, hint: Any) -> Problems:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if _is_union(hint):
        if not any(_fits(value, part) for part in inner):
            meant = [part for part in inner if _is_like(value, part)]
            yield from _problems(value, meant[0]) if len(meant) == 1 else [("", value, _words(hint))]
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        if not _has_keys(value):
            yield "", value, _words(hint)
            return
        for key in value.keys():  # noqa: SIM118  (a Series iterates over its values)
            for _, wrong, valid in _problems(key, inner[0]):
                yield "a name in ", wrong, valid
            for _, wrong, valid in _problems(value[key], inner[1]):
                yield f"the value of {shown(key)} in ", wrong, valid
    elif origin is tuple and Ellipsis not in inner:
        pair = isinstance(value, Collection) and not isinstance(value, (str, bytes, Mapping, set)) and _is_list(value)
        if not pair or len(value) != len(inner) or not all(map(_fits, value, inner)):
            yield "", value, _words(hint)
    elif isinstance(origin, type) and issubclass(origin, Iterable) and inner and origin is not np.ndarray:
        unordered = isinstance(value, (set, frozenset)) and issubclass(origin, Sequence)
        if isinstance(value, (str, bytes, Mapping)) or unordered or not _is_list(value):
            yield "", value, _words(hint)
        elif isinstance(value, Collection):
            for entry in value:
                for _, wrong, valid in _problems(entry, inner[0]):
                    yield "an entry of ", wrong, valid
    elif not _fits(value, hint):
        yield "", value, _words(hint)


def _fits(value: Any, hint: Any) -> bool:
    if _is_union(hint):
        return any(_fits(value, part) for part in typing.get_args(hint))
    origin = typing.get_origin(hint)
    if hint is Any or isinstance(hint, TypeVar):
        return True
    if hint is None or hint is type(None):
        return value is None
    if hint is float:
        return _is_number(value) and math.isfinite(_as_float(value))
    if hint is _Unlimited:
        return _is_number(value) and not math.isnan(_as_float(value))
    if hint is int:
        return isinstance(value, Integral) and not isinstance(value, bool)
    if hint is bool:
        return isinstance(value, (bool, np.bool_))
    if origin is np.ndarray:
        return isinstance(value, np.ndarray) and _fits_array(value)
    if hint is _Table:
        return type(value).__name__ == "DataFrame"
    if origin is Callable or origin is type:
        return callable(value)
    if typing.is_typeddict(hint):
        return isinstance(value, Mapping)
    if origin is not None:
        return next(_problems(value, hint), None) is None
    if getattr(hint, "_is_protocol", False) and not getattr(hint, "_is_runtime_protocol", False):
        return True  # the function says itself what it takes
    return not isinstance(hint, type) or isinstance(value, hint)


def _fits_array(value: NDArray[Any]) -> bool:
    plain = value.ndim == 1 and value.dtype.kind in "iuf" and not _is_masked(value)
    return plain and bool(np.isfinite(value).all())


def _written_out(hint: Any) -> Any:
    """Return a type without names for types, as Python 3.12 has them and NumPy's NDArray is one from 2.5 on."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    for alias in (hint, origin):
        if hasattr(alias, "__value__"):
            return _written_out(alias.__value__[inner] if inner else alias.__value__)
    if _is_union(hint):
        return typing.Union[tuple(map(_written_out, inner))]  # noqa: UP007  (of any number)
    if inner and isinstance(origin, type) and issubclass(origin, Iterable) and origin is not np.ndarray:
        return types.GenericAlias(origin, tuple(map(_written_out, inner)))
    return hint


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (types.UnionType, typing.Union)


def _is_number(value: object) -> bool:
    if isinstance(value, np.ndarray):  # what a computation with NumPy's numbers leaves
        return value.ndim == 0 and value.dtype.kind in "iuf" and not _is_masked(value)
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def _is_masked(value: object) -> bool:
    return isinstance(value, np.ma.MaskedArray) and bool(np.ma.is_masked(value))


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _has_keys(value: object) -> bool:
    """Return whether `dict` takes a value by its keys."""
    return callable(getattr(value, "keys", None)) and hasattr(value, "__getitem__")


def _is_list(value: object) -> bool:
    """Return whether a value lists others: a table does not, it has columns."""
    return isinstance(value, Iterable) and getattr(value, "ndim", 1) == 1 and not _is_masked(value)


def _is_like(value: object, hint: Any) -> bool:
    """Return whether a value was meant as this alternative of several."""
    origin = typing.get_origin(hint)
    if isinstance(value, (str, bytes)):
        return False
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _has_keys(value)
    if origin is tuple or (isinstance(origin, type) and issubclass(origin, Iterable) and origin is not np.ndarray):
        return isinstance(value, (list, tuple, set, frozenset))
    return False


def _words(hint: Any) -> str:
    """Return what is valid, in words."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if _is_union(hint):
        words = list(dict.fromkeys(_words(part) for part in inner))
        return ", ".join(words[:-1]) + " or " + words[-1] if len(words) > 1 else words[0]
    if hint in _WORDS:
        return _WORDS[hint]
    if origin is np.ndarray:
        return "an array of finite numbers"
    if origin is Callable:
        return "a function"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"a mapping of names to {_many(inner[1])}"
    if origin is tuple and Ellipsis not in inner:
        return f"a tuple of {len(inner)}: {', '.join(_words(part) for part in inner)}"
    if inner:
        return f"a list of {_many(inner[0])}"
    name = getattr(hint, "__name__", str(hint))
    return f"{'an' if name[0] in 'AEIO' else 'a'} {name}"


def _many(hint: Any) -> str:
    words = _words(hint)
    return words if " or " in words else words.removeprefix("a ").removeprefix("an ") + "s"
