"""Spontaneous firing: spikes of a recorded cell at its holding current, without a stimulus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from plausiwidgets.recordings.injected_current import Injected
from plausiwidgets.recordings.table import Data

RECOVERY = 500.0
"""Time in ms after a change of the current in which a spike at the holding current may be a response to the change."""


@dataclass(frozen=True)
class SpontaneousFiring:
    """Firing of a cell at its holding current in all sweeps of its file.

    Attributes
    ----------
    level : float
        Holding current.
    seconds : float
        Recorded time in s at this current, without the 500 ms after each stimulus.
    spikes : mapping of str to tuple of float
        Spike times in ms on the scale of the file, for each sweep with spikes in this time.
    sweeps : int
        Number of examined sweeps.

    Examples
    --------
    >>> from plausiwidgets.recordings.spontaneous import SpontaneousFiring
    >>> firing = SpontaneousFiring(0.0, 4.0, {"sweep 1": (56.25, 300.0)}, 16)
    >>> firing.rate, firing.first
    (0.5, ('sweep 1', 56.25))
    """

    level: float
    seconds: float
    spikes: Mapping[str, tuple[float, ...]]
    sweeps: int

    @property
    def rate(self) -> float:
        """Firing rate in Hz, 0 if the cell was never recorded without a stimulus."""
        return sum(map(len, self.spikes.values())) / self.seconds if self.seconds else 0.0

    @property
    def first(self) -> tuple[str, float]:
        """Name of the first sweep with spikes, and the time of its first spike in ms."""
        name, times = next(iter(self.spikes.items()))
        return name, times[0]


def spontaneous_firing(
    sweeps: Iterable[tuple[Data, Injected]], others: Iterable[Data], level: float, near: float
) -> SpontaneousFiring:
    """Return the firing of a cell at its holding current.

    Parameters
    ----------
    sweeps : iterable of (Data, Injected)
        Sweeps with their recovered currents.
    others : iterable of Data
        Unused sweeps of the file, which count until their current leaves the level.
    level, near : float
        Holding current, and maximum difference of a current from it.
    """
    examined = [(data, _times_at(current, data, level, near)) for data, current in sweeps]
    examined += [(data, _beginning(data, level, near)) for data in others]
    spikes: dict[str, tuple[float, ...]] = {}
    for data, spans in examined:
        found = [float(x) for a, b in spans for x in data.spikes if a <= x < b]
        if found:
            spikes[data.label or "recording"] = tuple(found)
    total = sum(b - a for _, spans in examined for a, b in spans)
    return SpontaneousFiring(level, total / 1000.0, spikes, len(examined))


def _times_at(current: Injected, data: Data, level: float, near: float) -> list[tuple[float, float]]:
    """Return the times in ms at which the current has a level, without the recovery from a stimulus."""
    if abs(current.holding - level) > near or current.measured:
        return []
    start, out = float(data.t[0]), []
    for piece in sorted(current.pieces, key=lambda piece: piece.on):
        if piece.on > start:
            out.append((start, piece.on))
        start = max(start, piece.off + RECOVERY)
    return [*out, (start, data.end)] if data.end > start else out


def _beginning(data: Data, level: float, near: float) -> list[tuple[float, float]]:
    """Return the time in ms until the current leaves a level, empty if it starts at another level."""
    if data.current is None:
        return []
    noise = float(np.median(np.abs(np.diff(data.current)))) if data.current.size > 1 else 0.0
    away = np.flatnonzero(np.abs(data.current - level) > near + 6.0 * noise)
    end = float(data.t[away[0]]) if away.size else data.end
    return [(float(data.t[0]), end)] if end > data.t[0] else []
