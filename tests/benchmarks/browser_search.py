"""The search of the page next to Python's: the pairs of five models that the packaged table has as replicated.

``python tests/benchmarks/browser_search.py [SEED ...]`` runs one search after the other on one core each, and writes
``browser_search.json``. It continues where it was interrupted. Seconds are processor time. Those of Python include no
compilation, but all verification. Those of the page include its own verification tests, but not those of Python; they
are those until the set that was found was evaluated, and ``total`` those until Python had verified it.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from node import APP, NODE, _bundled

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_table
from plausiwidgets.optimization import start_optimization
from plausiwidgets.patterns.evaluation import evaluate
from plausiwidgets.patterns.verification import verify_sets
from plausiwidgets.widgets.catalogue.generate import FOLDER

OUTPUT = Path(__file__).with_suffix(".json")
BUDGET = 20_000
CAPS = {"izhikevich": 20.0, "wilson": 30.0, "mihalas_niebur": 30.0, "hodgkin_huxley": 40.0, "adex": 25.0}
"""Limit of the processor time in s of a search of the page, by the model."""

Run = dict[str, Any]


def pairs() -> list[tuple[str, str]]:
    """Return the pairs of model and pattern that the packaged table has as replicated."""
    table = packaged_table()
    chosen = table[table["model"].isin(CAPS) & (table["status"] == "replicated")]
    return list(dict.fromkeys(zip(chosen["model"], chosen["pattern"], strict=True)))


class Page:
    """The searches of the page in a process of Node."""

    def __init__(self) -> None:
        modules = ("engine/neuron", "hosts/browserSearch", "hosts/file", "catalogue")
        read = {name: json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in ("shared", *CAPS)}
        settings = Path(tempfile.mkdtemp()) / "settings.json"
        shared = read.pop("shared")
        settings.write_text(json.dumps({"catalogue": shared, "models": read, "caps": CAPS}))
        runtime = APP.parents[1] / "engine" / "javascript" / "runtime.js"
        script = Path(__file__).with_suffix(".mjs")
        assert NODE is not None
        self._process = subprocess.Popen(
            [NODE, str(script), _bundled(modules).as_uri(), runtime.as_uri(), str(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def search(self, model: str, pattern: str, seed: int) -> Run:
        """Search, and verify what the page has found."""
        self._write({"model": model, "pattern": pattern, "seed": seed, "budget": BUDGET})
        assert self._process.stdout is not None
        for sent, line in enumerate(self._process.stdout):
            message = json.loads(line)
            if "done" in message:
                return {**message["done"], "sent": sent}
            self._write({"status": status_of(**message["verify"])})
        raise RuntimeError("Node has ended.")

    def _write(self, message: Run) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()


def status_of(model: str, pattern: str, values: dict[str, float], dt: float) -> str:
    chosen, form = pw.models.get(model), pw.patterns.get(pattern)
    verdict = evaluate(chosen, form, {name: np.array([x]) for name, x in values.items()}, dt)
    return str(verify_sets(chosen, form, verdict).status[0])


def python_search(model: str, pattern: str, seed: int) -> Run:
    status_of(model, pattern, dict(pw.judge(model, pattern, verify=False).parameters), pw.models.get(model).dt)
    began = time.process_time()
    result = start_optimization(model, pattern, seed=seed, budget=BUDGET).result()
    found = result.found_after if result.replicated else None
    seconds = time.process_time() - began
    evaluations = result.evaluations
    return {"replicated": found is not None, "after": found, "evaluations": evaluations, "seconds": seconds}


def summary(runs: dict[str, dict[str, Run]]) -> dict[str, Any]:
    """Return the sums, and a row for each pair."""
    whole = [run for run in runs.values() if set(run) == {"page", "python"}]
    found: dict[str, Any] = {"searches": len(whole)}
    for who in ("page", "python"):
        mine = [run[who] for run in whole]
        found[who] = {
            "replicated": sum(one["replicated"] for one in mine),
            "median_seconds_where_replicated": round(median(one["seconds"] for one in mine if one["replicated"]), 3),
        }
    rates = {}
    for model in CAPS:
        own = [run for name, run in runs.items() if name.startswith(f"{model} ") and len(run) == 2]
        if own:
            rates[model] = {who: rate_of([run[who] for run in own]) for who in ("page", "python")}
    return {**found, "evaluations_per_core_second": rates}


def rate_of(runs: list[Run]) -> int:
    """Return the evaluations per second of processor time."""
    return round(sum(run["evaluations"] for run in runs) / sum(run.get("total", run["seconds"]) for run in runs))


def main() -> None:
    """Run what is missing."""
    seeds = [int(seed) for seed in sys.argv[1:]] or list(range(5))
    known = json.loads(OUTPUT.read_text()) if OUTPUT.exists() else {"runs": {}}
    runs: dict[str, dict[str, Run]] = known["runs"]
    page = Page()
    for seed in seeds:
        for model, pattern in pairs():
            name = f"{model} {pattern} {seed}"
            if name in runs:
                continue
            runs[name] = {"page": page.search(model, pattern, seed), "python": python_search(model, pattern, seed)}
            for run in runs[name].values():
                run |= {key: round(run[key], 3) for key in ("seconds", "total") if key in run}
            lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(run)}" for key, run in runs.items())
            head = json.dumps(summary(runs))[:-1]
            OUTPUT.write_text(f'{head}, "runs": {{\n{lines}\n}}}}\n')
            print(name, runs[name], flush=True)


if __name__ == "__main__":
    main()
