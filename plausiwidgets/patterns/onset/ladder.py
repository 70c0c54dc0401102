"""Periods at a ladder of distances from the rheobase, and the kind of onset that they indicate."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

import numpy as np

from plausiwidgets.patterns.onset.bracket import PERIODS, RESOLUTION, SKIPS, Bracket, continued
from plausiwidgets.patterns.onset.numbers import decimal_share, log10, slope
from plausiwidgets.patterns.onset.outcome import FINITE, LOGARITHM, ROOT, STAIRCASE, UNCLEAR, Onset
from plausiwidgets.patterns.onset.train import Run, Train

RIPPLE = 0.01
"""Minimum height of a subthreshold oscillation as a share of the span from rest to threshold."""
IRREGULAR = 1.5
"""Minimum ratio of the longest to the shortest interval of a train without a period."""
LAST = 4
"""Number of increments of the period, closest to the rheobase, to which the exponent is fitted."""
ROOT_FROM, LOGARITHM_FROM, DOUBT, MAX_DOUBT = 0.25, -0.15, 0.02, 0.1
"""Minimum exponent of a root and of a logarithm, and the limits of doubt.

The kind is unclear if the exponent is closer to that of a logarithm than `DOUBT` plus its standard error, at most
`MAX_DOUBT`.
"""
ENDS_SOON = 0.1
"""Minimum difference of the exponent of the last two increments from that of all fitted increments.

If the exponent of the last two is lower by more than this, it replaces the fitted exponent.
"""
SLOW = 1e-3
"""Maximum change of a lingering potential in a period at twice the rheobase, as a share of the span."""
LINGERS, FROM = 0.25, 8
"""Minimum share of the growth of the period that a neuron without a reset lingers, and first distance that counts.

The distance is in half decades. A period that grows as a logarithm requires a place at which the neuron lingers.
Without one, such as near a canard, the growth ends closer to the rheobase. A neuron with a reset always has such a
place: its threshold, or the saddle at which its upstroke starts. A slow orbit approaches that saddle without coming
close to it.
"""
FOLD = -0.5
"""Maximum exponent of a period that no longer grows."""
MAX_RUNGS = 26
"""Maximum number of distances."""
SHOWN = 2.3
"""Length in periods of the potential in which subthreshold peaks are counted."""


def distances(width: float, reached: bool) -> list[int]:
    """Return the distances from the rheobase in half decades, 0 for the rheobase itself and 2 for a tenth of it.

    Parameters
    ----------
    width : float
        Width of the bracket as a share of the rheobase. If the bracket bounds the rheobase from both sides, the
        distances end a decade above it.
    reached : bool
        Whether the rheobase is extrapolated.
    """
    end = width * (1.0 if reached else 10.0) * (1.0 - 1e-6)
    decades = 0
    while decades < MAX_RUNGS // 2 and decimal_share(2 * (decades + 1)) >= end:
        decades += 1
    every = 1 if reached or decades < LAST else 2
    out = list(range(0, 2 * decades + 1, every))
    if every == 1 and out[-1] + 1 <= MAX_RUNGS and decimal_share(out[-1] + 1) >= end:
        out.append(out[-1] + 1)
    return out


class Neuron(NamedTuple):
    """Properties of a neuron for the measurement of its onset.

    The time step and the length of the first run are in ms, the span is in mV, and `resets` is whether the neuron has a
    reset.
    """

    dt: float
    first: float
    span: float
    resets: bool


def ladder(out: Onset, bracket: Bracket, slowest: float, neuron: Neuron, longer: float) -> Generator[Run, Train, None]:
    """Yield runs at the distances of the ladder above the rheobase, and store their periods in `out`.

    The distances are the rheobase itself, a tenth of it, a hundredth of it and so on.
    """
    critical, width = bracket.high, bracket.width
    if out.reached:
        law = bracket.critical(neuron.dt, slowest)
        if 0.0 < law < bracket.high:
            critical, width = law, bracket.high - law
    out.rheobase, out.width, out.skips = critical, max(width / critical, 1e-15), bracket.skips
    shares = [decimal_share(half) for half in distances(out.width, out.reached)]
    trains: list[Train] = []
    for share in shares:
        step = critical * (1.0 + share)
        # The period is about that of the closest step within this distance.
        periods = [bracket.seen[x] for x in bracket.seen if critical < x <= step]
        expected = min(max(periods, default=slowest), slowest)
        time = bracket.settle + PERIODS * 1.2 * expected * longer
        train = yield from continued(Run(step, time, bracket.state if bracket.follow else None))
        if not train.fires and not train.diverged:  # the run may have ended before the next spike
            train = train.followed_by((yield Run(step, train.time, train.state)))
        trains.append(train)
    out.shares, out.periods = shares, [train.period for train in trains]
    if trains[0].fires:
        out.period = trains[0].period
    out.spread = max((train.spread for train in trains[1:] if train.spread > 1.0), default=1.0)
    regular = [train.period for train in trains if train.fires and train.spread < SKIPS]
    out.slowest = max(regular, default=0.0 if bracket.skips else bracket.period)
    yield from _look_at_potentials(out, trains, neuron)


def _look_at_potentials(out: Onset, trains: Sequence[Train], neuron: Neuron) -> Generator[Run, Train, None]:
    """Yield runs of two periods at the largest and the smallest distance, and store their features in `out`.

    The features are numbers of subthreshold peaks and a time in which the potential hardly changes.
    """
    firing = [k for k, train in enumerate(trains) if train.fires]
    peaks = []
    for k in (firing[0], firing[-1]) if firing else ():
        step = out.rheobase * (1.0 + out.shares[k])
        train = yield Run(step, SHOWN * trains[k].period, trains[k].state, record=True)
        peaks.append(ripples(train, RIPPLE * neuron.span))
        out.lingers = slow_time(train, SLOW * neuron.span, out.period)
    if peaks:
        out.ripples_far, out.ripples = peaks


def slow_time(train: Train, change: float, period: float) -> float:
    """Return the time in ms between two spikes in which the potential changes by less than `change` in a period."""
    if train.v is None or train.spikes.size < 2:
        return 0.0
    v = train.v[int(train.spikes[0]) + 1 : int(train.spikes[1])]
    return int(np.count_nonzero(np.abs(np.diff(v)) * period < change * train.dt)) * train.dt


def ripples(train: Train, least: float) -> int:
    """Return the number of peaks between two spikes that rise and fall by more than `least`."""
    if train.v is None or train.spikes.size < 2:
        return 0
    v = train.v[int(train.spikes[0]) + 1 : int(train.spikes[1])]
    rises = np.sign(np.diff(v))
    turns: list[float] = []
    for x in v[np.flatnonzero(np.diff(rises) != 0) + 1].tolist():
        if turns and abs(x - turns[-1]) < least:
            turns.pop()  # two turning points this close are not an oscillation
        else:
            turns.append(x)
    return sum(turns[k - 1] < turns[k] > turns[k + 1] for k in range(2, len(turns) - 2))


def in_a_row(periods: Sequence[float]) -> tuple[int, int]:
    """Return the index of the first distance with a period, and the index after the last one in succession.

    A strong step may block the neuron, and a train close to the rheobase may end after many periods.
    """
    first = next((k for k, period in enumerate(periods) if period > 0.0), len(periods))
    end = next((k for k in range(first, len(periods)) if not periods[k] > 0.0), len(periods))
    return first, end


def classify(out: Onset, neuron: Neuron) -> None:
    """Set the exponent and the kind of an onset from its periods."""
    if out.ripples > max(out.ripples_far, 1):
        out.kind = STAIRCASE
        return
    if out.persists and out.slowest > 0.0:
        # The limit cycle exists below the onset, so the onset does not involve it.
        out.exponent, out.error, out.kind = -1.0, 0.0, FINITE
        return
    first, end = in_a_row(out.periods)
    out.kind = UNCLEAR
    if end - first < LAST or out.slowest == 0.0:
        return
    periods = out.periods[first:end]
    decades = [-float(x) for x in log10(np.array(out.shares[first:end]))]
    resolution = [2.0 * neuron.dt + RESOLUTION * period for period in periods[1:]]
    growth = [b - a for a, b in zip(periods[:-1], periods[1:], strict=True)]
    visible = [max(g, r) for g, r in zip(growth, resolution, strict=True)]
    x = decades[1:][-LAST:]
    y = [float(value) for value in log10(np.array(visible[-LAST:]))]
    out.exponent, out.error = slope(x, y)
    last = (y[-1] - y[-2]) / (x[-1] - x[-2])
    if last < out.exponent - ENDS_SOON:
        out.exponent, out.error = last, 0.5 * (out.exponent - last)
    recent = list(zip(growth, resolution, strict=True))[-LAST:]
    if sum(g <= r for g, r in recent) >= 2:  # the period no longer grows
        out.exponent, out.error = min(out.exponent, FOLD), 0.0
    if not neuron.resets and not out.reached and not _lingers(out, first, end):
        out.exponent = min(out.exponent, FOLD)
    if out.spread < IRREGULAR and not any(g < -3.0 * r for g, r in recent):
        out.kind = _kind(out)


def _lingers(out: Onset, first: int, end: int) -> bool:
    """Return whether the increase of the period is time that the neuron spends near one potential."""
    near = [k for k in range(first, end) if out.shares[k] <= decimal_share(FROM)]
    return len(near) < 2 or out.lingers >= LINGERS * (out.periods[near[-1]] - out.periods[near[0]])


def _kind(out: Onset) -> str:
    """Return the kind of an onset with a single period from its exponent."""
    doubt = min(DOUBT + out.error, MAX_DOUBT)
    kind = ROOT if out.exponent >= ROOT_FROM else LOGARITHM if out.exponent >= LOGARITHM_FROM else FINITE
    if abs(out.exponent - LOGARITHM_FROM) < doubt:
        return UNCLEAR
    if out.reached and kind == FINITE:
        return UNCLEAR  # the period grows up to the longest target of the search
    if out.skips and kind != FINITE:
        return UNCLEAR  # a neuron that skips cycles has no single period that could diverge
    return kind
