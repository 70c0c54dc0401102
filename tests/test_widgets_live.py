"""The worker of the live path: the newest job wins, and nothing stops it."""

import threading
import time

from plausiwidgets.widgets.explorer.live import NewestWins


def test_the_newest_job_wins_and_settles_once() -> None:
    done: list[int] = []
    settled: list[int] = []
    gate = threading.Event()

    def work(job: int) -> None:
        gate.wait(5)
        done.append(job)

    worker = NewestWins(work, settled.append, lambda error: None, rest=0.05)
    for job in range(1000):
        worker.put(job)
    gate.set()
    assert worker.join(5)
    assert done[-1] == 999
    assert len(done) <= 2  # the one that was taken at once, and the newest
    assert settled == [999]
    worker.close()


def test_jobs_from_many_threads_end_with_the_last_one() -> None:
    done: list[int] = []
    worker = NewestWins(done.append, lambda job: None, lambda error: None, rest=0.01)
    threads = [threading.Thread(target=lambda: [worker.put(i) for i in range(200)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.put(-1)
    assert worker.join(5)
    assert done[-1] == -1
    worker.close()


def test_an_exception_is_reported_and_the_worker_goes_on() -> None:
    done: list[int] = []
    errors: list[Exception] = []

    def work(job: int) -> None:
        if job == 1:
            raise ValueError("as a test")
        done.append(job)

    worker = NewestWins(work, work, errors.append, rest=0.02)
    worker.put(1)
    assert worker.join(5)
    worker.put(2)
    assert worker.join(5)
    assert [str(error) for error in errors] == ["as a test", "as a test"]
    assert done == [2, 2]
    worker.close()


def test_it_waits_until_the_page_is_ready_and_then_takes_the_newest() -> None:
    done: list[int] = []
    ready = threading.Event()
    worker = NewestWins(done.append, lambda job: None, lambda error: None, lambda: ready.wait(5), rest=0.01)
    worker.put(1)
    time.sleep(0.05)
    worker.put(2)
    ready.set()
    assert worker.join(5)
    assert done == [2]
    worker.close()


def test_after_close_nothing_happens() -> None:
    done: list[int] = []
    worker = NewestWins(done.append, done.append, lambda error: None, rest=0.01)
    worker.put(1)
    worker.join(5)
    worker.close()
    done.clear()
    worker.put(2)
    assert worker.join(5)
    assert done == []


def test_what_still_waits_is_merged_into_the_newer_job() -> None:
    done: list[tuple[int, bool]] = []
    ready = threading.Event()
    worker: NewestWins[tuple[int, bool]] = NewestWins(
        done.append, lambda job: None, lambda error: None, lambda: ready.wait(5), rest=0.01,
        merge=lambda waiting, new: (new[0], waiting[1] or new[1]),
    )  # fmt: skip
    worker.put((1, True))
    worker.put((2, False))
    ready.set()
    assert worker.join(5)
    worker.put((3, False))
    assert worker.join(5)
    assert done == [(2, True), (3, False)]
    worker.close()
