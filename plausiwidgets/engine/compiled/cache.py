"""Cache of kernels on disk, which saves a new process the compilation.

A kernel is a file of Python source in the user's cache directory. Its name is a digest of its content and of everything
else that it depends on. Numba stores the machine code next to it. After the kernel of a built-in model has passed the
check, a note in the same directory contains the name of its file. A custom step is exported and checked in each
process, because nothing proves that it has not changed.

Machine code is used only if it has the digest that was noted when it was compiled, because a damaged file would crash
the process. If anything is wrong (foreign, read-only, full or damaged files), the kernel is compiled again or in
memory.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from plausiwidgets.engine.compiled.availability import NO_NUMBA, has_numba
from plausiwidgets.engine.compiled.directory import environment, kernel_directory, remove, replace_file, sealed
from plausiwidgets.engine.compiled.kernel import KernelFunction, Layout, emit
from plausiwidgets.engine.lanes import NotCompilableError
from plausiwidgets.engine.program.program import Program

if TYPE_CHECKING:
    from plausiwidgets.engine.neuron import Neuron

_KEPT_FILES = 200
"""Maximum number of kernels on disk. The oldest kernels above this number are removed."""

Kernel = tuple[KernelFunction, Layout]


def load_checked(model: Neuron) -> Kernel | None:
    """Return (kernel, layout) of a built-in model that has been checked before, or None.

    Raises
    ------
    NotCompilableError
        If Numba is not installed or is disabled.
    """
    if not has_numba():
        raise NotCompilableError(NO_NUMBA)
    import numba

    if getattr(numba.config, "DISABLE_JIT", 0):
        raise NotCompilableError("the environment variable NUMBA_DISABLE_JIT disables Numba in this process.")
    note = _note(model)
    with suppress(OSError, UnicodeDecodeError):
        if note is not None:
            return _load(note.parent / f"{note.read_text(encoding='ascii')[:80]}.py")
    return None


def is_noted(model: Neuron) -> bool:
    """Return whether a model has been checked before, without loading its kernel."""
    note = _note(model)
    return note is not None and note.exists()


def is_on_disk(program: Program) -> bool:
    """Return whether the compiled kernel of a program is on disk."""
    directory = kernel_directory()
    stem = _stem(emit(program, cached=True))
    # Numba writes machine code after the source, so the source alone does not prove a compilation.
    return directory is not None and any(directory.glob(f"__pycache__/{stem}.*"))


def make_kernel(program: Program, name: str) -> Kernel:
    """Return (kernel, layout) of a program, from the disk if possible, else compiled."""
    directory = kernel_directory()
    if directory is not None:
        text = emit(program, cached=True)
        path = directory / f"{_stem(text)}.py"
        kernel = _load(path) or (_load(path) if _write(path, text) else None)
        if kernel is not None:
            return kernel
    return _in_memory(emit(program, cached=False), name)


def mark_checked(model: Neuron, kernel: KernelFunction) -> None:
    """Write the note that the kernel of a built-in model has passed the check."""
    note = _note(model)
    if note is not None and Path(kernel.py_func.__code__.co_filename).parent == note.parent:
        with suppress(OSError):
            replace_file(note, Path(kernel.py_func.__code__.co_filename).stem)


def _note(model: Neuron) -> Path | None:
    directory = kernel_directory() if model.is_builtin else None
    return None if directory is None else directory / f"{model.key}-{environment()}.checked"


def _stem(text: str) -> str:
    return "k" + hashlib.sha256(f"{environment()}\n{text}".encode()).hexdigest()[:32]


def _load(path: Path) -> Kernel | None:
    """Import a kernel, compiling it if Numba has no machine code for it, or return None if that fails."""
    from plausiwidgets.engine.compiled.shared import trusted  # Import it here, because the module imports Numba.

    try:
        if path.stem != _stem(path.read_text(encoding="utf-8")):
            return None
        spec = importlib.util.spec_from_file_location(f"plausiwidgets_{path.stem}", path)
        assert spec is not None and spec.loader is not None
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # Numba looks the module up here.
        with sealed(lambda: _machine_code(path), _note_of(path)) as known:
            if not known and _machine_code(path):  # The machine code is not trusted and cannot be removed.
                return None
            with nullcontext() if known else trusted():
                spec.loader.exec_module(module)
        return _parts(module)
    except (OSError, UnicodeDecodeError):
        return None
    except Exception:  # Damaged machine code may raise any exception.
        _remove(path)
        return None


def _machine_code(path: Path) -> list[Path]:
    """Return the files that Numba has written for a kernel."""
    return sorted(path.parent.glob(f"__pycache__/{path.stem}.*.nb*"))


def _note_of(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _parts(module: ModuleType) -> Kernel:
    return module.kernel, Layout(module.STATES, module.PARAMETERS, module.ROWS)


def _write(path: Path, text: str) -> bool:
    """Write a kernel to disk and return whether that succeeded."""
    try:
        replace_file(path, text)
        _prune(path.parent)
    except OSError:
        return False
    return True


def _in_memory(text: str, name: str) -> Kernel:
    from plausiwidgets.engine.compiled.shared import trusted  # Import it here, because the module imports Numba.

    module = ModuleType("plausiwidgets_kernel")
    try:
        # The source was emitted a few lines above from a table of known operations, so it is safe to execute.
        with trusted():
            exec(compile(text, f"<kernel of {name}>", "exec"), module.__dict__)
    except Exception as error:
        words = " ".join(str(error).split()[:40])
        raise NotCompilableError(
            f"model {name!r} cannot be compiled by Numba ({type(error).__name__}: {words}), so the torch engine runs "
            "it."
        ) from error
    return _parts(module)


def _remove(path: Path) -> None:
    remove([path, _note_of(path), *path.parent.glob(f"__pycache__/{path.stem}.*")])


def _prune(directory: Path) -> None:
    made = []
    for file in directory.glob("k*.py"):
        with suppress(OSError):
            made.append((file.stat().st_ctime, file))
    for _, file in sorted(made)[: max(len(made) - _KEPT_FILES, 0)]:
        _remove(file)
