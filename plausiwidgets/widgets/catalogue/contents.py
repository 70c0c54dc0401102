"""Texts that the app consists of: its script, its style sheet and the catalogue, as they are stored."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from plausiwidgets import models
from plausiwidgets.engine.javascript.module import runtime_names
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.registry import is_builtin
from plausiwidgets.texts import catalog

_FOLDER = "widgets/app"

LOADER = """// anywidget drops all messages of a kernel if a module needs more than two seconds, as it may on a busy
// computer. So this module is ready immediately, and loads the app afterwards.
export default () => {
  let own;
  const begin = async (model) => {
    const url = URL.createObjectURL(new Blob([model.get("_script")], { type: "text/javascript" }));
    try {
      const widget = (await import(url)).default();
      return { widget, close: widget.initialize({ model }) };
    } finally {
      URL.revokeObjectURL(url);
    }
  };
  return {
    initialize({ model }) {
      own = begin(model);
      const close = own.then(({ close }) => close, () => () => {}); // a view reports the error
      return () => void close.then((end) => end());
    },
    async render(view) {
      return (await own).widget.render(view);
    },
  };
};
"""
"""The module of the widget that anywidget imports. The trait ``_script`` has the app itself, the text of `script`."""


def style(bundle: Literal["app", "file", "exercise"] = "app") -> str:
    """Return the style sheet of a bundle. A page in one file has no styles of the tools that it lacks."""
    return _text_of(f"{_FOLDER}/static/{'file' if bundle == 'file' else 'app'}.css")


def script(
    neurons: Iterable[str] | None = None,
    ending: str = "export default plausiwidgets.widget;",
    more: Mapping[str, str] = MappingProxyType({}),
    bundle: Literal["app", "file", "exercise"] = "app",
) -> str:
    """Return the app as the text of one script: the bundle, the neurons, and a last line.

    Parameters
    ----------
    neurons : iterable of str, optional
        Names of the packaged models that it simulates, with the neurons of their examples; default: all.
    ending : str
        The last line. ``plausiwidgets`` is the object with everything that the entry of the bundle exports.
    more : mapping of str to str
        Other neurons by their names, each emitted from its program.
    bundle : {"app", "file", "exercise"}, optional
        The bundle of an app with a host (``src/main.ts``), of a page in one file, which contains neither a part that
        needs a host nor an exercise (``src/fileMain.ts``), or of an exercise in one file (``src/exerciseMain.ts``).
    """
    chosen = _neurons(None if neurons is None else tuple(neurons), tuple(more.items()))
    return f"{_bundle(bundle)}plausiwidgets.addNeurons({chosen});\n{ending}\n"


def neurons_function(neurons: Iterable[str], more: Mapping[str, str]) -> str:
    """Return a function that makes neurons, whose arguments are as of :func:`script`."""
    return _neurons(tuple(neurons), tuple(more.items()))


def app_bundle(bundle: Literal["app", "file", "exercise"]) -> str:
    """Return a bundle without its licence notices."""
    return _bundle(bundle).removeprefix(notices(bundle))


def notices(bundle: Literal["app", "file", "exercise"]) -> str:
    """Return the licence notices at the beginning of a bundle: a comment, and the end of its line."""
    before, end, _ = _bundle(bundle).partition("*/\n")
    return before + end


def loader() -> str:
    """Return the script that unpacks the script of a page in one file, and starts it."""
    return _bundle("loader").strip()


def module_loader() -> str:
    """Return the beginning of a module with a figure, which unpacks the script of the app."""
    return _bundle("module").strip()


def packed(text: str) -> str:
    """Return a text in compressed form, which ``src/packed.ts`` reads. Builds of zlib may differ in their bytes."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


@cache
def _bundle(name: str) -> str:
    """Return a bundle as `npm run build` writes it."""
    return _text_of(f"{_FOLDER}/static/{name}.js")


@cache
def _neurons(names: tuple[str, ...] | None, more: tuple[tuple[str, str], ...] = ()) -> str:
    """Return the neurons as a function. Each is code emitted from a program, so the page never evaluates data."""
    code: dict[str, str] = {}
    for name in model_names() if names is None else names:
        code |= json.loads(model_json(name))["code"]
    code |= dict(more)
    entries = ",\n".join(f"{json.dumps(name)}: {text}" for name, text in code.items())
    # The minifier renames the runtime's functions, so the bundle passes them by name.
    return f"({{ {', '.join(runtime_names())} }}) => ({{\n{entries}\n}})"


@cache
def model_names() -> tuple[str, ...]:
    """Return the names of the models of the catalogue, in its order."""
    return tuple(json.loads(shared_json())["models"])


@cache
def shared_json() -> str:
    """Return what every model needs: the runner, patterns with their tapes, titles and marks of the models."""
    return _catalogue("shared")


@cache
def lessons_json() -> str:
    """Return the lessons that the app offers, by their names."""
    return _catalogue("lessons")


def is_packaged(model: NeuronModel) -> bool:
    """Return whether the catalogue has a model."""
    return model.key in models.names() and models.get(model.key) is model and model.key in model_names()


def is_stored(pattern: Protocol) -> bool:
    """Return whether the catalogue has a pattern."""
    return is_builtin(pattern) and pattern.key in _pattern_keys()


@cache
def _pattern_keys() -> frozenset[str]:
    return frozenset(json.loads(shared_json())["patterns"])


@cache
def model_json(name: str) -> str:
    """Return what the catalogue has of a model.

    Raises
    ------
    KeyError
        For a model that it does not have.
    """
    if name == "lessons" or not (files("plausiwidgets") / _FOLDER / "catalogue" / f"{name}.json").is_file():
        raise KeyError(name)
    return _catalogue(name)


@cache
def packaged(name: str) -> dict[str, Any]:
    """Return the entry of a model in the catalogue, which is not to be changed; errors as of :func:`model_json`."""
    return json.loads(model_json(name))


def read_again() -> None:
    """Read the catalogue again when it is next used, because it has changed."""
    for stored in (_neurons, model_names, shared_json, lessons_json, _pattern_keys, model_json, packaged):
        stored.cache_clear()


def listed(model: NeuronModel, marks: Mapping[str, str]) -> dict[str, object]:
    """Return what the catalogue lists of a model: titles, description, and the symbol of each pattern."""
    return {
        "title": model.title,
        "in_sentence": model.in_sentence,
        "description": model.description,
        "marks": dict(marks),
    }


def texts_of(language: str, shown: str) -> dict[str, str]:
    """Return the translations of the texts that a script or JSON quotes."""
    return {
        text: other
        for text, other in catalog(language).items()
        if text != other and json.dumps(text, ensure_ascii=False) in shown
    }


def key_of(text: str) -> str:
    """Return the short key of a text in a page in one file: a hash (FNV-1a, 32 bits) in base 36, as in the script."""
    value = 0x811C9DC5
    units = text.encode("utf-16-le")
    for low, high in zip(units[::2], units[1::2], strict=True):
        value = (value ^ (low | high << 8)) * 0x01000193 & 0xFFFFFFFF
    return np.base_repr(value, 36).lower()


def shipped(names: Iterable[str]) -> dict[str, object]:
    """Return some models as data for a page, whose script has their neurons."""
    return {name: {k: x for k, x in json.loads(model_json(name)).items() if k != "code"} for name in names}


def _catalogue(name: str) -> str:
    return _text_of(f"{_FOLDER}/catalogue/{name}.json")


def _text_of(path: str) -> str:
    return (files("plausiwidgets") / path).read_text(encoding="utf-8")
