"""Phase plane of any neuron: flow, nullclines, fixed points and their stability, computed from its step only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from contourpy import LineType, contour_generator
from numpy.typing import NDArray

from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.lanes import LaneJob
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import check_ends
from plausiwidgets.models.registry import get
from plausiwidgets.support.arguments import bounded, checked, mapping, whole
from plausiwidgets.support.names import unknown
from plausiwidgets.support.picture import BLUE, ORANGE, TEXT, Axis, Plot, drawn
from plausiwidgets.support.printed import Printed, Table, extent, number

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
Range = tuple[float, float]
Field = Callable[[Floats, Floats], Floats]

STEP = 1e-5
"""Time step in ms of the difference quotient for the rate of change.

It is short compared with every time constant of a neuron, and long enough to limit rounding errors to 1e-9 mV/ms.
"""

SLOW_STEP, SLOW = 1e-2, 1e-5
"""Time step in ms for slow variables, and the maximum change of their rates in 1/ms with any variable.

In the shorter step, slow variables would change by less than the rounding error.
"""

SHIFT = 1e-5
"""Step of the central differences as a share of a variable, or of 1 for a smaller variable."""

GRID = (56, 44)
"""Number of points of the grid along the two variables."""

NEWTON = 12
"""Maximum number of steps of Newton's method."""

WATCHED = 500.0
"""Time in ms that is simulated to find default ranges."""

MARGIN = 0.12
"""Margin around a default range as a share of it."""

STEADY, HELD = "steady", "held"


@dataclass(frozen=True)
class FixedPoint:
    """State in which all rates of change are zero.

    Attributes
    ----------
    state : mapping of str to float
        Value of every state variable in its own unit.
    eigenvalues : complex ndarray
        Eigenvalues of the Jacobian in 1/ms, the largest real part first. The Jacobian contains all flowing variables,
        or only the pair if the others are held.
    kind : str
        ``"stable node"``, ``"stable focus"``, ``"unstable node"``, ``"unstable focus"``, ``"saddle"``, or
        ``"borderline"`` if a real part is zero within the accuracy of the differences.
    """

    state: Mapping[str, float]
    eigenvalues: Complexes = field(repr=False)
    kind: str

    @property
    def stable(self) -> bool:
        """Whether every small deviation decays."""
        return self.kind.startswith("stable")


@dataclass(frozen=True, repr=False)
class PhasePlane(Printed):
    """Flow of a neuron over two of its state variables, at a constant current.

    Attributes
    ----------
    model : str
        Key of the model.
    pair : tuple of str
        Names of the variables along x and y.
    current : float
        Current in the unit of the model.
    x, y : ndarray, shape [nx] and [ny]
        Values of the two variables on the grid, in their units.
    rates : tuple of ndarray, each of shape [ny, nx]
        dx/dt and dy/dt in units per ms, nan where the neuron fires and is reset.
    nullclines : tuple of list of ndarray, each of shape [points, 2]
        Lines along which dx/dt and dy/dt are zero.
    fixed_points : tuple of FixedPoint
        Fixed points within the ranges, in order of x.
    others : {"", "steady", "held"}
        Treatment of the other variables, empty without other variables.
    held : mapping of str to float
        Values of the held variables.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> plane = pw.analysis.phase_plane("izhikevich", current=0.0)
    >>> plane.pair, [point.kind for point in plane.fixed_points]
    (('v', 'u'), ['stable node', 'saddle'])
    >>> plane.rates[0].shape == (len(plane.y), len(plane.x))
    True
    """

    model: str
    pair: tuple[str, str]
    current: float
    x: Floats = field(repr=False)
    y: Floats = field(repr=False)
    rates: tuple[Floats, Floats] = field(repr=False)
    nullclines: tuple[list[Floats], list[Floats]] = field(repr=False)
    fixed_points: tuple[FixedPoint, ...] = ()
    others: str = ""
    held: Mapping[str, float] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """Treatment of the other variables as a sentence, empty without other variables."""
        if self.others == STEADY:
            return f"The other variables are at their steady state at each point of the plane: {', '.join(self.held)}."
        if self.others == HELD:
            values = ", ".join(f"{name} = {value:.3g}" for name, value in self.held.items())
            return f"The other variables are held: {values}."
        return ""

    def __repr__(self) -> str:
        points = counted(self.fixed_points)
        return f"<PhasePlane of {self.model}: {self.pair[0]} and {self.pair[1]} at {self.current:g}, {points}>"

    def _table(self) -> Table:
        ranges = [f"{name} {extent(values)}" for name, values in zip(self.pair, (self.x, self.y), strict=True)]
        notes = [f"Ranges: {', '.join(ranges)}", *([self.sentence] if self.sentence else [])]
        return Table(repr(self)[1:-1], *fixed_point_rows(self.fixed_points, self.pair), notes)

    def _picture(self) -> str:
        x, y = (
            Axis(float(values[0]), float(values[-1]), name)
            for name, values in zip(self.pair, (self.x, self.y), strict=True)
        )
        colours = (BLUE, ORANGE)
        key = tuple((colour, f"d{name}/dt = 0") for colour, name in zip(colours, self.pair, strict=True))
        plot = Plot(x, y, 260.0, key=key)
        for colour, lines in zip(colours, self.nullclines, strict=True):
            for line in lines:
                plot.line(line[:, 0], line[:, 1], colour)
        for point in self.fixed_points:
            at, up = (point.state[name] for name in self.pair)
            plot.dots(at, up, TEXT, size=5.0 if not point.stable else 10.0, hollow=not point.stable)
        return drawn(plot)


def fixed_point_rows(
    points: Sequence[FixedPoint], names: Sequence[str]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the head and the rows of a table of fixed points: the values of `names`, the kind, and the eigenvalues."""
    rows = [
        (
            *(number(point.state[name], 5) for name in names),
            point.kind,
            ", ".join(_eigenvalue(value) for value in point.eigenvalues),
        )
        for point in points
    ]
    return (*names, "fixed point", "eigenvalues (1/ms)"), rows


def _eigenvalue(value: complex) -> str:
    imaginary = f" {'+' if value.imag > 0.0 else '−'} {number(abs(value.imag), 3)}i" if value.imag else ""
    return number(value.real, 3) + imaginary


def counted(points: Sequence[FixedPoint]) -> str:
    """Return a number of fixed points in words."""
    return f"{len(points) or 'no'} fixed point{'s' * (len(points) != 1)}"


@checked
def phase_plane(
    model: str | NeuronModel,
    parameters: Mapping[str, float] | None = None,
    current: float = 0.0,
    *,
    pair: Sequence[str] | None = None,
    bounds: Mapping[str, Range] | None = None,
    others: str | Mapping[str, float] = STEADY,
    points: int | tuple[int, int] = GRID,
    engine: str = "auto",
) -> PhasePlane:
    """Return the phase plane of a neuron at a constant current.

    The rates are differences over a single very short step of the model, so that every model has a phase plane. A
    variable that counts time steps, such as a refractory counter, has no flow and keeps its value at rest.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    parameters : mapping of str to float, optional
        Parameters of the model. Parameters that you leave out are at their defaults.
    current : float
        Constant current in the unit of the model.
    pair : (str, str), optional
        Names of the variables along x and y, by default the first two that flow.
    bounds : mapping of str to (float, float), optional
        Ranges of one or both variables. By default, the range that the neuron visits within 500 ms at this current,
        with a margin.
    others : "steady" or mapping of str to float
        Treatment of the other variables if the model has more than two. With ``"steady"``, they are at their steady
        state at each point of the plane. With a mapping, they are held at these values, or at their values at rest.
    points : int, or (int, int)
        Number of points along x and y.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.

    Returns
    -------
    PhasePlane

    Raises
    ------
    ValueError
        If a name is unknown, a value is not finite, a range is empty, or the model has a single variable.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> plane = pw.analysis.phase_plane("izhikevich", current=3.0)
    >>> for point in plane.fixed_points:
    ...     print(f"{point.kind} at v = {point.state['v']:.3f} mV")
    stable node at v = -65.000 mV
    saddle at v = -55.000 mV
    """
    neuron = get(model)
    values = {name: float(value) for name, value in neuron.complete(parameters).items()}
    flow = Flow(neuron, values, float(current), engine)
    names = _pair(neuron, flow, pair)
    places = tuple(flow.names.index(name) for name in names)
    rest = [i for i in flow.flowing if i not in places]
    held = dict(others) if isinstance(others, Mapping) else {}
    if isinstance(others, str) and others != STEADY:
        raise unknown("phase_plane: others", "word", others, (STEADY,))
    for name in held:
        if name not in flow.names or flow.names.index(name) not in rest:
            raise unknown("phase_plane: others", "state variable", name, [flow.names[i] for i in rest])
    across, up = given_bounds("phase_plane", bounds, names)
    if across is None or up is None:
        usual = ranges_of(flow, places, flow.watched(WATCHED)[list(places)], across)
        across, up = usual[0], up or usual[1]
    plane = _Plane(flow, places, rest, held if isinstance(others, Mapping) else None)
    sides = (points, points) if isinstance(points, (int, np.integer)) else points
    counts = [whole("phase_plane", "points", count, 2) for count in sides]
    bounded("phase_plane", "number of points of the grid", float(counts[0]) * counts[1], 1e6)
    x, y = (np.linspace(*limits, count) for limits, count in zip((across, up), counts, strict=True))
    gx, gy = (side.ravel() for side in np.meshgrid(x, y))
    shape = (len(y), len(x))
    dx, dy = (rate.reshape(shape) for rate in plane.rates(gx, gy))
    x_lines = zero_lines(x, y, dx, lambda *at: plane.rates(*at)[0])
    y_lines = zero_lines(x, y, dy, lambda *at: plane.rates(*at)[1])
    return PhasePlane(
        neuron.key,
        (names[0], names[1]),
        float(current),
        x,
        y,
        (dx, dy),
        (x_lines, y_lines),
        _fixed_points(plane, x, y, dx, dy),
        "" if not rest else STEADY if plane.steady else HELD,
        {flow.names[i]: float(plane.base[i]) for i in rest},
    )


class Flow:
    """Rates of change of the state of a neuron at a constant current, computed from its step.

    Attributes
    ----------
    names : tuple of str
        Names of the state variables.
    start : ndarray, shape [variables]
        Initial state at this current.
    flowing : tuple of int
        Indices of the variables that flow. The other variables count time steps.
    rest, threshold, span : float
        Resting potential and threshold of the model in mV, and their clipped distance (`NeuronModel.span`).
    resets : bool
        Whether the model has a reset.
    """

    def __init__(self, model: NeuronModel, values: Mapping[str, float], current: float, engine: str = "auto") -> None:
        self._model = model
        self._values = values
        self._current = current
        self._engine = engine
        self.names = tuple(state.key for state in model.states)
        lane = {name: np.array([value]) for name, value in values.items()}
        self.start = model.start(lane, [current])[:, 0]
        self.rest, self.threshold = (float(x[0]) for x in model.rest_threshold(lane))
        self.span = float(model.span(lane)[0])
        self.resets = model.spike_level is None
        self.flowing, self._slow = self._kinds()

    def at(self, current: float) -> Flow:
        """Return the flow at another current, with the same initial state."""
        other = copy(self)
        other._current = current
        return other

    def named(self, state: Floats) -> dict[str, float]:
        """Return the values of one state by name."""
        return {name: float(value) for name, value in zip(self.names, state, strict=True)}

    def rates(self, states: Floats) -> Floats:
        """Return the rates of change in units per ms, shape [variables, lanes].

        They are nan where the neuron fires and is reset.
        """
        rates = self._rates(states, STEP)
        if self._slow.any():
            longer = self._rates(states, SLOW_STEP)
            use = self._slow[:, None] & np.isfinite(longer) & np.isfinite(rates)
            rates = np.where(use, longer, rates)
        return rates

    def jacobian(self, states: Floats, variables: Sequence[int]) -> Floats:
        """Return the Jacobian of the rates of n variables in 1/ms, shape [lanes, n, n]."""
        n, lanes = len(variables), states.shape[1]
        shifted = np.repeat(states[:, None, :], 2 * n, axis=1)
        width = np.empty((n, lanes))
        for k, variable in enumerate(variables):
            step = SHIFT * np.maximum(np.abs(states[variable]), 1.0)
            shifted[variable, 2 * k] += step
            shifted[variable, 2 * k + 1] -= step
            width[k] = shifted[variable, 2 * k] - shifted[variable, 2 * k + 1]
        rates = self.rates(shifted.reshape(len(states), -1)).reshape(shifted.shape)[list(variables)]
        return np.asarray(((rates[:, 0::2] - rates[:, 1::2]) / width).transpose(2, 0, 1))

    def solve(self, states: Floats, variables: Sequence[int]) -> tuple[Floats, NDArray[np.bool_]]:
        """Return states with zero rates of some variables by Newton's method, and a mask of converged lanes."""
        x = states.copy()
        chosen = list(variables)
        moving: NDArray[np.bool_] = np.ones(x.shape[1], dtype=bool)
        for _ in range(NEWTON):
            matrices = self.jacobian(x[:, moving], chosen)
            # Take two steps with each Jacobian, because the rates of gates are linear and do not need a second
            # Jacobian.
            for _ in range(2):
                step = _solved(matrices, self.rates(x[:, moving])[chosen])
                for variable, change in zip(chosen, step, strict=True):
                    x[variable, moving] -= change
            scale = np.maximum(np.abs(x[chosen][:, moving]), 1.0)
            near = np.abs(step) <= np.where(self._slow[chosen], 1e-6, 1e-8)[:, None] * scale
            moving[moving] = ~near.all(axis=0) & np.isfinite(step).all(axis=0)
            if not moving.any():
                break
        return x, ~moving & np.isfinite(x).all(axis=0)

    def watched(self, time: float) -> Floats:
        """Return the states in the first `time` ms of the current after rest, shape [variables, steps]."""
        dt = self._model.dt
        steps = round(time / dt)
        rest = self._model.start({name: np.array([value]) for name, value in self._values.items()}, [0.0])
        job = self._job(rest, steps, dt, window=(0, steps), record=tuple(range(len(self.names))))
        result = run_lanes(job, self._engine)
        assert result.recorded is not None
        return np.concatenate([rest, result.recorded[:, 0]], axis=1)

    def _rates(self, states: Floats, dt: float) -> Floats:
        result = run_lanes(self._job(states, 1, dt), self._engine)
        out = (result.state - states) / dt
        if self.resets:
            out[:, result.counts > 0] = np.nan
        return out

    def _job(
        self,
        states: Floats,
        steps: int,
        dt: float,
        window: tuple[int, int] | None = None,
        record: tuple[int, ...] = (0,),
    ) -> LaneJob:
        lanes = states.shape[1]
        params = {name: np.full(lanes, value) for name, value in self._values.items()}
        current = LaneCurrent.constant(np.full(lanes, self._current))
        state = np.ascontiguousarray(states)
        return LaneJob(self._model, params, state, current, steps, dt, window=window, record=record)

    def _kinds(self) -> tuple[tuple[int, ...], NDArray[np.bool_]]:
        """Return the indices of the variables that flow, and a mask of the slow variables.

        A variable that flows changes less in a shorter step, in contrast to a variable that counts steps.
        """
        n = len(self.names)
        states = np.repeat(self.start[:, None], n + 1, axis=1)
        states[np.arange(n), np.arange(n)] += 1.0
        rates = self._rates(states, STEP)
        short, long = (np.diagonal(r) * dt for r, dt in ((rates, STEP), (self._rates(states, 2.0 * STEP), 2.0 * STEP)))
        counts = (np.abs(short) > 0.5) & (np.abs(long - short) < 0.1 * np.abs(short))
        slow = (np.abs(rates[:, :n] - rates[:, n:]) < SLOW).all(axis=1)
        return tuple(int(i) for i in np.flatnonzero(~counts)), slow & ~counts


class _Plane:
    """Rates of two variables in their plane, with the other variables at their steady state or held."""

    def __init__(
        self, flow: Flow, places: tuple[int, ...], rest: Sequence[int], held: Mapping[str, float] | None
    ) -> None:
        self.flow = flow
        self.places = list(places)
        self.rest = list(rest)
        self.steady = held is None
        self.base = flow.start.copy()
        for name, value in (held or {}).items():
            self.base[flow.names.index(name)] = value

    @property
    def variables(self) -> list[int]:
        """Indices of the pair, and of the other variables unless they are held."""
        return [*self.places, *(self.rest if self.steady else [])]

    def states(self, x: Floats, y: Floats) -> Floats:
        """Return the states at points of the plane, shape [variables, lanes]."""
        states = np.repeat(self.base[:, None], len(x), axis=1)
        states[self.places] = x, y
        if self.rest and self.steady:
            states, found = self.flow.solve(states, self.rest)
            states[:, ~found] = np.nan
        return states

    def rates(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return dx/dt and dy/dt at points of the plane, each of shape [lanes]."""
        states = self.states(x, y)
        known = np.isfinite(states).all(axis=0)
        out = np.full((2, len(x)), np.nan)
        if known.any():
            out[:, known] = self.flow.rates(states[:, known])[self.places]
        return out[0], out[1]


def _pair(model: NeuronModel, flow: Flow, pair: Sequence[str] | None) -> tuple[str, str]:
    flowing = [flow.names[i] for i in flow.flowing]
    if len(flowing) < 2:
        raise ValueError(
            f"phase_plane: the model must have at least two continuous state variables, but {model.key!r} has only "
            f"{', '.join(flowing)}. Use phase_line."
        )
    if pair is None:
        return flowing[0], flowing[1]
    chosen = [pair] if isinstance(pair, str) else list(pair)
    for name in chosen:
        if name not in flowing:
            raise unknown("phase_plane: pair", "state variable", name, flowing)
    if len(chosen) != 2 or chosen[0] == chosen[1]:
        raise ValueError(
            f"phase_plane: pair must be two different state variables of {', '.join(flowing)}, got {pair!r}."
        )
    return chosen[0], chosen[1]


def given_bounds(where: str, bounds: Mapping[str, Range] | None, names: Sequence[str]) -> list[Range | None]:
    """Return the given bounds of some state variables, or None for a variable without bounds.

    Raises
    ------
    ValueError
        If a name is unknown or bounds are invalid.
    """
    given = mapping(bounds)
    for name, (low, high) in given.items():
        if name not in names:
            raise unknown(f"{where}: bounds", "state variable", name, names)
        check_ends(f"{where}: bounds of {name!r}", low, high)
    return [(float(given[name][0]), float(given[name][1])) if name in given else None for name in names]


def ranges_of(flow: Flow, places: Sequence[int], visited: Floats, across: Range | None = None) -> tuple[Range, Range]:
    """Return the shown ranges of two variables, which include the points `visited`, rest and threshold.

    Parameters
    ----------
    visited : ndarray, shape [2, points]
        Visited values of the two variables.
    across : (float, float), optional
        Given range of x. The range of y includes its steady state over the range of x.
    """
    visited = visited[:, np.isfinite(visited).all(axis=0)]
    x = np.append(visited[0], [flow.rest, flow.threshold + 0.5 * flow.span] if places[0] == 0 else [])
    low, high = padded(x) if across is None else across
    states = np.repeat(flow.start[:, None], 9, axis=1)
    states[places[0]] = np.linspace(low, high, 9)
    resting, found = flow.solve(states, [places[1]])
    return (low, high), padded(np.append(visited[1], resting[places[1], found]))


def padded(values: Floats) -> Range:
    """Return a range that is somewhat wider than that of the values."""
    low, high = float(values.min()), float(values.max())
    margin = max(MARGIN * (high - low), 1e-3 * abs(low + high), 1e-3)
    return low - margin, high + margin


# -- fixed points ----------------------------------------------------------------------------------


def _fixed_points(plane: _Plane, x: Floats, y: Floats, dx: Floats, dy: Floats) -> tuple[FixedPoint, ...]:
    near = _changes(dx) & _changes(dy)
    # Include the neighbouring cells, because nullclines may touch next to the cell in which both rates change their
    # signs.
    wide = np.pad(near, 1)
    near = np.any([wide[j : j + near.shape[0], i : i + near.shape[1]] for j in range(3) for i in range(3)], axis=0)
    rows, columns = np.nonzero(near)
    if not rows.size:
        return ()
    centres = 0.5 * (x[columns] + x[columns + 1]), 0.5 * (y[rows] + y[rows + 1])
    states = plane.states(*centres)
    states = states[:, np.isfinite(states).all(axis=0)]
    found, good = plane.flow.solve(states, plane.variables)
    found = found[:, good]
    sizes = np.array([x[-1] - x[0], y[-1] - y[0]])
    points: list[Floats] = []
    for state in found.T:
        at = state[plane.places]
        inside = x[0] <= at[0] <= x[-1] and y[0] <= at[1] <= y[-1]
        if inside and not any((np.abs(at - p[plane.places]) < 1e-5 * sizes).all() for p in points):
            points.append(state)
    points.sort(key=lambda state: float(state[plane.places[0]]))
    if not points:
        return ()
    jacobians = plane.flow.jacobian(np.stack(points, axis=1), plane.variables)
    out = []
    for state, jacobian in zip(points, jacobians, strict=True):
        if np.isfinite(jacobian).all():
            values = np.linalg.eigvals(jacobian).astype(np.complex128)
            values = values[np.argsort(-values.real, kind="stable")]
            out.append(FixedPoint(plane.flow.named(state), values, kind_of(values)))
    return tuple(out)


def kind_of(eigenvalues: Complexes) -> str:
    """Return the kind of a fixed point with given eigenvalues."""
    real = eigenvalues.real
    size = float(np.abs(eigenvalues).max())
    if (np.abs(real) <= 1e-6 * max(size, 1e-3)).any():
        return "borderline"
    if real.min() < 0.0 < real.max():
        return "saddle"
    turns = (np.abs(eigenvalues.imag) > 1e-6 * size).any()
    return f"{'stable' if real.max() < 0.0 else 'unstable'} {'focus' if turns else 'node'}"


def _changes(rate: Floats) -> NDArray[np.bool_]:
    """Return a mask of the grid cells in which a rate changes its sign, shape [ny - 1, nx - 1]."""
    corners = np.stack([rate[:-1, :-1], rate[:-1, 1:], rate[1:, :-1], rate[1:, 1:]])
    with np.errstate(invalid="ignore"):
        return np.asarray((corners.min(axis=0) <= 0.0) & (corners.max(axis=0) >= 0.0))


def _solved(matrices: Floats, rates: Floats) -> Floats:
    """Return the Newton steps, shape [n, lanes], or nan where a matrix is singular or not finite."""
    out = np.full(rates.shape, np.nan)
    with np.errstate(all="ignore"):
        fine = np.asarray(np.isfinite(matrices).all(axis=(1, 2)) & np.isfinite(rates).all(axis=0))
        fine[fine] = np.abs(np.linalg.det(matrices[fine])) > 1e-300
        if fine.any():
            out[:, fine] = np.linalg.solve(matrices[fine], rates[:, fine].T[:, :, None])[:, :, 0].T
    return out


# -- nullclines ------------------------------------------------------------------------------------

REFINED = 3
"""Number of steps that refine each zero on an edge of the grid after the linear interpolation."""


def zero_lines(x: Floats, y: Floats, rate: Floats, again: Field) -> list[Floats]:
    """Return the zero contours of a field on a grid as lines, each of shape [points, 2].

    Cells with a corner that is nan have no line.

    Parameters
    ----------
    rate : ndarray, shape [ny, nx]
        Values of the field.
    again : callable
        ``again(x, y)`` returns the field at any points. It refines the zeros on the edges of the grid.
    """
    contours = contour_generator(x, y, np.ma.masked_invalid(rate), corner_mask=False, line_type=LineType.Separate)
    lines = cast("list[Floats]", contours.lines(0.0))
    if not lines:
        return lines
    points = _refined(x, y, rate, np.concatenate(lines), again)
    return np.split(points, np.cumsum([len(line) for line in lines])[:-1])


def _refined(x: Floats, y: Floats, rate: Floats, points: Floats, again: Field) -> Floats:
    """Return points of a zero contour after moving each along its grid edge to the zero, by the Illinois method."""
    at = np.column_stack([_place(x, points[:, 0]), _place(y, points[:, 1])])  # in units of the grid
    a, b = np.floor(at).astype(int), np.ceil(at).astype(int)
    fa, fb = rate[a[:, 1], a[:, 0]], rate[b[:, 1], b[:, 0]]
    start, way = np.column_stack([x[a[:, 0]], y[a[:, 1]]]), np.column_stack([x[b[:, 0]], y[b[:, 1]]])
    way -= start
    low, high, last = np.zeros_like(fa), np.ones_like(fa), np.zeros_like(fa)
    with np.errstate(all="ignore"):
        share = np.nan_to_num(fa / (fa - fb))  # a zero at a grid point stays there
        for _ in range(REFINED):
            f = np.asarray(again(*(start + share[:, None] * way).T))
            below = np.sign(f) == np.sign(fa)
            above = ~below & np.isfinite(f)
            # Halve the value at an end that stays for a second time, because the other end would converge slowly
            # otherwise.
            fb = np.where(below, np.where(last == 1, 0.5, 1.0) * fb, np.where(above, f, fb))
            fa = np.where(above, np.where(last == 2, 0.5, 1.0) * fa, np.where(below, f, fa))
            last = np.where(below, 1.0, np.where(above, 2.0, last))
            low, high = np.where(below, share, low), np.where(above, share, high)
            new = low + (high - low) * fa / (fa - fb)
            share = np.where(np.isfinite(new), new, share)
    return np.asarray(start + share[:, None] * way)


def _place(axis: Floats, values: Floats) -> Floats:
    """Return positions in units of an axis, moved onto its points if they differ only by rounding."""
    place = np.interp(values, axis, np.arange(axis.size, dtype=np.float64))
    near = np.round(place)
    return np.where(np.abs(place - near) < 1e-9, near, place)
