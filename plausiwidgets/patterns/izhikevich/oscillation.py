"""Subthreshold oscillations after a pulse (J)."""

from __future__ import annotations

from typing import Any

import numpy as np

from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.criterion import USUAL_SPAN, at_least, between, count
from plausiwidgets.patterns.izhikevich.common import BEFORE_ONSET, HOLDING, PULSE, SOURCE, spikes
from plausiwidgets.patterns.marks import SMALLEST_SWING, Mark
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusValues
from plausiwidgets.patterns.response import Graded, Responses
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.simulation.current import pulse

WIDTH = 5.0
"""Width of the pulse in ms."""
END = WIDTH + 500.0


def _oscillation(r: Responses, s: StimulusValues) -> dict[str, Any]:
    response = r["pulse"]
    v = response.v(0.0, END)
    spike = response.last()
    after = np.maximum(np.where(np.isfinite(spike), spike, 0.0), WIDTH)
    # An action potential that is still going on, or the way back from it, is no swing.
    start = f.first_below(v, r.threshold, np.round(after / r.dt).astype(np.int64))
    found = f.swings(v, r.v_baseline, SMALLEST_SWING * r.span / USUAL_SPAN, start)
    return {"n": response.count(), "extrema": Graded(found.number, found.progress)}


SUBTHRESHOLD_OSCILLATIONS = Pattern(
    key="subthreshold_oscillations",
    letter="J",
    title="Subthreshold oscillations",
    description="After a brief pulse the potential swings around rest, below the threshold.",
    look_for="Look for damped swings to both sides of the resting potential after the pulse.",
    function="A neuron with a rhythm of its own acts as a band-pass filter.",
    parameter_hint="Recovery about as fast as the membrane: a and b of Izhikevich, a and tau_w of AdEx.",
    source=SOURCE,
    free_values=[PULSE, HOLDING],
    sweeps=lambda s: {"pulse": Sweep([pulse(0.0, WIDTH, s.amplitude)], END, voltage=(0.0, END))},
    measure=_oscillation,
    criteria=[
        spikes(between(0, 1), "Spikes from the pulse on: one at most."),
        count("extrema", "swings", at_least(4), "extrema",
            "Turning points on alternating sides of the resting potential, each at least 0.1 mV away (for a span of "
            "15 mV)."),
    ],
    event=(-15.0, 200.0),
    fine=True,
    marks=[*BEFORE_ONSET, Mark("n", "spikes"), Mark("extrema", "swings", WIDTH)],
)  # fmt: skip
