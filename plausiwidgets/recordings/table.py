"""Columns of numbers as a checked recording: times, potential, spikes and current of one sweep."""

from __future__ import annotations

import csv
import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.current_text import is_number
from plausiwidgets.recordings.injected_current import has_noise
from plausiwidgets.support.arguments import numbers, shown

Floats = NDArray[np.float64]

SHORTEST = 5.0
"""Minimum length of a recording in ms. The times of a shorter one are probably in seconds."""
SHORTEST_STEP = 0.0005
"""Minimum time in ms between two samples of an amplifier. Times with a shorter distance are probably in seconds."""
LONGEST_STEP = 0.5
"""Maximum time in ms between two samples that cannot miss a spike."""
WIDEST = 1000.0
"""Maximum potential of a cell in mV. A larger value is probably in microvolts."""
SPIKE_HEIGHT = 20.0
"""Minimum distance in mV of the default spike threshold from the median potential."""
REARM = 5.0
"""Distance in mV below the threshold to which the potential must fall between spikes, so that noise is ignored."""
PLATEAU = 20.0
"""Maximum time in ms for which a spike is above the threshold. A longer depolarization is a plateau."""
TWICE = object()
"""Placeholder for columns with equal names."""


@dataclass(frozen=True)
class Data:
    """Checked sweep of a recording.

    Attributes
    ----------
    t : ndarray, shape [n]
        Times in ms.
    v : ndarray, shape [n], or None
        Membrane potential in mV.
    spikes : ndarray
        Spike times in ms.
    current : ndarray, shape [n], or None
        Injected current.
    end : float
        End of the last sample in ms.
    label : str
        Name of the sweep, empty for a single sweep.
    crossed : bool
        Whether the spikes are threshold crossings of `v` instead of given times.
    number : int
        Number of the sweep in the file.
    """

    t: Floats
    v: Floats | None
    spikes: Floats
    current: Floats | None
    end: float
    label: str = ""
    crossed: bool = False
    number: int = 0


@dataclass(frozen=True)
class Correction:
    """Corrections of a recorded potential.

    Attributes
    ----------
    junction_potential : float
        Liquid junction potential in mV.
    series_resistance : float
        Series resistance in mV per unit of the current.

    Examples
    --------
    >>> import numpy as np
    >>> Correction(12.0, 0.01).of(np.array([-60.0, -50.0]), np.array([0.0, 100.0]))
    array([-72., -63.])
    """

    junction_potential: float = 0.0
    series_resistance: float = 0.0

    def of(self, v: Floats, current: Floats | None) -> Floats:
        """Return the potential of the cell in mV.

        It is the recorded potential minus the junction potential and minus the product of current and series
        resistance.
        """
        if self.series_resistance and current is not None:
            v = v - current * self.series_resistance
        return v - self.junction_potential if self.junction_potential else v


NO_CORRECTION = Correction()


@dataclass(frozen=True)
class Source:
    """Columns of numbers with their places for error messages.

    Attributes
    ----------
    columns : mapping of str to array_like, or TWICE
        Columns by name.
    place : callable
        ``place(name, i)`` returns the place of entry i of a column in words.
    wrong : mapping of str to (int, str)
        Index and text of the first entry of a column that is not a number.
    """

    columns: Mapping[str, Any]
    place: Callable[[str, int], str]
    wrong: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def checked_data(
    source: Source,
    named: Mapping[str, str],
    threshold: float | None,
    label: str = "",
    number: int = 0,
    correction: Correction = NO_CORRECTION,
) -> Data:
    """Return the checked recording in some columns, in ms, mV and the unit of a model.

    Parameters
    ----------
    named : mapping of str to str
        Names of the columns of ``"t"``, ``"v"``, ``"spikes"`` and ``"current"`` that exist.

    Raises
    ------
    ValueError
        If the recording is invalid. The message contains the place of the error.
    """
    if "v" not in named and "spikes" not in named:
        there = ", ".join(map(shown, [*source.columns][:20]))
        raise ValueError(f"a recording must have v or spikes, got only {there}.")
    columns = {what: _numbers(source, name) for what, name in named.items()}
    times, place = columns["t"], lambda i: source.place(named["t"], i)
    _check_times(times, place)
    for what in ("v", "current"):
        if what in columns and columns[what].size != times.size:
            raise ValueError(
                f"{what} must have {times.size} values, one for each time, got {columns[what].size}. Were t and {what} "
                "sampled at different rates?"
            )
    if "v" in columns:
        _check_potential(times, columns["v"], lambda i: source.place(named["v"], i))
    if "current" in columns:
        _check_current(times, columns["current"])
    if "v" in columns:
        columns["v"] = correction.of(columns["v"], columns.get("current"))
    sampled = times.size > 2
    end = float(times[-1] + (times[-1] - times[-2] if sampled else 0.0))
    if "spikes" in columns:
        train = _train(columns["spikes"], times, end, lambda i: source.place(named["spikes"], i))
    else:
        train = crossings(times, columns["v"], threshold_of([columns["v"]]) if threshold is None else float(threshold))
        step = float(np.median(np.diff(times)))
        if train.size and step > LONGEST_STEP:
            raise ValueError(
                f"{label + ': ' if label else ''}the time between samples of v must be at most {LONGEST_STEP:g} ms, "
                f"got {step:g} ms. Between two samples, a spike may be missed. Pass v with more samples, or the spike "
                f"times (spikes=…)."
            )
    return Data(times, columns.get("v"), train, columns.get("current"), end, label, "spikes" not in columns, number)


def read_columns(file: Iterable[str], name: str, unnamed: Mapping[int, Sequence[str]], first_line: int = 1) -> Source:
    """Return the columns of a CSV file.

    If semicolons or tabs separate the columns, numbers may have decimal commas.

    Parameters
    ----------
    file : iterable of str
        Lines of the file. Empty lines and lines that start with ``#`` are ignored.
    name : str
        Name of the file for messages.
    unnamed : mapping of int to sequence of str
        Names of the columns by their number, for a file whose first line contains numbers.
    first_line : int
        Number of the first of these lines in the file.
    """
    here = first_line - 1

    def lines() -> Iterator[str]:
        """Yield the lines that are neither empty nor a comment."""
        nonlocal here
        for line in file:
            here += 1
            if line.strip() and not line.startswith("#"):
                yield line

    text = lines()
    decimals: dict[str, tuple[int, str]] = {}
    try:
        header = next(text, "")
        if not header:
            raise ValueError(f"{name} must not be empty.")
        delimiter = max(";\t", key=header.count) if ";" in header or "\t" in header else ","
        rows = csv.reader(chain([header], text), delimiter=delimiter)
        names = [name.strip() for name in next(rows)]
        first = []
        if all(is_number(_with_point(name, delimiter)) for name in names):
            if len(names) not in unnamed:
                raise ValueError(f"{name}, line {here}: the first line must contain column names, such as t,v.")
            first, names = [names], list(unnamed[len(names)])
        values, wrong, at = [array("d") for _ in names], dict[str, tuple[int, str]](), array("Q")
        for row in chain(first, rows):
            if len(row) != len(names):
                commas = delimiter == "," and len(row) == 2 * len(names)
                raise ValueError(
                    f"{name}, line {here}: the line must have {len(names)} values, got {len(row)}."
                    + (" If the numbers have decimal commas, separate columns by semicolons or tabs." * commas)
                )
            for column_name, column, entry in zip(names, values, row, strict=True):
                plain = _with_point(entry, delimiter)
                known = is_number(plain)
                column.append(float(plain) if known else math.nan)
                if not known:
                    wrong.setdefault(column_name, (len(at), entry))
                elif "." in plain:
                    decimals.setdefault("," if "," in entry else ".", (here, entry))
            at.append(here)
    except csv.Error as error:
        raise ValueError(f"{name}, line {here}: {error}. Is a quotation mark missing?") from None
    except UnicodeDecodeError:
        raise ValueError(f"{name} must be a CSV file in UTF-8.") from None
    if len(decimals) == 2:
        (point, with_point), (comma, with_comma) = decimals["."], decimals[","]
        raise ValueError(
            f"{name} must have either decimal points or decimal commas, got {with_point.strip()} in line {point} and "
            f"{with_comma.strip()} in line {comma}. Write numbers without thousands separators."
        )
    times = Counter(names)
    columns = {n: np.array(x) if times[n] == 1 else TWICE for n, x in zip(names, values, strict=True)}
    return Source(columns, lambda column, i: f"{name}, line {at[i]}, column {column!r}", wrong)


def _with_point(entry: str, delimiter: str) -> str:
    """Return a number with a decimal point instead of a decimal comma, unless commas separate columns."""
    return entry.replace(",", ".") if delimiter != "," and entry.count(",") == 1 and "." not in entry else entry


def _numbers(source: Source, name: str) -> Floats:
    """Return a column as an array of finite numbers.

    Raises
    ------
    ValueError
        If an entry is not a number. The message contains its place.
    """
    given = source.columns[name]
    if name in source.wrong:
        i, text = source.wrong[name]
        raise ValueError(f"{source.place(name, i)}: the value must be a number, got {shown(text)}.")
    values = numbers(given)
    if values is None:
        if isinstance(given, (str, bytes, Mapping)) or not np.iterable(given):
            raise ValueError(f"from_recording: {name} must have one value for each time, got {shown(given)}.")
        entries = list(given)
        for i, entry in enumerate(entries):
            if not is_number(str(entry)):
                raise ValueError(f"{source.place(name, i)}: the value must be a number, got {shown(entry)}.")
        values = np.array([float(str(entry)) for entry in entries])
    if values.ndim != 1:
        raise ValueError(f"from_recording: {name} must have one value for each time, got {shown(given)}.")
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ValueError(f"{source.place(name, int(bad[0]))}: the value must be finite, got {values[bad[0]]}.")
    return values


def _check_times(t: Floats, place: Callable[[int], str]) -> None:
    if t.size < 2:
        raise ValueError(f"the recording (t) must have at least two times in ms, its start and its end, got {t.size}.")
    back = np.flatnonzero(np.diff(t) <= 0)
    if back.size:
        i = int(back[0]) + 1
        raise ValueError(f"{place(i)}: the times must increase, got {t[i]:g} after {t[i - 1]:g}.")
    if t[-1] - t[0] < SHORTEST:
        raise ValueError(
            f"the recording (t) must be at least {SHORTEST:g} ms long, got {t[-1] - t[0]:g} ms. If the times are in "
            "seconds, multiply them by 1000, or pass units={'t': 's'}."
        )
    steps = np.diff(t)
    usual = float(np.median(steps))
    if t.size > 20 and usual < SHORTEST_STEP:
        raise ValueError(
            f"the time between samples of the recording (t) must be at least {SHORTEST_STEP:g} ms, got {usual:.3g} ms. "
            "If the times are in seconds, multiply them by 1000, or pass units={'t': 's'}."
        )
    if t.size > 20 and np.mean(np.abs(steps - usual) < 1e-3 * usual) > 0.9 and steps.max() > 1.5 * usual:
        i = int(steps.argmax())
        raise ValueError(
            f"{place(i + 1)}: the time between samples must be {usual:g} ms throughout, but samples are missing "
            f"between {t[i]:g} and {t[i + 1]:g} ms."
        )


def _check_potential(t: Floats, v: Floats, place: Callable[[int], str]) -> None:
    """Raise a ValueError for potentials in volts or microvolts, and for spikes that an amplifier has clipped."""
    if np.abs(v).max() < 1.0 and np.ptp(v) < 0.3 and np.abs(np.median(v)) > 0.01:
        raise ValueError(
            f"v must be in mV, got {v.min():.3g} to {v.max():.3g}, without a spike. If these are volts, multiply them "
            "by 1000, or pass units={'v': 'V'}."
        )
    far = float(np.median(np.abs(v)))
    if far > WIDEST:
        raise ValueError(
            f"v must be in mV, got a median of {float(np.median(v)):.3g}. If these are microvolts, divide them by "
            "1000, or pass units={'v': 'uV'}."
        )
    top = float(v.max())
    starts, lengths = _runs(v == top)
    long = starts[lengths >= 3]
    if long.size >= 2 and float(np.median(np.diff(t))) <= 0.25 and top > np.median(v) + SPIKE_HEIGHT:
        raise ValueError(
            f"{place(int(long[0]))}: v is clipped at {top:g} mV, here and at {t[long[1]]:g} ms, so the peaks of the "
            "spikes are not recorded. Pass the spike times (spikes=…) without v."
        )


def _runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the start and the length of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    return edges[0::2], edges[1::2] - edges[0::2]


def _check_current(t: Floats, x: Floats) -> None:
    """Raise a ValueError for a noisy current that an amplifier has clipped."""
    if x.size < 100 or np.mean(np.diff(x) == 0.0) > 0.6:
        return
    for end in (float(x.max()), float(x.min())):
        others = x[x != end]
        if others.size < 100 or not has_noise(others):
            continue
        starts, lengths = _runs(x == end)
        if lengths.max() >= 20:
            i = int(starts[lengths.argmax()])
            raise ValueError(
                f"the current is clipped at {end:g}, starting at {t[i]:g} ms: it has noise at other times, but not "
                "there. The injected current is therefore not recorded."
            )


def _train(values: Floats, t: Floats, end: float, place: Callable[[int], str]) -> Floats:
    """Return given spike times in ms, from times or from 0 and 1 at each time."""
    if values.size == t.size and t.size > 2 and np.isin(values, (0.0, 1.0)).all():
        return np.asarray(t[values == 1.0])
    for i, value in enumerate(values):
        if not t[0] <= value <= end:
            raise ValueError(
                f"{place(i)}: a spike must be within the recording, from {t[0]:g} to {end:g} ms, got {value:g} ms. "
                "Pass spike times in ms, or 0 and 1 for each time of the recording."
            )
        if i and value <= values[i - 1]:
            raise ValueError(f"{place(i)}: the spike times must increase, got {value:g} after {values[i - 1]:g}.")
    return values


def threshold_of(potentials: Iterable[Floats]) -> float:
    """Return the default spike threshold for the potentials of all sweeps in mV.

    It is the mean of the median and the maximum, but at least `SPIKE_HEIGHT` above the median.
    """
    every = list(potentials)
    middle, top = float(np.median(np.concatenate(every))), max(float(v.max()) for v in every)
    return max(0.5 * (middle + top), middle + SPIKE_HEIGHT)


def crossings(t: Floats, v: Floats, level: float) -> Floats:
    """Return the times of upward crossings of a potential, interpolated between samples.

    The potential must first have been 5 mV below the level, and must fall below the level again within 20 ms, because a
    longer depolarization is a plateau.
    """
    change = np.zeros(v.size, dtype=np.int8)
    change[v >= level], change[v < level - REARM] = 1, -1
    known = np.flatnonzero(change)
    up = known[1:][(change[known][1:] == 1) & (change[known][:-1] == -1)]
    below = np.flatnonzero(v < level)
    after = np.searchsorted(below, up)
    back = np.where(after < below.size, t[below[np.minimum(after, below.size - 1)]] if below.size else np.inf, np.inf)
    up = up[(back - t[up] <= PLATEAU) | (after == below.size) & (t[-1] - t[up] <= PLATEAU)]
    # The potential crosses the level upwards, so the sample before each crossing is below the level.
    return np.asarray(t[up - 1] + (t[up] - t[up - 1]) * (level - v[up - 1]) / (v[up] - v[up - 1]))
