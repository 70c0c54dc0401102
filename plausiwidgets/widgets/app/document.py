"""The app in one file: it has no host, and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from plausiwidgets import models as all_models
from plausiwidgets import patterns as all_patterns
from plausiwidgets.engine.javascript.module import json_text, neuron_object
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns import Protocol
from plausiwidgets.support.arguments import mapping
from plausiwidgets.support.names import unknown
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.lessons import Lesson, read_lesson
from plausiwidgets.texts import ENGLISH, catalog, check_language, languages, marked
from plausiwidgets.widgets.catalogue.contents import (
    is_stored,
    key_of,
    lessons_json,
    listed,
    loader,
    model_names,
    notices,
    packed,
    script,
    shared_json,
    shipped,
    style,
    texts_of,
)
from plausiwidgets.widgets.catalogue.described import Described
from plausiwidgets.widgets.catalogue.exercises import exercise_data
from plausiwidgets.widgets.catalogue.generate import describe, mark_of
from plausiwidgets.widgets.catalogue.lessons import lesson_data

OUTDATED = marked("Update your browser to open this page, or open it in another browser.")
"""The sentence of a page in a browser that cannot unpack its script."""


def page_text(
    model: str | NeuronModel | Sequence[str | NeuronModel],
    patterns: str | Protocol | Sequence[str | Protocol] | None,
    parameters: Mapping[str, float] | None = None,
    dt: float | None = None,
    exercise: Exercise | None = None,
    lesson: str | Path | None = None,
    language: str | None = None,
) -> str:
    """Return the page as text; arguments and errors as of :func:`plausiwidgets.export_page`."""
    if language is not None:
        check_language("export_page", language)
    shown = _models(model)
    chosen = _patterns(patterns)
    if lesson is not None and exercise is not None:
        raise ValueError("export_page: pass either exercise or lesson. A card of a lesson can contain an exercise.")
    _check(shown, chosen, parameters, dt)
    given = None if parameters is None else mapping(parameters)
    begin: dict[str, str] = {"model": shown[0].key, "pattern": chosen[0].key}
    if exercise is not None:
        parts = _exercise(shown, given, dt, exercise, chosen)
    elif lesson is not None:
        named = [] if patterns is None else chosen
        parts = _lesson(read_lesson(lesson, shown[0], named), shown, named, given, dt)
        card = parts.data["lesson"]["cards"][0]
        begin = {"model": card["model"], "pattern": card["pattern"]}
    else:
        parts = _Parts(shown, chosen, given, dt)
        parts.add_lessons()
        if len(shown) == 1:
            parts.title = shown[0].title if len(chosen) > 1 else f"{shown[0].title}, {chosen[0].title}"
    return _page(parts, parts.title or "plausiwidgets", begin, language)


def _models(chosen: str | NeuronModel | Sequence[str | NeuronModel]) -> list[NeuronModel]:
    named = [chosen] if isinstance(chosen, (str, NeuronModel)) else list(chosen)
    if not named:
        raise ValueError(
            "export_page: model must be the name of a model, a NeuronModel, or a list of these, got an empty list."
        )
    return [all_models.get(model) for model in named]


def _patterns(chosen: str | Protocol | Sequence[str | Protocol] | None) -> list[Protocol]:
    if chosen is None:
        chosen = all_patterns.names()
    named = [chosen] if isinstance(chosen, (str, Protocol)) else list(chosen)
    if not named:
        raise ValueError(
            "export_page: patterns must be the name of a pattern, a Pattern, or a list of these, got an empty list."
        )
    return [all_patterns.get(pattern) for pattern in named]


def _check(
    models: Sequence[NeuronModel],
    chosen: Sequence[Protocol],
    parameters: Mapping[str, float] | None,
    dt: float | None,
) -> None:
    """Raise a ValueError for unknown parameters, and for an invalid time step."""
    for model in models:
        check_dt(model, dt)
    for name in mapping(parameters):
        if not any(name in pattern.parameters(model) for model in models for pattern in chosen):
            known = [n for model in models for pattern in chosen for n in pattern.parameters(model)]
            named = ", ".join(repr(model.key) for model in models)
            raise unknown(f"model {named} with these patterns", "parameter", name, list(dict.fromkeys(known)))


class _Parts:
    """What a file has: the catalogue as far as it is used, models with their patterns, and neurons as code.

    Parameters
    ----------
    models, patterns
        Each model with each pattern.
    parameters, dt
        What is stored besides, and begun with.

    Attributes
    ----------
    packaged : list of str
        Models of the catalogue, whose neurons the script has.
    catalogue, shipped, code, data : dict
    title : str
    """

    def __init__(
        self,
        models: Iterable[NeuronModel] = (),
        patterns: Sequence[Protocol] = (),
        parameters: Mapping[str, float] | None = None,
        dt: float | None = None,
    ) -> None:
        self.packaged: list[str] = []
        self._all: dict[str, Any] = json.loads(shared_json())
        self.catalogue: dict[str, Any] = self._all | {"patterns": {}, "models": {}, "lessons": {}}
        self.shipped: dict[str, Any] = {}
        self._full: dict[str, Any] = {}
        self.code: dict[str, str] = {}
        self.data: dict[str, Any] = {}
        self.title = ""
        for model in models:
            for pattern in patterns:
                self.add(model, pattern, parameters, dt)

    def add(
        self,
        model: NeuronModel,
        pattern: Protocol,
        parameters: Mapping[str, float] | None = None,
        dt: float | None = None,
        lesson: Lesson | None = None,
    ) -> None:
        """Add a pattern of a model, unless the file has it."""
        if pattern.key in self.shipped.get(model.key, {}).get("patterns", {}):
            return
        contents = Described(model, parameters, dt, lesson=lesson)
        if not (self.is_ours(model) and is_stored(pattern)):
            self.describe(model, pattern, contents)
            return
        if model.key not in self.shipped:
            self._take(model)
        own = self._full[model.key]["patterns"][pattern.key]
        if contents.is_given:
            own["sets"].append(contents.exported(pattern))
        self.shipped[model.key]["patterns"][pattern.key] = own
        self.catalogue["patterns"][pattern.key] = self._all["patterns"][pattern.key]

    def describe(self, model: NeuronModel, pattern: Protocol, contents: Described) -> None:
        """Add a pattern of a model that the catalogue does not have, or of which a file stores something else."""
        is_ours = self.is_ours(model)
        if is_ours and model.key not in self.shipped:
            self._take(model)
        neuron_object(model)  # refused before anything is judged
        shared, own, neurons = describe(model, [pattern], contents=contents)
        self.code |= {name: neuron_object(neuron) for name, neuron in neurons.items() if name not in self.packaged}
        entry = self.shipped.setdefault(model.key, own | {"patterns": {}, "shared": {}})
        entry["patterns"] |= own["patterns"]
        entry["shared"] = entry.get("shared", {}) | shared
        if not is_ours:
            marks = {key: mark_of(one) for key, one in entry["patterns"].items()}
            self.catalogue["models"][model.key] = listed(model, marks)

    def add_lessons(self) -> None:
        """Add the packaged lessons of which the file has every neuron with every pattern."""
        self.catalogue["lessons"] = {
            name: about
            for name, about in self._all["lessons"].items()
            if all(pattern in self.shipped.get(model, {}).get("patterns", {}) for model, pattern in about["shown"])
        }
        known = json.loads(lessons_json()) if self.catalogue["lessons"] else {}
        self.data["lessons"] = {name: known[name] for name in self.catalogue["lessons"]}

    def used_catalogue(self) -> dict[str, Any]:
        """Return the catalogue without the criteria, and the atlas, that no model of the file uses."""
        kinds = {"resets" if one["model"]["resets"] else "graded" for one in self.shipped.values()}

        def used(pattern: Mapping[str, Any]) -> dict[str, Any]:
            return {**pattern, "judged": {kind: one for kind, one in pattern["judged"].items() if kind in kinds}}

        catalogue = self.catalogue | {"patterns": {key: used(one) for key, one in self.catalogue["patterns"].items()}}
        atlas = catalogue.pop("atlas")
        if any("atlas" in one for one in self.shipped.values()):
            catalogue["atlas"] = {**atlas, "pattern": used(atlas["pattern"])}
        return catalogue

    def is_ours(self, model: NeuronModel) -> bool:
        """Return whether the catalogue has a model; a ValueError for another one of the same name."""
        if model.key not in model_names():
            return False
        if all_models.get(model.key) is not model:
            raise ValueError(
                f"export_page: a custom model must not have the key of a packaged model, got {model.key!r}. Rename it."
            )
        return True

    def _take(self, model: NeuronModel) -> None:
        """Take a model of the catalogue, with no pattern yet."""
        self.packaged.append(model.key)
        self._full |= shipped([model.key])
        self.shipped[model.key] = self._full[model.key] | {"patterns": {}, "shared": {}}
        self.catalogue["models"][model.key] = self._all["models"][model.key]


def _exercise(
    models: Sequence[NeuronModel],
    parameters: Mapping[str, float] | None,
    dt: float | None,
    exercise: Exercise,
    patterns: Sequence[Protocol],
) -> _Parts:
    """Return an exercise: the one model with its start, and what is asked."""
    if len(models) > 1:
        raise ValueError(f"an exercise must have one model, got {len(models)}.")
    [model] = models
    contents = Described(model, parameters, dt, exercise)
    pattern = contents.checked_pattern(exercise, patterns)
    parts = _Parts()
    parts.describe(model, pattern, contents)
    start = parts.shipped[model.key]["patterns"][pattern.key]["sets"][0]
    parts.data = {"exercise": exercise_data(exercise, model, pattern, dict(start["values"]), start["dt"])}
    parts.title = f"{model.title}, {pattern.title}"
    return parts


def _lesson(
    lesson: Lesson,
    models: Sequence[NeuronModel],
    patterns: Sequence[Protocol],
    parameters: Mapping[str, float] | None,
    dt: float | None,
) -> _Parts:
    """Return a lesson: its cards with the models and patterns that they name, and what was asked for besides."""
    parts = _Parts()
    request = [(model, pattern) for model in models for pattern in patterns]
    for model, pattern in [*lesson.shown, *request]:
        parts.add(model, pattern, parameters, dt, lesson)
    parts.data = {"lesson": lesson_data(lesson, lambda model: model.key, lambda pattern: pattern.key)}
    parts.title = lesson.title
    return parts


def _page(parts: _Parts, title: str, begin: Mapping[str, str], language: str | None) -> str:
    version = versions()["plausiwidgets"]
    data: dict[str, object] = {
        "version": version,
        "catalogue": parts.used_catalogue(),
        "shipped": parts.shipped,
        **parts.data,
    }
    data_of_page = 'JSON.parse(document.getElementById("data").textContent)'
    start = 'if (typeof document === "undefined") plausiwidgets.seek();\n'
    start += f'else plausiwidgets.start(document.getElementById("app"), {data_of_page});'
    bundle: Literal["file", "exercise"] = "exercise" if "exercise" in parts.data else "file"
    text = script(parts.packaged, start, parts.code, bundle).removeprefix(notices(bundle))
    shown = text + json.dumps(data, ensure_ascii=False)
    wanted = [one for one in (languages() if language is None else (language,)) if one != ENGLISH]
    texts = {one: {key_of(text): other for text, other in texts_of(one, shown).items()} for one in wanted}
    data |= {"texts": texts, "language": language, **begin}
    outdated = [(one, catalog(one).get(OUTDATED, OUTDATED)) for one in dict.fromkeys((ENGLISH, *wanted))]
    scripts = f"script-src '{_digest(loader())}' '{_digest(text)}'; worker-src blob:"
    policy = f"default-src 'none'; img-src data: blob:; {scripts}; style-src 'unsafe-inline'"
    policy += "; base-uri 'none'; form-action 'none'"
    return (
        f'<!doctype html>\n<html lang="{language or ENGLISH}">\n<head>\n<meta charset="utf-8">\n'
        f"<!--{notices(bundle).strip().removeprefix('/*!').removesuffix('*/')}-->\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="generator" content="plausiwidgets {html.escape(version)}">\n'
        f'<title>{html.escape(title)}</title>\n<link rel="icon" href="data:,">\n'
        f"<style>html{{color-scheme:light dark}}body{{margin:0}}\n{style(bundle)}</style>\n</head>\n"
        "<body>\n<noscript>This page simulates a neuron: it needs JavaScript.</noscript>\n"
        '<div id="outdated" hidden>'
        + "".join(f'<p lang="{one}">{html.escape(sentence)}</p>' for one, sentence in outdated)
        + f'</div>\n<main id="app"></main>\n<script type="application/json" id="data">{json_text(data)}</script>\n'
        f'<script type="application/octet-stream" id="packed">{packed(text)}</script>\n'
        f"<script>{loader()}</script>\n</body>\n</html>\n"
    )


def _digest(text: str) -> str:
    """Return the hash by which the file's own policy allows its two scripts, and no others, to run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
