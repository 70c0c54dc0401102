"""FitzHugh–Nagumo neuron: excitability with two variables and one cubic term.

FitzHugh, *Biophys. J.* 1, 1961, eqs. 1 and 2::

    dx/dt = c (x − x³/3 + y + z)
    dy/dt = −(x − a + b y)/c

In the form that has since become usual, −y replaces y, I = −z is the stimulus, the unit of time is 1/c, and epsilon =
1/c²::

    dx/dt = x − x³/3 − y + I
    dy/dt = epsilon (x + a − b y)

The equations have no units. Here V = 33 x − 25 mV, so that the neuron rests near −65 mV and its spikes reach about 40
mV. A unit of time is T ms. T = 0.5 gives spikes of about 5 ms at a rate of 55 Hz.

The time step is 0.05 ms, a tenth of T. After 500 ms at I = 0.6 a spike is shifted by 0.02 ms, and by half a millisecond
with T = 0.1.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library.kinetics import SCHEME, advance
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

_FITZHUGH = "FitzHugh, Biophys. J. 1, 1961"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> Tensors:
    """Advance y from x, then x from the new y."""
    v, y = state
    x, t = (v + 25.0) * (1.0 / 33.0), dt / p.T
    y = advance(y, p.epsilon * (x + p.a - p.b * y), p.epsilon * p.b, t)
    square = x * x
    x = advance(x, x - x * square * (1.0 / 3.0) - y + current, square - 1.0, t)
    return 33.0 * x - 25.0, y


def initial_state(p: Namespace, holding: torch.Tensor) -> Tensors:
    """Return the leftmost fixed point, because from −65 mV the neuron may reach a limit cycle instead.

    The fixed point is a root of x³/3 + (1/b − 1) x + a/b − I. Newton's method converges to the leftmost root from any
    starting point to its left.
    """
    x = torch.full_like(holding, -20.0)
    for _ in range(30):
        value = x * x * x / 3.0 + (1.0 / p.b - 1.0) * x + p.a / p.b - holding
        x = x - value / (x * x + 1.0 / p.b - 1.0)
    return 33.0 * x - 25.0, (x + p.a) / p.b


PARAMETERS = [
    Parameter(
        "T",
        0.5,
        0.1,
        2.0,
        "ms",
        "log",
        group="membrane",
        description="Time scale: duration of one time unit of the equations.",
        source="chosen, for spikes of 1 to 20 ms",
    ),
    Parameter(
        "a",
        0.7,
        0.4,
        1.2,
        "1",
        group="adaptation",
        description="Offset of the recovery nullcline: larger values move the resting state further from "
        "the threshold.",
        source=_FITZHUGH,
    ),
    Parameter(
        "b",
        0.8,
        0.2,
        1.4,
        "1",
        group="adaptation",
        description="Decay of the recovery variable: above 1 the neuron may have two resting states.",
        source=_FITZHUGH,
    ),
    Parameter(
        "epsilon",
        0.08,
        0.005,
        0.3,
        "1",
        "log",
        group="adaptation",
        description="Relative speed of the recovery variable: small values produce long spikes with steep edges.",
        source=f"{_FITZHUGH}: 1/c² with c = 3 is 0.11; 0.08 is usual since",
    ),
]

PRESETS = [
    Preset(
        "Spike train (z = −0.4)",
        {"a": 0.7, "b": 0.8, "epsilon": 1.0 / 9.0, "amplitude": 0.4},
        "tonic_spiking",
        0.05,
        _FITZHUGH,
    ),
]

NEURON = NeuronModel(
    "fitzhugh_nagumo",
    step,
    PARAMETERS,
    initial_state,
    current=Parameter(
        "current", 0.6, -1.0, 1.5, "1", description="Injected current, dimensionless as in the equations."
    ),
    rest=-65.0,
    threshold=-48.0,
    dt=0.05,
    spike_level=0.0,
    peak=40.0,
    states=[
        StateVariable("v", "mV", "Membrane potential, 33 x − 25."),
        StateVariable("y", "1", "Recovery variable, which ends the spike and makes the neuron refractory."),
    ],
    equations="T dx/dt = x − x³/3 − y + I,  v = 33 x − 25\nT dy/dt = epsilon (x + a − b y)",
    scheme=SCHEME,
    order=2,
    title="FitzHugh–Nagumo",
    in_sentence="FitzHugh–Nagumo neuron",
    description="A reduction of the Hodgkin–Huxley model to two variables, with a cubic nullcline for "
    "the potential and a slow linear recovery. Its phase plane is the textbook picture of "
    "excitability.",
    source=f"{_FITZHUGH}, doi:10.1016/S0006-3495(61)86902-6",
    presets=PRESETS,
    validate=False,
)
