"""History of a search: every evaluated parameter set, in arrays that grow during the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.problem import Batch
from plausiwidgets.patterns.status import STATUSES
from plausiwidgets.support.lazy import frame
from plausiwidgets.support.lazy import pandas as pd

MAX_POINTS = 2000
"""Maximum number of evaluations in a curve."""

_FIRST = 64
"""Initial number of rows of a growing array."""


@dataclass(frozen=True, eq=False, repr=False)
class Evaluations:
    """Evaluations of a search in their order, n evaluations in g generations, as read-only arrays.

    A running search appends to the same arrays, so a snapshot needs no copy. After a snapshot with m evaluations, the
    new losses are ``loss[m:]``. An evaluation takes about 200 bytes.

    Attributes
    ----------
    names : tuple of str
        Names of the d varied parameters, in the order of the columns of `values`.
    criteria : tuple of str
        Keys of the c criteria, in the order of the columns of `penalties`.
    values : ndarray, shape [n, d]
        Evaluated values of the varied parameters.
    loss : ndarray, shape [n]
        Loss at dt, 0 exactly if every criterion is met.
    penalties : ndarray, shape [n, c]
        Contribution of each criterion to the loss, 0 if it is met and at most 1. A diverged simulation does not meet
        any criterion, and its loss exceeds the sum of the penalties.
    ranks : ndarray of int, shape [n]
        Index of the status in ``("replicated", "fragile", "unverified", "rejected")``.
    ends : ndarray of int, shape [g]
        Number of evaluations until the end of each generation.
    restarts : ndarray of int, shape [g]
        Number of restarts of the strategy until each generation, including a restart at its beginning.
    phases : ndarray of str, shape [g]
        Phase of the strategy in each generation.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> result = pw.optimize("lif", "tonic_spiking", seed=0, budget=200)
    >>> len(result.history) == result.evaluations, float(result.history["best"].iloc[-1])
    (True, 0.0)
    """

    names: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    values: Floats = field(default_factory=lambda: np.empty((0, 0)))
    loss: Floats = field(default_factory=lambda: np.empty(0))
    penalties: Floats = field(default_factory=lambda: np.empty((0, 0)))
    ranks: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    ends: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    restarts: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    phases: NDArray[np.generic] = field(default_factory=lambda: np.empty(0, object))

    def __len__(self) -> int:
        return len(self.loss)

    def __repr__(self) -> str:
        return f"<Evaluations: {len(self)} in {self.generations} generations>"

    @property
    def generations(self) -> int:
        """Number of generations."""
        return len(self.ends)

    @property
    def generation(self) -> NDArray[np.int64]:
        """Index of the generation of each evaluation, starting at 0, shape [n]."""
        return np.repeat(np.arange(self.generations), np.diff(self.ends, prepend=0))

    @property
    def best(self) -> Floats:
        """Smallest loss up to each evaluation, shape [n]."""
        return np.minimum.accumulate(self.loss)

    @property
    def status(self) -> NDArray[np.str_]:
        """Status of each evaluation as in a `Verdict`, shape [n].

        Accepted sets are verified until one is replicated, so the later ones are "unverified".
        """
        return np.array(STATUSES)[self.ranks]

    @property
    def restarted(self) -> NDArray[np.int64]:
        """Index of the first evaluation of each generation that starts with a restart."""
        return np.asarray((self.ends - np.diff(self.ends, prepend=0))[np.diff(self.restarts, prepend=0) > 0])

    def drawn(self, max_points: int = MAX_POINTS) -> NDArray[np.int64]:
        """Return the indices of the evaluations in a curve.

        The curve contains every evaluation that lowers the smallest loss, the last one, and evenly spaced ones.

        Parameters
        ----------
        max_points : int
            Maximum number of indices, unless the smallest loss fell more often.

        Examples
        --------
        >>> evaluations = Evaluations(loss=np.array([5.0, 9.0, 4.0, 8.0, 7.0, 6.0, 3.0, 9.0]))
        >>> evaluations.drawn(4)
        array([0, 2, 6, 7])
        """
        n = len(self)
        if n <= max_points:
            return np.arange(n)
        steps = np.flatnonzero(np.diff(self.best, prepend=np.inf) < 0)
        evenly = np.linspace(0, n - 1, max(max_points - len(steps), 1)).astype(int)
        return np.unique(np.concatenate([steps, evenly, [n - 1]]))

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each evaluation, whose index ``evaluation`` starts at 1.

        Returns
        -------
        pandas.DataFrame
            The columns are ``loss``, ``best`` (smallest loss so far), ``status``, ``generation``, ``restarts`` and
            ``phase``. They are followed by a column for each varied parameter (``parameter_…`` if its name is one of
            these), and a column ``penalty_…`` for each criterion.
        """
        at, kinds = self.generation, pd.CategoricalDtype(list(STATUSES))
        columns: dict[str, object] = {
            "loss": self.loss,
            "best": self.best,
            "status": pd.Categorical.from_codes(self.ranks, dtype=kinds),
            "generation": at,
            "restarts": self.restarts[at],
            "phase": pd.Categorical(self.phases[at]),
        }
        taken = set(columns)
        columns |= {f"parameter_{n}" if n in taken else n: v for n, v in zip(self.names, self.values.T, strict=True)}
        columns |= {f"penalty_{key}": penalty for key, penalty in zip(self.criteria, self.penalties.T, strict=True)}
        return frame(columns, index=pd.RangeIndex(1, len(self) + 1, name="evaluation"))


class _Growing:
    """Array that grows by doubling its size, without changing the rows of earlier views."""

    def __init__(self, like: NDArray[np.generic]) -> None:
        self._array = np.empty((_FIRST, *like.shape[1:]), like.dtype)
        self.rows = 0

    def extend(self, rows: NDArray[np.generic]) -> None:
        before, self.rows = self.rows, self.rows + len(rows)
        if self.rows > len(self._array):
            room = max(self.rows, 2 * len(self._array))
            larger = np.empty((room, *self._array.shape[1:]), self._array.dtype)
            larger[:before] = self._array[:before]
            self._array = larger
        self._array[before : self.rows] = rows

    def view(self) -> NDArray[Any]:
        """Return a read-only view of all rows."""
        rows = self._array[: self.rows]
        rows.flags.writeable = False
        return rows


class EvaluationRecorder:
    """Recorder of the evaluations of a search over the parameters `names`, one generation at a time."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._columns: dict[str, _Growing] = {}

    def append(self, batch: Batch, restarts: int, phase: str) -> Evaluations:
        """Append an evaluated generation, and return all evaluations so far."""
        before = self._columns["loss"].rows if self._columns else 0
        new: dict[str, NDArray[np.generic]] = {
            "values": np.column_stack([batch.values[name] for name in self._names]),
            "loss": batch.loss,
            "penalties": batch.penalties,
            "ranks": np.array([STATUSES.index(word) for word in batch.status], np.int8),
            "ends": np.array([before + len(batch.loss)]),
            "restarts": np.array([restarts]),
            "phases": np.array([phase], object),
        }
        for name, rows in new.items():
            self._columns.setdefault(name, _Growing(rows)).extend(rows)
        return Evaluations(
            self._names, batch.criteria, **{name: column.view() for name, column in self._columns.items()}
        )
