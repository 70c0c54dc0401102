"""Annotations: the places in the trace of a sweep at which a figure shows the measurements of criteria."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.traces import Traces
from plausiwidgets.support.names import unknown

Time = float | str | Callable[[SimpleNamespace, Traces], float]
"""Time in ms from the onset.

A number, the key of a stimulus parameter, or a function of the stimulus values and the trace.
"""

KINDS = (
    "spikes",
    "intervals",
    "late intervals",
    "first intervals",
    "longest interval",
    "bursts",
    "latency",
    "last",
    "pause",
    "quiet",
    "span",
    "flat",
    "level",
    "above threshold",
    "hump",
    "rise",
    "fall",
)

SOON = 50.0
"""Maximum time in ms from a spike to the peak of the afterdepolarization that follows it."""


@dataclass(frozen=True)
class Mark:
    """Annotation of a trace with the measurement of one criterion.

    Parameters
    ----------
    criterion : str
        Key of the criterion.
    kind : str
        Content of the annotation:

        - ``"spikes"``: the counted spikes
        - ``"intervals"``, ``"late intervals"``, ``"first intervals"``, ``"longest interval"``: all interspike
          intervals, those of the second half, the first two, the longest one
        - ``"bursts"``: the bursts
        - ``"latency"``, ``"last"``: the time from `start` to the first or to the last spike
        - ``"pause"``: the time from the last spike to `stop`
        - ``"quiet"``: the window from `start` to `stop`, which must not contain a spike
        - ``"span"``: the time from `start` to `stop`
        - ``"flat"``: the range of the potential from `start` to `stop`
        - ``"level"``: the potential from `start` to `stop`, and the potential before the onset
        - ``"above threshold"``: the mean potential from `start` to `stop`, and the threshold
        - ``"hump"``: the highest potential from `start` to `stop` after a spike, and the potential before the onset
        - ``"rise"``: the rise to that highest potential from the preceding minimum
        - ``"fall"``: the drop to that minimum from the potential before the onset
    start, stop : float, str or callable
        Limits in ms from the onset: a number, the key of a stimulus parameter, or a function ``time(s, trace)`` of the
        stimulus values and the trace. The defaults are the onset and the end of the trace.
    sweep : str
        Name of the sweep. By default, the main sweep of the pattern.
    text : str
        Label of a bracket instead of the measured value, or label of an arrow in front of the measured value.

    Examples
    --------
    >>> from plausiwidgets.patterns.annotations import Mark
    >>> Mark("latency", "latency").stop
    inf
    """

    criterion: str
    kind: str
    start: Time = 0.0
    stop: Time = math.inf
    sweep: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise unknown(f"mark of criterion {self.criterion!r}", "kind", self.kind, KINDS)


def last_onset(s: SimpleNamespace, trace: Traces) -> float:
    """Return the last time at which the current of a trace leaves its holding level.

    Returns
    -------
    float
        In ms from the onset, 0 if the current never leaves the holding level. The function is a `Time`.
    """
    away = _away(trace)
    onsets = np.flatnonzero(away[1:] & ~away[:-1]) + 1
    return float(trace.t[onsets[-1]]) if onsets.size else 0.0


def _away(trace: Traces) -> NDArray[np.bool_]:
    """Return a mask of the samples at which the current of a trace differs from its holding level, shape [time]."""
    current = trace.current[0]
    return np.asarray(np.abs(current - current[0]) > 1e-9 * max(1.0, float(np.abs(current).max())))


@dataclass(frozen=True)
class After:
    """Point in time at a given distance in ms from the end of the stimulus.

    Examples
    --------
    >>> Mark("quiet_after", "quiet", After(50.0)).start
    After(time=50.0)
    """

    time: float

    def __call__(self, s: SimpleNamespace, trace: Traces) -> float:
        away = np.flatnonzero(_away(trace))
        end = float(trace.t[min(away[-1] + 1, len(trace.t) - 1)]) if away.size else 0.0
        return end + self.time
