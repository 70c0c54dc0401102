"""Protection of a search from a custom strategy, by checks of its points and copies of the arrays."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.distribution import Distribution, HasDistribution
from plausiwidgets.optimization.space import Space
from plausiwidgets.optimization.strategy import AskTell, StrategyFactory
from plausiwidgets.support.arguments import sentence, shown

T = TypeVar("T")

MAX_POINTS = 10_000.0
"""Maximum number of points in a generation. More points require gigabytes of memory and do not benefit a search."""


class StrategyError(ValueError):
    """Error for a custom strategy that returned invalid points or raised an exception."""


class GuardedStrategy:
    """Strategy whose points are checked, clipped and copied, with the optional members of `Strategy`."""

    def __init__(self, strategy: AskTell, space: Space) -> None:
        self.inner = strategy
        self._space = space
        self._points: Floats = np.empty((0, space.size))
        self._generation = 0

    def __repr__(self) -> str:
        kind = type(self.inner)
        return kind.__name__ if kind.__repr__ is object.__repr__ else repr(self.inner)

    @property
    def finished(self) -> bool:
        return bool(getattr(self.inner, "finished", False))

    @property
    def phase(self) -> str:
        return str(getattr(self.inner, "phase", "search"))

    @property
    def restarts(self) -> int:
        return int(getattr(self.inner, "restarts", 0))

    def ask(self) -> Floats | None:
        """Return the next points within the bounds, shape [m, d], or None if the strategy has no more points."""
        self._generation += 1
        asked = self._call("ask", self.inner.ask)
        if asked is None:
            return None
        self._points = np.clip(self._checked(asked), self._space.low, self._space.high)
        # Return a copy, because the strategy may write into its own array later.
        return self._points.copy()

    def tell(self, penalties: Floats) -> None:
        """Pass the penalties of the last points to the strategy, shape [m, criteria + 1]."""
        self._call("tell", lambda: self.inner.tell(penalties.copy()))

    def distribution(self) -> Distribution | None:
        """Return the distribution of the strategy, or its last points as a population if it has no distribution."""
        if not isinstance(self.inner, HasDistribution):
            return Distribution(population=self._points)
        return self._call("distribution", self.inner.distribution)

    def _checked(self, asked: ArrayLike) -> Floats:
        accepted = f"an array of numbers with shape (n, {self._space.size}) and n ≥ 1, or None"
        try:
            points = np.array(asked, dtype=np.float64)
        except (TypeError, ValueError):
            raise self._error(f"ask must return {accepted}, got {shown(asked)}") from None
        if points.ndim != 2 or points.shape[1] != self._space.size or not len(points):
            raise self._error(f"ask must return {accepted}, got shape {points.shape}")
        if not np.isfinite(points).all():
            wrong = float(points[~np.isfinite(points)][0])
            raise self._error(f"every point that ask returns must be finite, got {wrong}")
        if len(points) > MAX_POINTS:
            raise self._error(f"ask must return at most {MAX_POINTS:g} points, got {len(points)}")
        return points

    def _call(self, name: str, call: Callable[[], T]) -> T:
        """Call a method of the strategy, and raise a StrategyError with the line of the strategy if it fails."""
        try:
            return call()
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}, line {last.lineno}"
            raise self._error(f"{name} raised {type(error).__name__} at {place}: {error}") from error

    def _error(self, text: str) -> StrategyError:
        return StrategyError(sentence(f"strategy {self}, generation {self._generation}: {text}"))


def make_strategy(
    factory: StrategyFactory, space: Space, seed: int, budget: int, start: Floats | None
) -> GuardedStrategy:
    """Call a factory and return its strategy.

    Raises
    ------
    TypeError
        If the factory does not accept the arguments, or does not return a strategy.
    """
    arguments = {"space": space, "seed": seed, "budget": budget, "start": start}
    try:
        inspect.signature(factory).bind(**arguments)
    except TypeError as error:
        raise TypeError(
            f"strategy: {shown(factory)} must accept the arguments space, seed, budget and start ({error})."
        ) from None
    except ValueError:  # a class of an extension module may have no signature
        pass
    strategy = factory(space=space, seed=seed, budget=budget, start=start)
    if not isinstance(strategy, AskTell):
        raise TypeError(
            f"strategy: {shown(factory)} must return an object with the methods `ask` and `tell`, got "
            f"{type(strategy).__name__}."
        )
    return GuardedStrategy(strategy, space)


def check_factory(where: str, strategy: object, *, shared: bool) -> StrategyFactory:
    """Return the factory of a custom strategy.

    An object with ``ask`` and ``tell`` is its own factory, for a single search. Errors start with `where`, the name of
    a function. It is empty for the command, because argparse adds the name of the option.

    Raises
    ------
    TypeError
        If `strategy` is not a strategy or a factory, or is an object although several searches share it.
    """
    prefix = f"{where}: " if where else ""
    if isinstance(strategy, AskTell) and not isinstance(strategy, type):
        if shared:
            raise TypeError(
                f"{prefix}strategy must be a class or function, because each search needs a new optimizer, got "
                f"{shown(strategy)}."
            )
        return lambda space, seed, budget, start: strategy
    if not callable(strategy):
        raise TypeError(
            f"{prefix}strategy must be None, a plausiwidgets.optimization.Strategy, or a class or function that "
            f"returns one, got {shown(strategy)}."
        )
    return strategy
