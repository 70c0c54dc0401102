"""Reference against compiled engine, and the compiled one against kernels written by hand.

``pytest -n 0 -m benchmark tests/benchmarks --benchmark-json=run.json``, then
``python tests/benchmarks/report.py run.json`` prints the ratios.
"""

from __future__ import annotations

import numpy as np
import pytest
from lane_jobs import default_job

import plausiwidgets as pw
from plausiwidgets.engine.compiled.engine import run_compiled
from plausiwidgets.engine.torch_engine import run_torch
from tests.benchmarks import handwritten

pytestmark = pytest.mark.benchmark

LANES = (1, 16, 320, 4096)
STEPS = 1000
SWEEP = 10_000
"""As many as a judged sweep has: what a call costs in Python is spread over it."""


def measure(benchmark, function, engine: str, model: str, lanes: int, steps: int = STEPS) -> None:
    benchmark.group = f"{model} {lanes} lanes {steps} steps"
    benchmark.extra_info.update(engine=engine, model=model, lanes=lanes, steps=steps)
    work = lanes * steps
    rounds = 3 if engine == "reference" or work > 10_000_000 else 200 if work < 1_000_000 else 20
    benchmark.pedantic(function, rounds=rounds, warmup_rounds=1)


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("model", pw.models.names())
def test_reference(benchmark, model, lanes):
    job = default_job(pw.models.get(model), lanes, STEPS)
    measure(benchmark, lambda: run_torch(job), "reference", model, lanes)


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("model", pw.models.names())
def test_compiled(benchmark, model, lanes):
    job = default_job(pw.models.get(model), lanes, STEPS)
    measure(benchmark, lambda: run_compiled(job), "compiled", model, lanes)


@pytest.mark.parametrize("steps", [STEPS, SWEEP])
@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("model", pw.models.names())
def test_compiled_on_one_core(benchmark, model, lanes, steps, monkeypatch):
    monkeypatch.setenv("PLAUSIWIDGETS_THREADS", "1")
    job = default_job(pw.models.get(model), lanes, steps)
    measure(benchmark, lambda: run_compiled(job), "one core", model, lanes, steps)


@pytest.mark.parametrize("steps", [STEPS, SWEEP])
@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("order", ["lanes", "time"])
@pytest.mark.parametrize("model", handwritten.KERNELS)
def test_handwritten(benchmark, model, order, lanes, steps):
    neuron = pw.models.get(model)
    job = default_job(neuron, lanes, steps)
    kernel = handwritten.KERNELS[model][order]
    onset = round(-job.current.t0 / job.dt)
    amplitude = np.full(lanes, neuron.current.default)
    parameters = [job.params[n] for n in neuron.parameters]

    def simulate() -> np.ndarray:
        v, w = job.state.copy()
        spikes, counts = np.empty((lanes, 256), dtype=np.int32), np.zeros(lanes, dtype=np.int64)
        fired = np.empty(lanes, dtype=np.bool_)
        kernel(v, w, amplitude, *parameters, job.dt, onset, steps, fired, spikes, counts)
        return counts

    assert np.array_equal(simulate(), run_compiled(job).counts)
    measure(benchmark, simulate, f"by hand, {order} innermost", model, lanes, steps)


@pytest.mark.parametrize("letter", ["A", "C", "E", "G", "K", "P"])
@pytest.mark.parametrize("model", ["izhikevich", "adex"])
def test_slider_event(benchmark, model, letter):
    """What one event of a slider costs below the widgets: simulate, features, verdict."""
    pattern = next(p for p in map(pw.patterns.get, pw.patterns.names()) if p.letter == letter)
    neuron = pw.models.get(model)
    benchmark.group = "slider event"
    benchmark.extra_info.update(engine="judge", model=model, pattern=letter)
    benchmark.pedantic(lambda: pw.judge(neuron, pattern, verify=False), rounds=50, warmup_rounds=2)
