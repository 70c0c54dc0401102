"""Wang–Buzsáki neuron: a fast-spiking interneuron of the hippocampus.

Wang & Buzsáki, *J. Neurosci.* 16, 1996, eq. 2.1 and the equations below it::

    C dV/dt = I − g_Na m∞³ h (V − E_Na) − g_K n⁴ (V − E_K) − g_L (V − E_L)
    dx/dt   = phi (α_x (1 − x) − β_x x)   for x = h and n
    m∞      = α_m/(α_m + β_m)

with rates in 1/ms::

    α_m = 0.1 (V + 35)/(1 − exp(−0.1 (V + 35)))      β_m = 4 exp(−(V + 60)/18)
    α_h = 0.07 exp(−(V + 58)/20)                     β_h = 1/(1 + exp(−0.1 (V + 28)))
    α_n = 0.01 (V + 34)/(1 − exp(−0.1 (V + 34)))     β_n = 0.125 exp(−(V + 44)/80)

The time step is 0.05 ms. After 500 ms, a spike is 1.6 ms early at 1 µA/cm² and 0.5 ms late at 5 µA/cm².
"""

from __future__ import annotations

import math

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library.kinetics import SCHEME, advance, linoid, lowest_rest
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

_WANG = "Wang & Buzsáki, J. Neurosci. 16, 1996"


def rates(v: torch.Tensor) -> Tensors:
    """Return α_h, β_h, α_n and β_n in 1/ms, and exp(−(V + 35)/10).

    All exponentials are powers of exp(−V/80), so one exponential is enough.
    """
    slow = torch.exp((v + 44.0) * (-1.0 / 80.0))
    fourth = (slow * slow) * (slow * slow)
    eighth = fourth * fourth
    alpha_n = 0.1 * linoid(0.1 * v + 3.4, eighth * math.exp(1.0))
    beta_h = 1.0 / (1.0 + eighth * math.exp(1.6))
    return (0.07 * math.exp(-0.7)) * fourth, beta_h, alpha_n, 0.125 * slow, eighth * math.exp(0.9)


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> Tensors:
    """Advance the gates from V, then V from the new gates.

    The sodium activation follows the potential immediately. A first half step of V gives m∞ in the middle of the step.
    """
    v, h, n = state
    alpha_h, beta_h, alpha_n, beta_n, e = rates(v)
    h = advance(h, alpha_h - (alpha_h + beta_h) * h, alpha_h + beta_h, dt * p.phi)
    n = advance(n, alpha_n - (alpha_n + beta_n) * n, alpha_n + beta_n, dt * p.phi)
    potassium = p.g_K * ((n * n) * (n * n))
    middle = v
    for part in (0.5, 1.0):
        alpha_m, beta_m = linoid(0.1 * middle + 3.5, e), 4.0 * torch.exp((middle + 60.0) * (-1.0 / 18.0))
        m = alpha_m / (alpha_m + beta_m)
        sodium = p.g_Na * (m * m * m * h)
        dv = current - sodium * (v - p.E_Na) - potassium * (v - p.E_K) - p.g_L * (v - p.E_L)
        middle = advance(v, dv, sodium + potassium + p.g_L, dt / p.C * part)
        e = torch.exp(-0.1 * middle - 3.5)
    return middle, h, n


def initial_state(p: Namespace, holding: torch.Tensor) -> Tensors:
    """Return the lowest resting potential with the steady-state gates at this potential."""

    def gates(v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        alpha_h, beta_h, alpha_n, beta_n, e = rates(v)
        alpha_m, beta_m = linoid(0.1 * v + 3.5, e), 4.0 * torch.exp((v + 60.0) * (-1.0 / 18.0))
        return alpha_m / (alpha_m + beta_m), alpha_h / (alpha_h + beta_h), alpha_n / (alpha_n + beta_n)

    def balance(v: torch.Tensor) -> torch.Tensor:
        m, h, n = gates(v)
        return (
            holding
            - p.g_Na * (m * m * m) * h * (v - p.E_Na)
            - p.g_K * ((n * n) * (n * n)) * (v - p.E_K)
            - p.g_L * (v - p.E_L)
        )

    v = lowest_rest(balance)
    return v, *gates(v)[1:]


PARAMETERS = [
    Parameter(
        "C",
        1.0,
        0.5,
        2.0,
        "µF/cm²",
        "log",
        group="membrane",
        description="Membrane capacitance: larger values make the potential change more slowly.",
        source=_WANG,
    ),
    Parameter(
        "g_L",
        0.1,
        0.02,
        0.5,
        "mS/cm²",
        "log",
        group="membrane",
        description="Leak conductance, which pulls the potential towards the leak reversal potential.",
        source=_WANG,
    ),
    Parameter(
        "E_L",
        -65.0,
        -80.0,
        -58.0,
        "mV",
        group="membrane",
        description="Leak reversal potential, at or near the resting potential.",
        source=_WANG,
    ),
    Parameter(
        "g_Na",
        35.0,
        15.0,
        100.0,
        "mS/cm²",
        group="channels",
        description="Sodium conductance, which drives the spike.",
        source=_WANG,
    ),
    Parameter(
        "E_Na",
        55.0,
        45.0,
        60.0,
        "mV",
        group="channels",
        vary=False,
        description="Sodium reversal potential.",
        source=_WANG,
    ),
    Parameter(
        "g_K",
        9.0,
        3.0,
        40.0,
        "mS/cm²",
        group="channels",
        description="Potassium conductance, which ends the spike.",
        source=_WANG,
    ),
    Parameter(
        "E_K", -90.0, -95.0, -70.0, "mV", group="channels", description="Potassium reversal potential.", source=_WANG
    ),
    Parameter(
        "phi",
        5.0,
        0.5,
        10.0,
        "1",
        "log",
        group="channels",
        description="Speed of the gates: smaller values deepen the afterhyperpolarization.",
        source=f"{_WANG}, fig. 3: 2 to 5",
    ),
]

PRESETS = [
    Preset("Fast-spiking interneuron", {"phi": 5.0, "amplitude": 1.0}, "tonic_spiking", 0.05, f"{_WANG}, fig. 3A"),
    Preset(
        "Deeper afterhyperpolarization (phi 3.3)",
        {"phi": 3.3, "amplitude": 1.2},
        "tonic_spiking",
        0.05,
        f"{_WANG}, fig. 3B",
    ),
    Preset(
        "Deepest afterhyperpolarization (phi 2)",
        {"phi": 2.0, "amplitude": 1.4},
        "tonic_spiking",
        0.05,
        f"{_WANG}, fig. 3C",
    ),
]

NEURON = NeuronModel(
    "wang_buzsaki",
    step,
    PARAMETERS,
    initial_state,
    current=Parameter("current", 1.0, -5.0, 10.0, "µA/cm²", description="Injected current density."),
    rest="E_L",
    threshold=-55.0,
    dt=0.05,
    spike_level=0.0,
    peak=40.0,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("h", "1", "Sodium inactivation gate: 1 is fully available, 0 is inactivated."),
        StateVariable("n", "1", "Potassium activation."),
    ],
    equations="C dv/dt = I − g_Na m∞³ h (v − E_Na) − g_K n⁴ (v − E_K) − g_L (v − E_L)\n"
    "dx/dt = phi (α_x (1 − x) − β_x x) for x = h, n;  m∞ = α_m/(α_m + β_m)\n"
    "α_m = 0.1 (v + 35)/(1 − exp(−0.1 (v + 35))),  β_m = 4 exp(−(v + 60)/18)\n"
    "α_h = 0.07 exp(−(v + 58)/20),  β_h = 1/(1 + exp(−0.1 (v + 28)))\n"
    "α_n = 0.01 (v + 34)/(1 − exp(−0.1 (v + 34))),  β_n = 0.125 exp(−(v + 44)/80)",
    scheme=SCHEME,
    order=2,
    title="Wang–Buzsáki",
    in_sentence="Wang–Buzsáki neuron",
    description="A hippocampal fast-spiking interneuron: Hodgkin–Huxley channels with instantaneous sodium "
    "activation and shallow afterhyperpolarizations.",
    source=f"{_WANG}, doi:10.1523/JNEUROSCI.16-20-06402.1996",
    presets=PRESETS,
    validate=False,
)
