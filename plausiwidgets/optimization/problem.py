"""Objective of a search: batches of candidates of a model, evaluated on a pattern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.amplitude import AMPLITUDE, Thresholds, Values, find_thresholds
from plausiwidgets.optimization.space import Space
from plausiwidgets.optimization.strategy import losses_of
from plausiwidgets.patterns import CriterionResult, Verdict
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.evaluation import evaluate, single
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.verification import verify_sets

JITTERS = 100
"""Number of jittered copies of a solution for its robustness."""
JITTER = 0.01
"""Maximum relative change of a parameter in a jittered copy."""
JITTERED = 3
"""Spawn key of the generator of the jitters, in addition to those in portfolio.py."""
VERIFIED_AT_ONCE = 16
"""Number of accepted candidates of a batch that are verified together."""

FINER = (1 / 2, 1 / 8)
"""Finer time steps relative to dt, whose thresholds a solved amplitude must also satisfy."""

Words = NDArray[np.str_]

Settled = Mapping[str, Runner]
"""Neurons settled at their holding currents, by the prefix of each component of the pattern."""


@dataclass(frozen=True)
class Batch:
    """Evaluated batch of n candidates.

    Attributes
    ----------
    values : mapping of str to ndarray, shape [n]
        Complete sets as they were evaluated.
    loss : ndarray, shape [n]
        Loss, 0 exactly for accepted candidates.
    penalties : ndarray, shape [n, criteria]
        Contribution of each criterion to the loss.
    criteria : tuple of str
        Keys of the criteria.
    verdict : Verdict or None
        Verdict of the batch, None if it was merged from several batches.
    status, failed_test : ndarray of str, shape [n]
        As in a `Verdict`.
    graded : ndarray, shape [n]
        Loss that ranks the candidates. For a fragile candidate, the loss of the failed test.
    thresholds : mapping of str to Thresholds
        Thresholds of solved amplitudes, by the name of the amplitude.
    """

    values: Values
    loss: Floats
    penalties: Floats
    criteria: tuple[str, ...]
    verdict: Verdict | None
    status: Words
    failed_test: Words
    graded: Floats
    thresholds: Mapping[str, Thresholds] = field(default_factory=dict)

    @classmethod
    def unverified(
        cls, values: Values, loss: Floats, penalties: Floats, criteria: tuple[str, ...], verdict: Verdict | None = None
    ) -> Batch:
        """Return an evaluated batch before its verification.

        A verdict provides the status of sets that contradict a proof.
        """
        status, failed = np.where(loss == 0.0, "unverified", "rejected"), np.full(len(loss), "")
        if verdict is not None:
            status, failed = verdict.status, verdict.failed_test
        return cls(values, loss, penalties, criteria, verdict, status, failed, loss)

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """Whether every criterion is met at dt and no proof contradicts it, shape [n]."""
        return np.asarray(self.status != "rejected")

    @property
    def guidance(self) -> Floats:
        """Penalties for the strategy, shape [n, criteria + 1].

        The last column is the penalty of a failed verification, of thresholds that are not separate, and of divergence
        beyond the criteria. The sum of a row is `graded` plus the shortfall of the thresholds.
        """
        beyond = self.graded - losses_of(self.penalties)
        apart = sum((t.shortfall for t in self.thresholds.values()), np.zeros(len(self.loss)))
        return np.column_stack([self.penalties, beyond + apart])

    def parameters(self, i: int) -> dict[str, float]:
        return {n: float(v[i]) for n, v in self.values.items()}

    def criterion_results(self, i: int) -> tuple[CriterionResult, ...]:
        return () if self.verdict is None else single(self.verdict, i).criteria

    def prefer(self, other: Batch) -> Batch:
        """Return this batch with the candidates of another batch that are accepted only there."""
        there = other.accepted & ~self.accepted
        if not there.any():
            return self
        values = {n: np.where(there, other.values[n], v) for n, v in self.values.items()}
        return replace(
            self,
            values=values,
            loss=np.where(there, other.loss, self.loss),
            penalties=np.where(there[:, None], other.penalties, self.penalties),
            verdict=None,
            status=np.where(there, other.status, self.status),
            failed_test=np.where(there, other.failed_test, self.failed_test),
            graded=np.where(there, other.graded, self.graded),
        )


@dataclass(frozen=True)
class Problem:
    """Model and pattern with a search space of varied parameters."""

    model: NeuronModel
    pattern: Judged
    space: Space
    dt: float
    engine: str = "auto"

    def settle(self, values: Values, checkpoint: Checkpoint | None = None, *, dt: float | None = None) -> Settled:
        """Return complete sets settled at their holding currents, at time step `dt` (default: that of the problem)."""
        return {
            prefix: Runner(self.model, self.pattern.values_of(prefix, values), dt or self.dt, self.engine, checkpoint)
            for prefix in self.pattern.components
        }

    def judge(
        self,
        values: Values,
        checkpoint: Checkpoint | None = None,
        *,
        settled: Settled | None = None,
    ) -> Batch:
        """Evaluate complete sets, with `settled` neurons if they have already settled."""
        verdict = evaluate(self.model, self.pattern, values, self.dt, self.engine, checkpoint, settled=settled)
        penalties = np.column_stack([check.penalty for check in verdict.criteria])
        criteria = tuple(check.key for check in verdict.criteria)
        return Batch.unverified(values, np.asarray(verdict.loss, dtype=np.float64), penalties, criteria, verdict)

    def criterion_results(
        self, parameters: Mapping[str, float], checkpoint: Checkpoint | None = None
    ) -> tuple[CriterionResult, ...]:
        return self.judge({n: np.array([v]) for n, v in parameters.items()}, checkpoint).criterion_results(0)

    @property
    def solves_amplitude(self) -> bool:
        """Whether an amplitude of each candidate is set between its thresholds."""
        return bool(self.amplitudes)

    @property
    def amplitudes(self) -> dict[str, str]:
        """Prefix of the component by the name of each amplitude that is set between its thresholds."""
        names = {prefix + AMPLITUDE: prefix for prefix, p in self.pattern.components.items() if p.amplitude_window}
        return {name: prefix for name, prefix in names.items() if name in self.space.names and self.limits(name)[0] > 0}

    def limits(self, name: str) -> tuple[float, float]:
        i = self.space.names.index(name)
        return float(self.space.low[i]), float(self.space.high[i])

    def judge_solved(
        self, points: Floats, checkpoint: Checkpoint | None = None, *, settled: Settled | None = None
    ) -> Batch:
        """Evaluate points of the search space, shape [n, d], at amplitudes between their thresholds."""
        values = self.space.values(points)
        settled = settled or self.settle(values, checkpoint)
        thresholds = self.thresholds(settled)
        judged = self.judge(self._between(values, thresholds), checkpoint, settled=settled)
        return replace(judged, thresholds=thresholds)

    def thresholds(self, settled: Settled) -> dict[str, Thresholds]:
        """Return the thresholds of settled sets by the name of the amplitude."""
        return {
            name: find_thresholds(self.pattern.components[prefix], settled[prefix], self.limits(name))
            for name, prefix in self.amplitudes.items()
        }

    def _between(self, values: Values, thresholds: Mapping[str, Thresholds]) -> Values:
        """Return the sets with amplitudes between their thresholds."""
        return {**values, **{name: t.amplitude(values[name], self.limits(name)) for name, t in thresholds.items()}}

    def verify(self, batch: Batch, checkpoint: Checkpoint | None = None) -> Batch:
        """Verify the accepted candidates of a batch until one is replicated, and return the batch with their statuses.

        Solved amplitudes are moved between the thresholds at finer time steps, if this is possible.
        """
        status, failed_test, graded = batch.status.astype("U16"), batch.failed_test.astype(object), batch.loss.copy()
        accepted = np.flatnonzero(batch.accepted)
        # Verify a few candidates together. Single calls would waste most of a kernel, and the first verified set ends
        # the search.
        for first in range(0, len(accepted), VERIFIED_AT_ONCE):
            chosen = accepted[first : first + VERIFIED_AT_ONCE]
            settled = None
            if batch.thresholds:
                batch, settled = self._reconcile(batch, chosen, checkpoint)
            values = {n: v[chosen] for n, v in batch.values.items()}
            status[chosen], failed_test[chosen], graded[chosen] = self.verified(values, checkpoint, settled=settled)
            if (status[chosen] == "replicated").any():
                break
        return replace(batch, status=status, failed_test=failed_test, graded=graded)

    def verified(
        self, values: Values, checkpoint: Checkpoint | None = None, *, settled: Settled | None = None
    ) -> tuple[Words, Words, Floats]:
        """Return the status, the failed test and its loss for accepted sets."""
        judged = evaluate(self.model, self.pattern, values, self.dt, self.engine, checkpoint, settled=settled)
        verdict = verify_sets(self.model, self.pattern, judged, self.engine, checkpoint)
        return verdict.status, verdict.failed_test, verdict.failed_loss

    def _reconcile(
        self, batch: Batch, chosen: NDArray[np.intp], checkpoint: Checkpoint | None
    ) -> tuple[Batch, Settled]:
        """Move solved amplitudes between the thresholds at dt and at finer time steps, if the sets stay accepted.

        Returns
        -------
        batch : Batch
            The batch with moved amplitudes.
        settled : mapping of str to Runner
            The chosen sets, settled at dt.
        """
        part = {n: v[chosen] for n, v in batch.values.items()}
        thresholds = {name: t.take(chosen) for name, t in batch.thresholds.items()}
        # The thresholds depend on the time step, and an amplitude close to a threshold would pass at dt only.
        for factor in FINER:
            finer = self.thresholds(self.settle(part, checkpoint, dt=self.dt * factor))
            thresholds = {name: t.intersect(finer[name]) for name, t in thresholds.items()}
        moved, settled = self._between(part, thresholds), self.settle(part, checkpoint)
        holds = self.judge(moved, checkpoint, settled=settled).accepted
        values = {name: np.array(v) for name, v in batch.values.items()}
        for name in thresholds:
            values[name][chosen] = np.where(holds, moved[name], part[name])
        # The verdict applies to the former amplitudes.
        return replace(batch, values=values, verdict=None), settled

    def robustness(
        self,
        parameters: Mapping[str, float],
        seed: np.random.SeedSequence,
        checkpoint: Checkpoint | None = None,
    ) -> float:
        """Return the share of jittered copies of a solution that are accepted at dt."""
        rng = np.random.default_rng(seed)
        jittered = {}
        for name, parameter in self.space.parameters.items():
            factor = 1.0 + JITTER * rng.uniform(-1.0, 1.0, JITTERS)
            jittered[name] = parameter.clip(parameters[name] * factor)
        return float(self.judge(jittered, checkpoint).accepted.mean())
