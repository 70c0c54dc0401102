"""Interface of a search strategy, which the default strategy `Portfolio` implements."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.space import Space


@runtime_checkable
class AskTell(Protocol):
    """Optimizer with the two methods that a search needs, which `Strategy` describes."""

    def ask(self) -> ArrayLike | None:
        """Return the next points as values of the varied parameters, shape [m, d], or None to end the search."""

    def tell(self, penalties: Floats) -> object:
        """Process the penalties of these points, shape [m, criteria + 1]."""


class Strategy(Protocol):
    """Optimizer with `ask` and `tell`, which chooses the points of a search.

    A strategy must be deterministic, so that its points depend only on its seed and the penalties. Every class with the
    methods `ask` and `tell` is a strategy. The attributes are optional. A subclass of this class inherits them.

    Attributes
    ----------
    finished : bool
        Whether the search ends before the budget is spent.
    phase : str
        Name of the current phase. In the phase ``"screen"`` the points are spread evenly over the search space, so
        that their accepted share estimates the volume of the pattern.
    restarts : int
        Number of restarts. A restart counts from its first points.

    Examples
    --------
    This strategy is a random search:

    >>> import numpy as np
    >>> import plausiwidgets as pw
    >>> from plausiwidgets.optimization import Strategy
    >>> class RandomSearch(Strategy):
    ...     def __init__(self, space, seed, budget, start=None):
    ...         self.phase = "random"
    ...         self._chart, self._rng = space.chart(), np.random.default_rng(seed)
    ...     def ask(self):
    ...         return self._chart.decode(self._rng.random((20, len(self._chart.parameters))))
    ...     def tell(self, penalties):
    ...         pass
    >>> pw.optimize("lif", "tonic_spiking", budget=1000, strategy=RandomSearch).replicated
    True
    """

    finished: bool = False
    phase: str = "search"
    restarts: int = 0

    def ask(self) -> Floats | None:
        """Return the next points as values of the varied parameters, shape [m, d], or None to end the search.

        The search copies the points, clips them to the bounds, and ends before a generation that would exceed the
        budget. Unless this method returns None, `tell` is called next.
        """

    def tell(self, penalties: Floats) -> None:
        """Process the finite penalties of the last points, shape [m, criteria + 1].

        There is a column for each criterion of the pattern in their order. A combined pattern has the columns of its
        parts in succession. The last column contains the penalties of a failed verification, of thresholds that are not
        separate, and of a diverged simulation. The default strategy minimizes the sum of the columns.
        """


def losses_of(penalties: Floats) -> Floats:
    """Return the losses of penalties of shape [m, criteria + 1], shape [m]."""
    # Add column by column, because the order of NumPy's sum over an axis depends on the memory layout.
    return np.asarray(sum(penalties.T, np.zeros(len(penalties))))


class StrategyFactory(Protocol):
    """Class of a strategy, or function that returns one, with the arguments ``(space, seed, budget, start)``."""

    def __call__(self, space: Space, seed: int, budget: int, start: Floats | None) -> AskTell:
        """Return a strategy for `budget` points of a space, which evaluates the point `start` of shape [d] first."""
