"""Print the ratios of a benchmark run: ``python tests/benchmarks/report.py run.json``."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np

COLUMNS = (
    "model",
    "lanes",
    "steps",
    "engine",
    "ms",
    "ns per lane and step",
    "reference / this",
    "one core / this",
)


def rows(run: dict) -> list[tuple[str, ...]]:
    """Return a row for each engine, with its time, and the ratios of the package's two engines to it."""
    groups: dict[tuple[str, int, int], dict[str, float]] = {}
    for entry in run["benchmarks"]:
        info = entry["extra_info"]
        if "lanes" in info:
            group = info["model"], info["lanes"], info["steps"]
            groups.setdefault(group, {})[info["engine"]] = entry["stats"]["median"]
    table = []
    for (model, lanes, steps), engines in sorted(groups.items()):
        reference, one_core = (engines.get(name, math.nan) for name in ("reference", "one core"))
        for engine, seconds in engines.items():
            table.append(
                (
                    model,
                    str(lanes),
                    str(steps),
                    engine,
                    f"{seconds * 1e3:.3f}",
                    f"{seconds * 1e9 / lanes / steps:.2f}",
                    f"{reference / seconds:.0f}",
                    f"{one_core / seconds:.2f}",
                )
            )
    return table


def events(run: dict) -> list[tuple[str, ...]]:
    """Return a row for each model and pattern whose slider event was timed."""
    return [
        (info["model"], info["pattern"], f"{s['median'] * 1e3:.2f}", f"{np.percentile(s['data'], 95) * 1e3:.2f}")
        for info, s in ((e["extra_info"], e["stats"]) for e in run["benchmarks"])
        if "pattern" in info
    ]


def markdown(columns: tuple[str, ...], table: list[tuple[str, ...]]) -> str:
    """Return a table as text."""
    lines = [columns, tuple("---" for _ in columns), *table]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(path: str) -> None:
    """Print the tables of a run."""
    run = json.loads(Path(path).read_text())
    machine = run["machine_info"]
    cpu = machine.get("cpu", {})
    print(f"{run['datetime'][:10]}, {cpu.get('brand_raw', machine['machine'])}, {cpu.get('count', '?')} cores")
    if rows(run):
        print("\n" + markdown(COLUMNS, rows(run)))
    if events(run):
        print("\nOne slider event, below the widgets\n")
        print(markdown(("model", "pattern", "median (ms)", "95 % (ms)"), events(run)))


if __name__ == "__main__":
    main(sys.argv[1])
