"""After inhibition: rebound spike, rebound burst, and a threshold that inhibition lowers (M, N and O)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.criterion import at_least, at_most, between, count, exactly, quantity
from plausiwidgets.patterns.izhikevich.common import (
    ALL_OR_NONE,
    BEFORE_ONSET,
    HOLDING,
    INHIBITING_PULSE,
    LONGEST_ISI,
    PULSE,
    RATE,
    SOURCE,
    latency,
    silent,
    spikes,
    width,
)
from plausiwidgets.patterns.marks import After, Mark
from plausiwidgets.patterns.pattern import AmplitudeWindow, Pattern
from plausiwidgets.patterns.protocol import StimulusParameter, StimulusValues
from plausiwidgets.patterns.response import Responses
from plausiwidgets.patterns.sweep import TAIL, Sweep
from plausiwidgets.simulation.current import pulse
from plausiwidgets.simulation.traces import Traces

WIDTH = width(500.0, "Width of the inhibitory pulse.")

DURING = count("during", "silent during inhibition", at_most(0), "spikes",
    "Spikes during the inhibitory pulse.")  # fmt: skip
REBOUND = latency(at_most(150.0), "Time from the release of the inhibition to the first spike.")

MARKS = (
    *BEFORE_ONSET, Mark("during", "quiet", 0.0, "width"), Mark("n", "spikes", "width"),
    Mark("latency", "latency", "width"),
)  # fmt: skip

# -- M and N ---------------------------------------------------------------------------------------


def _release(tail: float) -> Callable[[StimulusValues], Mapping[str, Sweep]]:
    """Return the sweep of an inhibitory pulse, and `tail` ms after its release."""
    return lambda s: {
        "release": Sweep([pulse(0.0, s.width, -s.amplitude)], s.width + tail, response=(s.width, s.width + tail))
    }


def _rebound(r: Responses, s: StimulusValues) -> dict[str, Any]:
    after = r["release"].window(s.width)
    return {
        "during": r["release"].count(0.0, s.width),
        "n": f.lengths(after),
        "latency": f.first(after) - s.width,
        "longest_isi": f.largest(f.intervals(after)),
        "last": f.last(after) - s.width,
    }


REBOUND_SPIKE = Pattern(
    key="rebound_spike",
    letter="M",
    title="Rebound spike",
    description="A brief inhibition is followed by a spike.",
    look_for="Look for the spike after the release of the inhibition, and for silence during it.",
    function="Turns an inhibitory input into an output; rhythms of half-centre circuits rest on it.",
    parameter_hint="Inhibition must take recovery away: a large b of Izhikevich, a large a of AdEx.",
    source=SOURCE,
    stimulus_parameters=[INHIBITING_PULSE, HOLDING, WIDTH],
    sweeps=_release(500.0),
    measure=_rebound,
    criteria=[DURING, spikes(exactly(1), "Spikes after the release."), REBOUND],
    event=(-30.0, After(120.0)),
    marks=MARKS,
)

REBOUND_BURST = Pattern(
    key="rebound_burst",
    letter="N",
    title="Rebound burst",
    description="A brief inhibition is followed by a burst.",
    look_for="Look for at least three close spikes after the release, then silence.",
    function="Thalamic cells answer inhibition so, as in sleep spindles.",
    parameter_hint="As for a rebound spike, with a high reset that lets one spike follow the other.",
    source=SOURCE,
    stimulus_parameters=[INHIBITING_PULSE, HOLDING, WIDTH],
    sweeps=_release(700.0),
    measure=_rebound,
    criteria=[
        DURING,
        spikes(between(3, 40), "Spikes after the release."),
        REBOUND,
        LONGEST_ISI,
        quantity("last", "last spike", at_most(350.0), "ms", scale=200.0,
            text="Time from the release to the last spike."),
    ],
    event=(-30.0, After(250.0)),
    marks=[*MARKS, Mark("longest_isi", "longest interval", "width"), Mark("last", "last", "width")],
)  # fmt: skip

# -- O ---------------------------------------------------------------------------------------------


def _inhibition_and_excitation(s: StimulusValues) -> dict[str, Sweep]:
    onset, end = 2.0 * s.width, 3.0 * s.width + TAIL
    up, down = pulse(onset, s.width, s.amplitude), pulse(0.0, s.width, -s.inhibition)
    return {
        "both": Sweep([down, up], end, response=(onset, end)),
        "excitation alone": Sweep([up], end),
        "inhibition alone": Sweep([down], end),
    }


def _excitation(s: StimulusValues, trace: Traces) -> float:
    return float(2.0 * s.width)


def _variability(r: Responses, s: StimulusValues) -> dict[str, Any]:
    onset = 2.0 * s.width
    return {
        "up": r["excitation alone"].count(),
        "down": r["inhibition alone"].count(),
        "n": r["both"].count(onset),
        "early": r["both"].count(0.0, onset),
        "all_or_none": r.all_or_none(["both"], ["excitation alone", "inhibition alone"]),
        "delay": np.maximum(r["both"].first(onset) - onset - s.width, 0.0),
    }


THRESHOLD_VARIABILITY = Pattern(
    key="threshold_variability",
    letter="O",
    title="Threshold variability",
    description="A weak excitation alone does nothing; after a brief inhibition the same excitation fires.",
    look_for="Look for a spike in the run with both pulses, and none with either alone.",
    function="The threshold of a neuron is not a number: it depends on what came before.",
    parameter_hint="Recovery that inhibition takes away, as for a rebound.",
    source=SOURCE,
    stimulus_parameters=[
        PULSE,
        HOLDING,
        width(50.0, "Width of each pulse, and of the pause between them."),
        StimulusParameter("inhibition", 2.0, 0.02, 20.0, of="current", scale="log", limits=(0.0, None), downwards=True,
            description="Amplitude of the inhibitory pulse, downwards."),
    ],
    sweeps=_inhibition_and_excitation,
    measure=_variability,
    criteria=[
        silent("up", "Spikes after the excitatory pulse alone.", "excitation alone"),
        silent("down", "Spikes after the inhibitory pulse alone.", "inhibition alone"),
        count("n", "both: fires", at_least(1), "spikes",
            "Spikes from the excitatory pulse on, when inhibition comes before it."),
        silent("early", "Spikes before the excitatory pulse, when both are given.", "both, before the excitation"),
        quantity("delay", "at the excitation", at_most(50.0), "ms", scale=50.0,
            text="Time from the end of the excitation to the spike, 0 where it comes before: a late one is a rebound "
                 "from the inhibition."),
        ALL_OR_NONE,
        RATE,
    ],
    event=(-20.0, After(100.0)),
    marks=[
        *BEFORE_ONSET,
        Mark("up", "quiet", 0.0, sweep="excitation alone"),
        Mark("down", "quiet", 0.0, sweep="inhibition alone"),
        Mark("n", "spikes", _excitation),
        Mark("early", "quiet", 0.0, _excitation),
    ],
    main_sweep="both",
    # Inhibition alone has no amplitude to search a threshold of.
    amplitude_window=AmplitudeWindow(fire=("both",), silent=("excitation alone",)),
)  # fmt: skip
