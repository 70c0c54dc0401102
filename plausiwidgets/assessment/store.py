"""File of a study: a JSON line for the request, followed by a line for each finished search.

Lines are only appended. A single write adds each line, and flushes it to disk before the study continues. If the
process is killed, at most one incomplete line remains, which is ignored. Its search runs again with the same result.
Two processes may write to the same file. To merge files of equal requests, use ``cat a.jsonl b.jsonl > both.jsonl``. A
study may also read the files of smaller studies, such as the jobs of an array, and copies their searches into its file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from plausiwidgets.assessment.table import make_table
from plausiwidgets.assessment.units import RUN_AGAIN
from plausiwidgets.optimization.result import Result
from plausiwidgets.support.arguments import checked, shown
from plausiwidgets.support.json_text import read_json
from plausiwidgets.support.lazy import pandas as pd

FORMAT = "plausiwidgets-study-9"

_HEAD = b'{"study": '

Key = tuple[str, str, int]
"""Model, pattern and seed of a search."""


class StoreError(RuntimeError):
    """Error for a file that cannot be used for the request of a study.

    The message contains the reason and a remedy.

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
    """Warning that the file of a study can no longer be written, so that the study continues in memory.

    Examples
    --------
    To stop a study that cannot write its file, turn the warning into an error:

    >>> import warnings
    >>> from plausiwidgets.assessment import StoreWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", StoreWarning)
    """


class Store:
    """File of a study, which is read if it exists.

    Only the methods `prepare` and `write` write to the file.

    Parameters
    ----------
    path : path
        File of the study.
    request : mapping
        Request of the study, from `describe_request`.
    versions : mapping of str to str
        Versions of the packages.
    others : sequence of paths
        Files of studies with some of the same models, patterns and seeds, whose searches are reused.

    Attributes
    ----------
    results : dict of (model, pattern, seed) to Result
        Searches of all files.

    Raises
    ------
    StoreError
        If a file cannot be read, is not a study, or contains other versions or another request.
    """

    def __init__(
        self,
        path: str | Path,
        request: Mapping[str, object],
        versions: Mapping[str, str],
        others: Sequence[str | Path] = (),
    ) -> None:
        self.path = Path(path)
        self._asked = json.loads(json.dumps({"versions": dict(versions), "request": request}))
        heads, self.results = read_file(self.path)
        for head in heads:
            compare(self.path, head, self._asked)
        self._begun = bool(heads)
        self._copied: dict[Key, Result] = {}
        for other in others:
            self._read_other(Path(other))

    @property
    def outdated(self) -> bool:
        """Whether the file lacks the request, or a search that another file contains."""
        return not self._begun or bool(self._copied)

    def prepare(self) -> None:
        """Write the request, and the searches of other files, if the file lacks them.

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        line = b"" if self._begun else json.dumps({"study": FORMAT} | self._asked).encode() + b"\n"
        self._append(line, make=not self._begun)
        self._begun = True
        self.write(*self._copied.values())
        self._copied.clear()

    def _read_other(self, path: Path) -> None:
        """Add the searches of this study that another file contains."""
        heads, found = _begun_file(path)
        for head in heads:
            compare(path, head, self._asked, part=True)
        own = set(_searches(self.path, self._asked))
        for key, result in found.items():
            if key in own and result.stop_reason not in RUN_AGAIN and _add(self.results, result):
                self._copied[key] = result

    def write(self, *results: Result) -> None:
        """Append finished searches to the file, and wait until they are on disk.

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
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


@checked
def read_study(files: str | Path | Sequence[str | Path]) -> pd.DataFrame:
    """Return the table of the finished searches in one or several files of studies.

    The files may be from any version since 0.3, including its shards. To continue a study, call `assess` with the
    versions that wrote its file.

    Returns
    -------
    pandas.DataFrame
        Table of `plausiwidgets.assess`. ``.attrs["complete"]`` is whether the files contain every requested search.

    Raises
    ------
    StoreError
        If a file cannot be read, or is not a study.

    Examples
    --------
    >>> import tempfile
    >>> import plausiwidgets as pw
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = pw.assess("lif", "tonic_spiking", budget=200, store=f"{folder}/study.jsonl")
    ...     again = pw.assessment.read_study(f"{folder}/study.jsonl")
    >>> again.equals(table)
    True
    """
    requested: dict[Key, None] = {}
    results: dict[Key, Result] = {}
    for path in [Path(files)] if isinstance(files, (str, Path)) else map(Path, files):
        heads, found = _begun_file(path.expanduser())
        for head in heads:
            requested |= dict.fromkeys(_searches(path, head))
        for result in found.values():
            _add(results, result)
    rows = [results[key] for key in {**requested, **results} if key in results]
    return make_table(rows, requested.keys() <= results.keys() and all(row.reproducible for row in rows))


def _add(results: dict[Key, Result], result: Result) -> bool:
    """Add a search unless there is one that did not fail, and return whether it was added."""
    known = results.get(result.id)
    if known is not None and known.stop_reason not in RUN_AGAIN:
        return False
    results[result.id] = result
    return True


def _begun_file(path: Path) -> tuple[list[dict[str, object]], dict[Key, Result]]:
    """Return the result of `read_file` for a file that must contain a request.

    Raises
    ------
    StoreError
        If the file does not exist or has no request.
    """
    heads, results = read_file(path)
    if not heads:
        raise StoreError(f"{path} {'is empty' if path.exists() else 'does not exist'}. Pass the files of a study.")
    return heads, results


def _searches(path: Path, head: Mapping[str, Any]) -> list[Key]:
    """Return the requested searches of a file in the order of the table."""
    try:
        models, seeds, patterns = (list(head["request"][name]) for name in ("models", "seeds", "patterns"))
    except (KeyError, TypeError):
        raise StoreError(f"{path} is damaged, so its request cannot be read. Choose another file name.") from None
    return [(model, pattern, seed) for model, seed, pattern in product(models, seeds, patterns)]


def read_file(path: Path) -> tuple[list[dict[str, object]], dict[Key, Result]]:
    """Return the requests in the file of a study, and its searches.

    A file that was merged by ``cat`` contains several requests. Both results are empty if there is no file. A failed
    search is replaced by a later one with the same key.

    Raises
    ------
    StoreError
        If the file cannot be read, is not a study, or is damaged.
    """
    with _named(path, "read"):
        data = path.read_bytes() if path.exists() else b""
    if not _HEAD.startswith(data.partition(_HEAD)[0].strip()):  # an incomplete first line may precede the request
        raise StoreError(f"{path} must be a file of a study. Choose another file name.")
    heads: list[dict[str, object]] = []
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
            _add(results, result)
    return heads, results


_ADVICE = {
    "versions": "pw.assessment.read_study returns its table. To search again, choose another file name.",
    "request": "To reuse its searches, put a new file in front of it in store. To search again, choose another file "
    "name.",
}


def compare(
    path: Path, found: Mapping[str, object], asked: Mapping[str, Mapping[str, object]], *, part: bool = False
) -> None:
    """Raise a StoreError that lists the differences if a file has other versions or another request.

    With `part`, the request may contain more or fewer models, patterns and seeds, but must share at least one search.
    """
    for what, kind in (("versions", "other versions"), ("request", "another request")):
        old, new = found.get(what), asked[what]
        old = old if isinstance(old, dict) else {}
        if part and what == "request":
            old, new = _shared(old, new), _shared(new, old)
            if not (old.get("models") and old.get("patterns")):
                raise StoreError(f"{path} has no model and pattern of this study. Choose another file name.")
        if old != new:
            changes = [
                f"{n}: {shown(old.get(n))} there, {shown(new.get(n))} here"
                for n in {**old, **new}
                if old.get(n) != new.get(n)
            ]
            raise StoreError(f"{path} has {kind} ({'; '.join(changes)}). {_ADVICE[what]}")


def _shared(one: Mapping[str, object], other: Mapping[str, Any]) -> dict[str, object]:
    """Return the part of a request that another request also contains.

    Seeds, and a shard of version 0.3, are not compared.
    """
    return {
        name: {key: x for key, x in value.items() if key in (other.get(name) or ())}
        if isinstance(value, Mapping)
        else value
        for name, value in one.items()
        if name not in ("seeds", "shard")
    }


def _lines(data: bytes) -> Iterator[dict[str, object]]:
    """Yield the JSON objects of complete lines."""
    # In merged files, a request may follow an incomplete line without a line break.
    for line in data.replace(_HEAD, b"\n" + _HEAD).split(b"\n"):
        try:
            found = read_json(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


@contextmanager
def _named(path: Path, done: str) -> Iterator[None]:
    """Convert errors of the file system within a context into a StoreError."""
    try:
        yield
    except ValueError as error:  # such as a null character in the name
        raise StoreError(f"{shown(str(path))} is not a valid file name ({error}). Choose another file name.") from None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be {done} ({error.strerror}). Check the folder, its permissions and the free disk space."
        ) from None
