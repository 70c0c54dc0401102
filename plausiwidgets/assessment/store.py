"""A study's file: plain text, one JSON line for what is asked, then one for each search that has ended.

Lines are only ever added, each whole and by one write that is on the disk before the study goes on. A kill leaves
at most a line without its end, which counts as missing: that search begins anew, and gives the same result. So two
processes that write one file do no harm beyond doing the work twice, and files of the same request are merged by
``cat a.jsonl b.jsonl > both.jsonl``.
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
_BEFORE = b"SQLite format 3\0"

Key = tuple[str, str, int]
"""Model, pattern and seed of a search."""


class StoreError(RuntimeError):
    """A study's file cannot be used, or not for this; the text says why and what to do."""


class StoreWarning(UserWarning):
    """A study's file can no longer be written; the run in memory goes on."""


class Store:
    """The file of one study.

    Parameters
    ----------
    path : path
        Read here where it exists; made, or written to, by `write` and `prepare` only.
    request : mapping
        What is asked; a file that holds another one is refused.
    versions : mapping of str to str
        Of everything that results depend on; a file of others is refused.

    Attributes
    ----------
    results : dict of (model, pattern, seed) to Result
        The searches that the file holds; one that failed gives way to a later one of the same key.

    Raises
    ------
    StoreError
        If the file cannot be read, is no study, or belongs to other versions or another request.
    """

    def __init__(self, path: str | Path, request: Mapping[str, Any], versions: Mapping[str, str]) -> None:
        self.path = Path(path)
        self.results: dict[Key, Result] = {}
        self._asked = json.loads(json.dumps({"versions": dict(versions), "request": request}))
        with _told(self.path, "read"):
            data = self.path.read_bytes() if self.path.exists() else b""
        self._begun = False
        if data.startswith(_BEFORE):
            raise StoreError(
                f"{self.path} was written by version 0.1, which kept a study in an SQLite file: use another file name, "
                "or finish the study with that version"
            )
        if not _HEAD.startswith(data.partition(_HEAD)[0].strip()):  # a first line that was cut off may come before
            raise StoreError(f"{self.path} is not a study: choose another name")
        for line in _lines(data):
            if "study" in line:
                self._compare(line)
                self._begun = True
            elif self._begun:
                self._take(line)
            else:
                raise StoreError(f"{self.path} is damaged: what was asked cannot be read. Use another file name")

    def prepare(self) -> None:
        """Write what is asked, where it is not there yet; StoreError if nothing can be written."""
        line = b"" if self._begun else json.dumps({"study": FORMAT} | self._asked).encode() + b"\n"
        self._append(line, make=not self._begun)
        self._begun = True

    def write(self, result: Result) -> None:
        """Add a search that has ended, and wait until it is on the disk; StoreError if it cannot be written."""
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
            raise StoreError(f"{self.path} holds a line that is no search ({error}): use another file name") from None
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
            raise StoreError(
                f"{self.path} was made with {kind}, so going on would not give one table ({'; '.join(changes)}). "
                "Use another file name."
            )


def _lines(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield the objects of the lines that are whole."""
    # What is asked may follow a line that a kill cut off, where files were joined.
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
    """Turn errors of the file system into a StoreError that says what to do."""
    try:
        yield
    except ValueError as error:  # a name that holds what no name may
        raise StoreError(f"a file cannot be called {shown(str(path))} ({error}): choose another name") from None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be {done} ({error.strerror}): check the folder, its permissions and the room on the disk"
        ) from None
