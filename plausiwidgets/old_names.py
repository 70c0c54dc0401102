"""What 0.2 called by another name: an old name is refused with the new one, until 0.4."""

from __future__ import annotations

from collections.abc import Collection, Mapping

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "checkpoint": ("progress",),
    "grid": ("points",),
    "max_seconds": ("time_limit",),
    "name": ("key",),
    "pattern": ("patterns",),
    "ranges": ("bounds",),
    "x_range": ("bounds",),
}
"""Old words of arguments, each with the new ones: that one is meant which a function has and was not given."""


def renamed_argument(where: str, given: Collection[str], valid: Collection[str]) -> TypeError | None:
    """Return the error for the first keyword that a function no longer has, where it has the new word; else None.

    Examples
    --------
    >>> renamed_argument("optimize", ["max_seconds"], ["seed", "time_limit"])
    TypeError("optimize: the argument max_seconds is now time_limit")
    """
    for old in given:
        new = next((word for word in ARGUMENTS.get(old, ()) if word in valid and word not in given), None)
        if old not in valid and new is not None:
            return TypeError(f"{where}: the argument {old} is now {new}")
    return None
