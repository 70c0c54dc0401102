"""Criteria: the accepted interval of a measured feature, and the penalty of a value outside of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.support.arguments import checked, finite
from plausiwidgets.support.names import unknown
from plausiwidgets.support.renamed import renamed

Floats = NDArray[np.float64]

INF = float("inf")
KINDS = ("band", "log", "count")
USUAL_SPAN = 15.0
"""Span in mV from rest to threshold for which voltage criteria are stated."""


@checked
@renamed
@dataclass(frozen=True)
class Criterion:
    """One measured feature with an accepted interval, both ends included.

    Parameters
    ----------
    key : str
        Name of the feature that a pattern measures.
    title, description : str
        A few words, and one sentence on what is measured.
    unit : str
        Of the feature; ``"1"`` for a pure number.
    low, high : float
        Accepted interval.
    scale : float
        Distance from the interval with a penalty of a half; in ln for ``kind="log"``.
    kind : {"band", "log", "count"}
        How the distance is measured: as a difference, as a ratio, or as a number of events, where a silent
        neuron is graded by the distance of its potential from the threshold.
    per_span : bool
        The interval and the scale are for a span of 15 mV from rest to threshold, and scale
        with the span of the judged parameters.
    at_least_steps : float
        Smallest lower end, in time steps (of a time in ms).
    without_reset : bool
        Applies only to neurons without a reset, whose spikes differ in height.
    weight : float
        Factor on its penalty, above 0 and at most 1: what a search meets first. It must hold whatever its weight.

    Raises
    ------
    ValueError
        If the interval is empty or open at both ends, the scale is not above 0, the weight is not valid, or the kind is
        unknown.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Criterion("n", "spikes", "Spikes after the release.", "spikes", low=1, high=1, kind="count").low
    1
    """

    key: str
    title: str
    description: str = ""
    unit: str = ""
    low: float = -INF
    high: float = INF
    scale: float = 1.0
    kind: str = "band"
    per_span: bool = False
    at_least_steps: float = 0.0
    without_reset: bool = False
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"criterion {self.key!r}: low must be at most high ({self.high}), got {self.low}.")
        if self.low == -INF and self.high == INF and not self.at_least_steps:
            raise ValueError(f"criterion {self.key!r} must have an accepted range. Pass low, high, or both.")
        finite(f"criterion {self.key!r}", "scale", self.scale, above=0.0)
        finite(f"criterion {self.key!r}", "weight", self.weight, above=0.0, high=1.0)
        if self.kind not in KINDS:
            raise unknown(f"criterion {self.key!r}", "kind", self.kind, KINDS)
        if self.kind == "log" and self.low <= 0 and self.low != -INF:
            raise ValueError(f"criterion {self.key!r}: low must be > 0 for a ratio (kind 'log'), got {self.low}.")

    def interval(self, span: Floats, dt: float) -> tuple[Floats, Floats]:
        """Return the accepted interval for each set, shape [n]."""
        factor = span / USUAL_SPAN if self.per_span else np.ones_like(span)
        low = np.maximum(self.low * factor, self.at_least_steps * dt or -INF)
        # Times are multiples of dt, and their differences are off by an ulp.
        return low * (1.0 - 1e-9) if self.at_least_steps else low, self.high * factor

    def penalty(self, value: Floats, low: Floats, high: Floats, span: Floats, gap: Floats, progress: Floats) -> Floats:
        """Return the penalty of each set in [0, 1]: 0 exactly inside of the interval.

        Parameters
        ----------
        value, low, high, span : ndarray, shape [n]
            Measured feature (nan where it cannot be computed), interval, span in mV.
        gap : ndarray, shape [n]
            Distance of the largest potential to the threshold over the span.
        progress : ndarray, shape [n]
            Of a feature that changes in jumps: progress towards the next larger value.
        """
        inside = (value >= low) & (value <= high)
        if inside.all():
            return np.zeros_like(value)
        with np.errstate(all="ignore"):
            if self.kind == "count":
                below = 0.5 * (low - value - progress) / np.maximum(low, 1)
                below += np.where(value == 0, 0.5 * saturated(gap), 0.0)
                above = 0.1 + 0.9 * saturated((value - high) / 4.0)
            elif self.kind == "log":
                below = saturated(np.log(low / np.maximum(value, 1e-300)) / self.scale)
                above = saturated(np.log(value / high) / self.scale)
            else:
                scale = self.scale * (span / USUAL_SPAN if self.per_span else 1.0)
                # Progress towards several jumps may be more than what is missing: a search would rest there.
                short = low - value
                below = saturated(np.maximum(short - progress, 0.1 * short) / scale)
                above = saturated((value - high) / scale)
            outside = np.where(value < low, below, above)
        # A distance may round to zero, but a value outside of the interval must have a penalty.
        outside = np.minimum(np.maximum(outside, 1e-9), 1.0)
        outside = np.where(np.isnan(value) | np.isnan(outside), 1.0, outside)
        return np.where(inside, 0.0, outside if self.weight == 1.0 else self.weight * outside)

    def violation(self, value: ArrayLike) -> Floats:
        """Return the penalty of plain values, without scaling and grading: 0 exactly inside of the interval."""
        x = np.asarray(value, dtype=np.float64)
        one, none = np.ones_like(x), np.zeros_like(x)
        return self.penalty(x, self.low * one, self.high * one, USUAL_SPAN * one, none, none)


def saturated(x: ArrayLike) -> Floats:
    """Return x / (1 + x) of a distance x >= 0."""
    distance = np.maximum(x, 0.0)
    return np.where(distance == INF, 1.0, distance / (1.0 + distance))


# -- rows of a table of criteria ---------------------------------------------------------------------

Interval = tuple[float, float]


def at_least(low: float) -> Interval:
    """Return the accepted interval from `low` on."""
    return low, INF


def at_most(high: float) -> Interval:
    """Return the accepted interval up to `high`."""
    return -INF, high


def between(low: float, high: float) -> Interval:
    """Return the accepted interval from `low` to `high`."""
    return low, high


def exactly(number: float) -> Interval:
    """Return the accepted interval of one number."""
    return number, number


def count(key: str, title: str, accepted: Interval, unit: str, text: str) -> Criterion:
    """Return the criterion of a number of events: each one that is missing or too many adds to the penalty."""
    return Criterion(key, title, text, unit, *accepted, kind="count")


def ratio(key: str, title: str, accepted: Interval, *, scale: float, text: str, unit: str = "1") -> Criterion:
    """Return the criterion of a ratio; one that is off by `scale`, in ln, has a penalty of a half."""
    return Criterion(key, title, text, unit, *accepted, scale=scale, kind="log")


def quantity(
    key: str,
    title: str,
    accepted: Interval,
    unit: str,
    *,
    scale: float,
    text: str,
    per_span: bool = False,
    at_least_steps: float = 0.0,
    without_reset: bool = False,
) -> Criterion:
    """Return the criterion of a quantity; one that is off by `scale`, in its unit, has a penalty of a half."""
    return Criterion(key, title, text, unit, *accepted, scale, "band", per_span, at_least_steps, without_reset)


# -- criteria of every pattern ---------------------------------------------------------------------

QUIET = count(
    "quiet",
    "silent before the stimulus",
    at_most(0),
    "spikes",
    "Number of spikes before the stimulus, once the neuron has settled.",
)
AT_REST = quantity(
    "at_rest",
    "at rest before the stimulus",
    at_most(0.1),
    "mV",
    scale=0.5,
    per_span=True,
    text="Range of the membrane potential in the last 50 ms before the stimulus. The neuron starts slightly away "
    "from rest and must have returned. Otherwise it might fire without the stimulus.",
)
MIN_ISI = quantity(
    "min_isi",
    "intervals long enough",
    at_least(1.0),
    "ms",
    scale=0.5,
    at_least_steps=3.0,
    text="Shortest interspike interval. Intervals below 1 ms, or below three time steps, are not physiological.",
)
BELOW_THRESHOLD = quantity(
    "below_threshold",
    "rest without depolarization block",
    at_most(10.0),
    "mV",
    scale=5.0,
    per_span=True,
    without_reset=True,
    text="Resting potential minus threshold. A neuron far above its threshold is silent because of depolarization "
    "block, not because it is at rest.",
)
CELL = quantity(
    "cell",
    "physiological membrane potential",
    at_most(0.0),
    "mV",
    scale=100.0,
    text="Largest excursion of the membrane potential outside the range from −150 to +80 mV. Real cells stay within "
    "this range. If the threshold moves, the potential must also stay within three spans of rest.",
)
WHOLE = quantity(
    "whole",
    "spikes large enough",
    at_least(0.3),
    "1",
    scale=0.3,
    without_reset=True,
    text="Height of the smallest spike, from the preceding minimum to its peak, as a fraction of a full spike of "
    "this model. A ripple that just crosses the detection level is not a spike.",
)
