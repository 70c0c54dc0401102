"""A parameter: a number with bounds, a scale, a unit and a meaning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.support.arguments import checked, numbers, shown
from plausiwidgets.support.names import check_key, unknown
from plausiwidgets.support.renamed import renamed

Floats = NDArray[np.float64]

SCALES = ("linear", "log", "asinh")
GROUPS = ("membrane", "channels", "spike and reset", "adaptation", "stimulus")
"""Groups of parameters, in the order in which the explorer shows them."""

MAX_SPAN = 1e300
"""Maximum span of a range, so that multiples of the span are finite as well."""


def meaning(key: str, title: str, description: str) -> str:
    """Return the description, after the title if this differs from the key."""
    return ": ".join(filter(None, ["" if title == key else title, description]))


def check_ends(what: str, low: float, high: float) -> None:
    """Check that the ends of a range are in order and that their span is at most `MAX_SPAN`.

    Raises
    ------
    ValueError
        If one of these conditions is not met.

    Examples
    --------
    >>> check_ends("bounds of 'a'", -1e308, 1e308)
    Traceback (most recent call last):
    ValueError: bounds of 'a' must span at most 1e+300, got -1e+308 to 1e+308.
    """
    if not low < high:
        raise ValueError(f"{what} must be (low, high) with low < high, got ({low:g}, {high:g}).")
    if not float(high) - float(low) <= MAX_SPAN:
        raise ValueError(f"{what} must span at most {MAX_SPAN:g}, got {low:g} to {high:g}.")


@checked
@renamed
@dataclass(frozen=True)
class Parameter:
    """A number that a slider and an optimizer can change.

    Parameters
    ----------
    key : str
        Python identifier. It is the name in ``p.<key>`` of a step and in every mapping of parameters.
    default : float
        Default value, in `unit`.
    low, high : float
        Range of the slider and default search bounds of the optimizer, in `unit`.
    unit : str
        Unit of the value, such as ``"ms"`` or ``"mV"``.
    scale : {"linear", "log", "asinh"}
        Scale of the range on the slider and in the search space. ``"asinh"`` is for values that change sign and cover
        several orders of magnitude. It is linear within ``±linear_width`` and logarithmic beyond.
    linear_width : float, optional
        Half-width of the linear part of an ``"asinh"`` scale, in `unit`.
    limits : tuple of (float or None, float or None)
        Hard limits, both included. A value outside the limits raises an error. A value on a log scale must also be
        above zero.
    group : {"membrane", "channels", "spike and reset", "adaptation", "stimulus"}
        Group of the slider in the explorer.
    description, source : str
        Meaning of the parameter, and the publication of its default or range.
    vary : bool
        Whether an optimizer may change the parameter by default.
    title : str
        Short name for the user, by default the key.

    Raises
    ------
    TypeError
        If an argument has a wrong type.
    ValueError
        If the key is not a valid name, the range is empty or not finite, the default is outside the range, or the scale
        does not fit the range.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> tau = pw.Parameter("tau", 20.0, 5.0, 80.0, unit="ms", scale="log")
    >>> tau.label, tau.limits_text(), round(float(tau.from_unit(0.5)), 6)
    ('tau (ms)', 'finite, > 0 (ms)', 20.0)
    """

    key: str
    default: float
    low: float
    high: float
    unit: str = ""
    scale: str = "linear"
    linear_width: float | None = None
    limits: tuple[float | None, float | None] = (None, None)
    group: str = "membrane"
    description: str = ""
    source: str = ""
    vary: bool = True
    title: str = ""

    def __post_init__(self) -> None:
        check_key("a parameter", self.key)
        where = f"Parameter {self.key!r}"
        object.__setattr__(self, "title", self.title or self.key)
        object.__setattr__(self, "limits", tuple(self.limits))
        for field in ("default", "low", "high"):
            object.__setattr__(self, field, float(getattr(self, field)))
        if not self.low < self.high:
            raise ValueError(f"{where}: low must be less than high ({self.high:g}), got {self.low:g}.")
        if self.high - self.low > MAX_SPAN:
            raise ValueError(f"{where}: low to high must span at most {MAX_SPAN:g}, got {self.low:g} to {self.high:g}.")
        if not self.low <= self.default <= self.high:
            raise ValueError(
                f"{where}: default must be within the range, low {self.low:g} to high {self.high:g}, got "
                f"{self.default:g}."
            )
        if self.scale not in SCALES:
            raise unknown(where, "scale", self.scale, SCALES)
        if self.unit in SCALES:
            raise ValueError(f"{where}: unit must not be a scale, got {self.unit!r}. Pass scale={self.unit!r} instead.")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"{where}: low must be > 0 with a log scale, got {self.low:g}.")
        if self.scale == "asinh" and not (self.linear_width is not None and self.linear_width > 0):
            raise ValueError(f"{where}: linear_width must be > 0 with an asinh scale, got {self.linear_width}.")
        if self.group not in GROUPS:
            raise unknown(where, "group", self.group, GROUPS)
        try:
            self.check([self.low, self.high])
        except ValueError as error:
            raise ValueError(f"{where}: low and high must be within limits: {error}") from None

    @property
    def label(self) -> str:
        """Key and unit for the label of an axis or a slider."""
        return f"{self.key} ({self.unit})" if self.unit else self.key

    @property
    def meaning(self) -> str:
        """Description for a tooltip or a table, after the title if this differs from the key."""
        return meaning(self.key, self.title, self.description)

    def limits_text(self) -> str:
        """Return the hard limits in words, such as ``"finite, > 0 (ms)"``."""
        ends = [end.replace("≥", ">=").replace("≤", "<=") for end in self._ends()]
        return ", ".join(["finite", *ends]) + (f" ({self.unit})" if self.unit else "")

    def _accepted(self) -> str:
        """Return the hard limits for an error, such as ``"a finite number > 0 and ≤ 50 (ms)"``."""
        ends = " and ".join(self._ends())
        return f"a finite number {ends}".strip() + (f" ({self.unit})" if self.unit else "")

    def _ends(self) -> list[str]:
        low, high = self.limits
        ends = []
        if self.scale == "log" and (low is None or low <= 0):
            ends.append("> 0")
        elif low is not None:
            ends.append(f"≥ {low:g}")
        if high is not None:
            ends.append(f"≤ {high:g}")
        return ends

    def check(self, values: ArrayLike) -> Floats:
        """Return checked `values` as float64.

        Raises
        ------
        ValueError
            If a value is not a number, not finite, or outside the hard limits. The message contains the parameter, the
            limits and the first such value.
        """
        array = numbers(values)
        if array is None:
            raise ValueError(f"parameter {self.key!r} must be {self._accepted()}, got {shown(values)}.")
        low, high = self.limits
        with np.errstate(invalid="ignore"):
            bad = ~np.isfinite(array)
            if self.scale == "log":
                bad |= array <= 0
            if low is not None:
                bad |= array < low
            if high is not None:
                bad |= array > high
        if bad.any():
            first = np.atleast_1d(array)[np.atleast_1d(bad)][0]
            raise ValueError(f"parameter {self.key!r} must be {self._accepted()}, got {first:g}.")
        return array

    def clip(self, values: ArrayLike) -> Floats:
        """Return `values` clipped to the hard limits."""
        low, high = self.limits
        array = np.asarray(values, dtype=np.float64)
        if self.scale == "log" and (low is None or low <= 0):
            low = min(self.low, 1e-12)
        if low is None and high is None:
            return array
        return np.clip(array, low, high)

    def transform(self, values: ArrayLike) -> Floats:
        """Return `values` on the parameter's own scale (log, asinh or linear)."""
        array = np.asarray(values, dtype=np.float64)
        if self.scale == "log":
            return np.log(array)
        if self.scale == "asinh":
            assert self.linear_width is not None
            return np.arcsinh(array / self.linear_width)
        return array

    def untransform(self, values: ArrayLike) -> Floats:
        """Return the inverse of :meth:`transform`."""
        array = np.asarray(values, dtype=np.float64)
        if self.scale == "log":
            return np.exp(array)
        if self.scale == "asinh":
            assert self.linear_width is not None
            return np.sinh(array) * self.linear_width
        return array

    def to_unit(self, values: ArrayLike, low: float | None = None, high: float | None = None) -> Floats:
        """Map `values` from the range ``low`` to ``high`` (by default that of the parameter) onto [0, 1]."""
        a = self.transform(self.low if low is None else low)
        b = self.transform(self.high if high is None else high)
        return (self.transform(values) - a) / (b - a)

    def from_unit(self, values: ArrayLike, low: float | None = None, high: float | None = None) -> Floats:
        """Map `values` from [0, 1] onto the range ``low`` to ``high``, which includes both ends exactly."""
        low = self.low if low is None else low
        high = self.high if high is None else high
        a, b = self.transform(low), self.transform(high)
        unit = np.asarray(values, dtype=np.float64)
        mapped = self.untransform(a + unit * (b - a))
        # Rounding in exp or sinh may exceed the range by an ulp.
        inside = (unit >= 0) & (unit <= 1)
        mapped = np.where(inside, np.clip(mapped, low, high), mapped)
        return np.where(unit == 0, low, np.where(unit == 1, high, mapped))
