"""Errors for names that do not exist: what is valid, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def unknown(what: str, name: object, valid: Iterable[str]) -> ValueError:
    """Return a ValueError that lists the valid names and the nearest one."""
    choices = list(valid)
    shown = repr(name)
    if len(shown) > 80:
        shown = shown[:77] + "..."
    near = difflib.get_close_matches(str(name)[:80], choices, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return ValueError(f"unknown {what}: {shown}. Valid: {', '.join(choices) or 'none'}.{hint}")
