"""List of stale pairs, and the shortest commands that update them.

During a change of the rules, `stale.txt` lists the pairs whose packaged results are older than the rules. A release
requires an empty list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from plausiwidgets.models.library import NAMES
from plausiwidgets.support.whole_file import write_whole
from plausiwidgets.upkeep.rows import TORCH, Row, twenty

COMMAND = "python -m plausiwidgets.upkeep"
FILE = Path(str(files("plausiwidgets") / "upkeep" / "stale.txt"))
HEAD = f"""\
# Packaged results that are older than the rules: data, model and pattern of each. A release requires an empty list.
# {COMMAND} brings them up to date, and writes this list.
"""

Entry = tuple[str, str, str]
"""Data set, model and pattern."""


def listed() -> set[Entry]:
    """Return the entries of the list."""
    return set(_entries(FILE.read_text(encoding="utf-8")))


def _entries(text: str) -> Iterator[Entry]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            data, model, pattern = line.split()
            yield data, model, pattern


def entries_of(rows: Iterable[Row]) -> list[Entry]:
    """Return the entries of stale rows without repetitions."""
    return list(dict.fromkeys((row.data, row.model, row.pattern) for row in rows if row.is_stale))


def write(rows: Iterable[Row]) -> None:
    """Write the list of stale pairs, given all rows."""
    write_whole(FILE, HEAD + "".join(" ".join(entry) + "\n" for entry in entries_of(rows)))


def problems(rows: Collection[Row]) -> list[str]:
    """Return a message for each stale pair that is not listed, and for each listed pair that is up to date."""
    stale = [row for row in rows if row.is_stale]
    known, found = listed(), entries_of(stale)
    missing = [row for row in stale if (row.data, row.model, row.pattern) not in known]
    messages = [f"{data}, {model}, {pattern}: listed, but up to date." for data, model, pattern in known - set(found)]
    if messages:
        messages.append(f"Write the list again: {COMMAND} --list")
    return [*described(missing), *messages]


def described(stale: Collection[Row]) -> Iterator[str]:
    """Yield the number of stale rows for each command and each reason."""
    for command, rows in commands(stale).items():
        reasons: dict[str, int] = {}
        for row in rows:
            reasons[f"{row.data}: {row.why}"] = reasons.get(f"{row.data}: {row.why}", 0) + 1
        yield "; ".join(f"{count} × {reason}" for reason, count in reasons.items()) + f". Run {command}"


def commands(stale: Collection[Row]) -> dict[str, list[Row]]:
    """Return the shortest command for each stale row, with the rows that it updates.

    A pattern that is stale for every model requires only one command, and so does a model that is stale for every
    pattern.
    """
    found: dict[str, list[Row]] = {}
    names, keys = set(NAMES), {one.key for one in twenty()}
    models_of: dict[str, set[str]] = {}
    patterns_of: dict[str, set[str]] = {}
    for row in stale:
        if row.data != TORCH:
            models_of.setdefault(row.pattern, set()).add(row.model)
            patterns_of.setdefault(row.model, set()).add(row.pattern)
    for row in stale:
        if row.data == TORCH:
            command = f"{COMMAND} torch"
        elif all(models_of.get(key) == names for key in keys):
            command = COMMAND
        elif models_of[row.pattern] == names:
            command = f"{COMMAND} --patterns {row.pattern}"
        elif patterns_of[row.model] == keys:
            command = f"{COMMAND} {row.model}"
        else:
            command = f"{COMMAND} {row.model} --patterns {row.pattern}"
        found.setdefault(command, []).append(row)
    return found
