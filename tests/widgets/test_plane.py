"""The panel of the plane: what it sends to the page, when, and what a dragged point does."""

import numpy as np
import pytest
from screen import Alone, until

import plausiwidgets as pw
from plausiwidgets.patterns.judge import single
from plausiwidgets.simulation.compiled.interpreter import interpreter
from plausiwidgets.widgets.explorer.judging import judge_quickly
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.tools.plane import STAGES, PlanePanel


def opened(selection: Selection) -> PlanePanel:
    host = Alone(selection)
    panel = host.panel(PlanePanel)
    host.session.attach(panel)
    panel.on_shown(True)
    return panel


def settled(panel: PlanePanel) -> dict:
    assert panel.explorer.worker.join(60)
    return panel.view.scene


def loss_of(scene: dict) -> np.ndarray:
    return np.frombuffer(scene["loss"], np.float32).reshape(scene["points"], scene["points"])


def test_closed_it_judges_nothing_and_opened_the_finest_plane_is_that_of_the_function() -> None:
    selection = Selection.of("izhikevich", "tonic_bursting", {"a": 0.02, "b": 0.2})
    host = Alone(selection)
    panel = host.panel(PlanePanel)
    host.session.attach(panel)
    assert settled(panel) == {} and panel.view.pair == ["c", "d"]
    seen = []
    panel.view.observe(lambda change: seen.append(change["new"]["points"]), "scene")
    panel.on_shown(True)
    scene = settled(panel)
    assert seen == list(STAGES)  # coarse first
    plane = pw.analysis.parameter_plane("izhikevich", "tonic_bursting", "c", "d", selection.values, points=STAGES[-1])
    assert (loss_of(scene) == plane.loss.astype(np.float32)).all()
    bits = np.frombuffer(scene["bits"], np.uint32).reshape(plane.loss.shape)
    row, column = np.argwhere(plane.loss > 0)[0]
    missed = [word for k, word in enumerate(scene["words"]) if bits[row, column] >> k & 1]
    assert tuple(missed) == plane.missed(row, column)
    assert ((bits == 0) == plane.accepted).all() and scene["share"] == plane.accepted.mean()


def test_the_point_moves_both_sliders_and_one_drag_is_one_step_back() -> None:
    panel = opened(Selection.of("izhikevich", "tonic_bursting"))
    session = panel.explorer.session
    before = session.selection
    panel._on_message(None, {"hold": True}, None)
    for share in (0.2, 0.3, 0.4):
        panel._on_message(None, {"go": [share, 0.75]}, None)
    panel._on_message(None, {"hold": False}, None)
    now = session.selection
    low, high = now.bounds["c"]
    assert now.values["c"] == pytest.approx(low + 0.4 * (high - low), abs=0.1)
    assert panel.view.point == pytest.approx([0.4, 0.75], abs=2e-3)
    assert {name for name in now.values if now.values[name] != before.values[name]} == {"c", "d"}
    session.undo()
    assert session.selection.values == before.values
    panel._on_message(None, {"go": ["x", None]}, None)
    panel._on_message(None, {"go": [0.5]}, None)
    assert session.selection.values == before.values


def test_another_slider_changes_the_plane_and_its_own_two_do_not() -> None:
    panel = opened(Selection.of("izhikevich", "tonic_bursting"))
    first = settled(panel)
    session = panel.explorer.session
    session.change(session.selection.with_value("c", -50.0))
    assert settled(panel) is first and panel.view.point[0] == pytest.approx(2 / 3)
    session.change(session.selection.with_value("amplitude", 17.0))
    scene = settled(panel)
    plane = pw.analysis.parameter_plane(
        "izhikevich", "tonic_bursting", "c", "d", {"amplitude": 17.0}, points=STAGES[-1]
    )
    assert (loss_of(scene) == plane.loss.astype(np.float32)).all()


def test_a_drag_shows_one_coarse_plane_after_the_other_and_ends_with_the_last_value() -> None:
    panel = opened(Selection.of("izhikevich", "tonic_spiking"))
    settled(panel)
    session, seen = panel.explorer.session, []
    panel.view.observe(lambda change: seen.append(change["new"]["points"]), "scene")
    for amplitude in np.linspace(5.0, 20.0, 40):
        session.change(session.selection.with_value("amplitude", float(amplitude)), "amplitude")
        until(lambda: True)
    scene = settled(panel)
    assert seen[0] == STAGES[0] and seen[-1] == STAGES[-1]
    plane = pw.analysis.parameter_plane(
        "izhikevich", "tonic_spiking", *panel.view.pair, {"amplitude": 20.0}, points=STAGES[-1]
    )
    assert (loss_of(scene) == plane.loss.astype(np.float32)).all()


def test_all_patterns_are_regions_with_the_stimulus_of_the_sliders_and_of_finds() -> None:
    panel = opened(Selection.of("lif", "tonic_spiking", {"amplitude": 30.0}))
    settled(panel)
    panel.view.pair = ["tau_mem", "v_threshold"]
    panel.view.shown = "all"
    scene = settled(panel)
    assert [region["letter"] for region in scene["regions"]] == ["A", "G", "L"] and scene["several"]
    plane = pw.analysis.parameter_plane(
        "lif", "tonic_spiking", *panel.view.pair, {"amplitude": 30.0}, points=scene["points"]
    )
    bits = np.frombuffer(scene["bits"], np.uint32).reshape(plane.loss.shape)
    assert ((bits & 1 == 1) == plane.accepted).all() and plane.accepted.any()


def test_known_sets_finds_the_best_and_the_compared_neuron_are_dots() -> None:
    panel = opened(Selection.of("izhikevich", "tonic_bursting"))
    session = panel.explorer.session
    kinds = [dot["kind"] for dot in panel.view.dots]
    assert kinds.count("published") >= 1
    published = next(p for p in pw.models.get("izhikevich").presets if p.pattern == "tonic_bursting")
    low, high = session.selection.bounds["c"]
    dot = panel.view.dots[kinds.index("published")]
    assert dot["text"] == published.title and dot["x"] == pytest.approx(
        (published.parameters["c"] - low) / (high - low)
    )
    best = session.selection.with_value("c", -55.0)
    session.publish(Response("best", best, single(judge_quickly(best, ("v",)))))
    assert "best" in [dot["kind"] for dot in panel.view.dots]
    session.finish(pw.optimize("izhikevich", "tonic_bursting", start=published.parameters))
    assert "found" in [dot["kind"] for dot in panel.view.dots]


def test_without_a_kernel_it_waits_for_a_rest_and_stays_coarse() -> None:
    lif = pw.models.get("lif")
    own = pw.NeuronModel(
        "uncompiled", lif.step, list(lif.parameters.values()), lif.initial_state, lif.current, lif.rest, lif.threshold,
        states=lif.states, dt=1.0, validate=False,
    )  # fmt: skip
    selection = Selection.of(own, "tonic_spiking")
    panel = opened(selection)
    settled(panel)
    verdict = pw.judge(own, "tonic_spiking", engine="torch", verify=False)
    panel.explorer.session.publish(Response("yours", selection, verdict))
    before, session = panel.view.scene, panel.explorer.session
    session.change(session.selection.with_value("tau_mem", 12.0))
    assert settled(panel) is before
    session.rest(session.selection)
    assert settled(panel) is not before and panel.view.scene["points"] == STAGES[0]
    assert panel.view.scene["coarse"] and not panel.view.scene["finer"]


def test_what_is_judged_before_the_neuron_is_compiled_does_not_make_the_plane_coarse() -> None:
    lif = pw.models.get("lif")
    selection = Selection.of(lif, "tonic_spiking")
    host = Alone(selection)
    panel = host.panel(PlanePanel)
    host.session.attach(panel)
    early = judge_quickly(selection, (), interpreter(lif.programs.step))
    assert early.engine == "python"
    host.session.publish(Response("yours", selection, single(early)))
    panel.on_shown(True)
    scene = settled(panel)
    assert scene["points"] == STAGES[-1] and not scene["coarse"]


def test_what_is_locked_is_no_axis_and_a_stimulus_is_not_judged() -> None:
    panel = opened(Selection.of("izhikevich", "tonic_bursting").with_locked(["d", "a"]))
    assert panel.view.pair == ["b", "c"] and "d" not in panel.view.options
    panel = opened(Selection.of("izhikevich", pw.patterns.stimulus("step")))
    assert "not judged" in settled(panel)["message"]
