"""Leaky integrate-and-fire neuron with an adaptive threshold, as computed by Norse's ``LSNN``.

Bellec, Salaj, Subramoney, Legenstein & Maass, *NeurIPS* 31, 2018, eqs. 1 to 3, with the threshold theta as the
variable::

    tau_mem dv/dt       = −(v − v_rest) + I
    tau_adapt dtheta/dt = −(theta − v_threshold)

with a spike, v → v_reset and theta → theta + beta when v > theta.

The step is that of Norse's ``lsnn_feed_forward_step``, which is forward Euler with both variables from the old state.
The documentation of Norse has a different sign for the threshold, but its code is as above. tau_mem is at least 2 ms,
twenty times the time step of 0.1 ms.

Until the first spike theta is at rest, so v is the only variable, and v never depends on theta. Its solutions therefore
keep their order and return to rest from one side (`proofs.ONE_VARIABLE`), and after a pulse v only returns to rest
(`proofs.LEAKY`).

Each spike resets v to one value, so under a constant current the time to the next spike increases with the threshold
right after the spike. So does v at the next spike, which equals the threshold before its next jump. The map from one
threshold to the next is therefore increasing, and its orbits are monotone. Interspike intervals only grow or only
shrink, so there are no bursts. Close to the rheobase the threshold decays before the next spike, while v approaches the
resting threshold exponentially. The period therefore has no bound, and the neuron does not have class 2 excitability.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace
from plausiwidgets.models.library import lif, proofs
from plausiwidgets.models.model import StateVariable
from plausiwidgets.models.norse import NORSE, NorseStep, NorseTuple, from_norse, functional
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.proof import Proof
from plausiwidgets.support.lazy import torch

_UNBOUNDED = (
    "Close to the rheobase the threshold decays before the next spike, and the potential approaches it exponentially. "
    "The period therefore has no bound."
)
_LATER = (
    "The higher the threshold right after a spike, the later the next spike, and the higher the threshold after it. "
    f"{proofs.NO_ALTERNATION}"
)
_DECAYING = {"tau_adapt": (5.0, 2000.0)}
_BELLEC = "Bellec et al., NeurIPS 31, 2018"


def convert(p: Namespace, dt: torch.Tensor) -> NorseTuple:
    """Return Norse's parameters."""
    return functional("lsnn").LSNNParameters(
        tau_syn_inv=torch.zeros_like(p.tau_mem),
        tau_mem_inv=1.0 / p.tau_mem,
        tau_adapt_inv=1.0 / p.tau_adapt,
        v_leak=p.v_rest,
        v_th=p.v_threshold,
        v_reset=lif.reset_below_threshold(p),
        beta=p.beta,
    )


def initial_state(p: Namespace, holding: torch.Tensor) -> NorseTuple:
    """Return Norse's state at rest."""
    zero = torch.zeros_like(p.v_rest)
    return functional("lsnn").LSNNFeedForwardState(v=p.v_rest + zero, i=zero, b=p.v_threshold + zero)


NEURON = from_norse(
    "lsnn",
    NorseStep("lsnn", "lsnn_feed_forward_step"),
    convert,
    initial_state,
    parameters=[
        lif.TAU_MEM,
        lif.V_REST,
        lif.V_THRESHOLD,
        lif.V_RESET,
        Parameter(
            "beta",
            3.0,
            0.0,
            30.0,
            "mV",
            limits=(0.0, None),
            group="adaptation",
            description="Increment of the threshold at each spike: larger values delay the next spike more.",
            source=f"{_BELLEC}, whose unit is the distance from rest to threshold; up to twice that",
        ),
        Parameter(
            "tau_adapt",
            100.0,
            5.0,
            2000.0,
            "ms",
            "log",
            group="adaptation",
            description="Decay time constant of the threshold.",
            source=f"{_BELLEC} (up to 2 s)",
        ),
    ],
    current=lif.CURRENT,
    rest="v_rest",
    threshold="v_threshold",
    dt=0.1,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("theta", "mV", "Spike threshold, which jumps at each spike and then decays."),
    ],
    equations="tau_mem dv/dt = −(v − v_rest) + I\n"
    "tau_adapt dtheta/dt = −(theta − v_threshold)\n"
    "v > theta: spike, v → min(v_reset, v_threshold − 1), theta → theta + beta",
    threshold_state="theta",
    scheme="Forward Euler, both variables from the old state: of first order.",
    order=1,
    title="LIF with adaptive threshold (Norse LSNN)",
    in_sentence="adaptive-threshold LIF neuron",
    description="A leaky integrate-and-fire neuron whose threshold jumps at each spike and then decays. Its firing "
    "slows down, and the threshold keeps a memory of recent spikes.",
    source=f"{_BELLEC}, doi:10.48550/arXiv.1803.09574; update rule from {NORSE}",
    ruled_out=proofs.ONE_VARIABLE
    | proofs.LEAKY
    | {
        "tonic_bursting": Proof(_LATER, _DECAYING),
        "class_2_excitable": Proof(_UNBOUNDED, _DECAYING),
    },
    validate=False,
)
