"""Estimates of the duration of an update before it starts."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from plausiwidgets import models
from plausiwidgets.assessment.api import estimate
from plausiwidgets.assessment.stored_repertoires import MOST_VERSATILE
from plausiwidgets.models.operation_count import operations_per_ms
from plausiwidgets.upkeep.repertoires import STIMULI
from plausiwidgets.upkeep.rows import CATALOGUE, REPERTOIRES, TABLE, Row

PER_SET, PER_OPERATION = 0.5, 0.0012
"""Duration of a verification in s: a constant, and the part per operation per ms of the model."""
CATALOGUE_SECONDS = 60.0
MOST_VERSATILE_STIMULI = 1000
"""Number of evaluations per pattern after which the search for the most versatile neuron usually ends."""


class Estimate(NamedTuple):
    """Numbers of results to verify and to search for, and the minimum and maximum time in s."""

    verified: int
    searched: int
    low: float
    high: float

    def __str__(self) -> str:
        times = " to ".join(dict.fromkeys(_minutes(x) for x in (self.low, self.high)))
        return f"{self.verified} results to verify, {self.searched} to search for: {times} on one core."


def estimate_update(stale: Collection[Row], search: bool = True) -> Estimate:
    """Return the estimated time of an update of stale rows, after evaluating the first candidates of each search."""
    without_set = [row for row in stale if row.today.split("-")[-1].startswith("none")]
    pairs: dict[str, list[str]] = {}
    for row in without_set if search else ():
        if row.pattern not in pairs.setdefault(row.model, []):
            pairs[row.model].append(row.pattern)
    low = high = CATALOGUE_SECONDS
    for row in stale:
        if row.data != CATALOGUE and row not in without_set and row.today:
            seconds = PER_SET + PER_OPERATION * operations_per_ms(models.get(row.model))
            low, high = low + seconds, high + seconds
    for model, keys in pairs.items():
        table = estimate(model, keys).set_index("pattern")
        compiling = sum(table.attrs["compile"].values())
        low, high = low + compiling, high + compiling
        for row in without_set:
            if row.model == model:
                more = _seconds(row, float(table["candidate_ms"][row.pattern]) / 1000.0)
                low += float(table["low"][row.pattern]) if row.data == TABLE else more
                high += float(table["high"][row.pattern]) if row.data == TABLE else more
    return Estimate(len(stale) - len(without_set), len(without_set) if search else 0, low, high)


def _seconds(row: Row, candidate: float) -> float:
    """Return the time in s of the search for a row of the repertoires, given that of a candidate."""
    if row.data != REPERTOIRES:
        return 0.0
    return candidate * (MOST_VERSATILE_STIMULI if row.name == MOST_VERSATILE else STIMULI)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
