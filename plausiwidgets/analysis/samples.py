"""Parameter sets that are spread over the whole region in which a pattern is accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Generator as Steps
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.problem import Problem
from plausiwidgets.optimization.space import Bounds
from plausiwidgets.optimization.volume import binomial_interval
from plausiwidgets.patterns.evaluation import evaluate
from plausiwidgets.patterns.registry import Named, why_ruled_out
from plausiwidgets.patterns.verification import verify_sets
from plausiwidgets.support.arguments import bounded, checked, whole
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.progress import ProgressLike, watched

MIN_SETS, MAX_SETS = 500, 20_000
"""Least number of sets that are sampled, of which as many as were asked for are taken; and the largest number."""
KEPT = 0.25
"""Share of the points that survives a level. At the last one they are as many as the sets."""
MOVES, LAST_MOVES = 5, 15
"""Moves of each point at a level; and at the last one, for each dimension.

Copies of one point are near each other until the moves of the last level have taken them apart. In tonic bursting of
AdEx, with 11 dimensions, the mean correlation of a point with where it was before them is 0.08; after 7 for each, half
of them along axes, it was 0.33.
"""
AXES = 0.2
"""Share of the moves along an axis. Those along differences take points apart with half of the evaluations."""
REACH = 3.0
"""Length of a bracket along the difference of two points, in differences."""
SHRINKS = 12
"""Most trials of a move, after which the point stays where it is."""
DEARER, SURE = 55.0, 10
"""Evaluations of the moves of the last level for each set and dimension: plain rejection is used while it is cheaper,
that is above a share of 1 in this many times the dimensions, and where that many of the first points were accepted."""
LEVELS, PATIENCE, GAIN = 80, 8, 0.02
"""Most levels; and after how many of them without a smaller loss, by this share, it is given up."""

LossOf = Callable[[Floats], Floats]
"""Loss [n] of points [n, d] of the unit cube."""


@dataclass(frozen=True)
class Sample:
    """Points `units` [n, d] of the unit cube in the region in which a loss is 0, and its share of the cube.

    The interval of this volume is that of 95 %; of one level, the points are independent of each other.
    """

    units: Floats
    volume: float
    interval: tuple[float, float]
    levels: int
    evaluations: int


@dataclass(frozen=True)
class Step:
    """How far a sampling is: the level, from 1, the loss within which its points move (0 at the last), evaluations."""

    level: int
    loss: float
    evaluations: int


class NoSolutionError(RuntimeError):
    """No set was accepted."""


@checked
def sample_accepted(
    model: str | NeuronModel,
    pattern: Named,
    n: int = 1000,
    seed: int = 0,
    *,
    start: Mapping[str, float] | None = None,
    fixed: Iterable[str] | Mapping[str, float] = (),
    bounds: Bounds | None = None,
    verify: bool = False,
    engine: str = "auto",
    dt: float | None = None,
    progress: ProgressLike = None,
) -> pd.DataFrame:
    """Return parameter sets that are spread evenly over the region in which a pattern is accepted.

    Evenly means on the scales of the sliders: a share of the sets is that share of the accepted volume of the box.
    Where some per mille of the box or more are accepted, sets are drawn from the whole box until as many are: they are
    independent of each other. Of a smaller region that would take more evaluations than subset simulation: points that
    are spread over the whole box are moved by slice sampling within regions of ever smaller loss, the worse ones
    replaced by copies of the better ones, until all are accepted (Au and Beck, Probabilistic Engineering Mechanics 16,
    2001). No search is needed, and parts of the region that are apart have the weights of their volumes. It may miss a
    part that is small, or a needle: what none of the points at some level would lead to. Two seeds that disagree show
    it.

    Parameters
    ----------
    model : str or NeuronModel
    pattern : str or Pattern
    n : int
        Number of sets.
    seed : int
        The same seed gives the same sets.
    start, fixed, bounds
        As of :func:`plausiwidgets.optimize`: what keeps its value, at which value, and the box of all others.
    verify : bool
        Verify the sets, as :func:`plausiwidgets.judge` does; it takes some ms for each. The replicated ones are then
        spread evenly over their own region.
    engine : {"auto", "compiled", "torch"}
    dt : float, optional
        Time step in ms; default: the model's.
    progress : optional
        As of :func:`plausiwidgets.judge`: called every few ms of work, and what it raises ends the work.

    Returns
    -------
    pandas.DataFrame
        A row for each set: every parameter and stimulus value, what each criterion measures (by its key; followed by
        ``_measured`` where a parameter has that name), and ``status``. ``.attrs`` holds ``volume``, the estimated
        share of the box that is accepted, ``volume_interval``, its 95 % interval, ``evaluations`` and ``levels`` (1
        where the sets are drawn from the whole box), and what :func:`plausiwidgets.plot` needs to draw how each value
        is spread, and each pair of values: ``model``, ``pattern`` and ``bounds``. The interval of subset simulation
        takes the copies of a point at a level for dependent, and the levels for independent.

    Raises
    ------
    NoSolutionError
        A RuntimeError: the points did not reach an accepted set, or there is an argument that none exists.
    ValueError
        As of `optimize`.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> sets = pw.analysis.sample_accepted("lif", "tonic_spiking", n=200)
    >>> len(sets), bool((sets["n"] >= 5).all()), 0.01 < sets.attrs["volume"] < 0.5
    (200, True, True)
    >>> bool(pw.judge("lif", "tonic_spiking", sets[["tau_mem", "v_rest", "v_threshold", "v_reset", "t_ref",
    ...     "amplitude", "holding"]], verify=False).accepted.all())
    True
    """
    whole("sample_accepted", "n", n, 1)
    whole("sample_accepted", "seed", seed, 0)
    bounded("sample_accepted", "number of parameter sets", float(n), MAX_SETS)
    problem = make_problem(model, pattern, start, fixed, bounds, engine, dt)
    if why := why_ruled_out(problem.pattern, problem.model, problem.space.bounds):
        raise NoSolutionError(
            f"sample_accepted: pattern {problem.pattern.key!r} is ruled out for model {problem.model.key!r}. {why}"
        )
    sampling = Sampling(problem, n, seed)
    with watched("sample_accepted", progress) as checkpoint:
        while sampling.step(checkpoint) is not None:
            pass
        return sampling.table(verify, checkpoint)


class Sampling:
    """:func:`sample_accepted` one batch after the other, for what does other things in between.

    `met` is called with the complete sets, shape [sets, values], that a batch met with a loss of 0, in the order of the
    values of the problem. They lie in the region, but are not yet spread evenly over it.
    """

    def __init__(self, problem: Problem, n: int, seed: int, met: Callable[[Floats], object] | None = None) -> None:
        self._problem, self._n, self._met = problem, n, met
        self._chart = problem.space.chart()
        self._rng = default_rng(SeedSequence(seed))
        self._steps = subset_steps(self._loss, problem.space.size, max(n, MIN_SETS), self._rng)
        self._checkpoint: Checkpoint | None = None
        self._found: Sample | None = None

    def step(self, checkpoint: Checkpoint | None = None) -> Step | None:
        """Judge a batch; return how far it is, None when it has ended."""
        self._checkpoint = checkpoint
        try:
            return next(self._steps)
        except StopIteration as end:
            self._found = self._found or end.value
            return None

    def table(self, verify: bool = False, checkpoint: Checkpoint | None = None) -> pd.DataFrame:
        """Return the sets, as of :func:`sample_accepted`; a ValueError before it has ended."""
        found = self._found
        if found is None:
            raise ValueError("the sampling must end before its table is available.")
        chosen = self._rng.choice(len(found.units), self._n, replace=False)
        values = self._problem.space.values(self._chart.decode(found.units[chosen]))
        table = _measured(self._problem, values, verify, checkpoint)
        space = self._problem.space
        bounds = {
            p.key: {"low": low, "high": high, "unit": p.unit, "scale": p.scale, "linear_width": p.linear_width}
            for p, low, high in zip(
                [space.parameters[name] for name in space.names], space.low.tolist(), space.high.tolist(), strict=True
            )
        }
        table.attrs = {
            "model": self._problem.model.key,
            "pattern": self._problem.pattern.title,
            "volume": found.volume,
            "volume_interval": found.interval,
            "evaluations": found.evaluations,
            "levels": found.levels,
            "bounds": bounds,
        }
        return table

    def _loss(self, units: Floats) -> Floats:
        values = self._problem.space.values(self._chart.decode(units.copy()))
        loss = self._problem.judge(values, self._checkpoint).loss
        if self._met is not None and not np.all(loss):
            self._met(np.column_stack([x[loss == 0.0] for x in values.values()]))
        return loss


def subset_steps(loss_of: LossOf, dimensions: int, count: int, rng: Generator) -> Steps[Step, None, Sample]:
    """Yield after each batch, and return points of the unit cube, spread evenly over the region in which a loss is 0.

    Four times as many as the `count` are on the way before the last level. NoSolutionError where none get there.
    """
    many = round(count / KEPT)
    units = rng.random((many, dimensions))
    losses = loss_of(units)
    evaluations, volume, level = many, 1.0, np.inf
    yield Step(1, level, evaluations)
    accepted = units[losses == 0.0]
    if len(accepted) >= SURE and len(accepted) / many * DEARER * dimensions > 1.0:
        while len(accepted) < count:
            units = rng.random((many, dimensions))
            accepted = np.concatenate([accepted, units[loss_of(units) == 0.0]])
            evaluations += many
            yield Step(1, 0.0, evaluations)
        return Sample(
            accepted, len(accepted) / evaluations, binomial_interval(len(accepted), evaluations), 1, evaluations
        )
    passed: list[float] = []
    origins, variance = np.arange(many), 0.0
    for number in range(LEVELS):
        level = _next_level(losses, level)
        passed.append(level)
        if level > 0.0 and number >= PATIENCE and level > (1.0 - GAIN) * passed[-1 - PATIENCE]:
            break
        inside = rng.permutation(np.flatnonzero(losses <= level))
        if not inside.size:
            break
        share = inside.size / many
        volume *= share
        # Of the logarithm; copies of one point count as one that is seen several times.
        excess = np.bincount(origins, (losses <= level) - share)
        variance += float((excess**2).sum()) / inside.size**2
        # At the last level none is taken twice, if there are enough; before it each survivor as often as any other, but
        # for one.
        copies = np.resize(inside, max(inside.size, count))[:count] if level == 0.0 else np.resize(inside, many)
        units, losses, origins = units[copies], losses[copies], copies
        for judged in _move(loss_of, units, losses, level, LAST_MOVES * dimensions if level == 0.0 else MOVES, rng):
            evaluations += judged
            yield Step(number + 1, level, evaluations)
        if level == 0.0:
            away = float(np.exp(1.96 * np.sqrt(variance)))
            return Sample(units, volume, (volume / away, min(volume * away, 1.0)), number + 1, evaluations)
    raise NoSolutionError(
        f"sample_accepted: no parameter set meets all criteria in {evaluations} evaluations (smallest loss "
        f"{losses.min():.3g}). Search for a set with optimize, and pass bounds around it."
    )


def _next_level(losses: Floats, level: float) -> float:
    """Return the loss that a share `KEPT` of the points does not exceed, below the last level; -1 where there is none.

    Many points may have the same loss: a level that would keep them all is replaced by the next smaller loss.
    """
    if np.mean(losses == 0.0) >= KEPT:
        return 0.0
    wanted = float(np.quantile(losses, KEPT, method="lower"))
    if wanted < level:
        return wanted
    smaller = losses[losses < level]
    return float(smaller.max()) if smaller.size else -1.0


def _move(loss_of: LossOf, units: Floats, losses: Floats, level: float, moves: int, rng: Generator) -> Iterator[int]:
    """Move every point within a level a number of times, in place; yield the number of evaluations of each batch.

    Slice sampling with shrinkage (Neal, Annals of Statistics 31, 2003) along a line: an axis of the cube, or the
    difference of two points as they are at first, which follows regions that are thin or far apart (Karamanis and
    Beutler, Statistics and Computing 31, 2021). Each point goes on to its next move as soon as one is done, so that the
    batches stay wide.
    """
    (count, d), pool = units.shape, units.copy()
    along, low, high = np.empty((count, d)), np.empty(count), np.empty(count)
    tries, left = np.zeros(count, dtype=int), np.full(count, moves)
    while (active := np.flatnonzero(left)).size:
        new = active[tries[active] == 0]
        along[new] = REACH * (pool[rng.integers(count, size=new.size)] - pool[rng.integers(count, size=new.size)])
        axes = new[rng.random(new.size) < AXES]
        along[axes] = np.eye(d)[rng.integers(d, size=axes.size)] * 2.0
        low[new], high[new] = _bracket(units[new], along[new], rng)
        step = low[active] + rng.random(active.size) * (high[active] - low[active])
        tried = np.clip(units[active] + step[:, None] * along[active], 0.0, 1.0)
        loss = loss_of(tried)
        inside = loss <= level
        moved = active[inside]
        units[moved], losses[moved] = tried[inside], loss[inside]
        rejected, step = active[~inside], step[~inside]
        low[rejected] = np.where(step < 0.0, step, low[rejected])
        high[rejected] = np.where(step < 0.0, high[rejected], step)
        tries[active] += 1
        over = np.concatenate([moved, rejected[tries[rejected] >= SHRINKS]])
        tries[over], left[over] = 0, left[over] - 1
        yield active.size


def _bracket(units: Floats, along: Floats, rng: Generator) -> tuple[Floats, Floats]:
    """Return brackets of length 1, in `along`, at random places around points, as far as they are in the cube."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([-units / along, (1.0 - units) / along])
    ends[:, along == 0.0] = np.array([[-np.inf], [np.inf]])
    at = rng.random(len(units))
    return np.maximum(-at, ends.min(axis=0).max(axis=1)), np.minimum(1.0 - at, ends.max(axis=0).min(axis=1))


def _measured(
    problem: Problem, values: Mapping[str, Floats], verify: bool, checkpoint: Checkpoint | None
) -> pd.DataFrame:
    verdict = evaluate(problem.model, problem.pattern, values, problem.dt, problem.engine, checkpoint)
    if verify:
        verdict = verify_sets(problem.model, problem.pattern, verdict, problem.engine, checkpoint)
    columns = dict(verdict.parameters)
    for check in verdict.criteria:
        columns[check.key if check.key not in values else f"{check.key}_measured"] = np.asarray(check.value)
    return pd.DataFrame({**columns, "status": verdict.status})
