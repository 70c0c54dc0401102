"""Imports of other packages without the noise that they make, and whatever Python was told about docstrings."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from threading import RLock
from types import CodeType, ModuleType

_one_at_a_time = RLock()


@cache
def imported(name: str) -> ModuleType:
    """Import a module of another package; what it warns of on import is its own, and nothing a person here can mend.

    Under ``python -OO`` its docstrings are kept: pycma computes with its own.
    """
    documented = _Documented(name.partition(".")[0])
    # One at a time: whoever leaves first would give Python's filters back to all.
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if sys.flags.optimize > 1:
            sys.meta_path.insert(0, documented)
        try:
            return import_module(name)
        finally:
            if documented in sys.meta_path:
                sys.meta_path.remove(documented)


class _Documented:
    """Finds the modules of one package, to be loaded with their docstrings."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] != self.package:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _DocumentedLoader(spec.loader.name, spec.loader.path)
        return spec


class _DocumentedLoader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        return compile(self.get_data(self.path), self.path, "exec", dont_inherit=True, optimize=0)
