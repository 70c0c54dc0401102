"""Correlate the number of patterns of a neuron model with the coverage of its atlas, over all neuron models.

Run ``python -m tests.benchmarks.patterns_and_coverage`` after ``atlas_coverage``. It prints the rank correlation with a
bootstrap interval over the models, and writes both numbers of each model to ``patterns_and_coverage.json``.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean

import numpy as np
from scipy.stats import spearmanr

from plausiwidgets.assessment import packaged_table

COVERAGE = Path(__file__).with_name("atlas_coverage.json")
OUTPUT = Path(__file__).with_suffix(".json")
CELLS = 32 * 32
DRAWS = 10_000
FEW = 100
"""Cells that a model fills at most if it responds with regular firing or with a single spike."""


def correlation(rows: Sequence[Mapping[str, int]]) -> dict[str, float | list[float]]:
    """Return the rank correlation of some models with its interval of 95 %."""
    x, y = (np.array([row[name] for row in rows]) for name in ("patterns", "filled"))
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a draw of equal numbers has no rank correlation
        drawn = [spearmanr(x[k], y[k]).statistic for k in rng.integers(len(x), size=(DRAWS, len(x)))]
    ends = [round(float(end), 2) for end in np.nanpercentile(drawn, [2.5, 97.5])]
    return {"models": len(rows), "rho": round(float(spearmanr(x, y).statistic), 2), "interval": ends}


def main() -> None:
    """Print and write the correlations."""
    filled: dict[str, list[int]] = {}
    for key, found in json.loads(COVERAGE.read_text()).items():
        model, _, kind = key.split()
        if kind == "search":
            filled.setdefault(model, []).append(found["filled"])
    table = packaged_table()
    shown = table[table["status"] == "replicated"].groupby("model").size()
    rows = {
        model: {"patterns": int(shown.get(model, 0)), "filled": round(mean(cells)), "seeds": len(cells)}
        for model, cells in filled.items()
    }
    varied = [row for row in rows.values() if row["filled"] > FEW]
    about = {"all": correlation(list(rows.values())), f"more than {FEW} cells": correlation(varied)}
    print(about)
    lines = ",\n".join(f"{json.dumps(model)}: {json.dumps(row)}" for model, row in rows.items())
    OUTPUT.write_text(f'{{"correlation": {json.dumps(about)}, "cells": {CELLS}, "models": {{\n{lines}\n}}}}\n')


if __name__ == "__main__":
    main()
