"""The models by name: built-in ones, imported when first requested, and registered ones."""

from __future__ import annotations

from importlib import import_module

from plausiwidgets.arguments import checked, require
from plausiwidgets.models.library import NAMES
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.names import unknown

_registered: dict[str, NeuronModel] = {}
_builtin: dict[str, NeuronModel] = {}


def names() -> list[str]:
    """Return the names of all models, the built-in ones first.

    Examples
    --------
    >>> names()[:2]
    ['lif', 'lif_adapt']
    """
    return [*NAMES, *_registered]


def get(model: str | NeuronModel) -> NeuronModel:
    """Return a model by its name; a NeuronModel is returned unchanged.

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
    if model in _registered:
        return _registered[model]
    if model not in NAMES:
        raise unknown("model", model, names())
    if model not in _builtin:
        _builtin.setdefault(model, import_module(f"plausiwidgets.models.library.{model}").NEURON)
    return _builtin[model]


@checked
def register(model: NeuronModel) -> NeuronModel:
    """Make a model available by its name, also in every explorer that is opened later.

    Examples
    --------
    >>> register(my_neuron)                       # doctest: +SKIP
    >>> judge("my_neuron", "tonic_spiking")       # doctest: +SKIP

    Raises
    ------
    TypeError
        If `model` is not a NeuronModel.
    ValueError
        If it has the name of a built-in model.
    """
    if model.name in NAMES:
        raise ValueError(f"{model.name!r} is the name of a built-in model: choose another one")
    _registered[model.name] = model
    return model


def is_builtin(model: NeuronModel) -> bool:
    """Return whether `model` is a built-in one; a custom model may have the same name as one.

    Examples
    --------
    >>> is_builtin(get("adex"))
    True
    """
    return _builtin.get(model.name) is model
