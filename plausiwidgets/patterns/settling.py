"""Control simulation: neurons are held at a constant current until their state variables have settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.lanes import LaneResult
from plausiwidgets.engine.piece import Floats
from plausiwidgets.patterns.sweep import BEFORE

TRANSIENT = 100.0
"""Time in ms before the control, in which spikes do not count."""

BLOCK, LONGEST = 500.0, 20_000.0
"""Time in ms by which the control is extended while a neuron settles, and maximum length of the control."""

SETTLED, ROUNDING = 1e-3, 1e-9
"""Maximum change of a settled state variable over a block, and allowance for rounding.

For the potential, the maximum is a share of the span. For any other variable, it is a share of the distance from its
value at the start of the control. The allowance is a share of the value of the variable.
"""


class Recorded(TypedDict, total=False):
    """Fields of a `LaneJob` that select the recorded variables."""

    window: tuple[int, int] | None
    record: tuple[int, ...]
    peak_window: tuple[int, int] | None
    extremes: bool


class Hold(Protocol):
    """Function that simulates some lanes at their holding currents.

    The argument `some` contains the indices of the lanes, and `state` has the shape [state variables, some lanes].
    """

    def __call__(self, some: NDArray[np.intp], state: Floats, steps: int, **asked: Unpack[Recorded]) -> LaneResult: ...


@dataclass(frozen=True)
class Control:
    """Result of the control of some lanes.

    Attributes
    ----------
    state : ndarray, shape [state variables, lanes]
        State at the end.
    before : ndarray, shape [recorded variables, lanes, steps], or None
        State variables in the last 50 ms, None if nothing is recorded.
    spikes_before : list of ndarray
        Spike times of each lane in the last 50 ms, in ms before the end.
    spikes : ndarray, shape [lanes]
        Number of spikes in the control.
    diverged : ndarray, shape [lanes]
        Time step in which a lane first diverged, counted from the start of the simulation, -1 if it did not diverge.
    steps : int
        Number of time steps of a control without extension, including the time before it.
    engine : str
        Name of the engine.
    """

    state: Floats
    before: Floats | None
    spikes_before: list[Floats]
    spikes: NDArray[np.int64]
    diverged: NDArray[np.int64]
    steps: int
    engine: str


def control(hold: Hold, start: Floats, span: Floats, dt: float, settle: float, record: tuple[int, ...] = ()) -> Control:
    """Hold neurons at constant currents until their state variables have settled, and return the result.

    The control restarts from the state at 100 ms, so spikes before it do not count. It lasts at least `settle` ms and
    at most 20 s. Between these limits it is extended, in blocks of 500 ms, until the neuron has settled. A lane that
    fires or diverges is not at rest, so its control is not extended.

    Parameters
    ----------
    hold : Hold
        Function that simulates lanes.
    start : ndarray, shape [state variables, lanes]
        Initial state.
    span : ndarray, shape [lanes]
        Distance from rest to threshold in mV.
    dt, settle : float
        Time step and minimum length of the control in ms.
    record : tuple of int
        Indices of the state variables to record in the last 50 ms.
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
        """Return the lanes that are silent but not yet settled, given their state `former` before the last block."""
        now = state[:, some]
        change = np.abs(now - former)
        allowed = SETTLED * np.abs(now - early.state[:, some]) + ROUNDING * np.abs(now)
        # Without an early spike, the neuron started near rest, and its potential follows every slow current. After a
        # spike, a variable that does not affect the potential, such as a raised threshold, may still be displaced.
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
