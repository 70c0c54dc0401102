"""The page without a server, written to a file.

Its figure is a drawing of its own on a canvas (``plot.js``): Plotly's script is 4.8 MB, and a page of 160 kB that opens
at once is what is sent to a class. It follows the rules of :mod:`plausiwidgets.widgets.view.scene`.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from plausiwidgets import models
from plausiwidgets import patterns as all_patterns
from plausiwidgets.arguments import checked, mapping
from plausiwidgets.models import NeuronModel
from plausiwidgets.names import unknown
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns import Protocol
from plausiwidgets.simulation.javascript.module import json_text, neuron_object, plain_script, runtime
from plausiwidgets.simulation.simulate import check_dt
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.lessons import Lesson, read_lesson
from plausiwidgets.teaching.mysteries import Mystery
from plausiwidgets.texts import ENGLISH, catalog, check_language, languages
from plausiwidgets.whole_file import write_whole
from plausiwidgets.widgets.page.contents import Contents
from plausiwidgets.widgets.view.script_widget import TRANSLATOR

_SCRIPTS = (
    "elements.js", "bench.js", "features.js", "judge.js", "words.js", "scales.js", "plot.js", "exercise.js"
)  # fmt: skip
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*.*?\*/[ \t]*)$", re.MULTILINE | re.DOTALL)
"""A comment that has its lines to itself."""


@checked
def export_page(
    model: str | NeuronModel,
    patterns: str | Protocol | Sequence[str | Protocol] | None = None,
    parameters: Mapping[str, float] | None = None,
    *,
    path: str | Path = "neuron.html",
    dt: float | None = None,
    exercise: Exercise | Mystery | None = None,
    lesson: str | Path | None = None,
    language: str | None = None,
) -> Path:
    """Write a page that simulates a neuron by itself: one file, without a server, a kernel or a network.

    It has sliders for every value, the potential against the target, and the values that it stores with verdicts:
    those that are given, published ones and, where these do not show the pattern, what the assessment of the package
    found. Whoever opens it can drag the sliders: the page judges every change by the criteria of the pattern, at its
    time step. Only the stored verdicts are verified. A neuron of two variables has its phase plane, too. A custom
    pattern whose ``measure`` uses more than arithmetic of numpy and `plausiwidgets.patterns.features` keeps its stored
    verdicts, and the page says so.

    Parameters
    ----------
    model : str or NeuronModel
    patterns : str, Pattern or a sequence of them, optional
        Of `model`, each with its own stimulus; default: those of the lesson, or all that are registered.
    parameters : mapping of str to float, optional
        Values of the model and of the stimulus, where a pattern has it, to store and to open with; what is left out
        takes its default.
    path : str or Path
        The file to write; an older one is replaced when the new one is whole.
    dt : float, optional
        Time step in ms that belongs to `parameters`; default: the model's.
    exercise : Exercise or Mystery, optional
        Makes the page an exercise on its one pattern, which begins at `parameters` (or at the start of the mystery) and
        is solved when every criterion holds. The page locks the sliders that are not free, and writes a code to hand
        in, which :func:`plausiwidgets.teaching.read_code` checks; it stores no set but the start. With ``#class`` at
        the end of its address it reads the codes of a class.
    lesson : str or Path, optional
        A text in Markdown, or the file with it (``.md``, ``.txt``): its cards stand beside the neuron, each sets
        model, pattern and values, and goes on when its condition holds or the reader wants to. The page holds every
        model that a card names. The format is described in the guide "A lesson of cards".
    language : {"en", "de"}, optional
        Of the texts of the page; default: that of the browser, or English where the package does not have it.
        Exercises, lessons, custom models and patterns keep the language that they are written in.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ValueError
        For an unknown name or language, or a value that is not finite or outside of its hard limits; for an exercise
        that is solved at its start, or that the page could not judge; for a lesson that cannot be read, with the line.
    NotCompilable
        If the step, or the initial state, has no JavaScript form; the text names the operation.

    Examples
    --------
    >>> import tempfile
    >>> import plausiwidgets as pw
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pw.export_page("adex", ["tonic_spiking", "rebound_spike"], path=f"{folder}/adex.html").name
    'adex.html'
    """
    target = Path(path)
    write_whole(target, checked_page(model, patterns, parameters, dt, exercise, lesson, language))
    return target


def checked_page(
    model: str | NeuronModel,
    patterns: str | Protocol | Sequence[str | Protocol] | None,
    parameters: Mapping[str, float] | None,
    dt: float | None = None,
    exercise: Exercise | Mystery | None = None,
    lesson: str | Path | None = None,
    language: str | None = None,
) -> str:
    """Return the page as text; arguments and errors as of :func:`export_page`."""
    if language is not None:
        check_language("export_page", language)
    neuron = models.get(model)
    cards, chosen = None, _patterns(patterns)
    if lesson is not None:
        if exercise is not None:
            raise ValueError("a page has an exercise or a lesson: give one of them (a card can have an exercise)")
        chosen = [] if patterns is None else chosen
        cards = read_lesson(lesson, neuron, chosen)
        own = [pattern for model, pattern in cards.shown if model.key == neuron.key]
        chosen += [pattern for pattern in own if pattern.key not in {one.key for one in chosen}]
    _check(neuron, chosen, parameters, dt)
    for model in (neuron, *(model for model, _ in (cards.shown if cards else ()))):
        neuron_object(model)  # refused before anything is judged
    return page(neuron, chosen, parameters, dt, exercise, cards, language)


def page(
    model: NeuronModel,
    patterns: Sequence[Protocol],
    parameters: Mapping[str, float] | None,
    dt: float | None,
    exercise: Exercise | Mystery | None = None,
    lesson: Lesson | None = None,
    language: str | None = None,
) -> str:
    """Return the page as text; see :func:`export_page`."""
    contents = Contents(model, parameters, dt, exercise, lesson)
    data = contents.data(patterns)
    neurons = ",\n".join(neuron_object(neuron) for neuron in contents.neurons.values())
    parts = [*_SCRIPTS, "page.js"]
    for name, is_used in (
        ("class.js", exercise),
        ("lesson.js", lesson),
        ("flow.js", data["model"]["plane"]),
        ("plane.js", data["model"]["plane"]),
    ):
        if is_used:
            parts.insert(-1, name)
    script = _lean("\n".join([runtime(), TRANSLATOR, f"const NEURONS = [{neurons}];", *map(page_file, parts)]))
    style = page_file("page.css")
    data |= {"language": language, "texts": _translations(language, script, data)}
    title = lesson.title if lesson else model.title if len(patterns) > 1 else f"{model.title}, {patterns[0].title}"
    return Template(page_file("page.html")).substitute(
        title=html.escape(title), language=language or ENGLISH, version=html.escape(versions()["plausiwidgets"]),
        style=style, script=script, data=json_text(data), script_hash=_digest(script), style_hash=_digest(style),
    )  # fmt: skip


def _patterns(chosen: str | Protocol | Sequence[str | Protocol] | None) -> list[Protocol]:
    if chosen is None:
        chosen = all_patterns.names()
    named = [chosen] if isinstance(chosen, (str, Protocol)) else list(chosen)
    if not named:
        raise ValueError("patterns is empty, valid is: the name of a pattern, a Pattern, or a list of some")
    return [all_patterns.get(pattern) for pattern in named]


def _check(
    model: NeuronModel, chosen: Sequence[Protocol], parameters: Mapping[str, float] | None, dt: float | None
) -> None:
    """Refuse values that no pattern of the page has, and a time step that is none."""
    check_dt(model, dt)
    for name in mapping(parameters):
        if not any(name in pattern.parameters(model) for pattern in chosen):
            known = [*model.parameters, *dict.fromkeys(n for pattern in chosen for n in pattern.free)]
            raise unknown(f"parameter of model {model.key!r} with these patterns", name, known)


def _translations(language: str | None, script: str, data: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the translations of what a page says, in its language or in all."""
    shown = set(_texts_in(data))
    wanted = languages() if language is None else (language,)
    return {
        one: {
            text: translated
            for text, translated in catalog(one).items()
            if text != translated and (text in shown or f'"{text}"' in script)
        }
        for one in wanted
        if one != ENGLISH
    }


def _texts_in(data: object) -> Iterator[str]:
    """Yield every text of some data; of the name of something within a pattern, "pattern: name", both parts."""
    if isinstance(data, str):
        yield data
        yield from data.split(": ")
    elif isinstance(data, (list, tuple, dict)):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _texts_in(part)


def page_file(name: str) -> str:
    """Return one of the files of this folder, or of the app's engine as a plain script."""
    own = files("plausiwidgets.widgets.page") / name
    if own.is_file():
        return own.read_text(encoding="utf-8")
    return plain_script((files("plausiwidgets.widgets.app") / "engine" / name).read_text(encoding="utf-8"))


def _lean(script: str) -> str:
    """Return a script without its indentation and the comments on lines of their own: a page is sent to a class.

    Examples
    --------
    >>> _lean("/** The sum.\\n * Of all. */\\nx = a\\n  * b;  // product\\n// more")
    'x = a\\n* b;  // product'
    """
    lines = (line.strip() for line in _COMMENT.sub("", script).splitlines())
    return "\n".join(line for line in lines if line)


def _digest(text: str) -> str:
    """Return the hash by which the page's own policy allows a text, and nothing else, to run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
