"""Checks of the arguments of public functions and classes against their annotations."""

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

    A number must be finite unless its default is infinite. True and False are not numbers, and a string is not a list.
    The function itself must check an argument of the type ArrayLike.

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
    # Evaluated at the first call, because an annotation may contain a name that is defined later in the module.
    def hints() -> dict[str, object]:
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
            # The signature set by `takes` is stricter than the function, which accepts any argument.
            if hasattr(what, "__signature__"):
                raise TypeError(f"{name}: {error}.") from None
            return what(*args, **kwargs)  # Python raises an error that names the missing argument.
        # The key of the object under construction identifies it better than its class.
        title = given.get("key") if "self" in given else None
        for argument, value in given.items():
            require(
                f"{name} {title!r}" if isinstance(title, str) else name, argument, value, hints().get(argument, Any)
            )
        return what(*args, **kwargs)

    return typing.cast(T, call)


def takes(original: Callable[P, object]) -> Callable[[Callable[..., R]], Callable[P, R]]:
    """Return a decorator that gives a checked function of ``(*args, **settings)`` the signature of `original`.

    Help and type checkers then show the parameters of `original`.
    """

    def decorate(function: Callable[..., R]) -> Callable[P, R]:
        returned = function.__annotations__["return"]
        function.__annotations__ = {**original.__annotations__, "return": returned}
        signature = inspect.signature(original).replace(return_annotation=returned)
        function.__signature__ = signature  # type: ignore[attr-defined]
        return function

    return decorate


def require(where: str, argument: str, value: object, hint: object) -> None:
    """Raise an error if a value does not fit a type, with the argument and the accepted type in its message.

    Raises
    ------
    TypeError
        If the value does not fit the type.
    ValueError
        If a number is not finite, or a value is masked.
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
"""Call that creates a model from a neuron of a library, by the package of the library and the name of the class."""


def _conversion(value: object, accepted: str) -> str:
    """Return advice to convert a library's neuron if a model is required, else an empty string."""
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
    """Return a number as a float, after checking that it is finite and within its limits.

    Raises
    ------
    TypeError
        If the value is not a number.
    ValueError
        If the number is not finite or is outside its limits.
    """
    require(where, argument, value, float)
    if not (value > above and low <= value <= high):
        limits = [f"{sign} {end:g}" for sign, end in ((">", above), ("≥", low), ("≤", high)) if math.isfinite(end)]
        accepted = f"a finite number {' and '.join(limits)}".strip() + (f" ({unit})" if unit else "")
        raise ValueError(f"{where}: {argument} must be {accepted}, got {shown(value)}.")
    return float(value)


def whole(where: str, argument: str, value: int, low: int, high: int = 2**63 - 1) -> int:
    """Return an integer as an int, after checking that it is within its limits.

    Raises
    ------
    TypeError
        If the value is not an integer.
    ValueError
        If the integer is outside its limits.
    """
    require(where, argument, value, int)
    if not low <= value <= high:
        has_limit, is_huge = high < 2**63 - 1, value > high
        limits = f"from {low} to {high}" if has_limit else f"≥ {low} and < 2**63" if is_huge else f"≥ {low}"
        raise ValueError(f"{where}: {argument} must be an integer {limits}, got {shown(value)}.")
    return int(value)


UNBOUNDED = "PLAUSIWIDGETS_UNBOUNDED"
"""Environment variable that permits requests which may take hours or all memory, if its value is 1."""


def bounded(where: str, what: str, value: float, most: float) -> None:
    """Raise a ValueError if a request is far larger than usual, unless an environment variable permits it."""
    if value > most and os.environ.get(UNBOUNDED) != "1":
        raise ValueError(
            f"{where}: the {what} must be at most {most:g}, got {value:g}. To continue without this limit, set the "
            f"environment variable {UNBOUNDED} to 1."
        )


def shown(value: object) -> str:
    """Return the representation of a value for an error message, on one line of at most 80 characters."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


def sentence(error: object) -> str:
    """Return a text, or the message of another package's error, with a full stop at its end.

    Examples
    --------
    >>> sentence(ValueError("no header")), sentence("Is it empty?")
    ('no header.', 'Is it empty?')
    """
    text = str(error).rstrip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def mapping(values: Mapping[str, V] | None) -> dict[str, V]:
    """Return a mapping, the columns of a DataFrame, or a Series by its labels as a dict. None becomes an empty dict."""
    return {} if values is None else dict(values)


def numbers(value: ArrayLike) -> NDArray[np.float64] | None:
    """Return numbers as an array, or None for texts, dates, truth values, masked entries and ragged lists."""
    if isinstance(value, (str, bytes, bool)) or _is_masked(value):
        return None
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and None in map(_number, array.flat):
            return None
        # Truth values are accepted in one dimension, for example for the presence of a spike at each time.
        marks = array.dtype.kind == "b" and array.ndim == 1
        return array.astype(np.float64) if array.dtype.kind in "iufO" or marks else None
    # The list is ragged, a number is too large, or a tensor has a gradient.
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None


def _number(value: object) -> float | None:
    """Return a number as a float, nan if it is too large for a float, or None for any other value."""
    if isinstance(value, np.ndarray) and value.ndim == 0:  # Computations with NumPy's numbers return such arrays.
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
"""Description of each accepted type, and a function that accepts or rejects a value."""


def _problem(value: Any, hint: Any) -> tuple[str, object, str] | None:
    """Return (place, value, accepted type in words) of the first entry that does not fit a type, or None if all fit."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    entries: list[tuple[str, Any, Any]] = []
    if origin is typing.Annotated:
        problem = _problem(value, inner[0])
        return problem and (*problem[:2], _words(hint))
    if hint in _SIMPLE:
        fits = _SIMPLE[hint][1](value)
    elif origin in (types.UnionType, typing.Union):
        inside = []  # A problem within an entry shows which list or mapping was meant.
        for part in inner:
            problem = _problem(value, part)
            # Further parts are not tested, because some would test each entry of a large array.
            if problem is None:
                return None
            if problem[0]:
                inside.append(problem)
        if len(inside) == 1:
            return inside[0]
        fits = False
    elif origin is None:
        # isinstance does not work with a Protocol of typing, so the function itself must check such an argument.
        fits = getattr(hint, "_is_protocol", False) or isinstance(value, hint)
    elif origin is Callable:
        fits = callable(value)
    elif issubclass(origin, Mapping):
        fits = hasattr(value, "keys") and hasattr(value, "__getitem__")  # A row of a DataFrame is also accepted.
        for key in value.keys() if fits else ():
            entries += [("a name in ", key, inner[0]), (f"the value of {shown(key)} in ", value[key], inner[1])]
    else:
        fits = (
            isinstance(value, Iterable)
            and not isinstance(value, (str, bytes, Mapping))
            and not (isinstance(value, Set) and issubclass(origin, Sequence))  # A set has no order.
            and getattr(value, "ndim", 1) == 1  # A table with columns is rejected.
            and not _is_masked(value)
        )
        listed = fits and isinstance(value, Collection)  # An iterator can be read only once.
        if origin is tuple and Ellipsis not in inner:
            fits = listed and len(value) == len(inner) and not any(map(_problem, value, inner))
        elif listed:
            # The entries of a range are alike and may be numerous, so test only the first.
            known = value[:1] if isinstance(value, range) else value
            entries = [("an entry of ", entry, inner[0]) for entry in known]
    if not fits:
        return "", value, _words(hint)
    return next(((place, *problem[1:]) for place, x, part in entries if (problem := _problem(x, part))), None)


def _words(hint: Any, many: bool = False) -> str:
    """Return the accepted type in words."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:  # The text of the annotation contains advice.
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
