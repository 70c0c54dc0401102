"""Recordings from files, tables or arrays: their sweeps, with units from the file or from the user."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, TypedDict, Unpack
from weakref import WeakKeyDictionary

import numpy as np

from plausiwidgets.engine.piece import Floats
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.recordings.atf import SIGNATURE, read_atf
from plausiwidgets.recordings.foreign_file import (
    OtherFileError,
    check_abf,
    check_abf_command,
    has_command_file,
    refuse_other_files,
)
from plausiwidgets.recordings.recorded_pattern import RecordedPattern, made_of
from plausiwidgets.recordings.settings import Settings, weights_of
from plausiwidgets.recordings.table import (
    TWICE,
    Correction,
    Data,
    Source,
    checked_data,
    read_columns,
    threshold_of,
)
from plausiwidgets.recordings.units import (
    AMPERE,
    AS_IT_IS,
    POTENTIAL,
    TIME,
    VALID,
    checked_units,
    split_unit,
    unit_named,
    units_of,
)
from plausiwidgets.support.arguments import bounded, numbers, sentence, shown
from plausiwidgets.support.extras import load
from plausiwidgets.support.names import unknown

PREFIX = "recording_"
"""Prefix of the keys of patterns from files in the app."""

LARGEST_READ = 300e6
"""Maximum size in bytes of a file that Python reads."""
_HEAD = 16_000
"""Number of bytes at the start of a text in which comments with units are searched for."""
MAX_PACKED = 8
"""Maximum number of samples per byte of a file. Recorded noise takes about one byte per sample."""
MAX_UPLOADED = 2e7
"""Maximum number of samples of an uploaded file, beyond which the arrays would take a gigabyte."""
IN_AMPERE = 1e-6
"""Maximum value of a current without a unit that is probably in amperes."""
MAX_SWEEPS = 100
"""Maximum number of sweeps that are read from a file."""

ROLES = {
    "t": "t time times",
    "v": "v vm v_m voltage potential membrane_potential",
    "current": "current i iinj i_inj injected injected_current stim stimulus",
    "spikes": "spikes spike spike_time spike_times spiketimes",
}
"""Usual names of columns in lower case and without a unit."""

SWEEP_COLUMN = "sweep"
"""Name of the column that contains the number of the sweep of each row."""

UNNAMED = {1: ("spikes",), 2: ("t", "v"), 3: ("t", "v", "current")}
"""Names of the columns by their number, for a file whose first line does not contain names."""

_LISTED = 20
"""Maximum number of columns that an error lists."""


class Options(TypedDict, total=False):
    """Settings of a recording that the app provides."""

    silent_before: bool | None
    junction_potential: float
    series_resistance: float


@dataclass(frozen=True)
class RecordingFile:
    """Sweeps of a recording before its units are known.

    Attributes
    ----------
    name : str
        Name of the file, empty for a table or arrays.
    sources : tuple of Source
        Columns of each sweep.
    columns : mapping of str to str
        Name of the column for each of ``"t"``, ``"v"``, ``"current"`` and ``"spikes"`` that the file contains.
    units : mapping of str to str
        Units of these columns that the file contains.
    names : tuple of str
        Names of all files, if there are several.
    """

    name: str
    sources: tuple[Source, ...]
    columns: Mapping[str, str]
    units: Mapping[str, str]
    names: tuple[str, ...] = ()

    def choices(self, model: NeuronModel) -> dict[str, list[str]]:
        """Return the possible units of each column without a unit, the most likely first."""
        out = {}
        for what in self.columns:
            if what in self.units or (what == "spikes" and self._marks):
                continue
            column = self.sources[0].columns[self.columns[what]]
            finite = column[np.isfinite(column)] if isinstance(column, np.ndarray) else np.empty(0)
            size = float(np.abs(finite).max()) if finite.size else 0.0
            valid = units_of(what, model)
            likely = "s" if what in ("t", "spikes") and size < 20.0 else "V" if what == "v" and size < 1.0 else valid[0]
            out[what] = [likely, *(unit for unit in valid if unit != likely)]
        if "t" in out and "spikes" in out:  # both columns of a file have the same unit
            del out["spikes"]
        return out

    def pattern(
        self,
        model: NeuronModel,
        units: Mapping[str, str],
        compare: Mapping[str, float] | None = None,
        sweeps: Iterable[int] | None = None,
        holdout: Iterable[int] = (),
        **options: Unpack[Options],
    ) -> RecordedPattern:
        """Return the recording as a pattern.

        Parameters
        ----------
        model : NeuronModel
            Model whose unit of the current is used.
        units : mapping of str to str
            Chosen unit for each entry of `choices`. A current in a unit that the model does not have is multiplied by a
            factor that a search may change.
        compare, sweeps, holdout, **options
            Arguments of :func:`plausiwidgets.from_recording`.

        Raises
        ------
        ValueError
            If the recording is invalid. The message contains the file, and the line if possible.

        Notes
        -----
        A recording that contains only spike times starts at 0, and ends a mean interval after the last spike.
        """
        chosen = {**units, **self.units}
        for what, name in self.columns.items():
            unit = chosen.get(what, "")
            valid = (*units_of(what, model), *(AMPERE if what == "current" else ()))
            if unit and unit not in valid:
                raise unknown(f"{self.name}, column {name!r}", "unit", unit, valid)
        key = PREFIX + (re.sub(r"\W+", "_", Path(self.name).stem, flags=re.ASCII).strip("_").lower() or "file")
        vary = ("current_scale",) if chosen.get("current") == AS_IT_IS else ()
        used, left = None if sweeps is None else tuple(sweeps), tuple(holdout)
        settings = Settings(key=key, vary=vary, compare=weights_of(compare), **options)
        made = self.made(settings, chosen, used, left)
        # The app has only the name of a file, so this expression contains only the name.
        given = {what: unit for what, unit in units.items() if what not in self.units and unit in VALID.get(what, ())}
        more = {
            "vary": list(vary) or None,
            "compare": compare,
            "sweeps": used and list(used),
            "holdout": list(left) or None,
            "silent_before": settings.silent_before,
            "junction_potential": settings.junction_potential or None,
            "series_resistance": settings.series_resistance or None,
        }
        text = "".join(f", {name}={value!r}" for name, value in more.items() if value is not None)
        path = list(self.names) or self.name
        _code[made] = f"pw.from_recording({path!r}, units={given!r}, key={key!r}{text})"
        if made.held_out is not None:
            _code[made.held_out] = f"{_code[made]}.held_out"
        return made

    def made(
        self,
        settings: Settings,
        units: Mapping[str, str],
        sweeps: Iterable[int] | None = None,
        holdout: tuple[int, ...] = (),
    ) -> RecordedPattern:
        """Return the pattern of some sweeps, with other sweeps held out."""
        known = range(len(self.sources))
        chosen = list(known) if sweeps is None else list(sweeps)
        for what, asked in (("sweeps", chosen), ("holdout", list(holdout))):
            for i in asked:
                if asked.count(i) > 1:
                    raise ValueError(f"{what} must contain each sweep only once, got {shown(asked)}.")
                if i not in known:
                    there = f"{self.name or 'the recording'} has {len(known)} sweeps"
                    raise ValueError(f"{what} must contain numbers from 0 to {len(known) - 1}, got {i}: {there}.")
        fitted = [i for i in chosen if i not in holdout]
        if not fitted:
            raise ValueError(
                f"sweeps must contain at least one sweep that is not in holdout, got sweeps={shown(chosen)} and "
                f"holdout={shown(holdout)}."
            )
        if len(fitted) + len(holdout) > MAX_SWEEPS:
            raise ValueError(
                f"the number of sweeps must be at most {MAX_SWEEPS}, got {len(fitted) + len(holdout)}. Choose some of "
                "them, for example sweeps=[0, 3, 6]."
            )
        sources = {i: self._in_ms_and_mv(self.sources[i], units) for i in (*fitted, *holdout)}
        correction = self._correction(settings, units)
        threshold = settings.threshold
        if threshold is None and "v" in self.columns and "spikes" not in self.columns and len(known) > 1:
            threshold = threshold_of(self._corrected(source, correction) for source in sources.values())
        labels = {i: f"sweep {i}" if len(known) > 1 else "" for i in sources}
        roles = {"t": "t", **self.columns}
        data = {i: checked_data(source, roles, threshold, labels[i], i, correction) for i, source in sources.items()}
        unit = units.get("current", "")
        largest = max((float(np.abs(x.current).max()) for x in data.values() if x.current is not None), default=0.0)
        if unit in ("", "pA", "nA") and 0.0 < largest < IN_AMPERE:
            raise ValueError(
                f"the largest current is {largest:.3g}{f' {unit}' * bool(unit)}. Is it in amperes? If so, pass "
                "units={'current': 'A'}, or pass the current in the model's unit."
            )
        unit = unit if unit in AMPERE else ""
        others = self._others([i for i in known if i not in data], units, threshold, correction)
        return made_of([data[i] for i in fitted], settings, self.name, unit, [data[i] for i in holdout], others)

    def _correction(self, settings: Settings, units: Mapping[str, str]) -> Correction:
        """Return the corrections of the potential, with the series resistance in mV per unit of the current."""
        if not settings.series_resistance:
            return Correction(settings.junction_potential)
        unit = units.get("current", "")
        if "current" not in self.columns or "v" not in self.columns:
            raise ValueError(
                "series_resistance requires a recorded potential and an injected current. Pass current, or set "
                "series_resistance=0."
            )
        if unit not in AMPERE:
            raise ValueError(
                "series_resistance requires a current in amperes. Pass its unit, such as units={'current': 'pA'}, or "
                "set series_resistance=0."
            )
        return Correction(settings.junction_potential, settings.series_resistance * 1e9 * AMPERE[unit])

    def _corrected(self, source: Source, correction: Correction) -> Floats:
        """Return the corrected potential, without the series resistance if the columns do not match."""
        v, current = source.columns[self.columns["v"]], source.columns.get(self.columns.get("current", ""))
        fits = isinstance(v, np.ndarray) and isinstance(current, np.ndarray) and v.shape == current.shape
        return correction.of(v, current if fits else None)

    def _others(
        self, numbers: Sequence[int], units: Mapping[str, str], threshold: float | None, correction: Correction
    ) -> list[Data]:
        """Return the unused sweeps that are valid, which reveal whether the cell fires spontaneously."""
        out = []
        for i in numbers:
            try:
                source = self._in_ms_and_mv(self.sources[i], units)
                out.append(checked_data(source, {"t": "t", **self.columns}, threshold, f"sweep {i}", i, correction))
            except ValueError:
                continue
        return out

    def _in_ms_and_mv(self, source: Source, units: Mapping[str, str]) -> Source:
        given = {"spikes": units.get("t", "ms"), **units}
        columns: dict[str, Any] = {}
        for what, name in self.columns.items():
            column = source.columns[name]
            unit = "" if what == "current" or (what == "spikes" and self._marks) else given.get(what, "")
            factor = {**TIME, **POTENTIAL}.get(unit, 1.0)
            columns[name] = column * factor if isinstance(column, np.ndarray) and factor != 1.0 else column
        if "t" not in self.columns:
            columns["t"] = _span(columns[self.columns["spikes"]])
        return replace(source, columns=columns)

    @property
    def _marks(self) -> bool:
        """Whether the column of spikes contains 0 and 1 at each time."""
        column = self.sources[0].columns.get(self.columns.get("spikes", ""))
        return "t" in self.columns and isinstance(column, np.ndarray) and bool(np.isin(column, (0.0, 1.0)).all())


# -- arguments in Python ------------------------------------------------------------------------------


def joined(files: Sequence[RecordingFile]) -> RecordingFile:
    """Return several files as one recording, whose sweeps are numbered in succession.

    Raises
    ------
    ValueError
        If the files do not have the same columns, or only some of them contain the unit of a column.
    """
    first = files[0]
    if len(files) == 1:
        return first
    sources: list[Source] = []
    for file in files:
        if set(file.columns) != set(first.columns):
            raise ValueError(
                f"{file.name} must have the same columns as {first.name}, {', '.join(first.columns)}, got "
                f"{', '.join(file.columns)}."
            )
        for what in first.columns:
            if (what in file.units) != (what in first.units):
                named, other = (first, file) if what in first.units else (file, first)
                raise ValueError(
                    f"{other.name} must name the unit of {what}, because {named.name} does. Write it after the name "
                    f"of the column, such as '{what} ({named.units[what]})'."
                )
        sources += [_with_roles(source, file, first.units) for source in file.sources]
    names = tuple(file.name for file in files)
    roles = {what: what for what in first.columns}
    return RecordingFile(f"{first.name} and {len(files) - 1} more", tuple(sources), roles, first.units, names)


def _with_roles(source: Source, file: RecordingFile, units: Mapping[str, str]) -> Source:
    """Return the columns of a sweep by their roles in given units."""
    factors = {**TIME, **POTENTIAL, **AMPERE}
    columns: dict[str, Any] = {}
    for what, name in file.columns.items():
        column = source.columns[name]
        if what in units and isinstance(column, np.ndarray) and file.units[what] != units[what]:
            column = column * (factors[file.units[what]] / factors[units[what]])
        columns[what] = column
    wrong = {what: source.wrong[name] for what, name in file.columns.items() if name in source.wrong}
    return Source(columns, lambda what, i: source.place(file.columns.get(what, what), i), wrong)


def recording_of(
    t: Any, asked: Mapping[str, object], time: str, units: Mapping[str, str] | None
) -> tuple[RecordingFile, dict[str, str]]:
    """Return a recording from a path, a table or arrays with its units, of which given units take precedence."""
    given = checked_units(units)
    named = {"t": time if time != "t" else None, **asked}
    if isinstance(t, (list, tuple)) and t and all(isinstance(path, (str, Path)) for path in t):
        bounded("from_recording", "number of files", len(t), MAX_SWEEPS)
        file = joined([read_path(Path(path), Path(path).name, named) for path in t])
    elif isinstance(t, (str, Path)):
        file = read_path(Path(t), Path(t).name, named)
    elif hasattr(t, "columns"):
        names = [str(name) for name in t.columns]
        series = {name: _plain(t.iloc[:, j]) if names.count(name) == 1 else TWICE for j, name in enumerate(names)}
        source = Source(series, lambda name, i: f"row {i} of the table, column {name!r}")
        file = replace(_file_of_columns("the table", source, named), name="")
    else:
        file = _file_of_arrays(t, asked, time)
    return file, {**file.units, **given}


def _plain(series: Any) -> Any:
    """Return a numeric column as an array, and any other column unchanged for the error message."""
    return series.to_numpy(dtype=np.float64) if series.dtype.kind in "iuf" else series


def _file_of_arrays(t: Any, asked: Mapping[str, object], time: str) -> RecordingFile:
    given = {name: x for name, x in asked.items() if x is not None}
    roles = {"t": time} | {name: name for name in given}
    values = {time: t} | given
    arrays = {name: x if (found := numbers(x)) is None else found for name, x in values.items()}
    both = [arrays[name] for name in ("v", "current") if name in given]
    counts = [len(x) if isinstance(x, np.ndarray) and x.ndim == 2 else 0 for x in both]
    wrong = next((name for name, x in values.items() if numbers(x) is None), "")
    if wrong and any(counts):
        raise ValueError(f"from_recording: {wrong} must contain numbers only, got {shown(values[wrong])}.")
    if not any(counts) or len(set(counts)) > 1:
        return RecordingFile("", (Source(arrays, lambda name, i: f"{name}[{i}]"),), roles, {})
    if "spikes" in given:
        name = "v" if "v" in given else "current"
        raise ValueError(
            f"from_recording: {name} must be one sweep if spikes is passed, got the shape "
            f"{list(arrays[name].shape)}, which is several sweeps. Pass v of shape [sweeps, n] without spikes."
        )

    def sweep(i: int) -> Source:
        columns = {name: x[i] if x.ndim == 2 else x for name, x in arrays.items()}
        return Source(columns, lambda name, k: f"{name}[{k}]" if name == time else f"{name}[{i}][{k}]")

    return RecordingFile("", tuple(map(sweep, range(counts[0]))), roles, {})


# -- files --------------------------------------------------------------------------------------------


def read_path(path: Path, name: str, asked: Mapping[str, object] | None = None) -> RecordingFile:
    """Return the recording in a file.

    The suffix identifies ABF and NWB files. Other files are ATF or CSV, and `asked` contains names of columns of CSV.
    """
    bounded(name, "size in bytes", float(path.stat().st_size), LARGEST_READ)
    reader = READERS.get(Path(name).suffix.lower())
    if reader is not None:
        return reader(path, name)
    with path.open("rb") as file:
        return _read_text(file, name, asked or {})


def _read_text(file: BinaryIO, name: str, asked: Mapping[str, object]) -> RecordingFile:
    head = file.read(_HEAD).decode("utf-8-sig", "replace")
    file.seek(0)
    is_atf = head.startswith(SIGNATURE)
    with io.TextIOWrapper(file, encoding="latin-1" if is_atf else "utf-8-sig", newline="") as text:
        if is_atf:
            sources, units = read_atf(text, name)
            return RecordingFile(name, sources, {what: what for what in units}, units)
        return _file_of_columns(name, read_columns(text, name, UNNAMED), asked, head)


_code: WeakKeyDictionary[Protocol, str] = WeakKeyDictionary()


def code_of(pattern: Protocol) -> str:
    """Return a Python expression that creates a pattern from the file of its recording, empty for any other pattern."""
    return _code.get(pattern, "")


def read_recordings(content: bytes, names: Sequence[str], sizes: Sequence[int]) -> RecordingFile:
    """Return the sweeps of several uploaded files, whose contents are concatenated.

    Raises
    ------
    ValueError
        If the sizes in bytes do not add up to the content, and in the cases of :func:`read_recording` and
        :func:`joined`.
    """
    if len(names) != len(sizes) or sum(sizes) != len(content):
        raise ValueError("the sizes of the files must add up to their content.")
    ends = np.cumsum(sizes).tolist()
    return joined(
        [read_recording(content[end - size : end], name) for name, end, size in zip(names, ends, sizes, strict=True)]
    )


def read_recording(content: bytes, name: str) -> RecordingFile:
    """Return the sweeps of an uploaded file in the format ABF, NWB, ATF or CSV.

    The suffix identifies ABF and NWB, and the first characters identify ATF. The columns of CSV are recognized by names
    such as ``t``, ``time (s)`` or ``Vm_mV``. Units are recognized in brackets, at the end of a name, or in a comment
    such as ``# t in ms``. A column ``sweep`` separates sweeps. Without names, a single column contains spike times, two
    columns contain times and potentials, and a third column contains the current.

    Raises
    ------
    ValueError
        If the file is invalid. The message contains its name.
    """
    ending = Path(name).suffix.lower()
    if ending not in READERS:
        return _read_text(io.BytesIO(content), name, {})
    import tempfile

    with tempfile.TemporaryDirectory() as folder:  # the readers require a path
        path = Path(folder) / f"recording{ending}"
        path.write_bytes(content)
        return READERS[ending](path, name, is_upload=True)


def _file_of_columns(name: str, source: Source, asked: Mapping[str, object], head: str = "") -> RecordingFile:
    """Return the sweeps of a table.

    Parameters
    ----------
    asked : mapping of str to str or None
        Given names of columns.
    head : str
        Text with the comments of the file.
    """
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    for what, given in asked.items():
        if given is None:
            continue
        if not isinstance(given, str):
            raise TypeError(
                f"from_recording: if t is a file or a table, {what} must be the name of a column, got "
                f"{type(given).__name__}."
            )
        if given not in source.columns:
            raise unknown(f"{name}: {what}", "column", given, [*source.columns][:_LISTED])
        columns[what] = given
    for column in source.columns:
        plain, unit = split_unit(column)
        what = next((what for what, names in ROLES.items() if plain.lower() in names.split()), "")
        is_free = what not in columns and column not in columns.values()
        if not what or not (is_free or columns.get(what) == column):
            continue
        columns[what] = column
        unit = unit or _commented(head, column)
        if unit in _UNITS[what]:
            units[what] = unit
    if "spikes" not in columns or "v" in columns:
        _add_by_unit(columns, units, source.columns)
    for what, column in columns.items():
        if source.columns[column] is TWICE:
            raise ValueError(f"{name}: {what} must be the name of one column, got {column!r}, which occurs twice.")
    if "v" not in columns and "spikes" not in columns:
        raise ValueError(
            f"{name} must have a column of potentials (v) or spikes (spikes). Pass the name of a column (v='…'). "
            f"Columns: {_listed(source.columns)}."
        )
    if "t" not in columns and "v" in columns:
        raise ValueError(
            f"{name} must have a column of times (t). Pass the name of a column (time='…'). "
            f"Columns: {_listed(source.columns)}."
        )
    return RecordingFile(name, _by_sweep(name, source, columns), columns, units)


def _add_by_unit(columns: dict[str, str], units: dict[str, str], names: Iterable[str]) -> None:
    """Add roles without a column by the only column with a matching unit, such as ``Trace #1 (mV)``."""
    left = [(name, split_unit(name)[1]) for name in names if name not in columns.values() and name.strip()[-1:] in "])"]
    for what in ("t", "v", "current"):
        fitting = [(name, unit) for name, unit in left if unit in _UNITS[what]]
        if what not in columns and len(fitting) == 1:
            columns[what], units[what] = fitting[0]


def _by_sweep(file: str, source: Source, columns: Mapping[str, str]) -> tuple[Source, ...]:
    """Return the rows of each sweep, if a column separates sweeps."""
    numbers = next((x for name, x in source.columns.items() if name.strip().lower() == SWEEP_COLUMN), None)
    if not isinstance(numbers, np.ndarray) or not all(
        isinstance(source.columns[c], np.ndarray) for c in columns.values()
    ):
        return (source,)
    starts = np.flatnonzero(np.concatenate([[True], np.diff(numbers) != 0]))
    if starts.size == 1:
        return (source,)
    if len(set(numbers[starts].tolist())) < starts.size:
        raise ValueError(f"{file}: the rows of each sweep must be consecutive (column {SWEEP_COLUMN!r}).")
    bounds = [*starts.tolist(), numbers.size]

    def rows(a: int, b: int) -> Source:
        part = {c: source.columns[c][a:b] for c in columns.values()}
        wrong = {name: (i - a, text) for name, (i, text) in source.wrong.items() if a <= i < b}
        return replace(source, columns=part, place=lambda name, i: source.place(name, i + a), wrong=wrong)

    return tuple(map(rows, bounds[:-1], bounds[1:]))


def _read_abf(path: Path, name: str, is_upload: bool = False) -> RecordingFile:
    """Return the sweeps of an ABF file, without commands in other files if it is an upload."""
    with np.printoptions():  # the import of pyABF changes the print options
        pyabf = load("pyabf")
    check_abf(path, name)
    try:
        abf = pyabf.ABF(str(path))
    except Exception as error:
        raise _unreadable_abf(name, error) from None
    channel = next((c for c, unit in enumerate(abf.adcUnits) if unit_named(unit) in POTENTIAL), None)
    if channel is None:
        raise ValueError(f"{name} must have a channel in mV, got channels in {', '.join(abf.adcUnits)}.")
    measured = next((c for c, unit in enumerate(abf.adcUnits) if unit_named(unit) in AMPERE), None)
    check_abf_command(abf, name)
    sources, unit = [], ""
    for i in abf.sweepList:
        try:
            abf.setSweep(i, channel=channel)
            columns = {"t": abf.sweepX * 1e3, "v": np.asarray(abf.sweepY, float)}
            is_elsewhere = is_upload and has_command_file(abf, channel)
            command, unit = ([], "") if is_elsewhere else (abf.sweepC, unit_named(abf.sweepUnitsC))
            if unit not in AMPERE and measured is not None:
                abf.setSweep(i, channel=measured)
                command, unit = abf.sweepY, unit_named(abf.sweepUnitsY)
        except Exception as error:
            raise _unreadable_abf(name, error) from None
        if unit in AMPERE:
            columns["current"] = np.asarray(command, float)
        sources.append(_source(columns, name, i))
    return _file_of_sweeps(name, sources, {"t": "ms", "v": unit_named(abf.adcUnits[channel]), "current": unit})


def _unreadable_abf(name: str, error: Exception) -> ValueError:
    return ValueError(f"{name} must be an ABF file that pyABF can read: {sentence(error)}")


def _read_nwb(path: Path, name: str, is_upload: bool = False) -> RecordingFile:
    """Return the current-clamp sweeps of an NWB file with their stimuli. An upload must contain all of its data."""
    pynwb = load("pynwb")
    try:
        if is_upload:
            refuse_other_files(path, name)
        io_of = pynwb.NWBHDF5IO(str(path), mode="r")
        file = io_of.read()
    except OtherFileError:
        raise
    except Exception as error:
        raise ValueError(f"{name} must be an NWB file that PyNWB can read: {sentence(error)}") from None
    with io_of:
        responses = [x for x in file.acquisition.values() if type(x).__name__ == "CurrentClampSeries"]
        stimuli = [x for x in file.stimulus.values() if type(x).__name__ == "CurrentClampStimulusSeries"]
        if not responses:
            raise ValueError(f"{name} must have at least one current-clamp sweep (CurrentClampSeries).")
        pairs = _nwb_pairs(file, responses, stimuli)
        _check_nwb_size(pairs, path, name, is_upload)
        sources = []
        for i, (response, stimulus) in enumerate(pairs):
            v = response.values() * 1e3
            rate, start = response.clock(name)
            columns = {"t": np.arange(v.size) * 1e3 / rate, "v": v}
            if stimulus is not None:
                columns["current"] = stimulus.values() * 1e12
                its_rate, its_start = stimulus.clock(name)
                wrong = ""
                if abs(its_rate - rate) > 1e-6 * rate:
                    wrong = f"have the same sampling rate, got {rate:g} and {its_rate:g} Hz"
                elif abs(its_start - start) > 0.5 / rate:
                    wrong = f"start at the same time, got {start:.10g} and {its_start:.10g} s"
                elif columns["current"].size != v.size:
                    wrong = f"have the same number of samples, got {v.size} and {columns['current'].size}"
                if wrong:
                    raise ValueError(f"{name}, sweep {i}: v and its current must {wrong}.")
            sources.append(_source(columns, name, i))
    return _file_of_sweeps(name, sources, {"t": "ms", "v": "mV", "current": "pA"})


@dataclass(frozen=True)
class _Part:
    """Part of a series of an NWB file, or the whole series without a `count`."""

    series: Any
    first: int = 0
    count: int | None = None

    @property
    def samples(self) -> float:
        """Number of values that are read for this part."""
        every, times = (
            0.0 if array is None else float(np.prod(np.shape(array), dtype=np.float64))
            for array in (self.series.data, self.series.timestamps)
        )
        return times + (every if self.count is None else min(float(self.count), every))

    def values(self) -> Floats:
        """Return the data in V or A."""
        chosen = self.series.data[self.first : None if self.count is None else self.first + self.count]
        return np.asarray(chosen, dtype=np.float64) * float(self.series.conversion) + float(self.series.offset or 0.0)

    def clock(self, name: str) -> tuple[float, float]:
        """Return the sampling rate in Hz, and the time of the first sample in s."""
        if self.series.rate is not None:
            rate = float(self.series.rate)
            return rate, float(self.series.starting_time or 0.0) + self.first / rate
        times = np.asarray(self.series.timestamps[:], dtype=np.float64)
        steps = np.diff(times)
        if steps.size == 0 or np.ptp(steps) > 1e-3 * steps.mean():
            raise ValueError(f"{name}: {self.series.name} must be sampled at a constant rate.")
        return float(1.0 / steps.mean()), float(times[self.first])


def _part(reference: Any, kind: str) -> _Part | None:
    """Return the series in a row of the table of recordings, or None if it is of another kind."""
    if type(reference.timeseries).__name__ != kind or reference.count < 0:
        return None
    return _Part(reference.timeseries, int(reference.idx_start), int(reference.count))


def _nwb_pairs(file: Any, responses: list[Any], stimuli: list[Any]) -> list[tuple[_Part, _Part | None]]:
    """Return each response with its stimulus.

    They are paired by the table of recordings, by the number of the sweep, or by their order.
    """
    table = file.intracellular_recordings
    if table is not None and len(table):
        rows = [
            (
                _part(table[("responses", "response")][row], "CurrentClampSeries"),
                _part(table[("stimuli", "stimulus")][row], "CurrentClampStimulusSeries"),
            )
            for row in range(len(table))
        ]
        pairs = [(response, stimulus) for response, stimulus in rows if response is not None]
        if pairs:
            return pairs
    numbered = {x.sweep_number: x for x in stimuli if x.sweep_number is not None}
    if numbered and all(x.sweep_number in numbered for x in responses):
        ordered = sorted(responses, key=lambda x: x.sweep_number)
        return [(_Part(x), _Part(numbered[x.sweep_number])) for x in ordered]
    if len(stimuli) == len(responses):
        return [(_Part(x), _Part(y)) for x, y in zip(responses, stimuli, strict=True)]
    return [(_Part(x), None) for x in responses]


def _check_nwb_size(pairs: list[tuple[_Part, _Part | None]], path: Path, name: str, is_upload: bool) -> None:
    """Raise a ValueError for more samples than a file of this size can contain.

    A small file can declare more samples than fit into memory.
    """
    # A series may occur in many rows, and is read for each of them.
    samples = sum(part.samples for pair in pairs for part in pair if part is not None)
    most = max(path.stat().st_size * MAX_PACKED, 1e6)
    bounded(name, "number of samples", samples, min(most, MAX_UPLOADED) if is_upload else most)


def _source(columns: Mapping[str, object], name: str, sweep: int) -> Source:
    return Source(columns, lambda column, i: f"{name}, sweep {sweep}, {column}[{i}]")


def _file_of_sweeps(name: str, sources: list[Source], units: Mapping[str, str]) -> RecordingFile:
    columns = {what: what for what in ("t", "v", "current") if all(what in source.columns for source in sources)}
    return RecordingFile(name, tuple(sources), columns, {what: units[what] for what in columns})


READERS: dict[str, Callable[..., RecordingFile]] = {".abf": _read_abf, ".nwb": _read_nwb}
"""Readers by the suffix of a file. Any other file is read as ATF or CSV."""


# -- names of columns ---------------------------------------------------------------------------------

_UNITS = {"t": TIME, "spikes": TIME, "v": POTENTIAL, "current": AMPERE}


def _listed(columns: Iterable[str]) -> str:
    """Return the names of the first columns for an error message."""
    names = list(columns)
    return ", ".join(map(shown, names[:_LISTED])) + (f" and {len(names) - _LISTED} more" * (len(names) > _LISTED))


def _commented(text: str, column: str) -> str:
    """Return the unit of a column in a comment such as “t in ms”, empty without one."""
    comments = " ".join(line for line in text.splitlines() if line.startswith("#"))
    found = re.search(rf"(?<!\w){re.escape(column)} in (\w+)", comments)
    return unit_named(found[1]) if found else ""


def _span(spikes: object) -> Floats:
    """Return the start and the end in ms of a recording that contains only spike times."""
    times = np.asarray(spikes, dtype=float) if isinstance(spikes, np.ndarray) else np.empty(0)
    times = times[np.isfinite(times)]
    last = float(times.max()) if times.size else 0.0
    if times.size and last <= 0.0:
        raise ValueError(
            f"the last spike must be at a time > 0, got {last:g} ms. A recording that has only spikes starts at 0 ms."
        )
    return np.array([0.0, last + (last / times.size if times.size else 0.0)])
