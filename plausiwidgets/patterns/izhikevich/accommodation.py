"""Accommodation: a neuron that fires on a fast ramp but not on a slow, higher ramp (R)."""

from __future__ import annotations

from numpy.typing import ArrayLike

from plausiwidgets.engine.piece import ramp
from plausiwidgets.patterns.annotations import After, Mark
from plausiwidgets.patterns.criterion import at_least, count
from plausiwidgets.patterns.izhikevich.common import ALL_OR_NONE, BEFORE_ONSET, HOLDING, RATE, SOURCE, STEP, silent
from plausiwidgets.patterns.pattern import AmplitudeWindow, Pattern
from plausiwidgets.patterns.protocol import StimulusParameter, StimulusValues
from plausiwidgets.patterns.response import Graded, Responses
from plausiwidgets.patterns.sweep import Sweep

SLOWER = 16.0
"""Ratio of the length of the slow ramp to that of the fast ramp."""
TAIL = 100.0
"""Time at the holding level after a ramp in ms."""
LATE = 50.0
"""Time in ms after the fast ramp in which a spike still counts as a response."""


def _ramps(s: StimulusValues) -> dict[str, Sweep]:
    slow = SLOWER * s.rise
    return {
        "fast ramp": Sweep([ramp(0.0, s.rise, 0.5 * s.amplitude)], s.rise + TAIL, response=(0.0, s.rise + LATE)),
        "slow ramp": Sweep([ramp(0.0, slow, s.amplitude)], slow + TAIL, response=(0.0, slow)),
    }


def _accommodation(r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
    return {
        "slow": r["slow ramp"].count(0.0, SLOWER * s.rise),
        "fast": r["fast ramp"].count(0.0, s.rise + LATE),
        "all_or_none": r.all_or_none(["fast ramp"], ["slow ramp"]),
    }


ACCOMMODATION = Pattern(
    key="accommodation",
    letter="R",
    title="Accommodation",
    in_sentence="accommodation",
    description=(
        "The neuron fires when the current rises quickly but not when it rises slowly, even "
        "though the slow ramp ends higher."
    ),
    look_for="Look for a spike in the fast ramp and no spike in the slow ramp.",
    function="Responds to sudden changes and ignores slow drifts.",
    parameter_hint="Recovery must be fast enough to follow a slow rise of the potential.",
    source=SOURCE,
    stimulus_parameters=[
        STEP,
        HOLDING,
        StimulusParameter(
            "rise",
            12.5,
            5.0,
            50.0,
            unit="ms",
            scale="log",
            description="Duration of the fast ramp. The slow ramp takes 16 times as long.",
        ),
    ],
    sweeps=_ramps,
    measure=_accommodation,
    criteria=[
        silent(
            "slow",
            "silent during the slow ramp",
            "Number of spikes during the slow ramp, which ends twice as high as the fast ramp.",
        ),
        count(
            "fast",
            "fires in response to the fast ramp",
            at_least(1),
            "spikes",
            "Number of spikes during the fast ramp and the following 50 ms.",
        ),
        ALL_OR_NONE,
        RATE,
    ],
    event=(-30.0, After(LATE)),
    marks=[
        *BEFORE_ONSET,
        Mark("slow", "quiet", 0.0, lambda s, trace: SLOWER * s.rise, "slow ramp"),
        Mark("fast", "spikes", 0.0, lambda s, trace: s.rise + LATE, "fast ramp"),
    ],
    main_sweep="fast ramp",
    amplitude_window=AmplitudeWindow(fire=("fast ramp",), silent=("slow ramp",)),
)
