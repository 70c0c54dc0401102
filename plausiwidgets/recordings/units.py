"""Units of recorded columns, and conversion factors between them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.support.arguments import mapping
from plausiwidgets.support.names import unknown

TIME = {"ms": 1.0, "s": 1e3, "us": 1e-3}
POTENTIAL = {"mV": 1.0, "V": 1e3, "uV": 1e-3}
AMPERE = {"pA": 1e-12, "nA": 1e-9, "uA": 1e-6, "mA": 1e-3, "A": 1.0}
"""Factors of the units to ms, mV and A."""

AS_IT_IS = "another unit"
"""Placeholder for the unit of a current that is not converted, because the model has another unit."""

_LAST = re.compile(r"[\s_]([a-zA-Zµμ]{1,2})\Z")

VALID = {"t": tuple(TIME), "spikes": tuple(TIME), "v": tuple(POTENTIAL), "current": tuple(AMPERE)}


def units_of(what: str, model: NeuronModel) -> tuple[str, ...]:
    """Return the possible units of a column, of which that of the model is the first for a current."""
    if what != "current":
        return VALID[what]
    own = model.current.unit
    return (own, *(unit for unit in AMPERE if unit != own)) if own in AMPERE else (own, AS_IT_IS)


def checked_units(units: Mapping[str, str] | None) -> dict[str, str]:
    """Return given units after checking them."""
    given = mapping(units)
    for what, unit in given.items():
        if what not in VALID:
            raise unknown("from_recording: units", "name", what, VALID)
        if unit not in VALID[what]:
            raise unknown(f"from_recording: units of {what!r}", "unit", unit, VALID[what])
    return given


def split_unit(column: str) -> tuple[str, str]:
    """Return the name and the unit of a column, where the unit may be empty.

    Examples
    --------
    >>> split_unit("Vm_mV"), split_unit("time (s)"), split_unit("membrane potential"), split_unit("v_m")
    (('Vm', 'mV'), ('time', 's'), ('membrane_potential', ''), ('v_m', ''))
    """
    name = column.strip()
    bracket = max(name.rfind("["), name.rfind("("))
    inside = name[bracket + 1 : -1].strip() if bracket >= 0 and name[-1:] in ("]", ")") else ""
    if inside:
        name, unit = name[:bracket], unit_named(inside)
    else:
        last = _LAST.search(name[-3:])
        unit = unit_named(last[1]) if last else ""
        if last and unit:
            name = name[: -len(last[0])]
    return "_".join(name.split()), unit


def unit_named(text: str) -> str:
    """Return the unit that a text contains, empty for any other text."""
    plain = text.strip().replace("µ", "u").replace("μ", "u")
    return plain if plain in {*TIME, *POTENTIAL, *AMPERE} else ""
