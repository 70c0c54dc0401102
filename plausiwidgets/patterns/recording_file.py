"""A recording as a file that a user picks: columns by their usual names, units as the file says them or the user."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from plausiwidgets.arguments import shown
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.names import unknown
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.recording import Source, checked_data, made_of, read_columns

PREFIX = "recording_"
"""Of the key of such a pattern."""

LARGEST = 10_000_000
"""Bytes of a file that a page sends: a connection to a kernel is closed by a larger message."""

ROLES = {
    "t": "t time times",
    "v": "v vm v_m voltage potential membrane_potential",
    "current": "current i iinj i_inj injected injected_current stim stimulus",
    "spikes": "spikes spike spike_time spike_times spiketimes",
}
"""Usual names of columns, in lower case and without a unit."""

UNNAMED = {1: ("spikes",), 2: ("t", "v"), 3: ("t", "v", "current")}
"""What columns are where the first line does not name them."""

TIME = {"ms": 1.0, "s": 1e3, "us": 1e-3}
POTENTIAL = {"mV": 1.0, "V": 1e3, "uV": 1e-3}
AMPERE = {"pA": 1e-12, "nA": 1e-9, "uA": 1e-6, "mA": 1e-3, "A": 1.0}
"""Units, and the factors to ms, mV and A."""

AS_IT_IS = "another unit"
"""Stands for a current that is not converted, where the model has another unit."""

_LISTED = 20
"""Columns that an error lists."""
_LAST = re.compile(r"[\s_]([a-zA-Zµμ]{1,2})\Z")


@dataclass(frozen=True)
class RecordingFile:
    """The columns of a recording, before its units are known.

    Attributes
    ----------
    name : str
        Of the file.
    source : Source
    columns : mapping of str to str
        For ``"t"``, ``"v"``, ``"current"`` and ``"spikes"``, as far as the file has them, the name of the column.
    units : mapping of str to str
        Of these, what the file says.
    """

    name: str
    source: Source
    columns: Mapping[str, str]
    units: Mapping[str, str]

    def choices(self, model: NeuronModel) -> dict[str, list[str]]:
        """Return the units to choose from where the file says none, the likeliest first."""
        out = {}
        for what in self.columns:
            if what in self.units or (what == "spikes" and self._marks):
                continue
            column = self.source.columns[self.columns[what]]
            finite = column[np.isfinite(column)] if isinstance(column, np.ndarray) else np.empty(0)
            size = float(np.abs(finite).max()) if finite.size else 0.0
            valid = list(units_of(what, model))
            likely = "s" if what in ("t", "spikes") and size < 20.0 else "V" if what == "v" and size < 1.0 else valid[0]
            out[what] = [likely, *(unit for unit in valid if unit != likely)]
        if "t" in out and "spikes" in out:  # of one file, and so in one unit
            del out["spikes"]
        return out

    def pattern(self, model: NeuronModel, units: Mapping[str, str]) -> Pattern:
        """Return the recording as a pattern for a model.

        A current in another unit than the model's, that cannot be converted, is injected as it is, times a factor that
        a search may change. Spike times alone are taken to begin at 0, and to end a mean interval after the last.

        Parameters
        ----------
        units : mapping of str to str
            For each of `choices`; others are left out.

        Raises
        ------
        ValueError
            That names the file, and the line, where there is one.
        """
        said: dict[str, str] = {**units, **self.units}
        said.setdefault("spikes", said.get("t", "ms"))
        if said.get("current") in AMPERE and said["current"] not in units_of("current", model):
            said["current"] = AS_IT_IS
        columns: dict[str, Any] = {}
        for what, name in self.columns.items():
            column = self.source.columns[name]
            unit = "" if what == "spikes" and self._marks else said.get(what, "")
            valid = units_of(what, model)
            if unit and unit not in valid:
                raise unknown(f"unit of {name!r} in {self.name}", unit, valid)
            factor = valid[unit] if unit else 1.0
            columns[name] = column * factor if isinstance(column, np.ndarray) else column
        time = self.columns.get("t", "t")
        if "t" not in self.columns:
            columns[time] = _span(columns[self.columns["spikes"]])
        asked = {what: self.columns.get(what) for what in ("v", "spikes", "current")}
        data = checked_data(replace(self.source, columns=columns), asked, time)
        free = ("current_scale",) if said.get("current") == AS_IT_IS else ()
        key = PREFIX + (re.sub(r"\W+", "_", Path(self.name).stem, flags=re.ASCII).strip("_").lower() or "file")
        made = made_of(data, key, free=free)
        # As a page knows a file by its name alone, so does this text.
        _code[made] = (
            f"read_recording({self.name!r}).pattern(pw.models.get({model.key!r}), {dict(units)!r})"
        )  # fmt: skip
        return made

    @property
    def _marks(self) -> bool:
        """Whether the column of spikes holds 0 and 1 at each time."""
        column = self.source.columns.get(self.columns.get("spikes", ""))
        return "t" in self.columns and isinstance(column, np.ndarray) and bool(np.isin(column, (0.0, 1.0)).all())


_code: WeakKeyDictionary[Protocol, str] = WeakKeyDictionary()


def code_of(pattern: Protocol) -> str:
    """Return a Python expression that makes a pattern of the file of its recording; empty for any other pattern."""
    return _code.get(pattern, "")


def read_recording(content: bytes | str | Path, name: str = "") -> RecordingFile:
    """Return the columns of a CSV file.

    Columns are known by their names, such as ``t``, ``time (s)`` or ``Vm_mV``, and units by the brackets or the end of
    a name, or by a comment such as ``# t in ms``. Without names, one column is spike times, two are times and
    potentials, and three have the current too.

    Parameters
    ----------
    content : bytes, str or Path
        What is in it, or the path of the file.
    name : str
        Of the file; default: that of the path.

    Raises
    ------
    ValueError
        If it is no text, or its columns are not known; in a sentence with the name of the file.
    """
    if not isinstance(content, bytes):
        content, name = Path(content).read_bytes(), name or Path(content).name
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{name} is not text: valid is a CSV file in UTF-8") from None
    source = read_columns(io.StringIO(text, newline=""), name, UNNAMED)
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    for column in source.columns:
        plain, unit = _split(column)
        what = next((what for what, names in ROLES.items() if plain.lower() in names.split()), None)
        if what is None or what in columns:
            continue
        columns[what] = column
        unit = unit or _commented(text, column)
        if unit:
            units[what] = unit
    if "v" not in columns and "spikes" not in columns:
        there = _listed(source.columns)
        raise ValueError(f"{name} has no column of potentials (v) or spikes (spikes): there are {there}")
    if "t" not in columns and "v" in columns:
        there = _listed(source.columns)
        raise ValueError(f"{name} has no column of times (t): there are {there}")
    return RecordingFile(name, source, columns, units)


def _listed(columns: Iterable[str]) -> str:
    """Return the first columns as an error lists them."""
    names = list(columns)
    return ", ".join(map(shown, names[:_LISTED])) + (f" and {len(names) - _LISTED} more" * (len(names) > _LISTED))


def units_of(what: str, model: NeuronModel) -> dict[str, float]:
    """Return the units that a column may have, and their factors to ms, mV or the current of a model."""
    if what in ("t", "spikes"):
        return TIME
    if what == "v":
        return POTENTIAL
    own = model.current.unit
    if own in AMPERE:
        return {own: 1.0} | {unit: factor / AMPERE[own] for unit, factor in AMPERE.items()}
    return {own: 1.0, AS_IT_IS: 1.0}


def _split(column: str) -> tuple[str, str]:
    """Return name and unit of a column, without a unit that is none.

    Examples
    --------
    >>> _split("Vm_mV"), _split("time (s)"), _split("membrane potential"), _split("v_m")
    (('Vm', 'mV'), ('time', 's'), ('membrane_potential', ''), ('v_m', ''))
    """
    name = column.strip()
    bracket = max(name.rfind("["), name.rfind("("))
    inside = name[bracket + 1 : -1].strip() if bracket >= 0 and name[-1:] in ("]", ")") else ""
    if inside:
        name, unit = name[:bracket], _unit(inside)
    else:
        last = _LAST.search(name[-3:])
        unit = _unit(last[1]) if last else ""
        if last and unit:
            name = name[: -len(last[0])]
    return "_".join(name.split()), unit


def _unit(text: str) -> str:
    plain = text.strip().replace("µ", "u").replace("μ", "u")
    return plain if plain in {*TIME, *POTENTIAL, *AMPERE} else ""


def _commented(text: str, column: str) -> str:
    """Return the unit of a column that a comment says, as “t in ms”."""
    comments = " ".join(line for line in text[:4000].splitlines() if line.startswith("#"))
    found = re.search(rf"(?<!\w){re.escape(column)} in (\w+)", comments)
    return _unit(found[1]) if found else ""


def _span(spikes: Any) -> np.ndarray:
    """Return begin and end in ms of a recording of spike times alone."""
    times = np.asarray(spikes, dtype=float) if isinstance(spikes, np.ndarray) else np.empty(0)
    times = times[np.isfinite(times)]
    last = float(times.max()) if times.size else 0.0
    return np.array([0.0, last + (last / times.size if times.size else 0.0)])
