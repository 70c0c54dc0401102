"""Profiles of the loss along one parameter, with the other parameters fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import check_ends
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.patterns.all_of import judged
from plausiwidgets.patterns.evaluation import evaluate
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.patterns.registry import Named
from plausiwidgets.patterns.registry import get as get_pattern
from plausiwidgets.support.arguments import bounded, checked, mapping, whole
from plausiwidgets.support.names import unknown
from plausiwidgets.support.progress import ProgressLike, watched

Floats = NDArray[np.float64]

POINTS = 61
"""Default number of points of a profile, as many as a slider of 150 px can show."""


@dataclass(frozen=True)
class Profile:
    """Loss along one parameter.

    Attributes
    ----------
    key : str
        Key of the model or stimulus parameter.
    values : ndarray, shape [points]
        Ascending values in the unit of the parameter: evenly spaced values on its scale, and the current value.
    loss : ndarray, shape [points]
        Loss at each value, 0 where all criteria are met at the time step, without a verification.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> profile = pw.analysis.loss_profiles("lif", "tonic_spiking", names=["tau_mem"], points=9)["tau_mem"]
    >>> len(profile.values) == len(profile.loss), profile.intervals != []
    (True, True)
    """

    key: str
    values: Floats
    loss: Floats

    @property
    def intervals(self) -> list[tuple[float, float]]:
        """Ranges (low, high) of the parameter in which all criteria are met at every point."""
        accepted = np.concatenate([[False], self.loss == 0.0, [False]])
        first, last = np.flatnonzero(~accepted[:-1] & accepted[1:]), np.flatnonzero(accepted[:-1] & ~accepted[1:]) - 1
        return [(float(self.values[a]), float(self.values[b])) for a, b in zip(first, last, strict=True)]


@checked
def loss_profiles(
    model: str | NeuronModel,
    pattern: Named,
    parameters: Mapping[str, float] | None = None,
    names: Sequence[str] | None = None,
    *,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    points: int = POINTS,
    dt: float | None = None,
    engine: str = "auto",
    progress: ProgressLike = None,
) -> dict[str, Profile]:
    """Return the loss along each parameter, with the other parameters fixed.

    Parameters
    ----------
    model, pattern, parameters, dt, engine
        Arguments of :func:`plausiwidgets.judge`, with a number for each parameter. Without `parameters`, the profiles
        start from the packaged set of the model and the pattern.
    names : sequence of str, optional
        Model and stimulus parameters to vary, by default all.
    bounds : mapping of str to (float, float), optional
        Ranges of the parameters, by default those of the sliders.
    points : int
        Number of points of each profile in addition to the current value, at least 2.
    progress : optional
        Progress display, as in :func:`plausiwidgets.judge`.

    Returns
    -------
    dict of str to Profile
        Profiles by parameter.

    Raises
    ------
    ValueError
        If a name is unknown, and in the cases of :func:`plausiwidgets.judge`.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> profile = pw.analysis.loss_profiles("izhikevich", "tonic_spiking", names=["amplitude"], points=9)["amplitude"]
    >>> [(round(low, 2), round(high, 2)) for low, high in profile.intervals]
    [(4.58, 14.0)]
    """
    neuron, pat = get_model(model), judged(get_pattern(pattern), "used in a loss profile")
    chosen_set = parameter_set(neuron, pat, parameters, dt)
    base = {name: float(value) for name, value in chosen_set.values.items()}
    known = pat.parameters(neuron)
    chosen = list(known) if names is None else list(names)
    asked = mapping(bounds)
    for name in (*chosen, *asked):
        if name not in known:
            where = f"loss_profiles: model {neuron.key!r} with pattern {pat.key!r}"
            raise unknown(where, "parameter", name, known)
    points = whole("loss_profiles", "points", points, 2)
    bounded("loss_profiles", "number of parameter sets", float(points) * len(chosen), 1e5)
    ways = {}
    for name in chosen:
        low, high = asked.get(name, (known[name].low, known[name].high))
        check_ends(f"loss_profiles: bounds of {name!r}", low, high)
        known[name].check([low, high])
        values = known[name].check(known[name].from_unit(np.linspace(0.0, 1.0, points), low, high))
        ways[name] = np.union1d(values, base[name]) if low <= base[name] <= high else values
    if not ways:
        return {}
    ends = np.cumsum([len(values) for values in ways.values()])
    sets = {name: np.full(ends[-1], value) for name, value in base.items()}
    for end, (name, values) in zip(ends, ways.items(), strict=True):
        sets[name][end - len(values) : end] = values
    with watched("loss_profiles", progress) as checkpoint:
        loss = evaluate(neuron, pat, sets, chosen_set.dt, engine, checkpoint).loss
    return {
        name: Profile(name, values, loss[end - len(values) : end])
        for end, (name, values) in zip(ends, ways.items(), strict=True)
    }
