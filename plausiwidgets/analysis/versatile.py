"""Most versatile neuron of a model: the parameters with which it shows the most patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator, default_rng

from plausiwidgets import models
from plausiwidgets.analysis.repertoires import (
    BUDGET,
    COLUMNS,
    distinct_patterns,
    known_stimuli,
    row_of,
    shown_patterns,
)
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.parameter import Floats
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.optimization.api import check_engine
from plausiwidgets.optimization.evolution import Population
from plausiwidgets.optimization.result import Result
from plausiwidgets.optimization.space import Chart, Space, fold
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.evaluation import evaluate
from plausiwidgets.patterns.packaged import known_sets
from plausiwidgets.patterns.registry import why_ruled_out
from plausiwidgets.support.arguments import checked, whole
from plausiwidgets.support.progress import ProgressLike, watched

if TYPE_CHECKING:
    import pandas as pd

SIZE = 32
"""Number of neurons in a population."""
SETS = 1000
"""Default number of neurons that are evaluated, each on every pattern."""
FINALISTS = 3
"""Number of neurons of the last population whose whole repertoire is searched and verified."""


@checked
def most_versatile(
    model: str | NeuronModel,
    patterns: str | Protocol | Sequence[str | Protocol] | None = None,
    *,
    seed: int = 0,
    budget: int = SETS,
    engine: str = "auto",
    dt: float | None = None,
    progress: ProgressLike = None,
) -> pd.DataFrame:
    """Search for the model parameters with which a neuron shows the most patterns, and return its repertoire.

    The initial population consists of the packaged sets of the model and sets between them, each with a stimulus for
    every pattern. It evolves by differential evolution. A neuron is replaced by one that shows more patterns, or by one
    that shows as many and is closer to the others. The repertoires of the best neurons are then searched and verified.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    patterns : str or Pattern, or a list of several, optional
        Patterns to count, by default all built-in and registered patterns.
    seed : int
        Seed of the random numbers. Equal seeds give equal tables (except `seconds`).
    budget : int
        Number of evaluated neurons, each on every pattern that is not ruled out for the model.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.
    dt : float, optional
        Time step in ms, by default that of the model.
    progress : optional
        Progress display, as in :func:`plausiwidgets.judge`.

    Returns
    -------
    pandas.DataFrame
        Repertoire of the best neuron, as in :func:`plausiwidgets.analysis.repertoire`. ``.attrs["parameters"]``
        contains its parameters. A larger budget may find a better neuron.

    Raises
    ------
    ValueError
        If a name is unknown or a value is invalid.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> table = pw.analysis.most_versatile("lif", ["tonic_spiking", "integrator", "rebound_spike"], budget=40)
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
    possible = [one for one in asked if not why_ruled_out(one, neuron)]
    with watched("most_versatile", progress) as checkpoint:
        best = []
        if possible and any(p.vary for p in neuron.parameters.values()):  # otherwise the defaults are the only neuron
            best = _Search(neuron, possible, step, engine, checkpoint).run(budget, default_rng(seed))
        found: list[tuple[int, float, dict[str, float], list[Result]]] = []
        for own, stimuli in best or [(neuron.defaults(), {})]:
            results = list(shown_patterns(neuron, own, asked, seed, BUDGET, step, engine, checkpoint, stimuli))
            shown = sum(result.replicated for result in results)
            distance = sum(min(result.loss, 100.0) for result in results if result.evaluations)
            found.append((-shown, distance, own, results))
    _, _, own, results = min(found, key=lambda one: one[:2])
    table = pd.DataFrame([row_of(p, r) for p, r in zip(asked, results, strict=True)], columns=list(COLUMNS))
    table.attrs = {"model": neuron.key, "parameters": own}
    return table


class _Search:
    """Evolution of neurons of one model, in the unit cube of its parameters and the stimuli of all patterns."""

    def __init__(
        self, model: NeuronModel, asked: Sequence[Judged], dt: float, engine: str, checkpoint: Checkpoint | None
    ) -> None:
        self._model, self._asked, self._dt = model, asked, dt
        self._engine, self._checkpoint = engine, checkpoint
        self._space = space = Space.build(model.parameters)
        declared = [model.parameters[name] for name in space.names]
        low, high = space.low.tolist(), space.high.tolist()
        self._stimuli: list[slice] = []
        for one in asked:
            more = list(one.stimulus_parameters_for(model).values())
            self._stimuli.append(slice(len(declared), len(declared) + len(more)))
            declared += more
            low += [p.low for p in more]
            high += [p.high for p in more]
        self._chart = Chart(tuple(declared), np.array(low), np.array(high))

    def run(self, budget: int, rng: Generator) -> list[tuple[dict[str, float], dict[str, dict[str, float]]]]:
        """Return the parameters of the best neurons, each with a stimulus for every pattern by key."""
        units = self._first(rng)
        population = Population(self._chart, units, self._penalties(self._chart.decode(units.copy())), rng)
        for _ in range(population.size, budget, population.size):
            if population.stale:
                break
            population.tell(self._penalties(population.ask(population.size)))
        best = np.argsort(population.losses, kind="stable")[:FINALISTS]
        return [self._named(values) for values in self._chart.decode(population.units[best])]

    def _first(self, rng: Generator) -> Floats:
        """Return the known neurons and some between them, each with the best of the known stimuli."""
        own = self._space.size
        known = [one.parameters for pattern in self._asked for one in known_sets(self._model, pattern)]
        sets: list[Mapping[str, float]] = [{}, *known]
        values = np.array([[one.get(p.key, p.default) for p in self._chart.parameters[:own]] for one in sets])
        stimuli = [known_stimuli(self._model, p)[0][name] for p in self._asked for name in p.stimulus_names]
        units = self._encoded(np.hstack([values, np.tile(stimuli, (len(sets), 1))]))
        units = np.unique(units, axis=0)
        while len(units) < SIZE:
            one, other = units[rng.integers(len(units), size=2)]
            between = one + rng.random() * (other - one)
            between[:own] += 0.05 * rng.standard_normal(own)
            units = np.vstack([units, fold(between)])
        for k, pattern in enumerate(self._asked):
            tried = []
            for stimulus in known_stimuli(self._model, pattern):
                values = self._chart.decode(units.copy())
                values[:, self._stimuli[k]] = [stimulus[name] for name in pattern.stimulus_names]
                tried.append((self._encoded(values), self._loss(k, values)))
            best = np.argmin([loss for _, loss in tried], axis=0)
            units = np.stack([one for one, _ in tried])[best, np.arange(len(units))]
        return units

    def _encoded(self, values: Floats) -> Floats:
        chart = self._chart
        return np.clip(chart.encode(np.clip(values, chart.low, chart.high)), 0.0, 1.0)

    def _penalties(self, values: Floats) -> Floats:
        """Return the penalties of neurons, shape [n, patterns].

        Their sum is the number of patterns that are not shown, plus less than 1 for the losses.
        """
        losses = np.stack([self._loss(k, values) for k in range(len(self._asked))], axis=1)
        return (losses > 0.0) + losses / (1.0 + losses) / len(self._asked)

    def _loss(self, k: int, values: Floats) -> Floats:
        pattern = self._asked[k]
        sets = dict(self._space.values(np.ascontiguousarray(values[:, : self._space.size])))
        stimulus = values[:, self._stimuli[k]]
        sets |= {name: np.ascontiguousarray(stimulus[:, i]) for i, name in enumerate(pattern.stimulus_names)}
        return np.asarray(evaluate(self._model, pattern, sets, self._dt, self._engine, self._checkpoint).loss)

    def _named(self, values: Floats) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
        own = {name: float(v[0]) for name, v in self._space.values(values[None, : self._space.size]).items()}
        return own, {
            one.key: dict(zip(one.stimulus_names, values[place].tolist(), strict=True))
            for one, place in zip(self._asked, self._stimuli, strict=True)
        }
