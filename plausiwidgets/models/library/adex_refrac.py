"""Adaptive exponential integrate-and-fire neuron with an absolute refractory period.

Destexhe, *J. Comput. Neurosci.* 27, 2009, with eqs. 2 and 3 of Brette & Gerstner, *J. Neurophysiol.* 94, 2005::

    C dv/dt     = −g_L (v − E_L) + g_L delta_T exp((v − V_T)/delta_T) − w + I
    tau_w dw/dt = a (v − E_L) − w

with a spike, v → V_r and w → w + b when v ≥ 0 mV. For t_ref after a spike the potential stays at V_r, while w continues
to change.

This model does not use Norse's ``LIFAdExRefrac``, which fires at V_T like its ``LIFAdEx``. There, a crossing within the
refractory period is not a spike but still adds b to w.

The step is that of ``adex``, forward Euler at 0.1 ms. The refractory period is a number of steps.
"""

from __future__ import annotations

from dataclasses import replace

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library import adex
from plausiwidgets.models.library.lif import T_REF
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.support.lazy import torch

_DESTEXHE = "Destexhe, J. Comput. Neurosci. 27, 2009"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance the state by one time step of forward Euler, with the refractory period as a number of steps."""
    v, w, rho = state
    refractory = rho > 0.0
    upswing = (dt / p.C * p.g_L * p.delta_T) * torch.exp((v - p.V_T) * (1.0 / p.delta_T))
    moved = v + (dt / p.C) * (p.g_L * (p.E_L - v) - w + current) + upswing
    w = w + (dt / p.tau_w) * (p.a * (v - p.E_L) - w)
    fired = (moved >= 0.0) & ~refractory
    v = torch.where(fired, p.V_r, torch.where(refractory, v, moved))
    w = torch.where(fired, w + p.b, w)
    rho = torch.where(fired, torch.round(p.t_ref / dt), torch.clamp(rho - 1.0, min=0.0))
    return fired.to(v.dtype), (v, w, rho)


_CELL = {
    "C": 200.0,
    "g_L": 10.0,
    "E_L": -60.0,
    "V_T": -50.0,
    "delta_T": 2.5,
    "V_r": -60.0,
    "tau_w": 600.0,
    "t_ref": 2.5,
}
_CELLS = [
    ("Regular spiking, strong adaptation", 1.0, 40.0, "spike_frequency_adaptation"),
    ("Regular spiking, weak adaptation", 1.0, 5.0, "spike_frequency_adaptation"),
    ("Fast spiking", 1.0, 0.0, "tonic_spiking"),
    ("Low-threshold spiking", 20.0, 0.0, None),
    ("Thalamocortical cell", 40.0, 0.0, None),
]
PRESETS = [
    Preset(title, {**_CELL, "a": a, "b": b, "amplitude": 250.0}, pattern, 0.1, _DESTEXHE)
    for title, a, b, pattern in _CELLS
]

_TAU_W = adex.NEURON.parameters["tau_w"]
NEURON = NeuronModel(
    "adex_refrac",
    step,
    parameters=[
        *(q for q in adex.PARAMETERS if q is not _TAU_W),
        replace(_TAU_W, high=1000.0, source=f"{_TAU_W.source}; {_DESTEXHE} (600 ms)"),
        T_REF,
    ],
    initial_state=lambda p, holding: (p.E_L, 0.0, 0.0),
    current=adex.NEURON.current,
    rest="E_L",
    threshold="V_T",
    dt=0.1,
    states=[
        *adex.NEURON.states,
        StateVariable("rho", "steps", "Remaining time steps of the refractory period."),
    ],
    equations=f"{adex.NEURON.equations}, and v stays there for t_ref",
    scheme="Forward Euler, both variables from the old state: of first order; the refractory period is a number "
    "of steps.",
    order=1,
    title="AdEx with refractory period",
    in_sentence="AdEx neuron with a refractory period",
    description="AdEx with an absolute refractory period: one set of equations for cortical and thalamic cell types.",
    source=f"{adex.NEURON.source}; {_DESTEXHE}, doi:10.1007/s10827-009-0164-4",
    presets=PRESETS,
    validate=False,
)
