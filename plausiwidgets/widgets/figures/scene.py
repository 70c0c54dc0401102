"""What a figure shows of a neuron and a pattern, as plain data: lines, spikes, marks and the ranges of the axes.

The potential of each neuron is drawn as it was simulated. A model with a reset never reaches the peak of a spike: there
each spike is drawn besides, as a line from the potential to the peak. A model whose spikes are crossings of a level
(`NeuronModel.spike_level`) has the whole spike in its potential, and nothing is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np

from plausiwidgets.engine.traces import Traces
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.patterns import Curve, Pattern, Protocol, Target, Verdict
from plausiwidgets.patterns.formatting import number
from plausiwidgets.patterns.protocol import usual_current
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.figures import style
from plausiwidgets.widgets.figures.annotations import Shape, event_window, shapes
from plausiwidgets.widgets.figures.drawing import Floats

Range = tuple[float, float]

HEADROOM = 0.22
"""What is left above the potential for the marks of the criteria, as a share of its height."""

WIDEST = 25.0
"""Most of a diverged potential that the axis holds, as a multiple of the distance from rest to threshold."""


@dataclass(frozen=True)
class VoltageScale:
    """The three potentials (mV) that a neuron's voltage axis is made of."""

    rest: float
    threshold: float
    peak: float

    def onto(self, v: Floats, other: VoltageScale) -> Floats:
        """Map `v` from this neuron's scale onto `other`'s: rest to rest, threshold to threshold, peak to peak.

        Linear up to the threshold and, with the slope that meets the peak, above it.
        """
        below = other.rest + (v - self.rest) * (other.threshold - other.rest) / (self.threshold - self.rest)
        above = other.threshold + (v - self.threshold) * (other.peak - other.threshold) / (self.peak - self.threshold)
        return np.where(v <= self.threshold, below, above)


@dataclass(frozen=True)
class Line:
    """One sweep of one neuron.

    Attributes
    ----------
    t, v, current : ndarray, shape [T]
        Time in ms, potential in mV as it was simulated or measured, injected current.
    spikes : ndarray
        In ms.
    diverged_at : float
        In ms; nan where all is well.
    peak : float
        In mV, up to which each spike is drawn as a line; nan where the potential itself shows the spikes.
    """

    t: Floats
    v: Floats
    spikes: Floats
    current: Floats
    diverged_at: float = np.nan
    peak: float = np.nan


@dataclass(frozen=True)
class Lane:
    """A sweep that is drawn small below the large one.

    Attributes
    ----------
    name : str
    label : str
        The name with what the pattern expects of it, and whether that holds.
    lines : mapping of str to Line
        By role.
    """

    name: str
    label: str
    lines: Mapping[str, Line]


@dataclass(frozen=True)
class Inset:
    """What a pattern measures as a curve.

    Attributes
    ----------
    x_title, y_title : str
    points : mapping of str to (ndarray, ndarray)
        x and y, by role.
    x, y : (float, float)
        Ranges of the axes, from zero.
    """

    x_title: str
    y_title: str
    points: Mapping[str, tuple[Floats, Floats]]
    x: Range = (0.0, 1.0)
    y: Range = (0.0, 1.0)


@dataclass(frozen=True)
class Scene:
    """All that a figure shows.

    Attributes
    ----------
    lines : mapping of str to Line
        The large sweep by role, from back to front.
    names : mapping of str to str
        What each role is called in the key.
    short : str
        What "yours" is called beside its spikes.
    lanes : tuple of Lane
        The other sweeps, from the top.
    curve : Inset or None
    shapes : tuple of Shape
    scale : VoltageScale
        Of the neuron of the sliders.
    current_unit, potential_unit : str
    time : (float, float)
        What the time axis shows, in ms.
    event : bool
        Whether the pattern is about less than the whole sweep.
    potential, current : (float, float)
        Ranges of these axes.
    """

    lines: Mapping[str, Line] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=lambda: dict(style.ROLE_TITLES))
    short: str = style.SHORT_TITLES["yours"]
    lanes: tuple[Lane, ...] = ()
    curve: Inset | None = None
    shapes: tuple[Shape, ...] = ()
    scale: VoltageScale = VoltageScale(-65.0, -50.0, 30.0)
    current_unit: str = ""
    potential_unit: str = "mV"
    time: Range = (-50.0, 500.0)
    event: bool = False
    potential: Range = (-90.0, 40.0)
    current: Range = (-1.0, 1.0)

    @property
    def lines_to_peak(self) -> bool:
        """Whether spikes are drawn as lines to the peak."""
        return any(isfinite(line.peak) and len(line.spikes) for line in self.lines.values())


def scene_of(model: NeuronModel, pattern: Protocol, verdict: Verdict, target: Target | None = None) -> Scene:
    """Return what a figure shows of the verdict of one set, in the main sweep of its pattern.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> model, pattern = pw.models.get("izhikevich"), pw.patterns.get("rebound_spike")
    >>> scene = scene_of(model, pattern, pw.judge(model, pattern), pw.patterns.target(pattern))
    >>> list(scene.lines), scene.event
    (['target', 'yours'], True)
    """
    yours = own_lines(verdict.traces, model)
    scale = voltage_scale(model, verdict.parameters, yours)
    names = dict(style.ROLE_TITLES)
    by_role: dict[str, Mapping[str, Line]] = {}
    if target is not None:
        held = next((float(line.current[0]) for line in yours.values()), 0.0)
        by_role["target"] = target_lines(target, scale, model, held)
        names["target"] = target_title(target)
    by_role = {role: lines for role, lines in (by_role | {"yours": yours}).items() if lines}
    sweeps = next((tuple(lines) for lines in by_role.values()), ())
    sweep = next((name for name in (pattern.main_sweep,) if name in sweeps), sweeps[0] if sweeps else "")
    # A sweep may be missing: a second pulse is not tried on a neuron that the first did not start.
    lines = {role: own.get(sweep) or next(iter(own.values())) for role, own in by_role.items()}
    curve = pattern.curve if isinstance(pattern, Pattern) else None
    scene = Scene(
        lines=lines,
        scale=scale,
        current_unit=model.current.unit,
        potential_unit=model.states[0].unit,
        names=names,
        lanes=() if curve is not None else _lanes(pattern, sweep, sweeps, by_role, verdict),
        curve=None if curve is None else _inset(curve, model, verdict, target),
    )
    window = None
    if verdict.traces:
        shown = sweep if sweep in verdict.traces else next(iter(verdict.traces))
        trace = verdict.traces[shown]
        found = event_window(pattern, shown, verdict.parameters, trace)
        if found[1] - found[0] < 0.98 * float(trace.t[-1] - trace.t[0]):
            window = found
        scene = replace(scene, event=window is not None, shapes=shapes(pattern, shown, model, verdict))
    return _fitted(scene, pattern, window)


# -- lines -------------------------------------------------------------------------------------------


def own_lines(traces: Mapping[str, Traces], model: NeuronModel | None) -> dict[str, Line]:
    """Return the sweeps of a model, each of one lane; without a model, spikes have no peak."""
    peak = model.peak if model is not None and model.spike_level is None else np.nan
    return {name: _line(sweep, sweep.v[0], peak) for name, sweep in traces.items()}


def _line(sweep: Traces, v: Floats, peak: float = np.nan) -> Line:
    return Line(sweep.t, v, sweep.spike_times[0], sweep.current[0], float(sweep.diverged_at[0]), peak)


def target_title(target: Target) -> str:
    """Return what a target is called: the packaged neuron is an example, a recording a recording."""
    return style.ROLE_TITLES["target"] if target.verdict is not None or target.parts else marked("recording")


def target_lines(
    target: Target, scale: VoltageScale, model: NeuronModel | None = None, held: float = 0.0
) -> dict[str, Line]:
    """Return the sweeps of a target, mapped onto a model's scale; a recording's are drawn as measured.

    Of spikes alone, the line is that of a neuron at rest between them. For a `model` whose current has another unit,
    the stimulus of a reference neuron is the same share of the usual current, on top of the current `held`; that of
    a recording is left out.
    """
    if target.parts:
        return {name: line for part in target.parts for name, line in target_lines(part, scale, model, held).items()}
    if target.verdict is None:
        lines = {
            name: _line(t, t.v[0]) if t.states else _line(t, np.full(t.t.size, scale.rest), scale.peak)
            for name, t in target.traces.items()
        }
        return {name: replace(line, current=np.full_like(line.current, np.nan)) for name, line in lines.items()}
    own = VoltageScale(target.rest, target.threshold, target.peak)
    reference = get_model(target.verdict.model)
    peak = np.nan if reference.spike_level is not None else scale.peak
    lines = {name: _line(t, own.onto(t.v[0], scale), peak) for name, t in target.traces.items()}
    share = None if model is None else current_share(model, reference)
    if share is None:
        return lines
    return {
        name: replace(line, current=held + share * (line.current - line.current[0])) for name, line in lines.items()
    }


def current_share(model: NeuronModel, reference: NeuronModel) -> float | None:
    """Return by what a current of a reference neuron is drawn larger for a model; None where their units are the same.

    Where the units differ, it is the same share of the usual current.
    """
    if model.current.unit == reference.current.unit:
        return None
    return usual_current(model) / usual_current(reference)


def voltage_scale(
    model: NeuronModel, values: Mapping[str, float] | None = None, lines: Mapping[str, Line] | None = None
) -> VoltageScale:
    """Return the scale of a model with these values; its rest is where its sweeps begin, holding included.

    A neuron that fires before anything happens may begin anywhere in a spike: so near to its peak that is no rest.
    """
    given = values or model.defaults()
    scale = scale_at(model, given, np.nan)
    for line in (lines or {}).values():
        if line.v[0] < 0.5 * (scale.rest + model.peak):  # not so where it is nan
            scale = scale_at(model, given, float(line.v[0]))
            break
    return scale if np.isfinite([scale.rest, scale.threshold]).all() else voltage_scale(model)


def scale_at(model: NeuronModel, values: Mapping[str, float], begins: float) -> VoltageScale:
    """Return the scale of a model whose sweeps begin at a potential in mV; nan: at the rest of its parameters.

    The threshold is a span above, as the judge has it, and below the peak.
    """
    arrays = {name: np.array([values[name]]) for name in model.parameters}
    span, threshold = (float(x[0]) for x in model.span_threshold(arrays))
    rest = begins if np.isfinite(begins) else threshold - span
    peak = max(model.peak, threshold + 0.07 * span)
    return VoltageScale(rest, min(rest + span, peak - 0.02 * (peak - rest)), peak)


# -- other sweeps, the curve, marks ------------------------------------------------------------------


def _lanes(
    pattern: Protocol,
    sweep: str,
    sweeps: tuple[str, ...],
    by_role: Mapping[str, Mapping[str, Line]],
    verdict: Verdict,
) -> tuple[Lane, ...]:
    expected = _expected(pattern, verdict)
    lanes = []
    for name in sweeps:
        if name != sweep:
            lines = {role: own[name] for role, own in by_role.items() if name in own}
            # The line of a diverged neuron just ends, so the label has the reason.
            lost = "yours" in lines and isfinite(lines["yours"].diverged_at)
            lanes.append(Lane(name, expected.get(name, tr(name)) + f" ✗ {tr('diverged')}" * lost, lines))
    return tuple(lanes)


def _expected(pattern: Protocol, verdict: Verdict) -> dict[str, str]:
    """Return the name of each sweep with what the pattern expects of it, and whether that is so."""
    checks = {check.key: check for check in verdict.criteria}
    out: dict[str, str] = {}
    for prefix, part in pattern.components.items():
        for mark in part.marks:
            check = checks.get(prefix + mark.criterion)
            if mark.sweep and check is not None:
                name = part.within(mark.sweep) if prefix else mark.sweep
                title, short = tr(check.title.removeprefix(part.within("")) if prefix else check.title), tr(mark.sweep)
                words = title if short in title else short
                whole = f"{tr(part.title)}: {words}" if prefix else words
                out.setdefault(name, f"{'✓' if check.passed else '✗'} {whole}")
    return out


def _inset(curve: Curve, model: NeuronModel, verdict: Verdict, target: Target | None) -> Inset:
    known = {"target": None if target is None else target.verdict, "yours": verdict}
    judged = {role: one for role, one in known.items() if one is not None}
    unit = curve.x_unit or model.current.unit
    x_title = f"{tr(curve.x_label)} ({unit})"
    if curve.onset:
        x_title = f"{tr(curve.x_label)} / {tr(curve.onset)}"
        onset = float(np.asarray(verdict.measured[curve.onset]))
        if isfinite(onset):
            x_title += f" ({tr(curve.onset)} {number(onset, 3)} {unit})"
    points = {role: curve_points(curve, one) for role, one in judged.items()}
    most = [max([1e-9, *(float(own[axis].max()) for own in points.values() if own[axis].size)]) for axis in (0, 1)]
    x, y = ((-0.03 * top, 1.06 * top) for top in most)
    return Inset(x_title, f"{tr(curve.y_label)} ({curve.y_unit})", points, x, y)


def curve_points(curve: Curve, verdict: Verdict) -> tuple[Floats, Floats]:
    """Return the points of a curve, of one set; those that are not known are left out.

    With an onset they begin at zero and are silent up to it, so that a jump is seen as one. Neurons whose onsets
    lie far apart stand above each other all the same, because x counts in multiples of the onset.
    """
    x, y = (np.asarray(verdict.measured[name], dtype=np.float64) for name in (curve.x, curve.y))
    if curve.onset:
        onset = float(np.asarray(verdict.measured[curve.onset]))
        x, y = np.concatenate([[0.0, 1.0], x / onset]), np.concatenate([[0.0, 0.0], y])
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() <= 2 and curve.onset:
        known[:] = False  # nothing was measured
    return x[known], y[known]


# -- axes --------------------------------------------------------------------------------------------


def padded(low: float, high: float, share: float = 0.06) -> Range:
    """Return an axis range a little wider than `low` to `high`."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return -1.0, 1.0
    margin = share * (high - low) or 0.5
    return float(low - margin), float(high + margin)


def _fitted(scene: Scene, pattern: Protocol, window: Range | None) -> Scene:
    """Return a scene with axes that hold all of its lines."""
    lines = list(scene.lines.values())
    if not lines:
        rest, peak = scene.scale.rest, scene.scale.peak
        return replace(scene, potential=padded(rest, peak))
    time = window or (float(min(line.t[0] for line in lines)), float(max(line.t[-1] for line in lines)))
    low, high = drawn_extent(lines, scene.scale)
    low, high = min(low, scene.scale.rest), max(high, scene.scale.threshold)
    if any(part.marks for part in pattern.components.values()):
        high += HEADROOM * (high - low)
    if window is not None and pattern.fine:
        low, high = _below_threshold(scene.scale, window, lines)
    potential = padded(low, high)
    currents = [line.current for line in scene.lines.values()]
    least, most = _extent(np.concatenate(currents)) if currents else (np.nan, np.nan)
    return replace(scene, time=time, potential=potential, current=padded(least, most, 0.15))


def drawn_extent(lines: Iterable[Line], scale: VoltageScale) -> Range:
    """Return the lowest and the highest drawn potential (mV); of a diverged line, as far as it is sensible."""
    lows, highs = [np.inf], [-np.inf]
    far = WIDEST * (scale.threshold - scale.rest)
    for line in lines:
        low, high = _extent(line.v)
        if isfinite(line.peak) and len(line.spikes):
            high = max(high, line.peak)
        if isfinite(line.diverged_at):
            low, high = max(low, scale.rest - far), min(high, scale.rest + far)
        lows.append(low)
        highs.append(high)
    return min(lows), max(highs)


def _below_threshold(scale: VoltageScale, window: Range, lines: Iterable[Line]) -> Range:
    """Return the range of what happens below the threshold in a time window."""
    top = scale.threshold + 0.4 * (scale.threshold - scale.rest)
    inside = np.concatenate([line.v[(line.t >= window[0]) & (line.t <= window[1])] for line in lines])
    below = inside[inside < top]
    return _extent(below) if below.size else (scale.rest, top)


def _extent(values: Floats) -> Range:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (np.inf, -np.inf)
