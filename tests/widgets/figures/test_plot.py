"""``pw.plot``: one call makes a figure that says what it shows, and can be changed and saved."""

import numpy as np
import plotly.graph_objects as go
import pytest
from small_neurons import copy_of

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_table
from plausiwidgets.widgets.drawing.map_cells import SYMBOLS
from plausiwidgets.widgets.figures.plane_figure import outlines


def shown(figure: go.Figure, name: str) -> list:
    return [trace for trace in figure.data if trace.name == name]


def test_a_verdict_is_drawn_with_target_response_current_and_marks(tmp_path) -> None:
    verdict = pw.judge("hodgkin_huxley", "tonic_spiking")
    figure = pw.plot(verdict)
    assert isinstance(figure, go.Figure)
    potential, *_ = shown(figure, "response")
    assert potential.y.max() == verdict.traces["step"].v[0].max()  # no peak is added to a whole spike
    assert shown(figure, "target") and figure.layout.shapes and figure.layout.annotations
    assert figure.layout.title.text.startswith("Hodgkin–Huxley: Tonic spiking   ")
    assert figure.layout.yaxis.title.text == "potential (mV)" and figure.layout.yaxis3.title.text == "I (µA/cm²)"
    assert [trace.name for trace in figure.data if trace.showlegend] == ["target", "response"]
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
    assert len(lanes) == 8 and "first 8 of 10 simulations" in figure.layout.title.text
    assert len({(trace.line.color, trace.line.dash) for trace in lanes}) == 8
    assert len({trace.line.color for trace in lanes}) == 8


def test_a_table_is_drawn_as_a_map_whose_cells_have_marks_as_well_as_colours() -> None:
    table = packaged_table().query("model in ['lif', 'adex']")
    table.loc[(table["model"] == "lif") & (table["pattern"] == "tonic_spiking"), "status"] = "failed"
    figure = pw.plot(table)
    cells, *key = figure.data
    statuses = table.set_index(["model", "pattern"])["status"]
    for row, model in zip(cells.text, table["model"].unique(), strict=True):
        cannot = pw.models.get(model).ruled_out
        signs = {p: "∅" if p in cannot else SYMBOLS[statuses[model, p]] for p in pw.patterns.names()}
        assert list(row) == list(signs.values())
    assert {trace.name.split()[0] for trace in key} == {mark for row in cells.text for mark in row}
    assert len({trace.marker.color for trace in key}) == len(key)
    assert figure.layout.xaxis.ticktext[0] == "A Tonic spiking" and figure.layout.yaxis.ticktext[0].startswith("LIF")
    with pytest.raises(ValueError, match="must have the column 'status'"):
        pw.plot(table.drop(columns="status"))


def test_the_known_parts_of_an_unregistered_neuron_are_drawn() -> None:
    figure = pw.plot(pw.judge(copy_of("adex", "unregistered"), "tonic_spiking", verify=False))
    assert shown(figure, "response")[0].y.size > 100 and "unregistered" in figure.layout.title.text


def test_a_plane_is_drawn_as_distances_with_an_outline_and_the_neuron() -> None:
    plane = pw.analysis.parameter_plane("lif", "tonic_spiking", "amplitude", "tau_mem", points=12)
    heat, outline, neuron = pw.plot(plane).data
    assert (np.asarray(heat.z) == np.minimum(plane.loss, plane.loss.max())).all()
    assert outline.name == "○ criteria met, not verified" and neuron.name == "this neuron"
    assert neuron.x[0] == pytest.approx(np.log(20.0)) and neuron.y[0] == pytest.approx(np.log(20.0))
    inside = np.nanmin(outline.x) < neuron.x[0] < np.nanmax(outline.x)
    assert inside == plane.accepted[:, np.abs(np.log(plane.x) - neuron.x[0]).argmin()].any()
    row, column = np.argwhere(~plane.accepted)[-1]
    assert f"not met: {plane.unmet(row, column)[0]}" in heat.text[row][column]
    assert list(pw.plot(plane).layout.yaxis.ticktext) == ["2", "5", "10", "20", "50"]


def test_a_plane_of_several_patterns_is_drawn_as_regions_with_letters() -> None:
    plane = pw.analysis.parameter_plane("izhikevich", ["tonic_spiking", "integrator", "resonator"], "a", "b", points=10)
    figure = pw.plot(plane)
    regions = [trace for trace in figure.data if trace.type == "scatter" and trace.fill == "toself"]
    assert [trace.name.split(",")[0] for trace in regions] == ["A Tonic spiking", "L Integrator"]
    assert len({trace.line.color for trace in regions}) == 2
    assert [trace.text[0] for trace in figure.data if trace.type == "scatter" and trace.mode == "text"] == ["A", "L"]
    assert "K Resonator" in figure.layout.annotations[0].text
    (hover,) = (trace for trace in figure.data if trace.type == "heatmap")
    row, column = np.argwhere(plane.accepted[0] & plane.accepted[1])[0]
    assert "A Tonic spiking<br>L Integrator" in hover.text[row][column]


def area(x: np.ndarray, y: np.ndarray) -> float:
    """Return the area within outlines by the shoelace formula; holes count against it."""
    whole, begin = 0.0, 0
    for end in [*np.flatnonzero(np.isnan(x)), len(x)]:
        a, b = x[begin:end], y[begin:end]
        whole += 0.5 * float(a[:-1] @ b[1:] - a[1:] @ b[:-1])
        begin = end + 1
    return whole


def test_an_outline_holds_just_the_cells_that_are_accepted() -> None:
    rng = np.random.default_rng(3)
    x, y = np.linspace(-3.0, 5.0, 9), np.linspace(10.0, 12.0, 6)
    for share in (0.1, 0.5, 0.9):
        mask = rng.random((6, 9)) < share
        assert area(*outlines(mask, x, y)) == pytest.approx(mask.sum() * (x[1] - x[0]) * (y[1] - y[0]), rel=1e-4)


def test_a_phase_plane_is_drawn_with_flow_nullclines_and_fixed_points() -> None:
    plane = pw.analysis.phase_plane("izhikevich")
    figure = pw.plot(plane)
    flow, of_v, of_u, node, saddle = figure.data
    assert [trace.name for trace in figure.data[1:]] == ["dv/dt = 0", "du/dt = 0", "stable node", "saddle"]
    # On a nullcline the textbook's formula holds, and each fixed point lies on both.
    np.testing.assert_allclose(of_v.y, 0.04 * of_v.x**2 + 5.0 * of_v.x + 140.0, atol=1e-3)
    np.testing.assert_allclose(of_u.y, 0.2 * of_u.x, atol=1e-3)
    assert node.x[0] == pytest.approx(plane.fixed_points[0].state["v"]) and node.marker.symbol == "circle"
    assert saddle.marker.symbol != "circle" and "ms⁻¹" in saddle.text[0]
    # An angle of 90° points to the right, where v rises.
    right = np.sin(np.radians(np.array(flow.marker.angle))) > 0.0
    np.testing.assert_array_equal(right, 0.04 * flow.x**2 + 5.0 * flow.x + 140.0 > flow.y)
    assert figure.layout.xaxis.title.text == "v (mV)"


def test_a_phase_line_is_drawn_with_its_fixed_points_and_its_upswing_leaves_the_picture() -> None:
    line = pw.analysis.phase_line("eif")
    figure = pw.plot(line)
    assert [trace.name for trace in figure.data[1:]] == ["dv/dt", "stable", "unstable"]
    assert figure.layout.yaxis.range[1] < 0.2 * np.nanmax(line.rate)
    assert figure.layout.yaxis.range[0] < np.nanmin(line.rate) and figure.layout.yaxis.title.text == "dv/dt (mV/ms)"


def test_errors_for_bad_input_name_the_accepted_values() -> None:
    with pytest.raises(
        TypeError,
        match=r"plot: x must be one of Atlas, BifurcationDiagram, DataFrame, Impedance, NoiseTolerance, ",
    ):
        pw.plot(3)
    with pytest.raises(ValueError, match=r"a verdict must have a single parameter set, got 2"):
        pw.plot(pw.judge("lif", "tonic_spiking", {"tau_mem": [10.0, 20.0]}))
    with pytest.raises(ValueError, match="was not recorded"):
        pw.plot(pw.simulate("adex", pw.Current.step(500.0, end=50.0), record=("w",)))


def test_sampled_sets_are_drawn_by_parameter_and_by_pair_with_their_limits() -> None:
    sets = pw.analysis.sample_accepted("lif", "tonic_spiking", n=100, fixed=["v_rest", "t_ref", "v_reset"])
    figure = pw.plot(sets)
    kinds = [trace.type for trace in figure.data]
    assert (kinds.count("bar"), kinds.count("heatmap")) == (4, 6)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    for trace in bars:  # a share of the sets in each bin of the range
        assert sum(trace.y) == pytest.approx(1.0)
        low, high = (sets.attrs["bounds"][trace.name][end] for end in ("low", "high"))
        inside = sets[trace.name].between(low, high)
        assert inside.all()
    [said] = [note.text for note in figure.layout.annotations]
    assert "100 solutions" in said and "not a posterior probability" in said
    plain = sets.drop(columns="tau_mem")
    with pytest.raises(ValueError, match="x must be a DataFrame for a map"):
        pw.plot(plain)
