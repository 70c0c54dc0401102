"""Izhikevich's simple model with Norse's update order, in which both variables are advanced from the old state.

Izhikevich, *IEEE Trans. Neural Networks* 14(6), 2003, eqs. 1 to 3::

    dv/dt = sq v² + mn v + bias − u + I        (published: 0.04 v² + 5 v + 140 − u + I)
    du/dt = a (b v − u)

with a spike, v → c and u → u + d when v > 30 mV. The step is that of Norse's ``izhikevich``, which is forward Euler.
"""

from __future__ import annotations

from plausiwidgets.models.contract import Namespace
from plausiwidgets.models.library import rows
from plausiwidgets.models.model import Preset, StateVariable
from plausiwidgets.models.norse import NORSE, NorseStep, NorseTuple, from_norse, functional
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.lazy import torch

IZHIKEVICH_2003 = "Izhikevich, IEEE Trans. Neural Networks 14(6), 2003"
IZHIKEVICH_2004 = "Izhikevich, IEEE Trans. Neural Networks 15(5), 2004"


def convert(p: Namespace, dt: torch.Tensor) -> NorseTuple:
    """Return Norse's parameters."""
    return functional("izhikevich").IzhikevichParameters(
        a=p.a,
        b=p.b,
        c=p.c,
        d=p.d,
        sq=p.sq,
        mn=p.mn,
        bias=p.bias,
        v_th=30.0,
        tau_inv=1.0,  # The unit is 1/ms, because Norse's default of 250 is for dt in s.
    )


def fixed_point(p: Namespace, holding: torch.Tensor | float, side: torch.Tensor | float) -> torch.Tensor:
    """Return a root of sq v² + (mn − b) v + bias + I = 0, or the vertex of the parabola if there is no root.

    Parameters
    ----------
    p : Namespace
        Parameters of the model.
    holding : tensor, shape (lanes,), or float
        Constant current I in mV/ms.
    side : tensor, shape (lanes,), or float
        1 for the upper root, −1 for the lower.

    Returns
    -------
    tensor, shape (lanes,)
        Potential in mV.
    """
    slope = p.mn - p.b
    discriminant = torch.clamp(slope * slope - 4.0 * p.sq * (p.bias + holding), min=0.0)
    return (-slope + side * torch.sqrt(discriminant)) / (2.0 * p.sq)


def stable_state(p: Namespace, holding: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (v, u) at the stable fixed point, which is the lower one for a > 0 and the upper one for a < 0."""
    v = fixed_point(p, holding, torch.where(p.a < 0, 1.0, -1.0).to(torch.float64))
    return v, p.b * v


def initial_state(p: Namespace, holding: torch.Tensor) -> NorseTuple:
    """Return Norse's state at the stable fixed point."""
    return functional("izhikevich").IzhikevichState(*stable_state(p, holding))


def rest(p: Namespace) -> torch.Tensor:
    """Return the resting potential in mV, the lower fixed point without a current."""
    return fixed_point(p, 0.0, -1.0)


def threshold(p: Namespace) -> torch.Tensor:
    """Return the potential in mV above which v rises while u still has its resting value.

    It is the other root of sq v² + mn v + bias − b v_rest = 0. The sum of the two roots is −mn/sq.
    """
    return -p.mn / p.sq - rest(p)


PARAMETERS = [
    Parameter(
        "a",
        0.02,
        -0.05,
        1.2,
        "1/ms",
        "asinh",
        0.01,
        group="adaptation",
        description="Recovery rate: smaller values make u slower.",
        source=IZHIKEVICH_2004,
    ),
    Parameter(
        "b",
        0.2,
        -1.2,
        1.2,
        "1/ms",
        "asinh",
        0.1,
        group="adaptation",
        description="Coupling of u to the membrane potential: large values produce resonance and rebound.",
        source=IZHIKEVICH_2004,
    ),
    Parameter(
        "c",
        -65.0,
        -70.0,
        -40.0,
        "mV",
        limits=(None, 29.0),
        group="spike and reset",
        description="Reset potential: high values produce bursts.",
        source=IZHIKEVICH_2004,
    ),
    Parameter(
        "d",
        6.0,
        -25.0,
        12.0,
        "mV/ms",
        "asinh",
        0.5,
        group="spike and reset",
        description="Increment of u at each spike (spike-triggered adaptation).",
        source=IZHIKEVICH_2004,
    ),
    Parameter(
        "sq",
        0.04,
        0.02,
        0.08,
        "1/(mV ms)",
        "log",
        group="membrane",
        vary=False,
        description="Coefficient of v² (sq in Norse): larger values make the spike upstroke steeper.",
        source=IZHIKEVICH_2003,
    ),
    Parameter(
        "mn",
        5.0,
        3.5,
        6.0,
        "1/ms",
        group="membrane",
        vary=False,
        description="Coefficient of v (mn in Norse), which shifts the resting potential and the threshold.",
        source=IZHIKEVICH_2003,
    ),
    # This term acts like a constant current, so the optimizer could hide a holding current in it.
    Parameter(
        "bias",
        140.0,
        90.0,
        170.0,
        "mV/ms",
        group="membrane",
        vary=False,
        description="Constant term (bias in Norse), which acts like a constant current.",
        source=IZHIKEVICH_2003,
    ),
]
CURRENT = Parameter("current", 10.0, -20.0, 100.0, "mV/ms", description="Injected current.")
STATES = [
    StateVariable("v", "mV", "Membrane potential."),
    StateVariable("u", "mV/ms", "Recovery variable: larger values pull the potential down."),
]

# The published sets for these two patterns meet the criteria only with the published update order and time step. The
# sets below meet them with both update orders, and at a twentieth of the time step.
_ROBUST = {
    "depolarizing_after_potential": (
        {"a": 1.135, "b": 0.1658, "c": -60.25, "d": -23.81, "holding": -0.1339, "amplitude": 22.12},
        0.1,
    ),
    "inhibition_induced_bursting": (
        {"a": -0.03002, "b": -1.019, "c": -46.22, "d": -0.5094, "holding": 81.39, "amplitude": 2.154},
        0.25,
    ),
}
_COLUMNS = {
    "amplitude": "judge_amplitude",
    "holding": "judge_holding",
    "interval": "judge_interval_ms",
    "inhibition": "judge_inhibition",
}


def published_sets() -> list[tuple[dict[str, str], Preset]]:
    """Return the rows of the table of 2004, each with its preset, whose stimulus is adapted to our protocols."""
    sets = []
    for row in rows("izhikevich_2004.csv"):
        values = {name: float(row[name]) for name in ("a", "b", "c", "d", "sq", "mn", "bias")}
        values |= {name: float(row[column]) for name, column in _COLUMNS.items() if row[column]}
        title = f"{row['letter']}: {row['title']}"
        sets.append((row, Preset(title, values, row["key"], float(row["dt_ms"]), IZHIKEVICH_2004)))
    return sets


def robust(preset: Preset) -> Preset | None:
    """Return the set that meets the criteria with both update orders and at any time step, or None.

    Such a set exists only if the published one does not meet the criteria under these conditions.
    """
    if preset.pattern not in _ROBUST:
        return None
    changes, dt = _ROBUST[preset.pattern]
    return Preset(
        f"{preset.title} (robust)",
        {**preset.parameters, **changes},
        preset.pattern,
        dt,
        "found by optimization, meets the criteria with both update orders",
    )


# Accommodation requires a different equation for u, which this model does not have.
PRESETS = [robust(preset) or preset for row, preset in published_sets() if row["u_equation"] == "a*(b*v-u)"]

NEURON = from_norse(
    "izhikevich",
    NorseStep("izhikevich", "izhikevich_feed_forward_step"),
    convert,
    initial_state,
    PARAMETERS,
    CURRENT,
    rest,
    threshold,
    dt=0.25,
    peak=30.0,
    states=STATES,
    equations="dv/dt = sq v² + mn v + bias − u + I\ndu/dt = a (b v − u)\nv > 30 mV: spike, v → c, u → u + d",
    scheme="Forward Euler, both variables from the old state: of first order.",
    order=1,
    title="Izhikevich (simple model)",
    in_sentence="Izhikevich neuron",
    description="A quadratic membrane equation and one slow recovery variable, u. Its four free parameters are "
    "enough for all twenty patterns.",
    source=f"{IZHIKEVICH_2003}, doi:10.1109/TNN.2003.820440; update rule from {NORSE}",
    presets=PRESETS,
    validate=False,
)
