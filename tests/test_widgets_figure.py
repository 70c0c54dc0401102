"""The figure: one message for each change, safe on many threads, and plotly as it was when this was written."""

import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest

import plausiwidgets as pw
from plausiwidgets.patterns import evaluate
from plausiwidgets.widgets.figure import figure as module
from plausiwidgets.widgets.figure.drawing import EMPTY
from plausiwidgets.widgets.figure.figure import TraceFigure
from plausiwidgets.widgets.figure.figure_parts import TRACES, X_AXES, Y_AXES
from plausiwidgets.widgets.figure.scene import Scene


def test_a_new_kernel_does_not_wait_for_grammars_and_loses_none() -> None:
    program = """
import sys
import plausiwidgets.widgets.figure.plotly_widget
assert "lark" not in sys.modules
import jsonschema
from jsonschema.exceptions import FormatError
check = jsonschema.FormatChecker().check
if "iri" in jsonschema.FormatChecker.checkers:
    check("http://localhost/ä", "iri")
    try: check("not an address", "iri")
    except FormatError: print("refused")
    from rfc3987_syntax import is_valid_syntax
    print(is_valid_syntax("iri", "http://localhost"))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout in ("refused\nTrue\n", "")


@pytest.fixture
def figure() -> TraceFigure:
    return TraceFigure()


def messages(figure: TraceFigure) -> list[dict]:
    sent: list[dict] = []
    figure.widget.observe(lambda change: change["new"] and sent.append(change["new"]), "_py2js_update")
    figure.widget.observe(lambda change: change["new"] and sent.append(change["new"]), "_py2js_restyle")
    figure.widget.observe(lambda change: change["new"] and sent.append(change["new"]), "_py2js_relayout")
    return sent


def test_the_live_potential_is_trace_1(figure: TraceFigure) -> None:
    assert TRACES[1] == "live_voltage"
    assert figure.widget.data[1].name == "yours"


def test_many_changes_are_one_message(figure: TraceFigure) -> None:
    sent = messages(figure)
    x = np.arange(100, dtype=np.float32)
    with figure.update():
        figure.put("live_voltage", x, x)
        figure.put("live_raster", x, x)
        figure.set_range("voltage", -90, 30)
    assert len(sent) == 1


def test_an_array_that_was_sent_is_not_sent_again(figure: TraceFigure) -> None:
    x = np.arange(100, dtype=np.float32)
    figure.put("live_voltage", x, x)
    sent = messages(figure)
    figure.put("live_voltage", x, x + 1)
    (message,) = sent
    data = message.get("restyle_data") or message["style_data"]
    assert set(data) == {"y"}


def test_what_is_sent_is_binary(figure: TraceFigure) -> None:
    """Contiguous, one-dimensional, float32: anything else travels as JSON."""
    from plotly.serializers import _py_to_js

    x = np.arange(100, dtype=np.float32)
    figure.put("live_voltage", x, x)
    y = figure.widget._data[1]["y"]
    assert _py_to_js(y, None)["dtype"] == "float32"


def test_a_reload_finds_the_current_data(figure: TraceFigure) -> None:
    """The contract with plotly's private parts: it notices when an upstream version changes them."""
    x = np.arange(10, dtype=np.float32)
    figure.put("live_voltage", x, x)
    figure.set_range("voltage", -80, 20)
    state = figure.widget.get_state(["_widget_data", "_widget_layout"])
    assert state["_widget_data"][1]["y"]["dtype"] == "float32"
    assert list(state["_widget_layout"]["yaxis"]["range"]) == [-80, 20]
    assert figure.widget._widget_data is figure.widget._data
    assert figure.widget._widget_layout is figure.widget._layout
    assert np.array_equal(figure.widget._widget_data[1]["y"], x)
    private = {"_send_update_msg", "_handler_js2py_traceDeltas", "_handler_js2py_layoutDelta"}
    assert private | {"_last_trace_edit_id"} <= set(dir(go.FigureWidget))


def test_what_a_loading_page_missed_is_sent_when_it_shows_the_figure(figure: TraceFigure) -> None:
    x = np.arange(10, dtype=np.float32)
    figure.put("live_voltage", x, x)
    sent = messages(figure)
    figure.widget._view_count = 1
    message = next(m for m in sent if "style_data" in m)
    assert np.array_equal(message["style_data"]["y"][1], x)


def test_the_answer_of_the_page_says_that_it_has_drawn(figure: TraceFigure) -> None:
    figure.widget._view_count = 1
    x = np.arange(10, dtype=np.float32)
    figure.put("live_voltage", x, x)
    assert not figure.drawn
    assert not figure.wait_drawn(0.01)
    edit = figure.widget._last_trace_edit_id
    figure.widget._js2py_traceDeltas = {"trace_deltas": [{"uid": "?", "x": [1, 2]}], "trace_edit_id": edit}
    assert figure.drawn
    assert figure.wait_drawn(0.0)


def test_nobody_looks_so_nothing_waits(figure: TraceFigure) -> None:
    figure.put("live_voltage", EMPTY, np.ones(3, np.float32))
    assert figure.wait_drawn(0.0)


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
    figure.set_rows({"voltage": 300, "raster": 60, "current": 60, "rates": 130})
    layout = figure.widget.layout
    domains = [layout[Y_AXES[row]].domain for row in ("voltage", "raster", "current", "rates")]
    assert domains[0][1] == 1.0
    assert domains[-1][0] == pytest.approx(0.0, abs=1e-9)
    assert all(upper[0] > lower[1] for upper, lower in zip(domains[:-1], domains[1:], strict=True))
    assert layout.xaxis.anchor == "y3"
    assert layout[X_AXES["rates"]].visible
    assert not layout[Y_AXES["others"]].visible


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

    threads = [threading.Thread(target=draw, args=(f"{role}_voltage",)) for role in ("live", "best", "target")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert all(figure.widget.data[i].y[0] == 149 for i in range(3))


def answer(figure: TraceFigure) -> None:
    edit = figure.widget._last_trace_edit_id
    figure.widget._js2py_traceDeltas = {"trace_deltas": [{"uid": "?"}], "trace_edit_id": edit}


def test_the_time_of_the_page_counts_from_the_last_message_that_it_answers(
    figure: TraceFigure, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    figure.put("live_voltage", EMPTY, np.ones(3, np.float32))
    now[0] = 100.0
    figure.widget._view_count = 1  # a page that is opened late is sent everything
    now[0] += 0.2
    answer(figure)
    assert figure.seconds == pytest.approx(0.2)
    figure.put("live_voltage", EMPTY, np.ones(4, np.float32))
    now[0] += 0.1
    with figure.update():  # sends nothing
        pass
    now[0] += 0.2
    answer(figure)
    assert figure.seconds == pytest.approx(0.3)
    figure.put("live_voltage", EMPTY, np.ones(5, np.float32))
    now[0] += 1000.0  # a hidden tab
    answer(figure)
    assert figure.seconds == module.MAX_SECONDS


def test_a_small_sweep_that_diverged_says_so() -> None:
    model, pattern = pw.models.get("izhikevich"), pw.patterns.get("resonator")
    figure = TraceFigure()
    scene = Scene(figure)
    scene.set_topic(1, model, pattern)
    values = {name: np.array([p.default]) for name, p in pattern.parameters(model).items()}
    verdict = evaluate(model, pattern, values, model.dt, record=("v",))
    scene.draw("live", verdict, 1, fit=True)
    labels = figure.widget.layout.yaxis4.ticktext
    assert labels and not any("diverged" in label for label in labels)
    small = labels[-1]
    verdict.traces[small].diverged_at[0] = 20.0
    scene.draw("live", verdict, 1)
    assert figure.widget.layout.yaxis4.ticktext == (*labels[:-1], f"{small}<br>✗ diverged")
    scene.select(small)  # large: the mark stands at the trace itself
    assert not any("diverged" in label for label in figure.widget.layout.yaxis4.ticktext)
    assert len(figure.widget.data[TRACES.index("diverged_voltage")].x) == 1
    scene.clear("live")
    scene.select(pattern.main_sweep)
    assert figure.widget.layout.yaxis4.ticktext == labels
