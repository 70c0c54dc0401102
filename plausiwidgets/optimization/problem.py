"""What is optimized: a model under a pattern, judged for a whole batch of candidates at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.amplitude import Solved, Values, solve
from plausiwidgets.optimization.space import Space
from plausiwidgets.simulation.lanes import Checkpoint

JITTERS = 100
"""Jittered copies of a solution that its robustness is the accepted share of."""
JITTER = 0.01
"""Largest relative change of every parameter in such a copy."""
VERIFIED_AT_ONCE = 16
"""Accepted candidates of a batch that are judged together at dt/2, the first ones first."""


@dataclass(frozen=True)
class Batch:
    """A judged batch of n candidates.

    Attributes
    ----------
    values : mapping of str to ndarray [n]
        Complete sets, as judged.
    loss : ndarray [n]
        Graded loss, 0 exactly where accepted.
    accepted : ndarray of bool [n]
        Whether every criterion holds at the time step.
    verdict : Verdict or None
        Of the batch, for its checks; None where it was put together from several.
    solved : Solved, optional
        The thresholds between which the amplitudes were set.
    """

    values: Values
    loss: Floats
    accepted: np.ndarray[Any, Any]
    verdict: Any = None
    solved: Solved | None = None

    def parameters(self, i: int) -> dict[str, float]:
        """Return the complete set of candidate `i`."""
        return {n: float(v[i]) for n, v in self.values.items()}

    def prefer(self, other: Batch) -> Batch:
        """Return this batch, with what is accepted in another one alone as it is there."""
        there = other.accepted & ~self.accepted
        if not there.any():
            return self
        values = {n: np.where(there, other.values[n], v) for n, v in self.values.items()}
        loss = np.where(there, other.loss, self.loss)
        return Batch(values, loss, self.accepted | there, solved=self.solved)

    def checks(self, i: int) -> tuple[Any, ...]:
        """Return the checks of candidate `i`, numbers in place of arrays; none without a verdict."""
        if self.verdict is None:
            return ()
        n = len(self.loss)

        def pick(value: Any) -> Any:
            whole = isinstance(value, (np.ndarray, list, tuple)) and len(value) == n
            return np.asarray(value)[i].item() if whole else value

        return tuple(
            replace(c, **{f: pick(getattr(c, f)) for f in c.__dataclass_fields__}) for c in self.verdict.checks
        )


@dataclass(frozen=True)
class Problem:
    """A model under a pattern, over a space.

    Attributes
    ----------
    model, pattern
        Objects, not names.
    space : Space
        Free parameters.
    dt : float
        Time step in ms.
    engine : str
        ``"auto"``, ``"compiled"`` or ``"torch"``.
    """

    model: Any
    pattern: Any
    space: Space
    dt: float
    engine: str = "auto"

    def judge(self, values: Values, checkpoint: Checkpoint | None = None, *, dt: float | None = None) -> Batch:
        """Judge complete sets, by the one judge there is.

        A batch whose judge gives a loss that is not finite is refused by the search, never
        passed on to CMA-ES.
        """
        from plausiwidgets.patterns import evaluate

        verdict = evaluate(
            self.model,
            self.pattern,
            dict(values),
            self.dt if dt is None else dt,
            engine=self.engine,
            checkpoint=checkpoint,
        )
        loss = np.atleast_1d(np.asarray(verdict.loss, dtype=np.float64))
        return Batch(values, loss, np.atleast_1d(np.asarray(verdict.accepted, dtype=bool)), verdict)

    def checks(self, parameters: Mapping[str, float], checkpoint: Checkpoint | None = None) -> tuple[Any, ...]:
        """Return the checks of one complete set, at dt."""
        return self.judge({n: np.array([v]) for n, v in parameters.items()}, checkpoint).checks(0)

    @cached_property
    def between(self) -> Any:
        """The thresholds between which the amplitude is solved, for patterns and spaces where it is."""
        if "amplitude" not in self.space.names or self.limits[0] <= 0.0:
            return None
        return self.pattern.amplitude_window

    @property
    def limits(self) -> tuple[float, float]:
        """Bounds of the amplitude."""
        i = self.space.names.index("amplitude")
        return float(self.space.low[i]), float(self.space.high[i])

    def judge_solved(self, points: Floats, checkpoint: Checkpoint | None = None) -> Batch:
        """Judge points [n, d] of the space, each at an amplitude between its thresholds."""
        values = self.space.values(points)
        solved = self._solve(values, self.dt, checkpoint)
        values["amplitude"] = solved.amplitude(values["amplitude"], self.limits)
        return replace(self.judge(values, checkpoint), solved=solved)

    def verify(self, batch: Batch, checkpoint: Checkpoint | None = None) -> tuple[Batch, Floats, int]:
        """Judge the accepted candidates of a batch again at half the time step.

        Returns
        -------
        batch : Batch
            The same, but for solved amplitudes, which may have moved to where they hold at both.
        loss : ndarray [n]
            The batch's loss; where a candidate is accepted at dt but not at dt/2 (fragile), the
            loss at dt/2, so that a search leaves it for what holds at both.
        solution : int
            Index of the first candidate that is accepted at both, or -1.
        """
        loss = batch.loss.copy()
        accepted = np.flatnonzero(batch.accepted)
        for first in range(0, len(accepted), VERIFIED_AT_ONCE):
            chosen = accepted[first : first + VERIFIED_AT_ONCE]
            batch = self._reconcile(batch, chosen, checkpoint)
            finer = self.judge({n: v[chosen] for n, v in batch.values.items()}, checkpoint, dt=self.dt / 2)
            loss[chosen] = finer.loss
            if finer.accepted.any():
                return batch, loss, int(chosen[np.argmax(finer.accepted)])
        return batch, loss, -1

    def _reconcile(self, batch: Batch, chosen: Any, checkpoint: Checkpoint | None) -> Batch:
        """Move solved amplitudes to where they are between the thresholds at dt and at dt/2."""
        if batch.solved is None:
            return batch
        part = {n: v[chosen] for n, v in batch.values.items()}
        finer = self._solve(part, self.dt / 2, checkpoint)
        amplitude = batch.solved.take(chosen).both(finer).amplitude(part["amplitude"], self.limits)
        holds = self.judge(part | {"amplitude": amplitude}, checkpoint).accepted
        moved = batch.values["amplitude"].copy()
        moved[chosen] = np.where(holds, amplitude, part["amplitude"])
        return replace(batch, values={**batch.values, "amplitude": moved}, verdict=None)

    def _solve(self, values: Values, dt: float, checkpoint: Checkpoint | None) -> Solved:
        assert self.between is not None
        return solve(self.model, self.pattern, values, self.limits, dt, self.engine, checkpoint)

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
