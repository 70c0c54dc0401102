"""Units of recorded columns, and the factors between them."""

from __future__ import annotations

from collections.abc import Mapping

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.support.arguments import mapping
from plausiwidgets.support.names import unknown

TIME = {"ms": 1.0, "s": 1e3, "us": 1e-3}
POTENTIAL = {"mV": 1.0, "V": 1e3, "uV": 1e-3}
AMPERE = {"pA": 1e-12, "nA": 1e-9, "uA": 1e-6, "mA": 1e-3, "A": 1.0}
"""Units, and the factors to ms, mV and A."""

AS_IT_IS = "another unit"
"""Stands for a current that is not converted, where the model has another unit."""

VALID = {"t": tuple(TIME), "spikes": tuple(TIME), "v": tuple(POTENTIAL), "current": tuple(AMPERE)}


def units_of(what: str, model: NeuronModel) -> tuple[str, ...]:
    """Return the units that a column may have, of a current that of the model first."""
    if what != "current":
        return VALID[what]
    own = model.current.unit
    return (own, *(unit for unit in AMPERE if unit != own)) if own in AMPERE else (own, AS_IT_IS)


def checked_units(units: Mapping[str, str] | None) -> dict[str, str]:
    """Return units that are given, checked."""
    given = mapping(units)
    for what, unit in given.items():
        if what not in VALID:
            raise unknown("from_recording: units", "name", what, VALID)
        if unit not in VALID[what]:
            raise unknown(f"from_recording: units of {what!r}", "unit", unit, VALID[what])
    return given
