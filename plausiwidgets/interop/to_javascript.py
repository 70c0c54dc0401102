"""Conversion of a neuron into JavaScript, for a page or for Node."""

from __future__ import annotations

from plausiwidgets.engine.javascript.module import module
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get


def to_javascript(model: str | NeuronModel) -> str:
    """Return a neuron as the text of an ES module without dependencies, for a page or for Node.

    The module is generated from the same program as the model's machine code, in double precision. Spikes differ only
    if the last bit of an exponential determines them.

    Parameters
    ----------
    model : str or NeuronModel
        The neuron model.

    Returns
    -------
    str
        A module that exports

        - ``simulate(parameters, currents, dt, state, record = ["v"], spikeLimit = Infinity)``: `parameters` contains
          values by name (others have their defaults), `currents` the mean current of each step, and `record` the names
          of state variables. `dt` is in ms, and `state` is the initial state. It returns ``{spikes, recorded, state,
          diverged}``: the steps in which the neuron fired, an array for each recorded variable (after each step, nan
          after a divergence), the state after the last step, and the first diverged step, or -1. A neuron with
          `spikeLimit` spikes stops and counts as diverged.
        - ``start(parameters, holding)``: ``{state, span, threshold}`` at a constant current: the initial state, the
          distance from rest to threshold, and the threshold, in mV.
        - ``neuron``: both functions, and ``name``, ``dt`` (ms), ``peak`` (mV), ``states`` and ``parameters`` (name and
          default).
        - ``injected(pieces, holding, t0, dt, steps)``: `currents` from pieces ``[on, off, start, end]``, with times in
          ms and currents in the model's unit. A piece ``[on, off, sd, sd, 1, tau, seed]`` is noise, and ``[on, off,
          amplitude, amplitude, 2, f0, f1]`` is a chirp.

    Raises
    ------
    NotCompilableError
        If the step has no compiled form, or uses an operation that JavaScript does not have. The message contains its
        name.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> "export const { simulate, start }" in pw.networks.to_javascript("lif")
    True
    """
    return module(get(model))
