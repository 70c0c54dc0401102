"""The figure of the explorer: what it shows of the responses, and how little it sends."""

from dataclasses import replace

import numpy as np
import pytest
from screen import Alone, trace_of

from plausiwidgets import models
from plausiwidgets.patterns.judge import evaluate, single
from plausiwidgets.widgets import Response, Selection
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.explorer.judging import judge_quickly


def judged(model: str, pattern: str) -> Response:
    selection = Selection.of(model, pattern)
    arrays = {name: np.array([value]) for name, value in selection.values.items()}
    verdict = evaluate(selection.model, selection.pattern, arrays, selection.dt, record=("v",))
    return Response("yours", selection, single(verdict), jumped=True)


def panel_of(response: Response) -> FigurePanel:
    panel = Alone(response.selection).panel(FigurePanel)
    panel.on_selection(response.selection, True)
    return panel


def layout(panel: FigurePanel) -> dict:
    return panel.figure.picture["layout"]


def changes(panel: FigurePanel) -> list[str]:
    """Return the names of what is sent from now on, as it is sent."""
    sent: list[str] = []
    panel.figure.observe(lambda change: sent.append(change["name"]))
    return sent


def diverged(response: Response, sweep: str) -> Response:
    """The same response, with one sweep that diverged."""
    verdict = response.verdict
    traces = dict(verdict.traces)
    traces[sweep] = replace(traces[sweep], diverged_at=np.array([20.0]))
    again = replace(verdict)
    again.__dict__["traces"] = traces  # in place of those that would be computed
    return replace(response, selection=replace(response.selection), verdict=again, jumped=False)


def lanes(panel: FigurePanel) -> list[str]:
    """The names of the small sweeps, from below."""
    return [note["text"] for note in layout(panel)["annotations"] if note["yref"] == "y4"]


def preset_of(key: str) -> Response:
    """The response of the published parameters."""
    model = models.get("izhikevich_2004")
    preset = [p for p in model.presets if p.pattern == key][-1]
    selection = Selection.of(model, key).with_preset(preset)
    return Response("yours", selection, single(judge_quickly(selection, ["v"])), jumped=True)


def test_only_what_changes_is_sent_and_in_one_message() -> None:
    response = judged("izhikevich", "tonic_spiking")
    panel = panel_of(response)
    panel.on_response(response)
    number, sent = panel.figure.number, changes(panel)
    other = response.selection.with_value("d", 5.0)
    panel.on_response(Response("yours", other, single(judge_quickly(other, ["v"]))))
    assert "yours" in sent and not {"target", "best", "pinned"} & set(sent)
    assert panel.figure.number == number + 1


def test_the_same_response_is_not_drawn_again_when_it_is_verified() -> None:
    response = judged("izhikevich", "tonic_spiking")
    panel = panel_of(response)
    panel.on_response(response)
    sent = changes(panel)
    panel.on_response(replace(response, verdict=replace(response.verdict, status="replicated")))
    assert sent == []


def test_a_small_sweep_that_diverged_says_so() -> None:
    response = judged("izhikevich", "resonator")
    panel = panel_of(response)
    panel.on_response(response)
    labels = lanes(panel)
    assert labels and not any("diverged" in label for label in labels)
    assert all(label[0] in "✓✗" for label in labels)  # whether it is as it must be
    small = next(name for name in response.verdict.traces if f" {name} " in labels[-1])
    panel.on_response(diverged(response, small))
    assert lanes(panel) == [*labels[:-1], f"{labels[-1]} ✗ diverged"]
    (menu,) = panel.sweeps.children
    shown, menu.value = menu.value, small  # large: the mark stands at the trace itself
    assert not any("diverged" in label for label in lanes(panel))
    assert any(note["text"] == "✗ diverged" for note in layout(panel)["annotations"])
    menu.value = shown
    panel.on_response(Response("yours", response.selection, None))
    assert panel.figure.yours == [] and panel.figure.signs == []


def test_a_pattern_about_a_curve_shows_it_from_zero_on_one_linear_axis() -> None:
    response = judged("izhikevich", "class_1_excitable")
    panel = panel_of(response)
    panel.on_response(response)
    curve = trace_of(panel.figure, "yours_curve")
    measured = response.verdict.measured
    assert curve["x"][:2].tolist() == [0.0, 1.0] and curve["y"][:2].tolist() == [0.0, 0.0]  # silent up to the rheobase
    assert np.allclose(curve["y"][2:], measured["rate"], rtol=1e-5)
    assert np.allclose(curve["x"][2:] * measured["rheobase"], measured["amplitude"], rtol=1e-3)
    title = layout(panel)["xaxis2"]["title"]["text"]
    assert title.startswith("current above holding / rheobase (rheobase ")
    assert layout(panel)["yaxis5"]["title"]["text"] == "rate (Hz)"
    panel.on_selection(Selection.of("izhikevich", "tonic_spiking"), True)
    assert "xaxis2" not in layout(panel) and panel.figure.yours == []


def test_a_short_event_fills_the_picture_until_the_user_wants_the_whole_sweep() -> None:
    response = preset_of("subthreshold_oscillations")
    panel = panel_of(response)
    panel.on_response(response)
    assert layout(panel)["xaxis"]["range"] == [-15.0, 200.0]
    assert layout(panel)["yaxis"]["range"][1] < -45.0  # the swings of a few millivolts, and not the spike
    assert panel.figure.event
    panel.figure.whole = True
    assert layout(panel)["xaxis"]["range"][1] > 500.0
    assert layout(panel)["yaxis"]["range"][1] > 30.0
    panel.figure.whole = False
    assert layout(panel)["xaxis"]["range"] == [-15.0, 200.0]


def test_the_marks_say_which_criteria_they_belong_to_and_whether_these_hold() -> None:
    response = preset_of("phasic_bursting")
    panel = panel_of(response)
    panel.on_response(response)
    shown = {key: sign for sign in panel.figure.signs for key in sign["criteria"]}
    assert shown["latency"]["t1"] == pytest.approx(17.0, abs=0.5)
    assert all(sign["ok"] for sign in panel.figure.signs)
    other = response.selection.with_value("d", 5.0)
    panel.on_response(Response("yours", other, single(judge_quickly(other, ["v"]))))
    assert not all(sign["ok"] for sign in panel.figure.signs)


def test_a_zoom_is_drawn_finely_and_a_jump_forgets_it() -> None:
    response = judged("izhikevich", "tonic_spiking")
    panel = panel_of(response)
    panel.on_response(response)

    def near() -> int:
        x = trace_of(panel.figure, "yours_voltage")["x"]
        return int(((x >= 100.0) & (x <= 120.0)).sum())

    before, fitted = near(), layout(panel)["meta"]["fitted"]
    panel.figure.zoom = [100.0, 120.0]
    assert near() > 2 * before
    assert layout(panel)["meta"]["fitted"] == fitted
    panel.on_response(replace(response, selection=replace(response.selection)))
    assert layout(panel)["meta"]["fitted"] == fitted + 1 and panel.figure.zoom == []


def test_a_drag_never_narrows_the_axes_and_a_rest_narrows_what_is_far_too_wide() -> None:
    response = judged("izhikevich", "tonic_spiking")
    panel = panel_of(response)
    panel.on_response(response)
    first = panel.scene.potential
    panel.scene = replace(panel.scene, potential=(-400.0, first[1]))
    dragged = replace(response, selection=replace(response.selection), jumped=False)
    panel.on_response(dragged)
    assert panel.scene.potential[0] == -400.0
    panel.on_rest(dragged.selection)
    assert panel.scene.potential == first


def test_the_page_says_how_large_and_how_dark_it_is() -> None:
    response = judged("izhikevich", "tonic_spiking")
    host = Alone(response.selection)
    page, panel = host.page, host.panel(FigurePanel)
    panel.on_selection(response.selection, True)
    panel.on_response(response)
    panel.figure.width, panel.figure.height = 1200, 320
    assert (layout(panel)["width"], layout(panel)["height"]) == (1200, 320)
    page.dark = True
    assert layout(panel)["template"]["layout"]["paper_bgcolor"] == "#111111"
