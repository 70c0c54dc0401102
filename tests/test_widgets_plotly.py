"""The contract with plotly: what its private parts do for us, and that the page is waited for.

These tests look at plotly's private parts, so that an upstream version that changes them is noticed here.
"""

import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest

from plausiwidgets.widgets.view import plotly_widget
from plausiwidgets.widgets.view.drawing import EMPTY
from plausiwidgets.widgets.view.plotly_widget import FrontEnd
from plausiwidgets.widgets.view.trace_figure import TraceFigure


def test_a_new_kernel_does_not_wait_for_grammars_and_plotly_works_as_ever() -> None:
    program = """
import sys
import plausiwidgets.widgets.view.plotly_widget
assert "jsonschema" not in sys.modules, "it takes a third of the time to the first plot"
import plotly.graph_objects as go
import plotly.io as pio
pio.show(go.Figure(go.Scatter(y=[1.0, 2.0])), renderer="plotly_mimetype")
import nbformat
print(nbformat.validate is not None)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    assert "application/vnd.plotly.v1+json" in done.stdout and done.stdout.endswith("True\n")


@pytest.fixture
def figure() -> TraceFigure:
    return TraceFigure()


def messages(figure: TraceFigure) -> list[dict]:
    sent: list[dict] = []
    figure.widget.observe(lambda change: change["new"] and sent.append(change["new"]), "_py2js_update")
    return sent


def test_what_is_sent_is_binary(figure: TraceFigure) -> None:
    """Contiguous, one-dimensional, float32: anything else travels as JSON."""
    from plotly.serializers import _py_to_js

    x = np.arange(100, dtype=np.float32)
    figure.put("yours_voltage", x, x)
    y = figure.widget._data[1]["y"]
    assert _py_to_js(y, None)["dtype"] == "float32"


def test_a_reload_finds_the_current_data(figure: TraceFigure) -> None:
    """The contract with plotly's private parts: it notices when an upstream version changes them."""
    x = np.arange(10, dtype=np.float32)
    figure.put("yours_voltage", x, x)
    figure.set_range("voltage", -80, 20)
    state = figure.widget.get_state(["_widget_data", "_widget_layout"])
    assert state["_widget_data"][1]["y"]["dtype"] == "float32"
    assert list(state["_widget_layout"]["yaxis"]["range"]) == [-80, 20]
    assert figure.widget._widget_data is figure.widget._data
    assert figure.widget._widget_layout is figure.widget._layout
    assert np.array_equal(figure.widget._widget_data[1]["y"], x)
    private = {"_send_update_msg", "_handler_js2py_traceDeltas", "_handler_js2py_layoutDelta"}
    assert private | {"_last_trace_edit_id"} <= set(dir(go.FigureWidget))


def test_all_figures_share_one_front_end_which_outlives_them() -> None:
    first, second = TraceFigure().widget, TraceFigure().widget
    assert first._front_end == second._front_end == f"IPY_MODEL_{FrontEnd.shared().model_id}"
    assert len(json.dumps(first.get_state("_esm"))) < 10_000
    kept = FrontEnd.shared()
    assert "FigureView" in kept.text[-100_000:] and kept.version
    first.close()
    assert FrontEnd.shared() is kept and kept.comm is not None
    kept.close()  # as Widget.close_all() does
    assert FrontEnd.shared() is not kept


def test_what_a_loading_page_missed_is_sent_when_it_shows_the_figure(figure: TraceFigure) -> None:
    x = np.arange(10, dtype=np.float32)
    figure.put("yours_voltage", x, x)
    sent = messages(figure)
    rendered(figure)
    message = next(m for m in sent if "style_data" in m)
    assert np.array_equal(message["style_data"]["y"][1], x)


def test_the_answer_of_the_page_says_that_it_has_drawn(figure: TraceFigure) -> None:
    figure.widget._view_count = 1
    x = np.arange(10, dtype=np.float32)
    figure.put("yours_voltage", x, x)
    assert not figure.drawn
    assert not figure.wait_drawn(0.01)
    edit = figure.widget._last_trace_edit_id
    figure.widget._js2py_traceDeltas = {"trace_deltas": [{"uid": "?", "x": [1, 2]}], "trace_edit_id": edit}
    assert figure.drawn
    assert figure.wait_drawn(0.0)


def test_nobody_looks_so_nothing_waits(figure: TraceFigure) -> None:
    figure.put("yours_voltage", EMPTY, np.ones(3, np.float32))
    assert figure.wait_drawn(0.0)


def rendered(figure: TraceFigure) -> None:
    """Say what a page says when it has drawn its first plot."""
    figure.widget._handle_custom_msg({"event": "rendered"}, [])


def answer(figure: TraceFigure) -> None:
    edit = figure.widget._last_trace_edit_id
    figure.widget._js2py_traceDeltas = {"trace_deltas": [{"uid": "?"}], "trace_edit_id": edit}


def test_the_time_of_the_page_counts_from_the_last_message_that_it_answers(
    figure: TraceFigure, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(plotly_widget, "time", SimpleNamespace(monotonic=lambda: now[0]))
    figure.put("yours_voltage", EMPTY, np.ones(3, np.float32))
    now[0] = 100.0
    figure.widget._view_count = 1
    rendered(figure)  # a page that is opened late is sent everything
    now[0] += 0.2
    answer(figure)
    assert figure.seconds == pytest.approx(0.2)
    figure.put("yours_voltage", EMPTY, np.ones(4, np.float32))
    now[0] += 0.1
    with figure.update():  # sends nothing
        pass
    now[0] += 0.2
    answer(figure)
    assert figure.seconds == pytest.approx(0.3)
    figure.put("yours_voltage", EMPTY, np.ones(5, np.float32))
    now[0] += 1000.0  # a hidden tab
    answer(figure)
    assert figure.seconds == plotly_widget.MAX_SECONDS
