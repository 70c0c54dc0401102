"""Detection of threshold crossings that are artefacts of the stimulus instead of spikes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from plausiwidgets.recordings.recorded_sweep import RecordedSweep
from plausiwidgets.recordings.table import Data

ARTEFACT = 0.2
"""Maximum duration in ms of a crossing that is an artefact, if it is at an edge of the current."""
OF_OTHERS = 0.25
"""Maximum duration of any artefact, as a share of the median duration of crossings."""


def refuse_artefacts(groups: Sequence[RecordedSweep]) -> None:
    """Raise a ValueError for a very short threshold crossing at an edge of the current or among longer spikes."""
    known = [g for g in groups if g.data.crossed and g.dt <= 0.5 * ARTEFACT]
    lasting = {id(data): _lasting(data) for g in known for data in g.repeats}
    every = [x for durations in lasting.values() for x in durations]
    usual = float(np.median(every)) if every else 0.0
    for g in known:
        pieces = g.current.pieces if g.current is not None and not g.current.measured else ()
        edges = np.array([x for p in pieces for x in (p.on, p.off)])
        for data in g.repeats:
            for spike, duration in zip(data.spikes, lasting[id(data)], strict=True):
                if edges.size and np.abs(edges - spike).min() <= 0.5 and _is_brief(data, g.dt, spike):
                    where = "at an edge of the current. This is an artefact of the stimulus"
                elif duration < ARTEFACT and duration < OF_OTHERS * usual:
                    where = f"while other spikes last for {usual:.2g} ms. This is an artefact"
                else:
                    continue
                raise ValueError(
                    f"{data.label + ': ' if data.label else ''}v crosses the threshold at {spike:g} ms for less than "
                    f"{ARTEFACT:g} ms, {where}, not a spike. Remove it from v, or pass the spike times (spikes=…)."
                )


def _lasting(data: Data) -> list[float]:
    """Return the time in ms for which each spike stays above the potential at its detection."""
    assert data.v is not None
    out: list[float] = []
    for k in np.searchsorted(data.t, data.spikes, side="right").tolist():
        level = max(data.v[k - 1], np.interp(data.spikes[len(out)], data.t[k - 1 : k + 1], data.v[k - 1 : k + 1]))
        below = np.flatnonzero(data.v[k:] < level)
        out.append(float(data.t[k + below[0]] - data.t[k]) if below.size else math.inf)
    return out


def _is_brief(data: Data, dt: float, spike: float) -> bool:
    """Return whether the potential falls below half of its rise within the duration of an artefact."""
    assert data.v is not None
    k = int(np.searchsorted(data.t, spike))
    top = k + int(data.v[k : k + 5].argmax())
    half = 0.5 * (data.v[max(k - 1, 0)] + data.v[top])
    return bool((data.v[top : min(top + round(ARTEFACT / dt), data.v.size)] <= half).any())
