"""Responses of the potential to a brief pulse: subthreshold oscillations and the afterdepolarization (J and Q)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.piece import Floats, pulse
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.annotations import SOON, Mark
from plausiwidgets.patterns.criterion import USUAL_SPAN, at_least, at_most, between, count, exactly, quantity
from plausiwidgets.patterns.izhikevich.common import BEFORE_ONSET, HOLDING, PULSE, SOURCE, marks, spikes
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusValues
from plausiwidgets.patterns.response import Graded, Responses
from plausiwidgets.patterns.sweep import Sweep


def _pulse(width: float, end: float) -> Callable[[StimulusValues], Mapping[str, Sweep]]:
    """Return the protocol with one pulse of `width` ms, in which the potential is recorded until `end` ms."""
    return lambda s: {"pulse": Sweep([pulse(0.0, width, s.amplitude)], end, voltage=(0.0, end))}


def _start(r: Responses, v: Floats, width: float) -> NDArray[np.int64]:
    """Return the first index, after the pulse and its last spike, at which the potential is below the threshold.

    The decay of an action potential is neither an oscillation nor an afterdepolarization.
    """
    spike = r["pulse"].last()
    after = np.maximum(np.where(np.isfinite(spike), spike, 0.0), width)
    return f.first_below(v, r.threshold, np.round(after / r.dt).astype(np.int64))


# -- subthreshold oscillations (J) -----------------------------------------------------------------

SWINGING = 5.0
"""Width of the pulse in ms."""
SWINGS_END = SWINGING + 500.0
SMALLEST_SWING = 0.1
"""Minimum distance of a counted turning point from rest in mV, for a span of 15 mV."""


def _oscillation(r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
    v = r["pulse"].v(0.0, SWINGS_END)
    found = f.swings(v, r.v_baseline, SMALLEST_SWING * r.span / USUAL_SPAN, _start(r, v, SWINGING))
    return {"n": r["pulse"].count(), "extrema": Graded(found.number, found.progress)}


SUBTHRESHOLD_OSCILLATIONS = Pattern(
    key="subthreshold_oscillations",
    letter="J",
    title="Subthreshold oscillations",
    in_sentence="subthreshold oscillations",
    description="After a brief pulse the membrane potential oscillates around rest, below the threshold.",
    look_for="Look for damped oscillations on both sides of the resting potential after the pulse.",
    function="A neuron with an intrinsic frequency acts as a band-pass filter.",
    parameter_hint="Recovery must be about as fast as the membrane (a and b in Izhikevich, a and tau_w in AdEx).",
    source=SOURCE,
    stimulus_parameters=[PULSE, HOLDING],
    sweeps=_pulse(SWINGING, SWINGS_END),
    measure=_oscillation,
    criteria=[
        spikes(between(0, 1), "fires at most one spike", "Number of spikes after pulse onset."),
        count(
            "extrema",
            "enough subthreshold oscillations",
            at_least(4),
            "extrema",
            "Number of turning points on alternating sides of the resting potential. Each is at least 0.1 mV away "
            "from rest (for 15 mV from rest to threshold).",
        ),
    ],
    event=(-15.0, 200.0),
    fine=True,
    marks=[*BEFORE_ONSET, Mark("n", "spikes")],
)


# -- afterdepolarization (Q) -----------------------------------------------------------------------

WIDTH = 2.0
"""Width of the pulse in ms."""
END = WIDTH + 200.0
HIGH = 2.25
"""Minimum height of an afterdepolarization in mV, for a span of 15 mV."""
FLAT = 5.0
"""Time in ms that grades a potential without a second rise.

Its rise is the negative of its fall within this time, where the fall is slowest.
"""


def _after_potential(r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
    v, spike = r["pulse"].v(0.0, END), r["pulse"].last()
    fired = np.isfinite(spike)
    stop = np.round((np.where(fired, spike, 0.0) + SOON) / r.dt).astype(np.int64)
    start, since = _start(r, v, WIDTH), np.round(np.where(fired, spike, 0.0) / r.dt).astype(np.int64)
    found = f.hump(v, r.v_baseline, start, stop, HIGH / USUAL_SPAN * r.span, since)
    left = np.abs(v[:, -1] - r.v_baseline)
    # Grade a potential that only falls by the slope at its flattest place.
    flat = np.where(np.isfinite(found.slope) & (found.rise == 0.0), np.minimum(found.slope / r.dt * FLAT, 0.0), 0.0)
    return {
        "n": r["pulse"].count(),
        "latency": spike,
        "hump": np.where(fired, found.height, np.nan),
        "rise": Graded(np.where(fired, found.rise, np.nan), flat),
        "undershoot": np.where(fired, found.undershoot, np.nan),
        "left": np.where(fired, left, np.nan),
    }


DEPOLARIZING_AFTER_POTENTIAL = Pattern(
    key="depolarizing_after_potential",
    letter="Q",
    title="Afterdepolarization (ADP)",
    in_sentence="an afterdepolarization",
    description="After the spike the potential does not fall directly to rest, but rises again.",
    look_for="Look for the afterdepolarization (ADP), a hump after the spike.",
    function="The neuron is more excitable for some time after a spike.",
    parameter_hint="Fast recovery with a negative jump at each spike (d in the Izhikevich model).",
    source=SOURCE,
    stimulus_parameters=[PULSE, HOLDING],
    sweeps=_pulse(WIDTH, END),
    measure=_after_potential,
    criteria=[
        spikes(exactly(1), "fires exactly one spike", "Number of spikes after the pulse."),
        quantity(
            "latency",
            "the pulse elicits the spike",
            at_most(10.0),
            "ms",
            scale=10.0,
            text="Time from pulse onset to the spike.",
        ),
        quantity(
            "hump",
            "afterdepolarization high enough",
            at_least(HIGH),
            "mV",
            scale=3.0,
            per_span=True,
            text="Peak of the afterdepolarization (ADP) within 50 ms after the spike, relative to the resting "
            "potential.",
        ),
        quantity(
            "rise",
            "potential rises again after the spike",
            at_least(0.75),
            "mV",
            scale=1.0,
            per_span=True,
            text="Rise of the potential from its minimum after the spike to the peak of the afterdepolarization (ADP).",
        ),
        quantity(
            "undershoot",
            "no undershoot below rest",
            at_most(0.3),
            "mV",
            scale=1.0,
            per_span=True,
            text="Largest drop of the potential below rest between the spike and the afterdepolarization. A rise from "
            "below rest is a rebound.",
        ),
        quantity(
            "left",
            "returns to rest",
            at_most(1.5),
            "mV",
            scale=3.0,
            per_span=True,
            text="Distance from the resting potential 200 ms after the pulse.",
        ),
    ],
    event=(-15.0, 100.0),
    fine=True,
    marks=[
        *BEFORE_ONSET,
        Mark("n", "spikes", 0.0),
        Mark("latency", "latency", 0.0),
        *marks(WIDTH, END, hump="hump", rise="rise", undershoot="fall"),
        Mark("left", "level", END - 20.0, END),
    ],
)
