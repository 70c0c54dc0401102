"""Count how many searches with different seeds find a verified set, and after how many evaluations.

``python tests/benchmarks/seeds.py izhikevich --seeds 5`` searches for each pattern that the packaged table contains as
verified, with the default budget of the pattern. The numbers are in ``seeds.json`` next to this file. A search without
success is null there.
"""

import argparse
import json
import time
from pathlib import Path

import plausiwidgets as pw
from plausiwidgets.patterns.packaged import packaged_rows

FILE = Path(__file__).with_suffix(".json")


def searched(model: str, pattern: str, seeds: int) -> dict[str, object]:
    """Return the evaluations after which each seed found a set that is verified, and the processor time in s."""
    started = time.process_time()
    results = [pw.optimize(model, pattern, seed=seed) for seed in range(seeds)]
    found = [result.found_after if result.replicated else None for result in results]
    return {"found_after": found, "processor_seconds": round(time.process_time() - started, 1)}


def main() -> None:
    """Search for each pattern, and write the file after each of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--without", nargs="*", default=[], help="pairs that take too long, as model/pattern")
    options = parser.parse_args()
    numbers = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for model in options.models:
        rows = packaged_rows(pw.models.get(model))
        verified = (key for key, row in rows.items() if row["status"] == "replicated")
        for pattern in (key for key in verified if f"{model}/{key}" not in options.without):
            numbers.setdefault(model, {})[pattern] = searched(model, pattern, options.seeds)
            FILE.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
            print(model, pattern, numbers[model][pattern], flush=True)


if __name__ == "__main__":
    main()
