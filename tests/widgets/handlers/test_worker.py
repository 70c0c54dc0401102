"""The background jobs of an explorer, with a clock of the test's own and without threads; and a few with them."""

import threading

import pytest
from waiting import until

from plausiwidgets.widgets.handlers.worker import Priority, Worker


class Desk:
    """A worker whose time and threads are the test's."""

    def __init__(self) -> None:
        self.now, self.done, self.errors, self.started = 0.0, [], [], []
        self.worker = Worker(self.errors.append, lambda: self.now, lambda run, name, end: self.started.append(name))

    def ask(self, key, priority=Priority.TOOL, after=0.0, name=None) -> None:
        self.worker.ask(key, priority, lambda _: self.done.append(key if name is None else name), after)

    def run(self) -> list[object]:
        """Do all that is due, and return it in its order."""
        self.done.clear()
        while any(self.worker.step(thread) for thread in ("drag", "work", "idle")):
            pass
        return list(self.done)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_more_urgent_jobs_come_first_and_equal_ones_in_their_order(desk) -> None:
    for key, priority in (("a", Priority.LATER), ("b", Priority.TOOL), ("c", Priority.FIGURE), ("d", Priority.TOOL)):
        desk.ask(key, priority)
    assert desk.run() == ["c", "b", "d", "a"]


def test_the_newest_job_of_a_key_replaces_the_older_one_in_its_place(desk) -> None:
    desk.ask("a", name="old")
    desk.ask("b")
    desk.ask("a", name="new")
    assert desk.run() == ["new", "b"]
    assert desk.run() == []


def test_a_delayed_job_runs_after_its_delay(desk) -> None:
    desk.ask("verify", after=0.25)
    assert desk.run() == []
    desk.now = 0.2
    desk.ask("verify", after=0.25)  # another change begins the wait anew
    desk.now = 0.44
    assert desk.run() == []
    desk.now = 0.46
    assert desk.run() == ["verify"]


def test_a_job_that_waits_for_its_time_holds_up_nothing(desk) -> None:
    desk.ask("urgent", Priority.FIGURE, after=1.0)
    desk.ask("other", Priority.LATER)
    assert desk.run() == ["other"]


def test_a_drag_and_an_idle_job_have_threads_of_their_own(desk) -> None:
    for priority in Priority:
        desk.ask(priority, priority)
    assert desk.started == ["plausiwidgets drag", "plausiwidgets work", "plausiwidgets idle"]
    assert desk.worker.step("drag") and desk.worker.step("drag") and not desk.worker.step("drag")
    assert desk.done == [Priority.DRAG, Priority.VERIFY]


def test_a_superseded_cancelled_or_closed_job_ends_at_its_checkpoint(desk) -> None:
    passed = []

    def long(interrupt):
        def work(checkpoint):
            checkpoint()
            interrupt()
            checkpoint()
            passed.append(interrupt)

        return work

    desk.worker.ask("a", Priority.VERIFY, long(lambda: desk.ask("a", name="newer")))
    assert desk.run() == ["newer"]
    desk.worker.ask("a", Priority.VERIFY, long(lambda: desk.worker.cancel("a")))
    assert desk.run() == []
    desk.ask("b")
    desk.worker.cancel("b")
    assert desk.run() == []
    desk.worker.ask("a", Priority.VERIFY, long(lambda: desk.ask("b")))  # another key ends nothing
    desk.run()
    desk.worker.ask("a", Priority.VERIFY, long(desk.worker.close))
    desk.run()
    assert len(passed) == 1 and desk.errors == []


def test_errors_are_reported_except_those_of_superseded_jobs(desk) -> None:
    desk.worker.ask("a", Priority.TOOL, lambda _: 1 / 0)
    desk.ask("b")
    assert desk.run() == ["b"]
    assert [type(error) for error in desk.errors] == [ZeroDivisionError]

    def fails_late(_):
        desk.worker.cancel("a")
        raise ValueError

    desk.worker.ask("a", Priority.TOOL, fails_late)
    desk.run()
    assert len(desk.errors) == 1


def test_join_waits_up_to_a_priority(desk) -> None:
    desk.ask("tool", Priority.TOOL)
    assert desk.worker.join(0.0, Priority.FIGURE) and not desk.worker.join(0.0)
    desk.ask("verify", Priority.VERIFY, after=0.25)
    assert not desk.worker.join(0.0, Priority.FIGURE)  # what waits for its time is not done
    desk.now = 1.0
    desk.run()
    assert desk.worker.join(0.0)


def test_a_closed_worker_drops_waiting_jobs_and_accepts_no_more(desk) -> None:
    desk.ask("a", after=1.0)
    desk.worker.close()
    desk.ask("b")
    desk.now = 2.0
    assert desk.run() == [] and desk.worker.join(0.0)


def test_a_job_that_takes_long_holds_up_no_drag() -> None:
    worker, begun, go_on, dragged = Worker(print), threading.Event(), threading.Event(), threading.Event()

    def long(_):
        begun.set()
        assert go_on.wait(10)

    worker.ask("target", Priority.FIGURE, long)
    assert begun.wait(10)
    worker.ask("judge", Priority.DRAG, lambda _: dragged.set())
    assert dragged.wait(10)
    go_on.set()
    assert worker.join(10)


def test_threads_end_with_their_work_and_start_again() -> None:
    worker, done = Worker(print), []
    for number in range(2):
        worker.ask("a", Priority.TOOL, lambda _, number=number: done.append(number), after=0.01)
        assert worker.join(10)
        until(lambda: not any(t.name == "plausiwidgets work" for t in threading.enumerate()))
    assert done == [0, 1]
