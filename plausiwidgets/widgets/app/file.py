"""The app in one file: nobody is asked, and nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from plausiwidgets import models as all_models
from plausiwidgets import patterns as all_patterns
from plausiwidgets.arguments import mapping
from plausiwidgets.models import NeuronModel
from plausiwidgets.names import unknown
from plausiwidgets.patterns import Protocol
from plausiwidgets.simulation.javascript.module import json_text
from plausiwidgets.texts import ENGLISH, check_language, languages
from plausiwidgets.whole_file import write_whole
from plausiwidgets.widgets.app.contents import model_names, script, shared_json, shipped, style, texts_of


def write_app(
    model: str | NeuronModel = "izhikevich",
    pattern: str | Protocol = "tonic_bursting",
    parameters: Mapping[str, float] | None = None,
    *,
    path: str | Path = "neuron.html",
    models: Sequence[str] | None = None,
    language: str | None = None,
) -> Path:
    """Write the app as one file, which simulates and judges by itself.

    Parameters
    ----------
    model : str or NeuronModel
        It begins with it; a packaged one.
    pattern : str or Pattern
        It begins with it; a packaged one.
    parameters : mapping of str to float, optional
        Values to begin with; default: the first stored set that shows the pattern.
    path : str or Path
        Of the file, which is replaced.
    models : list of str, optional
        Packaged models that the file has, besides `model`; default: all.
    language : {"en", "de"}, optional
        Default: that of the browser.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ValueError
        For an unknown model, pattern, value or language.
    """
    neuron, shown = all_models.get(model), all_patterns.get(pattern)
    names = [neuron.key, *(all_models.get(one).key for one in (models if models is not None else model_names()))]
    for name in names:
        if name not in model_names():
            raise ValueError(f"write_app: {name!r} is no packaged model; valid are {', '.join(model_names())}")
    if shown.key not in json.loads(shared_json())["patterns"]:
        raise ValueError(f"write_app: {shown.key!r} is no packaged pattern")
    if language is not None:
        check_language("write_app", language)
    given = {name: float(value) for name, value in mapping(parameters).items()}
    for name in given:
        if name not in (known := shown.parameters(neuron)):
            raise unknown(f"parameter of model {neuron.key!r} with the pattern {shown.key!r}", name, known)
    write_whole(Path(path), _page(neuron, shown, given, tuple(dict.fromkeys(names)), language))
    return Path(path)


def _page(
    neuron: NeuronModel, pattern: Protocol, values: Mapping[str, float], names: tuple[str, ...], language: str | None
) -> str:
    data = {"catalogue": json.loads(shared_json()), "shipped": shipped(names)}
    start = 'app.start(document.getElementById("app"), JSON.parse(document.getElementById("data").textContent));'
    text = script(names, start)
    shown = text + json.dumps(data, ensure_ascii=False)
    wanted = [one for one in (languages() if language is None else (language,)) if one != ENGLISH]
    data |= {
        "texts": {one: texts_of(one, shown) for one in wanted}, "language": language, "address": None,
        "model": neuron.key, "pattern": pattern.key, "values": dict(values),
    }  # fmt: skip
    policy = f"default-src 'none'; img-src data: blob:; script-src '{_digest(text)}'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{language or ENGLISH}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<title>{html.escape(neuron.title)}</title>\n<link rel="icon" href="data:,">\n'
        f"<style>html,body{{margin:0}}\n{style()}</style>\n</head>\n"
        f'<body>\n<main id="app"></main>\n<script type="application/json" id="data">{json_text(data)}</script>\n'
        f'<script type="module">{text}</script>\n</body>\n</html>\n'
    )


def _digest(text: str) -> str:
    """Return the hash by which the file's own policy allows its script, and no other, to run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
