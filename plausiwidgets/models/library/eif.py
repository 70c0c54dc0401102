"""Exponential integrate-and-fire neuron.

Fourcaud-Trocmé, Hansel, van Vreeswijk & Brunel, *J. Neurosci.* 23, 2003; Gerstner, Kistler, Naud & Paninski, *Neuronal
Dynamics*, Cambridge 2014, eq. 5.6, times the leak conductance::

    C dv/dt = −g_L (v − E_L) + g_L delta_T exp((v − V_T)/delta_T) + I

with a spike and v → V_r where v ≥ 0 mV, held there for t_ref. The right side is smallest at v = V_T, so that the
rheobase is g_L (V_T − E_L − delta_T). Of the upswing beyond 0 mV nothing else depends: it is cut there.

The step is forward Euler at 0.05 ms, half of that of AdEx: the rate is that of the integral over dv to 1 % at 50 Hz and
to 2 % at 100 Hz, half of what 0.1 ms gives.

Norse's exponential neuron (``LIFEx``) fires at V_T itself, before the upswing: it is ``adex_norse`` with a = 0 and
b = 0, and needs no model of its own.

With one variable solutions keep their order and return to rest from one side (`proofs.ONE_VARIABLE`), and a spike sets
it and its refractory period to one value (`proofs.RESETS_ALL`).

No phasic spiking. Above the rheobase the right side is smallest at V_T, and the neuron rests at most at V_T. A latency
of 100 ms at most therefore bounds the current above the rheobase from below, by the time from V_T to the spike, and
with it the time from V_r back to V_T. Over the ranges of the parameters the second spike comes within 1.2 s (a test
computes it): longest for C = 300 pF, g_L = 1 nS and delta_T = 0.5 mV, about 0.83 s.
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
    """Step by forward Euler; the refractory period is a number of steps."""
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
