"""Recordings as responses, so that a recording can be evaluated by its own criteria."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.current import SETTLE
from plausiwidgets.patterns.formatting import interval
from plausiwidgets.patterns.response import Response, Responses
from plausiwidgets.patterns.sweep import BEFORE
from plausiwidgets.patterns.verdict import CriterionResult
from plausiwidgets.recordings.recorded_features import SMOOTH, RecordedFeatures
from plausiwidgets.recordings.recorded_sweep import RecordedSweep, smoothed, spikes_before
from plausiwidgets.recordings.table import Data
from plausiwidgets.support.printed import number

WITHOUT_NOISE = ("sag", "course")
"""Features that are measured without the noise of the recording, which simulated neurons do not have."""
FULL_SPIKE = 100.0
"""Height in mV of a full spike of a cell, whose criteria for the shape of spikes apply because it has no reset."""


def check_own(
    features: RecordedFeatures, sweeps: Sequence[RecordedSweep], source: str
) -> tuple[CriterionResult[bool, float], ...]:
    """Return the results of a recording for its own criteria.

    Raises
    ------
    ValueError
        If the recording does not meet a criterion, so that no neuron could reproduce the cell.
    """
    raw = features.own_values(own_responses(sweeps))
    smooth = features.own_values(own_responses(sweeps, SMOOTH))
    out = []
    for one in features.compared:
        c = one.criterion
        value = (smooth if one.name in WITHOUT_NOISE else raw)[c.key]
        if not c.low - 1e-9 <= value <= c.high + 1e-9:
            where = f"{one.sweep}, " if one.sweep else ""
            raise ValueError(
                f"{source or 'the recording'} must meet its own criteria, but {where}{c.title!r} is "
                f"{number(value)} {c.unit}, and {interval(c.low, c.high, c.unit)} is accepted. Compare other features "
                f"(compare without {one.name!r}), or leave the sweep out (sweeps)."
            )
        out.append(CriterionResult(c.key, c.title, c.description, c.unit, value, c.low, c.high, True, 0.0))
    return tuple(out)


def own_responses(sweeps: Sequence[RecordedSweep], smooth: float = 0.0) -> dict[str, Responses]:
    """Return the recording as a response to its own currents, with the potential averaged over `smooth` ms.

    The result contains the responses of all sweeps for each sweep, together with the resting potential of that sweep.
    The potential of a cell before the stimulus differs between sweeps, in contrast to that of a simulated neuron. The
    entry with an empty name has the mean resting potential.
    """
    found = {g.name: _response(g, smooth) for g in sweeps}
    seen = SETTLE / 1000.0
    count, seconds = spikes_before(sweeps)
    spontaneous = np.array([seen * count / seconds if seconds else 0.0])
    rests = {g.name: _rest(g, g.data) for g in sweeps}
    known = [_rest(g, data) for g in sweeps if g.onset == 0.0 for data in g.repeats]
    rests[""] = float(np.nanmean([*known, np.nan])) if np.isfinite(known).any() else math.nan

    def at_rest(rest: float) -> Responses:
        level, none = np.array([rest]), np.zeros(1)
        return Responses(
            found,
            1,
            sweeps[0].dt,
            span=none,
            threshold=none,
            v_baseline=level,
            baseline_range=none,
            baseline_peak=level,
            spontaneous_spikes=spontaneous,
            full_spike=FULL_SPIKE,
        )

    return {name: at_rest(rest) for name, rest in rests.items()}


def _rest(g: RecordedSweep, data: Data) -> float:
    """Return the potential just before the stimulus in mV, or nan without it."""
    if data.v is None or g.begin <= data.t[0]:
        return math.nan
    before = g.v(data, -min(BEFORE, g.begin - data.t[0]), 0.0)
    return float(before.mean()) if before.size * g.dt >= 2.0 else math.nan


def _response(g: RecordedSweep, smooth: float) -> Response:
    """Return a sweep as a response on a grid with the time between its samples."""
    times = g.train()[None]
    if g.data.v is None:
        return Response(times, g.end, np.zeros(1), g.dt)
    v = _between_edges(g, smooth)[None]
    return Response(times, g.end, v.max(axis=1), g.dt, v, 0, v.max(axis=1))


def _between_edges(g: RecordedSweep, smooth: float) -> NDArray[np.float64]:
    """Return the potential, averaged over a time in ms between changes of the current."""
    v = g.on_grid(g.data)
    if not smooth:
        return v
    pieces = () if g.current is None or g.current.measured else g.current.pieces
    edges = sorted({round((x - g.begin) / g.dt) for piece in pieces for x in (piece.on, piece.off)})
    # An average across a change of the current would contain the jump of the potential at the change.
    cuts = [x for x in edges if 0 < x < v.size]
    return np.concatenate([smoothed(part, g.dt, smooth) for part in np.split(v, cuts)])
