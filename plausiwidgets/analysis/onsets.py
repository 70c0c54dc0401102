"""Onset of firing of a neuron: fixed points along a constant current, their bifurcations, and the firing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.analysis.phase_planes import Complexes, Floats, Flow
from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.lanes import Checkpoint, LaneJob, LaneResult
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.patterns.onset.outcome import BURSTING, FINITE, LOGARITHM, ROOT, STAIRCASE, UNCLEAR, Onset
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.support.arguments import bounded, checked, shown, whole
from plausiwidgets.support.picture import BLUE, ORANGE, TEXT, Axis, Plot, drawn, span
from plausiwidgets.support.printed import Printed, Table, number
from plausiwidgets.texts import marked, tr

POINTS = 600
"""Number of points of the curve of fixed points along the potential."""
CURRENTS = 60
"""Number of currents in the diagram at which the neuron fires."""
ABOVE, BELOW = 2.0, 3.0
"""Extent of the curve of fixed points above the threshold and below rest, in spans between them."""
ZOOM, TIMES = 41, 3
"""Number of points, and number of repetitions, of the search for a bifurcation on the curve.

Each repetition refines the interval between two points of the previous one.
"""

SETTLE = 3000.0
"""Time in ms at each current of the drawn firing."""
DRAWN = 1e-3
"""Distance of the first current of the drawn firing above the rheobase, as a share of the rheobase."""
FINER = 4
"""Divisor of the time step at which the measurement is repeated. A result that changes is unclear."""
SAME = 1e-3
"""Maximum difference of two equal currents, as a share of the current."""
SWING = 1.5
"""Minimum height in mV of an oscillation without spikes that is drawn."""
NUDGE = 0.02
"""Step of the differences for the first Lyapunov coefficient, as a share of the span from rest to threshold."""

SADDLE_NODE, ON_CIRCLE = marked("saddle-node"), marked("saddle-node on an invariant circle (SNIC)")
SUBCRITICAL, SUPERCRITICAL = marked("subcritical Andronov–Hopf"), marked("supercritical Andronov–Hopf")
THRESHOLD = marked("threshold")
SEPARATRIX = marked("separatrix crossing")
HOMOCLINIC, FOLD = marked("saddle homoclinic orbit"), marked("fold of limit cycles")
PERIOD, JUMP = marked("diverging period"), marked("finite period")
SKIPS, BURSTS, OPEN = marked("skipped cycles"), marked("bursts"), marked("unclear")
KINDS = {
    SADDLE_NODE: marked(
        "The resting state and a saddle collide and vanish. The neuron jumps to an attractor "
        "that already existed, usually a limit cycle."
    ),
    ON_CIRCLE: marked(
        "The resting state and a saddle collide on the limit cycle itself. Just above this "
        "current the neuron lingers there, so the firing rate starts at zero."
    ),
    SUBCRITICAL: marked(
        "The resting state becomes an unstable focus, with no small stable oscillation around "
        "it. Firing starts at full amplitude."
    ),
    SUPERCRITICAL: marked("The resting state gives way to a small oscillation that grows with the current."),
    THRESHOLD: marked("The resting state reaches the threshold, where the neuron fires and is reset."),
    SEPARATRIX: marked(
        "A current step pushes the neuron across the separatrix, even though a stable resting "
        "state still exists at that current."
    ),
}
"""Explanations of the ways in which firing starts."""

ENDS = {
    ON_CIRCLE: marked("The limit cycle collides with the saddle-node, so its period diverges."),
    HOMOCLINIC: marked("The limit cycle collides with a saddle, so its period diverges."),
    FOLD: marked("A stable and an unstable limit cycle collide and vanish, so firing stops at a nonzero rate."),
    THRESHOLD: marked("At this current the resting state reaches the threshold, so the period diverges."),
    SUPERCRITICAL: marked("The limit cycle shrinks to the resting state."),
    PERIOD: marked("The period diverges."),
    JUMP: marked("Firing stops at a nonzero rate."),
    SKIPS: marked("Closer to this current the neuron skips more and more cycles of a subthreshold oscillation."),
    BURSTS: marked("The neuron fires bursts, so there is no single period."),
    OPEN: marked("The end of firing is irregular, or it depends on the time step."),
}
"""Explanations of the ways in which firing ends as the current decreases."""

STARTS = {
    ROOT: marked("Its rate starts at zero, as the square root of the distance from this current."),
    LOGARITHM: marked("Its rate starts at zero: each tenfold approach to this current lengthens the period equally."),
    FINITE: marked("Its rate starts at {rate} Hz."),
    STAIRCASE: marked("Its rate falls in steps, because the neuron skips more and more cycles of an oscillation."),
    BURSTING: marked("The neuron fires bursts."),
    UNCLEAR: marked("The rate at which firing starts is unclear: it is irregular, or it depends on the time step."),
}
"""Explanations of the kinds of onset of a neuron at rest that receives a step of current."""


@dataclass(frozen=True)
class Bifurcation:
    """Point on the curve of fixed points at which a fixed point appears, ends or changes its stability.

    Attributes
    ----------
    kind : str
        ``"saddle-node"``, ``"subcritical Andronov–Hopf"`` or ``"supercritical Andronov–Hopf"``. ``"threshold"`` if the
        resting state of a neuron with a reset reaches the threshold.
    current : float
        Current in the unit of the model.
    state : mapping of str to float
        Value of every state variable in its own unit.
    frequency : float
        Frequency in Hz of the emerging oscillation, nan without one.
    lyapunov : float
        First Lyapunov coefficient for an eigenvector of 1 mV, in 1/(ms mV²). It is negative if the emerging oscillation
        is stable, and nan without an oscillation.
    """

    kind: str
    current: float
    state: Mapping[str, float]
    frequency: float = np.nan
    lyapunov: float = np.nan

    @property
    def potential(self) -> float:
        """Value of the first state variable, in its unit."""
        return next(iter(self.state.values()))


@dataclass(frozen=True, repr=False)
class BifurcationDiagram(Printed):
    """Fixed points of a neuron along a constant current, and its firing.

    Attributes
    ----------
    model, unit : str
        Key of the model, and unit of its current.
    potential : ndarray, shape [points]
        Ascending potentials of the fixed points, in the unit of the first state variable.
    current : ndarray, shape [points]
        Current at which each of these points is a fixed point.
    unstable : int ndarray, shape [points]
        Number of eigenvalues with a positive real part, 0 for a stable fixed point.
    points : tuple of Bifurcation
        Bifurcations along the curve in order of the potential.
    lost : Bifurcation or None
        Bifurcation at which the resting state loses its stability as the current rises, None if it does not within the
        range.
    steps : float
        Current of the weakest step from rest that elicits sustained firing, nan without one.
    fires_until : float
        Weakest current at which a firing neuron continues to fire as the current decreases, nan without firing.
    ends : str
        Way in which firing ends at `fires_until`: ``"saddle-node on an invariant circle (SNIC)"``, ``"saddle homoclinic
        orbit"``, ``"fold of limit cycles"``, ``"threshold"``, ``"supercritical Andronov–Hopf"``, ``"diverging
        period"``, ``"finite period"``, ``"skipped cycles"``, ``"bursts"`` or ``"unclear"``. Empty without firing.
    firing : ndarray, shape [4, currents]
        Current, minimum and maximum potential, and rate in Hz of the firing neuron. The rate is nan for an oscillation
        without spikes.
    holding : float
        Holding current before a step.
    onset : str
        Kind of the onset for steps from rest, as in the evaluation of classes 1 and 2: ``"root"``, ``"logarithm"``,
        ``"finite"``, ``"staircase"``, ``"bursting"`` or ``"unclear"``. Empty without firing.
    start_rate : float
        Lowest rate in Hz for steps from rest, nan without firing.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> found = pw.analysis.bifurcation_diagram("izhikevich", {"a": 0.02, "b": 0.2})
    >>> found.kind, round(found.lost.current, 2)
    ('subcritical Andronov–Hopf', 3.8)
    """

    model: str
    unit: str
    potential: Floats = field(repr=False)
    current: Floats = field(repr=False)
    unstable: NDArray[np.int64] = field(repr=False)
    points: tuple[Bifurcation, ...]
    lost: Bifurcation | None
    steps: float
    fires_until: float
    ends: str
    firing: Floats = field(repr=False)
    holding: float = 0.0
    onset: str = ""
    start_rate: float = np.nan

    @property
    def kind(self) -> str:
        """Way in which firing starts, empty for a neuron whose resting state stays stable and that does not fire.

        It is the kind of `lost`, or ``"saddle-node on an invariant circle (SNIC)"``, or ``"separatrix crossing"`` if
        firing starts although the resting state stays stable.
        """
        if self.lost is None:
            return SEPARATRIX if np.isfinite(self.steps) else ""
        return ON_CIRCLE if self.lost.kind == SADDLE_NODE and self.ends == ON_CIRCLE else self.lost.kind

    @property
    def separatrix(self) -> bool:
        """Whether a step from rest elicits firing at a current at which the resting state is still stable."""
        return self._rests_at(self.steps)

    @property
    def bistable(self) -> bool:
        """Whether there are currents at which the neuron rests or fires, depending on its initial state."""
        return self._rests_at(self.fires_until)

    @property
    def sentences(self) -> list[str]:
        """Explanations of the onset and the end of firing, for a reader who sees a diagram for the first time."""

        def at(current: float) -> str:
            return f"{number(current, 5)} {self.unit}" if self.unit not in ("", "1") else number(current, 5)

        out = []
        if self.lost is not None:
            begins = tr(
                "The resting state disappears or loses stability at {current}: {kind}.",
                current=at(self.lost.current),
                kind=tr(self.kind),
            )
            out.append(f"{begins} {tr(KINDS[self.kind])}")
        if not np.isfinite(self.steps):
            return [*out, tr("No current step in this range elicits sustained firing.")]
        out.append(
            tr("The weakest current step from rest that elicits sustained firing is {current}.", current=at(self.steps))
        )
        out[-1] += f" {tr(STARTS[self.onset], rate=number(self.start_rate, 3))}"
        if self.separatrix:
            out[-1] += f" {tr(KINDS[SEPARATRIX])}"
        until = tr(
            "Once started, firing persists down to {current}: {kind}.", current=at(self.fires_until), kind=tr(self.ends)
        )
        out.append(f"{until} {tr(ENDS[self.ends])}")
        if self.bistable and self.lost is not None:
            out.append(
                tr(
                    "Between {low} and {high} the neuron is bistable, so it rests or fires depending on its "
                    "initial state.",
                    low=at(self.fires_until),
                    high=at(self.lost.current),
                )
            )
        return out

    def _rests_at(self, current: float) -> bool:
        if self.lost is None or not np.isfinite(current):
            return bool(np.isfinite(current))
        known = [x for x in (self.steps, self.lost.current) if np.isfinite(x)]
        return current < self.lost.current - SAME * max(abs(x - self.holding) for x in known)

    def __repr__(self) -> str:
        count = f"{len(self.points)} bifurcation{'s' * (len(self.points) != 1)}"
        return f"<BifurcationDiagram of {self.model}: {self.kind or 'no firing'}, {count}>"

    def _table(self) -> Table:
        rows = [
            (
                point.kind,
                number(point.current, 5),
                number(point.potential, 4),
                number(point.frequency, 3),
                tr("end of the resting state") if point is self.lost else "",
            )
            for point in sorted(self.points, key=lambda point: point.current)
        ]
        potential = next(iter(self.points[0].state)) if self.points else "v"
        heads = ("bifurcation", f"current ({self.unit})", potential, "frequency (Hz)", "")
        return Table(repr(self)[1:-1], heads, rows, self.sentences, (1, 2, 3))

    def _picture(self) -> str:
        firing = self.firing[:3]
        x = Axis(*span([self.current, firing[0]]), f"current ({self.unit})")
        y = Axis(*span([self.potential, firing[1], firing[2]]), "potential")
        plot = Plot(
            x,
            y,
            260.0,
            key=(
                (BLUE, tr("fixed points")),
                (ORANGE, tr("firing: minimum and maximum potential")),
            ),
        )
        for stable, dash in ((True, ""), (False, "5 4")):
            plot.line(*self.branch(stable), BLUE, width=2.5 if stable else 1.5, dash=dash)
        for extreme in firing[1:]:
            plot.dots(firing[0], extreme, ORANGE, size=4.0)
        for point in self.points:
            plot.dots(point.current, point.potential, TEXT, size=5.0, hollow=True)
        return drawn(plot)

    def branch(self, stable: bool) -> tuple[Floats, Floats]:
        """Return the current and the potential of the stable or of the unstable fixed points, with nan in gaps."""
        own = (self.unstable == 0) == stable
        if own.size > 2:  # the curve may leave the range in between
            apart = np.diff(self.potential, prepend=self.potential[0])
            own &= apart < 3.0 * np.median(apart)
        return np.where(own, self.current, np.nan), np.where(own, self.potential, np.nan)


@checked
def bifurcation_diagram(
    model: str | NeuronModel,
    parameters: Mapping[str, float] | None = None,
    *,
    currents: tuple[float, float] | None = None,
    holding: float = 0.0,
    points: int = POINTS,
    dt: float | None = None,
    engine: str = "auto",
) -> BifurcationDiagram:
    """Return the fixed points of a neuron along a constant current, and the onset and the end of its firing.

    The fixed points are computed from the step of the model, as in :func:`plausiwidgets.analysis.phase_plane`. At each
    potential the other variables are at their steady state, and one current makes this state a fixed point. The
    eigenvalues determine the stability. If an oscillation emerges, the sign of the first Lyapunov coefficient
    determines whether it is stable. The onset and the end of firing are measured as for classes 1 and 2 of
    excitability, to the full depth. The measurement is repeated at a quarter of the time step. A result that differs
    between the two time steps is unclear.

    Parameters
    ----------
    model : str or NeuronModel
        Model with any number of state variables.
    parameters : mapping of str to float, optional
        Parameters of the model. Parameters that you leave out are at their defaults.
    currents : (float, float), optional
        Range of the currents in the unit of the model, by default the range of the model's current.
    holding : float
        Holding current before a step.
    points : int
        Number of points of the curve of fixed points. Two bifurcations between neighbouring points may be missed.
    dt : float, optional
        Time step of the simulations in ms, by default that of the model.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.

    Returns
    -------
    BifurcationDiagram

    Raises
    ------
    ValueError
        If a name is unknown, a value is not finite, or the range is empty. If the holding current is outside the range,
        or the neuron fires at it. If the model is in discrete time, or its current changes another variable than the
        potential.

    Notes
    -----
    The end of firing is inferred from the growth of the period near the weakest current. It is a measurement, not a
    proof. A period that remains finite indicates a fold of limit cycles, or a supercritical Andronov–Hopf bifurcation
    if the oscillation emerges at this current.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> found = pw.analysis.bifurcation_diagram("morris_lecar", {"V_3": 2.0, "phi": 0.04})
    >>> found.kind, round(found.lost.current, 1), found.ends
    ('subcritical Andronov–Hopf', 93.9, 'fold of limit cycles')
    """
    neuron = get(model)
    low, high = map(float, (neuron.current.low, neuron.current.high) if currents is None else currents)
    count = whole("bifurcation_diagram", "points", points, 20)
    bounded("bifurcation_diagram", "number of points", float(count), 1e5)
    *_, found = diagrams(neuron, parameters, (low, high), float(holding), count, check_dt(neuron, dt), engine)
    return found


def diagrams(
    neuron: NeuronModel,
    parameters: Mapping[str, float] | None,
    currents: tuple[float, float],
    base: float,
    count: int,
    dt: float,
    engine: str = "auto",
    checkpoint: Checkpoint | None = None,
) -> Iterator[BifurcationDiagram]:
    """Yield the diagram without firing, with the fixed points only, and then the complete diagram.

    The parameters and errors are those of :func:`bifurcation_diagram`. The function `checkpoint` is called every few ms
    of work, and may raise an exception.
    """
    if neuron.discrete:
        raise ValueError(
            f"bifurcation_diagram: model must be in continuous time, got {neuron.key!r}, which is in discrete time."
        )
    values = {name: float(value) for name, value in neuron.complete(parameters).items()}
    low, high = currents
    if not low <= base < high:
        raise ValueError(
            f"bifurcation_diagram: currents must be (low, high) with low ≤ holding ({base:g}) < high, got "
            f"{shown(currents)}."
        )
    curve = _Curve(neuron, values, base, engine)
    driven = curve.driven()
    if driven != [neuron.states[0].key]:
        raise ValueError(
            f"bifurcation_diagram: the current of model {neuron.key!r} must change only its potential, "
            f"{neuron.states[0].key}, but it changes {', '.join(driven) or 'no state variable'}."
        )
    arrays = {name: np.array([value]) for name, value in values.items()} | {"holding": np.array([base])}
    firing = _Firing(neuron, arrays, dt, engine, checkpoint)
    if firing.is_spontaneous:
        raise ValueError(
            f"bifurcation_diagram: holding must be a current at which model {neuron.key!r} is at rest, got {base:g}, "
            "at which it fires."
        )
    v, current, unstable = curve.over(count, low, high)
    if not v.size:
        raise ValueError(
            f"bifurcation_diagram: model {neuron.key!r} has no resting state at any current from {low:g} to {high:g}."
        )
    found = curve.points(v, current, unstable, low, high)
    lost = _lost(curve, v, current, unstable, found, low, high)
    if lost is not None and lost.kind == THRESHOLD:
        found = (*found, lost)
    inside = (current >= low) & (current <= high)
    at_rest = BifurcationDiagram(
        neuron.key,
        neuron.current.unit,
        v[inside],
        current[inside],
        unstable[inside],
        tuple(sorted(found, key=lambda point: point.potential)),
        lost,
        np.nan,
        np.nan,
        "",
        np.empty((4, 0)),
        base,
    )
    yield at_rest
    yield _with_firing(at_rest, firing, current[unstable == 1], currents)


def _with_firing(
    at_rest: BifurcationDiagram, firing: _Firing, saddles: Floats, currents: tuple[float, float]
) -> BifurcationDiagram:
    """Return the complete diagram, which equals the diagram without firing if the neuron does not fire.

    Parameters
    ----------
    at_rest : BifurcationDiagram
        Diagram without firing.
    firing : _Firing
        The same neuron.
    saddles : float ndarray
        Currents with a saddle on the curve of fixed points.
    currents : (float, float)
        Range of the currents.
    """
    (low, high), base, lost = currents, at_rest.holding, at_rest.lost
    measured = firing.onset(high - base)
    if not np.isfinite(measured.rheobase):
        return at_rest
    steps, until, scale = base + measured.rheobase, base + measured.down_to, measured.rheobase
    if lost is not None and lost.kind == SADDLE_NODE:
        # Use the current of the saddle-node, because it is more accurate than the current that the runs indicate.
        steps, until = (lost.current if _is_near(x, lost, scale) else x for x in (steps, until))
    saddle = bool((np.abs(saddles - until) < 0.05 * max(high - low, 1e-9)).any())
    resets = firing.model.spike_level is None
    return replace(
        at_rest,
        steps=steps,
        fires_until=until,
        ends=_ending(measured.ending, until, lost, saddle, resets, scale),
        firing=firing.drawn(steps, until, high),
        onset=measured.kind,
        start_rate=1000.0 / measured.slowest if measured.slowest > 0.0 else float("nan"),
    )


def _is_near(current: float, point: Bifurcation, scale: float) -> bool:
    return abs(current - point.current) < SAME * scale


_OPEN_ENDS = {STAIRCASE: SKIPS, BURSTING: BURSTS, UNCLEAR: OPEN}


def _ending(growth: str, until: float, lost: Bifurcation | None, saddle: bool, resets: bool, scale: float) -> str:
    """Return the way in which firing ends, from the growth of the period."""
    kind = lost.kind if lost is not None and _is_near(until, lost, scale) else ""
    if growth in _OPEN_ENDS:
        return _OPEN_ENDS[growth]
    if growth == ROOT:
        return ON_CIRCLE if kind == SADDLE_NODE else PERIOD
    if growth == LOGARITHM:
        return THRESHOLD if kind == THRESHOLD else HOMOCLINIC if saddle else PERIOD
    if lost is not None and lost.kind == SUPERCRITICAL and until > lost.current - SAME * scale:
        return SUPERCRITICAL
    return JUMP if resets else FOLD


# -- fixed points ----------------------------------------------------------------------------------


class _Curve:
    """Curve of the fixed points of a neuron, with one current for each potential."""

    def __init__(self, model: NeuronModel, values: Mapping[str, float], base: float, engine: str) -> None:
        self.flow = Flow(model, values, base, engine)
        self.base = base
        self.rest = [i for i in self.flow.flowing if i != 0]
        lanes = {name: np.full(33, value) for name, value in values.items()}
        strengths = np.linspace(min(model.current.low, base), max(model.current.high, base), 33)
        self._starts = model.start(lanes, strengths)

    def over(self, count: int, low: float, high: float) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """Return the potential, the current and the number of unstable eigenvalues of the fixed points.

        The fixed points are in order of their potential.
        """
        flow = self.flow
        ends = flow.rest - BELOW * flow.span, flow.threshold + (ABOVE if flow.resets else 2.0 * ABOVE) * flow.span
        v = np.unique(np.append(np.linspace(*ends, count), flow.start[0]))
        states, current = self.at(v)
        known = np.isfinite(current)
        near = known & (current >= low - 0.2 * (high - low)) & (current <= high + 0.2 * (high - low))
        v, current, values = v[near], current[near], self.eigenvalues(states[:, near])
        fine = np.asarray(np.isfinite(values).all(axis=1))  # the rates near a reset are nan
        return v[fine], current[fine], (values[fine].real > 0.0).sum(axis=1)

    def driven(self) -> list[str]:
        """Return the names of the variables whose rates depend on the current."""
        start = self.flow.start[:, None]
        with np.errstate(all="ignore"):
            change = np.abs(self.flow.at(self.base + 1.0).rates(start) - self.flow.rates(start))[:, 0]
        # Other rates change only by the length of the step, which is a much smaller change.
        return [name for name, one in zip(self.flow.names, change, strict=True) if one > 1e-3 * np.nanmax(change)]

    def at(self, v: Floats) -> tuple[Floats, Floats]:
        """Return the states and the currents of the fixed points at some potentials.

        Returns
        -------
        states : ndarray, shape [variables, n]
            States, nan where the other variables have no steady state.
        current : ndarray, shape [n]
            nan without a fixed point.
        """
        flow = self.flow
        nearest = np.abs(self._starts[0][:, None] - v).argmin(axis=0)
        states = self._starts[:, nearest].copy()
        states[0] = v
        if self.rest:
            states, found = flow.solve(states, self.rest)
            states[:, ~found] = np.nan
        current = np.full(v.shape, np.nan)
        known = np.isfinite(states).all(axis=0)
        if known.any():
            # Only the rate of the potential depends on the current, and the dependence is linear.
            rate = flow.rates(states[:, known])[0]
            slope = flow.at(self.base + 1.0).rates(states[:, known])[0] - rate
            with np.errstate(all="ignore"):
                current[known] = np.where(slope != 0.0, self.base - rate / slope, np.nan)
        return states, current

    def eigenvalues(self, states: Floats) -> Complexes:
        """Return the eigenvalues at some states, shape [n, variables], or nan where a rate is not finite."""
        jacobians = self.flow.jacobian(states, self.flow.flowing)
        out = np.full(jacobians.shape[:2], np.nan, dtype=np.complex128)
        fine = np.isfinite(jacobians).all(axis=(1, 2))
        if fine.any():
            out[fine] = np.linalg.eigvals(jacobians[fine])
        return out

    def points(
        self, v: Floats, current: Floats, unstable: NDArray[np.int64], low: float, high: float
    ) -> tuple[Bifurcation, ...]:
        """Return the bifurcations along the curve."""
        found = []
        for k in range(1, v.size - 1):
            if (current[k] - current[k - 1]) * (current[k + 1] - current[k]) < 0.0:
                found.append(self._fold(v[k - 1], v[k + 1], current[k] > current[k - 1]))
        for k, (before, after) in enumerate(pairwise(unstable.tolist())):
            if abs(after - before) == 2 or (abs(after - before) == 1 and len(self.flow.flowing) > 1):
                hopf = self._hopf(v[k], v[k + 1])
                if hopf is not None:
                    found.append(hopf)
        return tuple(point for point in found if low <= point.current <= high)

    def _fold(self, left: float, right: float, top: bool) -> Bifurcation:
        for _ in range(TIMES):
            v = np.linspace(left, right, ZOOM)
            states, current = self.at(v)
            best = int(np.nanargmax(current) if top else np.nanargmin(current))
            left, right = v[max(best - 1, 0)], v[min(best + 1, ZOOM - 1)]
        return Bifurcation(SADDLE_NODE, float(current[best]), self.flow.named(states[:, best]))

    def _hopf(self, left: float, right: float) -> Bifurcation | None:
        """Return the Andronov–Hopf bifurcation between two potentials, or None without one.

        A pair of complex eigenvalues crosses the imaginary axis there.
        """
        for _ in range(TIMES):
            v = np.linspace(left, right, ZOOM)
            states, current = self.at(v)
            values = self.eigenvalues(states)
            turning = np.abs(values.imag) > 1e-9
            if not turning.any(axis=1).all() or not np.isfinite(current).all():
                return None
            nearest = np.where(turning, np.abs(values.real), np.inf).argmin(axis=1)
            real = values.real[np.arange(ZOOM), nearest]
            crossing = np.flatnonzero(real[:-1] * real[1:] <= 0.0)
            if not crossing.size:
                return None
            k = int(crossing[0])
            left, right = v[k], v[k + 1]
        omega = float(abs(values.imag[k, nearest[k]]))
        coefficient = self._lyapunov(states[:, k], float(current[k]), omega)
        kind = SUBCRITICAL if coefficient > 0.0 else SUPERCRITICAL
        return Bifurcation(
            kind, float(current[k]), self.flow.named(states[:, k]), 1000.0 * omega / (2.0 * np.pi), coefficient
        )

    def _lyapunov(self, state: Floats, current: float, omega: float) -> float:
        """Return the first Lyapunov coefficient of an Andronov–Hopf bifurcation.

        The formula is eq. 5.34 of Kuznetsov, *Elements of Applied Bifurcation Theory*. Finite differences replace the
        second and third differentials of the rates.
        """
        chosen = list(self.flow.flowing)
        flow = self.flow.at(current)
        matrix = flow.jacobian(state[:, None], chosen)[0]
        values, right = np.linalg.eig(matrix)
        q = right[:, np.abs(values - 1j * omega).argmin()]
        q = q / q[0]
        values, left = np.linalg.eig(matrix.T)
        p = left[:, np.abs(values + 1j * omega).argmin()]
        p = p / np.conj(np.vdot(p, q))
        usual = np.maximum(np.abs(q), 1e-9)
        size = NUDGE * flow.span

        def differential(w: Floats, order: int, steps: Sequence[float], weights: Sequence[float]) -> Floats:
            """Return a differential of the rates along a direction by finite differences."""
            scale = float((np.abs(w) / usual).max())
            if scale == 0.0:
                return np.zeros_like(w)
            h = size / scale
            at = np.repeat(state[:, None], len(steps), axis=1)
            at[chosen] += w[:, None] * (h * np.array(steps))
            return np.asarray((flow.rates(at)[chosen] * weights).sum(axis=1) / h**order)

        def second(w: Floats) -> Floats:
            return differential(w, 2, (1.0, 0.0, -1.0), (1.0, -2.0, 1.0))

        def third(w: Floats) -> Floats:
            return differential(w, 3, (3.0, 1.0, -1.0, -3.0), (0.125, -0.375, 0.375, -0.125))

        def both(x: Floats, y: Floats) -> Floats:
            return 0.25 * (second(x + y) - second(x - y))

        def bilinear(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
            a, b, c, d = x.real, x.imag, y.real, y.imag
            return both(a, c) - both(b, d) + 1j * (both(a, d) + both(b, c))

        a, b = q.real, q.imag
        plus, minus, of_a, of_b = third(a + b), third(a - b), third(a), third(b)
        abb, aab = (plus + minus - 2.0 * of_a) / 6.0, (plus - minus - 2.0 * of_b) / 6.0
        cubic = of_a + abb + 1j * (aab + of_b)
        mean = np.linalg.solve(matrix, bilinear(q, np.conj(q)))
        twice = np.linalg.solve(2j * omega * np.eye(len(chosen)) - matrix, bilinear(q, q))
        total = cubic - 2.0 * bilinear(q, mean) + bilinear(np.conj(q), twice)
        return float((np.vdot(p, total) / (2.0 * omega)).real)

    def threshold(self, left: float, right: float) -> Bifurcation:
        """Return the point between two potentials at which the stable fixed points end at a reset."""
        for _ in range(TIMES):
            v = np.linspace(left, right, ZOOM)
            states, current = self.at(v)
            last = int(np.flatnonzero(np.isfinite(current))[-1])
            left, right = v[last], v[min(last + 1, ZOOM - 1)]
        return Bifurcation(THRESHOLD, float(current[last]), self.flow.named(states[:, last]))


def _lost(
    curve: _Curve,
    v: Floats,
    current: Floats,
    unstable: NDArray[np.int64],
    found: tuple[Bifurcation, ...],
    low: float,
    high: float,
) -> Bifurcation | None:
    """Return the bifurcation at which the rest at the holding current loses its stability as the current rises."""
    k = int(np.abs(v - curve.flow.start[0]).argmin())
    while k < v.size and unstable[k] == 0:
        k += 1
    if k == v.size:
        # The curve continues beyond the range, or ends at the threshold of a neuron with a reset.
        ends = curve.flow.resets and low <= current[-1] <= high and current[-1] < high - 1e-3 * (high - low)
        return curve.threshold(float(v[-1]), float(2.0 * v[-1] - v[-2])) if ends else None
    at = v[max(k - 1, 0)], v[k]
    width = max(at[1] - at[0], 1e-9)
    near = [p for p in found if at[0] - width <= p.potential <= at[1] + width]
    return min(near, key=lambda p: abs(p.potential - at[0]), default=None)


# -- firing ----------------------------------------------------------------------------------------


class _Firing:
    """Firing of one neuron: its onset, and its potentials at constant currents."""

    def __init__(
        self,
        model: NeuronModel,
        values: Mapping[str, Floats],
        dt: float,
        engine: str,
        checkpoint: Checkpoint | None,
    ) -> None:
        self.model, self.values, self.dt = model, values, dt
        self.engine, self.checkpoint = engine, checkpoint
        self.runner = Runner(model, values, dt, engine, checkpoint)
        self.base = float(values["holding"][0])

    @property
    def is_spontaneous(self) -> bool:
        """Whether the neuron fires at the holding current."""
        return bool(self.runner.spontaneous_spikes[0] > 0)

    def onset(self, top: float) -> Onset:
        """Return the onset and the end of firing to the full depth, unclear if they differ at a finer time step."""
        step = np.array([top])
        own = self.runner.onsets(step, "deep", down=True)[0]
        if not np.isfinite(own.rheobase):
            return own
        finer = Runner(self.model, self.values, self.dt / FINER, self.engine, self.checkpoint)
        fine = finer.onsets(step, "deep", down=True)[0]
        own.kind = own.kind if own.kind == fine.kind else UNCLEAR
        own.ending = own.ending if own.ending == fine.ending else UNCLEAR
        return own

    def drawn(self, steps: float, until: float, high: float) -> Floats:
        """Return the current, the minimum and maximum potential and the rate of the firing neuron, shape [4, currents].

        The runs above the weakest step start in its firing state. Each run below it starts in the state of the run at
        the next larger current.
        """
        start = min(steps + DRAWN * abs(steps - self.base), high)
        currents = np.linspace(until, high, CURRENTS)
        state = self._run(self.runner.settled_state, np.array([start])).state
        states = np.repeat(state, CURRENTS, axis=1)
        for k in np.flatnonzero(currents < start)[::-1].tolist():
            state = self._run(state, currents[k : k + 1]).state
            states[:, k] = state[:, 0]
        result = self._run(states, currents, record=True)
        assert result.recorded is not None
        v, period = result.recorded[0], self._periods(result)
        kept = np.isfinite(period)
        if self.model.spike_level is None:  # a spike is drawn up to its peak
            highest = np.full(currents.size, self.model.peak)
        else:
            highest = v.max(axis=1)
            kept |= highest - v.min(axis=1) > SWING
        return np.stack([currents, v.min(axis=1), highest, 1000.0 / period])[:, kept]

    def _run(self, state: Floats, currents: Floats, record: bool = False) -> LaneResult:
        """Return the response to constant currents, with an initial state for each."""
        steps = round(SETTLE / self.dt)
        params = {name: np.full(currents.size, self.values[name][0]) for name in self.model.parameters}
        window = (steps // 2, steps) if record else None
        current = LaneCurrent.constant(currents)
        job = LaneJob(self.model, params, np.ascontiguousarray(state), current, steps, self.dt, window)
        return run_lanes(job, self.engine, self.checkpoint)

    def _periods(self, result: LaneResult) -> Floats:
        """Return the mean interval of the last two thirds in ms, or nan if the neuron does not fire to the end."""
        steps, out = round(SETTLE / self.dt), np.full(result.counts.size, np.nan)
        for i, count in enumerate(result.counts):
            late = result.spikes[i, :count]
            late = late[late >= steps / 3.0]
            if late.size >= 2 and result.diverged[i] < 0:
                isi = (late[-1] - late[0]) / (late.size - 1)
                out[i] = isi * self.dt if steps - late[-1] <= 2.0 * isi else np.nan
        return out
