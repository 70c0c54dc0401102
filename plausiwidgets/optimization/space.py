"""Search space: the varied parameters with their bounds and scales."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.models.parameter import Floats, Parameter, check_ends
from plausiwidgets.support.arguments import mapping, shown
from plausiwidgets.support.names import unknown

Bounds = Mapping[str, tuple[float, float]]


def fold(unit: Floats) -> Floats:
    """Return coordinates reflected at 0 and 1, as often as needed, into [0, 1]."""
    return 1.0 - np.abs(np.mod(unit, 2.0) - 1.0)


@dataclass
class Chart:
    """Map between the unit cube and a box of values, in which each parameter is a column with its own scale."""

    parameters: tuple[Parameter, ...]
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        box = zip(self.parameters, self.low, self.high, strict=True)
        ends = np.array([[float(p.transform(low)), float(p.transform(high))] for p, low, high in box])
        self._start, self._length = ends[:, 0], ends[:, 1] - ends[:, 0]
        self._logs = np.flatnonzero([p.scale == "log" for p in self.parameters])
        self._sinhs = np.flatnonzero([p.scale == "asinh" for p in self.parameters])
        self._zeros = np.array([self.parameters[i].linear_width for i in self._sinhs], dtype=float)

    def decode(self, unit: Floats) -> Floats:
        """Map points of the unit cube to values in the box, both of shape [m, d]."""
        x = self._start + unit * self._length
        x[:, self._logs] = np.exp(x[:, self._logs])
        x[:, self._sinhs] = np.sinh(x[:, self._sinhs]) * self._zeros
        return np.clip(x, self.low, self.high)

    def encode(self, values: Floats) -> Floats:
        """Map values to points of the unit cube, both of shape [m, d]."""
        columns = [p.transform(values[:, i]) for i, p in enumerate(self.parameters)]
        return (np.stack(columns, axis=1) - self._start) / self._length


@dataclass(frozen=True)
class Space:
    """Box of varied parameters, with fixed values of all other parameters.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        All parameters of a model under a pattern.
    names : tuple of str
        Varied parameters in the same order, which are the columns of an array of points.
    low, high : ndarray, shape [d]
        Bounds of the varied parameters.
    base : mapping of str to float
        Value of every parameter: the start, or the defaults.
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
        """Return the search space for the settings of `optimize`.

        A start outside the range of a parameter extends the box, unless bounds are given.

        Raises
        ------
        ValueError
            If a name is unknown, or a value or a bound is invalid.
        """
        given = mapping(start)
        fixed = [fixed] if isinstance(fixed, str) else fixed
        held = dict(fixed) if isinstance(fixed, Mapping) else {str(name): None for name in fixed}
        boxes = mapping(bounds)
        for what, named in (("start", given), ("fixed", held), ("bounds", boxes)):
            for name in named:
                if name not in parameters:
                    raise unknown(what, "parameter", name, parameters)
        for name in boxes:
            if name in held:
                raise ValueError(f"parameter {name!r} must be either in fixed or in bounds, got both.")
        base = {n: _number(p, given.get(n, p.default)) for n, p in parameters.items()}
        base |= {n: _number(parameters[n], v) for n, v in held.items() if v is not None}
        checked = {n: _check_bounds(parameters[n], pair) for n, pair in boxes.items()}
        names = tuple(n for n, p in parameters.items() if n not in held and (p.vary or n in checked))
        if not names:
            raise ValueError(
                f"fixed must leave at least one parameter to optimize, got all of {', '.join(parameters)}."
            )
        low, high = [], []
        for name in names:
            p, value = parameters[name], base[name]
            if name in checked:
                a, b = checked[name]
                if name in given and not a <= value <= b:
                    raise ValueError(
                        f"start: parameter {name!r} must be within its bounds {a:g} to {b:g}, got {value:g}."
                    )
                base[name] = min(max(value, a), b)
            else:
                a, b = min(p.low, value), max(p.high, value)
                check_ends(f"the range of {name!r}", a, b)
            low.append(a)
            high.append(b)
        ends = np.array([low, high])
        ends.flags.writeable = False  # a custom strategy must not move the bounds during a search
        return cls(parameters, names, ends[0], ends[1], MappingProxyType(base))

    @property
    def bounds(self) -> Bounds:
        """Bounds of every parameter, which are equal for a parameter that is not varied."""
        fixed = {name: (value, value) for name, value in self.base.items()}
        free = zip(self.names, self.low.tolist(), self.high.tolist(), strict=True)
        return fixed | {name: (low, high) for name, low, high in free}

    @property
    def size(self) -> int:
        return len(self.names)

    def values(self, points: Floats) -> dict[str, Floats]:
        """Return complete sets for points of shape [m, d], as an array of shape [m] for every parameter."""
        out = {n: np.full(len(points), v) for n, v in self.base.items()}
        out |= {n: np.ascontiguousarray(points[:, i]) for i, n in enumerate(self.names)}
        return out

    def point(self, values: Mapping[str, float]) -> Floats:
        """Return the varied parameters among `values` as a point, shape [d]."""
        return np.array([float(values[n]) for n in self.names])

    def chart(self, spread: float = 1.0) -> Chart:
        """Return the map from the unit cube to the box on the scales of the parameters.

        Parameters
        ----------
        spread : float
            Factor of the linear width of asinh scales. No width suits every pattern, so a search uses several.
        """
        free = (self.parameters[name] for name in self.names)
        scaled = (p if p.linear_width is None else replace(p, linear_width=p.linear_width * spread) for p in free)
        return Chart(tuple(scaled), self.low, self.high)


def _number(parameter: Parameter, value: ArrayLike) -> float:
    array = parameter.check(value)
    if array.ndim:
        raise ValueError(f"parameter {parameter.key!r} must be a number, got an array of shape {array.shape}.")
    return float(array)


def _check_bounds(parameter: Parameter, pair: tuple[float, float]) -> tuple[float, float]:
    name = parameter.key
    try:
        low, high = (float(x) for x in pair)
    except (TypeError, ValueError):
        raise ValueError(f"bounds of {name!r} must be a pair of numbers (low, high), got {shown(pair)}.") from None
    try:
        parameter.check([low, high])
    except ValueError as error:
        raise ValueError(f"bounds of {name!r}: {error}") from None
    check_ends(f"bounds of {name!r}", low, high)
    return low, high
