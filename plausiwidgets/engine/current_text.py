"""Text format of currents: a time and a current in each line, typed or from a CSV file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.support.arguments import shown

Floats = NDArray[np.float64]

MAX_SAMPLES = 100_000

_SEPARATORS = re.compile(r"\s*[,;\t]\s*|\s+")
_TIME, _CURRENT = re.compile(r"t|time\b.*|t\b.*", re.I), re.compile(r"i|current.*|i\b.*", re.I)


def read_current(text: str, where: str = "") -> tuple[Floats, Floats]:
    """Return the times (ms) and currents in a text with a time and a current in each line.

    They are separated by a comma, a semicolon, a tab or spaces. Empty lines and lines that start with ``#`` are
    skipped. The first line may contain column names.

    Raises
    ------
    ValueError
        If a line does not have the expected values, or the text has too many lines. The message starts with `where` and
        the line number.
    """
    kept = [(i, line.strip()) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    kept = [(i, line.replace("−", "-")) for i, line in kept if not line.startswith("#")]
    if len(kept) > MAX_SAMPLES + 1:
        raise ValueError(f"the current must have at most {MAX_SAMPLES} lines of values, got {len(kept)}.")
    if not kept:
        raise ValueError("the current must not be empty. Write a time (ms) and a current in each line.")
    columns, names = (0, 1), _SEPARATORS.split(kept[0][1])
    if not any(is_number(name) for name in names) and any(c.isalpha() for c in kept[0][1]):
        names = [
            name.strip(" \"'")
            for name in re.split(r"[,;\t]" if re.search(r"[,;\t]", kept[0][1]) else r"\s+", kept[0][1])
        ]
        columns = _columns(names)
        kept = kept[1:]
    else:
        names = []
    rows = np.empty((len(kept), 2))
    for row, (i, line) in zip(rows, kept, strict=True):
        place = f"{where}, line {i}" if where else f"line {i}"
        entries = _SEPARATORS.split(line)
        if len(entries) != (len(names) or 2):
            expected = f"{len(names)} values, one for each column" if names else "two values, a time (ms) and a current"
            raise ValueError(f"{place}: the line must have {expected}, got {len(entries)}.")
        for j, column in enumerate(columns):
            if not is_number(entries[column]):
                raise ValueError(f"{place}: the value must be a number, got {shown(entries[column])}.")
            row[j] = float(entries[column])
            if not np.isfinite(row[j]):
                raise ValueError(f"{place}: the value must be finite, got {entries[column][:20]}.")
    return rows[:, 0].copy(), rows[:, 1].copy()


def read_current_file(path: Path) -> tuple[Floats, Floats]:
    """Return the times (ms) and currents in a file, with the format and errors of :func:`read_current`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} must be a text file in UTF-8.") from None
    return read_current(text, path.name)


def piece_rows(text: str) -> list[list[float]]:
    """Return the numbers in a text with a piece in each line, or an empty list for any other text.

    A line has four numbers, or seven for noise or a chirp: the `numbers` of a piece.
    """
    lines = [_SEPARATORS.split(line.strip()) for line in text.splitlines() if line.strip()]
    if not all(len(line) in (4, 7) and all(map(is_number, line)) for line in lines):
        return []
    return [list(map(float, line)) for line in lines]


def in_text(value: float) -> str:
    """Return a number as the shortest text from which Python reads the same number."""
    return repr(float(value)).removesuffix(".0")


def _columns(names: Sequence[str]) -> tuple[int, int]:
    found = []
    for what, pattern in (("the time (ms), such as t", _TIME), ("the current", _CURRENT)):
        fitting = [j for j, name in enumerate(names) if pattern.fullmatch(name)]
        if not fitting:
            raise ValueError(f"a column must have the name of {what}. Columns: {', '.join(map(shown, names))[:200]}.")
        found.append(fitting[0])
    return found[0], found[1]


def is_number(text: str) -> bool:
    """Return whether Python can read a text as a number, including inf and nan."""
    try:
        float(text)
    except ValueError:
        return False
    return True
