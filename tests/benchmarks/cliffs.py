"""Where a loss is flat: random lines through the boxes of neurons and patterns, to a set that is known to be accepted.

``python tests/benchmarks/cliffs.py --lines 6`` walks, for each neuron and pattern of which the packaged table has a
replicated set, straight lines (on the scales of the sliders) from random sets of the box to that set. A stretch is flat
where the loss stays within 1 % of its value there. A row for each pattern tells the longest flat stretch above 0 as a
share of its line, the mean over all lines, and the criteria that are missed along the longest one.
"""

from __future__ import annotations

import argparse
from collections import Counter

import numpy as np

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_parameters
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.patterns.evaluation import evaluate

MODELS = (
    "izhikevich",
    "adex",
    "mihalas_niebur",
    "hodgkin_huxley",
    "wilson",
    "morris_lecar",
    "hindmarsh_rose",
    "connor_stevens",
    "lsnn",
    "fitzhugh_nagumo",
)
SLOPE = 0.01
"""Share of the loss that a stretch must fall or rise by not to be flat."""


def longest_flat(loss: np.ndarray) -> tuple[int, int]:
    """Return (first, last) of the longest stretch of losses above 0 that lie within a share `SLOPE` of each other.

    Examples
    --------
    >>> longest_flat(np.array([3.0, 2.0, 2.0, 2.001, 1.5, 0.0, 0.0, 0.0, 0.0]))
    (1, 3)
    """
    best, first = (0, 0), 0
    for last in range(loss.size):
        while first < last and (
            loss[last] <= 0.0 or np.ptp(loss[first : last + 1]) > SLOPE * loss[first : last + 1].max()
        ):
            first += 1
        if loss[last] > 0.0 and last - first > best[1] - best[0]:
            best = first, last
    return best


def walked(model: str, pattern: str, lines: int, points: int, seed: int) -> list[tuple[float, float, tuple[str, ...]]]:
    """Return (share of the line, loss, criteria that are missed there) of the longest flat stretch of each line."""
    accepted = packaged_parameters(model, pattern)
    assert accepted is not None
    problem = make_problem(model, pattern)
    chart = problem.space.chart()
    target = np.clip(chart.encode(np.array([[accepted[name] for name in problem.space.names]])), 0.0, 1.0)
    starts = np.random.default_rng(seed).random((lines, target.shape[1]))
    along = np.linspace(0.0, 1.0, points)[:, None]
    units = np.concatenate([start + along * (target[0] - start) for start in starts])
    base = dict(problem.space.base) | {n: x for n, x in accepted.items() if n not in problem.space.names}
    columns = dict(zip(problem.space.names, chart.decode(units).T, strict=True))
    values = {name: columns.get(name, np.full(len(units), base[name])) for name in problem.space.parameters}
    verdict = evaluate(problem.model, problem.pattern, values, problem.dt)
    out = []
    for k in range(lines):
        own = slice(k * points, (k + 1) * points)
        first, last = longest_flat(verdict.loss[own])
        middle = k * points + (first + last) // 2
        missed = tuple(c.key for c in verdict.criteria if c.penalty[middle] > 0.0)
        out.append(((last - first) / (points - 1), float(verdict.loss[middle]), missed))
    return out


def main() -> None:
    """Walk all lines and print a row for each pattern."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--patterns", nargs="+", default=pw.patterns.names())
    parser.add_argument("--lines", type=int, default=6)
    parser.add_argument("--points", type=int, default=81)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print("| pattern | neurons | longest | mean | neuron | loss | missed there | on lines flat over a quarter |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for pattern in options.patterns:
        found = []
        for model in options.models:
            if packaged_parameters(model, pattern) is not None:
                seen = walked(model, pattern, options.lines, options.points, options.seed)
                found += [(*line, model) for line in seen]
        if not found:
            continue
        share, loss, missed, model = max(found)
        often = Counter(key for line in found if line[0] > 0.25 for key in line[2]).most_common(4)
        print(
            f"| {pw.patterns.get(pattern).letter} | {len({line[3] for line in found})} | {100 * share:.0f} % | "
            f"{100 * np.mean([line[0] for line in found]):.0f} % | {model} | {loss:.2f} | {', '.join(missed)} | "
            f"{', '.join(f'{key} {count}' for key, count in often)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
