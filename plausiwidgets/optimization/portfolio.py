"""Default strategy: a screen that evolves, and CMA-ES runs from its best members."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.random import SeedSequence, default_rng

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.cmaes import CmaRun
from plausiwidgets.optimization.distribution import Distribution
from plausiwidgets.optimization.evolution import Population
from plausiwidgets.optimization.sobol import Sobol
from plausiwidgets.optimization.space import Space
from plausiwidgets.optimization.strategy import StrategyFactory, losses_of

_SOBOL, _POPULATION, _RUN, _RANDOM = 0, 1, 2, 4  # first number of the spawn key of each generator

APART = 0.1
"""Minimum distance between the starts of two CMA-ES runs from one population, in diagonals of the cube."""


@dataclass(frozen=True)
class Options:
    """Settings of a `Portfolio`.

    Attributes
    ----------
    popsize : int
        Number of points in a generation of a CMA-ES run.
    population : int
        Size of the first population, which consists of points of a Sobol sequence.
    largest : int
        Maximum size of a population. Every new population is twice as large as the last one, up to this size.
    tried : int
        Number of batches in which all members of a population are tried once. Larger batches take less time per point,
        but batches of half a population need two to four times as many points.
    sigma : float
        Initial standard deviation of a CMA-ES run in the unit cube.
    patience : int
        Number of generations without a gain after which a CMA-ES run ends.
    alone : int
        Number of evaluations before the first CMA-ES run. If there is a start, the run begins immediately.
    explore : int
        Number of Sobol points per trial of the population, for misleading landscapes. They replace CMA-ES runs. If
        there is a start, they are additional to the runs.
    spreads : tuple of float
        Factors of the linear width of asinh scales, which populations and runs use in turn (`Space.chart`).
    """

    popsize: int = 8
    population: int = 32
    largest: int = 256
    tried: int = 4
    sigma: float = 0.15
    patience: int = 15
    alone: int = 2000
    explore: int = 0
    spreads: tuple[float, ...] = (1.0, 8.0)


class Portfolio:
    """Differential evolution and CMA-ES runs that exchange points, with populations of increasing size.

    A start is evaluated first, without other points. Points of a scrambled Sobol sequence in the search space then form
    a population, which evolves (`Population`). After a while CMA-ES runs start from its best distinct members, one
    after the other, each on the next scale. The best points of the runs enter the population. A population that stops
    improving is replaced by one that is twice as large, on the next scale.
    """

    finished = False

    def __init__(
        self, space: Space, seed: int, budget: int, start: Floats | None = None, options: Options | None = None
    ) -> None:
        self.space = space
        self.seed = seed
        self.budget = budget
        self.start = start
        self.options = options or Options()
        self.evaluations = 0
        self.restarts = 0
        self.phase = "screen" if start is None else "start"
        self._penalties: Floats
        self._charts = [space.chart(spread) for spread in self.options.spreads]
        self._runs_made = 0
        self._population: Population | None = None
        self._run: CmaRun | None = None
        self._batches = self._plan()

    def __repr__(self) -> str:
        return f"Portfolio({self.options})"

    def ask(self) -> Floats | None:
        return next(self._batches) if self._left > 0 else None

    def tell(self, penalties: Floats) -> None:
        self.evaluations += len(penalties)
        self._penalties = penalties

    def distribution(self) -> Distribution | None:
        run, population = self._run, self._population
        if run is not None:
            spread = self.options.spreads[(self._runs_made - 1) % len(self._charts)]
            return run.distribution(spread)
        return None if population is None else Distribution(population=population.chart.decode(population.units))

    @property
    def _left(self) -> int:
        return self.budget - self.evaluations

    def _plan(self) -> Iterator[Floats]:
        options = self.options
        # Evaluate the start without other points, because a start that shows the pattern ends the search.
        if self.start is not None:
            yield from self._evaluate(self.start[None, :], "start")
        # Use one sequence for all populations, so that no point occurs twice.
        seed = int(self._seed(_SOBOL).generate_state(1)[0])
        self._sobol = Sobol(self.space.size, seed)
        size, round_ = options.population, 0
        while True:
            # There is neither a population nor a run during a screen, which has no region to draw.
            self._population = self._run = None
            chart = self._charts[round_ % len(self._charts)]
            units = self._sobol.draw(size)
            penalties = yield from self._evaluate(chart.decode(units), "screen")
            population = Population(chart, units, penalties, default_rng(self._seed(_POPULATION, round_)))
            self._population = population
            yield from self._evolve(population)
            # A larger population converges later and less often to a local minimum, as in the restarts of IPOP-CMA-ES
            # (A. Auger and N. Hansen, IEEE CEC 2005). Its size is about the sum of all smaller ones.
            size, round_ = min(2 * size, max(options.largest, size)), round_ + 1
            self.restarts += 1

    def _evolve(self, population: Population) -> Iterator[Floats]:
        """Evolve a population together with one CMA-ES run after the other until it stops improving."""
        options = self.options
        used: list[Floats] = []
        run: CmaRun | None = None
        while not population.stale:
            # An optimum near a start is likely. Without a start, the population must find a promising region first.
            begun = self.start is not None or (self.evaluations >= options.alone and not options.explore)
            if begun and run is None:
                run = self._new_run(population, used)
            tried = min(max(population.size // options.tried, 1), self._left)
            # Evaluate the points of all parts in one batch, which hardly takes longer than those of one part.
            asked = [population.ask(tried)]
            # A run requires whole generations.
            self._run = run
            active = run if self._left >= tried + options.popsize else None
            if active is not None:
                asked.append(active.ask())
            if options.explore:
                # Add points from the whole space, for landscapes whose slopes lead away from the solution.
                asked.append(self._charts[0].decode(self._sobol.draw(options.explore * tried)))
            penalties = yield from self._evaluate(np.concatenate(asked), "search")
            population.tell(penalties[:tried])
            if active is not None:
                made = slice(tried, tried + options.popsize)
                active.tell(losses_of(penalties[made]))
                # The population keeps the best point of a run when the run ends.
                population.take(asked[1], penalties[made])
                if active.finished:
                    run = self._new_run(population, used)
                    self.restarts += 1

    def _new_run(self, population: Population, used: list[Floats]) -> CmaRun:
        """Return a run from the start at first, and later from the best member apart from the starts of other runs."""
        number, self._runs_made = self._runs_made, self._runs_made + 1
        chart = self._charts[number % len(self._charts)]
        if number == 0 and self.start is not None:
            x0 = chart.encode(self.start[None, :])[0]
        else:
            # A second run in the same basin would end at the same minimum.
            unit = _apart(population, used)
            if unit is None:
                unit = default_rng(self._seed(_RANDOM, number)).random(self.space.size)
            used.append(unit)
            x0 = chart.encode(population.chart.decode(unit[None, :]))[0]
        options = self.options
        return CmaRun(chart, x0, options.sigma, options.popsize, self._seed(_RUN, number), options.patience)

    def _evaluate(self, points: Floats, phase: str) -> Generator[Floats, None, Floats]:
        """Yield points, as many as the budget allows, and return their penalties."""
        self.phase = phase
        yield points[: self._left]
        return self._penalties

    def _seed(self, *key: int) -> SeedSequence:
        # Each part has its own generator, so that its points do not depend on how often another part draws.
        return SeedSequence(self.seed, spawn_key=key)


def default_strategy(popsize: int | None = None, solves_amplitude: bool = False) -> StrategyFactory:
    """Return a factory of the default strategy.

    Parameters
    ----------
    popsize : int, optional
        Number of points in a generation of a CMA-ES run.
    solves_amplitude : bool
        Whether the amplitude is solved for. Random points then replace CMA-ES runs, which may follow a misleading
        slope.
    """
    return partial(Portfolio, options=Options(popsize or Options.popsize, explore=2 if solves_amplitude else 0))


def _apart(population: Population, used: list[Floats]) -> Floats | None:
    """Return the best member that is apart from all used points, or None."""
    least = APART * np.sqrt(population.units.shape[1])
    for i in np.argsort(population.losses, kind="stable"):
        unit = population.units[i]
        if all(np.linalg.norm(unit - other) >= least for other in used):
            return unit.copy()
    return None
