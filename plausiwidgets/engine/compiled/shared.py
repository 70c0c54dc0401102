"""Cache of the machine code that all kernels share, which reduces the compilation of a kernel to a third.

The code is next to the kernels, in a directory for each environment. As for a kernel, it is used only if its digest is
the one that was noted when it was written. Only kernels import this module, because it requires Numba.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numba

from plausiwidgets.engine.compiled.directory import environment, kernel_directory, remove, sealed

F = TypeVar("F", bound=Callable[..., object])

_KEPT = 3
"""Maximum number of environments whose code stays on disk."""


class _Cache(Protocol):
    """The cache object in which Numba stores the code of a function."""

    save_overload: Callable[..., None]


def _directory() -> Path | None:
    kernels = kernel_directory()
    return None if kernels is None else kernels / f"shared-{environment()}"


# Numba binds a function to this directory when the function is defined.
_DIRECTORY = _directory()


def shared(**options: Any) -> Callable[[F], F]:
    """Return a decorator that applies ``njit`` with `options` and caches the machine code next to the kernels.

    Without a directory for kernels, nothing is cached.
    """

    def decorate(function: F) -> F:
        dispatcher: Any = numba.njit(error_model="numpy", **options)(function)
        if _DIRECTORY is not None:
            config: Any = numba.config
            before = config.CACHE_DIR
            config.CACHE_DIR = str(_DIRECTORY)
            try:
                dispatcher.enable_caching()
            finally:
                config.CACHE_DIR = before
            _spare(dispatcher._cache)
        return dispatcher

    return decorate


def _spare(cache: _Cache) -> None:
    """Make a cache ignore write errors, so that kernels also compile on a full disk."""
    save = cache.save_overload

    def saved(*arguments: object) -> None:
        with suppress(OSError):
            save(*arguments)

    cache.save_overload = saved


def trusted() -> AbstractContextManager[object]:
    """Return a context that removes foreign code on entry and notes the added code on exit."""
    directory = _DIRECTORY
    if directory is None:
        return nullcontext()
    with suppress(OSError):
        _prune(directory)
    return sealed(lambda: _code(directory), _note(directory))


def _code(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*.nb*"))


def _note(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.digest")


def _prune(directory: Path) -> None:
    others = sorted(directory.parent.glob("shared-*.digest"), key=lambda note: note.stat().st_ctime)
    for note in [other for other in others if other != _note(directory)][: 1 - _KEPT]:
        # Keep the directories, because another process may be about to write there.
        remove([*_code(note.with_suffix("")), note])
