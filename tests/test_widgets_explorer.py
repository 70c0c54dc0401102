"""The explorer without a browser: what a person does, event by event."""

import threading

import ipywidgets
import numpy as np
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.widgets import State
from plausiwidgets.widgets.explorer.verdict import interval


def live(explorer: pw.Explorer) -> np.ndarray:
    return np.asarray(explorer._figure.widget.data[1].y)


def badge(explorer: pw.Explorer) -> str:
    return explorer._verdict.head.value


def press(explorer: pw.Explorer, name: str) -> None:
    panel = explorer._optimization
    {"optimize": panel._optimize, "pause": panel._pause, "stop": panel._stop, "use": panel._use}[name].click()


def test_it_opens_with_trace_target_and_verdict(explorer: pw.Explorer) -> None:
    assert isinstance(explorer, ipywidgets.Widget)
    assert "replicated" in badge(explorer)
    by_name = dict(zip(("best", "live", "target"), explorer._figure.widget.data[:3], strict=True))
    assert len(by_name["live"].y) > 500
    assert len(by_name["target"].y) > 500
    assert len(by_name["best"].y) == 0
    assert explorer.state == State("izhikevich", "tonic_spiking", explorer.state.parameters, None)


def test_a_drag_moves_trace_and_verdict_and_leaves_target_and_axis(explorer: pw.Explorer) -> None:
    figure = explorer._figure.widget
    before, target, axis = live(explorer), np.asarray(figure.data[2].y), figure.layout.yaxis.range
    explorer._parameters.rows["amplitude"]._slider.value = 20
    assert explorer.wait()
    assert not np.array_equal(before, live(explorer))
    assert "missed" in badge(explorer)
    assert np.array_equal(target, figure.data[2].y)
    assert figure.layout.yaxis.range == axis


def test_the_verdict_on_screen_is_the_judges(explorer: pw.Explorer) -> None:
    explorer.state = State("izhikevich", "tonic_bursting", {"c": -52.0, "amplitude": 12.0})
    assert explorer.wait()
    verdict = pw.judge("izhikevich", "tonic_bursting", {"c": -52.0, "amplitude": 12.0})
    assert f"loss {verdict.loss:.3g}" in badge(explorer)
    shown = explorer._verdict._table.value
    assert shown.count("✓") == sum(c.passed for c in verdict.checks)
    assert shown.count("✗") == sum(not c.passed for c in verdict.checks)


def test_presets_switch_pattern_and_time_step_and_undo_brings_back(explorer: pw.Explorer) -> None:
    before = explorer.state
    titles = [title for title, _ in explorer._pickers._preset.options]
    explorer._pickers._preset.value = next(i for i, title in enumerate(titles) if title.startswith("K")) - 1
    assert explorer.wait()
    assert explorer.state.pattern == "resonator"
    assert "replicated" in badge(explorer)
    assert explorer._sweeps.view.children
    explorer._pickers.undo.click()
    assert explorer.wait()
    assert explorer.state == before


def test_reset_and_its_undo(explorer: pw.Explorer) -> None:
    explorer._parameters.rows["a"]._box.value = 0.07
    explorer._pickers.reset.click()
    assert explorer.state.parameters["a"] == 0.02
    explorer._pickers.undo.click()
    assert explorer.state.parameters["a"] == 0.07


@pytest.mark.parametrize("pattern", pw.patterns.names())
def test_every_pattern_can_be_shown(explorer: pw.Explorer, pattern: str) -> None:
    explorer._pickers._pattern.value = pattern
    assert explorer.wait(120)
    assert explorer._status.text == ""
    assert explorer._scene.has("target")
    names = explorer._scene.sweeps
    assert len(names) == len(pw.patterns.target(pattern).traces)
    for name in names:
        explorer._scene.select(name)
        assert len(explorer._figure.widget.data[2].y) > 100


@pytest.mark.parametrize("model", pw.models.names())
def test_every_model_can_be_shown(explorer: pw.Explorer, model: str) -> None:
    explorer._pickers._model.value = model
    assert explorer.wait(120)
    assert explorer._status.text == ""
    assert np.isfinite(live(explorer)).any()


def test_optimize_draws_curve_and_best_and_use_best_moves_the_sliders(explorer: pw.Explorer) -> None:
    explorer.state = State("izhikevich", "tonic_bursting", {"amplitude": 3.0})
    explorer.wait()
    before = explorer.state
    press(explorer, "optimize")
    search = explorer._searches._search
    assert search is not None
    assert search.join(120)
    result = explorer.results[-1]
    assert result.replicated
    figure = explorer._figure.widget
    curve = np.frombuffer(explorer._curve.rows, np.float32).reshape(-1, 3)
    assert curve[-1].tolist() == [result.evaluations, 0.0, 0.0]
    assert np.all(np.diff(curve[:, 1]) <= 0)
    assert len(figure.data[0].y) > 500
    assert "replicated" in explorer._optimization.progress.value
    press(explorer, "use")
    assert explorer.wait()
    assert dict(explorer.state.parameters) == dict(result.parameters)
    assert "replicated" in badge(explorer)
    explorer._pickers.undo.click()
    assert explorer.state == before


def test_sliders_answer_during_a_search_which_pauses_and_stops(explorer: pw.Explorer) -> None:
    explorer._pickers._model.value = "lif"
    explorer._pickers._pattern.value = "tonic_bursting"
    explorer.wait(120)
    run = explorer.optimize(budget=10_000_000)
    explorer._parameters.rows["amplitude"]._slider.value = 300
    before = live(explorer)
    explorer._parameters.rows["amplitude"]._slider.value = 120
    assert explorer.wait()
    assert not np.array_equal(before, live(explorer))
    assert not run.snapshot().ended
    press(explorer, "pause")
    for _ in range(100):
        if run.snapshot().state == "paused":
            break
        run.wait(0.05)
    assert run.snapshot().state == "paused"
    press(explorer, "pause")
    press(explorer, "stop")
    assert run.wait(10)
    assert explorer._searches._search.join(10)
    panel = explorer._optimization
    assert "not found within" in panel.progress.value
    assert [panel._optimize.disabled, panel._pause.disabled, panel._stop.disabled, panel._use.disabled] == [
        False, True, True, False,
    ]  # fmt: skip


def test_another_pattern_ends_the_search_and_use_best_goes_back(explorer: pw.Explorer) -> None:
    explorer._pickers._model.value = "lif"
    explorer._pickers._pattern.value = "phasic_spiking"
    explorer.wait(120)
    run = explorer.optimize(budget=10_000_000)
    while run.snapshot().best_parameters is None:
        run.wait(0.02)
    explorer._pickers._pattern.value = "tonic_spiking"
    assert run.wait(10)
    search = explorer._searches._search
    assert search.join(10)
    assert explorer.wait()
    figure = explorer._figure.widget
    assert len(figure.data[0].y) == 0, "the best of another pattern is drawn"
    assert explorer._curve.rows == b"", "the curve of another pattern is drawn"
    assert "Phasic spiking" in explorer._optimization.progress.value
    press(explorer, "use")
    explorer.wait()
    assert explorer.state.pattern == "phasic_spiking"
    assert dict(explorer.state.parameters) == dict(run.snapshot().best_parameters)
    assert len(figure.data[0].y) > 100


def test_only_free_parameters_change_and_bounds_hold(explorer: pw.Explorer) -> None:
    explorer._pickers._pattern.value = "tonic_bursting"
    rows = explorer._parameters.rows
    rows["c"]._box.value = -53.21
    rows["c"]._tick.value = False
    rows["d"].set_bounds(1.0, 3.0)
    result = explorer.optimize(budget=3000).result(120)
    assert result.parameters["c"] == -53.21
    assert 1.0 <= result.parameters["d"] <= 3.0
    assert set(result.bounds) == set(explorer._parameters.free())


def test_nothing_free_is_said_and_the_buttons_come_back(explorer: pw.Explorer) -> None:
    for row in explorer._parameters.rows.values():
        row.free = False
    press(explorer, "optimize")
    assert explorer._status.text
    assert not explorer._optimization._optimize.disabled


def failing_model() -> pw.NeuronModel:
    def step(current, state, p, dt):
        (v,) = state
        if bool((p.tau > 50.0).any()):
            raise RuntimeError("tau is too slow for me")
        v = v + dt / p.tau * (-60.0 - v + current)
        spikes = (v > -50.0).to(v.dtype)
        return spikes, (torch.where(v > -50.0, torch.full_like(v, -60.0), v),)

    return pw.NeuronModel(
        name="moody", step=step, parameters=[pw.Parameter("tau", 20.0, 5.0, 80.0, unit="ms")],
        initial_state=lambda p, holding: (0.0 * holding - 60.0,),
        current=pw.Parameter("current", 20.0, -10.0, 60.0, unit="mV"), rest=-60.0, threshold=-50.0, dt=0.5,
    )  # fmt: skip


def test_a_models_own_error_is_shown_and_the_explorer_goes_on() -> None:
    explorer = pw.Explorer(failing_model(), "tonic_spiking")
    assert explorer.wait(120)
    assert explorer._status.text == ""
    row = explorer._parameters.rows["tau"]
    row._box.value = 60.0
    assert explorer.wait(120)
    assert "tau is too slow for me" in explorer._status.text
    row._box.value = 20.0
    assert explorer.wait(120)
    assert explorer._status.text == ""
    assert len(live(explorer)) > 100
    explorer.close()


def test_an_own_model_stands_beside_the_packages_and_comes_back() -> None:
    own = failing_model()
    explorer = pw.Explorer(own, "tonic_spiking")
    explorer.wait(120)
    explorer._pickers._model.value = "lif"
    explorer._pickers._model.value = "moody"
    assert explorer.wait(120)
    assert explorer._model is own
    explorer.close()


def test_two_explorers_do_not_disturb_each_other(explorer: pw.Explorer) -> None:
    other = pw.Explorer("lif")
    other.wait(120)
    before = explorer.state, live(explorer)
    other._parameters.rows["amplitude"]._slider.value = 350
    other._pickers._pattern.value = "tonic_bursting"
    run = other.optimize(budget=10_000_000)
    explorer._parameters.rows["amplitude"]._slider.value = 250
    assert explorer.wait()
    assert not run.snapshot().ended
    explorer._pickers.undo.click()
    assert explorer.state.pattern == before[0].pattern
    assert other.state.pattern == "tonic_bursting"
    other.close()
    assert run.wait(10)


def test_changes_from_many_threads_end_with_one_consistent_picture(explorer: pw.Explorer) -> None:
    def use(seed: int) -> None:
        random = np.random.default_rng(seed)
        rows = list(explorer._parameters.rows.values())
        for _ in range(30):
            rows[random.integers(len(rows))]._slider.value = int(random.integers(400))

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    explorer._pickers._pattern.value = "mixed_mode"
    assert explorer.wait(120)
    state = explorer.state
    verdict = pw.judge(state.model, state.pattern, dict(state.parameters), dt=state.dt)
    assert f"loss {verdict.loss:.3g}" in badge(explorer)
    assert explorer._status.text == ""


def test_it_opens_from_the_pages_query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUERY_STRING", "model=adex&pattern=mixed_mode&tau_w=123.5&dt=0.05&bad=1")
    explorer = pw.Explorer()
    state = explorer.state
    assert (state.model, state.pattern, state.dt, state.parameters["tau_w"]) == ("adex", "mixed_mode", 0.05, 123.5)
    assert "bad" in explorer._status.text
    explorer.close()
    explicit = pw.Explorer("lif", parameters={"tau_mem": 30.0})
    assert explicit.state.parameters["tau_mem"] == 30.0
    explicit.close()


def test_a_hostile_query_gives_a_note_and_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUERY_STRING", "model=<script>&a=nan&" + "x" * 100_000)
    explorer = pw.Explorer()
    assert explorer.state.model == "izhikevich"
    assert explorer._status.text
    assert "<script" not in explorer._status.view.value
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
    with pytest.raises(ValueError, match=said):
        pw.Explorer(*arguments)


def test_link_and_line_follow_the_sliders(explorer: pw.Explorer) -> None:
    explorer._parameters.rows["a"]._box.value = 0.0321
    assert explorer.wait()
    assert "a=0.0321" in explorer._share.query
    again, notes = State.from_query(explorer._share.query)
    assert again == explorer.state
    assert notes == []
    assert "'a': 0.0321" in explorer._share.python


def test_intervals_read_as_a_person_writes_them() -> None:
    assert interval(5, np.inf, "spikes") == "≥ 5 spikes"
    assert interval(1, np.inf, "spikes") == "≥ 1 spike"
    assert interval(-np.inf, 0.0, "spikes") == "0 spikes"
    assert interval(-np.inf, 0.1, "1") == "≤ 0.1"
    assert interval(0.75, 1.05, "") == "0.75 to 1.05"


def test_a_cell_of_the_assessment_opens_in_the_explorer(explorer: pw.Explorer) -> None:
    explorer._pickers._model.value = "lif"
    explorer._assessing._pressed()
    panel = explorer._assessing.panel
    button = explorer._assessing.view.children[0]
    assert button.layout.display == "none"  # the panel has its own
    panel.study.wait(0.2)
    panel.map.open_cell("lif", "integrator")
    assert explorer.wait()
    assert (explorer.state.model, explorer.state.pattern) == ("lif", "integrator")
    assert panel.map.explorer is None
    explorer.undo()
    assert explorer.state.pattern == "tonic_spiking"
    explorer._pickers._model.value = "adex"
    assert button.layout.display == "" and "AdEx" in button.description
    panel.stop()
    assert panel.join(30)
