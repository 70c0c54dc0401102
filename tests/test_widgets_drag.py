"""From a slider to its picture: what may not be lost or delayed on the way."""

import threading
import time

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.widgets import State
from plausiwidgets.widgets.explorer import judging
from plausiwidgets.widgets.explorer.drag import Job, _merged


def fits(explorer: pw.Explorer, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Record, for each drawing of the live trace, whether the axes were fitted anew."""
    seen: list[bool] = []
    draw = explorer._scene.draw

    def recorded(role, verdict, topic, fit=False):
        seen.append(fit)
        draw(role, verdict, topic, fit)

    monkeypatch.setattr(explorer._scene, "draw", recorded)
    return seen


def test_a_key_press_right_after_a_jump_does_not_take_its_fit_away(explorer, monkeypatch) -> None:
    seen = fits(explorer, monkeypatch)
    ready = threading.Event()
    monkeypatch.setattr(explorer._drag._worker, "_ready", lambda: ready.wait(10))
    explorer.state = State("izhikevich", "tonic_spiking", {"amplitude": 20.0})
    explorer._parameters.rows["amplitude"]._box.value = 21.0
    ready.set()
    assert explorer.wait()
    assert seen == [True]
    explorer._parameters.rows["amplitude"]._box.value = 22.0
    assert explorer.wait()
    assert seen == [True, False]


def test_a_jump_that_failed_is_fitted_when_it_is_drawn_at_last(explorer, monkeypatch) -> None:
    seen = fits(explorer, monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(judging, "judged", lambda *_: 1 / 0)
        explorer.state = State("izhikevich", "tonic_spiking", {"amplitude": 20.0})
        assert explorer.wait()
    assert "ZeroDivisionError" in explorer._status.text
    explorer._parameters.rows["amplitude"]._box.value = 21.0
    assert explorer.wait()
    assert seen == [True]
    assert explorer._status.text == ""


def test_merging_keeps_the_newer_values() -> None:
    old, new = Job(None, {"a": 1.0}, True), Job(None, {"a": 2.0}, False)
    assert _merged(old, new) == Job(None, {"a": 2.0}, True)
    assert _merged(new, new).fresh is False


def test_a_rest_simulates_only_the_half_step(explorer, monkeypatch) -> None:
    steps: list[float] = []
    evaluate = judging.evaluate

    def counted(model, pattern, values, dt, *args, **more):
        steps.append(dt)
        return evaluate(model, pattern, values, dt, *args, **more)

    monkeypatch.setattr(judging, "evaluate", counted)
    monkeypatch.setitem(judging.verify.__globals__, "evaluate", counted)
    explorer._parameters.rows["amplitude"]._box.value = 10.5
    assert explorer.wait()
    assert "replicated" in explorer._verdict.head.value
    dt = explorer._parameters.dt
    assert steps == [dt, dt / 2]


def test_a_drag_ends_a_verification_that_takes_long(explorer, monkeypatch) -> None:
    verifying = threading.Event()

    def slow(model, pattern, verdict, checkpoint):
        verifying.set()
        end = time.monotonic() + 20
        while time.monotonic() < end:
            checkpoint()
            time.sleep(0.005)
        raise AssertionError("it was not ended")

    row = explorer._parameters.rows["amplitude"]
    with monkeypatch.context() as patched:
        patched.setattr(judging, "verified", slow)
        row._box.value = 10.5
        assert verifying.wait(10)
    before = np.asarray(explorer._figure.widget.data[1].y)
    row._box.value = 15.0
    assert explorer.wait(10)
    assert explorer._status.text == ""
    assert not np.array_equal(before, explorer._figure.widget.data[1].y)


def test_the_link_is_new_before_the_verification_and_also_when_the_model_fails(explorer, monkeypatch) -> None:
    seen: list[str] = []
    verified = judging.verified

    def recorded(*args):
        seen.append(explorer._share.query)
        return verified(*args)

    monkeypatch.setattr(judging, "verified", recorded)
    row = explorer._parameters.rows["amplitude"]
    row._box.value = 10.5
    assert explorer.wait()
    assert "amplitude=10.5" in seen[-1]
    monkeypatch.setattr(judging, "judged", lambda *_: 1 / 0)
    row._box.value = 11.5
    assert explorer.wait()
    assert "amplitude=11.5" in explorer._share.query
