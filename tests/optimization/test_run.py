"""A run in the background: snapshots, switches, priority, errors."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from optimization_fakes import fake_optimizer
from waiting import until

from plausiwidgets.assessment.table import make_table
from plausiwidgets.engine import threads
from plausiwidgets.optimization.control import Gate, StoppedError
from plausiwidgets.optimization.portfolio import Options
from plausiwidgets.optimization.run import Run

SMALL = Options(popsize=8, population=32)
NEVER = {"radius": -1.0}  # nothing is accepted


def stands(read, seconds=0.2):
    """Return whether a value stays the same for this time."""
    before = read()
    time.sleep(seconds)
    return read() == pytest.approx(before, abs=1e-6)


def test_pause_and_stop_take_effect_within_a_generation():
    run = Run(fake_optimizer(seconds=3600.0)).start()
    until(lambda: run.snapshot().seconds > 0.05)
    run.pause()
    until(lambda: run.snapshot().state == "paused")
    until(lambda: stands(lambda: run.snapshot().seconds))
    run.resume()
    until(lambda: run.snapshot().state == "running")
    until(lambda: not stands(lambda: run.snapshot().seconds, 0.01))
    run.stop()
    result = run.result(60)
    assert result.stop_reason == "stopped"
    assert result.evaluations == 0
    assert result.loss == np.inf
    assert "Infinity" not in result.to_json()


def test_stop_keeps_the_best_and_ends_a_pause():
    run = Run(fake_optimizer(budget=100_000, options=SMALL, seconds=0.002, **NEVER)).start()
    until(lambda: run.snapshot().generation > 5)
    run.pause()
    until(lambda: run.snapshot().state == "paused")
    best = run.snapshot()
    run.stop()
    result = run.result(5)
    assert run.snapshot().state == "stopped"
    assert result.loss == best.loss
    assert dict(result.parameters) == dict(best.parameters)
    assert not result.reproducible


def test_snapshots_never_change():
    seen, copied = [], []

    def keep(snapshot):
        seen.append(snapshot)
        copied.append((snapshot._history.loss.copy(), snapshot._history.values.copy()))

    Run(fake_optimizer(1, budget=1500, options=SMALL, **NEVER), progress=keep).execute()
    assert [s.generation for s in seen[:-1]] == list(range(1, len(seen)))
    for s, (loss, values) in zip(seen, copied, strict=True):
        assert len(s._history) == s._history.ends[-1] == s.evaluations
        assert s._history.best[-1] == s.loss
        assert np.array_equal(s._history.loss, loss) and np.array_equal(s._history.values, values)
        with pytest.raises(ValueError, match="read-only"):
            s._history.loss[0] = 1.0
    assert seen[-1].state == "done"
    best = [s.loss for s in seen]
    assert best == sorted(best, reverse=True)


def test_a_model_that_raises_fails_the_run_with_its_own_error():
    run = Run(fake_optimizer(error=ZeroDivisionError("in the step"))).start()
    with pytest.raises(ZeroDivisionError, match="in the step"):
        run.result(5)
    assert run.snapshot().state == "failed"
    assert run.snapshot().error == "ZeroDivisionError: in the step"


def test_a_progress_that_raises_is_switched_off():
    told = []

    def broken(snapshot):
        told.append(snapshot)
        raise RuntimeError("no screen")

    run = Run(fake_optimizer(options=SMALL, **NEVER), progress=broken)
    with pytest.warns(UserWarning, match="no screen"):
        result = run.execute()
    assert len(told) == 1 and run.progress_error == "RuntimeError: no screen"
    assert result.stop_reason == "budget" and run.snapshot().state == "done"


def test_an_unknown_progress_is_rejected_with_the_name_of_the_function():
    with pytest.raises(ValueError, match=r"^optimize: progress must be None, .*, got 'bar'\.$"):
        Run(fake_optimizer(options=SMALL, **NEVER), progress="bar")


def test_keyboard_interrupt_returns_the_result_so_far():
    def interrupt(snapshot):
        if snapshot.generation == 4 and snapshot.state == "running":
            raise KeyboardInterrupt

    result = Run(fake_optimizer(options=SMALL, **NEVER), progress=interrupt).execute()
    assert result.stop_reason == "stopped"
    assert result.generation == 4


def test_time_limit_marks_the_result():
    began = time.monotonic()
    result = Run(fake_optimizer(seconds=3600.0, options=SMALL, **NEVER), time_limit=0.2).execute()
    assert 0.2 <= time.monotonic() - began < 600.0
    assert result.stop_reason == "time"
    assert not result.reproducible


def test_a_search_whose_time_limit_ends_before_its_first_evaluation_is_not_searched():
    result = Run(fake_optimizer(options=SMALL, **NEVER), time_limit=1e-9).execute()
    assert (result.stop_reason, result.evaluations, result.unsearched) == ("time", 0, True)
    assert result.summary == "not searched; the time limit was reached"
    assert str(result._table().title).split(": ")[1].startswith("· not searched")
    (row,) = make_table([result]).itertuples()
    assert (row.status, row.stop_reason) == ("unsearched", "time")


def test_result_times_out():
    run = Run(fake_optimizer(seconds=3600.0)).start()
    with pytest.raises(TimeoutError):
        run.result(0.05)
    run.stop()
    assert run.wait(60)


# -- priority ----------------------------------------------------------------------------------


def test_an_urgent_job_pauses_every_run():
    gate = Gate()
    runs = [Run(fake_optimizer(s, options=SMALL, seconds=0.002, **NEVER), gate=gate).start() for s in (0, 1)]
    until(lambda: all(run.snapshot().generation > 2 for run in runs))
    with gate.urgent():
        with gate.urgent():
            pass
        assert gate.closed
        until(lambda: stands(lambda: [run.snapshot().generation for run in runs]))
        before = [run.snapshot().generation for run in runs]
        assert stands(lambda: [run.snapshot().generation for run in runs])
    until(lambda: all(run.snapshot().generation > n for run, n in zip(runs, before, strict=True)))
    for run in runs:
        run.stop()
        assert run.wait(60)


def test_a_stop_ends_the_wait_at_the_gate():
    gate = Gate()
    run = Run(fake_optimizer(), gate=gate)
    with ThreadPoolExecutor(1) as pool, gate.urgent():
        waiting = pool.submit(run._checkpoint)
        with pytest.raises(TimeoutError):
            waiting.result(0.05)
        run.stop()
        with pytest.raises(StoppedError):
            waiting.result(60)
        assert gate.closed


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives each thread a priority of its own")
def test_a_run_in_the_background_has_a_lower_priority(monkeypatch):
    monkeypatch.setattr(threads, "NICENESS", 19)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    seen = []

    class Noting(Gate):
        @property
        def closed(self):
            seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            return super().closed

    Run(fake_optimizer(options=SMALL), gate=Noting()).start().result(120)
    assert set(seen) == {19}
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own


RUN = "run = pw.start_optimization('lif', 'tonic_bursting')"
STUDY = "from plausiwidgets.assessment import start_assessment; study = start_assessment('lif', 'tonic_bursting')"
EXPLORER = "explorer = pw.Explorer('lif')"
SEARCHING = "explorer = pw.Explorer('lif', 'tonic_bursting'); explorer.optimize()"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "after"), [(RUN, 0.0), (RUN, 0.7), (STUDY, 0.0), (STUDY, 0.7), (EXPLORER, 0.0), (SEARCHING, 0.7)]
)
def test_python_exits_quietly_during_work_in_the_background(work, after):
    program = f"import time; import plausiwidgets as pw; {work}; time.sleep({after})"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""


def test_a_run_can_start_only_once():
    run = Run(fake_optimizer()).start()
    with pytest.raises(ValueError, match="has already started"):
        run.start()
    assert run.result(60).status == "replicated"
    with pytest.raises(ValueError, match="has already started"):
        run.execute()
