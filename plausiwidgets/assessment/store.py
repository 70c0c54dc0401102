"""A study in one SQLite file: what is asked, every generation, what was found.

The told losses are the whole memory of a search, so a killed study is replayed and goes on with
bit-identical results. One connection writes, a transaction a generation; no pickle anywhere.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from plausiwidgets.assessment.store_file import StoreError, StoreWarning, connect, in_words, reserve, tables
from plausiwidgets.optimization.optimizer import Candidate, Generation

__all__ = ["FORMAT", "Known", "Store", "StoreError", "StoreWarning"]

FORMAT = "plausiwidgets-study-3"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS study (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ended (
    unit TEXT NOT NULL, round INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (unit, round)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS generation (
    unit TEXT NOT NULL, number INTEGER NOT NULL, phase TEXT NOT NULL, hits INTEGER NOT NULL,
    seconds REAL NOT NULL, candidate TEXT NOT NULL, median REAL NOT NULL, losses BLOB NOT NULL,
    PRIMARY KEY (unit, number)
) WITHOUT ROWID;
"""


@dataclass
class Known:
    """What a store knows of one unit.

    Attributes
    ----------
    generations : list of Generation
        In order, over all rounds.
    seconds_each : list of float
        Working time of each of them.
    rows : dict of int to dict
        Round → the unit's row at the end of it.
    """

    generations: list[Generation] = field(default_factory=list)
    seconds_each: list[float] = field(default_factory=list)
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)

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
        self._free = reserve(self, self.path)
        asked = {
            "format": FORMAT,
            "versions": json.dumps(dict(versions), sort_keys=True),
            "specification": json.dumps(specification, sort_keys=True),
        }
        self._connect()
        try:
            with in_words(self.path):
                found = _read_head(self._connection, self.path)
                if not found:
                    self._begin(asked)
                else:
                    _compare(self.path, found, asked)
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
        self._free()

    def _connect(self, exclusive: bool = True) -> None:
        try:
            self._connection = connect(self.path, exclusive)
        except BaseException:
            self._free()
            raise

    def unit(self, key: str) -> Known:
        """Return what is known of a unit."""
        known = Known()
        with in_words(self.path):
            rows = self._connection.execute("SELECT round, line FROM ended WHERE unit = ?", (key,)).fetchall()
            made = self._connection.execute(
                "SELECT phase, losses, hits, candidate, median, seconds FROM generation WHERE unit = ? ORDER BY number",
                (key,),
            ).fetchall()
        try:
            known.rows = {number: json.loads(row) for number, row in rows}
            for *data, seconds in made:
                known.generations.append(_generation(*data))
                known.seconds_each.append(seconds)
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(f"{self.path} is damaged: unit {key!r} cannot be read ({error})") from None
        return known

    def add(self, key: str, number: int, generations: Sequence[Generation], seconds: Sequence[float]) -> None:
        """Add generations of a unit from `number` on, in one transaction."""
        rows = [
            (key, number + i, g.phase, g.hits, s, json.dumps(plain(g.candidate)), g.median, _blob(g.losses))
            for i, (g, s) in enumerate(zip(generations, seconds, strict=True))
        ]
        with in_words(self.path), self._connection:
            self._connection.executemany("INSERT INTO generation VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def end(self, key: str, number: int, row: Mapping[str, Any]) -> None:
        """Note the row of a unit at the end of a round."""
        with in_words(self.path), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO ended VALUES (?, ?, ?)", (key, number, json.dumps(row)))

    def keys(self) -> list[str]:
        """Return the units that anything is known of."""
        query = "SELECT unit FROM generation UNION SELECT unit FROM ended ORDER BY 1"
        with in_words(self.path):
            return [key for (key,) in self._connection.execute(query)]

    @classmethod
    def read(cls, path: str | Path) -> tuple[Store, dict[str, Any]]:
        """Open a study for reading; return it and its head: format, versions, specification."""
        if not Path(path).exists():
            raise StoreError(f"{path} does not exist")
        store = cls.__new__(cls)
        store.path = Path(path)
        store._free = reserve(store, store.path)
        store._connect(exclusive=False)
        try:
            with in_words(store.path):
                head = _read_head(store._connection, store.path)
            if not head:
                raise StoreError(f"{path} holds no study")
        except StoreError:
            store.close()
            raise
        return store, {n: v if n == "format" else json.loads(v) for n, v in head.items()}

    def _begin(self, head: Mapping[str, str]) -> None:
        with self._connection:
            for statement in _SCHEMA.split(";"):
                self._connection.execute(statement)
            self._connection.executemany("INSERT INTO study VALUES (?, ?)", list(head.items()))


# -- rows ------------------------------------------------------------------------------------------


def plain(candidate: Candidate) -> dict[str, Any]:
    """Return the stored form of a candidate."""
    return {
        "parameters": dict(candidate.parameters),
        "loss": candidate.loss,
        "graded": candidate.graded,
        "fragile": candidate.fragile,
        "evaluation": candidate.evaluation,
    }


def candidate_from(data: Mapping[str, Any]) -> Candidate:
    """Return the Candidate of its stored form; its checks are judged again where needed."""
    fragile = data["fragile"]
    return Candidate(
        {str(n): float(v) for n, v in data["parameters"].items()},
        float(data["loss"]),
        float(data["graded"]),
        None if fragile is None else bool(fragile),
        int(data["evaluation"]),
    )


def _generation(phase: str, losses: bytes, hits: int, candidate: str, median: float) -> Generation:
    return Generation(phase, np.frombuffer(losses, dtype="<f8"), hits, candidate_from(json.loads(candidate)), median)


def _blob(losses: np.ndarray[Any, Any]) -> bytes:
    return np.asarray(losses, dtype="<f8").tobytes()


# -- the file --------------------------------------------------------------------------------------


def _read_head(connection: sqlite3.Connection, path: Path) -> dict[str, str]:
    found = set(tables(connection))
    if not found:
        return {}
    if "study" not in found:
        raise StoreError(f"{path} is an SQLite file of something else: choose another name")
    return dict(connection.execute("SELECT name, value FROM study").fetchall())


def _compare(path: Path, found: Mapping[str, str], asked: Mapping[str, str]) -> None:
    if found.get("format") != asked["format"]:
        raise StoreError(f"{path} has the format {found.get('format')!r}, this version reads {FORMAT!r}")
    for what in ("versions", "specification"):
        if found.get(what) == asked[what]:
            continue
        old, new = json.loads(found.get(what, "{}")), json.loads(asked[what])
        changes = [f"{n}: {_short(old.get(n))} there, {_short(new.get(n))} here" for n in {**old, **new}
                   if old.get(n) != new.get(n)]  # fmt: skip
        kind = "other versions" if what == "versions" else "another specification"
        raise StoreError(
            f"{path} was made with {kind}, so going on would not give one table ({'; '.join(changes)}). "
            "Use another file name; `plausiwidgets.assessment.export_json` reads the old one."
        )


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
