"""Shift of a verified parameter set towards the defaults, while it stays verified.

A search ends at the first verified set, whose parameters may be more extreme than the pattern requires. Starting there,
parameters move back towards their defaults, one at a time and together, as long as the set stays verified and its
penalty decreases.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import SeedSequence, default_rng

from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.amplitude import Values
from plausiwidgets.optimization.problem import JITTERED, Batch, Problem
from plausiwidgets.optimization.space import fold
from plausiwidgets.patterns.verification import DIGITS

ROUNDS, TRIED, VERIFIED = 4, 64, 6
"""Number of moves, number of evaluated sets per move, and maximum number of verified sets per move."""
LOCAL, NEAR = 16, 0.05
"""Number of sets per move that are close to the current set, and their distance as a share of the ranges.

They may be more robust than the current set.
"""
USUAL_LOW, USUAL_HIGH, USUAL_RATE = -100.0, 50.0, 100.0
"""Limits of usual potentials in mV and of a usual rate in Hz."""
_MOVES = 4  # spawn key, in addition to those in portfolio.py and problem.py
MV, HZ = 50.0, 200.0
"""Distances from these limits in mV and Hz at which the penalty is 1."""


def shrink_to_defaults(
    problem: Problem, found: Mapping[str, float], seed: int, checkpoint: Checkpoint | None = None
) -> tuple[dict[str, float], float]:
    """Return the verified set with the smallest penalty on the way from a solution to the defaults, and its robustness.

    The penalty is the sum of:

    - the mean distance of the varied parameters from their defaults, as a share of their ranges
    - the share of jittered copies that are rejected
    - the excess of potentials and rates over the usual limits
    """
    space, moves = problem.space, default_rng(SeedSequence(seed, spawn_key=(_MOVES,)))
    jitters = SeedSequence(seed, spawn_key=(JITTERED,))
    chart = space.chart()
    usual = chart.encode(space.point({n: p.default for n, p in space.parameters.items()})[None])[0]
    best, robustness = dict(found), problem.robustness(found, jitters, checkpoint)
    here = chart.encode(space.point(best)[None])[0]
    batch = problem.judge({n: np.array([x]) for n, x in best.items()}, checkpoint)
    least = _penalty(batch, np.abs(here - usual)[None])[0] + 1.0 - robustness
    for _ in range(ROUNDS):
        units = _moves(here, usual, moves)
        # Round the values, so that they are short numbers such as 20 instead of 19.999999999999996.
        points = np.vectorize(lambda x: float(f"{x:.{DIGITS}g}"))(chart.decode(units)).clip(space.low, space.high)
        if problem.solves_amplitude:
            # The amplitude between the thresholds differs between neurons.
            tried = problem.judge_solved(points, checkpoint)
            units = chart.encode(np.column_stack([tried.values[name] for name in space.names]))
        else:
            tried = problem.judge(space.values(points), checkpoint)
        penalties = np.where(tried.accepted, _penalty(tried, np.abs(units - usual)), np.inf)
        order = [i for i in np.argsort(penalties, kind="stable") if penalties[i] < least][:VERIFIED]
        values = {n: v[order] for n, v in tried.values.items()}
        status = problem.verified(values, checkpoint)[0].tolist() if order else []
        moved = False
        for i, word in zip(order, status, strict=True):
            if word != "replicated" or penalties[i] >= least:
                continue
            share = problem.robustness(tried.parameters(i), jitters, checkpoint)
            if penalties[i] + 1.0 - share < least:
                best, robustness, here, moved = tried.parameters(i), share, units[i], True
                least = penalties[i] + 1.0 - share
        if not moved:
            break
    return best, robustness


def _moves(here: Floats, usual: Floats, rng: np.random.Generator) -> Floats:
    """Return points between the current set and the defaults, shape [TRIED, d].

    They move all coordinates to the defaults, each coordinate alone, or some coordinates by some or all of the
    distance.
    """
    shares = np.ones((TRIED, here.size))
    single = min(here.size, TRIED // 2)
    shares[1 : 1 + single] = np.eye(here.size)[:single]
    rest = TRIED - LOCAL - 1 - single
    # Move between a few coordinates and nearly all, by some or all of the distance.
    some = rng.random((rest, here.size)) < rng.random((rest, 1))
    shares[1 + single : -LOCAL] = some * np.where(rng.random((rest, 1)) < 0.5, 1.0, rng.random((rest, here.size)))
    units = here + shares * (usual - here)
    units[-LOCAL:] = fold(here + NEAR * rng.standard_normal((LOCAL, here.size)))
    return np.asarray(units)


def _penalty(batch: Batch, distance: Floats) -> Floats:
    """Return the penalty of evaluated sets without the part of their robustness, shape [n]."""
    n = len(batch.loss)
    values: Values = {} if batch.verdict is None else batch.verdict.measured
    low, high = values.get("lowest", np.zeros(n)), values.get("highest", np.zeros(n))
    checks = () if batch.verdict is None else batch.verdict.criteria
    rate = next((c.value for c in checks if c.key == "rate"), np.zeros(n))
    beyond = (np.maximum(USUAL_LOW - low, 0.0) + np.maximum(high - USUAL_HIGH, 0.0)) / MV
    return distance.mean(axis=1) + np.nan_to_num(beyond) + np.maximum(np.nan_to_num(rate) - USUAL_RATE, 0.0) / HZ
