"""Connor–Stevens neuron: a crab axon whose A-current allows firing at any low rate.

Connor, Walter & McKown, *Biophys. J.* 18, 1977, in the form of Dayan & Abbott, *Theoretical Neuroscience*, MIT Press
2001, ch. 6 and its appendix A::

    C dV/dt = I − g_Na m³ h (V − E_Na) − g_K n⁴ (V − E_K) − g_A a³ b (V − E_A) − g_L (V − E_L)
    dx/dt   = φ_x (α_x (1 − x) − β_x x)   for x = n, m and h
    dx/dt   = φ_x (x∞ − x)/τ_x            for x = a and b

with rates in 1/ms and time constants in ms::

    α_n = 0.02 (V + 45.7)/(1 − exp(−0.1 (V + 45.7)))    β_n = 0.25 exp(−0.0125 (V + 55.7))
    α_m = 0.38 (V + 29.7)/(1 − exp(−0.1 (V + 29.7)))    β_m = 15.2 exp(−0.0556 (V + 54.7))
    α_h = 0.266 exp(−0.05 (V + 48))                     β_h = 3.8/(1 + exp(−0.1 (V + 18)))

    a∞ = (0.0761 exp(0.0314 (V + 94.22))/(1 + exp(0.0346 (V + 1.17))))^⅓
    b∞ = (1 + exp(0.0688 (V + 53.3)))^−4
    τ_a = 0.3632 + 1.158/(1 + exp(0.0497 (V + 55.96)))
    τ_b = 1.24 + 2.678/(1 + exp(0.0624 (V + 50)))

and φ = rate_n, rate_h and rate_b for n, h and b, and φ = 1 for the other gates. If all three rates are 1, the neuron is
the published one.

The time step is 0.05 ms. After 500 ms, a spike is 1.4 ms late at 15 µA/cm² and 0.6 ms late at 9 µA/cm².
"""

from __future__ import annotations

import math

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library.kinetics import SCHEME, advance, linoid, lowest_rest
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

_CONNOR = "Connor, Walter & McKown, Biophys. J. 18, 1977"
_BOOK = "Dayan & Abbott, Theoretical Neuroscience, 2001, ch. 6"


def rates(v: torch.Tensor) -> Tensors:
    """Return α_n, β_n, α_m, β_m, α_h and β_h in 1/ms.

    exp(−V/10) and exp(−V/20) are powers of exp(−V/80), so six rates need only two of these exponentials.
    """
    slow = torch.exp((v + 55.7) * -0.0125)
    fourth = (slow * slow) * (slow * slow)
    eighth = fourth * fourth
    alpha_n = 0.2 * linoid(0.1 * v + 4.57, eighth * math.exp(1.0))
    alpha_m = 3.8 * linoid(0.1 * v + 2.97, eighth * math.exp(2.6))
    beta_m = 15.2 * torch.exp((v + 54.7) * -0.0556)
    beta_h = 3.8 / (1.0 + eighth * math.exp(3.77))
    return alpha_n, 0.25 * slow, alpha_m, beta_m, (0.266 * math.exp(0.385)) * fourth, beta_h


def a_current(v: torch.Tensor) -> Tensors:
    """Return a∞, τ_a (ms), b∞ and τ_b (ms)."""
    log_a = math.log(0.0761) + (v + 94.22) * 0.0314 - torch.log(1.0 + torch.exp((v + 1.17) * 0.0346))
    a = torch.exp(log_a * (1.0 / 3.0))
    b = 1.0 / (1.0 + torch.exp((v + 53.3) * 0.0688))
    tau_a = 0.3632 + 1.158 / (1.0 + torch.exp((v + 55.96) * 0.0497))
    tau_b = 1.24 + 2.678 / (1.0 + torch.exp((v + 50.0) * 0.0624))
    return a, tau_a, (b * b) * (b * b), tau_b


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> Tensors:
    """Advance the gates from V, then V from the new gates."""
    v, n, m, h, a, b = state
    alpha_n, beta_n, alpha_m, beta_m, alpha_h, beta_h = rates(v)
    n = advance(n, alpha_n - (alpha_n + beta_n) * n, alpha_n + beta_n, dt * p.rate_n)
    m = advance(m, alpha_m - (alpha_m + beta_m) * m, alpha_m + beta_m, dt)
    h = advance(h, alpha_h - (alpha_h + beta_h) * h, alpha_h + beta_h, dt * p.rate_h)
    a_steady, tau_a, b_steady, tau_b = a_current(v)
    a = advance(a, a_steady - a, 1.0, dt / tau_a)
    b = advance(b, b_steady - b, 1.0, dt * p.rate_b / tau_b)
    sodium, potassium, transient = p.g_Na * (m * m * m * h), p.g_K * ((n * n) * (n * n)), p.g_A * (a * a * a * b)
    dv = current - sodium * (v - p.E_Na) - potassium * (v - p.E_K) - transient * (v - p.E_A) - p.g_L * (v - p.E_L)
    return advance(v, dv, sodium + potassium + transient + p.g_L, dt / p.C), n, m, h, a, b


def initial_state(p: Namespace, holding: torch.Tensor) -> Tensors:
    """Return the lowest resting potential with the steady-state gates at this potential."""

    def gates(v: torch.Tensor) -> Tensors:
        alpha_n, beta_n, alpha_m, beta_m, alpha_h, beta_h = rates(v)
        a, _, b, _ = a_current(v)
        return alpha_n / (alpha_n + beta_n), alpha_m / (alpha_m + beta_m), alpha_h / (alpha_h + beta_h), a, b

    def balance(v: torch.Tensor) -> torch.Tensor:
        n, m, h, a, b = gates(v)
        channels = (
            p.g_Na * (m * m * m) * h * (v - p.E_Na)
            + p.g_K * ((n * n) * (n * n)) * (v - p.E_K)
            + p.g_A * (a * a * a) * b * (v - p.E_A)
        )
        return holding - channels - p.g_L * (v - p.E_L)

    v = lowest_rest(balance)
    return v, *gates(v)


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
        source=_BOOK,
    ),
    Parameter("g_L", 0.3, 0.05, 1.0, "mS/cm²", "log", group="membrane", description="Leak conductance.", source=_BOOK),
    Parameter("E_L", -17.0, -70.0, -10.0, "mV", group="membrane", description="Leak reversal potential.", source=_BOOK),
    Parameter(
        "g_Na",
        120.0,
        60.0,
        200.0,
        "mS/cm²",
        group="channels",
        description="Sodium conductance, which drives the spike.",
        source=_BOOK,
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
        source=_BOOK,
    ),
    Parameter(
        "g_K",
        20.0,
        10.0,
        60.0,
        "mS/cm²",
        group="channels",
        description="Potassium conductance, which ends the spike.",
        source=_BOOK,
    ),
    Parameter(
        "E_K", -72.0, -90.0, -65.0, "mV", group="channels", description="Potassium reversal potential.", source=_BOOK
    ),
    Parameter(
        "g_A",
        47.7,
        0.0,
        100.0,
        "mS/cm²",
        group="channels",
        description="A-type potassium conductance, which delays spikes. Without it the neuron has class 2 "
        "excitability.",
        source=_BOOK,
    ),
    Parameter(
        "E_A",
        -75.0,
        -90.0,
        -65.0,
        "mV",
        group="channels",
        description="Reversal potential of the A-current.",
        source=_BOOK,
    ),
    Parameter(
        "rate_n",
        1.0,
        0.01,
        4.0,
        "1",
        "log",
        group="channels",
        description="Speed of the potassium gate relative to the published model.",
        source=f"{_BOOK}: 1",
    ),
    Parameter(
        "rate_h",
        1.0,
        0.01,
        4.0,
        "1",
        "log",
        group="channels",
        description="Speed of the sodium inactivation relative to the published model.",
        source=f"{_BOOK}: 1",
    ),
    Parameter(
        "rate_b",
        1.0,
        0.01,
        4.0,
        "1",
        "log",
        group="channels",
        description="Speed of the A-current inactivation relative to the published model: small values delay "
        "the first spike.",
        source=f"{_BOOK}: 1",
    ),
]

PRESETS = [
    Preset(
        "Crab axon",
        {p.key: p.default for p in PARAMETERS if p.vary} | {"amplitude": 15.0},
        "class_1_excitable",
        0.05,
        f"{_CONNOR}; {_BOOK}",
    ),
]

NEURON = NeuronModel(
    "connor_stevens",
    step,
    PARAMETERS,
    initial_state,
    current=Parameter("current", 15.0, -20.0, 60.0, "µA/cm²", description="Injected current density."),
    rest=-68.0,
    threshold=-50.0,
    dt=0.05,
    spike_level=0.0,
    peak=40.0,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("n", "1", "Potassium activation."),
        StateVariable("m", "1", "Sodium activation."),
        StateVariable("h", "1", "Sodium inactivation gate: 1 is fully available, 0 is inactivated."),
        StateVariable("a", "1", "Activation of the A-current."),
        StateVariable("b", "1", "Inactivation gate of the A-current: 1 is fully available, 0 is inactivated."),
    ],
    equations="C dv/dt = I − g_Na m³ h (v − E_Na) − g_K n⁴ (v − E_K) − g_A a³ b (v − E_A) − g_L (v − E_L)\n"
    "dx/dt = φ_x (α_x (1 − x) − β_x x) for x = n, m, h;  dx/dt = φ_x (x∞ − x)/τ_x for x = a, b\n"
    "φ_n = rate_n,  φ_m = 1,  φ_h = rate_h,  φ_a = 1,  φ_b = rate_b\n"
    "α_n = 0.02 (v + 45.7)/(1 − exp(−0.1 (v + 45.7))),  β_n = 0.25 exp(−0.0125 (v + 55.7))\n"
    "α_m = 0.38 (v + 29.7)/(1 − exp(−0.1 (v + 29.7))),  β_m = 15.2 exp(−0.0556 (v + 54.7))\n"
    "α_h = 0.266 exp(−0.05 (v + 48)),  β_h = 3.8/(1 + exp(−0.1 (v + 18)))\n"
    "a∞ = (0.0761 exp(0.0314 (v + 94.22))/(1 + exp(0.0346 (v + 1.17))))^⅓,  "
    "τ_a = 0.3632 + 1.158/(1 + exp(0.0497 (v + 55.96)))\n"
    "b∞ = (1 + exp(0.0688 (v + 53.3)))^−4,  τ_b = 1.24 + 2.678/(1 + exp(0.0624 (v + 50)))",
    scheme=SCHEME,
    order=2,
    title="Connor–Stevens",
    in_sentence="Connor–Stevens neuron",
    description="Hodgkin–Huxley channels plus an A-current, which delays spikes and lets the neuron fire "
    "arbitrarily slowly.",
    source=f"{_CONNOR}, doi:10.1016/S0006-3495(77)85598-7",
    presets=PRESETS,
    validate=False,
)
