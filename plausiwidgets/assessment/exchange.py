"""A stored study as JSON, and back: specification, history and rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from plausiwidgets.assessment.store import FORMAT, Known, Store, StoreError, candidate_from, plain
from plausiwidgets.optimization.optimizer import Generation

_SEAL = "sha256"


def export_study(store: str | Path) -> dict[str, Any]:
    """Return a whole study as numbers, strings, lists and dicts.

    Raises
    ------
    StoreError
        If the file does not exist, is in use, or is no study.
    """
    opened, head = Store.read(store)
    try:
        data = head | {"units": {key: _unit(opened.unit(key)) for key in opened.keys()}}  # noqa: SIM118
        return data | {_SEAL: _digest(data)}
    finally:
        opened.close()


def import_study(data: Mapping[str, Any], store: str | Path) -> None:
    """Write what `export_study` returned into a new file.

    Raises
    ------
    StoreError
        If the file exists or cannot be written, or `data` is not an exported study; it then leaves no file.
    """
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise StoreError(f"this is no exported study: its format is not {FORMAT!r}")
    if data.get(_SEAL) != _digest({n: v for n, v in data.items() if n != _SEAL}):
        raise StoreError("this exported study was changed, or is not complete: it would not give the same table")
    try:
        units = {str(key): _known(unit) for key, unit in data["units"].items()}
        specification, versions = dict(data["specification"]), dict(data["versions"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(f"this exported study is not complete: {type(error).__name__}: {error}") from None
    try:
        Path(store).open("xb").close()
    except FileExistsError:
        raise StoreError(f"{store} exists: an import never overwrites, choose another name") from None
    except OSError as error:
        raise StoreError(f"{store} cannot be written: {error.strerror}") from None
    try:
        with closing(Store(store, specification, versions)) as opened:
            for key, (known, seconds) in units.items():
                opened.add(key, 0, known.generations, seconds)
                for number, row in known.rows.items():
                    opened.end(key, number, row)
    except BaseException:
        for file in (f"{store}{end}" for end in ("", "-wal", "-shm")):
            Path(file).unlink(missing_ok=True)
        raise


def export_json(store: str | Path, path: str | Path) -> None:
    """Write a stored study as a JSON file."""
    Path(path).write_text(json.dumps(export_study(store), allow_nan=False), encoding="utf-8")


def import_json(path: str | Path, store: str | Path) -> None:
    """Make a store of a file that `export_json` wrote; an existing one is never overwritten."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise StoreError(f"{path} is no JSON: {error}") from None
    import_study(data, store)


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _unit(known: Known) -> dict[str, Any]:
    return {
        "rows": {str(number): row for number, row in known.rows.items()},
        "generations": [
            {
                "phase": g.phase,
                "hits": g.hits,
                "seconds": s,
                "candidate": plain(g.candidate),
                "median": g.median,
                "losses": g.losses.tolist(),
            }
            for g, s in zip(known.generations, known.seconds_each, strict=True)
        ],
    }


def _known(unit: Mapping[str, Any]) -> tuple[Known, list[float]]:
    known, seconds = Known(), []
    for g in unit["generations"]:
        losses = np.array(g["losses"], dtype=np.float64)
        if losses.ndim != 1 or not losses.size or not np.all(np.isfinite(losses)):
            raise ValueError("losses are not finite numbers")
        candidate, median = candidate_from(g["candidate"]), float(g["median"])
        known.generations.append(Generation(str(g["phase"]), losses, int(g["hits"]), candidate, median))
        seconds.append(float(g["seconds"]))
    known.rows = {int(number): dict(row) for number, row in unit["rows"].items()}
    return known, seconds
