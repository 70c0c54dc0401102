"""What a worker process does while visitors come and leave."""

import io
import json
from queue import SimpleQueue
from threading import Event
from types import SimpleNamespace

from plausiwidgets.widgets.server import work as module
from plausiwidgets.widgets.server.limits import Limits


def test_what_one_visitor_asks_is_not_answered_after_what_another_one_asked(monkeypatch):
    heard, over = SimpleQueue(), Event()

    def receive(message, buffers) -> None:
        if message["id"] == "long":
            over.wait(30.0)
        heard.put(message["id"])

    def answers(send) -> SimpleNamespace:
        return SimpleNamespace(searches=SimpleNamespace(), receive=receive, speak=lambda _: None, close=lambda: None)

    monkeypatch.setattr(module, "Handlers", answers)
    work = module.Work(io.BytesIO(), Limits())
    for visitor, identity in ((1, "long"), (1, "second"), (2, "other")):
        message = {"kind": "describe", "id": identity}
        work.do({"do": "ask", "visitor": visitor, "language": "en", "message": message}, b"")
    assert heard.get(timeout=30.0) == "other"
    over.set()
    assert [heard.get(timeout=30.0) for _ in range(2)] == ["long", "second"]
    for visitor in (1, 2):
        work.do({"do": "close", "visitor": visitor}, b"")


def test_who_comes_and_leaves_during_a_report_neither_disturbs_it_nor_is_forgotten(monkeypatch):
    work = module.Work(io.BytesIO(), Limits())
    there, comes, ended, leaves = (work._turns.join() for _ in range(4))
    work._visitors, work._left = {1: ("", there)}, {ended: ("", 0.0)}

    def works(_: object) -> bool:  # meanwhile, on the main thread
        work._left[leaves] = "", 0.0
        return False

    def holds(_: object) -> bool:
        work._visitors[2] = "", comes
        return False

    monkeypatch.setattr(module, "works", works)
    monkeypatch.setattr(work._turns, "holds", holds)
    work.report()
    assert list(work._left) == [leaves]


def test_a_text_that_is_too_long_is_refused_in_a_sentence_as_arrays_are():
    out = io.BytesIO()
    work = module.Work(out, Limits(answer=10_000))
    answers, _ = work._opened(1, "de")
    answers._send({"kind": "export", "id": "a", "state": "done", "name": "a.csv", "text": "x" * 20_000}, None)
    out.seek(0)
    head, text = module.frames.unpacked(module.frames.read(out))
    answer = json.loads(text)
    assert (head["state"], answer["state"]) == ("failed", "failed")
    assert "0.01 MB" in answer["error"]
