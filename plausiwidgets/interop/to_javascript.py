"""A neuron as JavaScript, for a page or for Node."""

from __future__ import annotations

from plausiwidgets.engine.javascript.module import module
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get


def to_javascript(model: str | NeuronModel) -> str:
    """Return a neuron as the text of an ES module, which depends on nothing: for a page, or for Node.

    It is made from the same program as the model's machine code, in double precision; spikes differ only where
    the last bit of an exponential decides.

    Parameters
    ----------
    model : str or NeuronModel

    Returns
    -------
    str
        A module that exports

        - ``simulate(parameters, currents, dt, state, record = ["v"], spikeLimit = Infinity)``: `parameters`
          by their names (what is left out takes its default), `currents` the mean current of each step, `dt` in ms,
          `state` where it starts, `record` the names of state variables. It returns ``{spikes, recorded, state,
          diverged}``: the steps in which the neuron fired, an array for each recorded variable (after each step, nan
          once diverged), the state after the last step, and the first step in which it was lost, or -1. A neuron that
          has fired `spikeLimit` times is given up.
        - ``start(parameters, holding)``: ``{state, span, threshold}`` at a constant current: the initial state, the
          potential from rest to threshold, and the threshold, in mV.
        - ``neuron``: both of them, and ``name``, ``dt`` (ms), ``peak`` (mV), ``states`` and ``parameters`` (name and
          default).
        - ``injected(pieces, holding, t0, dt, steps)``: `currents` from pieces ``[on, off, start, end]``, the times in
          ms and the currents in the model's unit. A piece ``[on, off, sd, sd, 1, tau, seed]`` is noise, and ``[on, off,
          amplitude, amplitude, 2, f0, f1]`` is a chirp.

    Raises
    ------
    NotCompilableError
        If the step has no compiled form, or uses what JavaScript does not have; the text names the operation.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> "export const { simulate, start }" in pw.networks.to_javascript("lif")
    True
    """
    return module(get(model))
