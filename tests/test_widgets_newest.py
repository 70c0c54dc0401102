"""Only the newest of what is asked for is worked on, and what was closed works no more."""

import threading

import pytest
from screen import until

from plausiwidgets.widgets.newest import Newest


class Slow:
    """Work that goes on until it is let go."""

    def __init__(self):
        self.go_on, self.done = threading.Event(), []
        self._begun = threading.Event()
        self.newest = Newest(self._work, "test")
        self.newest.ask(0)
        assert self._begun.wait(10)

    def _work(self, item):
        self._begun.set()
        self.go_on.wait(10)
        self.done.append(item)


@pytest.fixture
def slow():
    return Slow()


def test_what_waits_is_passed_over_by_what_comes_after_it(slow):
    for item in range(1, 6):
        slow.newest.ask(item)
    assert not slow.newest.join(0.01)
    slow.go_on.set()
    assert slow.newest.join(10)
    assert slow.done == [0, 5]
    slow.newest.ask(6)  # the thread had gone
    assert slow.newest.join(10)
    assert slow.done == [0, 5, 6]
    until(lambda: not any(t.name == "plausiwidgets test" for t in threading.enumerate()))


def test_closed_it_ends_what_it_does_and_takes_no_more(slow):
    slow.newest.ask(1)
    slow.newest.close()
    slow.newest.ask(2)
    slow.go_on.set()
    assert slow.newest.join(10)
    assert slow.done == [0]
