"""The user's directory of kernels, and what a kernel depends on besides its own source.

What is on disk is code, so that it is used only from a directory that belongs to the user alone and that no other user
can have written to.
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
    """Return the user's cache directory of this package, ``PLAUSIWIDGETS_CACHE_DIR`` if that is set."""
    asked = os.environ.get("PLAUSIWIDGETS_CACHE_DIR")
    return Path(asked).expanduser() if asked else user_cache_path("plausiwidgets", appauthor=False)


def kernel_directory() -> Path | None:
    """Return the directory of kernels, made if need be, or None if it cannot be used.

    Warns
    -----
    RuntimeWarning
        Once in a process, if the directory belongs to another user, is open to others, or is a symbolic link.
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
    """Return why another user may have written to a directory, or an empty text."""
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
    """Return a digest of what a kernel depends on besides its own source."""
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
    """Remove files whose digest is not the one in `note`; write down that of what is there after the block.

    Yields whether there are files, as they were noted. What cannot be read is removed, and what cannot be removed is
    never noted.
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
        while (made := _digest(files())) != known:  # another process may add to them meanwhile
            replace_file(note, made)
            known = made


def _digest(files: list[Path]) -> str:
    """Return a digest of names and contents; empty without files."""
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.parent.name}/{file.name} {len(content)}\0".encode() + content)
    return digest.hexdigest() if files else ""


def remove(files: Iterable[Path]) -> None:
    """Remove files as far as that can be done."""
    for file in files:
        with suppress(OSError):
            file.unlink()


def replace_file(path: Path, text: str) -> None:
    """Write a file that appears at once and complete."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        # Numba knows its machine code by the time stamp of the source: another process that writes the same file
        # must not make it compile again.
        os.utime(temporary, (0, 0))
        os.replace(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
