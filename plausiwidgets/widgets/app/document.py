"""The app as a standalone HTML page, which has no host and loads no other files."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from plausiwidgets.engine.javascript.module import json_text
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns import Protocol
from plausiwidgets.support.arguments import mapping
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.lessons import Lesson, read_lesson
from plausiwidgets.texts import ENGLISH, check_language
from plausiwidgets.widgets.app.parts import Parts, check, models_named, outdated, patterns_named, texts
from plausiwidgets.widgets.catalogue.contents import (
    loader,
    notices,
    packed,
    script,
    style,
)
from plausiwidgets.widgets.catalogue.described import Described
from plausiwidgets.widgets.catalogue.exercises import exercise_data
from plausiwidgets.widgets.catalogue.lessons import lesson_data

WHERE = "export_page"
"""Name of the public function in error messages."""


def page_text(
    model: str | NeuronModel | Sequence[str | NeuronModel],
    patterns: str | Protocol | Sequence[str | Protocol] | None,
    parameters: Mapping[str, float] | None = None,
    dt: float | None = None,
    exercise: Exercise | None = None,
    lesson: str | Path | None = None,
    language: str | None = None,
) -> str:
    """Return the HTML text of a page.

    The parameters and the errors are those of :func:`plausiwidgets.export_page`.
    """
    if language is not None:
        check_language(WHERE, language)
    shown = models_named(WHERE, model)
    chosen = patterns_named(WHERE, patterns)
    if lesson is not None and exercise is not None:
        raise ValueError(f"{WHERE}: pass either exercise or lesson. A card of a lesson can contain an exercise.")
    check(shown, chosen, parameters, dt)
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
        parts = Parts(WHERE, shown, chosen, given, dt)
        parts.add_lessons()
        if len(shown) == 1:
            parts.title = shown[0].title if len(chosen) > 1 else f"{shown[0].title}, {chosen[0].title}"
    return _page(parts, parts.title or "plausiwidgets", begin, language)


def _exercise(
    models: Sequence[NeuronModel],
    parameters: Mapping[str, float] | None,
    dt: float | None,
    exercise: Exercise,
    patterns: Sequence[Protocol],
) -> Parts:
    """Return the parts of a page with an exercise: its model, its start values and its task."""
    if len(models) > 1:
        raise ValueError(f"an exercise must have one model, got {len(models)}.")
    [model] = models
    contents = Described(model, parameters, dt, exercise)
    pattern = contents.checked_pattern(exercise, patterns)
    parts = Parts(WHERE)
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
) -> Parts:
    """Return the parts of a page with a lesson.

    The page has the cards, the models and patterns that they name, and every pair of `models` and `patterns`.
    """
    parts = Parts(WHERE)
    request = [(model, pattern) for model in models for pattern in patterns]
    for model, pattern in [*lesson.shown, *request]:
        parts.add(model, pattern, parameters, dt, lesson)
    parts.data = {"lesson": lesson_data(lesson, lambda model: model.key, lambda pattern: pattern.key)}
    parts.title = lesson.title
    return parts


def _page(parts: Parts, title: str, begin: Mapping[str, str], language: str | None) -> str:
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
    data |= {"texts": texts(shown, language), "language": language, **begin}
    # WebAssembly runs the kernel of a search, which the page generates from its own code.
    scripts = f"script-src '{_digest(loader())}' '{_digest(text)}' 'wasm-unsafe-eval'; worker-src blob:"
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
        + "".join(f'<p lang="{one}">{html.escape(sentence)}</p>' for one, sentence in outdated(language))
        + f'</div>\n<main id="app"></main>\n<script type="application/json" id="data">{json_text(data)}</script>\n'
        f'<script type="application/octet-stream" id="packed">{packed(text)}</script>\n'
        f"<script>{loader()}</script>\n</body>\n</html>\n"
    )


def _digest(text: str) -> str:
    """Return the SHA-256 hash of a script in the form that a content security policy requires."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
