"""Seconds of the first `judge` in a new process, with and without verification, an empty cache and a warm one.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_first_judge.py

BESIDE=/a/clone measures another version of the package in turn.
"""

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(0)]

HERE = Path(__file__).parents[2]
TIMES = 3
SETS = {"accepted": "{}", "rejected": "{'amplitude': 1.0}"}
CODE = """
import sys, time
began, worked = time.perf_counter(), time.process_time()
import plausiwidgets as pw
verdict = pw.judge("adex", "tonic_spiking", {values}, verify={verify})
print(time.perf_counter() - began, time.process_time() - worked, verdict.status, verdict.engine)
"""


def first(clone: Path, cache: Path, values: str, verify: bool) -> tuple[float, float, str]:
    """Return seconds, seconds of the processor, and status and engine."""
    environment = os.environ | {"PYTHONPATH": str(clone), "PLAUSIWIDGETS_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(values=values, verify=verify)],
        cwd=clone,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    wall, processor, *words = done.stdout.split()
    return float(wall), float(processor), " ".join(words)


def test_seconds_of_the_first_judge(tmp_path):
    clones = [HERE, *map(Path, filter(None, [os.environ.get("BESIDE")]))]
    for clone in clones:  # and whatever else is only read once
        first(clone, tmp_path / f"warm-{clone.name}", "{}", True)
    print("\nset       verified  cache    median s  of the processor")
    for said, values in SETS.items():
        for verify in (False, True):
            for warm in (False, True):
                found = {clone: [] for clone in clones}
                for i in range(TIMES):
                    for clone in clones:
                        name = f"warm-{clone.name}" if warm else f"{clone.name}-{said}-{verify}-{i}"
                        found[clone].append(first(clone, tmp_path / name, values, verify))
                for clone, runs in found.items():
                    wall, processor = (statistics.median(run[k] for run in runs) for k in (0, 1))
                    cache = "warm" if warm else "empty"
                    print(f"{said:9} {verify!s:9} {cache:6} {wall:10.2f} {processor:9.2f}   {clone.name}: {runs[0][2]}")
