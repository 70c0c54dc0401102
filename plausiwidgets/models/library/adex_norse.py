"""Adaptive exponential neuron, as computed by Norse's ``LIFAdEx``.

Brette & Gerstner, *J. Neurophysiol.* 94, 2005, eqs. 2 and 3, divided by the leak conductance::

    tau_mem dv/dt = −(v − v_rest) + delta_T exp((v − v_threshold)/delta_T) − w + R I
    tau_w dw/dt   = a (v − v_rest) − w

with a spike, v → v_reset and w → w + b when v > v_threshold. Norse fires at the threshold of the exponential term, so
the spike has no upstroke and the neuron shows no tonic bursting. A spike can still be late. With a < 0, the adaptation
that a pulse starts keeps depolarizing the neuron. An example is tau_mem 50 ms, delta_T 5 mV, a −0.8, b 20 mV and tau_w
5 ms.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace
from plausiwidgets.models.library import lif
from plausiwidgets.models.model import StateVariable
from plausiwidgets.models.norse import NORSE, NorseStep, NorseTuple, from_norse, functional
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch


def convert(p: Namespace, dt: torch.Tensor) -> NorseTuple:
    """Return Norse's parameters."""
    return functional("lif_adex").LIFAdExParameters(
        adaptation_current=p.a,
        adaptation_spike=p.b,
        delta_T=p.delta_T,
        tau_ada_inv=1.0 / p.tau_w,
        tau_syn_inv=torch.zeros_like(p.tau_w),
        tau_mem_inv=1.0 / p.tau_mem,
        v_leak=p.v_rest,
        v_th=p.v_threshold,
        v_reset=lif.reset_below_threshold(p),
    )


def initial_state(p: Namespace, holding: torch.Tensor) -> NorseTuple:
    """Return Norse's state at rest."""
    zero = torch.zeros_like(p.v_rest)
    return functional("lif_adex").LIFAdExFeedForwardState(v=p.v_rest + zero, i=zero, a=zero)


PARAMETERS = [
    lif.TAU_MEM,
    lif.V_REST,
    Parameter(
        "delta_T",
        2.0,
        0.5,
        5.0,
        "mV",
        "log",
        group="membrane",
        description="Slope factor: smaller values make the rise near the threshold sharper.",
        source="Brette & Gerstner 2005",
    ),
    lif.V_THRESHOLD,
    lif.V_RESET,
    Parameter(
        "a",
        0.2,
        -2.0,
        4.0,
        "1",
        "asinh",
        0.1,
        group="adaptation",
        description="Subthreshold adaptation: coupling of w to the potential.",
        source="Brette & Gerstner 2005, over the leak conductance",
    ),
    Parameter(
        "b",
        5.0,
        -5.0,
        40.0,
        "mV",
        "asinh",
        1.0,
        group="adaptation",
        description="Spike-triggered adaptation: increment of w at each spike.",
        source="Brette & Gerstner 2005, times the membrane resistance",
    ),
    Parameter(
        "tau_w",
        100.0,
        5.0,
        500.0,
        "ms",
        "log",
        group="adaptation",
        description="Time constant of the adaptation variable w.",
        source="Brette & Gerstner 2005",
    ),
]

NEURON = from_norse(
    "adex_norse",
    NorseStep("lif_adex", "lif_adex_feed_forward_step"),
    convert,
    initial_state,
    PARAMETERS,
    current=lif.CURRENT,
    rest="v_rest",
    threshold="v_threshold",
    dt=0.1,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("w", "mV", "Adaptation current times the membrane resistance."),
    ],
    equations="tau_mem dv/dt = −(v − v_rest) + delta_T exp((v − v_threshold)/delta_T) − w + I\n"
    "tau_w dw/dt = a (v − v_rest) − w\n"
    "v > v_threshold: spike, v → min(v_reset, v_threshold − 1), w → w + b",
    scheme="Forward Euler, both variables from the old state: of first order.",
    order=1,
    title="AdEx in Norse (LIFAdEx)",
    in_sentence="Norse LIFAdEx neuron",
    description="LIFAdEx in Norse fires as soon as the potential exceeds the threshold of the exponential term, so "
    "there is no spike upstroke. Compare it with the AdEx model.",
    source=f"Brette & Gerstner, J. Neurophysiol. 94, 2005, doi:10.1152/jn.00686.2005; update rule from {NORSE}",
    validate=False,
)
