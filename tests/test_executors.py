"""The same table on any executor; a dead worker costs its unit once."""

import multiprocessing
import os
import signal
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import pandas as pd
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.models import registry
from plausiwidgets.optimization import executors
from plausiwidgets.optimization.executors import Elsewhere
from plausiwidgets.optimization.units import Outcome, Task, make_row

ASKED = {"models": ["lif", "izhikevich"], "patterns": ["tonic_spiking", "tonic_bursting"]}
SMALL = {"budget": 300, "popsize": 8, "starts": 2}
SPAWN = multiprocessing.get_context("spawn")


def same(one, two):
    left, right = one.drop(columns="seconds"), two.drop(columns="seconds")
    pd.testing.assert_frame_equal(left, right, check_exact=True)


@pytest.fixture(scope="module")
def expected():
    return pw.assess(**ASKED, **SMALL)


def own_model():
    """Return a model that plain pickle cannot carry: its step is a local function."""
    import torch

    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (-65.0 - state[0] + current)
        return (v > -50.0).to(v.dtype), (torch.where(v > -50.0, -65.0 + 0.0 * v, v),)

    return pw.NeuronModel(
        name="own_leaky", step=step, parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")],
        initial_state=lambda p, holding: (-65.0 + 0.0 * p.tau,),
        current=pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"), rest=-65.0, threshold=-50.0, dt=0.5,
    )  # fmt: skip


def test_threads(expected):
    with ThreadPoolExecutor(2) as pool:
        same(pw.assess(**ASKED, **SMALL, executor=pool), expected)


@pytest.mark.parametrize("context", [SPAWN, pytest.param(None, id="default")])
def test_process_pool(expected, context):
    torch.ones(2000, 2000).tril()  # torch has started threads: a forked process must not wait for them
    with ProcessPoolExecutor(2, context) as pool:
        same(pw.assess(**ASKED, **SMALL, executor=pool), expected)


def test_loky_with_an_own_model(expected):
    loky = pytest.importorskip("loky")
    pool = loky.get_reusable_executor(max_workers=2)
    try:
        same(pw.assess(**ASKED, **SMALL, executor=pool), expected)
        alone = pw.assess(own_model(), "tonic_spiking", **SMALL)
        same(pw.assess(own_model(), "tonic_spiking", **SMALL, executor=pool), alone)
        pw.models.register(own_model())  # the workers know nothing of it
        same(pw.assess("own_leaky", "tonic_spiking", **SMALL, executor=pool), alone)
    finally:
        registry._registry.models.pop("own_leaky", None)
        loky.get_reusable_executor().shutdown(wait=True)


@pytest.mark.slow
def test_dask_with_an_own_model(expected, tmp_path):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path)
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        same(pw.assess(**ASKED, **SMALL, executor=client), expected)
        alone = pw.assess(own_model(), "tonic_spiking", **SMALL)
        same(pw.assess(own_model(), "tonic_spiking", **SMALL, executor=client), alone)


def test_a_model_that_cannot_be_sent_says_what_to_use():
    with ProcessPoolExecutor(1, SPAWN) as pool, pytest.raises(ValueError, match=r"loky|dask"):
        pw.assess(own_model(), "tonic_spiking", **SMALL, executor=pool)


def test_store_with_an_executor_goes_on(expected, tmp_path):
    class Once:
        """Ends the study after two units."""

        def __init__(self):
            self.left = 2

        def submit(self, function, task):
            future = Future()
            if self.left:
                self.left -= 1
                future.set_result(function(task))
            return future

    steps = []

    def interrupt(snapshot):
        steps.append(snapshot)
        if snapshot.position == 2:
            raise KeyboardInterrupt

    part = pw.assess(**ASKED, **SMALL, executor=Once(), store=tmp_path / "s.db", progress=interrupt)
    assert len(part) == 2
    same(pw.assess(**ASKED, **SMALL, store=tmp_path / "s.db"), expected)


# -- dead workers ------------------------------------------------------------------------------------


def dies_once(mark, task):
    """Kill the worker on the first attempt at one unit."""
    if task.key == "b" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(task.key, make_row(task, None, "budget"))


def dies_always(mark, task):
    if task.key == "b":
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(task.key, make_row(task, None, "budget"))


def pools():
    yield "process", lambda: ProcessPoolExecutor(2, SPAWN)
    yield "loky", lambda: pytest.importorskip("loky").get_reusable_executor(max_workers=2)


@pytest.mark.parametrize(("name", "make"), list(pools()), ids=[n for n, _ in pools()])
@pytest.mark.parametrize(("work", "status"), [(dies_once, "not found"), (dies_always, "failed")])
def test_a_dead_worker_costs_its_unit_once(monkeypatch, tmp_path, name, make, work, status):
    monkeypatch.setattr(executors, "run_unit", partial(work, tmp_path / "died"))
    elsewhere = Elsewhere(make())
    tasks = [Task(key, "lif", "tonic_spiking", 0, (100,)) for key in "abcd"]
    outcomes = {o.key: o for o in elsewhere.run(tasks, lambda: None)}
    elsewhere.close()
    assert sorted(outcomes) == ["a", "b", "c", "d"]
    assert outcomes["b"].row["status"] == status
    if status == "failed":
        assert "worker died twice" in outcomes["b"].row["error"]
    assert {o.row["status"] for key, o in outcomes.items() if key != "b"} == {"not found"}
