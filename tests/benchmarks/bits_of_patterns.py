"""Evaluate the packaged sets of all neurons in number formats of chips, at their own time step and at 1 ms.

Run ``python -m tests.benchmarks.bits_of_patterns OUTPUT [model ...]``. Results that are in the file are kept, so that
an interrupted run continues.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import plausiwidgets as pw
from plausiwidgets.models.library import NAMES

BITS = (8, 10, 12, 14, 16, 20, 24, "float16")
STEPS = (None, 1.0)


def statuses(model: str, bits: int | str, dt: float | None) -> dict[str, str]:
    """Return the status of each pattern by its letter; an error of the format stands for all of them."""
    try:
        found = pw.analysis.precision(model, bits=[bits], dt=dt)
    except ValueError as error:
        return {"": str(error)}
    return {entry.letter: entry.status for entry in found.entries}


def main(path: Path, chosen: list[str]) -> None:
    known = json.loads(path.read_text()) if path.exists() else {}
    for model in chosen or NAMES:
        for dt in STEPS:
            for bits in BITS:
                key = f"{model} {bits} {'own' if dt is None else dt}"
                if key in known:
                    continue
                began = time.process_time()
                found = statuses(model, bits, dt)
                shown = sorted(letter for letter, status in found.items() if status == "replicated")
                known[key] = {"shown": "".join(shown), "statuses": found}
                print(f"{key}: {len(shown)} ({time.process_time() - began:.0f} s)", flush=True)
                path.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
