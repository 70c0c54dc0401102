"""Torch and pandas, imported when they are first used.

The package's own neurons run without torch, which takes 1 s and 200 MB. A file of a neuron says
``from plausiwidgets.lazy import torch`` and uses it as torch itself. Only tables need pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any


class LazyModule:
    """A module that is imported when an attribute of it is first read.

    Examples
    --------
    >>> math = LazyModule("math")
    >>> math.sqrt(4.0)
    2.0
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # what inspection asks of any object, such as __wrapped__
            raise AttributeError(attribute)
        value = getattr(import_module(self._name), attribute)
        setattr(self, attribute, value)  # found at once from now on
        return value


if TYPE_CHECKING:
    import pandas as pandas
    import torch as torch
else:
    pandas = LazyModule("pandas")
    torch = LazyModule("torch")
