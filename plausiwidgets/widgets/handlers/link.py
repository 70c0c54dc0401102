"""Parser of links to the app.

A link may contain any text. Reading it always returns a selection and notes, and never raises an error. The text is not
evaluated, and the notes quote only short parts of it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from plausiwidgets import models, patterns
from plausiwidgets.engine.current import Current, current_of_rows
from plausiwidgets.engine.current_text import in_text
from plausiwidgets.models import NeuronModel, Parameter
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.registry import is_registered, key_of
from plausiwidgets.patterns.stimuli import AFTER, PREFIX, GivenCurrent
from plausiwidgets.patterns.stimuli import given as given_current
from plausiwidgets.recordings.recording_file import PREFIX as RECORDED
from plausiwidgets.texts import marked, tr

DT_RANGE = (0.005, 1.0)
"""Minimum and maximum time step in ms that an explorer accepts.

Below, a drag takes seconds. Above, no model is accurate.
"""

MAX_QUERY = 8192
"""Maximum number of characters of a query. The longest link of a model with fifty parameters has 1500."""

MAX_SAMPLES = 5500
"""Maximum number of characters for a custom current in a link. A longer current is left out."""

MAX_FIELDS = 200
MAX_NOTES = 6

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_NO_MODEL = marked("There is no model {name}. The page shows {shown} instead.")
_NO_PATTERN = marked("There is no pattern {name}. The page shows {shown} instead.")
_OUTSIDE = marked("{name} must be from {low} to {high}, got {text}. The page uses {default}.")
_NOT_POSITIVE = marked("{name} must be greater than 0 and at most {high}, got {text}. The page uses {default}.")
_FOREIGN = re.compile(
    r"voila-.*|token|reset|_.*|mystery|language|lesson|card", re.ASCII
)  # fields of servers and fields that other code reads


@dataclass(frozen=True)
class Link:
    """Result of reading a query.

    Attributes
    ----------
    model, pattern
        Model and pattern to show.
    values : mapping of str to float
        Values that the link contains.
    dt : float or None
        Time step in ms.
    locked : tuple of str
        Parameters that the user cannot change.
    notes : tuple of str
        A sentence for each problem, as plain text.
    is_move : bool
        Whether the link has neither a model nor a pattern, so that its values change the open set.
    """

    model: NeuronModel
    pattern: Protocol
    values: Mapping[str, float]
    dt: float | None
    locked: tuple[str, ...]
    notes: tuple[str, ...]
    is_move: bool = False


def read_query(query: str, own: NeuronModel, own_pattern: Protocol) -> Link:
    """Return the selection and the notes of a query string, which may be any text.

    Parameters
    ----------
    query : str
        Query of the link, with or without its question mark.
    own, own_pattern
        Model and pattern if the query has none, or an unknown one. They need not be registered.
    """
    notes: list[str] = []
    given = _fields(query, notes)
    is_move = not given.keys() & {"model", "pattern", "samples"}
    name = _name(given.pop("model", None), [own.key, *models.names()], own.key, _NO_MODEL, notes)
    model = own if name == own.key else models.get(name)
    pattern = _pattern(given, own_pattern, notes)
    key = pattern.key
    declared = pattern.parameters(model)
    values: dict[str, float] = {}
    unknown: list[str] = []
    locked: tuple[str, ...] = ()
    dt = None
    for field, text in given.items():
        if field == "dt":
            dt = _dt(text, notes)
        elif field == "lock":
            named = dict.fromkeys(text.split(",")) if text else {}
            locked = tuple(one for one in named if one in declared)
            unknown += [_shown(one) for one in named if one not in declared]
        elif field in declared:
            values[field] = _value(declared[field], text, notes)
        elif not _FOREIGN.fullmatch(field):
            unknown.append(_shown(field))
    if unknown:
        listed = ", ".join(unknown[:3]) + (" …" if len(unknown) > 3 else "")
        notes.append(
            tr(
                "The page ignores parameters that {model} with {pattern} does not have: {listed}.",
                model=name,
                pattern=key,
                listed=listed,
            )
        )
    if len(notes) > MAX_NOTES:
        notes[MAX_NOTES:] = [tr("… and {count} more notes about this link.", count=len(notes) - MAX_NOTES)]
    return Link(model, pattern, values, dt, locked, tuple(notes), is_move)


def names_something(query: str) -> bool:
    """Return whether a query has a field for the app, apart from fields such as a server's token."""
    notes: list[str] = []
    return any(not _FOREIGN.fullmatch(name) for name in _fields(query, notes)) or bool(notes)


def _fields(query: str, notes: list[str]) -> dict[str, str]:
    query = query.lstrip("?")
    if len(query) > MAX_QUERY:
        notes.append(tr("The link is too long and was ignored."))
        return {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
    except ValueError:
        notes.append(tr("The link could not be read."))
        return {}
    given: dict[str, str] = {}
    for name, text in pairs:
        if name in given and given[name] != text:
            notes.append(tr("{name} appears twice in the link. The page uses the first value.", name=_shown(name)))
        given.setdefault(name, text)
    return given


def _name(text: str | None, valid: list[str], default: str, missing: str, notes: list[str]) -> str:
    if text is None:
        return default
    if text not in valid:
        near = difflib.get_close_matches(text[:80], valid, n=1, cutoff=0.5)
        hint = " " + tr("Did you mean {name}?", name=near[0]) if near else ""
        notes.append(tr(missing, name=_shown(text), shown=default) + hint)
        return default
    return text


def _pattern(given: dict[str, str], own: Protocol, notes: list[str]) -> Protocol:
    """Return the pattern or stimulus of a link and remove its fields from `given`."""
    key = given.pop("pattern", None)
    key = key if key is None or key == own.key else key_of(key)
    samples, lines = given.pop("samples", None), given.pop("lines", "") == "1"
    end = given.pop("end", None) if samples is not None else None
    if samples is not None:
        try:
            rows = [list(map(_sample, row.split("~"))) for row in samples.split("_")]
            last = None if end is None else _sample(end)
            if all(len(row) in (4, 7) for row in rows):
                return given_current(current_of_rows(rows, last))
            t, current = zip(*rows, strict=True)
            return given_current(Current.values(t, current, lines=lines, end=last))
        except ValueError as problem:
            error = str(problem).removesuffix(".")  # The text is put in parentheses, so it has no full stop.
            notes.append(
                tr(
                    "The current in the link could not be read ({error}). The page shows {shown} instead.",
                    error=error,
                    shown=own.key,
                )
            )
            return own
    if key is not None and key != own.key and key == f"{PREFIX}values":
        notes.append(
            tr(
                (
                    "The custom current is too long for a link, so the link does not contain it. The page "
                    "shows {shown} instead."
                ),
                shown=own.key,
            )
        )
        return own
    if key is not None and key != own.key and key.startswith(RECORDED) and not is_registered(key):
        notes.append(
            tr(
                "The link does not contain the recording, which stays in the session that opened it. The page "
                "shows {shown} instead.",
                shown=own.key,
            )
        )
        return own
    if key is not None and key != own.key and is_registered(key):
        return patterns.get(key)
    _name(key, [own.key, *patterns.names()], own.key, _NO_PATTERN, notes)
    return own


def samples_of(stimulus: GivenCurrent) -> dict[str, str]:
    """Return the fields of a link for a custom current. They are empty if the current is too long for a link."""
    if stimulus.current.has_waveform:
        rows, lines = [piece.numbers for piece in stimulus.current.pieces], False
        last = max(piece.off for piece in stimulus.current.pieces)
    else:
        times, values, lines = stimulus.samples
        rows, last = list(zip(times.tolist(), values.tolist(), strict=True)), times[-1]
    text = "_".join("~".join(map(in_text, row)) for row in rows)
    if len(text) > MAX_SAMPLES:
        return {}
    end = {} if stimulus.current.end == last + AFTER else {"end": in_text(stimulus.current.end)}
    return {"samples": text} | ({"lines": "1"} if lines else {}) | end


def _sample(text: str) -> float:
    value = _number(text)
    if value is None:
        raise ValueError(f"{_shown(text)} is not a number.")
    return value


def _number(text: str) -> float | None:
    text = text.strip()
    return float(text) if len(text) <= 40 and _NUMBER.fullmatch(text) else None


def _value(parameter: Parameter, text: str, notes: list[str]) -> float:
    value = _number(text)
    if value is None:
        notes.append(
            tr(
                "{name} must be a number, got {text}. The page uses {default}.",
                name=parameter.key,
                text=_shown(text),
                default=f"{parameter.default:g}",
            )
        )
        return parameter.default
    low, high = reach(parameter)
    if not low <= value <= high or (parameter.scale == "log" and value <= 0):
        unit = "" if parameter.unit in ("", "1") else f" {parameter.unit}"
        note = _NOT_POSITIVE if parameter.scale == "log" and low <= 0 else _OUTSIDE
        notes.append(
            tr(
                note,
                name=parameter.key,
                text=f"{value:g}",
                low=f"{low:g}",
                high=f"{high:g}{unit}",
                default=f"{parameter.default:g}",
            )
        )
        return parameter.default
    return value


def reach(parameter: Parameter) -> tuple[float, float]:
    """Return the minimum and the maximum value that a user can type or a link can contain.

    A script may use values far beyond the slider. In the app, such a value could cause hours of work.
    """
    beyond = 10.0 * (parameter.high - parameter.low)
    if parameter.group == "stimulus" and parameter.unit == "ms":
        beyond = 0.0
    low, high = parameter.limits
    low = max(parameter.low - beyond, -float("inf") if low is None else low)
    return low, min(parameter.high + beyond, float("inf") if high is None else high)


def _dt(text: str, notes: list[str]) -> float | None:
    value = _number(text)
    low, high = DT_RANGE
    if value is None or not low <= value <= high:
        notes.append(
            tr(
                "dt must be from {low} to {high} ms, got {text}. The page uses the model's time step.",
                text=_shown(text),
                low=f"{low:g}",
                high=f"{high:g}",
            )
        )
        return None
    return value


def _shown(text: str) -> str:
    """Return a short quotation of foreign text for a note, with printable characters only."""
    plain = "".join(c if c.isprintable() else "�" for c in text[:25])
    return f"‘{plain}{'…' if len(text) > 25 else ''}’"
