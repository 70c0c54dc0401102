"""The explorer without a browser: what a user does, event by event."""

import threading
from dataclasses import replace
from types import SimpleNamespace

import IPython
import ipywidgets
import numpy as np
import pytest
import torch
from screen import Screen, named, until

import plausiwidgets as pw
from plausiwidgets.widgets import Selection
from plausiwidgets.widgets.explorer.optimization_panel import OptimizationPanel
from plausiwidgets.widgets.session.starts import known_sets


def test_it_opens_with_trace_target_and_verdict(explorer: pw.Explorer, screen: Screen) -> None:
    assert isinstance(explorer, ipywidgets.Widget)
    assert "✓ shows it" in screen.badge
    assert len(screen.yours) > 500
    assert len(screen.target) > 500
    assert len(screen.best) == 0
    assert explorer.selection == Selection.of("izhikevich", "tonic_spiking")


def test_a_drag_moves_trace_and_verdict_and_leaves_target_and_axis(explorer: pw.Explorer, screen: Screen) -> None:
    before, target, axis = screen.yours, screen.target, screen.layout["yaxis"]["range"]
    screen.rows["amplitude"].slider.value = 20
    assert explorer.wait()
    assert not np.array_equal(before, screen.yours)
    assert "✗" in screen.badge
    assert np.array_equal(target, screen.target)
    low, high = screen.layout["yaxis"]["range"]
    assert low <= axis[0] and high >= axis[1]  # a drag never narrows it


def test_the_verdict_on_screen_is_the_judges(explorer: pw.Explorer, screen: Screen) -> None:
    explorer.selection = Selection.of("izhikevich", "tonic_bursting", {"c": -52.0, "amplitude": 12.0})
    assert explorer.wait()
    verdict = pw.judge("izhikevich", "tonic_bursting", {"c": -52.0, "amplitude": 12.0})
    assert f"distance {verdict.loss:.3g}" in screen.badge
    assert screen.criteria.count("✓") == sum(c.passed for c in verdict.checks)
    assert screen.criteria.count("✗") == sum(not c.passed for c in verdict.checks)


def test_presets_switch_pattern_and_time_step_and_undo_brings_back(explorer: pw.Explorer, screen: Screen) -> None:
    before = explorer.selection
    screen.pick_preset("K")
    assert explorer.wait()
    assert explorer.selection.pattern.key == "resonator"
    assert explorer.selection.dt == explorer.selection.model.presets[10].dt
    assert "shows it" in screen.badge
    assert screen.sweeps is not None
    screen.press("Undo")
    assert explorer.wait()
    assert explorer.selection == before


def test_reset_and_its_undo(explorer: pw.Explorer, screen: Screen) -> None:
    screen.rows["a"].box.value = 0.07
    screen.press("Reset")
    assert explorer.selection.values["a"] == 0.02
    screen.press("Undo")
    assert explorer.selection.values["a"] == 0.07


@pytest.mark.slow
@pytest.mark.parametrize("pattern", pw.patterns.names())
def test_every_pattern_can_be_shown_and_each_of_its_sweeps(explorer: pw.Explorer, screen: Screen, pattern: str) -> None:
    screen.menu("Pattern").value = pattern
    assert explorer.wait(120)
    assert screen.message == ""
    names = list(pw.patterns.target(pattern).traces)
    assert ([name for _, name in screen.sweeps.options] if screen.sweeps else names[:1]) == names
    for name in names:
        if screen.sweeps:
            screen.sweeps.value = name
        assert len(screen.target) > 100


@pytest.mark.parametrize("model", pw.models.names())
def test_every_model_can_be_shown(explorer: pw.Explorer, screen: Screen, model: str) -> None:
    screen.menu("Model").value = model
    assert explorer.wait(120)
    assert screen.message == ""
    assert np.isfinite(screen.yours).any()


def test_optimize_draws_curve_and_best_and_use_best_moves_the_sliders(explorer: pw.Explorer, screen: Screen) -> None:
    explorer.selection = Selection.of("izhikevich", "tonic_bursting", {"amplitude": 3.0})
    explorer.wait()
    before = explorer.selection
    screen.press("Optimize")
    until(lambda: explorer.results, 120)
    result = explorer.results[-1]
    assert result.replicated
    assert screen.curve[-1, :3].tolist() == [result.evaluations, 0.0, 0.0]
    assert np.all(np.diff(screen.curve[:, 1]) <= 0)
    assert len(screen.best) > 500
    assert "✓ shows it" in screen.progress
    screen.press("Use best")
    assert explorer.wait()
    assert dict(explorer.selection.values) == dict(result.parameters)
    assert "✓ shows it" in screen.badge
    screen.press("Undo")
    assert explorer.selection == before


def test_sliders_answer_during_a_search_which_pauses_and_stops(explorer: pw.Explorer, screen: Screen) -> None:
    screen.menu("Model").value = "lif"
    screen.menu("Pattern").value = "tonic_bursting"
    explorer.wait(120)
    run = explorer.optimize(budget=10_000_000)
    screen.rows["amplitude"].slider.value = 300
    before = screen.yours
    screen.rows["amplitude"].slider.value = 120
    assert explorer.wait()
    assert not np.array_equal(before, screen.yours)
    assert not run.snapshot().ended
    screen.press("Pause")
    until(lambda: run.snapshot().state == "paused", 10)
    until(lambda: "paused" in screen.progress, 10)
    screen.press("Resume")
    screen.press("Stop")
    until(lambda: explorer.results, 20)
    assert "not found within" in screen.progress and "least distance" in screen.progress
    enabled = [title for title in ("Optimize", "Pause", "Stop", "Use best") if not screen.button(title).disabled]
    assert enabled == ["Optimize", "Use best"]


def test_a_search_that_is_stopped_at_once_is_not_said_to_go_on(explorer: pw.Explorer, screen: Screen) -> None:
    run = explorer.optimize()
    explorer.stop()
    until(lambda: explorer.results, 20)
    judged = bool(run.snapshot().parameters)
    until(lambda: ("nothing judged yet" in screen.best_chip) != judged, 20)
    assert "searching" not in screen.best_chip


def test_a_search_that_is_refused_ends_no_other(explorer: pw.Explorer, screen: Screen) -> None:
    explorer.selection = Selection.of("lif", "tonic_bursting")
    run = explorer.optimize(budget=10_000_000)
    explorer.selection = Selection.of("izhikevich", "tonic_spiking").with_free(())
    screen.press("Optimize")
    assert screen.message and "has ended" not in screen.message and not run.stopping
    with pytest.raises(ValueError, match="nothing is left free"):
        explorer.optimize()
    assert not run.stopping and "Tonic bursting" in screen.elsewhere
    explorer.stop()


def test_a_search_goes_on_when_another_pattern_is_picked_and_is_gone_back_to(
    explorer: pw.Explorer, screen: Screen
) -> None:
    screen.menu("Model").value = "lif"
    screen.menu("Pattern").value = "phasic_spiking"
    explorer.wait(120)
    begun = explorer.selection
    run = explorer.optimize(budget=10_000_000)
    until(lambda: run.snapshot().parameters)
    assert screen.elsewhere == ""
    screen.menu("Pattern").value = "tonic_spiking"
    assert explorer.wait()
    assert len(screen.best) == 0, "the best of another pattern is drawn"
    assert len(screen.curve) == 0, "the curve of another pattern is drawn"
    assert "press Optimize" in screen.best_chip
    assert "Phasic spiking" in screen.elsewhere and "%" in screen.elsewhere
    assert not run.snapshot().ended
    assert screen.button("Use best").disabled and not screen.button("Optimize").disabled
    screen.press("Back to it")
    assert explorer.wait()
    assert explorer.selection == begun
    assert screen.elsewhere == ""
    until(lambda: len(screen.best) > 100)
    assert "✗" in screen.best_chip
    screen.press("Stop")
    until(lambda: explorer.results, 20)
    screen.press("Use best")
    assert dict(explorer.selection.values) == dict(run.snapshot().parameters)


def test_what_was_found_for_another_pattern_is_named_until_it_is_looked_at(
    explorer: pw.Explorer, screen: Screen
) -> None:
    screen.menu("Pattern").value = "tonic_bursting"
    run = explorer.optimize()
    screen.menu("Pattern").value = "mixed_mode"
    assert run.wait(120)
    until(lambda: "✓ shows it" in screen.elsewhere)
    assert "✓" not in screen.best_chip
    screen.menu("Pattern").value = "tonic_bursting"
    assert screen.elsewhere == ""
    until(lambda: "✓ shows it" in screen.best_chip)


def test_after_a_search_in_vain_there_are_ways_on_and_no_search_is_made_twice(
    explorer: pw.Explorer, screen: Screen
) -> None:
    screen.menu("Model").value = "lif"
    screen.menu("Pattern").value = "tonic_bursting"
    explorer.wait(120)
    assert not screen.ways
    seen = []
    for button in ("Optimize", "Optimize", "New seed", "Random start", "Wider ranges", "More budget"):
        named(explorer, "pw-settings").children[1].value = "100"
        before = explorer.selection
        screen.press(button)
        until(lambda: len(explorer.results) == len(seen) + 1, 60)
        result = explorer.results[-1]
        seen.append((result.seed, result.evaluations, result.bounds["tau_mem"]))
        until(lambda: screen.ways, 10)
        assert "pw-failed" in screen.progress and "pw-is" not in screen.progress
        assert "pw-no" in screen.best_chip and "bursts" in screen.best_chip
        assert screen.best_chip.count("must be") > 0, "by how much it is missed is not said"
    assert len({seed for seed, *_ in seen}) == len(seen)
    (low, high), (wider_low, wider_high) = before.bounds["tau_mem"], seen[-1][2]
    assert wider_high == high and wider_low == low
    assert seen[3][2][1] < seen[4][2][1]
    assert seen[-1][1] > 300 > seen[-2][1]
    explorer.undo()
    assert explorer.selection.bounds["tau_mem"] == seen[0][2], "wider bounds are a step that can be undone"


def test_only_free_parameters_change_and_bounds_hold(explorer: pw.Explorer, screen: Screen) -> None:
    screen.menu("Pattern").value = "tonic_bursting"
    screen.rows["c"].box.value = -53.21
    screen.rows["c"].tick.value = False
    screen.show_bounds()
    for box, bound in zip(screen.rows["d"].bounds, (1.0, 3.0), strict=True):
        box.value = bound
    result = explorer.optimize(budget=3000).result(120)
    assert result.parameters["c"] == -53.21
    assert 1.0 <= result.parameters["d"] <= 3.0
    assert set(result.bounds) == {name for name, row in screen.rows.items() if row.tick.value}


def test_nothing_free_is_said_and_the_buttons_come_back(explorer: pw.Explorer, screen: Screen) -> None:
    for row in screen.rows.values():
        row.tick.value = False
    screen.press("Optimize")
    assert screen.message
    assert not screen.button("Optimize").disabled


def failing_model() -> pw.NeuronModel:
    def step(current, state, p, dt):
        (v,) = state
        if bool((p.tau > 50.0).any()):
            raise RuntimeError("tau is too slow for me")
        v = v + dt / p.tau * (-60.0 - v + current)
        spikes = (v > -50.0).to(v.dtype)
        return spikes, (torch.where(v > -50.0, torch.full_like(v, -60.0), v),)

    return pw.NeuronModel(
        key="moody", step=step, parameters=[pw.Parameter("tau", 20.0, 5.0, 80.0, unit="ms")],
        initial_state=lambda p, holding: (0.0 * holding - 60.0,),
        current=pw.Parameter("current", 20.0, -10.0, 60.0, unit="mV"), rest=-60.0, threshold=-50.0, dt=0.5,
    )  # fmt: skip


def test_a_models_own_error_is_shown_and_the_explorer_goes_on() -> None:
    explorer = pw.Explorer(failing_model(), "tonic_spiking")
    screen = Screen(explorer)
    assert explorer.wait(120)
    assert screen.message == ""
    box = screen.rows["tau"].box
    box.value = 60.0
    assert explorer.wait(120)
    assert "tau is too slow for me" in screen.message
    assert "no verdict" in screen.badge
    assert len(screen.yours) == 0
    box.value = 20.0
    assert explorer.wait(120)
    assert screen.message == ""
    assert len(screen.yours) > 100
    explorer.close()


def test_an_own_model_stands_beside_the_packages_and_comes_back() -> None:
    own = failing_model()
    explorer = pw.Explorer(own, "tonic_spiking")
    explorer.wait(120)
    menu = Screen(explorer).menu("Model")
    menu.value = "lif"
    menu.value = "moody"
    assert explorer.wait(120)
    assert explorer.selection.model is own
    explorer.close()


def test_two_explorers_do_not_disturb_each_other(explorer: pw.Explorer, screen: Screen) -> None:
    other = pw.Explorer("lif")
    other.wait(120)
    before = explorer.selection
    there = Screen(other)
    there.rows["amplitude"].slider.value = 350
    there.menu("Pattern").value = "tonic_bursting"
    run = other.optimize(budget=10_000_000)
    screen.rows["amplitude"].slider.value = 250
    assert explorer.wait()
    assert not run.snapshot().ended
    explorer.undo()
    assert explorer.selection.pattern is before.pattern
    assert other.selection.pattern.key == "tonic_bursting"
    other.close()
    assert run.wait(60)


def test_changes_from_many_threads_end_with_one_consistent_picture(explorer: pw.Explorer, screen: Screen) -> None:
    rows = list(screen.rows.values())

    def use(seed: int) -> None:
        random = np.random.default_rng(seed)
        for _ in range(30):
            rows[random.integers(len(rows))].slider.value = int(random.integers(400))

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    screen.menu("Pattern").value = "mixed_mode"
    assert explorer.wait(120)
    shown = explorer.selection
    verdict = pw.judge(shown.model, shown.pattern, shown.values, dt=shown.dt)
    assert f"distance {verdict.loss:.3g}" in screen.badge
    assert screen.message == ""


def test_it_opens_from_the_pages_query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUERY_STRING", "model=adex&pattern=mixed_mode&tau_w=123.5&dt=0.05&bad=1")
    explorer = pw.Explorer()
    assert explorer.selection == Selection.of("adex", "mixed_mode", {"tau_w": 123.5}, 0.05)
    assert "bad" in Screen(explorer).message
    explorer.close()
    monkeypatch.setenv("QUERY_STRING", "model=izhikevich&pattern=m&language=fr")
    picked = pw.Explorer()
    assert picked.selection == known_sets(pw.models.get("izhikevich"), pw.patterns.get("rebound_spike"))[0]
    assert "known: en, de" in Screen(picked).message
    picked.close()
    explicit = pw.Explorer("lif", parameters={"tau_mem": 30.0})
    assert explicit.selection.values["tau_mem"] == 30.0
    explicit.close()


def test_the_time_step_of_the_constructor_is_kept_under_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    in_jupyterlab = pw.Explorer("adex", "tonic_spiking", dt=0.02)
    in_jupyterlab.page.link = "pattern=tonic_bursting"
    monkeypatch.setenv("QUERY_STRING", "pattern=tonic_bursting")
    in_the_app = pw.Explorer("adex", "tonic_spiking", dt=0.02)
    assert in_jupyterlab.selection == in_the_app.selection
    assert in_jupyterlab.selection.dt == 0.02
    in_jupyterlab.close()
    in_the_app.close()


@pytest.mark.parametrize(("amplitude", "said"), [(20.0, "shows the pattern: drag"), (2.0, "press Show me")])
def test_who_opens_a_shared_neuron_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, amplitude, said) -> None:
    monkeypatch.setenv("QUERY_STRING", f"model=lif&pattern=tonic_spiking&amplitude={amplitude}")
    explorer = pw.Explorer()
    screen = Screen(explorer)
    assert explorer.wait(60)
    assert said in screen.origin
    screen.rows["amplitude"].box.value = 15.0
    assert explorer.wait(60)
    assert screen.origin == ""
    explorer.close()


def test_a_shared_neuron_that_cannot_show_the_pattern_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUERY_STRING", "model=lif&pattern=tonic_bursting&tau_mem=30")
    explorer = pw.Explorer()
    assert explorer.wait(60)
    assert "No parameters can do it." in Screen(explorer).origin
    explorer.close()


def test_a_link_to_an_own_pattern_whose_key_is_a_letter_leads_back_to_it() -> None:
    bursting = pw.patterns.get("tonic_bursting")
    own = pw.Pattern(
        key="a", title="Own", free_values=bursting.free_values, sweeps=bursting.sweeps, measure=bursting.measure,
        criteria=bursting.criteria,
    )  # fmt: skip
    link = Selection.defaults("lif", own).to_query()
    assert Selection.from_query(link, "lif", own)[0].pattern is own
    assert Selection.from_query(link)[0].pattern.key == "tonic_spiking"


def test_a_hostile_query_gives_a_note_and_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUERY_STRING", "model=<script>&a=nan&" + "x" * 100_000)
    explorer = pw.Explorer()
    assert explorer.selection.model.key == "izhikevich"
    assert Screen(explorer).message
    assert "<script" not in Screen(explorer).message
    explorer.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("izhikevitch",), "izhikevich"),
        (("lif", "tonic_spikin"), "tonic_spiking"),
        (("lif", "tonic_spiking", {"tau": 1.0}), "tau_mem"),
        (("lif", "tonic_spiking", {"tau_mem": -1.0}), "tau_mem"),
        (("lif", "tonic_spiking", {"tau_mem": [1.0, 2.0]}), "tau_mem"),
    ],
)
def test_bad_arguments_are_refused_with_what_is_valid(arguments: tuple, said: str) -> None:
    with pytest.raises((ValueError, TypeError), match=said):
        pw.Explorer(*arguments)


def test_link_and_line_follow_the_sliders(explorer: pw.Explorer, screen: Screen) -> None:
    screen.rows["a"].box.value = 0.0321
    assert explorer.wait()
    assert "a=0.0321" in screen.link.query
    again, notes = Selection.from_query(screen.link.query)
    assert again == explorer.selection
    assert notes == ()
    assert "'a': 0.0321" in screen.link.python


def test_a_cell_that_is_run_again_closes_the_explorers_of_its_former_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """As JupyterLab says which cell is run: two explorers of one run live, those of the run before do not."""
    running = {"metadata": {"cellId": "a cell"}, "header": {"msg_id": "first"}}
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(get_parent=lambda: running))
    closed: list[pw.Explorer] = []
    # The garbage collector closes as well, for instance what the test before left: such a one has no comm any more.
    monkeypatch.setattr(pw.Explorer, "close", lambda self: closed.append(self) if self.comm else None)
    first, second = pw.Explorer("lif", parameters={}), pw.Explorer("lif", parameters={})
    assert closed == []
    running["header"] = {"msg_id": "again"}
    third = pw.Explorer("lif", parameters={})
    assert closed == [first, second]
    running["metadata"] = {"cellId": "another cell"}
    fourth = pw.Explorer("lif", parameters={})
    assert closed == [first, second]
    monkeypatch.undo()
    for explorer in (first, second, third, fourth):
        explorer.close()


def test_the_time_to_go_follows_the_pace_after_the_first_generation() -> None:
    panel = OptimizationPanel(lambda action: None, lambda text: None)
    running = pw.Result("lif", "tonic_bursting", 0, 10_000, reason="running", evaluations=50, seconds=8.0, loss=1.0)
    panel.show(running)
    assert "to go" not in panel.progress.value, "the first generation waited for the compiler"
    panel.show(replace(running, evaluations=1050, seconds=9.0))
    assert "≤ 8.9 s to go" in panel.progress.value
    panel.show(replace(running, evaluations=1060, seconds=9.01), timed=False)
    assert "to go" not in panel.progress.value and "1 060" in panel.progress.value, "it is held back, as in a race"
    panel.show(replace(running, evaluations=1100, seconds=9.1, status="unverified"))
    assert "to go" not in panel.progress.value, "the search is about to end"
