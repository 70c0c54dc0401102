"""Kernels on disk, so that a new process does not compile what is known already.

A kernel is a file of Python source in the user's cache directory, named after its content and everything else that it
depends on; Numba keeps the machine code beside it. A model of the package that was checked against torch leaves a note
that says which file is its kernel, and needs no export the next time. A user's step is exported, and checked, in each
process: nothing else says that it is still the step that it was.

What is on disk is code, so that it is used only from a directory that belongs to the user alone and that no other user
can have written to, and machine code only as long as it has the digest that was noted when it was compiled: a damaged
file crashes the process that runs it. Whatever is wrong (foreign, read-only, full, broken), the kernel is compiled in
memory or anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import stat
import sys
import tempfile
import warnings
from contextlib import suppress
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from plausiwidgets.models.registry import is_builtin
from plausiwidgets.simulation.compiled.kernel import Layout, emit
from plausiwidgets.simulation.compiled.program import Program
from plausiwidgets.simulation.lanes import NotCompilable

if TYPE_CHECKING:
    from plausiwidgets.models.model import NeuronModel

_KEPT_FILES = 200
"""Kernels that stay on disk; the oldest beyond these are removed."""

Kernel = tuple[Any, Layout]


def load_checked(model: NeuronModel) -> Kernel | None:
    """Return (kernel, layout) of a model of the package that was checked before, or None.

    Raises
    ------
    NotCompilable
        If this process has Numba switched off.
    """
    import numba

    if getattr(numba.config, "DISABLE_JIT", 0):
        raise NotCompilable("Numba is switched off in this process by NUMBA_DISABLE_JIT")
    note = _note(model)
    with suppress(OSError, UnicodeDecodeError):
        if note is not None:
            return _load(note.parent / f"{note.read_text(encoding='ascii')[:80]}.py")
    return None


def is_noted(model: NeuronModel) -> bool:
    """Return whether a model was checked before, without loading anything."""
    note = _note(model)
    return note is not None and note.exists()


def is_on_disk(program: Program) -> bool:
    """Return whether the kernel of a program was compiled before."""
    directory = kernel_directory()
    stem = _stem(emit(program, cached=True))
    return directory is not None and any(directory.glob(f"__pycache__/{stem}.*"))  # its source is there before


def make_kernel(program: Program, name: str) -> Kernel:
    """Return (kernel, layout) of a program, compiled unless it is on disk.

    Parameters
    ----------
    program : Program
    name : str
        Of the model, for an error.

    Raises
    ------
    NotCompilable
        If Numba cannot compile it.
    """
    directory = kernel_directory()
    if directory is not None:
        text = emit(program, cached=True)
        path = directory / f"{_stem(text)}.py"
        kernel = _load(path) or (_load(path) if _write(path, text) else None)
        if kernel is not None:
            return kernel
    return _in_memory(emit(program, cached=False), name)


def mark_checked(model: NeuronModel, kernel: Any) -> None:
    """Note that a kernel of a model of the package was found to do as torch does."""
    note = _note(model)
    if note is not None and Path(kernel.py_func.__code__.co_filename).parent == note.parent:
        with suppress(OSError):
            _replace(note, Path(kernel.py_func.__code__.co_filename).stem)


def cache_directory() -> Path:
    """Return the user's cache directory of this package, ``PLAUSIWIDGETS_CACHE_DIR`` if that is set.

    Examples
    --------
    >>> cache_directory()                         # doctest: +SKIP
    PosixPath('/…/.cache/plausiwidgets')
    """
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
    """Return why somebody else may have written to a directory, or nothing."""
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return "is no directory" if not stat.S_ISLNK(found.st_mode) else "is a symbolic link"
    if found.st_uid != os.geteuid():
        return "belongs to another user"
    return "can be read or written by other users" if found.st_mode & 0o077 else ""


@cache
def _warn_of(directory: Path, why: str) -> None:
    warnings.warn(
        f"{directory} {why}, so that compiled neurons are not kept there: each process compiles its own. "
        "Remove it, or name another directory in PLAUSIWIDGETS_CACHE_DIR",
        RuntimeWarning,
        stacklevel=2,
    )


@lru_cache(maxsize=1)
def environment() -> str:
    """Return a digest of what a kernel depends on besides its own source."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[2]
    for source in [*sorted((package / "models").rglob("*.py")),
                   *sorted((package / "simulation").rglob("*.py"))]:  # fmt: skip
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    for name in ("torch", "norse", "numba", "llvmlite", "numpy", "plausiwidgets"):
        with suppress(metadata.PackageNotFoundError):
            digest.update(f"{name} {metadata.version(name)}\0".encode())
    digest.update(f"{sys.version} {platform.machine()}".encode())
    return digest.hexdigest()[:16]


def _note(model: NeuronModel) -> Path | None:
    directory = kernel_directory() if is_builtin(model) else None
    return None if directory is None else directory / f"{model.name}-{environment()}.checked"


def _stem(text: str) -> str:
    return "k" + hashlib.sha256(f"{environment()}\n{text}".encode()).hexdigest()[:32]


def _load(path: Path) -> Kernel | None:
    """Import a kernel, which compiles it unless Numba knows it; None if there is none, or anything is wrong."""
    try:
        if path.stem != _stem(path.read_text(encoding="utf-8")):
            return None
        known = _machine_code(path)
        if known and _digest(known) != _noted(path):
            _remove(path, source=False)
        spec = importlib.util.spec_from_file_location(f"plausiwidgets_{path.stem}", path)
        assert spec is not None and spec.loader is not None
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # where Numba looks for it
        spec.loader.exec_module(module)
        while (made := _machine_code(path)) and made != known:  # another process may write the same kernel meanwhile
            _replace(_note_of(path), _digest(made))
            known = made
        return _parts(module)
    except (OSError, UnicodeDecodeError):
        return None
    except Exception:  # damaged machine code may raise anything at all
        _remove(path)
        return None


def _machine_code(path: Path) -> list[tuple[str, bytes]]:
    """Return name and content of each file that Numba has written for a kernel."""
    return [(file.name, file.read_bytes()) for file in sorted(path.parent.glob(f"__pycache__/{path.stem}.*.nb*"))]


def _digest(files: list[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(f"{name} {len(content)}\0".encode() + content)
    return digest.hexdigest()


def _note_of(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _noted(path: Path) -> str:
    try:
        return _note_of(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def _parts(module: ModuleType) -> Kernel:
    return module.kernel, Layout(module.STATES, module.PARAMETERS, module.ROWS)


def _write(path: Path, text: str) -> bool:
    """Put a kernel on disk; return whether it is there now."""
    try:
        _replace(path, text)
        _prune(path.parent)
    except OSError:
        return False
    return True


def _replace(path: Path, text: str) -> None:
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


def _in_memory(text: str, name: str) -> Kernel:
    module = ModuleType("plausiwidgets_kernel")
    try:
        # Emitted a few lines ago from a table of known operations.
        exec(compile(text, f"<kernel of {name}>", "exec"), module.__dict__)
    except Exception as error:
        words = " ".join(str(error).split()[:40])
        raise NotCompilable(
            f"Numba could not compile model {name!r} ({type(error).__name__}: {words}); the torch engine runs it"
        ) from error
    return _parts(module)


def _remove(path: Path, source: bool = True) -> None:
    """Remove the machine code of a kernel, and its `source`."""
    for file in [*([path] if source else []), _note_of(path), *path.parent.glob(f"__pycache__/{path.stem}.*")]:
        with suppress(OSError):
            file.unlink()


def _prune(directory: Path) -> None:
    """Remove the oldest kernels when there are many."""
    made = []
    for file in directory.glob("k*.py"):
        with suppress(OSError):
            made.append((file.stat().st_ctime, file))
    for _, file in sorted(made)[: max(len(made) - _KEPT_FILES, 0)]:
        _remove(file)
