"""Leaky integrate-and-fire neuron with an adapting potassium conductance.

Treves, *Network* 4, 1993; Dayan & Abbott, *Theoretical Neuroscience*, MIT Press 2001, eqs. 5.13 and 5.14, divided by
the membrane resistance::

    C dv/dt     = −g_L (v − E_L) − g (v − E_K) + I
    tau_g dg/dt = −g

with a spike, v → v_reset and g → g + dg when v > v_threshold.

The potential is advanced by forward Euler, and g decays exactly. Within the ranges of the parameters, C/(g_L + g) stays
above 0.3 ms, because g grows only until it takes up the current (2000 pA over 15 mV). No step of 0.1 ms therefore
overshoots.

Until the first spike g is 0, so v is the only variable (`proofs.ORDERED`). After a spike g pulls the potential towards
E_K, which is on one side of rest. The potential then crosses rest at most once and does not oscillate. E_K is also
below the threshold, so no spike occurs after a pulse (`proofs.LEAKY`).

Close to the rheobase g decays before the next spike, while v approaches the threshold exponentially from below, where
E_K is. The period therefore has no bound, and the neuron does not have class 2 excitability.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library import proofs
from plausiwidgets.models.library.lif import V_RESET, V_THRESHOLD, reset_below_threshold
from plausiwidgets.models.model import NeuronModel, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.proof import Proof
from plausiwidgets.support.lazy import torch

_BOOK = "Dayan & Abbott, Theoretical Neuroscience, 2001, sec. 5.4"

_UNBOUNDED = (
    "Close to the rheobase the conductance decays before the next spike, and the potential approaches the threshold "
    "exponentially. The period therefore has no bound."
)
_ONCE = (
    "After a spike the potassium conductance pulls the potential to one side of rest, so the "
    "potential crosses rest at most once."
)


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance the potential by forward Euler and the conductance exactly."""
    v, g = state
    v = v + (dt / p.C) * (p.g_L * (p.E_L - v) + g * (p.E_K - v) + current)
    g = g * torch.exp(-dt / p.tau_g)
    fired = v > p.v_threshold
    return fired.to(v.dtype), (torch.where(fired, reset_below_threshold(p), v), torch.where(fired, g + p.dg, g))


def initial_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the resting state at or below the threshold."""
    v = torch.minimum(p.E_L + holding / p.g_L, p.v_threshold)
    return v, torch.zeros_like(v)


NEURON = NeuronModel(
    "lif_adapt",
    step,
    parameters=[
        Parameter(
            "C",
            200.0,
            50.0,
            300.0,
            "pF",
            "log",
            group="membrane",
            description="Membrane capacitance: larger values make the potential change more slowly.",
            source="cortical neurons; with g_L at most 20 nS the membrane time constant is at least 2.5 ms",
        ),
        Parameter(
            "g_L",
            10.0,
            1.0,
            20.0,
            "nS",
            "log",
            group="membrane",
            description="Leak conductance, which pulls the potential towards the leak reversal potential.",
            source="input resistances of 50 MΩ to 1 GΩ",
        ),
        Parameter(
            "E_L",
            -70.0,
            -80.0,
            -55.0,
            "mV",
            group="membrane",
            description="Leak reversal potential, at or near the resting potential.",
            source=_BOOK,
        ),
        V_THRESHOLD,
        V_RESET,
        Parameter(
            "E_K",
            -80.0,
            -95.0,
            -70.0,
            "mV",
            group="adaptation",
            description="Reversal potential of the adaptation conductance (potassium).",
            source=_BOOK,
        ),
        Parameter(
            "dg",
            1.0,
            0.0,
            10.0,
            "nS",
            limits=(0.0, None),
            group="adaptation",
            description="Increment of the adaptation conductance at each spike: larger values delay the "
            "next spike more.",
            source=f"{_BOOK} (0.06 of the leak conductance), and stronger",
        ),
        Parameter(
            "tau_g",
            100.0,
            10.0,
            300.0,
            "ms",
            "log",
            group="adaptation",
            description="Decay time constant of the adaptation conductance.",
            source=_BOOK,
        ),
    ],
    initial_state=initial_state,
    current=Parameter("current", 500.0, -500.0, 2000.0, "pA", description="Injected current."),
    rest="E_L",
    threshold="v_threshold",
    dt=0.1,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("g", "nS", "Adaptation conductance (potassium), which slows firing."),
    ],
    equations="C dv/dt = −g_L (v − E_L) − g (v − E_K) + I\n"
    "tau_g dg/dt = −g\n"
    "v > v_threshold: spike, v → min(v_reset, v_threshold − 1), g → g + dg",
    scheme="Forward Euler for the potential, of first order; the conductance decays exactly.",
    order=1,
    title="Leaky integrate-and-fire with adaptation",
    in_sentence="adaptive leaky integrate-and-fire neuron",
    description="A leaky membrane, a threshold and a potassium conductance that increases at each spike. This is "
    "one of the simplest neurons with spike-frequency adaptation.",
    source="Treves, Network 4, 1993; Dayan & Abbott, Theoretical Neuroscience, 2001",
    ruled_out=proofs.ORDERED
    | proofs.LEAKY
    | {
        "subthreshold_oscillations": _ONCE,
        "class_2_excitable": Proof(
            _UNBOUNDED, {"E_K": (-95.0, -70.0), "v_threshold": (-55.0, -40.0), "tau_g": (10.0, 300.0)}
        ),
    },
    validate=False,
)
