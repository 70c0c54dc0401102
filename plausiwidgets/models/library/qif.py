"""Quadratic integrate-and-fire neuron.

Ermentrout & Kopell, *SIAM J. Appl. Math.* 46, 1986; Latham, Richmond, Nelson & Nirenberg, *J. Neurophysiol.* 83, 2000;
Gerstner, Kistler, Naud & Paninski, *Neuronal Dynamics*, Cambridge 2014, eq. 5.16, divided by its time constant::

    dv/dt = a (v − v_rest) (v − v_threshold) + I

with a spike and v → v_reset when v ≥ v_peak. Without a current, v_rest is the stable and v_threshold the unstable fixed
point. They meet at the rheobase a (v_threshold − v_rest)²/4, above which the neuron fires with the period

    ∫ dv / (a (v − v_rest) (v − v_threshold) + I)  from v_reset to v_peak.

The step is the midpoint rule. Forward Euler, which lags behind the upstroke, would need a fifth of the time step for
the same accuracy of the rate. At 0.05 ms the rate is accurate to 0.5 % up to 100 Hz. The remaining error is due to the
time grid, on which a spike is up to one step late.

The model has one variable, so its solutions keep their order and return to rest from one side (`proofs.ONE_VARIABLE`).
A spike sets this variable to one value (`proofs.RESETS_ALL`).

The model cannot show phasic spiking. Let m be the vertex of the parabola and d > 0 the current above the rheobase. From
rest, which is at most m, the latency is at least arctan(√(a/d) (v_peak − m))/√(a d), and all later intervals are at
most π/√(a d) ms. If √(a/d) (v_peak − m) ≥ 1, a latency of at most 100 ms requires √(a d) ≥ (π/4)/100, so the second
spike follows within 400 ms. Otherwise √(a d) > a (v_peak − m), and it follows within π/(a (v_peak − m)) ≤ 33 ms.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.library import proofs
from plausiwidgets.models.model import NeuronModel, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.proof import Proof
from plausiwidgets.support.lazy import torch

_AGAIN = (
    "A latency of at most 100 ms requires a current that is clearly above the rheobase. At this current the second "
    "spike follows within 400 ms."
)
_BOOK = "Gerstner et al., Neuronal Dynamics, 2014, sec. 5.3"


def step(current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
    """Advance the state by one time step of the midpoint rule."""
    (v,) = state
    half = v + (0.5 * dt) * (p.a * (v - p.v_rest) * (v - p.v_threshold) + current)
    v = v + dt * (p.a * (half - p.v_rest) * (half - p.v_threshold) + current)
    fired = v >= p.v_peak
    return fired.to(v.dtype), (torch.where(fired, p.v_reset, v),)


def initial_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor]:
    """Return the stable fixed point, or the vertex of the parabola if there is no fixed point."""
    middle, half = 0.5 * (p.v_threshold + p.v_rest), 0.5 * (p.v_threshold - p.v_rest)
    return (middle - torch.sqrt(torch.clamp(half * half - holding / p.a, min=0.0)),)


NEURON = NeuronModel(
    "qif",
    step,
    parameters=[
        Parameter(
            "a",
            0.01,
            0.002,
            0.05,
            "1/(mV ms)",
            "log",
            group="membrane",
            description="Curvature of the parabola: larger values make the membrane faster and the spike "
            "upstroke steeper.",
            source=f"{_BOOK}; 1/(a (v_threshold − v_rest)) is the membrane time constant, here 0.8 to 170 ms",
        ),
        Parameter(
            "v_rest",
            -65.0,
            -80.0,
            -58.0,
            "mV",
            group="membrane",
            description="Resting potential, the stable fixed point without injected current.",
            source=_BOOK,
        ),
        Parameter(
            "v_threshold",
            -50.0,
            -55.0,
            -40.0,
            "mV",
            group="spike and reset",
            description="Threshold, the unstable fixed point without injected current. Above it the potential "
            "rises to a spike.",
            source=_BOOK,
        ),
        Parameter(
            "v_peak",
            30.0,
            0.0,
            60.0,
            "mV",
            limits=(0.0, None),
            group="spike and reset",
            vary=False,
            description="Peak of the spike, where the potential is reset.",
            source="Latham et al. 2000",
        ),
        Parameter(
            "v_reset",
            -65.0,
            -80.0,
            -35.0,
            "mV",
            limits=(None, -1.0),
            group="spike and reset",
            description="Reset potential: above the threshold, firing sustains itself.",
            source=_BOOK,
        ),
    ],
    initial_state=initial_state,
    current=Parameter(
        "current", 3.0, -5.0, 20.0, "mV/ms", description="Injected current divided by the membrane capacitance."
    ),
    rest="v_rest",
    threshold="v_threshold",
    dt=0.05,
    peak=30.0,
    states=[StateVariable("v", "mV", "Membrane potential.")],
    equations="dv/dt = a (v − v_rest) (v − v_threshold) + I\nv ≥ v_peak: spike, v → v_reset",
    scheme="Midpoint rule: of second order.",
    order=2,
    title="Quadratic integrate-and-fire",
    in_sentence="quadratic integrate-and-fire neuron",
    description="The normal form of class 1 excitability: a parabola whose resting potential and threshold meet at "
    "the rheobase. It has one variable, so it shows neither resonance nor adaptation.",
    source="Ermentrout & Kopell, SIAM J. Appl. Math. 46, 1986, doi:10.1137/0146017; Latham et al., J. Neurophysiol. "
    "83, 2000, doi:10.1152/jn.2000.83.2.808",
    ruled_out=proofs.ONE_VARIABLE
    | proofs.RESETS_ALL
    | {"phasic_spiking": Proof(_AGAIN, {"a": (0.002, 0.05), "v_rest": (-80.0, -58.0), "v_threshold": (-55.0, -40.0)})},
    validate=False,
)
