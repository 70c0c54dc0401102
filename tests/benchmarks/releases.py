"""Compare the searches of this version with those of an earlier version, in alternating order.

Usage: ``python tests/benchmarks/releases.py OTHER [--seeds N …] [--budget N] [--pairs MODEL:LETTERS …]``

OTHER is a checkout of the earlier version, such as one of ``git worktree add OTHER COMMIT``. Each version has its own
process, which searches when it is its turn. Processor time is that of the search. Criteria differ between versions, so
a verified set of one version need not be one of the other version.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import geometric_mean

HERE = Path(__file__).parents[2]
PAIRS = ("izhikevich:ABCDEIJLMOR", "adex:ABDEFMOR", "wilson:ABDIJM", "mihalas_niebur:BCEMO")
WORKER = """
import json, sys, time
import plausiwidgets as pw
letters = {pw.patterns.get(key).letter: key for key in pw.patterns.names()}
loaded = set()
print("ready", flush=True)
for line in sys.stdin:
    model, letter, seed, budget = json.loads(line)
    if model not in loaded:  # the first search loads the kernel
        loaded.add(model)
        pw.optimize(model, letters[letter], seed=99, budget=64)
    before = time.process_time()
    found = pw.optimize(model, letters[letter], seed=seed, budget=budget)
    seconds = time.process_time() - before
    print(json.dumps([found.status, found.evaluations, round(seconds, 2)]), flush=True)
"""


class Version:
    """A process that searches with the package of one checkout."""

    def __init__(self, folder):
        environment = os.environ | {"PYTHONPATH": str(folder), "NUMBA_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=folder,
        )
        assert self.process.stdout.readline() == "ready\n"

    def search(self, *task):
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        status, evaluations, seconds = json.loads(self.process.stdout.readline())
        return {"verified": status == "replicated", "evaluations": evaluations, "seconds": seconds}


def commit(folder):
    command = ["git", "-C", str(folder), "log", "-1", "--format=%h"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def summary(rows):
    """Return the sums of both versions, and the mean ratios of the pairs that both find with each seed."""
    both = [row for row in rows if row["now"]["verified"] == row["before"]["verified"] == row["searches"]]
    report = {"pairs": len(rows), "searches": sum(row["searches"] for row in rows)}
    for when in ("before", "now"):
        report[when] = {
            what: round(sum(row[when][what] for row in rows), 1) for what in ("verified", "evaluations", "seconds")
        }
    for what in ("evaluations", "seconds"):
        ratios = [row["now"][what] / row["before"][what] for row in both]
        report[f"geometric mean ratio of {what}"] = round(geometric_mean(ratios), 2) if ratios else None
    return report | {"pairs in the ratios": len(both)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--budget", type=int, default=5000)
    parser.add_argument("--pairs", nargs="+", default=list(PAIRS))
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    given = parser.parse_args()
    versions = {"before": Version(given.other.resolve()), "now": Version(HERE)}
    commits = {"before": commit(given.other), "now": commit(HERE)}
    rows = []
    for model, letters in (pair.split(":") for pair in given.pairs):
        for letter in letters:
            row = {"model": model, "letter": letter, "searches": len(given.seeds)}
            for seed in given.seeds:
                order = list(versions)[:: 1 if seed % 2 else -1]
                for when in order:
                    found = versions[when].search(model, letter, seed, given.budget)
                    so_far = row.setdefault(when, {"verified": 0, "evaluations": 0, "seconds": 0.0})
                    row[when] = {key: round(so_far[key] + found[key], 2) for key in so_far}
            rows.append(row)
            print(row, flush=True)
            report = {"commits": commits, "seeds": given.seeds, "budget": given.budget}
            text = json.dumps(report | {"summary": summary(rows), "rows": rows}, ensure_ascii=False)
            given.output.write_text(text.replace('{"model"', '\n {"model"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
