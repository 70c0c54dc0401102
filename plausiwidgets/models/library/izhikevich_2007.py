"""Izhikevich's simple model in physical units, with the additional terms of some cells in his book.

Izhikevich, *Dynamical Systems in Neuroscience*, MIT Press 2007, sec. 8.1.4, eqs. 8.5 and 8.6::

    C dv/dt = k (v − v_r) (v − v_t) − u + I
    du/dt   = a (U(v) − u),   U(v) = b (v − v_r)

with a spike, v → c and u → u + d when v ≥ v_peak. Three kinds of cells in the book need one more term each. Here these
terms are parameters that are off by default::

    U(v) = b (v − v_r) + b_low min(v − v_b, 0) + cubic max(v − v_b, 0)³
    v ≥ v_peak + peak_u u: spike, v → c + c_u u, u → min(u + d, u_max)

The fast-spiking interneuron has U = 0.025 (v + 55)³ above −55 mV and 0 below. In the low-threshold interneuron and the
thalamocortical cell, the peak and the reset depend on u, and in the former u has a maximum. The slope of U is larger
below −65 mV in the thalamocortical cell (15 instead of 0 nS) and in the reticular cell (10 instead of 2 nS).

The step is that of the book's programs, which is forward Euler with both variables from the old state. The programs use
1 ms, which changes patterns. The chattering cell fires doublets at 0.1 ms and bursts of three spikes at 1 ms.

The values agree with those of another implementation, ``izhi2007b.mod`` (ModelDB 39948, and
https://github.com/suny-downstate-medical-center/netpyne). They were not compared with the printed book. That file uses
b (v − v_r) for the thalamocortical cell too, where the book has b (v + 65).
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

SOURCE = "Izhikevich, Dynamical Systems in Neuroscience, MIT Press 2007"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance both variables from the old state by forward Euler."""
    v, u = state
    from_break = v - p.v_b
    above = torch.clamp(from_break, min=0.0)
    recovery = p.b * (v - p.v_r) + p.b_low * torch.clamp(from_break, max=0.0) + p.cubic * above * above * above
    v = v + (dt / p.C) * (p.k * (v - p.v_r) * (v - p.v_t) - u + current)
    u = u + (dt * p.a) * (recovery - u)
    peak = p.v_peak + p.peak_u * u
    fired = v >= peak
    # Without the minimum, a reset that depends on u could be above the peak and repeat the spike in each step.
    reset = torch.minimum(p.c + p.c_u * u, peak - 1.0)
    return fired.to(v.dtype), (torch.where(fired, reset, v), torch.where(fired, torch.minimum(u + p.d, p.u_max), u))


def _displacement(p: Namespace, holding: torch.Tensor | float) -> torch.Tensor:
    """Return the lower root of k x (x + v_r − v_t) − b x + I = 0 for x = v − v_r, or its vertex if it has no root."""
    slope = p.k * (p.v_t - p.v_r) + p.b
    discriminant = torch.clamp(slope * slope - 4.0 * p.k * holding, min=0.0)
    return (slope - torch.sqrt(discriminant)) / (2.0 * p.k)


def initial_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the stable fixed point of the equations without the additional terms."""
    x = _displacement(p, holding)
    return p.v_r + x, p.b * x


def rest(p: Namespace) -> torch.Tensor:
    """Return the resting potential in mV without a current: v_r, unless b is below −k (v_t − v_r)."""
    return p.v_r + torch.clamp(p.v_t - p.v_r + p.b / p.k, max=0.0)


def threshold(p: Namespace) -> torch.Tensor:
    """Return the potential in mV above which v rises while u still has its resting value.

    This potential and the resting potential are the roots of one parabola, and their sum is v_r + v_t.
    """
    return p.v_r + p.v_t - rest(p)


PARAMETERS = [
    Parameter(
        "C",
        100.0,
        10.0,
        300.0,
        "pF",
        "log",
        group="membrane",
        description="Membrane capacitance: larger values make the potential change more slowly.",
        source=f"{SOURCE}: 20 to 200 pF; range chosen here",
    ),
    Parameter(
        "k",
        0.7,
        0.1,
        3.0,
        "nS/mV",
        "log",
        group="membrane",
        description="Curvature of the membrane current: larger values make the spike upstroke steeper.",
        source=f"{SOURCE}: 0.25 to 1.6; range chosen here",
    ),
    Parameter(
        "v_r",
        -60.0,
        -80.0,
        -55.0,
        "mV",
        group="membrane",
        description="Resting potential without injected current.",
        source=f"{SOURCE}: −75 to −55 mV; range chosen here",
    ),
    Parameter(
        "v_t",
        -40.0,
        -52.0,
        -30.0,
        "mV",
        group="membrane",
        description="Instantaneous threshold: above it the potential rises to a spike unless u increases.",
        source=f"{SOURCE}: −50 to −40 mV; range chosen here",
    ),
    Parameter(
        "a",
        0.03,
        0.002,
        0.5,
        "1/ms",
        "log",
        group="adaptation",
        description="Recovery rate: smaller values make u slower.",
        source=f"{SOURCE}: 0.01 to 0.2 per ms; range chosen here",
    ),
    Parameter(
        "b",
        -2.0,
        -30.0,
        60.0,
        "nS",
        "asinh",
        2.0,
        group="adaptation",
        description="Coupling of u to the membrane potential: positive values produce resonance and rebound.",
        source=f"{SOURCE}: −2 to 15 nS; range chosen here",
    ),
    Parameter(
        "c",
        -50.0,
        -75.0,
        -30.0,
        "mV",
        limits=(None, -1.0),
        group="spike and reset",
        description="Reset potential: high values produce bursts.",
        source=f"{SOURCE}: −60 to −40 mV; range chosen here",
    ),
    Parameter(
        "d",
        100.0,
        -200.0,
        500.0,
        "pA",
        "asinh",
        10.0,
        group="spike and reset",
        description="Increment of u at each spike (spike-triggered adaptation).",
        source=f"{SOURCE}: 0 to 150 pA; range chosen here",
    ),
    Parameter(
        "v_peak",
        35.0,
        0.0,
        60.0,
        "mV",
        limits=(0.0, None),
        group="spike and reset",
        vary=False,
        description="Peak of the spike, where the potential is reset.",
        source=f"{SOURCE}: 0 to 50 mV",
    ),
    Parameter(
        "v_b",
        -55.0,
        -75.0,
        -45.0,
        "mV",
        group="adaptation",
        vary=False,
        description="Potential at which U changes its slope (b_low) and above which its cubic term starts.",
        source=f"{SOURCE}, figs. 8.27, 8.31 and 8.32; no effect by default",
    ),
    Parameter(
        "b_low",
        0.0,
        0.0,
        30.0,
        "nS",
        group="adaptation",
        vary=False,
        description="Additional slope of U below v_b. It produces the rebound of thalamic cells; 0 switches it off.",
        source=f"{SOURCE}, figs. 8.31 and 8.32; off by default",
    ),
    Parameter(
        "cubic",
        0.0,
        0.0,
        0.1,
        "pA/mV³",
        limits=(0.0, None),
        group="adaptation",
        vary=False,
        description="Cubic term of U above v_b, as in the fast-spiking interneuron; 0 switches it off.",
        source=f"{SOURCE}, fig. 8.27; off by default",
    ),
    Parameter(
        "peak_u",
        0.0,
        -0.2,
        0.2,
        "mV/pA",
        group="spike and reset",
        vary=False,
        description="Dependence of the spike's peak on u; 0 switches it off.",
        source=f"{SOURCE}, figs. 8.25 and 8.31; off by default",
    ),
    Parameter(
        "c_u",
        0.0,
        -0.2,
        0.2,
        "mV/pA",
        group="spike and reset",
        vary=False,
        description="Dependence of the reset potential on u; 0 switches it off.",
        source=f"{SOURCE}, figs. 8.25 and 8.31; off by default",
    ),
    Parameter(
        "u_max",
        1e6,
        100.0,
        1e6,
        "pA",
        "log",
        group="spike and reset",
        vary=False,
        description="Maximum of u after a spike. The default is above all values that u reaches.",
        source=f"{SOURCE}, fig. 8.25; off by default",
    ),
]

_CELLS: dict[str, dict[str, float]] = {
    "RS": {"C": 100, "k": 0.7, "v_r": -60, "v_t": -40, "a": 0.03, "b": -2, "c": -50, "d": 100, "v_peak": 35},
    "IB": {"C": 150, "k": 1.2, "v_r": -75, "v_t": -45, "a": 0.01, "b": 5, "c": -56, "d": 130, "v_peak": 50},
    "CH": {"C": 50, "k": 1.5, "v_r": -60, "v_t": -40, "a": 0.03, "b": 1, "c": -40, "d": 150, "v_peak": 25},
    "LTS": {"C": 100, "k": 1, "v_r": -56, "v_t": -42, "a": 0.03, "b": 8, "c": -53, "d": 20, "v_peak": 40}
    | {"peak_u": -0.1, "c_u": 0.04, "u_max": 670},
    "FS": {"C": 20, "k": 1, "v_r": -55, "v_t": -40, "a": 0.2, "b": 0, "c": -45, "d": 0, "v_peak": 25}
    | {"cubic": 0.025, "v_b": -55},
    "TC": {"C": 200, "k": 1.6, "v_r": -60, "v_t": -50, "a": 0.01, "b": 0, "c": -60, "d": 10, "v_peak": 35}
    | {"b_low": 15, "v_b": -65, "peak_u": 0.1, "c_u": -0.1},
    "RTN": {"C": 40, "k": 0.25, "v_r": -65, "v_t": -45, "a": 0.015, "b": 2, "c": -55, "d": 50, "v_peak": 0}
    | {"b_low": 8, "v_b": -65},
}

_SETS: list[tuple[str, str, str, dict[str, float]]] = [
    ("RS", "Regular spiking (RS), layer 5, fig. 8.12", "tonic_spiking", {"amplitude": 100}),
    ("IB", "Intrinsically bursting (IB), fig. 8.19", "mixed_mode", {"amplitude": 600}),
    ("CH", "Chattering (CH), fig. 8.23", "tonic_bursting", {"amplitude": 600}),
    ("LTS", "Low-threshold spiking (LTS), fig. 8.25", "spike_frequency_adaptation", {"amplitude": 220}),
    ("FS", "Fast spiking (FS), fig. 8.27", "tonic_spiking", {"amplitude": 400}),
    ("TC", "Thalamocortical (TC), tonic mode, fig. 8.31", "tonic_spiking", {"amplitude": 100}),
    (
        "RTN",
        "Reticular (RTN), burst mode, fig. 8.32",
        "rebound_burst",
        {"holding": 40, "amplitude": 350, "width": 200},
    ),
]
PRESETS = [
    Preset(title, {**_CELLS[cell], **stimulus}, pattern, 0.1, f"{SOURCE}; stimulus adapted to this protocol")
    for cell, title, pattern, stimulus in _SETS
]

NEURON = NeuronModel(
    "izhikevich_2007",
    step,
    PARAMETERS,
    initial_state,
    current=Parameter("current", 200.0, -1500.0, 1500.0, "pA", description="Injected current."),
    rest=rest,
    threshold=threshold,
    dt=0.1,
    peak=35.0,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("u", "pA", "Recovery current: larger values pull the potential down."),
    ],
    equations="C dv/dt = k (v − v_r) (v − v_t) − u + I\n"
    "du/dt = a (b (v − v_r) + b_low min(v − v_b, 0) + cubic max(v − v_b, 0)³ − u)\n"
    "v ≥ v_peak + peak_u u: spike, v → min(c + c_u u, v_peak + peak_u u − 1), u → min(u + d, u_max)",
    scheme="Forward Euler, both variables from the old state: of first order.",
    order=1,
    title="Izhikevich (2007 version)",
    in_sentence="2007 Izhikevich neuron",
    description="The simple model in physical units (pF, nS, pA), with parameter sets for kinds of cortical and "
    "thalamic cells. Terms that only some kinds of cells need are off by default.",
    source=f"{SOURCE}, doi:10.7551/mitpress/2526.001.0001",
    presets=PRESETS,
    validate=False,
)
