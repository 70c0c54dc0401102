"""What a search looks at next: the interface of a strategy. The package's own one is `portfolio`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.space import Space


@runtime_checkable
class Strategy(Protocol):
    """What to look at next.

    It must be deterministic: its seed and the told costs are its whole memory, so that the same seed
    gives the same search. Subclass it, or have all of its members.

    Attributes
    ----------
    finished : bool
        Whether it will ask for nothing more, whatever the budget.
    budget : int
        Evaluations of the whole search. The optimizer keeps to it, judging no generation that does not fit.
    phase : str
        What it does, in a word. In the phase "screen" its points are spread evenly over
        the whole box, so that their accepted share measures the pattern's volume.
    restarts : int
        How often it has begun anew; counted when it asks for the first points of a new beginning.

    Examples
    --------
    Random search, from the start if there is one:

    >>> import numpy as np
    >>> class RandomSearch(Strategy):
    ...     def __init__(self, space, seed, budget, start=None):
    ...         self.budget, self.phase = budget, "random"
    ...         self._chart, self._rng = space.chart(), np.random.default_rng(seed)
    ...     def ask(self):
    ...         return self._chart.decode(self._rng.random((20, len(self._chart.parameters))))
    ...     def tell(self, costs):
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

    def tell(self, costs: Floats) -> None:
        """Take the costs [m, criteria + 1] of what was asked, all of them finite.

        A column for each criterion of the pattern, in its order (of several patterns, one pattern after the other),
        and a last one for what no criterion says: a check of the verification that failed, thresholds that are not
        apart, a simulation that diverged. What the package's own search minimizes is their sum,
        ``costs.sum(axis=1)``.
        """


def losses_of(costs: Floats) -> Floats:
    """Return the losses [m] of costs [m, criteria + 1].

    Examples
    --------
    >>> losses_of(np.array([[0.5, 1.0, 0.0], [0.0, 0.0, 0.25]]))
    array([1.5 , 0.25])
    """
    # One after the other: numpy's own sums over an axis take an order that depends on its layout.
    return np.asarray(sum(costs.T, np.zeros(len(costs))))


class StrategyFactory(Protocol):
    """What makes a strategy: its class, or a function."""

    def __call__(self, space: Space, seed: int, budget: int, start: Floats | None) -> Strategy:
        """Return a strategy for a space; `start` are the values to look at first [d], if the user gave them."""
