"""What several of the twenty patterns share: stimulus values and criteria."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from numpy.typing import ArrayLike

from plausiwidgets.patterns.bench import Bench
from plausiwidgets.patterns.criterion import INF, Criterion
from plausiwidgets.patterns.marks import After, Mark, Time
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import FreeValue, StimulusValues
from plausiwidgets.patterns.response import Graded, Measurement, Responses
from plausiwidgets.patterns.sweep import BEFORE, Sweep

SOURCE = (
    "Pattern: Izhikevich, IEEE Trans. Neural Networks 15(5), 2004, fig. 1; "
    "protocol, criteria and intervals are this package's choice"
)

# -- stimulus values -------------------------------------------------------------------------------

STEP = FreeValue("amplitude", 1.0, 0.02, 3.0, of="current", scale="log", limits=(0.0, None))
PULSE = FreeValue("amplitude", 2.0, 0.02, 20.0, of="current", scale="log", limits=(0.0, None))
INHIBITING_STEP, INHIBITING_PULSE = replace(STEP, downwards=True), replace(PULSE, downwards=True)
HOLDING = FreeValue("holding", 0.0, -1.0, 1.0, of="current", scale="asinh", zero=0.05)
# Inhibition-induced firing lives at holding levels close to a balance of large currents.
WIDE_HOLDING = FreeValue("holding", 0.0, -1.0, 9.0, of="current")


def width(high: float, text: str) -> FreeValue:
    """Return the free width of a pulse, up to `high` ms."""
    return FreeValue("width", 5.0, 2.0, high, unit="ms", scale="log", description=text)


def interval(default: float, low: float, high: float) -> FreeValue:
    """Return the free interval between the onsets of a pair of pulses."""
    return FreeValue(
        "interval",
        default,
        low,
        high,
        unit="ms",
        scale="log",
        description="Interval T between the onsets of a pair of pulses.",
    )


# -- criteria --------------------------------------------------------------------------------------

QUIET_AFTER = Criterion(
    "quiet_after",
    "silent after",
    "Spikes later than 50 to 100 ms after the end of the stimulus: the firing must stop with it.",
    "spikes",
    high=0,
    kind="count",
)
RATE = Criterion(
    "rate",
    "mean rate",
    "Spikes per second, of the busiest sweep: above it the neuron runs away.",
    "Hz",
    high=250.0,
    scale=100.0,
)
ALL_OR_NONE = Criterion(
    "all_or_none",
    "all or none",
    "How far the lowest top of what fires is above the highest potential of what must stay silent, as a share of a "
    "full spike of the model: a neuron that answers by degrees has no threshold.",
    "1",
    low=0.3,
    scale=0.3,
    without_reset=True,
)
FLAT = Criterion(
    "flat",
    "potential settles",
    "How much the potential still moves in the last 100 ms of the step: it must have come to rest.",
    "mV",
    high=0.75,
    scale=1.5,
    per_span=True,
)
NO_BLOCK = Criterion(
    "no_block",
    "not blocked",
    "How far the potential at rest lies above the threshold: far above it the neuron is "
    "silent because it cannot fire any more (depolarization block), which is not rest.",
    "mV",
    high=3.75,
    scale=3.75,
    per_span=True,
)
PERSISTS = Criterion(
    "persists",
    "silence at the end",
    "Silence before the end of the stimulus, in typical intervals between spikes: the firing must go on to the end.",
    "intervals",
    high=1.5,
    scale=2.0,
)
BURSTS_PERSIST = Criterion(
    "persists",
    "silence at the end",
    "Silence before the end of the stimulus, in burst periods: the bursting must go on to the end.",
    "periods",
    high=1.5,
    scale=2.0,
)
BURST_RATIO = Criterion(
    "ratio",
    "gaps over intervals within",
    "How much longer the intervals between bursts are than those within: the "
    "largest jump between neighbours of the sorted intervals.",
    "×",
    low=2.0,
    scale=0.5,
    kind="log",
)
BURST_SMALLEST = Criterion(
    "smallest",
    "spikes of the smallest burst",
    "Spikes of the smallest complete burst: an isolated spike or a pair is no burst.",
    "spikes",
    low=3,
    kind="count",
)
BURST_LARGEST = Criterion(
    "largest",
    "spikes of the largest burst",
    "Spikes of the largest burst: more than 40 is not a burst but running away.",
    "spikes",
    high=40,
    kind="count",
)
LONGEST_ISI = Criterion(
    "longest_isi", "longest interval", "The longest interval within the burst.", "ms", high=25.0, scale=25.0
)


def longer(
    free_values: Sequence[FreeValue],
    criteria: Sequence[Criterion],
    sweeps: Callable[[StimulusValues], Mapping[str, Sweep]] | None = None,
    measure: Callable[[Responses, StimulusValues], Mapping[str, ArrayLike | Graded]] | None = None,
    procedure: Callable[[Bench], Measurement] | None = None,
) -> Pattern:
    """Return a longer or finer form of a pattern, for its verification."""
    return Pattern(
        key="longer", title="Longer", free_values=free_values, criteria=criteria, sweeps=sweeps, measure=measure,
        procedure=procedure,
    )  # fmt: skip


def spikes(low: float, high: float = INF, text: str = "Spikes during the stimulus.") -> Criterion:
    """Return the criterion of a number of spikes."""
    return Criterion("n", "spikes", text, "spikes", low=low, high=high, kind="count")


def silent(key: str, text: str, sweep: str = "") -> Criterion:
    """Return the criterion that a sweep evokes no spike."""
    return Criterion(key, f"{sweep or key}: silent", text, "spikes", high=0, kind="count")


def bursts(low: int, text: str) -> Criterion:
    """Return the criterion of a number of complete bursts."""
    return Criterion("bursts", "complete bursts", text, "bursts", low=low, kind="count")


def latency(high: float, text: str) -> Criterion:
    """Return the criterion of a latency in ms."""
    return Criterion("latency", "latency", text, "ms", high=high, scale=50.0)


# -- marks -----------------------------------------------------------------------------------------

BEFORE_ONSET = (Mark("quiet", "quiet", -BEFORE, 0.0), Mark("at_rest", "flat", -BEFORE, 0.0))
"""In every main sweep: silence and rest before the onset."""


def silent_after(grace: float) -> Mark:
    """Return the mark of the silence from `grace` ms after the end of the stimulus on."""
    return Mark("quiet_after", "quiet", After(grace))


def train(stop: Time) -> tuple[Mark, ...]:
    """Return the marks of a train of spikes that lasts until `stop`."""
    return Mark("n", "spikes", 0.0, stop), Mark("persists", "pause", 0.0, stop)
