"""Marks: where a figure shows what the criteria of a pattern measure, in the trace of a sweep."""

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
"""A time in ms from the onset: a number, the name of a stimulus value, or a function of the stimulus values and the
trace."""

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
"""Time after a spike, in ms, within which a hump has its top."""


@dataclass(frozen=True)
class Mark:
    """How the measurement of a criterion is drawn.

    Parameters
    ----------
    criterion : str
        Key of the criterion.
    kind : str
        ``"spikes"``: the spikes that count; ``"intervals"``, ``"late intervals"`` (of the later half), ``"first
        intervals"`` (the first two), ``"longest interval"``: intervals between spikes; ``"bursts"``; ``"latency"``,
        ``"last"``: from `start` to the first or last spike; ``"pause"``: from the last spike to `stop`; ``"quiet"``:
        no spike may fall between `start` and `stop`; ``"span"``: from `start` to `stop`; ``"flat"``: how far the
        potential moves between them; ``"level"``: the potential between them, beside that before the onset;
        ``"above threshold"``: its mean, beside the threshold; ``"hump"``: the highest potential between them after a
        spike, beside that before the onset; ``"rise"``, ``"fall"``: from the lowest potential before it up to it, or
        from that before the onset down to it.
    start, stop : float, str or callable
        Times in ms: a number, the name of a stimulus value, or ``time(s, traces)``; default: the onset, and the end of
        the trace.
    sweep : str
        Name of the sweep; default: the pattern's main sweep.
    text : str
        Label of a bracket in place of the measured value, or of an arrow before it.

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
    """Return the last time in ms at which the current of a trace leaves its holding level, as a `Time`."""
    away = _away(trace)
    onsets = np.flatnonzero(away[1:] & ~away[:-1]) + 1
    return float(trace.t[onsets[-1]]) if onsets.size else 0.0


def _away(trace: Traces) -> NDArray[np.bool_]:
    """Return where the current of a trace is not at its holding level."""
    current = trace.current[0]
    return np.asarray(np.abs(current - current[0]) > 1e-9 * max(1.0, float(np.abs(current).max())))


@dataclass(frozen=True)
class After:
    """A time in ms after the end of the stimulus.

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
