"""Leaky integrate-and-fire neuron with an absolute refractory period.

Gerstner, Kistler, Naud & Paninski, *Neuronal Dynamics*, Cambridge 2014, eq. 1.5::

    tau_mem dv/dt = −(v − v_rest) + R I

with a spike and v → v_reset when v > v_threshold. The potential stays there for t_ref after a spike.

The step is that of Norse's ``LIFRefrac``, which is forward Euler with the refractory period as a number of steps.

The model can show three of the twenty patterns: tonic spiking, class 1 excitability and integrator. It has one
variable, so its solutions keep their order and return to rest from one side (`proofs.ONE_VARIABLE`). A spike sets this
variable to one value (`proofs.RESETS_ALL`), and after a pulse the potential only falls (`proofs.LEAKY`). Under a
current step that elicits a spike, the potential rises from the reset as it does from rest, so the neuron fires again.
At a relative distance e above the rheobase, the period is t_ref + tau_mem ln(1/e) plus a constant, which grows without
bound.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace
from plausiwidgets.models.library import proofs
from plausiwidgets.models.model import StateVariable
from plausiwidgets.models.norse import NORSE, NorseStep, NorseTuple, from_norse, functional
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

_REPEATS = (
    "Under a current step that elicits a spike, the potential rises from the reset to the "
    "threshold again, so firing continues."
)
_GROWS = "Near the rheobase the period grows logarithmically without bound, so firing can be arbitrarily slow."
_BOOK = "Gerstner et al., Neuronal Dynamics, 2014, ch. 1"


def convert(p: Namespace, dt: torch.Tensor) -> NorseTuple:
    """Return Norse's parameters."""
    inner = functional("lif").LIFParameters(
        tau_syn_inv=torch.zeros_like(p.tau_mem),
        tau_mem_inv=1.0 / p.tau_mem,
        v_leak=p.v_rest,
        v_th=p.v_threshold,
        v_reset=reset_below_threshold(p),
    )
    # Norse counts refractory steps, and without rounding 3.0000000000000004 would last an additional step.
    return functional("lif_refrac").LIFRefracParameters(lif=inner, rho_reset=torch.round(p.t_ref / dt))


def reset_below_threshold(p: Namespace) -> torch.Tensor:
    """Return the reset potential in mV, at least 1 mV below the threshold.

    A leaky neuron that resets to its threshold would fire without end, or appear bistable.
    """
    return torch.minimum(p.v_reset, p.v_threshold - 1.0)


def initial_state(p: Namespace, holding: torch.Tensor) -> NorseTuple:
    """Return Norse's state at rest."""
    zero = torch.zeros_like(p.v_rest)
    return functional("lif_refrac").LIFRefracFeedForwardState(
        lif=functional("lif").LIFFeedForwardState(v=p.v_rest + zero, i=zero), rho=zero
    )


TAU_MEM = Parameter(
    "tau_mem",
    20.0,
    2.0,
    50.0,
    "ms",
    "log",
    limits=(2.0, None),
    group="membrane",
    description="Membrane time constant: larger values make the potential follow the current more slowly.",
    source=_BOOK,
)
V_REST = Parameter(
    "v_rest",
    -65.0,
    -80.0,
    -55.0,
    "mV",
    group="membrane",
    description="Resting potential without injected current.",
    source=_BOOK,
)
V_THRESHOLD = Parameter(
    "v_threshold",
    -50.0,
    -55.0,
    -40.0,
    "mV",
    group="spike and reset",
    description="Threshold potential, above which the neuron fires.",
    source=_BOOK,
)
V_RESET = Parameter(
    "v_reset",
    -65.0,
    -85.0,
    -45.0,
    "mV",
    group="spike and reset",
    description="Reset potential, kept at least 1 mV below the threshold.",
    source=_BOOK,
)
T_REF = Parameter(
    "t_ref",
    2.0,
    0.0,
    5.0,
    "ms",
    limits=(0.0, 5.0),
    group="spike and reset",
    description="Absolute refractory period, during which the neuron cannot fire.",
    source=_BOOK,
)
CURRENT = Parameter("current", 20.0, -50.0, 100.0, "mV", description="Injected current times the membrane resistance.")

NEURON = from_norse(
    "lif",
    NorseStep("lif_refrac", "lif_refrac_feed_forward_step"),
    convert,
    initial_state,
    parameters=[TAU_MEM, V_REST, V_THRESHOLD, V_RESET, T_REF],
    current=CURRENT,
    rest="v_rest",
    threshold="v_threshold",
    dt=0.1,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("rho", "steps", "Remaining time steps of the refractory period."),
    ],
    equations="tau_mem dv/dt = −(v − v_rest) + I\n"
    "v > v_threshold: spike, v → min(v_reset, v_threshold − 1), and v stays there for t_ref",
    scheme="Forward Euler, of first order; the refractory period is a number of steps.",
    order=1,
    title="Leaky integrate-and-fire (LIF)",
    in_sentence="leaky integrate-and-fire neuron",
    description="The simplest spiking neuron: a leaky membrane, a threshold and a reset. It has no memory beyond "
    "its membrane potential, so most patterns are out of reach.",
    source="Lapicque, J. Physiol. Pathol. Gén. 9, 1907, in English doi:10.1007/s00422-007-0189-6; "
    f"update rule from {NORSE}",
    ruled_out=proofs.ONE_VARIABLE
    | proofs.RESETS_ALL
    | proofs.LEAKY
    | {"phasic_spiking": _REPEATS, "class_2_excitable": _GROWS},
    validate=False,
)
