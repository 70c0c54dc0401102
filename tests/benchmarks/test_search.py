"""The search against random search: evaluations until the first verified solution, for every pattern.

``pytest -n 0 -m benchmark tests/benchmarks/test_search.py --benchmark-json=run.json``, then
``python tests/benchmarks/report.py run.json`` prints the table. Most patterns take less than a minute; those that a
model does not show spend the whole budget of every seed, which takes ten minutes each.

Environment variables: ``PLAUSIWIDGETS_BENCHMARK_SEEDS`` (20, at least 2), searches for each pattern, and
``PLAUSIWIDGETS_BENCHMARK_SECONDS`` (20), limit of random search for each pattern.
"""

from __future__ import annotations

import itertools
import os
import time
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator, default_rng

import plausiwidgets as pw
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.problem import Problem

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(0)]

SEEDS = int(os.environ.get("PLAUSIWIDGETS_BENCHMARK_SEEDS", "20"))
SECONDS = float(os.environ.get("PLAUSIWIDGETS_BENCHMARK_SECONDS", "20"))
HITS = 400
"""Verified hits after which random search knows its rate well enough: to 5 %."""
POINTS = 1_000_000
"""Most points of random search."""
BATCH = 256
"""Candidates that are judged at once."""
ROUNDS = 15
"""Pairs of batches of which the cost of an evaluation is the median."""


@pytest.mark.parametrize("pattern", pw.patterns.names())
@pytest.mark.parametrize("model", ["izhikevich", "adex"])
def test_search(benchmark: Any, model: str, pattern: str) -> None:
    """Every search at the default budget, then random search in the same box.

    What counts is the position of the first verified solution among all the points that were asked for, in their
    order: neither the rest of its batch nor the rest of the screen, which is completed for the volume alone.
    """
    problem = make_problem(model, pattern)
    problem.judge(sample(problem, default_rng(0)))  # compiled before anything is timed
    results: list[pw.Result] = []
    seeds = itertools.count()
    benchmark.group = "search"
    benchmark.pedantic(
        lambda seed: results.append(pw.optimize(model, pattern, seed=seed)),
        setup=lambda: ((next(seeds),), {}),
        rounds=SEEDS,
    )
    found = [r.found_after if r.replicated else None for r in results]
    for result in results:
        assert result.replicated == bool(pw.judge(model, pattern, result.parameters).replicated)
    benchmark.extra_info.update(
        model=model,
        search={
            "pattern": pattern,
            "letter": problem.pattern.letter,
            "budget": problem.pattern.budget,
            "found": found,
            "screened": results[0].volume.screened,
            "cost": None if not problem.solves_amplitude else solving_cost(problem),
            "random": random_search(problem),
        },
    )


def sample(problem: Problem, rng: Generator) -> dict[str, Any]:
    """Return a batch that is uniform in the box, on the scales that the screen has too."""
    points = problem.space.chart().decode(rng.random((BATCH, problem.space.size)))
    return problem.space.values(points)


def random_search(problem: Problem) -> dict[str, int]:
    """Return how many uniform points were judged as they are, and how many of the accepted ones are verified."""
    rng = default_rng(7)
    points = accepted = verified = 0
    end = time.perf_counter() + SECONDS
    while verified < HITS and points < POINTS and time.perf_counter() < end:
        batch = problem.judge(sample(problem, rng))
        chosen = np.flatnonzero(batch.accepted)
        points += BATCH
        accepted += chosen.size
        if chosen.size:
            status, _, _ = problem.verified({n: v[chosen] for n, v in batch.values.items()})
            verified += int((status == "replicated").sum())
    return {"points": points, "accepted": accepted, "verified": verified}


def solving_cost(problem: Problem) -> float:
    """Return the time of an evaluation with solved amplitude, in judgements of the same points as they are.

    Time of the processor, one right after the other, so that what else the machine does hardly matters.
    """
    rng = default_rng(8)
    ratios = []
    for _ in range(ROUNDS):
        values = sample(problem, rng)
        points = np.stack([values[n] for n in problem.space.names], axis=1)
        start = time.process_time()
        problem.judge(values)
        middle = time.process_time()
        problem.judge_solved(points)
        ratios.append((time.process_time() - middle) / (middle - start))
    return float(np.median(ratios))
