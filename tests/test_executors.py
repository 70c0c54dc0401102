"""The same table on any executor; a dead worker costs its unit once."""

import multiprocessing
import os
import signal
import sys
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import pandas as pd
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.assessment import executors
from plausiwidgets.assessment.executors import Elsewhere
from plausiwidgets.assessment.units import Outcome, Task, make_row
from plausiwidgets.models import registry

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
        registry._users.pop("own_leaky", None)
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


def tasks_for(keys, model="lif"):
    return [Task(key, model, "tonic_spiking", 0, (100,)) for key in keys]


@pytest.mark.parametrize(("name", "make"), list(pools()), ids=[n for n, _ in pools()])
@pytest.mark.parametrize(("work", "status", "most"), [(dies_once, "not found", 1), (dies_always, "failed", 3)])
def test_a_dead_worker_costs_its_unit_once(monkeypatch, tmp_path, name, make, work, status, most):
    monkeypatch.setattr(executors, "run_unit", partial(work, tmp_path / "died"))
    renewals, renew = [], Elsewhere._renew
    monkeypatch.setattr(Elsewhere, "_renew", lambda self: (renewals.append(1), renew(self)))
    elsewhere = Elsewhere(make())
    outcomes = {o.key: o for o in elsewhere.run(tasks_for("abcdefgh"), lambda: None)}
    elsewhere.close()
    assert sorted(outcomes) == list("abcdefgh")
    assert outcomes["b"].row["status"] == status
    if status == "failed":
        assert "worker died twice" in outcomes["b"].row["error"]
    assert {o.row["status"] for key, o in outcomes.items() if key != "b"} == {"not found"}
    assert len(renewals) <= most


class Machine:
    """A pool of two workers that works when told to; a deadly unit takes all that wait with it."""

    def __init__(self, deadly):
        self.deadly, self.waiting, self.broken, self.batches, self.pools = deadly, [], False, [], 1

    def submit(self, function, task):
        if self.broken:
            raise BrokenExecutor("broken")
        self.waiting.append((task, Future()))
        return self.waiting[-1][1]

    def renew(self):
        self.broken, self.pools = False, self.pools + 1

    def work(self):
        if self.waiting:
            self.batches.append("".join(task.key for task, _ in self.waiting))
        while self.waiting:
            self.broken |= any(task.key in self.deadly for task, _ in self.waiting[:2])
            for task, future in self.waiting if self.broken else self.waiting[:2]:
                if self.broken:
                    future.set_exception(BrokenExecutor("died"))
                else:
                    future.set_result(Outcome(task.key, make_row(task, None, "budget")))
            del self.waiting[: None if self.broken else 2]


@pytest.mark.parametrize(
    ("deadly", "batches", "pools"),
    [
        ("", ["abcdefgh"], 1),
        ("b", ["abcdefgh", "abcdefgh", "a", "b", "cdefgh"], 4),
        ("a", ["abcdefgh", "abcdefgh", "a", "b", "cdefgh"], 4),
        ("dh", ["abcdefgh", "cdefgh", "c", "d", "efgh", "g", "h"], 5),
        ("abcdefgh", ["abcdefgh", "abcdefgh", *"abcdefgh"], 10),
    ],
)
def test_only_what_is_lost_twice_runs_alone(monkeypatch, deadly, batches, pools):
    machine = Machine(deadly)
    monkeypatch.setattr(Elsewhere, "_renew", lambda self: machine.renew())
    outcomes = list(Elsewhere(machine).run(tasks_for("abcdefgh"), machine.work))
    assert sorted(o.key for o in outcomes) == list("abcdefgh")
    assert {o.key for o in outcomes if o.row["status"] == "failed"} == set(deadly)
    assert (machine.batches, machine.pools) == (batches, pools)


def test_a_unit_is_not_to_blame_for_a_pool_that_broke_before(monkeypatch):
    monkeypatch.setattr(executors, "run_unit", partial(dies_always, None))
    with ProcessPoolExecutor(1, SPAWN) as pool:
        assert isinstance(pool.submit(os._exit, 1).exception(), BrokenExecutor)
        elsewhere = Elsewhere(pool)
        (outcome,) = elsewhere.run(tasks_for("a"), lambda: None)
        elsewhere.close()
    assert outcome.row["status"] == "not found"


@pytest.mark.parametrize("context", ["spawn", "fork"])
def test_a_step_that_workers_cannot_import_says_what_to_use(monkeypatch, context):
    model = own_model()
    for part, name in ((model.step, "own_step"), (model.initial_state, "own_start")):
        part.__module__, part.__qualname__ = "__main__", name
        monkeypatch.setattr(sys.modules["__main__"], name, part, raising=False)
    if context == "fork":  # it has all that its parent has, and dies of something else
        monkeypatch.setattr(executors, "run_unit", partial(dies_always, None))
    with ProcessPoolExecutor(1, multiprocessing.get_context(context)) as pool:
        elsewhere = Elsewhere(pool)
        (outcome,) = elsewhere.run(tasks_for("b", model), lambda: None)
        elsewhere.close()
    assert "its worker died twice (BrokenProcessPool" in outcome.row["error"]
    assert ("needs loky.get_reusable_executor() or a dask client" in outcome.row["error"]) is (context == "spawn")


# -- executors that fail -----------------------------------------------------------------------------


KilledWorker = type("KilledWorker", (Exception,), {})  # the name is that of dask's


class Closed(Future):
    def cancel(self):
        raise RuntimeError("closed")


class Failing:
    """Runs units at once, but for one model does something else, at first or always."""

    def __init__(self, then, times=100):
        self.then, self.left = then, times

    def submit(self, function, task):
        if task.model == "izhikevich" and self.left:
            self.left -= 1
            return self.then()
        future = Closed()
        future.set_result(function(task))
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
        (partial(fails_with, KilledWorker("lost")), "its worker died twice (KilledWorker: lost)"),
    ],
    ids=["refuses", "none", "error", "killed"],
)
def test_what_cannot_be_run_leaves_the_other_rows(expected, then, text):
    table = pw.assess(**ASKED, **SMALL, executor=Failing(then))
    assert list(table["status"] == "failed") == [False, False, True, True]
    assert list(table["error"][2:]) == [text, text]
    same(pw.assess(**ASKED, **SMALL, executor=Failing(then, times=2)), expected)


def test_one_model_that_cannot_be_sent_leaves_the_rows_of_the_others():
    with ProcessPoolExecutor(1, SPAWN) as pool:
        table = pw.assess(["lif", own_model()], "tonic_spiking", **SMALL, executor=pool)
    assert list(table["status"] == "failed") == [False, True]
    assert table["error"][1].startswith("could not be run: ")
    assert "needs loky.get_reusable_executor() or a dask client" in table["error"][1]
