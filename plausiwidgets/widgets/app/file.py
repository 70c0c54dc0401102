"""The app in one file: nobody is asked, and nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from plausiwidgets import models as all_models
from plausiwidgets import patterns as all_patterns
from plausiwidgets.arguments import checked, mapping
from plausiwidgets.models import NeuronModel
from plausiwidgets.names import unknown
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.registry import is_builtin
from plausiwidgets.simulation.javascript.module import json_text, neuron_object
from plausiwidgets.simulation.simulate import check_dt
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.lessons import Lesson, read_lesson
from plausiwidgets.teaching.mysteries import Mystery
from plausiwidgets.texts import ENGLISH, check_language, languages
from plausiwidgets.whole_file import write_whole
from plausiwidgets.widgets.app.catalogue import describe, mark_of
from plausiwidgets.widgets.app.contents import model_names, script, shared_json, shipped, style, texts_of
from plausiwidgets.widgets.app.lessons import lesson_data
from plausiwidgets.widgets.page.contents import Contents


@checked
def write_app(
    model: str | NeuronModel = "izhikevich",
    pattern: str | Protocol = "tonic_bursting",
    parameters: Mapping[str, float] | None = None,
    *,
    path: str | Path = "neuron.html",
    models: Sequence[str] | None = None,
    dt: float | None = None,
    exercise: Exercise | Mystery | None = None,
    lesson: str | Path | None = None,
    language: str | None = None,
) -> Path:
    """Write the app as one file, which simulates and judges by itself.

    Parameters
    ----------
    model : str or NeuronModel
        It begins with it; of a custom one the file has this pattern, and those of the lesson.
    pattern : str or Pattern
        It begins with it; a lesson begins with that of its first card.
    parameters : mapping of str to float, optional
        Values to begin with; default: the first stored set that shows the pattern.
    path : str or Path
        Of the file, which is replaced.
    models : list of str, optional
        Packaged models that the file has, besides `model`; default: all, and of a lesson those that it names.
    dt : float, optional
        Time step in ms to begin with; default: that of the stored set.
    exercise : Exercise or Mystery, optional
        The file is then an exercise on its one pattern, which begins at `parameters` (or at the start of the mystery)
        and is solved when every criterion holds. Sliders that are not free are locked, and it writes a code to hand in,
        which :func:`plausiwidgets.teaching.read_code` checks. With ``#class`` at the end of its address it reads the
        codes of a class.
    lesson : str or Path, optional
        A text in Markdown, or the file with it (``.md``, ``.txt``): its cards stand beside the neuron.
    language : {"en", "de"}, optional
        Default: that of the browser. Exercises, lessons, custom models and patterns keep their own.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ValueError
        For an unknown model, pattern, value or language; for an exercise that is solved at its start, or that the app
        could not judge; for a lesson that cannot be read, with the line.
    NotCompilable
        If a custom model has no JavaScript form; the text names the operation.
    """
    neuron, shown = all_models.get(model), all_patterns.get(pattern)
    check_dt(neuron, dt)
    for name in models or ():
        if all_models.get(name).key not in model_names():
            raise ValueError(f"write_app: {name!r} is no packaged model; valid are {', '.join(model_names())}")
    if language is not None:
        check_language("write_app", language)
    given = {name: float(value) for name, value in mapping(parameters).items()}
    for name in given:
        if name not in (known := shown.parameters(neuron)):
            raise unknown(f"parameter of model {neuron.key!r} with the pattern {shown.key!r}", name, known)
    if exercise is not None and (lesson is not None or models):
        raise ValueError("write_app: an exercise has one model and no lesson: give one of them")
    begin: dict[str, Any] = {"model": neuron.key, "pattern": shown.key, "values": given, "dt": dt}
    if exercise is not None:
        parts = _exercise(Contents(neuron, given, dt, exercise), exercise, shown)
        begin |= {"values": {}, "dt": None}
    elif lesson is not None:
        parts = _lesson(read_lesson(lesson, neuron, [shown]), neuron, models or ())
        card = parts.data["lesson"]["cards"][0]
        begin |= {"values": {}, "dt": None, "model": card["model"], "pattern": card["pattern"]}
    else:
        others = model_names() if models is None else [all_models.get(one).key for one in models]
        parts = _Parts([neuron.key, *others])
        parts.add(neuron, shown)
    write_whole(Path(path), _page(parts, parts.title or neuron.title, begin, language))
    return Path(path)


class _Parts:
    """What a file has: the catalogue as far as it is used, models with their patterns, and neurons as code.

    Parameters
    ----------
    names : iterable of str
        Models, of which those that the catalogue of the package has are shown with all patterns.
    bare : bool
        Whether the file has no pattern or model of the catalogue but those that are added.
    """

    def __init__(self, names: Iterable[str] = (), bare: bool = False) -> None:
        self.packaged = [name for name in dict.fromkeys(names) if name in model_names()]
        self.catalogue = json.loads(shared_json())
        if bare:
            self.catalogue |= {"patterns": {}, "models": {}}
        self.shipped = shipped(self.packaged)
        self.code: dict[str, str] = {}
        self.data: dict[str, Any] = {}
        self.title = ""

    def add(self, model: NeuronModel, pattern: Protocol, contents: Contents | None = None) -> None:
        """Add a pattern of a model, unless the file has it."""
        is_ours = model.key in self.packaged and all_models.get(model.key) is model
        if is_ours and is_builtin(pattern) and contents is None:
            return
        if model.key in self.packaged and not is_ours:
            raise ValueError(f"write_app: a custom model has the name {model.key!r} of a packaged one: rename it")
        neuron_object(model)  # refused before anything is judged
        shared, own, neurons = describe(model, [pattern], contents=contents)
        self.code |= {name: neuron_object(neuron) for name, neuron in neurons.items()}
        entry = self.shipped.setdefault(model.key, own | {"shared": {}})
        entry["patterns"] |= own["patterns"]
        entry["shared"] = entry.get("shared", {}) | shared
        if not is_ours:
            marks = {key: mark_of(one) for key, one in entry["patterns"].items()}
            self.catalogue["models"][model.key] = {
                "title": model.title, "description": model.description, "marks": marks
            }  # fmt: skip


def _exercise(contents: Contents, exercise: Exercise | Mystery, pattern: Protocol) -> _Parts:
    """Return an exercise: the one model with its start, and what is asked."""
    parts = _Parts(bare=True)
    task = contents.task(exercise, [pattern])
    parts.add(contents.model, pattern, contents)
    start = parts.shipped[contents.model.key]["patterns"][pattern.key]["sets"][0]
    parts.data = {"exercise": task | {"start": {"values": start["values"], "dt": start["dt"]}}}
    parts.title = f"{contents.model.title}, {pattern.title}"
    return parts


def _lesson(lesson: Lesson, model: NeuronModel, names: Sequence[str]) -> _Parts:
    """Return a lesson: the models that its cards name, or those that were asked for, and its cards."""
    parts = _Parts([model.key, *names, *(model.key for model, _ in lesson.shown)])
    for neuron, pattern in lesson.shown:
        if not (neuron.key in parts.packaged and is_builtin(pattern)):
            parts.add(neuron, pattern, Contents(neuron, None, None, lesson=lesson))
    parts.data = {"lesson": lesson_data(lesson, lambda model: model.key, lambda pattern: pattern.key)}
    parts.title = lesson.title
    return parts


def _page(parts: _Parts, title: str, begin: Mapping[str, Any], language: str | None) -> str:
    data: dict[str, Any] = {
        "version": versions()["plausiwidgets"], "catalogue": parts.catalogue, "shipped": parts.shipped, **parts.data
    }  # fmt: skip
    start = 'if (typeof document === "undefined") app.seek();\n'
    start += 'else app.start(document.getElementById("app"), JSON.parse(document.getElementById("data").textContent));'
    text = script(parts.packaged, start, parts.code)
    shown = text + json.dumps(data, ensure_ascii=False)
    wanted = [one for one in (languages() if language is None else (language,)) if one != ENGLISH]
    data |= {"texts": {one: texts_of(one, shown) for one in wanted}, "language": language, **begin}
    scripts = f"script-src '{_digest(text)}'; worker-src blob:"
    policy = f"default-src 'none'; img-src data: blob:; {scripts}; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{language or ENGLISH}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<title>{html.escape(title)}</title>\n<link rel="icon" href="data:,">\n'
        f"<style>html{{color-scheme:light dark}}body{{margin:0}}\n{style()}</style>\n</head>\n"
        f'<body>\n<main id="app"></main>\n<script type="application/json" id="data">{json_text(data)}</script>\n'
        f'<script type="module">{text}</script>\n</body>\n</html>\n'
    )


def _digest(text: str) -> str:
    """Return the hash by which the file's own policy allows its script, and no other, to run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
