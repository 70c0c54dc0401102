"""An import that is put off until somebody needs it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any


@contextmanager
def deferred(module: str, function: str) -> Iterator[None]:
    """Let what is imported in here have a `function` of a `module` that is only imported when it is called.

    Whoever imports the module later gets the module itself.
    """
    if module in sys.modules or find_spec(module) is None:
        yield
        return

    def call(*args: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(module), function)(*args, **options)

    stand_in = ModuleType(module)
    setattr(stand_in, function, call)
    sys.modules[module] = stand_in
    try:
        yield
    finally:
        if sys.modules.get(module) is stand_in:
            del sys.modules[module]
