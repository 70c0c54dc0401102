"""The SQLite file under a store: one user at a time, errors in words."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PATIENCE = 1.0
"""Time in s to wait for a file that is in use."""
_HEADER = 100
"""Bytes that every SQLite file has."""


class StoreError(RuntimeError):
    """A study's file cannot be used, or not for this; the text says why and what to do."""


class StoreWarning(UserWarning):
    """A study's file can no longer be written; the run in memory goes on."""


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a StoreError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(_why(path, str(error))) from None


_opened: set[str] = set()
_closing = threading.Condition()


def reserve(owner: Any, path: Path) -> Callable[[], Any]:
    """Reserve a file for one store of this process; return what frees it.

    SQLite's locks are the process's: a second connection would not be kept out by them as another
    process is, and whoever else opens and closes the file here takes them away.
    """
    name = os.path.realpath(path)

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


def connect(path: Path, exclusive: bool = True) -> sqlite3.Connection:
    """Open a file that is not damaged; `exclusive` to write, which keeps other processes out until the end."""
    # Not looked into beforehand: closing a file takes away the locks that this process has on it.
    if path.exists() and 0 < path.stat().st_size < _HEADER:
        raise StoreError(_why(path, "not a database"))  # SQLite takes one of a single byte for empty
    with in_words(path):
        # Transactions are explicit (`with connection`); the thread that works may not be the one that opened.
        connection = sqlite3.connect(path, timeout=_PATIENCE, check_same_thread=False)
    try:
        if exclusive:
            # The lock is held until the end: a second writer is told, and a kill releases it.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN IMMEDIATE")
            found = set(tables(connection))
            connection.execute("COMMIT")
            if not found or "study" in found:  # another program's file stays as it is
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the integrity check failed")
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(_why(path, str(error))) from None
    return connection


def tables(connection: sqlite3.Connection) -> Iterator[str]:
    """Return the names of the tables."""
    return (name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))


def _why(path: Path, text: str) -> str:
    if "not a database" in text:
        return f"{path} is not a study (not an SQLite file): choose another name"
    if "locked" in text:
        return f"{path} is open in another process: wait for its end, or use another file"
    if "readonly" in text or "unable to open" in text:
        return f"{path} cannot be written ({text}): check the folder and its permissions"
    if "full" in text:
        return f"{path} cannot be written: the disk is full"
    return f"{path} cannot be used: {text}"
