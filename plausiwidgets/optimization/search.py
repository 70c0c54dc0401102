"""The search: a screen of the whole box, then several CMA-ES starts side by side."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import SeedSequence, default_rng

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.cmaes import Start
from plausiwidgets.optimization.space import Space

_SOBOL, _RANDOM, _START = 0, 1, 2  # what a generator is for: the first number of its spawn key


@dataclass(frozen=True)
class Options:
    """How a search spends its budget.

    Attributes
    ----------
    popsize : int
        Points in one generation of one start.
    starts : int
        CMA-ES starts side by side; a generation is ``starts × popsize`` candidates.
    screen : int
        Points of the Sobol sequence that are looked at first; fewer where the budget is small.
    chunk : int
        Screened points in one batch.
    sigma : float
        First standard deviation of a start in the unit cube.
    explore : int
        How many of the starts go on with the Sobol sequence in place of CMA-ES, for a landscape that
        misleads.
    spreads : tuple of float
        Factors on the middle of asinh scales, taken in turn by the starts (`Space.chart`).
    """

    popsize: int = 32
    starts: int = 8
    screen: int = 1024
    chunk: int = 256
    sigma: float = 0.3
    explore: int = 0
    spreads: tuple[float, ...] = (1.0, 8.0)


class Search:
    """What to look at next; deterministic, so the told losses are its whole memory.

    First the start (when there is one), alone; then a scrambled Sobol sequence over the box; then
    CMA-ES starts side by side, one from the start, the others in turn from good and distinct
    points of the screen and from random points. A start without gain is replaced by a new one.

    Parameters
    ----------
    space : Space
        The box.
    seed : int
        Of all its generators.
    budget : int
        Most points it asks for.
    options : Options
    start : ndarray [d], optional
        Values to look at first.

    Examples
    --------
    >>> import numpy as np
    >>> from plausiwidgets.models.parameter import Parameter
    >>> space = Space.build({n: Parameter(n, 0.5, 0.0, 1.0) for n in "ab"})
    >>> search = Search(space, seed=0, budget=2000)
    >>> while (points := search.ask()) is not None:
    ...     search.tell(np.sum((points - 0.3) ** 2, axis=1))
    >>> search.evaluations <= 2000
    True
    """

    def __init__(
        self,
        space: Space,
        seed: int,
        budget: int,
        options: Options | None = None,
        start: Floats | None = None,
    ) -> None:
        self.space = space
        self.seed = seed
        self.budget = budget
        self.options = options or Options()
        self.start = start
        self.evaluations = 0
        self.restarts = 0
        self.phase = "screen"
        self.screening = False  # True from the first to the last point of the screen
        self._asked: Floats | None = None
        self._told: Floats | None = None
        self._last = False
        self._sobol: Any = None
        self._charts = [space.chart(spread) for spread in self.options.spreads]
        self._batches = self._plan()

    def ask(self) -> Floats | None:
        """Return the next points [m, d] as values, the same until told; None when the budget is spent.

        With a larger `budget` it goes on from there.
        """
        if self._asked is None:
            self._asked = next(self._batches)
        return self._asked

    def tell(self, losses: Floats) -> None:
        """Take the losses [m] of what was asked.

        Raises
        ------
        ValueError
            If a loss is not finite, or there are more or fewer of them than points.
        """
        if self._asked is None or np.shape(losses) != (len(self._asked),):
            raise ValueError(f"tell needs one loss for each asked point, not shape {np.shape(losses)}")
        if not np.all(np.isfinite(losses)):
            raise ValueError("a loss is not finite: CMA-ES would rank it as average")
        self.evaluations += len(losses)
        self.screening = self.screening and not self._last
        self._told, self._asked = np.asarray(losses, dtype=np.float64), None

    # -- the plan ------------------------------------------------------------------------------

    def _plan(self) -> Iterator[Floats | None]:
        if self.start is not None:
            yield self.start[None, :]
        screened = yield from self._screen()
        self.phase = "search"
        yield from self._side_by_side(*screened)

    def _screen(self) -> Generator[Floats | None, None, tuple[Floats, Floats]]:
        from torch.quasirandom import SobolEngine

        left = self.budget - self.evaluations
        count = self._screen_size(left)
        seed = int(self._seed(_SOBOL).generate_state(1)[0])
        self._sobol = SobolEngine(self.space.size, scramble=True, seed=seed)
        self._sobol.fast_forward(1)  # the first point is always made in torch's default type
        units, losses = [], []
        while count > 0:
            unit = self._draw(min(count, self.options.chunk))
            count -= len(unit)
            self.screening, self._last = True, count == 0
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
        good = iter(self._charts[0].decode(screened)[_distinct(screened, losses)])
        explore = min(self.options.explore, self.options.starts - 1)
        slots = [self._new(slot, 0, good) for slot in range(self.options.starts - explore)]
        rounds = [0] * len(slots)
        while True:
            active = min(self.options.starts, (self.budget - self.evaluations) // popsize)
            if active <= 0:
                yield None  # until somebody allows more
                continue
            asked = [start.ask() for start in slots[:active]]
            if active > len(slots):
                asked.append(self._charts[0].decode(self._draw((active - len(slots)) * popsize)))
            yield np.concatenate(asked)
            told = self._take()
            for i, start in enumerate(slots[:active]):
                start.tell(told[i * popsize : (i + 1) * popsize])
                if start.finished:
                    rounds[i] += 1
                    self.restarts += 1
                    slots[i] = self._new(i, rounds[i], good)

    def _new(self, slot: int, round_: int, good: Iterator[Floats]) -> Start:
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
        seed = self._seed(_START, slot, round_)
        return Start(chart, x0, self.options.sigma, self.options.popsize, seed)

    def _draw(self, count: int) -> Floats:
        import torch

        # Not in torch's default type, which is the user's.
        return np.asarray(self._sobol.draw(count, dtype=torch.float64).numpy())

    def _take(self) -> Floats:
        assert self._told is not None
        told, self._told = self._told, None
        return told

    def _seed(self, *key: int) -> SeedSequence:
        return SeedSequence(self.seed, spawn_key=key)


def _distinct(points: Floats, losses: Floats, count: int = 64) -> list[int]:
    """Return the indices of the best points that keep a distance from each other, best first.

    A tenth of the cube's diagonal apart: neighbours in one basin would be the same start.
    """
    apart = 0.1 * np.sqrt(points.shape[1])
    order = np.argsort(losses, kind="stable")
    chosen: list[int] = []
    while order.size and len(chosen) < count:
        best = order[0]
        chosen.append(int(best))
        order = order[np.linalg.norm(points[order] - points[best], axis=1) >= max(apart, 1e-12)]
    return chosen
