"""The user's directory of kernels, and the digest of everything that a kernel depends on besides its source.

The directory contains code that will be executed. It is used only if it belongs to the user and no other user can have
written to it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path

from platformdirs import user_cache_path


def cache_directory() -> Path:
    """Return the cache directory of this package, which ``PLAUSIWIDGETS_CACHE_DIR`` overrides."""
    asked = os.environ.get("PLAUSIWIDGETS_CACHE_DIR")
    return Path(asked).expanduser() if asked else user_cache_path("plausiwidgets", appauthor=False)


def kernel_directory() -> Path | None:
    """Return the directory of kernels, created if necessary, or None if it cannot be used.

    Warns
    -----
    RuntimeWarning
        Once per process, if the directory belongs to another user, is open to other users, or is a symbolic link.
    """
    try:
        top = cache_directory()
        directory = top / "kernels"
        top.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            directory.mkdir(mode=0o700)
        if hasattr(os, "geteuid") and (why := _foreign(directory)):
            _warn_of(directory, why)
            return None
        with tempfile.TemporaryFile(dir=directory):
            return directory
    except (OSError, RuntimeError):
        return None


def _foreign(directory: Path) -> str:
    """Return the reason why another user may have written to a directory, or an empty string."""
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return "is not a directory" if not stat.S_ISLNK(found.st_mode) else "is a symbolic link"
    if found.st_uid != os.geteuid():
        return "belongs to another user"
    return "can be read or written by other users" if found.st_mode & 0o077 else ""


@cache
def _warn_of(directory: Path, why: str) -> None:
    warnings.warn(
        f"{directory} {why}, so compiled models are not cached there, and each process compiles its own. Remove it, or "
        "set PLAUSIWIDGETS_CACHE_DIR to another directory.",
        RuntimeWarning,
        stacklevel=2,
    )


@lru_cache(maxsize=1)
def environment() -> str:
    """Return a digest of everything that a kernel depends on besides its source."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[2]
    sources = [path for part in ("models", "engine") for path in sorted((package / part).rglob("*.*"))]
    for source in [path for path in sources if path.suffix in (".py", ".txt")]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    for name in ("numba", "llvmlite", "numpy", "plausiwidgets"):
        with suppress(metadata.PackageNotFoundError):
            digest.update(f"{name} {metadata.version(name)}\0".encode())
    digest.update(f"{sys.version} {platform.machine()}".encode())
    return digest.hexdigest()[:16]


@contextmanager
def sealed(files: Callable[[], list[Path]], note: Path) -> Iterator[bool]:
    """Remove files whose digest differs from the one in `note`, and note the digest of the files after the block.

    Yields whether there are files that match the note. Files that cannot be read are removed. Files that cannot be
    removed are never noted.
    """
    known, noted = "", ""
    with suppress(OSError, UnicodeDecodeError):
        noted = note.read_text(encoding="ascii")
        known = _digest(files())
    if known != noted or not known:
        remove(files())
        known = ""
    foreign = not known and bool(files())
    yield known != ""
    with suppress(OSError):
        if foreign:
            return
        while (made := _digest(files())) != known:  # Another process may add files in the meantime.
            replace_file(note, made)
            known = made


def _digest(files: list[Path]) -> str:
    """Return a digest of the names and contents of files, or an empty string if there are no files."""
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.parent.name}/{file.name} {len(content)}\0".encode() + content)
    return digest.hexdigest() if files else ""


def remove(files: Iterable[Path]) -> None:
    """Remove files and ignore those that cannot be removed."""
    for file in files:
        with suppress(OSError):
            file.unlink()


def replace_file(path: Path, text: str) -> None:
    """Write a file atomically, so that other processes never see a part of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        # Numba identifies its machine code by the time stamp of the source. With a fixed time stamp, another process
        # that writes the same file does not cause a new compilation.
        os.utime(temporary, (0, 0))
        os.replace(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
