"""Who is served by which worker when one ends, with workers that only note what they are given."""

import json
import logging
from itertools import count
from types import SimpleNamespace

import pytest

from plausiwidgets.widgets.server import frames
from plausiwidgets.widgets.server import pool as module
from plausiwidgets.widgets.server.limits import Limits
from plausiwidgets.widgets.server.pool import Client, Pool


class Process:
    """A worker that notes its orders."""

    numbers = count(1)

    def __init__(self, settings, heard):
        self.pid = next(self.numbers)
        self.began = self.spoke = 0.0
        self.ready, self.ended, self.killed, self.memory = True, False, False, 0
        self.turns, self.clients, self.orders = [], {}, []

    def send(self, order, data=b""):
        self.orders.append(order)

    def kill(self):
        self.killed = True

    @property
    def requests(self):
        return [order["message"]["id"] for order in self.orders if order["do"] == "ask"]


class Loop:
    """Keeps what is to be called later."""

    def __init__(self):
        self.later = []

    def call_later(self, seconds, call, *arguments):
        self.later.append(lambda: call(*arguments))


@pytest.fixture
def pool(monkeypatch):
    loop = Loop()
    monkeypatch.setattr(module, "Process", Process)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 1.0))  # no worker has lived long
    monkeypatch.setattr(module.asyncio, "get_running_loop", lambda: loop)
    made = Pool(Limits(workers=2, upload=2_000_000), [], logging.getLogger("test"))
    made.start()
    loop.later.clear()
    return made


def made(client, identity, name, state="done", **more):
    """A worker answers what makes a pattern."""
    head = {"visitor": client.number, "id": identity, "state": state, "is_text": True}
    head |= {"made": {"again": name} | more} if state == "done" else {}
    return frames.packed(head, json.dumps({"id": identity, "state": state}).encode())


def replaced(pool, client):
    """The worker of a visitor ends, and another one begins."""
    pool._receive(client.process, None)
    pool._loop.later.pop()()
    return client.process


def visitor(number):
    told = []
    return Client(number, "en", lambda frame, is_text: told.append(json.loads(frame)), {}), told


def question(identity):
    return {"kind": "verify", "id": identity}


def report(**fields):
    return frames.packed({"alive": True, "memory": 0, "stuck": [], "is_stuck": False, "turns": [], **fields})


def test_a_question_that_comes_before_another_worker_has_begun_waits_for_it(pool):
    client, told = visitor(1)
    pool.ask(client, question("a"), b"")
    ended = client.process
    pool._receive(ended, None)
    pool.ask(client, question("b"), b"")
    assert [process.requests for process in pool._processes if process is not ended] == [[]]
    pool._loop.later.pop()()
    assert client.process is not ended
    assert client.process.requests == ["a", "b"]
    assert [client.number in process.clients for process in pool._processes].count(True) == 1
    assert told == []
    assert client.open["b"].blame == 0  # it was not there when the worker ended


def test_what_was_there_too_often_when_a_worker_ended_is_given_up(pool):
    client, told = visitor(1)
    pool.ask(client, question("a"), b"")
    for _ in range(2):
        pool._receive(client.process, report(turns=[1]))
        pool._receive(client.process, None)
        pool._loop.later.pop()()
    assert [answer["state"] for answer in told] == ["failed"]
    assert client.open == {}


def test_where_no_process_can_begin_it_is_tried_again(pool, monkeypatch, caplog):
    client, _ = visitor(1)
    pool.ask(client, question("a"), b"")

    def full(settings, heard):
        raise OSError("Too many open files")

    pool._receive(client.process, None)
    monkeypatch.setattr(module, "Process", full)
    pool._loop.later.pop()()
    assert "Too many open files" in caplog.text
    monkeypatch.setattr(module, "Process", Process)
    pool._loop.later.pop()()
    assert client.process.requests == ["a"]


def test_a_report_may_name_a_visitor_who_has_left(pool):
    client, _ = visitor(1)
    pool.ask(client, question("a"), b"")
    process = client.process
    pool.close_client(client)
    pool._receive(process, report(stuck=[1]))
    assert process.killed


def test_what_cannot_be_made_again_is_forgotten_and_holds_nothing_up(pool):
    client, _ = visitor(1)
    pool.ask(client, {"kind": "stimulus", "id": "s"}, b"")
    pool._receive(client.process, made(client, "s", "stimulus_values"))
    pool.ask(client, question("a"), b"")
    process = replaced(pool, client)
    pool._receive(process, made(client, "s", "", "failed"))
    assert process.requests == ["s", "a"]
    assert client.made == []


def test_what_ends_a_worker_while_it_is_made_again_is_not_tried_for_ever(pool):
    client, _ = visitor(1)
    pool.ask(client, {"kind": "stimulus", "id": "s"}, b"")
    pool._receive(client.process, made(client, "s", "stimulus_values"))
    for _ in range(3):
        process = replaced(pool, client)
    assert process.requests == []


def test_as_much_is_kept_of_a_visitor_as_a_message_may_have(pool, monkeypatch):
    client, _ = visitor(1)
    for k in range(4):
        pool.ask(client, {"kind": "recording", "id": f"r{k}"}, b"x" * 900_000)
        pool._receive(client.process, made(client, f"r{k}", f"recording_{k}"))
    assert [one.name for one in client.made] == ["recording_2", "recording_3"]
    monkeypatch.setattr(module, "KEPT", 2_000_000)
    other, _ = visitor(2)
    pool.ask(other, {"kind": "recording", "id": "r"}, b"x" * 900_000)
    pool._receive(other.process, made(other, "r", "recording"))
    assert other.made == []


def test_a_visitor_reads_in_the_language_of_the_page_that_a_request_was_given_up(pool):
    client, told = visitor(1)
    client.language = "de"
    pool.ask(client, question("a"), b"")
    for _ in range(4):
        replaced(pool, client)
    assert told[0]["state"] == "failed"
    assert told[0]["error"].startswith("Der Server hat diese Anfrage beendet")


def test_files_that_are_being_read_are_counted(pool):
    client, _ = visitor(1)
    assert pool.in_flight == 0
    pool.ask(client, {"kind": "recording", "id": "r"}, b"x" * 900)
    assert pool.in_flight == 900
    pool._receive(client.process, made(client, "r", "recording"))
    assert pool.in_flight == 0
