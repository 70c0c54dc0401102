"""The page's side of a drag against the kernel's, piece by piece, and what the explorer tells it."""

import re

import node
import numpy as np
import pytest
import torch
from screen import trace_of, until

import plausiwidgets as pw
from plausiwidgets.widgets.explorer import judging, live
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.session import slider
from plausiwidgets.widgets.view.drawing import corners, envelope, make_grid, spike_lines


def script(folder, answer: str, given: object) -> object:
    """Run the page's functions, without what makes them a widget."""
    source = re.sub(r"export default \{.*", "", live.LivePage._esm, flags=re.S)
    return node.run(folder, f"{source}\nfunction answer(given) {{ {answer} }}", given)


def test_a_position_of_a_slider_is_the_same_value_on_both_sides(tmp_path):
    sliders = [p for name in ("izhikevich", "adex", "hodgkin_huxley", "lif") for p in
               pw.patterns.get("accommodation").parameters(pw.models.get(name)).values()]  # fmt: skip
    sliders += [pw.Parameter("half", 0.0, -300.0, 300.0), pw.Parameter("quarter", 0.0, -50.0, 50.0)]
    given = [{"scale": p.scale, "zero": p.zero, "low": p.low, "high": p.high} for p in sliders]
    answer = """
    return { steps: STEPS, values: bytes(given.flatMap((s) =>
      [...Array(STEPS + 1).keys()].map((k) => valueAt(s, k, [s.low, s.high])))),
      positions: given.map((s) => positionOf(s, valueAt(s, 123, [s.low, s.high]), [s.low, s.high])) };
    """
    found = script(tmp_path, answer, given)
    assert found["steps"] == slider.STEPS
    assert found["positions"] == [123] * len(sliders)
    values = found["values"].reshape(len(sliders), -1)
    for parameter, ours in zip(sliders, values, strict=True):
        theirs = [slider.dragged(parameter, k, parameter.low, parameter.high) for k in range(ours.size)]
        np.testing.assert_allclose(ours, theirs, rtol=1e-14, err_msg=parameter.key)


@pytest.mark.parametrize("window", [None, (100.0, 130.0)])
@pytest.mark.parametrize("columns", [300, 5000])
def test_a_trace_is_drawn_as_the_kernel_draws_it(tmp_path, columns, window):
    traces = pw.simulate("izhikevich", pw.Current.ramp(20.0, 380.0, 15.0, end=700.0))
    v = traces.v[0].copy()
    v[2000:] = np.nan
    grid = make_grid(traces.t, columns, window)
    given = {
        "t0": float(traces.t[0]), "dt": float(traces.t[1] - traces.t[0]), "v": v, "grid": grid.x.astype(float),
        "current": traces.current[0], "spikes": traces.spike_times[0],
    }  # fmt: skip
    answer = """
    const [t, current] = corners(given);
    const [x, up] = spikeLines(given, 30);
    return { y: bytes(onGrid(given.v, given, given.grid)), t: bytes(t), current: bytes(current),
             x: bytes(x), up: bytes(up) };
    """
    ours = script(tmp_path, answer, given)
    np.testing.assert_array_equal(ours["y"].astype(np.float32), envelope(v, grid))
    x, up = spike_lines(traces.t, v, traces.spike_times[0], 30.0)
    np.testing.assert_allclose(ours["x"], x, rtol=1e-6)
    np.testing.assert_allclose(ours["up"], up, rtol=1e-6)
    assert len(x) > 3
    t, current = corners(traces.t, traces.current[0])
    # The same line, with a point more at most where a ramp ends.
    np.testing.assert_allclose(np.interp(t, ours["t"], ours["current"]), current, atol=1e-4)
    assert len(ours["t"]) <= len(t) + 6


def test_a_grid_of_another_length_draws_nothing(tmp_path):
    given = {"grid": np.arange(-50.0, 900.0, 0.5), "v": np.zeros(100)}
    answer = "return onGrid(given.v, { t0: -50, dt: 0.25 }, given.grid) === null"
    assert script(tmp_path, answer, given)


# ------------------------------------------------------------------ what the explorer tells


def told(explorer) -> live.LivePage:
    return explorer.panel(live.Live).view


def wait_for_module(explorer, seconds=60.0) -> bool:
    import time

    end = time.monotonic() + seconds
    while time.monotonic() < end and not told(explorer).module:
        time.sleep(0.05)
    return bool(told(explorer).module)


@pytest.fixture
def explorer():
    opened = pw.Explorer("izhikevich", "rebound_spike")
    opened.page.pages = 1
    yield opened
    opened.close()


def test_a_page_gets_the_neuron_its_sweeps_and_which_values_are_drawn(explorer):
    assert explorer.wait()
    assert wait_for_module(explorer)
    page = told(explorer)
    assert "export const { simulate, start }" in page.module
    assert [sweep["name"] for sweep in page.about["sweeps"]] == ["release"]
    assert set(page.about["sliders"]) == set(explorer.selection.values)
    assert page.shown["sweep"] == "release"
    assert page.about["figure"] == explorer.panel(FigurePanel).figure.model_id and page.about["peak"] == 30.0
    jumps = page.shown["jumps"]
    explorer.session.change(explorer.selection.with_value("amplitude", 33.0))
    assert explorer.wait()
    assert page.shown["values"]["amplitude"] == 33.0
    assert page.shown["jumps"] == jumps
    explorer.show("izhikevich", "rebound_spike", {"amplitude": 20.0})
    assert page.shown["jumps"] == jumps + 1


def test_a_neuron_of_the_package_is_sent_with_the_widgets_before_anything_is_judged(monkeypatch):
    monkeypatch.setattr(judging.Judging, "_judge", lambda *args: None)
    opened = pw.Explorer("adex", "tonic_spiking")
    page = told(opened)
    assert "export const { simulate, start }" in page.module
    assert page.about["parameters"] == list(opened.selection.model.parameters)
    assert page.shown["values"] == dict(opened.selection.values)
    opened.show("lif", "rebound_spike")
    assert '"lif"' in page.module
    opened.close()


def test_a_page_that_draws_a_drag_gets_few_pictures_of_it_and_the_last_one(explorer, monkeypatch):
    assert explorer.wait()
    monkeypatch.setattr(judging, "REST", 60.0)  # the drag goes on
    panel = explorer.panel(FigurePanel)
    told(explorer).draws = True
    assert panel.pace == live.PACE
    shown = []
    for amplitude, pace in ((30.0, 0.0), (40.0, 60.0)):
        panel.pace = pace
        selection = explorer.selection.with_value("amplitude", amplitude)
        explorer.session.change(selection)
        until(lambda: explorer.session.response("yours").selection is selection)  # noqa: B023
        with explorer.session.lock:  # until all panels are told
            shown.append(trace_of(panel.figure, "yours_voltage")["y"])
    np.testing.assert_array_equal(shown[0], shown[1])
    assert told(explorer).shown["values"]["amplitude"] == 40.0  # the verdict is of the newest all the same
    explorer.session.rest(selection)
    assert not np.array_equal(trace_of(panel.figure, "yours_voltage")["y"], shown[1])
    explorer.show("lif", "rebound_spike")
    assert not told(explorer).draws
    assert panel.pace == 0.0


def test_a_pattern_that_chooses_its_sweeps_is_left_to_the_kernel(explorer):
    explorer.show("izhikevich", "class_1_excitable")
    assert explorer.wait()
    assert live.all_live_sweeps(explorer.selection.pattern) is None
    assert told(explorer).module == ""
    assert told(explorer).about == {}


def test_a_neuron_that_only_torch_runs_is_left_to_the_kernel_without_a_word(explorer):
    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (-65.0 - state[0] + current + 0.0 * torch.lgamma(current.abs() + 1.0))
        return (v > -50.0).to(v.dtype), (torch.where(v > -50.0, -65.0, v),)

    model = pw.NeuronModel(
        "gamma", step, [pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")], lambda p, holding: (-65.0,),
        pw.Parameter("current", 25.0, 0.0, 100.0), -65.0, -50.0,
    )  # fmt: skip
    explorer.show(model, "rebound_spike")
    assert explorer.wait(120)
    assert not wait_for_module(explorer, 3.0)


def test_two_patterns_at_once_are_sent_with_their_own_names():
    sweeps = live.all_live_sweeps(pw.patterns.all_of("rebound_spike", "tonic_spiking"))
    assert [sweep["name"] for sweep in sweeps] == ["Rebound spike: release", "Tonic spiking: step"]
    assert [sweep["holding"] for sweep in sweeps] == ["rebound_spike_holding", "tonic_spiking_holding"]
    assert sweeps[0]["end"] == ["+", "rebound_spike_width", 500.0]
