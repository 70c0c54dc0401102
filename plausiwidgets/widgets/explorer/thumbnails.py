"""Small pictures of firing patterns, drawn from the reference neuron as the paths of an SVG."""

from __future__ import annotations

import numpy as np

from plausiwidgets import patterns
from plausiwidgets.patterns import Pattern, Target
from plausiwidgets.patterns.marks import event_window
from plausiwidgets.simulation.traces import Traces
from plausiwidgets.widgets.view.drawing import Floats, Singles, corners, envelope, make_grid, with_spikes

WIDTH, HEIGHT = 84, 40
"""Of a picture in px."""

TOP, MIDDLE, LOW = 3.0, 29.0, 37.0
"""Of the potential the top and the bottom, and the bottom of the current, in px."""


def thumbnail(pattern: Pattern) -> dict[str, str]:
    """Return the paths of a pattern's potential and current; empty ones where it has no target.

    Examples
    --------
    >>> sorted(thumbnail(patterns.get("tonic_spiking")))
    ['current', 'potential']
    """
    target = patterns.target(pattern)
    if target is None or not target.traces:
        return {"potential": "", "current": ""}
    if target.verdict is not None and pattern.curve is not None:
        return _of_curve(pattern, target)
    name = pattern.main_sweep if pattern.main_sweep in target.traces else next(iter(target.traces))
    trace = target.traces[name]
    values = target.verdict.parameters if target.verdict is not None else {}
    window = event_window(pattern, name, values, trace) if values else (float(trace.t[0]), float(trace.t[-1]))
    return {"potential": _potential(trace, target, window), "current": _current(trace, window)}


def _potential(trace: Traces, target: Target, window: tuple[float, float]) -> str:
    if trace.states:
        v = trace.v[0]
        peak = target.peak if np.isfinite(target.peak) else float(np.nanmax(v))
        spikes = trace.spike_times[0] if target.verdict is not None else np.empty(0)
        v = with_spikes(trace.t, v, spikes, peak)
    else:
        v = with_spikes(trace.t, np.zeros(trace.t.size), trace.spike_times[0], 1.0)
    inside = (trace.t >= window[0]) & (trace.t <= window[1])
    t, v = trace.t[inside], v[inside]
    grid = make_grid(t, WIDTH)
    y = envelope(v, grid).astype(np.float64)
    low, high = float(np.nanmin(v)), float(np.nanmax(v))
    # A swing of a few millivolts fills the picture as a spike does.
    return _path(_scaled(grid.x, *window), MIDDLE - (y - low) / max(high - low, 1e-9) * (MIDDLE - TOP))


def _current(trace: Traces, window: tuple[float, float]) -> str:
    x, y = corners(trace.t, trace.current[0])
    low, high = float(y.min()), float(y.max())
    height = (y.astype(np.float64) - low) / max(high - low, 1e-9) * (LOW - MIDDLE - 3.0)
    return _path(np.clip(_scaled(x, *window), 0.0, WIDTH), LOW - height)


def _of_curve(pattern: Pattern, target: Target) -> dict[str, str]:
    """Return the rate over the current from zero to twice the rheobase: silent, and then as it is."""
    assert pattern.curve is not None and target.verdict is not None
    measured = target.verdict.measured
    x, y = (np.asarray(measured[name], dtype=np.float64) for name in (pattern.curve.x, pattern.curve.y))
    x, y = np.concatenate([[0.0, x[0]], x]), np.concatenate([[0.0, 0.0], y])
    axis = f"M0,{LOW:g}H{WIDTH}"
    return {"potential": _path(x / x[-1] * WIDTH, LOW - y / y[-1] * (LOW - TOP)), "current": axis}


def _scaled(t: Floats | Singles, low: float, high: float) -> Floats:
    return np.asarray((np.asarray(t, np.float64) - low) / (high - low) * WIDTH)


def _path(x: Floats, y: Floats) -> str:
    known = np.isfinite(x) & np.isfinite(y)
    points = [f"{a:.1f},{b:.1f}" for a, b in zip(x[known], y[known], strict=True)]
    kept = [p for p, before in zip(points, ["", *points], strict=False) if p != before]
    return "M" + "L".join(kept) if kept else ""
