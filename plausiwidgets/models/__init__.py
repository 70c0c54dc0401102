"""Neuron models: equations as one torch step, parameters as data."""

from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.norse import from_norse
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.registry import get, load, names, register

__all__ = ["NeuronModel", "Parameter", "Preset", "StateVariable", "from_norse", "get", "load", "names", "register"]
