"""Measurement of the onset of firing of one neuron, as a generator of runs."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from plausiwidgets.patterns.onset.approach import (
    PATIENCE,
    WEAKEST,
    Approach,
    closed,
    firing_step,
    first_bracket,
    followed_down,
    targets,
    until_steady,
)
from plausiwidgets.patterns.onset.bracket import LATE, Bracket
from plausiwidgets.patterns.onset.ladder import LAST, Neuron, classify, in_a_row, ladder
from plausiwidgets.patterns.onset.outcome import BURSTING, SILENT, UNCLEAR, BudgetError, Depth, Onset
from plausiwidgets.patterns.onset.train import Run, Train

FIRST = 1000.0
"""Length of the first run in time steps of the model, which are a small share of its shortest time constant."""
SPACING = 64.0 * 2.0**-52
"""Minimum relative difference of two currents that count as different."""
BURSTS = 2.0
"""Minimum ratio of the longest to the shortest interval of a train of bursts."""
DRIVES = (2.0, 1.5, 1.25, 1.12, 1.06, 1.03, 1.01, 1.0)
"""Steps in multiples of the rheobase at which the usual rate may be measured.

It is measured at twice the rheobase, or at the strongest step below that does not block the neuron.
"""
MOST = 1000.0
"""Longest target period in multiples of the period at twice the rheobase."""


def onset_of(
    top: float, neuron: Neuron, depth: Depth, spacing: float, down: bool = False
) -> Generator[Run, Train, Onset]:
    """Yield the runs of a measurement, receive their spike trains, and return the onset.

    Parameters
    ----------
    top : float
        Step above the holding current at which the neuron fires, or is blocked.
    neuron : Neuron
        Properties of the neuron.
    depth : Depth
        Depth of the measurement.
    spacing : float
        Minimum difference of two currents at the precision of numbers.
    down : bool
        Whether to measure also the smallest step at which firing persists, and the kind of its end.
    """
    out = Onset()
    try:
        yield from _measure(out, top, neuron, depth, spacing, down)
    except BudgetError:
        # An irregular neuron, such as a chaotic one, has no period that a search could follow.
        out.exhausted, out.kind = True, UNCLEAR if out.top > 0.0 else SILENT
        if np.isnan(out.rheobase):  # there are no steps above a rheobase to look at
            out.top = np.nan
        out.down_to, out.ending = (out.rheobase, UNCLEAR) if down else (out.down_to, out.ending)
    return out


def _measure(
    out: Onset, top: float, neuron: Neuron, depth: Depth, spacing: float, down: bool
) -> Generator[Run, Train, None]:
    step, train = yield from firing_step(top, neuron.first)
    if not train.fires:
        return
    out.top, out.spikes = step, train.late.size + 1
    bracket = yield from first_bracket(step, train)
    scale = out.rheobase = bracket.high
    if scale <= WEAKEST * step:  # the neuron rests at its threshold
        out.kind = UNCLEAR
        return
    if not (yield from _usual_rate(out, bracket, neuron)):
        return
    yield from _followed(out, bracket, scale, neuron, depth, spacing)
    if not down:
        return
    out.down_to, out.ending = out.rheobase, out.kind
    if out.persists:
        out.rheobase = yield from closed(bracket, scale)
        yield from followed_down(bracket, scale)
        end = Onset(period=out.period)
        yield from _followed(end, bracket, scale, neuron, depth, spacing)
        out.down_to, out.ending = end.rheobase, end.kind


def _usual_rate(out: Onset, bracket: Bracket, neuron: Neuron) -> Generator[Run, Train, bool]:
    """Yield runs at twice the rheobase, store the period in `out`, and return whether the neuron has one."""
    spread = 0.0
    for drive in DRIVES:
        out.drive, step = drive, drive * bracket.high
        train = yield from until_steady(step, neuron.first)
        if train.spread > spread:
            spread = train.spread
        if train.fires:
            break
    out.period, out.slowest, out.spread_far = train.period, bracket.period, spread
    if spread > BURSTS or not train.fires:
        out.kind = BURSTING if spread > BURSTS else UNCLEAR
        return False
    bracket.settle = max(bracket.settle, train.settled_after)
    bracket.seen[step] = train.period
    return True


def _followed(
    out: Onset, bracket: Bracket, scale: float, neuron: Neuron, depth: Depth, spacing: float
) -> Generator[Run, Train, None]:
    """Yield the runs of the approach and of the ladder, and store the results in `out`."""
    slowest = out.period * min(max(depth.slowest / out.period, depth.least), MOST)
    periods = targets(out.period, slowest)
    tolerance = max(depth.tolerance, spacing / scale)
    longer = 1.0
    for _ in range(PATIENCE + 1):
        approach = Approach(bracket, scale, tolerance, longer)
        out.reached = yield from approach.run(periods)
        if bracket.high <= 0.0:  # longer runs also fire at the holding current, so the neuron rests at its threshold
            out.kind = UNCLEAR
            return
        out.persists = approach.persists
        yield from ladder(out, bracket, slowest, neuron, longer)
        first, end = in_a_row(out.periods)
        if out.persists or not first < end < min(first + LAST, len(out.periods)):
            break
        # Longer runs show that a train near the ghost of a fold of limit cycles ends, so the bracket moves up.
        critical = out.rheobase
        bracket.low, bracket.high = critical * (1.0 + out.shares[end]), critical * (1.0 + out.shares[end - 1])
        bracket.period = out.periods[end - 1]
        bracket.seen = {x: p for x, p in bracket.seen.items() if x > bracket.high}
        bracket.seen[bracket.high] = bracket.period
        longer *= LATE
    classify(out, neuron)
