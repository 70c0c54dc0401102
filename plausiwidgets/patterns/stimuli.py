"""Stimuli of one's own: a step, a train of pulses, a ramp, or a current that is given. They are shown, not judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.arguments import checked, numbers, shown
from plausiwidgets.names import unknown
from plausiwidgets.patterns.formatting import is_number
from plausiwidgets.patterns.marks import Time
from plausiwidgets.patterns.protocol import FreeValue, Protocol, StimulusValues
from plausiwidgets.patterns.sweep import BEFORE, Sweep
from plausiwidgets.simulation.current import Floats, Piece, pieces_of_samples, pulse, ramp

SHAPES = ("step", "pulses", "ramp")

PREFIX = "stimulus_"
"""Before the keys of all stimuli, which are no keys of patterns."""

AFTER = 200.0
"""Time in ms that is shown after the end of a stimulus."""

LONGEST = 5000.0
"""Largest time in ms of a given current, and about the longest train of pulses: a drag simulates all of it."""

MOST_SAMPLES = 100_000
MOST_PIECES = 1000
"""Linear pieces of a current: each costs time in every step."""

PULSES, MOST_PULSES = 5, 50

SWEEP = "stimulus"

_Pieces = Callable[[StimulusValues], list[Piece]]
_End = Callable[[StimulusValues], Any]

_HINT = "It is shown, not judged: there are no criteria. Drag any value and watch the response."
_HOLDING = FreeValue("holding", 0.0, -1.0, 1.0, of="current", scale="asinh", zero=0.05)
_ONSET = FreeValue("onset", 0.0, 0.0, 200.0, unit="ms", text="When the stimulus begins.")


@checked
def stimulus(shape: str, *, number: int | None = None) -> Protocol:
    """Return a stimulus to try on any neuron; wherever a pattern is shown, it is shown too.

    Its height, times and holding current are stimulus values, as those of a pattern. Nothing is judged: the status of
    its verdict is ``"unjudged"``, and a search refuses it.

    Parameters
    ----------
    shape : {"step", "pulses", "ramp"}
        A ramp rises from 0 to its amplitude. The width of a pulse is cut off where the next one begins.
    number : int, optional
        Of pulses, from 1 to 50; default: 5.

    Returns
    -------
    Protocol
        The same object for the same arguments.

    Raises
    ------
    ValueError
        For an unknown shape, or a number that is not valid.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> train = pw.patterns.stimulus("pulses", number=3)
    >>> train.free, len(pw.judge("adex", train, {"width": 20.0}).traces["stimulus"].spike_times[0])
    (('amplitude', 'holding', 'onset', 'width', 'interval'), 8)
    """
    if shape not in SHAPES:
        raise unknown("shape of a stimulus", shape, SHAPES)
    if number is not None and shape != "pulses":
        raise ValueError(f"number is {number}, valid with the shape {shape!r} is: none, it is a number of pulses")
    if number is not None and not 1 <= number <= MOST_PULSES:
        raise ValueError(f"number is {shown(number)}, valid is: a whole number of pulses from 1 to {MOST_PULSES}")
    return _shape(shape, PULSES if number is None and shape == "pulses" else int(number or 0))


@checked
def from_current(
    t: ArrayLike | str | Path, current: ArrayLike | None = None, *, lines: bool = False, title: str = ""
) -> Protocol:
    """Return a stimulus from a current over time, as :func:`stimulus` does.

    It is injected as it is given (of more than 1000 values, those on a slope become a ramp); the stimulus value
    ``amplitude`` is its largest value, and scales all of it.

    Parameters
    ----------
    t : array_like, or path of a file
        Times in ms from the onset: at least 0, increasing, at most 5000. A file has a time and a current in each line;
        where its first line names columns, those called ``t`` or ``time``, and ``current`` or ``I``.
    current : array_like
        Current at each time, in the unit of the model that it is injected into.
    lines : bool
        Whether the current goes in straight lines from one time to the next. Otherwise it holds until the next time,
        the last one for as long as the one before.
    title : str
        Default: the name of the file.

    Raises
    ------
    ValueError
        If a value is no number, times do not increase or are out of range, the current is 0 throughout, or there are
        more than 100 000 values or 1000 linear pieces; the text says where.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> own = pw.patterns.from_current([0.0, 100.0, 200.0], [300.0, 600.0, 0.0])
    >>> own.free, own.free_values[0].default
    (('amplitude', 'holding'), 600.0)
    """
    if isinstance(t, (str, Path)):
        if current is not None:
            raise ValueError(f"t is {shown(str(t))}, and current is given: valid is either a file, or arrays")
        path = Path(t)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(f"{path.name} is no text: valid is a file in UTF-8") from None
        times, values = read_current(text, path.name)
        return _given(times, values, lines, title or path.stem.replace("_", " "))
    if current is None:
        raise ValueError("current is None, valid beside times is: a current for each of them")
    times, values = _numbers("t", t), _numbers("current", current)
    if times.size != values.size:
        raise ValueError(f"t has {times.size} values and current {values.size}, valid is: a current for each time")
    return _given(times, values, lines, title or "Given current")


def named(key: str) -> Protocol | None:
    """Return the stimulus with a key; None where it is none.

    Examples
    --------
    >>> named("stimulus_pulses_3").title, named("tonic_spiking")
    ('3 pulses of current', None)
    """
    found = re.fullmatch(rf"{PREFIX}({'|'.join(SHAPES)})(?:_([1-9][0-9]?))?", key, re.ASCII)
    if found is None:
        return None
    shape, number = found[1], found[2]
    if number is not None and (shape != "pulses" or int(number) > MOST_PULSES):
        return None
    return stimulus(shape, number=None if number is None else int(number))


def constructor(pattern: Protocol) -> str:
    """Return the Python expression for a pattern: its key, or the call that makes it where it is of given values.

    Examples
    --------
    >>> constructor(from_current([0, 5], [1, 0]))
    'pw.patterns.from_current([0.0, 5.0], [1.0, 0.0])'
    """
    if not isinstance(pattern, GivenCurrent):
        return repr(pattern.key)
    lines = ", lines=True" if pattern.lines else ""
    return f"pw.patterns.from_current({pattern.t.tolist()!r}, {pattern.current.tolist()!r}{lines})"


# -- shapes ------------------------------------------------------------------------------------------


@cache
def _shape(shape: str, number: int) -> Protocol:
    if shape == "step":
        return _of(
            "step", "Step of current", [_amplitude(1.0, -1.0, 3.0), _HOLDING, _ONSET, _lasting(300.0, 1000.0)],
            lambda s: [pulse(s.onset, s.duration, s.amplitude)], lambda s: s.onset + s.duration,
        )  # fmt: skip
    if shape == "ramp":
        return _of(
            "ramp", "Ramp of current", [_amplitude(1.5, -1.0, 3.0), _HOLDING, _ONSET, _lasting(500.0, 2000.0)],
            lambda s: [ramp(s.onset, s.duration, s.amplitude)], lambda s: s.onset + s.duration,
        )  # fmt: skip
    width = FreeValue("width", 5.0, 0.5, 100.0, unit="ms", scale="log", text="Width of each pulse.")
    values = [_amplitude(2.0, -2.0, 8.0), _HOLDING, _ONSET, width]
    if number == 1:
        return _of("pulses_1", "Pulse of current", values, _train(1), lambda s: s.onset + s.width)
    longest = min(500.0, LONGEST / number)
    values.append(
        FreeValue("interval", min(50.0, longest), 1.0, longest, unit="ms", scale="log",
                  text="From the onset of one pulse to that of the next. A wider pulse ends there.")
    )  # fmt: skip
    return _of(
        f"pulses_{number}", f"{number} pulses of current", values, _train(number),
        lambda s: s.onset + (number - 1) * s.interval + s.width,
    )  # fmt: skip


def _amplitude(default: float, low: float, high: float) -> FreeValue:
    return FreeValue(
        "amplitude", default, low, high, of="current",
        text="Largest current, from the holding level; below 0 it is an inhibition.",
    )  # fmt: skip


def _lasting(default: float, high: float) -> FreeValue:
    return FreeValue("duration", default, 1.0, high, unit="ms", scale="log", text="How long the stimulus lasts.")


def _train(number: int) -> _Pieces:
    def pieces(s: StimulusValues) -> list[Piece]:
        if number == 1:
            return [pulse(s.onset, s.width, s.amplitude)]
        # The sum of two pulses at once would be no pulse.
        width = np.minimum(s.width, s.interval)
        return [pulse(s.onset + k * s.interval, width, s.amplitude) for k in range(number)]

    return pieces


def _of(key: str, title: str, values: Sequence[FreeValue], pieces: _Pieces, end: _End) -> Protocol:
    return Protocol(
        key=PREFIX + key, title=title, free_values=values, look_for=f"{title}. {_HINT}",
        sweeps=lambda s: {SWEEP: Sweep(pieces(s), end(s) + AFTER)},
        event=(-BEFORE, _until(end)),
    )  # fmt: skip


def _until(end: _End) -> Time:
    return lambda s, trace: float(end(s)) + AFTER


# -- given values ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GivenCurrent(Protocol):
    """A stimulus of given values.

    Attributes
    ----------
    t, current : ndarray
        What it was made of, without values that only repeat the one before.
    lines : bool
    """

    t: Floats
    current: Floats
    lines: bool = False


def _given(t: Floats, current: Floats, lines: bool, title: str) -> GivenCurrent:
    _check(t, current)
    keep = np.append(np.diff(current, prepend=np.nan)[:-1] != 0.0, True)
    if lines:
        keep |= np.append(keep[1:], True)  # a level has two ends
    if not lines and t.size > 2:
        keep[-2] = True  # the last value holds for as long as the one before
    t, current = t[keep], current[keep]
    if lines:
        corners = list(zip(t.tolist(), current.tolist(), strict=True))
        pieces = [Piece(a, b, x, y) for (a, x), (b, y) in pairwise(corners) if x or y]
        last = float(t[-1])
    else:
        last = float(2.0 * t[-1] - t[-2])
        ends = np.append(t[1:], last)
        pieces = [Piece(a, b, x, x) for a, b, x in zip(t.tolist(), ends.tolist(), current.tolist(), strict=True) if x]
        if len(pieces) > MOST_PIECES:  # sampled densely: slopes are few pieces
            pieces = list(pieces_of_samples(t, current))
    if len(pieces) > MOST_PIECES:
        raise ValueError(
            f"the current consists of {len(pieces)} linear pieces, valid is: at most {MOST_PIECES}. Take a part of it, "
            "or fewer values a second"
        )
    peak = float(current[np.abs(current).argmax()])
    reach = 2.0 * abs(peak)
    text = "The largest of the given values, from the holding level; all others are scaled with it."
    return GivenCurrent(
        key=f"{PREFIX}values", title=title, look_for=f"{title}. {_HINT}",
        free_values=[FreeValue("amplitude", peak, -reach, reach, of="injected", text=text), _HOLDING],
        sweeps=lambda s: {SWEEP: Sweep(_scaled(pieces, s.amplitude / peak), last + AFTER)},
        t=t, current=current, lines=lines,
    )  # fmt: skip


def _scaled(pieces: Sequence[Piece], factor: float) -> list[Piece]:
    return [Piece(p.on, p.off, p.first * factor, p.last * factor) for p in pieces]


def _check(t: Floats, current: Floats) -> None:
    if t.size < 2:
        raise ValueError(f"there {'is one value' if t.size else 'are no values'}, valid is: at least two times (ms), "
                         "each with a current")  # fmt: skip
    if t.size > MOST_SAMPLES:
        raise ValueError(f"there are {t.size} values, valid is: at most {MOST_SAMPLES}")
    back = np.flatnonzero(np.diff(t) <= 0.0)
    if back.size:
        i = int(back[0])
        raise ValueError(f"value {i + 2}: {t[i + 1]:g} ms does not come after {t[i]:g} ms, times must increase")
    if t[0] < 0.0 or t[-1] > LONGEST:
        wrong = t[0] if t[0] < 0.0 else t[-1]
        raise ValueError(f"a time is {wrong:g} ms, valid is: from 0, the onset, to {LONGEST:g} ms")
    if not current.any():
        raise ValueError("the current is 0 throughout: nothing would be injected")


def _numbers(name: str, given: ArrayLike) -> Floats:
    array = numbers(given)
    if array is None or array.ndim != 1:
        raise ValueError(f"{name} is {shown(given)}, valid is: a list of numbers")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise ValueError(f"{name}[{bad[0]}] is {array[bad[0]]}, valid is: a finite number")
    return array


# -- as text -----------------------------------------------------------------------------------------

_SEPARATORS = re.compile(r"\s*[,;\t]\s*|\s+")
_TIME, _CURRENT = re.compile(r"t|time\b.*|t\b.*", re.I), re.compile(r"i|current.*|i\b.*", re.I)


def read_current(text: str, where: str = "") -> tuple[Floats, Floats]:
    """Return times and currents from a text with one of each in every line, as it is typed or stands in a CSV file.

    They stand behind each other with a comma, a semicolon, a tab or a space between them. Empty lines and those that
    begin with ``#`` are left out; the first line may name columns.

    Parameters
    ----------
    text : str
    where : str
        Name of the file, for a message.

    Raises
    ------
    ValueError
        That names the line.

    Examples
    --------
    >>> read_current("0 5; 100 0".replace("; ", chr(10)))
    (array([  0., 100.]), array([5., 0.]))
    """
    kept = [(i, line.strip()) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    kept = [(i, line.replace("−", "-")) for i, line in kept if not line.startswith("#")]
    if len(kept) > MOST_SAMPLES + 1:
        raise ValueError(f"there are {len(kept)} lines of values, valid is: at most {MOST_SAMPLES}")
    if not kept:
        raise ValueError("there are no values, valid is: a time (ms) and a current in each line")
    columns, names = (0, 1), _SEPARATORS.split(kept[0][1])
    if not any(is_number(name) for name in names) and any(c.isalpha() for c in kept[0][1]):
        names = [name.strip(" \"'") for name in re.split(r"[,;\t]" if re.search(r"[,;\t]", kept[0][1]) else r"\s+",
                                                           kept[0][1])]  # fmt: skip
        columns = _columns(names)
        kept = kept[1:]
    else:
        names = []
    rows = np.empty((len(kept), 2))
    for row, (i, line) in zip(rows, kept, strict=True):
        place = f"{where}, line {i}" if where else f"line {i}"
        entries = _SEPARATORS.split(line)
        if len(entries) != (len(names) or 2):
            raise ValueError(
                f"{place}: {len(entries)} value{'s' * (len(entries) != 1)}, valid "
                f"is: {len(names)}, one for each column" if names else
                f"{place}: {len(entries)} value{'s' * (len(entries) != 1)}, valid is: two, a time (ms) and a current"
            )  # fmt: skip
        for j, column in enumerate(columns):
            if not is_number(entries[column]):
                raise ValueError(f"{place}: {shown(entries[column])} is not a number")
            row[j] = float(entries[column])
            if not np.isfinite(row[j]):
                raise ValueError(f"{place}: {entries[column][:20]} is not a finite number")
    return rows[:, 0].copy(), rows[:, 1].copy()


def written(pattern: GivenCurrent) -> str:
    """Return the values of a stimulus as a person would type them, which :func:`read_current` reads."""
    return "\n".join(f"{in_text(t)} {in_text(x)}" for t, x in zip(pattern.t, pattern.current, strict=True))


def in_text(value: float) -> str:
    """Return a number in full, so that reading it gives the same.

    Examples
    --------
    >>> in_text(100.0), in_text(0.1)
    ('100', '0.1')
    """
    return repr(float(value)).removesuffix(".0")


def _columns(names: Sequence[str]) -> tuple[int, int]:
    found = []
    for what, pattern in (("the time (ms), such as t", _TIME), ("the current", _CURRENT)):
        fitting = [j for j, name in enumerate(names) if pattern.fullmatch(name)]
        if not fitting:
            raise ValueError(f"no column is called like {what}; there are: {', '.join(map(shown, names))[:200]}")
        found.append(fitting[0])
    return found[0], found[1]
