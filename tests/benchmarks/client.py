"""What the client of a cluster keeps and does, with units that take simulated time: no worker, no network.

    python tests/benchmarks/client.py [UNITS ...]

For each number of units it prints the client's time and memory, and how far 100 workers are from the ideal: the clock
is the cluster's, to which the client adds the time that it really takes for each unit.
"""

import heapq
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np

import plausiwidgets as pw
from plausiwidgets.assessment.units import run_unit
from plausiwidgets.optimization.control import Control

WORKERS = 100
MEAN = {"2 s, as in the zoo": 2.0, "0.2 s": 0.2}
"""Mean time of a unit in s, from an exponential distribution: some take five times as long."""


class Cluster:
    """Workers that take the units in the order of their submission, in simulated time."""

    def __init__(self, mean: float) -> None:
        self.free = [0.0] * WORKERS
        self.running: list[tuple[float, int, Future, object]] = []
        self.random = np.random.default_rng(0)
        self.mean, self.now, self.work, self.busy = mean, 0.0, 0.0, 0.0
        self.submitted, self.record = 0, None
        self.seen = time.perf_counter()

    def client_worked(self) -> None:
        """Add what the client has taken since the cluster was asked last."""
        now = time.perf_counter()
        self.now += now - self.seen
        self.busy += now - self.seen
        self.seen = now

    def submit(self, function, unit) -> Future:
        """Give a unit to the worker that is free first."""
        if self.record is None:
            self.record = run_unit(unit)
            self.seen = time.perf_counter()
        self.client_worked()
        seconds = self.random.exponential(self.mean)
        self.work += seconds
        end = max(heapq.heappop(self.free), self.now) + seconds
        heapq.heappush(self.free, end)
        future: Future = Future()
        heapq.heappush(self.running, (end, self.submitted, future, unit.waiting))
        self.submitted += 1
        return future

    def next_end(self) -> None:
        """Let the time pass until a unit ends."""
        self.client_worked()
        if self.running:
            end, _, future, waiting = heapq.heappop(self.running)
            self.now = max(self.now, end)
            asked = {"model": waiting.model, "pattern": waiting.pattern, "seed": waiting.seed}
            future.set_result(replace(self.record, **asked))
        self.seen = time.perf_counter()


def measure(count: int, mean: float) -> None:
    """Run a study and print a row."""
    cluster = Cluster(mean)
    Control.checkpoint = lambda self: cluster.next_end()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "study.jsonl")
        table = pw.assess("lif", "tonic_spiking", seed=range(count), budget=8, popsize=8, executor=cluster, store=store)
    spent = time.process_time() - began
    kept = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    assert len(table) == count and table.attrs["complete"]
    ideal = cluster.work / WORKERS
    each, share = 1000 * spent / count, 100 * ideal / cluster.now
    print(
        f"{count:7} units: client {spent:6.1f} s, {each:.2f} ms a unit, {kept:5.0f} MB; "
        f"{WORKERS} workers {cluster.now:7.1f} s, ideal {ideal:7.1f} s ({share:.1f} %)",
        flush=True,
    )


def main(counts: list[int]) -> None:
    """Measure each number of units in a process of its own."""
    for name, mean in MEAN.items():
        print(f"a unit takes {name}")
        for count in counts:
            subprocess.run([sys.executable, __file__, "--measure", str(count), str(mean)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]), float(sys.argv[3]))
    else:
        main([int(count) for count in sys.argv[1:]] or [1000, 5000, 20_000])
