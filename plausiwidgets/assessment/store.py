"""A study in one SQLite file: what is asked, every generation, what was found.

The told costs are the whole memory of a search, so a killed study is replayed and goes on with
bit-identical results. One connection writes, a transaction a generation; no pickle anywhere. Each row holds
a digest of itself: SQLite notices damage of its own structure, but not of what it was given.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
import weakref
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from plausiwidgets.arguments import shown
from plausiwidgets.assessment.units import Row
from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.optimizer import Candidate, Generation

FORMAT = "plausiwidgets-study-8"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS study (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ended (
    unit TEXT PRIMARY KEY, line TEXT NOT NULL, digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS generation (
    unit TEXT NOT NULL, number INTEGER NOT NULL, phase TEXT NOT NULL, hits INTEGER NOT NULL,
    seconds REAL NOT NULL, candidate TEXT NOT NULL, median REAL NOT NULL, criteria INTEGER NOT NULL,
    costs BLOB NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (unit, number)
) WITHOUT ROWID;
"""
_PATIENCE = 1.0
"""Time in s to wait for a file that is in use."""
_HEADER = 100
"""Bytes that every SQLite file has."""


_ERRORS = (sqlite3.Error, UnicodeDecodeError)  # the latter of a damaged text, or of an error's own text
_DAMAGE = ("malformed", "integrity", "no such", "no column", "decode", "UTF-8", "corrupt")


class StoreError(RuntimeError):
    """A study's file cannot be used, or not for this; the text says why and what to do."""


class StoreWarning(UserWarning):
    """A study's file can no longer be written; the run in memory goes on."""


@contextmanager
def translate_sqlite_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a StoreError that says what to do."""
    try:
        yield
    except _ERRORS as error:
        raise StoreError(_why(path, str(error))) from None


@dataclass
class StoredSearch:
    """What a store knows of one unit.

    Attributes
    ----------
    generations : list of Generation
        In order.
    seconds_each : list of float
        Working time of each of them.
    row : dict or None
        The unit's row of the table, once it has ended.
    """

    generations: list[Generation] = field(default_factory=list)
    seconds_each: list[float] = field(default_factory=list)
    row: Row | None = None

    @property
    def seconds(self) -> float:
        """Working time of all generations."""
        return sum(self.seconds_each)


class Store:
    """The file of one study, opened for writing by one process at a time.

    Parameters
    ----------
    path : path
        Made where it does not exist.
    specification : mapping
        What is asked; a file that holds another one is refused.
    versions : mapping of str to str
        Of everything that results depend on; a file of others is refused.

    Raises
    ------
    StoreError
        If the file cannot be opened or written, is no study, is damaged, is open in another
        process, or belongs to other versions or another specification.
    """

    def __init__(self, path: str | Path, specification: Mapping[str, Any], versions: Mapping[str, str]) -> None:
        self.path = Path(path)
        self._free = _reserve(self, self.path)
        asked = {
            "format": FORMAT,
            "versions": json.dumps(dict(versions), sort_keys=True),
            "specification": json.dumps(specification, sort_keys=True),
        }
        try:
            self._connection = _connect(self.path)
        except BaseException:
            self._free()
            raise
        try:
            opened = os.stat(self.path)
            self._file = (opened.st_dev, opened.st_ino)
            with translate_sqlite_errors(self.path):
                found = _read_head(self._connection, self.path)
                if not found:
                    self._begin(asked)
                else:
                    _compare(self.path, found, asked)
        except OSError as error:
            self.close()
            raise StoreError(_why(self.path, f"unable to open: {error.strerror}")) from None
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; what it has not taken into itself yet stays beside it, and is read from there."""
        with suppress(sqlite3.Error):
            self._connection.close()
        self._free()

    def unit(self, key: str) -> StoredSearch:
        """Return what is known of a unit."""
        stored = StoredSearch()
        with translate_sqlite_errors(self.path):
            ended = self._connection.execute("SELECT unit, line, digest FROM ended WHERE unit = ?", (key,)).fetchone()
            made = self._connection.execute(
                "SELECT unit, number, phase, hits, seconds, candidate, median, criteria, costs, digest "
                "FROM generation WHERE unit = ? ORDER BY number",
                (key,),
            ).fetchall()
        whole = all(digest == _digest(row) for *row, digest in (*([ended] if ended else []), *made))
        if not whole or [number for _, number, *_ in made] != list(range(len(made))):
            raise StoreError(_why(self.path, f"malformed: what it holds of {key!r} is not what was written"))
        stored.row = json.loads(ended[1]) if ended else None
        for _, _, phase, hits, seconds, candidate, median, criteria, costs, _ in made:
            told = _costs(costs, criteria)
            stored.generations.append(Generation(phase, told, hits, _candidate(candidate), median))
            stored.seconds_each.append(seconds)
        return stored

    def add(self, key: str, number: int, generations: Sequence[Generation], seconds: Sequence[float]) -> None:
        """Add generations of a unit from `number` on, in one transaction."""
        rows = [
            (
                key,
                number + i,
                g.phase,
                int(g.hits),
                float(s),
                _text(g.candidate),
                float(g.median),
                g.costs.shape[1] - 1,
                _blob(g.costs),
            )
            for i, (g, s) in enumerate(zip(generations, seconds, strict=True))
        ]
        self.require_file()
        with translate_sqlite_errors(self.path), self._connection:
            self._connection.executemany(
                "INSERT INTO generation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [(*row, _digest(row)) for row in rows]
            )

    def end(self, key: str, row: Row) -> None:
        """Note the row of a unit that has ended."""
        self.require_file()
        made = (key, json.dumps(row))
        with translate_sqlite_errors(self.path), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO ended VALUES (?, ?, ?)", (*made, _digest(made)))

    def require_file(self) -> None:
        """Raise a StoreError where the file is there no more: SQLite would write to it all the same."""
        try:
            there = os.stat(self.path)
        except OSError:
            there = None
        if there is None or (there.st_dev, there.st_ino) != self._file:
            raise StoreError(f"{self.path} was deleted or replaced while it was open: what is found is not saved there")

    def _begin(self, head: Mapping[str, str]) -> None:
        with self._connection:
            for statement in _SCHEMA.split(";"):
                self._connection.execute(statement)
            self._connection.executemany("INSERT INTO study VALUES (?, ?)", list(head.items()))


# -- rows ------------------------------------------------------------------------------------------


def _text(candidate: Candidate) -> str:
    """Return the stored form of a candidate."""
    plain = {
        "parameters": dict(candidate.parameters),
        "loss": candidate.loss,
        "graded": candidate.graded,
        "status": candidate.status,
        "failed_check": candidate.failed_check,
        "evaluation": candidate.evaluation,
    }
    return json.dumps(plain)


def _candidate(text: str) -> Candidate:
    """Return the Candidate of its stored form; its checks are judged again where needed."""
    data = json.loads(text)
    return Candidate(
        {str(n): float(v) for n, v in data["parameters"].items()},
        float(data["loss"]),
        float(data["graded"]),
        str(data["status"]),
        str(data["failed_check"]),
        int(data["evaluation"]),
    )


def _costs(blob: bytes, criteria: int) -> Floats:
    return np.frombuffer(zlib.decompress(blob), dtype="<f8").reshape(-1, criteria + 1)


def _digest(row: Sequence[Any]) -> str:
    """Return a digest of a row, types included."""
    return hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:16]


def _blob(costs: Floats) -> bytes:
    # Most criteria either hold or are wholly missed: a tenth to a quarter of the room.
    return zlib.compress(np.ascontiguousarray(costs, dtype="<f8").tobytes())


# -- the file --------------------------------------------------------------------------------------


def _read_head(connection: sqlite3.Connection, path: Path) -> dict[str, str]:
    found = set(_tables(connection))
    if not found:
        return {}
    if "study" not in found:
        raise StoreError(f"{path} is an SQLite file of something else: choose another name")
    return {str(name): str(value) for name, value in connection.execute("SELECT name, value FROM study")}


def _compare(path: Path, found: Mapping[str, str], asked: Mapping[str, str]) -> None:
    if found.get("format") != asked["format"]:
        raise StoreError(
            f"{path} has the format {found.get('format')!r}, this version reads {FORMAT!r}: use another file name"
        )
    for what in ("versions", "specification"):
        if found.get(what) == asked[what]:
            continue
        old, new = _read_json(path, found.get(what, "")), json.loads(asked[what])
        changes = [f"{n}: {_short(old.get(n))} there, {_short(new.get(n))} here" for n in {**old, **new}
                   if old.get(n) != new.get(n)]  # fmt: skip
        kind = "other versions" if what == "versions" else "another specification"
        raise StoreError(
            f"{path} was made with {kind}, so going on would not give one table ({'; '.join(changes)}). "
            "Use another file name."
        )


def _read_json(path: Path, text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except (TypeError, ValueError):
        raise StoreError(_why(path, "malformed: what was asked cannot be read")) from None


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


_opened: set[str] = set()
_closing = threading.Condition()


def _reserve(owner: object, path: Path) -> Callable[[], object]:
    """Reserve a file for one store of this process; return what frees it.

    SQLite's locks are the process's: a second connection would not be kept out by them as another
    process is, and whoever else opens and closes the file here takes them away.
    """
    try:
        name = os.path.realpath(path)
        os.lstat(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:  # a name that is too long, or holds what no name may
        raise StoreError(f"a file cannot be called {shown(str(path))} ({error}): choose another name") from None

    def free() -> None:
        with _closing:
            _opened.discard(name)
            _closing.notify_all()

    with _closing:
        # A study that has just been stopped closes its file a moment later.
        if not _closing.wait_for(lambda: name not in _opened, timeout=_PATIENCE):
            raise StoreError(f"{path} is open in this process: wait for the end of its study, or stop it")
        _opened.add(name)
    return weakref.finalize(owner, free)  # called at the latest when nobody has the store any more


def _connect(path: Path) -> sqlite3.Connection:
    """Open a file that is not damaged, and keep other processes out until the end."""
    # Not looked into beforehand: closing a file takes away the locks that this process has on it.
    if path.exists() and 0 < path.stat().st_size < _HEADER:
        raise StoreError(_why(path, "not a database"))  # SQLite takes one of a single byte for empty
    with translate_sqlite_errors(path):
        # Transactions are explicit (`with connection`); the thread that works may not be the one that opened.
        connection = sqlite3.connect(path, timeout=_PATIENCE, check_same_thread=False)
    try:
        # The lock is held until the end: a second writer is told, and a kill releases it.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN IMMEDIATE")
        found = set(_tables(connection))
        connection.execute("COMMIT")
        if not found or "study" in found:  # another program's file stays as it is
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the integrity check failed")
    except _ERRORS as error:
        connection.close()
        raise StoreError(_why(path, str(error))) from None
    return connection


def _tables(connection: sqlite3.Connection) -> Iterator[str]:
    """Return the names of the tables."""
    return (name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))


def _why(path: Path, text: str) -> str:
    if "not a database" in text:
        return f"{path} is not a study (not an SQLite file): choose another name"
    if any(word in text for word in _DAMAGE):
        return f"{path} is damaged ({text}): use a copy of it, or another file name to begin again"
    if "locked" in text:
        return f"{path} is open in another process: wait for its end, or use another file"
    if "readonly" in text or "unable to open" in text:
        return f"{path} cannot be written ({text}): check the folder and its permissions"
    if "disk I/O" in text:
        return f"{path} cannot be read or written ({text}): check the disk, and whether it is mounted read-only"
    if "full" in text:
        return f"{path} cannot be written: the disk is full"
    return f"{path} cannot be used ({text}): use a copy of it, or another file name to begin again"
