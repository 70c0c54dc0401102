"""The work of a worker process, without a server."""

import io
import json
from queue import SimpleQueue
from threading import Event
from types import SimpleNamespace

import pytest

import plausiwidgets as pw
from plausiwidgets.optimization.control import gate
from plausiwidgets.widgets.handlers.worker import Priority, SupersededError
from plausiwidgets.widgets.server import work as module
from plausiwidgets.widgets.server.limits import Limits
from plausiwidgets.widgets.server.work import Checkpoints, TooLongError, Work

SET = {"model": "lif", "pattern": "tonic_spiking", "values": {}, "dt": 0.1}


@pytest.fixture
def clock(monkeypatch):
    """The processor time of the thread, and the time, which tests set."""
    made = SimpleNamespace(used=0.0, now=0.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(thread_time=lambda: made.used, monotonic=lambda: made.now))
    return made


class Out:
    """Notes what a worker sends."""

    def __init__(self):
        self.heard = SimpleQueue()

    def write(self, frame):
        head, rest = module.frames.unpacked(frame[4:])
        self.heard.put((head, rest))

    def flush(self):
        pass

    def next(self):
        return self.heard.get(timeout=60.0)


@pytest.fixture
def out():
    return Out()


@pytest.fixture
def work(out):
    pw.judge(SET["model"], SET["pattern"])  # loads the compiled model, as a worker does before its first request
    made = Work(out, Limits())
    made.start()
    yield made
    for ahead in made._ahead.values():
        ahead.put(None)


def ask(work, job, kind="verify", is_long=False, visitor=0, language="en", **fields):
    message = {"kind": kind, "id": f"{job}", **(fields or SET)}
    order = {"do": "ask", "job": job, "visitor": visitor, "language": language, "long": is_long}
    work.do(order | {"message": message}, b"")


def until_over(out, number):
    """Return the states of the answers to a request, its last answer, and its end."""
    states, last = [], None
    while True:
        head, rest = out.next()
        if head.get("job") != number:
            continue
        if "seconds" in head:
            return states, last, head
        states.append(head["state"])
        last = json.loads(rest) if head["is_text"] else module.frames.unpacked(rest)[0]


def test_a_verification_is_answered_and_then_the_worker_is_free(work, out):
    ask(work, 1)
    states, last, end = until_over(out, 1)
    assert states == ["running", "done"] and last["verdict"]["status"] == "replicated"
    assert end["seconds"] > 0.0 and not end["late"]
    ask(work, 2)
    assert until_over(out, 2)[0] == ["running", "done"]


def test_a_long_request_waits_at_its_checkpoints_for_a_short_one():
    long, short = Checkpoints(True, 60.0), Checkpoints(False, 1.0)
    assert long.wait(0.0) and not long.hurry()
    assert short.hurry()
    closed, opened = Event(), Event()

    def work():
        with gate.urgent():
            closed.set()
            opened.wait(30.0)

    thread = module.start_daemon(work, "test", lambda: None)
    closed.wait(30.0)
    assert not long.wait(0.01)
    assert short.wait(0.01)
    opened.set()
    if thread is not None:
        thread.join(30.0)
    assert long.wait(30.0)


def test_a_request_that_has_used_its_processor_time_ends(clock):
    for is_long in (True, False):
        checkpoints = Checkpoints(is_long, 5.0)
        checkpoints.began = clock.used
        assert checkpoints.wait(0.0)
        clock.used += 4.0
        assert checkpoints.wait(0.0) and not checkpoints.is_late
        clock.used += 2.0
        with pytest.raises(TooLongError, match="notebook"):
            checkpoints.hurry()
        assert checkpoints.is_late


def test_a_short_request_that_is_late_has_no_answer(work, out, monkeypatch):
    monkeypatch.setattr(module, "SHORT", 0.0)
    ask(work, 1, pattern="class_1_excitable", model="izhikevich", values={}, dt=0.25)
    states, _, end = until_over(out, 1)
    assert end["late"] and "done" not in states and "failed" not in states
    ask(work, 2, is_long=True, pattern="class_1_excitable", model="izhikevich", values={}, dt=0.25)
    states, _, end = until_over(out, 2)
    assert states[-1] == "done" and not end["late"]


def test_a_request_that_is_ended_stops_at_its_next_checkpoint(work, out, monkeypatch):
    started, ended = Event(), Event()

    def evaluate(handlers, request):
        def job(request, checkpoint):
            started.set()
            try:
                while True:
                    checkpoint()
            except SupersededError:
                ended.set()
                raise

        handlers.work(request, Priority.TOOL, job)

    monkeypatch.setattr("plausiwidgets.widgets.handlers.verdicts.verify", evaluate)
    ask(work, 1, is_long=True)
    assert started.wait(30.0)
    work.do({"do": "end", "job": 1}, b"")
    assert ended.wait(30.0)
    assert until_over(out, 1)[0] == []


def test_patterns_that_a_visitor_has_made_are_known_to_this_visitor_only(work, out):
    stimulus = {"shape": "values", "number": 1, "text": "0 10\n200 0", "lines": False, "title": ""}
    ask(work, 1, "mystery", is_long=True, visitor=1, model="lif", pattern="tonic_spiking", seed=7)
    _, made, _ = until_over(out, 1)
    assert made["state"] == "done", made
    ask(work, 2, "reveal", visitor=1, pattern=made["pattern"])
    assert until_over(out, 2)[0] == ["done"]
    ask(work, 3, "reveal", visitor=2, pattern=made["pattern"])
    assert until_over(out, 3)[0] == ["failed"]
    work.do({"do": "close", "visitor": 1}, b"")
    ask(work, 4, "reveal", visitor=1, pattern=made["pattern"])
    assert until_over(out, 4)[0] == ["failed"]
    ask(work, 5, "stimulus", visitor=1, again="my_current", **stimulus)
    assert until_over(out, 5)[1]["pattern"] == "my_current"  # the name that the page uses already


def test_a_report_names_a_request_without_checkpoints(clock, out):
    work = Work(out, Limits(silence=60.0))
    work._jobs = {1: SimpleNamespace(checkpoints=Checkpoints(True, 1.0))}
    clock.now += 59.0
    work.report()
    clock.now += 2.0
    work.report()
    assert [out.next()[0]["is_silent"] for _ in range(2)] == [False, True]


def test_a_text_that_is_too_long_is_refused_in_a_sentence_as_arrays_are():
    out = io.BytesIO()
    work = Work(out, Limits(answer=10_000))
    order = {"job": 1, "visitor": 0, "language": "de", "long": True, "message": {"kind": "export", "id": "a"}}
    job = work._job(order, b"")
    work._reply(job, {"kind": "export", "id": "a", "state": "done", "name": "a.csv", "text": "x" * 20_000}, None)
    out.seek(0)
    head, text = module.frames.unpacked(module.frames.read(out))
    answer = json.loads(text)
    assert (head["state"], answer["state"]) == ("failed", "failed")
    assert "0.01 MB" in answer["error"] and "höchstens" in answer["error"]
