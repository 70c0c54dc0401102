"""Phase plane of a neuron, or phase line of a neuron with one variable, with the trajectory of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from plausiwidgets.analysis.phase_lines import PhaseLine, line_of, range_of
from plausiwidgets.analysis.phase_planes import (
    STEADY,
    FixedPoint,
    Flow,
    Range,
    padded,
    phase_plane,
    ranges_of,
)
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.engine.traces import Traces
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns.evaluation import single
from plausiwidgets.texts import tr
from plausiwidgets.widgets.drawing.envelope import Floats
from plausiwidgets.widgets.drawing.phase import arrows, current_text, eigenvalues_text, line_arrows, state_text
from plausiwidgets.widgets.handlers.judging import judge_one
from plausiwidgets.widgets.handlers.packing import Arrays
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request

GRIDS = {2: (44, 34)}
"""Grid points along x and y, by the number of variables. A picture of 400 px shows no finer grid."""
GRID = (32, 26)
"""Grid points along x and y if the neuron has other variables, which need their steady state at every point."""

POINTS = 900
"""Maximum number of points of the trajectory without its resets.

A viewer cannot distinguish more points.
"""

LINE = 240
"""Number of points of the curve of a neuron with one variable."""

LEVELS = 3
"""Number of currents at which nullclines are drawn if the current changes continuously, as in a ramp."""

ABOVE = 1.2
"""Height of the picture above the threshold of a neuron with a reset, in units of the span of its potential.

A higher upswing leaves the picture.
"""


def phase(handlers: Handlers, request: Request) -> None:
    """Simulate a sweep with every state variable and send the phase plane at its currents."""
    selection = handlers.selection(request)
    record = tuple(state.key for state in selection.model.states)

    def work(request: Request, checkpoint: Checkpoint) -> None:
        with handlers.judging.gate.urgent():
            traces = single(judge_one(selection, record, checkpoint)).traces
        sweep = traces.get(request["sweep"] or selection.pattern.main_sweep) or next(iter(traces.values()), None)
        if sweep is None:
            raise ValueError("the pattern has no sweep for a phase plane.")
        fields, arrays = drawn(selection.model, selection.values, sweep, request.fields)
        request.reply("done", arrays, **fields)

    handlers.work(request, Priority.TOOL, work)


def drawn(
    model: NeuronModel, selected: Mapping[str, float], sweep: Traces, request: Mapping[str, Any]
) -> tuple[dict[str, object], Arrays]:
    """Return the phase plane or phase line of a sweep as the fields and the arrays of an answer."""
    values = {name: selected[name] for name in model.parameters}
    flow = Flow(model, values, float(sweep.current[0, 0]))
    flowing = [flow.names[i] for i in flow.flowing]
    levels, at = current_levels(sweep)
    after = at[sweep.t >= 0.0]
    usual = int(np.bincount(after, minlength=len(levels)).argmax()) if after.size else 0
    draw = _line if len(flowing) == 1 else _plane
    fields, arrays, x, y, ranges = draw(model, flow, values, sweep, levels, request)
    broken = flow.resets if len(flowing) == 1 else model.spike_level is None
    arrays["path"] = ("f4", np.frombuffer(path(sweep, x, y, ranges, at, broken=broken), np.float32))
    variables = flowing if len(flowing) > 2 else []
    return fields | {"ranges": [list(map(float, r)) for r in ranges], "usual": usual, "variables": variables}, arrays


Drawn = tuple[dict[str, object], Arrays, Floats, Floats, tuple[Range, Range]]


def _plane(
    model: NeuronModel,
    flow: Flow,
    values: Mapping[str, float],
    sweep: Traces,
    levels: list[float],
    request: Mapping[str, Any],
) -> Drawn:
    flowing = [flow.names[i] for i in flow.flowing]
    chosen = tuple(request["pair"]) or tuple(flowing[:2])
    if len(chosen) != 2 or chosen[0] == chosen[1] or not set(chosen) <= set(flowing):
        raise ValueError(f"phase: pair must be two different variables of {', '.join(flowing)}, got {list(chosen)}.")
    pair = chosen[0], chosen[1]
    visited = np.stack([sweep.states[name][0] for name in pair])
    if flow.resets and pair[0] == flow.names[0]:
        visited = visited[:, visited[0] < flow.threshold + ABOVE * flow.span]
    ranges = widened(ranges_of(flow, [flow.names.index(name) for name in pair], visited), request.get("ranges"))
    others: str | Mapping[str, float] = STEADY
    if len(flowing) > 2 and request["others"] == "now":
        k = int(np.searchsorted(sweep.t, request["now"]).clip(0, len(sweep.t) - 1))
        others = {name: float(sweep.states[name][0, k]) for name in flowing if name not in pair}
    grid = GRIDS.get(len(flowing), GRID)
    bounds = dict(zip(pair, ranges, strict=True))
    planes = [
        phase_plane(model, values, level, pair=pair, bounds=bounds, others=others, points=grid) for level in levels
    ]
    arrays: Arrays = {}
    described = []
    for k, plane in enumerate(planes):
        arrays |= {
            f"{k}.{i}.{j}": ("f4", np.asarray(line))
            for i, lines in enumerate(plane.nullclines)
            for j, line in enumerate(lines)
        }
        arrays[f"{k}.arrows"] = ("f4", np.asarray(arrows(plane)))
        described.append(
            {
                "text": current_text(plane.current, model),
                "nullclines": [len(lines) for lines in plane.nullclines],
                "points": [_point(point, pair, float(point.state[pair[1]])) for point in plane.fixed_points],
            }
        )
    labels = [state.label for name in pair for state in model.states if state.key == name]
    fields: dict[str, object] = {
        "names": list(pair),
        "labels": labels,
        "levels": described,
        "sentence": planes[0].sentence,
    }
    return fields, arrays, sweep.states[pair[0]][0], sweep.states[pair[1]][0], ranges


def _line(
    model: NeuronModel,
    flow: Flow,
    values: Mapping[str, float],
    sweep: Traces,
    levels: list[float],
    request: Mapping[str, Any],
) -> Drawn:
    """Return the phase line of a neuron with one variable, with its rate of change at each current of the sweep."""
    (name,) = (flow.names[i] for i in flow.flowing)
    state = next(one for one in model.states if one.key == name)
    visited = sweep.states[name][0]
    x_range = range_of(flow, visited[visited < flow.threshold + ABOVE * flow.span] if flow.resets else visited)
    lines = [line_of(Flow(model, values, level), model.key, level, x_range, LINE) for level in levels]
    ranges = widened((x_range, _heights(lines, flow)), request.get("ranges"))
    lines = [line_of(Flow(model, values, level), model.key, level, ranges[0], LINE) for level in levels]
    arrays: Arrays = {}
    described = []
    for k, line in enumerate(lines):
        known = np.isfinite(line.rate)
        pieces = np.split(np.stack([line.x, line.rate], axis=1), np.flatnonzero(known[1:] != known[:-1]) + 1)
        drawn = [piece for piece in pieces if np.isfinite(piece).all()]
        arrays |= {f"{k}.0.{j}": ("f4", piece) for j, piece in enumerate(drawn)}
        arrays[f"{k}.arrows"] = ("f4", np.asarray(line_arrows(line)))
        described.append(
            {
                "text": current_text(line.current, model),
                "nullclines": [len(drawn)],
                "points": [_point(point, (line.variable,), 0.0) for point in line.fixed_points],
            }
        )
    fields: dict[str, object] = {
        "names": [name],
        "labels": [state.label, f"d{name}/dt ({'1' if state.unit == '1' else state.unit}/ms)"],
        "levels": described,
        "sentence": tr("The potential rises where the curve is above 0 and falls where it is below 0."),
    }
    return fields, arrays, visited, rate_of(sweep, name, flow.resets), ranges


def widened(found: tuple[Range, Range], shown: list[list[float]] | None) -> tuple[Range, Range]:
    """Return ranges that contain the ranges of the trajectory and the ranges that are always shown."""
    if not shown or len(shown) != 2:
        return found
    wide = [(min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(found, shown, strict=True)]
    return wide[0], wide[1]


def _point(point: FixedPoint, names: tuple[str, ...], y: float) -> dict[str, object]:
    return {
        "x": float(point.state[names[0]]),
        "y": y,
        "kind": point.kind,
        "text": state_text(point, names),
        "eigenvalues": eigenvalues_text(point),
    }


def current_levels(sweep: Traces) -> tuple[list[float], np.ndarray]:
    """Return the most relevant currents of a sweep, and the index of the nearest of them at each time.

    The currents that last longest are included. If there are more than `LEVELS`, others are spread over the range.
    """
    current = sweep.current[0]
    values, counts = np.unique(np.round(current, 9), return_counts=True)
    if len(values) > LEVELS:
        most = values[np.argsort(-counts, kind="stable")]
        lasting = most[: LEVELS - 1] if counts.max() > 0.05 * current.size else most[:0]
        values = np.unique(np.append(lasting, np.linspace(values[0], values[-1], LEVELS)))[:4]
    nearest = np.abs(current[:, None] - values[None, :]).argmin(axis=1)
    return [float(value) for value in values], nearest


def path(sweep: Traces, x: Floats, y: Floats, ranges: tuple[Range, Range], level: np.ndarray, broken: bool) -> bytes:
    """Return time, x, y and level at the points of a trajectory as the bytes of float32 rows.

    A row of nan separates the points before and after each reset. Half of the points are spread over the time and half
    over the path, so fast movements keep their points.
    """
    t = sweep.t
    way = np.hypot(*(np.diff(z) / (high - low) for z, (low, high) in zip((x, y), ranges, strict=True)))
    jumps = np.empty(0, dtype=int)
    if broken:
        jumps = np.rint((sweep.spike_times[0] - t[0]) / (t[1] - t[0])).astype(int)
        jumps = jumps[(jumps > 0) & (jumps < len(t))]
        way[jumps - 1] = 0.0
    way = np.minimum(np.nan_to_num(way), 0.2)
    length = np.append(0.0, np.cumsum(way / max(way.sum(), 1e-12) + 1.0 / len(way)))
    chosen = np.searchsorted(length, np.linspace(0.0, length[-1], min(POINTS, len(t)))).clip(0, len(t) - 1)
    chosen = np.unique(np.concatenate([chosen, jumps, jumps - 1]))
    rows = np.stack([t, x, y, level], axis=1)[chosen]
    gaps = np.searchsorted(chosen, jumps)
    return np.insert(rows, gaps, np.nan, axis=0).astype(np.float32).tobytes()


def _heights(lines: list[PhaseLine], flow: Flow) -> Range:
    """Return the range of the shown rates.

    The range includes rates up to slightly above the threshold, where an upswing leaves the picture.
    """
    low = [line.rate[line.x < flow.threshold + 0.2 * flow.span] for line in lines]
    rates = np.concatenate(low)
    return padded(np.append(rates[np.isfinite(rates)], 0.0))


def rate_of(sweep: Traces, name: str, resets: bool) -> Floats:
    """Return the rate of change of a variable at each time, in its unit per ms.

    At a spike with a reset, the rate is that of the time step before. While the neuron is refractory, the rate is 0 at
    any point of the curve.
    """
    rate = np.diff(sweep.states[name][0]) / np.diff(sweep.t)
    if resets:
        jumps = np.rint((sweep.spike_times[0] - sweep.t[0]) / (sweep.t[1] - sweep.t[0])).astype(int) - 1
        jumps = jumps[(jumps > 0) & (jumps < len(rate))]
        rate[jumps] = rate[jumps - 1]
    return np.append(rate, rate[-1:])
