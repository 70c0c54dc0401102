"""Textbook models, written in torch."""

from __future__ import annotations

from typing import Any

import torch

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.presets import izhikevich_presets, naud_presets
from plausiwidgets.models.registry import builtin

_NAUD = "Naud, Marcille, Clopath & Gerstner, Biol. Cybern. 99, 2008"
_IZH3 = "Izhikevich, IEEE Trans. Neural Networks 14(6), 2003"
_IZH4 = "Izhikevich, IEEE Trans. Neural Networks 15(5), 2004"


def _adex_step(
    current: torch.Tensor, state: tuple[torch.Tensor, ...], p: Any, dt: torch.Tensor
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """Step by forward Euler: Brette & Gerstner 2005, eqs. 2 and 3; cut at 0 mV.

    The quotients of parameters stand in brackets of their own, so that an engine can compute
    them once, and the upswing is added last, so that nothing else waits for the exponential.
    """
    v, w = state
    upswing = (dt / p.C * p.g_L * p.delta_T) * torch.exp((v - p.V_T) * (1.0 / p.delta_T))
    dv = (dt / p.C) * (p.g_L * (p.E_L - v) - w + current)
    dw = (dt / p.tau_w) * (p.a * (v - p.E_L) - w)
    v = v + dv + upswing
    w = w + dw
    fired = v >= 0.0
    return fired.to(v.dtype), (torch.where(fired, p.V_r, v), torch.where(fired, w + p.b, w))


@builtin
def adex() -> NeuronModel:
    """Adaptive exponential integrate-and-fire neuron, cut at 0 mV."""
    return NeuronModel(
        "adex", _adex_step,
        parameters=[
            Parameter("C", 200.0, 50.0, 300.0, "pF", "log", group="membrane",
                      description="Membrane capacitance: more of it, and everything is slower.", source=_NAUD),
            Parameter("g_L", 10.0, 5.0, 20.0, "nS", "log", group="membrane",
                      description="Leak conductance: pulls the potential to rest.", source=_NAUD),
            Parameter("E_L", -70.0, -80.0, -55.0, "mV", group="membrane",
                      description="Leak reversal potential: where the neuron rests.", source=_NAUD),
            Parameter("V_T", -50.0, -55.0, -40.0, "mV", limits=(None, -10.0), group="spike and reset",
                      description="Threshold of the exponential: above it the potential takes off.", source=_NAUD),
            Parameter("delta_T", 2.0, 0.5, 5.0, "mV", "log", group="spike and reset",
                      description="Slope factor: how sharply the potential takes off.", source=_NAUD),
            Parameter("V_r", -58.0, -75.0, -44.0, "mV", limits=(None, -1.0), group="spike and reset",
                      description="Potential right after a spike; near the threshold the neuron bursts.",
                      source=_NAUD),
            Parameter("a", 2.0, -15.0, 60.0, "nS", group="adaptation",
                      description="Subthreshold adaptation: how strongly w follows the potential; positive makes "
                      "the neuron resonate, negative sustains its firing.", source=_NAUD),
            Parameter("b", 60.0, 0.0, 150.0, "pA", group="adaptation",
                      description="Spike-triggered adaptation: added to w at each spike.", source=_NAUD),
            Parameter("tau_w", 120.0, 10.0, 300.0, "ms", "log", group="adaptation",
                      description="Time constant of the adaptation current w.", source=_NAUD),
        ],
        initial_state=lambda p, holding: (p.E_L, torch.zeros_like(p.E_L)),
        current=Parameter("current", 500.0, -500.0, 2000.0, "pA", description="Injected current."),
        rest="E_L", threshold="V_T", dt=0.1, peak=20.0,
        title="Adaptive exponential (AdEx)",
        description="A leaky membrane with a smooth upswing and one adaptation current w: nine parameters "
        "with a biophysical meaning.",
        source="Brette & Gerstner, J. Neurophysiol. 94, 2005",
        presets=naud_presets(), validate=False,
    )


def izhikevich_parts() -> dict[str, Any]:
    """Return what all Izhikevich models share: parameters, rest, threshold, initial state."""

    def root(p: Any, holding: Any, side: Any) -> torch.Tensor:
        """Fixed point: sq v² + (mn − b) v + bias + I = 0; the vertex where there is none."""
        slope = p.mn - p.b
        discriminant = torch.clamp(slope * slope - 4.0 * p.sq * (p.bias + holding), min=0.0)
        return (-slope + side * torch.sqrt(discriminant)) / (2.0 * p.sq)

    def initial(p: Any, holding: torch.Tensor) -> tuple[torch.Tensor, ...]:
        # With a > 0 the lower fixed point is the stable one, with a < 0 the upper.
        v = root(p, holding, torch.where(p.a < 0, 1.0, -1.0).to(torch.float64))
        return v, p.b * v

    def rest(p: Any) -> torch.Tensor:
        return root(p, 0.0, -1.0)

    def threshold(p: Any) -> torch.Tensor:
        # Where the membrane takes off while u still has its resting value: the other root
        # of sq v² + mn v + bias − b v_rest, and the two roots add up to −mn/sq.
        return -p.mn / p.sq - rest(p)

    parameters = [
        Parameter("a", 0.02, -0.05, 1.2, "1/ms", "asinh", 0.01, group="adaptation",
                  description="Rate of the recovery variable u: small is slow.", source=_IZH4),
        Parameter("b", 0.2, -1.2, 1.2, "1/ms", "asinh", 0.1, group="adaptation",
                  description="How strongly u follows the potential below threshold; large makes the neuron "
                  "resonate and rebound.", source=_IZH4),
        Parameter("c", -65.0, -70.0, -40.0, "mV", limits=(None, 29.0), group="spike and reset",
                  description="Potential right after a spike; high values make bursts.", source=_IZH4),
        Parameter("d", 6.0, -25.0, 12.0, "mV/ms", "asinh", 0.5, group="spike and reset",
                  description="Added to u at each spike: how much a spike slows the next one.", source=_IZH4),
        Parameter("sq", 0.04, 0.02, 0.08, "1/(mV ms)", "log", group="membrane", free=False,
                  description="Factor of v²: how sharply the potential takes off.", source=_IZH3),
        Parameter("mn", 5.0, 3.5, 6.0, "1/ms", group="membrane", free=False,
                  description="Factor of v.", source=_IZH3),
        # A constant current by another name; the optimizer could hide a holding current in it.
        Parameter("bias", 140.0, 90.0, 170.0, "mV/ms", group="membrane", free=False,
                  description="Constant drive of the membrane.", source=_IZH3),
    ]
    current = Parameter("current", 10.0, -20.0, 100.0, "mV/ms", description="Injected current.")
    return {"parameters": parameters, "current": current, "rest": rest, "threshold": threshold,
            "initial_state": initial}


def _izhikevich_2004_step(
    current: torch.Tensor, state: tuple[torch.Tensor, ...], p: Any, dt: torch.Tensor
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """Step as in the figure of 2004: v first, then u from the new v; then the reset."""
    v, u = state
    v = v + dt * (p.sq * v * v + p.mn * v + p.bias - u + current)
    u = u + dt * p.a * (p.b * (v + p.v_u) - p.k_u * u)
    fired = v > 30.0
    return fired.to(v.dtype), (torch.where(fired, p.c, v), torch.where(fired, u + p.d, u))


@builtin
def izhikevich_2004() -> NeuronModel:
    """Izhikevich's simple model as published in 2004: update order and all of its variants."""
    parts = izhikevich_parts()

    def initial(p: Any, holding: torch.Tensor) -> tuple[torch.Tensor, ...]:
        v, u = parts["initial_state"](p, holding)
        # u' = a·b·(v + v_u) has no term in u and rests at v = −v_u, whatever u: u then
        # balances the membrane there.
        level = p.sq * p.v_u * p.v_u - p.mn * p.v_u + p.bias + holding
        frozen = p.k_u == 0
        return torch.where(frozen, -p.v_u, v), torch.where(frozen, level, u)

    variants = [
        Parameter("v_u", 0.0, 0.0, 80.0, "mV", group="adaptation", free=False,
                  description="Offset of v in the equation of u; 65 in the accommodation variant, else 0.",
                  source=_IZH4),
        Parameter("k_u", 1.0, 0.0, 1.0, "1", limits=(0.0, None), group="adaptation", free=False,
                  description="Decay of u in its own equation; 0 in the accommodation variant, else 1.",
                  source=_IZH4),
    ]
    return NeuronModel(
        "izhikevich_2004", _izhikevich_2004_step, parameters=[*parts["parameters"], *variants],
        initial_state=initial, current=parts["current"], rest=parts["rest"], threshold=parts["threshold"],
        dt=0.25, peak=30.0,
        title="Izhikevich, as published in 2004",
        description="The simple model with the update order of the 2004 figure (u from the new v) and the "
        "extra constants of its accommodation variant: the reference for all twenty patterns.",
        source=_IZH4, presets=izhikevich_presets(norse_order=False), validate=False,
    )
