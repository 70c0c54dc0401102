"""The same table on any executor; units that cannot run have failed rows with the reason."""

import multiprocessing
import os
import signal
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial

import pytest
import torch
from optimization_fakes import same_table
from paths import DATA
from small_neurons import make

import plausiwidgets as pw

ASKED = {"models": ["lif", "izhikevich"], "patterns": ["tonic_spiking", "tonic_bursting"]}
SMALL = {"budget": 300, "popsize": 8}
NEURONS = DATA / "my_neurons.py"
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture(scope="module")
def expected():
    return pw.assess(**ASKED, **SMALL)


def custom_model(name="custom_leaky"):
    """Return a model that pickle cannot send: its step is a local function."""

    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (-65.0 - state[0] + current)
        return (v > -50.0).to(v.dtype), (torch.where(v > -50.0, -65.0, v),)

    return make(step, key=name, dt=0.5)


def test_threads(expected):
    with ThreadPoolExecutor(2) as pool:
        same_table(pw.assess(**ASKED, **SMALL, executor=pool), expected)


@pytest.mark.parametrize("context", [SPAWN, pytest.param(None, id="default")])
def test_process_pool(expected, context):
    torch.ones(2000, 2000).tril()  # starts threads of torch, for which a forked process must not wait
    with ProcessPoolExecutor(2, context) as pool:
        same_table(pw.assess(**ASKED, **SMALL, executor=pool), expected)


@contextmanager
def loky_pool(folder):
    executor = pytest.importorskip("loky").get_reusable_executor(max_workers=1)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True)


@contextmanager
def dask_client(folder):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None, "local_directory": str(folder)}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        yield client


@pytest.mark.slow
@pytest.mark.parametrize("executor", [loky_pool, dask_client])
def test_loky_and_dask_take_a_custom_model_and_one_of_a_file(expected, executor, tmp_path):
    with executor(tmp_path) as pool:
        same_table(pw.assess(**ASKED, **SMALL, executor=pool), expected)
        alone = pw.assess(custom_model(), "tonic_spiking", **SMALL)
        same_table(pw.assess(custom_model(), "tonic_spiking", **SMALL, executor=pool), alone)
        pw.models.register(custom_model("custom_registered"))  # unknown to the workers
        named = pw.assess("custom_registered", "tonic_spiking", **SMALL, executor=pool)
        same_table(named, alone.assign(model="custom_registered"))
        # Code of the user's own, too, may send a model of a file by value.
        [neuron] = pw.models.load(NEURONS, "high_threshold")
        future = pool.submit(pw.judge, neuron, "tonic_spiking")
        assert future.result(120).loss == pw.judge("high_threshold", "tonic_spiking").loss
        of_file = pw.assess(neuron, "tonic_spiking", **SMALL, executor=pool)
        same_table(of_file, pw.assess(neuron, "tonic_spiking", **SMALL))


def test_a_model_that_cannot_be_pickled_is_refused_with_advice():
    with ProcessPoolExecutor(1, SPAWN) as pool, pytest.raises(ValueError, match=r"loky|dask"):
        pw.assess(custom_model(), "tonic_spiking", **SMALL, executor=pool)


def test_a_study_with_an_executor_continues_its_file(expected, tmp_path):
    def interrupt(snapshot):
        if snapshot.finished == 2:
            raise KeyboardInterrupt

    path = tmp_path / "s.jsonl"
    part = pw.assess(**ASKED, **SMALL, executor=Failing(Future), store=path, progress=interrupt)
    assert len(part) == 2
    same_table(pw.assess(**ASKED, **SMALL, store=path), expected)


# -- dead workers ------------------------------------------------------------------------------------


def deadly_model():
    """Return a model whose step kills its process, except this one."""
    parent, leaky = os.getpid(), custom_model()

    def step(current, state, p, dt):
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return leaky.step(current, state, p, dt)

    return make(step, key="deadly", dt=0.5)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills a worker")
def test_after_the_death_of_a_worker_the_study_can_continue(expected, tmp_path):
    loky = pytest.importorskip("loky")
    asked = ASKED | {"models": ["lif", "izhikevich", deadly_model()]}
    pool = loky.get_reusable_executor(max_workers=1)
    with pytest.warns(
        UserWarning, match=r"The executor has died \(TerminatedWorkerError\) with \d of 6 searches finis"
    ):
        table = pw.assess(**asked, **SMALL, executor=pool, store=tmp_path / "s.jsonl")
    assert "same store" in table.attrs["executor_error"] and not table.attrs["complete"]
    assert "failed" not in set(table["status"]) and "deadly" not in set(table["model"])
    again = pw.assess(**asked, **SMALL, store=tmp_path / "s.jsonl")
    same_table(again[:4], expected)
    assert "failed" not in set(again["status"])


# -- executors that fail -----------------------------------------------------------------------------


class Closed(Future):
    def cancel(self):
        raise RuntimeError("closed")


class Failing:
    """Runs units at once, but calls `then` for those of one model."""

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
        (partial(fails_with, OSError("net down")), "could not be run: OSError: net down"),
    ],
    ids=["refuses", "error"],
)
def test_units_that_cannot_run_leave_the_other_rows(expected, then, text):
    table = pw.assess(**ASKED, **SMALL, executor=Failing(then))
    assert list(table["status"] == "failed") == [False, False, True, True]
    assert list(table["error"][2:]) == [text, text]
    assert not table.attrs["complete"]
    same_table(table[:2], expected[:2])


def test_a_pool_that_dies_ends_the_study_with_one_sentence_and_a_new_pool_completes_it(expected, tmp_path):
    path, dies = tmp_path / "s.jsonl", Failing(partial(fails_with, BrokenProcessPool("a process was terminated")))
    with pytest.warns(UserWarning, match="has died .BrokenProcessPool. with 2 of 4 searches finished") as warned:
        table = pw.assess(**ASKED, **SMALL, executor=dies, store=path)
    assert len(warned) == 1 and not table.attrs["complete"]
    same_table(table, expected[:2])
    assert len(path.read_text().splitlines()) == 3
    with ThreadPoolExecutor(1) as pool:
        same_table(pw.assess(**ASKED, **SMALL, executor=pool, store=path), expected)


def test_a_model_that_cannot_be_pickled_leaves_the_other_rows():
    with ProcessPoolExecutor(1, SPAWN) as pool:
        table = pw.assess(["lif", custom_model()], "tonic_spiking", **SMALL, executor=pool)
    assert list(table["status"] == "failed") == [False, True]
    assert table["error"][1].startswith("could not be run: ")
    assert "requires loky.get_reusable_executor() or Dask" in table["error"][1]
