"""Small pictures of firing patterns, drawn from the reference neuron as the paths of an SVG."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from plausiwidgets import patterns
from plausiwidgets.patterns import Pattern, Protocol, Target
from plausiwidgets.patterns.marks import event_window
from plausiwidgets.patterns.registry import is_builtin
from plausiwidgets.simulation.traces import Traces
from plausiwidgets.widgets.view.drawing import Floats, Singles, corners, envelope, make_grid, spike_lines
from plausiwidgets.widgets.view.scene import Line, VoltageScale, target_lines

WIDTH, HEIGHT = 84, 40
"""Of a picture in px."""

TOP, MIDDLE, LOW = 3.0, 29.0, 37.0
"""Of the potential the top and the bottom, and the bottom of the current, in px."""

PICTURES = Path(__file__).parent / "thumbnails.json"
"""The pictures of the package's patterns, by key."""

COMMAND = 'python -c "from plausiwidgets.widgets.explorer.thumbnails import write; write()"'
"""The command that made them; needed after an edit of a pattern, its reference, or of what draws them."""


def thumbnail(pattern: Protocol) -> dict[str, str]:
    """Return the paths of a pattern's potential and current; empty ones where it has no target.

    Examples
    --------
    >>> sorted(thumbnail(patterns.get("tonic_spiking")))
    ['current', 'potential']
    """
    target = patterns.target(pattern)
    if target is None or not target.traces:
        return {"potential": "", "current": ""}
    if target.verdict is not None and isinstance(pattern, Pattern) and pattern.curve is not None:
        return _of_curve(pattern, target)
    name = pattern.main_sweep if pattern.main_sweep in target.traces else next(iter(target.traces))
    trace = target.traces[name]
    values = target.verdict.parameters if target.verdict is not None else {}
    window = event_window(pattern, name, values, trace) if values else (float(trace.t[0]), float(trace.t[-1]))
    line = target_lines(target, _scale(target))[name]
    return {"potential": _potential(line, window), "current": _current(trace, window)}


def packaged_thumbnail(pattern: Protocol) -> dict[str, str] | None:
    """Return the paths of a pattern of the package as :data:`COMMAND` wrote them; None for others."""
    return _packaged().get(pattern.key) if is_builtin(pattern) else None


@cache
def _packaged() -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = json.loads(PICTURES.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def text_of_pictures() -> str:
    """Return the pictures of the package's patterns as the text of their file."""
    known = [patterns.get(key) for key in patterns.names()]
    lines = [f"{json.dumps(one.key)}: {json.dumps(thumbnail(one))}" for one in known if is_builtin(one)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write() -> None:
    """Write the pictures of the package's patterns anew."""
    PICTURES.write_text(text_of_pictures(), encoding="utf-8", newline="\n")


def _scale(target: Target) -> VoltageScale:
    """Return the scale that maps a target onto itself; of spikes alone, from 0 to 1."""
    return (
        VoltageScale(0.0, 0.5, 1.0)
        if target.verdict is None or target.parts
        else VoltageScale(target.rest, target.threshold, target.peak)
    )


def _potential(line: Line, window: tuple[float, float]) -> str:
    inside = (line.t >= window[0]) & (line.t <= window[1])
    t, v = line.t[inside], line.v[inside]
    x, y = spike_lines(t, v, line.spikes, line.peak)
    low, high = float(np.nanmin(v)), float(np.nanmax([np.nanmax(v), *y]))
    # A swing of a few millivolts fills the picture as a spike does.
    per = (MIDDLE - TOP) / max(high - low, 1e-9)
    grid = make_grid(t, WIDTH)
    path = _path(_scaled(grid.x, *window), MIDDLE - (envelope(v, grid) - low) * per)
    up = [_path(_scaled(x[i : i + 2], *window), MIDDLE - (y[i : i + 2] - low) * per) for i in range(0, len(x), 3)]
    return path + "".join(up)


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


def _path(x: Floats, y: Floats | Singles) -> str:
    known = np.isfinite(x) & np.isfinite(y)
    points = [f"{a:.1f},{b:.1f}" for a, b in zip(x[known], y[known], strict=True)]
    kept = [p for p, before in zip(points, ["", *points], strict=False) if p != before]
    return "M" + "L".join(kept) if kept else ""
