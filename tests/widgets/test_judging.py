"""From a slider to its picture: what may not be lost or delayed on the way."""

import threading
import time

import numpy as np
import pytest
from screen import Screen, named

import plausiwidgets as pw
from plausiwidgets.widgets import Response, Selection
from plausiwidgets.widgets.explorer import judging, verdict
from plausiwidgets.widgets.session.session import Observer
from plausiwidgets.widgets.view.plot_view import PlotView


class Pictures(Observer):
    """The responses of the sliders, one for each selection that was drawn."""

    def __init__(self) -> None:
        self.seen: list[Response] = []

    def on_response(self, response: Response) -> None:
        if response.role == "yours" and all(response.selection is not old.selection for old in self.seen):
            self.seen.append(response)


@pytest.fixture
def pictures(explorer: pw.Explorer) -> list[Response]:
    witness = Pictures()
    explorer.session.attach(witness)
    witness.seen.clear()
    return witness.seen


def amplitude(value: float) -> Selection:
    return Selection.of("izhikevich", "tonic_spiking", {"amplitude": value})


def test_the_newest_selection_wins_and_is_verified_once(explorer, screen, pictures, monkeypatch) -> None:
    begun, go_on, verified = threading.Event(), threading.Event(), []
    quickly, verify = judging.judge_quickly, judging.verify

    def slow(*asked):
        begun.set()
        go_on.wait(60)
        return quickly(*asked)

    def recorded(selection, *rest):
        verified.append(selection.values["amplitude"])
        return verify(selection, *rest)

    monkeypatch.setattr(judging, "judge_quickly", slow)
    monkeypatch.setattr(judging, "verify", recorded)
    box = screen.rows["amplitude"].box
    box.value = 10.5
    assert begun.wait(60)
    for step in range(1000):
        box.value = 11.0 + 1e-3 * step
    go_on.set()
    assert explorer.wait()
    assert [response.selection.values["amplitude"] for response in pictures] == [10.5, 11.999]
    assert verified == [11.999]


def test_a_key_press_right_after_a_jump_does_not_take_its_fit_away(explorer, screen, pictures, monkeypatch) -> None:
    ready = threading.Event()
    with monkeypatch.context() as patched:
        patched.setattr(PlotView, "wait_drawn", lambda *_: ready.wait(60))
        explorer.selection = amplitude(20.0)
        screen.rows["amplitude"].box.value = 21.0
        ready.set()
        assert explorer.wait()
    screen.rows["amplitude"].box.value = 22.0
    assert explorer.wait()
    assert [(r.selection.values["amplitude"], r.jumped) for r in pictures] == [(21.0, True), (22.0, False)]


def test_a_slow_neuron_is_left_for_a_drag_after_a_jump_but_a_drag_goes_on(
    explorer, screen, pictures, monkeypatch
) -> None:
    begun, quickly, ended = threading.Semaphore(0), judging.judge_quickly, threading.Event()

    def slow(selection, record, engine, checkpoint):
        begun.release()
        while not ended.is_set():  # without the drag's own leave, no jump ever ends
            checkpoint()
            time.sleep(0.005)
        return quickly(selection, record, engine)

    box = screen.rows["amplitude"].box
    monkeypatch.setattr(judging, "judge_quickly", slow)
    explorer.selection = amplitude(20.0)
    assert begun.acquire(timeout=60)
    box.value = 21.0
    assert begun.acquire(timeout=60), "the jump was left"
    for step in range(20):
        box.value = 22.0 + step
    ended.set()
    assert explorer.wait(60)
    assert [(r.selection.values["amplitude"], r.jumped) for r in pictures] == [(21.0, True), (41.0, False)]


def test_a_jump_that_failed_is_fitted_when_it_is_drawn_at_last(explorer, screen, pictures, monkeypatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(judging, "judge_quickly", lambda *_: 1 / 0)
        explorer.selection = amplitude(20.0)
        assert explorer.wait()
    assert "division by zero" in screen.message and "ZeroDivisionError" not in screen.message
    screen.rows["amplitude"].box.value = 21.0
    assert explorer.wait()
    assert [(r.verdict is None, r.jumped) for r in pictures] == [(True, False), (False, True)]
    assert screen.message == ""


def test_a_drag_is_judged_at_its_step_alone_and_a_rest_does_not_judge_that_again(explorer, screen, monkeypatch) -> None:
    steps: list[tuple[float, bool]] = []
    evaluate = judging.evaluate

    def counted(model, pattern, values, dt, *args, **more):
        steps.append((dt, bool(more)))
        return evaluate(model, pattern, values, dt, *args, **more)

    monkeypatch.setattr(judging, "evaluate", counted)
    screen.rows["amplitude"].box.value = 10.5
    assert explorer.wait()
    assert "shows it" in screen.badge
    assert steps == [(explorer.selection.dt, True)]  # the verification is made by the judge itself


def test_what_is_not_verified_yet_is_not_called_replicated(explorer, screen, monkeypatch) -> None:
    monkeypatch.setattr(judging, "verify", lambda selection, verdict, checkpoint: verdict)
    screen.rows["amplitude"].box.value = 10.5
    assert explorer.wait()
    assert "○ holds" in screen.badge and "not verified" in screen.badge
    assert "shows it" not in screen.badge


def test_a_drag_ends_a_verification_that_takes_long(explorer, screen, monkeypatch) -> None:
    verifying = threading.Event()

    def slow(selection, verdict, checkpoint):
        verifying.set()
        end = time.monotonic() + 120
        while time.monotonic() < end:
            checkpoint()
            time.sleep(0.005)
        raise AssertionError("it was not ended")

    box = screen.rows["amplitude"].box
    with monkeypatch.context() as patched:
        patched.setattr(judging, "verify", slow)
        box.value = 10.5
        assert verifying.wait(60)
    before = screen.yours
    box.value = 15.0
    assert explorer.wait(60)
    assert screen.message == ""
    assert not np.array_equal(before, screen.yours)


def test_a_tick_or_a_wider_range_is_not_judged_again(explorer, screen, pictures) -> None:
    screen.show_bounds()
    screen.rows["a"].tick.value = False
    screen.rows["a"].bounds[1].value = 0.5
    assert explorer.wait()
    assert pictures == []


def test_the_link_is_new_before_the_verification_and_also_when_the_model_fails(explorer, screen, monkeypatch) -> None:
    seen: list[str] = []
    verify = judging.verify

    def recorded(*args):
        seen.append(screen.link.query)
        return verify(*args)

    monkeypatch.setattr(judging, "verify", recorded)
    box = screen.rows["amplitude"].box
    box.value = 10.5
    assert explorer.wait()
    assert "amplitude=10.5" in seen[-1]
    monkeypatch.setattr(judging, "judge_quickly", lambda *_: 1 / 0)
    box.value = 11.5
    assert explorer.wait()
    assert "amplitude=11.5" in screen.link.query


def test_after_the_end_nothing_is_judged(explorer: pw.Explorer, screen: Screen, pictures) -> None:
    explorer.close()
    with pytest.raises(RuntimeError, match="closed"):
        explorer.selection = amplitude(20.0)
    assert explorer.wait()
    assert pictures == []


def test_a_verdict_of_former_values_is_marked_until_the_next_one_is_there(explorer, screen, monkeypatch) -> None:
    stale = lambda: "pw-stale" in named(explorer, "pw-chips")._dom_classes  # noqa: E731
    assert not stale()
    began, goes_on = threading.Event(), threading.Event()

    def slow(*arguments, **named):
        began.set()
        goes_on.wait(30)
        return quick(*arguments, **named)

    quick = judging.judge_quickly
    monkeypatch.setattr(judging, "judge_quickly", slow)
    explorer.session.change(explorer.selection.with_value("d", 3.0))
    assert stale(), "before anything is judged"
    assert began.wait(10) and stale()
    goes_on.set()
    assert explorer.wait(30) and not stale()


def test_while_another_model_is_judged_the_former_verdict_is_gone_and_it_is_said(explorer, screen, monkeypatch) -> None:
    go_on = threading.Event()
    quickly = judging.judge_quickly

    def slow(*asked):
        go_on.wait(60)
        return quickly(*asked)

    monkeypatch.setattr(judging, "judge_quickly", slow)
    monkeypatch.setattr(verdict, "is_ready", lambda model: model.key != "lif")
    assert "✓" in screen.badge and "✓" in screen.criteria
    screen.menu("Model").value = "lif"
    assert "judging" in screen.badge and "compiling" not in screen.badge  # what it computes is known
    assert not any(mark in screen.badge + screen.criteria for mark in "✓✗")
    go_on.set()
    assert explorer.wait(120)
