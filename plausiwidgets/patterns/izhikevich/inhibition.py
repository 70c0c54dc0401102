"""Firing while inhibited: a step downwards from a holding level (S and T)."""

from __future__ import annotations

from typing import Any

from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.criterion import at_least, at_most, quantity
from plausiwidgets.patterns.izhikevich.common import (
    BEFORE_ONSET,
    BURST_LARGEST,
    BURST_RATIO,
    BURST_SMALLEST,
    BURSTS_PERSIST,
    INHIBITING_STEP,
    NO_BLOCK,
    PERSISTS,
    QUIET_AFTER,
    RATE,
    SOURCE,
    WIDE_HOLDING,
    bursts,
    silent_after,
    spikes,
    train,
)
from plausiwidgets.patterns.izhikevich.steps import bursting, during, lasting, spikes_and_after, step
from plausiwidgets.patterns.marks import Mark
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusValues
from plausiwidgets.patterns.response import Responses

LENGTH, GRACE = 400.0, 75.0
"""Length of the step, and time after it in which spikes are allowed, in ms."""


def _spiking(r: Responses, s: StimulusValues) -> dict[str, Any]:
    times = during(r, LENGTH)
    isi = f.intervals(times)
    return spikes_and_after(r, LENGTH, GRACE) | {
        "cv": f.cv(isi),
        "spread": f.spread(isi),
        "persists": f.persistence(times, LENGTH),
        "no_block": r.baseline_peak - r.threshold_at(s.holding),
    }


INHIBITION_INDUCED_SPIKING = Pattern(
    key="inhibition_induced_spiking",
    letter="S",
    title="Inhibition-induced spiking",
    description="The neuron is silent, and fires while it is inhibited.",
    look_for="Look for regular spikes during the downward step, and silence before and after.",
    function="Thalamo-cortical cells can do it, by a current that inhibition activates.",
    parameter_hint="A recovery variable that runs away from its rest (negative a and b of Izhikevich).",
    source=SOURCE,
    free_values=[INHIBITING_STEP, WIDE_HOLDING],
    sweeps=step(LENGTH, -1.0),
    measure=_spiking,
    criteria=[
        spikes(at_least(3), text="Spikes during the inhibition."),
        quantity("cv", "irregularity", at_most(0.3), "1", scale=0.3,
            text="Standard deviation over mean of the intervals."),
        quantity("spread", "evenness", at_most(2.0), "1", scale=1.0,
            text="Longest over shortest interval."),
        PERSISTS,
        QUIET_AFTER,
        NO_BLOCK,
        RATE,
    ],
    marks=[
        *BEFORE_ONSET,
        *train(LENGTH),
        silent_after(GRACE),
        Mark("cv", "intervals", 0.0, LENGTH),
        Mark("spread", "intervals", 0.0, LENGTH),
    ],
    verification=lasting([INHIBITING_STEP, WIDE_HOLDING], -1.0),
)  # fmt: skip

INHIBITION_INDUCED_BURSTING = Pattern(
    key="inhibition_induced_bursting",
    letter="T",
    title="Inhibition-induced bursting",
    description="The neuron is silent, and bursts while it is inhibited.",
    look_for="Look for bursts during the downward step, and silence before and after.",
    function="Thalamo-cortical cells in sleep, when a spindle spreads.",
    parameter_hint="As for inhibition-induced spiking, with a high reset.",
    source=SOURCE,
    free_values=[INHIBITING_STEP, WIDE_HOLDING],
    sweeps=step(LENGTH, -1.0),
    measure=lambda r, s: bursting(r, LENGTH, GRACE) | {"no_block": r.baseline_peak - r.threshold_at(s.holding)},
    criteria=[
        bursts(at_least(2), "Bursts of 3 to 40 spikes during the inhibition."),
        BURST_RATIO,
        BURST_SMALLEST,
        BURST_LARGEST,
        BURSTS_PERSIST,
        QUIET_AFTER,
        NO_BLOCK,
    ],
    marks=[
        *BEFORE_ONSET,
        silent_after(GRACE),
        *(Mark(key, "bursts", 0.0, LENGTH) for key in ("bursts", "ratio", "smallest", "largest")),
        Mark("persists", "pause", 0.0, LENGTH),
    ],
    verification=lasting([INHIBITING_STEP, WIDE_HOLDING], -1.0, bursts=True),
)
