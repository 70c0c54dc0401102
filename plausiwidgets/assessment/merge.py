"""One table of the files of a study's shards."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import product
from pathlib import Path
from typing import Any

from plausiwidgets.assessment.shards import Shard
from plausiwidgets.assessment.store import Key, Store, StoreError, compare, read_study
from plausiwidgets.assessment.table import make_table
from plausiwidgets.optimization.result import Result
from plausiwidgets.support.arguments import checked, shown
from plausiwidgets.support.lazy import pandas as pd

SHARD = "shard"


@checked
def merge_studies(files: Sequence[str | Path], *, store: str | Path | None = None) -> pd.DataFrame:
    """Put the files of a study's shards together, also where some searches are missing.

    Parameters
    ----------
    files : list of path
        Files that `assess` wrote with the same request, by any shards, or by none.
    store : path, optional
        Also write all searches to this new file, as of a study without shards: `assess` with the same request
        continues it, and makes what is missing.

    Returns
    -------
    pandas.DataFrame
        As of `assess`, in the order of the first file's request. ``.attrs["complete"]`` says whether all searches are
        there, and ``.attrs["missing"]`` which are not, in words: whole shards by their numbers, others by name.

    Raises
    ------
    StoreError
        If a file cannot be read or is not a study; if versions or requests differ; if two files differ about a search
        in anything but its time. The text names the difference.

    Examples
    --------
    >>> import tempfile
    >>> import plausiwidgets as pw
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = [f"{folder}/shard-{n}.jsonl" for n in (1, 2)]
    ...     for n, file in enumerate(files, 1):
    ...         part = pw.assess("lif", ["tonic_spiking", "integrator"], budget=200, store=file, shard=f"{n}/2")
    ...     table = pw.assessment.merge_studies(files)
    >>> table["pattern"].tolist(), table.attrs["complete"]
    (['tonic_spiking', 'integrator'], True)
    """
    files = list(files)
    if not files:
        raise ValueError("merge_studies: files must contain at least one file, got an empty list.")
    asked: dict[str, Any] = {}
    results: dict[Key, Result] = {}
    origins: dict[Key, Path] = {}
    shards: set[str | None] = set()
    first = Path(files[0]).expanduser()
    for path in (Path(file).expanduser() for file in files):
        heads, found = read_study(path)
        if not heads:
            there = "is empty" if path.exists() else "does not exist"
            raise StoreError(f"{path} {there}. Pass files that assess has written.")
        for head in heads:
            request = head.get("request")
            if not isinstance(request, dict) or not all(
                isinstance(request.get(name), kind)
                for name, kind in (("models", dict), ("seeds", list), ("patterns", dict))
            ):
                raise StoreError(f"{path} is damaged, so its request cannot be read.")
            request = dict(request)
            shards.add(request.pop(SHARD, None))
            whole = {"versions": head.get("versions"), "request": request | {"seeds": sorted(request.get("seeds", []))}}
            asked = asked or whole | {"order": request}
            compare(path, whole, asked, f"in {first}")
        for key, result in found.items():
            known = results.get(key)
            if known is None or known.stop_reason == "failed":
                results[key], origins[key] = result, path
            elif result.stop_reason != "failed":
                _require_same(result, known, path, origins[key])
    models, seeds, patterns = (asked["order"][name] for name in ("models", "seeds", "patterns"))
    order = [(model, pattern, seed) for model, seed, pattern in product(models, seeds, patterns)]
    if others := results.keys() - set(order):
        other = min(others)
        raise StoreError(f"{origins[other]} is damaged: it contains {_named(other)}, which is not in its request.")
    if store is not None:
        _write(Path(store).expanduser(), asked, [results[key] for key in order if key in results])
    rows = [results[key] for key in order if key in results]
    missing = list(_missing(order, results, shards))
    table = make_table(rows, not missing and all(row.reproducible for row in rows))
    table.attrs |= {"versions": asked["versions"], "missing": missing}
    return table


def _missing(order: list[Key], results: Mapping[Key, Result], shards: set[str | None]) -> Iterator[str]:
    """Yield in words what is not there: shards of which no file was given, and searches of the others."""
    left = [key for key in order if key not in results]
    if None not in shards and len(counts := {Shard.of(shard).count for shard in shards}) == 1:
        count = counts.pop()
        for number in range(1, count + 1):
            shard = Shard(number, count)
            part = shard.part(order) & set(left) if str(shard) not in shards else set()
            if part:
                yield f"shard {shard} ({len(part)} searches)"
                left = [key for key in left if key not in part]
    yield from map(_named, left)


def _named(key: Key) -> str:
    model, pattern, seed = key
    return f"{model} {pattern} seed {seed}"


def _require_same(one: Result, other: Result, path: Path, first: Path) -> None:
    """Raise a StoreError for two records of one search that differ in more than their time."""
    for field in fields(Result):
        new, old = getattr(one, field.name), getattr(other, field.name)
        if field.compare and field.name != "seconds" and repr(new) != repr(old):  # nan is nan here
            raise StoreError(
                f"{path} and {first} must have the same result for {_named(one.id)}, got {field.name} {shown(new)} and "
                f"{shown(old)}. Merge only files that were written on the same kind of machine with the same code."
            )


def _write(path: Path, asked: Mapping[str, Any], results: list[Result]) -> None:
    """Write a study's file completely, or not at all."""
    if path.exists():
        raise StoreError(f"{path} already exists. Choose a new file for the merged study.")
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    made = Store(beside, asked["order"], asked["versions"])
    made.prepare()
    made.write(*results)
    os.replace(beside, path)
