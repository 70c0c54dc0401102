"""Morris–Lecar neuron: a calcium and a potassium conductance, two variables, and both classes of excitability.

Morris & Lecar, *Biophys. J.* 35, 1981, eqs. 9 and 2::

    C dV/dt = I − g_L (V − V_L) − g_Ca M∞(V) (V − V_Ca) − g_K N (V − V_K)
    dN/dt   = λ(V) (N∞(V) − N)

    M∞(V) = ½ (1 + tanh((V − V_1)/V_2))
    N∞(V) = ½ (1 + tanh((V − V_3)/V_4))
    λ(V)  = phi cosh((V − V_3)/(2 V_4))

The parameter sets for both classes are those of Rinzel & Ermentrout, in Koch & Segev (eds.), *Methods in Neuronal
Modeling*, 2nd ed., MIT Press 1998, ch. 7.

The time step is 0.1 ms. After 500 ms a spike is shifted by 0.003 ms, because all processes are slow and a spike lasts
about 20 ms.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library.kinetics import SCHEME, advance, lowest_rest
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

_MORRIS = "Morris & Lecar, Biophys. J. 35, 1981"
_RINZEL = "Rinzel & Ermentrout, Methods in Neuronal Modeling, 2nd ed. 1998, ch. 7"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> Tensors:
    """Advance N from V, then V from the new N.

    ½ (1 + tanh(x)) is 1/(1 + exp(−2 x)). With q = exp(−(V − V_3)/(2 V_4)), both functions of V_3 and V_4 are rational:
    N∞ = 1/(1 + q⁴) and λ = phi (1 + q²)/(2 q). A step therefore needs two exponentials instead of three hyperbolic
    functions.
    """
    v, n = state
    q = torch.exp((p.V_3 - v) * (0.5 / p.V_4))
    square = q * q
    rate = 0.5 * p.phi * (q + 1.0 / q)
    n = advance(n, rate * (1.0 / (1.0 + square * square) - n), rate, dt)
    m = torch.sigmoid((v - p.V_1) * (2.0 / p.V_2))
    calcium, potassium = p.g_Ca * m, p.g_K * n
    driving = v - p.V_Ca
    dv = current - p.g_L * (v - p.V_L) - calcium * driving - potassium * (v - p.V_K)
    # M∞ follows the potential immediately, so its slope 2 M∞ (1 − M∞)/V_2 contributes to the conductance.
    conductance = p.g_L + potassium + calcium * (1.0 + driving * (1.0 - m) * (2.0 / p.V_2))
    return advance(v, dv, conductance, dt / p.C), n


def initial_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the lowest resting potential with the steady-state gate at this potential."""

    def gates(v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.sigmoid((v - p.V_1) * (2.0 / p.V_2)), torch.sigmoid((v - p.V_3) * (2.0 / p.V_4))

    def balance(v: torch.Tensor) -> torch.Tensor:
        m, n = gates(v)
        return holding - p.g_L * (v - p.V_L) - p.g_Ca * m * (v - p.V_Ca) - p.g_K * n * (v - p.V_K)

    v = lowest_rest(balance)
    return v, gates(v)[1]


PARAMETERS = [
    Parameter(
        "C",
        20.0,
        5.0,
        30.0,
        "µF/cm²",
        "log",
        group="membrane",
        description="Membrane capacitance: larger values make the potential change more slowly.",
        source=_MORRIS,
    ),
    Parameter(
        "g_Ca",
        4.4,
        3.0,
        7.0,
        "mS/cm²",
        group="channels",
        description="Calcium conductance, which drives the spike.",
        source=_MORRIS,
    ),
    Parameter(
        "g_K",
        8.0,
        5.0,
        12.0,
        "mS/cm²",
        group="channels",
        description="Potassium conductance, which ends the spike.",
        source=_MORRIS,
    ),
    Parameter(
        "g_L",
        2.0,
        1.0,
        3.0,
        "mS/cm²",
        group="membrane",
        description="Leak conductance, which pulls the potential towards the leak reversal potential.",
        source=_MORRIS,
    ),
    Parameter(
        "V_Ca",
        120.0,
        80.0,
        140.0,
        "mV",
        group="channels",
        vary=False,
        description="Calcium reversal potential.",
        source=_RINZEL,
    ),
    Parameter(
        "V_K", -84.0, -95.0, -75.0, "mV", group="channels", description="Potassium reversal potential.", source=_RINZEL
    ),
    Parameter(
        "V_L",
        -60.0,
        -70.0,
        -50.0,
        "mV",
        group="membrane",
        description="Leak reversal potential, at or near the resting potential.",
        source=_RINZEL,
    ),
    Parameter(
        "V_1",
        -1.2,
        -10.0,
        10.0,
        "mV",
        group="channels",
        vary=False,
        description="Half-activation potential of the calcium channels.",
        source=_RINZEL,
    ),
    Parameter(
        "V_2",
        18.0,
        10.0,
        25.0,
        "mV",
        limits=(0.1, None),
        group="channels",
        vary=False,
        description="Slope factor of calcium activation: larger values make it more gradual.",
        source=_RINZEL,
    ),
    Parameter(
        "V_3",
        2.0,
        -15.0,
        15.0,
        "mV",
        group="channels",
        description="Half-activation potential of the potassium channels: higher values favour class 1 excitability.",
        source=_RINZEL,
    ),
    Parameter(
        "V_4",
        30.0,
        10.0,
        35.0,
        "mV",
        limits=(0.1, None),
        group="channels",
        description="Slope factor of potassium activation: smaller values favour class 1 excitability.",
        source=_RINZEL,
    ),
    Parameter(
        "phi",
        0.04,
        0.01,
        0.4,
        "1/ms",
        "log",
        group="channels",
        description="Rate of the potassium channels at V_3: smaller values make them slower.",
        source=_RINZEL,
    ),
]

_HOPF = {"g_Ca": 4.4, "V_3": 2.0, "V_4": 30.0, "phi": 0.04, "amplitude": 100.0}
_CYCLE = {"g_Ca": 4.0, "V_3": 12.0, "V_4": 17.4, "phi": 1.0 / 15.0, "amplitude": 60.0}
PRESETS = [
    Preset("Class 2 (Andronov–Hopf)", _HOPF, "class_2_excitable", 0.1, _RINZEL),
    Preset("Class 1 (SNIC)", _CYCLE, "class_1_excitable", 0.1, _RINZEL),
    Preset(
        "Bistable (saddle homoclinic)",
        {**_CYCLE, "phi": 0.23, "holding": 37.0, "amplitude": 100.0},
        "bistability",
        0.1,
        f"{_RINZEL}; pulses adapted to this protocol",
    ),
]

NEURON = NeuronModel(
    "morris_lecar",
    step,
    PARAMETERS,
    initial_state,
    current=Parameter("current", 100.0, -100.0, 300.0, "µA/cm²", description="Injected current density."),
    rest="V_L",
    threshold=-25.0,
    dt=0.1,
    spike_level=0.0,
    peak=35.0,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("n", "1", "Fraction of open potassium channels."),
    ],
    equations="C dv/dt = I − g_L (v − V_L) − g_Ca M∞ (v − V_Ca) − g_K n (v − V_K)\n"
    "dn/dt = λ (N∞ − n)\n"
    "M∞ = ½ (1 + tanh((v − V_1)/V_2)),  N∞ = ½ (1 + tanh((v − V_3)/V_4)),  λ = phi cosh((v − V_3)/(2 V_4))",
    scheme=SCHEME,
    order=2,
    title="Morris–Lecar",
    in_sentence="Morris–Lecar neuron",
    description="A model of the barnacle muscle fibre. Calcium activates instantaneously, and potassium follows. "
    "With different parameters it shows both classes of excitability.",
    source=f"{_MORRIS}, doi:10.1016/S0006-3495(81)84782-0",
    presets=PRESETS,
    validate=False,
)
