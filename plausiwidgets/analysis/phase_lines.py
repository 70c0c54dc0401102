"""Phase line of a neuron with one variable: its rate of change, fixed points and their stability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from plausiwidgets.analysis.phase_planes import (
    WATCHED,
    FixedPoint,
    Floats,
    Flow,
    Range,
    counted,
    fixed_point_rows,
    given_bounds,
    padded,
)
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get
from plausiwidgets.support.arguments import bounded, checked, whole
from plausiwidgets.support.picture import GREY, TEXT, Axis, Plot, drawn, span
from plausiwidgets.support.printed import Printed, Table, extent

POINTS = 400
"""Number of points of the curve. Two roots between neighbouring points are missed."""

BISECTIONS = 60


@dataclass(frozen=True, repr=False)
class PhaseLine(Printed):
    """Rate of change of the only variable of a neuron as a function of that variable, at a constant current.

    Attributes
    ----------
    model, variable : str
        Key of the model and name of the variable.
    current : float
        Current in the unit of the model.
    x : ndarray, shape [points]
        Values of the variable in its unit.
    rate : ndarray, shape [points]
        Rate of change in that unit per ms, nan where the neuron fires and is reset.
    fixed_points : tuple of FixedPoint
        Points of rate 0 in order of x. Their single eigenvalue is the slope of the rate in 1/ms, and their kind is
        ``"stable"``, ``"unstable"`` or ``"borderline"``.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> line = pw.analysis.phase_line("qif", current=0.0)
    >>> [(round(point.state["v"], 3), point.kind) for point in line.fixed_points]
    [(-65.0, 'stable'), (-50.0, 'unstable')]
    """

    model: str
    variable: str
    current: float
    x: Floats = field(repr=False)
    rate: Floats = field(repr=False)
    fixed_points: tuple[FixedPoint, ...] = ()

    def __repr__(self) -> str:
        return f"<PhaseLine of {self.model}: {self.variable} at {self.current:g}, {counted(self.fixed_points)}>"

    def _table(self) -> Table:
        note = f"Range: {self.variable} {extent(self.x)}"
        return Table(repr(self)[1:-1], *fixed_point_rows(self.fixed_points, [self.variable]), [note])

    def _picture(self) -> str:
        ends = (float(self.x[0]), float(self.x[-1]))
        plot = Plot(Axis(*ends, self.variable), Axis(*span([self.rate, [0.0]]), f"d{self.variable}/dt"), 160.0)
        plot.line(ends, (0.0, 0.0), GREY, width=1.0).line(self.x, self.rate)
        for point in self.fixed_points:
            stable = point.kind == "stable"
            plot.dots(point.state[self.variable], 0.0, TEXT, size=10.0 if stable else 5.0, hollow=not stable)
        return drawn(plot)


@checked
def phase_line(
    model: str | NeuronModel,
    parameters: Mapping[str, float] | None = None,
    current: float = 0.0,
    *,
    bounds: Mapping[str, Range] | None = None,
    points: int = POINTS,
    engine: str = "auto",
) -> PhaseLine:
    """Return the phase line of a neuron with one variable at a constant current.

    As in :func:`plausiwidgets.analysis.phase_plane`, the rate is computed from the step of the model. A variable that
    counts time steps, such as a refractory counter, has no flow and is ignored.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    parameters : mapping of str to float, optional
        Parameters of the model. Parameters that you leave out are at their defaults.
    current : float
        Constant current in the unit of the model.
    bounds : mapping of str to (float, float), optional
        Range of the variable. By default, the range that the neuron visits within 500 ms at this current, with a
        margin.
    points : int
        Number of points of the curve.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.

    Returns
    -------
    PhaseLine

    Raises
    ------
    ValueError
        If a name is unknown, a value is not finite, a range is empty, or the model has several variables.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> line = pw.analysis.phase_line("qif", current=0.0)
    >>> for point in line.fixed_points:
    ...     print(f"{point.kind} at v = {point.state['v']:.3f} mV")
    stable at v = -65.000 mV
    unstable at v = -50.000 mV
    """
    neuron = get(model)
    values = {name: float(value) for name, value in neuron.complete(parameters).items()}
    flow = Flow(neuron, values, float(current), engine)
    if len(flow.flowing) != 1:
        names = ", ".join(flow.names[i] for i in flow.flowing)
        raise ValueError(
            f"phase_line: the model must have one continuous state variable, but {neuron.key!r} has "
            f"{len(flow.flowing)} ({names}). Use phase_plane."
        )
    count = whole("phase_line", "points", points, 3)
    bounded("phase_line", "number of points", count, 1e6)
    shown = given_bounds("phase_line", bounds, [flow.names[flow.flowing[0]]])
    limits = shown[0] or range_of(flow, flow.watched(WATCHED)[flow.flowing[0]])
    return line_of(flow, neuron.key, float(current), limits, count)


def line_of(flow: Flow, model: str, current: float, shown: Range, points: int = POINTS) -> PhaseLine:
    """Return the phase line of a flow with one variable."""
    variable = flow.flowing[0]
    x = np.linspace(*shown, points)
    rate = _rates(flow, x)
    return PhaseLine(model, flow.names[variable], current, x, rate, _fixed_points(flow, x, rate))


def range_of(flow: Flow, visited: Floats) -> Range:
    """Return the shown range of the variable, which includes the points `visited`, rest and threshold."""
    visited = visited[np.isfinite(visited)]
    more = [flow.rest, flow.threshold + 0.5 * flow.span] if flow.flowing[0] == 0 else []
    return padded(np.append(visited, more))


def _states(flow: Flow, x: Floats) -> Floats:
    states = np.repeat(flow.start[:, None], len(x), axis=1)
    states[flow.flowing[0]] = x
    return states


def _rates(flow: Flow, x: Floats) -> Floats:
    return np.asarray(flow.rates(_states(flow, x))[flow.flowing[0]])


def _fixed_points(flow: Flow, x: Floats, rate: Floats) -> tuple[FixedPoint, ...]:
    with np.errstate(invalid="ignore"):
        crossing = np.flatnonzero((rate[:-1] * rate[1:] < 0.0) | (rate[:-1] == 0.0))
    if not crossing.size:
        return ()
    low, high, sign = x[crossing], x[crossing + 1], np.sign(rate[crossing])
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        before = np.sign(_rates(flow, middle)) == sign
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    roots = np.where(rate[crossing] == 0.0, x[crossing], 0.5 * (low + high))
    slopes = flow.jacobian(_states(flow, roots), flow.flowing)[:, 0, 0]
    points = []
    for state, slope in zip(_states(flow, roots).T, slopes, strict=True):
        if np.isfinite(slope):
            kind = "borderline" if abs(slope) < 1e-6 else "stable" if slope < 0.0 else "unstable"
            points.append(FixedPoint(flow.named(state), np.array([slope], dtype=np.complex128), kind))
    return tuple(points)
