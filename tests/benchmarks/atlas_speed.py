"""Count the cells of an atlas that the app fills in ten seconds of processor time, next to those of Python.

Run ``python tests/benchmarks/atlas_speed.py``. It fills atlases of five neurons in Node, and writes one line for each
neuron to ``atlas_speed.json``. The cells of Python are those in ``atlas_coverage.json`` after the same processor time,
which includes the compilation of the neuron. The grid of the app has fewer cells than the default grid of Python.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from node import APP, NODE, _bundled

from plausiwidgets.widgets.catalogue.generate import FOLDER

OUTPUT = Path(__file__).with_suffix(".json")
COVERAGE = Path(__file__).with_name("atlas_coverage.json")
MODELS = ("izhikevich", "adex", "mihalas_niebur", "morris_lecar", "hodgkin_huxley")
SEEDS = (0, 1)
SECONDS = 10.0


def in_app(model: str, seed: int) -> dict[str, float]:
    """Return the cells that the app fills."""
    catalogue, data = (json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in ("shared", model))
    settings = Path(tempfile.mkdtemp()) / "settings.json"
    settings.write_text(json.dumps({"catalogue": catalogue, "data": data, "seed": seed, "seconds": SECONDS}))
    runtime = APP.parents[1] / "engine" / "javascript" / "runtime.js"
    assert NODE is not None
    command = [NODE, str(Path(__file__).with_suffix(".mjs")), _bundled(("engine/neuron", "tools/atlasSearch")).as_uri()]
    done = subprocess.run([*command, runtime.as_uri(), str(settings)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def in_python(model: str) -> float:
    """Return the mean of the cells that Python filled in the same processor time, over all seeds."""
    found = []
    for key, run in json.loads(COVERAGE.read_text(encoding="utf-8")).items():
        if key.startswith(f"{model} ") and key.endswith(" search"):
            budget = SECONDS / run["processor_seconds"] * run["evaluations"]
            curve = [*run["history"], [run["evaluations"], run["filled"]]]
            found.append(max(filled for evaluations, filled in curve if evaluations <= budget))
    return round(mean(found))


def main() -> None:
    """Measure the neurons that are not in the file, and write one line for each."""
    rows = json.loads(OUTPUT.read_text(encoding="utf-8"))["models"] if OUTPUT.exists() else {}
    for model in MODELS:
        if model in rows:
            continue
        runs = [in_app(model, seed) for seed in SEEDS]
        rows[model] = {
            "app": [run["filled"] for run in runs],
            "app_cells": runs[0]["cells"],
            "python": in_python(model),
            "python_cells": 32 * 32,
        }
        print(model, rows[model], flush=True)
        lines = ",\n".join(f'"{key}": {json.dumps(row)}' for key, row in rows.items())
        OUTPUT.write_text(f'{{"seconds": {SECONDS}, "models": {{\n{lines}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
