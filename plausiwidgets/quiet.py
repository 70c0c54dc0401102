"""Imports of other packages without the warnings that they cause."""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module
from threading import RLock
from types import ModuleType

_one_at_a_time = RLock()


@cache
def imported(name: str) -> ModuleType:
    """Import a module of another package without the warnings of its import, about which a user can do nothing.

    Examples
    --------
    >>> imported("cma").__name__
    'cma'
    """
    # One thread at a time: the first to leave would restore Python's filters for the others.
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(name)
