"""What a worker process reports of itself while visitors come and leave."""

import io
from queue import SimpleQueue
from threading import Event
from types import SimpleNamespace

import pytest

from plausiwidgets.widgets.server import frames
from plausiwidgets.widgets.server import work as module
from plausiwidgets.widgets.server.limits import Limits
from plausiwidgets.widgets.server.work import Work


class Answers:
    """Those of a visitor who left, with work that goes on or has ended."""

    def __init__(self, goes_on: bool = False) -> None:
        self.goes_on = goes_on


@pytest.fixture
def work():
    return Work(io.BytesIO(), Limits())


def said(work: Work) -> dict:
    work._out.seek(0)
    return frames.unpacked(frames.read(work._out))[0]


def test_what_one_visitor_asks_is_not_answered_after_what_another_one_asked(work, monkeypatch):
    heard, over = SimpleQueue(), Event()

    class Hearing(Answers):
        def __init__(self, send) -> None:
            self.searches = SimpleNamespace()

        def speak(self, language) -> None:
            pass

        def receive(self, message, buffers) -> None:
            if message["id"] == "long":
                over.wait(30.0)
            heard.put(message["id"])

        def close(self) -> None:
            pass

    monkeypatch.setattr(module, "Answers", Hearing)
    for visitor, identity in ((1, "long"), (1, "second"), (2, "other")):
        message = {"kind": "describe", "id": identity}
        work.do({"do": "ask", "visitor": visitor, "language": "en", "message": message}, b"")
    assert heard.get(timeout=30.0) == "other"
    over.set()
    assert [heard.get(timeout=30.0) for _ in range(2)] == ["long", "second"]
    for visitor in (1, 2):
        work.do({"do": "close", "visitor": visitor}, b"")
