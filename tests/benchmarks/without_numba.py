"""Compare verdicts without Numba with those of the kernels, for twenty patterns of two models.

``python -m tests.benchmarks.without_numba [MODEL …]`` writes ``without_numba.json``: for each pair the status and the
loss of both, the engine, and the seconds that the evaluation takes without Numba.
"""

import json
import subprocess
import sys
from pathlib import Path

import plausiwidgets as pw

FILE = Path(__file__).with_name("without_numba.json")
MODELS = ("izhikevich", "hodgkin_huxley")

SCRIPT = """
import json, sys, time
sys.modules["numba"] = None  # its import raises ModuleNotFoundError
import plausiwidgets as pw
for pair in sys.argv[1:]:
    began = time.perf_counter()
    verdict = pw.judge(*pair.split("/"))
    seconds = round(time.perf_counter() - began, 2)
    found = dict(status=verdict.status, loss=verdict.loss, engine=verdict.engine, seconds=seconds)
    print(json.dumps(found | {"reason": verdict.uncompiled}), flush=True)
"""


def without_numba(pairs: list[str]) -> list[dict[str, object]]:
    """Return the verdicts of a process that cannot import Numba."""
    answer = subprocess.run([sys.executable, "-c", SCRIPT, *pairs], capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    return [json.loads(line) for line in answer.stdout.splitlines()]


def compared(pairs: list[str]) -> dict[str, dict[str, object]]:
    """Return both verdicts of each pair."""
    rows = {}
    for pair, plain in zip(pairs, without_numba(pairs), strict=True):
        kernel = pw.judge(*pair.split("/"), verify=False)
        rows[pair] = plain | {"kernel_status": kernel.status, "kernel_loss": kernel.loss}
    return rows


if __name__ == "__main__":
    models = sys.argv[1:] or MODELS
    rows = compared([f"{model}/{pattern}" for model in models for pattern in pw.patterns.names()[:20]])
    different = [pair for pair, row in rows.items() if row["status"] != row["kernel_status"]]
    FILE.write_text(json.dumps({"different": different, "pairs": rows}, indent=1) + "\n", encoding="utf-8")
    print(f"{len(rows)} pairs, {len(different)} with another status: {', '.join(different)}")
