"""Pinned: what was shown stays in the figure, and a drag never waits for it."""

import ipywidgets as w
import numpy as np
import pytest
from screen import find, named, until

import plausiwidgets as pw
from plausiwidgets.widgets import Selection
from plausiwidgets.widgets.explorer import pin
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.explorer.judging import Judging
from plausiwidgets.widgets.explorer.pin import AS_PINNED, AS_SHOWN, BY_DEFAULT, PinPanel, pinned_under
from plausiwidgets.widgets.session.starts import stimulus_for


def line(screen, row: str = "voltage"):
    return screen.trace("pinned", row)


def potential(screen) -> np.ndarray:
    return line(screen)["y"]


def press(explorer, on: bool = True) -> None:
    find(explorer, w.ToggleButton, description="Compare").value = on
    assert explorer.wait()


def settled(explorer) -> None:
    assert explorer.wait()


def key(explorer) -> str:
    return named(explorer, "pw-target").value


def test_what_is_pinned_stays_while_the_sliders_move_and_goes_when_it_is_let_go(explorer, screen) -> None:
    assert len(potential(screen)) == 0 and "compared" not in key(explorer)
    press(explorer)
    pinned = potential(screen).copy()
    np.testing.assert_array_equal(pinned, screen.yours)
    assert "compared: Izhikevich" in key(explorer) and AS_PINNED in key(explorer)
    assert line(screen)["name"].startswith("compared: Izhikevich") and line(screen)["line"]["dash"] == "12px,4px"
    for name, value in (("a", 0.05), ("amplitude", 20.0)):
        screen.rows[name].box.value = value
        settled(explorer)
        np.testing.assert_array_equal(potential(screen), pinned)
        assert not np.array_equal(screen.yours, pinned)
    explorer.undo()
    settled(explorer)
    np.testing.assert_array_equal(potential(screen), pinned)
    press(explorer, False)
    assert len(potential(screen)) == 0 and "compared" not in key(explorer)
    assert screen.layout["yaxis2"]["ticktext"] == ["best", "yours", "example"]


def test_a_drag_does_not_compute_it(explorer, screen, monkeypatch) -> None:
    press(explorer)
    screen.menu("Pattern").value = "rebound_spike"
    settled(explorer)
    asked = []
    judge = pin.judge_quickly
    monkeypatch.setattr(pin, "judge_quickly", lambda *args: asked.append(args[0]) or judge(*args))
    sent = []
    explorer.panel(FigurePanel).figure.observe(lambda change: sent.append(change["name"]), ("yours", "pinned"))
    with monkeypatch.context() as context:
        context.setattr(explorer.panel(PinPanel), "on_rest", lambda selection: None)
        for position in range(150, 250, 5):
            screen.rows["amplitude"].slider.value = position
        settled(explorer)
    assert asked == [] and "yours" in sent and "pinned" not in sent
    screen.rows["amplitude"].slider.value = 300
    settled(explorer)  # at rest it follows the stimulus
    until(lambda: asked and asked[-1].values["amplitude"] == explorer.selection.values["amplitude"])
    screen.rows["a"].slider.value = 300
    settled(explorer)
    assert len(asked) == 1  # a parameter of the other neuron changes nothing


def test_another_pattern_judges_it_anew_and_the_old_one_shows_it_as_it_was(explorer, screen) -> None:
    screen.rows["a"].box.value = 0.03
    settled(explorer)
    press(explorer)
    before = potential(screen).copy()
    screen.menu("Pattern").value = "rebound_spike"
    settled(explorer)
    until(lambda: len(potential(screen)))
    assert AS_SHOWN in key(explorer)
    shown = explorer.selection
    values = {"a": 0.03} | {name: shown.values[name] for name in shown.pattern.free}
    traces = pw.judge("izhikevich", "rebound_spike", values, verify=False).traces
    spikes = traces[shown.pattern.main_sweep].spike_times[0]
    np.testing.assert_allclose(line(screen, "raster")["x"][::3], spikes, rtol=1e-6)
    screen.menu("Pattern").value = "tonic_spiking"
    settled(explorer)
    until(lambda: len(potential(screen)) == len(before))
    np.testing.assert_array_equal(potential(screen), before)
    assert AS_PINNED in key(explorer)


def test_another_model_leaves_it_and_its_current_is_drawn_only_in_its_own_unit(explorer, screen) -> None:
    press(explorer)
    assert np.isfinite(line(screen, "current")["y"]).all()
    screen.menu("Model").value = "adex"
    settled(explorer)
    until(lambda: len(potential(screen)))
    assert AS_PINNED in key(explorer) and "compared: Izhikevich" in key(explorer)
    assert not np.isfinite(line(screen, "current")["y"]).any()
    least, most = screen.layout["yaxis3"]["range"]
    assert np.isfinite([least, most]).all() and most > 100.0
    screen.menu("Pattern").value = "rebound_spike"
    settled(explorer)
    until(lambda: BY_DEFAULT in key(explorer))


@pytest.mark.parametrize("pattern", ["class_1_excitable", "resonator", "bistability"])
def test_curves_and_small_sweeps_show_it_too(explorer, screen, pattern) -> None:
    press(explorer)
    screen.menu("Pattern").value = pattern
    settled(explorer)
    row = "curve" if explorer.selection.pattern.curve is not None else "others"
    until(lambda: len(line(screen, row)["y"]))
    press(explorer, False)
    assert len(line(screen, row)["y"]) == 0


def test_it_may_come_before_anything_else(explorer, screen, monkeypatch) -> None:
    press(explorer)
    with monkeypatch.context() as context:
        context.setattr(explorer.panel(Judging), "on_selection", lambda *_: None)
        screen.menu("Pattern").value = "bistability"
        assert explorer.wait()
        assert len(line(screen, "others")["y"]) == 0
    explorer.panel(Judging).on_selection(explorer.selection, True)
    settled(explorer)
    until(lambda: len(line(screen, "others")["y"]))


def test_under_a_stimulus_of_ones_own_it_gets_the_same(explorer, screen) -> None:
    press(explorer)
    explorer.show("izhikevich", pw.patterns.stimulus("step"), {"duration": 60.0, "a": 0.1})
    settled(explorer)
    until(lambda: len(potential(screen)))
    assert AS_SHOWN in key(explorer)
    under, _ = pinned_under(Selection.of("izhikevich", "tonic_spiking"), explorer.selection)
    assert under.values["duration"] == 60.0 and under.values["a"] == 0.02


def test_the_stimulus_of_another_unit_or_out_of_reach_is_the_default() -> None:
    adex, izhikevich = pw.models.get("adex"), pw.models.get("izhikevich")
    shown = Selection.of(izhikevich, "rebound_spike", {"amplitude": 15.0, "width": 9.0})
    values, as_shown = stimulus_for(adex, shown)
    default = Selection.defaults(adex, "rebound_spike").values["amplitude"]
    assert not as_shown and values["amplitude"] == default and values["width"] == 9.0
    assert stimulus_for(pw.models.get("izhikevich_2004"), shown) == (
        {name: shown.values[name] for name in shown.pattern.free}, True,
    )  # fmt: skip
    far = Selection.of(izhikevich, "tonic_spiking", {"amplitude": 1e5})
    values, as_shown = stimulus_for(pw.models.get("mihalas_niebur"), far)
    assert not as_shown and values["amplitude"] < 100.0
    both = Selection.of(izhikevich, pw.patterns.all_of("tonic_spiking", "rebound_spike"))
    assert stimulus_for(izhikevich, both)[1] and set(stimulus_for(adex, both)[0]) == set(both.pattern.free)


def test_a_neuron_that_cannot_be_put_under_the_stimulus_says_so(explorer, screen, monkeypatch) -> None:
    press(explorer)
    monkeypatch.setattr(pin, "judge_quickly", lambda *_: 1 / 0)
    screen.menu("Pattern").value = "rebound_spike"
    settled(explorer)
    assert "could not be simulated" in key(explorer) and len(potential(screen)) == 0
    assert screen.message == ""


def test_a_closed_explorer_keeps_nothing_of_it() -> None:
    explorer = pw.Explorer(parameters={})
    assert explorer.wait(60)
    press(explorer)
    explorer.selection = Selection.of("izhikevich", "rebound_spike")
    settled(explorer)
    panel = explorer.panel(PinPanel)
    explorer.close()
    assert panel._pinned is None
    find(explorer, w.ToggleButton, description="Compare").value = False  # nobody answers any more
    assert panel._pinned is None
