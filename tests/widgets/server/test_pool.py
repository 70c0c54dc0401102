"""Which worker gets which request, and what happens when a worker ends, with workers that only note their orders."""

import json
import logging
from itertools import count
from types import SimpleNamespace

import pytest

from plausiwidgets.widgets.server import frames
from plausiwidgets.widgets.server import pool as module
from plausiwidgets.widgets.server.limits import Limits
from plausiwidgets.widgets.server.pool import SILENT, WATCH, Client, Pool
from plausiwidgets.widgets.server.scheduler import SHORT

SET = {"model": "lif", "pattern": "tonic_spiking", "values": {}, "dt": 0.1}


class Process:
    """A worker that notes its orders."""

    numbers = count(1)

    def __init__(self, settings, heard):
        self.pid = next(self.numbers)
        self.began = self.spoke = 0.0
        self.ready, self.ended, self.killed = True, False, False
        self.jobs, self.orders = {False: None, True: None}, []

    def send(self, order, data=b""):
        self.orders.append(order)

    def kill(self):
        self.killed = True

    @property
    def requests(self):
        return [order["message"]["id"] for order in self.orders if order["do"] == "ask"]

    @property
    def ends(self):
        return [order["job"] for order in self.orders if order["do"] == "end"]


class Loop:
    """Keeps what is to be called later."""

    def __init__(self):
        self.later = []

    def call_later(self, seconds, call, *arguments):
        self.later.append(lambda: call(*arguments))


clock_of = SimpleNamespace(now=1.0)


@pytest.fixture
def pool(monkeypatch):
    clock_of.now = 1.0  # no worker has lived long
    loop = Loop()
    monkeypatch.setattr(module, "Process", Process)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock_of.now))
    monkeypatch.setattr(module.asyncio, "get_running_loop", lambda: loop)
    made = Pool(Limits(workers=2), [], logging.getLogger("test"))
    made.start()
    loop.later.clear()
    return made


def visitor(number):
    """Return a visitor, the answers to it, and the number of times that its page makes its patterns again."""
    told, restarts = [], []
    client = Client(number, "en", lambda frame, is_text: told.append(json.loads(frame)), lambda: restarts.append(1))
    return client, told, restarts


def ask(pool, client, identity, kind="verify", **fields):
    return pool.ask(client, {"kind": kind, "id": identity, **SET, **fields}, b"")


def answer(pool, client, identity, state="done"):
    """The worker of a request answers it."""
    job = client.open[identity]
    head = {"job": job.number, "state": state, "is_text": True}
    pool._receive(job.process, frames.packed(head, json.dumps({"id": identity, "state": state}).encode()))
    return job


def complete(pool, client, identity, seconds=0.1, **more):
    """The worker of a request answers it, and is free again."""
    job = client.open[identity]
    process = job.process
    if not more.get("late"):
        answer(pool, client, identity)
    pool._receive(process, frames.packed({"job": job.number, "seconds": seconds, "late": False, **more}))


def replaced(pool, process):
    """A worker ends, and another one begins."""
    pool._receive(process, None)
    pool._loop.later.pop()()


def running(pool):
    return [process.requests for process in pool._processes]


def test_each_worker_computes_one_short_and_one_long_request(pool):
    for k in range(1, 4):
        client, _, _ = visitor(k)
        ask(pool, client, f"short {k}")
        ask(pool, client, f"long {k}", kind="samples", count=200, seed=0)
    assert running(pool) == [["short 1", "long 1"], ["short 2", "long 2"]]


def test_the_shortest_request_is_next_when_a_worker_is_free(pool):
    clients = [visitor(k)[0] for k in range(5)]
    for k, client in enumerate(clients[:3]):
        ask(pool, client, f"{k}")
    ask(pool, clients[3], "3", kind="phase", sweep="", pair=[], others="steady", now=0.0)
    pool._estimates.learn({"kind": "phase", **SET}, 0.01)
    ask(pool, clients[4], "4", kind="phase", sweep="", pair=[], others="steady", now=0.0)
    complete(pool, clients[0], "0")
    assert pool._processes[0].requests == ["0", "4"]


def test_a_newer_request_of_a_kind_replaces_the_older_one(pool):
    client, told, _ = visitor(1)
    ask(pool, client, "a")
    process = client.open["a"].process
    number = client.open["a"].number
    ask(pool, client, "b")
    assert [(one["id"], one["state"]) for one in told] == [("a", "superseded")]
    assert process.ends == [number]
    pool._receive(process, frames.packed({"job": number, "seconds": 0.1, "late": False}))
    assert list(client.open) == ["b"]


def test_a_request_that_has_ended_has_no_further_answers_and_is_not_learned(pool):
    client, told, _ = visitor(1)
    ask(pool, client, "a")
    job = client.open["a"]
    process = job.process
    pool.end(job)
    head = {"job": job.number, "state": "done", "is_text": True}
    pool._receive(process, frames.packed(head, b'{"id": "a", "state": "done"}'))
    pool._receive(process, frames.packed({"job": job.number, "seconds": 9.0, "late": False}))
    assert [one["state"] for one in told] == ["stopped"]
    assert pool._estimates.seconds(job.message) < 1.0
    assert process.jobs == {False: None, True: None}


def test_a_request_that_takes_longer_than_a_short_one_starts_again_as_a_long_one(pool):
    client, told, _ = visitor(1)
    ask(pool, client, "a")
    complete(pool, client, "a", seconds=SHORT, late=True)
    assert told == []
    assert client.open["a"].is_long and pool._processes[0].requests == ["a", "a"]
    complete(pool, client, "a", seconds=5.0)
    assert [one["state"] for one in told] == ["done"]
    ask(pool, client, "b")
    assert client.open["b"].is_long


def test_a_request_that_is_expected_to_take_too_long_is_refused(pool):
    client, _, _ = visitor(1)
    assert "notebook" in ask(pool, client, "a", kind="plane", points=[100, 100], x="v_rest", y="tau_mem", all=True)
    assert client.open == {} and running(pool) == [[], []]


def test_a_waiting_verification_is_answered_with_the_number_of_visitors_ahead(pool):
    clients = [visitor(k) for k in range(4)]
    for client, _, _ in clients:
        ask(pool, client, "a", pattern="class_1_excitable")
    pool._watch()
    pool._watch()
    assert [told for _, told, _ in clients] == [
        [],
        [],
        [{"kind": "verify", "id": "a", "state": "waiting", "ahead": 2}],
        [{"kind": "verify", "id": "a", "state": "waiting", "ahead": 3}],
    ]
    complete(pool, clients[0][0], "a")
    pool._watch()
    assert [one["ahead"] for one in clients[3][1]] == [3, 2]


def test_the_requests_of_a_worker_that_ends_are_repeated_and_others_are_not(pool):
    clients = [visitor(k) for k in range(3)]
    for k, (client, _, _) in enumerate(clients):
        ask(pool, client, f"{k}")
    first, second = pool._processes
    complete(pool, clients[1][0], "1")
    assert second.requests == ["1", "2"]
    replaced(pool, first)
    assert [process.requests for process in pool._processes] == [["0"], ["1", "2"]]
    assert clients[0][1] == []


def test_a_request_with_which_two_workers_have_ended_fails_in_the_language_of_the_page(pool):
    client, told, _ = visitor(1)
    client.language = "de"
    ask(pool, client, "a")
    for _ in range(2):
        replaced(pool, client.open["a"].process)
    assert [one["state"] for one in told] == ["failed"]
    assert told[0]["error"].startswith("Der Server hat diese Anfrage beendet")
    assert client.open == {}


def test_pages_make_their_patterns_again_if_the_worker_that_had_them_ends(pool):
    client, _, restarts = visitor(1)
    other, _, other_restarts = visitor(2)
    ask(pool, client, "s", kind="stimulus", shape="step")
    home = client.home
    complete(pool, client, "s")
    ask(pool, other, "a")
    replaced(pool, home)
    assert restarts == [1] and other_restarts == []
    assert client.home is None


def test_a_worker_that_does_not_begin_is_tried_again(pool, monkeypatch, caplog):
    client, _, _ = visitor(1)

    def full(settings, heard):
        raise OSError("Too many open files")

    ended = pool._processes[0]
    pool._receive(ended, None)
    monkeypatch.setattr(module, "Process", full)
    pool._loop.later.pop()()
    assert "Too many open files" in caplog.text
    monkeypatch.setattr(module, "Process", Process)
    pool._loop.later.pop()()
    assert ended not in pool._processes
    ask(pool, client, "a")
    assert pool._processes[0].requests == ["a"]


@pytest.mark.parametrize(
    "report", [{"memory": 0, "is_silent": True}, {"memory": 2_000_000_000, "is_silent": False}], ids=["silent", "large"]
)
def test_a_worker_without_checkpoints_or_with_too_much_memory_is_ended(pool, report):
    process = pool._processes[0]
    pool._receive(process, frames.packed({"memory": 1000, "is_silent": False}))
    assert not process.killed
    pool._receive(process, frames.packed(report))
    assert process.killed


def test_a_worker_that_does_not_report_is_ended(pool):
    clock_of.now += SILENT + WATCH
    pool._processes[1].spoke = clock_of.now
    pool._watch()
    assert [process.killed for process in pool._processes] == [True, False]


def test_a_visitor_who_has_left_has_no_work_and_no_patterns(pool):
    client, _, restarts = visitor(1)
    ask(pool, client, "s", kind="stimulus", shape="step")
    process, number = client.home, client.open["s"].number
    ask(pool, client, "a")
    pool.close_client(client)
    assert client.open == {} and process.ends == [number]
    assert process.orders[-1] == {"do": "close", "visitor": 1}
    replaced(pool, process)
    assert restarts == []


def test_files_that_are_being_read_are_counted(pool):
    client, _, _ = visitor(1)
    assert pool.in_flight == 0
    pool.ask(client, {"kind": "recording", "id": "r", "model": "lif"}, b"x" * 900)
    assert pool.in_flight == 900
    complete(pool, client, "r")
    assert pool.in_flight == 0
