"""Features of spike trains and of the membrane potential for many lanes at once.

A lane is one parameter set in one sweep. A batch of spike trains is an array ``times`` of shape [lanes, max spikes]:
ascending times in ms, padded with nan. A feature is an array of shape [lanes], nan where it cannot be computed. Windows
are half-open, [t0, t1). A potential ``v`` in mV has the shape [lanes, time].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.program.rows import NUMBER, ROW, traceable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@traceable(NUMBER)
def count(times: Floats, t0: ArrayLike, t1: ArrayLike) -> Ints:
    """Return the number of spikes in [t0, t1), shape [lanes].

    The bounds are numbers or arrays of shape [lanes], in ms.
    """
    inside = (times >= _column(t0)) & (times < _column(t1))
    return np.count_nonzero(inside, axis=1)


@traceable(ROW)
def window(times: Floats, t0: ArrayLike, t1: ArrayLike) -> Floats:
    """Return the spikes in [t0, t1) as a new padded array."""
    return _compact(times, (times >= _column(t0)) & (times < _column(t1)))


@traceable(ROW)
def intervals(times: Floats) -> Floats:
    """Return the interspike intervals in ms, padded with nan, shape [lanes, max spikes - 1]."""
    return times[:, 1:] - times[:, :-1]


@traceable(NUMBER)
def lengths(rows: Floats) -> Ints:
    """Return the number of entries of each padded row."""
    return np.count_nonzero(np.isfinite(rows), axis=1)


@traceable(NUMBER)
def first(times: Floats) -> Floats:
    """Return the time of the first spike of each lane in ms, or nan for a silent lane."""
    return times[:, 0].copy() if times.shape[1] else np.full(times.shape[0], np.nan)


@traceable(NUMBER)
def last(times: Floats) -> Floats:
    """Return the time of the last spike of each lane in ms, or nan for a silent lane."""
    return at(times, lengths(times) - 1)


@traceable(NUMBER)
def at(rows: Floats, index: ArrayLike) -> Floats:
    """Return the entry of each padded row at an index, or nan if the index is out of range."""
    n, most = rows.shape
    if most == 0:
        return np.full(n, np.nan)
    place = np.asarray(index, dtype=np.int64)  # a traced program has only float64
    picked = rows[np.arange(n), place.clip(0, most - 1)]
    return np.where((place >= 0) & (place < most), picked, np.nan)


@traceable(ROW)
def late_half(isi: Floats) -> Floats:
    """Return the second half of each row, the longer half of an odd number, with nan elsewhere."""
    half = lengths(isi) // 2
    return np.where(np.arange(isi.shape[1]) >= half[:, None], isi, np.nan)


@traceable(NUMBER)
def mean(rows: Floats) -> Floats:
    """Return the mean of each padded row, or nan for an empty one."""
    return _divide(_sum(rows), lengths(rows))


@traceable(NUMBER)
def cv(rows: Floats) -> Floats:
    """Return the coefficient of variation of each row, or nan below two entries.

    The coefficient of variation is the standard deviation divided by the mean.
    """
    n = lengths(rows)
    average = mean(rows)
    deviation = np.sqrt(_divide(_sum((rows - average[:, None]) ** 2), n))
    return np.where(n >= 2, _divide(deviation, average), np.nan)


@traceable(NUMBER)
def cv2(isi: Floats) -> Floats:
    """Return CV2, the mean of ``2 |a − b| / (a + b)`` over neighbouring intervals, or nan below two intervals.

    A slow change of the rate enlarges the coefficient of variation but not CV2 (Holt, Softky, Koch & Douglas, J.
    Neurophysiol. 75, 1996). CV2 is 0 for regular firing and 1 for a Poisson process.
    """
    return mean(neighbour_ratios(isi))


def neighbour_ratios(isi: Floats) -> Floats:
    """Return ``2 |a − b| / (a + b)`` of neighbouring intervals along the last axis."""
    a, b = isi[..., :-1], isi[..., 1:]
    return 2.0 * _divide(np.abs(b - a), a + b)


@traceable(NUMBER)
def smallest(rows: Floats) -> Floats:
    """Return the smallest entry of each row, or nan for an empty one."""
    low = np.where(np.isfinite(rows), rows, np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isfinite(low), low, np.nan)


@traceable(NUMBER)
def largest(rows: Floats) -> Floats:
    """Return the largest entry of each row, or nan for an empty one."""
    high = np.where(np.isfinite(rows), rows, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(np.isfinite(high), high, np.nan)


@traceable(NUMBER)
def spread(rows: Floats) -> Floats:
    """Return the largest entry of each row divided by the smallest, or nan if it has fewer than two entries."""
    return np.where(lengths(rows) >= 2, _divide(largest(rows), smallest(rows)), np.nan)


@traceable(NUMBER)
def median(rows: Floats) -> Floats:
    """Return the median of each padded row, or nan for an empty one."""
    n = lengths(rows)
    ordered = np.sort(rows, axis=1)
    return 0.5 * (at(ordered, (n - 1) // 2) + at(ordered, n // 2))


@traceable(NUMBER)
def shortest_isi(times: Floats) -> Floats:
    """Return the shortest interspike interval of each lane in ms, or inf below two spikes.

    The value is inf rather than nan, because a lane without an interval has none that is too short.
    """
    low = smallest(intervals(times))
    return np.where(np.isnan(low), np.inf, low)


@traceable(NUMBER)
def persistence(times: Floats, end: float) -> Floats:
    """Return the silence from the last spike to `end` (in ms) in units of the median late interspike interval."""
    return _divide(end - last(times), median(late_half(intervals(times))))


@traceable(NUMBER)
def adaptation_index(isi: Floats) -> Floats:
    """Return the mean of (ISIᵢ − ISIᵢ₋₁) / (ISIᵢ + ISIᵢ₋₁) over neighbouring ISIs, or nan below two ISIs."""
    return mean(_divide(isi[:, 1:] - isi[:, :-1], isi[:, 1:] + isi[:, :-1]))


@traceable(NUMBER)
def climbs(rows: Floats, factor: float) -> Ints:
    """Return how many times each row grows by a factor, over one entry or several.

    Examples
    --------
    >>> import numpy as np
    >>> climbs(np.array([[10.0, 10.4, 10.8, 11.2, 12.0, 9.0, 12.7]]), 1.05)
    array([3])
    """
    level = rows[:, 0].copy() if rows.shape[1] else np.empty(0)
    found = np.zeros(rows.shape[0], dtype=np.int64)
    for column in rows.T[1:]:
        grown = column > factor * level
        found += grown
        level = np.where(grown, column, level)
    return found


@traceable(NUMBER)
def leading(decisions: NDArray[np.bool_]) -> Ints:
    """Return the number of leading true entries of each row."""
    return np.cumprod(decisions, axis=1).sum(axis=1)


@traceable(NUMBER)
def place_of_least(values: list[Floats]) -> Ints:
    """Return the index of the smallest of several numbers, shape [lanes], the first index in a tie."""
    return np.stack(values).argmin(axis=0)


@traceable(NUMBER)
def one_of(values: list[Floats], place: Ints) -> Floats:
    """Return the number of each lane at an index among several numbers, shape [lanes]."""
    return np.stack(values)[place.astype(np.int64), np.arange(place.size)]


@traceable(ROW)
def growth(isi: Floats) -> Floats:
    """Return the ratio of each interspike interval to its predecessor, shape [lanes, max ISIs - 1]."""
    return _divide(isi[:, 1:], isi[:, :-1])


@dataclass(frozen=True)
class Bursts:
    """Bursts of spike trains, as arrays of shape [lanes].

    Attributes
    ----------
    ratio : ndarray
        Smallest separation of the intervals between bursts (see :func:`separation`). Without a burst, the largest
        separation of all intervals. nan below two ISIs.
    complete : ndarray
        Number of bursts of 3 to 40 spikes that the end of the stimulus did not truncate.
    shortest, longest : ndarray
        Number of spikes in the smallest complete burst, and in the largest burst. nan without bursts.
    period : ndarray
        Mean time between burst onsets in ms.
    period_cv : ndarray
        Coefficient of variation of the time between burst onsets, nan below two periods.
    """

    ratio: Floats
    complete: Ints
    shortest: Floats
    longest: Floats
    period: Floats
    period_cv: Floats


SMALLEST_BURST = 3
LARGEST_BURST = 40
CUT_RATIO = 2.0
COMPARABLE = 1.5
"""Maximum ratio of the longer of two neighbouring intervals that both separate bursts."""


def separation(isi: Floats) -> Floats:
    """Return how clearly each interval separates bursts, in the shape of the intervals.

    An interval separates two bursts if its separation is 2 or more. The separation is the interval divided by the
    median of the two intervals on either side. Intervals can grow steeply within a burst, so an interval next to one
    that is more than 1.5 times as long does not separate bursts. The separation is therefore at most 3 times the
    interval divided by its longest direct neighbour. The first and the last interval have neighbours on one side only.
    They separate bursts only if their length is comparable to that of a separating interval. A single interval has the
    separation nan.

    Examples
    --------
    >>> separation(np.array([[4.0, 5.0, 12.0, 24.0, 4.0, 5.0]])).round(2).tolist()
    [[0.47, 0.28, 1.5, 4.8, 0.33, 0.36]]
    """
    n, most = isi.shape
    if most < 2:
        return np.full((n, most), np.nan)
    around = np.pad(isi, ((0, 0), (2, 2)), constant_values=np.nan)
    near = np.stack([around[:, k : k + most] for k in (0, 1, 3, 4)], axis=2)
    # At the ends of a train, repeat the neighbours on the other side instead of the missing ones.
    near = np.where(np.isnan(near), near[:, :, ::-1], near)
    usual = median(near.reshape(-1, 4)).reshape(n, most)
    beside = largest(near[:, :, 1:3].reshape(-1, 2)).reshape(n, most)
    apart = np.minimum(_divide(isi, usual), CUT_RATIO * COMPARABLE * _divide(isi, beside))
    place = np.arange(most)
    edge = (place == 0) | (place == lengths(isi)[:, None] - 1)
    shortest = smallest(np.where((apart >= CUT_RATIO) & ~edge, isi, np.nan))
    limit = np.where(np.isnan(shortest)[:, None], 1.0, CUT_RATIO * COMPARABLE * _divide(isi, shortest[:, None]))
    return np.where(edge, np.minimum(apart, limit), apart)


def burst_gaps(times: Floats) -> NDArray[np.bool_]:
    """Return whether each interval separates two bursts, shape [lanes, max spikes - 1]."""
    return separation(intervals(times)) >= CUT_RATIO


@traceable(Bursts)
def bursts(times: Floats, end: float) -> Bursts:
    """Divide spike trains into bursts at the intervals that are clearly longer than their neighbours.

    The function :func:`separation` compares the intervals. A burst that continues at `end`, the end of the stimulus in
    ms, does not count as complete. A burst continues if its last spike precedes the end by less than 1.5 times the
    longest interval within bursts.
    """
    lanes = times.shape[0]
    isi = intervals(times)
    apart = separation(isi)
    gaps = apart >= CUT_RATIO
    bursting = gaps.any(axis=1)
    ratio = np.where(bursting, smallest(np.where(gaps, apart, np.nan)), largest(apart))

    spikes = np.isfinite(times)
    # Label each spike with its burst, then count the spikes per lane and burst.
    label = np.concatenate([np.zeros((lanes, 1), int), np.cumsum(gaps, axis=1)], axis=1)
    most = int(label.max(initial=0)) + 1
    lane, spike = np.nonzero(spikes)
    size = np.bincount(lane * most + label[lane, spike], minlength=lanes * most).reshape(lanes, most)
    exists = size > 0
    n_bursts = exists.sum(axis=1)
    ongoing = end - last(times) < 1.5 * largest(np.where(gaps, np.nan, isi))
    is_last = np.arange(most) == (n_bursts - 1)[:, None]
    whole = exists & ~(is_last & ongoing[:, None])
    proper = whole & (size >= SMALLEST_BURST) & (size <= LARGEST_BURST)
    onset_mask = np.concatenate([np.ones((lanes, 1), bool), gaps], axis=1) & spikes
    periods = intervals(_compact(times, onset_mask))

    def known(values: ArrayLike) -> Floats:
        return np.where(bursting, values, np.nan)

    return Bursts(
        ratio,
        np.where(bursting, proper.sum(axis=1), 0),
        known(smallest(np.where(whole, size, np.nan))),
        known(largest(np.where(exists, size, np.nan))),
        known(mean(periods)),
        known(cv(periods)),
    )


# -- two spike trains ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coincidences:
    """Agreement of spike trains with a reference train, as arrays of shape [lanes].

    Attributes
    ----------
    gamma : ndarray
        Coincidence factor: 1 for identical trains, 0 for the agreement of a Poisson train of the same rate. nan if the
        rate is so high that every coincidence could be due to chance.
    progress : ndarray
        Progress towards the next coincidence, which guides a search. It grows as a spike approaches the reference.
    """

    gamma: Floats
    progress: Floats


@traceable(Coincidences)
def coincidences(times: Floats, reference: Floats, precision: float, duration: float) -> Coincidences:
    """Compare spike trains with a reference by their coincidence factor Γ.

    The factor is defined by Kistler, Gerstner & van Hemmen, *Neural Computation* 9, 1997::

        Γ = (N_coinc − ⟨N_coinc⟩) / (½ (N_ref + N)) / (1 − 2 ν Δ)     ⟨N_coinc⟩ = 2 ν Δ N_ref

    N_coinc spikes of the reference have a spike within ±Δ, where each spike counts once. N_ref and N are the numbers of
    spikes, and ν = N / duration is the rate of the train. ⟨N_coinc⟩ is the expected value for a Poisson train of that
    rate.

    Parameters
    ----------
    times : ndarray, shape [lanes, max spikes]
        Spike times in ms, padded with nan.
    reference : ndarray, shape [spikes]
        Spike times of the reference in ms.
    precision : float
        Δ in ms.
    duration : float
        Length of the trains in ms.

    Returns
    -------
    Coincidences

    Examples
    --------
    >>> import numpy as np
    >>> coincidences(np.array([[10.0, 51.0, np.nan]]), np.array([10.0, 50.0]), 2.0, 100.0).gamma
    array([1.])
    """
    n, n_reference = lengths(times), reference.size
    if n_reference == 0 or times.shape[1] == 0:
        return Coincidences(np.zeros(times.shape[0]), np.zeros(times.shape[0]))
    merged, mine = _merged(times, reference)
    near_train = _nearest(merged, mine)[~mine & np.isfinite(merged)].reshape(-1, n_reference)
    near_reference = np.where(mine, _nearest(merged, ~mine & np.isfinite(merged)), np.inf)
    # Two spikes that were computed as Δ apart may differ by rounding. Two spikes close to one count once.
    within = precision * (1.0 + 1e-9)
    found = np.minimum((near_train <= within).sum(axis=1), (near_reference <= within).sum(axis=1))
    chance = 2.0 * precision * n / duration
    scale = _divide(1.0, 0.5 * (n + n_reference) * np.where(chance < 1.0, 1.0 - chance, np.nan))
    gamma = np.where(n > 0, (found - chance * n_reference) * scale, 0.0)
    missed = _sum(np.where(near_train <= within, 0.0, within / np.maximum(near_train, within)))
    return Coincidences(gamma, np.nan_to_num(0.5 * missed * np.maximum(scale, 0.0)))


@traceable(NUMBER)
def van_rossum(times: Floats, reference: Floats, time_constant: float) -> Floats:
    """Return van Rossum's dimensionless distance D² of spike trains from a reference, shape [lanes].

    Each spike at t_i adds an exponential exp(−(t − t_i)/τ) for t ≥ t_i to f(t), and to g(t) for the reference (van
    Rossum, *Neural Computation* 13, 2001)::

        D² = 1/τ ∫ (f(t) − g(t))² dt = ½ Σ_k Σ_l w_k w_l exp(−|t_k − t_l|/τ)

    The sum runs over the spikes k, l of both trains, with w = 1 for the train and −1 for the reference. A missing or
    surplus spike adds ½.

    Examples
    --------
    >>> import numpy as np
    >>> van_rossum(np.array([[10.0, 50.0], [10.0, np.nan]]), np.array([10.0, 50.0]), 5.0)
    array([0. , 0.5])
    """
    merged, mine = _merged(times, reference)
    weight = np.where(np.isfinite(merged), np.where(mine, 1.0, -1.0), 0.0)
    decay = np.exp(-np.nan_to_num(np.diff(merged, axis=1)) / time_constant)
    total, before = (weight**2).sum(axis=1), np.zeros(len(merged))
    # Carry the decayed sum of all earlier spikes from spike to spike (Houghton & Kreuz, Network 23, 2012).
    for k in range(1, merged.shape[1]):
        before = (before + weight[:, k - 1]) * decay[:, k - 1]
        total += 2.0 * weight[:, k] * before
    return np.maximum(0.5 * total, 0.0)


def _merged(times: Floats, reference: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return each train merged with the reference in one ascending row, and a mask of the train's own spikes."""
    both = np.concatenate([times, np.broadcast_to(reference, (times.shape[0], reference.size))], axis=1)
    order = np.argsort(both, axis=1, kind="stable")
    mine = order < times.shape[1]
    merged = np.take_along_axis(both, order, axis=1)
    return merged, mine & np.isfinite(merged)


def _nearest(merged: Floats, others: NDArray[np.bool_]) -> Floats:
    """Return the distance of each entry of ascending rows to the nearest selected entry, or inf without one."""
    before = np.maximum.accumulate(np.where(others, merged, -np.inf), axis=1)
    after = np.minimum.accumulate(np.where(others, merged, np.inf)[:, ::-1], axis=1)[:, ::-1]
    with np.errstate(invalid="ignore"):
        return np.minimum(merged - before, after - merged)


# -- membrane potential ----------------------------------------------------------------------------


@traceable(NUMBER)
def voltage_range(v: Floats) -> Floats:
    """Return the range of the potential of each lane in mV, or nan if a sample is not finite."""
    if v.shape[1] == 0:
        return np.full(v.shape[0], np.nan)
    return v.max(axis=1) - v.min(axis=1)


@dataclass(frozen=True)
class Swings:
    """Alternating extrema about a level, as arrays of shape [lanes].

    Attributes
    ----------
    number : ndarray
        Number of sufficiently large consecutive extrema on alternating sides of the level.
    progress : ndarray
        Progress towards the next extremum, at least 0 and below 1.
    """

    number: Ints
    progress: Floats


@traceable(Swings)
def swings(v: Floats, level: Floats, size: Floats, start: Ints) -> Swings:
    """Count the alternating extrema of a potential about a level.

    Parameters
    ----------
    v : ndarray, shape [lanes, time]
        Potential in mV.
    level : ndarray, shape [lanes]
        Level in mV about which the extrema alternate.
    size : ndarray, shape [lanes]
        Minimum distance of an extremum from the level in mV.
    start : ndarray, shape [lanes]
        First index that is considered. A stretch on one side of the level counts if its largest distance is a turning
        point, which is neither the first sample from `start` nor the end.
    """
    lanes = v.shape[0]
    number = np.zeros(lanes, dtype=np.int64)
    progress = np.zeros(lanes)
    for lane in range(lanes):
        found, progress[lane] = turns(v[lane, int(start[lane]) :] - level[lane], float(size[lane]))
        number[lane] = len(found)
    return Swings(number, progress)


def turns(x: Floats, size: float) -> tuple[list[int], float]:
    """Return the indices of the turning points about zero of one trace, and the progress towards the next one."""
    found: list[int] = []
    if x.size < 3 or not np.isfinite(x).all():
        return found, 0.0
    side = x >= 0
    cuts = np.flatnonzero(side[1:] != side[:-1]) + 1
    bounds = np.concatenate([[0], cuts, [x.size]])
    for first, after in zip(bounds[:-1], bounds[1:], strict=True):
        stretch = np.abs(x[first:after])
        top = int(stretch.argmax())
        if first == 0 and top == 0:
            continue  # the return from an initial displacement is not a turning point
        if after == x.size and top == stretch.size - 1:
            break
        if stretch[top] < size:
            return found, float(min(stretch[top] / size, 0.999))
        found.append(int(first) + top)
    return found, 0.0


SMALLEST_RINGING = 1.0
"""Minimum size in mV of a measured upstroke after a burst."""


def upstrokes(v: Floats, rest: float, least: float) -> tuple[Floats, Floats]:
    """Return the size and the peak of each rise of one potential in mV, in order of time.

    Parameters
    ----------
    v : ndarray, shape [time]
        Potential in mV.
    rest : float
        Potential in mV from which a rise is measured, or the preceding minimum if that is higher.
    least : float
        Minimum size of a counted rise in mV. A fall of at least half of it must follow.

    Examples
    --------
    >>> import numpy as np
    >>> rises, tops = upstrokes(np.array([-60.0, 20.0, -50.0, -10.0, -60.0]), -65.0, 30.0)
    >>> rises.tolist(), tops.tolist()
    ([80.0, 40.0], [20.0, -10.0])
    """
    slope = np.sign(np.diff(v))
    turns = v[np.concatenate([[0], np.flatnonzero(slope[1:] != slope[:-1]) + 1, [v.size - 1]])]
    found, low, high = [], np.inf, -np.inf
    for x in turns.tolist():
        if not np.isfinite(x):
            break
        high = max(high, x)
        if high - x >= 0.5 * least:
            rise = high - max(low, rest)
            if rise >= least:
                found.append((rise, high))
            low, high = x, -np.inf
        elif x < low:
            low, high = x, -np.inf
    rises, tops = np.array(found).reshape(-1, 2).T
    return rises, tops


def ringing(v: Floats, spikes: Floats, rest: float, level: float, pause: float) -> float:
    """Return the largest upstroke in mV of one potential in the pause after a burst, or 0 below two spikes.

    Parameters
    ----------
    v : ndarray, shape [time]
        Potential in mV.
    spikes : ndarray
        Times of the spikes in time steps.
    rest, level : float
        Resting potential in mV from which rises are measured, and spike level in mV. Rises count after the potential
        has fallen below the spike level.
    pause : float
        Length of the pause in units of the longest interspike interval.

    Examples
    --------
    >>> import numpy as np
    >>> v = np.array([-65.0, 20.0, -60.0, 15.0, -64.0, -50.0, -66.0, -65.0])
    >>> ringing(v, np.array([1.0, 3.0]), -65.0, -20.0, 3.0)
    14.0
    """
    if spikes.size < 2:
        return 0.0
    last = round(spikes[-1])
    stop = last + round(pause * float(np.diff(spikes).max()))
    below = np.flatnonzero(v[last:stop] < level)
    if not below.size:
        return 0.0
    rises, _ = upstrokes(v[last + below[0] : stop], rest, SMALLEST_RINGING)
    return float(rises.max(initial=0.0))


def longest_above(v: Floats, level: float) -> int:
    """Return the number of samples in the longest stretch of one potential above a level.

    Examples
    --------
    >>> import numpy as np
    >>> longest_above(np.array([-60.0, 20.0, -60.0, 0.0, 0.0, -60.0]), -20.0)
    2
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], v > level, [False]])))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


@traceable(NUMBER)
def first_below(v: Floats, level: Floats, start: Ints) -> Ints:
    """Return the first index from `start` at which ``v`` is below a level, or the number of samples, shape [lanes]."""
    below = (v < level[:, None]) & (np.arange(v.shape[1]) >= start[:, None])
    return np.where(below.any(axis=1), below.argmax(axis=1), v.shape[1]).astype(np.int64)


@dataclass(frozen=True)
class Hump:
    """Depolarization after a spike, as arrays of shape [lanes] in mV, nan without a potential to measure.

    Attributes
    ----------
    height : ndarray
        Height of the peak above the settled potential.
    rise : ndarray
        Height of the peak above the preceding minimum.
    undershoot : ndarray
        Drop of the potential below the settled potential before the peak, 0 without one.
    top : ndarray of int
        Index of the peak, -1 without one.
    slope : ndarray
        Largest difference of successive samples, among samples that are high enough. It is negative if the potential
        only falls, and closer to 0 for a flatter fall.
    """

    height: Floats
    rise: Floats
    undershoot: Floats
    top: Ints
    slope: Floats


@traceable(Hump)
def hump(v: Floats, v_baseline: Floats, start: Ints, stop: Ints, high: Floats, since: Ints) -> Hump:
    """Return the largest rise of a potential above its running minimum, within the indices [start, stop).

    Parameters
    ----------
    v : ndarray, shape [lanes, time]
        Potential in mV.
    v_baseline : ndarray, shape [lanes]
        Settled potential in mV.
    start, stop : ndarray, shape [lanes]
        Limits of the window as indices.
    high : ndarray, shape [lanes]
        Minimum height in mV above the settled potential of the samples for the slope. If no sample is high enough, all
        samples count.
    since : ndarray, shape [lanes]
        First index for the undershoot, at most `start`.

    Returns
    -------
    Hump
    """
    lanes, steps = v.shape
    fine = np.isfinite(v).all(axis=1) & (start < np.minimum(stop, steps))
    # Restrict the work to the lanes with a potential, because it takes most of the time of a candidate.
    rows = np.flatnonzero(fine)
    height, rise, undershoot, slope = np.full((4, lanes), np.nan)
    place = np.full(lanes, -1, dtype=np.int64)
    if rows.size:
        first, last = int(start[rows].min()), min(int(stop[rows].max()), steps)
        part, index = v[rows, first:last], np.arange(first, last)
        inside = (index >= start[rows, None]) & (index < stop[rows, None])
        lowest = np.minimum.accumulate(np.where(inside, part, np.inf), axis=1)
        with np.errstate(invalid="ignore"):
            climb = np.where(inside, part - lowest, -np.inf)
        each, top = np.arange(rows.size), climb.argmax(axis=1)
        height[rows] = part[each, top] - v_baseline[rows]
        rise[rows] = climb[each, top]
        early = int(since[rows].min())
        index = np.arange(early, last)
        before_top = (index >= since[rows, None]) & (index <= first + top[:, None])
        fallen = np.where(before_top, v[rows, early:last], np.inf).min(axis=1)
        undershoot[rows] = np.maximum(v_baseline[rows] - fallen, 0.0)
        place[rows] = np.where(np.isfinite(climb[each, top]), first + top, -1)
        pairs = inside[:, 1:] & inside[:, :-1]
        above = pairs & (part[:, :-1] >= (v_baseline[rows] + high[rows])[:, None])
        asked = np.where(above.any(axis=1, keepdims=True), above, pairs)
        found = np.where(asked, part[:, 1:] - part[:, :-1], -np.inf).max(axis=1, initial=-np.inf)
        slope[rows] = np.where(np.isfinite(found), found, np.nan)
    return Hump(height, rise, undershoot, place, slope)


# -- comparison of a potential with a recorded one -------------------------------------------------


@traceable(NUMBER)
def course_distance(
    v: Floats, times: Floats, dt: float, reference: Floats, step: float, before: float, after: float
) -> Floats:
    """Return the root mean square distance of a potential from a recorded one outside spikes, in mV, shape [lanes].

    Parameters
    ----------
    v : ndarray, shape [lanes, time]
        Potential in mV after each time step of `dt` ms from the onset.
    times : ndarray, shape [lanes, max spikes]
        Spike times in ms.
    reference : ndarray, shape [samples]
        Recorded potential in mV at `step`, 2 `step`, … ms. Samples of nan, for example at recorded spikes, are ignored.
    before, after : float
        Time in ms before and after each spike of the lane that is ignored.
    """
    place = np.rint((np.arange(reference.size) + 1.0) * step / dt).astype(np.int64) - 1
    chosen = np.flatnonzero(np.isfinite(reference) & (place >= 0) & (place < v.shape[1]))
    at_times = (chosen + 1.0) * step
    apart = v[:, place[chosen]] - reference[chosen]
    near = np.zeros((v.shape[0], chosen.size + 1), dtype=np.int64)
    lane, spike = np.nonzero(np.isfinite(times))
    train = times[lane, spike]
    np.add.at(near, (lane, np.searchsorted(at_times, train - before, side="left")), 1)
    np.add.at(near, (lane, np.searchsorted(at_times, train + after, side="left")), -1)
    free = np.cumsum(near[:, :-1], axis=1) == 0
    return np.sqrt(_divide(_sum(np.where(free, apart * apart, np.nan)), np.count_nonzero(free, axis=1)))


@traceable(NUMBER)
def decay_time(v: Floats, level: Floats, dt: float) -> Floats:
    """Return the time constant in ms with which a potential decays to a level, shape [lanes].

    The time constant is the negative inverse of the least squares slope of ``ln |v − level|`` over time. eFEL calls
    this feature ``decay_time_constant_after_stim``. The result is nan if the potential does not decay.
    """
    if v.shape[1] < 3:
        return np.full(v.shape[0], np.nan)
    place = np.arange(v.shape[1]) * dt
    x = place - 0.5 * (v.shape[1] - 1) * dt
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(np.abs(v - level[:, None]))
    known = np.count_nonzero(np.isfinite(y), axis=1) == y.shape[1]
    y = np.where(known[:, None], y, np.nan)
    rows = np.broadcast_to(x, y.shape)
    slope = _divide(np.cumsum(rows * y, axis=1)[:, -1], np.cumsum(x * x)[-1])
    return np.where(slope < 0.0, _divide(-1.0, slope), np.nan)


@traceable(NUMBER)
def mean_trough(v: Floats, times: Floats, dt: float) -> Floats:
    """Return the mean in mV of the minima between neighbouring spikes, shape [lanes], or nan below two spikes.

    eFEL calls this feature ``min_voltage_between_spikes``.
    """
    return _mean_of_each(v, times, dt, lambda row, edges: np.minimum.reduceat(row, edges)[:-1])


@traceable(NUMBER)
def mean_peak(v: Floats, times: Floats, dt: float) -> Floats:
    """Return the mean in mV of the largest potentials from each spike to the next, shape [lanes].

    eFEL calls this feature ``peak_voltage``.
    """
    return _mean_of_each(v, times, dt, np.maximum.reduceat)


@traceable(NUMBER)
def half_width(v: Floats, times: Floats, dt: float) -> Floats:
    """Return the mean width in ms of all spikes but the first, shape [lanes].

    The width is measured at half of the height of the peak above the preceding minimum. eFEL calls this feature
    ``spike_half_width``.
    """
    return _mean_of_each(v, times, dt, lambda row, edges: np.array(_half_widths(row, edges)) * dt)


def _half_widths(row: Floats, edges: Ints) -> list[float]:
    """Return the widths in samples of all spikes but the first, without a final spike that does not end."""
    widths = []
    for k in range(1, edges.size):
        low = int(edges[k - 1] + row[edges[k - 1] : edges[k]].argmin())
        end = edges[k + 1] if k + 1 < edges.size else row.size
        top = int(edges[k] + row[edges[k] : end].argmax())
        level = 0.5 * (row[low] + row[top])
        up = low + 1
        while up < top and row[up] < level:
            up += 1
        down = top + 1
        while down < row.size and row[down] > level:
            down += 1
        if down < row.size:
            rise = up - (row[up] - level) / (row[up] - row[up - 1])
            widths.append(down - (level - row[down]) / (row[down - 1] - row[down]) - rise)
    return widths


def _mean_of_each(v: Floats, times: Floats, dt: float, values_of: Callable[[Floats, Ints], Floats]) -> Floats:
    """Return the mean of the values that a function measures at the spikes of each lane, shape [lanes].

    Spikes in the same sample count once. The result is nan without values, and where the potential is not finite.
    """
    out = np.full(v.shape[0], np.nan)
    for lane in np.flatnonzero(np.isfinite(v).all(axis=1)) if v.shape[1] else ():
        train = times[lane][np.isfinite(times[lane])]
        places = np.unique(np.rint(train / dt).astype(np.int64))
        values = values_of(v[lane], places[(places >= 0) & (places < v.shape[1])])
        if values.size:
            out[lane] = np.cumsum(values)[-1] / values.size
    return out


# -- padded rows -----------------------------------------------------------------------------------


def _compact(rows: Floats, keep: NDArray[np.bool_]) -> Floats:
    """Return the selected entries of each row, moved to the left and padded with nan."""
    counts = keep.sum(axis=1)
    out = np.full((rows.shape[0], int(counts.max(initial=0))), np.nan)
    lane, place = np.nonzero(keep)
    starts = np.cumsum(counts) - counts
    out[lane, np.arange(lane.size) - np.repeat(starts, counts)] = rows[lane, place]
    return out


def _sum(rows: Floats) -> Floats:
    """Return the sum of each padded row from left to right, so that the padding does not change a bit."""
    if rows.shape[1] == 0:
        return np.zeros(rows.shape[0])
    return np.cumsum(np.where(np.isfinite(rows), rows, 0.0), axis=1)[:, -1]


def _column(bound: ArrayLike) -> Floats:
    array = np.asarray(bound, dtype=np.float64)
    return array[:, None] if array.ndim else array


def _divide(a: ArrayLike, b: ArrayLike) -> Floats:
    """Return a / b, or nan where b is zero or a value is not finite."""
    x, y = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    out = np.full(x.shape, np.nan)
    with np.errstate(invalid="ignore"):
        fine = np.isfinite(x) & np.isfinite(y) & (y != 0)
    # A ratio that overflows is not a number that can be compared, so it becomes nan.
    with np.errstate(over="ignore"):
        np.divide(x, y, out=out, where=fine)
    return np.where(np.isfinite(out), out, np.nan)
