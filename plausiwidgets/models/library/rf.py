"""Resonate-and-fire neuron: a damped oscillator with a threshold.

Izhikevich, *Neural Networks* 14, 2001, there with the complex variable x + iy::

    dx/dt = b x − ω y + I
    dy/dt = ω x + b y

with a spike, x → x_reset and y → y_reset when y ≥ 1. The published values are b = −0.1 and ω = 0.25 per ms, and a reset
to x = 0 and y = 1. The source has no unit of voltage. Here the potential is v = −65 mV + 15 mV · y, with rest at y = 0
and the threshold at y = 1. Time is in ms.

Between spikes the equations are linear and the current of a step is constant, so the step is exact for any dt. It is a
rotation by ω dt about the fixed point, with a contraction by exp(b dt). Only the time of a spike depends on dt, by at
most one step. The time step of 0.1 ms is 1/60 of the shortest period within the ranges of the parameters.

A spike sets both variables (`proofs.RESETS_ALL`). Between spikes, responses to currents add up. The response to a
current that rises to A/2 and drops is at most twice the steady state for A/2. This is the steady state for A, which the
slow ramp reaches at its end, so there is no accommodation. The first peak after a spike is the highest one, so the next
spike comes within one cycle or never. Firing therefore starts at ω/2π, 8 to 160 Hz, or faster, so the neuron does not
have class 1 excitability. (With strong damping a cycle may overshoot by less than a millionth, because the overshoot is
exp(−π|b|/ω). The criteria do not detect such an overshoot.)

A step of inhibition from rest moves y by the integral of −exp(b t) sin(ω t). The positive half-waves of the sine come
first, and each is larger than the negative half-wave that follows it. y therefore never rises above rest, so there is
no inhibition-induced spiking.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library import proofs
from plausiwidgets.models.model import NeuronModel, Preset, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

SOURCE = "Izhikevich, Neural Networks 14, 2001"

_SUPERPOSED = (
    "The model is linear, so a fast ramp to A/2 never drives the potential above the level "
    "that the slow ramp reaches at A."
)
_INTEGRATED = (
    "Under inhibition from rest the potential follows the integral of a damped sine, which never changes its sign. "
    "The potential therefore stays below rest, where the neuron is silent."
)
_WITHIN_A_TURN = (
    "Between spikes the oscillation decays, so the next spike occurs within one cycle or "
    "never. Firing therefore starts at a rate of at least ω/2π."
)
_REST = -65.0
_SPAN = 15.0
"""Potential in mV at y = 0, and distance in mV from there to the threshold y = 1."""


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance the state exactly, as a rotation and contraction about the fixed point for the current of this step."""
    v, x = state
    squared = p.b * p.b + p.omega * p.omega
    x0, y0 = current * (-p.b / squared), current * (p.omega / squared)
    shrink = torch.exp(p.b * dt)
    cos, sin = shrink * torch.cos(p.omega * dt), shrink * torch.sin(p.omega * dt)
    dx, dy = x - x0, (v - _REST) * (1.0 / _SPAN) - y0
    x, y = x0 + cos * dx - sin * dy, y0 + sin * dx + cos * dy
    fired = y >= 1.0
    v = _REST + _SPAN * torch.where(fired, p.y_reset, y)
    return fired.to(v.dtype), (v, torch.where(fired, p.x_reset, x))


def initial_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the fixed point for a constant current."""
    squared = p.b * p.b + p.omega * p.omega
    return _REST + _SPAN * holding * p.omega / squared, -holding * p.b / squared


NEURON = NeuronModel(
    "rf",
    step,
    parameters=[
        Parameter(
            "b",
            -0.1,
            -0.5,
            -0.005,
            "1/ms",
            "asinh",
            0.02,
            limits=(None, 0.0),
            group="membrane",
            description="Growth rate of the oscillation: more negative values damp it faster.",
            source=SOURCE,
        ),
        Parameter(
            "omega",
            0.25,
            0.05,
            1.0,
            "1/ms",
            "log",
            group="membrane",
            description="Angular frequency of the oscillation. Its period is 2π/ω, from 6 to 126 ms.",
            source=f"{SOURCE}; subthreshold resonance from 8 to 160 Hz",
        ),
        Parameter(
            "x_reset",
            0.0,
            -2.0,
            2.0,
            "1",
            group="spike and reset",
            description="Current-like variable right after a spike.",
            source=SOURCE,
        ),
        Parameter(
            "y_reset",
            1.0,
            -2.0,
            1.0,
            "1",
            limits=(None, 1.0),
            group="spike and reset",
            description="Voltage-like variable right after a spike: 0 is rest, 1 is the threshold.",
            source=SOURCE,
        ),
    ],
    initial_state=initial_state,
    current=Parameter("current", 0.3, -2.0, 4.0, "1/ms", description="Injected current, as the change of x per ms."),
    rest=_REST,
    threshold=_REST + _SPAN,
    dt=0.1,
    states=[
        StateVariable("v", "mV", "Membrane potential, −65 mV + 15 mV · y."),
        StateVariable("x", "1", "Current-like variable, a quarter of a period ahead of the potential."),
    ],
    equations="dx/dt = b x − ω y + I\ndy/dt = ω x + b y\nv = −65 mV + 15 mV · y\n"
    "y ≥ 1: spike, x → x_reset, y → y_reset",
    scheme="Exact between spikes, because the equations are linear and the current of a step is constant.",
    order=None,
    title="Resonate-and-fire",
    in_sentence="resonate-and-fire neuron",
    description="A damped oscillator with a threshold. It prefers inputs at its resonance frequency and can fire "
    "after inhibition. It is linear, so it cannot accommodate.",
    source=f"{SOURCE}, doi:10.1016/S0893-6080(01)00078-8",
    presets=[
        Preset(
            "Pulse pairs one period apart",
            {
                "b": -0.1,
                "omega": 0.25,
                "x_reset": 0.0,
                "y_reset": 1.0,
                "amplitude": 0.435,
                "interval": 25.0,
                "holding": 0.0,
            },
            "resonator",
            0.1,
            f"{SOURCE}; pulses adapted to this protocol",
        )
    ],
    ruled_out=proofs.RESETS_ALL
    | {
        "accommodation": _SUPERPOSED,
        "class_1_excitable": _WITHIN_A_TURN,
        "inhibition_induced_spiking": _INTEGRATED,
    },
    validate=False,
)
