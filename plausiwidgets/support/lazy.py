"""Lazy imports of torch, pandas and the package's own names on their first use.

The built-in neurons run without torch, whose import takes 1 s and 200 MB, and which need not be installed. The file of
a neuron imports ``torch`` from ``plausiwidgets.support.lazy`` and uses it like torch itself. Only tables need pandas.
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
    """A module that is imported when one of its attributes is first read."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # Inspection reads such names from any object, for example __wrapped__.
            raise AttributeError(attribute)
        value = getattr(load(self._name), attribute)
        # Store the value, so that later reads do not call __getattr__.
        setattr(self, attribute, value)
        return value


if TYPE_CHECKING:
    import pandas as pandas
    import torch as torch
else:
    pandas = LazyModule("pandas")
    torch = LazyModule("torch")


def frame(*args: Any, **options: Any) -> pandas.DataFrame:
    """Return a DataFrame that raises an error with the new name for an old column name."""
    from plausiwidgets.support.frames import Frame

    return Frame(*args, **options)


_PARTS = ("analysis", "assessment", "recordings", "teaching", "networks")
_PUBLIC = ("plausiwidgets", *(f"plausiwidgets.{part}" for part in _PARTS))
"""Packages with public names."""


def lazily(
    package: str, modules: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package whose names are imported on first use.

    The package must import the same names under ``TYPE_CHECKING``, because a type checker that sees ``__getattr__``
    accepts any misspelt name. A name that is in another package, or that was renamed, raises an AttributeError with its
    new place.

    Parameters
    ----------
    package : str
        Name of the package.
    modules : mapping of str to tuple of str
        Public names of each module below plausiwidgets. The names of the empty module are subpackages.
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
            return import_module(f"{package}.{name}")  # This import binds the name in the package.
        value = getattr(import_module(f"plausiwidgets.{homes[name]}"), name)
        # Store the value, so that later reads do not call __getattr__.
        setattr(sys.modules[package], name, value)
        return value

    return get, lambda: names, names
