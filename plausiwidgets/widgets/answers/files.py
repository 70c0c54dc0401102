"""Files and texts that the app sends, and files that it receives."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from functools import cache
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from plausiwidgets import patterns
from plausiwidgets.models.card import card
from plausiwidgets.patterns import Protocol, Verdict
from plausiwidgets.patterns.all_of import in_sentence
from plausiwidgets.patterns.evaluation import single
from plausiwidgets.patterns.recorded_pattern import ALL, RecordedPattern
from plausiwidgets.patterns.recording_file import MAX_SWEEPS, read_recording
from plausiwidgets.patterns.stimuli import given
from plausiwidgets.simulation.current import Current
from plausiwidgets.simulation.current_text import read_current
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.simulation.traces import Traces
from plausiwidgets.support.names import unknown
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.texts import catalog, check_language, tr
from plausiwidgets.widgets.answers.equations import maths, meanings
from plausiwidgets.widgets.answers.judging import judge_one
from plausiwidgets.widgets.answers.packing import Arrays, measured
from plausiwidgets.widgets.figures.drawing import envelope, make_grid
from plausiwidgets.widgets.session.script import script
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.answers.answers import Answers, Asked


COLUMNS = 400
"""Number of pixel columns to which a recorded sweep is reduced for its picture."""


def equations(answers: Answers, asked: Asked) -> None:
    """Send the equations and the card of a model."""
    model = answers.known.model(asked["model"])
    asked.reply(html=maths(model), meanings=meanings(model), card=card(model))


def export(answers: Answers, asked: Asked) -> None:
    """Send the text of a file, and its name."""
    selection, what = answers.selection(asked), asked["what"]
    name = f"{selection.model.key}_{selection.pattern.key}"

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
        from plausiwidgets.widgets.app.file import page_text

        model, pattern = selection.model, selection.pattern
        if what == "traces":
            record = (model.states[0].key,)
            asked.reply(name=f"{name}.csv", text=traces_csv(single(judge_one(selection, record, checkpoint))))
            return
        if what == "page":
            asked.reply(name=f"{name}.html", text=page_text(model, [pattern], selection.values, selection.dt))
            return
        hidden = answers.mysteries.get(asked["pattern"])
        task = hidden or Exercise(asked["text"].strip() or task_of(selection), free=selection.varied)
        values = None if hidden else selection.values
        asked.reply(name=f"exercise_{name}.html", text=page_text(model, [pattern], values, selection.dt, task))

    if what == "script":
        asked.reply(name=f"{name}.py", text=script(selection, answers.searches.settings(selection)))
    elif what == "line":
        asked.reply(name="", text=selection.to_python())
    elif what == "search":
        run = answers.searches.get(asked["of"]).run
        asked.reply(name=f"{name}_search.csv", text=run.snapshot().history.to_csv())
    else:
        answers.work(asked, Priority.TOOL, work)


def task_of(selection: Selection) -> str:
    """Return the question of an exercise that begins at a selection.

    Examples
    --------
    >>> task_of(Selection.of("lif", "tonic_spiking"))
    'Move the sliders until your neuron shows tonic spiking.'
    """
    return tr("Move the sliders until your neuron shows {title}.", title=in_sentence(selection.pattern))


def recording(answers: Answers, asked: Asked) -> None:
    """Make a pattern from a recording, or return the units to choose from."""
    model, options = answers.known.model(asked["model"]), ("compare", "sweeps", "holdout")
    chosen = {name: asked[name] for name in options if name in asked.fields}

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
        file = read_recording(asked.data, asked["name"])
        if len(file.sources) > MAX_SWEEPS:
            raise ValueError(
                tr(
                    "{name} has {count} sweeps, but the app shows at most {most}. Save fewer sweeps in a file, or "
                    "choose some in Python: pw.from_recording({name!r}, sweeps=[0, 3, 6]).",
                    name=asked["name"],
                    count=len(file.sources),
                    most=MAX_SWEEPS,
                )
            )
        choices, units = file.choices(model), asked["units"]
        about: dict[str, Any] = {"columns": dict(file.columns), "held_out": ""}
        if any(what not in units for what in choices):
            asked.reply(pattern="", choices=choices, unit="", sweeps=[], criteria=[], left_out=[], **about)
            return
        usual = file.pattern(model, units)
        every = file.pattern(model, units, dict.fromkeys(ALL, 1.0)) if usual.left_out else usual
        made = file.pattern(model, units, **chosen) if chosen else usual
        name = answers.known.name_of_pattern(made, asked.fields.get("again", ""))
        if made.held_out is not None:
            about["held_out"] = answers.known.name_of_pattern(made.held_out, f"{name}_held_out")
        asked.reply(
            pattern=name,
            choices={},
            unit=usual.current_unit,
            sweeps=[
                {
                    "name": sweep,
                    "numbers": list(numbers),
                    "begin": usual.begins[sweep],
                    "protocol": found.words(usual.current_unit) if (found := usual.protocols.get(sweep)) else "",
                }
                for sweep, numbers in usual.numbers.items()
            ],
            criteria=[
                {
                    "of": one.name,
                    "sweep": one.sweep,
                    "name": one.criterion.title,
                    "text": one.criterion.description,
                    "unit": one.criterion.unit,
                    "low": measured(one.criterion.low),
                    "high": measured(one.criterion.high),
                    "shaped": one.criterion.without_reset,
                }
                for one in every.compared
            ],
            left_out=list(usual.left_out),
            arrays=_recorded(usual),
            **about,
        )

    answers.work(asked, Priority.TOOL, work)


def _recorded(pattern: RecordedPattern) -> Arrays:
    """Return the sweeps of a recording for their pictures, each as a few hundred columns."""
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


def stimulus(answers: Answers, asked: Asked) -> None:
    """Make a pattern without criteria from a custom current."""
    shape = asked["shape"]
    pattern: Protocol
    if shape == "values":
        file = asked["title"].strip()
        current = Current.values(
            *read_current(asked["text"], file or tr("Custom current")),
            lines=asked["lines"],
            end=asked.fields.get("end"),
        )
        pattern = given(current, file, tr("the waveform in {file}", file=file)) if file else given(current)
    else:
        pattern = patterns.stimulus(shape, number=asked["number"] if shape == "pulses" else None)
    asked.reply(pattern=answers.known.name_of_pattern(pattern, asked.fields.get("again", "")))


def texts(answers: Answers, asked: Asked) -> None:
    """Send the translations of a language that the app shows."""
    check_language("texts", asked["language"])
    asked.reply(texts=translations(asked["language"]))


def lesson(answers: Answers, asked: Asked) -> None:
    """Send the cards of a lesson."""
    asked.reply(lesson=lesson_named(asked["name"]))


def lesson_named(name: str) -> dict[str, Any]:
    """Return a lesson that the app offers. Raise a ValueError for an unknown name."""
    from plausiwidgets.widgets.app import contents

    known = json.loads(contents.lessons_json())
    if name not in known:
        raise unknown("", "lesson", name, known)
    found: dict[str, Any] = known[name]
    return found


@cache
def translations(language: str) -> dict[str, str]:
    """Return all translations, because the app also shows texts of answers, such as criteria of recordings."""
    return {text: other for text, other in catalog(language).items() if text != other}


def plotly(answers: Answers, asked: Asked) -> None:
    """Send the script of the installed Plotly, which another thread compresses."""

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
        script = np.frombuffer(packed_plotly(), np.uint8)
        asked.reply(arrays={"script": ("u1", script)}, version=metadata.version("plotly"))

    answers.work(asked, Priority.LATER, work)


@cache
def packed_plotly() -> bytes:
    """Return the script of the installed package of Plotly, compressed by gzip."""
    script = resources.files("plotly") / "package_data" / "plotly.min.js"
    return gzip.compress(script.read_bytes(), 4)


def traces_csv(verdict: Verdict) -> str:
    """Return the traces of a verdict of one set as CSV: sweep, time in ms, states, current, and 1 where it spikes."""
    import numpy as np
    import pandas as pd

    frames = []
    for sweep, trace in verdict.traces.items():
        frame = trace.to_frame().drop(columns="lane")
        dt = float(trace.t[1] - trace.t[0])
        spikes = np.rint((trace.spike_times[0] - trace.t[0]) / dt).astype(int)
        frame["spike"] = 0
        frame.loc[spikes[(spikes >= 0) & (spikes < len(frame))], "spike"] = 1
        frame.insert(0, "sweep", sweep)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True).to_csv(index=False) if frames else ""
