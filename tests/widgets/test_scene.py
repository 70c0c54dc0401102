"""The scene: what is drawn of a neuron and a pattern is what was simulated, and the axes hold it."""

import json

import numpy as np
import pytest
from paths import DATA

import plausiwidgets as pw
from plausiwidgets.patterns.judge import evaluate, single
from plausiwidgets.widgets import Selection
from plausiwidgets.widgets.view.figure import Look, figure_of, rows_within, traces_of
from plausiwidgets.widgets.view.scene import Line, Scene, VoltageScale, scene_of, voltage_scale

PATTERNS = pw.patterns.names()[:20]
SMOOTH = [name for name in pw.models.names() if pw.models.get(name).spike_level is not None]
SNAPSHOT = DATA / "scenes.json"


def verdict_of(selection: Selection):
    arrays = {name: np.array([value]) for name, value in selection.values.items()}
    return single(evaluate(selection.model, selection.pattern, arrays, selection.dt, record=("v",)))


def preset_of(key: str) -> Selection:
    model = pw.models.get("izhikevich_2004")
    return Selection.of(model, key).with_preset([p for p in model.presets if p.pattern == key][-1])


def scene(selection: Selection, **options) -> Scene:
    target = pw.patterns.target(selection.pattern)
    return scene_of(selection.model, selection.pattern, {"yours": verdict_of(selection)}, target, **options)


def digest(shown: Scene) -> dict:
    """Return what a figure shows, in a few numbers."""

    def line(one: Line) -> list:
        return [len(one.t), len(one.spikes), *(round(float(x), 1) for x in (one.v.min(), one.v.max(), one.peak))]

    return {
        "sweep": shown.sweep, "sweeps": list(shown.sweeps), "lines": {r: line(one) for r, one in shown.lines.items()},
        "lanes": [lane.label for lane in shown.lanes], "signs": [f"{s.form} {s.text}".strip() for s in shown.signs],
        "curve": None if shown.curve is None else {r: len(x) for r, (x, _) in shown.curve.points.items()},
        "event": shown.event, "time": [round(x, 1) for x in shown.time],
        "potential": [round(x, 1) for x in shown.potential], "current": [round(x, 2) for x in shown.current],
    }  # fmt: skip


@pytest.mark.parametrize("key", PATTERNS)
def test_the_scene_of_each_pattern_is_as_it_was_looked_at(key: str) -> None:
    """After a change that is wanted: write `digest` of all twenty into the file again, and look at the pictures."""
    assert digest(scene(preset_of(key))) == json.loads(SNAPSHOT.read_text())[key]


@pytest.mark.slow
@pytest.mark.parametrize("key", PATTERNS)
def test_of_a_model_without_a_reset_the_maxima_that_are_drawn_are_those_that_were_simulated(key: str) -> None:
    for name in SMOOTH:
        selection = Selection.of(name, key)
        shown = scene(selection, whole=True)
        (trace, *_) = traces_of(shown, "yours", Look())
        traces = verdict_of(selection).traces
        v = traces.get(shown.sweep, next(iter(traces.values()))).v[0]
        assert trace["y"].max() == np.float32(v.max()), name
        assert trace["y"].min() == np.float32(v.min()), name
        spikes = traces_of(shown, "yours", Look())[1]
        assert spikes["uid"] == "yours_spikes" and spikes["x"].size == 0


@pytest.mark.parametrize("name", ["izhikevich", "adex", "lif", "hodgkin_huxley", "morris_lecar"])
@pytest.mark.parametrize("key", PATTERNS)
def test_the_axis_of_the_potential_holds_all_that_is_drawn(name: str, key: str) -> None:
    selection = Selection.of(name, key)
    shown = scene(selection, whole=True)
    low, high = shown.potential
    for trace in figure_of(shown, Look())["data"]:
        if trace["yaxis"] == "y" and trace["x"].size:
            assert low < np.nanmin(trace["y"]) and np.nanmax(trace["y"]) < high, trace["uid"]


def test_a_model_with_a_reset_has_lines_to_the_peak_beside_its_potential() -> None:
    selection = Selection.of("izhikevich", "tonic_spiking")
    shown = scene(selection)
    potential, spikes, *_ = traces_of(shown, "yours", Look())
    trace = verdict_of(selection).traces["step"]
    assert potential["y"].max() == np.float32(trace.v[0].max()) < 30.0
    assert np.nanmax(spikes["y"]) == 30.0 and spikes["x"].size == 3 * len(trace.spike_times[0])
    assert spikes["line"]["width"] < potential["line"]["width"] and spikes["opacity"] < 1.0
    (key,) = (note["text"] for note in figure_of(shown, Look())["layout"]["annotations"])
    assert "drawn to its peak" in key


def test_your_neuron_lies_on_top() -> None:
    selection = Selection.of("izhikevich", "rebound_spike")
    verdict = verdict_of(selection)
    shown = scene_of(
        selection.model, selection.pattern, {"yours": verdict, "best": verdict, "pinned": verdict},
        pw.patterns.target(selection.pattern), pinned=pw.models.get("adex"),
    )  # fmt: skip
    assert list(shown.lines) == ["target", "pinned", "best", "yours"]
    assert np.isnan(shown.lines["pinned"].current).all()  # of another unit
    assert [trace["uid"] for trace in figure_of(shown, Look())["data"]][-1].startswith("yours_")


def test_while_a_parameter_is_dragged_the_axes_only_widen() -> None:
    selection = Selection.of("izhikevich", "tonic_spiking")
    first = scene(selection)
    wide = scene(selection.with_value("c", -90.0), before=first)
    assert wide.potential[0] < first.potential[0] and wide.scale == first.scale
    assert scene(selection, before=wide).potential == wide.potential


def test_a_diverged_line_does_not_take_the_axis_with_it() -> None:
    t = np.arange(100.0)
    line = Line(t, np.where(t < 50, -65.0, -1e9), np.zeros(0), 0.0 * t, 60.0)
    from plausiwidgets.widgets.view.scene import drawn_extent

    low, high = drawn_extent([line], VoltageScale(-65.0, -50.0, 30.0))
    assert -500.0 < low <= -65.0 and high == -65.0


def test_the_target_is_mapped_rest_to_rest_threshold_to_threshold_peak_to_peak() -> None:
    own, other = VoltageScale(-70.0, -55.0, 30.0), VoltageScale(-62.5, -50.0, 20.0)
    assert own.onto(np.array([-70.0, -55.0, 30.0]), other).tolist() == [-62.5, -50.0, 20.0]
    v = np.linspace(-90, 30, 200)
    assert np.all(np.diff(own.onto(v, other)) > 0)


@pytest.mark.parametrize("key", ["rebound_spike", "inhibition_induced_spiking"])
def test_the_example_is_drawn_with_its_own_stimulus_on_the_scale_of_the_neuron_beside_it(key: str) -> None:
    own = scene(preset_of(key)).lines
    np.testing.assert_array_equal(own["target"].current, own["yours"].current)  # the same neuron
    adex = pw.models.get("adex")
    shown = scene(Selection.of(adex, key, {"holding": 50.0}))
    target, yours = shown.lines["target"], shown.lines["yours"]
    assert target.current[0] == yours.current[0] == 50.0
    reference = pw.models.get("izhikevich_2004")
    share = (target.current.min() - 50.0) / (own["target"].current.min() - own["target"].current[0])
    assert share == pytest.approx(adex.current.default / reference.current.default)
    assert shown.current[0] <= target.current.min()
    uids = [trace["uid"] for trace in figure_of(shown, Look())["data"]]
    assert "target_current" in uids


@pytest.mark.parametrize("name", pw.models.names())
def test_the_scale_is_made_of_where_a_sweep_begins_unless_that_is_in_the_middle_of_a_spike(name: str) -> None:
    model = pw.models.get(name)
    usual = voltage_scale(model)

    def begun(v: float) -> VoltageScale:
        t = np.arange(10.0)
        line = Line(t, np.full(10, v), np.zeros(0), 0.0 * t)
        return voltage_scale(model, model.defaults(), {"main": line})

    assert begun(usual.rest - 3.0).rest == usual.rest - 3.0
    for v in (usual.peak - 0.1 * (usual.peak - usual.rest), usual.peak, usual.peak + 1.0, np.nan):
        assert begun(v) == usual


@pytest.mark.parametrize("height", [200, 300, 470, 800])
@pytest.mark.parametrize("key", ["tonic_spiking", "class_1_excitable", "resonator"])
def test_the_figure_is_as_high_as_its_place_whatever_it_shows(key: str, height: int) -> None:
    layout = figure_of(scene(preset_of(key)), Look(height=height))["layout"]
    assert layout["height"] == height
    domains = sorted(axis["domain"] for name, axis in layout.items() if name.startswith("yaxis"))
    assert domains[0][0] == pytest.approx(0.0, abs=1e-9) and domains[-1][1] == 1.0
    assert all(below[1] < above[0] for below, above in zip(domains[:-1], domains[1:], strict=True))
    assert max(domains, key=lambda d: d[1] - d[0]) == domains[-1]  # the potential


@pytest.mark.parametrize("height", [184, 316, 470])
@pytest.mark.parametrize("lower", [{}, {"curve": 150}])
def test_the_potential_keeps_its_room_in_a_low_window(height: int, lower: dict) -> None:
    rows = rows_within(height, lower)
    assert rows["voltage"] >= 0.4 * (sum(rows.values()) - rows.get("raster", 0))


def test_the_small_sweeps_are_drawn_as_finely_as_their_event_needs() -> None:
    shown = scene(preset_of("integrator"))
    [small] = [trace for trace in traces_of(shown, "yours", Look()) if trace["uid"] == "yours_others"]
    line, (begin, end) = shown.lanes[0].lines["yours"], shown.time
    ends = [i for i, x in enumerate(small["x"]) if np.isnan(x)]
    first = small["x"][: ends[0]]
    drawn = {round(float(x), 3) for x in first if begin <= x <= end}
    assert drawn >= {round(float(np.float32(t)), 3) for t in line.t if begin <= t <= end}


@pytest.mark.parametrize(
    ("current", "most"), [((-3.2, 4.9), 5), ((-2.3, 17.3), 4), ((-1.0, 1.0), 4), ((77.3, 80.8), 4)]
)
def test_the_axis_of_the_current_has_two_ticks_at_least(current: tuple[float, float], most: int) -> None:
    layout = figure_of(Scene(current=current), Look())["layout"]
    assert layout["yaxis3"]["nticks"] == most
    steps = (power * multiple for power in (0.1, 1.0, 10.0) for multiple in (1, 2, 5))
    step = next(step for step in steps if step >= (current[1] - current[0]) / most)  # as Plotly takes it
    assert np.floor(current[1] / step) - np.ceil(current[0] / step) + 1 >= 2
    assert figure_of(Scene(current=current), Look(360, 184))["layout"]["yaxis3"]["nticks"] <= 3, "no label on another"


def test_dark_and_light_differ_in_colour_alone() -> None:
    shown = scene(preset_of("resonator"))
    light, dark = (figure_of(shown, Look(dark=dark)) for dark in (False, True))
    for a, b in zip(light["data"], dark["data"], strict=True):
        np.testing.assert_array_equal(a["y"], b["y"])
        assert a.get("line", a.get("marker"))["color"] != b.get("line", b.get("marker"))["color"]
    assert dark["layout"]["template"]["layout"]["paper_bgcolor"] == "#111111"
