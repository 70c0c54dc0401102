"""The panel of the phase plane: what it sends to the page of a response, and when."""

import numpy as np
import pytest
from screen import Alone

import plausiwidgets as pw
from plausiwidgets.patterns.judge import single
from plausiwidgets.widgets.explorer.judging import judge_quickly
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.tools.phase_plane import PhasePlanePanel, current_levels, path


def response(selection, jumped=True):
    record = [state.key for state in selection.model.states]
    return Response("yours", selection, single(judge_quickly(selection, record)), jumped=jumped)


def panel_of(selection):
    host = Alone(selection)
    panel = host.panel(PhasePlanePanel)
    host.session.attach(panel)
    return panel


def publish(panel, shown):
    panel.explorer.session.publish(shown)
    assert panel.explorer.worker.join()
    return panel.view.scene


def shown(selection):
    """Return an open panel that has drawn a selection, and its scene."""
    panel = panel_of(selection)
    panel.on_shown(True)
    return panel, publish(panel, response(selection))


def points_of(scene):
    return np.frombuffer(scene["path"], np.float32).reshape(-1, 4)


def preset(model, pattern):
    found = next(p for p in pw.models.get(model).presets if p.pattern == pattern)
    return Selection.of(model, pattern).with_preset(found)


def test_closed_it_asks_for_nothing_and_draws_nothing():
    selection = Selection.of("adex", "tonic_spiking")
    panel = panel_of(selection)
    assert publish(panel, response(selection)) == {} and not panel.needs_states
    panel.on_shown(True)
    assert panel.needs_states
    assert panel.explorer.worker.join()
    assert panel.view.scene["names"] == ["v", "w"]


def test_of_a_neuron_that_cannot_be_simulated_nothing_is_drawn():
    panel, scene = shown(Selection.of("izhikevich", "tonic_spiking"))
    assert scene["names"] == ["v", "u"]
    other = Selection.of("adex", "tonic_spiking")
    panel.explorer.session.show(other)
    assert publish(panel, Response("yours", other, None)) == {}


def test_a_step_has_two_currents_and_their_fixed_points_are_those_of_the_phase_plane():
    selection = Selection.of("izhikevich", "tonic_spiking", {"holding": 1.0, "amplitude": 2.0})
    _, scene = shown(selection)
    assert [level["text"] for level in scene["levels"]] == ["I = 1 mV/ms", "I = 3 mV/ms"]
    assert scene["usual"] == 1  # the step lasts longer than what follows
    bounds = {name: tuple(r) for name, r in zip("vu", scene["ranges"], strict=True)}
    for level, current in zip(scene["levels"], (1.0, 3.0), strict=True):
        plane = pw.analysis.phase_plane("izhikevich", current=current, bounds=bounds, points=(44, 34))
        assert [p["kind"] for p in level["points"]] == [p.kind for p in plane.fixed_points]
        assert [p["x"] for p in level["points"]] == pytest.approx([p.state["v"] for p in plane.fixed_points])


def test_a_pulse_is_seen_in_the_plane_of_the_time_after_it():
    _, scene = shown(preset("izhikevich", "subthreshold_oscillations"))
    assert scene["levels"][scene["usual"]]["text"] == "I = 0 mV/ms"
    assert scene["levels"][scene["usual"]]["points"][0]["kind"] == "stable focus"


def test_the_trajectory_is_broken_at_every_reset_and_keeps_its_extremes():
    selection = preset("izhikevich", "tonic_bursting")
    panel, scene = shown(selection)
    trace = panel.explorer.session.response("yours").verdict.traces["step"]
    points = points_of(scene)
    assert np.isnan(points[:, 0]).sum() == len(trace.spike_times[0]) > 20
    assert len(points) < 1200
    known = points[np.isfinite(points[:, 0])]
    assert (np.diff(known[:, 0]) > 0).all()
    for column, name in ((1, "v"), (2, "u")):
        whole = trace.states[name][0]
        assert known[:, column].min() == pytest.approx(whole.min(), abs=0.02 * np.ptp(whole))
        assert known[:, column].max() == pytest.approx(whole.max(), abs=0.02 * np.ptp(whole))


def test_a_neuron_without_a_reset_has_an_unbroken_trajectory():
    _, scene = shown(Selection.of("fitzhugh_nagumo", "tonic_spiking"))
    assert np.isfinite(points_of(scene)).all()


def test_a_drag_only_widens_the_picture_and_rest_narrows_it():
    selection = preset("adex", "tonic_spiking")
    panel, scene = shown(selection)
    before = scene["ranges"]
    for other in (selection.with_value("b", 90.0), selection):
        ranges = publish(panel, response(other, jumped=False))["ranges"]
        assert ranges != before
        assert all(a[0] <= b[0] and b[1] <= a[1] for a, b in zip(ranges, before, strict=True))
    panel.on_rest(selection)
    assert panel.explorer.worker.join()
    assert panel.view.scene["ranges"] == before


def test_more_than_two_variables_can_be_chosen_and_a_sentence_says_what_the_others_do():
    panel, scene = shown(Selection.of("hodgkin_huxley", "tonic_spiking"))
    assert scene["variables"] == ["v", "n", "m", "h"]
    assert "steady state" in scene["sentence"]
    panel.view.pair = "v h"
    assert panel.explorer.worker.join()
    assert panel.view.scene["names"] == ["v", "h"]
    panel.view.now = 10.0
    panel.view.others = "now"
    assert panel.explorer.worker.join()
    at = panel.explorer.session.response("yours").verdict.traces["step"]
    k = np.searchsorted(at.t, 10.0)
    assert f"n = {at.states['n'][0, k]:.3g}" in panel.view.scene["sentence"]


@pytest.mark.parametrize("model", ["lif", "eif", "qif"])
def test_one_variable_has_a_line_live_under_the_sliders(model):
    selection = Selection.of(model, "tonic_spiking")
    panel, scene = shown(selection)
    assert scene["names"] == ["v"] and scene["labels"][1] == "dv/dt (mV/ms)"
    currents = current_levels(panel.explorer.session.response("yours").verdict.traces["step"])[0]
    assert len(scene["levels"]) == len(currents) == 2
    values = {name: selection.values[name] for name in selection.model.parameters}
    for level, current in zip(scene["levels"], currents, strict=True):
        line = pw.analysis.phase_line(model, values, current, bounds={"v": scene["ranges"][0]}, points=240)
        assert [(p["x"], p["kind"], p["y"]) for p in level["points"]] == [
            (pytest.approx(p.state["v"]), p.kind, 0.0) for p in line.fixed_points
        ]
        (curve,) = (np.frombuffer(piece, np.float32).reshape(-1, 2) for piece in level["nullclines"][0])
        known = np.isfinite(line.rate)
        assert curve[:, 1] == pytest.approx(line.rate[known], rel=1e-5, abs=1e-4)
    lower = selection.with_value("holding", selection.values["holding"] - 0.5)
    assert publish(panel, response(lower, jumped=False))["levels"][0]["points"] != scene["levels"][0]["points"]


def test_the_moving_point_of_one_variable_runs_along_its_curves_and_rests_while_refractory():
    selection = Selection.of("lif", "tonic_spiking", {"amplitude": 20.0, "holding": 0.0, "t_ref": 4.0})
    _, scene = shown(selection)
    points = points_of(scene)
    points = points[np.isfinite(points).all(axis=1)]
    p = selection.values
    expected = (p["v_rest"] - points[:, 1] + 20.0 * points[:, 3]) / p["tau_mem"]
    held = points[:, 2] == 0.0
    away = np.abs(points[~held, 2] - expected[~held]) > 0.02
    assert away.sum() <= 3, "but for the edges of the step, where the current is that of the next moment"
    assert held.any() and (points[held & (points[:, 3] > 0), 1] == np.float32(p["v_reset"])).all()


def test_a_ramp_gets_a_few_currents():
    selection = preset("izhikevich_2004", "accommodation")
    _, scene = shown(selection)
    assert 2 <= len(scene["levels"]) <= 4
    trace = response(selection).verdict.traces["slow ramp"]
    levels, nearest = current_levels(trace)
    assert levels[0] == pytest.approx(trace.current.min())
    assert levels[-1] == pytest.approx(trace.current.max())
    assert len(nearest) == len(trace.t)


def test_a_diverged_trace_is_sent_up_to_its_end():
    trace = pw.simulate("adex", pw.Current.step(500.0), record=("v", "w"))
    trace.states["v"][0, 900:] = np.nan
    ranges = (-80.0, 0.0), (0.0, 400.0)
    sent = path(trace, trace.states["v"][0], trace.states["w"][0], ranges, np.zeros(len(trace.t)), True)
    found = np.frombuffer(sent, np.float32)
    assert np.isfinite(found.reshape(-1, 4)[:, 1]).any()
