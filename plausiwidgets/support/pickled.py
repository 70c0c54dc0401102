"""Check of functions before pickling, because a pickle stores a function only by its name."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from types import FunctionType


def refuse_local(where: str, functions: Mapping[str, object], instead: str) -> None:
    """Raise a TypeError for the first function that another process cannot find by its name.

    A pickler that stores the code of functions, such as cloudpickle, accepts every function.

    Examples
    --------
    >>> refuse_local("model 'mine'", {"step": lambda v: v}, "Define it with def.")
    Traceback (most recent call last):
    TypeError: model 'mine' cannot be pickled, because step is a function without a name in its module. Define it \
with def.
    """
    for name, function in functions.items():
        if isinstance(function, FunctionType) and not _is_found(function) and not _sends_code():
            raise TypeError(
                f"{where} cannot be pickled, because {name} is a function without a name in its module. {instead}"
            )


def _is_found(function: FunctionType) -> bool:
    """Return whether the names of a function and its module lead to the function."""
    found: object = sys.modules.get(function.__module__)
    for part in function.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is function


def _sends_code() -> bool:
    """Return whether the active pickler belongs to another package, which may store the code of functions."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        own = frame.f_locals.get("self")
        if isinstance(own, (pickle.Pickler, pickle._Pickler)) and not type(own).__module__.startswith(
            ("pickle", "multiprocessing")
        ):
            return True
    return False
