"""Python files of the user that define models or patterns: run here, and again in the processes of an executor.

A file is run when a user names it in a call or on the command line. Links, pages and study files name models and
patterns only, so that none of them can run a file.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

from plausiwidgets.support.arguments import sentence
from plausiwidgets.support.extras import NotInstalledError, package_missing
from plausiwidgets.support.names import unknown


class Keyed(Protocol):
    """A model or a pattern."""

    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=Keyed)

_ran: dict[PythonFile, Mapping[str, object]] = {}
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

    def run(self) -> Mapping[str, object]:
        """Run the file and return its names.

        An ImportError of an optional package has the line and the command that installs it; what else it raises, and
        what is not Python, is a ValueError with the line.
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
                    raise NotInstalledError(package, f"{self._place(error)}: ") from error
                raise ValueError(self._reason(error)) from error
            finally:
                del sys.modules[module.__name__]
                if folder in sys.path:
                    sys.path.remove(folder)
            _ran[self] = vars(module)
            return _ran[self]

    def defined(self, kind: type[K]) -> dict[str, K]:
        """Return the objects of a type by their keys, as the file defined them when it was last run; else it is run.

        These are values of its global names, and entries of lists, tuples and dicts among them, each with its own key.
        """
        with _one_at_a_time:
            names = _ran.get(self) or self.run()
        found: dict[str, K] = {}
        for value in list(names.values()):
            several = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
            for one in (value, *several):
                if isinstance(one, kind) and found.setdefault(one.key, one) is not one:
                    raise ValueError(f"{self.path} defines {one.key!r} twice. Choose a different key for each object.")
        return found

    def _reason(self, error: BaseException) -> str:
        what = f"{type(error).__name__}: {error}".rstrip(": ")
        if isinstance(error, SyntaxError) and error.filename == self.path:
            return f"{self.path}, line {error.lineno}: {type(error).__name__}: {error.msg}."
        return f"{self._place(error)}: {sentence(what)}"

    def _place(self, error: BaseException) -> str:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == self.path]
        return f"{self.path}{f', line {lines[-1]}' if lines else ''}"


@dataclass(frozen=True)
class InFile:
    """A model or a pattern of a file by its name, as an executor's process gets it."""

    file: PythonFile
    name: str


class Registry(Generic[K]):
    """Custom models or patterns (`what`) by key: those that were registered, and the files that they come from.

    ``taken(key)`` returns what a key stands for already, such as ``"the name of a built-in model"``, or "".
    """

    def __init__(
        self,
        what: str,
        kinds: tuple[type[K], ...],
        is_builtin: Callable[[K], bool],
        taken: Callable[[str], str],
    ) -> None:
        self._what, self._kinds, self._is_builtin, self._taken = what, kinds, is_builtin, taken
        self.by_key: dict[str, K] = {}
        self._files: WeakKeyDictionary[K, PythonFile] = WeakKeyDictionary()

    def register(self, one: K) -> K:
        """Make it available by its key; ValueError if the key stands for something built-in."""
        self._refuse_taken(one)
        self.by_key[one.key] = one
        return one

    def load(self, path: str | Path, name: str | None = None) -> list[K]:
        """Register what a file defines, or the one of a name."""
        found = self.of_file(path, name)
        self.by_key.update(found)
        return list(found.values())

    def of_file(self, path: str | Path, name: str | None = None) -> dict[str, K]:
        """Return what `load` registers, by key, without registering it; a ValueError lists what there is."""
        file = PythonFile.read(path)
        file.run()
        found = self._defined(file)
        if not found:
            raise ValueError(
                f"{path} defines no {self._what}. The {self._what} must be the value of a global name, or an entry of "
                "a list, tuple or dict with a global name."
            )
        if name is not None:
            if name not in found:
                raise unknown(str(path), self._what, name, found)
            found = {name: found[name]}
        for one in found.values():
            self._refuse_taken(one)
            self._files[one] = file
        return found

    def sendable(self, one: K) -> str | K | InFile:
        """Return what stands for it in another process, where a registered key is unknown."""
        if self._is_builtin(one):
            return one.key
        file = self._files.get(one)
        return one if file is None else InFile(file, one.key)

    def of(self, sent: InFile) -> K:
        """Return the object of a file."""
        return self._defined(sent.file)[sent.name]

    def _defined(self, file: PythonFile) -> dict[str, K]:
        found = {key: one for kind in self._kinds for key, one in file.defined(kind).items()}
        return {key: one for key, one in found.items() if not self._is_builtin(one)}

    def _refuse_taken(self, one: K) -> None:
        if taken := self._taken(one.key):
            raise ValueError(f"{one.key!r} is {taken}. Choose another key.")
