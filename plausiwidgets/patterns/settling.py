"""The control: neurons are held at a constant current until their state variables have settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.lanes import LaneResult
from plausiwidgets.engine.piece import Floats
from plausiwidgets.patterns.sweep import BEFORE

TRANSIENT = 100.0
"""Time in ms before the control begins. Spikes in it do not count."""

BLOCK, LONGEST = 500.0, 20_000.0
"""Time in ms by which the control is extended while a neuron settles, and its maximum length."""

SETTLED, ROUNDING = 1e-3, 1e-9
"""Maximum change of a settled state variable over a block.

For the potential, it is a share of the span. For any other variable, it is a share of its distance from its value at
the begin of the control; rounding changes a variable by a smaller share of its value.
"""


class Recorded(TypedDict, total=False):
    """Fields of a `LaneJob` that choose what is recorded."""

    window: tuple[int, int] | None
    record: tuple[int, ...]
    peak_window: tuple[int, int] | None
    extremes: bool


class Hold(Protocol):
    """Simulate some lanes at their holding currents, from a state of shape [state variables, some lanes]."""

    def __call__(self, some: NDArray[np.intp], state: Floats, steps: int, **asked: Unpack[Recorded]) -> LaneResult: ...


@dataclass(frozen=True)
class Control:
    """The result of the control of some lanes.

    Attributes
    ----------
    state : ndarray, shape [state variables, lanes]
        State at the end.
    before : ndarray, shape [recorded variables, lanes, steps], or None
        State variables in the last 50 ms; None if nothing is recorded.
    spikes_before : list of ndarray
        Spike times of each lane in the last 50 ms, in ms before the end.
    spikes : ndarray, shape [lanes]
        Number of spikes in the control.
    diverged : ndarray, shape [lanes]
        Time step in which a lane first diverged, counted from the start of the simulation; -1 if it never diverged.
    steps : int
        Number of time steps of a control that is not extended, with the time before it.
    engine : str
    """

    state: Floats
    before: Floats | None
    spikes_before: list[Floats]
    spikes: NDArray[np.int64]
    diverged: NDArray[np.int64]
    steps: int
    engine: str


def control(hold: Hold, start: Floats, span: Floats, dt: float, settle: float, record: tuple[int, ...] = ()) -> Control:
    """Hold neurons at constant currents until their state variables have settled.

    The control restarts from the state at 100 ms, so spikes before it do not count. It lasts at least `settle` ms and
    at most 20 s. Between these limits it is extended, in blocks of 500 ms, until the neuron has settled. A lane that
    fires or diverges is not at rest, so its control is not extended.

    Parameters
    ----------
    hold : Hold
        Simulates lanes.
    start : ndarray, shape [state variables, lanes]
        State at the begin.
    span : ndarray, shape [lanes]
        Distance from rest to threshold in mV.
    dt, settle : float
        Time step, and minimum length of the control, in ms.
    record : tuple of int
        State variables to record in the last 50 ms.
    """
    lead, shown = round(TRANSIENT / dt), round(BEFORE / dt)
    block = round(min(BLOCK, settle) / dt)
    first = round(settle / dt) - block
    window: Recorded = {"window": (block - shown, block), "record": record} if record else {}
    every = np.arange(start.shape[1])
    early = hold(every, start, lead)
    begun = hold(every, early.state, first)
    last = hold(every, begun.state, block, **window)
    state, spikes = last.state.copy(), begun.counts + last.counts
    diverged = np.full(every.size, -1, dtype=np.int64)
    for offset, result in ((lead + first, last), (lead, begun), (0, early)):
        diverged = np.where(result.diverged >= 0, offset + result.diverged, diverged)
    before = None if last.recorded is None else last.recorded.copy()
    trains = [row[row >= block - shown] for row in last.spikes]

    def moving(some: NDArray[np.intp], former: Floats) -> NDArray[np.intp]:
        """Return those of some lanes that are silent and still move; `former` is their state before the block."""
        now = state[:, some]
        change = np.abs(now - former)
        allowed = SETTLED * np.abs(now - early.state[:, some]) + ROUNDING * np.abs(now)
        # Without an early spike the neuron started near its rest, and its potential follows every slow current. A
        # spike may leave behind a variable that does not show in the potential, such as a raised threshold.
        allowed[1:, early.counts[some] == 0] = np.inf
        allowed[0] = SETTLED * span[some]
        at_rest = (change <= allowed).all(axis=0)
        return some[(spikes[some] == 0) & (diverged[some] < 0) & ~at_rest]

    left, length = moving(every, begun.state), first + block
    while left.size and length + block <= round(LONGEST / dt):
        former = state[:, left]
        more = hold(left, former, block, **window)
        state[:, left], spikes[left] = more.state, more.counts
        diverged[left] = np.where(more.diverged >= 0, lead + length + more.diverged, -1)
        for lane, row in zip(left.tolist(), more.spikes, strict=True):
            trains[lane] = row[row >= block - shown]
        if before is not None and more.recorded is not None:
            before[:, left] = more.recorded
        left, length = moving(left, former), length + block
    times = [(train - block) * dt for train in trains]
    return Control(state, before, times, spikes, diverged, lead + first + block, last.engine)
