"""Neuron models that Faust, Nitzsche and Becker evolved for accuracy and energy.

``plausiwidgets assess evolved_neurons.py:all`` assesses them. Faust, Nitzsche & Becker, arXiv 2606.19369, evolve the
step of a neuron: the polynomials P for the change of its state, and R for the state after a spike::

    s → s + dt P(x, s)          spike where s_1 > threshold, and then s → R(x, s)

The input x, the state s and the time have no units. The coefficients are from the authors' package `esn`. To evaluate
them as neurons, s_1 is scaled so that rest is −65 mV and the threshold is −50 mV. One unit of time is `time_unit` ms,
and x is the current.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

import plausiwidgets as pw

SOURCE = "Faust, Nitzsche & Becker, arXiv 2606.19369; coefficients of their package esn"
V_REST, V_THRESHOLD = -65.0, -50.0

Polynomial = tuple[tuple[tuple[int, ...], float], ...]
"""Terms: indices of the factors (0 is the input, i is the state s_i, none is a constant), and the coefficient."""


@dataclass(frozen=True)
class Evolved:
    """A neuron as published.

    Attributes
    ----------
    threshold, rest : float, tuple of float
        Threshold of s_1, and initial state.
    changes, resets : tuple of Polynomial
        P and R for each state variable. An empty polynomial is 0.
    dt : float
        Published time step, in units of time.
    """

    threshold: float
    rest: tuple[float, ...]
    changes: tuple[Polynomial, ...]
    resets: tuple[Polynomial, ...]
    dt: float = 0.1


NEURONS = {
    "lifbox": Evolved(
        9.996206283569336,
        (0.0,),
        ((((0,), 2.462735652923584), ((1,), -0.2446608990430832)),),
        ((((), 2.914475679397583),),),
        dt=1.0,
    ),
    "n1d1": Evolved(
        7.369365822647005,
        (0.0,),
        ((((0,), 2.5485799312591553), ((1,), 0.033389247953891754)),),
        ((),),
    ),
    "n1d2": Evolved(
        8.927202837964593,
        (0.0,),
        ((((0,), 1.494614601135254), ((1,), 0.48830416798591614), ((0, 0), 1.1130210161209106)),),
        ((),),
    ),
    "n1d3": Evolved(
        2.719810386315708,
        (0.0,),
        ((((0, 0), 0.2349938154220581), ((0, 1), 1.01937735080719), ((1, 1, 1), 0.13486982882022858)),),
        ((),),
    ),
    "n2d1": Evolved(
        10.48284409604818,
        (-0.0011501925764605403, 0.00035746218054555357),
        (
            (((1,), -0.8585874438285828), ((2,), -5.3628315925598145)),
            (((0,), -6.157683372497559), ((1,), 0.7055922150611877)),
        ),
        ((((2,), 0.2777828872203827),), (((0,), -0.08679541200399399),)),
    ),
    "n2d2": Evolved(
        9.476533797583208,
        (0.9411954879760742, 0.0),
        (
            (((0, 2), 2.2999775409698486), ((2, 2), 1.118208885192871)),
            (((0, 0), 0.7606891989707947), ((0, 2), 0.63163161277771)),
        ),
        ((((1,), 0.098269984126091),), ()),
    ),
    "n2d3": Evolved(
        10.32781538571575,
        (0.0, 0.0),
        (
            (((2, 2), 1.9648507833480835),),
            (((0,), 0.7767528891563416), ((0, 2), 1.1703076362609863), ((0, 0, 1), 1.018011212348938)),
        ),
        ((), ()),
    ),
    "n3d1": Evolved(
        11.645693058070743,
        (-0.6885635256767273, 2.5090960420470765e-09, -0.14992935955524445),
        (
            (((1,), -0.7234458923339844), ((3,), 5.79391622543335)),
            (((0,), 1.3879823684692383), ((2,), -1.1296266317367554)),
            (((0,), 6.293953895568848), ((1,), -0.6118342280387878)),
        ),
        ((), (), (((2,), -0.038465943187475204),)),
    ),
    "n3d2": Evolved(
        4.743375204478946,
        (0.0, 0.0, 0.0),
        (
            (((0,), 1.1928743124008179), ((2, 2), 0.9214622378349304)),
            (((3,), 0.10607706010341644), ((0, 0), 0.4860191345214844), ((0, 2), 1.1291004419326782)),
            (((1, 3), -0.909032940864563),),
        ),
        ((), (), ()),
    ),
}


def value(polynomial: Polynomial, variables: list[torch.Tensor]) -> torch.Tensor:
    """Return a polynomial of the input and the state."""
    total = torch.zeros_like(variables[0])
    for indices, coefficient in polynomial:
        term = torch.full_like(variables[0], coefficient)
        for index in indices:
            term = term * variables[index]
        total = total + term
    return total


def model(name: str, neuron: Evolved) -> pw.NeuronModel:
    """Return an evolved neuron as a model."""

    def step(current: torch.Tensor, state: Any, p: Any, dt: torch.Tensor) -> Any:
        scale = (p.threshold - neuron.rest[0]) / (V_THRESHOLD - V_REST)  # s_1 per mV
        s = [neuron.rest[0] + (state[0] - V_REST) * scale, *state[1:]]
        s = [
            old + dt / p.time_unit * value(change, [current, *s]) for old, change in zip(s, neuron.changes, strict=True)
        ]
        fired = s[0] > p.threshold
        s = [torch.where(fired, value(reset, [current, *s]), new) for reset, new in zip(neuron.resets, s, strict=True)]
        return fired.to(current.dtype), (V_REST + (s[0] - neuron.rest[0]) / scale, *s[1:])

    def equations() -> str:
        symbols = ["x", *(f"s{i + 1}" for i in range(len(neuron.rest)))]

        def text(polynomial: Polynomial) -> str:
            terms = (" ".join([f"{c:.4g}", *(symbols[i] for i in indices)]) for indices, c in polynomial)
            return " + ".join(terms).replace("+ -", "− ") or "0"

        lines = [f"d{s}/dt = {text(p)}" for s, p in zip(symbols[1:], neuron.changes, strict=True)]
        resets = ", ".join(f"{s} → {text(p)}" for s, p in zip(symbols[1:], neuron.resets, strict=True))
        return "\n".join([*lines, f"s1 > {neuron.threshold:.4g}: spike, {resets}"])

    return pw.NeuronModel(
        name,
        step,
        states=["v", *(f"s{i + 1}" for i in range(1, len(neuron.rest)))],
        parameters=[
            pw.Parameter(
                "time_unit",
                0.5 / neuron.dt,
                0.5,
                50.0,
                "ms",
                "log",
                limits=(0.1, None),
                group="membrane",
                description="Length of one unit of time of the published step.",
                source="0.5 ms for a published step",
            ),
            pw.Parameter(
                "threshold",
                neuron.threshold,
                neuron.threshold / 4.0,
                neuron.threshold * 4.0,
                "",
                "log",
                limits=(neuron.threshold / 8.0, None),
                group="spike and reset",
                description="Threshold of s_1. The potential is scaled so that the threshold is at −50 mV.",
                source=SOURCE,
            ),
        ],
        initial_state=lambda p, holding: (V_REST, *neuron.rest[1:]),
        current=pw.Parameter("current", 2.0, -20.0, 20.0, ""),
        rest=V_REST,
        threshold=V_THRESHOLD,
        dt=0.1,
        equations=equations(),
        title=f"Evolved neuron {name}",
        source=SOURCE,
        description="A neuron whose step was evolved for accuracy and energy in spiking networks.",
    )


MODELS = [model(name, neuron) for name, neuron in NEURONS.items()]
