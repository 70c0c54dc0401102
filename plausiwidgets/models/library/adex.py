"""Adaptive exponential integrate-and-fire neuron (AdEx).

Brette & Gerstner, *J. Neurophysiol.* 94, 2005, eqs. 2 and 3::

    C dv/dt     = −g_L (v − E_L) + g_L delta_T exp((v − V_T)/delta_T) − w + I
    tau_w dw/dt = a (v − E_L) − w

with a spike, v → V_r and w → w + b when v ≥ 0 mV. Nothing else depends on the upstroke above 0 mV, so it is cut there,
as in Naud et al. (2008), whose eight parameter sets are the presets.

A search without success only applies to the parameter ranges in which it searched. Inhibition-induced spiking needs a
small cell with a low leak conductance and strong adaptation (such as C 29 pF, g_L 1.7 nS, a 63 nS, b 147 pA). A search
finds it with C from 20 pF, g_L from 1 nS, a up to 100 nS and b up to 400 pA. No search found it with C ≥ 50 pF, g_L ≥ 5
nS, a ≤ 60 nS and b ≤ 150 pA. Inhibition-induced bursting was not found within these narrower ranges either. Parameter
sets that show it have a leak conductance of 1 to 2 nS and an adaptation of about 90 nS.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library import rows
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

_NAUD = "Naud, Marcille, Clopath & Gerstner, Biol. Cybern. 99, 2008"
_WIDE = "; range as wide as that of real cells"
_INHIBITED = "; range wide enough for inhibition-induced spiking"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance the state by one time step of forward Euler.

    The quotients of parameters are in separate brackets, so that an engine can compute them once. The upstroke is added
    last, so that no other term waits for the exponential.
    """
    v, w = state
    upswing = (dt / p.C * p.g_L * p.delta_T) * torch.exp((v - p.V_T) * (1.0 / p.delta_T))
    dv = (dt / p.C) * (p.g_L * (p.E_L - v) - w + current)
    dw = (dt / p.tau_w) * (p.a * (v - p.E_L) - w)
    v = v + dv + upswing
    w = w + dw
    fired = v >= 0.0
    return fired.to(v.dtype), (torch.where(fired, p.V_r, v), torch.where(fired, w + p.b, w))


PARAMETERS = [
    Parameter(
        "C",
        200.0,
        20.0,
        300.0,
        "pF",
        "log",
        group="membrane",
        description="Membrane capacitance: larger values make the potential change more slowly.",
        source=f"{_NAUD}{_WIDE}, from a small interneuron to a pyramidal cell",
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
        source=f"{_NAUD}{_WIDE}, input resistances of 50 MΩ to 1 GΩ",
    ),
    Parameter(
        "E_L",
        -70.0,
        -80.0,
        -55.0,
        "mV",
        group="membrane",
        description="Leak reversal potential, at or near the resting potential.",
        source=_NAUD,
    ),
    Parameter(
        "V_T",
        -50.0,
        -55.0,
        -40.0,
        "mV",
        limits=(None, -10.0),
        group="spike and reset",
        description="Threshold of the exponential term, near which the spike upstroke starts.",
        source=_NAUD,
    ),
    Parameter(
        "delta_T",
        2.0,
        0.5,
        5.0,
        "mV",
        "log",
        group="spike and reset",
        description="Slope factor: smaller values make the spike onset sharper.",
        source=_NAUD,
    ),
    Parameter(
        "V_r",
        -58.0,
        -75.0,
        -44.0,
        "mV",
        limits=(None, -1.0),
        group="spike and reset",
        description="Reset potential: with adaptation, values near the threshold can produce bursts.",
        source=_NAUD,
    ),
    Parameter(
        "a",
        2.0,
        -15.0,
        100.0,
        "nS",
        "asinh",
        2.0,
        group="adaptation",
        description="Subthreshold adaptation: coupling of w to the potential. Positive values produce "
        "resonance, and negative values sustain firing.",
        source=f"{_NAUD}{_INHIBITED}",
    ),
    Parameter(
        "b",
        60.0,
        0.0,
        400.0,
        "pA",
        "asinh",
        10.0,
        group="adaptation",
        description="Spike-triggered adaptation: increment of w at each spike.",
        source=f"{_NAUD}{_INHIBITED}",
    ),
    Parameter(
        "tau_w",
        120.0,
        10.0,
        300.0,
        "ms",
        "log",
        group="adaptation",
        description="Time constant of the adaptation current w.",
        source=_NAUD,
    ),
]

# Some patterns of Naud et al. correspond to one of the twenty patterns.
_PATTERNS = {
    "tonic spiking": "tonic_spiking",
    "adaptation": "spike_frequency_adaptation",
    "initial burst": "mixed_mode",
    "regular bursting": "tonic_bursting",
    "delayed regular bursting": "tonic_bursting",
    "transient spiking": "phasic_spiking",
}
_COLUMNS = {
    "C": "C_pF",
    "g_L": "gL_nS",
    "E_L": "EL_mV",
    "V_T": "VT_mV",
    "delta_T": "DeltaT_mV",
    "a": "a_nS",
    "tau_w": "tau_w_ms",
    "b": "b_pA",
    "V_r": "Vr_mV",
    "amplitude": "I_pA",
}
PRESETS = [
    Preset(
        row["pattern"].capitalize(),
        {name: float(row[column]) for name, column in _COLUMNS.items()},
        _PATTERNS.get(row["pattern"]),
        0.1,
        f"{_NAUD} (values from the Brian 2 example)",
    )
    for row in rows("adex.csv")
]

NEURON = NeuronModel(
    "adex",
    step,
    PARAMETERS,
    initial_state=lambda p, holding: (p.E_L, 0.0),
    current=Parameter("current", 500.0, -500.0, 2000.0, "pA", description="Injected current."),
    rest="E_L",
    threshold="V_T",
    dt=0.1,
    peak=20.0,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("w", "pA", "Adaptation current: positive values slow firing."),
    ],
    equations="C dv/dt = −g_L (v − E_L) + g_L delta_T exp((v − V_T)/delta_T) − w + I\n"
    "tau_w dw/dt = a (v − E_L) − w\n"
    "v ≥ 0 mV: spike, v → V_r, w → w + b",
    scheme="Forward Euler, both variables from the old state: of first order.",
    order=1,
    title="Adaptive exponential (AdEx)",
    in_sentence="AdEx neuron",
    description="A leaky membrane with an exponential spike onset and one adaptation current, w. All nine "
    "parameters have a biophysical meaning.",
    source="Brette & Gerstner, J. Neurophysiol. 94, 2005, doi:10.1152/jn.00686.2005",
    presets=PRESETS,
    validate=False,
)
