"""Searches of the page with and without its WebAssembly kernel, in turn, in one process of Node.

``python tests/benchmarks/search_kernel.py [MODEL ...]`` writes ``search_kernel.json``. Seconds are processor time. A
search ends with the first set that passes the verification tests of the page, or when its budget is spent.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import geometric_mean
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from node import APP, NODE, _bundled

from plausiwidgets.widgets.catalogue.generate import FOLDER

OUTPUT = Path(__file__).with_suffix(".json")
BUDGETS = {"adex": 400, "wilson": 200, "hodgkin_huxley": 200}
PATTERNS = (
    "tonic_spiking",
    "phasic_spiking",
    "tonic_bursting",
    "phasic_bursting",
    "mixed_mode",
    "resonator",
    "rebound_burst",
    "bistability",
    "accommodation",
    "threshold_variability",
)
"""Patterns that all three models have."""
SEEDS = (0, 1, 2)
MODULES = (
    "engine/neuron",
    "engine/search/evaluator",
    "engine/search/objective",
    "engine/search/portfolio",
    "engine/search/space",
    "catalogue",
)


def measured(models: list[str]) -> list[dict[str, Any]]:
    """Return one row for each pair of searches."""
    read = {name: json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in ("shared", *models)}
    given = {"catalogue": read.pop("shared"), "models": read, "patterns": PATTERNS, "seeds": SEEDS, "budgets": BUDGETS}
    settings = Path(tempfile.mkdtemp()) / "settings.json"
    settings.write_text(json.dumps(given))
    runtime = APP.parents[1] / "engine" / "javascript" / "runtime.js"
    assert NODE is not None
    command = [
        NODE,
        str(Path(__file__).with_suffix(".mjs")),
        _bundled(MODULES).as_uri(),
        runtime.as_uri(),
        str(settings),
    ]
    rows = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            rows.append(json.loads(line))
            print(line, end="", flush=True)
    return rows


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the ratios of the processor times of one model."""
    ratios = [row["seconds"] / row["seconds_with_kernel"] for row in rows]
    total = sum(row["seconds"] for row in rows) / sum(row["seconds_with_kernel"] for row in rows)
    return {
        "searches": len(rows),
        "equal": sum(row["isEqual"] for row in rows),
        "mean_ratio": round(geometric_mean(ratios), 2),
        "smallest_ratio": round(min(ratios), 2),
        "largest_ratio": round(max(ratios), 2),
        "ratio_of_sums": round(total, 2),
    }


def main() -> None:
    """Run the searches of some models, by default of all three."""
    result = json.loads(OUTPUT.read_text()) if OUTPUT.exists() else {}
    for model in sys.argv[1:] or list(BUDGETS):
        rows = measured([model])
        for row in rows:
            row |= {key: round(row[key], 3) for key in ("seconds", "seconds_with_kernel")}
            del row["model"]
        result[model] = {**summary(rows), "runs": rows}
        OUTPUT.write_text(json.dumps(result).replace("{", "\n{") + "\n")


if __name__ == "__main__":
    main()
