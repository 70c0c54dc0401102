"""Search for pairs that are hard to find with many seeds, and record the best set of each search.

``python tests/benchmarks/hard_searches.py adex/inhibition_induced_bursting`` runs a search with each of 20 seeds. The
results are in ``hard_searches.json`` next to this file. For a search without success, they contain the loss of the best
set and its unmet criteria, or the verification test that it fails. Without arguments, the script prints a summary of
the file.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

import plausiwidgets as pw

FILE = Path(__file__).with_suffix(".json")
Run = dict[str, Any]


def searched(model: str, pattern: str, seed: int, budget: int) -> Run:
    """Return the outcome of a search."""
    result = pw.optimize(model, pattern, seed=seed, budget=budget)
    outcome: Run = {"status": result.status, "evaluations": result.evaluations}
    if result.replicated:
        return {**outcome, "found_after": result.found_after}
    if result.failed_test:
        return {**outcome, "failed_test": result.failed_test}
    return {**outcome, "loss": round(result.loss, 3), "unmet": list(result.unmet)}


def summary(runs: dict[str, Run]) -> str:
    """Return the number of successes, the smallest loss, and how often each criterion or test was missed."""
    found = [run["found_after"] for run in runs.values() if "found_after" in run]
    losses = [run["loss"] for run in runs.values() if "loss" in run]
    missed = Counter(name for run in runs.values() for name in run.get("unmet", [run.get("failed_test")]) if name)
    best = f", smallest loss {min(losses)}" if losses else ""
    return f"{len(found)} of {len(runs)} found {sorted(found)}{best}; {dict(missed.most_common())}"


def main() -> None:
    """Run the missing searches, and write the file after each of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*", help="model/pattern")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--budget", type=int, default=20_000)
    options = parser.parse_args()
    known: dict[str, dict[str, Run]] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for pair in options.pairs:
        model, pattern = pair.split("/")
        runs = known.setdefault(pair, {})
        for seed in map(str, range(options.seeds)):
            if seed not in runs:
                runs[seed] = searched(model, pattern, int(seed), options.budget)
                FILE.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    for pair, runs in known.items():
        print(pair, summary(runs))


if __name__ == "__main__":
    main()
