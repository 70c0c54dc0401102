"""Brian2's dimensions and units, and the conversion of constants into parameters."""

from __future__ import annotations

import re
from types import ModuleType
from typing import TYPE_CHECKING, SupportsFloat, TypeGuard, cast

import numpy as np

from plausiwidgets.models.model import RESERVED
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.arguments import shown

if TYPE_CHECKING:
    from brian2 import Quantity
    from brian2.units.fundamentalunits import Dimension

_DISPLAYED = (
    ("volt", "mV", 1e-3),
    ("second", "ms", 1e-3),
    ("amp", "pA", 1e-12),
    ("siemens", "nS", 1e-9),
    ("farad", "pF", 1e-12),
    ("ohm", "MOhm", 1e6),
    ("hertz", "Hz", 1.0),
    ("amp/metre**2", "uA/cm2", 1e-2),
    ("siemens/metre**2", "mS/cm2", 10.0),
    ("farad/metre**2", "uF/cm2", 1e-2),
    ("volt/second", "mV/ms", 1.0),
    ("metre**2", "um2", 1e-12),
    ("metre", "um", 1e-6),
    ("siemens/volt", "nS/mV", 1e-6),
    ("amp/volt**2", "nS/mV", 1e-6),
    ("amp/second", "pA/ms", 1e-9),
    ("volt/amp/second", "MOhm/ms", 1e9),
    ("mole/metre**3", "mmolar", 1.0),
)
"""Brian2's text for a dimension, a common unit in electrophysiology, and its size in SI units."""
_BASE = (("mV", 1e-3), ("pA", 1e-12), ("ms", 1e-3), ("um", 1e-6), ("kelvin", 1.0), ("mmole", 1e-3))
"""Units that compose a unit of any other dimension, and their sizes in SI units."""
_LARGER = {"pA": "nA", "nA": "uA", "uA": "mA", "nS": "uS", "uS": "mS", "pF": "nF", "nF": "uF"}
"""Larger units for constants of a whole cell or of a square centimetre of membrane."""


class Units:
    """The dimensions of Brian2, and the units in which numbers are shown."""

    def __init__(self, brian2: ModuleType) -> None:
        self.brian2 = brian2
        self.plain = brian2.get_dimensions(1.0)
        self.shown = {self.parsed(text).dim: (unit, size) for text, unit, size in reversed(_DISPLAYED)}

    def parsed(self, text: str) -> Quantity:
        """Return the unit that a product of powers describes, such as ``uA/cm2`` or ``amp/metre**2``."""
        result, sign = 1.0 * self.brian2.second / self.brian2.second, 1
        plain = text.translate(str.maketrans("µμ²", "uu2")).replace("Ω", "ohm").replace("Ohm", "ohm")
        for part in re.split(r"([*/ ]+)", plain.replace("**", "^")):
            word = re.fullmatch(r"([A-Za-z]+)\^?(-?\d*)", part)
            if "/" in part:
                sign = -1
            elif part in ("*", " "):
                sign = 1
            elif word is not None and hasattr(self.brian2, word[1]):
                result = result * getattr(self.brian2, word[1]) ** (sign * int(word[2] or 1))
            elif part not in ("", "1"):
                raise ValueError(f"the unit must be a unit of Brian2, got {text!r}.")
        return result

    def of(self, dimension: Dimension) -> tuple[str, float]:
        """Return (unit, size in SI units) in which numbers of a dimension are shown."""
        if dimension is self.plain:
            return "1", 1.0
        return self.shown.get(dimension) or _composed(dimension)

    def size(self, unit: str, dimension: Dimension, where: str) -> float:
        """Return the size of a unit in SI units.

        Raises
        ------
        ValueError
            If the unit has another dimension, or Brian2 has no such unit.
        """
        if unit in ("", "1"):
            found = 1.0 * self.brian2.second / self.brian2.second
        else:
            try:
                found = self.parsed(unit)
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from None
        if getattr(found, "dim", self.plain) is not dimension:
            raise ValueError(f"{where} must have a unit of the dimension {dimension}, got {unit or '1'!r}.")
        return float(found)


def _composed(dimension: Dimension) -> tuple[str, float]:
    """Return (unit, size in SI units) as a product of powers, such as ``1/ms/mV``.

    The unit is empty if a power is not an integer.
    """
    length, mass, time, current, temperature, substance, luminosity = dimension._dims
    # kg = V A s³ m⁻², so the units of electrophysiology also express a mass.
    powers = (mass, current + mass, time + 3.0 * mass, length - 2.0 * mass, temperature, substance)
    if luminosity or any(power != round(power) for power in powers):
        return "", 1.0
    text, size = "", 1.0
    for (unit, unit_size), power in sorted(zip(_BASE, map(int, powers), strict=True), key=lambda entry: -entry[1]):
        if power:
            operator = "/" if power < 0 else "*" if text else ""
            text = (text or "1" * (power < 0)) + f"{operator}{unit}" + (f"^{abs(power)}" if abs(power) > 1 else "")
            size *= unit_size**power
    return text, size


def short(x: float) -> float:
    """Return a value with six digits, or 0 if its absolute value is below 1e-6."""
    return 0.0 if abs(x) < 1e-6 else float(f"{x:.6g}")


def is_quantity(value: object) -> TypeGuard[SupportsFloat]:
    """Return whether a value is a number with or without a dimension, but not a unit such as mV."""
    return is_number(value) and type(value).__name__ != "Unit"


def is_number(value: object) -> TypeGuard[SupportsFloat]:
    """Return whether a value is one finite number."""
    if isinstance(value, bool) or not isinstance(value, SupportsFloat) or np.ndim(cast(float, value)) != 0:
        return False
    try:
        return bool(np.isfinite(float(value)))
    except (TypeError, ValueError):
        return False


def in_si(value: object, dimension: Dimension, size: float, where: str) -> float:
    """Return a value in SI units: a Quantity of the dimension, or a number in the unit shown."""
    if not is_quantity(value):
        raise TypeError(f"{where} must be a number or a Quantity, got {shown(value)}.")
    if hasattr(value, "dim"):
        if value.dim is not dimension:
            raise ValueError(f"{where} must be a Quantity of the dimension {dimension}, got {value}.")
        return float(value)
    return float(value) * size


def guess(name: str, si: float, dimension: Dimension, units: Units) -> Parameter | None:
    """Return a parameter for a constant, with a range from its dimension and value, or None if it stays a constant."""
    unit, size = units.of(dimension)
    if name in RESERVED or name.startswith("_") or si == 0.0 or not unit:
        return None
    while abs(si / size) >= (1e3 if unit[0] == "u" else 1e4) and unit in _LARGER:
        unit, size = _LARGER[unit], 1e3 * size
    x = float(f"{si / size:.12g}")
    # A value outside these limits is a potential. Otherwise it may be a span or a slope, which must stay positive.
    if unit == "mV" and (x < -10.0 or x > 40.0):
        return Parameter(name, x, short(x - 20.0), short(x + 20.0), unit)
    if x > 0.0:
        return Parameter(name, x, float(f"{0.2 * x:.6g}"), float(f"{5.0 * x:.6g}"), unit, scale="log")
    return Parameter(name, x, 2.0 * x, 0.0, unit)
