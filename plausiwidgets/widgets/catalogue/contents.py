"""Stored texts of the app: its scripts, its style sheets and the catalogue of models."""

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
"""Module that anywidget imports. It loads the app from the trait ``_script``, which contains the text of `script`."""


def style(bundle: Literal["app", "file", "exercise"] = "app") -> str:
    """Return the style sheet of a bundle.

    The style sheet of a standalone page contains only the styles that the page uses.
    """
    return _text_of(f"{_FOLDER}/static/{'file' if bundle == 'file' else 'app'}.css")


def script(
    neurons: Iterable[str] | None = None,
    ending: str = "export default plausiwidgets.widget;",
    more: Mapping[str, str] = MappingProxyType({}),
    bundle: Literal["app", "file", "exercise"] = "app",
) -> str:
    """Return the app as the text of one script, which consists of the bundle, the neurons and a last line.

    Parameters
    ----------
    neurons : iterable of str, optional
        Names of the packaged models that the script simulates, with the neurons of their examples. The default is all
        packaged models.
    ending : str
        Last line, in which ``plausiwidgets`` is the object with the exports of the bundle.
    more : mapping of str to str
        JavaScript of other neurons, generated from their programs, by their names.
    bundle : {"app", "file", "exercise"}, optional
        Bundle of an app with a host (``src/main.ts``), of a standalone page (``src/fileMain.ts``) or of a standalone
        exercise (``src/exerciseMain.ts``). The bundle of a page contains no exercise and no part that needs a host.
    """
    chosen = _neurons(None if neurons is None else tuple(neurons), tuple(more.items()))
    return f"{_bundle(bundle)}plausiwidgets.addNeurons({chosen});\n{ending}\n"


def neurons_function(neurons: Iterable[str], more: Mapping[str, str]) -> str:
    """Return the JavaScript function that makes the neurons of a script.

    See :func:`script` for the parameters.
    """
    return _neurons(tuple(neurons), tuple(more.items()))


def app_bundle(bundle: Literal["app", "file", "exercise"]) -> str:
    """Return a bundle without its licence notices."""
    return _bundle(bundle).removeprefix(notices(bundle))


def notices(bundle: Literal["app", "file", "exercise"]) -> str:
    """Return the licence notices of a bundle, a comment that ends with a line break."""
    before, end, _ = _bundle(bundle).partition("*/\n")
    return before + end


def loader() -> str:
    """Return the script that unpacks and starts the script of a standalone page."""
    return _bundle("loader").strip()


def module_loader() -> str:
    """Return the beginning of a module with a figure, which unpacks the script of the app."""
    return _bundle("module").strip()


def packed(text: str) -> str:
    """Return a text compressed with zlib and encoded in base 64, the format that ``src/packed.ts`` reads.

    The bytes can differ between versions of zlib.
    """
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


@cache
def _bundle(name: str) -> str:
    """Return the text of a bundle that `npm run build` has written."""
    return _text_of(f"{_FOLDER}/static/{name}.js")


@cache
def _neurons(names: tuple[str, ...] | None, more: tuple[tuple[str, str], ...] = ()) -> str:
    """Return the JavaScript function that makes the neurons.

    The code of the neurons is generated from their programs, so the page does not evaluate data as code.
    """
    code: dict[str, str] = {}
    for name in model_names() if names is None else names:
        code |= json.loads(model_json(name))["code"]
    code |= dict(more)
    entries = ",\n".join(f"{json.dumps(name)}: {text}" for name, text in code.items())
    # The minifier renames the runtime's functions, so the bundle passes them by name.
    return f"({{ {', '.join(runtime_names())} }}) => ({{\n{entries}\n}})"


@cache
def model_names() -> tuple[str, ...]:
    """Return the names of the models in the order of the catalogue."""
    return tuple(json.loads(shared_json())["models"])


@cache
def shared_json() -> str:
    """Return the shared data of all models as JSON: the runner, patterns with their tapes, and the list of models."""
    return _catalogue("shared")


@cache
def lessons_json() -> str:
    """Return the packaged lessons as JSON, by their names."""
    return _catalogue("lessons")


def is_packaged(model: NeuronModel) -> bool:
    """Return whether a model is a packaged model of the catalogue."""
    return model.key in models.names() and models.get(model.key) is model and model.key in model_names()


def is_stored(pattern: Protocol) -> bool:
    """Return whether a pattern is a packaged pattern of the catalogue."""
    return is_builtin(pattern) and pattern.key in _pattern_keys()


@cache
def _pattern_keys() -> frozenset[str]:
    return frozenset(json.loads(shared_json())["patterns"])


@cache
def model_json(name: str) -> str:
    """Return the entry of a model in the catalogue as JSON.

    Raises
    ------
    KeyError
        If the catalogue does not have the model.
    """
    if name == "lessons" or not (files("plausiwidgets") / _FOLDER / "catalogue" / f"{name}.json").is_file():
        raise KeyError(name)
    return _catalogue(name)


@cache
def packaged(name: str) -> dict[str, Any]:
    """Return the entry of a model in the catalogue.

    The result is cached and must not be changed.

    Raises
    ------
    KeyError
        If the catalogue does not have the model.
    """
    return json.loads(model_json(name))


def read_again() -> None:
    """Clear the cache, so that the next call reads a changed catalogue."""
    for stored in (_neurons, model_names, shared_json, lessons_json, _pattern_keys, model_json, packaged):
        stored.cache_clear()


def listed(model: NeuronModel, marks: Mapping[str, str]) -> dict[str, object]:
    """Return the entry of a model in the list of models: titles, description and the symbol of each pattern."""
    return {
        "title": model.title,
        "in_sentence": model.in_sentence,
        "description": model.description,
        "marks": dict(marks),
    }


def texts_of(language: str, shown: str) -> dict[str, str]:
    """Return the translations of the texts that occur as string literals in a script or in JSON."""
    return {
        text: other
        for text, other in catalog(language).items()
        if text != other and json.dumps(text, ensure_ascii=False) in shown
    }


def key_of(text: str) -> str:
    """Return the short key of a text in a standalone page, its 32-bit FNV-1a hash in base 36.

    The script of the page computes the same keys.
    """
    value = 0x811C9DC5
    units = text.encode("utf-16-le")
    for low, high in zip(units[::2], units[1::2], strict=True):
        value = (value ^ (low | high << 8)) * 0x01000193 & 0xFFFFFFFF
    return np.base_repr(value, 36).lower()


def shipped(names: Iterable[str]) -> dict[str, object]:
    """Return the data of some models for a page, without the code of their neurons."""
    return {name: {k: x for k, x in json.loads(model_json(name)).items() if k != "code"} for name in names}


def _catalogue(name: str) -> str:
    return _text_of(f"{_FOLDER}/catalogue/{name}.json")


def _text_of(path: str) -> str:
    return (files("plausiwidgets") / path).read_text(encoding="utf-8")
