"""The interface of a search strategy; the default strategy is `Portfolio`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.space import Space


@runtime_checkable
class AskTell(Protocol):
    """An optimizer with the two methods that a search needs; `Strategy` describes them."""

    def ask(self) -> ArrayLike | None:
        """Return the next points [m, d] as values of the varied parameters; None to end the search."""

    def tell(self, penalties: Floats) -> object:
        """Take the penalties [m, criteria + 1] of these points."""


class Strategy(Protocol):
    """Chooses the points of a search: an optimizer with `ask` and `tell`.

    It must be deterministic: its points depend only on its seed and the penalties. Every class with the methods `ask`
    and `tell` is a strategy. A subclass of this class also has the attributes, which are optional.

    Attributes
    ----------
    finished : bool
        Whether the search ends, whatever the budget.
    phase : str
        Name of what it does. In the phase "screen" its points are spread evenly over the box, so that their accepted
        share estimates the pattern's volume.
    restarts : int
        Number of restarts, counted with the first points of each.

    Examples
    --------
    Random search, from the start if there is one:

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
        """Return the next points [m, d] as values of the varied parameters; None to end the search.

        The search copies the points, clips them to the bounds, and ends before a generation that exceeds the budget.
        Every call is followed by `tell`, unless it returned None.
        """

    def tell(self, penalties: Floats) -> None:
        """Take the penalties [m, criteria + 1] of the asked points; all are finite.

        A column for each criterion of the pattern, in its order (of several patterns, one after the other), and a
        last one for a failed verification, thresholds that are not apart, and a simulation that diverged. The default
        strategy minimizes their sum.
        """


def losses_of(penalties: Floats) -> Floats:
    """Return the losses [m] of penalties [m, criteria + 1]."""
    # Column by column: the order of numpy's sum over an axis depends on the memory layout.
    return np.asarray(sum(penalties.T, np.zeros(len(penalties))))


class StrategyFactory(Protocol):
    """Makes a strategy: its class, or a function, with the arguments ``(space, seed, budget, start)``."""

    def __call__(self, space: Space, seed: int, budget: int, start: Floats | None) -> AskTell:
        """Return a strategy for `budget` points of a space; `start` [d] are values to judge first."""
