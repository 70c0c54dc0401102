"""The models by their names: the package's own, read when they are first asked for, and the user's."""

from __future__ import annotations

from importlib import import_module

from plausiwidgets.arguments import checked, require
from plausiwidgets.models.library import NAMES
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.names import unknown

_users: dict[str, NeuronModel] = {}
_own: dict[str, NeuronModel] = {}


def names() -> list[str]:
    """Return the names of all registered models, the package's own first.

    Examples
    --------
    >>> names()[:2]
    ['lif', 'lif_adapt']
    """
    return [*NAMES, *_users]


def get(model: str | NeuronModel) -> NeuronModel:
    """Return a model by its name; a NeuronModel is returned as it is.

    Examples
    --------
    >>> get("adex").title
    'Adaptive exponential (AdEx)'

    Raises
    ------
    ValueError
        If no model has this name; the text lists the valid ones and the nearest.
    """
    if isinstance(model, NeuronModel):
        return model
    require("models.get", "model", model, str | NeuronModel)
    if model in _users:
        return _users[model]
    if model not in NAMES:
        raise unknown("model", model, names())
    if model not in _own:
        _own.setdefault(model, import_module(f"plausiwidgets.models.library.{model}").NEURON)
    return _own[model]


@checked
def register(model: NeuronModel) -> NeuronModel:
    """Make a model available by its name, and in every explorer opened from now on.

    Examples
    --------
    >>> register(my_neuron)                       # doctest: +SKIP
    >>> judge("my_neuron", "tonic_spiking")       # doctest: +SKIP

    Raises
    ------
    TypeError
        If `model` is not a NeuronModel.
    ValueError
        If it would replace one of the package's own models.
    """
    if model.name in NAMES:
        raise ValueError(f"{model.name!r} is one of the package's own models: choose another name")
    _users[model.name] = model
    return model


def is_builtin(model: NeuronModel) -> bool:
    """Return whether `model` is one of the package's own, and not another one with its name.

    Examples
    --------
    >>> is_builtin(get("adex"))
    True
    """
    return _own.get(model.name) is model
