"""Samples of parameter sets from the whole region in which a pattern is accepted."""

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
"""Minimum number of sets that are sampled, from which the requested number is drawn, and maximum number of sets."""
KEPT = 0.25
"""Share of the points that survives a level. At the last level, there are as many points as sets."""
MOVES, LAST_MOVES = 5, 15
"""Number of moves of each point at a level, and number of its moves per dimension at the last level.

Copies of one point are close to each other until the moves of the last level have separated them. In tonic bursting of
AdEx, with 11 dimensions, the mean correlation of a point with its position before these moves is 0.08. With 7 moves per
dimension, half of them along axes, it was 0.33.
"""
AXES = 0.2
"""Share of the moves along an axis.

Moves along differences separate points with half as many evaluations.
"""
REACH = 3.0
"""Length of a bracket in multiples of the difference of two points."""
SHRINKS = 12
"""Maximum number of trials of a move, after which the point stays at its position."""
DEARER, SURE = 55.0, 10
"""Cost of the last level in evaluations per set and dimension, and minimum of accepted points for rejection.

Plain rejection sampling is used while it is cheaper, which requires an accepted share above 1 / (`DEARER` × dimensions)
and at least `SURE` accepted points among the first ones.
"""
LEVELS, PATIENCE, GAIN = 80, 8, 0.02
"""Maximum number of levels, and the criterion for giving up.

The sampling ends without success if the loss does not decrease by the share `GAIN` within `PATIENCE` levels.
"""

LossOf = Callable[[Floats], Floats]
"""Function that returns the loss [n] of points [n, d] of the unit cube."""


@dataclass(frozen=True)
class Sample:
    """Points of the unit cube in the region with a loss of 0, and the share of this region in the cube.

    Attributes
    ----------
    units : ndarray, shape [n, d]
        Points of the unit cube. With a single level, they are independent of each other.
    volume : float
        Estimated share of the region in the cube.
    interval : (float, float)
        95 % interval of the volume.
    levels : int
        Number of levels.
    evaluations : int
        Number of evaluations.
    """

    units: Floats
    volume: float
    interval: tuple[float, float]
    levels: int
    evaluations: int


@dataclass(frozen=True)
class Step:
    """Progress of a sampling.

    Attributes
    ----------
    level : int
        Current level, starting at 1.
    loss : float
        Maximum loss of the points at this level, 0 at the last one.
    evaluations : int
        Number of evaluations.
    """

    level: int
    loss: float
    evaluations: int


class NoSolutionError(RuntimeError):
    """Error for a sampling that did not find an accepted set."""


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

    The sets are distributed evenly on the scales of the sliders, so that a share of the sets corresponds to the same
    share of the accepted volume. If at least some per mille of the search space are accepted, independent sets are
    drawn from the whole space until enough are accepted. For a smaller region, subset simulation needs fewer
    evaluations (Au and Beck, Probabilistic Engineering Mechanics 16, 2001). It starts with points in the whole space.
    Slice sampling moves the points within regions of decreasing loss, and copies of the better points replace the worse
    ones, until all points are accepted. No search is required, and separate parts of the region are weighted by their
    volumes. Subset simulation may miss a small or narrow part of the region to which no point at some level would lead.
    To detect this, compare the results of two seeds.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    pattern : str or Pattern
        Firing pattern, by key or as an object.
    n : int
        Number of sets.
    seed : int
        Seed of the random numbers. Equal seeds give equal sets.
    start, fixed, bounds
        Arguments of :func:`plausiwidgets.optimize`, which determine the fixed parameters, their values, and the bounds
        of the varied parameters.
    verify : bool
        Whether to verify the sets as in :func:`plausiwidgets.judge`, which takes some ms for each. The replicated sets
        are then spread evenly over the region of replicated sets.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.
    dt : float, optional
        Time step in ms, by default that of the model.
    progress : optional
        Progress display, as in :func:`plausiwidgets.judge`.

    Returns
    -------
    pandas.DataFrame
        A row for each set, with all model and stimulus parameters, the measured feature of each criterion, and
        ``status``. The column of a feature has the key of its criterion, followed by ``_measured`` if a parameter has
        the same name. ``.attrs`` contains ``volume``, the estimated share of the search space that is accepted, and its
        95 % interval, ``volume_interval``. It contains ``evaluations`` and ``levels`` (1 if the sets are drawn from the
        whole space). It also contains ``model``, ``pattern`` and ``bounds``, with which :func:`plausiwidgets.plot`
        draws the distribution of each parameter and each pair. For the interval of subset simulation, the copies of a
        point at a level count as dependent, and the levels as independent.

    Raises
    ------
    NoSolutionError
        If no point reached an accepted set, or a proof rules the pattern out. It is a subclass of RuntimeError.
    ValueError
        In the cases of `optimize`.

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
    """Sampling of :func:`sample_accepted` in single batches, for callers that do other work in between.

    Parameters
    ----------
    problem : Problem
        Model, pattern and search space.
    n : int
        Number of sets.
    seed : int
        Seed of the random numbers.
    met : callable, optional
        Function that is called with the accepted sets of each batch, shape [sets, values], in the order of the values
        of the problem. They are in the accepted region, but not yet evenly distributed.
    """

    def __init__(self, problem: Problem, n: int, seed: int, met: Callable[[Floats], object] | None = None) -> None:
        self._problem, self._n, self._met = problem, n, met
        self._chart = problem.space.chart()
        self._rng = default_rng(SeedSequence(seed))
        self._steps = subset_steps(self._loss, problem.space.size, max(n, MIN_SETS), self._rng)
        self._checkpoint: Checkpoint | None = None
        self._found: Sample | None = None

    def step(self, checkpoint: Checkpoint | None = None) -> Step | None:
        """Evaluate a batch, and return the progress, or None at the end."""
        self._checkpoint = checkpoint
        try:
            return next(self._steps)
        except StopIteration as end:
            self._found = self._found or end.value
            return None

    def table(self, verify: bool = False, checkpoint: Checkpoint | None = None) -> pd.DataFrame:
        """Return the table of :func:`sample_accepted`.

        Raises
        ------
        ValueError
            If the sampling has not ended.
        """
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
    """Yield the progress after each batch, and return a sample of the region of the unit cube with loss 0.

    Before the last level, there are four times as many points as `count`.

    Raises
    ------
    NoSolutionError
        If no point reaches the region.
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
        # This is the variance of the logarithm of the volume. Copies of one point count as one point that is drawn
        # several times.
        excess = np.bincount(origins, (losses <= level) - share)
        variance += float((excess**2).sum()) / inside.size**2
        # If there are enough points, no point is copied at the last level. At an earlier level, the numbers of copies
        # of two survivors differ by at most one.
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
    """Return the loss that a share `KEPT` of the points does not exceed, or -1 if no loss is below the last level.

    If many points have the same loss, so that all of them would be kept, the next smaller loss is used.
    """
    if np.mean(losses == 0.0) >= KEPT:
        return 0.0
    wanted = float(np.quantile(losses, KEPT, method="lower"))
    if wanted < level:
        return wanted
    smaller = losses[losses < level]
    return float(smaller.max()) if smaller.size else -1.0


def _move(loss_of: LossOf, units: Floats, losses: Floats, level: float, moves: int, rng: Generator) -> Iterator[int]:
    """Move every point within a level several times in place, and yield the number of evaluations of each batch.

    The method is slice sampling with shrinkage (Neal, Annals of Statistics 31, 2003) along a line. The line is an axis
    of the cube or the initial difference of two points. Such differences follow regions that are narrow or far apart
    (Karamanis and Beutler, Statistics and Computing 31, 2021). Each point starts its next move as soon as one has
    ended, so that the batches stay large.
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
    """Return brackets of length 1 along given directions around points at random offsets.

    The brackets are limited to the unit cube.
    """
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
