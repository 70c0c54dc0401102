"""Protocol of a measured current: holding current, steps, pulses and ramps, recovered from noisy samples.

A measured current is an injected current plus noise: white noise of the amplifier, mains hum, slow drift, and the steps
of a converter. Second differences decide whether there is noise, because they vanish on levels and on ramps. The noise
is then estimated where the current is constant, with lines that are fitted in windows. The pieces are the partition
into levels and lines that minimizes the sum of squared residuals and a penalty for each piece. The algorithm is optimal
partitioning (Jackson et al., IEEE Signal Processing Letters 12, 2005), pruned as by Killick et al., JASA 107, 2012.
Each edge between two pieces is then located to the sample. A waveform with too many pieces for a protocol, such as a
chirp, is injected as segments that stay close to its samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.current import pieces_of_samples
from plausiwidgets.engine.piece import Piece
from plausiwidgets.support.printed import number
from plausiwidgets.texts import tr

Floats = NDArray[np.float64]

MAX_PIECES = 1000
"""Maximum number of linear pieces of a current, each of which takes time in every step of every neuron."""
MAX_STEPS = 40
"""Maximum number of pieces of a protocol. A current with more pieces is a waveform, such as frozen noise."""
FLICKER = 0.01
"""Maximum noise, as a share of the range, of a converter whose last bit flickers in a current without other noise."""
SAME = 0.02
"""Maximum difference of two levels that count as one, as a share of the range of the current."""
SLIVER = 0.035
"""Maximum distance of a short piece from the line of its neighbour that absorbs it, as a share of the range."""
DRIFT = 0.05
"""Maximum rise of a line that counts as a drifting level, as a share of the range."""
WINDOW = 40.0
"""Length in ms of the windows in which the noise is estimated, equal to two periods of the mains."""
SCALES = (3, 6, 12, 25, 50, 100, 200)
"""Numbers of samples on either side within which edges are searched for."""
EDGE = 6.0
"""Minimum height of an edge in standard deviations of the noise at its scale."""
COARSE, MAX_NODES = 1200, 3000
"""Number of evenly spaced samples at which a piece may start, and maximum number including samples at edges."""
PENALTY_LEVEL, PENALTY_LINE = 22.0, 34.0
"""Penalties of a level and of a line, in units of the variance of the noise."""
ALIVE = 3.0
"""Maximum residual of a piece of a protocol as a multiple of the noise of constant pieces."""
SMOOTH = 0.1
"""Maximum ratio of second to first differences of a smooth curve without noise."""
STILL_SHARE = 0.1
"""Minimum share of vanishing second differences in a current without noise, on its levels and ramps."""
CLOSE = (1e-3, 3e-3, 0.01, 0.02)
"""Tested distances of segments from the samples of a waveform, as shares of its range, the smallest first."""


@dataclass(frozen=True)
class Injected:
    """Injected current of a recorded sweep.

    Attributes
    ----------
    holding : float
        Initial level of the current.
    pieces : tuple of Piece
        Pieces that are added to the holding current, with times in ms on the scale of the recording.
    noise : float
        Standard deviation of the removed noise, 0 for a current without noise.
    drift : float
        Largest removed slow change.
    measured : bool
        Whether the current is injected as measured instead of as a protocol.
    deviation : float
        Maximum distance of a measured current from its segments, if there are fewer segments than samples.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> t, current = [0.0, 99.9, 100.0, 299.9, 300.0, 400.0], [20.0, 20.0, 370.0, 370.0, 20.0, 20.0]
    >>> cell = pw.from_recording(t, spikes=[122.0, 160.0, 201.0, 240.0], current=current)
    >>> injected = cell.protocols["recording"]
    >>> injected.holding, injected.onset, injected.noise
    (20.0, 100.0, 0.0)
    """

    holding: float
    pieces: tuple[Piece, ...]
    noise: float = 0.0
    drift: float = 0.0
    measured: bool = False
    deviation: float = 0.0

    @property
    def onset(self) -> float | None:
        """Time in ms at which the current leaves the holding level, None if it never does."""
        return min((p.on for p in self.pieces), default=None)

    def corners(self, first: float, last: float) -> Floats:
        """Return the corners of the current between two times, shape [points, 2], with times in ms and levels.

        Examples
        --------
        >>> from plausiwidgets.recordings import Injected
        >>> from plausiwidgets.engine.piece import Piece
        >>> injected = Injected(20.0, (Piece(100.0, 300.0, 350.0, 350.0),))
        >>> injected.corners(0.0, 400.0).tolist()
        [[0.0, 20.0], [100.0, 20.0], [100.0, 370.0], [300.0, 370.0], [300.0, 20.0], [400.0, 20.0]]
        """
        points = [(first, self.holding)]
        for p in sorted(self.pieces, key=lambda p: p.on):
            if p.on == points[-1][0] and len(points) > 1:
                points.pop()  # continue from the end of the previous piece
            else:
                points.append((p.on, self.holding))
            points += [(p.on, self.holding + p.first), (p.off, self.holding + p.last), (p.off, self.holding)]
        if points[-1][0] >= last and len(points) > 1:
            return np.array(points[:-1])  # the last piece reaches the end
        return np.array([*points, (last, self.holding)])

    def words(self, unit: str = "") -> str:
        """Return a description of the current in words.

        Examples
        --------
        >>> import numpy as np
        >>> import plausiwidgets as pw
        >>> t, spikes = np.arange(0.0, 400.0, 0.1), [122.0, 160.0, 201.0, 240.0]
        >>> cell = pw.from_recording(t, spikes=spikes, current=np.where((t > 99.95) & (t < 299.95), 370.0, 20.0))
        >>> cell.protocols["recording"].words("pA")
        'holding current 20 pA; +350 pA from 100 to 300 ms'
        """
        of = f" {unit}" if unit else ""
        parts = [tr("holding current {level}", level=f"{number(self.holding, 4)}{of}")]
        if self.measured:
            parts.append(tr("the recorded waveform in {count} segments", count=len(self.pieces)))
        for p in () if self.measured else self.pieces:
            span = {"start": number(p.on, 6), "end": number(p.off, 6)}
            if p.first == p.last:
                parts.append(tr("{level} from {start} to {end} ms", level=f"{_signed(p.first)}{of}", **span))
            else:
                parts.append(
                    tr(
                        "{first} to {last} from {start} to {end} ms",
                        first=f"{_signed(p.first)}{of}",
                        last=f"{_signed(p.last)}{of}",
                        **span,
                    )
                )
        if self.deviation:
            parts.append(tr("at most {deviation} from the samples", deviation=f"{number(self.deviation, 2)}{of}"))
        if self.noise:
            parts.append(tr("noise of {noise} ignored", noise=f"{number(self.noise, 2)}{of}"))
        if self.drift:
            parts.append(tr("drift of {drift} ignored", drift=f"{number(self.drift, 2)}{of}"))
        return "; ".join(parts)


def _signed(level: float) -> str:
    return f"{'+' if level >= 0.0 else ''}{number(level, 4)}"


def injected(t: Floats, current: Floats, measured: bool | None = None, reach: float = 0.0) -> Injected:
    """Return the injected current for the samples of a measured current.

    Parameters
    ----------
    t : ndarray, shape [n]
        Increasing times in ms.
    current : ndarray, shape [n]
        Samples of the current, each of which applies until the next one.
    measured : bool, optional
        If True, the current is used sample by sample. If False, it is a protocol. By default, it is a protocol, unless
        a part of it fluctuates far more than its constant parts.
    reach : float
        Range of the currents of other sweeps. A fluctuation that is small compared with this range is noise.

    Raises
    ------
    ValueError
        If the current has more than 1000 linear pieces. If it should be a protocol but is not one. If it is noise about
        a level, which could be that of the amplifier or the stimulus.
    """
    is_noisy = has_noise(current)
    exact = None if is_noisy else _without_noise(t, current)
    if exact is not None and not exact.deviation and (measured or len(exact.pieces) <= MAX_STEPS):
        return exact
    if measured:
        return exact or _as_measured(t, current)
    found = None if _is_smooth(current) else _protocol(t, current)
    if found is not None and not is_noisy and found.noise > FLICKER * float(np.ptp(current)):
        found = None  # the stimulus fluctuates, because the current is constant at other times
    if exact is not None and exact.deviation and (found is None or len(exact.pieces) < len(found.pieces)):
        return exact
    if found is not None:
        if measured is None and not found.pieces and found.noise > 0.1 * max(abs(found.holding), reach):
            raise ValueError(
                f"the current has no step: it is {found.holding:.3g} with a noise of {found.noise:.2g}. If the noise "
                "is the amplifier's, pass as_measured=False. If it is the stimulus, pass as_measured=True."
            )
        return found
    if measured is False:
        raise ValueError(
            "the current must consist of steps, pulses and ramps, but it fluctuates between them. To inject it as "
            "measured, pass as_measured=True."
        )
    return exact if exact is not None else _waveform(t, current) or _as_measured(t, current)


def _as_measured(t: Floats, current: Floats) -> Injected:
    holding = float(current[0])
    pieces = pieces_of_samples(t, current - holding, 0.0)
    if len(pieces) > MAX_PIECES:
        raise ValueError(
            f"the measured current must have at most {MAX_PIECES} linear pieces, got {len(pieces)}. If it is a "
            "protocol with noise, pass as_measured=False to remove the noise. Otherwise, pass fewer samples, such as "
            "means over 1 ms."
        )
    return Injected(holding, pieces, measured=True)


# -- a current without noise --------------------------------------------------------------------------


def has_noise(x: Floats) -> bool:
    """Return whether a sampled current has noise, which makes its second differences nonzero on levels and ramps."""
    bends = np.abs(np.diff(x, 2))
    return bool(bends.size) and not _is_smooth(x) and bool(np.mean(bends <= _rounding(x)) < STILL_SHARE)


def _is_smooth(x: Floats) -> bool:
    """Return whether the differences of neighbouring samples change slowly, as in a chirp."""
    steps = np.diff(x)
    return bool(np.median(np.abs(np.diff(steps))) < SMOOTH * np.median(np.abs(steps)))


def _rounding(x: Floats) -> float:
    """Return the largest second difference that single precision causes."""
    return 1e-6 * float(np.abs(x).max()) + 1e-9 * float(np.ptp(x))


def _smallest_jump(x: Floats) -> float:
    """Return the smallest difference of neighbouring samples that is not a rounding error, 0 without one."""
    steps = np.abs(np.diff(x))
    steps = steps[steps > _rounding(x)]
    return float(steps.min()) if steps.size else 0.0


def _without_noise(t: Floats, x: Floats) -> Injected | None:
    """Return a current without noise as its pieces, or None if there are too many."""
    changes = np.flatnonzero(np.diff(x)) + 1
    if not changes.size:
        return Injected(float(x[0]), ())
    reach, holding = float(np.ptp(x)), float(x[0])
    if changes.size <= MAX_STEPS // 2:
        edges = np.append(t, 2.0 * t[-1] - t[-2])
        bounds = [0, *changes.tolist(), x.size]
        levels = [(float(edges[a]), float(edges[b]), float(x[a] - holding)) for a, b in pairwise(bounds)]
        if min(np.abs(np.diff(x)[changes - 1])) >= SAME * reach or min(np.diff(bounds)) > 20:
            return Injected(holding, tuple(Piece(a, b, h, h) for a, b, h in levels if h))
        return None  # the last bit of a converter flickers
    pieces = pieces_of_samples(t, x - holding, _rounding(x))
    if len(pieces) <= MAX_STEPS:
        return Injected(holding, pieces)
    digit = _smallest_jump(x)  # the resolution of a file or a converter
    if digit <= CLOSE[-1] * reach:
        rounded = pieces_of_samples(t, x - holding, digit)
        if len(rounded) <= MAX_STEPS:
            return Injected(holding, rounded, deviation=digit)
    if len(pieces) <= MAX_PIECES:
        return Injected(holding, pieces, measured=True)
    for share in CLOSE:
        pieces = pieces_of_samples(t, x - holding, share * reach)
        if len(pieces) <= MAX_PIECES:
            return Injected(holding, pieces, measured=len(pieces) > MAX_STEPS, deviation=share * reach)
    return None


# -- a protocol with noise ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Noise:
    """Standard deviations of the noise where the current is constant.

    Attributes
    ----------
    white : float
        White noise of a sample.
    slow : float
        Slow noise, which remains in the mean of several samples.
    whole : float
        Total noise.
    """

    white: float
    slow: float
    whole: float


def _noise(x: Floats, width: int) -> _Noise:
    """Return the noise of the quietest seventh of windows of `width` samples, in each of which a line is fitted."""
    bends = np.diff(x, 2)
    white = float(np.median(np.abs(bends))) / 0.6745 / math.sqrt(6.0)
    width = max(min(width, x.size // 4), 4)
    rows = x[: x.size // width * width].reshape(-1, width)
    place = np.arange(width) - 0.5 * (width - 1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    rows = rows - (rows @ place / (place @ place))[:, None] * place
    whole = float(np.quantile(np.sqrt((rows**2).sum(axis=1) / max(width - 2, 1)), 0.15, method="lower"))
    steps = np.abs(np.diff(x))
    if np.mean(steps == 0.0) > 0.2 and steps.any():  # the steps of a converter
        white = max(white, float(steps[steps > 0.0].min()) / math.sqrt(12.0))
        whole = max(whole, white)
        return _Noise(white, white, whole)  # the errors of a converter have the period of a slow ramp
    white = min(white, whole) if white else whole
    return _Noise(white, math.sqrt(max(whole**2 - white**2, 0.0)), whole)


def _nodes(x: Floats) -> NDArray[np.intp]:
    """Return the samples at which a piece may start, spread over the recording and dense at edges."""
    n = x.size
    places = [np.linspace(0, n, min(COARSE, n // 2 + 1)).round().astype(np.intp)]
    total = np.concatenate([[0.0], np.cumsum(x)])
    for w in SCALES:
        if 8 * w > n:
            break
        k = np.arange(w, n - w + 1)
        rise = (total[k + w] - 2.0 * total[k] + total[k - w]) / w
        bend = rise[2 * w : -2 * w] - 0.5 * (rise[: -4 * w] + rise[4 * w :])
        if not bend.size:
            break
        size = np.abs(bend - np.median(bend))
        scale = 1.4826 * float(np.median(size))
        bright = size > max(EDGE * scale, 1e-12)
        top = bright.copy()  # samples that are the largest within a window of w samples
        for shift in range(1, w + 1):
            top[shift:] &= size[shift:] >= size[:-shift]
            top[:-shift] &= size[:-shift] >= size[shift:]
        peaks = np.flatnonzero(top) + 3 * w
        if peaks.size > 200:
            peaks = peaks[np.argsort(size[peaks - 3 * w])[-200:]]
        apart = max(w // 4, 1)
        places += [peaks + j * apart for j in range(-6, 7)]
    found = np.unique(np.clip(np.concatenate(places), 0, n))
    return found if found.size <= MAX_NODES else found[np.linspace(0, found.size - 1, MAX_NODES).astype(np.intp)]


@dataclass(frozen=True)
class _Segment:
    """Level or line over the samples [first, last), with the value at its middle and the slope per sample."""

    first: int
    last: int
    middle: float
    slope: float

    @property
    def rise(self) -> float:
        return self.slope * (self.last - self.first)

    def at(self, sample: Any) -> Any:
        """Return the value of the line at one or several samples."""
        return self.middle + self.slope * (sample - 0.5 * (self.first + self.last - 1))


def _partition(x: Floats, noise: _Noise, nodes: NDArray[np.intp]) -> list[_Segment]:
    """Return the segments between some of the nodes that minimize the penalty."""
    counts = np.diff(nodes).astype(float)
    total, moment = np.concatenate([[0.0], np.cumsum(x)]), 0.5 * (nodes[:-1] + nodes[1:] - 1.0)
    mean = np.diff(total[nodes]) / counts
    scale = 1.0 / max(x.size, 1)
    u = moment * scale - 0.5
    weight = 1.0 / (noise.white**2 / counts + noise.slow**2)
    sums = np.zeros((6, nodes.size))
    for row, values in zip(
        sums, (weight, weight * u, weight * u * u, weight * mean, weight * u * mean, weight * mean * mean), strict=True
    ):
        np.cumsum(values, out=row[1:])
    best, before = np.zeros(nodes.size), np.zeros(nodes.size, dtype=np.intp)
    alive = np.zeros(1, dtype=np.intp)
    for j in range(1, nodes.size):
        w, wu, wuu, wx, wux, wxx = sums[:, j, None] - sums[:, alive]
        flat = np.maximum(wxx - wx * wx / w, 0.0)
        spread = wuu - wu * wu / w
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = np.where(spread > 1e-15 * w, (wux - wu * wx / w) ** 2 / spread, 0.0)
        penalties = best[alive] + np.minimum(flat + PENALTY_LEVEL, np.maximum(flat - gain, 0.0) + PENALTY_LINE)
        least = int(penalties.argmin())
        best[j], before[j] = penalties[least], alive[least]
        alive = np.append(alive[penalties - PENALTY_LINE <= best[j]], j)
    cuts = [nodes.size - 1]
    while cuts[-1]:
        cuts.append(int(before[cuts[-1]]))
    bounds = nodes[cuts[::-1]].tolist()
    return [_fit(x, a, b) for a, b in pairwise(bounds)]


def _fit(x: Floats, first: int, last: int, level: bool = False) -> _Segment:
    part = x[first:last]
    place = np.arange(part.size) - 0.5 * (part.size - 1)
    slope = 0.0 if level or part.size < 3 else float(part @ place / (place @ place))
    return _Segment(first, last, float(part.mean()), slope)


def _protocol(t: Floats, x: Floats) -> Injected | None:
    """Return the protocol of a noisy current, or None if it is not a protocol."""
    steps = np.diff(t)
    if x.size < 16 or np.ptp(steps) > 1e-3 * steps.mean():
        return None
    dt = float(steps.mean())
    noise = _noise(x, round(WINDOW / dt))
    if noise.whole == 0.0:
        return None
    segments = _partition(x, noise, _nodes(x))
    reach = _range(segments)
    trend = _trend(segments, reach)
    if trend:
        x = x - trend * np.arange(x.size)
        segments = [_fit(x, s.first, s.last, not s.slope) for s in segments]
        reach = _range(segments)
    if reach < 6.0 * noise.whole:
        # Nothing stands out of the noise, so the current is a level, or the noise is the stimulus.
        segments, reach = [_fit(x, 0, x.size, level=True)], 0.0
    segments = _simplified(x, segments, reach, noise)
    if len(segments) > MAX_STEPS:
        return None
    segments = _placed(x, segments, noise)
    segments = _without_slivers(x, segments, max(SLIVER * reach, 5.0 * noise.whole))
    if not _is_still(x, segments, noise, dt):
        return None
    found = _as_pieces(t, dt, segments, reach, noise)
    drift = abs(trend) * x.size
    return replace(found, drift=max(found.drift, drift)) if drift > noise.whole else found


def _waveform(t: Floats, x: Floats) -> Injected | None:
    """Return a noisy waveform, such as a chirp, as line segments, or None if they deviate by more than the noise."""
    steps = np.diff(t)
    if x.size < 16 or np.ptp(steps) > 1e-3 * steps.mean():
        return None
    dt = float(steps.mean())
    white = _noise(x, round(WINDOW / dt)).white
    if white == 0.0:
        return None
    jumps = np.flatnonzero(np.abs(np.diff(x)) > EDGE * white) + 1
    if jumps.size > MAX_NODES:
        return None
    segments = _partition(x, _Noise(white, 0.0, white), np.union1d(_nodes(x), jumps))
    rest = np.concatenate([x[s.first : s.last] - s.at(np.arange(s.first, s.last)) for s in segments])
    if len(segments) > MAX_PIECES or float(rest.std()) > 1.5 * white:
        return None
    holding = float(segments[0].at(0))
    pieces = [
        Piece(
            float(t[0]) + dt * s.first,
            float(t[0]) + dt * s.last,
            float(s.at(s.first - 0.5)) - holding,
            float(s.at(s.last - 0.5)) - holding,
        )
        for s in segments
    ]
    return Injected(holding, tuple(p for p in pieces if p.first or p.last), white, measured=True)


def _range(segments: Sequence[_Segment]) -> float:
    ends = [y for s in segments for y in (s.at(s.first), s.at(s.last - 1))]
    return float(max(ends) - min(ends))


def _trend(segments: Sequence[_Segment], reach: float) -> float:
    """Return the common slope of the levels of a current, which is a drift, or 0 without one."""
    flat = [s for s in segments if abs(s.rise) <= DRIFT * reach and s.last - s.first > 50]
    total = sum(s.last - s.first for s in flat)
    if len(flat) < 2 or total < 0.3 * segments[-1].last:
        return 0.0
    slopes = np.array([s.slope for s in flat])
    weights = np.array([float(s.last - s.first) for s in flat])
    mean = float((slopes * weights).sum() / weights.sum())
    alike = weights[
        (slopes > 0.3 * mean) & (slopes < 3.0 * mean) if mean > 0 else (slopes < 0.3 * mean) & (slopes > 3.0 * mean)
    ]
    is_small = abs(mean) * segments[-1].last <= 1.2 * DRIFT * reach
    return mean if is_small and alike.sum() > 0.7 * weights.sum() else 0.0


def _simplified(x: Floats, segments: list[_Segment], reach: float, noise: _Noise) -> list[_Segment]:
    """Return simplified segments.

    Lines that hardly rise become levels, similar levels are merged, and short steep lines become edges.
    """
    tolerance = max(SAME * reach, 2.0 * noise.slow)
    flat = [
        _fit(x, s.first, s.last, level=True) if abs(s.rise) <= max(DRIFT * reach, 4.0 * noise.slow) else s
        for s in segments
    ]
    i = 0
    while i < len(flat) - 1:
        a, b = flat[i], flat[i + 1]
        both = not a.slope and not b.slope
        if abs(a.middle - b.middle) <= tolerance if both else _is_one_line(x, a, b, tolerance):
            flat[i : i + 2] = [_fit(x, a.first, b.last, level=both)]
            i = 0
        else:
            i += 1
    # The edge of a filtered step extends over several samples.
    i = 1
    while i < len(flat) - 1:
        a, edge, b = flat[i - 1 : i + 2]
        low, high = sorted((a.at(edge.first), b.at(edge.last)))
        if edge.last - edge.first <= 5 and low <= edge.middle <= high and max(a.last - a.first, b.last - b.first) > 20:
            part = x[edge.first : edge.last]
            cut = edge.first + int((np.abs(part - a.at(edge.first)) <= np.abs(part - b.at(edge.last))).sum())
            flat[i - 1 : i + 2] = [_fit(x, a.first, cut, not a.slope), _fit(x, cut, b.last, not b.slope)]
        else:
            i += 1
    return _without_slivers(x, flat, max(SLIVER * reach, 5.0 * noise.whole))


def _without_slivers(x: Floats, segments: list[_Segment], tolerance: float) -> list[_Segment]:
    """Return the segments without short ones that the line of a neighbour fits nearly as well."""
    out = list(segments)
    for s in sorted(segments, key=lambda s: s.last - s.first):
        if s not in out or s.last - s.first > 0.06 * x.size or len(out) == 1:
            continue
        i = out.index(s)
        around = [out[j] for j in (i - 1, i + 1) if 0 <= j < len(out) and out[j].last - out[j].first > s.last - s.first]
        apart = [max(abs(n.at(y) - s.at(y)) for y in (s.first, s.last - 1)) for n in around]
        if around and min(apart) <= tolerance:
            n = around[int(np.argmin(apart))]
            j = out.index(n)
            first, last = min(i, j), max(i, j)
            out[first : last + 1] = [_extended(n, out[first].first, out[last].last)]
    return out


def _extended(s: _Segment, first: int, last: int) -> _Segment:
    """Return the same line over other samples."""
    return _Segment(first, last, s.at(0.5 * (first + last - 1)), s.slope)


def _is_one_line(x: Floats, a: _Segment, b: _Segment, tolerance: float) -> bool:
    one = _fit(x, a.first, b.last)
    ends = ((s, y) for s in (a, b) for y in (s.first, s.last - 1))
    return all(abs(one.at(y) - s.at(y)) <= tolerance for s, y in ends)


def _placed(x: Floats, segments: list[_Segment], noise: _Noise) -> list[_Segment]:
    """Return the segments with each jump at its sample, and each corner at the intersection of two lines."""
    bounds: list[float] = [0, *(s.last for s in segments[:-1]), x.size]
    for _ in range(2):
        for i, (a, b) in enumerate(pairwise(segments), 1):
            reach = max(min((a.last - a.first) // 2, (b.last - b.first) // 2, 400), 1)
            low, high = max(round(bounds[i]) - reach, a.first + 1), min(round(bounds[i]) + reach, b.last - 1)
            if high <= low:
                continue
            here = round(bounds[i])
            meets = _meeting(a, b, here, noise)
            if meets is not None and low <= meets <= high:
                bounds[i] = meets
                continue
            place = np.arange(low, high)
            gain = (x[low:high] - b.at(place)) ** 2 - (x[low:high] - a.at(place)) ** 2
            bounds[i] = low + int(np.argmax(np.concatenate([[0.0], np.cumsum(gain)])))
        whole = [round(b) for b in bounds]
        segments = [
            _inner(x, a, b, not s.slope) if b > a else s for s, (a, b) in zip(segments, pairwise(whole), strict=True)
        ]
    return segments


def _inner(x: Floats, first: int, last: int, level: bool) -> _Segment:
    """Return a fitted segment that ignores the samples at its ends, because an edge may affect them."""
    cut = 2 if last - first > 20 else 0
    fit = _fit(x, first + cut, last - cut, level)
    return _Segment(first, last, fit.middle, fit.slope)


def _meeting(a: _Segment, b: _Segment, here: int, noise: _Noise) -> float | None:
    """Return the sample at which two lines intersect, or None if the current jumps between them."""
    is_jump = abs(b.at(here) - a.at(here)) > max(5.0 * noise.whole, 0.05 * max(abs(a.rise), abs(b.rise)))
    return None if is_jump or a.slope == b.slope else float((b.at(0.0) - a.at(0.0)) / (a.slope - b.slope))


def _is_still(x: Floats, segments: list[_Segment], noise: _Noise, dt: float) -> bool:
    """Return whether the noise is below the range of the current, and no piece fluctuates more than constant parts."""
    if len(segments) > 1 and noise.whole > 0.25 * _range(segments):
        return False
    for s in segments:
        part = x[s.first + 5 : s.last - 5] - s.at(np.arange(s.first + 5, s.last - 5))
        if part.size < max(round(5.0 / dt), 20):
            continue
        # A drift is slow, so compare the noise within windows.
        if _noise(part, round(WINDOW / dt)).whole > ALIVE * noise.whole:
            return False
    return True


def _as_pieces(t: Floats, dt: float, segments: Sequence[_Segment], reach: float, noise: _Noise) -> Injected:
    """Return segments as pieces above the first level, in which similar levels are equal."""
    tolerance = max(SAME * reach, 3.0 * noise.slow)
    groups: list[list[int]] = []  # levels that recur, such as the holding level after a step
    for i, s in enumerate(segments):
        near = [g for g in groups if abs(segments[g[0]].middle - s.middle) <= tolerance]
        if not s.slope and near:
            near[0].append(i)
        elif not s.slope:
            groups.append([i])
    level: dict[int, float] = {}
    for g in groups:
        lengths = [segments[i].last - segments[i].first for i in g]
        total = sum(segments[i].middle * length for i, length in zip(g, lengths, strict=True))
        level |= dict.fromkeys(g, total / sum(lengths))
    holding = level.get(0, segments[0].at(segments[0].first - 0.5))
    drift = max((abs(segments[i].middle - y) for i, y in level.items()), default=0.0)
    edges = [float(t[0]) + dt * s.first for s in segments] + [float(t[0]) + dt * segments[-1].last]
    for i, (a, b) in enumerate(pairwise(segments), 1):
        meets = _meeting(a, b, b.first, noise)
        if meets is not None and abs(meets - b.first) <= 3.0 + 0.02 * (b.last - a.first):
            edges[i] = float(t[0]) + dt * (meets + 0.5)
    pieces: list[Piece] = []
    for i, s in enumerate(segments):
        on, off = edges[i], edges[i + 1]
        if not s.slope:
            first = last = level[i]
        else:
            first, last = (s.at((edge - float(t[0])) / dt - 0.5) for edge in (on, off))
            # Let a ramp start or end exactly at an adjacent level.
            close = max(5.0 * noise.whole / math.sqrt(10), 0.02 * abs(s.rise))
            if abs(first - level.get(i - 1, math.inf)) <= close:
                first = level[i - 1]
            if abs(last - level.get(i + 1, math.inf)) <= close:
                last = level[i + 1]
        if off <= on or (first == holding == last):
            continue
        same = (
            pieces and pieces[-1].off == on and pieces[-1].first == pieces[-1].last == first - holding == last - holding
        )
        start = pieces.pop().on if same else on
        pieces.append(Piece(start, off, first - holding, last - holding))
    return Injected(float(holding), tuple(pieces), noise.whole, drift if drift > 3.0 * noise.whole else 0.0)
