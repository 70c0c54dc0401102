"""``pw.plot``: one call makes a figure that says what it shows, and can be changed and saved."""

import subprocess
import sys

import numpy as np
import plotly.graph_objects as go
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment import published_table
from plausiwidgets.widgets.map.cells import MARKS


def shown(figure: go.Figure, name: str) -> list:
    return [trace for trace in figure.data if trace.name == name]


def test_a_verdict_is_drawn_with_target_response_current_and_marks(tmp_path) -> None:
    verdict = pw.judge("hodgkin_huxley", "tonic_spiking")
    figure = pw.plot(verdict)
    assert isinstance(figure, go.Figure)
    potential, *_ = shown(figure, "response")
    assert potential.y.max() == np.float32(verdict.traces["step"].v[0].max())  # no peak is added to a whole spike
    assert shown(figure, "example") and figure.layout.shapes and figure.layout.annotations
    assert figure.layout.title.text.startswith("Hodgkin–Huxley: Tonic spiking   ")
    assert figure.layout.yaxis.title.text == "potential (mV)" and figure.layout.yaxis3.title.text == "I (µA/cm²)"
    assert [trace.name for trace in figure.data if trace.showlegend] == ["example", "response"]
    figure.update_layout(title="mine").write_html(tmp_path / "figure.html", include_plotlyjs=False)
    assert "mine" in (tmp_path / "figure.html").read_text("utf-8")


def test_a_result_is_drawn_as_its_best_set() -> None:
    result = pw.optimize("izhikevich", "phasic_spiking", seed=1, budget=300)
    best, *_ = shown(pw.plot(result), "best of the search")
    assert best.line.color == "#d55e00"


def test_traces_are_drawn_lane_by_lane_in_colour_and_dash() -> None:
    traces = pw.simulate("adex", pw.Current.step(500.0, end=200.0), {"b": np.linspace(0.0, 100.0, 10)})
    figure = pw.plot(traces)
    lanes = [trace for trace in figure.data if trace.showlegend]
    assert len(lanes) == 8 and "first 8 of 10 lanes" in figure.layout.title.text
    assert len({(trace.line.color, trace.line.dash) for trace in lanes}) == 8
    assert len({trace.line.color for trace in lanes}) == 8


def test_a_table_is_drawn_as_a_map_whose_cells_have_marks_as_well_as_colours() -> None:
    table = published_table().query("model in ['lif', 'adex']")
    table.loc[(table["model"] == "lif") & (table["pattern"] == "tonic_spiking"), "status"] = "failed"
    figure = pw.plot(table)
    cells, *key = figure.data
    statuses = table.set_index(["model", "pattern"])["status"]
    for row, model in zip(cells.text, table["model"].unique(), strict=True):
        assert list(row) == [MARKS[statuses[model, pattern]] for pattern in pw.patterns.names()]
    assert {trace.name.split()[0] for trace in key} == {mark for row in cells.text for mark in row}
    assert len({trace.marker.color for trace in key}) == len(key)
    assert figure.layout.xaxis.ticktext[0] == "A Tonic spiking" and figure.layout.yaxis.ticktext[0].startswith("LIF")
    with pytest.raises(ValueError, match="no column 'status'"):
        pw.plot(table.drop(columns="status"))


def test_of_a_neuron_that_is_not_registered_what_is_known_is_drawn() -> None:
    model = pw.models.get("adex")
    own = pw.NeuronModel(
        "unregistered", model.step, list(model.parameters.values()), model.initial_state, model.current,
        model.rest, model.threshold, states=("v", "w"), dt=model.dt,
    )  # fmt: skip
    figure = pw.plot(pw.judge(own, "tonic_spiking", verify=False))
    assert shown(figure, "response")[0].y.size > 100 and "unregistered" in figure.layout.title.text


def test_dark_is_dark() -> None:
    assert pw.plot(pw.judge("lif", "tonic_spiking"), dark=True).layout.template.layout.paper_bgcolor == "#111111"


def test_bad_input_is_told_what_is_valid() -> None:
    with pytest.raises(TypeError, match=r"plot: x is 3, valid is an object of DataFrame, Result, Traces, Verdict"):
        pw.plot(3)
    with pytest.raises(ValueError, match=r"is of 2 sets, valid is one of a single set"):
        pw.plot(pw.judge("lif", "tonic_spiking", {"tau_mem": [10.0, 20.0]}))
    with pytest.raises(ValueError, match="was not recorded"):
        pw.plot(pw.simulate("adex", pw.Current.step(500.0, end=50.0), record=("w",)))


def test_nothing_below_the_widgets_imports_plotly() -> None:
    program = "import sys, plausiwidgets as pw; pw.judge('lif', 'tonic_spiking'); print('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"
