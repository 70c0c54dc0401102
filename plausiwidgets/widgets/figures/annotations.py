"""Shapes of the marks of a pattern in the trace of a sweep."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from plausiwidgets.engine.traces import Traces
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import CriterionResult, Protocol, Verdict
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.annotations import SOON, Mark, Time
from plausiwidgets.support.printed import number
from plausiwidgets.texts import tr

MAX_MARKS = 24
"""Maximum number of brackets of a mark. A viewer cannot distinguish more."""


@dataclass(frozen=True)
class Shape:
    """Shape in the picture of a trace.

    Attributes
    ----------
    criteria : tuple of str
        Keys of the criteria that the shape is about.
    ok : bool
        Whether all these criteria are met.
    form : {"bracket", "arrow", "window", "band"}
    t0, t1 : float
        Start and end in ms.
    v0, v1 : float
        Lower and upper edge of a band in mV. They are 0 for the other forms, which are above the trace or as high as
        the figure.
    text : str
        Text of a bracket or an arrow.
    """

    criteria: tuple[str, ...]
    ok: bool
    form: str
    t0: float
    t1: float
    v0: float = 0.0
    v1: float = 0.0
    text: str = ""


def event_window(pattern: Protocol, sweep: str, values: Mapping[str, float], trace: Traces) -> tuple[float, float]:
    """Return the start and the end in ms of the event of a sweep, by default those of the whole sweep."""
    whole = float(trace.t[0]), float(trace.t[-1])
    for prefix, part in pattern.components.items():
        if part.event is not None and (not prefix or sweep.startswith(part.within(""))):
            s = _stimulus(part, prefix, values)
            low, high = (_time(time, s, trace) for time in part.event)
            return max(low, whole[0]), min(max(high, low + 10.0), whole[1])
    return whole


def shapes(pattern: Protocol, sweep: str, model: NeuronModel, verdict: Verdict) -> tuple[Shape, ...]:
    """Return the shapes to draw in the trace of a sweep of one parameter set.

    A shape of several criteria is returned once.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> model, pattern = pw.models.get("izhikevich"), pw.patterns.get("phasic_spiking")
    >>> verdict = pw.judge(model, pattern, {"b": 0.25, "amplitude": 0.5})
    >>> drawn = shapes(pattern, "step", model, verdict)
    >>> [(shape.form, shape.text) for shape in drawn if "latency" in shape.criteria]
    [('arrow', '20.5 ms')]
    """
    values, trace = verdict.parameters, verdict.traces[sweep]
    threshold = float(model.span_threshold({name: np.array([values[name]]) for name in model.parameters})[1][0])
    known = {check.key: check for check in verdict.criteria}
    merged: dict[tuple[object, ...], Shape] = {}
    for prefix, part in pattern.components.items():
        s = _stimulus(part, prefix, values)
        for mark in part.marks:
            name, check = mark.sweep or part.main_sweep, known.get(prefix + mark.criterion)
            if check is None or sweep != (part.within(name) if prefix else name):
                continue
            start, stop = _time(mark.start, s, trace), min(_time(mark.stop, s, trace), float(trace.t[-1]))
            if start > stop:
                continue
            for shape in _DRAWN[mark.kind](_Drawing(mark, start, stop, trace, threshold, check)):
                place = shape.form, shape.t0, shape.t1, shape.v0, shape.v1, shape.text
                found = merged.get(place) or replace(shape, criteria=(), ok=True)
                merged[place] = replace(found, criteria=found.criteria + shape.criteria, ok=found.ok and shape.ok)
    return tuple(merged.values())


def _stimulus(part: Protocol, prefix: str, values: Mapping[str, float]) -> SimpleNamespace:
    return SimpleNamespace(**{name: values[prefix + name] for name in part.stimulus_names})


def _time(time: Time, s: SimpleNamespace, trace: Traces) -> float:
    if isinstance(time, str):
        return float(getattr(s, time))
    return float(time(s, trace)) if callable(time) else float(time)


# -- kinds -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Drawing:
    """Mark of a pattern at its times, with the data from which its shapes are computed."""

    mark: Mark
    start: float
    stop: float
    trace: Traces
    threshold: float
    check: CriterionResult

    @property
    def spikes(self) -> np.ndarray:
        times = self.trace.spike_times[0]
        return np.asarray(times[(times >= self.start) & (times < self.stop)], dtype=np.float64)

    @property
    def rest(self) -> float:
        before = self.trace.v[0][self.trace.t < 0.0]
        return float(before[-1]) if before.size else math.nan

    def potential(self, start: float) -> tuple[np.ndarray, np.ndarray]:
        """Return times in ms and potential in mV between `start` and the end of the mark."""
        inside = (self.trace.t >= start) & (self.trace.t < self.stop) & np.isfinite(self.trace.v[0])
        return self.trace.t[inside], self.trace.v[0][inside]

    def shape(self, form: str, t0: float, t1: float, v0: float = 0.0, v1: float = 0.0, text: str = "") -> list[Shape]:
        return [Shape((self.check.key,), bool(self.check.passed), form, t0, t1, v0, v1, text)]

    def bracket(self, t0: float, t1: float, text: str) -> list[Shape]:
        return self.shape("bracket", t0, t1, text=tr(self.mark.text) or text)

    def arrow(self, t0: float, t1: float, text: str = "") -> list[Shape]:
        measured = f"{number(t1 - t0, 3)} ms{text}"
        return self.shape("arrow", t0, t1, text=f"{self.mark.text} = {measured}" if self.mark.text else measured)

    def window(self) -> list[Shape]:
        """Return a window in which no event may happen. The figure draws it only if the criterion is not met."""
        return self.shape("window", self.start, self.stop)

    def intervals(self, times: np.ndarray) -> list[Shape]:
        first, last = times[:-1].tolist(), times[1:].tolist()
        if len(first) > MAX_MARKS:
            return self.bracket(first[0], last[-1], tr("{count} interspike intervals", count=len(first)))
        return [shape for a, b in zip(first, last, strict=True) for shape in self.bracket(a, b, number(b - a, 3))]


def _spikes(d: _Drawing) -> list[Shape]:
    times = d.spikes
    if not len(times):
        return d.window()
    counted = tr("1 spike") if len(times) == 1 else tr("{count} spikes", count=len(times))
    return d.bracket(float(times[0]), float(times[-1]), counted)


def _late_intervals(d: _Drawing) -> list[Shape]:
    times = d.spikes
    late = np.flatnonzero(np.isfinite(f.late_half(f.intervals(times[None]))[0]))
    return d.intervals(times[late[0] :]) if late.size else []


def _longest_interval(d: _Drawing) -> list[Shape]:
    times = d.spikes
    k = int(np.diff(times).argmax()) if len(times) > 1 else 0
    return d.intervals(times[k : k + 2])


def _bursts(d: _Drawing) -> list[Shape]:
    times = d.spikes
    gaps = f.burst_gaps(times[None])[0]
    if not gaps.any():
        return []
    groups = np.split(times, np.flatnonzero(gaps) + 1)
    return [shape for g in groups[:MAX_MARKS] for shape in d.bracket(float(g[0]), float(g[-1]), str(len(g)))]


def _pause(d: _Drawing) -> list[Shape]:
    if not len(d.spikes):
        return []
    in_its_unit = d.check.unit == "ms" or not math.isfinite(d.check.value)
    text = "" if in_its_unit else f" = {number(d.check.value, 3)} {tr(d.check.unit)}"
    return d.arrow(float(d.spikes[-1]), d.stop, text)


def _flat(d: _Drawing) -> list[Shape]:
    _, v = d.potential(d.start)
    return d.shape("band", d.start, d.stop, float(v.min()), float(v.max())) if v.size else []


def _level(d: _Drawing) -> list[Shape]:
    _, v = d.potential(d.start)
    if not v.size:
        return []
    distances = v - d.rest
    # The criterion may measure the largest or the last distance.
    known = d.check.unit == "mV" and math.isfinite(d.check.value)
    measured = float(d.check.value) if known else abs(float(distances[-1]))
    away = float(distances[np.abs(np.abs(distances) - measured).argmin()])
    return d.shape("band", d.start, d.stop, d.rest, d.rest + away)


def _above_threshold(d: _Drawing) -> list[Shape]:
    _, v = d.potential(d.start)
    return d.shape("band", d.start, d.stop, d.threshold, float(v.mean())) if v.size else []


def _hump(d: _Drawing) -> list[Shape]:
    times = d.trace.spike_times[0]
    times = times[(times >= 0.0) & (times < d.stop)]
    if not len(times):
        return []
    spike = float(times[-1])
    t, v = d.potential(max(spike, d.start))
    # The spike itself is not a hump, so the search starts where the potential is below the threshold.
    start = f.first_below(v[None], np.array([d.threshold]), np.array([0]))
    since = np.searchsorted(t, [spike])
    found = f.hump(v[None], np.array([d.rest]), start, np.searchsorted(t, [spike + SOON]), np.zeros(1), since)
    top = int(found.top[0])
    if top < 0:
        return []
    low, high, at = float(v[top] - found.rise[0]), float(v[top]), float(t[top])
    if d.mark.kind == "fall":
        at = float(t[since[0] + int(v[since[0] : top + 1].argmin())])
    ends = {"hump": (d.rest, high), "rise": (low, high), "fall": (d.rest, d.rest - float(found.undershoot[0]))}
    return d.shape("band", at - 2.0, at + 2.0, *ends[d.mark.kind])


_DRAWN: Mapping[str, Callable[[_Drawing], list[Shape]]] = {
    "spikes": _spikes,
    "intervals": lambda d: d.intervals(d.spikes),
    "late intervals": _late_intervals,
    "first intervals": lambda d: d.intervals(d.spikes[:3]),
    "longest interval": _longest_interval,
    "bursts": _bursts,
    "latency": lambda d: d.arrow(d.start, float(d.spikes[0])) if len(d.spikes) else [],
    "last": lambda d: d.arrow(d.start, float(d.spikes[-1])) if len(d.spikes) else [],
    "pause": _pause,
    "quiet": _Drawing.window,
    "span": lambda d: d.arrow(d.start, d.stop),
    "flat": _flat,
    "level": _level,
    "above threshold": _above_threshold,
    "hump": _hump,
    "rise": _hump,
    "fall": _hump,
}
