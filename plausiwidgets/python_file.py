"""Python files of the user that define models or patterns: run here, and again in the processes of an executor.

A file is run when a user names it in a call or on the command line. Links, pages and study files name models and
patterns only, so that none of them can run a file.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any, Protocol, TypeVar

from plausiwidgets.extras import NotInstalled, package_missing
from plausiwidgets.names import unknown


class Keyed(Protocol):
    """A model or a pattern."""

    @property
    def key(self) -> str: ...


T = TypeVar("T")
K = TypeVar("K", bound=Keyed)

_ran: dict[PythonFile, Mapping[str, Any]] = {}
"""What each file defined when it was last run in this process."""
_one_at_a_time = RLock()


@dataclass(frozen=True)
class PythonFile:
    """The path and the text of a file.

    Its objects are sent to another process as this text and a name, which any pickle can do, and which needs no
    shared folder.

    Attributes
    ----------
    path : str
        Absolute. Modules beside it can be imported, where the folder exists.
    code : bytes
        What was in it when it was read.
    """

    path: str
    code: bytes

    @classmethod
    def read(cls, path: str | Path) -> PythonFile:
        """Return the file at a path; OSError if it cannot be read."""
        found = Path(path).expanduser().absolute()
        return cls(str(found), found.read_bytes())

    def run(self) -> Mapping[str, Any]:
        """Run the file and return its names.

        Raises
        ------
        ImportError
            If it needs an optional package that is not installed; with the line, and the command that installs it.
        ValueError
            If it is not Python, or raises; with the line.
        """
        module = ModuleType(f"plausiwidgets_{Path(self.path).stem}")
        module.__file__ = self.path
        folder = os.path.dirname(self.path)
        with _one_at_a_time:
            # Some decorators look their module up, and the file may import its neighbours. Afterwards the module is
            # not found by name, so that cloudpickle sends its functions by value.
            sys.modules[module.__name__] = module
            sys.path.insert(0, folder)
            try:
                exec(compile(self.code, self.path, "exec", dont_inherit=True), module.__dict__)
            except (Exception, SystemExit) as error:
                if (package := package_missing(error)) is not None:
                    raise NotInstalled(package, f"{self._place(error)}: ") from error
                raise ValueError(self._reason(error)) from error
            finally:
                del sys.modules[module.__name__]
                if folder in sys.path:
                    sys.path.remove(folder)
            _ran[self] = vars(module)
            return _ran[self]

    def defined(self, kind: type[K]) -> dict[str, K]:
        """Return the objects of a type by their keys, as the file defined them when it was last run; else it is run.

        These are values of its global names, and entries of lists, tuples and dicts among them.

        Raises
        ------
        ValueError
            If two of them have the same key, or the file fails.
        """
        with _one_at_a_time:
            names = _ran.get(self) or self.run()
        found: dict[str, K] = {}
        for value in list(names.values()):
            several = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
            for one in (value, *several):
                if isinstance(one, kind) and found.setdefault(one.key, one) is not one:
                    raise ValueError(f"{self.path} defines {one.key!r} twice: give each another key")
        return found

    def _reason(self, error: BaseException) -> str:
        what = f"{type(error).__name__}: {error}".rstrip(": ")
        if isinstance(error, SyntaxError) and error.filename == self.path:
            return f"{self.path}, line {error.lineno}: {type(error).__name__}: {error.msg}"
        return f"{self._place(error)}: {what}"

    def _place(self, error: BaseException) -> str:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == self.path]
        return f"{self.path}{f', line {lines[-1]}' if lines else ''}"


@dataclass(frozen=True)
class InFile:
    """A model or a pattern of a file by its name, as an executor's process gets it."""

    file: PythonFile
    name: str


def chosen(what: str, found: Mapping[str, T], path: str | Path, name: str | None) -> dict[str, T]:
    """Return all objects that a file defines, or the one of a name.

    Raises
    ------
    ValueError
        If there is none, or none of this name; the text lists the valid ones.
    """
    if not found:
        raise ValueError(
            f"{path} defines no {what}: it must be the value of a global name, or stand in a list, tuple or dict "
            "that is"
        )
    if name is None:
        return dict(found)
    if name not in found:
        raise unknown(f"{what} of {path}", name, found)
    return {name: found[name]}
