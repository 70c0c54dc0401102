"""The figure: one message for each change, safe on many threads, and what it shows of each sweep."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from plausiwidgets import models
from plausiwidgets.patterns import evaluate
from plausiwidgets.patterns.judge import single
from plausiwidgets.widgets import Response, Selection
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.explorer.judging import judge_quickly
from plausiwidgets.widgets.view.page_watch import PageWatch
from plausiwidgets.widgets.view.trace_figure import TRACES, X_AXES, Y_AXES, TraceFigure, rows_within


@pytest.fixture
def figure() -> TraceFigure:
    return TraceFigure()


def messages(figure: TraceFigure) -> list[dict]:
    sent: list[dict] = []
    figure.widget.observe(lambda change: change["new"] and sent.append(change["new"]), "_py2js_update")
    figure.widget.observe(lambda change: change["new"] and sent.append(change["new"]), "_py2js_restyle")
    figure.widget.observe(lambda change: change["new"] and sent.append(change["new"]), "_py2js_relayout")
    return sent


def test_the_yours_potential_is_trace_1(figure: TraceFigure) -> None:
    assert TRACES[1] == "yours_voltage"
    assert figure.widget.data[1].name == "yours"


def test_many_changes_are_one_message(figure: TraceFigure) -> None:
    sent = messages(figure)
    x = np.arange(100, dtype=np.float32)
    with figure.update():
        figure.put("yours_voltage", x, x)
        figure.put("yours_raster", x, x)
        figure.set_range("voltage", -90, 30)
    assert len(sent) == 1


def test_an_array_that_was_sent_is_not_sent_again(figure: TraceFigure) -> None:
    x = np.arange(100, dtype=np.float32)
    figure.put("yours_voltage", x, x)
    sent = messages(figure)
    figure.put("yours_voltage", x, x + 1)
    (message,) = sent
    data = message.get("restyle_data") or message["style_data"]
    assert set(data) == {"y"}


def test_a_zoom_of_a_person_stays_until_forced(figure: TraceFigure) -> None:
    figure.set_range("voltage", -90, 30)
    figure.widget.layout.yaxis.range = (-60, -50)  # as the page reports a zoom
    figure.set_range("voltage", -95, 30)
    assert figure.get_range("voltage") == (-60, -50)
    figure.set_range("voltage", -95, 30, force=True)
    assert figure.get_range("voltage") == (-95, 30)


def test_a_zoom_in_time_is_reported_and_its_end_too(figure: TraceFigure) -> None:
    seen: list[tuple[float, float] | None] = []
    figure.set_range("time", -50, 800)
    figure.on_time_range(seen.append)
    figure.widget.layout.xaxis.range = (100, 200)
    figure.widget.layout.xaxis.range = (-50, 800)
    assert seen == [(100.0, 200.0), None]


def test_rows_fill_the_height_from_top_to_bottom(figure: TraceFigure) -> None:
    figure.set_rows({"voltage": 300, "raster": 60, "current": 60, "curve": 130})
    layout = figure.widget.layout
    domains = [layout[Y_AXES[row]].domain for row in ("voltage", "raster", "current", "curve")]
    assert domains[0][1] == 1.0
    assert domains[-1][0] == pytest.approx(0.0, abs=1e-9)
    assert all(upper[0] > lower[1] for upper, lower in zip(domains[:-1], domains[1:], strict=True))
    assert layout.xaxis.anchor == "y3"
    assert layout[X_AXES["curve"]].visible
    assert not layout[Y_AXES["others"]].visible


@pytest.mark.parametrize("height", [200, 300, 470, 800])
@pytest.mark.parametrize("lower", [{}, {"curve": 150}, {"others": 230}])
def test_the_figure_is_as_high_as_its_place_whatever_it_shows(figure: TraceFigure, height: int, lower: dict) -> None:
    rows = rows_within(height, lower)
    figure.set_rows(rows)
    assert figure.widget.layout.height == height
    assert rows["voltage"] == max(rows.values())


@pytest.mark.parametrize("height", [184, 316, 470])
@pytest.mark.parametrize("lower", [{}, {"curve": 150}])
def test_the_potential_keeps_its_room_in_a_low_window(height: int, lower: dict) -> None:
    rows = rows_within(height, lower)
    assert rows["voltage"] >= 0.4 * (sum(rows.values()) - rows.get("raster", 0))


def test_dark_and_light_differ_in_colour_alone(figure: TraceFigure) -> None:
    light = figure.widget.data[1].line.color
    figure.set_dark(True)
    assert figure.widget.data[1].line.color != light
    assert figure.widget.layout.template.layout.paper_bgcolor == "#111111"
    figure.set_dark(False)
    assert figure.widget.data[1].line.color == light


def test_many_threads_may_draw(figure: TraceFigure) -> None:
    errors: list[BaseException] = []

    def draw(name: str) -> None:
        try:
            for i in range(150):
                with figure.update():
                    figure.put(name, np.arange(50, dtype=np.float32), np.full(50, i, np.float32))
                    figure.set_range("voltage", -90 - i, 30)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=draw, args=(f"{role}_voltage",)) for role in ("yours", "best", "target")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert all(figure.widget.data[i].y[0] == 149 for i in range(3))


def judged(model: str, pattern: str) -> Response:
    selection = Selection.of(model, pattern)
    arrays = {name: np.array([value]) for name, value in selection.values.items()}
    verdict = evaluate(selection.model, selection.pattern, arrays, selection.dt, record=("v",))
    return Response("yours", selection, single(verdict), jumped=True)


def panel_of(response: Response) -> FigurePanel:
    panel = FigurePanel(PageWatch())
    panel.on_selection(response.selection, True)
    return panel


def diverged(response: Response, sweep: str) -> Response:
    """The same response, with one sweep that diverged."""
    verdict = response.verdict
    traces = dict(verdict.traces)
    traces[sweep] = replace(traces[sweep], diverged_at=np.array([20.0]))
    again = replace(verdict)
    again.__dict__["traces"] = traces  # in place of those that would be computed
    return replace(response, selection=replace(response.selection), verdict=again, jumped=False)


def lanes(figure) -> list[str]:
    """The names of the small sweeps, from below."""
    return [annotation.text for annotation in figure.layout.annotations]


def test_a_small_sweep_that_diverged_says_so() -> None:
    response = judged("izhikevich", "resonator")
    panel = panel_of(response)
    figure = panel.figure.widget
    panel.on_response(response)
    labels = lanes(figure)
    assert labels and not any("diverged" in label for label in labels)
    assert all(label[0] in "✓✗" for label in labels)  # whether it is as asked for
    small = next(name for name in response.verdict.traces if f" {name} " in labels[-1])
    panel.on_response(diverged(response, small))
    assert lanes(figure) == [*labels[:-1], f"{labels[-1]} ✗ diverged"]
    (menu,) = panel.sweeps.children
    shown, menu.value = menu.value, small  # large: the mark stands at the trace itself
    assert not any("diverged" in label for label in lanes(figure))
    assert len(figure.data[TRACES.index("diverged_voltage")].x) == 1
    panel.on_response(Response("yours", response.selection, None))
    menu.value = shown
    assert lanes(figure) == [name for name in reversed(response.verdict.traces) if name != shown]  # nothing is judged


def test_a_pattern_about_a_curve_shows_it_from_zero_on_one_linear_axis() -> None:
    response = judged("izhikevich", "class_1_excitable")
    panel = panel_of(response)
    panel.on_response(response)
    figure = panel.figure.widget
    curve = figure.data[TRACES.index("yours_curve")]
    measured = response.verdict.measured
    assert curve.x[:2].tolist() == [0.0, 1.0] and curve.y[:2].tolist() == [0.0, 0.0]  # silent up to the rheobase
    assert np.allclose(curve.y[2:], measured["rate"], rtol=1e-5)
    assert np.allclose(curve.x[2:] * measured["rheobase"], measured["amplitude"], rtol=1e-3)
    assert figure.layout.xaxis2.title.text.startswith("current above holding / rheobase (rheobase ")
    assert figure.layout.yaxis5.title.text == "rate (Hz)"
    panel.on_selection(Selection.of("izhikevich", "tonic_spiking"), True)
    assert not figure.layout.xaxis2.visible and len(curve.y) == 0


def preset_of(key: str) -> Response:
    """The response of the published parameters."""
    model = models.get("izhikevich_2004")
    preset = [p for p in model.presets if p.pattern == key][-1]
    selection = Selection.of(model, key).with_preset(preset)
    return Response("yours", selection, single(judge_quickly(selection, ["v"])), jumped=True)


def test_a_short_event_fills_the_picture_until_a_person_asks_for_the_whole_sweep() -> None:
    response = preset_of("subthreshold_oscillations")
    panel = panel_of(response)
    panel.on_response(response)
    layout = panel.figure.widget.layout
    assert layout.xaxis.range == (-15.0, 200.0)
    assert layout.yaxis.range[1] < -45.0  # the swings of a few millivolts, and not the spike
    assert panel.marks.event
    panel.marks.whole = True
    assert layout.xaxis.range[1] > 500.0
    assert layout.yaxis.range[1] > 30.0
    panel.marks.whole = False
    assert layout.xaxis.range == (-15.0, 200.0)


def test_the_marks_say_which_criteria_they_belong_to_and_whether_these_hold() -> None:
    response = preset_of("phasic_bursting")
    panel = panel_of(response)
    panel.on_response(response)
    shown = {key: shape for shape in panel.marks.shapes for key in shape["criteria"]}
    assert shown["latency"]["t1"] == pytest.approx(17.0, abs=0.5)
    assert all(shape["ok"] for shape in panel.marks.shapes)
    other = response.selection.with_value("d", 5.0)
    panel.on_response(Response("yours", other, single(judge_quickly(other, ["v"]))))
    assert not all(shape["ok"] for shape in panel.marks.shapes)
    panel.on_response(Response("yours", other, None))
    assert panel.marks.shapes == []


def test_a_drag_never_narrows_the_axes_and_a_rest_narrows_what_is_far_too_wide() -> None:
    response = judged("izhikevich", "tonic_spiking")
    panel = panel_of(response)
    panel.on_response(response)
    first = panel.figure.get_range("voltage")
    panel.figure.set_range("voltage", -400.0, 30.0)
    dragged = replace(response, selection=replace(response.selection), jumped=False)
    panel.on_response(dragged)
    assert panel.figure.get_range("voltage")[0] == -400.0
    panel.on_rest(dragged.selection)
    assert panel.figure.get_range("voltage")[0] > first[0] - 5.0


def test_the_same_response_is_not_drawn_again_when_it_is_verified() -> None:
    response = judged("izhikevich", "tonic_spiking")
    panel = panel_of(response)
    panel.on_response(response)
    sent = messages(panel.figure)
    panel.on_response(replace(response, verdict=replace(response.verdict, status="replicated")))
    assert sent == []
