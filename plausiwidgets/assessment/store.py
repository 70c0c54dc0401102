"""The file of a study: text, one JSON line for the request, then one for each finished search.

Lines are only appended, each by one write that is on the disk before the study continues. A kill leaves at most one
incomplete line, which is ignored: that search runs again, with the same result. Two processes may write one file, and
files of one request are merged by ``cat a.jsonl b.jsonl > both.jsonl``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plausiwidgets.arguments import shown
from plausiwidgets.optimization.result import Result

FORMAT = "plausiwidgets-study-9"

_HEAD = b'{"study": '
_SQLITE = b"SQLite format 3\0"

Key = tuple[str, str, int]
"""Model, pattern and seed of a search."""


class StoreError(RuntimeError):
    """A study's file cannot be used for this request; the text says why and what to do."""


class StoreWarning(UserWarning):
    """A study's file can no longer be written; the study continues in memory."""


class Store:
    """The file of one study.

    Parameters
    ----------
    path : path
        Read if it exists; only `prepare` and `write` write to it.
    request : mapping
        The request of the study.
    versions : mapping of str to str
        Versions of the packages that results depend on.

    Attributes
    ----------
    results : dict of (model, pattern, seed) to Result
        Searches of the file; a failed one is replaced by a later one of the same key.

    Raises
    ------
    StoreError
        If the file cannot be read, is not a study, or has other versions or another request.
    """

    def __init__(self, path: str | Path, request: Mapping[str, Any], versions: Mapping[str, str]) -> None:
        self.path = Path(path)
        self.results: dict[Key, Result] = {}
        self._asked = json.loads(json.dumps({"versions": dict(versions), "request": request}))
        with _told(self.path, "read"):
            data = self.path.read_bytes() if self.path.exists() else b""
        self._begun = False
        if data.startswith(_SQLITE):
            raise StoreError(
                f"{self.path} was written by version 0.1, which kept a study in an SQLite file: use another file name, "
                "or finish the study with that version"
            )
        if not _HEAD.startswith(data.partition(_HEAD)[0].strip()):  # an incomplete first line may precede
            raise StoreError(f"{self.path} is not a study: choose another name")
        for line in _lines(data):
            if "study" in line:
                self._compare(line)
                self._begun = True
            elif self._begun:
                self._take(line)
            else:
                raise StoreError(f"{self.path} is damaged: its request cannot be read. Use another file name")

    def prepare(self) -> None:
        """Write the request, unless the file has it; StoreError if the file cannot be written."""
        line = b"" if self._begun else json.dumps({"study": FORMAT} | self._asked).encode() + b"\n"
        self._append(line, make=not self._begun)
        self._begun = True

    def write(self, result: Result) -> None:
        """Append a finished search and wait until it is on the disk; StoreError if that fails."""
        self._append(result.to_json().encode() + b"\n")

    def _append(self, line: bytes, make: bool = False) -> None:
        with _told(self.path, "written"):
            flags = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0) | (os.O_CREAT if make else 0)
            file = os.open(self.path, flags, 0o666)
            try:
                if os.lseek(file, 0, os.SEEK_END):
                    os.lseek(file, -1, os.SEEK_END)
                    line = line if os.read(file, 1) == b"\n" else b"\n" + line
                while line:
                    line = line[os.write(file, line) :]
                os.fsync(file)
            finally:
                os.close(file)

    def _take(self, line: Mapping[str, Any]) -> None:
        try:
            result = Result.from_dict(line)
        except ValueError as error:
            raise StoreError(f"{self.path} has a line that is not a search ({error}): use another file name") from None
        known = self.results.get(result.key)
        if known is None or known.reason == "failed":
            self.results[result.key] = result

    def _compare(self, found: Mapping[str, Any]) -> None:
        if found["study"] != FORMAT:
            raise StoreError(
                f"{self.path} has the format {shown(found['study'])}, this version reads {FORMAT!r}: "
                "use another file name"
            )
        for what, kind in (("versions", "other versions"), ("request", "another request")):
            old, new = found.get(what), self._asked[what]
            if old == new:
                continue
            old = old if isinstance(old, dict) else {}
            changes = [f"{n}: {_short(old.get(n))} there, {_short(new.get(n))} here" for n in {**old, **new}
                       if old.get(n) != new.get(n)]  # fmt: skip
            raise StoreError(f"{self.path} has {kind} ({'; '.join(changes)}). Use another file name.")


def _lines(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of complete lines."""
    # In merged files a request may follow an incomplete line without a line break.
    for line in data.replace(_HEAD, b"\n" + _HEAD).split(b"\n"):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


@contextmanager
def _told(path: Path, done: str) -> Iterator[None]:
    """Turn errors of the file system into a StoreError."""
    try:
        yield
    except ValueError as error:  # such as a null character in the name
        raise StoreError(f"a file cannot be called {shown(str(path))} ({error}): choose another name") from None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be {done} ({error.strerror}): check the folder, its permissions and the room on the disk"
        ) from None
