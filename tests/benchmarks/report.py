"""Print the ratios of a benchmark run: ``python tests/benchmarks/report.py run.json``."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from statistics import median

from plausiwidgets.optimization.volume import binomial_interval

COLUMNS = (
    "model", "lanes", "steps", "engine", "ms", "ns per lane and step", "reference / this", "one core / this",
)  # fmt: skip
SEARCHES = (
    "model", "", "pattern", "found", "search", "median", "random", "random / search", "cost", "with cost",
)  # fmt: skip
NOTE = """\
Evaluations until the first verified solution, with 95 % intervals
search: all that was spent until the finds, or in vain, over the number of finds; median: of a search
random: uniform points over those that hold at dt and dt/2
cost: judgements that take as long as one evaluation of the search, where it solves the amplitude
"""
STUDENT = 2.09
"""Standard errors on each side of a mean over 20 seeds: Student's t, 95 %."""

Estimate = tuple[float, ...]
"""Value, low, high; the value is nan where only a bound is known."""


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
                    model, str(lanes), str(steps), engine, f"{seconds * 1e3:.3f}",
                    f"{seconds * 1e9 / lanes / steps:.2f}", f"{reference / seconds:.0f}", f"{one_core / seconds:.2f}",
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


def searches(run: dict) -> list[tuple[str, ...]]:
    """Return a row for each model and pattern that was searched."""
    table: list[tuple[str, ...]] = []
    for info in (e["extra_info"] for e in run["benchmarks"]):
        if "search" not in info:
            continue
        s = info["search"]
        search, random = expected(s["found"], s["budget"]), expected_random(**s["random"])
        gain = over(random, search)
        middle = median(math.inf if f is None else f for f in s["found"])
        cost = "" if s["cost"] is None else f"{judgements(s):.1f}"
        table.append(
            (
                info["model"], s["letter"], s["pattern"],
                f"{sum(f is not None for f in s['found'])}/{len(s['found'])}",
                show(search), f"{middle:.0f}" if math.isfinite(middle) else f"> {s['budget']}", show(random),
                show(gain), cost, cost and show(tuple(x / judgements(s) for x in gain)),
            )
        )  # fmt: skip
    return table


def expected(found: list[int | None], budget: int) -> Estimate:
    """Return the expected evaluations of a search that is repeated with new seeds until it finds something.

    The standard error is that of a ratio of two means over the seeds; of the logarithm, as finds are waited for. It
    assumes nothing on how the finds are distributed.
    """
    spent, n = [budget if f is None else f for f in found], len(found)
    finds = sum(f is not None for f in found)
    if not finds:
        return math.nan, 1.0 / binomial_interval(0, sum(spent))[1], math.inf
    mean = sum(spent) / finds
    squares = sum((x - mean * (f is not None)) ** 2 for x, f in zip(spent, found, strict=True))
    error = math.sqrt(squares * n / max(n - 1, 1)) / sum(spent)
    return mean, mean * math.exp(-STUDENT * error), mean * math.exp(STUDENT * error)


def expected_random(points: int, accepted: int, verified: int) -> Estimate:
    """Return the expected evaluations of random search until its first verified hit."""
    low, high = binomial_interval(verified, points)
    return points / verified if verified else math.nan, 1.0 / high, 1.0 / low if low else math.inf


def over(a: Estimate, b: Estimate) -> Estimate:
    """Return a/b; the distances of the logarithms' ends add like standard errors.

    G. Zou, A. Donner, "Construction of confidence limits about effect measures", Statistics in Medicine 27:1693, 2008.
    """
    if math.isnan(b[0]):
        return math.nan, 0.0, math.inf if math.isnan(a[0]) else a[0] / b[1]
    if math.isnan(a[0]):
        return math.nan, a[1] / b[0], math.inf
    ratio = a[0] / b[0]
    below = math.hypot(math.log(a[0] / a[1]), math.log(b[2] / b[0]))
    above = math.hypot(math.log(a[2] / a[0]), math.log(b[0] / b[1]))
    return ratio, ratio * math.exp(-below), ratio * math.exp(above)


def judgements(search: dict) -> float:
    """Return the mean cost of an evaluation: a screened point is judged as it is, too."""
    spent = [search["budget"] if f is None else f for f in search["found"]]
    return search["cost"] + sum(min(x, search["screened"]) for x in spent) / sum(spent)


def show(estimate: Estimate) -> str:
    """Return an estimate as text."""
    value, low, high = (f"{x:.0f}" if x >= 100 else f"{x:.2g}" for x in estimate)
    if not math.isnan(estimate[0]):
        return f"{value} ({low}–{high})"
    return f"> {low}" if estimate[1] else f"< {high}" if math.isfinite(estimate[2]) else "?"


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
    print(f"{run['datetime'][:10]}, {cpu.get('brand_raw', machine['machine'])}, {cpu.get('count', '?')} cores")
    if rows(run):
        print("\n" + markdown(COLUMNS, rows(run)))
    if events(run):
        print("\nOne slider event, below the widgets\n")
        print(markdown(("model", "pattern", "median (ms)", "95 % (ms)"), events(run)))
    if searches(run):
        print("\n" + NOTE + "\n" + markdown(SEARCHES, searches(run)))


if __name__ == "__main__":
    main(sys.argv[1])
