"""Torch, pandas and the package's own names, imported when they are first used.

The package's own neurons run without torch, which takes 1 s and 200 MB and need not be installed. A file of a neuron
says ``from plausiwidgets.support.lazy import torch`` and uses it as torch itself. Only tables need pandas.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from plausiwidgets.support.extras import load
from plausiwidgets.support.renamed import name_error


class LazyModule:
    """A module that is imported when an attribute of it is first read."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # what inspection asks of any object, such as __wrapped__
            raise AttributeError(attribute)
        value = getattr(load(self._name), attribute)
        setattr(self, attribute, value)  # found at once from now on
        return value


if TYPE_CHECKING:
    import pandas as pandas
    import torch as torch
else:
    pandas = LazyModule("pandas")
    torch = LazyModule("torch")


def frame(*args: Any, **options: Any) -> pandas.DataFrame:
    """Return a DataFrame that states the new names of old columns."""
    from plausiwidgets.support.frames import Frame

    return Frame(*args, **options)


_PARTS = ("analysis", "assessment", "recordings", "teaching", "networks")
_PUBLIC = ("plausiwidgets", *(f"plausiwidgets.{part}" for part in _PARTS))
"""Packages of public names."""


def lazily(
    package: str, modules: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package whose names are imported on first use.

    `modules` has the names of each module, below plausiwidgets; the empty one has subpackages. The package imports the
    same names under ``TYPE_CHECKING``: a type checker must not see ``__getattr__``, or it would take a misspelt name. A
    name that another package has, or that was renamed, raises an AttributeError that states where it is now.
    """
    homes = {name: module for module, names in modules.items() for name in names}
    names = sorted(homes)

    def get(name: str) -> object:
        if name not in homes:
            if renamed := name_error(package, name):
                raise renamed
            elsewhere = [home for home in _PUBLIC if home != package and name in import_module(home).__all__]
            near = get_close_matches(name, names, n=1)
            more = f" Use {elsewhere[0]}.{name}." if elsewhere else f" Did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"module {package!r} has no attribute {name!r}.{more}")
        if not homes[name]:
            return import_module(f"{package}.{name}")  # which binds the name in the package
        value = getattr(import_module(f"plausiwidgets.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)  # found at once from now on
        return value

    return get, lambda: names, names
