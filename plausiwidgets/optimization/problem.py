"""What is optimized: a model under a pattern, judged for a whole batch of candidates at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.models import NeuronModel
from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.amplitude import AMPLITUDE, Thresholds, Values, find_thresholds
from plausiwidgets.optimization.space import Space
from plausiwidgets.optimization.strategy import losses_of
from plausiwidgets.patterns import Check, Verdict
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.bench import Bench
from plausiwidgets.patterns.judge import evaluate, single, verify_sets
from plausiwidgets.simulation.lanes import Checkpoint

JITTERS = 100
"""Jittered copies of a solution that its robustness is the accepted share of."""
JITTER = 0.01
"""Largest relative change of every parameter in such a copy."""
VERIFIED_AT_ONCE = 16
"""Accepted candidates of a batch that are verified together, the first ones first."""

FINER = (1 / 2, 1 / 8)
"""Time steps at which a solved amplitude is moved to between the thresholds, over the problem's own."""

Words = NDArray[np.str_]

Settled = Mapping[str, Bench]
"""Neurons at rest, for each component of the pattern by its prefix."""


@dataclass(frozen=True)
class Batch:
    """A judged batch of n candidates.

    Attributes
    ----------
    values : mapping of str to ndarray [n]
        Complete sets, as judged.
    loss : ndarray [n]
        Graded loss, 0 exactly where accepted.
    costs : ndarray [n, criteria]
        What each criterion adds to it.
    verdict : Verdict or None
        Of the batch, for its checks; None where it was put together from several.
    status, failed_check : ndarray of str [n]
        As a `Verdict` has them.
    graded : ndarray [n]
        What ranks the candidates: the loss or, of a fragile one, the loss of the check that failed.
    thresholds : mapping of str to Thresholds
        Between which the amplitudes were set, where they were solved; by the name of the amplitude.
    """

    values: Values
    loss: Floats
    costs: Floats
    verdict: Verdict | None
    status: Words
    failed_check: Words
    graded: Floats
    thresholds: Mapping[str, Thresholds] = field(default_factory=dict)

    @classmethod
    def unverified(cls, values: Values, loss: Floats, costs: Floats, verdict: Verdict | None = None) -> Batch:
        """Return a batch as the judge leaves it."""
        status = np.where(loss == 0.0, "unverified", "rejected")
        return cls(values, loss, costs, verdict, status, np.full(len(loss), ""), loss)

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """Whether every criterion holds at the time step, shape [n]."""
        return np.asarray(self.loss == 0.0)

    @property
    def guidance(self) -> Floats:
        """What leads a search, shape [n, criteria + 1]: the cost of each criterion, and of what no criterion says.

        The last column is what a failed check of the verification costs, how far thresholds are from being apart,
        and what a simulation that diverged costs beyond its criteria. A row's sum is the graded loss and that of
        the thresholds.
        """
        beyond = self.graded - losses_of(self.costs)
        apart = sum((t.shortfall for t in self.thresholds.values()), np.zeros(len(self.loss)))
        return np.column_stack([self.costs, beyond + apart])

    def parameters(self, i: int) -> dict[str, float]:
        """Return the complete set of candidate `i`."""
        return {n: float(v[i]) for n, v in self.values.items()}

    def checks(self, i: int) -> tuple[Check, ...]:
        """Return the checks of candidate `i`; none without a verdict."""
        return () if self.verdict is None else single(self.verdict, i).checks

    def prefer(self, other: Batch) -> Batch:
        """Return this batch, with what is accepted in another one alone as it is there."""
        there = other.accepted & ~self.accepted
        if not there.any():
            return self
        values = {n: np.where(there, other.values[n], v) for n, v in self.values.items()}
        costs = np.where(there[:, None], other.costs, self.costs)
        merged = Batch.unverified(values, np.where(there, other.loss, self.loss), costs)
        return replace(merged, thresholds=self.thresholds)


@dataclass(frozen=True)
class Problem:
    """A model under a pattern, over a space.

    Attributes
    ----------
    model : NeuronModel
    pattern : Pattern or AllOf
    space : Space
        Free parameters.
    dt : float
        Time step in ms.
    engine : {"auto", "compiled", "torch"}
    """

    model: NeuronModel
    pattern: Judged
    space: Space
    dt: float
    engine: str = "auto"

    def settle(self, values: Values, checkpoint: Checkpoint | None = None, *, dt: float | None = None) -> Settled:
        """Return complete sets settled at their holding levels, at the problem's time step or another one."""
        return {
            prefix: Bench(self.model, self.pattern.values_of(prefix, values), dt or self.dt, self.engine, checkpoint)
            for prefix in self.pattern.components
        }

    def judge(
        self,
        values: Values,
        checkpoint: Checkpoint | None = None,
        *,
        settled: Settled | None = None,
    ) -> Batch:
        """Judge complete sets, by the one judge there is; those that are settled already need not settle again."""
        verdict = evaluate(self.model, self.pattern, values, self.dt, self.engine, checkpoint, settled=settled)
        costs = np.column_stack([check.cost for check in verdict.checks])
        return Batch.unverified(values, np.asarray(verdict.loss, dtype=np.float64), costs, verdict)

    def checks(self, parameters: Mapping[str, float], checkpoint: Checkpoint | None = None) -> tuple[Check, ...]:
        """Return the checks of one complete set."""
        return self.judge({n: np.array([v]) for n, v in parameters.items()}, checkpoint).checks(0)

    @property
    def solves_amplitude(self) -> bool:
        """Whether amplitudes of each candidate are set between their thresholds."""
        return bool(self.amplitudes)

    @property
    def amplitudes(self) -> dict[str, str]:
        """The amplitudes that are set between their thresholds: name → prefix of its pattern."""
        names = {prefix + AMPLITUDE: prefix for prefix, p in self.pattern.components.items() if p.amplitude_window}
        return {name: prefix for name, prefix in names.items() if name in self.space.names and self.limits(name)[0] > 0}

    def limits(self, name: str) -> tuple[float, float]:
        """Bounds of a free parameter."""
        i = self.space.names.index(name)
        return float(self.space.low[i]), float(self.space.high[i])

    def judge_solved(
        self, points: Floats, checkpoint: Checkpoint | None = None, *, settled: Settled | None = None
    ) -> Batch:
        """Judge points [n, d] of the space, each at amplitudes between their thresholds."""
        values = self.space.values(points)
        settled = settled or self.settle(values, checkpoint)
        thresholds = self.thresholds(settled)
        between = self._between(values, thresholds)
        return replace(self.judge(between, checkpoint, settled=settled), thresholds=thresholds)

    def thresholds(self, settled: Settled) -> dict[str, Thresholds]:
        """Return between which amplitudes settled sets show the pattern, by the name of the amplitude."""
        return {
            name: find_thresholds(self.pattern.components[prefix], settled[prefix], self.limits(name))
            for name, prefix in self.amplitudes.items()
        }

    def _between(self, values: Values, thresholds: Mapping[str, Thresholds]) -> Values:
        """Return the sets with their amplitudes between the thresholds."""
        return {**values, **{name: t.amplitude(values[name], self.limits(name)) for name, t in thresholds.items()}}

    def verify(self, batch: Batch, checkpoint: Checkpoint | None = None) -> Batch:
        """Verify the accepted candidates of a batch, until one of them is replicated.

        Returns
        -------
        Batch
            The same with statuses, and graded losses that lead a search from what is fragile to what
            is not. Solved amplitudes may have moved to where they hold at finer time steps too.
        """
        status, failed_check, graded = batch.status.astype("U16"), batch.failed_check.astype("U64"), batch.loss.copy()
        accepted = np.flatnonzero(batch.accepted)
        for first in range(0, len(accepted), VERIFIED_AT_ONCE):
            chosen = accepted[first : first + VERIFIED_AT_ONCE]
            settled = None
            if batch.thresholds:
                batch, settled = self._reconcile(batch, chosen, checkpoint)
            values = {n: v[chosen] for n, v in batch.values.items()}
            status[chosen], failed_check[chosen], graded[chosen] = self.verified(values, checkpoint, settled=settled)
            if (status[chosen] == "replicated").any():
                break
        return replace(batch, status=status, failed_check=failed_check, graded=graded)

    def verified(
        self, values: Values, checkpoint: Checkpoint | None = None, *, settled: Settled | None = None
    ) -> tuple[Words, Words, Floats]:
        """Return status, failed check and the loss in that check of accepted sets."""
        judged = evaluate(self.model, self.pattern, values, self.dt, self.engine, checkpoint, settled=settled)
        verdict = verify_sets(self.model, self.pattern, judged, self.engine, checkpoint)
        return verdict.status, verdict.failed_check, verdict.failed_loss

    def _reconcile(
        self, batch: Batch, chosen: NDArray[np.intp], checkpoint: Checkpoint | None
    ) -> tuple[Batch, Settled]:
        """Move solved amplitudes to where they are between the thresholds at dt and at finer steps.

        Returns the batch, and the chosen sets settled at dt.
        """
        part = {n: v[chosen] for n, v in batch.values.items()}
        thresholds = {name: t.take(chosen) for name, t in batch.thresholds.items()}
        for factor in FINER:
            finer = self.thresholds(self.settle(part, checkpoint, dt=self.dt * factor))
            thresholds = {name: t.intersect(finer[name]) for name, t in thresholds.items()}
        moved, settled = self._between(part, thresholds), self.settle(part, checkpoint)
        holds = self.judge(moved, checkpoint, settled=settled).accepted
        values = {name: np.array(v) for name, v in batch.values.items()}
        for name in thresholds:
            values[name][chosen] = np.where(holds, moved[name], part[name])
        return replace(batch, values=values, verdict=None), settled

    def robustness(
        self,
        parameters: Mapping[str, float],
        seed: np.random.SeedSequence,
        checkpoint: Checkpoint | None = None,
    ) -> float:
        """Return the share of jittered copies of a solution that are accepted, at dt."""
        rng = np.random.default_rng(seed)
        jittered = {}
        for name, parameter in self.space.parameters.items():
            factor = 1.0 + JITTER * rng.uniform(-1.0, 1.0, JITTERS)
            jittered[name] = parameter.clip(parameters[name] * factor)
        return float(self.judge(jittered, checkpoint).accepted.mean())
