"""Neuron models: equations as one torch step, parameters as data."""

from plausiwidgets.models import classic, norse  # noqa: F401  (they register the package's own models)
from plausiwidgets.models.model import NeuronModel, Preset, get, names, register
from plausiwidgets.models.norse import from_norse
from plausiwidgets.models.parameter import Parameter

__all__ = ["NeuronModel", "Parameter", "Preset", "from_norse", "get", "names", "register"]
