"""Criteria: accepted ranges of measured features, and the penalties of values outside them."""

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
"""Span from rest to threshold in mV to which voltage criteria refer."""


@checked
@renamed
@dataclass(frozen=True)
class Criterion:
    """Measured feature with an accepted range that includes both limits.

    Parameters
    ----------
    key : str
        Name of the feature that a pattern measures.
    title, description : str
        The requirement in a few words, and a sentence about the measured feature.
    unit : str
        Unit of the feature, ``"1"`` for a pure number.
    low, high : float
        Limits of the accepted range.
    scale : float
        Distance from the accepted range at which the penalty is 0.5. For ``kind="log"``, the distance is a difference
        of natural logarithms.
    kind : {"band", "log", "count"}
        Measure of the distance: a difference, a ratio, or a number of events. If the number is 0, the penalty also
        grows with the distance of the potential from the threshold.
    per_span : bool
        Whether the accepted range and `scale` refer to a span of 15 mV from rest to threshold. They then scale with the
        span of each parameter set.
    at_least_steps : float
        Minimum of the lower limit in time steps. The feature is then a time in ms.
    without_reset : bool
        Whether the criterion applies only to models without a reset, whose spikes differ in height.
    weight : float
        Factor of the penalty, above 0 and at most 1. A search favours criteria with a larger weight. Every criterion
        must be met, whatever its weight.

    Raises
    ------
    ValueError
        If the accepted range is empty or open at both ends, `scale` is not above 0, `weight` is not in (0, 1], or
        `kind` is unknown.

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
        """Return the accepted range of each parameter set.

        Parameters
        ----------
        span : ndarray, shape [n]
            Span from rest to threshold in mV.
        dt : float
            Time step in ms.

        Returns
        -------
        low, high : ndarray, shape [n]
            Limits of the accepted range.
        """
        factor = span / USUAL_SPAN if self.per_span else np.ones_like(span)
        low = np.maximum(self.low * factor, self.at_least_steps * dt or -INF)
        # Times are multiples of dt, so their differences are subject to rounding by one unit in the last place.
        return low * (1.0 - 1e-9) if self.at_least_steps else low, self.high * factor

    def penalty(self, value: Floats, low: Floats, high: Floats, span: Floats, gap: Floats, progress: Floats) -> Floats:
        """Return the penalty of each parameter set, 0 exactly within the accepted range and at most 1.

        Parameters
        ----------
        value, low, high, span : ndarray, shape [n]
            Measured feature (nan where it cannot be computed), accepted range, and span in mV.
        gap : ndarray, shape [n]
            Distance of the largest potential from the threshold, divided by the span.
        progress : ndarray, shape [n]
            Progress towards the next larger value, for a feature that changes in jumps.

        Returns
        -------
        ndarray, shape [n]
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
                # The progress towards several jumps can exceed the missing amount. Limit it, or a search would stop
                # improving there.
                short = low - value
                below = saturated(np.maximum(short - progress, 0.1 * short) / scale)
                above = saturated((value - high) / scale)
            outside = np.where(value < low, below, above)
        # A distance may round to zero, but a value outside the accepted range must have a penalty.
        outside = np.minimum(np.maximum(outside, 1e-9), 1.0)
        outside = np.where(np.isnan(value) | np.isnan(outside), 1.0, outside)
        return np.where(inside, 0.0, outside if self.weight == 1.0 else self.weight * outside)

    def violation(self, value: ArrayLike) -> Floats:
        """Return the penalty of plain values without scaling and grading, 0 exactly within the accepted range."""
        x = np.asarray(value, dtype=np.float64)
        one, none = np.ones_like(x), np.zeros_like(x)
        return self.penalty(x, self.low * one, self.high * one, USUAL_SPAN * one, none, none)


def saturated(x: ArrayLike) -> Floats:
    """Return x / (1 + x) for a distance x ≥ 0."""
    distance = np.maximum(x, 0.0)
    return np.where(distance == INF, 1.0, distance / (1.0 + distance))


# -- rows of a table of criteria ---------------------------------------------------------------------

Interval = tuple[float, float]


def at_least(low: float) -> Interval:
    """Return the accepted range of values that are at least `low`."""
    return low, INF


def at_most(high: float) -> Interval:
    """Return the accepted range of values that are at most `high`."""
    return -INF, high


def between(low: float, high: float) -> Interval:
    """Return the accepted range from `low` to `high`."""
    return low, high


def exactly(number: float) -> Interval:
    """Return the accepted range that contains a single number."""
    return number, number


def count(key: str, title: str, accepted: Interval, unit: str, text: str) -> Criterion:
    """Return a criterion for a number of events, in which each missing or surplus event adds to the penalty."""
    return Criterion(key, title, text, unit, *accepted, kind="count")


def ratio(key: str, title: str, accepted: Interval, *, scale: float, text: str, unit: str = "1") -> Criterion:
    """Return a criterion for a ratio, with a penalty of 0.5 at a distance of `scale` in natural logarithms."""
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
    """Return a criterion for a quantity, with a penalty of 0.5 at a distance of `scale` in its unit."""
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
