"""The file of a study: text, one JSON line for the request, then one for each finished search.

Lines are only appended, each by one write that is on the disk before the study continues. A kill leaves at most one
incomplete line, which is ignored: that search runs again, with the same result. Two processes may write one file, and
files of one request are merged by ``cat a.jsonl b.jsonl > both.jsonl``. The request of a shard names it, so that the
files of a study's shards are kept apart.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plausiwidgets.optimization.result import Result
from plausiwidgets.support.arguments import shown
from plausiwidgets.support.json_text import read_json

FORMAT = "plausiwidgets-study-9"

_HEAD = b'{"study": '

Key = tuple[str, str, int]
"""Model, pattern and seed of a search."""


class StoreError(RuntimeError):
    """A study's file cannot be used for this request; the text says why and what to do.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> try:
    ...     pw.assess("lif", "tonic_spiking", store=pw.__file__)
    ... except pw.assessment.StoreError as error:
    ...     print(str(error).partition("must be ")[2])
    a file of a study. Choose another file name.
    """


class StoreWarning(UserWarning):
    """A study's file can no longer be written; the study continues in memory.

    Examples
    --------
    An error instead, where a study must not go on without its file:

    >>> import warnings
    >>> from plausiwidgets.assessment import StoreWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", StoreWarning)
    """


class Store:
    """The file of one study, which is read if it exists; only `prepare` and `write` write to it.

    Its `results` are the searches of the file, and it is `begun` if the file has a request. StoreError if the file
    cannot be read, is not a study, or has other versions or another request.
    """

    def __init__(self, path: str | Path, request: Mapping[str, Any], versions: Mapping[str, str]) -> None:
        self.path = Path(path)
        self._asked = json.loads(json.dumps({"versions": dict(versions), "request": request}))
        heads, self.results = read_study(self.path)
        for head in heads:
            compare(self.path, head, self._asked)
        self.begun = bool(heads)

    def prepare(self) -> None:
        """Write the request, unless the file has it; StoreError if the file cannot be written."""
        line = b"" if self.begun else json.dumps({"study": FORMAT} | self._asked).encode() + b"\n"
        self._append(line, make=not self.begun)
        self.begun = True

    def write(self, *results: Result) -> None:
        """Append finished searches and wait until they are on the disk; StoreError if that fails."""
        self._append(b"".join(result.to_json().encode() + b"\n" for result in results))

    def _append(self, line: bytes, make: bool = False) -> None:
        with _named(self.path, "written"):
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


def read_study(path: Path) -> tuple[list[dict[str, Any]], dict[Key, Result]]:
    """Return the first lines of a study's file, several where files were merged by ``cat``, and its searches.

    Both are empty if there is no file. A failed search is replaced by a later one of the same key. StoreError if the
    file cannot be read, is not a study, or is damaged.
    """
    with _named(path, "read"):
        data = path.read_bytes() if path.exists() else b""
    if not _HEAD.startswith(data.partition(_HEAD)[0].strip()):  # an incomplete first line may precede
        raise StoreError(f"{path} must be a file of a study. Choose another file name.")
    heads: list[dict[str, Any]] = []
    results: dict[Key, Result] = {}
    for line in _lines(data):
        if "study" in line:
            heads.append(line)
            if line["study"] != FORMAT:
                raise StoreError(
                    f"{path} must have the format {FORMAT!r}, got {shown(line['study'])}. Choose another file name."
                )
        elif not heads:
            raise StoreError(f"{path} is damaged, so its request cannot be read. Choose another file name.")
        else:
            try:
                result = Result.from_dict(line)
            except ValueError as error:
                raise StoreError(
                    f"{path} has a line that is not a result of a search. {error} Choose another file name."
                ) from None
            known = results.get(result.id)
            if known is None or known.stop_reason == "failed":
                results[result.id] = result
    return heads, results


def compare(path: Path, found: Mapping[str, Any], asked: Mapping[str, Any], here: str = "here") -> None:
    """Raise a StoreError for a file whose versions or request differ from those `here`, with each difference."""
    for what, kind in (("versions", "other versions"), ("request", "another request")):
        old, new = found.get(what), asked[what]
        if old == new:
            continue
        old = old if isinstance(old, dict) else {}
        changes = [
            f"{n}: {shown(old.get(n))} there, {shown(new.get(n))} {here}"
            for n in {**old, **new}
            if old.get(n) != new.get(n)
        ]
        raise StoreError(f"{path} has {kind} ({'; '.join(changes)}). Choose another file name.")


def _lines(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of complete lines."""
    # In merged files a request may follow an incomplete line without a line break.
    for line in data.replace(_HEAD, b"\n" + _HEAD).split(b"\n"):
        try:
            found = read_json(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


@contextmanager
def _named(path: Path, done: str) -> Iterator[None]:
    """Turn errors of the file system into a StoreError."""
    try:
        yield
    except ValueError as error:  # such as a null character in the name
        raise StoreError(f"{shown(str(path))} is not a valid file name ({error}). Choose another file name.") from None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be {done} ({error.strerror}). Check the folder, its permissions and the free disk space."
        ) from None
