"""Joins ES modules into the one text that anywidget and a single file take.

A joiner instead of a bundler: ``pip install .`` of a clone needs no Node, the modules run in Node and in a browser as
they are, and nothing that is checked in is made from something else that is checked in. Each module becomes a function
that returns its exports, called once in the order of the imports. Valid are imports of names from a relative file,
``export function | class | const | let`` and one list of exports at the end; other forms, and circles, are refused.
Values that are exported and assigned again later would be seen by importers as they were: ``let`` is for functions of
the same module alone.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from importlib.resources import files

_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"(\.{1,2}/[\w./-]+)";?[ \t]*$', re.MULTILINE)
_NAMED = re.compile(r"^export\s+((?:async\s+)?function\*?|class|const|let)\s+(\w+)", re.MULTILINE)
_LIST = re.compile(r"\bexport\s*\{([^}]*)\};?\s*$")
_OTHER = re.compile(r"^(?:import|export)\b(?!\().*$", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/[ \t]*)$\n?", re.MULTILINE | re.DOTALL)


def _read(path: str) -> str:
    return (files("plausiwidgets") / path).read_text(encoding="utf-8")


def _pairs(names: str) -> list[list[str]]:
    """Return "a as b, c" as [["a", "b"], ["c"]]."""
    return [[one.strip() for one in name.split(" as ")] for name in names.split(",") if name.strip()]


def exported(text: str) -> list[str]:
    """Return what a module exports, as entries of an object: a name, or "name: its name in the module".

    Examples
    --------
    >>> exported("export const a = 1;\\nexport { b as c };")
    ['a', 'c: b']
    """
    listed = _LIST.search(text)
    pairs = [] if listed is None else _pairs(listed[1])
    return [name for _, name in _NAMED.findall(text)] + [": ".join(reversed(pair)) for pair in pairs]


def wrapped(path: str, text: str) -> tuple[str, list[str]]:
    """Return a module as the text of a function that is called at once, and the paths of what it imports.

    Raises
    ------
    ValueError
        For a form of import or export that is not joined.

    Examples
    --------
    >>> text, imports = wrapped("a/b.js", 'import { x as y } from "../c.js";\\nexport const z = y;\\n')
    >>> imports
    ['c.js']
    >>> print(text, end="")
    modules["a/b.js"] = (() => {
    const { x: y } = modules["c.js"];
    const z = y;
    return { z };
    })();
    """

    def place(relative: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))

    imports = [place(relative) for _, relative in _IMPORT.findall(text)]
    exports = exported(text)
    text = _IMPORT.sub(
        lambda m: f'const {{ {", ".join(map(": ".join, _pairs(m[1])))} }} = modules["{place(m[2])}"];', text
    )
    text = _LIST.sub("", _NAMED.sub(r"\1 \2", text))
    if (left := _OTHER.search(text)) is not None:
        raise ValueError(f"{path}: this form of import or export cannot be joined: {left[0]!r}.")
    return f'modules["{path}"] = (() => {{\n{text.rstrip()}\nreturn {{ {", ".join(exports)} }};\n}})();\n', imports


@cache
def joined(entry: str) -> str:
    """Return the entry module and all that it imports as one text, which defines ``modules``; paths in the package.

    Raises
    ------
    ValueError
        For modules that import each other in a circle, or a form that is not joined.
    """
    done: dict[str, str] = {}
    open_: list[str] = []

    def visit(path: str) -> None:
        if path in done:
            return
        if path in open_:
            raise ValueError(f"modules must not import each other in a circle, got {' → '.join([*open_, path])}.")
        open_.append(path)
        text, imports = wrapped(path, _COMMENT.sub("", _read(path)))
        for other in imports:
            visit(other)
        done[open_.pop()] = text

    visit(entry)
    return "".join(["const modules = {};\n", *done.values()])
