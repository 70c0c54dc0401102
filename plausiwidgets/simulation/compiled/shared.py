"""Machine code of what all kernels share, kept on disk: a new kernel then takes a third of the time to compile.

Numba keeps it among the kernels, in a directory for each environment. It is used only where its digest is the one that
was noted when it was written, as the code of a kernel is. Only kernels import this module: it needs Numba.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numba

from plausiwidgets.simulation.compiled.directory import digest_of, environment, kernel_directory, noted, replace_file

_KEPT = 3
"""Environments whose code stays on disk."""


def _directory() -> Path | None:
    kernels = kernel_directory()
    return None if kernels is None else kernels / f"shared-{environment()}"


_DIRECTORY = _directory()  # the functions are bound to it when they are defined


def shared(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator: ``njit`` with these options, and a cache among the kernels where they have a directory."""

    def decorate(function: Callable[..., Any]) -> Any:
        dispatcher = numba.njit(error_model="numpy", **options)(function)
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


def _spare(cache: Any) -> None:
    """Let a cache go without what cannot be written: on a full disk, kernels are compiled all the same."""
    save = cache.save_overload

    def saved(*arguments: Any) -> None:
        with suppress(OSError):
            save(*arguments)

    cache.save_overload = saved


@contextmanager
def trusted() -> Iterator[None]:
    """Remove code that is not what was written before; note the digest of what has been added in here."""
    directory = _DIRECTORY
    if directory is None:
        yield
        return
    known = _files(directory)
    if known and digest_of(known) != noted(_note(directory)):
        _empty(directory)
        known = []
    yield
    with suppress(OSError):
        while (made := _files(directory)) != known:  # another process may add to it meanwhile
            replace_file(_note(directory), digest_of(made))
            known = made
        _prune(directory)


def _files(directory: Path) -> list[tuple[str, bytes]]:
    """Return name and content of each file of machine code."""
    try:
        return [(str(f.relative_to(directory)), f.read_bytes()) for f in sorted(directory.rglob("*.nb*"))]
    except OSError:
        return []


def _note(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.digest")


def _prune(directory: Path) -> None:
    others = sorted(directory.parent.glob("shared-*.digest"), key=lambda note: note.stat().st_ctime)
    for note in others[:-_KEPT]:
        _empty(note.with_suffix(""))
        note.unlink(missing_ok=True)


def _empty(directory: Path) -> None:
    """Remove machine code; its directories stay: another process may be about to write there."""
    for file in directory.rglob("*.nb*"):
        with suppress(OSError):
            file.unlink()
