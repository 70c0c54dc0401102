"""Recordings that a user opens in the app, and their patterns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import numpy as np

from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.engine.traces import Traces
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.recordings.recorded_features import Compared
from plausiwidgets.recordings.recorded_pattern import RecordedPattern
from plausiwidgets.recordings.recording_file import MAX_SWEEPS, Options, RecordingFile, read_recordings
from plausiwidgets.recordings.settings import ALL
from plausiwidgets.texts import tr
from plausiwidgets.widgets.drawing.envelope import envelope, make_grid
from plausiwidgets.widgets.handlers.packing import Arrays, measured
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request

COLUMNS = 400
"""Number of pixel columns to which a recorded sweep is reduced for its picture."""


def recording(handlers: Handlers, request: Request) -> None:
    """Create a pattern from a recording and send it, or send the units that the user can choose."""
    model, options = handlers.known.model(request["model"]), ("compare", "sweeps", "holdout")
    chosen = {name: request[name] for name in options if name in request.fields}

    def work(request: Request, checkpoint: Checkpoint) -> None:
        file = _read(request)
        choices, units, columns = file.choices(model), request["units"], dict(file.columns)
        if any(what not in units for what in choices):
            request.reply(
                pattern="",
                held_out="",
                choices=choices,
                columns=columns,
                unit="",
                firing=None,
                notes=[],
                sweeps=[],
                criteria=[],
                left_out=[],
            )
            return
        usual, settings, sweeps = _usual(file, model, request)
        every = file.pattern(model, units, dict.fromkeys(ALL, 1.0), sweeps, **settings) if usual.left_out else usual
        made = file.pattern(model, units, **({"sweeps": sweeps} | chosen), **settings) if chosen else usual
        name, held_out = handlers.known.name_of_pattern(made, request.fields.get("again", "")), ""
        if made.held_out is not None:
            held_out = handlers.known.name_of_pattern(made.held_out, f"{name}_held_out")
        request.reply(
            pattern=name,
            held_out=held_out,
            choices={},
            columns=columns,
            unit=usual.current_unit,
            firing=_firing(usual),
            notes=list(usual.notes),
            sweeps=_sweeps(usual),
            criteria=[_criterion(one) for one in every.compared],
            left_out=list(usual.left_out),
            arrays=_recorded(usual),
        )

    handlers.work(request, Priority.TOOL, work)


def _read(request: Request) -> RecordingFile:
    """Return all files in the buffer of a request as one recording.

    Raises
    ------
    ValueError
        If the files have too many sweeps for the app.
    """
    names, sizes = request.fields.get("names", [request["name"]]), request.fields.get("sizes", [len(request.data)])
    file = read_recordings(request.data, names, sizes)
    if len(file.sources) > MAX_SWEEPS:
        raise ValueError(
            tr(
                "{name} has {count} sweeps, but the app shows at most {most}. Save fewer sweeps in a file, or "
                "choose some in Python: pw.from_recording({name!r}, sweeps=[0, 3, 6]).",
                name=request["name"],
                count=len(file.sources),
                most=MAX_SWEEPS,
            )
        )
    return file


def _usual(
    file: RecordingFile, model: NeuronModel, request: Request
) -> tuple[RecordedPattern, Options, list[int] | None]:
    """Return the pattern of all sweeps, its settings and the numbers of the chosen sweeps.

    The numbers are None if all sweeps are chosen. If the user states that the cell is at rest, sweeps with spikes at
    the holding current are left out.

    Raises
    ------
    ValueError
        If the cell should be at rest, but no sweep is silent at the holding current.
    """
    given = {name: float(request.fields.get(name, 0.0)) for name in ("junction_potential", "series_resistance")}
    options = Options(**given)  # type: ignore[typeddict-item]  # the two names are those of the options
    is_spontaneous = request.fields.get("spontaneous")
    if is_spontaneous is None:
        return file.pattern(model, request["units"], **options), options, None
    options["silent_before"] = not is_spontaneous
    if is_spontaneous:
        return file.pattern(model, request["units"], **options), options, None
    read = file.pattern(model, request["units"], **(options | {"silent_before": None}))
    firing = set() if read.spontaneous is None else set(read.spontaneous.spikes)
    sweeps = [k for k in range(len(file.sources)) if f"sweep {k}" not in firing]
    if not sweeps or (firing and len(file.sources) == 1):
        raise ValueError(
            tr(
                "Each sweep of {name} has spikes at the holding current, so the cell does not rest there.",
                name=request["name"],
            )
        )
    return file.pattern(model, request["units"], None, sweeps, **options), options, sweeps


def _firing(pattern: RecordedPattern) -> dict[str, object] | None:
    """Return the firing of a cell at its holding current, or None if it is silent there.

    With these data, the app asks the user whether the cell fires spontaneously.
    """
    found = pattern.spontaneous
    if found is None:
        return None
    name, time = found.first
    return {
        "level": found.level,
        "count": len(found.spikes),
        "sweeps": found.sweeps,
        "first": name,
        "time": time,
        "rate": found.rate,
    }


def _sweeps(pattern: RecordedPattern) -> list[dict[str, object]]:
    """Return the sweeps of a recording with their protocols in words."""
    protocols = {name: found.words(pattern.current_unit) for name, found in pattern.protocols.items()}
    return [
        {
            "name": sweep,
            "numbers": list(numbers),
            "begin": pattern.begins[sweep],
            "protocol": protocols.get(sweep, ""),
        }
        for sweep, numbers in pattern.numbers.items()
    ]


def _criterion(one: Compared) -> dict[str, object]:
    """Return the data of a criterion with its feature and its sweep."""
    return {
        "of": one.name,
        "sweep": one.sweep,
        "name": one.criterion.title,
        "text": one.criterion.description,
        "unit": one.criterion.unit,
        "low": measured(one.criterion.low),
        "high": measured(one.criterion.high),
        "shaped": one.criterion.without_reset,
    }


def _recorded(pattern: RecordedPattern) -> Arrays:
    """Return the arrays for the pictures of the recorded sweeps, reduced to `COLUMNS` pixel columns."""
    arrays: Arrays = {}
    traces = cast("Mapping[str, Traces]", pattern.reference)
    for k, (name, begin) in enumerate(pattern.begins.items()):
        trace, found = traces[name], pattern.protocols.get(name)
        t = trace.t + begin
        grid = make_grid(t, COLUMNS)
        none = np.empty(0, np.float32)
        v = trace.states.get("v")
        corners = np.empty((0, 2)) if found is None else found.corners(float(t[0]), float(t[-1]))
        arrays |= {
            f"{k}.t": ("f4", grid.x),
            f"{k}.v": ("f4", none if v is None else envelope(v[0], grid)),
            f"{k}.current": ("f4", none if found is None else envelope(trace.current[0], grid)),
            f"{k}.protocol": ("f4", corners),
            f"{k}.spikes": ("f8", trace.spike_times[0] + begin),
        }
    return arrays
