"""The one rule for parameters: which set a function evaluates, and at which time step."""

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
    """A complete parameter set, or n of them as arrays, with its time step."""

    values: dict[str, Floats]
    """Every parameter of the model and every stimulus parameter of the pattern."""
    dt: float
    source: str
    """Source of the values, as a verdict prints it."""


def parameter_set(
    model: NeuronModel,
    pattern: Protocol,
    parameters: Mapping[str, ArrayLike] | None = None,
    dt: float | None = None,
) -> ParameterSet:
    """Return the set that a function with these arguments uses, complete and checked.

    Parameters
    ----------
    parameters : mapping of str to float or 1-D array, optional
        The defaults of model and pattern complete it. Without it, the set is the packaged one of the pair with its own
        time step, otherwise the defaults. Every function that takes a model and a pattern follows this rule,
        and so does the app.
    dt : float, optional
        Time step in ms; default: that of the packaged set, otherwise the model's.

    Raises
    ------
    ValueError
        For an unknown name, or a value or time step that is not finite or outside its hard limits.

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
    """Return the source of the values of a complete set without further information.

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
