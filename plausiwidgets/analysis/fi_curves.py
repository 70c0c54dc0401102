"""f–I curves of neurons."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.current import SETTLE
from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.lanes import LaneJob, LaneResult
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.patterns.runner import KICK
from plausiwidgets.support.arguments import bounded, checked, numbers, shown

Floats = NDArray[np.float64]

LENGTH = 1500.0
"""Length of a step in ms."""


@checked
def fi_curve(
    model: str | NeuronModel,
    currents: ArrayLike,
    parameters: Mapping[str, float] | None = None,
    *,
    holding: float = 0.0,
    dt: float | None = None,
    engine: str = "auto",
) -> Floats:
    """Return the firing rate of a neuron at several constant currents.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    currents : array_like, shape [n]
        Currents above the holding current, in the unit of the model.
    parameters : mapping of str to float, optional
        Parameters of the model. Parameters that you leave out are at their defaults.
    holding : float
        Holding current at which the neuron first settles, as long as in an evaluation.
    dt : float, optional
        Time step in ms, by default that of the model.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.

    Returns
    -------
    ndarray, shape [n]
        Firing rates in Hz. The rate is the inverse of the mean interspike interval in the last 1000 of 1500 ms, and 0
        with fewer than two spikes in this time.

    Raises
    ------
    ValueError
        In the cases of :func:`plausiwidgets.simulate`.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.analysis.fi_curve("lif", [0.0, 10.0, 30.0]).round(1)
    array([ 0. ,  0. , 62.9])
    """
    neuron = get(model)
    array = numbers(currents)
    heights = np.atleast_1d(np.nan if array is None else array)
    if heights.ndim != 1 or not heights.size or not np.isfinite(heights).all():
        raise ValueError(f"fi_curve: currents must contain at least one finite number, got {shown(currents)}.")
    bounded("fi_curve", "number of currents", heights.size, 1e5)
    step = check_dt(neuron, dt)
    held = np.full(heights.size, float(holding))
    lanes = {name: np.full(heights.size, float(value)) for name, value in neuron.complete(parameters).items()}
    state = neuron.start(lanes, held)
    state[0] += KICK * neuron.span(lanes)

    def run(state: Floats, currents: Floats, time: float) -> LaneResult:
        job = LaneJob(neuron, lanes, state, LaneCurrent.constant(currents), round(time / step), step)
        return run_lanes(job, engine)

    result = run(run(state, held, SETTLE).state, held + heights, LENGTH)
    rates = np.zeros(heights.size)
    for k, count in enumerate(result.counts):
        times = result.spikes[k, :count] * step
        late = times[times >= LENGTH / 3.0]
        if late.size > 1:
            rates[k] = 1000.0 * (late.size - 1) / float(late[-1] - late[0])
    return rates
