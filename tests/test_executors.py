"""The same table on any executor; what cannot be run costs its own rows, and says why."""

import multiprocessing
import os
import signal
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.assessment import executors
from plausiwidgets.assessment.units import Unit

ASKED = {"models": ["lif", "izhikevich"], "patterns": ["tonic_spiking", "tonic_bursting"]}
SMALL = {"budget": 300, "popsize": 8}
SPAWN = multiprocessing.get_context("spawn")


def same(one, two):
    left, right = one.drop(columns="seconds"), two.drop(columns="seconds")
    pd.testing.assert_frame_equal(left, right, check_exact=True)


@pytest.fixture(scope="module")
def expected():
    return pw.assess(**ASKED, **SMALL)


def own_model(name="own_leaky"):
    """Return a model that plain pickle cannot carry: its step is a local function."""
    import torch

    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (-65.0 - state[0] + current)
        return (v > -50.0).to(v.dtype), (torch.where(v > -50.0, -65.0 + 0.0 * v, v),)

    return pw.NeuronModel(
        name=name, step=step, parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")],
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
        pw.models.register(own_model("own_registered"))  # the workers know nothing of it
        named = pw.assess("own_registered", "tonic_spiking", **SMALL, executor=pool)
        same(named, alone.assign(model="own_registered"))
    finally:
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

        def submit(self, function, unit):
            future = Future()
            if self.left:
                self.left -= 1
                future.set_result(function(unit))
            return future

    steps = []

    def interrupt(snapshot):
        steps.append(snapshot)
        if snapshot.position == 2:
            raise KeyboardInterrupt

    part = pw.assess(**ASKED, **SMALL, executor=Once(), store=tmp_path / "s.jsonl", progress=interrupt)
    assert len(part) == 2
    same(pw.assess(**ASKED, **SMALL, store=tmp_path / "s.jsonl"), expected)


# -- dead workers ------------------------------------------------------------------------------------


def deadly_model():
    """Return a model whose worker dies, where there is one: its step kills the process unless it is this one."""
    parent, leaky = os.getpid(), own_model()

    def step(current, state, p, dt):
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return leaky.step(current, state, p, dt)

    return pw.NeuronModel(
        name="deadly", step=step, parameters=leaky.parameters.values(), initial_state=leaky.initial_state,
        current=leaky.current, rest=-65.0, threshold=-50.0, dt=0.5,
    )  # fmt: skip


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills a worker")
def test_a_worker_that_dies_leaves_a_table_and_a_store_that_goes_on(expected, tmp_path):
    loky = pytest.importorskip("loky")
    asked = ASKED | {"models": ["lif", "izhikevich", deadly_model()]}
    pool = loky.get_reusable_executor(max_workers=1)
    table = pw.assess(**asked, **SMALL, executor=pool, store=tmp_path / "s.jsonl")
    assert len(table) == 6
    dead = table[table["status"] == "failed"]
    assert set(dead["model"]) >= {"deadly"}
    assert dead["error"].str.startswith("could not be run: TerminatedWorkerError").all()
    again = pw.assess(**asked, **SMALL, store=tmp_path / "s.jsonl")
    same(again[:4], expected)
    assert "failed" not in set(again["status"])


def test_a_pool_that_is_broken_says_so_in_every_row():
    with ProcessPoolExecutor(1, SPAWN) as pool:
        pool.submit(os._exit, 1).exception()
        table = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], **SMALL, executor=pool)
    assert list(table["status"]) == ["failed", "failed"]
    assert table["error"].str.startswith("could not be run: BrokenProcessPool").all()
    assert not table.attrs["complete"]


def test_an_executor_has_a_limited_number_of_units_at_a_time(monkeypatch):
    monkeypatch.setattr(executors, "WINDOW", 3)
    units = [Unit("lif", "tonic_spiking", seed, 10) for seed in range(8)]
    most, began, ended = [], [], []

    class Queue:
        """Ends each unit at once."""

        def submit(self, function, unit):
            most.append(len(began) - len(ended))
            future = Future()
            future.set_result(replace(unit.waiting, reason="budget"))
            return future

    for result in executors.run_on(Queue(), iter(units), lambda: None, began.append):
        assert result.key in {unit.waiting.key for unit in began}
        ended.append(result)
    assert began == units and {result.seed for result in ended} == set(range(8))
    assert max(most) == 3


# -- executors that fail -----------------------------------------------------------------------------


class Closed(Future):
    def cancel(self):
        raise RuntimeError("closed")


class Failing:
    """Runs units at once, but for one model does something else."""

    def __init__(self, then):
        self.then = then

    def submit(self, function, unit):
        if unit.model == "izhikevich":
            return self.then()
        future = Closed()
        future.set_result(function(unit))
        return future


def refuses():
    raise RuntimeError("cannot schedule new futures after shutdown")


def fails_with(error):
    future = Future()
    future.set_exception(error)
    return future


@pytest.mark.parametrize(
    ("then", "text"),
    [
        (refuses, "could not be run: RuntimeError: cannot schedule new futures after shutdown"),
        (lambda: None, "could not be run: TypeError: submit returned None, valid is: a future with add_done_callback"),
        (partial(fails_with, OSError("net down")), "could not be run: OSError: net down"),
    ],
    ids=["refuses", "none", "error"],
)
def test_what_cannot_be_run_leaves_the_other_rows(expected, then, text):
    table = pw.assess(**ASKED, **SMALL, executor=Failing(then))
    assert list(table["status"] == "failed") == [False, False, True, True]
    assert list(table["error"][2:]) == [text, text]
    assert not table.attrs["complete"]
    same(table[:2], expected[:2])


def test_one_model_that_cannot_be_sent_leaves_the_rows_of_the_others():
    with ProcessPoolExecutor(1, SPAWN) as pool:
        table = pw.assess(["lif", own_model()], "tonic_spiking", **SMALL, executor=pool)
    assert list(table["status"] == "failed") == [False, True]
    assert table["error"][1].startswith("could not be run: ")
    assert "needs loky.get_reusable_executor() or a dask client" in table["error"][1]
