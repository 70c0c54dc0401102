"""Selection of the parameter set and the time step that a function evaluates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from numpy.typing import ArrayLike

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.patterns.evaluation import Floats, complete
from plausiwidgets.patterns.packaged import FROM_DEFAULTS, packaged_set
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.support.arguments import mapping

YOURS = "your values"
YOURS_COMPLETED = "your values, other parameters at their defaults"


class ParameterSet(NamedTuple):
    """Complete parameter set, or n of them as arrays, with its time step."""

    values: dict[str, Floats]
    """All model and stimulus parameters, numbers or arrays of shape [n]."""
    dt: float
    source: str
    """Source of the values in the words of a printed verdict."""


def parameter_set(
    model: NeuronModel,
    pattern: Protocol,
    parameters: Mapping[str, ArrayLike] | None = None,
    dt: float | None = None,
) -> ParameterSet:
    """Return the complete and checked parameter set for given arguments.

    Parameters
    ----------
    parameters : mapping of str to float or 1-D array, optional
        Values of some parameters. The other parameters are at their defaults. Without a mapping, the set is the
        packaged set of the pair with its own time step, or the defaults if there is no packaged set. The app and all
        functions of a model and a pattern use this rule.
    dt : float, optional
        Time step in ms. By default, the time step of the packaged set, or of the model without one.

    Raises
    ------
    ValueError
        If a name is unknown, or if a value or the time step is not finite or outside its hard limits.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> izhikevich, latency = pw.models.get("izhikevich"), pw.patterns.get("spike_latency")
    >>> parameter_set(izhikevich, latency)[1:]
    (0.2, 'packaged: Izhikevich 2004, I: spike latency')
    >>> parameter_set(izhikevich, latency, {"d": 6.0})[1:]
    (0.25, 'your values, other parameters at their defaults')
    """
    packaged = packaged_set(model, pattern) if parameters is None else None
    if packaged is not None:
        step = packaged.dt if dt is None else check_dt(model, dt)
        return ParameterSet(complete(model, pattern, packaged.parameters), step, packaged.source)
    values = complete(model, pattern, parameters)
    given = mapping(parameters)
    source = FROM_DEFAULTS if not given else YOURS if given.keys() == values.keys() else YOURS_COMPLETED
    return ParameterSet(values, check_dt(model, dt), source)


def source_of(model: NeuronModel, pattern: Protocol, values: Mapping[str, float], dt: float) -> str:
    """Return the source of a complete parameter set, found by comparison with the packaged set and the defaults.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> lif, tonic = pw.models.get("lif"), pw.patterns.get("tonic_spiking")
    >>> values = dict(pw.judge(lif, tonic).parameters)
    >>> source_of(lif, tonic, values, lif.dt), source_of(lif, tonic, values | {"tau_mem": 25.0}, lif.dt)
    ('defaults of model and pattern', 'your values')
    """
    for one in (parameter_set(model, pattern), parameter_set(model, pattern, {})):
        if one.dt == dt and all(one.values[name] == value for name, value in values.items()):
            return one.source
    return YOURS
