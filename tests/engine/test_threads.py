"""Threads of simulations in a process that was forked."""

import os
import sys
import threading
import time

import pytest

import plausiwidgets as pw
from plausiwidgets.optimization.control import gate

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def processor_time_of_a_forked_exit():
    """Fork, end the threads of the child as its exit does, and return its processor time in s."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            threading._shutdown()  # as Python does at its exit
        finally:
            os._exit(0)
    while time.monotonic() - began < 20.0:
        ended, _, usage = os.wait4(child, os.WNOHANG)
        if ended:
            return usage.ru_utime + usage.ru_stime
        time.sleep(0.05)
    os.kill(child, 9)
    return os.wait4(child, 0)[2].ru_utime


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of a fork of a process with threads
def test_a_fork_during_a_search_costs_nothing_at_the_exit_of_the_child():
    run = pw.start_optimization("hodgkin_huxley", "mixed_mode", seed=1, budget=1_000_000)
    try:
        seconds = processor_time_of_a_forked_exit()
    finally:
        run.stop()
        run.wait(30.0)
    assert seconds < 1.0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_does_not_wait_for_an_urgent_job_of_its_parent():
    closed, over = threading.Event(), threading.Event()

    def hold() -> None:
        with gate.urgent():
            closed.set()
            over.wait(30.0)

    thread = threading.Thread(target=hold)
    thread.start()
    closed.wait(30.0)
    child = os.fork()
    if child == 0:
        os._exit(0 if gate.wait(1.0) else 1)
    over.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="multiprocessing forks by default on Linux")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_worker_of_multiprocessing_searches_and_ends():
    import multiprocessing

    run = pw.start_optimization("hodgkin_huxley", "mixed_mode", seed=1, budget=1_000_000)
    worker = multiprocessing.get_context("fork").Process(
        target=lambda: pw.judge("izhikevich", "tonic_spiking", verify=False)
    )
    try:
        worker.start()
        worker.join(20.0)
    finally:
        run.stop()
        run.wait(30.0)
        if worker.is_alive():
            worker.kill()
    assert worker.exitcode == 0
