"""Arguments of public functions and classes, checked against their annotations; errors name argument, value, valid."""

from __future__ import annotations

import functools
import inspect
import math
import os
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib import import_module
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

T = TypeVar("T", bound=Callable[..., Any])
V = TypeVar("V")
Unlimited = typing.NewType("Unlimited", float)
"""A float that may be infinite."""


def checked(what: T) -> T:
    """Make a function or a class check its arguments against their annotations.

    A number is finite unless its default is infinite; True and False are not numbers, and a string is not a list.
    Whatever has keys, such as a row of a DataFrame, counts as a mapping. A function checks what is annotated as
    ArrayLike itself.

    Examples
    --------
    >>> @checked
    ... def rate(spikes: int, seconds: float = 1.0) -> float:
    ...     return spikes / seconds
    >>> rate(3, "2")
    Traceback (most recent call last):
    TypeError: rate: seconds is '2', valid is a finite number

    Raises
    ------
    TypeError, ValueError
        As of :func:`require`.
    """
    if isinstance(what, type):
        what.__init__ = checked(what.__init__)  # type: ignore[misc]
        return what
    signature, name = inspect.signature(what), what.__qualname__.removesuffix(".__init__")

    @functools.cache
    def hints() -> dict[str, Any]:  # when first needed, as names may be defined further down
        pandas = import_module("pandas") if "pd." in str(what.__annotations__) else None
        known = typing.get_type_hints(what, localns={"ArrayLike": Any, "pd": pandas})
        for argument, parameter in signature.parameters.items():
            if isinstance(parameter.default, float) and math.isinf(parameter.default):
                known[argument] = Unlimited
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                known[argument] = types.GenericAlias(Sequence, (known[argument],))
        return known

    @functools.wraps(what)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return what(*args, **kwargs)  # Python says what is missing
        own = given.get("name", given.get("key")) if "self" in given else None  # of what is made
        for argument, value in given.items():
            require(f"{name} {own!r}" if isinstance(own, str) else name, argument, value, hints().get(argument, Any))
        return what(*args, **kwargs)

    return typing.cast(T, call)


def require(where: str, argument: str, value: object, hint: Any) -> None:
    """Refuse a value that does not fit a type.

    Raises
    ------
    TypeError
        That names the argument and what is valid.
    ValueError
        For a number that is not finite, and for masked values.
    """
    if problem := _problem(value, hint):
        place, wrong, valid = problem
        number = (_is_number(wrong) and not math.isfinite(_as_float(wrong))) or _is_masked(wrong)
        raise (ValueError if number else TypeError)(f"{where}: {place}{argument} is {shown(wrong)}, valid is {valid}")


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
    if not (value > above and low <= value <= high):
        limits = [f"{sign} {end:g}" for sign, end in ((">", above), (">=", low), ("<=", high)) if math.isfinite(end)]
        valid = ", ".join(["finite", *limits]) + (f" ({unit})" if unit else "")
        raise ValueError(f"{where}: {argument} is {shown(value)}, valid is: {valid}")
    return float(value)


def whole(where: str, argument: str, value: int, low: int, high: int = 2**63 - 1) -> int:
    """Return a whole number as an int, or refuse one that is outside of its limits; errors as of :func:`finite`."""
    require(where, argument, value, int)
    if not low <= value <= high:
        most = f"<= {high}" if high < 2**63 - 1 else "< 2**63"
        raise ValueError(f"{where}: {argument} is {shown(value)}, valid is: an int >= {low}, {most}")
    return int(value)


UNBOUNDED = "PLAUSIWIDGETS_UNBOUNDED"
"""Environment variable: 1 lets requests through that may take hours or all memory."""


def bounded(where: str, what: str, value: float, most: float) -> None:
    """Refuse a request that is far larger than any that is usual, unless the environment says to go on.

    Examples
    --------
    >>> bounded("simulate", "number of time steps", 1e9, 1e7)
    Traceback (most recent call last):
    ValueError: simulate: the number of time steps is 1e+09, valid is: at most 1e+07. To go on all the same, set the \
environment variable PLAUSIWIDGETS_UNBOUNDED to 1

    Raises
    ------
    ValueError
        That says how to go on.
    """
    if value > most and os.environ.get(UNBOUNDED) != "1":
        raise ValueError(
            f"{where}: the {what} is {value:g}, valid is: at most {most:g}. To go on all the same, set the "
            f"environment variable {UNBOUNDED} to 1"
        )


def shown(value: object) -> str:
    """Return a value as an error shows it: on one line of at most 80 characters."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


def mapping(values: Mapping[str, V] | None) -> dict[str, V]:
    """Return a mapping, the columns of a DataFrame or a Series by its labels as a dict; an empty one for None."""
    return {} if values is None else dict(values)


def numbers(value: ArrayLike) -> NDArray[np.float64] | None:
    """Return numbers as an array; None for texts, dates, truth values, masked entries and ragged lists."""
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


def _problem(value: Any, hint: Any) -> tuple[str, object, str] | None:
    """Return (place, what does not fit there, what is valid) of the first misfit in a value, None where all fits."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        problems = [_problem(value, part) for part in inner]
        if None in problems:
            return None
        within = [problem for problem in problems if problem and problem[0]]  # of the alternative that was meant
        return within[0] if len(within) == 1 else ("", value, _words(hint))
    misfit = "", value, _words(hint)
    if hint in _LEAVES:
        return None if _LEAVES[hint][0](value) else misfit
    if origin is Callable or origin is type:
        return None if callable(value) else misfit
    if not isinstance(origin, type):
        told = isinstance(hint, type) and hint is not Any and not typing.is_typeddict(hint)
        told &= not getattr(hint, "_is_protocol", False)  # of which the function says itself what it takes
        return None if not told or isinstance(value, hint) else misfit
    if issubclass(origin, Mapping):
        if not (callable(getattr(value, "keys", None)) and hasattr(value, "__getitem__")):
            return misfit
        places = [("a name in ", key, inner[0]) for key in value.keys()]  # noqa: SIM118  (a Series iterates over values)
        places += [(f"the value of {shown(key)} in ", value[key], inner[1]) for _, key, _ in places]
    else:
        listed = isinstance(value, Collection) and not isinstance(value, (str, bytes, Mapping))
        unordered = isinstance(value, (set, frozenset)) and issubclass(origin, Sequence)
        if not (listed or isinstance(value, Iterable)) or isinstance(value, (str, bytes, Mapping)) or unordered:
            return misfit
        if getattr(value, "ndim", 1) != 1 or _is_masked(value):  # a table has columns
            return misfit
        if origin is tuple and Ellipsis not in inner:
            fits = listed and len(value) == len(inner) and not any(map(_problem, value, inner))
            return None if fits else misfit
        places = [("an entry of ", entry, inner[0]) for entry in value] if listed else []
    return next(((p, *problem[1:]) for p, x, part in places if (problem := _problem(x, part))), None)


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


_LEAVES: dict[Any, tuple[Callable[[Any], bool], str]] = {
    str: (lambda x: isinstance(x, str), "a string"),
    float: (lambda x: _is_number(x) and math.isfinite(_as_float(x)), "a finite number"),
    Unlimited: (lambda x: _is_number(x) and not math.isnan(_as_float(x)), "a number"),
    int: (lambda x: isinstance(x, Integral) and not isinstance(x, bool), "a whole number"),
    bool: (lambda x: isinstance(x, (bool, np.bool_)), "True or False"),
    type(None): (lambda x: x is None, "None"),
}


def _words(hint: Any) -> str:
    """Return what is valid, in words."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in _LEAVES:
        return _LEAVES[hint][1]
    if origin in (types.UnionType, typing.Union):
        words = list(dict.fromkeys(_words(part) for part in inner))
        return ", ".join(words[:-1]) + " or " + words[-1] if len(words) > 1 else words[0]
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
