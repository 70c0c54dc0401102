"""Jumps of the explorer: picks, resets and assigned states, what refuses them, and the way back."""

from dataclasses import replace

import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.widgets import State
from plausiwidgets.widgets.explorer.history import MAX_UNDO


def broken_model() -> pw.NeuronModel:
    """A model that could be declared, but whose rest cannot be told any more."""
    declared = []

    def rest(p):
        if declared:
            raise RuntimeError("I have no rest")
        return 0.0 * p.tau - 60.0

    def step(current, state, p, dt):
        (v,) = state
        return torch.zeros_like(v), (v + dt * current,)

    model = pw.NeuronModel(
        name="restless", step=step, parameters=[pw.Parameter("tau", 20.0, 5.0, 80.0, unit="ms")],
        initial_state=lambda p, holding: (0.0 * holding - 60.0,),
        current=pw.Parameter("current", 20.0, -10.0, 60.0, unit="mV"), rest=rest, threshold=-50.0, dt=0.5,
    )  # fmt: skip
    declared.append(model)
    return model


def picture(explorer: pw.Explorer) -> tuple:
    panel, menus = explorer._parameters, explorer._pickers
    return explorer.state, panel.bounds(), panel.free(), menus._model.value, menus._pattern.value


def test_a_pick_that_fails_says_why_and_leaves_everything_as_it_was(explorer: pw.Explorer) -> None:
    explorer._parameters.rows["a"]._box.value = 0.03
    before = picture(explorer)
    explorer._on_pick("model", broken_model())
    assert explorer.wait()
    assert "I have no rest" in explorer._status.text  # the worker has not taken it back
    assert picture(explorer) == before
    assert explorer._pickers.undo.disabled
    assert len(explorer._figure.widget.data[1].y) > 500
    explorer._parameters.rows["a"]._box.value = 0.04
    assert explorer._status.text == ""


def test_a_state_or_a_cell_that_fails_leaves_everything_as_it_was(explorer: pw.Explorer) -> None:
    before = picture(explorer)
    with pytest.raises(RuntimeError, match="I have no rest"):
        explorer.show(broken_model(), "tonic_spiking")
    with pytest.raises(ValueError, match="tau_mem"):
        explorer.state = State("lif", "resonator", {"tau_mem": -1.0})
    assert explorer.wait()
    assert picture(explorer) == before
    assert explorer._pickers.undo.disabled
    assert explorer._status.text == ""


@pytest.mark.parametrize("dt", [float("nan"), -0.1, 0.0, float("inf"), "0.1"])
def test_a_time_step_that_is_none_is_refused(explorer: pw.Explorer, dt: float) -> None:
    with pytest.raises(ValueError, match="dt is"):
        pw.Explorer("lif", dt=dt)
    before = picture(explorer)
    with pytest.raises(ValueError, match="dt is"):
        explorer.state = replace(explorer.state, dt=dt)
    with pytest.raises(ValueError, match="dt is"):
        explorer.optimize(dt=dt)
    assert picture(explorer) == before


def test_a_search_at_another_time_step_is_drawn_and_used_at_that_one(explorer: pw.Explorer) -> None:
    explorer.optimize(dt=0.05).result(120)
    search = explorer._searches._search
    assert search.join(10)
    assert search.topic.dt == 0.05
    assert explorer._parameters.dt != 0.05
    explorer.use_best()
    assert explorer.state.dt == 0.05
    explorer.undo()
    assert explorer.state.dt is None


def test_reset_and_undo_bring_ranges_and_ticks_back(explorer: pw.Explorer) -> None:
    rows = explorer._parameters.rows
    declared = picture(explorer)
    rows["a"]._box.value = 5.0 * rows["a"].high  # widens the range
    rows["b"].set_bounds(0.1, 0.4)
    rows["c"]._tick.value = False
    explorer._parameters._dt.value = 0.05
    changed = picture(explorer)
    explorer._pickers.reset.click()
    assert picture(explorer) == declared
    explorer._pickers.undo.click()
    assert picture(explorer) == changed
    assert explorer._pickers.undo.disabled


def test_undo_takes_back_the_range_that_a_jump_widened(explorer: pw.Explorer) -> None:
    before = picture(explorer)
    explorer.state = State("izhikevich", "tonic_spiking", {"a": 1.5})
    assert explorer._parameters.rows["a"].high == 1.5
    explorer.undo()
    assert picture(explorer) == before


def test_the_history_is_bounded(explorer: pw.Explorer) -> None:
    for i in range(MAX_UNDO + 5):
        explorer.state = State("izhikevich", "tonic_spiking", {"amplitude": 5.0 + 0.1 * i})
    for _ in range(MAX_UNDO):
        assert not explorer._pickers.undo.disabled
        explorer.undo()
    assert explorer._pickers.undo.disabled
    assert explorer.state.parameters["amplitude"] == pytest.approx(5.4)
    explorer.undo()  # nothing left: nothing happens


def test_a_pattern_of_ones_own_stands_in_the_menu_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUERY_STRING", "amplitude=11")
    mine = replace(pw.patterns.get("phasic_spiking"), key="mine", letter="∗", title="My own")
    explorer = pw.Explorer("izhikevich", mine)
    assert explorer.wait(120)
    assert explorer._status.text == ""
    assert (explorer.state.pattern, explorer.state.parameters["amplitude"]) == ("mine", 11.0)
    assert len(explorer._figure.widget.data[1].y) > 500
    assert not explorer._scene.has("target")
    explorer._pickers._pattern.value = "tonic_bursting"
    assert explorer.wait()
    assert explorer._scene.has("target")
    state = explorer.state
    explorer._pickers._pattern.value = "mine"
    assert explorer.wait()
    assert explorer._pattern is mine
    explorer.state = state
    explorer.state = State("izhikevich", "mine", {})
    assert explorer._pattern is mine
    assert explorer.optimize(budget=300).result(60).evaluations > 0
    assert explorer._searches._search.join(10)
    assert explorer._status.text == ""
    explorer.close()


def test_a_changed_pattern_is_not_taken_for_the_known_one_of_its_key(explorer: pw.Explorer) -> None:
    known = pw.patterns.get("tonic_spiking")
    stricter = replace(known, criteria=known.criteria[:1], title="Other criteria")
    number = explorer._number
    explorer.show("izhikevich", stricter)
    assert explorer.wait()
    assert explorer._number != number
    assert explorer._verdict._table.value.count("<tr") == 2  # the head, and one criterion
    assert any("Other criteria" in title for title, _ in explorer._pickers._pattern.options)
