"""Hindmarsh–Rose neuron: a bursting neuron with a slow third variable.

Hindmarsh & Rose, *Proc. R. Soc. Lond. B* 221, 1984::

    dx/dt = y − a x³ + b x² + I − z
    dy/dt = c − d x² − y
    dz/dt = r (s (x − x_1) − z)

The equations have no units. Here V = 25 x − 25 mV, so that the neuron rests near −65 mV and its spikes reach 20 to 35
mV. A unit of time is T ms. T = 0.5 gives spikes of 1 to 2 ms.

The time step is 0.025 ms, a twentieth of T. During fast firing at I = 4, a spike is 0.8 ms late after 500 ms. With a
time step of 0.4 T the neuron becomes silent, because the potential settles between spikes within T/17.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library.kinetics import SCHEME, advance
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

_HINDMARSH = "Hindmarsh & Rose, Proc. R. Soc. Lond. B 221, 1984"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> Tensors:
    """Advance y and z from x, then x from the new y and z.

    The cubic term is a conductance x (a x − b) times x. A first half step of x gives its value in the middle of the
    step.
    """
    v, y, z = state
    x, t = v * 0.04 + 1.0, dt / p.T
    y = advance(y, p.c - p.d * x * x - y, 1.0, t)
    z = advance(z, p.r * (p.s * (x - p.x_1) - z), p.r, t)
    drive, middle = y - z + current, x
    for part in (0.5, 1.0):
        conductance = middle * (p.a * middle - p.b)
        middle = advance(x, drive - conductance * x, conductance, t * part)
    return 25.0 * middle - 25.0, y, z


def initial_state(p: Namespace, holding: torch.Tensor) -> Tensors:
    """Return the leftmost fixed point, because z takes thousands of milliseconds to reach it.

    The fixed point is a root of a x³ + (d − b) x² + s (x − x_1) − c − I. Newton's method converges to the leftmost root
    from any starting point to its left, where the cubic rises and is concave.
    """
    x = torch.full_like(holding, -20.0)
    for _ in range(30):
        value = ((p.a * x + p.d - p.b) * x + p.s) * x - p.s * p.x_1 - p.c - holding
        x = x - value / ((3.0 * p.a * x + 2.0 * (p.d - p.b)) * x + p.s)
    return 25.0 * x - 25.0, p.c - p.d * x * x, p.s * (x - p.x_1)


PARAMETERS = [
    Parameter(
        "T",
        0.5,
        0.4,
        3.0,
        "ms",
        "log",
        group="membrane",
        description="Time scale: duration of one time unit of the equations.",
        source="chosen, for spikes of 1 to 10 ms",
    ),
    Parameter(
        "a",
        1.0,
        0.8,
        1.3,
        "1",
        limits=(0.1, None),
        group="membrane",
        description="Coefficient of the cubic term, which limits the spike upstroke.",
        source=_HINDMARSH,
    ),
    Parameter(
        "b",
        3.0,
        2.2,
        3.5,
        "1",
        group="membrane",
        description="Coefficient of the quadratic term, which drives the spike upstroke. Smaller values "
        "produce single spikes instead of bursts.",
        source=_HINDMARSH,
    ),
    Parameter(
        "c",
        1.0,
        0.5,
        1.5,
        "1",
        group="spike and reset",
        description="Constant drive of the recovery variable y.",
        source=_HINDMARSH,
    ),
    Parameter(
        "d",
        5.0,
        3.0,
        7.0,
        "1",
        group="spike and reset",
        description="Coefficient of x² in the equation of y: larger values lower the recovery variable more.",
        source=_HINDMARSH,
    ),
    Parameter(
        "r",
        0.006,
        0.0005,
        0.05,
        "1",
        "log",
        group="adaptation",
        description="Relative speed of the adaptation: small values produce long bursts.",
        source=f"{_HINDMARSH}: 0.001 to 0.005",
    ),
    Parameter(
        "s",
        4.0,
        0.5,
        6.0,
        "1",
        limits=(0.01, None),
        group="adaptation",
        description="Coupling of the adaptation to the potential.",
        source=_HINDMARSH,
    ),
    Parameter(
        "x_1",
        -1.6,
        -1.9,
        -1.2,
        "1",
        group="adaptation",
        description="Value of x at which the steady-state adaptation is zero. The default is the resting "
        "state without current, −65 mV.",
        source=_HINDMARSH,
    ),
]

_SET = {"a": 1.0, "b": 3.0, "c": 1.0, "d": 5.0, "s": 4.0, "x_1": -1.6}
PRESETS = [
    Preset(
        "Burst, then rest (I = 0.4)",
        {**_SET, "r": 0.001, "amplitude": 0.4},
        "phasic_bursting",
        0.025,
        f"{_HINDMARSH}, fig. 6",
    ),
    Preset(
        "Bursting (I = 2)", {**_SET, "r": 0.001, "amplitude": 2.0}, "tonic_bursting", 0.025, f"{_HINDMARSH}, fig. 6"
    ),
    Preset(
        "High-frequency spiking (I = 4)",
        {**_SET, "r": 0.001, "amplitude": 4.0},
        "tonic_spiking",
        0.025,
        f"{_HINDMARSH}, fig. 6",
    ),
    Preset("Irregular bursting (I = 3.25)", {**_SET, "r": 0.005, "amplitude": 3.25}, None, 0.025, _HINDMARSH),
]

NEURON = NeuronModel(
    "hindmarsh_rose",
    step,
    PARAMETERS,
    initial_state,
    current=Parameter(
        "current", 3.0, -4.0, 6.0, "1", description="Injected current, dimensionless as in the equations."
    ),
    rest=-65.0,
    threshold=-50.0,
    dt=0.025,
    spike_level=0.0,
    peak=20.0,
    states=[
        StateVariable("v", "mV", "Membrane potential, 25 x − 25."),
        StateVariable("y", "1", "Recovery variable, which ends each spike."),
        StateVariable("z", "1", "Adaptation, which grows during a burst and ends it."),
    ],
    equations="T dx/dt = y − a x³ + b x² + I − z,  v = 25 x − 25\n"
    "T dy/dt = c − d x² − y\n"
    "T dz/dt = r (s (x − x_1) − z)",
    scheme=SCHEME,
    order=2,
    title="Hindmarsh–Rose",
    in_sentence="Hindmarsh–Rose neuron",
    description="Three polynomial equations for bursting neurons. The variables x and y generate fast spikes, and "
    "the slow adaptation z starts and ends the bursts.",
    source=f"{_HINDMARSH}, doi:10.1098/rspb.1984.0024",
    presets=PRESETS,
    validate=False,
)
