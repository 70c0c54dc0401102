"""Compare a study on Dask, with a worker that is killed twice and an interruption, with the same study on one core.

``python tests/benchmarks/study_on_dask.py`` runs 40 pairs of a model and a pattern in both ways, and writes the numbers
to ``study_on_dask.json`` next to this file. It needs Dask.
"""

import json
import os
import signal
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from distributed import Client, LocalCluster

import plausiwidgets as pw

FILE = Path(__file__).with_suffix(".json")
MODELS, BUDGET, WORKERS = ["izhikevich", "adex"], 300, 3
KILLS, INTERRUPTION = (4, 12), 24
"""Finished searches before each kill of the first worker, and before the study is interrupted."""


class Troubles:
    """A progress that kills one worker twice, and interrupts the study once."""

    def __init__(self, cluster: LocalCluster) -> None:
        self.nanny = cluster.workers[0]
        self.killed: list[int] = []
        self.interrupted = False

    def __call__(self, snapshot: Any) -> None:
        """Look at the number of finished searches."""
        due = len(self.killed) < len(KILLS) and snapshot.finished >= KILLS[len(self.killed)]
        worker = self.nanny.pid
        if due and worker is not None and worker not in self.killed:  # Dask has started it again
            os.kill(worker, signal.SIGKILL)
            self.killed.append(worker)
        if len(self.killed) == len(KILLS) and snapshot.finished >= INTERRUPTION and not self.interrupted:
            self.interrupted = True
            raise KeyboardInterrupt


def on_dask(store: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the table of a study with troubles, and what happened."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(WORKERS, threads_per_worker=1, dashboard_address=None, local_directory=folder) as cluster,
        Client(cluster) as client,
    ):
        troubles = Troubles(cluster)
        first = pw.assess(MODELS, budget=BUDGET, executor=client, store=store, progress=troubles)
        study = pw.assessment.start_assessment(MODELS, budget=BUDGET, executor=client, store=store)
        table = study.result()
        return table, {
            "kills_of_one_worker": len(troubles.killed),
            "interrupted_after": len(first),
            "searched_after_the_interruption": len(study.left),
        }


if __name__ == "__main__":
    began = time.monotonic()
    alone = pw.assess(MODELS, budget=BUDGET)
    seconds_alone = time.monotonic() - began
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        table, happened = on_dask(Path(folder) / "study.jsonl")
        seconds = time.monotonic() - began
    one, other = (part.drop(columns="seconds") for part in (alone, table))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    numbers = {
        "pairs": len(table),
        "budget": BUDGET,
        "workers": WORKERS,
        **happened,
        "replicated": int((table["status"] == "replicated").sum()),
        "failed": int((table["status"] == "failed").sum()),
        "rows_that_differ": 0,
        "seconds_on_one_core": round(seconds_alone, 1),
        "seconds_on_dask": round(seconds, 1),
        "distributed": version("distributed"),
    }
    print(numbers)
    FILE.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
