"""Accommodation: a fast ramp fires, a slow one does not, although it ends higher (R)."""

from __future__ import annotations

from typing import Any

import numpy as np

from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.bench import Responses
from plausiwidgets.patterns.criterion import Criterion
from plausiwidgets.patterns.izhikevich.common import HOLDING, MIN_ISI, RATE, SOURCE, STEP, silent
from plausiwidgets.patterns.pattern import AmplitudeWindow, Pattern, Stimulus
from plausiwidgets.patterns.sweep import Sweep, ramp

FAST, SLOW, END = 12.5, 200.0, 500.0
"""Lengths of the ramps and of a sweep in ms."""


def _ramps(s: Stimulus) -> dict[str, Sweep]:
    return {
        "fast ramp": Sweep([ramp(0.0, FAST, 0.5 * s.amplitude)], END, response=(0.0, FAST + 50.0)),
        "slow ramp": Sweep([ramp(0.0, SLOW, s.amplitude)], END, response=(0.0, SLOW)),
    }


def _accommodation(r: Responses, s: Stimulus) -> dict[str, Any]:
    return {
        "slow": r["slow ramp"].count(0.0, SLOW),
        "fast": r["fast ramp"].count(0.0, FAST + 50.0),
        "min_isi": np.min([f.shortest_isi(x.times) for x in r.values()], axis=0),
        "rate": np.max([f.lengths(x.times) for x in r.values()], axis=0) / (END / 1000.0),
    }


ACCOMMODATION = Pattern(
    key="accommodation",
    letter="R",
    title="Accommodation",
    description=(
        "The neuron fires at a current that rises fast, and not at one that rises slowly, although that ends "
        "higher."
    ),
    look_for="Look for a spike in the fast ramp and none in the slow ramp.",
    function="Responds to sudden changes and ignores slow drifts.",
    parameter_hint="Recovery must keep up with a slow rise of the potential.",
    source=SOURCE,
    stimulus=[STEP, HOLDING],
    sweeps=_ramps,
    measure=_accommodation,
    criteria=[
        silent("slow", "Spikes during the slow ramp, although it ends twice as high.", "slow ramp"),
        Criterion("fast", "fast ramp: fires", "Spikes during the fast ramp and the 50 ms after it.", "spikes", low=1,
                  kind="count"),
        MIN_ISI, RATE,
    ],
    main_sweep="slow ramp",
    amplitude_window=AmplitudeWindow(fire=("fast ramp",), silent=("slow ramp",)),
)
