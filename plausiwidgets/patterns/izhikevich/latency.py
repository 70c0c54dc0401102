"""Spike latency: pulses at and above the weakest amplitude that elicits a spike (I)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np

from plausiwidgets.engine.piece import Floats, Value, pulse
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.annotations import Mark
from plausiwidgets.patterns.criterion import at_least, count, exactly, quantity, ratio
from plausiwidgets.patterns.izhikevich.common import ALL_OR_NONE, BEFORE_ONSET, HOLDING, PULSE, RATE, SOURCE, spikes
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusValues
from plausiwidgets.patterns.response import Mask, Measurement
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import TAIL, Sweep

WIDTH = 3.0
"""Width of a pulse in ms."""
END = WIDTH + TAIL
TOLERANCE = 1e-5
"""Relative tolerance of the weakest amplitude that elicits a spike."""
FACTORS = {"at the threshold": 1.0005, "2 % above": 1.02, "10 % above": 1.1, "50 % above": 1.5}
"""Ratios of the pulse amplitudes to the weakest amplitude that elicits a spike."""
BELOW = "just below"
"""Name of the pulse without a spike, as far below the threshold as the weakest pulse is above it."""


def _pulse(height: Value) -> Sweep:
    return Sweep([pulse(0.0, WIDTH, height)], END)


def _sweeps(s: StimulusValues) -> Mapping[str, Sweep]:
    return {"full amplitude": _pulse(s.amplitude)}


def _fires(times: Floats) -> Mask:
    return f.lengths(times) > 0


def _procedure(runner: Runner) -> Measurement:
    full = runner.apply(_sweeps(runner.stimulus_values))["full amplitude"]
    works = (f.lengths(full.times) > 0) & (runner.spontaneous_spikes == 0)

    nothing, full_amplitude = np.zeros(runner.n), runner.stimulus_values.amplitude
    threshold = runner.weakest_step(_fires, WIDTH, END, nothing, full_amplitude, works, TOLERANCE)
    works &= np.isfinite(threshold)
    base = np.where(works, threshold, 0.0)
    pulses = {name: _pulse(base * factor) for name, factor in FACTORS.items()}
    every = runner.apply(pulses | {BELOW: _pulse(base * (2.0 - min(FACTORS.values())))}, only=works)
    responses = {name: every[name] for name in FACTORS}
    latencies = [f.first(r.times) for r in responses.values()]
    most = reduce(np.maximum, [f.lengths(r.times) for r in responses.values()])
    monotone = reduce(np.minimum, [b / c for b, c in zip(latencies[:-1], latencies[1:], strict=True)])
    return Measurement(
        {
            "n": f.lengths(full.times),
            "min_isi": f.shortest_isi(full.times),
            "rate": f.lengths(full.times) / (END / 1000.0),
            "delay": latencies[0] - WIDTH,
            "latency_range": latencies[0] / latencies[3],
            "monotone": monotone,
            "all_or_none": np.where(works, every.all_or_none(list(FACTORS), [BELOW]), np.nan),
            "each": np.where(works, most, np.nan),
        },
        runner.gap_to_threshold(full),
        {"amplitude": np.stack([base * x for x in FACTORS.values()]), "latency": np.stack(latencies)},
    )


SPIKE_LATENCY = Pattern(
    key="spike_latency",
    letter="I",
    title="Spike latency",
    in_sentence="spike latency",
    description="After a brief, weak pulse the spike is delayed; the weaker the pulse, the longer the delay.",
    look_for=("Look for a pause between the end of the pulse and the spike. It becomes shorter with a stronger pulse."),
    function="The delay encodes the strength of a brief input.",
    parameter_hint="The potential must rise smoothly and linger close to the threshold.",
    source=SOURCE,
    stimulus_parameters=[PULSE, HOLDING],
    sweeps=_sweeps,
    procedure=_procedure,
    searches_threshold=True,
    criteria=[
        spikes(at_least(1), "fires at full amplitude", text="Number of spikes after a pulse of the full amplitude."),
        quantity(
            "delay",
            "fires late at threshold",
            at_least(5.0),
            "ms",
            scale=5.0,
            text="Time from the end of the pulse to the spike, for the weakest pulse that elicits one.",
        ),
        ratio(
            "latency_range",
            "latency depends on pulse strength",
            at_least(2.0),
            scale=0.5,
            text="Latency after the weakest pulse that elicits a spike, divided by the latency after a pulse "
            "1.5 times as strong.",
        ),
        quantity(
            "monotone",
            "latency never increases with strength",
            at_least(1.0),
            "1",
            scale=0.2,
            text="Smallest ratio of a latency to the latency after the next stronger pulse.",
        ),
        count(
            "each",
            "one spike per pulse",
            exactly(1),
            "spikes",
            "Maximum number of spikes that one of the four pulses elicits.",
        ),
        ALL_OR_NONE,
        RATE,
    ],
    event=(-15.0, 60.0),
    marks=[
        *BEFORE_ONSET,
        Mark("delay", "latency", WIDTH),
        *(Mark("latency_range", "latency", 0.0, sweep=name) for name in FACTORS),
        *(Mark("each", "spikes", 0.0, sweep=name) for name in FACTORS),
        Mark("n", "spikes", 0.0, sweep="full amplitude"),
    ],
    main_sweep="at the threshold",
    budget=50_000,
)
