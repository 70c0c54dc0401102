"""Machine code of what all kernels share, kept on disk: a new kernel then takes a third of the time to compile.

Numba keeps it among the kernels, in a directory for each environment. It is used only where its digest is the one that
was noted when it was written, as the code of a kernel is. Only kernels import this module: it needs Numba.
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
"""Environments whose code stays on disk."""


class _Cache(Protocol):
    """What Numba keeps the code of a function with."""

    save_overload: Callable[..., None]


def _directory() -> Path | None:
    kernels = kernel_directory()
    return None if kernels is None else kernels / f"shared-{environment()}"


_DIRECTORY = _directory()  # the functions are bound to it when they are defined


def shared(**options: Any) -> Callable[[F], F]:
    """Return a decorator: ``njit`` with these options, and a cache among the kernels where they have a directory."""

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
    """Let a cache go without what cannot be written: on a full disk, kernels are compiled all the same."""
    save = cache.save_overload

    def saved(*arguments: object) -> None:
        with suppress(OSError):
            save(*arguments)

    cache.save_overload = saved


def trusted() -> AbstractContextManager[object]:
    """Return a context that begins without code that is not what was written before, and notes what is added in it."""
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
        # Its directories stay: another process may be about to write there.
        remove([*_code(note.with_suffix("")), note])
