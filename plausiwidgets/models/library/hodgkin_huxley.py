"""Hodgkin–Huxley neuron: the giant axon of the squid.

Hodgkin & Huxley, *J. Physiol.* 117, 1952, eqs. 26, 7, 15 and 16::

    C dV/dt = I − g_Na m³ h (V − E_Na) − g_K n⁴ (V − E_K) − g_L (V − E_L)
    dx/dt   = φ_x (α_x (1 − x) − β_x x)   for x = n, m and h

with the rates of their eqs. 12, 13, 20, 21, 23 and 24 in 1/ms. Here depolarization is positive, and the potential is
shifted so that the neuron rests at −65 mV::

    α_n = 0.01 (V + 55)/(1 − exp(−(V + 55)/10))      β_n = 0.125 exp(−(V + 65)/80)
    α_m = 0.1 (V + 40)/(1 − exp(−(V + 40)/10))       β_m = 4 exp(−(V + 65)/18)
    α_h = 0.07 exp(−(V + 65)/20)                     β_h = 1/(1 + exp(−(V + 35)/10))

and φ = 3^((temperature − 6.3 °C)/10) (p. 530), multiplied by rate_n and rate_h for these two gates. If both rates are
1, the neuron is the published one. Lower rates describe neurons with slower gates than the axon.

The time step is 0.05 ms. After 500 ms, a spike is 0.6 ms late at 10 µA/cm². It is 2 ms late at 15 °C and 40 µA/cm²,
where the neuron fires at 244 Hz.
"""

from __future__ import annotations

import math

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library.kinetics import SCHEME, advance, linoid, lowest_rest
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

_SQUID = "Hodgkin & Huxley, J. Physiol. 117, 1952"


def rates(v: torch.Tensor) -> Tensors:
    """Return α_n, β_n, α_m, β_m, α_h and β_h in 1/ms.

    exp(−V/10) and exp(−V/20) are powers of exp(−V/80), so six rates need only two exponentials.
    """
    slow = torch.exp((v + 65.0) * (-1.0 / 80.0))
    fourth = (slow * slow) * (slow * slow)
    eighth = fourth * fourth
    alpha_n = 0.1 * linoid(0.1 * v + 5.5, eighth * math.exp(1.0))
    alpha_m = linoid(0.1 * v + 4.0, eighth * math.exp(2.5))
    beta_m = 4.0 * torch.exp((v + 65.0) * (-1.0 / 18.0))
    return alpha_n, 0.125 * slow, alpha_m, beta_m, 0.07 * fourth, 1.0 / (1.0 + eighth * math.exp(3.0))


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> Tensors:
    """Advance the gates from V, then V from the new gates."""
    v, n, m, h = state
    alpha_n, beta_n, alpha_m, beta_m, alpha_h, beta_h = rates(v)
    phi = torch.exp((p.temperature - 6.3) * (math.log(3.0) / 10.0))
    n = advance(n, alpha_n - (alpha_n + beta_n) * n, alpha_n + beta_n, dt * (phi * p.rate_n))
    m = advance(m, alpha_m - (alpha_m + beta_m) * m, alpha_m + beta_m, dt * phi)
    h = advance(h, alpha_h - (alpha_h + beta_h) * h, alpha_h + beta_h, dt * (phi * p.rate_h))
    potassium, sodium = p.g_K * ((n * n) * (n * n)), p.g_Na * (m * m * m * h)
    dv = current - sodium * (v - p.E_Na) - potassium * (v - p.E_K) - p.g_L * (v - p.E_L)
    return advance(v, dv, sodium + potassium + p.g_L, dt / p.C), n, m, h


def initial_state(p: Namespace, holding: torch.Tensor) -> Tensors:
    """Return the lowest resting potential with the steady-state gates at this potential."""

    def gates(v: torch.Tensor) -> Tensors:
        alpha_n, beta_n, alpha_m, beta_m, alpha_h, beta_h = rates(v)
        return alpha_n / (alpha_n + beta_n), alpha_m / (alpha_m + beta_m), alpha_h / (alpha_h + beta_h)

    def balance(v: torch.Tensor) -> torch.Tensor:
        n, m, h = gates(v)
        return (
            holding
            - p.g_Na * (m * m * m) * h * (v - p.E_Na)
            - p.g_K * ((n * n) * (n * n)) * (v - p.E_K)
            - p.g_L * (v - p.E_L)
        )

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
        source=_SQUID,
    ),
    Parameter(
        "g_L",
        0.3,
        0.05,
        1.0,
        "mS/cm²",
        "log",
        group="membrane",
        description="Leak conductance, which pulls the potential towards the leak reversal potential.",
        source=_SQUID,
    ),
    Parameter(
        "E_L", -54.387, -70.0, -45.0, "mV", group="membrane", description="Leak reversal potential.", source=_SQUID
    ),
    Parameter(
        "g_Na",
        120.0,
        60.0,
        200.0,
        "mS/cm²",
        group="channels",
        description="Sodium conductance, which drives the spike.",
        source=_SQUID,
    ),
    Parameter(
        "E_Na",
        50.0,
        40.0,
        60.0,
        "mV",
        group="channels",
        vary=False,
        description="Sodium reversal potential.",
        source=_SQUID,
    ),
    Parameter(
        "g_K",
        36.0,
        10.0,
        60.0,
        "mS/cm²",
        group="channels",
        description="Potassium conductance, which ends the spike.",
        source=_SQUID,
    ),
    Parameter(
        "E_K", -77.0, -90.0, -70.0, "mV", group="channels", description="Potassium reversal potential.", source=_SQUID
    ),
    Parameter(
        "temperature",
        6.3,
        0.0,
        20.0,
        "°C",
        group="channels",
        description="Temperature: the speed of the gates triples every 10 °C.",
        source=_SQUID,
    ),
    Parameter(
        "rate_n",
        1.0,
        0.01,
        4.0,
        "1",
        "log",
        group="channels",
        description="Speed of the potassium gate relative to the squid axon.",
        source=f"{_SQUID}: 1",
    ),
    Parameter(
        "rate_h",
        1.0,
        0.01,
        4.0,
        "1",
        "log",
        group="channels",
        description="Speed of the sodium inactivation relative to the squid axon.",
        source=f"{_SQUID}: 1",
    ),
]

PRESETS = [
    Preset(
        "Squid giant axon, 6.3 °C",
        {
            "C": 1.0,
            "g_L": 0.3,
            "E_L": -54.387,
            "g_Na": 120.0,
            "g_K": 36.0,
            "E_K": -77.0,
            "temperature": 6.3,
            "rate_n": 1.0,
            "rate_h": 1.0,
            "amplitude": 10.0,
        },
        "class_2_excitable",
        0.05,
        f"{_SQUID}; class 2: Rinzel & Ermentrout, Methods in Neuronal Modeling, 2nd ed. 1998, ch. 7",
    ),
    # This preset is included because a search does not always find such a set.
    Preset(
        "Mixed mode with slow gates (optimized)",
        {
            "C": 0.5351,
            "g_L": 0.8805,
            "E_L": -47.25,
            "g_Na": 61.37,
            "g_K": 19.36,
            "E_K": -79.13,
            "temperature": 12.19,
            "rate_n": 0.01189,
            "rate_h": 0.4097,
            "amplitude": 24.44,
            "holding": 0.0,
        },
        "mixed_mode",
        0.05,
        "found by optimization",
    ),
]

NEURON = NeuronModel(
    "hodgkin_huxley",
    step,
    PARAMETERS,
    initial_state,
    current=Parameter("current", 10.0, -20.0, 60.0, "µA/cm²", description="Injected current density."),
    rest=-65.0,
    threshold=-55.0,
    dt=0.05,
    spike_level=0.0,
    peak=40.0,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("n", "1", "Potassium activation."),
        StateVariable("m", "1", "Sodium activation."),
        StateVariable("h", "1", "Sodium inactivation gate: 1 is fully available, 0 is inactivated."),
    ],
    equations="C dv/dt = I − g_Na m³ h (v − E_Na) − g_K n⁴ (v − E_K) − g_L (v − E_L)\n"
    "dx/dt = φ_x (α_x (1 − x) − β_x x) for x = n, m, h\n"
    "φ_n = rate_n φ,  φ_m = φ,  φ_h = rate_h φ,  φ = 3^((temperature − 6.3)/10)\n"
    "α_n = 0.01 (v + 55)/(1 − exp(−(v + 55)/10)),  β_n = 0.125 exp(−(v + 65)/80)\n"
    "α_m = 0.1 (v + 40)/(1 − exp(−(v + 40)/10)),  β_m = 4 exp(−(v + 65)/18)\n"
    "α_h = 0.07 exp(−(v + 65)/20),  β_h = 1/(1 + exp(−(v + 35)/10))",
    scheme=SCHEME,
    order=2,
    title="Hodgkin–Huxley",
    in_sentence="Hodgkin–Huxley neuron",
    description="The squid giant axon, with measured sodium and potassium channel kinetics. Here the speed of two "
    "gates can be changed, so the model can do more than the axon does.",
    source=f"{_SQUID}, doi:10.1113/jphysiol.1952.sp004764",
    presets=PRESETS,
    validate=False,
)
