"""Versions of the packages on which a result depends."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plausiwidgets.models.model import NeuronModel

PACKAGES, OF_STEPS = ("plausiwidgets", "numpy", "numba", "cma"), ("torch", "norse")


def versions(*models: NeuronModel, engine: str = "auto") -> dict[str, str]:
    """Return the versions of Python and of the packages on which results of `models` depend.

    Torch and Norse count only for custom steps and for the torch engine, because built-in models give the same results
    without them.
    """
    steps = OF_STEPS if engine == "torch" or any(model.programs is None for model in models) else ()
    found = {name: _version(name) for name in (*PACKAGES, *steps)}
    return {"python": platform.python_version()} | {name: text for name, text in found.items() if text}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "" if name in OF_STEPS else "source"
