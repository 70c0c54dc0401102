"""Lines of neurons and targets for a figure, and scales that map a target to another neuron.

The potential of each neuron is drawn as it was simulated. A model with a reset never reaches the peak of a spike, so
that each spike gets an additional line from the potential to the peak. A model whose spikes are crossings of a level
(`NeuronModel.spike_level`) contains the whole spike in its potential, and nothing is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from plausiwidgets.engine.traces import Traces
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.patterns import Curve, Target, Verdict
from plausiwidgets.patterns.protocol import usual_current
from plausiwidgets.widgets.drawing.envelope import Floats


@dataclass(frozen=True)
class VoltageScale:
    """Three potentials in mV that define the voltage axis of a neuron."""

    rest: float
    threshold: float
    peak: float

    def onto(self, v: Floats, other: VoltageScale) -> Floats:
        """Map the potentials `v` in mV from the scale of this neuron to the scale `other`.

        The map is linear up to the threshold and linear above it, and maps rest, threshold and peak to those of
        `other`.
        """
        below = other.rest + (v - self.rest) * (other.threshold - other.rest) / (self.threshold - self.rest)
        above = other.threshold + (v - self.threshold) * (other.peak - other.threshold) / (self.peak - self.threshold)
        return np.where(v <= self.threshold, below, above)


@dataclass(frozen=True)
class Line:
    """Line of one sweep of one neuron.

    Attributes
    ----------
    t, v, current : ndarray, shape (T,)
        Time in ms, simulated or measured potential in mV, and injected current.
    spikes : ndarray, shape (spikes,)
        Spike times in ms.
    diverged_at : float
        Time in ms at which the potential diverged, or nan.
    peak : float
        Potential in mV up to which each spike is drawn as a vertical line. It is nan if the potential itself contains
        the spikes.
    """

    t: Floats
    v: Floats
    spikes: Floats
    current: Floats
    diverged_at: float = np.nan
    peak: float = np.nan


def own_lines(traces: Mapping[str, Traces], model: NeuronModel | None) -> dict[str, Line]:
    """Return the lines of the sweeps of a model, whose traces have one lane.

    Without a model, the spikes have no peak.
    """
    peak = model.peak if model is not None and model.spike_level is None else np.nan
    return {name: _line(sweep, sweep.v[0], peak) for name, sweep in traces.items()}


def _line(sweep: Traces, v: Floats, peak: float = np.nan) -> Line:
    return Line(sweep.t, v, sweep.spike_times[0], sweep.current[0], float(sweep.diverged_at[0]), peak)


def target_lines(
    target: Target, scale: VoltageScale, model: NeuronModel | None = None, held: float = 0.0
) -> dict[str, Line]:
    """Return the lines of the sweeps of a target on the scale of a model.

    The lines of a recording are not scaled. If a recording contains only spikes, its potential is the resting
    potential. If the current of `model` has another unit than that of a reference neuron, the stimulus is drawn as the
    same share of the usual current, in addition to the current `held`. The current of a recording is nan.
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
    """Return the factor by which the current of a reference neuron is scaled for a model with another unit.

    A scaled current is the same share of the usual current. The result is None if the units are the same.
    """
    if model.current.unit == reference.current.unit:
        return None
    return usual_current(model) / usual_current(reference)


def voltage_scale(
    model: NeuronModel, values: Mapping[str, float] | None = None, lines: Mapping[str, Line] | None = None
) -> VoltageScale:
    """Return the voltage scale of a model with these values, with the potential at the start of the sweeps as rest.

    A neuron that fires before the stimulus may start within a spike. A potential closer to the peak than to rest is
    therefore not used.
    """
    given = values or model.defaults()
    scale = scale_at(model, given, np.nan)
    for line in (lines or {}).values():
        if line.v[0] < 0.5 * (scale.rest + model.peak):  # The comparison is false for nan.
            scale = scale_at(model, given, float(line.v[0]))
            break
    return scale if np.isfinite([scale.rest, scale.threshold]).all() else voltage_scale(model)


def scale_at(model: NeuronModel, values: Mapping[str, float], begins: float) -> VoltageScale:
    """Return the voltage scale of a model whose sweeps start at a potential in mV.

    For nan, the resting potential of its parameters is used. The threshold is one span above rest, as in the criteria,
    but below the peak.
    """
    arrays = {name: np.array([values[name]]) for name in model.parameters}
    span, threshold = (float(x[0]) for x in model.span_threshold(arrays))
    rest = begins if np.isfinite(begins) else threshold - span
    peak = max(model.peak, threshold + 0.07 * span)
    return VoltageScale(rest, min(rest + span, peak - 0.02 * (peak - rest)), peak)


def curve_points(curve: Curve, verdict: Verdict) -> tuple[Floats, Floats]:
    """Return the finite points of a curve of one parameter set.

    A curve with an onset starts at zero and is silent up to the onset, so that a jump of the rate is visible. On the x
    axis, multiples of the onset make neurons with different onsets comparable.
    """
    x, y = (np.asarray(verdict.measured[name], dtype=np.float64) for name in (curve.x, curve.y))
    if curve.onset:
        onset = float(np.asarray(verdict.measured[curve.onset]))
        x, y = np.concatenate([[0.0, 1.0], x / onset]), np.concatenate([[0.0, 0.0], y])
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() <= 2 and curve.onset:
        known[:] = False  # The curve has no measured point.
    return x[known], y[known]
