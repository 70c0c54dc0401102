"""Lines of neurons and targets for a figure, and the scale on which a target is drawn next to another neuron.

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


def own_lines(traces: Mapping[str, Traces], model: NeuronModel | None) -> dict[str, Line]:
    """Return the sweeps of a model, each of one lane; without a model, spikes have no peak."""
    peak = model.peak if model is not None and model.spike_level is None else np.nan
    return {name: _line(sweep, sweep.v[0], peak) for name, sweep in traces.items()}


def _line(sweep: Traces, v: Floats, peak: float = np.nan) -> Line:
    return Line(sweep.t, v, sweep.spike_times[0], sweep.current[0], float(sweep.diverged_at[0]), peak)


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
