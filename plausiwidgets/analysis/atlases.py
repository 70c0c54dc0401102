"""Atlas of a neuron: the different responses that it can show, without patterns that are defined in advance.

A quality-diversity search (MAP-Elites, Mouret and Clune 2015, arXiv:1504.04909) fills a grid whose axes are measured
features of a response, and keeps one representative in each cell. New parameter sets are variations of two
representatives (iso+line variation, Vassiliades and Mouret 2018, doi:10.1145/3205455.3205602).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.analysis.atlas_protocols import PROTOCOLS, AtlasAxis, axes_of
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter, check_ends
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.patterns.evaluation import complete, evaluate
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.registry import get as get_pattern
from plausiwidgets.support.arguments import bounded, checked, mapping, whole
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.names import unknown
from plausiwidgets.support.progress import ProgressLike, watched

Floats = NDArray[np.float64]
Sets = dict[str, Floats]

BATCH = 128
"""Number of parameter sets in a generation."""
FIRST = 0.1
"""Share of the budget that is drawn uniformly before the variation starts, and share of each later generation."""
ENOUGH = 10
"""Minimum number of representatives for a variation."""
ISO, LINE = 0.02, 0.3
"""Standard deviations of the variation.

The first is in widths of the ranges, the second in distances between two representatives.
"""
DIGITS = 3
"""Number of significant digits of the rounded parameters with which a representative must stay in its cell."""
CHUNK = 64
"""Number of representatives that are simulated together for their spike times."""
NAMED = (
    "tonic_spiking",
    "phasic_spiking",
    "tonic_bursting",
    "phasic_bursting",
    "mixed_mode",
    "spike_frequency_adaptation",
)
"""Patterns whose stimulus is a step."""
LARGEST = 200
"""Maximum number of cells along an axis."""


@dataclass(frozen=True)
class Behaviour:
    """Representative of a cell of an atlas.

    Attributes
    ----------
    cell : (int, int)
        Column and row of the cell, starting at 0.
    features : mapping of str to float
        Value of each axis.
    parameters : mapping of str to float
        Parameters of the model and the amplitude.
    spike_times : tuple of float
        Spike times in ms from the stimulus onset.
    names : tuple of str
        Letters of the patterns whose criteria it meets, without verification.
    margin : float
        Smallest distance from the border of the cell over all evaluations, in units of cells. It is 0.5 at the centre.
    """

    cell: tuple[int, int]
    features: Mapping[str, float]
    parameters: Mapping[str, float]
    spike_times: tuple[float, ...]
    names: tuple[str, ...]
    margin: float


@dataclass(frozen=True)
class Atlas:
    """Different responses of a neuron to one type of stimulus.

    Attributes
    ----------
    model, protocol : str
        Keys of the model and the protocol.
    axes : (AtlasAxis, AtlasAxis)
        Horizontal and vertical axis.
    points : int
        Number of cells along each axis.
    behaviours : tuple of Behaviour
        Representative of each filled cell.
    evaluations : int
        Number of simulated responses, including the tests of robustness.
    history : tuple of (int, int)
        Numbers of evaluations and of cells that were filled by then.
    seed : int
        Seed of the search.
    dt : float
        Time step in ms.
    """

    model: str
    protocol: str
    axes: tuple[AtlasAxis, AtlasAxis]
    points: int
    behaviours: tuple[Behaviour, ...]
    evaluations: int
    history: tuple[tuple[int, int], ...] = field(repr=False)
    seed: int
    dt: float

    @property
    def coverage(self) -> float:
        """Share of the cells that are filled."""
        return len(self.behaviours) / self.points**2

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each representative.

        Parameters and spike times are JSON texts.
        """
        return pd.DataFrame(
            [
                {
                    "column": one.cell[0],
                    "row": one.cell[1],
                    **one.features,
                    "names": "".join(one.names),
                    "margin": one.margin,
                    "parameters": json.dumps(dict(one.parameters)),
                    "spike_times": json.dumps(one.spike_times),
                }
                for one in self.behaviours
            ]
        )

    def nameless(self, count: int = 10) -> list[Behaviour]:
        """Return the representatives without a pattern that are farthest from every representative with one.

        Parameters
        ----------
        count : int
            Maximum number of representatives.
        """
        count = whole("nameless", "count", count, 1)
        named = np.array([one.cell for one in self.behaviours if one.names]).reshape(-1, 2)
        others = [one for one in self.behaviours if not one.names]

        def distance(one: Behaviour) -> float:
            return float(np.hypot(*(named - one.cell).T).min()) if len(named) else 0.0

        return sorted(others, key=distance, reverse=True)[:count]

    def __str__(self) -> str:
        """Return a summary in a few lines."""
        count = len(self.behaviours)
        named = sum(bool(one.names) for one in self.behaviours)
        responses = "different response" if count == 1 else "different responses"
        x, y = self.axes
        filled = f"{self.points} × {self.points} cells ({100 * self.coverage:.0f} %)"
        lines = [
            f"{self.model}: {count} {responses} to a {self.protocol} in {filled}",
            f"axes: {x.title} ({x.unit}), {y.title} ({y.unit})",
            f"{named} meet the criteria of a pattern of a step, {count - named} have no name",
            f"{self.evaluations} evaluations, seed {self.seed}, steps of {self.dt:g} ms",
        ]
        if not count:
            lines.append("The neuron must be silent and at rest before the stimulus, and fire in response to it.")
        return "\n".join(lines)

    def _picture(self) -> None:
        """Return None, because an atlas has no picture without Plotly."""


@checked
def atlas(
    model: str | NeuronModel,
    parameters: Mapping[str, float] | None = None,
    *,
    protocol: str = "step",
    axes: Sequence[str] = ("rate", "irregularity"),
    points: int = 32,
    fixed: Sequence[str] = (),
    bounds: Mapping[str, tuple[float, float]] | None = None,
    budget: int = 38_400,
    seed: int = 0,
    dt: float | None = None,
    search: bool = True,
    progress: ProgressLike = None,
) -> Atlas:
    """Return an atlas of the different responses that a neuron can show.

    Only physiological responses count. A representative is silent and at rest before the onset and silent after the
    stimulus. Its potential stays in the physiological range, and no interspike interval is below 1 ms. It must stay in
    its cell at half the time step and with rounded parameters. If several parameter sets fall into a cell, the set
    farthest from the border is kept.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    parameters : mapping of str to float, optional
        Values of the parameters in `fixed`. The other fixed parameters are at their defaults.
    protocol : {"step", "release", "ramp"}
        A step of 1000 ms, the 1000 ms after a downward step, or a ramp of 1000 ms.
    axes : two of {"rate", "irregularity", "latency", "burst", "adaptation"}
        Features of the horizontal and of the vertical axis.
    points : int
        Number of cells along each axis, from 1 to 200.
    fixed : sequence of str
        Parameters that keep their value.
    bounds : mapping of str to (float, float), optional
        Ranges of the parameters and of the amplitude, by default those of the sliders.
    budget : int
        Maximum number of simulated responses. The robustness tests of the last generation may exceed it.
    seed : int
        Seed of the random numbers. Equal seeds give equal results, independently of the number of threads.
    dt : float, optional
        Time step in ms, by default that of the model.
    search : bool
        Whether new sets are variations of representatives. If False, all sets are drawn uniformly, for a comparison.
    progress : optional
        Progress display, as in :func:`plausiwidgets.judge`.

    Returns
    -------
    Atlas

    Raises
    ------
    ValueError
        If a name is unknown, if there are not two axes, or if no parameter is varied.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> found = pw.analysis.atlas("izhikevich", points=8, budget=2000)
    >>> len(found.behaviours) == len({one.cell for one in found.behaviours}) > 5
    True
    """
    neuron = get_model(model)
    if protocol not in PROTOCOLS:
        raise unknown("atlas", "protocol", protocol, PROTOCOLS)
    points = whole("atlas", "points", points, 1)
    bounded("atlas", "points", points, LARGEST)
    budget = whole("atlas", "budget", budget, 1)
    seed = whole("atlas", "seed", seed, 0)
    space = _Space(neuron, PROTOCOLS[protocol], parameters, fixed, bounds)
    chart = _Search(space, axes_of(tuple(axes)), points, check_dt(neuron, dt), np.random.default_rng(seed))
    with watched("atlas", progress, budget, "responses") as checkpoint:
        chart.run(budget, search, checkpoint)
        behaviours = tuple(chart.behaviours(protocol == "step", checkpoint))
    return Atlas(
        neuron.key,
        protocol,
        chart.axes,
        points,
        behaviours,
        chart.evaluations,
        tuple(chart.history),
        seed,
        chart.dt,
    )


class _Space:
    """Varied parameters of a neuron and the amplitude of a protocol as a unit cube."""

    def __init__(
        self,
        neuron: NeuronModel,
        pattern: Pattern,
        parameters: Mapping[str, float] | None,
        fixed: Sequence[str],
        bounds: Mapping[str, tuple[float, float]] | None,
    ) -> None:
        self.neuron, self.pattern = neuron, pattern
        self.known = pattern.parameters(neuron)
        self.base = complete(neuron, pattern, parameters)
        ends = mapping(bounds)
        for name in (*fixed, *ends):
            if name not in self.known:
                raise unknown(f"atlas: model {neuron.key!r}", "parameter", name, self.known)
        self.free: dict[str, Parameter] = {name: p for name, p in self.known.items() if p.vary and name not in fixed}
        if not self.free:
            raise ValueError("atlas: at least one parameter or the amplitude must be free, got all of them in fixed.")
        self.ends = {}
        for name, p in self.free.items():
            low, high = ends.get(name, (p.low, p.high))
            check_ends(f"atlas: bounds of {name!r}", low, high)
            p.check([low, high])
            self.ends[name] = low, high

    def sets(self, units: Floats) -> Sets:
        """Return complete sets for points of the unit cube, shape [n, free]."""
        values = {name: np.full(len(units), float(value)) for name, value in self.base.items()}
        for k, (name, p) in enumerate(self.free.items()):
            values[name] = p.clip(p.from_unit(units[:, k], *self.ends[name]))
        return values

    def rounded(self, values: Sets) -> Sets:
        """Return the sets with values rounded to `DIGITS` significant digits."""
        return {
            name: self.known[name].clip(np.array([float(f"{x:.{DIGITS}g}") for x in row]))
            for name, row in values.items()
        }


class _Search:
    """Search that fills the cells of an atlas."""

    def __init__(
        self, space: _Space, axes: tuple[AtlasAxis, AtlasAxis], points: int, dt: float, rng: np.random.Generator
    ) -> None:
        self.space, self.axes, self.points, self.dt, self.rng = space, axes, points, dt, rng
        self.evaluations = 0
        self.history: list[tuple[int, int]] = []
        self.units: dict[tuple[int, int], Floats] = {}
        self.margins: dict[tuple[int, int], float] = {}

    def run(self, budget: int, search: bool, checkpoint: Checkpoint | None) -> None:
        """Fill cells until the budget is spent."""
        while self.evaluations < budget:
            count = min(BATCH, budget - self.evaluations)
            units = self.rng.random((count, len(self.space.free)))
            if search and len(self.units) >= ENOUGH and self.evaluations >= FIRST * budget:
                varied = round((1.0 - FIRST) * count)
                units[:varied] = self._varied(varied)
            self._try(units, checkpoint)
            self.history.append((self.evaluations, len(self.units)))

    def _varied(self, count: int) -> Floats:
        """Return variations of representatives: a step towards or away from another representative, with some noise."""
        known = np.array(list(self.units.values()))
        first, second = (known[self.rng.integers(len(known), size=count)] for _ in range(2))
        noise = ISO * self.rng.normal(size=first.shape)
        along = LINE * self.rng.normal(size=(count, 1)) * (second - first)
        varied: Floats = np.clip(first + noise + along, 0.0, 1.0)
        return varied

    def _try(self, units: Floats, checkpoint: Checkpoint | None) -> None:
        """Evaluate points, and keep robust ones that are better than the representatives of their cells.

        A point is better if it is farther from the border of its cell.
        """
        values = self.space.sets(units)
        places = self._places(values, self.dt, checkpoint)
        margins = self._margins(places, places)
        cells = self._cells(places)
        better = np.array([m > self.margins.get(cell, 0.0) for m, cell in zip(margins, cells, strict=True)], dtype=bool)
        chosen = np.flatnonzero(better)
        if not chosen.size:
            return
        some = {name: row[chosen] for name, row in values.items()}
        tests = [self._places(self.space.rounded(some), self.dt, checkpoint)]
        if self.space.neuron.has_finer_steps:
            tests.append(self._places(some, self.dt / 2.0, checkpoint))
        least = np.min([margins[chosen], *(self._margins(test, places[chosen]) for test in tests)], axis=0)
        for margin, k in zip(least, chosen, strict=True):
            if margin > self.margins.get(cells[k], 0.0):
                self.margins[cells[k]], self.units[cells[k]] = float(margin), units[k]

    def _places(self, values: Sets, dt: float, checkpoint: Checkpoint | None) -> Floats:
        """Return the positions of responses on the two axes in units of cells, shape [n, 2].

        The positions of responses that are not physiological are nan.
        """
        self.evaluations += len(next(iter(values.values())))
        verdict = evaluate(self.space.neuron, self.space.pattern, values, dt, checkpoint=checkpoint)
        measured = {c.key: c.value for c in verdict.criteria}
        places = np.stack([axis.place(measured[axis.key], self.points) for axis in self.axes], axis=1)
        return np.where((verdict.loss == 0.0)[:, None], places, np.nan)

    def _cells(self, places: Floats) -> list[tuple[int, int]]:
        inside = np.nan_to_num(places, nan=-1.0)
        columns = np.minimum(inside.astype(int), self.points - 1)
        return [(int(i), int(j)) for i, j in columns]

    def _margins(self, places: Floats, of: Floats) -> Floats:
        """Return the distances of positions from the borders of given cells, shape [n].

        The distance is 0.5 at the centre of a cell, and 0 outside it and for nan.
        """
        cells = np.minimum(np.floor(np.nan_to_num(of, nan=-1.0)), self.points - 1)
        # The first and the last cell of an axis have no outer border.
        low = np.where(cells == 0, 0.5, places - cells)
        high = np.where(cells == self.points - 1, 0.5, cells + 1.0 - places)
        margin = np.minimum(np.minimum(low, high), 0.5).min(axis=1)
        # A value on the border of its own cell belongs to the cell.
        return np.where(np.isnan(places).any(axis=1) | (margin < 0.0), 0.0, np.maximum(margin, 1e-9))

    def behaviours(self, is_step: bool, checkpoint: Checkpoint | None) -> Iterator[Behaviour]:
        """Yield the representative of each cell with its spike times and patterns, by column and row."""
        cells = sorted(self.units)
        model, pattern = self.space.neuron, self.space.pattern
        for first in range(0, len(cells), CHUNK):
            some = cells[first : first + CHUNK]
            values = self.space.sets(np.array([self.units[cell] for cell in some]))
            verdict = evaluate(model, pattern, values, self.dt, checkpoint=checkpoint, record=[model.states[0].key])
            trains = verdict.traces["stimulus"].spike_times
            measured = {c.key: c.value for c in verdict.criteria}
            names = self._names(values, checkpoint) if is_step else [()] * len(some)
            for k, cell in enumerate(some):
                yield Behaviour(
                    cell,
                    {axis.key: float(measured[axis.key][k]) for axis in self.axes},
                    {name: float(row[k]) for name, row in values.items()},
                    tuple(float(t) for t in trains[k] if t >= 0.0),
                    names[k],
                    self.margins[cell],
                )

    def _names(self, values: Sets, checkpoint: Checkpoint | None) -> list[tuple[str, ...]]:
        """Return the letters of the patterns of a step whose criteria the sets meet.

        The sets are evaluated at their amplitude, without a holding current.
        """
        found: list[list[str]] = [[] for _ in next(iter(values.values()))]
        for key in NAMED:
            pattern = get_pattern(key)
            own = pattern.parameters(self.space.neuron)
            given = {name: row for name, row in values.items() if name in own}
            full = {
                n: np.broadcast_to(v, (len(found),)) for n, v in complete(self.space.neuron, pattern, given).items()
            }
            accepted = evaluate(self.space.neuron, pattern, full, self.dt, checkpoint=checkpoint).loss == 0.0
            for k in np.flatnonzero(accepted):
                found[k].append(pattern.letter)
        return [tuple(letters) for letters in found]
