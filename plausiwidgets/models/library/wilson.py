"""Wilson's neuron: human neocortical neurons in four polynomial equations.

Wilson, *J. Theor. Biol.* 200, 1999::

    C dV/dt     = I − m∞(V) (V − E_Na) − g_K R (V − E_K) − g_T T (V − E_T) − g_H H (V − E_K)
    tau_R dR/dt = R∞(V) − R
    tau_T dT/dt = T∞(V) − T
    tau_H dH/dt = 3 T − H

    m∞(V) = 17.8 + 47.6 V + 33.8 V²
    R∞(V) = 1.24 + 3.7 V + 3.2 V²
    T∞(V) = 4.205 + 11.6 V + 8 V²

The publication expresses V in units of 100 mV. Here V is in mV, and I is 100 times as large as there, in µA/cm², which
corresponds to conductances in mS/cm² and a capacitance of 1 µF/cm².

The time step is 0.05 ms. After 500 ms at 100 µA/cm², a spike of the regular spiking cell is 0.6 ms late. A spike of the
fast-spiking cell, which fires at 366 Hz, is 3.7 ms late.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library.kinetics import SCHEME, advance, lowest_rest
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

_WILSON = "Wilson, J. Theor. Biol. 200, 1999"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> Tensors:
    """Advance R, T and H from V, then V from the new values."""
    v, r, t, h = state
    u = 0.01 * v
    r = advance(r, 1.24 + u * (3.7 + 3.2 * u) - r, 1.0, dt / p.tau_R)
    before, t = t, advance(t, 4.205 + u * (11.6 + 8.0 * u) - t, 1.0, dt / p.tau_T)
    # H has the same time points as T, so its drive is the mean of T over the step.
    h = advance(h, 1.5 * (before + t) - h, 1.0, dt / p.tau_H)
    sodium, potassium, calcium = 17.8 + u * (47.6 + 33.8 * u), p.g_K * r + p.g_H * h, p.g_T * t
    dv = current - sodium * (v - p.E_Na) - potassium * (v - p.E_K) - calcium * (v - p.E_T)
    # The sodium conductance follows the potential immediately, so its slope (47.6 + 67.6 V)/100 mV contributes to the
    # total conductance.
    conductance = sodium + (0.476 + 0.676 * u) * (v - p.E_Na) + potassium + calcium
    return advance(v, dv, conductance, dt / p.C), r, t, h


def initial_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor | float, ...]:
    """Return the lowest resting potential with the steady state of the other variables at this potential."""

    def settled(v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        u = 0.01 * v
        calcium = 4.205 + u * (11.6 + 8.0 * u)
        return 1.24 + u * (3.7 + 3.2 * u), calcium, 3.0 * calcium

    def balance(v: torch.Tensor) -> torch.Tensor:
        u = 0.01 * v
        r, t, h = settled(v)
        sodium = 17.8 + u * (47.6 + 33.8 * u)
        return holding - sodium * (v - p.E_Na) - (p.g_K * r + p.g_H * h) * (v - p.E_K) - p.g_T * t * (v - p.E_T)

    v = lowest_rest(balance)
    return v, *settled(v)


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
        source=_WILSON,
    ),
    Parameter(
        "E_Na",
        50.0,
        40.0,
        60.0,
        "mV",
        group="membrane",
        vary=False,
        description="Sodium reversal potential.",
        source=_WILSON,
    ),
    Parameter(
        "E_K",
        -95.0,
        -100.0,
        -80.0,
        "mV",
        group="membrane",
        vary=False,
        description="Potassium reversal potential.",
        source=_WILSON,
    ),
    Parameter(
        "E_T",
        120.0,
        80.0,
        140.0,
        "mV",
        group="membrane",
        vary=False,
        description="Calcium reversal potential.",
        source=_WILSON,
    ),
    Parameter(
        "g_K",
        26.0,
        20.0,
        32.0,
        "mS/cm²",
        group="channels",
        description="Potassium conductance, which ends the spike.",
        source=_WILSON,
    ),
    Parameter(
        "tau_R",
        4.2,
        1.5,
        6.0,
        "ms",
        "log",
        group="channels",
        description="Recovery time constant, 1.5 ms in fast-spiking cells.",
        source=_WILSON,
    ),
    Parameter(
        "g_T",
        0.1,
        0.0,
        4.0,
        "mS/cm²",
        group="adaptation",
        description="Calcium conductance: large values produce bursts.",
        source=_WILSON,
    ),
    Parameter(
        "tau_T",
        14.0,
        5.0,
        30.0,
        "ms",
        "log",
        group="adaptation",
        description="Time constant of the calcium conductance.",
        source=_WILSON,
    ),
    Parameter(
        "g_H",
        5.0,
        0.0,
        15.0,
        "mS/cm²",
        group="adaptation",
        description="Calcium-activated potassium conductance, which slows firing and ends bursts.",
        source=_WILSON,
    ),
    Parameter(
        "tau_H",
        45.0,
        15.0,
        150.0,
        "ms",
        "log",
        group="adaptation",
        description="Time constant of the calcium-activated potassium conductance.",
        source=_WILSON,
    ),
]

_BOOK = f"{_WILSON}; values as in Trappenberg, Fundamentals of Computational Neuroscience, 2010, ch. 2"
PRESETS = [
    Preset(
        "Regular spiking",
        {"g_T": 0.1, "g_H": 5.0, "tau_R": 4.2, "amplitude": 100.0},
        "spike_frequency_adaptation",
        0.05,
        _BOOK,
    ),
    Preset("Fast spiking", {"g_T": 0.25, "g_H": 0.0, "tau_R": 1.5, "amplitude": 100.0}, "tonic_spiking", 0.05, _BOOK),
    Preset("Bursting", {"g_T": 2.25, "g_H": 9.5, "tau_R": 4.2, "amplitude": 100.0}, "tonic_bursting", 0.05, _BOOK),
]

NEURON = NeuronModel(
    "wilson",
    step,
    PARAMETERS,
    initial_state,
    current=Parameter("current", 100.0, -100.0, 300.0, "µA/cm²", description="Injected current density."),
    rest=-75.0,
    threshold=-60.0,
    dt=0.05,
    spike_level=-20.0,
    peak=20.0,
    states=[
        StateVariable("v", "mV", "Membrane potential."),
        StateVariable("r", "1", "Recovery variable, which opens the potassium channels that end a spike."),
        StateVariable("t", "1", "Calcium conductance relative to g_T."),
        StateVariable("h", "1", "Calcium-activated potassium conductance relative to g_H."),
    ],
    equations="C dv/dt = I − m∞ (v − E_Na) − g_K r (v − E_K) − g_T t (v − E_T) − g_H h (v − E_K)\n"
    "tau_R dr/dt = r∞ − r\n"
    "tau_T dt/dt = t∞ − t\n"
    "tau_H dh/dt = 3 t − h\n"
    "m∞ = 17.8 + 0.476 v + 0.00338 v²,  r∞ = 1.24 + 0.037 v + 0.00032 v²,  t∞ = 4.205 + 0.116 v + 0.0008 v²",
    scheme=SCHEME,
    order=2,
    title="Wilson",
    in_sentence="Wilson neuron",
    description="Human neocortical neurons in four polynomial equations: potential, recovery, a calcium current and "
    "a calcium-activated potassium current. Regular spiking, fast spiking and bursting cells differ in "
    "only three parameters.",
    source=f"{_WILSON}, doi:10.1006/jtbi.1999.1002",
    presets=PRESETS,
    validate=False,
)
