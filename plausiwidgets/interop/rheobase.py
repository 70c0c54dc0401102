"""Search for the rheobase, the smallest constant current that makes a neuron fire."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.lanes import Floats, LaneJob
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.simulate import broadcast

LENGTH = 500.0
"""Default duration of the current step in ms."""
_POINTS, _ROUNDS = 40, 3
"""Number of currents in a round, and number of rounds, which narrow the result to 1/64 000 of the model's range."""


def rheobase(neuron: NeuronModel, values: Mapping[str, ArrayLike], dt: float, duration: float = LENGTH) -> Floats:
    """Return the rheobase of a neuron at rest for each of n parameter sets, in the model's current unit, shape (n,).

    Parameters
    ----------
    neuron : NeuronModel
        The neuron model.
    values : mapping of str to float or 1-D array, shape (n,)
        Parameters of the model.
    dt : float
        Time step in ms.
    duration : float
        Duration of the current step in ms.

    Raises
    ------
    ValueError
        If the neuron fires without a current, or at no current in the range of the model.
    """
    sets = broadcast(neuron.complete(values))
    n = max((v.size for v in sets.values()), default=1)
    least, most = np.zeros(n), np.full(n, max(neuron.current.high, 0.0))
    share = np.arange(_POINTS + 1) / _POINTS
    for _ in range(_ROUNDS):
        currents = least[:, None] + share * (most - least)[:, None]
        fires = _fires(neuron, sets, currents, dt, duration)
        for wrong, words in (
            (fires[:, 0] & (least == 0.0), "fires without a current"),
            (~fires.any(axis=1), f"fires at no current up to {neuron.current.high:g}"),
        ):
            if wrong.any():
                which = "" if n == 1 else f" (set {int(np.flatnonzero(wrong)[0])})"
                raise ValueError(
                    f"model {neuron.key!r} has no rheobase in the range of its current, because with these "
                    f"parameters{which} it {words}. Pass the current for an input of 1 as a number, or input='current'."
                )
        first = np.argmax(fires, axis=1)
        least, most = (currents[np.arange(n), i] for i in (np.maximum(first - 1, 0), first))
    return most


def _fires(
    neuron: NeuronModel, sets: dict[str, NDArray[np.float64]], currents: NDArray[np.float64], dt: float, duration: float
) -> NDArray[np.bool_]:
    lanes = {name: np.repeat(v, currents.shape[1]) for name, v in sets.items()}
    state = neuron.start(lanes, np.zeros(currents.size))
    job = LaneJob(neuron, lanes, state, LaneCurrent.constant(currents.ravel()), round(duration / dt), dt, spike_limit=1)
    return (run_lanes(job).counts > 0).reshape(currents.shape)
