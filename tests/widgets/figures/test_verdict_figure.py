"""The figure of a verdict shows target, response, current, marks and other sweeps as they were simulated."""

import numpy as np
import plotly.graph_objects as go
import pytest

import plausiwidgets as pw
from plausiwidgets.widgets.drawing.lines import Line, VoltageScale, target_lines, voltage_scale
from plausiwidgets.widgets.figures.response_figure import bursts
from plausiwidgets.widgets.figures.verdict_figure import potential_range

PATTERNS = pw.patterns.names()


def preset_verdict(key: str) -> pw.Verdict:
    preset = [p for p in pw.models.get("izhikevich_2004").presets if p.pattern == key][-1]
    return pw.judge("izhikevich_2004", key, preset.parameters, dt=preset.dt, verify=False)


def row(figure: go.Figure, axis: str, name: str = "") -> list[go.Scatter]:
    """Return the traces of a row, of one name if it is given."""
    return [trace for trace in figure.data if trace.yaxis == axis and name in ("", trace.name)]


@pytest.mark.parametrize("name", ["izhikevich", "hodgkin_huxley"])
@pytest.mark.parametrize("key", ["tonic_spiking", "tonic_bursting", "integrator", "rebound_spike"])
def test_the_axis_of_the_potential_contains_all_lines(name: str, key: str) -> None:
    figure = pw.plot(pw.judge(name, key, verify=False))
    low, high = figure.layout.yaxis.range
    for trace in row(figure, "y"):
        assert low < np.nanmin(trace.y) and np.nanmax(trace.y) < high


def test_a_verdict_shows_the_simulated_response_the_target_and_the_current() -> None:
    verdict = pw.judge("izhikevich", "tonic_spiking", verify=False)
    figure, trace = pw.plot(verdict), verdict.traces["step"]
    potential, to_peak = row(figure, "y", "response")
    np.testing.assert_array_equal(potential.y, trace.v[0])
    assert np.nanmax(to_peak.y) == 30.0 and len(to_peak.x) == 3 * len(trace.spike_times[0])
    assert to_peak.line.width < potential.line.width and to_peak.opacity < 1.0
    [current] = row(figure, "y3", "response")
    np.testing.assert_array_equal(current.y, trace.current[0])
    assert row(figure, "y", "target") and row(figure, "y3", "target")
    assert "thin lines: spikes drawn to their peak" in [note.text for note in figure.layout.annotations]


def test_a_row_of_spikes_has_a_tick_at_each_spike_and_a_box_around_each_burst() -> None:
    verdict = pw.judge("adex", "tonic_bursting", verify=False)
    figure, [trace] = pw.plot(verdict), verdict.traces.values()
    [ticks] = row(figure, "y2", "response")
    np.testing.assert_array_equal(ticks.x[::3], trace.spike_times[0])
    boxes = [(shape.x0, shape.x1) for shape in figure.layout.shapes if shape.yref == "y2"]
    assert set(bursts(trace.spike_times[0])) < set(boxes)  # the other boxes are those of the target
    assert list(figure.layout.yaxis2.ticktext) == ["target", "response"]


def test_the_criteria_have_brackets_bands_and_texts() -> None:
    figure = pw.plot(pw.judge("izhikevich", "tonic_spiking", verify=False))
    assert {shape.type for shape in figure.layout.shapes if shape.yref == "y domain"} == {"line"}
    assert any("spikes" in note.text for note in figure.layout.annotations)
    failed = pw.plot(pw.judge("izhikevich", "phasic_spiking", {"b": 0.3}, verify=False))
    assert any(shape.type == "rect" and shape.opacity == 0.14 for shape in failed.layout.shapes)


def test_the_other_sweeps_have_a_row_each_with_their_criterion() -> None:
    verdict = preset_verdict("integrator")
    figure = pw.plot(verdict)
    others = list(verdict.traces)[1:]
    for place, name in enumerate(others):
        potential = row(figure, f"y{4 + place}", "response")[0]
        np.testing.assert_array_equal(potential.y, verdict.traces[name].v[0])
    labels = [note.text for note in figure.layout.annotations if note.text[0] in "✓✗"]
    assert len(labels) == len(others)


def test_a_pattern_with_a_curve_shows_it_below() -> None:
    figure = pw.plot(preset_verdict("class_1_excitable"))
    curves = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [curve.name for curve in curves] == ["target", "response"]
    assert all(curve.y.min() == 0.0 < curve.y.max() for curve in curves)
    assert "rheobase" in figure.layout.xaxis4.title.text and figure.layout.yaxis4.title.text == "firing rate (Hz)"


@pytest.mark.parametrize("key", ["tonic_spiking", "class_1_excitable", "resonator"])
def test_the_rows_of_a_figure_do_not_overlap(key: str) -> None:
    layout = pw.plot(preset_verdict(key)).to_dict()["layout"]
    domains = sorted(axis["domain"] for name, axis in layout.items() if name.startswith("yaxis"))
    assert all(below[1] < above[0] for below, above in zip(domains[:-1], domains[1:], strict=True))


def test_dark_and_light_differ_only_in_their_colours() -> None:
    verdict = preset_verdict("resonator")
    light, dark = (pw.plot(verdict, dark=dark) for dark in (False, True))
    for a, b in zip(light.data, dark.data, strict=True):
        np.testing.assert_array_equal(a.y, b.y)
        assert a.line.color != b.line.color
    assert dark.layout.template.layout.paper_bgcolor == "#111111"


def test_a_diverged_line_does_not_set_the_range_of_the_axis() -> None:
    t = np.arange(100.0)
    line = Line(t, np.where(t < 50, -65.0, -1e9), np.zeros(0), 0.0 * t, 60.0)
    low, high = potential_range([line], VoltageScale(-65.0, -50.0, 30.0))
    assert -500.0 < low <= -65.0 and high == -65.0


@pytest.mark.parametrize("key", ["rebound_spike", "inhibition_induced_spiking"])
def test_the_target_has_its_own_stimulus_on_the_scale_of_the_other_neuron(key: str) -> None:
    adex, reference = pw.models.get("adex"), pw.models.get("izhikevich_2004")
    target = pw.patterns.target(key)
    own = target_lines(target, voltage_scale(reference), reference)
    there = target_lines(target, voltage_scale(adex), adex, 50.0)
    for name, line in there.items():
        assert line.current[0] == 50.0
        share = (line.current.min() - 50.0) / (own[name].current.min() - own[name].current[0])
        assert share == pytest.approx(adex.current.default / reference.current.default)


@pytest.mark.parametrize("name", pw.models.names())
def test_the_scale_starts_at_the_first_potential_unless_that_is_within_a_spike(name: str) -> None:
    model = pw.models.get(name)
    usual = voltage_scale(model)

    def begun(v: float) -> VoltageScale:
        t = np.arange(10.0)
        line = Line(t, np.full(10, v), np.zeros(0), 0.0 * t)
        return voltage_scale(model, model.defaults(), {"main": line})

    assert begun(usual.rest - 3.0).rest == usual.rest - 3.0
    for v in (usual.peak - 0.1 * (usual.peak - usual.rest), usual.peak, usual.peak + 1.0, np.nan):
        assert begun(v) == usual


def test_the_target_is_mapped_rest_to_rest_threshold_to_threshold_peak_to_peak() -> None:
    own, other = VoltageScale(-70.0, -55.0, 30.0), VoltageScale(-62.5, -50.0, 20.0)
    assert own.onto(np.array([-70.0, -55.0, 30.0]), other).tolist() == [-62.5, -50.0, 20.0]
