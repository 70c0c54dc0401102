"""Errors for unknown names and invalid keys."""

from __future__ import annotations

import difflib
import keyword
import unicodedata
from collections.abc import Iterable

from plausiwidgets.support.arguments import shown


def unknown(what: str, name: object, valid: Iterable[str], more: str = "") -> ValueError:
    """Return a ValueError that lists the valid names and the nearest one, and says `more`."""
    choices = list(valid)
    near = difflib.get_close_matches(str(name)[:80], choices, n=1, cutoff=0.5)
    hints = [f"Did you mean {near[0]!r}?"] if near else []
    text = f"unknown {what}: {shown(name)}. Valid: {', '.join(choices) or 'none'}."
    return ValueError(" ".join([text, *hints, *filter(None, [more])]))


def check_key(what: str, key: str) -> None:
    """Refuse a key that cannot be an attribute and a keyword argument.

    It is an identifier in Unicode's form NFKC, no keyword, and does not start with an underscore.
    """
    where = f"the key of {what} is {shown(key)}"
    read = unicodedata.normalize("NFKC", key)
    if not key.isidentifier():
        raise ValueError(f"{where}, it must be a Python identifier: letters, digits and underscores, no digit first")
    if read != key:
        points = " ".join(f"U+{ord(c):04X}" for c in read if c not in key)
        raise ValueError(f"{where}, which Python reads as {read!r} (Unicode's NFKC; {points}): write {read!r}")
    if key.startswith("_"):
        meant = key.strip("_") or "x"
        raise ValueError(f"{where}, which starts with an underscore: write {meant!r}")
    if keyword.iskeyword(key):
        raise ValueError(f"{where}, which is a keyword of Python: write {key + '_'!r}")
