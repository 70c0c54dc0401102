"""Test which packaged parameter sets still meet their criteria with noise of 1 % of the amplitude.

Run ``python tests/benchmarks/packaged_noise.py [model ...]``. Each verified packaged set of a pattern that does not
adapt its stimulus is evaluated with ten noises (time constant 5 ms, seeds 0 to 9). The result is written into
packaged_noise.json, one line for each model, with the letters of the patterns: "tolerated" are those whose criteria are
met in nine of ten runs, "not_tolerated" those whose criteria are met in fewer, "not_defined" those that adapt their
stimulus, and "not_met" those whose criteria are not met without noise, because the packaged set is out of date.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

import plausiwidgets as pw
from plausiwidgets.analysis.noise_tolerances import REQUIRED, noise_test
from plausiwidgets.patterns.evaluation import complete
from plausiwidgets.patterns.packaged import packaged_set

PERCENT, TAU, SEEDS = 1.0, 5.0, 10
FILE = Path(__file__).with_suffix(".json")


def tested(name: str) -> dict[str, object]:
    """Return the letters of the patterns of a model whose sets tolerate the noise, and of those whose sets do not."""
    model = pw.models.get(name)
    found: dict[str, list[str]] = {"tolerated": [], "not_tolerated": [], "not_defined": [], "not_met": []}
    for key in pw.patterns.names():
        pattern = pw.patterns.get(key)
        packaged = packaged_set(model, pattern)
        if packaged is None:
            continue
        if pattern.adapts:
            found["not_defined"].append(pattern.letter)
            continue
        values = complete(model, pattern, packaged.parameters)
        values = {n: np.atleast_1d(np.asarray(x, dtype=np.float64)) for n, x in values.items()}
        test = noise_test(model, pattern, values, packaged.dt, TAU, SEEDS)
        if not test(0.0).all():
            found["not_met"].append(pattern.letter)
            continue
        met = test(PERCENT)
        found["tolerated" if met.sum() >= REQUIRED * SEEDS else "not_tolerated"].append(pattern.letter)
    return {"model": name} | {group: "".join(letters) for group, letters in found.items()}


def main() -> None:
    began = time.process_time()
    rows = []
    for name in sys.argv[1:] or pw.models.names():
        rows.append(tested(name))
        print(rows[-1], f"{time.process_time() - began:.1f} s", flush=True)
    if not sys.argv[1:]:
        settings = {"percent": PERCENT, "tau": TAU, "seeds": SEEDS, "version": pw.__version__}
        lines = ",\n".join(f"  {json.dumps(row)}" for row in [settings, *rows])
        FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
