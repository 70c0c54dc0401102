"""Requests that send files and texts to the app, and the request that receives a current."""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib import metadata, resources
from typing import TYPE_CHECKING

import numpy as np

from plausiwidgets import patterns
from plausiwidgets.engine.current import Current, current_of_rows
from plausiwidgets.engine.current_text import piece_rows, read_current
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models.card import card
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import in_sentence
from plausiwidgets.patterns.evaluation import single
from plausiwidgets.patterns.stimuli import given
from plausiwidgets.support.names import unknown
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.texts import catalog, check_language, tr
from plausiwidgets.widgets.handlers.equations import maths, meanings
from plausiwidgets.widgets.handlers.judging import judge_one
from plausiwidgets.widgets.handlers.script import script
from plausiwidgets.widgets.handlers.selection import Selection
from plausiwidgets.widgets.handlers.verdicts import traces_of
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request


def equations(handlers: Handlers, request: Request) -> None:
    """Send the equations and the card of a model."""
    model = handlers.known.model(request["model"])
    request.reply(html=maths(model), meanings=meanings(model), card=card(model))


def export(handlers: Handlers, request: Request) -> None:
    """Send the text and the name of a file, or the traces that the page writes as CSV."""
    selection, what = handlers.selection(request), request["what"]
    name = f"{selection.model.key}_{selection.pattern.key}"

    def work(request: Request, checkpoint: Checkpoint) -> None:
        from plausiwidgets.widgets.app.document import page_text

        model, pattern = selection.model, selection.pattern
        if what == "traces":
            record = (model.states[0].key,)
            verdict = single(judge_one(selection, record, checkpoint))
            sweeps, arrays = traces_of(verdict, selection.dt, list(verdict.traces), record)
            request.reply(name=f"{name}.csv", text="", sweeps=sweeps, arrays=arrays)
            return
        if what == "page":
            request.reply(name=f"{name}.html", text=page_text(model, [pattern], selection.values, selection.dt))
            return
        own = Exercise(request["text"].strip() or task_of(selection), free=selection.varied)
        task = handlers.known.exercises.get(request["pattern"], own)
        text = page_text(model, [pattern], selection.values, selection.dt, task)
        request.reply(name=f"exercise_{name}.html", text=text)

    if what == "script":
        request.reply(name=f"{name}.py", text=script(selection, handlers.searches.settings(selection)))
    elif what == "line":
        request.reply(name="", text=selection.to_python())
    elif what == "search":
        run = handlers.searches.get(request["of"]).run
        request.reply(name=f"{name}_search.csv", text=run.snapshot().history.to_csv())
    else:
        handlers.work(request, Priority.TOOL, work)


def task_of(selection: Selection) -> str:
    """Return the question of an exercise that starts at a selection.

    Examples
    --------
    >>> task_of(Selection.of("lif", "tonic_spiking"))
    'Move the sliders until your neuron shows tonic spiking.'
    """
    return tr("Move the sliders until your neuron shows {title}.", title=in_sentence(selection.pattern))


def stimulus(handlers: Handlers, request: Request) -> None:
    """Register a custom current as a pattern without criteria and send its name."""
    shape = request["shape"]
    pattern: Protocol
    if shape == "values":
        file = request["title"].strip()
        current = _current(request["text"], file, request["lines"], request.fields.get("end"))
        pattern = given(current, file, tr("the waveform in {file}", file=file)) if file else given(current)
    else:
        number = {"pulses": "number", "noise": "seed"}.get(shape)
        pattern = patterns.stimulus(shape, **({} if number is None else {number: request["number"]}))
    request.reply(pattern=handlers.known.name_of_pattern(pattern, request.fields.get("again", "")))


def _current(text: str, file: str, lines: bool, end: float | None) -> Current:
    """Return the current that a text describes, as times and values or as the pieces of a link."""
    if rows := piece_rows(text):
        return current_of_rows(rows, end)
    return Current.values(*read_current(text, file or tr("Custom current")), lines=lines, end=end)


def texts(handlers: Handlers, request: Request) -> None:
    """Send the translations of a language that the app shows."""
    check_language("texts", request["language"])
    request.reply(texts=translations(request["language"]))


def lesson(handlers: Handlers, request: Request) -> None:
    """Send the cards of a lesson to the app."""
    request.reply(lesson=lesson_named(request["name"]))


def lesson_named(name: str) -> dict[str, object]:
    """Return the data of a lesson of the catalogue.

    Raises
    ------
    ValueError
        For an unknown name.
    """
    from plausiwidgets.widgets.catalogue import contents

    known = json.loads(contents.lessons_json())
    if name not in known:
        raise unknown("", "lesson", name, known)
    found: dict[str, object] = known[name]
    return found


@cache
def translations(language: str) -> dict[str, str]:
    """Return all translations of a language, by the English text.

    The app also shows texts of answers, such as criteria of recordings, so a part of the translations would not
    suffice.
    """
    return {text: other for text, other in catalog(language).items() if text != other}


def plotly(handlers: Handlers, request: Request) -> None:
    """Send the script of the installed Plotly.

    A background job compresses the script.
    """

    def work(request: Request, checkpoint: Checkpoint) -> None:
        script = np.frombuffer(packed_plotly(), np.uint8)
        request.reply(arrays={"script": ("u1", script)}, version=metadata.version("plotly"))

    handlers.work(request, Priority.LATER, work)


@cache
def packed_plotly() -> bytes:
    """Return the script of the installed Plotly package, compressed with gzip."""
    script = resources.files("plotly") / "package_data" / "plotly.min.js"
    return gzip.compress(script.read_bytes(), 4)
