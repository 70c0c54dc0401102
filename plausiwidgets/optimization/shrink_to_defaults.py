"""A found set moved nearer to what is usual: of many sets that show a pattern, the one to show.

A search ends at the first set that is verified, which may need more of everything than the pattern does. From there on
parameters are taken back towards their defaults, alone and together, as long as the set stays verified and its
penalty falls.
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
"""Times that the set is moved; sets that are judged for each; and of those the ones that are verified."""
LOCAL, NEAR = 16, 0.05
"""How many of the tried are beside the set, for one that is more robust, and how far, as a share of the ranges."""
USUAL_LOW, USUAL_HIGH, USUAL_RATE = -100.0, 50.0, 100.0
"""Potentials in mV and rate in Hz beyond which a response looks unusual."""
_MOVES = 4  # spawn key, beside those of portfolio.py and problem.py
MV, HZ = 50.0, 200.0
"""What has a penalty of 1 beyond them."""


def gentle(
    problem: Problem, found: Mapping[str, float], seed: int, checkpoint: Checkpoint | None = None
) -> tuple[dict[str, float], float]:
    """Return the verified set of the least penalty on the way from a found one to the defaults, and its robustness.

    The penalty is the mean distance of the free parameters from their defaults, as a share of their ranges; the share
    of jittered copies that are lost; and how far potentials and rates are beyond what is usual.
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
        # As short as numbers can be written: 20, and not 19.999999999999996.
        points = np.vectorize(lambda x: float(f"{x:.{DIGITS}g}"))(chart.decode(units)).clip(space.low, space.high)
        if problem.solves_amplitude:
            # What lies between thresholds is another amplitude for another neuron.
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
    """Return places [tried, d] between here and the usual: all the way, each coordinate alone, and some of them."""
    shares = np.ones((TRIED, here.size))
    single = min(here.size, TRIED // 2)
    shares[1 : 1 + single] = np.eye(here.size)[:single]
    rest = TRIED - LOCAL - 1 - single
    # From a few coordinates to nearly all, some of the way or all of it.
    some = rng.random((rest, here.size)) < rng.random((rest, 1))
    shares[1 + single : -LOCAL] = some * np.where(rng.random((rest, 1)) < 0.5, 1.0, rng.random((rest, here.size)))
    units = here + shares * (usual - here)
    units[-LOCAL:] = fold(here + NEAR * rng.standard_normal((LOCAL, here.size)))
    return np.asarray(units)


def _penalty(batch: Batch, distance: Floats) -> Floats:
    """Return the penalty of judged sets without that of their robustness, shape [n]."""
    n = len(batch.loss)
    values: Values = {} if batch.verdict is None else batch.verdict.measured
    low, high = values.get("lowest", np.zeros(n)), values.get("highest", np.zeros(n))
    checks = () if batch.verdict is None else batch.verdict.criteria
    rate = next((c.value for c in checks if c.key == "rate"), np.zeros(n))
    beyond = (np.maximum(USUAL_LOW - low, 0.0) + np.maximum(high - USUAL_HIGH, 0.0)) / MV
    return distance.mean(axis=1) + np.nan_to_num(beyond) + np.maximum(np.nan_to_num(rate) - USUAL_RATE, 0.0) / HZ
