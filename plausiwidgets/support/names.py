"""Errors for unknown names and invalid keys."""

from __future__ import annotations

import difflib
import keyword
import unicodedata
from collections.abc import Iterable

from plausiwidgets.support.arguments import shown


def unknown(where: str, kind: str, name: object, valid: Iterable[str], more: str = "") -> ValueError:
    """Return a ValueError for an unknown name, with the most similar valid name, all valid names and advice (`more`).

    Examples
    --------
    >>> unknown("model 'adex'", "parameter", "V_rr", ["V_r", "tau_w"])
    ValueError("model 'adex': unknown parameter 'V_rr'. Did you mean 'V_r'? Valid: V_r, tau_w.")
    """
    choices = list(valid)
    near = difflib.get_close_matches(str(name)[:80], choices, n=1, cutoff=0.5)
    sentences = [
        f"{where}: unknown {kind} {shown(name)}." if where else f"unknown {kind} {shown(name)}.",
        f"Did you mean {near[0]!r}?" if near else "",
        f"Valid: {', '.join(choices) or 'none'}.",
        more,
    ]
    return ValueError(" ".join(filter(None, sentences)))


def check_key(what: str, key: str) -> None:
    """Raise a ValueError for a key that cannot be both an attribute and a keyword argument.

    A key is an identifier in Unicode's form NFKC, is not a keyword, and does not start with an underscore.
    """
    where, got = f"the key of {what}", shown(key)
    read = unicodedata.normalize("NFKC", key)
    if not key.isidentifier():
        raise ValueError(
            f"{where} must be a Python identifier, got {got}. Use letters, digits and underscores, and no digit first."
        )
    if read != key:
        points = " ".join(f"U+{ord(c):04X}" for c in read if c not in key)
        raise ValueError(f"{where} must be in Unicode's form NFKC, got {got}. Write {read!r} ({points}).")
    if key.startswith("_"):
        meant = key.strip("_") or "x"
        raise ValueError(f"{where} must not start with an underscore, got {got}. Write {meant!r}.")
    if keyword.iskeyword(key):
        raise ValueError(f"{where} must not be a Python keyword, got {got}. Write {key + '_'!r}.")
