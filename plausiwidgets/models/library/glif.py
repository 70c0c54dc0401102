"""Generalized leaky integrate-and-fire neuron (GLIF) of the Allen Institute, with switches for its five levels.

Teeter et al., *Nature Communications* 9:709, 2018, eqs. 1 to 8::

    C dV/dt  = −g_L (V − E_L) + I₁ + I₂ + I
    dI_j/dt  = −k_j I_j
    dθ_s/dt  = −b_s θ_s
    dθ_v/dt  = a_v (V − E_L) − b_v θ_v

with a spike when V > Θ = V_th + θ_s + θ_v. For t_ref after a spike nothing changes, and then ::

    V → E_L + f_v (V − E_L) + V_add          (V_add is −δV of the source; without reset rules, V → E_L)
    I_j → I_j exp(−k_j t_ref) + A_j
    θ_s → θ_s exp(−b_s t_ref) + theta_add
    θ_v → θ_v

The source multiplies the remaining currents by f_j, which is 1 in its published sets and here. Three switches select
the level:

======= ============ ==================== ======================
level   reset_rules  after_spike_currents threshold_adaptation
======= ============ ==================== ======================
GLIF 1  0            0                    0
GLIF 2  1            0                    0
GLIF 3  0            1                    0
GLIF 4  1            1                    0
GLIF 5  1            1                    1
======= ============ ==================== ======================

The presets are one cell of the Allen Cell Types Database at all five levels. Its values are those of NEST's example
``glif_psc_neuron.py`` (https://github.com/nest/nest-simulator/blob/master/pynest/examples/glif_psc_neuron.py), which
rounds them. They were not compared with the database.

Between spikes the equations are linear and are those of `mihalas_niebur`. The currents and θ_s decay exactly. V and θ_v
relax exactly towards the mean of their drive over the step, which is second order in dt.

Below the threshold every variable depends only on those before it in the order I₁, I₂, V, θ_v, so all eigenvalues are
real: −k1, −k2, −g_L/C and −b_v. The arguments for `mihalas_niebur` therefore apply. After a pulse, V is a sum of at
most three exponentials and crosses its rest at most twice. After one pulse, V − Θ has one maximum, so two pulses that
elicit a spike at T also do so at T/2.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library import mihalas_niebur
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

SOURCE = "Teeter et al., Nature Communications 9:709, 2018"
CELL = "cell 490626718 of the Allen Cell Types Database, as rounded in NEST's example glif_psc_neuron.py"
RANGE = f"{CELL}; range chosen here"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance each equation exactly, with the mean of its drive and the refractory period as a number of steps."""
    v, theta, theta_s, i1, i2, rho = state
    refractory = rho > 0.0
    with_reset, with_currents = p.reset_rules > 0.5, p.after_spike_currents > 0.5
    decay1, decay2 = torch.exp(-p.k1 * dt), torch.exp(-p.k2 * dt)
    mean1, mean2 = (1.0 - decay1) / (p.k1 * dt), (1.0 - decay2) / (p.k2 * dt)
    target = p.E_L + (1.0 / p.g_L) * (current + mean1 * i1 + mean2 * i2)
    moved = target + (v - target) * torch.exp(-p.g_L / p.C * dt)
    theta_v = theta - p.V_th - theta_s
    target = torch.where(p.threshold_adaptation > 0.5, p.a_v / p.b_v, 0.0) * (0.5 * (v + moved) - p.E_L)
    theta_v = target + (theta_v - target) * torch.exp(-p.b_v * dt)
    faded = theta_s * torch.exp(-p.b_s * dt)
    ready = p.V_th + faded + theta_v
    fired = (moved > ready) & ~refractory
    raised = torch.where(with_reset, faded * torch.exp(-p.b_s * p.t_ref) + p.theta_add, 0.0)
    threshold = p.V_th + raised + theta_v
    reset = torch.where(with_reset, p.E_L + p.f_v * (moved - p.E_L) + p.V_add, p.E_L)
    # A reset above the threshold would repeat the spike in every step.
    reset = torch.minimum(reset, threshold - 1.0)
    next1 = i1 * decay1 * torch.exp(-p.k1 * p.t_ref) + torch.where(with_currents, p.A1, 0.0)
    next2 = i2 * decay2 * torch.exp(-p.k2 * p.t_ref) + torch.where(with_currents, p.A2, 0.0)

    def after(held: torch.Tensor, reached: torch.Tensor, jumped: torch.Tensor) -> torch.Tensor:
        return torch.where(fired, jumped, torch.where(refractory, held, reached))

    return fired.to(v.dtype), (
        after(v, moved, reset),
        after(theta, ready, threshold),
        after(theta_s, faded, raised),
        after(i1, i1 * decay1, next1),
        after(i2, i2 * decay2, next2),
        torch.where(fired, torch.round(p.t_ref / dt), torch.clamp(rho - 1.0, min=0.0)),
    )


def initial_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor | float, ...]:
    """Return the potential and the threshold at rest."""
    above = holding / p.g_L
    adapted = torch.where(p.threshold_adaptation > 0.5, p.a_v / p.b_v, 0.0) * above
    return p.E_L + above, p.V_th + adapted, 0.0, 0.0, 0.0, 0.0


def _switch(key: str, description: str) -> Parameter:
    """Return a parameter that switches a mechanism on if it is above 0.5."""
    return Parameter(
        key,
        1.0,
        0.0,
        1.0,
        "1",
        limits=(0.0, 1.0),
        group="adaptation",
        vary=False,
        description=f"Switch: 1 is on, 0 is off. {description}",
        source=SOURCE,
    )


PARAMETERS = [
    Parameter(
        "C",
        58.72,
        20.0,
        300.0,
        "pF",
        "log",
        group="membrane",
        description="Membrane capacitance: larger values make the potential change more slowly.",
        source=RANGE,
    ),
    Parameter(
        "g_L",
        9.43,
        1.0,
        30.0,
        "nS",
        "log",
        group="membrane",
        description="Leak conductance, which pulls the potential towards the leak reversal potential.",
        source=RANGE,
    ),
    Parameter(
        "E_L",
        -78.85,
        -85.0,
        -62.0,
        "mV",
        group="membrane",
        description="Leak reversal potential, at or near the resting potential.",
        source=RANGE,
    ),
    Parameter(
        "V_th",
        -51.68,
        -58.0,
        -35.0,
        "mV",
        group="spike and reset",
        description="Threshold of the neuron at rest without injected current.",
        source=RANGE,
    ),
    Parameter(
        "t_ref",
        3.75,
        0.0,
        8.0,
        "ms",
        limits=(0.0, 8.0),
        group="spike and reset",
        description="Absolute refractory period, during which the state does not change.",
        source=RANGE,
    ),
    _switch("reset_rules", "The reset depends on the potential, and each spike raises the threshold (GLIF 2, 4, 5)."),
    Parameter(
        "f_v",
        0.2,
        0.0,
        1.0,
        "1",
        limits=(0.0, 1.0),
        group="spike and reset",
        description="Fraction of the distance from rest to threshold that remains after a spike.",
        source=RANGE,
    ),
    Parameter(
        "V_add",
        18.56,
        -20.0,
        30.0,
        "mV",
        group="spike and reset",
        description="Added to the potential at the reset, which stays at least 1 mV below the threshold.",
        source=RANGE,
    ),
    Parameter(
        "theta_add",
        0.37,
        0.0,
        20.0,
        "mV",
        "asinh",
        1.0,
        limits=(0.0, None),
        group="adaptation",
        description="Increment of the threshold at each spike: larger values delay the next spike more.",
        source=RANGE,
    ),
    Parameter(
        "b_s",
        0.009,
        0.002,
        0.2,
        "1/ms",
        "log",
        group="adaptation",
        description="Decay rate of the threshold's increment after spikes.",
        source=RANGE,
    ),
    _switch("after_spike_currents", "Each spike adds two decaying currents (GLIF 3, 4, 5)."),
    Parameter(
        "A1",
        -9.18,
        -100.0,
        100.0,
        "pA",
        "asinh",
        5.0,
        group="adaptation",
        description="Slow current added at each spike: negative values slow firing.",
        source=RANGE,
    ),
    Parameter(
        "A2",
        -198.94,
        -400.0,
        800.0,
        "pA",
        "asinh",
        20.0,
        group="adaptation",
        description="Fast current added at each spike: positive values produce bursts.",
        source=RANGE,
    ),
    Parameter(
        "k1",
        0.003,
        0.002,
        0.05,
        "1/ms",
        "log",
        group="adaptation",
        description="Decay rate of the slow spike-triggered current.",
        source=RANGE,
    ),
    Parameter(
        "k2",
        0.1,
        0.03,
        0.5,
        "1/ms",
        "log",
        group="adaptation",
        description="Decay rate of the fast spike-triggered current.",
        source=RANGE,
    ),
    _switch("threshold_adaptation", "The threshold follows the potential (GLIF 5)."),
    Parameter(
        "a_v",
        0.005,
        -0.05,
        0.1,
        "1/ms",
        "asinh",
        0.002,
        group="adaptation",
        description="Coupling of the threshold to the potential: positive values produce accommodation.",
        source=RANGE,
    ),
    Parameter(
        "b_v",
        0.09,
        0.005,
        0.3,
        "1/ms",
        "log",
        group="adaptation",
        description="Relaxation rate of the threshold. Its time constant is 1/b_v.",
        source=RANGE,
    ),
]

_CELL = {"C": 58.72, "E_L": -78.85, "t_ref": 3.75}
_RESET = {"f_v": 0.2, "V_add": 18.56, "theta_add": 0.37, "b_s": 0.009}
_CURRENTS = {"A1": -9.18, "A2": -198.94, "k1": 0.003, "k2": 0.1}
_ADAPTATION = {"a_v": 0.005, "b_v": 0.09}


def _level(
    level: int, g_L: float, V_th: float, pattern: str, amplitude: float, *mechanisms: dict[str, float]
) -> Preset:
    """Return the preset of the cell at a level, with its mechanisms switched on."""
    switches = {
        "reset_rules": float(_RESET in mechanisms),
        "after_spike_currents": float(_CURRENTS in mechanisms),
        "threshold_adaptation": float(_ADAPTATION in mechanisms),
    }
    values = {**_CELL, "g_L": g_L, "V_th": V_th, **switches, "amplitude": amplitude}
    for mechanism in mechanisms:
        values |= mechanism
    source = f"{SOURCE}; values of {CELL}; stimulus chosen here"
    return Preset(f"GLIF {level}, cell 490626718", values, pattern, 0.05, source)


PRESETS = [
    _level(1, 9.12, -37.88, "tonic_spiking", 600.0),
    _level(2, 9.12, -37.14, "tonic_spiking", 600.0, _RESET),
    _level(3, 9.43, -50.19, "spike_frequency_adaptation", 400.0, _CURRENTS),
    _level(4, 9.43, -50.19, "spike_frequency_adaptation", 400.0, _RESET, _CURRENTS),
    _level(5, 9.43, -51.68, "spike_frequency_adaptation", 400.0, _RESET, _CURRENTS, _ADAPTATION),
]

NEURON = NeuronModel(
    "glif",
    step,
    PARAMETERS,
    initial_state,
    current=Parameter("current", 600.0, -1000.0, 2000.0, "pA", description="Injected current."),
    rest="E_L",
    threshold="V_th",
    threshold_state="theta",
    dt=0.05,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("theta", "mV", "Spike threshold: the sum of V_th, theta_s and the part that follows v."),
        StateVariable("theta_s", "mV", "Part of the threshold that jumps at each spike and then decays."),
        StateVariable("i1", "pA", "Slow spike-triggered current."),
        StateVariable("i2", "pA", "Fast spike-triggered current."),
        StateVariable("rho", "steps", "Remaining time steps of the refractory period."),
    ],
    equations="C dV/dt = −g_L (V − E_L) + I₁ + I₂ + I\n"
    "dI₁/dt = −k1 I₁\n"
    "dI₂/dt = −k2 I₂\n"
    "dθ_s/dt = −b_s θ_s\n"
    "dθ_v/dt = a_v (V − E_L) − b_v θ_v\n"
    "V > Θ = V_th + θ_s + θ_v: spike, the state stays for t_ref, and with reset rules\n"
    "V → min(E_L + f_v (V − E_L) + V_add, Θ − 1), θ_s → θ_s exp(−b_s t_ref) + theta_add, otherwise V → E_L,\n"
    "with currents I₁ → I₁ exp(−k1 t_ref) + A1, I₂ → I₂ exp(−k2 t_ref) + A2",
    scheme="Each equation exactly, with the mean of its drive over the step: of second order; the refractory period is "
    "a number of steps.",
    order=2,
    title="Generalized LIF (GLIF)",
    in_sentence="GLIF neuron",
    description="Five levels of a linear neuron that were fitted to recordings of the Allen Institute. Switches add "
    "reset rules, currents after spikes and a threshold that follows the potential.",
    source=f"{SOURCE}, doi:10.1038/s41467-017-02717-4",
    presets=PRESETS,
    ruled_out=mihalas_niebur.NEURON.ruled_out,
    validate=False,
)
