"""Movements of the potential at constant current, for example due to light or a drug."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.recordings.injected_current import Injected
from plausiwidgets.recordings.table import Data
from plausiwidgets.support.printed import number
from plausiwidgets.texts import tr

Floats = NDArray[np.float64]

BIN = 5.0
"""Length in ms of the bins whose median potentials are compared. A spike is shorter than half of a bin."""
RESPONSE = 100.0
"""Time in ms after a change of the current in which the potential responds to the change."""
RELAXATIONS = (50.0, 100.0, 200.0, 400.0, 800.0)
"""Time constants in ms of slow responses to a change of the current, such as sag and adaptation."""
SMALLEST, OF_NOISE = 5.0, 6.0
"""Minimum size of a movement in mV and in standard deviations of the potential, which exceeds a synaptic potential."""
SHORTEST = 30.0
"""Minimum duration in ms of a movement."""
AROUND_SPIKE = (20.0, 300.0)
"""Times in ms before and after a spike in which its upstroke and its afterpotential move the potential."""
PLATEAU, BURST = 60.0, 3
"""Minimum duration in ms and number of spikes of a depolarization that is more than the approach to a spike."""
TONIC = 3.0
"""Number of interspike intervals over which a running median removes the sawtooth of a firing cell."""


@dataclass(frozen=True)
class Movement:
    """Movement of the potential that is not explained by a change of the current.

    Attributes
    ----------
    sweep : str
        Name of the sweep.
    start, end : float
        Start and end in ms on the scale of the file.
    size : float
        Maximum distance from the potential at other times in mV.

    Examples
    --------
    >>> from plausiwidgets.recordings.movement import Movement
    >>> print(Movement("sweep 2", 400.0, 600.0, 14.2).words())
    sweep 2: the potential moves by +14 mV from 400 to 600 ms while the current is constant
    """

    sweep: str
    start: float
    end: float
    size: float

    def words(self) -> str:
        """Return a description of the movement in words."""
        size = f"{'+' if self.size > 0.0 else '−'}{number(abs(self.size), 2)}"
        text = tr(
            "the potential moves by {size} mV from {start} to {end} ms while the current is constant",
            size=size,
            start=number(self.start, 4),
            end=number(self.end, 4),
        )
        return f"{tr(self.sweep)}: {text}" if self.sweep else text


def movements(data: Data, current: Injected) -> list[Movement]:
    """Return the movements of the potential of a sweep while its current is constant."""
    if data.v is None or current.measured:
        return []
    out: list[Movement] = []
    edges = sorted({x for piece in current.pieces for x in (piece.on, piece.off)})
    bounds = [float(data.t[0]), *(x for x in edges if data.t[0] < x < data.end), data.end]
    ramps = [piece for piece in current.pieces if piece.first != piece.last]
    for k, (a, b) in enumerate(zip(bounds, bounds[1:], strict=False)):
        if any(piece.on < b and a < piece.off for piece in ramps):
            continue
        start = a + RESPONSE if k else a
        if b - start >= 2.0 * SHORTEST + BIN:
            out += _movements_within(data, start, b, has_response=k > 0)
    return out


def _movements_within(data: Data, start: float, end: float, has_response: bool) -> list[Movement]:
    """Return the movements within a stretch of constant current."""
    assert data.v is not None
    chosen = (data.t >= start) & (data.t < end)
    t, v = data.t[chosen], data.v[chosen]
    width = max(round(BIN / float(np.median(np.diff(data.t)))), 1)
    count = v.size // width
    if count < 10:
        return []
    middle = np.median(v[: count * width].reshape(count, width), axis=1)
    place = t[: count * width].reshape(count, width).mean(axis=1)
    inside = data.spikes[(data.spikes >= start) & (data.spikes < end)]
    if inside.size >= 2:
        bins = round(TONIC * float(np.median(np.diff(inside))) / BIN)
        if 2 * bins > count:
            return []  # there are too few spikes to distinguish firing from a movement
        middle = _running_median(middle, bins)
    away = middle - _explained(place - start, middle, has_response)
    noise = 1.4826 * float(np.median(np.abs(away - np.median(away))))
    far = np.abs(away) > max(SMALLEST, OF_NOISE * noise)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], far, [False]])))
    out = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        size = float(away[a:b][int(np.abs(away[a:b]).argmax())])
        found = Movement(data.label, place[a] - 0.5 * BIN, place[b - 1] + 0.5 * BIN, size)
        if found.end - found.start >= SHORTEST and not _is_of_spike(found, inside):
            out.append(found)
    return out


def _is_of_spike(found: Movement, spikes: Floats) -> bool:
    """Return whether a movement is the approach to a spike, or its afterpotential."""
    before, after = AROUND_SPIKE
    near = bool(((spikes > found.start - after) & (spikes < found.end + before)).any())
    within = int(((spikes >= found.start) & (spikes < found.end)).sum())
    is_plateau = found.size > 0.0 and found.end - found.start >= PLATEAU and within > 0
    return near and not is_plateau and within < BURST


def _running_median(x: Floats, width: int) -> Floats:
    """Return the median of `width` entries around each entry, or of the available entries at the ends."""
    half = max(width // 2, 1)
    return np.array([np.median(x[max(i - half, 0) : i + half + 1]) for i in range(x.size)])


def _explained(t: Floats, v: Floats, has_response: bool) -> Floats:
    """Return the potential that a constant current explains, shape [bins].

    It is a level or, after a change of the current, an exponential relaxation towards a level.
    """
    level = np.full(v.size, np.median(v))
    if not has_response:
        return level
    best, error = level, float(np.abs(v - level).sum())
    for tau in RELAXATIONS:
        basis = np.stack([np.ones(t.size), np.exp(-t / tau)], axis=1)
        fit, weight = level, np.ones(t.size)
        for _ in range(8):  # fit absolute deviations, so that a movement does not bend the curve
            root = np.sqrt(weight)
            fit = basis @ np.linalg.lstsq(basis * root[:, None], v * root, rcond=None)[0]
            weight = 1.0 / np.maximum(np.abs(v - fit), 0.1)
        if (apart := float(np.abs(v - fit).sum())) < error:
            best, error = fit, apart
    return best


def rests_apart(sweeps: Sequence[tuple[Data, Injected]], level: float, near: float) -> str:
    """Return a sentence about changes of the potential before the stimulus between sweeps, empty without changes."""
    rests = [
        (data, float(np.median(data.v[data.t < onset])))
        for data, current in sweeps
        if data.v is not None
        and abs(current.holding - level) <= near
        and (onset := data.end if current.onset is None else current.onset) - data.t[0] >= 2.0 * BIN
    ]
    if len(rests) < 2:
        return ""
    (low_sweep, low), (high_sweep, high) = min(rests, key=lambda x: x[1]), max(rests, key=lambda x: x[1])
    if high - low <= SMALLEST:
        return ""
    (first, a), (last, b) = sorted([(low_sweep, low), (high_sweep, high)], key=lambda x: x[0].number)
    return tr(
        "The median potential before the stimulus moves from {first} mV ({first_sweep}) to {last} mV ({last_sweep}) "
        "while the holding current is constant.",
        first=number(a, 3),
        first_sweep=tr(first.label),
        last=number(b, 3),
        last_sweep=tr(last.label),
    )
