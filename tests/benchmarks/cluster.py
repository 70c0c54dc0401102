"""A study of custom models from a file, made in every way that a cluster allows; each is killed halfway and resumed.

    python tests/benchmarks/cluster.py [MODELS]

It prints, for each way, whether the table is that of one process without an interruption, and the time. With 50 models
and 20 patterns it is 1000 searches.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

SETTINGS = {"budget": 32, "popsize": 8}
SHARDS = 4

NEURONS = """
import torch
import plausiwidgets as pw

def step(current, state, p, dt):
    v, w = state
    v = v + dt / p.tau * (-65.0 - v - w + current)
    w = w + dt / p.tau_w * (p.a * (v + 65.0) - w)
    fired = v > -50.0
    return fired.to(v.dtype), (torch.where(fired, -65.0 + 0.0 * v, v), torch.where(fired, w + p.b, w))

def neuron(i):
    return pw.NeuronModel(
        key=f"neuron_{{i}}", step=step, states=("v", "w"), dt=0.5, rest=-65.0, threshold=-50.0,
        parameters=[pw.Parameter("tau", 8.0 + 0.5 * i, 5.0, 50.0, unit="ms"),
                    pw.Parameter("tau_w", 100.0, 20.0, 300.0, unit="ms", scale="log"),
                    pw.Parameter("a", 0.2, -0.5, 1.0), pw.Parameter("b", 0.05 * i, 0.0, 5.0, unit="mV")],
        initial_state=lambda p, holding: (-65.0 + 0.0 * p.tau, 0.0 * p.tau),
        current=pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"))

neurons = [neuron(i) for i in range({count})]
"""


def make(way: str, store: str) -> None:
    """Make the study in one way; a file that exists is continued."""
    import plausiwidgets as pw

    neurons = pw.models.load("neurons.py")
    if way == "serial":
        table = pw.assess(neurons, **SETTINGS, store=store)
    elif way == "loky":
        import loky

        table = pw.assess(neurons, **SETTINGS, store=store, executor=loky.get_reusable_executor(max_workers=2))
    elif way == "dask":
        from distributed import Client, LocalCluster

        with (
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            table = pw.assess(neurons, **SETTINGS, store=store, executor=client)
    else:
        table = pw.assess(neurons, **SETTINGS, store=store, shard=way)
    pw.assessment.write_csv(table, f"{store}.csv")


def searched(store: Path) -> int:
    """Return the number of searches in a file."""
    return max(store.read_bytes().count(b"\n") - 1, 0) if store.exists() else 0


def run(way: str, store: str, kill_at: int = 0) -> tuple[float, int]:
    """Make the study in a process of its own; return the time in s, and after how many searches it was killed."""
    command = [sys.executable, __file__, "--make", way, store]
    began, killed = time.monotonic(), 0
    if kill_at:
        process = subprocess.Popen(command, start_new_session=True)
        while searched(Path(store)) < kill_at and process.poll() is None:
            time.sleep(0.05)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        killed = searched(Path(store))
    subprocess.run(command, check=True)
    return time.monotonic() - began, killed


def main(count: int) -> None:
    """Make the study in every way and compare the tables."""
    import plausiwidgets as pw

    os.chdir(tempfile.mkdtemp())
    Path("neurons.py").write_text(NEURONS.format(count=count))
    total = 20 * count
    seconds, _ = run("serial", "whole.jsonl")
    whole = pd.read_csv("whole.jsonl.csv").drop(columns="seconds")
    print(f"{len(whole)} searches; serial, not interrupted: {seconds:.0f} s", flush=True)
    for way in ("serial", "loky", "dask"):
        seconds, killed = run(way, f"{way}.jsonl", total // 2)
        same = pd.read_csv(f"{way}.jsonl.csv").drop(columns="seconds").equals(whole)
        print(f"{way}, killed after {killed}: {seconds:.0f} s, the same table: {same}", flush=True)
    seconds = 0.0
    files = [f"shard-{number}.jsonl" for number in range(1, SHARDS + 1)]
    for number, file in enumerate(files, 1):
        took, killed = run(f"{number}/{SHARDS}", file, total // SHARDS // 2 if number == 2 else 0)
        seconds += took
        if killed:
            print(f"shard {number}/{SHARDS} killed after {killed}", flush=True)
    table = pw.assessment.merge_studies(files)
    pw.assessment.write_csv(table, "merged.csv")
    same = pd.read_csv("merged.csv").drop(columns="seconds").equals(whole)
    print(f"{SHARDS} shards one after the other: {seconds:.0f} s, complete: {table.attrs['complete']}, "
          f"the same table: {same}")  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(*sys.argv[2:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
