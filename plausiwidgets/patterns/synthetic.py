"""Synthetic neurons, with which the functions of a pattern are tested without a simulation.

Each set is a different neuron: silent, with one spike, with a regular or an irregular train, more or less excitable,
and with its own rest, peak and threshold. Some sets fire spontaneously. The response of a set depends only on the set
and its current, and never on the other sets.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.lanes import Checkpoint, LaneJob, LaneResult
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.patterns.features import Floats
from plausiwidgets.patterns.runner import Runner

DT = 0.1
"""Time step in ms."""
AFTER = 100.0
"""Time in ms after the last piece of a current until which spikes occur."""
SPONTANEOUS = {3: 1, 6: 2}
"""Number of spikes at rest by set, for the sets that fire spontaneously."""
_SET = "made_up_set"


def _irregular(count: int, seed: float) -> Floats:
    """Return ascending fractions between 0 and 1, with intervals that differ by a factor of up to four."""
    gaps = 0.35 + (seed + 0.618 * np.arange(count + 1)) % 1.0
    return np.asarray(np.cumsum(gaps)[:count] / gaps.sum())


TRAINS: tuple[Floats, ...] = (
    np.empty(0),
    np.array([0.4]),
    np.linspace(0.05, 0.95, 30),
    _irregular(3, 0.1),
    _irregular(9, 0.5),
    _irregular(40, 0.3),
    _irregular(14, 0.8),
    np.linspace(0.03, 0.99, 21) ** 1.5,
)
"""Spike times of each set in a strong current, as fractions of the time until `AFTER` ms after its end."""
THRESHOLDS = (0.001, 0.3, 0.02, 0.1, 0.004, 0.002, 0.05, 0.01)
"""Weakest current that elicits a spike in each set."""
SETS = len(TRAINS)


class _MadeUp(NeuronModel):
    """Model of the synthetic neurons without torch, whose only parameter is the index of the set."""

    def start(self, values: Mapping[str, ArrayLike], holding: ArrayLike) -> Floats:
        return np.asarray(-65.0 + np.asarray(values[_SET], float))[None] + 0.0 * np.asarray(holding, float)

    def rest_threshold(self, values: Mapping[str, ArrayLike]) -> tuple[Floats, Floats]:
        shift = np.atleast_1d(np.asarray(values[_SET], float))
        return np.full(shift.shape, -65.0), -50.0 + shift


_MODEL = _MadeUp(
    "made_up",
    lambda *_: None,
    [Parameter(_SET, 0.0, 0.0, 100.0)],
    lambda p, holding: (0.0,),
    Parameter("current", 1.0, -100.0, 100.0),
    -65.0,
    -50.0,
    DT,
    states=["v"],
    validate=False,
)


MISTAKES = (NameError, AttributeError, TypeError, IndexError)
"""Exceptions of a procedure that indicate a mistake for any neuron.

Any other exception may mean that the procedure does not accept synthetic neurons.
"""


class UntriableError(KeyError):
    """Exception for a procedure that reads a parameter of a model, or does not accept synthetic neurons."""


class _NoParameters(dict[str, Floats]):
    def __missing__(self, name: str) -> Floats:
        raise UntriableError(name)


def bench_of(s: SimpleNamespace, sets: NDArray[np.intp]) -> Runner:
    """Return a runner of some synthetic neurons, which may be repeated, with the stimulus values `s`."""
    runner = Runner(_MODEL, {_SET: sets.astype(float), **vars(s)}, DT, respond)
    runner.parameters = _NoParameters(runner.parameters)
    return runner


def respond(job: LaneJob, checkpoint: Checkpoint | None = None) -> LaneResult:
    """Return the responses of synthetic neurons, as an engine does."""
    which = job.params[_SET].astype(np.intp)
    shift: Floats = job.params[_SET]
    pieces = job.current.pieces
    heights = np.abs(pieces[2:]).max(axis=(0, 1), initial=0.0)
    last = np.where((pieces[2:] != 0.0).any(axis=0), pieces[1], 0.0).max(axis=0, initial=0.0)
    trains = [_train(*lane) for lane in zip(which.tolist(), heights.tolist(), last.tolist(), strict=True)]
    limit = job.steps if job.spike_limit is None else job.spike_limit
    trains = [train[train < job.steps][:limit] for train in trains]
    counts = np.array([train.size for train in trains], dtype=np.int64)
    spikes = np.full((job.lanes, int(counts.max(initial=0))), -1, dtype=np.int32)
    for row, train in zip(spikes, trains, strict=True):
        row[: train.size] = train
    recorded = None
    if job.window is not None:
        k = np.arange(*job.window)
        # Let most neurons cross their thresholds in response to a stimulus, each by a different amount.
        swing = (0.01 * which if last.max(initial=0.0) == 0.0 else 12.0 + 4.0 * which)[:, None] * np.sin(k / 50.0)
        recorded = np.broadcast_to(-65.0 + which[:, None] + swing, (len(job.record), *swing.shape)).copy()
    level = -55.0 + 3.0 * shift
    return LaneResult(
        job.state,
        spikes,
        counts,
        recorded,
        level,
        -70.0 - shift,
        level + 1.0,
        np.full(job.lanes, np.inf),
        np.full(job.lanes, -1, dtype=np.int64),
        "python",
    )


def _train(which: int, height: float, last: float) -> NDArray[np.int64]:
    """Return the time steps of the spikes of a set.

    A stronger current elicits more and earlier spikes. A long train lacks up to two spikes, depending on the end of the
    current, so that the response reveals a second stimulus at another time.
    """
    if last == 0.0:  # at rest, return spikes that are late enough to count
        return np.arange(SPONTANEOUS.get(which, 0), dtype=np.int64) * 3000 + 2000
    shares, threshold = TRAINS[which], THRESHOLDS[which]
    excess = max(height - threshold, 0.0)
    excited = int(np.ceil(shares.size * excess / (excess + 0.01)))
    excited -= round(1.7 * last) % 3 if excited > 5 else 0
    sooner = 1.0 - 0.3 * excess / (excess + 1.0)
    return np.unique(np.round(shares[:excited] * sooner * (last + AFTER) / DT).astype(np.int64))
