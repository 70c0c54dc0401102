"""What docs/lesson.md says of the neuron is what the judge and the phase plane say."""

import re

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment.mystery import score

NEURON = pw.models.get("izhikevich")
PRESETS = {preset.pattern: preset for preset in NEURON.presets}


@pytest.fixture(scope="module")
def lesson(root) -> str:
    return " ".join((root / "docs" / "lesson.md").read_text(encoding="utf-8").split())


def values(key: str, **changed: object) -> dict:
    return dict(PRESETS[key].parameters) | changed


def judged(key: str, shown: str = "", **changed: object) -> pw.Verdict:
    return pw.judge(NEURON, shown or key, values(key, **changed), dt=PRESETS[key].dt, verify=False)


def missed(verdict: pw.Verdict, i: int) -> list[str]:
    return [check.name for check in verdict.checks if not check.passed[i]]


def kinds(key: str, current: float) -> list[str]:
    model = {name: x for name, x in values(key).items() if name in NEURON.parameters}
    plane = pw.phase_plane(NEURON, model, current, ranges=[(-90.0, 35.0), (-20.0, 0.0)])
    return [point.kind for point in plane.fixed_points]


def test_step_4_there_is_no_fixed_point_at_the_published_current(lesson):
    assert "They do not meet: there is no fixed point at this current" in lesson
    assert kinds("tonic_spiking", PRESETS["tonic_spiking"].parameters["amplitude"]) == []


def test_step_6_saddle_and_unstable_node_appear_while_it_fires_and_it_stops_where_the_focus_is_stable(lesson):
    assert "At 4.0 the lines touch, and two dots appear: a saddle, and an unstable node" in lesson
    assert "Below 3.8 the second one is filled, a stable focus" in lesson
    assert kinds("tonic_spiking", 4.05) == []
    assert kinds("tonic_spiking", 3.99) == ["unstable node", "saddle"]
    assert kinds("tonic_spiking", 3.81) == ["unstable focus", "saddle"]
    assert kinds("tonic_spiking", 3.79) == ["stable focus", "saddle"]
    verdict = judged("tonic_spiking", amplitude=np.array([4.2, 3.99, 3.81, 3.75]))
    intervals = [np.diff(times[times >= 0.0]) for times in verdict.traces["step"].spike_times]
    lasts = next(check.passed for check in verdict.checks if check.name == "lasts to the end")
    assert lasts[:3].all()
    assert not lasts[3]
    assert intervals[0].max() < intervals[1].max() < intervals[2].max()
    assert len(intervals[3]) <= 1  # a spike or two
    # "it needs five spikes, and is lost a little earlier"
    assert missed(verdict, 0) == []
    assert missed(verdict, 1) == missed(verdict, 2) == ["spikes"]


def test_step_8_the_resets_of_a_burst_land_inside_of_the_parabola(lesson):
    assert "for bursts inside of it" in lesson
    slopes = {}
    for key in ("tonic_spiking", "tonic_bursting"):
        model = {name: x for name, x in values(key).items() if name in NEURON.parameters}
        current = PRESETS[key].parameters["amplitude"]
        traces = pw.simulate(NEURON, pw.Current.step(current, 500.0), model, dt=PRESETS[key].dt, record=("v", "u"))
        at = [int(np.argmin(np.abs(traces.t - time))) for time in traces.spike_times[0]]
        v, u = traces.states["v"][0][at], traces.states["u"][0][at]
        slopes[key] = 0.04 * v**2 + 5.0 * v + 140.0 - u + current
    assert (slopes["tonic_spiking"][2:] < 0.0).all()
    assert (slopes["tonic_bursting"] > 0.0).mean() > 0.7


def test_step_9_two_numbers_are_the_difference_between_bursts_and_single_spikes(lesson):
    assert "tonic bursting is lost at −55" in lesson
    burst = judged("tonic_bursting", c=np.array([-50.0, -54.0, -55.0, -65.0]))
    assert burst.accepted.tolist() == [True, True, False, False]
    assert "one criterion is missed, *no initial burst*. With **d** at 6 it holds too" in lesson
    for amplitude in (PRESETS[key].parameters["amplitude"] for key in ("tonic_spiking", "tonic_bursting")):
        changed = {"c": -65.0, "d": np.array([2.0, 6.0]), "amplitude": amplitude}
        single = judged("tonic_bursting", "tonic_spiking", **changed)
        assert missed(single, 0) == ["no initial burst"]
        assert missed(single, 1) == []


def test_step_12_when_inhibition_ends_the_point_lies_below_the_knee(lesson):
    assert "the point lies below the knee of the parabola" in lesson
    verdict = judged("rebound_spike")
    model = {name: x for name, x in values("rebound_spike").items() if name in NEURON.parameters}
    width, amplitude = verdict.parameters["width"], verdict.parameters["amplitude"]
    current = pw.Current([pw.pulse(0.0, width, -amplitude)], end=200.0, settle=1500.0)
    traces = pw.simulate(NEURON, current, model, dt=PRESETS["rebound_spike"].dt, record=("v", "u"))
    u = traces.states["u"][0][np.searchsorted(traces.t, width)]
    assert u < 140.0 - 5.0**2 / (4.0 * 0.04)
    assert "one tool is open at a time" in lesson


def test_step_13_without_a_steep_recovery_the_rebound_is_gone(lesson):
    verdict = judged("rebound_spike", b=np.array([0.25, 0.23, 0.1]))
    assert verdict.accepted.tolist() == [True, False, False]
    assert "latency" in missed(verdict, 1)


def test_step_14_and_16_a_mystery_begins_far_off_and_is_passed_on_as_python(lesson):
    assert "fewer than 40 points" in lesson
    [(model, pattern, seed)] = re.findall(r'pw\.Explorer\("(\w+)", "(\w+)", mystery=(\d+)\)', lesson)
    hidden = pw.mystery(model, pattern, int(seed))
    assert score(pw.judge(hidden.model, hidden.pattern, hidden.start, dt=hidden.dt, verify=False)) < 40
    explorer = pw.Explorer(model, pattern, mystery=int(seed))
    try:
        assert explorer.selection.pattern.key == "mystery"
        assert set(explorer.selection.free) >= set(hidden.moved)
        assert {n: explorer.selection.values[n] for n in hidden.moved} == {n: hidden.start[n] for n in hidden.moved}
    finally:
        explorer.close()


def test_its_python_runs(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(
        r"^ *```python\n(.*?)^ *```$", (root / "docs" / "lesson.md").read_text(encoding="utf-8"), re.M | re.S
    )
    [page] = [block for block in blocks if "export_page" in block]
    exec("\n".join(line.strip() for line in page.splitlines()), {"pw": pw})
    assert (tmp_path / "mystery.html").exists()
