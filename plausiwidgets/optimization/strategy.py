"""What a search looks at next: the interface of a strategy, and the package's own one."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.random import SeedSequence, default_rng

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.cmaes import CmaRun
from plausiwidgets.optimization.space import Space

if TYPE_CHECKING:
    from torch.quasirandom import SobolEngine

_SOBOL, _RANDOM, _RUN = 0, 1, 2  # what a generator is for: the first number of its spawn key


@runtime_checkable
class Strategy(Protocol):
    """What to look at next.

    It must be deterministic: its seed and the told losses are its whole memory, so that a stored
    search can be replayed. Subclass it, or have all of its members.

    Attributes
    ----------
    finished : bool
        Whether it will ask for nothing more, whatever the budget.
    budget : int
        Evaluations of the whole search. The optimizer keeps to it, judging no generation that does
        not fit; it raises it where a study has evaluations to spare.
    phase : str
        What it does, in a word for people. In the phase "screen" its points are spread evenly over
        the whole box, so that their accepted share measures the pattern's volume; a screen that has
        begun is completed even if it finds a solution.
    restarts : int
        How often it has begun anew.

    Examples
    --------
    Random search, from the start if there is one:

    >>> class RandomSearch(Strategy):
    ...     def __init__(self, space, seed, budget, start=None):
    ...         self.budget, self.phase = budget, "random"
    ...         self._chart, self._rng = space.chart(), np.random.default_rng(seed)
    ...     def ask(self):
    ...         return self._chart.decode(self._rng.random((20, len(self._chart.parameters))))
    ...     def tell(self, losses):
    ...         pass
    >>> import plausiwidgets as pw
    >>> pw.optimize("lif", "tonic_spiking", budget=1000, strategy=RandomSearch).replicated
    True
    """

    finished: bool = False
    budget: int = 0
    phase: str = "search"
    restarts: int = 0

    def ask(self) -> Floats | None:
        """Return the next points [m, d] as values of the free parameters; None where the budget leaves room for none.

        They are kept within the box. Every call is followed by `tell`, unless it returned None.
        """

    def tell(self, losses: Floats) -> None:
        """Take the finite losses [m] of what was asked."""


class StrategyFactory(Protocol):
    """What makes a strategy: its class, or a function."""

    def __call__(self, space: Space, seed: int, budget: int, start: Floats | None) -> Strategy:
        """Return a strategy for a space; `start` are the values to look at first [d], if a person gave them."""


@dataclass(frozen=True)
class Options:
    """How `ScreenAndCma` spends its budget.

    Attributes
    ----------
    popsize : int
        Points in one generation of one run.
    runs : int
        CMA-ES runs side by side; a generation is ``runs × popsize`` candidates.
    screen : int
        Points of the Sobol sequence that are looked at first; fewer where the budget is small.
    chunk : int
        Screened points in one batch.
    sigma : float
        First standard deviation of a run in the unit cube.
    explore : int
        How many of the runs go on with the Sobol sequence in place of CMA-ES, for a landscape that
        misleads.
    spreads : tuple of float
        Factors on the middle of asinh scales, taken in turn by the runs (`Space.chart`).
    """

    popsize: int = 32
    runs: int = 8
    screen: int = 1024
    chunk: int = 256
    sigma: float = 0.3
    explore: int = 0
    spreads: tuple[float, ...] = (1.0, 8.0)


class ScreenAndCma:
    """A screen of the whole box, then several CMA-ES runs side by side.

    First the start (when there is one), alone; then a scrambled Sobol sequence over the box; then
    CMA-ES runs side by side, one from the start, the others in turn from good and distinct points of
    the screen and from random points. A run without gain is replaced by a new one.

    Parameters
    ----------
    space : Space
        The box.
    seed : int
        Of all its generators.
    budget : int
        Most points it asks for.
    start : ndarray [d], optional
        Values to look at first.
    options : Options

    Examples
    --------
    >>> from plausiwidgets.models.parameter import Parameter
    >>> space = Space.build({n: Parameter(n, 0.5, 0.0, 1.0) for n in "ab"})
    >>> strategy = ScreenAndCma(space, seed=0, budget=2000)
    >>> while (points := strategy.ask()) is not None:
    ...     strategy.tell(np.sum((points - 0.3) ** 2, axis=1))
    >>> strategy.phase, strategy.evaluations <= 2000
    ('CMA-ES', True)
    """

    finished = False

    def __init__(
        self, space: Space, seed: int, budget: int, start: Floats | None = None, options: Options | None = None
    ) -> None:
        self.space = space
        self.seed = seed
        self.budget = budget
        self.options = options or Options()
        self.start = start
        self.evaluations = 0
        self.restarts = 0
        self.phase = "screen" if start is None else "start"
        self._next_phase = self.phase
        self._told: Floats | None = None
        self._charts = [space.chart(spread) for spread in self.options.spreads]
        self._batches = self._plan()

    def ask(self) -> Floats | None:
        """Return the next points [m, d] as values; None when the budget is spent.

        With a larger `budget` it goes on from there.
        """
        return next(self._batches)

    def tell(self, losses: Floats) -> None:
        """Take the losses [m] of what was asked."""
        self.evaluations += len(losses)
        self.phase = self._next_phase
        self._told = losses

    # -- the plan ------------------------------------------------------------------------------

    def _plan(self) -> Iterator[Floats | None]:
        if self.start is not None:
            yield self.start[None, :]
        screened = yield from self._screen()
        self.phase = self._next_phase = "CMA-ES"
        yield from self._side_by_side(*screened)

    def _screen(self) -> Generator[Floats | None, None, tuple[Floats, Floats]]:
        from torch.quasirandom import SobolEngine

        count = self._screen_size(self.budget - self.evaluations)
        seed = int(self._seed(_SOBOL).generate_state(1)[0])
        self._sobol = SobolEngine(self.space.size, scramble=True, seed=seed)
        self._sobol.fast_forward(1)  # the first point is always made in torch's default type
        units, losses = [], []
        while count > 0:
            unit = _draw(self._sobol, min(count, self.options.chunk))
            count -= len(unit)
            self.phase = "screen"
            self._next_phase = "screen" if count else "CMA-ES"
            yield self._charts[0].decode(unit)
            units.append(unit)
            losses.append(self._take())
        if not units:
            return np.empty((0, self.space.size)), np.empty(0)
        return np.concatenate(units), np.concatenate(losses)

    def _screen_size(self, left: int) -> int:
        """Return a power of two, as a Sobol sequence likes it, near 1/24 of the budget, else 1/4.

        Where no generation would fit behind it, the screen takes all.
        """
        size = min(self.options.screen, 2 ** max(int(np.log2(max(left, 1) / 24)), 6), max(left // 4, 1))
        return left if left - size < self.options.popsize else size

    def _side_by_side(self, screened: Floats, losses: Floats) -> Iterator[Floats | None]:
        popsize = self.options.popsize
        good = iter(self._charts[0].decode(screened)[distinct(screened, losses)])
        explore = min(self.options.explore, self.options.runs - 1)
        slots = [self._new_run(slot, 0, good) for slot in range(self.options.runs - explore)]
        rounds = [0] * len(slots)
        while True:
            active = min(self.options.runs, (self.budget - self.evaluations) // popsize)
            if active <= 0:
                yield None  # until somebody allows more
                continue
            asked = [run.ask() for run in slots[:active]]
            if active > len(slots):
                asked.append(self._charts[0].decode(_draw(self._sobol, (active - len(slots)) * popsize)))
            yield np.concatenate(asked)
            told = self._take()
            for i, run in enumerate(slots[:active]):
                run.tell(told[i * popsize : (i + 1) * popsize])
                if run.finished:
                    rounds[i] += 1
                    self.restarts += 1
                    slots[i] = self._new_run(i, rounds[i], good)

    def _new_run(self, slot: int, round_: int, good: Iterator[Floats]) -> CmaRun:
        chart = self._charts[(slot // 2 + round_) % len(self._charts)]
        point = None
        if slot == 0 and round_ == 0 and self.start is not None:
            point = self.start
        elif slot % 2 == 0:
            point = next(good, None)
        if point is None:
            x0 = default_rng(self._seed(_RANDOM, slot, round_)).random(self.space.size)
        else:
            x0 = chart.encode(point[None, :])[0]
        return CmaRun(chart, x0, self.options.sigma, self.options.popsize, self._seed(_RUN, slot, round_))

    def _take(self) -> Floats:
        assert self._told is not None
        told, self._told = self._told, None
        return told

    def _seed(self, *key: int) -> SeedSequence:
        return SeedSequence(self.seed, spawn_key=key)


def default_strategy(popsize: int | None = None, solves_amplitude: bool = False) -> StrategyFactory:
    """Return what makes the package's own strategy.

    Parameters
    ----------
    popsize : int, optional
        Points in a generation of one CMA-ES run.
    solves_amplitude : bool
        Whether the amplitude is solved: chance alone is strong there, and the slope may lead astray.
    """
    usual = Options()
    explore = usual.runs // 2 if solves_amplitude else 0
    return partial(ScreenAndCma, options=Options(popsize=popsize or usual.popsize, explore=explore))


def distinct(points: Floats, losses: Floats, count: int = 64) -> list[int]:
    """Return the indices of the best points that keep a distance from each other, best first.

    A tenth of the cube's diagonal apart: neighbours in one basin would make the same run.

    Examples
    --------
    >>> distinct(np.array([[0.5, 0.5], [0.51, 0.5], [0.1, 0.9]]), np.array([0.1, 0.0, 0.3]))
    [1, 2]
    """
    apart = 0.1 * np.sqrt(points.shape[1])
    order = np.argsort(losses, kind="stable")
    chosen: list[int] = []
    while order.size and len(chosen) < count:
        best = order[0]
        chosen.append(int(best))
        order = order[np.linalg.norm(points[order] - points[best], axis=1) >= max(apart, 1e-12)]
    return chosen


def _draw(sobol: SobolEngine, count: int) -> Floats:
    import torch

    # Not in torch's default type, which is the user's.
    return np.asarray(sobol.draw(count, dtype=torch.float64).numpy())
