"""Warnings: those of other packages' imports are silenced, those of this one name the line that called it."""

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
    """Load a module of another package without the warnings of its import, about which a user can do nothing."""
    # One thread at a time: the first to leave would restore Python's filters for the others.
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load(name)


def warn_caller(text: str) -> None:
    """Warn with the line outside of this package from which it was called."""
    frame, level = sys._getframe(), 1
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "plausiwidgets":
        frame, level = frame.f_back, level + 1
    warnings.warn(text, UserWarning, stacklevel=level)
