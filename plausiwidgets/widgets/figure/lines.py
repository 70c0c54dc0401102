"""One sweep of one role, ready to draw: spikes to the peak, on the model's voltage axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Target
from plausiwidgets.simulation.traces import Traces
from plausiwidgets.widgets.figure.drawing import Floats, VoltageScale, with_spikes


@dataclass(frozen=True)
class Line:
    """What is drawn of one sweep.

    Attributes
    ----------
    t, v, current : ndarray, shape [T]
        Time in ms, potential in mV with its spikes, injected current.
    spikes : ndarray
        In ms.
    diverged_at : float
        In ms; nan where all is well.
    """

    t: Floats
    v: Floats
    spikes: Floats
    current: Floats
    diverged_at: float


def own_lines(traces: Mapping[str, Traces], peak: float) -> dict[str, Line]:
    """Return the lines of a model's own sweeps, spikes drawn to `peak` (mV)."""
    return {name: _line(t, with_spikes(t.t, t.v[0], t.spike_times[0], peak)) for name, t in traces.items()}


def target_lines(target: Target, scale: VoltageScale) -> dict[str, Line]:
    """Return the lines of a target, mapped onto a model's scale; a recording's are drawn as measured.

    Of spikes alone, the line is that of a neuron at rest between them.
    """
    if target.verdict is None:
        return {name: _line(t, _recorded(t, scale)) for name, t in target.traces.items()}
    own = VoltageScale(target.rest, target.threshold, target.peak)
    lines = own_lines(target.traces, target.peak)
    return {name: _line(target.traces[name], own.onto(line.v, scale)) for name, line in lines.items()}


def _recorded(traces: Traces, scale: VoltageScale) -> Floats:
    if traces.states:
        return traces.v[0]
    return with_spikes(traces.t, np.full(traces.t.size, scale.rest), traces.spike_times[0], scale.peak)


def voltage_scale(
    model: NeuronModel, values: Mapping[str, float] | None = None, lines: Mapping[str, Line] | None = None
) -> VoltageScale:
    """Return the scale of a model with these values; its rest is where its sweeps begin, holding included."""
    arrays = {name: np.array([x]) for name, x in (values or model.defaults()).items()}
    rest, threshold = (float(x[0]) for x in model.rest_threshold(arrays))
    span = float(model.span(arrays)[0])
    for line in (lines or {}).values():
        if np.isfinite(line.v[0]) and line.v[0] < model.peak:
            rest, threshold = float(line.v[0]), float(line.v[0]) + span
            break
    if not np.isfinite(rest) or not np.isfinite(threshold):
        return voltage_scale(model)
    return VoltageScale(rest, min(threshold, model.peak - 1.0), model.peak)


def _line(traces: Traces, v: Floats) -> Line:
    return Line(traces.t, v, traces.spike_times[0], traces.current[0], float(traces.diverged_at[0]))
