"""Depolarizing after-potential: the potential rises once more after the spike (Q)."""

from __future__ import annotations

from typing import Any

import numpy as np

from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.bench import Responses
from plausiwidgets.patterns.criterion import Criterion
from plausiwidgets.patterns.izhikevich.common import HOLDING, PULSE, SOURCE, spikes
from plausiwidgets.patterns.pattern import Pattern, Stimulus
from plausiwidgets.patterns.sweep import Sweep, pulse

WIDTH = 2.0
"""Width of the pulse in ms."""
END = WIDTH + 200.0


def _after_potential(r: Responses, s: Stimulus) -> dict[str, Any]:
    response = r["pulse"]
    n = response.count()
    # The hump is looked for after the spike and after the pulse, whichever ends later.
    after = np.maximum(np.nan_to_num(response.last(), nan=0.0), WIDTH)
    start = np.round(after / r.dt).astype(np.int64)
    found = f.hump(response.v(0.0, END), r.v_baseline, start)
    fired = n >= 1
    return {
        "n": n,
        "hump": np.where(fired, found.height, np.nan),
        "rise": np.where(fired, found.rise, np.nan),
        "left": np.where(fired, found.left, np.nan),
    }


DEPOLARIZING_AFTER_POTENTIAL = Pattern(
    key="depolarizing_after_potential",
    letter="Q",
    title="Depolarizing after-potential",
    description="After the spike the potential does not fall to rest directly: it rises once more.",
    look_for="Look for the hump after the spike.",
    function="For a while after a spike the neuron is more excitable.",
    parameter_hint="Fast recovery with a negative jump at the spike (d of Izhikevich).",
    source=SOURCE,
    stimulus=[PULSE, HOLDING],
    sweeps=lambda s: {"pulse": Sweep([pulse(0.0, WIDTH, s.amplitude)], END, voltage=(0.0, END))},
    measure=_after_potential,
    criteria=[
        spikes(1, 1, "Spikes after the pulse."),
        Criterion("hump", "height of the hump", "Top of the hump after the spike, above the resting potential.", "mV",
                  low=2.25, scale=3.0, per_span=True),
        Criterion("rise", "rise of the hump", "How far the potential rises again after the reset.", "mV", low=0.45,
                  scale=1.0, per_span=True),
        Criterion("left", "returns to rest", "Distance from the resting potential after 200 ms.", "mV", high=1.5,
                  scale=3.0, per_span=True),
    ],
)
