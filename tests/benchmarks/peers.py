"""The search beside its peers, on the same judged objective: evaluations until the first verified solution.

``python tests/benchmarks/peers.py --models izhikevich adex --patterns B D E --seeds 5 --budget 20000``

Needs the extra ``benchmark``. Every method sees the same box on the parameters' own scales, the same losses
(`Problem.judge`, at the amplitude that it proposes itself) and the same verification of what is accepted; what is
fragile has the loss of the check that it failed. The package's own search is what `optimize` runs: it is told what each
criterion costs, the others the sum of these. Where a pattern has an amplitude window it also solves the amplitude,
which costs more for each evaluation, and is seen in the seconds.

A method's expected evaluations are all that it made over the searches that succeeded. Their 95 % interval comes from
the number of successes, taken as that of a Poisson process: exact for random search, rough for the others.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

import plausiwidgets as pw
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.problem import Problem
from plausiwidgets.optimization.space import fold

Floats = NDArray[np.float64]

BATCH = 64
"""Points of random search that are judged at once."""


class Found(Exception):
    """A verified solution ends a search."""


class Spent(Exception):
    """So does the end of its budget."""


@dataclass
class Objective:
    """Losses of points of the unit cube, counted, until one of them is verified or the budget is spent."""

    problem: Problem
    budget: int
    evaluations: int = 0
    found: int | None = None
    best: float = math.inf
    _chart: object = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._chart = self.problem.space.chart()

    @property
    def size(self) -> int:
        """Free parameters."""
        return self.problem.space.size

    def __call__(self, units: Floats) -> Floats:
        """Return the losses of points [m, d]; raises `Found` or `Spent`."""
        units = np.atleast_2d(units)[: self.budget - self.evaluations]
        if not len(units):
            raise Spent
        values = self.problem.space.values(self._chart.decode(fold(units)))  # type: ignore[attr-defined]
        batch = self.problem.judge(values)
        if batch.accepted.any():
            batch = self.problem.verify(batch)
        replicated = np.flatnonzero(batch.status == "replicated")
        self.best = min(self.best, float(batch.graded.min()))
        if replicated.size:
            self.found = self.evaluations + int(replicated[0]) + 1
            self.evaluations = self.found
            raise Found
        self.evaluations += len(units)
        return batch.graded


def random_search(objective: Objective, seed: int) -> None:
    """Uniform points."""
    rng = default_rng(SeedSequence(seed, spawn_key=(11,)))
    while True:
        objective(rng.random((BATCH, objective.size)))


def scipy_evolution(objective: Objective, seed: int) -> None:
    """SciPy's differential evolution with its defaults, a generation judged at once, begun anew where it converges."""
    from scipy.optimize import differential_evolution

    for restart in range(1_000_000):
        differential_evolution(
            lambda x: _padded(objective, x.T),
            [(0.0, 1.0)] * objective.size,
            vectorized=True,
            updating="deferred",
            polish=False,
            maxiter=1_000_000,
            seed=np.random.default_rng(SeedSequence(seed, spawn_key=(12, restart))),
        )


def cmaes_bipop(objective: Objective, seed: int) -> None:
    """CMA-ES of the package cmaes, with restarts of alternately large and small populations as in its example."""
    import cmaes

    rng = default_rng(SeedSequence(seed, spawn_key=(13,)))
    bounds = np.tile([0.0, 1.0], (objective.size, 1))
    spent, large_restarts = {"small": 0, "large": 0}, 0
    kind, popsize, usual = "small", None, 4 + int(3 * math.log(objective.size))
    while True:
        optimizer = cmaes.CMA(
            mean=rng.random(objective.size),
            sigma=0.3,
            bounds=bounds,
            population_size=popsize,
            seed=int(rng.integers(2**31)),
        )
        while not optimizer.should_stop():
            units = np.array([optimizer.ask() for _ in range(optimizer.population_size)])
            losses = _padded(objective, units)
            optimizer.tell(list(zip(units, losses, strict=True)))
            spent[kind] += len(units)
        kind = "small" if spent["small"] < spent["large"] else "large"
        large_restarts += kind == "large"
        largest = 2**large_restarts
        popsize = math.floor(usual * (largest if kind == "large" else largest ** (rng.random() ** 2)))


def own_search(problem: Problem, seed: int, budget: int) -> tuple[int | None, int, float]:
    """Return when the package's own search has found, its evaluations and its least loss."""
    optimizer = Optimizer(problem, seed, budget)
    while optimizer.step() is not None:
        pass
    result = optimizer.result
    return result.found_after if result.replicated else None, result.evaluations, result.loss


def _padded(objective: Objective, units: Floats) -> Floats:
    """Return losses for all of a generation, of which the budget may have judged a part: the last one, then."""
    losses = objective(units)
    return np.concatenate([losses, np.full(len(units) - len(losses), np.inf)])


PEERS: dict[str, Callable[[Objective, int], None]] = {
    "random": random_search,
    "SciPy DE": scipy_evolution,
    "cmaes BIPOP": cmaes_bipop,
}
OWN = "optimize"


@dataclass(frozen=True)
class Search:
    """One search of one method."""

    model: str
    pattern: str
    letter: str
    method: str
    seed: int
    budget: int
    found_after: int | None
    evaluations: int
    loss: float
    seconds: float


def run(model: str, pattern: str, method: str, seed: int, budget: int) -> Search:
    """Search once; `seconds` are those of the processor."""
    problem = make_problem(model, pattern)
    began = time.process_time()
    if method == OWN:
        found, evaluations, loss = own_search(problem, seed, budget)
    else:
        objective = Objective(problem, budget)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                PEERS[method](objective, seed)
        except (Found, Spent):
            pass
        found, evaluations, loss = objective.found, objective.evaluations, objective.best
    seconds = time.process_time() - began
    return Search(model, pattern, problem.pattern.letter, method, seed, budget, found, evaluations, loss, seconds)


def expected(searches: list[Search]) -> tuple[int, float, float, float]:
    """Return successes, expected evaluations, and the ends of their 95 % interval."""
    from scipy.stats import chi2

    found = sum(s.found_after is not None for s in searches)
    total = sum(s.found_after or s.evaluations for s in searches)
    low = 2 * total / float(chi2.ppf(0.975, 2 * found + 2))
    high = 2 * total / float(chi2.ppf(0.025, 2 * found)) if found else math.inf
    return found, total / found if found else math.inf, low, high


def table(searches: list[Search], methods: list[str]) -> Iterator[str]:
    """Yield a Markdown table: a row for each model and pattern, a column for each method."""
    yield "| | " + " | ".join(methods) + " |"
    yield "|---" * (len(methods) + 1) + "|"
    means: dict[str, dict[tuple[str, str], float]] = {m: {} for m in methods}
    for model, letter in dict.fromkeys((s.model, s.letter) for s in searches):
        cells = []
        for method in methods:
            mine = [s for s in searches if (s.model, s.letter, s.method) == (model, letter, method)]
            if not mine:
                cells.append("")
                continue
            found, mean, low, high = expected(mine)
            means[method][model, letter] = mean
            seconds = sum(s.seconds for s in mine) / max(found, 1)
            cells.append(
                f"none of {len(mine)}"
                if not found
                else f"{mean:.0f} ({low:.0f}–{high:.0f}), {found}/{len(mine)}, {seconds:.2g} s"
            )
        yield f"| {model} {letter} | " + " | ".join(cells) + " |"
    if OWN not in means:
        return
    hard = [where for where, mean in means.get("random", {}).items() if mean > 300]
    for method in methods:
        both = [w for w in hard if np.isfinite(means[method].get(w, np.inf)) and np.isfinite(means[OWN].get(w, np.inf))]
        if method != OWN and both:
            ratio = math.exp(np.mean([math.log(means[method][w] / means[OWN][w]) for w in both]))
            yield f"\n{method}: {ratio:.2f} times the evaluations of {OWN}, geometric mean over {len(both)} patterns"


def main(arguments: list[str] | None = None) -> None:
    """Run the searches, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    letters = {pw.patterns.get(key).letter: key for key in pw.patterns.names()}
    parser.add_argument("--models", nargs="+", default=["izhikevich", "adex"])
    parser.add_argument("--patterns", nargs="+", default=list(letters), help="keys or letters")
    parser.add_argument("--methods", nargs="+", default=[OWN, *PEERS], choices=[OWN, *PEERS])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--budget", type=int, default=20_000)
    options = parser.parse_args(arguments)
    searches: list[Search] = []
    for model in options.models:
        for pattern in (letters.get(p, p) for p in options.patterns):
            for method in options.methods:
                for seed in range(options.seeds):
                    searches.append(run(model, pattern, method, seed, options.budget))
                print(f"{model} {pattern} {method}: {expected(searches[-options.seeds :])}", file=sys.stderr)
    print("\n".join(table(searches, options.methods)))


if __name__ == "__main__":
    main()
