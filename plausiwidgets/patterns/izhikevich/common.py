"""Stimulus parameters, criteria and annotations that several of the twenty patterns share.

A stimulus parameter has a default and a slider range. With ``of="current"``, both are multiples of the model's usual
current (`plausiwidgets.patterns.protocol.usual_current`). The ``holding`` current is injected all the time, from the
settling before the onset to the end. The pieces of a sweep are added to it. Times count from the onset.

A criterion is a row: the feature that the pattern measures, a title, the accepted range, the unit, the scale of the
penalty, and a sentence. A distance of `scale` from the accepted range has a penalty of 0.5. For a ratio, the distance
is a natural logarithm, in which 0.5 is a factor of 1.65. A count that is too small has a penalty of half of the missing
share, and a count that is too large has a penalty of at least 0.1. Numbers with ``per_span`` refer to a neuron with 15
mV from rest to threshold, and scale with that span. Each pattern also has the criteria of every pattern
(``patterns/criterion.py``): silence and rest before the onset, no interval below 1 ms, and spikes of full height. The
``rate``, the highest rate of all sweeps, is measured by ``rate_limits`` in ``pattern.py`` if the pattern has sweeps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from numpy.typing import ArrayLike

from plausiwidgets.patterns.annotations import After, Mark, Time
from plausiwidgets.patterns.criterion import WHOLE, Criterion, Interval, at_least, at_most, count, quantity, ratio
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import StimulusParameter, StimulusValues
from plausiwidgets.patterns.response import Graded, Measurement, Responses
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import BEFORE, Sweep

SOURCE = (
    "Pattern from Izhikevich, IEEE Trans. Neural Networks 15(5), 2004, fig. 1. This package "
    "defines the protocol, the criteria and the accepted ranges."
)

# -- stimulus parameters ---------------------------------------------------------------------------

STEP = StimulusParameter("amplitude", 1.0, 0.02, 3.0, of="current", scale="log", limits=(0.0, None))
PULSE = StimulusParameter("amplitude", 2.0, 0.02, 20.0, of="current", scale="log", limits=(0.0, None))
INHIBITING_STEP, INHIBITING_PULSE = replace(STEP, downwards=True), replace(PULSE, downwards=True)
HOLDING = StimulusParameter("holding", 0.0, -1.0, 1.0, of="current", scale="asinh", linear_width=0.05)
# Inhibition-induced firing occurs at holding currents close to a balance of large currents.
WIDE_HOLDING = StimulusParameter("holding", 0.0, -1.0, 9.0, of="current")


def width(high: float, text: str) -> StimulusParameter:
    return StimulusParameter("width", 5.0, 2.0, high, unit="ms", scale="log", description=text)


def interval(default: float, low: float, high: float) -> StimulusParameter:
    text = "Interval T between the onsets of the two pulses of a pair."
    return StimulusParameter("interval", default, low, high, unit="ms", scale="log", description=text)


# -- criteria --------------------------------------------------------------------------------------

QUIET_AFTER = count(
    "quiet_after",
    "silent after the stimulus",
    at_most(0),
    "spikes",
    "Number of spikes later than 50 to 100 ms after the end of the stimulus.",
)
RATE = quantity(
    "rate",
    "physiological firing rate",
    at_most(250.0),
    "Hz",
    scale=100.0,
    text="Firing rate in the sweep in which the neuron fires fastest. Rates above the limit are not physiological.",
)
ALL_OR_NONE = quantity(
    "all_or_none",
    "all-or-none spikes",
    at_least(0.3),
    "1",
    scale=0.3,
    without_reset=True,
    text="Lowest peak of the sweeps that must fire, minus the highest potential of those that must stay silent. The "
    "unit is a full spike of the model. A graded response has no threshold.",
)
FLAT = quantity(
    "flat",
    "settles at a steady potential",
    at_most(0.75),
    "mV",
    scale=1.5,
    per_span=True,
    text="Range of the membrane potential in the last 100 ms of the step.",
)
NO_BLOCK = quantity(
    "no_block",
    "no depolarization block",
    at_most(3.75),
    "mV",
    scale=3.75,
    per_span=True,
    text="Steady potential minus threshold. A neuron far above its threshold is silent because of depolarization "
    "block, not because it is at rest.",
)
PERSISTS = quantity(
    "persists",
    "fires until the end",
    at_most(1.5),
    "intervals",
    scale=2.0,
    text="Time from the last spike to the end of the stimulus, in units of the typical interspike interval.",
)
BURSTS_PERSIST = quantity(
    "persists",
    "fires until the end",
    at_most(1.5),
    "periods",
    scale=2.0,
    text="Time from the last spike to the end of the stimulus, in units of the burst period.",
)
BURST_RATIO = ratio(
    "ratio",
    "bursts clearly separated",
    at_least(2.0),
    unit="×",
    scale=0.5,
    text="Smallest ratio of an interval between bursts to the median of the two intervals on either side. "
    "An interval of at least twice this median separates bursts.",
)
BURST_SMALLEST = count(
    "smallest",
    "at least 3 spikes per burst",
    at_least(3),
    "spikes",
    "Number of spikes in the smallest complete burst. Single spikes and doublets do not count as bursts.",
)
BURST_LARGEST = count(
    "largest",
    "at most 40 spikes per burst",
    at_most(40),
    "spikes",
    "Number of spikes in the largest burst. More than 40 spikes is continuous firing rather than a burst.",
)
WHOLE_IN_BURSTS = replace(
    WHOLE,
    low=0.5,
    description="Height of the smallest spike, from the preceding minimum to its peak, as a fraction of a full spike "
    "of this model. The cycles of a decaying oscillation are not the spikes of a burst.",
)
LONGEST_ISI = quantity(
    "longest_isi",
    "compact burst",
    at_most(25.0),
    "ms",
    scale=25.0,
    text="Longest interspike interval within the burst.",
)


def longer(
    stimulus_parameters: Sequence[StimulusParameter],
    criteria: Sequence[Criterion],
    sweeps: Callable[[StimulusValues], Mapping[str, Sweep]] | None = None,
    measure: Callable[[Responses, StimulusValues], Mapping[str, ArrayLike | Graded]] | None = None,
    procedure: Callable[[Runner], Measurement] | None = None,
    finer: tuple[int, ...] | None = None,
) -> Pattern:
    """Return a longer or finer version of a pattern for its verification."""
    return Pattern(
        key="longer",
        title="Longer",
        stimulus_parameters=stimulus_parameters,
        criteria=criteria,
        sweeps=sweeps,
        measure=measure,
        procedure=procedure,
        finer=finer,
    )


def spikes(accepted: Interval, title: str, text: str = "Number of spikes during the stimulus.") -> Criterion:
    return count("n", title, accepted, "spikes", text)


def silent(key: str, title: str, text: str) -> Criterion:
    return count(key, title, at_most(0), "spikes", text)


def bursts(accepted: Interval, text: str) -> Criterion:
    return count("bursts", "enough complete bursts", accepted, "bursts", text)


def latency(accepted: Interval, text: str) -> Criterion:
    return quantity("latency", "fires soon enough", accepted, "ms", scale=50.0, text=text)


# -- annotations -----------------------------------------------------------------------------------

BEFORE_ONSET = (Mark("quiet", "quiet", -BEFORE, 0.0), Mark("at_rest", "flat", -BEFORE, 0.0))
"""Annotations of silence and rest before the onset, for the main sweep of every pattern."""


def silent_after(grace: float) -> Mark:
    """Return the annotation of the silence that starts `grace` ms after the end of the stimulus."""
    return Mark("quiet_after", "quiet", After(grace))


def marks(start: Time, stop: Time, **kinds: str) -> tuple[Mark, ...]:
    """Return annotations from `start` to `stop` in the main sweep, one for each pair of criterion and kind."""
    return tuple(Mark(criterion, kind, start, stop) for criterion, kind in kinds.items())
