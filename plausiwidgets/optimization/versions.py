"""Which versions a result was made with."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("plausiwidgets", "torch", "norse", "numpy", "numba", "cma")


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("python", platform.python_version())]
    for name in PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "source"))
    return tuple(found)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a result depends on."""
    return dict(_versions())
