"""The search space: which parameters are free, in which box, on which scales."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.arguments import mapping
from plausiwidgets.models.parameter import Floats, Parameter
from plausiwidgets.names import unknown

Bounds = Mapping[str, tuple[float, float]]


def fold(unit: Floats) -> Floats:
    """Reflect coordinates into [0, 1]: the line is folded at 0 and 1, again and again."""
    return 1.0 - np.abs(np.mod(unit, 2.0) - 1.0)


@dataclass(frozen=True)
class Chart:
    """The free parameters on scales of their own: unit cube ↔ values, all columns at once.

    Parameters
    ----------
    parameters : tuple of Parameter
        One for each column; the scale is the parameter's.
    low, high : ndarray [d]
        The box.
    """

    parameters: tuple[Parameter, ...]
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        ends = [
            (float(p.transform(a)), float(p.transform(b)))
            for p, a, b in zip(self.parameters, self.low, self.high, strict=True)
        ]
        start = np.array([a for a, _ in ends])
        object.__setattr__(self, "_start", start)
        object.__setattr__(self, "_length", np.array([b for _, b in ends]) - start)
        logs = [i for i, p in enumerate(self.parameters) if p.scale == "log"]
        sinhs = [i for i, p in enumerate(self.parameters) if p.scale == "asinh"]
        object.__setattr__(self, "_logs", np.array(logs, dtype=np.intp))
        object.__setattr__(self, "_sinhs", np.array(sinhs, dtype=np.intp))
        object.__setattr__(self, "_zeros", np.array([self.parameters[i].zero for i in sinhs], dtype=float))

    def decode(self, unit: Floats) -> Floats:
        """Map points [m, d] of the unit cube to values [m, d] in the box."""
        x = self._start + unit * self._length  # type: ignore[attr-defined]
        logs, sinhs = self._logs, self._sinhs  # type: ignore[attr-defined]
        if logs.size:
            x[:, logs] = np.exp(x[:, logs])
        if sinhs.size:
            x[:, sinhs] = np.sinh(x[:, sinhs]) * self._zeros  # type: ignore[attr-defined]
        return np.clip(x, self.low, self.high)

    def encode(self, values: Floats) -> Floats:
        """Map values [m, d] to the unit cube [m, d]."""
        columns = [p.transform(values[:, i]) for i, p in enumerate(self.parameters)]
        return (np.stack(columns, axis=1) - self._start) / self._length  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Space:
    """A box of free parameters in a complete set of values.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        All parameters of a model under a pattern, in their order.
    names : tuple of str
        The free ones, in the same order: the columns of every array of points.
    low, high : ndarray [d]
        Bounds of the free ones.
    base : mapping of str to float
        A value for every parameter: the start, or the defaults.
    """

    parameters: Mapping[str, Parameter]
    names: tuple[str, ...]
    low: Floats
    high: Floats
    base: Mapping[str, float]

    @classmethod
    def build(
        cls,
        parameters: Mapping[str, Parameter],
        start: Mapping[str, float] | None = None,
        fixed: Iterable[str] | Mapping[str, float] = (),
        bounds: Bounds | None = None,
    ) -> Space:
        """Make the space from what a person asks for.

        Parameters
        ----------
        parameters : mapping of str to Parameter
            Everything that may be changed.
        start : mapping of str to float, optional
            Values to start from; what is left out takes its default, or the nearest value within
            given bounds. A start outside of a parameter's soft range widens the box to hold it.
        fixed : iterable of str, or mapping of str to float
            Parameters that keep their value (of the mapping, the start, or their default).
        bounds : mapping of str to (low, high), optional
            Own bounds; naming a parameter here also frees one that is fixed by default.

        Raises
        ------
        ValueError
            For an unknown name, a bad value, bounds that are reversed, not finite or outside of
            the hard limits, a start outside of given bounds, or when nothing is left free.
        """
        given = mapping(start)
        held = {str(n): None for n in _names(fixed)} if not isinstance(fixed, Mapping) else dict(fixed)
        boxes = mapping(bounds)
        for what, named in (("start", given), ("fixed", held), ("bounds", boxes)):
            for name in named:
                if name not in parameters:
                    raise unknown(f"parameter in {what}", name, parameters)
        base = {n: _number(p, given.get(n, p.default)) for n, p in parameters.items()}
        base |= {n: _number(parameters[n], v) for n, v in held.items() if v is not None}
        checked = {n: _check_bounds(parameters[n], pair) for n, pair in boxes.items()}
        names = tuple(n for n, p in parameters.items() if n not in held and (p.free or n in checked))
        if not names:
            raise ValueError(f"nothing is left free to optimize: fix fewer than all of {', '.join(parameters)}")
        low, high = [], []
        for name in names:
            p, value = parameters[name], base[name]
            if name in checked:
                a, b = checked[name]
                if name in given and not a <= value <= b:
                    raise ValueError(f"start: parameter {name!r} is {value:g}, outside of the bounds {a:g} to {b:g}")
                base[name] = min(max(value, a), b)
            else:
                a, b = min(p.low, value), max(p.high, value)
            low.append(a)
            high.append(b)
        return cls(parameters, names, np.array(low), np.array(high), MappingProxyType(base))

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return len(self.names)

    def values(self, points: Floats) -> dict[str, Floats]:
        """Return a complete set of values, each of shape [m], for points [m, d]."""
        out = {n: np.full(len(points), v) for n, v in self.base.items()}
        out |= {n: np.ascontiguousarray(points[:, i]) for i, n in enumerate(self.names)}
        return out

    def point(self, values: Mapping[str, float]) -> Floats:
        """Return the free ones among `values` as a point [d]."""
        return np.array([float(values[n]) for n in self.names])

    def chart(self, spread: float = 1.0) -> Chart:
        """Return the unit cube on the parameters' own scales, or on changed ones.

        Parameters
        ----------
        spread : float
            Factor on the linear middle of every asinh scale: above 1 the scale is softer, infinite
            makes it linear. No scale suits every pattern, so a search uses several at once.
        """
        chosen = []
        for name in self.names:
            p = self.parameters[name]
            if p.scale == "asinh" and spread != 1.0:
                p = (
                    replace(p, scale="linear", zero=None)
                    if math.isinf(spread)
                    else replace(p, zero=(p.zero or 1.0) * spread)
                )
            chosen.append(p)
        return Chart(tuple(chosen), self.low, self.high)


def _names(fixed: Iterable[str]) -> list[str]:
    return [fixed] if isinstance(fixed, str) else list(fixed)


def _number(parameter: Parameter, value: ArrayLike) -> float:
    array = parameter.check(value)
    if array.ndim:
        raise ValueError(f"parameter {parameter.name!r} is an array of shape {array.shape}, valid is a number")
    return float(array)


def _check_bounds(parameter: Parameter, pair: tuple[float, float]) -> tuple[float, float]:
    name = parameter.name
    try:
        low, high = (float(x) for x in pair)
    except (TypeError, ValueError):
        raise ValueError(f"bounds of {name!r} are {pair!r}, valid is a pair of numbers (low, high)") from None
    try:
        parameter.check([low, high])
    except ValueError as error:
        raise ValueError(f"bounds of {name!r}: {error}") from None
    if not low < high:
        raise ValueError(f"bounds of {name!r} are {low:g} to {high:g}, valid is low < high")
    return low, high
