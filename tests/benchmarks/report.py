"""Print the ratios of a benchmark run: ``python tests/benchmarks/report.py run.json``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

COLUMNS = ("model", "lanes", "engine", "1000 steps (ms)", "ns per lane and step", "reference / this", "this / compiled")


def rows(run: dict) -> list[tuple[str, ...]]:
    """Return a row for each engine, with its time and its ratio to the two engines of the package."""
    groups: dict[tuple[str, int], dict[str, tuple[float, int]]] = {}
    for entry in run["benchmarks"]:
        info = entry["extra_info"]
        if "lanes" in info:
            seconds = entry["stats"]["median"] * 1000 / info["steps"]
            groups.setdefault((info["model"], info["lanes"]), {})[info["engine"]] = (seconds, info["lanes"])
    table = []
    for (model, lanes), engines in groups.items():
        reference = engines.get("reference", (float("nan"), 0))[0]
        compiled = engines.get("compiled", (float("nan"), 0))[0]
        for engine, (seconds, _) in engines.items():
            table.append(
                (
                    model, str(lanes), engine, f"{seconds * 1e3:.3f}", f"{seconds * 1e6 / lanes:.2f}",
                    f"{reference / seconds:.0f}", f"{seconds / compiled:.2f}",
                )
            )  # fmt: skip
    return table


def events(run: dict) -> list[tuple[str, ...]]:
    """Return a row for each model and pattern whose slider event was timed."""
    return [
        (info["model"], info["pattern"], f"{s['median'] * 1e3:.2f}", f"{percentile(s['data'], 95) * 1e3:.2f}")
        for info, s in ((e["extra_info"], e["stats"]) for e in run["benchmarks"])
        if "pattern" in info
    ]


def percentile(data: list[float], percent: float) -> float:
    """Return the value that `percent` of `data` do not exceed."""
    return sorted(data)[min(int(len(data) * percent / 100), len(data) - 1)] if data else float("nan")


def markdown(columns: tuple[str, ...], table: list[tuple[str, ...]]) -> str:
    """Return a table as text."""
    lines = [columns, tuple("---" for _ in columns), *table]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(path: str) -> None:
    """Print the tables of a run."""
    run = json.loads(Path(path).read_text())
    machine = run["machine_info"]
    cpu = machine.get("cpu", {})
    print(f"{run['datetime'][:10]}, {cpu.get('brand_raw', machine['machine'])}, {cpu.get('count', '?')} cores\n")
    print(markdown(COLUMNS, rows(run)))
    if events(run):
        print("\nOne slider event, below the widgets\n")
        print(markdown(("model", "pattern", "median (ms)", "95 % (ms)"), events(run)))


if __name__ == "__main__":
    main(sys.argv[1])
