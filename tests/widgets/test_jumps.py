"""Jumps of the explorer: picks, resets and assigned selections, what refuses them, and the way back."""

import threading
from dataclasses import replace

import pytest
import torch
from screen import Screen, until

import plausiwidgets as pw
from plausiwidgets.widgets import Selection
from plausiwidgets.widgets.explorer import judging, verdict
from plausiwidgets.widgets.session.session import MAX_UNDO, Observer


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
        key="restless", step=step, parameters=[pw.Parameter("tau", 20.0, 5.0, 80.0, unit="ms")],
        initial_state=lambda p, holding: (0.0 * holding - 60.0,),
        current=pw.Parameter("current", 20.0, -10.0, 60.0, unit="mV"), rest=rest, threshold=-50.0, dt=0.5,
    )  # fmt: skip
    declared.append(model)
    return model


def picture(screen: Screen) -> tuple:
    """What is selected, and what the menus and the rows show of it."""
    menus = tuple(screen.menu(title).value for title in ("Model", "Pattern", "Presets"))
    rows = {name: (row.slider.value, row.box.value, row.tick.value) for name, row in screen.rows.items()}
    return screen.explorer.selection, menus, rows, screen.dt.value


def test_a_pick_that_fails_says_why_and_leaves_everything_as_it_was(monkeypatch, explorer, screen) -> None:
    monkeypatch.setattr(pw.models, "names", lambda: ["izhikevich", "restless"])
    models, broken = {"izhikevich": pw.models.get("izhikevich")}, broken_model()
    monkeypatch.setattr(pw.models, "get", lambda name: broken if name == "restless" else models.get(name, name))
    explorer.selection = Selection.of("izhikevich", "tonic_spiking", {"a": 0.03})  # the menu offers it by now
    explorer.undo()
    before = picture(screen)
    screen.menu("Model").value = "restless"
    assert explorer.wait()
    assert "I have no rest" in screen.message  # nothing has taken it back
    assert picture(screen) == before
    assert screen.button("Undo").disabled
    assert len(screen.yours) > 500
    screen.rows["a"].box.value = 0.04
    assert screen.message == ""


def test_a_selection_or_a_cell_that_fails_leaves_everything_as_it_was(explorer, screen) -> None:
    before = picture(screen)
    with pytest.raises(RuntimeError, match="I have no rest"):
        explorer.show(broken_model(), "tonic_spiking")
    with pytest.raises(RuntimeError, match="I have no rest"):
        explorer.selection = Selection.of(broken_model(), "tonic_spiking")
    with pytest.raises(ValueError, match="tau_mem"):
        explorer.show("lif", "resonator", {"tau_mem": -1.0})
    assert explorer.wait()
    assert picture(screen) == before
    assert screen.button("Undo").disabled
    assert screen.message == ""


@pytest.mark.parametrize("dt", [float("nan"), -0.1, 0.0, float("inf"), "0.1"])
def test_a_time_step_that_is_none_is_refused(explorer, screen, dt) -> None:
    with pytest.raises((ValueError, TypeError), match="dt is"):
        pw.Explorer("lif", dt=dt)
    before = picture(screen)
    with pytest.raises((ValueError, TypeError), match="dt is"):
        explorer.show("izhikevich", "tonic_spiking", dt=dt)
    with pytest.raises((ValueError, TypeError), match="dt is"):
        explorer.optimize(dt=dt)
    assert picture(screen) == before


def test_a_search_at_another_time_step_is_drawn_and_used_at_that_one(explorer, screen) -> None:
    result = explorer.optimize(dt=0.05).result(120)
    until(lambda: explorer.results)
    assert explorer.selection.dt != 0.05
    (traces,) = pw.judge(result.model, result.pattern, result.parameters, dt=0.05).traces.values()
    assert screen.trace("best", "raster")["x"][::3] == pytest.approx(traces.spike_times[0])
    explorer.use_best()
    assert explorer.selection.dt == screen.dt.value == 0.05
    explorer.undo()
    assert explorer.selection.dt == explorer.selection.model.dt


def test_reset_and_undo_bring_ranges_and_ticks_back(explorer, screen) -> None:
    declared = picture(screen)
    screen.show_bounds()
    rows = screen.rows
    rows["a"].box.value = 5.0 * explorer.selection.bounds["a"][1]  # widens the range
    for box, bound in zip(rows["b"].bounds, (0.1, 0.4), strict=True):
        box.value = bound
    rows["c"].tick.value = False
    screen.dt.value = 0.05
    changed = picture(screen)
    assert changed[0].bounds["b"] == (0.1, 0.4) and "c" not in changed[0].free and changed[0].dt == 0.05
    screen.press("Reset")
    assert picture(screen) == declared
    screen.press("Undo")
    assert picture(screen) == changed


def test_a_jump_keeps_the_ranges_and_ticks_that_a_user_has_set(explorer, screen) -> None:
    screen.rows["c"].tick.value = False
    screen.pick_preset("K")
    assert "c" not in explorer.selection.free
    explorer.show("izhikevich", "mixed_mode", {"c": -60.0})
    assert "c" not in explorer.selection.free
    explorer.selection = Selection.of("izhikevich", "mixed_mode")
    assert "c" in explorer.selection.free


def test_the_history_is_bounded(explorer, screen) -> None:
    for i in range(MAX_UNDO + 5):
        explorer.selection = Selection.of("izhikevich", "tonic_spiking", {"amplitude": 5.0 + 0.1 * i})
    for _ in range(MAX_UNDO):
        assert not screen.button("Undo").disabled
        explorer.undo()
    assert screen.button("Undo").disabled
    assert explorer.selection.values["amplitude"] == pytest.approx(5.4)
    explorer.undo()  # nothing left: nothing happens


def test_a_pattern_of_ones_own_stands_in_the_menu_with_its_text_and_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUERY_STRING", "amplitude=11")
    known = pw.patterns.get("phasic_spiking")
    mine = replace(known, key="mine", letter="∗", title="My own", look_for="Look for one <spike>.")
    explorer = pw.Explorer("izhikevich", mine)
    screen = Screen(explorer)
    assert explorer.wait(120)
    assert screen.message == ""
    assert "Look for one &lt;spike&gt;." in screen.explanation
    assert (explorer.selection.pattern, explorer.selection.values["amplitude"]) == (mine, 11.0)
    assert len(screen.yours) > 500
    assert len(screen.target) == 0
    screen.menu("Pattern").value = "tonic_bursting"
    assert explorer.wait()
    assert len(screen.target) > 500
    before = explorer.selection
    screen.menu("Pattern").value = "mine"
    assert explorer.wait()
    assert explorer.selection.pattern is mine
    explorer.selection = before
    explorer.selection = Selection.of("izhikevich", mine)
    assert explorer.optimize(budget=300).result(60).evaluations > 0
    until(lambda: explorer.results)
    assert screen.message == ""
    explorer.close()


def test_a_changed_pattern_is_not_taken_for_the_known_one_of_its_key(explorer, screen) -> None:
    known = pw.patterns.get("tonic_spiking")
    stricter = replace(known, criteria=known.criteria[:1], title="Other criteria")
    explorer.show("izhikevich", stricter)
    assert explorer.wait()
    assert explorer.selection.pattern is stricter
    assert screen.criteria.count("<tr") == 5  # the head, one criterion, and the two of every pattern
    assert len(screen.target) == 0
    assert any("Other criteria" in title for title, _ in screen.menu("Pattern").options)
    explorer.undo()
    assert explorer.wait()
    assert screen.criteria.count("<tr") > 2
    assert len(screen.target) > 500


def test_a_message_about_a_former_selection_is_not_shown_after_a_jump(monkeypatch, explorer, screen) -> None:
    """The first judgement of a process takes seconds, and "Show me" was pressed meanwhile."""
    begun, go, seen = threading.Event(), threading.Event(), []
    judge_quickly = judging.judge_quickly

    def slow(selection, *rest):
        begun.set()
        assert go.wait(60)
        return judge_quickly(selection, *rest)

    class Watch(Observer):
        def on_response(self, response) -> None:
            seen.append((response.role, response.selection.values["a"]))

    explorer.session.attach(Watch())
    seen.clear()
    monkeypatch.setattr(judging, "judge_quickly", slow)
    monkeypatch.setattr(verdict, "is_ready", lambda model: False)
    shown = explorer.selection
    explorer.selection = shown.with_value("a", 0.03)
    assert begun.wait(60)
    explorer.selection = shown.with_value("a", 0.04)
    assert "judging" in screen.badge
    go.set()
    assert explorer.wait(60)
    assert {a for role, a in seen if role == "yours"} == {0.04}
    assert "judging" not in screen.badge
