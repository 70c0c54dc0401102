"""The evaluations of a search: every judged parameter set, in arrays that grow while the search runs."""

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
"""Maximum number of evaluations that a curve shows."""

_FIRST = 64
"""Rows for which a growing array has room at first."""


@dataclass(frozen=True, eq=False, repr=False)
class Evaluations:
    """The n evaluations of a search in their order, in g generations; the arrays are read-only.

    A running search appends to the same arrays, so that a snapshot needs no copy: what is new since a former one with
    m evaluations is ``loss[m:]``. An evaluation takes about 200 bytes.

    Attributes
    ----------
    names : tuple of str
        The d varied parameters, in the order of the columns of `values`.
    criteria : tuple of str
        Keys of the c criteria, in the order of the columns of `penalties`.
    values : ndarray [n, d]
        Values of the varied parameters, as judged.
    loss : ndarray [n]
        Loss at dt: 0 exactly if every criterion is met.
    penalties : ndarray [n, c]
        What each criterion adds to the loss: 0 if it is met, at most 1. A simulation that diverged meets none of
        them, and its loss is larger than their sum.
    ranks : ndarray of int [n]
        Place of the status in ``("replicated", "fragile", "unverified", "rejected")``.
    ends : ndarray of int [g]
        Evaluations until the end of each generation.
    restarts : ndarray of int [g]
        Restarts of the strategy so far, the one that began with this generation included.
    phases : ndarray of str [g]
        Phase of the strategy.

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
        """Generation of each evaluation, from 0, shape [n]."""
        return np.repeat(np.arange(self.generations), np.diff(self.ends, prepend=0))

    @property
    def best(self) -> Floats:
        """Smallest loss so far, shape [n]."""
        return np.minimum.accumulate(self.loss)

    @property
    def status(self) -> NDArray[np.str_]:
        """Status of each evaluation, as of a `Verdict`, shape [n].

        Accepted ones are verified until one is replicated: those behind it are "unverified".
        """
        return np.array(STATUSES)[self.ranks]

    @property
    def restarted(self) -> NDArray[np.int64]:
        """First evaluation, from 0, of each generation that began with a restart."""
        return np.asarray((self.ends - np.diff(self.ends, prepend=0))[np.diff(self.restarts, prepend=0) > 0])

    def drawn(self, max_points: int = MAX_POINTS) -> NDArray[np.int64]:
        """Return the evaluations, from 0, that a curve shows: each that lowers the best loss, the last, others.

        Parameters
        ----------
        max_points : int
            Maximum number, unless the best loss fell more often.

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
        """Return a row for each evaluation, numbered from 1 by its index ``evaluation``.

        Returns
        -------
        pandas.DataFrame
            Columns ``loss``, ``best`` (smallest loss so far), ``status``, ``generation``, ``restarts`` and ``phase``;
            each varied parameter, as ``parameter_…`` if its name is one of those; and ``penalty_…`` of each
            criterion.
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
    """An array that grows by doubling; rows of a former view stay as they are."""

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
        """Return the rows so far, read-only."""
        rows = self._array[: self.rows]
        rows.flags.writeable = False
        return rows


class EvaluationRecorder:
    """Collects the evaluations of a search over the parameters `names`, one generation at a time."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._columns: dict[str, _Growing] = {}

    def append(self, batch: Batch, restarts: int, phase: str) -> Evaluations:
        """Append a judged generation and return all evaluations so far."""
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
