"""Kernels on disk, so that a new process does not compile what is known already.

A kernel is a file of Python source in the user's cache directory, named after its content and everything else that it
depends on; Numba keeps the machine code beside it. A model of the package leaves a note once its kernel was checked,
which says which file that is. A user's step is exported, and checked, in each process: nothing else says that it is
still the step that it was.

Machine code is used only as long as it has the digest that was noted when it was compiled: a damaged file crashes the
process that runs it. Whatever is wrong (foreign, read-only, full, broken), the kernel is compiled in memory or anew.
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
"""Kernels that stay on disk; the oldest beyond these are removed."""

Kernel = tuple[KernelFunction, Layout]


def load_checked(model: Neuron) -> Kernel | None:
    """Return (kernel, layout) of a model of the package that was checked before, or None."""
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
    """Return whether a model was checked before, without loading anything."""
    note = _note(model)
    return note is not None and note.exists()


def is_on_disk(program: Program) -> bool:
    """Return whether the kernel of a program was compiled before."""
    directory = kernel_directory()
    stem = _stem(emit(program, cached=True))
    return directory is not None and any(directory.glob(f"__pycache__/{stem}.*"))  # its source is there before


def make_kernel(program: Program, name: str) -> Kernel:
    """Return (kernel, layout) of a program, compiled unless it is on disk."""
    directory = kernel_directory()
    if directory is not None:
        text = emit(program, cached=True)
        path = directory / f"{_stem(text)}.py"
        kernel = _load(path) or (_load(path) if _write(path, text) else None)
        if kernel is not None:
            return kernel
    return _in_memory(emit(program, cached=False), name)


def mark_checked(model: Neuron, kernel: KernelFunction) -> None:
    """Note that a kernel of a model of the package was found to do as torch does."""
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
    """Import a kernel, which compiles it unless Numba knows it; None if there is none, or anything is wrong."""
    from plausiwidgets.engine.compiled.shared import trusted  # it imports Numba

    try:
        if path.stem != _stem(path.read_text(encoding="utf-8")):
            return None
        spec = importlib.util.spec_from_file_location(f"plausiwidgets_{path.stem}", path)
        assert spec is not None and spec.loader is not None
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # where Numba looks for it
        with sealed(lambda: _machine_code(path), _note_of(path)) as known:
            if not known and _machine_code(path):  # foreign, and it cannot be removed
                return None
            with nullcontext() if known else trusted():
                spec.loader.exec_module(module)
        return _parts(module)
    except (OSError, UnicodeDecodeError):
        return None
    except Exception:  # damaged machine code may raise anything at all
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
    """Put a kernel on disk; return whether it is there now."""
    try:
        replace_file(path, text)
        _prune(path.parent)
    except OSError:
        return False
    return True


def _in_memory(text: str, name: str) -> Kernel:
    from plausiwidgets.engine.compiled.shared import trusted  # it imports Numba

    module = ModuleType("plausiwidgets_kernel")
    try:
        # Emitted a few lines ago from a table of known operations.
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
