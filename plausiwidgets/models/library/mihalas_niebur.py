"""Mihalaş and Niebur's generalized linear integrate-and-fire neuron.

Mihalaş & Niebur, *Neural Computation* 21, 2009, eq. 2.1, divided by the capacitance::

    dI₁/dt = −k1 I₁
    dI₂/dt = −k2 I₂
    dV/dt  = I + I₁ + I₂ − G (V − E_L)
    dΘ/dt  = a (V − E_L) − b (Θ − Theta_inf)

with a spike when V ≥ Θ, and then (eq. 2.2) ::

    I₁ → R1 I₁ + A1,   I₂ → R2 I₂ + A2,   V → V_r,   Θ → max(Theta_r, Θ)

Currents are divided by the capacitance, in mV/ms, which equals the V/s of the source. Its rates per s are per ms here.
The presets are its table 1. The stimulus of a preset is one at which the behaviour that it was published for occurs in
our protocol. No such stimulus was found for E, H, P and S, which keep the published current.

Between spikes the equations are linear. The two currents decay exactly. V and Θ relax exactly towards the steady state
for the mean of their drive over the step, which is of second order in dt. This scheme avoids the quotients of the
closed solution, which are singular if two rates are equal. At 0.1 ms, V and Θ agree with the closed solution to 2 µV.

Below the threshold every variable depends only on those before it in the order I₁, I₂, V, Θ, so the eigenvalues −k1,
−k2, −G and −b are real. After a pulse V is a sum of at most three exponentials, which crosses its rest at most twice,
so there are no subthreshold oscillations. The response of V − Θ to a pulse has one maximum, and may then fall below its
rest. The sum of two such responses is largest at the shortest distance, so a neuron that fires at T also fires at T/2,
and there is no resonance. The "preferred frequency" of the source is a different property, because there the first
pulse elicits a spike.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library import rows
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

_REAL = "All eigenvalues below the threshold are real, so after a pulse the potential crosses rest at most twice."
_UNIMODAL = (
    "All eigenvalues are real, so V − Θ has one maximum after a pulse. Two pulses that "
    "elicit a spike at T also do so at T/2."
)
SOURCE = "Mihalaş & Niebur, Neural Computation 21, 2009"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance each equation exactly, with the mean of its drive."""
    v, theta, i1, i2 = state
    decay1, decay2 = torch.exp(-p.k1 * dt), torch.exp(-p.k2 * dt)
    mean1, mean2 = (1.0 - decay1) / (p.k1 * dt), (1.0 - decay2) / (p.k2 * dt)
    target = p.E_L + (1.0 / p.G) * (current + mean1 * i1 + mean2 * i2)
    moved = target + (v - target) * torch.exp(-p.G * dt)
    target = p.Theta_inf + (p.a / p.b) * (0.5 * (v + moved) - p.E_L)
    theta = target + (theta - target) * torch.exp(-p.b * dt)
    i1, i2 = i1 * decay1, i2 * decay2
    fired = moved >= theta
    return fired.to(v.dtype), (
        torch.where(fired, torch.minimum(p.V_r, p.Theta_r - 1.0), moved),
        torch.where(fired, torch.maximum(p.Theta_r, theta), theta),
        torch.where(fired, p.R1 * i1 + p.A1, i1),
        torch.where(fired, p.R2 * i2 + p.A2, i2),
    )


def initial_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor | float, ...]:
    """Return the potential and the threshold at rest."""
    above = holding / p.G
    return p.E_L + above, p.Theta_inf + p.a / p.b * above, 0.0, 0.0


PARAMETERS = [
    Parameter(
        "G",
        0.05,
        0.02,
        0.2,
        "1/ms",
        "log",
        group="membrane",
        description="Leak conductance divided by the capacitance. The membrane time constant is 1/G, 5 to 50 ms.",
        source=SOURCE,
    ),
    Parameter(
        "E_L",
        -70.0,
        -80.0,
        -62.0,
        "mV",
        group="membrane",
        vary=False,
        description="Leak reversal potential, at or near the resting potential.",
        source=SOURCE,
    ),
    Parameter(
        "V_r",
        -70.0,
        -80.0,
        -61.0,
        "mV",
        group="spike and reset",
        description="Reset potential, kept at least 1 mV below Theta_r.",
        source=SOURCE,
    ),
    Parameter(
        "Theta_r",
        -60.0,
        -69.0,
        -51.0,
        "mV",
        group="spike and reset",
        description="Minimum threshold right after a spike.",
        source=SOURCE,
    ),
    Parameter(
        "Theta_inf",
        -50.0,
        -58.0,
        -45.0,
        "mV",
        group="spike and reset",
        description="Threshold of the neuron at rest without injected current.",
        source=SOURCE,
    ),
    Parameter(
        "a",
        0.0,
        -0.1,
        0.1,
        "1/ms",
        "asinh",
        0.002,
        group="adaptation",
        description="Coupling of the threshold to the potential: positive values produce accommodation.",
        source=f"{SOURCE}, table 1: −80 to 30 per s",
    ),
    Parameter(
        "b",
        0.01,
        0.002,
        0.1,
        "1/ms",
        "log",
        group="adaptation",
        description="Relaxation rate of the threshold. Its time constant is 1/b, 10 to 500 ms.",
        source=SOURCE,
    ),
    Parameter(
        "k1",
        0.2,
        0.05,
        0.5,
        "1/ms",
        "log",
        group="adaptation",
        description="Decay rate of the fast spike-triggered current.",
        source=SOURCE,
    ),
    Parameter(
        "k2",
        0.02,
        0.005,
        0.1,
        "1/ms",
        "log",
        group="adaptation",
        description="Decay rate of the slow spike-triggered current.",
        source=SOURCE,
    ),
    Parameter(
        "A1",
        0.0,
        -10.0,
        12.0,
        "mV/ms",
        "asinh",
        1.0,
        group="adaptation",
        description="Fast current added at each spike: positive values produce bursts.",
        source=f"{SOURCE}, table 1: −3 to 10 V/s",
    ),
    Parameter(
        "A2",
        0.0,
        -2.0,
        2.0,
        "mV/ms",
        "asinh",
        0.1,
        group="adaptation",
        description="Slow current added at each spike: negative values slow firing.",
        source=f"{SOURCE}, table 1: −0.6 to 0.5 V/s",
    ),
    Parameter(
        "R1",
        0.0,
        0.0,
        1.0,
        "1",
        limits=(0.0, 1.0),
        group="adaptation",
        description="Fraction of the fast current that remains after a spike.",
        source=SOURCE,
    ),
    Parameter(
        "R2",
        1.0,
        0.0,
        1.0,
        "1",
        limits=(0.0, 1.0),
        group="adaptation",
        description="Fraction of the slow current that remains after a spike.",
        source=SOURCE,
    ),
]

_COLUMNS = ("a", "A1", "A2", "amplitude", "holding", "interval", "inhibition", "width")
PRESETS = [
    Preset(
        f"{row['figure']}: {row['title']}",
        {name: float(row[name]) for name in _COLUMNS if row[name]},
        row["pattern"] or None,
        0.1,
        f"{SOURCE}, table 1; stimulus adapted to this protocol",
    )
    for row in rows("mihalas_niebur.csv")
]

NEURON = NeuronModel(
    "mihalas_niebur",
    step,
    PARAMETERS,
    initial_state,
    current=Parameter(
        "current", 1.5, -4.0, 10.0, "mV/ms", description="Injected current divided by the membrane capacitance."
    ),
    rest="E_L",
    threshold="Theta_inf",
    threshold_state="theta",
    dt=0.1,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("theta", "mV", "Spike threshold, which follows the potential."),
        StateVariable("i1", "mV/ms", "Fast spike-triggered current."),
        StateVariable("i2", "mV/ms", "Slow spike-triggered current."),
    ],
    equations="dV/dt = I + I₁ + I₂ − G (V − E_L)\n"
    "dΘ/dt = a (V − E_L) − b (Θ − Theta_inf)\n"
    "dI₁/dt = −k1 I₁\n"
    "dI₂/dt = −k2 I₂\n"
    "V ≥ Θ: spike, V → min(V_r, Theta_r − 1), Θ → max(Theta_r, Θ), I₁ → R1 I₁ + A1, I₂ → R2 I₂ + A2",
    scheme="Each equation exactly, with the mean of its drive over the step: of second order.",
    order=2,
    title="Mihalaş–Niebur",
    in_sentence="Mihalaş–Niebur neuron",
    description="Linear dynamics between spikes, and a threshold that follows the membrane potential. "
    "Spike-triggered currents produce bursts, adaptation and afterpotentials.",
    source=f"{SOURCE}, doi:10.1162/neco.2008.12-07-680",
    presets=PRESETS,
    ruled_out={"subthreshold_oscillations": _REAL, "resonator": _UNIMODAL},
    validate=False,
)
