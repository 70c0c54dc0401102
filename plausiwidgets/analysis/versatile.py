"""The most versatile neuron of a model: the parameters with which it shows the most patterns."""

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
"""Neurons of a population."""
SETS = 1000
"""Default number of neurons that are tried, each under every pattern."""
FINALISTS = 3
"""Neurons of the last population whose whole repertoire is searched and verified."""


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
    """Search for the parameters of a model with which one neuron shows the most patterns.

    A population of neurons, each with a stimulus for every pattern, begins with the known sets of the model and what
    lies between them, and evolves by differential evolution: a neuron is replaced by one that shows more patterns, or
    as many and is nearer to the others. The repertoires of the best are then searched and verified.

    Parameters
    ----------
    model : str or NeuronModel
    patterns : str or Pattern, or a list of several, optional
        Default: all twenty, and what was registered.
    seed : int
        The same seed gives the same table (except `seconds`).
    budget : int
        Number of neurons that are tried, each under every pattern that the model may show.
    engine : {"auto", "compiled", "torch"}
    dt : float, optional
        Time step in ms; default: the model's.
    progress : optional
        As of :func:`plausiwidgets.judge`: called every few ms of work, and what it raises ends the work.

    Returns
    -------
    pandas.DataFrame
        The repertoire of the neuron, as of :func:`plausiwidgets.analysis.repertoire`; ``.attrs["parameters"]`` are its
        parameters. It is the best that was found: a larger budget may find a better one.

    Raises
    ------
    ValueError
        For an unknown name or an invalid value.

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
        if possible and any(p.vary for p in neuron.parameters.values()):  # else the defaults are the only neuron
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
    """The evolution of neurons of one model: points of a cube of its parameters and the stimuli of all patterns."""

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
        """Return the best neurons: parameters, and a stimulus by the key of each pattern."""
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
        """Return penalties [n, patterns]: their sum is how many are not shown, and less than 1 for the distances."""
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
