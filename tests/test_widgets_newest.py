"""Only the newest of what is asked for is worked on, and what was closed works no more."""

import threading

from screen import until

from plausiwidgets.widgets.newest import Newest


def test_what_waits_is_passed_over_by_what_comes_after_it():
    begun, go_on, done = threading.Event(), threading.Event(), []

    def work(item):
        begun.set()
        go_on.wait(10)
        done.append(item)

    newest = Newest(work, "test")
    newest.ask(0)
    assert begun.wait(10)
    for item in range(1, 6):
        newest.ask(item)
    assert not newest.join(0.01)
    go_on.set()
    assert newest.join(10)
    assert done == [0, 5]
    newest.ask(6)  # the thread had gone
    assert newest.join(10)
    assert done == [0, 5, 6]
    until(lambda: not any(t.name == "plausiwidgets test" for t in threading.enumerate()))


def test_closed_it_ends_what_it_does_and_takes_no_more():
    begun, go_on, done = threading.Event(), threading.Event(), []

    def work(item):
        begun.set()
        go_on.wait(10)
        done.append(item)

    newest = Newest(work, "test")
    newest.ask(0)
    assert begun.wait(10)
    newest.ask(1)
    newest.close()
    newest.ask(2)
    go_on.set()
    assert newest.join(10)
    assert done == [0]
