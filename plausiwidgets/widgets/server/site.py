"""The app as a website: a small page, and scripts, styles and data with hashes in their names.

A server sends the files, or :func:`write` writes them into a folder for a static web host. The page loads the data of a
model when it shows the model.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from importlib.resources import files as resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from plausiwidgets.engine.javascript.module import json_text, runtime
from plausiwidgets.support.whole_file import write_whole
from plausiwidgets.texts import ENGLISH, languages
from plausiwidgets.widgets.handlers.selection import DEFAULT_MODEL, DEFAULT_PATTERN

TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json; charset=utf-8",
}

ENDING = """\
if (typeof document === "undefined") plausiwidgets.seek();
else plausiwidgets.open(document.getElementById("app"), JSON.parse(document.getElementById("about").textContent));"""

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{more}; worker-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""Content security policy of a page, which loads nothing from other hosts.

Its script sets inline styles, and generates WebAssembly kernels for searches.
"""


class File(NamedTuple):
    """Content of a file in plain and compressed form, with its MIME type."""

    content: bytes
    packed: bytes
    mime: str


@cache
def files() -> dict[str, File]:
    """Return the files of the website by their names."""
    from plausiwidgets.widgets.catalogue import contents
    from plausiwidgets.widgets.handlers.files import translations

    made: dict[str, tuple[str, str]] = {
        "app": ("js", contents.script(ending=ENDING)),
        "style": ("css", f"html,body{{margin:0}}\n{contents.style()}"),
        "shared": ("json", contents.shared_json()),
        "lessons": ("json", contents.lessons_json()),
    }
    for name in contents.model_names():
        made[name] = "json", json.dumps(contents.shipped([name])[name], ensure_ascii=False, separators=(",", ":"))
    for language in languages():
        if language != ENGLISH:
            made[f"texts_{language}"] = "json", json.dumps(translations(language), ensure_ascii=False)
    return {_named(name, ending, text): _file(ending, text.encode()) for name, (ending, text) in made.items()}


PLOTLY = (
    "const module = { exports: {} }; const { Plotly } = window;\n",
    # As a module, the script must not replace a Plotly that the page around it has loaded.
    "\nif (Plotly === undefined) delete window.Plotly; else window.Plotly = Plotly;\nexport default module.exports;\n",
)


@cache
def plotly() -> File:
    """Return the script of the installed Plotly as a module.

    Only a server sends this file. A website in a folder does not contain it because of its size.
    """
    script = (resources("plotly") / "package_data" / "plotly.min.js").read_bytes()
    begin, end = (part.encode() for part in PLOTLY)
    return _file("js", begin + script + end, 6)


def plotly_name() -> str:
    """Return the name of Plotly's file, which contains the version."""
    return _named("plotly", "js", metadata.version("plotly") + "".join(PLOTLY))


def file(name: str) -> File | None:
    """Return a file by its name, or None if the name is unknown."""
    return plotly() if name == plotly_name() else files().get(name)


def _named(name: str, ending: str, text: str) -> str:
    return f"{name}.{hashlib.sha256(text.encode()).hexdigest()[:16]}.{ending}"


def _file(ending: str, content: bytes, level: int = 9) -> File:
    return File(content, gzip.compress(content, level, mtime=0), TYPES[ending])


HERE = {"base": "", "encoded": False, "where": "server"}
"""Form of the links of a page whose address other people can open."""


def served(share: Mapping[str, Any] = MappingProxyType(HERE)) -> dict[str, Any]:
    """Return the server's additions to a page: the WebSocket, Plotly's script, and the form of its links."""
    return {"address": "socket", "plotly": f"static/{plotly_name()}", "share": dict(share)}


def page(
    more: Mapping[str, Any] = MappingProxyType({}), language: str | None = None, models: Mapping[str, Any] | None = None
) -> bytes:
    """Return the page that loads the files.

    Parameters
    ----------
    more : mapping, optional
        Further data for the app, as from :func:`served`.
    language : str, optional
        Language of the texts. The default is the language of the browser.
    models : mapping, optional
        Custom models of a server, as entries of the catalogue.
    """
    from plausiwidgets.optimization.versions import versions

    names = {name.split(".")[0]: f"static/{name}" for name in files()}
    script, style, shared, lessons = (names.pop(name) for name in ("app", "style", "shared", "lessons"))
    spoken = {name.removeprefix("texts_"): path for name, path in names.items() if name.startswith("texts_")}
    about = {
        "version": versions()["plausiwidgets"],
        "language": language,
        "model": DEFAULT_MODEL,
        "pattern": DEFAULT_PATTERN,
        "shared": shared,
        "lessons": lessons,
        "texts": spoken,
        "models": {name: path for name, path in names.items() if not name.startswith("texts_")},
        "plotly": "",
        "own": dict(models or {}),
        "runtime": runtime() if models else "",
        "address": None,
        **more,
    }
    # The page creates the script of a custom neuron from its entry as a blob, which the policy must allow.
    policy = POLICY.format(more=" blob:" if models else "")
    return (
        f'<!doctype html>\n<html lang="{language or ENGLISH}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy, quote=True)}">\n'
        '<title>plausiwidgets</title>\n<link rel="icon" href="data:,">\n'
        f'<link rel="stylesheet" href="{style}">\n'
        f'<link rel="preload" as="fetch" href="{shared}" crossorigin>\n</head>\n'
        f'<body>\n<main id="app"></main>\n<script type="application/json" id="about">{json_text(about)}</script>\n'
        f'<script type="module" src="{script}"></script>\n'
        "<noscript>This page simulates neurons: it needs JavaScript.</noscript>\n</body>\n</html>\n"
    ).encode()


OURS = re.compile(r"\w+\.[0-9a-f]{16}\.(js|css|json)")
"""Pattern of the names of files that :func:`write` creates, and of which it deletes old versions."""


def write(folder: Path, language: str | None = None) -> int:
    """Write the app into a folder, which any static host shows, and return its size in bytes.

    The folder contains all neurons and patterns. The browser runs the searches, and Python verifies no results. Files
    of a former version are replaced.
    """
    static = folder / "static"
    static.mkdir(parents=True, exist_ok=True)
    named = files()
    for name, one in named.items():
        write_whole(static / name, one.content.decode())
    content = page({}, language)
    write_whole(folder / "index.html", content.decode())
    for path in static.iterdir():
        if OURS.fullmatch(path.name) and path.name not in named:
            path.unlink()
    return len(content) + sum(len(one.content) for one in named.values())
