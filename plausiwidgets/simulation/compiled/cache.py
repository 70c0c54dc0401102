"""Kernels on disk, so that a new process neither exports nor compiles what is known already.

A kernel is a file of Python source in the user's cache directory; Numba keeps the machine code
beside it. The file's name says which kernel it is:

- for the package's own models, the model's name and a digest of everything that the kernel depends
  on (the sources of this package, the versions of what they use), so that it is found without an export;
- for a user's model, a digest of the emitted source, which needs the export, but not the compiler.

What is on disk is code, so that it is used only from a directory that belongs to the user alone.
Whatever is wrong with it (read-only, full, broken), the kernel is compiled in memory instead.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import sys
import tempfile
from contextlib import suppress
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from plausiwidgets.models.registry import is_builtin
from plausiwidgets.simulation.compiled.kernel import Layout, emit
from plausiwidgets.simulation.lanes import NotCompilable

if TYPE_CHECKING:
    from plausiwidgets.models.model import NeuronModel

_KEPT_FILES = 200
"""Kernels that stay on disk; the oldest beyond these are removed."""
_CHECKSUM = "# sha256 "


def load_kernel(model: NeuronModel) -> tuple[Any, Layout]:
    """Return (kernel, layout) of `model`, from disk where it is known there.

    Raises
    ------
    NotCompilable
        With the reason.
    """
    import numba

    if getattr(numba.config, "DISABLE_JIT", 0):
        raise NotCompilable("Numba is switched off in this process by NUMBA_DISABLE_JIT")
    directory = kernel_directory()
    if directory is not None and is_builtin(model):
        path = directory / f"{model.name}-{environment()}.py"
        known = _read(path)
        if known is not None:
            module = _import(path)
            if module is not None:
                return _parts(module)
    from plausiwidgets.simulation.compiled.export import export_step

    program = export_step(model)
    if directory is not None:
        text = emit(program, cached=True)
        if not is_builtin(model):
            digest = hashlib.sha256(text.encode()).hexdigest()[:32]
            path = directory / f"u{digest}-{environment()}.py"
        if _write(path, text):
            module = _import(path)
            if module is not None:
                return _parts(module)
    return _parts(_in_memory(emit(program, cached=False), model))


def cache_directory() -> Path:
    """Return the user's cache directory of this package, ``PLAUSIWIDGETS_CACHE_DIR`` if that is set."""
    asked = os.environ.get("PLAUSIWIDGETS_CACHE_DIR")
    if asked:
        return Path(asked).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
        return Path(base) / "plausiwidgets" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "plausiwidgets"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plausiwidgets"


def kernel_directory() -> Path | None:
    """Return the directory of kernels, made if need be, or None if it cannot be used."""
    try:
        top = cache_directory()
        directory = top / "kernels"
        if not top.exists():
            top.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
        if hasattr(os, "geteuid"):
            if directory.stat().st_uid != os.geteuid():
                return None
            if directory.stat().st_mode & 0o077:
                directory.chmod(0o700)
        with tempfile.TemporaryFile(dir=directory):
            return directory
    except (OSError, RuntimeError):
        return None


@lru_cache(maxsize=1)
def environment() -> str:
    """Return a digest of what a kernel depends on besides a user's step."""
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


def _parts(module: ModuleType) -> tuple[Any, Layout]:
    return module.kernel, Layout(module.STATES, module.PARAMETERS, module.ROWS)


def _sealed(text: str) -> str:
    return f"{text}{_CHECKSUM}{hashlib.sha256(text.encode()).hexdigest()}\n"


def _read(path: Path) -> str | None:
    """Return the source in `path`, or None where there is none or it is damaged."""
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    text, _, _ = content.rpartition(_CHECKSUM)
    return text if text and content == _sealed(text) else None


def _write(path: Path, text: str) -> bool:
    """Put a kernel on disk unless it is there; return whether it is there now.

    The file appears at once and complete, and is never replaced by an equal one: Numba knows its
    machine code by the time stamp of the source, and another process may be about to read it.
    """
    if _read(path) == text:
        return True
    try:
        with suppress(FileNotFoundError):
            path.unlink()
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(_sealed(text))
            try:
                os.link(temporary, path)
            except FileExistsError:
                pass
            except OSError:  # a file system without hard links
                if not path.exists():
                    os.replace(temporary, path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
        _prune(path.parent)
    except OSError:
        return False
    return _read(path) == text


def _import(path: Path) -> ModuleType | None:
    """Import a kernel, which compiles it unless Numba knows it; None if anything is wrong."""
    if not _intact(path):
        _remove(path)
        return None
    name = f"plausiwidgets_kernel_{path.stem.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception:  # a damaged file may raise anything at all
        del sys.modules[name]
        _remove(path)
        return None
    # Not by who has just compiled it: another process may be about to write the same.
    if module.kernel.stats.cache_hits:
        with suppress(OSError):
            seal = _seal(path)
            if not seal.exists():
                seal.write_text(_digest(path), encoding="ascii")
    return module


def _seal(path: Path) -> Path:
    return path.parent / "__pycache__" / f"{path.stem}.sha256"


def _digest(path: Path) -> str:
    """Return a digest of a kernel's machine code, empty where there is none."""
    files = sorted(path.parent.glob(f"__pycache__/{path.stem}.*.nb?"))
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest() if files else ""


def _intact(path: Path) -> bool:
    """Return whether the machine code is what was sealed: Numba runs any, and bad code ends the process."""
    try:
        sealed = _seal(path).read_text(encoding="ascii")
    except FileNotFoundError:
        return True  # not used since it was made
    except (OSError, UnicodeDecodeError):
        return False
    try:
        return sealed == _digest(path)
    except OSError:
        return False


def _in_memory(text: str, model: NeuronModel) -> ModuleType:
    module = ModuleType("plausiwidgets_kernel")
    try:
        # Emitted a few lines ago from a table of known operations.
        exec(compile(text, f"<kernel of {model.name}>", "exec"), module.__dict__)
    except Exception as error:
        first = (str(error).strip().splitlines() or [""])[0]
        raise NotCompilable(
            f"Numba could not compile model {model.name!r} ({type(error).__name__}: {first}); the torch "
            f"engine runs it"
        ) from error
    return module


def _remove(path: Path) -> None:
    """Remove a kernel and its machine code."""
    for file in [path, *path.parent.glob(f"__pycache__/{path.stem}.*")]:
        with suppress(OSError):
            file.unlink()


def _prune(directory: Path) -> None:
    """Remove the oldest kernels when there are many."""
    files = list(directory.glob("*.py"))
    if len(files) > _KEPT_FILES:
        times = {}
        for file in files:
            with suppress(OSError):
                times[file] = file.stat().st_mtime
        for file in sorted(times, key=times.__getitem__)[: len(files) - _KEPT_FILES]:
            _remove(file)
