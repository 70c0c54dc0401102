"""From traces to the few points that a screen can show; plain NumPy, no plotly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Target
from plausiwidgets.simulation.traces import Traces

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

EMPTY: Singles = np.zeros(0, np.float32)


def with_spikes(t: Floats, v: Floats, spike_times: Floats, peak: float) -> Floats:
    """Return `v` with every spike drawn to `peak`: most models reset before they reach one.

    Parameters
    ----------
    t, v : ndarray of shape [T]
        Time in ms on a regular grid, and membrane potential in mV.
    spike_times : ndarray
        In ms; those outside of `t` are left out.
    peak : float
        In mV.
    """
    drawn = np.minimum(v, peak)  # nan stays nan
    if len(t) > 1 and len(spike_times):
        index = np.rint((spike_times - t[0]) / (t[1] - t[0])).astype(int)
        drawn[index[(index >= 0) & (index < len(t))]] = peak
    return drawn


@dataclass(frozen=True)
class Grid:
    """Which samples share a pixel column: the time axis of an envelope.

    Attributes
    ----------
    x : ndarray of shape [points]
        Times in ms, float32. The same object for the same grid, so that it need not be sent again.
    starts : ndarray of shape [columns + 1] or None
        First sample of each column; None where there are so few samples that all are drawn.
    """

    x: Singles
    starts: NDArray[np.intp] | None


def make_grid(t: Floats, columns: int, window: tuple[float, float] | None = None) -> Grid:
    """Divide the samples at `t` into pixel columns, finer inside of the `window` (ms) that is zoomed into."""
    n = len(t)
    if n <= 2 * columns:
        return Grid(np.ascontiguousarray(t, np.float32), None)
    cuts = [0, n]
    if window is not None:
        reach = 0.5 * (window[1] - window[0])  # so that a pan shows something before the next update
        cuts = [0, *np.searchsorted(t, (window[0] - reach, window[1] + reach)).tolist(), n]
    inner = (0, n) if window is None else (cuts[1], cuts[2])
    starts = []
    for a, b in zip(cuts[:-1], cuts[1:], strict=True):
        if b > a:
            most = 2 * columns if (a, b) == inner and window is not None else columns
            starts.append(np.linspace(a, b, min(most, b - a) + 1)[:-1].astype(np.intp))
    edges = np.append(np.concatenate(starts), n)
    width = np.diff(edges)
    dt = (t[-1] - t[0]) / (n - 1)
    left = t[edges[:-1]]
    x = np.empty(2 * len(width), np.float32)
    x[0::2] = left
    x[1::2] = left + 0.5 * width * dt
    return Grid(x, edges)


def envelope(values: Floats, grid: Grid) -> Singles:
    """Return minimum and maximum of each pixel column in the order in which they come.

    Every spike survives, as it does not when every k-th sample is drawn.
    """
    if grid.starts is None:
        return np.ascontiguousarray(values, np.float32)
    starts = grid.starts[:-1]
    low = np.minimum.reduceat(values, starts)
    high = np.maximum.reduceat(values, starts)
    first = values[starts]
    rising = np.abs(first - low) <= np.abs(first - high)
    y = np.empty(2 * len(starts), np.float32)
    y[0::2] = np.where(rising, low, high)
    y[1::2] = np.where(rising, high, low)
    return y


def corners(t: Floats, current: Floats) -> tuple[Singles, Singles]:
    """Return the points where a piecewise linear current bends: all that is needed to draw it."""
    if len(t) < 3:
        return np.ascontiguousarray(t, np.float32), np.ascontiguousarray(current, np.float32)
    slope = np.diff(current)
    scale = np.max(np.abs(slope)) or 1.0
    bend = np.abs(np.diff(slope)) > 1e-6 * scale
    keep = np.concatenate([[True], bend, [True]])
    return np.ascontiguousarray(t[keep], np.float32), np.ascontiguousarray(current[keep], np.float32)


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
    """One sweep as it is drawn.

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
    return {
        name: _line(sweep, with_spikes(sweep.t, sweep.v[0], sweep.spike_times[0], peak))
        for name, sweep in traces.items()
    }


def _line(sweep: Traces, v: Floats) -> Line:
    return Line(sweep.t, v, sweep.spike_times[0], sweep.current[0], float(sweep.diverged_at[0]))


def _recorded(traces: Traces, scale: VoltageScale) -> Floats:
    if traces.states:
        return traces.v[0]
    return with_spikes(traces.t, np.full(traces.t.size, scale.rest), traces.spike_times[0], scale.peak)


def target_lines(target: Target, scale: VoltageScale) -> dict[str, Line]:
    """Return the lines of a target, mapped onto a model's scale; a recording's are drawn as measured.

    Of spikes alone, the line is that of a neuron at rest between them.
    """
    if target.parts:
        return {name: line for part in target.parts for name, line in target_lines(part, scale).items()}
    if target.verdict is None:
        return {name: _line(t, _recorded(t, scale)) for name, t in target.traces.items()}
    own = VoltageScale(target.rest, target.threshold, target.peak)
    lines = own_lines(target.traces, target.peak)
    return {name: replace(line, v=own.onto(line.v, scale)) for name, line in lines.items()}


def voltage_scale(
    model: NeuronModel, values: Mapping[str, float] | None = None, lines: Mapping[str, Line] | None = None
) -> VoltageScale:
    """Return the scale of a model with these values; its rest is where its sweeps begin, holding included.

    A neuron that fires before anything happens may begin anywhere in a spike: so near to its peak that is no rest.
    """
    arrays = {name: np.array([x]) for name, x in (values or model.defaults()).items()}
    rest, threshold = (float(x[0]) for x in model.rest_threshold(arrays))
    span = float(model.span(arrays)[0])
    for line in (lines or {}).values():
        if line.v[0] < 0.5 * (rest + model.peak):  # not so where it is nan
            rest, threshold = float(line.v[0]), float(line.v[0]) + span
            break
    if not np.isfinite(rest) or not np.isfinite(threshold):
        return voltage_scale(model)
    return VoltageScale(rest, min(threshold, model.peak - 1.0), model.peak)


def padded(low: float, high: float, share: float = 0.06) -> tuple[float, float]:
    """Return an axis range a little wider than `low` to `high`."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return -1.0, 1.0
    margin = share * (high - low) or 0.5
    return float(low - margin), float(high + margin)
