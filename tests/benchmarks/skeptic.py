"""What a skeptic tries with every set that a search calls replicated; prints a table, and fails if a claim falls.

``python tests/benchmarks/skeptic.py --models izhikevich adex --seeds 3`` searches each pattern at its default budget.
What is found is judged again at a sixteenth of the time step, started off its rest in other ways, and after other times
at rest. ``--picture`` shows it to a viewer with an integrator of its own (`picture`), and ``--table`` takes the claims
of a table in place of searches.
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np
import picture

import plausiwidgets as pw
from plausiwidgets.assessment import read_csv
from plausiwidgets.patterns.evaluation import evaluate
from plausiwidgets.patterns.runner import KICK

VARIATIONS: dict[str, dict[str, float]] = {
    "dt/16": {"dt": 1 / 16},
    "off its rest by +0.5 mV": {},
    "off its rest by -0.5 mV": {"kick": -KICK},
    "off its rest by +0.25 mV": {"kick": KICK / 2},
    "6000 ms at rest": {"settle": 6000.0},
    "4000 ms at rest": {"settle": 4000.0},
}
"""Changes of how a set is judged; voltages are per 15 mV of span."""


def attempt(model: str, pattern: str, parameters: dict[str, float], dt: float) -> list[str]:
    """Return the variations under which a set is not accepted."""
    neuron, firing = pw.models.get(model), pw.patterns.get(pattern)
    values = {name: np.array([parameters[name]]) for name in firing.parameters(neuron)}
    fallen = []
    for name, changes in VARIATIONS.items():
        how = dict(changes)
        verdict = evaluate(neuron, firing, values, dt * how.pop("dt", 1.0), **how)
        if not verdict.accepted[0]:
            missed = ", ".join(c.title for c in verdict.criteria if not c.passed[0])
            fallen.append(f"{name}: {missed}")
    return fallen


def of_a_table(path: str, models: list[str], viewed: bool) -> int:
    """Try the claims of a table, print a row for each that falls."""
    table = read_csv(path)
    claims = table[(table["status"] == "replicated") & table["model"].isin(models or list(table["model"]))]
    lost = 0
    for _, row in claims.iterrows():
        dt = pw.models.get(row["model"]).dt
        why = attempt(row["model"], row["pattern"], row["parameters"], dt)
        why += picture.objections(row["model"], row["pattern"], row["parameters"], dt) if viewed else []
        if why:
            lost += 1
            print(f"{row['model']:16} {row['letter']} {'; '.join(why)}", flush=True)
    print(f"{len(claims)} claims, {len(claims) - lost} granted")
    return int(lost > 0)


def main() -> int:
    """Search, try everything, print a row for each found set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="*", default=["izhikevich", "adex"])
    parser.add_argument("--patterns", nargs="+", default=pw.patterns.names())
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--budget", type=int)
    parser.add_argument("--picture", action="store_true")
    parser.add_argument("--table", help="CSV of an assessment whose claims are tried")
    options = parser.parse_args()
    if options.table:
        return of_a_table(options.table, options.models, options.picture)
    found, lost = 0, 0
    print(f"{'model':16}   found     expected evaluations   largest   s each   hold")
    for model in options.models:
        for pattern in options.patterns:
            began, sets, spent = time.process_time(), [], []
            for seed in range(options.seeds):
                result = pw.optimize(model, pattern, seed=seed, budget=options.budget)
                spent.append(result.evaluations)
                if result.replicated:
                    sets.append((model, pattern, dict(result.parameters), result.dt))
            each = (time.process_time() - began) / options.seeds
            fallen = [attempt(*claim) for claim in sets]
            if options.picture:
                for (*claim,), why in zip(sets, fallen, strict=True):
                    why += picture.objections(*claim)
            holding = sum(not what for what in fallen)
            found, lost = found + len(sets), lost + len(sets) - holding
            row = f"{model:16} {pw.patterns.get(pattern).letter} {len(sets):3}/{options.seeds:<3}"
            row += f" {sum(spent) / max(len(sets), 1):20.0f} {max(spent):12} {each:8.2f}   {holding}/{len(sets)}"
            print(row, flush=True)
            for (*_, parameters, _), why in zip(sets, fallen, strict=True):
                if why:
                    print(f"    {'; '.join(why)}  {parameters}", flush=True)
    print(f"{found} sets found, {found - lost} hold everywhere")
    return int(lost > 0)


if __name__ == "__main__":
    sys.exit(main())
