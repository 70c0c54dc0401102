"""Markdown as plain data: a tree of known elements, from which a page creates its own elements.

HTML in the text raises an error.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

Node = str | list[Any]
"""Text, or ``[tag, children]`` with the attributes as an optional third entry."""

_TAGS = {
    "paragraph": "p",
    "strong": "strong",
    "emphasis": "em",
    "block_quote": "blockquote",
    "list_item": "li",
    "thematic_break": "hr",
    "linebreak": "br",
}
_VALID = "paragraphs, ### headings, lists, quotes, code, emphasis, and links to https://… or #…"
_OPENS = re.compile(r"<details><summary>([^<>]+)</summary>")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@cache
def _reader() -> Callable[[str], Any]:
    import mistune  # imported here, because the app never needs it

    return mistune.create_markdown(renderer=None)


def tree(lines: Sequence[str], first: int) -> list[Node]:
    """Return the elements of a Markdown text.

    A part between the lines ``<details><summary>Answer</summary>`` and ``</details>`` is collapsed.

    Parameters
    ----------
    first : int
        Number of the first line in its file, for errors.

    Raises
    ------
    ValueError
        If the text contains an element that a page does not show, such as HTML or an image. The message contains the
        line.
    """
    found: list[Node] = []
    inside: list[Node] = found
    begun, opened = 0, 0
    for k, line in outside_code(lines):
        summary = _OPENS.fullmatch(line.strip())
        if summary is None and line.strip() != "</details>":
            continue
        inside += _elements(lines[begun:k], first + begun)
        begun = k + 1
        if (summary is None) != bool(opened):
            raise ValueError(
                f"line {first + k}: <details> and </details> must alternate, got {line.strip()!r} in the wrong order."
            )
        if summary is None:
            opened, inside = 0, found
        else:
            opened, inside = first + k, []
            found.append(["details", [["summary", [summary[1].strip()]], ["div", inside]]])
    if opened:
        raise ValueError(f"line {opened}: <details> must be followed by a line </details>.")
    inside += _elements(lines[begun:], first + begun)
    return found


def outside_code(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Return the lines outside fenced code blocks with their indices."""
    found: list[tuple[int, str]] = []
    fence = ""
    for k, line in enumerate(lines):
        marker = _FENCE.match(line)
        if fence:
            if marker and marker[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif marker:
            fence = marker[1]
        else:
            found.append((k, line))
    return found


def _elements(lines: Sequence[str], first: int) -> list[Node]:
    blocks = _reader()("\n".join(lines))

    def line_of(token: Mapping[str, Any]) -> int:
        wanted = (str(token.get("raw") or token.get("attrs", {}).get("url", "")).strip().splitlines() or [""])[0]
        return first + next((k for k, line in enumerate(lines) if wanted in line), 0)

    def several(tokens: Sequence[Mapping[str, Any]]) -> list[Node]:
        return [node for token in tokens for node in made(token)]

    def made(token: Mapping[str, Any]) -> list[Node]:
        kind, attributes = token["type"], token.get("attrs", {})
        children = several(token.get("children", ()))
        if kind == "text":
            return [html.unescape(token["raw"])]
        if kind == "softbreak":
            return [" "]
        if kind == "blank_line":
            return []
        if kind == "block_text":  # an item of a tight list
            return children
        if kind == "codespan":
            return [["code", [html.unescape(token["raw"])]]]
        if kind == "block_code":
            return [["pre", [token["raw"].rstrip("\n")]]]
        if kind == "list":
            start = {"start": attributes["start"]} if attributes.get("start", 1) != 1 else {}
            return [["ol" if attributes["ordered"] else "ul", children, *([start] if start else [])]]
        if kind == "heading" and attributes["level"] > 2:
            return [["h3", children]]
        if kind == "link" and re.match(r"https?://|#", attributes["url"]):
            return [["a", children, {"href": attributes["url"]}]]
        if kind in _TAGS:
            return [[_TAGS[kind], children]]
        what = "HTML" if kind.endswith("html") else f"a link to {attributes['url']!r}" if kind == "link" else kind
        raise ValueError(f"line {line_of(token)}: {what} is not shown on a page. Use only {_VALID}.")

    return several(blocks)
