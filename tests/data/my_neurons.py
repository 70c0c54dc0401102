"""Custom neurons, as a user may keep them in a file."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from my_rates import DECAY

import plausiwidgets as pw


@dataclass
class Kind:  # looks its module up
    threshold: float


def leaky(name: str, kind: Kind) -> pw.NeuronModel:
    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (DECAY * (-65.0 - state[0]) + current)
        fired = v > kind.threshold
        return fired.to(v.dtype), (torch.where(fired, -65.0 + 0.0 * v, v),)

    return pw.NeuronModel(
        key=name,
        step=step,
        parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")],
        initial_state=lambda p, holding: (-65.0 + 0.0 * p.tau,),
        current=pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"),
        rest=-65.0,
        threshold=kind.threshold,
        dt=0.5,
    )


lif = pw.models.get("lif")  # a built-in one, which the file does not define
low = leaky("low_threshold", Kind(-55.0))
others = [leaky("high_threshold", Kind(-45.0)), low]
