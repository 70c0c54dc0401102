"""Conversion of a neuron's program for other tools: a differentiable network layer, Brian2 code, or JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.support.lazy import lazily

if TYPE_CHECKING:
    from plausiwidgets.interop.layer import NeuronLayer as NeuronLayer
    from plausiwidgets.interop.to_brian2 import to_brian2 as to_brian2
    from plausiwidgets.interop.to_javascript import to_javascript as to_javascript
    from plausiwidgets.interop.to_norse import to_norse as to_norse
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "interop.layer": ("NeuronLayer",),
            "interop.to_norse": ("to_norse",),
            "interop.to_brian2": ("to_brian2",),
            "interop.to_javascript": ("to_javascript",),
        },
    )
