"""Integrate-and-fire-or-burst neuron of the thalamus.

Smith, Cox, Sherman & Rinzel, *J. Neurophysiol.* 83, 2000, with its parameters::

    C dv/dt = −g_L (v − V_L) − g_T m∞ h (v − V_T) + I        m∞ = 1 where v > V_h, else 0
    dh/dt   = −h/tau_minus          where v > V_h
    dh/dt   = (1 − h)/tau_plus      elsewhere

with a spike and v → V_reset when v ≥ V_th. The T current is available (h = 1) after the neuron has been below V_h for
several tau_plus, and it generates a burst when the inhibition ends. From a potential above V_h the neuron fires single
spikes like a leaky integrator, above the rheobase g_L (V_th − V_L), which is 1.05 µA/cm².

The potential is advanced by forward Euler, and h exactly. Within the ranges of the parameters, C/(g_L + g_T) is at
least 3.3 ms. The first spikes of a burst are about 4 ms apart, so a time step of 0.05 ms resolves their times to 2 %.

The T current only depolarizes. It is off below V_h and inactivates above V_h, so a neuron that rests above V_h has no T
current. Inhibition from rest therefore keeps the potential below rest, and the neuron does not fire during inhibition.
After a pulse the potential crosses rest at most once, from below. Above rest, the T current keeps it there until the
leak returns it. Under a constant current every interval starts at the reset. If the reset is above V_h, h only decays,
and the intervals grow. If it is below V_h, each interval includes the same time below V_h, and the map from the h of
one spike to that of the next is increasing. The intervals therefore only grow or only shrink, so there are no tonic
bursts.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library import proofs
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.proof import Proof
from plausiwidgets.support.lazy import torch

SOURCE = "Smith, Cox, Sherman & Rinzel, J. Neurophysiol. 83, 2000"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance the potential by forward Euler and the gate exactly."""
    v, h = state
    is_open = v > p.V_h
    calcium = torch.where(is_open, p.g_T * h * (p.V_T - v), 0.0)
    v = v + (dt / p.C) * (p.g_L * (p.V_L - v) + calcium + current)
    h = torch.where(is_open, h * torch.exp(-dt / p.tau_minus), 1.0 - (1.0 - h) * torch.exp(-dt / p.tau_plus))
    fired = v >= p.V_th
    return fired.to(v.dtype), (torch.where(fired, torch.minimum(p.V_reset, p.V_th - 1.0), v), h)


def initial_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the resting state at or below the threshold. The T current is available if the neuron rests below V_h."""
    v = torch.minimum(p.V_L + holding / p.g_L, p.V_th)
    return v, torch.where(v > p.V_h, 0.0, torch.ones_like(v))


_CELL = {
    "C": 2.0,
    "g_L": 0.035,
    "V_L": -65.0,
    "V_th": -35.0,
    "V_reset": -50.0,
    "g_T": 0.07,
    "V_T": 120.0,
    "V_h": -60.0,
    "tau_minus": 20.0,
    "tau_plus": 100.0,
}

_ONLY_LOWER = (
    "At rest the T current is off below V_h and inactivated above V_h. Inhibition therefore only lowers the potential, "
    "so the neuron stays silent."
)
_ONE_CROSSING = (
    "The T current only depolarizes, and it inactivates above V_h. After a pulse the potential therefore crosses rest "
    "at most once."
)
_SAME_TIME = (
    "Every interval starts at the reset, so more of the T current at one spike leaves more of it at the next spike. "
    f"{proofs.NO_ALTERNATION}"
)
_LIMITS = {
    "C": (1.0, 3.0),
    "g_L": (0.02, 0.1),
    "V_th": (-50.0, -30.0),
    "g_T": (0.01, 0.2),
    "V_T": (100.0, 140.0),
    "tau_minus": (5.0, 60.0),
}
"""Limits of the proofs.

Within them the T current depolarizes and inactivates during the control run, and no time step overshoots.
"""

NEURON = NeuronModel(
    "ifb",
    step,
    parameters=[
        Parameter(
            "C",
            2.0,
            1.0,
            3.0,
            "µF/cm²",
            "log",
            group="membrane",
            description="Membrane capacitance: larger values make the potential change more slowly.",
            source=SOURCE,
        ),
        Parameter(
            "g_L",
            0.035,
            0.02,
            0.1,
            "mS/cm²",
            "log",
            group="membrane",
            description="Leak conductance, which pulls the potential towards the leak reversal potential.",
            source=SOURCE,
        ),
        Parameter(
            "V_L",
            -65.0,
            -80.0,
            -55.0,
            "mV",
            group="membrane",
            description="Leak reversal potential, at or near the resting potential.",
            source=SOURCE,
        ),
        Parameter(
            "V_th",
            -35.0,
            -50.0,
            -30.0,
            "mV",
            group="spike and reset",
            description="Threshold potential, at which the neuron fires.",
            source=SOURCE,
        ),
        Parameter(
            "V_reset",
            -50.0,
            -75.0,
            -50.0,
            "mV",
            group="spike and reset",
            description="Reset potential, kept at least 1 mV below the threshold.",
            source=SOURCE,
        ),
        Parameter(
            "g_T",
            0.07,
            0.01,
            0.2,
            "mS/cm²",
            "log",
            group="channels",
            description="Conductance of the T-type calcium current, which generates bursts.",
            source=SOURCE,
        ),
        Parameter(
            "V_T",
            120.0,
            100.0,
            140.0,
            "mV",
            group="channels",
            vary=False,
            description="Reversal potential of the T-type calcium current.",
            source=SOURCE,
        ),
        Parameter(
            "V_h",
            -60.0,
            -75.0,
            -52.0,
            "mV",
            group="channels",
            description="Potential above which the T current flows and below which it recovers from inactivation.",
            source=SOURCE,
        ),
        Parameter(
            "tau_minus",
            20.0,
            5.0,
            60.0,
            "ms",
            "log",
            group="channels",
            description="Inactivation time constant of the T current, which sets the burst duration.",
            source=SOURCE,
        ),
        Parameter(
            "tau_plus",
            100.0,
            20.0,
            300.0,
            "ms",
            "log",
            group="channels",
            description="Time constant of the recovery of the T current from inactivation.",
            source=SOURCE,
        ),
    ],
    initial_state=initial_state,
    current=Parameter("current", 1.5, -3.0, 5.0, "µA/cm²", description="Injected current."),
    rest="V_L",
    threshold="V_th",
    dt=0.05,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("h", "1", "Availability of the T current: 1 after long inhibition, 0 when inactivated."),
    ],
    equations="C dv/dt = −g_L (v − V_L) − g_T m∞ h (v − V_T) + I,  m∞ = 1 where v > V_h, else 0\n"
    "dh/dt = −h/tau_minus where v > V_h, else (1 − h)/tau_plus\n"
    "v ≥ V_th: spike, v → min(V_reset, V_th − 1)",
    scheme="Forward Euler for the potential, of first order; the gate is exact.",
    order=1,
    title="Integrate-and-fire-or-burst",
    in_sentence="integrate-and-fire-or-burst neuron",
    description="A thalamic relay cell: single spikes when depolarized, and a burst after inhibition, due to a slow "
    "(T-type) calcium current.",
    source=f"{SOURCE}, doi:10.1152/jn.2000.83.1.588",
    presets=[
        Preset(
            "Relay cell, tonic mode",
            {**_CELL, "holding": 0.3, "amplitude": 1.2},
            "tonic_spiking",
            0.05,
            f"{SOURCE}; currents adapted to this protocol",
        ),
        Preset(
            "Relay cell, burst mode",
            {**_CELL, "holding": 0.27, "amplitude": 0.69, "width": 128.0},
            "rebound_burst",
            0.05,
            f"{SOURCE}; currents adapted to this protocol",
        ),
    ],
    ruled_out={
        "tonic_bursting": Proof(_SAME_TIME, _LIMITS),
        "subthreshold_oscillations": Proof(_ONE_CROSSING, _LIMITS),
        "inhibition_induced_spiking": Proof(_ONLY_LOWER, _LIMITS),
        "inhibition_induced_bursting": Proof(_ONLY_LOWER, _LIMITS),
    },
    validate=False,
)
