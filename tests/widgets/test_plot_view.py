"""The widget that shows Plotly's figures: what it sends, and that its page is waited for."""

import gzip
import threading
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest

from plausiwidgets.widgets.view import plot_view
from plausiwidgets.widgets.view.plot_view import PlotlyScript, PlotView


def line(y: np.ndarray) -> dict:
    return {"data": [{"type": "scatter", "y": y}], "layout": {}}


def test_all_figures_share_plotly_as_it_is_installed_which_outlives_them() -> None:
    view = PlotView(line(np.ones(3, np.float32)))
    kept = PlotlyScript.shared()
    assert gzip.decompress(kept.packed) == (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    assert view.get_state("_plotly") == {"_plotly": kept.version}
    assert len(str(view.get_state())) < 20_000  # the script is no part of it
    view.close()
    assert PlotlyScript.shared() is kept and kept.comm is not None
    kept.close()  # as Widget.close_all() does
    assert PlotlyScript.shared() is not kept


def test_arrays_of_float32_travel_as_bytes_and_all_else_as_json() -> None:
    view = PlotView(line(np.array([1.0, np.nan, 3.0], np.float32)))
    sent = view.get_state("picture")["picture"]["data"][0]["y"]["float32"]
    np.testing.assert_array_equal(np.frombuffer(sent, np.float32), [1.0, np.nan, 3.0])
    view.show(line(np.array([1.0, np.nan])))
    assert view.get_state("picture")["picture"]["data"][0]["y"] == [1.0, None]


def test_the_state_is_the_whole_picture_so_that_a_page_can_be_loaded_again() -> None:
    view = PlotView(go.Figure(go.Scatter(y=[1.0, 2.0]), layout={"title": {"text": "first"}}), displayModeBar=False)
    view.show(go.Figure(go.Scatter(y=[3.0, 4.0]), layout={"title": {"text": "second"}}))
    state = view.get_state()
    assert state["picture"]["layout"]["title"]["text"] == "second"
    assert state["_config"] == {"displayModeBar": False}


def test_a_click_tells_its_point() -> None:
    view, seen = PlotView(line(np.ones(2))), []
    view.on_click(seen.append)
    view._handle_custom_msg({"clicked": {"curve": 0, "point": 1, "x": 1, "y": 1.0, "data": "b", "text": None}}, [])
    view._handle_custom_msg({"clicked": "nonsense"}, [])
    view._handle_custom_msg("nonsense", [])
    assert [point["data"] for point in seen] == ["b"]


def test_nobody_looks_so_nothing_waits() -> None:
    assert PlotView(line(np.ones(3))).wait_drawn(0.0)


def test_the_page_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(plot_view, "time", SimpleNamespace(monotonic=lambda: now[0]))
    view = PlotView()
    view._view_count = 1
    view.show(line(np.ones(3)))
    assert not view.drawn and not view.wait_drawn(0.01)
    now[0] += 0.2
    view.drawn_number = view.number
    assert view.wait_drawn(0.0) and view.seconds == pytest.approx(0.2)
    view.show(line(np.ones(4)))
    now[0] += 1000.0  # a hidden tab
    view.drawn_number = view.number
    assert view.seconds == plot_view.MAX_SECONDS


def test_many_threads_may_show() -> None:
    view, errors = PlotView(), []

    def draw(height: float) -> None:
        try:
            for i in range(100):
                view.show(line(np.full(50, height + 10 * i, np.float32)))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=draw, args=(float(i),)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and view.number == 300
