"""Search for the patterns that a proof rules out, as if there were no proof.

Usage: ``python tests/benchmarks/proof_attacks.py [--budget N] [--pairs MODEL:LETTERS …] [--resume]``

Each pair of a model and a pattern with a proof is searched within the ranges of the model. Neither the search nor the
evaluation consults the proof. The script counts the sets that meet all criteria at the time step, and those of them
that pass every verification test. A set that passes contradicts the proof: the script prints it and fails.

With ``--resume`` the script keeps the pairs in the output file that were searched with at least the budget. The classes
of excitability cost about ten times as much per evaluation, so their budget is a tenth.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from unittest import mock

import numpy as np

import plausiwidgets as pw
from plausiwidgets.optimization.problem import Problem
from plausiwidgets.patterns import evaluation, registry

CLASSES = ("class_1_excitable", "class_2_excitable")
SEEDS = tuple(range(900, 906))


def attack(model, pattern, seeds, budget):
    """Return the numbers of one pair, and the parameters of the sets that pass the verification."""
    met, failed, passed, evaluations, best = 0, Counter(), [], 0, np.inf
    verify, began = Problem.verify, time.process_time()

    def counting(problem, batch, *rest):
        nonlocal met
        verified = verify(problem, batch, *rest)
        for i in np.flatnonzero(batch.accepted).tolist():
            met += 1
            if verified.status[i] == "replicated":
                passed.append(verified.parameters(i))
            else:
                failed[str(verified.failed_test[i])] += 1
        return verified

    for seed in seeds:
        with (
            mock.patch.object(registry, "proof_against", return_value=None),
            mock.patch.object(evaluation, "proof_against", return_value=None),
            mock.patch.object(Problem, "verify", counting),
        ):
            result = pw.optimize(model, pattern, seed=seed, budget=budget)
        assert result.ruled_out == ""
        evaluations, best = evaluations + result.evaluations, min(best, result.loss)
    row = {"model": model, "letter": pw.patterns.get(pattern).letter, "searches": len(seeds), "budget": budget}
    row |= {"evaluations": evaluations, "lowest loss": round(float(best), 3), "met all criteria": met}
    row |= {"passed verification": len(passed), "failed tests": dict(failed)}
    return row | {"processor seconds": round(time.process_time() - began, 1)}, passed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=int, default=3000)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--pairs", nargs="*", help="pairs such as lif:MN, by default all with a proof")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    given = parser.parse_args()
    chosen = (
        None if given.pairs is None else {(m, x) for m, letters in (p.split(":") for p in given.pairs) for x in letters}
    )
    commit = subprocess.run(["git", "log", "-1", "--format=%h"], capture_output=True, text=True, check=True).stdout
    kept = json.loads(given.output.read_text(encoding="utf-8"))["pairs"] if given.resume else []
    rows, is_refuted = {(row["model"], row["letter"]): row for row in kept}, False
    for name in pw.models.names():
        for pattern in pw.models.get(name).proofs:
            pair = name, pw.patterns.get(pattern).letter
            budget = given.budget // (10 if pattern in CLASSES else 1)
            if (chosen is not None and pair not in chosen) or (pair in rows and rows[pair]["budget"] >= budget):
                continue
            rows[pair], passed = attack(name, pattern, given.seeds, budget)
            print(rows[pair], *passed, sep="\n    ", flush=True)
            is_refuted |= bool(passed)
            report = {"commit": commit.strip(), "seeds": given.seeds}
            report |= {
                what: sum(row[what] for row in rows.values())
                for what in ("searches", "evaluations", "met all criteria", "passed verification")
            }
            text = json.dumps(report | {"pairs": list(rows.values())}, ensure_ascii=False)
            given.output.write_text(text.replace('{"model"', '\n {"model"') + "\n", encoding="utf-8")
    return int(is_refuted)


if __name__ == "__main__":
    sys.exit(main())
