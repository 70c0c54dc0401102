"""Recorded sweeps as they are compared, with spikes, potential and current on the time scale of the pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.piece import Piece
from plausiwidgets.engine.traces import Traces
from plausiwidgets.patterns.protocol import StimulusValues
from plausiwidgets.recordings.injected_current import Injected
from plausiwidgets.recordings.table import Data
from plausiwidgets.support.printed import number

Floats = NDArray[np.float64]

SWEEP = "recording"
"""Name of the sweep of a recording with a single sweep."""
STRETCH = 100.0
"""Minimum time in ms between changes of the current in which the spikes of a spontaneously firing cell are counted."""
MIN_STEP = 30.0
"""Minimum length in ms of a step from which resistance, time constant and sag are measured."""


@dataclass(frozen=True)
class RecordedSweep:
    """Sweep of a recording as it is compared.

    Attributes
    ----------
    name : str
        Name of the sweep.
    data : Data
        Checked samples.
    begin : float
        Time of the recording in ms that is 0 in the pattern. The following times are relative to it.
    onset, end : float
        Onset of the stimulus and end of the sweep in ms.
    current : Injected or None
        Recovered current, None if it is unknown.
    pieces : callable
        Function that returns the pieces of the current for stimulus values.
    repeats : tuple of Data
        All sweeps with an equal current, including this one.
    lead : float
        Time in ms before the recording in which the neuron is held at the holding current of this sweep, if it differs
        from the common one.
    is_timed : bool
        Whether the stimulus determines the spike times. If the cell fires spontaneously, their phase is arbitrary.
    """

    name: str
    data: Data
    begin: float
    onset: float
    end: float
    current: Injected | None
    pieces: Callable[[StimulusValues], Sequence[Piece]]
    repeats: tuple[Data, ...]
    lead: float = 0.0
    is_timed: bool = True

    @property
    def has_stimulus(self) -> bool:
        """Whether the current is unknown or changes."""
        return self.current is None or self.current.onset is not None

    def train(self, data: Data | None = None) -> Floats:
        """Return the compared spikes of a repeat, by default those of this sweep, in ms from the start."""
        times = (self.data if data is None else data).spikes - self.begin
        return times[(times >= self.lead) & (times < self.end)]

    @property
    def trains(self) -> list[Floats]:
        """Compared spikes of each repeat in ms from the start."""
        return [self.train(data) for data in self.repeats]

    def trains_within(self, first: float, last: float) -> list[Floats]:
        """Return the spikes of each repeat in [first, last) ms from the start."""
        return [t[(t >= first) & (t < last)] for t in self.trains]

    def fires(self, first: float, last: float) -> bool:
        """Return whether any repeat has a spike in [first, last) ms from the start."""
        return any(t.size for t in self.trains_within(first, last))

    def rows(self, first: float, last: float, least: int) -> list[tuple[Floats, Floats, float]]:
        """Return the potential, the spikes and dt of the repeats with at least `least` spikes in [first, last) ms.

        The potential and the spikes have the shape [1, n], like a lane. Spike times are relative to `first`.
        """
        trains = zip(self.repeats, self.trains_within(first, last), strict=True)
        a, b = round(first / self.dt), round(last / self.dt)
        return [(self.on_grid(data)[None, a:b], t[None] - first, self.dt) for data, t in trains if t.size >= least]

    def on_grid(self, data: Data) -> Floats:
        """Return the potential at every `dt` ms from the start.

        In contrast to a simulation, the potential is not that after each step, which would truncate a spike of few
        samples.
        """
        assert data.v is not None
        places = np.arange(round(self.end / self.dt)) * self.dt
        return np.interp(places, data.t - self.begin, data.v)

    def span(self, first: float, last: float) -> dict[str, str]:
        """Return two times from the start as text on the time scale of the recording."""
        return {"start": number(first + self.begin, 6), "end": number(last + self.begin, 6)}

    @cached_property
    def dt(self) -> float:
        return float(np.median(np.diff(self.data.t)))

    def v(self, data: Data, first: float, last: float) -> Floats:
        """Return the recorded potential in [first, last) ms from the start."""
        assert data.v is not None
        chosen = (data.t - self.begin >= first - 1e-9) & (data.t - self.begin < last - 1e-9)
        return data.v[chosen]

    def stretches(self) -> list[tuple[float, float]]:
        """Return the stretches in which spikes are counted.

        For spontaneous firing, they extend between changes of the current and are at least `STRETCH` ms long. Otherwise
        the whole sweep is a single stretch.
        """
        if self.is_timed:
            return [(self.lead, self.end)]
        pieces = () if self.current is None or self.current.measured else self.current.pieces
        bounds = [self.lead]
        for edge in sorted(x - self.begin for p in pieces for x in (p.on, p.off)):
            if edge - bounds[-1] >= STRETCH and self.end - edge >= STRETCH:
                bounds.append(edge)
        return list(pairwise([*bounds, self.end]))

    def level(self, stretch: tuple[float, float]) -> float:
        """Return the current in the middle of a stretch."""
        if self.current is None:
            return 0.0
        t = self.begin + 0.5 * sum(stretch)
        return self.current.holding + sum(
            p.first + (p.last - p.first) * (t - p.on) / (p.off - p.on) for p in self.current.pieces if p.on <= t < p.off
        )

    def steps(self) -> Iterator[Piece]:
        """Yield the steps of the current that are long enough for a resistance, with times from the start."""
        for p in self.current.pieces if self.current is not None and not self.current.measured else ():
            if p.first == p.last and p.off - p.on >= MIN_STEP and p.off <= self.data.end - 1e-9:
                yield Piece(p.on - self.begin, p.off - self.begin, p.first, p.last)


def spikes_before(sweeps: Sequence[RecordedSweep]) -> tuple[int, float]:
    """Return the number of spikes before the stimulus at the common holding current, and the recorded time in s."""
    known = [(data, g.begin + g.onset) for g in sweeps if not g.lead for data in g.repeats]
    count = sum(int((data.spikes < onset).sum()) for data, onset in known)
    return count, sum(onset - float(data.t[0]) for data, onset in known) / 1000.0


def traces_of(g: RecordedSweep) -> Traces:
    """Return a recorded sweep as traces on a regular grid, whose times start at its start."""
    data = g.data
    steps = np.diff(data.t)
    if data.t.size == 2:
        t = np.linspace(data.t[0], data.t[1], 2000)
    elif np.ptp(steps) > 1e-3 * steps.mean():
        t = np.linspace(data.t[0], data.t[-1], data.t.size)
    else:
        t = data.t
    held = np.searchsorted(data.t, t, side="right") - 1
    return Traces(
        t - g.begin,
        {} if data.v is None else {"v": np.interp(t, data.t, data.v)[None]},
        [data.spikes - g.begin],
        np.array([np.nan]),
        np.zeros((1, t.size)) if data.current is None else data.current[held][None],
        "",
        model=SWEEP,
    )


def smoothed(v: Floats, dt: float, span: float) -> Floats:
    """Return running means over a time in ms, with the first and the last value repeated beyond the ends."""
    width = max(round(span / dt), 1)
    padded = np.pad(v, width, mode="edge")
    return v if width == 1 else np.asarray(np.convolve(padded, np.ones(width) / width, "same")[width:-width])
