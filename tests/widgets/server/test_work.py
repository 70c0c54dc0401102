"""What a worker process tells of itself while visitors come and leave."""

import io

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


def test_a_visitor_who_comes_during_a_report_does_not_disturb_it(work, monkeypatch):
    turns = [work._turns.join() for _ in range(3)]
    work._visitors = {1: (Answers(), turns[0]), 2: (Answers(), turns[1])}

    def holds(turn) -> bool:
        work._visitors[3] = Answers(), turns[2]  # as the main thread does meanwhile
        return turn is turns[1]

    monkeypatch.setattr(work._turns, "holds", holds)
    work.report()
    assert said(work)["turns"] == [2]


def test_a_visitor_who_leaves_during_a_report_is_not_forgotten(work, monkeypatch):
    ended, new = work._turns.join(), work._turns.join()
    work._left = {ended: (Answers(), 0.0)}

    def works(answers: Answers) -> bool:
        work._left[new] = Answers(goes_on=True), 0.0  # as the main thread does meanwhile
        return answers.goes_on

    monkeypatch.setattr(module, "works", works)
    work.report()
    assert list(work._left) == [new]
