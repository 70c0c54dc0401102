"""The scene: what is drawn of a neuron and a pattern is what was simulated, and the axes hold it."""

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.patterns.evaluation import evaluate, single
from plausiwidgets.widgets import Selection
from plausiwidgets.widgets.figures.figure import figure_of, traces_of
from plausiwidgets.widgets.figures.scene import Line, Scene, VoltageScale, scene_of, voltage_scale

PATTERNS = pw.patterns.names()


def verdict_of(selection: Selection):
    arrays = {name: np.array([value]) for name, value in selection.values.items()}
    return single(evaluate(selection.model, selection.pattern, arrays, selection.dt, record=("v",)))


def preset_of(key: str) -> Selection:
    model = pw.models.get("izhikevich_2004")
    preset = [p for p in model.presets if p.pattern == key][-1]
    return Selection.of(model, key).filled(preset.parameters, preset.dt)


def scene(selection: Selection) -> Scene:
    target = pw.patterns.target(selection.pattern)
    return scene_of(selection.model, selection.pattern, verdict_of(selection), target)


@pytest.mark.parametrize("name", ["izhikevich", "adex", "lif", "hodgkin_huxley", "morris_lecar"])
@pytest.mark.parametrize("key", PATTERNS)
def test_the_axis_of_the_potential_holds_all_that_is_drawn(name: str, key: str) -> None:
    shown = scene(Selection.of(name, key))
    if shown.event and pw.patterns.get(key).fine:
        pytest.skip("what happens below the threshold is drawn large")
    low, high = shown.potential
    for trace in figure_of(shown, dark=False)["data"]:
        if trace["yaxis"] == "y" and trace["x"].size:
            assert low < np.nanmin(trace["y"]) and np.nanmax(trace["y"]) < high, trace["uid"]


def test_a_model_with_a_reset_has_lines_to_the_peak_beside_its_potential() -> None:
    selection = Selection.of("izhikevich", "tonic_spiking")
    shown = scene(selection)
    potential, spikes, *_ = traces_of(shown, "yours", dark=False)
    trace = verdict_of(selection).traces["step"]
    assert potential["y"].max() == np.float32(trace.v[0].max()) < 30.0
    assert np.nanmax(spikes["y"]) == 30.0 and spikes["x"].size == 3 * len(trace.spike_times[0])
    assert spikes["line"]["width"] < potential["line"]["width"] and spikes["opacity"] < 1.0
    (key,) = (note["text"] for note in figure_of(shown, dark=False)["layout"]["annotations"])
    assert "drawn to their peak" in key


def test_a_diverged_line_does_not_take_the_axis_with_it() -> None:
    t = np.arange(100.0)
    line = Line(t, np.where(t < 50, -65.0, -1e9), np.zeros(0), 0.0 * t, 60.0)
    from plausiwidgets.widgets.figures.scene import drawn_extent

    low, high = drawn_extent([line], VoltageScale(-65.0, -50.0, 30.0))
    assert -500.0 < low <= -65.0 and high == -65.0


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
    uids = [trace["uid"] for trace in figure_of(shown, dark=False)["data"]]
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


def test_the_small_sweeps_are_drawn_as_finely_as_their_event_needs() -> None:
    shown = scene(preset_of("integrator"))
    [small] = [trace for trace in traces_of(shown, "yours", dark=False) if trace["uid"] == "yours_others"]
    first, (begin, end) = small["x"][: np.flatnonzero(np.isnan(small["x"]))[0]], shown.time
    t = shown.lanes[0].lines["yours"].t.astype(np.float32)
    assert set(t[(t >= begin) & (t <= end)]) <= set(first)


@pytest.mark.parametrize("key", ["tonic_spiking", "class_1_excitable", "resonator"])
def test_the_rows_of_a_figure_stand_apart(key: str) -> None:
    layout = figure_of(scene(preset_of(key)), dark=False)["layout"]
    domains = sorted(axis["domain"] for name, axis in layout.items() if name.startswith("yaxis"))
    assert all(below[1] < above[0] for below, above in zip(domains[:-1], domains[1:], strict=True))


def test_the_axis_of_the_current_has_two_ticks_at_least() -> None:
    for low, high in ((-3.2, 4.9), (-2.3, 17.3), (77.3, 80.8)):
        most = figure_of(Scene(current=(low, high)), dark=False)["layout"]["yaxis3"]["nticks"]
        steps = (power * multiple for power in (0.1, 1.0, 10.0) for multiple in (1, 2, 5))
        step = next(step for step in steps if step >= (high - low) / most)  # as Plotly takes it
        assert np.floor(high / step) - np.ceil(low / step) + 1 >= 2


def test_dark_and_light_differ_in_colour_alone() -> None:
    shown = scene(preset_of("resonator"))
    light, dark = (figure_of(shown, dark) for dark in (False, True))
    for a, b in zip(light["data"], dark["data"], strict=True):
        np.testing.assert_array_equal(a["y"], b["y"])
        assert a.get("line", a.get("marker"))["color"] != b.get("line", b.get("marker"))["color"]
    assert dark["layout"]["template"]["layout"]["paper_bgcolor"] == "#111111"


def test_the_target_is_mapped_rest_to_rest_threshold_to_threshold_peak_to_peak() -> None:
    own, other = VoltageScale(-70.0, -55.0, 30.0), VoltageScale(-62.5, -50.0, 20.0)
    assert own.onto(np.array([-70.0, -55.0, 30.0]), other).tolist() == [-62.5, -50.0, 20.0]
