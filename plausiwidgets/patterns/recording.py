"""Patterns from a measured voltage trace or spike train, which a neuron must reproduce."""

from __future__ import annotations

import csv
import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.arguments import checked, finite, numbers, shown
from plausiwidgets.names import unknown
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.bench import Graded, Responses
from plausiwidgets.patterns.criterion import MIN_ISI, Criterion
from plausiwidgets.patterns.formatting import number
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import FreeValue, StimulusValues
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.simulation.current import Piece, pieces_of_samples
from plausiwidgets.simulation.current_text import is_number
from plausiwidgets.simulation.traces import Traces
from plausiwidgets.texts import marked, tr

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

SHORTEST = 5.0
"""Shortest recording in ms: a shorter one is probably in seconds."""
SPIKE_HEIGHT = 20.0
"""Least distance in mV of the spike threshold from the median potential, where it is not given."""
REARM = 5.0
"""How far in mV below the threshold the potential must fall before it can cross it again: noise is not a spike."""
PRECISION = 4.0
"""Largest precision Δ in ms of a coincidence, where it is not given."""
MOST_PIECES = 200
"""Linear pieces of a current: every one of them costs time in every step of every neuron."""

SWEEP = "recording"
TWICE = object()
"""Stands for columns of the same name."""
DISTANCES = ("coincidence", "van_rossum")


@checked
def from_recording(
    t: ArrayLike | str | Path | pd.DataFrame,
    v: ArrayLike | str | None = None,
    spikes: ArrayLike | str | None = None,
    current: ArrayLike | str | None = None,
    *,
    time: str = "t",
    key: str = "recording",
    title: str = "",
    step: tuple[float, float] | None = None,
    silent_before: bool | None = None,
    threshold: float | None = None,
    distance: str = "coincidence",
    precision: float | None = None,
    time_constant: float = 10.0,
    tolerance: float = 0.1,
    current_tolerance: float = 0.005,
    free: Iterable[str] = (),
    budget: int = 50_000,
) -> Pattern:
    """Make a pattern from a measured trace or spike train, to be judged, shown and searched like any other.

    It is accepted when number, latency, mean interval and regularity of the spikes are those of the recording,
    and their times agree. The recording itself is the target that a figure shows.

    Parameters
    ----------
    t : array_like, or path of a CSV file, or DataFrame
        Times in **ms**, increasing. With `spikes` alone, start and end of the recording suffice. Of a file or
        a DataFrame the other arguments name columns: the first line of a file names them, and lines that begin
        with ``#`` are left out.
    v : array_like or str, optional
        Membrane potential in mV at each time. Column ``"v"`` by default.
    spikes : array_like or str, optional
        Spike times in ms, or 0 and 1 at each time. Default: column ``"spikes"``, or the upward crossings of
        `threshold` by `v`.
    current : array_like or str, optional
        Injected current at each time, **in the unit of the model** it is to be injected into. It is injected as
        it is, as the few linear pieces that it consists of; the stimulus value ``current_scale`` multiplies it,
        for a model with another unit. Column ``"current"`` by default. Without a current the stimulus is a step
        whose ``amplitude`` is free.
    time : str
        Name of the column of times.
    key, title : str
        Of the pattern; the title is the name of the file by default.
    step : (float, float), optional
        Without a current: begin and end of the step in ms, on the scale of `t`. Default: the whole recording.
    silent_before : bool, optional
        Whether the neuron must be silent before the stimulus, as for every other pattern. Default: where the
        recording is. The stimulus begins where the current leaves its first value; one that never does is a
        step from 0 at the start.
    threshold : float, optional
        Potential in mV that a spike crosses upwards. Default: midway between the median and the maximum of `v`,
        at least 20 mV above the median. The potential must fall 5 mV below it between two spikes.
    distance : {"coincidence", "van_rossum"}
        How spike times are compared: by the coincidence factor Γ (Kistler, Gerstner & van Hemmen 1997), at
        least 0.7, or by van Rossum's distance D² (2001), at most 0.2 for each recorded spike: what they are off
        by a fifth of the time constant cost. Formulas: `plausiwidgets.patterns.features`.
    precision : float, optional
        Δ of the coincidence factor in ms. Default: a quarter of the mean interval, at most 4 ms. Also the least
        tolerance of the latency.
    time_constant : float
        τ of van Rossum's distance, in ms.
    tolerance : float
        Share by which number of spikes, latency and mean interval may differ, and by how much the coefficient
        of variation.
    current_tolerance : float
        Share of the range of the current by which its pieces may miss a sample: more than its noise.
    free : iterable of str
        Stimulus values that a search may change although they are known: ``"holding"``, the constant current
        (0, or the first value of `current`), and ``"current_scale"``. Bounds in `optimize` free them as well.
    budget : int
        Evaluations that a search takes by default.

    Returns
    -------
    Pattern

    Raises
    ------
    ValueError
        If a column is missing, a number is none, or times do not increase, with the place; if the recording is
        shorter than 5 ms, has no spike, or its current more than 200 pieces.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> cell = pw.from_recording((0.0, 300.0), spikes=[22.0, 60.0, 101.0, 140.0, 182.0, 221.0, 260.0])
    >>> cell.free, pw.judge("adex", cell, verify=False).status
    (('amplitude', 'holding'), 'rejected')
    """
    if distance not in DISTANCES:
        raise unknown("distance", distance, DISTANCES)
    for name, value in (("precision", precision), ("time_constant", time_constant), ("tolerance", tolerance),
                        ("current_tolerance", current_tolerance)):  # fmt: skip
        if value is not None:
            finite("from_recording", name, value, above=0.0)
    data = _read(t, v, spikes, current, time, threshold)
    return made_of(data, key, title, step, silent_before, distance, precision, time_constant, tolerance,
                   current_tolerance, tuple(free), budget)  # fmt: skip


def made_of(
    data: Data,
    key: str,
    title: str = "",
    step: tuple[float, float] | None = None,
    silent_before: bool | None = None,
    distance: str = "coincidence",
    precision: float | None = None,
    time_constant: float = 10.0,
    tolerance: float = 0.1,
    current_tolerance: float = 0.005,
    free: tuple[str, ...] = (),
    budget: int = 50_000,
) -> Pattern:
    """Return the pattern of a checked recording; see :func:`from_recording`."""
    stimulus = _stimulus_of(data, step, silent_before, current_tolerance, free)
    train = data.spikes - stimulus.origin
    train = train[train >= 0.0]
    isi = np.diff(train)
    if isi.size and isi.min() < MIN_ISI.low:
        i = int(isi.argmin())
        raise ValueError(
            f"the spikes at {data.spikes[-train.size :][i]:g} and {data.spikes[-train.size :][i + 1]:g} ms are "
            f"{isi[i]:.3g} ms apart, valid is: at least {MIN_ISI.low:g} ms, which is asked of every neuron. Are the "
            "times in ms, and is each spike there once?"
        )
    if precision is None:
        precision = min(PRECISION, 0.25 * float(isi.mean())) if isi.size else PRECISION
    criteria, compare = _compared(train, stimulus.end, distance, precision, time_constant)
    return Pattern(
        key=key,
        title=title or data.title,
        description=tr("A recorded response of {end} ms; spikes: {count}.", end=f"{stimulus.end:g}", count=train.size),
        look_for=tr("Look for spikes at the times of the target, the first after {time} ms.", time=number(train[0], 3)),
        source=data.source,
        free_values=stimulus.free_values,
        sweeps=lambda s: {SWEEP: Sweep(stimulus.pieces(s), stimulus.end)},
        measure=lambda r, s: _measure(r) | compare(r[SWEEP].window()),
        criteria=[*_criteria(train, isi, tolerance, precision), criteria],
        reference={SWEEP: _traces(data, stimulus)},
        at_rest=stimulus.silent,
        budget=budget,
    )


# -- criteria ----------------------------------------------------------------------------------------


COINCIDENCE = marked(
    "Share of spikes at the recorded times beyond chance, 1 for the same times and 0 for chance (Kistler et al. 1997)"
)
VAN_ROSSUM = marked(
    "Distance D² of the spike times from the recorded ones over their number, 0.5 for one more or less, for each "
    "(van Rossum 2001)"
)


def _measure(r: Responses) -> dict[str, Any]:
    times = r[SWEEP].window()
    isi = f.intervals(times)
    return {"n": f.lengths(times), "latency": f.first(times), "mean_isi": f.mean(isi), "cv": f.cv(isi)}


def _criteria(train: Floats, isi: Floats, tolerance: float, precision: float) -> list[Criterion]:
    """Return the criteria of number, latency and intervals: as far as the recording has them."""
    n, first = train.size, float(train[0])
    slack, late = int(tolerance * n + 1e-9), max(tolerance * first, precision)
    out = [
        Criterion("n", marked("spikes"), marked("Spikes from the onset to the end of the recording."), "spikes",
                  low=n - slack, high=n + slack, kind="count"),
        Criterion("latency", marked("latency"), marked("Time from the onset to the first spike."), "ms",
                  low=first - late, high=first + late, scale=max(10.0, 0.5 * first)),
    ]  # fmt: skip
    if isi.size:
        mean = float(isi.mean())
        out.append(
            Criterion("mean_isi", marked("mean interval"), marked("Mean interval between spikes."), "ms",
                      low=mean * (1.0 - min(tolerance, 0.99)), high=mean * (1.0 + tolerance), scale=0.3, kind="log")
        )  # fmt: skip
    if isi.size >= 2:
        cv = float(isi.std() / isi.mean())
        out.append(
            Criterion("cv", marked("irregularity"), marked("Standard deviation over mean of the intervals."), "1",
                      low=max(cv - tolerance, 0.0), high=cv + tolerance, scale=0.3)
        )  # fmt: skip
    return out


def _compared(
    train: Floats, end: float, distance: str, precision: float, time_constant: float
) -> tuple[Criterion, Callable[[Floats], dict[str, Floats | Graded]]]:
    """Return the criterion of the spike times, and what measures it."""
    if distance == "coincidence":
        if 2.0 * precision * train.size >= end:
            raise ValueError(
                f"precision is {precision:g} ms, with which {train.size} spikes in {end:g} ms coincide by chance: "
                f"valid is less than {end / (2.0 * train.size):.3g} ms"
            )

        def coincidence(times: Floats) -> dict[str, Floats | Graded]:
            found = f.coincidences(times, train, precision, end)
            return {"gamma": Graded(found.gamma, found.progress)}

        return Criterion(
            "gamma",
            marked("coincidence factor Γ"),
            f"{COINCIDENCE}: ± {number(precision, 3)} ms",
            "1",
            low=0.7,
            scale=0.3,
        ), coincidence

    def van_rossum(times: Floats) -> dict[str, Floats | Graded]:
        return {"van_rossum": f.van_rossum(times, train, time_constant) / train.size}

    return Criterion(
        "van_rossum",
        marked("van Rossum distance"),
        f"{VAN_ROSSUM}: τ = {time_constant:g} ms",
        "1",
        high=0.2,
        scale=0.3,
    ), van_rossum


# -- stimulus ----------------------------------------------------------------------------------------


SCALE = marked("Factor on the recorded current, above the holding level: for a model with another unit.")


@dataclass(frozen=True)
class _Stimulus:
    """The stimulus of a recording; `origin` is its onset on the recording's scale of time, `end` counts from there."""

    origin: float
    end: float
    silent: bool
    free_values: tuple[FreeValue, ...]
    pieces: Callable[[StimulusValues], Sequence[Piece]]


def _stimulus_of(
    data: Data, step: tuple[float, float] | None, silent: bool | None, tolerance: float, free: tuple[str, ...]
) -> _Stimulus:
    start, end = float(data.t[0]), data.end
    given = data.current
    if given is None:
        on, off = (start, end) if step is None else (float(step[0]), float(step[1]))
        if not start <= on < off <= end:
            raise ValueError(f"step is {step}, valid is: two times, begin before end, within {start:g} to {end:g} ms")
    else:
        if step is not None:
            raise ValueError("give either current or step: with a current, the stimulus is known")
        slack = tolerance * float(np.ptp(given))
        left = np.flatnonzero(np.abs(given - given[0]) > slack)
        on = float(data.t[left[0]]) if left.size else start
    early = data.spikes[data.spikes < on]
    if silent and early.size:
        raise ValueError(
            f"silent_before is True, but the recording has a spike at {early[0]:g} ms, before the stimulus begins at "
            f"{on:g} ms"
        )
    silent = not early.size if silent is None else bool(silent)
    origin = on if silent else start
    if not (data.spikes >= origin).any():
        raise ValueError(f"the recording has no spike after the stimulus begins at {origin:g} ms")
    if given is None:
        first, last = on - origin, off - origin
        values = (
            FreeValue("amplitude", 1.0, 0.02, 3.0, of="current", scale="log", limits=(0.0, None)),
            FreeValue("holding", 0.0, -1.0, 1.0, of="current", scale="asinh", zero=0.05, free="holding" in free),
        )
        _check_free(free, values)
        return _Stimulus(origin, end - origin, silent, values, lambda s: [Piece(first, last, s.amplitude, s.amplitude)])
    level = float(np.median(given[: left[0]])) if left.size else 0.0 if silent else float(given[0])
    pieces = pieces_of_samples(data.t - origin, given - level, slack)
    if len(pieces) > MOST_PIECES:
        raise ValueError(
            f"the current consists of {len(pieces)} linear pieces, valid is: at most {MOST_PIECES}. If it is noise, "
            f"a larger current_tolerance than {tolerance:g} (of its range) leaves it out; a current that fluctuates "
            "all the time cannot be injected"
        )
    reach = float(np.ptp(given)) or abs(level) or 1.0
    values = (
        FreeValue("holding", level, level - reach, level + reach, of="injected", free="holding" in free),
        FreeValue("current_scale", 1.0, 1e-3, 1e3, unit="×", scale="log", free="current_scale" in free,
                  description=SCALE),
    )  # fmt: skip
    _check_free(free, values)
    return _Stimulus(
        origin,
        end - origin,
        silent,
        values,
        lambda s: [Piece(p.on, p.off, p.first * s.current_scale, p.last * s.current_scale) for p in pieces],
    )


def _check_free(free: tuple[str, ...], values: Sequence[FreeValue]) -> None:
    for name in free:
        if name not in [value.key for value in values]:
            raise unknown("stimulus value in free", name, [value.key for value in values])


# -- the recording ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Data:
    """A checked recording; `end` is where the last sample ends."""

    t: Floats
    v: Floats | None
    spikes: Floats
    current: Floats | None
    end: float
    title: str
    source: str


@dataclass(frozen=True)
class Source:
    """Where numbers come from, for a message.

    Attributes
    ----------
    columns : mapping of str to array_like, or TWICE
    place : callable
        ``place(name, i)``: where entry i stands, in words.
    wrong : mapping of str to (int, str)
        Of a column, the first entry that is not a number, and its text.
    """

    columns: Mapping[str, Any]
    place: Callable[[str, int], str]
    wrong: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    title: str = "Recording"
    source: str = ""


def _read(t: Any, v: Any, spikes: Any, current: Any, time: str, threshold: float | None) -> Data:
    asked = {"v": v, "spikes": spikes, "current": current}
    if isinstance(t, (str, Path)):
        source = _csv(Path(t))
    elif hasattr(t, "columns"):
        names = [str(name) for name in t.columns]
        series = {name: t.iloc[:, j] if names.count(name) == 1 else TWICE for j, name in enumerate(names)}
        source = Source(series, lambda name, i: f"row {i} of the table, column {name!r}")
    else:
        source = Source({time: t} | {n: x for n, x in asked.items() if x is not None}, lambda name, i: f"{name}[{i}]")
        asked = {name: None if x is None else name for name, x in asked.items()}
    return checked_data(source, asked, time, threshold)


def checked_data(source: Source, asked: Mapping[str, Any], time: str = "t", threshold: float | None = None) -> Data:
    """Return the recording in some columns, in ms, mV and the unit of a model; ValueError with the place of an error.

    `asked` names the columns of v, spikes and current; one that is None is taken where it has its usual name.
    """
    named = {}
    for what, default in (("t", time), ("v", "v"), ("spikes", "spikes"), ("current", "current")):
        name = default if what == "t" else asked[what]
        if name is None and default in source.columns:
            name = default
        if name is None:
            continue
        if not isinstance(name, str):
            raise TypeError(f"{what} is {type(name).__name__}, valid beside a file or a table is: the name of a column")
        if name not in source.columns:
            raise unknown(f"column for {what}", name, list(source.columns))
        if source.columns[name] is TWICE:
            raise ValueError(f"the column for {what}, {name!r}, is there twice: valid is one column of this name")
        named[what] = name
    if "v" not in named and "spikes" not in named:
        there = ", ".join(map(shown, [*source.columns][:20]))
        raise ValueError(f"a recording needs v or spikes, and has neither; there are: {there}")
    columns = {what: _numbers(source, name) for what, name in named.items()}
    times, place = columns["t"], lambda i: source.place(named["t"], i)
    _check_times(times, place)
    for what in ("v", "current"):
        if what in columns and columns[what].size != times.size:
            raise ValueError(f"{what} has {columns[what].size} values, valid is: {times.size}, one for each time")
    sampled = times.size > 2
    end = float(times[-1] + (times[-1] - times[-2] if sampled else 0.0))
    if "spikes" in columns:
        train = _train(columns["spikes"], times, end, lambda i: source.place(named["spikes"], i))
    else:
        train = _crossings(times, columns["v"], threshold)
    if train.size == 0:
        raise ValueError("the recording has no spike: every silent neuron would show it")
    return Data(times, columns.get("v"), train, columns.get("current"), end, source.title, source.source)


def _csv(path: Path) -> Source:
    """Read the numbers of a CSV file, with the line that each row stands in."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return read_columns(file, path.name)


def read_columns(file: Iterable[str], name: str, unnamed: Mapping[int, Sequence[str]] | None = None) -> Source:
    """Return the columns of a CSV file of some name.

    `unnamed` gives the names of columns where the first line is numbers, for each number of columns.
    """
    numbered = _lines(file)
    try:
        at, header = next(numbered, (0, ""))
    except UnicodeDecodeError:
        raise ValueError(f"{name} is not text: valid is a CSV file in UTF-8") from None
    if not at:
        raise ValueError(f"{name} is empty")
    here = [at]

    def rest() -> Iterator[str]:
        yield header
        for here[0], line in numbered:
            yield line

    rows = csv.reader(rest(), delimiter=max(",;\t", key=header.count))
    try:
        names = [name.strip() for name in next(rows)]
        first = []
        if all(is_number(name) for name in names):
            if len(names) not in (unnamed or {}):
                raise ValueError(f"{name}, line {at}: the first line must name the columns, such as t,v")
            first, names = [names], list((unnamed or {})[len(names)])
        values, wrong, lines = [array("d") for _ in names], dict[str, tuple[int, str]](), array("Q")
        for row in chain(first, rows):
            if len(row) != len(names):
                raise ValueError(f"{name}, line {here[0]}: {len(row)} values, but {len(names)} columns")
            for column_name, column, text in zip(names, values, row, strict=True):
                known = is_number(text)
                column.append(float(text) if known else math.nan)
                if not known:
                    wrong.setdefault(column_name, (len(lines), text))
            lines.append(here[0])
    except csv.Error as error:
        raise ValueError(f"{name}, line {here[0]}: {error}. Is a quotation mark missing?") from None
    except UnicodeDecodeError:
        raise ValueError(f"{name} is not text: valid is a CSV file in UTF-8") from None
    times = Counter(names)
    columns = {n: np.array(x) if times[n] == 1 else TWICE for n, x in zip(names, values, strict=True)}
    return Source(
        columns,
        lambda column, i: f"{name}, line {lines[i]}, column {column!r}",
        wrong,
        Path(name).stem.replace("_", " "),
        name,
    )


def _lines(file: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that are neither empty nor a comment, with their numbers."""
    for i, line in enumerate(file, 1):
        if line.strip() and not line.startswith("#"):
            yield i, line


def _numbers(source: Source, name: str) -> Floats:
    """Return a column as finite numbers, or say which entry is none."""
    given = source.columns[name]
    if name in source.wrong:
        i, text = source.wrong[name]
        raise ValueError(f"{source.place(name, i)}: {shown(text)} is not a number")
    values = numbers(given)
    if values is None:
        if isinstance(given, (str, bytes, Mapping)) or not np.iterable(given):
            raise ValueError(f"{name} is {shown(given)}, valid is: a value for each time")
        entries = list(given)
        for i, entry in enumerate(entries):
            if not is_number(str(entry)):
                raise ValueError(f"{source.place(name, i)}: {shown(entry)} is not a number")
        values = np.array([float(str(entry)) for entry in entries])
    if values.ndim != 1:
        raise ValueError(f"{name} is {shown(given)}, valid is: a value for each time")
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ValueError(f"{source.place(name, int(bad[0]))}: {values[bad[0]]} is not a finite number")
    return values


def _check_times(t: Floats, place: Callable[[int], str]) -> None:
    if t.size < 2:
        raise ValueError(f"the recording (t) has {t.size} times, valid is: at least its start and its end (ms)")
    back = np.flatnonzero(np.diff(t) <= 0)
    if back.size:
        i = int(back[0]) + 1
        raise ValueError(f"{place(i)}: {t[i]:g} does not come after {t[i - 1]:g}, times must increase")
    if t[-1] - t[0] < SHORTEST:
        raise ValueError(
            f"the recording (t) is {t[-1] - t[0]:g} ms long, valid is: at least {SHORTEST:g} ms. Times are in ms: "
            "multiply seconds by 1000"
        )


def _train(values: Floats, t: Floats, end: float, place: Callable[[int], str]) -> Floats:
    """Return the spike times that are given, as times or as marks."""
    if values.size == t.size and t.size > 2 and np.isin(values, (0.0, 1.0)).all():
        return np.asarray(t[values == 1.0])
    for i, value in enumerate(values):
        if not t[0] <= value <= end:
            raise ValueError(
                f"{place(i)}: a spike at {value:g} ms, outside of the recording from {t[0]:g} to {end:g} ms. Valid are "
                "times in ms, or 0 and 1 at each time of the recording"
            )
        if i and value <= values[i - 1]:
            raise ValueError(f"{place(i)}: {value:g} does not come after {values[i - 1]:g}, spike times must increase")
    return values


def _crossings(t: Floats, v: Floats, threshold: float | None) -> Floats:
    """Return the times at which the potential crosses the threshold upwards, between samples by interpolation."""
    middle, top = float(np.median(v)), float(v.max())
    level = max(0.5 * (middle + top), middle + SPIKE_HEIGHT) if threshold is None else float(threshold)
    out, armed = [], bool(v[0] < level)
    for i in range(1, v.size):
        if armed and v[i] >= level:
            # Armed, so the sample before is below the level.
            out.append(t[i - 1] + (t[i] - t[i - 1]) * (level - v[i - 1]) / (v[i] - v[i - 1]))
            armed = False
        elif v[i] < level - REARM:
            armed = True
    if not out:
        hint = "; are these volts? v must be in mV" if np.ptp(v) < 1.0 else ""
        raise ValueError(
            f"no spike in v: from {v.min():.3g} to {top:.3g} mV it never crosses {level:.3g} mV upwards{hint}. Give "
            "threshold, or the spikes themselves"
        )
    return np.array(out)


def _traces(data: Data, stimulus: _Stimulus) -> Traces:
    """Return the recording as traces on a regular grid, 0 at the onset."""
    steps = np.diff(data.t)
    if data.t.size == 2:
        t = np.linspace(data.t[0], data.t[1], 2000)
    elif np.ptp(steps) > 1e-3 * steps.mean():
        t = np.linspace(data.t[0], data.t[-1], data.t.size)
    else:
        t = data.t
    held = np.searchsorted(data.t, t, side="right") - 1
    return Traces(
        t - stimulus.origin,
        {} if data.v is None else {"v": np.interp(t, data.t, data.v)[None]},
        [data.spikes - stimulus.origin],
        np.array([np.nan]),
        np.zeros((1, t.size)) if data.current is None else data.current[held][None],
        "",
        model=SWEEP,
    )
