"""Responses to inhibition: rebound spike, rebound burst, and a threshold that inhibition lowers (M, N and O)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.piece import pulse
from plausiwidgets.engine.traces import Traces
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.annotations import After, Mark
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
    WHOLE_IN_BURSTS,
    latency,
    silent,
    spikes,
    width,
)
from plausiwidgets.patterns.pattern import AmplitudeWindow, Pattern
from plausiwidgets.patterns.protocol import StimulusParameter, StimulusValues
from plausiwidgets.patterns.response import Graded, Responses
from plausiwidgets.patterns.sweep import TAIL, Sweep

WIDTH = width(500.0, "Width of the inhibitory pulse.")

DURING = count(
    "during", "silent during inhibition", at_most(0), "spikes", "Number of spikes during the inhibitory pulse."
)
REBOUND = latency(at_most(150.0), "Time from the release from inhibition to the first spike.")

MARKS = (
    *BEFORE_ONSET,
    Mark("during", "quiet", 0.0, "width"),
    Mark("n", "spikes", "width"),
    Mark("latency", "latency", "width"),
)

# -- rebound spike and burst (M and N) -------------------------------------------------------------


def _release(tail: float) -> Callable[[StimulusValues], Mapping[str, Sweep]]:
    """Return the protocol with an inhibitory pulse that continues for `tail` ms after its end."""
    return lambda s: {
        "release": Sweep([pulse(0.0, s.width, -s.amplitude)], s.width + tail, response=(s.width, s.width + tail))
    }


def _rebound(r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
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
    in_sentence="a rebound spike",
    description="A spike follows a brief inhibition.",
    look_for="Look for a spike after the release from inhibition, and for silence during the inhibition.",
    function="Turns an inhibitory input into an output; rhythms of half-centre circuits depend on this mechanism.",
    parameter_hint="Inhibition must lower the recovery variable (large b in Izhikevich, large a in AdEx).",
    source=SOURCE,
    stimulus_parameters=[INHIBITING_PULSE, HOLDING, WIDTH],
    sweeps=_release(500.0),
    measure=_rebound,
    criteria=[
        DURING,
        spikes(exactly(1), "exactly one rebound spike", "Number of spikes after the release from inhibition."),
        REBOUND,
    ],
    event=(-30.0, After(120.0)),
    marks=MARKS,
)

REBOUND_BURST = Pattern(
    key="rebound_burst",
    letter="N",
    title="Rebound burst",
    in_sentence="a rebound burst",
    description="A burst follows a brief inhibition.",
    look_for="Look for at least three closely spaced spikes after the release from inhibition, then silence.",
    function="Thalamic cells respond to inhibition in this way, for example during sleep spindles.",
    parameter_hint="As for a rebound spike, but with a high reset potential, so that one spike triggers the next.",
    source=SOURCE,
    stimulus_parameters=[INHIBITING_PULSE, HOLDING, WIDTH],
    sweeps=_release(700.0),
    measure=_rebound,
    criteria=[
        DURING,
        spikes(between(3, 40), "3 to 40 rebound spikes", "Number of spikes after the release from inhibition."),
        REBOUND,
        LONGEST_ISI,
        quantity(
            "last",
            "burst ends early",
            at_most(350.0),
            "ms",
            scale=200.0,
            text="Time from the release from inhibition to the last spike.",
        ),
        # The silence before the burst and 350 ms after its start exceeds three intervals, so the burst needs no ratio
        # of intervals.
        WHOLE_IN_BURSTS,
    ],
    event=(-30.0, After(250.0)),
    marks=[*MARKS, Mark("longest_isi", "longest interval", "width"), Mark("last", "last", "width")],
)

# -- threshold variability (O) ---------------------------------------------------------------------


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


def _variability(r: Responses, s: StimulusValues) -> dict[str, ArrayLike | Graded]:
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
    in_sentence="threshold variability",
    description="A weak excitation has no effect, but the same excitation elicits a spike after a brief inhibition.",
    look_for="Look for a spike in the sweep with both pulses, and no spike in the sweeps with only one pulse.",
    function="The threshold of a neuron is not a fixed number, because it depends on previous inputs.",
    parameter_hint="Inhibition must lower the recovery variable, as for a rebound spike.",
    source=SOURCE,
    stimulus_parameters=[
        PULSE,
        HOLDING,
        width(50.0, "Width of each pulse, and of the pause between them."),
        StimulusParameter(
            "inhibition",
            2.0,
            0.02,
            20.0,
            of="current",
            scale="log",
            limits=(0.0, None),
            downwards=True,
            description="Amplitude of the inhibitory pulse, downwards.",
        ),
    ],
    sweeps=_inhibition_and_excitation,
    measure=_variability,
    criteria=[
        silent("up", "silent after excitation only", "Number of spikes after the excitatory pulse without inhibition."),
        silent(
            "down", "silent after inhibition only", "Number of spikes after the inhibitory pulse without excitation."
        ),
        count(
            "n",
            "fires with both pulses",
            at_least(1),
            "spikes",
            "Number of spikes after the onset of the excitatory pulse, when inhibition precedes it.",
        ),
        silent(
            "early",
            "silent until the excitation",
            "Number of spikes before the excitatory pulse, when both pulses are applied.",
        ),
        quantity(
            "delay",
            "prompt response to excitation",
            at_most(50.0),
            "ms",
            scale=50.0,
            text="Time from the end of the excitation to the spike; 0 if the spike is earlier. A late spike is a "
            "rebound from the inhibition.",
        ),
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
    # Leave out the sweep with inhibition only, because the amplitude of the excitation does not change it.
    amplitude_window=AmplitudeWindow(fire=("both",), silent=("excitation alone",)),
)
