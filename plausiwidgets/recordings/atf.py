"""Reader of Axon Text Files, whose columns contain times, potentials and currents with their units."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from plausiwidgets.recordings.table import Source, read_columns
from plausiwidgets.recordings.units import AMPERE, POTENTIAL, TIME, split_unit
from plausiwidgets.support.arguments import shown

SIGNATURE = "ATF"
"""First characters of an Axon Text File."""
MAX_HEADER = 10_000
"""Maximum number of header lines."""


def read_atf(file: Iterable[str], name: str) -> tuple[tuple[Source, ...], dict[str, str]]:
    """Return the sweeps of an Axon Text File with the columns t, v and current, and the units of these columns.

    Raises
    ------
    ValueError
        If a line is invalid, if there is no time or no potential, or if the numbers of currents and potentials do not
        match.
    """
    lines = iter(file)
    next(lines)
    counts = next(lines, "").split()
    if len(counts) != 2 or not all(count.isdecimal() for count in counts) or int(counts[0]) > MAX_HEADER:
        raise ValueError(
            f"{name}, line 2: an Axon Text File must have the numbers of its header lines and of its columns here, got "
            f"{shown(' '.join(counts))}."
        )
    titles = 3 + int(counts[0])
    names = _titles(islice(lines, int(counts[0]), int(counts[0]) + 1), name, titles)
    # The traces of two channels have the same name, so identify columns by their position.
    header = "\t".join(f"column {k + 1}" for k in range(len(names))) + "\n"
    source = read_columns(chain([header], lines), name, {}, titles)
    units = [split_unit(title)[1] for title in names]
    places = {what: [k for k, unit in enumerate(units) if unit in valid] for what, valid in _UNITS.items()}
    for what, valid in (("t", TIME), ("v", POTENTIAL)):
        if not places[what]:
            raise ValueError(
                f"{name} must have a column in {' or '.join(valid)}. Columns: {', '.join(map(shown, names[:20]))}."
            )
    if len(places["current"]) not in (0, 1, len(places["v"])):
        raise ValueError(
            f"{name} must have one current for each potential, got {len(places['v'])} potentials and "
            f"{len(places['current'])} currents."
        )
    return _sweeps(source, places), {what: units[found[0]] for what, found in places.items() if found}


_UNITS: Mapping[str, Mapping[str, float]] = {"t": TIME, "v": POTENTIAL, "current": AMPERE}


def _titles(line: Iterator[str], name: str, number: int) -> list[str]:
    """Return the titles of the columns."""
    try:
        return next(csv.reader(line, delimiter="\t"), [])
    except csv.Error as error:
        raise ValueError(f"{name}, line {number}: {error}. Is a quotation mark missing?") from None


def _sweeps(source: Source, places: Mapping[str, Sequence[int]]) -> tuple[Source, ...]:
    """Return the columns of each sweep, which are its potential, and its own or the only current."""

    def sweep(k: int) -> Source:
        chosen = {
            what: f"column {found[min(k, len(found) - 1)] + 1}" if what != "t" else f"column {found[0] + 1}"
            for what, found in places.items()
            if found
        }
        return replace(
            source,
            columns={what: source.columns[column] for what, column in chosen.items()},
            place=lambda what, i: source.place(chosen[what], i),
            wrong={what: source.wrong[column] for what, column in chosen.items() if column in source.wrong},
        )

    return tuple(sweep(k) for k in range(len(places["v"])))
