"""Fill the atlases of all neurons, and those of five neurons by uniform sampling too.

Run ``python -m tests.benchmarks.atlas_coverage OUTPUT``. Results that are in the file are kept, so that an interrupted
run continues. ``docs/howto/atlas.md`` shows the numbers.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import plausiwidgets as pw
from plausiwidgets.models.library import NAMES

BUDGET = 38_400
SEEDS = (0, 1, 2)
COMPARED = ("izhikevich", "adex", "mihalas_niebur", "morris_lecar", "hodgkin_huxley")
"""Neurons with five seeds, and with uniform sampling."""
MORE_SEEDS = (3, 4)
STEPS = 12
"""Points of the curve of filled cells that are kept."""


def tasks() -> list[tuple[str, int, bool]]:
    """Return model, seed, and whether the search varies representatives, the comparison first."""
    compared = [
        (model, seed, search) for seed in (*SEEDS, *MORE_SEEDS) for model in COMPARED for search in (True, False)
    ]
    return compared + [(model, seed, True) for seed in SEEDS for model in NAMES if model not in COMPARED]


def main(path: Path) -> None:
    known = json.loads(path.read_text()) if path.exists() else {}
    for model, seed, search in tasks():
        key = f"{model} {seed} {'search' if search else 'uniform'}"
        if key in known:
            continue
        began = time.process_time()
        found = pw.analysis.atlas(model, budget=BUDGET, seed=seed, search=search)
        seconds = time.process_time() - began
        every = max(len(found.history) // STEPS, 1)
        known[key] = {
            "filled": len(found.behaviours),
            "named": sum(bool(one.names) for one in found.behaviours),
            "evaluations": found.evaluations,
            "processor_seconds": round(seconds, 1),
            "history": found.history[::every],
        }
        print(f"{key}: {len(found.behaviours)} cells, {seconds:.0f} s", flush=True)
        path.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
