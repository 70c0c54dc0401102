"""Handling of warnings: those of other packages' imports are silenced, and our own refer to the user's line."""

from __future__ import annotations

import sys
import warnings
from functools import cache
from threading import RLock
from types import ModuleType

from plausiwidgets.support.extras import load

_one_at_a_time = RLock()


@cache
def imported(name: str) -> ModuleType:
    """Load a module of another package without the warnings of its import, which a user cannot act on."""
    # Allow one thread at a time, because the first to leave would restore Python's filters for the others.
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load(name)


def warn_caller(text: str) -> None:
    """Issue a warning that refers to the calling line outside this package."""
    frame, level = sys._getframe(), 1
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "plausiwidgets":
        frame, level = frame.f_back, level + 1
    warnings.warn(text, UserWarning, stacklevel=level)
