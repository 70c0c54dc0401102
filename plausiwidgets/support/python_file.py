"""Execution of the user's Python files that define models or patterns, here and in the processes of an executor.

A file is executed only if a user passes it in a call or on the command line. Links, pages and study files contain only
the names of models and patterns, so they cannot execute a file.
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

_executed: dict[PythonFile, Mapping[str, object]] = {}
"""Names that each file defined when it was last executed in this process."""
_one_at_a_time = RLock()


@dataclass(frozen=True)
class PythonFile:
    """The path and the text of a file.

    The objects of a file are sent to another process as this text and a name. This works with any pickler and needs no
    shared folder.

    Attributes
    ----------
    path : str
        Absolute path. The file can import the modules in its folder if the folder exists.
    code : bytes
        Content of the file when it was read.
    """

    path: str
    code: bytes

    @classmethod
    def read(cls, path: str | Path) -> PythonFile:
        """Return the file at a path.

        Raises
        ------
        OSError
            If the file cannot be read.
        """
        found = Path(path).expanduser().absolute()
        return cls(str(found), found.read_bytes())

    def run(self) -> Mapping[str, object]:
        """Execute the file and return its names.

        Raises
        ------
        ImportError
            If an optional package is not installed. The message contains the line and the command that installs the
            package.
        ValueError
            If the file is not Python, or raises any other exception. The message contains the line.
        """
        module = ModuleType(f"plausiwidgets_{Path(self.path).stem}")
        module.__file__ = self.path
        folder = os.path.dirname(self.path)
        with _one_at_a_time:
            # Some decorators look up their module, and the file may import its neighbours. After the execution the
            # module cannot be found by name, so that cloudpickle stores its functions by value.
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
            _executed[self] = vars(module)
            return _executed[self]

    def defined(self, kind: type[K]) -> dict[str, K]:
        """Return the objects of a type by their keys, as defined by the last execution of the file.

        The file is executed if this has not happened yet. The objects are values of its global names, and entries of
        lists, tuples and dicts among them.

        Raises
        ------
        ValueError
            If two objects have the same key.
        """
        with _one_at_a_time:
            names = _executed.get(self) or self.run()
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
    """The name of a model or a pattern in a file, which is sent to the process of an executor."""

    file: PythonFile
    name: str


class Registry(Generic[K]):
    """Custom models or patterns by key: the registered objects, and the files in which they are defined.

    Parameters
    ----------
    what : str
        Kind of the objects, for error messages.
    kinds : tuple of type
        Types of the objects.
    is_builtin : callable
        Function that returns whether an object is built-in.
    taken : callable
        ``taken(key)`` returns the existing meaning of a key, such as ``"the name of a built-in model"``, or an empty
        string.
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
        """Make an object available by its key.

        Raises
        ------
        ValueError
            If the key belongs to a built-in object.
        """
        self._check_key(one)
        self.by_key[one.key] = one
        return one

    def load(self, path: str | Path, name: str | None = None) -> list[K]:
        """Register the objects that a file defines, or only the one with the key `name`, and return them."""
        found = self.of_file(path, name)
        self.by_key.update(found)
        return list(found.values())

    def of_file(self, path: str | Path, name: str | None = None) -> dict[str, K]:
        """Return the objects that `load` would register, by key.

        Raises
        ------
        ValueError
            If the file defines no such object. The message lists the existing ones.
        """
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
            self._check_key(one)
            self._files[one] = file
        return found

    def sendable(self, one: K) -> str | K | InFile:
        """Return a form of an object that can be sent to another process, in which it is not registered."""
        if self._is_builtin(one):
            return one.key
        file = self._files.get(one)
        return one if file is None else InFile(file, one.key)

    def of(self, sent: InFile) -> K:
        """Return the object that :meth:`sendable` has described as part of a file."""
        return self._defined(sent.file)[sent.name]

    def _defined(self, file: PythonFile) -> dict[str, K]:
        found = {key: one for kind in self._kinds for key, one in file.defined(kind).items()}
        return {key: one for key, one in found.items() if not self._is_builtin(one)}

    def _check_key(self, one: K) -> None:
        if taken := self._taken(one.key):
            raise ValueError(f"{one.key!r} is {taken}. Choose another key.")
