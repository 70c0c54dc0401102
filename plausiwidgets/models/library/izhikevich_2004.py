"""Izhikevich's simple model as published in 2004, with its update order and its variant for accommodation.

Izhikevich, *IEEE Trans. Neural Networks* 15(5), 2004, eqs. 1 to 3::

    dv/dt = sq v² + mn v + bias − u + I        (published: 0.04 v² + 5 v + 140 − u + I)
    du/dt = a (b v − u)                        (accommodation: a b (v + 65))

with a spike, v → c and u → u + d when v > 30 mV. The step is forward Euler as in the program of the figure, first v and
then u from the new v. With v_u = 65 and k_u = 0 the second equation is that of accommodation, and with v_u = 0 and k_u
= 1 the usual one.
"""

from __future__ import annotations

from dataclasses import replace

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library.izhikevich import (
    CURRENT,
    IZHIKEVICH_2004,
    PARAMETERS,
    STATES,
    published_sets,
    rest,
    robust,
    stable_state,
    threshold,
)
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance v, then u from the new v, then apply the reset, as in the figure of 2004."""
    v, u = state
    v = v + dt * (p.sq * v * v + p.mn * v + p.bias - u + current)
    u = u + dt * p.a * (p.b * (v + p.v_u) - p.k_u * u)
    fired = v > 30.0
    return fired.to(v.dtype), (torch.where(fired, p.c, v), torch.where(fired, u + p.d, u))


def initial_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (v, u) at rest.

    du/dt = a b (v + v_u) does not contain u. The neuron therefore rests at v = −v_u, with the u that balances the
    membrane at this potential.
    """
    v, u = stable_state(p, holding)
    balance = p.sq * p.v_u * p.v_u - p.mn * p.v_u + p.bias + holding
    frozen = p.k_u == 0
    return torch.where(frozen, -p.v_u, v), torch.where(frozen, balance, u)


VARIANTS = [
    Parameter(
        "v_u",
        0.0,
        0.0,
        80.0,
        "mV",
        group="adaptation",
        vary=False,
        description="Offset of v in the equation of u: 65 in the accommodation variant, otherwise 0.",
        source=IZHIKEVICH_2004,
    ),
    Parameter(
        "k_u",
        1.0,
        0.0,
        1.0,
        "1",
        limits=(0.0, None),
        group="adaptation",
        vary=False,
        description="Decay coefficient of u: 0 in the accommodation variant, otherwise 1.",
        source=IZHIKEVICH_2004,
    ),
]

PRESETS = []
for _row, _preset in published_sets():
    if _row["u_equation"] != "a*(b*v-u)":
        _preset = replace(_preset, parameters={**_preset.parameters, "v_u": 65.0, "k_u": 0.0})
    PRESETS += [_preset, *filter(None, [robust(_preset)])]

NEURON = NeuronModel(
    "izhikevich_2004",
    step,
    [*PARAMETERS, *VARIANTS],
    initial_state,
    CURRENT,
    rest,
    threshold,
    dt=0.25,
    peak=30.0,
    states=STATES,
    equations="dv/dt = sq v² + mn v + bias − u + I\ndu/dt = a (b (v + v_u) − k_u u)\n"
    "v > 30 mV: spike, v → c, u → u + d",
    scheme="Forward Euler, v first and then u from the new v: of first order.",
    order=1,
    title="Izhikevich (2004 version)",
    in_sentence="2004 Izhikevich neuron",
    description="The simple model with the update order of the 2004 figure (u from the new v) and the constants of "
    "its accommodation variant. It is the reference for all twenty patterns.",
    source=f"{IZHIKEVICH_2004}, doi:10.1109/TNN.2004.832719",
    presets=PRESETS,
    validate=False,
)
