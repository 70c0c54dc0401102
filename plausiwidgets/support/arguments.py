"""Check the arguments of public functions and classes against their annotations."""

from __future__ import annotations

import functools
import inspect
import math
import os
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from importlib import import_module
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.support.renamed import argument_error

T = TypeVar("T", bound=Callable[..., object])
P = typing.ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")
Unlimited = typing.NewType("Unlimited", float)
"""A float that may be infinite."""


def checked(what: T) -> T:
    """Make a function or a class check its arguments against their annotations.

    A number is finite unless its default is infinite; True and False are not numbers, and a string is not a list.
    An ArrayLike is left to the function.

    Examples
    --------
    >>> @checked
    ... def rate(spikes: int, seconds: float = 1.0) -> float:
    ...     return spikes / seconds
    >>> rate(3, "2")
    Traceback (most recent call last):
    TypeError: rate: seconds must be a finite number, got '2'.
    """
    if isinstance(what, type):
        what.__init__ = _checked(what.__init__)  # type: ignore[misc]
        return what
    return _checked(what)


def _checked(what: T) -> T:
    signature, name = inspect.signature(what), what.__qualname__.removesuffix(".__init__")

    @functools.cache
    def hints() -> dict[str, object]:  # at the first call, as an annotation may name what is defined further down
        of_arguments = {n: hint for n, hint in what.__annotations__.items() if n != "return"}
        pandas = import_module("pandas") if "pd." in str(of_arguments) else None
        known = typing.get_type_hints(
            types.SimpleNamespace(__annotations__=of_arguments),
            inspect.unwrap(what).__globals__,
            {"ArrayLike": Any, "pd": pandas},
            include_extras=True,
        )
        infinite = [n for n, p in signature.parameters.items() if p.default in (math.inf, -math.inf)]
        return known | dict.fromkeys(infinite, Unlimited)

    @functools.wraps(what)
    def call(*args: object, **kwargs: object) -> object:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            if renamed := argument_error(name, kwargs):
                raise renamed from None
            if hasattr(what, "__signature__"):  # of `takes`: it would take any argument
                raise TypeError(f"{name}: {error}.") from None
            return what(*args, **kwargs)  # Python says what is missing
        title = given.get("key") if "self" in given else None  # of the object that is made
        for argument, value in given.items():
            require(
                f"{name} {title!r}" if isinstance(title, str) else name, argument, value, hints().get(argument, Any)
            )
        return what(*args, **kwargs)

    return typing.cast(T, call)


def takes(original: Callable[P, object]) -> Callable[[Callable[..., R]], Callable[P, R]]:
    """Give a checked function of ``(*args, **settings)`` the parameters of another, for help and type checkers."""

    def decorate(function: Callable[..., R]) -> Callable[P, R]:
        returned = function.__annotations__["return"]
        function.__annotations__ = {**original.__annotations__, "return": returned}
        signature = inspect.signature(original).replace(return_annotation=returned)
        function.__signature__ = signature  # type: ignore[attr-defined]
        return function

    return decorate


def require(where: str, argument: str, value: object, hint: object) -> None:
    """Raise a TypeError for a value that does not fit a type; the error names the argument and the accepted type.

    For a number that is not finite, and for masked values, the error is a ValueError.
    """
    if problem := _problem(value, hint):
        place, wrong, accepted = problem
        entries = wrong if isinstance(wrong, (tuple, list)) else [wrong]
        finite = all(math.isfinite(_number(entry) or 0.0) for entry in entries)
        error = TypeError if finite and not _is_masked(wrong) else ValueError
        raise error(f"{where}: {place}{argument} must be {accepted}, got {shown(wrong)}.{_conversion(wrong, accepted)}")


_CONVERSIONS = {
    ("torch", "Module"): "pw.from_torch(module)",
    ("brian2", "NeuronGroup"): "pw.from_brian2(eqs, threshold, reset)",
    ("brian2", "Equations"): "pw.from_brian2(eqs, threshold, reset)",
    ("nir", "NIRNode"): "pw.from_nir(node, dt=…, reset=…)",
}
"""The call that makes a model from a neuron of a library, by the library's package and the name of the class."""


def _conversion(value: object, accepted: str) -> str:
    """Return the advice to convert a neuron of a library where a model is required; else an empty text."""
    if "NeuronModel" in accepted:
        for kind in type(value).__mro__:
            call = _CONVERSIONS.get((kind.__module__.partition(".")[0], kind.__name__))
            if call:
                return f" Use {call}."
    return ""


def finite(
    where: str,
    argument: str,
    value: float,
    above: float = -math.inf,
    low: float = -math.inf,
    high: float = math.inf,
    unit: str = "",
) -> float:
    """Return a number as a float; raise an error that names it if it is not finite or outside its limits."""
    require(where, argument, value, float)
    if not (value > above and low <= value <= high):
        limits = [f"{sign} {end:g}" for sign, end in ((">", above), ("≥", low), ("≤", high)) if math.isfinite(end)]
        accepted = f"a finite number {' and '.join(limits)}".strip() + (f" ({unit})" if unit else "")
        raise ValueError(f"{where}: {argument} must be {accepted}, got {shown(value)}.")
    return float(value)


def whole(where: str, argument: str, value: int, low: int, high: int = 2**63 - 1) -> int:
    """Return an integer as an int; raise an error that names it if it is outside its limits."""
    require(where, argument, value, int)
    if not low <= value <= high:
        has_limit, is_huge = high < 2**63 - 1, value > high
        limits = f"from {low} to {high}" if has_limit else f"≥ {low} and < 2**63" if is_huge else f"≥ {low}"
        raise ValueError(f"{where}: {argument} must be an integer {limits}, got {shown(value)}.")
    return int(value)


UNBOUNDED = "PLAUSIWIDGETS_UNBOUNDED"
"""Environment variable; 1 permits requests that may take hours or all memory."""


def bounded(where: str, what: str, value: float, most: float) -> None:
    """Raise a ValueError for a request that is far larger than usual, unless an environment variable permits it."""
    if value > most and os.environ.get(UNBOUNDED) != "1":
        raise ValueError(
            f"{where}: the {what} must be at most {most:g}, got {value:g}. To continue without this limit, set the "
            f"environment variable {UNBOUNDED} to 1."
        )


def shown(value: object) -> str:
    """Return a value for an error message: on one line of at most 80 characters."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


def sentence(error: object) -> str:
    """Return an error of another package, or a text, with a full stop at its end.

    Examples
    --------
    >>> sentence(ValueError("no header")), sentence("Is it empty?")
    ('no header.', 'Is it empty?')
    """
    text = str(error).rstrip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def mapping(values: Mapping[str, V] | None) -> dict[str, V]:
    """Return a mapping, the columns of a DataFrame or a Series by its labels as a dict; an empty one for None."""
    return {} if values is None else dict(values)


def numbers(value: ArrayLike) -> NDArray[np.float64] | None:
    """Return numbers as an array; None for texts, dates, truth values, masked entries and ragged lists."""
    if isinstance(value, (str, bytes, bool)) or _is_masked(value):
        return None
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and None in map(_number, array.flat):
            return None
        marks = array.dtype.kind == "b" and array.ndim == 1  # such as whether there was a spike at each time
        return array.astype(np.float64) if array.dtype.kind in "iufO" or marks else None
    except (TypeError, ValueError, OverflowError, RuntimeError):  # ragged, too large, a tensor with a gradient
        return None


def _number(value: object) -> float | None:
    """Return a number as a float, nan where it is too large for one; None for anything else."""
    if isinstance(value, np.ndarray) and value.ndim == 0:  # what a computation with NumPy's numbers returns
        value = value[()]
    if not isinstance(value, Real) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _is_masked(value: object) -> bool:
    return isinstance(value, np.ma.MaskedArray) and bool(np.ma.is_masked(value))


_SIMPLE: dict[object, tuple[str, Callable[[object], bool]]] = {
    str: ("a string", lambda x: isinstance(x, str)),
    float: ("a finite number", lambda x: math.isfinite(math.nan if (y := _number(x)) is None else y)),
    Unlimited: ("a number", lambda x: not math.isnan(math.nan if (y := _number(x)) is None else y)),
    int: ("an integer", lambda x: isinstance(x, Integral) and not isinstance(x, bool)),
    bool: ("True or False", lambda x: isinstance(x, (bool, np.bool_))),
    type(None): ("None", lambda x: x is None),
    Any: ("any value", lambda x: True),
}
"""The accepted type in words, and a function that accepts a value."""


def _problem(value: Any, hint: Any) -> tuple[str, object, str] | None:
    """Return (place, value, accepted type in words) of the first entry that does not fit a type; None if all fit."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    entries: list[tuple[str, Any, Any]] = []
    if origin is typing.Annotated:
        problem = _problem(value, inner[0])
        return problem and (*problem[:2], _words(hint))
    if hint in _SIMPLE:
        fits = _SIMPLE[hint][1](value)
    elif origin in (types.UnionType, typing.Union):
        inside = []  # of the list or mapping that was meant
        for part in inner:
            problem = _problem(value, part)
            if problem is None:  # no further part is asked: of a large array some would look at each entry
                return None
            if problem[0]:
                inside.append(problem)
        if len(inside) == 1:
            return inside[0]
        fits = False
    elif origin is None:
        # A Protocol of typing cannot be asked; the function that takes one checks it.
        fits = getattr(hint, "_is_protocol", False) or isinstance(value, hint)
    elif origin is Callable:
        fits = callable(value)
    elif issubclass(origin, Mapping):
        fits = hasattr(value, "keys") and hasattr(value, "__getitem__")  # also a row of a DataFrame
        for key in value.keys() if fits else ():
            entries += [("a name in ", key, inner[0]), (f"the value of {shown(key)} in ", value[key], inner[1])]
    else:
        fits = (
            isinstance(value, Iterable)
            and not isinstance(value, (str, bytes, Mapping))
            and not (isinstance(value, Set) and issubclass(origin, Sequence))  # it has no order
            and getattr(value, "ndim", 1) == 1  # a table has columns
            and not _is_masked(value)
        )
        listed = fits and isinstance(value, Collection)  # an iterator can be read only once
        if origin is tuple and Ellipsis not in inner:
            fits = listed and len(value) == len(inner) and not any(map(_problem, value, inner))
        elif listed:
            known = value[:1] if isinstance(value, range) else value  # its entries are alike, and may be many
            entries = [("an entry of ", entry, inner[0]) for entry in known]
    if not fits:
        return "", value, _words(hint)
    return next(((place, *problem[1:]) for place, x, part in entries if (problem := _problem(x, part))), None)


def _words(hint: Any, many: bool = False) -> str:
    """Return the accepted type in words."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:  # its text has the advice
        return f"{_words(inner[0])} {inner[1]}"
    if origin in (types.UnionType, typing.Union):
        *others, last = dict.fromkeys(_words(part, many) for part in inner)
        return f"{', '.join(others)} or {last}" if others else last
    if hint in _SIMPLE:
        words = _SIMPLE[hint][0]
    elif origin is Callable:
        words = "a function"
    elif origin is tuple and Ellipsis not in inner:
        words = f"a tuple ({', '.join(map(_words, inner))})"
    elif inner:
        what = "mapping of names to" if issubclass(origin, Mapping) else "list of"
        words = f"a {what} {_words(inner[-1 if issubclass(origin, Mapping) else 0], many=True)}"
    else:
        words = f"{'an' if hint.__name__[0] in 'AEIO' else 'a'} {hint.__name__}"
    return f"{words.split(' ', 1)[1]}s" if many and " " in words and " or " not in words else words
