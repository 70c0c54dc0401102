"""What is drawn of the marks of a pattern in the trace of a sweep."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Check, Protocol
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.criterion import USUAL_SPAN
from plausiwidgets.patterns.formatting import number
from plausiwidgets.patterns.marks import SMALLEST_SWING, SOON, Mark, Time
from plausiwidgets.simulation.traces import Traces
from plausiwidgets.texts import tr

MOST = 24
"""Largest number of brackets of a mark: more cannot be told apart."""


@dataclass(frozen=True)
class Shape:
    """One drawn shape.

    Attributes
    ----------
    criterion : str
        Key of its criterion in the judged pattern.
    form : {"bracket", "arrow", "window", "band", "dot"}
    t0, t1 : float
        In ms; for a dot the same.
    v0, v1 : float
        In mV, for a band and a dot; nan for the others, which stand above the trace.
    text : str
    """

    criterion: str
    form: str
    t0: float
    t1: float
    v0: float = math.nan
    v1: float = math.nan
    text: str = ""


def event_window(pattern: Protocol, sweep: str, values: Mapping[str, float], trace: Traces) -> tuple[float, float]:
    """Return the start and end (ms) of the event that a sweep shows; those of the whole sweep by default."""
    whole = float(trace.t[0]), float(trace.t[-1])
    for prefix, part in pattern.components.items():
        if part.event is not None and (not prefix or sweep.startswith(part.within(""))):
            s = _stimulus(part, prefix, values)
            low, high = (_time(time, s, trace) for time in part.event)
            return max(low, whole[0]), min(max(high, low + 10.0), whole[1])
    return whole


def shapes(
    pattern: Protocol,
    sweep: str,
    model: NeuronModel,
    values: Mapping[str, float],
    trace: Traces,
    checks: Iterable[Check] = (),
) -> list[Shape]:
    """Return the shapes to draw into the trace of a sweep.

    Parameters
    ----------
    sweep : str
        Its name among the traces of a verdict.
    values : mapping of str to float
        Its parameters, and the stimulus values of the pattern.
    trace : Traces
        Of one lane.
    checks : iterable of Check
        Of the verdict: where a criterion counts spikes before the trace begins, or measures in intervals, the text has
        its value beside what is drawn.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> model, pattern = pw.models.get("izhikevich"), pw.patterns.get("phasic_spiking")
    >>> verdict = pw.judge(model, pattern, {"b": 0.25, "amplitude": 0.5})
    >>> drawn = shapes(pattern, "step", model, verdict.parameters, verdict.traces["step"])
    >>> [(shape.form, shape.text) for shape in drawn if shape.criterion == "latency"]
    [('arrow', '20.5 ms')]
    """
    out: list[Shape] = []
    arrays = {name: np.array([values[name]]) for name in model.parameters}
    span, threshold = (float(x[0]) for x in model.span_threshold(arrays))
    known = {check.key: check for check in checks}
    for prefix, part in pattern.components.items():
        s = _stimulus(part, prefix, values)
        for mark in part.marks:
            name = mark.sweep or part.main_sweep
            if sweep == (part.within(name) if prefix else name):
                start, stop = _time(mark.start, s, trace), min(_time(mark.stop, s, trace), float(trace.t[-1]))
                if start <= stop:
                    key = prefix + mark.criterion
                    drawing = _Drawing(mark, key, start, stop, trace, span, threshold, known.get(key))
                    out += _DRAWN[mark.kind](drawing)
    return out


def _stimulus(part: Protocol, prefix: str, values: Mapping[str, float]) -> SimpleNamespace:
    return SimpleNamespace(**{name: values[prefix + name] for name in part.free})


def _time(time: Time, s: SimpleNamespace, trace: Traces) -> float:
    if isinstance(time, str):
        return float(getattr(s, time))
    return float(time(s, trace)) if callable(time) else float(time)


# -- kinds -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Drawing:
    """A mark at its times, with the data that it is drawn from."""

    mark: Mark
    key: str
    start: float
    stop: float
    trace: Traces
    span: float
    threshold: float
    check: Check | None

    def measured(self, unit: str, drawn: float) -> float:
        """Return the value of the criterion where that is known and has a unit, else what is drawn."""
        known = self.check is not None and self.check.unit == unit and math.isfinite(self.check.value)
        return float(self.check.value) if self.check is not None and known else drawn

    @property
    def spikes(self) -> np.ndarray:
        times = self.trace.spike_times[0]
        return np.asarray(times[(times >= self.start) & (times < self.stop)], dtype=np.float64)

    @property
    def rest(self) -> float:
        before = self.trace.v[0][self.trace.t < 0.0]
        return float(before[-1]) if before.size else math.nan

    def potential(self, start: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
        inside = (self.trace.t >= start) & (self.trace.t < stop) & np.isfinite(self.trace.v[0])
        return self.trace.t[inside], self.trace.v[0][inside]

    def below_again(self, v: np.ndarray) -> int:
        """Return the index from which a potential is below the threshold: the spike itself is not a swing."""
        return int(f.first_below(v[None], np.array([self.threshold]), np.array([0]))[0])

    def bracket(self, t0: float, t1: float, text: str) -> Shape:
        return Shape(self.key, "bracket", t0, t1, text=tr(self.mark.text) or text)

    def arrow(self, t0: float, t1: float) -> list[Shape]:
        measured = f"{number(t1 - t0, 3)} ms"
        return [Shape(self.key, "arrow", t0, t1, text=f"{self.mark.text} = {measured}" if self.mark.text else measured)]

    def window(self, text: str) -> list[Shape]:
        return [Shape(self.key, "window", self.start, self.stop, text=tr(self.mark.text) or text)]

    def band(self, t0: float, t1: float, v0: float, v1: float, text: str) -> list[Shape]:
        return [Shape(self.key, "band", t0, t1, v0, v1, text)]

    def intervals(self, times: np.ndarray) -> list[Shape]:
        first, last = times[:-1].tolist(), times[1:].tolist()
        if len(first) > MOST:
            return [self.bracket(first[0], last[-1], tr("{count} intervals", count=len(first)))]
        return [self.bracket(a, b, number(b - a, 3)) for a, b in zip(first, last, strict=True)]


def _counted(count: float) -> str:
    return tr("1 spike") if count == 1 else tr("{count} spikes", count=f"{count:.0f}")


def _millivolts(value: float) -> str:
    return f"{number(round(value, 3), 3)} mV"


def _spikes(d: _Drawing) -> list[Shape]:
    times = d.spikes
    if len(times):
        return [d.bracket(float(times[0]), float(times[-1]), _counted(len(times)))]
    # Where none is needed, a window would look as if none was allowed.
    return [] if d.check is not None and d.check.passed else d.window(tr("no spike"))


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
    split = float(f.burst_split(times[None])[0])
    if not math.isfinite(split):
        return []
    groups = np.split(times, np.flatnonzero(np.diff(times) > split) + 1)
    return [d.bracket(float(g[0]), float(g[-1]), str(len(g))) for g in groups[:MOST]]


def _flat(d: _Drawing) -> list[Shape]:
    _, v = d.potential(d.start, d.stop)
    return d.band(d.start, d.stop, float(v.min()), float(v.max()), _millivolts(float(np.ptp(v)))) if v.size else []


def _level(d: _Drawing) -> list[Shape]:
    _, v = d.potential(d.start, d.stop)
    if not v.size:
        return []
    distances = v - d.rest
    measured = d.measured("mV", abs(float(distances[-1])))  # the criterion may measure the largest distance
    away = float(distances[np.abs(np.abs(distances) - measured).argmin()])
    text = d.mark.text or tr("{value} from rest", value=_millivolts(away))
    return d.band(d.start, d.stop, d.rest, d.rest + away, text)


def _swings(d: _Drawing) -> list[Shape]:
    t, v = d.potential(max(d.start, float(d.spikes[-1]) if len(d.spikes) else d.start), d.stop)
    if not v.size:
        return []
    start = d.below_again(v)
    found, _ = f.turns(v[start:] - d.rest, SMALLEST_SWING * d.span / USUAL_SPAN)
    dots = [(float(t[start + k]), float(v[start + k])) for k in found[:MOST]]
    return [Shape(d.key, "dot", time, time, there, there, str(i + 1)) for i, (time, there) in enumerate(dots)]


def _above_threshold(d: _Drawing) -> list[Shape]:
    _, v = d.potential(d.start, d.stop)
    if not v.size:
        return []
    above = float(v.mean()) - d.threshold
    text = tr("{value} from threshold", value=_millivolts(above))
    return d.band(d.start, d.stop, d.threshold, d.threshold + above, text)


def _quiet(d: _Drawing) -> list[Shape]:
    """A criterion may count more than the trace shows: before the onset, all since the neuron has settled."""
    shown = len(d.spikes)
    count = d.measured("spikes", shown)
    text = _counted(count) if count else tr("silent")
    if count != shown:
        text = tr("{spikes}, {count} of them here", spikes=text, count=shown or tr("none"))
    return d.window(text)


def _pause(d: _Drawing) -> list[Shape]:
    if not len(d.spikes):
        return []
    [arrow] = d.arrow(float(d.spikes[-1]), d.stop)
    if d.check is None or d.check.unit == "ms" or not math.isfinite(d.check.value):
        return [arrow]
    return [replace(arrow, text=f"{arrow.text} = {number(d.check.value, 3)} {tr(d.check.unit)}")]


def _hump(d: _Drawing) -> list[Shape]:
    times = d.trace.spike_times[0]
    times = times[(times >= 0.0) & (times < d.stop)]
    if not len(times):
        return []
    spike = float(times[-1])
    t, v = d.potential(max(spike, d.start), d.stop)
    start, stop = d.below_again(v), int(np.searchsorted(t, spike + SOON))
    found = f.hump(v[None], np.array([d.rest]), np.array([start]), np.array([stop]), np.zeros(1))
    top = int(found.top[0])
    if top < 0:
        return []
    height, rise, fall = (float(x[0]) for x in (found.height, found.rise, found.undershoot))
    low, high, at = float(v[top]) - rise, float(v[top]), float(t[top])
    if d.mark.kind == "hump":
        return d.band(at - 2.0, at + 2.0, d.rest, high, _millivolts(d.measured("mV", height)))
    if d.mark.kind == "rise":
        return d.band(at - 2.0, at + 2.0, low, high, _millivolts(d.measured("mV", rise)))
    at = float(t[start + int(v[start : top + 1].argmin())])
    return d.band(at - 2.0, at + 2.0, d.rest, min(low, d.rest), _millivolts(d.measured("mV", fall)))


_DRAWN: Mapping[str, Callable[[_Drawing], Sequence[Shape]]] = {
    "spikes": _spikes,
    "intervals": lambda d: d.intervals(d.spikes),
    "late intervals": _late_intervals,
    "first intervals": lambda d: d.intervals(d.spikes[:3]),
    "longest interval": _longest_interval,
    "bursts": _bursts,
    "latency": lambda d: d.arrow(d.start, float(d.spikes[0])) if len(d.spikes) else [],
    "last": lambda d: d.arrow(d.start, float(d.spikes[-1])) if len(d.spikes) else [],
    "pause": _pause,
    "quiet": _quiet,
    "span": lambda d: d.arrow(d.start, d.stop),
    "flat": _flat,
    "level": _level,
    "above threshold": _above_threshold,
    "swings": _swings,
    "hump": _hump,
    "rise": _hump,
    "fall": _hump,
}
