"""Neuron models: equations as one torch step, and parameters as data."""

from typing import TYPE_CHECKING

from plausiwidgets.models.fixed_point import fixed_point
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.proof import Proof
from plausiwidgets.models.registry import get, load, names, register
from plausiwidgets.support.lazy import lazily

__all__ = [
    "NeuronModel",
    "Parameter",
    "Preset",
    "Proof",
    "StateVariable",
    "fixed_point",
    "get",
    "load",
    "names",
    "register",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, {})[0]  # It raises an error that names the package of a moved name.
