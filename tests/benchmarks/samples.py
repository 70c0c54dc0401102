"""Accepted sets of five models and patterns: do seeds agree, and does the torch engine accept every one?

``python tests/benchmarks/samples.py --seeds 2 --n 1000``, with ``--pairs adex:tonic_bursting`` for others.

Two seeds are compared by a two-sample Kolmogorov-Smirnov test on each marginal. Of m tests the least p-value is below
0.05 / m in one run of twenty by chance.
"""

from __future__ import annotations

import argparse
import time
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

import plausiwidgets as pw
from plausiwidgets.optimization.api import make_problem

PAIRS = (
    "lif:tonic_spiking", "izhikevich:tonic_bursting", "izhikevich:rebound_burst", "adex:tonic_bursting",
    "fitzhugh_nagumo:rebound_spike",
)  # fmt: skip


def free_names(model: str, pattern: str) -> tuple[str, ...]:
    return make_problem(model, pattern).space.names


def agreement(tables: list[pd.DataFrame], names: tuple[str, ...]) -> list[tuple[float, str]]:
    """Return the p-value of each marginal of each two seeds, the smallest first."""
    found = []
    for (i, one), (k, other) in combinations(enumerate(tables), 2):
        found += [(float(ks_2samp(one[name], other[name]).pvalue), f"{name}, seeds {i} and {k}") for name in names]
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", nargs="+", default=PAIRS, metavar="MODEL:PATTERN")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--skip-torch", action="store_true")
    settings = parser.parse_args()
    every: list[float] = []
    for pair in settings.pairs:
        model, pattern = pair.split(":")
        tables, seconds = [], []
        for seed in range(settings.seeds):
            began = time.process_time()
            tables.append(pw.analysis.sample_accepted(model, pattern, n=settings.n, seed=seed))
            seconds.append(time.process_time() - began)
        names = free_names(model, pattern)
        found = agreement(tables, names)
        values = np.array([p for p, _ in found])
        every += values.tolist()
        volumes = [table.attrs["volume"] for table in tables]
        print(
            f"{pair}: {settings.seeds} seeds of {settings.n} sets, {np.mean(seconds):.0f} s of processor time each, "
            f"{tables[0].attrs['evaluations']} evaluations, volume {min(volumes):.3g} to {max(volumes):.3g}"
        )
        print(
            f"  KS: {len(values)} tests, least p {values[0]:.3g} ({found[0][1]}; Bonferroni at 0.05: "
            f"{0.05 / len(values):.2g}), {np.mean(values < 0.05):.1%} below 0.05",
            flush=True,
        )
        if not settings.skip_torch:
            sets = pd.concat(tables)
            known = pw.patterns.get(pattern).parameters(pw.models.get(model))
            judged = pw.judge(model, pattern, sets[list(known)], engine="torch", verify=False)
            print(f"  torch: {int(judged.accepted.sum())} of {len(sets)} accepted", flush=True)
    print(f"All: {len(every)} tests, least p {min(every):.3g} (Bonferroni at 0.05: {0.05 / len(every):.2g})")


if __name__ == "__main__":
    main()
