"""Compare the optimizers of docs/howto/optimizers.md over a row of the table: one model, the twenty patterns.

``python tests/benchmarks/strategies.py`` searches with each optimizer whose library is installed, and writes the
numbers to ``strategies.json`` next to this file. All optimizers have the same seeds and the same budget.
"""

import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from optimizers_page import OPTIMIZERS, optimizer

import plausiwidgets as pw

FILE = Path(__file__).with_suffix(".json")
MODEL, SEEDS, BUDGET = "izhikevich", (0, 1), 1000
LIBRARIES = {"CMAES": "cmaes", "PyCMA": "cma", "SciPyDE": "scipy", "Nevergrad": "nevergrad"}


class OfPage:
    """The factory of an optimizer of the page, by its name, so that worker processes can load it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, **settings: Any) -> Any:
        return optimizer(self.name)(**settings)


def compare(name: str | None, pool: ProcessPoolExecutor) -> dict[str, Any]:
    """Return the numbers of one optimizer; None is the default strategy."""
    began = time.monotonic()
    strategy = None if name is None else OfPage(name)
    table = pw.assess(MODEL, seed=SEEDS, budget=BUDGET, strategy=strategy, executor=pool)
    assert not (table["status"] == "failed").any(), table["error"].tolist()
    replicated = table["status"] == "replicated"
    # A search without success has taken its budget: the sum over all seeds per success.
    spent = table["found_after"].where(replicated, BUDGET).astype(float)
    by_pattern = replicated.groupby(table["letter"]).sum()
    return {
        "replicated": int(replicated.sum()),
        "searches": len(table),
        "patterns_found": int((by_pattern > 0).sum()),
        "expected_evaluations": round(float(spent.sum()) / max(int(replicated.sum()), 1)),
        "median_found_after": float(np.median(table["found_after"][replicated].astype(float)))
        if replicated.any()
        else None,
        "processor_seconds": round(float(table["seconds"].sum()), 1),
        "wall_seconds": round(time.monotonic() - began, 1),
        "seeds_of_each_pattern": {letter: int(count) for letter, count in by_pattern.items()},
    }


if __name__ == "__main__":
    sets: dict[str, Any] = {"model": MODEL, "seeds": len(SEEDS), "budget": BUDGET, "versions": {}, "optimizers": {}}
    with ProcessPoolExecutor(int(os.environ.get("WORKERS", "2")), get_context("spawn")) as pool:
        for name in (None, *OPTIMIZERS):
            if name in LIBRARIES and find_spec(LIBRARIES[name]) is None:
                print(f"{name}: {LIBRARIES[name]} is not installed")
                continue
            sets["optimizers"][name or "default"] = compare(name, pool)
            if name in LIBRARIES:
                sets["versions"][LIBRARIES[name]] = version(LIBRARIES[name])
            print(name or "default", sets["optimizers"][name or "default"], flush=True)
            FILE.write_text(json.dumps(sets, indent=1) + "\n", encoding="utf-8")
