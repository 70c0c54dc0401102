"""The interface of a search strategy; the default one is `Portfolio`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.space import Space


@runtime_checkable
class Strategy(Protocol):
    """Chooses the points of a search.

    It must be deterministic: its points depend on its seed and the penalties only. Subclass it, or implement all of its
    members.

    Attributes
    ----------
    finished : bool
        Whether it asks for no more points, whatever the budget.
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
        """Return the next points [m, d] as values of the free parameters; None if the budget is spent.

        The optimizer clips them to the box and ends the search before a generation that exceeds the budget. Every call
        is followed by `tell`, unless it returned None.
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
    """Makes a strategy: its class, or a function, of ``(space, seed, budget, start)``."""

    def __call__(self, space: Space, seed: int, budget: int, start: Floats | None) -> Strategy:
        """Return a strategy for `budget` points of a space; `start` [d] are values to judge first."""
