"""Visitors share a worker by turns of a second, and who has used least goes first."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from plausiwidgets.optimization.control import gate, waiting_at
from plausiwidgets.widgets.handlers.worker import Priority, Worker
from plausiwidgets.widgets.server.scheduler import FIRST, SPENT, WANTED, Turns


class Clock:
    """A time that tests set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def turns(clock):
    turns = Turns(1.0, clock, worked=clock)
    turns.wait = lambda turn, timeout: turns.claim(turn)  # nobody waits for a clock that stands still
    return turns


def steps(turns, clock, those, seconds):
    """Let some visitors work for a time, and return how long each had the turn."""
    had = dict.fromkeys(those, 0.0)
    for _ in range(round(seconds / 0.05)):
        for one in those:
            if one.wait():
                had[one] += 0.05
        clock.now += 0.05
    return list(had.values())


def test_several_get_the_same_time(turns, clock):
    had = steps(turns, clock, [turns.join() for _ in range(5)], 50.0)
    assert sum(had) == pytest.approx(50.0, abs=1.0)
    assert max(had) - min(had) < 1.2


def test_a_newcomer_goes_before_those_who_have_used_more(turns, clock):
    old = [turns.join() for _ in range(10)]
    steps(turns, clock, old, 40.0)
    new = turns.join()
    waited_for = 0.0
    while not new.wait():
        steps(turns, clock, old, 0.05)
        waited_for += 0.05
    assert waited_for <= 1.2


def test_who_starts_anew_again_and_again_does_not_get_more(turns, clock):
    one, other = turns.join(), turns.join()
    had = [0.0, 0.0]
    for _ in range(40):  # `one` stops and begins again every 0.7 s
        part = steps(turns, clock, [one, other], 0.7)
        had = [had[0] + part[0], had[1] + part[1]]
        part = steps(turns, clock, [other], 0.1)
        had[1] += part[0]
    assert had[0] < 1.2 * had[1]


def begin(turn, clock, seconds):
    """Let a search begin whose first try takes so long; return what notes it."""
    tried = []
    turn.begins = lambda: not tried
    turn.begin()
    clock.now += 0.01
    left = [seconds]

    def work():
        if turn.wait():
            left[0] -= 0.05
            if left[0] < 0.01 and not tried:
                tried.append(clock.now)

    return work, tried


def test_the_first_tries_of_a_search_go_before_all_that_goes_on_in_the_order_in_which_they_began(turns, clock):
    old = [turns.join() for _ in range(10)]
    steps(turns, clock, old, 40.0)
    began = clock.now
    new = [begin(turn, clock, 0.4) for turn in (old[7], turns.join(), old[2])]
    for _ in range(40):
        for one in old:
            one.wait()
        for work, _ in new:
            work()
        clock.now += 0.05
    waits = [tried[0] - began for _, tried in new]
    assert waits == sorted(waits) and waits[0] <= 0.6 and waits[-1] <= 1.6


def test_who_begins_searches_again_and_again_goes_first_for_a_short_time_only(turns, clock):
    one, other = turns.join(), turns.join()
    one.begins = lambda: True
    had = [0.0, 0.0]
    for _ in range(40):
        one.begin()
        part = steps(turns, clock, [one, other], 0.5)
        had = [had[0] + part[0], had[1] + part[1]]
    assert had[0] - had[1] < 2 * FIRST


def test_who_waits_at_a_closed_gate_keeps_the_place(turns, clock):
    first, second, third = (turns.join() for _ in range(3))
    assert first.wait() and not second.wait()
    with turns.wanted(second):  # verdicts are made meanwhile
        clock.now += WANTED + 0.1
        assert not third.wait()
    assert second.wait()


def test_what_verdicts_hold_up_is_no_part_of_a_turn(turns, clock):
    one, other = turns.join(), turns.join()
    assert one.wait() and not other.wait()
    clock.now += 5.0
    turns.prolong(one, 5.0)
    assert steps(turns, clock, [one, other], 0.9) == [pytest.approx(0.9), 0.0]
    assert steps(turns, clock, [one, other], 0.9)[1] > 0.7
    assert one.used(clock.now) == pytest.approx(1.0, abs=0.1)


def test_who_has_left_waits_for_all_others(turns, clock):
    left, there = turns.join(), turns.join()
    left.away = True
    had = steps(turns, clock, [left, there], 10.0)
    assert had[0] <= 1.2


def test_who_does_not_come_back_loses_the_turn(turns, clock):
    gone, other = turns.join(), turns.join()
    assert gone.wait()
    assert not other.wait()
    clock.now += WANTED + 0.01
    assert other.wait()


def test_it_is_told_how_many_are_before(turns, clock):
    those = [turns.join() for _ in range(4)]
    assert [one.wait() for one in those] == [True, False, False, False]
    assert [one.before() for one in those] == [0, 1, 2, 3]


def test_a_step_without_a_checkpoint_is_noticed_only_while_work_goes_on(turns, clock):
    turn = turns.join()
    turn.wait()
    clock.now += 100.0
    assert turns.silent(60.0) == []
    turn.working = lambda: True
    assert turns.silent(60.0) == [turn]
    turn.leave()
    assert turns.silent(60.0) == []


def test_a_verdict_holds_all_turns():
    turn = Turns().join()
    with ThreadPoolExecutor(1) as other:
        with gate.urgent():
            assert not other.submit(turn.wait, 0.01).result()
        assert other.submit(turn.wait, 0.01).result()


def test_a_job_that_closes_the_gate_does_not_wait_for_itself():
    turn = Turns().join()
    with waiting_at(turn):
        worker = Worker(print)
    done = []

    def work(checkpoint):
        with gate.urgent():
            checkpoint()
        done.append(True)

    worker.ask("tool", Priority.TOOL, work)
    assert worker.join(30.0)
    assert done


def test_verdicts_that_take_long_go_on_by_turns_and_hold_up_nobody(clock):
    turns = Turns(1.0, clock, worked=clock)
    turn, other = turns.join(), turns.join()
    with turn.urgent():
        assert gate.closed and turn.hurry()
        clock.now += SPENT + 0.1
        assert not turn.hurry()
        assert not gate.closed
        clock.now += 100.0  # that it waits is not counted
    with turn.urgent():
        assert gate.closed and turn.hurry()
    clock.now += 1.0
    with turn.urgent():
        clock.now += SPENT
        assert not turn.hurry()
    with turn.urgent():  # of who has had so much of late, the next one waits, too
        assert not turn.hurry() and not gate.closed
    with other.urgent():
        assert other.hurry() and gate.closed
    assert not gate.closed and turn.hurry()


@contextmanager
def held(seat):
    """A visitor works meanwhile, in a thread of its own."""
    working = Event()
    working.set()

    def work():
        while working.is_set():
            seat.wait(0.05)

    thread = Thread(target=work)
    assert seat.wait()
    thread.start()
    try:
        yield
    finally:
        working.clear()
        thread.join()


def test_a_long_job_waits_at_the_gate_of_its_visitor_and_a_verdict_does_not():
    turns = Turns()
    first, second = turns.join(), turns.join()
    done = []
    with waiting_at(second):
        worker = Worker(done.append)
    with held(first):
        worker.ask("tool", Priority.TOOL, lambda checkpoint: (checkpoint(), done.append("tool")))
        worker.ask("drag", Priority.DRAG, lambda checkpoint: (checkpoint(), done.append("verdict")))
        assert worker.join(30.0)
    assert done == ["verdict", "tool"]


def test_a_job_that_waits_for_its_turn_is_cancelled():
    turns = Turns(length=1e9)
    first, second = turns.join(), turns.join()
    with waiting_at(second):
        worker = Worker(print)
    with held(first):
        worker.ask("tool", Priority.TOOL, lambda checkpoint: checkpoint())
        assert not worker.join(0.3)
        worker.cancel("tool")
        assert worker.join(10.0)
