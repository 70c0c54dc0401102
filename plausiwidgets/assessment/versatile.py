"""The most versatile neuron of a model: the parameters with which it shows the most patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import Generator, default_rng

from plausiwidgets import models
from plausiwidgets.arguments import checked, whole
from plausiwidgets.assessment.published import known_sets
from plausiwidgets.assessment.repertoire import (
    BUDGET,
    COLUMNS,
    distinct_patterns,
    known_stimuli,
    row_of,
    shown_patterns,
)
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.api import check_engine
from plausiwidgets.optimization.space import Chart, Space, fold
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.judge import evaluate
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.simulation.simulate import check_dt

if TYPE_CHECKING:
    import pandas as pd

SIZE = 32
"""Neurons of a population."""
SETS = 1000
"""Default number of neurons that are tried, each under every pattern."""
FINALISTS = 3
"""Neurons of the last population whose whole repertoire is searched and verified."""
STEP, CROSSING = 0.6, 0.7
"""Length of a step, as a share of the differences between neurons; and the share of the values that take it."""


@dataclass
class _Neurons:
    """Neurons with a stimulus for each pattern, and their losses.

    Attributes
    ----------
    own : ndarray [n, parameters]
        Free parameters of the model in the unit cube.
    stimuli : list of ndarray [n, values]
        Stimulus of each pattern in the unit cube.
    losses : ndarray [n, patterns]
    """

    own: Floats
    stimuli: list[Floats]
    losses: Floats

    @property
    def rank(self) -> Floats:
        """The number of patterns that are not accepted, and less than 1 more for the distances from them."""
        open_losses = self.losses / (1.0 + self.losses)
        return np.asarray((self.losses > 0.0).sum(axis=1) + open_losses.mean(axis=1))


@checked
def most_versatile(
    model: str | NeuronModel,
    patterns: Sequence[str | Protocol] | None = None,
    *,
    seed: int = 0,
    budget: int = SETS,
    engine: str = "auto",
    dt: float | None = None,
    checkpoint: Checkpoint | None = None,
) -> pd.DataFrame:
    """Search for the parameters of a model with which one neuron shows the most patterns.

    A population of neurons, each with a stimulus for every pattern, begins with the known sets of the model and what
    lies between them, and evolves by differential evolution: a neuron is replaced by one that shows more patterns, or
    as many and is nearer to the others. The repertoires of the best are then searched and verified.

    Parameters
    ----------
    model : str or NeuronModel
    patterns : sequence of str or Pattern, optional
        Default: all twenty, and what was registered.
    seed : int
        The same seed gives the same table (except `seconds`).
    budget : int
        Number of neurons that are tried, each under every pattern that the model may show.
    engine : {"auto", "compiled", "torch"}
    dt : float, optional
        Time step in ms; default: the model's.
    checkpoint : callable, optional
        Called every few ms of work; what it raises ends it.

    Returns
    -------
    pandas.DataFrame
        The repertoire of the neuron, as of :func:`plausiwidgets.repertoire`; ``.attrs["parameters"]`` are its
        parameters. It is the best that was found: a larger budget may find a better one.

    Raises
    ------
    ValueError
        For an unknown name or an invalid value.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> table = pw.most_versatile("lif", ["tonic_spiking", "integrator", "rebound_spike"], budget=40)
    >>> table["status"].tolist()
    ['replicated', 'replicated', 'rejected']
    >>> pw.judge("lif", "integrator", table.attrs["parameters"] | table["stimulus"][1]).replicated
    True
    """
    import pandas as pd

    neuron, step = models.get(model), check_dt(models.get(model), dt)
    check_engine(engine)
    asked = distinct_patterns(patterns)
    whole("most_versatile", "seed", seed, 0)
    whole("most_versatile", "budget", budget, 1)
    possible = [one for one in asked if one.key not in neuron.cannot]
    search = _Search(neuron, possible, step, engine, checkpoint)
    best = search.run(budget, default_rng(seed)) if possible else []
    found: list[tuple[int, float, dict[str, float], list[Any]]] = []
    for own, stimuli in best or [(neuron.defaults(), {})]:
        results = list(shown_patterns(neuron, own, asked, seed, BUDGET, step, engine, checkpoint, stimuli))
        shown = sum(result.replicated for result in results)
        distance = sum(min(result.loss, 100.0) for result in results if result.evaluations)
        found.append((-shown, distance, own, results))
    _, _, own, results = min(found, key=lambda one: one[:2])
    table = pd.DataFrame([row_of(neuron, p, r) for p, r in zip(asked, results, strict=True)], columns=list(COLUMNS))
    table.attrs = {"model": neuron.name, "parameters": own}
    return table


class _Search:
    """The evolution of neurons of one model."""

    def __init__(
        self, model: NeuronModel, asked: Sequence[Judged], dt: float, engine: str, checkpoint: Checkpoint | None
    ) -> None:
        self._model, self._asked, self._dt = model, asked, dt
        self._engine, self._checkpoint = engine, checkpoint
        self._space = Space.build(model.parameters)
        self._chart = self._space.chart()
        self._charts = [_chart_of(model, one) for one in asked]

    def run(self, budget: int, rng: Generator) -> list[tuple[dict[str, float], dict[str, dict[str, float]]]]:
        """Return the best neurons: parameters, and a stimulus by the key of each pattern."""
        neurons = self._first(rng)
        tried = len(neurons.own)
        while tried < budget:
            trials = self._trials(neurons, rng)
            better = np.flatnonzero(trials.rank <= neurons.rank)
            neurons.own[better], neurons.losses[better] = trials.own[better], trials.losses[better]
            for mine, others in zip(neurons.stimuli, trials.stimuli, strict=True):
                mine[better] = others[better]
            tried += len(trials.own)
        return [self._named(neurons, int(i)) for i in np.argsort(neurons.rank, kind="stable")[:FINALISTS]]

    def _first(self, rng: Generator) -> _Neurons:
        """Return the known neurons and some between them, each with the best of the known stimuli."""
        names = self._space.names
        sets = [self._model.defaults()]
        sets += [values for one in self._asked for values, _, _ in known_sets(self._model, one)]
        defaults = self._model.defaults()
        points = np.array([[values.get(name, defaults[name]) for name in names] for values in sets])
        units = np.clip(self._chart.encode(np.clip(points, self._space.low, self._space.high)), 0.0, 1.0)
        units = np.unique(units, axis=0)
        while len(units) < SIZE:
            one, other = units[rng.integers(len(units), size=2)]
            between = one + rng.random() * (other - one) + 0.05 * rng.standard_normal(len(names))
            units = np.vstack([units, fold(between)])
        count = len(units)
        stimuli, losses = [], []
        for one, chart in zip(self._asked, self._charts, strict=True):
            pool = known_stimuli(self._model, one)
            values = np.array([[stimulus[name] for name in one.free] for stimulus in pool])
            known = np.clip(chart.encode(np.clip(values, chart.low, chart.high)), 0.0, 1.0)
            each = np.repeat(known, count, axis=0)
            loss = self._loss(one, chart, np.tile(units, (len(pool), 1)), each).reshape(len(pool), count)
            stimuli.append(known[loss.argmin(axis=0)])
            losses.append(loss.min(axis=0))
        return _Neurons(units, stimuli, np.stack(losses, axis=1))

    def _trials(self, neurons: _Neurons, rng: Generator) -> _Neurons:
        """Return one trial for each neuron: a step towards another that is good at some patterns."""
        count = len(neurons.own)
        parts = [neurons.own, *neurons.stimuli]
        chosen = rng.random((count, 1, len(self._asked))) < 0.5
        open_losses = neurons.losses / (1.0 + neurons.losses) + (neurons.losses > 0.0)
        partial = np.where(chosen, open_losses, 0.0).sum(axis=2) + 1e-6 * rng.random((count, count))
        towards = partial.argmin(axis=1)
        one, other = rng.integers(count, size=(2, count))
        length = STEP * rng.random((count, 1)) * 2.0
        moved = []
        for part in parts:
            step = length * (part[towards] - part) + length * (part[one] - part[other])
            step += 0.01 * rng.standard_normal(part.shape)
            moved.append(fold(part + np.where(rng.random(part.shape) < CROSSING, step, 0.0)))
        own, *stimuli = moved
        losses = [
            self._loss(p, chart, own, units) for p, chart, units in zip(self._asked, self._charts, stimuli, strict=True)
        ]
        return _Neurons(own, stimuli, np.stack(losses, axis=1))

    def _loss(self, pattern: Judged, chart: Chart, own: Floats, stimuli: Floats) -> Floats:
        values = dict(self._space.values(self._chart.decode(own.copy())))
        decoded = chart.decode(stimuli.copy())
        values |= {name: np.ascontiguousarray(decoded[:, i]) for i, name in enumerate(pattern.free)}
        return np.asarray(evaluate(self._model, pattern, values, self._dt, self._engine, self._checkpoint).loss)

    def _named(self, neurons: _Neurons, i: int) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
        own = {name: float(v[0]) for name, v in self._space.values(self._chart.decode(neurons.own[[i]])).items()}
        stimuli = {}
        for one, chart, units in zip(self._asked, self._charts, neurons.stimuli, strict=True):
            stimuli[one.key] = dict(zip(one.free, chart.decode(units[[i]])[0].tolist(), strict=True))
        return own, stimuli


def _chart_of(model: NeuronModel, pattern: Judged) -> Chart:
    """Return the unit cube of the stimulus of a pattern, of the values that a search may not change too."""
    declared = list(pattern.stimulus_parameters(model).values())
    return Chart(tuple(declared), np.array([p.low for p in declared]), np.array([p.high for p in declared]))
