"""The program of a neuron for elsewhere: as a differentiable layer of a network, as Brian2's code, as JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.support.lazy import lazily

if TYPE_CHECKING:
    from plausiwidgets.networks.brian import to_brian2 as to_brian2
    from plausiwidgets.networks.layer import NeuronLayer as NeuronLayer
    from plausiwidgets.networks.norse import to_norse as to_norse
    from plausiwidgets.simulation.javascript.module import to_javascript as to_javascript
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "networks.layer": ("NeuronLayer",),
            "networks.norse": ("to_norse",),
            "networks.brian": ("to_brian2",),
            "simulation.javascript.module": ("to_javascript",),
        },
    )
