"""The models by their names: the package's own, built when they are first asked for, and the user's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from plausiwidgets.models.model import NeuronModel, Step
from plausiwidgets.names import unknown


@dataclass
class _Registry:
    models: dict[str, NeuronModel] = field(default_factory=dict)
    builders: dict[str, Callable[[], NeuronModel]] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)


_registry = _Registry()


def names() -> list[str]:
    """Return the names of all registered models, the package's own first."""
    own = sorted(_registry.builders, key=_ORDER.index)
    return [*own, *(n for n in list(_registry.models) if n not in _registry.builders)]


def get(model: str | NeuronModel) -> NeuronModel:
    """Return a model by its name; a NeuronModel is returned as it is.

    Raises
    ------
    ValueError
        If no model has this name; the text lists the valid ones and the nearest.
    """
    if isinstance(model, NeuronModel):
        return model
    if model not in _registry.models:
        if model not in _registry.builders:
            raise unknown("model", model, names())
        built = _registry.builders[model]()
        if _registry.models.setdefault(model, built) is built:  # another thread may have been faster
            _registry.steps[model] = built.step
    return _registry.models[model]


def register(model: NeuronModel) -> NeuronModel:
    """Make a model available by its name, and in every explorer opened from now on.

    Raises
    ------
    TypeError
        If `model` is not a NeuronModel.
    ValueError
        If it would replace one of the package's own models.
    """
    if not isinstance(model, NeuronModel):
        raise TypeError(f"register takes a NeuronModel, not {type(model).__name__}")
    if model.name in _registry.builders:
        raise ValueError(f"{model.name!r} is one of the package's own models: choose another name")
    _registry.models[model.name] = model
    return model


# The order in which people meet the package's own models.
_ORDER = ("lif", "adex", "adex_norse", "izhikevich", "izhikevich_2004")


def builtin(builder: Callable[[], NeuronModel]) -> Callable[[], NeuronModel]:
    """Register a builder of one of the package's own models under the function's name."""
    _registry.builders[builder.__name__] = builder
    return builder


def is_builtin(model: NeuronModel) -> bool:
    """Return whether `model` is one of the package's own, and not one that only says so or was changed."""
    own = _registry.models.get(model.name) is model
    return own and model.name in _registry.builders and model.step is _registry.steps.get(model.name)
