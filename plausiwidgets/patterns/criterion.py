"""Criteria: what is measured, what is accepted, and what missing it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.simulation.traces import Traces

Floats = NDArray[np.float64]

INF = float("inf")
USUAL_SPAN = 15.0
"""Span in mV from rest to threshold for which voltage criteria are stated."""


@dataclass(frozen=True)
class Criterion:
    """One measured feature with an accepted interval, both ends included.

    Attributes
    ----------
    key : str
        Name of the feature.
    name, text : str
        A few words, and one sentence on what is measured.
    unit : str
    low, high : float
        Accepted interval.
    scale : float
        Distance from the interval that costs half; in ln for ``kind="log"``.
    kind : {"band", "log", "count"}
        How the distance is taken: plainly, as a ratio, or as a number of spikes, where a silent
        neuron is graded by the distance of its potential to the threshold.
    per_span : bool
        The interval and the scale are for a span of 15 mV from rest to threshold, and scale
        with the span of the judged parameters.
    at_least_steps : float
        The lower end is at least so many time steps (of a time in ms).
    """

    key: str
    name: str
    text: str
    unit: str = ""
    low: float = -INF
    high: float = INF
    scale: float = 1.0
    kind: str = "band"
    per_span: bool = False
    at_least_steps: float = 0.0

    def interval(self, span: Floats, dt: float) -> tuple[Floats, Floats]:
        """Return the accepted interval for each set, shape [n]."""
        factor = span / USUAL_SPAN if self.per_span else np.ones_like(span)
        low = np.maximum(self.low * factor, self.at_least_steps * dt or -INF)
        # Times are multiples of dt, and their differences are off by an ulp.
        return low * (1.0 - 1e-9) if self.at_least_steps else low, self.high * factor

    def cost(self, value: Floats, low: Floats, high: Floats, span: Floats, silence: Floats, partial: Floats) -> Floats:
        """Return the violation of each set in [0, 1]: 0 exactly inside of the interval.

        Parameters
        ----------
        value, low, high, span : ndarray, shape [n]
            Measured feature (nan where it cannot be computed), interval, span in mV.
        silence : ndarray, shape [n]
            Distance of the largest potential to the threshold over the span.
        partial : ndarray, shape [n]
            For counts: how far the next one is, 0 to below 1.
        """
        inside = (value >= low) & (value <= high)
        with np.errstate(all="ignore"):
            if self.kind == "count":
                below = 0.5 * (low - value - partial) / np.maximum(low, 1)
                below += np.where(value == 0, 0.5 * saturated(silence), 0.0)
                above = 0.1 + 0.9 * saturated((value - high) / 4.0)
            elif self.kind == "log":
                below = saturated(np.log(low / np.maximum(value, 1e-300)) / self.scale)
                above = saturated(np.log(value / high) / self.scale)
            else:
                scale = self.scale * (span / USUAL_SPAN if self.per_span else 1.0)
                below = saturated((low - value) / scale)
                above = saturated((value - high) / scale)
            outside = np.where(value < low, below, above)
        # A distance may round to zero; outside is outside.
        outside = np.clip(np.nan_to_num(outside, nan=1.0, posinf=1.0), 1e-9, 1.0)
        return np.where(inside, 0.0, np.where(np.isnan(value), 1.0, outside))


def saturated(x: Any) -> Any:
    """Return x / (1 + x) of a distance x >= 0."""
    return np.where(np.isposinf(x), 1.0, np.maximum(x, 0) / (1.0 + np.maximum(x, 0)))


@dataclass
class Evidence:
    """What a protocol measured on n sets.

    Attributes
    ----------
    features : dict of str to ndarray, shape [n]
        A value for each criterion of the pattern; nan where it cannot be computed.
    silence : ndarray, shape [n]
        Distance of the largest potential of the response to the threshold, over the span.
    partial : dict of str to ndarray, shape [n]
        How far the next one is, for counts that grade it.
    measured : dict of str to ndarray
        Further measurements for a figure, such as the rates of a rate–current curve.
    traces : dict of str to Traces
    """

    features: dict[str, Any]
    silence: Floats
    partial: dict[str, Floats] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)
    traces: dict[str, Traces] = field(default_factory=dict)


# -- criteria that several patterns share --------------------------------------------------------

QUIET = Criterion(
    "quiet", "silent before", "Spikes at the holding current before the stimulus, once settled: the neuron must be "
    "silent.", "spikes", high=0, kind="count",
)
QUIET_AFTER = Criterion(
    "quiet_after", "silent after", "Spikes later than 50 to 100 ms after the end of the stimulus: the firing must stop "
    "with it.", "spikes", high=0, kind="count",
)
MIN_ISI = Criterion(
    "min_isi", "shortest ISI", "The shortest interval between two spikes: below 1 ms, or three time steps, the "
    "neuron runs away.", "ms", low=1.0, scale=0.5, at_least_steps=3.0,
)
RATE = Criterion(
    "rate", "mean rate", "Spikes per second, of the busiest sweep: above it the neuron runs away.", "Hz",
    high=250.0, scale=100.0,
)
FLAT = Criterion(
    "flat", "potential settles", "How much the potential still moves in the last 100 ms of the step: it must have "
    "come to rest.", "mV", high=0.75, scale=1.5, per_span=True,
)
PERSISTS = Criterion(
    "persists", "lasts to the end", "Silence before the end of the stimulus, in typical intervals between spikes: "
    "the firing must go on to the end.", "ISIs", high=1.5, scale=2.0,
)
BURSTS_PERSIST = Criterion(
    "persists", "lasts to the end", "Silence before the end of the stimulus, in burst periods: the bursting must go "
    "on to the end.", "periods", high=1.5, scale=2.0,
)
BURST_RATIO = Criterion(
    "ratio", "gaps over intervals within", "How much longer the intervals between bursts are than those within: the "
    "largest jump between neighbours of the sorted intervals.", "×", low=2.0, scale=0.5, kind="log",
)
BURST_SMALLEST = Criterion(
    "smallest", "spikes of the smallest burst", "Spikes of the smallest complete burst: an isolated spike or a pair "
    "is no burst.", "spikes", low=3, kind="count",
)
BURST_LARGEST = Criterion(
    "largest", "spikes of the largest burst", "Spikes of the largest burst: more than 40 is not a burst but running "
    "away.", "spikes", high=40, kind="count",
)


def spikes(low: float, high: float = INF, text: str = "Spikes during the stimulus.") -> Criterion:
    """Return the criterion of a number of spikes."""
    return Criterion("n", "spikes", text, "spikes", low=low, high=high, kind="count")


def latency(high: float, text: str) -> Criterion:
    """Return the criterion of a latency in ms."""
    return Criterion("latency", "latency", text, "ms", high=high, scale=50.0)
