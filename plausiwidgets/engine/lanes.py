"""Input and result of an engine: a batch of lanes over a number of time steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.neuron import Neuron
from plausiwidgets.engine.waveform import check_frequencies

Floats = NDArray[np.float64]
S = TypeVar("S", bound=np.generic)

Checkpoint = Callable[[], None]
"""Function that an engine calls every few milliseconds of work. It may block (pause) or raise (stop)."""


class NotCompilableError(Exception):
    """A model cannot be compiled. The message contains the reason and the necessary change.

    Examples
    --------
    >>> import torch
    >>> import plausiwidgets as pw
    >>> def step(current, state, p, dt):
    ...     (v,) = state
    ...     v = v + dt * (current - v) / p.tau
    ...     if v.mean() > 100.0:  # a branch on computed values cannot be compiled
    ...         v = v - 100.0
    ...     return (v > 1.0).to(v.dtype), (torch.where(v > 1.0, 0.0, v),)
    >>> neuron = pw.NeuronModel(
    ...     "branching", step, [pw.Parameter("tau", 10.0, 5.0, 20.0, unit="ms")], lambda p, holding: (0.0 * p.tau,),
    ...     pw.Parameter("current", 2.0, -1.0, 5.0, unit="mV"), rest=0.0, threshold=1.0, validate=False)
    >>> try:
    ...     pw.networks.to_javascript(neuron)
    ... except pw.NotCompilableError as error:
    ...     print("not compiled")
    not compiled
    """


@dataclass(frozen=True)
class LaneJob:
    """A batch of lanes to simulate. Each lane is one parameter set with one current.

    Attributes
    ----------
    model : Neuron
        The neuron model of all lanes.
    params : dict of str to ndarray, shape (lanes,)
        Every parameter of the model.
    state : ndarray, shape (state variables, lanes)
        Initial state, which the engine does not modify.
    current : LaneCurrent
        Injected current of each lane.
    steps : int
        Number of time steps.
    dt : float
        Time step in ms.
    window : (int, int) or None
        Record after the steps k0 <= k < k1.
    record : tuple of int
        Indices in ``model.states`` of the state variables to record.
    peak_window : (int, int) or None
        Keep the highest potential after the steps k0 <= k < k1.
    extremes : bool
        Keep the lowest and the highest potential, and the smallest rise of a spike.
    spike_limit : int or None
        A lane with this many spikes stops, and counts as diverged from the next step, because runaway firing would cost
        time and memory.
    """

    model: Neuron
    params: dict[str, Floats]
    state: Floats
    current: LaneCurrent
    steps: int
    dt: float
    window: tuple[int, int] | None = None
    record: tuple[int, ...] = (0,)
    peak_window: tuple[int, int] | None = None
    extremes: bool = False
    spike_limit: int | None = None

    def __post_init__(self) -> None:
        check_frequencies(self.current.paths, self.dt)

    @property
    def lanes(self) -> int:
        """Number of lanes."""
        return int(self.state.shape[1])


@dataclass(frozen=True)
class LaneResult:
    """The result of a batch of lanes.

    Attributes
    ----------
    state : ndarray, shape (state variables, lanes)
        State after the last step, nan in a diverged lane.
    spikes : int32 ndarray, shape (lanes, maximum number of spikes)
        Indices of the steps in which each lane fired, ascending, padded with -1.
    counts : int64 ndarray, shape (lanes,)
        Number of spikes.
    recorded : ndarray, shape (recorded variables, lanes, k1 - k0), or None
        State variables over the window, after each step including the reset, in the order of ``record``. Values after a
        divergence are nan. None without a window.
    v_max : ndarray, shape (lanes,)
        Highest finite potential over the peak window, -inf without one.
    lowest, highest : ndarray, shape (lanes,)
        Lowest and highest potential at the start and after all steps. Valid only if the job keeps extremes.
    rise : ndarray, shape (lanes,)
        Smallest rise of a spike, inf without a spike. Valid only if the job keeps extremes. A rise starts at the lowest
        potential since the previous spike (or the start). It ends at the highest potential until the next spike. The
        last spike counts if the potential has fallen since its highest value. The potential after the step of a spike
        belongs to the interval that follows the spike.
    diverged : int64 ndarray, shape (lanes,)
        First step whose state was not finite, whose potential exceeded the model's limit, or which followed the spike
        limit. -1 if there is no such step.
    engine : {"compiled", "numpy", "python", "torch"}
        The engine that simulated the lanes.
    """

    state: Floats
    spikes: NDArray[np.int32]
    counts: NDArray[np.int64]
    recorded: Floats | None
    v_max: Floats
    lowest: Floats
    highest: Floats
    rise: Floats
    diverged: NDArray[np.int64]
    engine: str


def joined(parts: Sequence[LaneResult], recorded: Floats | None) -> LaneResult:
    """Return the lanes of several results of one job in one result, with the recorded values of all lanes."""

    def all_of(of: Callable[[LaneResult], NDArray[S]], axis: int = 0) -> NDArray[S]:
        return np.concatenate([of(part) for part in parts], axis=axis)

    counts = all_of(lambda part: part.counts)
    spikes = np.full((counts.size, int(counts.max(initial=0))), -1, dtype=np.int32)
    lane = 0
    for part in parts:
        spikes[lane : lane + part.counts.size, : part.spikes.shape[1]] = part.spikes
        lane += part.counts.size
    return LaneResult(
        all_of(lambda part: part.state, axis=1),
        spikes,
        counts,
        recorded,
        all_of(lambda part: part.v_max),
        all_of(lambda part: part.lowest),
        all_of(lambda part: part.highest),
        all_of(lambda part: part.rise),
        all_of(lambda part: part.diverged),
        parts[0].engine,
    )


Engine = Callable[[LaneJob, Checkpoint | None], LaneResult]
"""A function that simulates a batch of lanes."""


class Extremes:
    """Lowest, highest and rise of a `LaneResult`, updated step by step from the potential `start`, shape (lanes,)."""

    def __init__(self, start: Floats) -> None:
        self._v = start
        self._low, self._high, self._trough = start.copy(), start.copy(), start.copy()
        self._lowest, self._highest, self._rise = (np.full(start.shape, x) for x in (np.inf, -np.inf, np.inf))
        self._spiked = np.zeros(start.shape, dtype=bool)

    def step(self, v: Floats, fired: NDArray[np.bool_], alive: NDArray[np.bool_]) -> None:
        """Add the potentials after a step and the lanes that fired in it. Lanes that are not alive are ignored."""
        if fired.any():
            again = fired & self._spiked
            self._rise[again] = np.minimum(self._rise, self._high - self._trough)[again]
            self._trough[fired] = self._low[fired]
            self._lowest[fired] = np.minimum(self._lowest, self._low)[fired]
            self._highest[fired] = np.maximum(self._highest, self._high)[fired]
            self._low[fired], self._high[fired] = np.inf, -np.inf
            self._spiked |= fired
        np.minimum(self._low, v, out=self._low, where=alive)
        np.maximum(self._high, v, out=self._high, where=alive)
        self._v = v

    def results(self) -> tuple[Floats, Floats, Floats]:
        """Return the lowest potential, the highest potential and the smallest rise, each of shape (lanes,)."""
        over = self._spiked & (self._v < self._high)
        rise = np.where(over, np.minimum(self._rise, self._high - self._trough), self._rise)
        return np.minimum(self._low, self._lowest), np.maximum(self._high, self._highest), rise


def pad_spikes(
    steps: NDArray[np.int64], lanes: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the spikes and the number of spikes of each lane, from spike events in order of time.

    The shapes are (count, maximum number of spikes) and (count,).
    """
    counts = np.bincount(lanes, minlength=count).astype(np.int64)
    order = np.argsort(lanes, kind="stable")
    spikes = np.full((count, int(counts.max(initial=0))), -1, dtype=np.int32)
    firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    place = np.arange(lanes.size) - np.repeat(firsts, counts)
    spikes[lanes[order], place] = steps[order]
    return spikes, counts
