"""Exponential integrate-and-fire neuron.

Fourcaud-Trocmé, Hansel, van Vreeswijk & Brunel, *J. Neurosci.* 23, 2003; Gerstner, Kistler, Naud & Paninski, *Neuronal
Dynamics*, Cambridge 2014, eq. 5.6, multiplied by the leak conductance::

    C dv/dt = −g_L (v − E_L) + g_L delta_T exp((v − V_T)/delta_T) + I

with a spike and v → V_r when v ≥ 0 mV, where v stays for t_ref. The right side has its minimum at v = V_T, so the
rheobase is g_L (V_T − E_L − delta_T). Nothing else depends on the upstroke above 0 mV, so it is cut there.

The step is forward Euler at 0.05 ms, half the time step of AdEx. The firing rate agrees with that of the integral over
dv to 1 % at 50 Hz and to 2 % at 100 Hz. These errors are half of those at 0.1 ms.

Norse's exponential neuron (``LIFEx``) fires at V_T, before the upstroke. It equals ``adex_norse`` with a = 0 and b = 0,
so it needs no separate model.

The model has one variable, so its solutions keep their order and return to rest from one side (`proofs.ONE_VARIABLE`).
A spike sets the potential and the refractory period to fixed values (`proofs.RESETS_ALL`).

The model cannot show phasic spiking. Above the rheobase the right side has its minimum at V_T, and the neuron rests at
V_T or below. A latency of at most 100 ms limits the time from V_T to the spike, and therefore sets a lower bound on the
current above the rheobase. This current in turn limits the time from V_r back to V_T. Over the ranges of the parameters
the second spike follows within 1.2 s, which a test computes. The longest time is about 0.83 s, for C = 300 pF, g_L = 1
nS and delta_T = 0.5 mV.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library import adex, proofs
from plausiwidgets.models.library.lif import T_REF
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.proof import Proof
from plausiwidgets.support.lazy import torch

_AGAIN = (
    "A latency of at most 100 ms requires a current that is clearly above the rheobase. At this current the second "
    "spike follows within 1.2 s."
)
SOURCE = "Fourcaud-Trocmé, Hansel, van Vreeswijk & Brunel, J. Neurosci. 23, 2003"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance the state by one time step of forward Euler, with the refractory period as a number of steps."""
    v, rho = state
    refractory = rho > 0.0
    upswing = (dt / p.C * p.g_L * p.delta_T) * torch.exp((v - p.V_T) * (1.0 / p.delta_T))
    moved = v + (dt / p.C) * (p.g_L * (p.E_L - v) + current) + upswing
    fired = (moved >= 0.0) & ~refractory
    v = torch.where(fired, p.V_r, torch.where(refractory, v, moved))
    rho = torch.where(fired, torch.round(p.t_ref / dt), torch.clamp(rho - 1.0, min=0.0))
    return fired.to(v.dtype), (v, rho)


NEURON = NeuronModel(
    "eif",
    step,
    parameters=[*(q for q in adex.PARAMETERS if q.group != "adaptation"), T_REF],
    initial_state=lambda p, holding: (torch.minimum(p.E_L + holding / p.g_L, p.V_T), 0.0),
    current=adex.NEURON.current,
    rest="E_L",
    threshold="V_T",
    dt=0.05,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("rho", "steps", "Remaining time steps of the refractory period."),
    ],
    equations="C dv/dt = −g_L (v − E_L) + g_L delta_T exp((v − V_T)/delta_T) + I\n"
    "v ≥ 0 mV: spike, v → V_r, and v stays there for t_ref",
    scheme="Forward Euler, of first order; the refractory period is a number of steps.",
    order=1,
    title="Exponential integrate-and-fire (EIF)",
    in_sentence="exponential integrate-and-fire neuron",
    description="A leaky membrane with an exponential spike onset instead of a sharp threshold. It has one "
    "variable, and its firing rate follows fast inputs like that of a conductance-based neuron.",
    source=f"{SOURCE}, doi:10.1523/JNEUROSCI.23-37-11628.2003",
    presets=[
        Preset(
            "Fit to the Wang–Buzsáki neuron",
            {"C": 100.0, "g_L": 10.0, "E_L": -65.0, "V_T": -59.9, "delta_T": 3.48, "V_r": -68.0, "t_ref": 1.7},
            None,
            0.05,
            f"{SOURCE}: 1 µF/cm², 0.1 mS/cm², here for a membrane of 10⁻⁴ cm²",
        )
    ],
    ruled_out=proofs.ONE_VARIABLE
    | proofs.RESETS_ALL
    | {
        "phasic_spiking": Proof(
            _AGAIN,
            {
                "C": (20.0, 300.0),
                "g_L": (1.0, 20.0),
                "V_T": (-55.0, -40.0),
                "delta_T": (0.5, 5.0),
                "V_r": (-75.0, -44.0),
            },
        )
    },
    validate=False,
)
