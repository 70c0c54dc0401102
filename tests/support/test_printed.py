"""What objects print: tables of 80 columns, and in a notebook a table and a picture that need no kernel."""

import base64
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.support.picture import Axis, Plot, drawn
from plausiwidgets.support.printed import WIDTH, Table

SVG = "{http://www.w3.org/2000/svg}"


def pictures(html):
    """Return the pictures in HTML as parsed SVG."""
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    return [ElementTree.fromstring(base64.b64decode(data)) for data in found]


def texts(svg):
    return ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]


@pytest.fixture(scope="module")
def objects():
    study = pw.assessment.start_assessment("lif", ["tonic_spiking", "rebound_spike"], budget=64)
    study.result()
    found = pw.optimize("izhikevich", "tonic_bursting", seed=1)
    return {
        "verdict": pw.judge("adex", "tonic_spiking"),
        "rejected": pw.judge("lif", "tonic_bursting"),
        "many": pw.judge("adex", "tonic_spiking", {"V_r": np.linspace(-75, -44, 20)}, verify=False),
        "both": pw.judge("izhikevich", pw.patterns.all_of("tonic_spiking", "rebound_spike")),
        "result": found,
        "read": pw.Result.from_json(found.to_json()),
        "waiting": pw.Result("lif", "tonic_spiking", 0, 100),
        "traces": pw.simulate("lif", pw.Current.step(25.0, 50.0), {"tau_mem": np.linspace(5, 50, 7)}),
        "plane": pw.analysis.parameter_plane("lif", "tonic_spiking", "amplitude", "tau_mem", points=5),
        "planes": pw.analysis.parameter_plane("adex", ["tonic_spiking", "tonic_bursting"], "V_r", "b", points=4),
        "phase plane": pw.analysis.phase_plane("hodgkin_huxley", current=5.0),
        "phase line": pw.analysis.phase_line("qif"),
        "bifurcations": pw.analysis.bifurcation_diagram("izhikevich"),
        "layer": pw.to_norse("adex", {"b": [20.0, 60.0]}, learn="b"),
        "study": study,
        "snapshot": study.snapshot(),
    }


def test_each_fits_a_terminal_and_its_repr_is_a_line(objects):
    for name, thing in objects.items():
        assert all(len(line) <= WIDTH for line in str(thing).splitlines()), name
        assert len(str(thing).splitlines()) > (name != "waiting"), name
        assert name == "layer" or "\n" not in repr(thing), name


def test_a_verdict_prints_the_value_and_the_interval_of_each_criterion(objects):
    verdict, lines = objects["verdict"], str(objects["verdict"]).splitlines()
    assert lines[0] == "adex, tonic_spiking: ✓ verified, loss 0, dt 0.1 ms"
    assert len(lines) == len(verdict.criteria) + 4  # heading, column heads, status and source
    (row,) = (line for line in lines if line.startswith("✓  fires enough spikes "))
    assert row.split("  ")[-1].strip() == "≥ 5 spikes" and f"{verdict.criteria[2].value:g} spikes" in row
    assert any(line.startswith("✗  enough complete bursts") for line in str(objects["rejected"]).splitlines())


def test_many_sets_print_how_many_hold_and_how_they_are_spread(objects):
    many, text = objects["many"], str(objects["many"])
    (row,) = (line for line in text.splitlines() if "starts without a burst" in line)
    check = next(check for check in many.criteria if check.title == "starts without a burst")
    assert f"{100 * check.passed.mean():.0f} %" in row
    assert f"{check.value.min():.3g}, {np.median(check.value):.3g}, {check.value.max():.3g}" in row


def test_a_result_prints_its_values_with_what_was_searched(objects):
    found, text = objects["result"], str(objects["result"])
    assert text == str(objects["read"])  # its tries and objects are not needed
    (row,) = (line for line in text.splitlines() if line.startswith("  amplitude"))
    assert row.split("  ")[-1] == "0.2 to 30" and f"{found.parameters['amplitude']:.6g}" in row
    assert any(line.split()[0] == "bias" and line.endswith("fixed") for line in text.splitlines())
    assert repr(found) == f"<Result of izhikevich on tonic_bursting, seed 1: {found.summary}>"


def test_a_notebook_shows_a_picture_of_each_that_is_text_alone(objects):
    drawn_ones = {name for name, thing in objects.items() if name not in ("layer", "study", "waiting")}
    for name in sorted(drawn_ones):
        html = objects[name]._repr_html_()
        assert "<script" not in html and "http" not in re.sub(r"base64,[^\"]+", "", html), name
        assert len(pictures(html)) == (name not in ("many", "snapshot")), name
    assert "loss" in texts(*pictures(objects["result"]._repr_html_()))
    assert "loss" not in texts(*pictures(objects["read"]._repr_html_()))


def test_a_picture_of_a_verdict_has_a_stroke_for_each_spike_and_its_potential(objects):
    traces = objects["verdict"].traces["step"]
    (svg,) = pictures(objects["verdict"]._repr_html_())
    paths = [path.get("d") for path in svg.iter(f"{SVG}path")]
    strokes = [path for path in paths if path.count("V") == path.count("M") == len(traces.spike_times[0])]
    assert len(strokes) == 1
    at = [float(x) for x in re.findall(r"M([\d.]+),", strokes[0])]
    spikes = traces.spike_times[0]
    assert np.corrcoef(at, spikes)[0, 1] > 0.99999
    assert {"v (mV)", "time (ms)", "pA"} <= set(texts(svg))


def test_an_object_of_names_that_are_no_longer_known_still_prints():
    gone = pw.Result("gone", "forgotten", 1, 10, stop_reason="budget", parameters={"a": 1.0}, loss=2.0, evaluations=10)
    assert "gone, forgotten, seed 1: ✗ not found after 10 evaluations, smallest loss 2" in str(gone)
    assert pictures(gone._repr_html_()) == []


def test_words_break_within_their_column_and_markup_stays_text():
    table = Table("<b>", ("name", "number"), [("word " * 40, "1")], ["a & b"], numbers=(1,))
    assert all(len(line) <= WIDTH for line in str(table).splitlines())
    assert "".join(str(table).split()).count("word") == 40
    assert "<b>&lt;b&gt;</b>" in table.html() and "a &amp; b" in table.html()


@pytest.mark.parametrize(
    ("low", "high", "scale"),
    [
        (0.0, 1.0, None),
        (-75.0, -44.0, None),
        (0.2, 30.0, np.log),
        (-0.05, 1.2, lambda x: np.arcsinh(x / 0.01)),
        (1e-9, 2e-9, None),
        (0.0, 0.0, None),
    ],
)
def test_ticks_are_round_numbers_within_the_axis_and_apart(low, high, scale):
    axis = Axis(low, high) if scale is None else Axis(low, high, scale=scale)
    marks = axis.marks(560.0, 84.0)
    assert all(low - 1e-12 <= mark <= high + 1e-12 for mark in marks)
    assert len(marks) >= (1 if low == high else 2)
    assert np.all(np.diff(axis.share(marks)) * 560.0 >= 83.9)


def test_a_tick_is_written_without_an_exponent_below_ten_millions():
    labels = texts(ElementTree.fromstring(drawn(Plot(Axis(50.0, 20_000.0, "x", np.log), Axis(0.0, 1.0), 60.0))))
    assert {"100", "1000", "10000"} <= set(labels)


def test_a_long_line_keeps_its_extremes_and_its_gaps():
    y = np.zeros(100_000)
    y[54_321], y[12_345] = 1.0, -1.0
    plot = Plot(Axis(0.0, 1.0), Axis(-1.0, 1.0), 100.0).line(np.linspace(0.0, 1.0, y.size), y)
    heights = [float(pair.split(",")[1]) for pair in re.findall(r"[\d.]+,[\d.]+", plot.parts[0])]
    assert max(heights) - min(heights) == 100.0 and len(heights) < 2000
    broken = Plot(Axis(0.0, 3.0), Axis(0.0, 1.0), 100.0).line([0.0, 1.0, 2.0, 3.0], [0.0, np.nan, 1.0, 1.0])
    assert broken.parts[0].count("M") == 2
    ElementTree.fromstring(drawn(plot, broken))
