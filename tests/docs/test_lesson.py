"""The statements of the lessons about neurons agree with the evaluation and the phase plane."""

import re
from pathlib import Path

import numpy as np
import pytest
from lesson_walk import WALKS, lesson_of, text_of, verdicts
from paths import DOCS

import plausiwidgets as pw
from plausiwidgets.teaching.mysteries import score
from plausiwidgets.texts import catalog

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
    return [check.title for check in verdict.criteria if not check.passed[i]]


def kinds(key: str, current: float, **changed: float) -> list[str]:
    model = {name: x for name, x in values(key, **changed).items() if name in NEURON.parameters}
    plane = pw.analysis.phase_plane(NEURON, model, current, bounds={"v": (-90.0, 35.0), "u": (-20.0, 0.0)})
    return [point.kind for point in plane.fixed_points]


@pytest.mark.parametrize("name", WALKS)
def test_each_statement_of_a_card_agrees_with_the_evaluation(name):
    lesson, looks = lesson_of(name), WALKS[name]
    assert [card.title for card in lesson.cards] == list(looks)
    reached = set()
    for card, look, verdict in verdicts(lesson, looks):
        where = f"{card.title}: {look}"
        assert look.says in text_of(card), where
        assert set(look.moved) <= set(card.free or verdict.parameters), where
        if look.missed is not None:
            assert tuple(check.title for check in verdict.criteria if not check.passed) == look.missed, where
        if look.spikes is not None:
            trace = verdict.traces[look.sweep or card.pattern.main_sweep]
            assert len(trace.spike_times[0]) == look.spikes, where
        for title, value in look.features.items():
            [criterion] = [one for one in verdict.criteria if one.title == title]
            assert criterion.value == value, where
        values = {name: float(x) for name, x in verdict.parameters.items()}
        if card.until and all(condition.fulfilled(bool(verdict.accepted), values) for condition in card.until):
            reached.add(card.title)
    assert reached == {card.title for card in lesson.cards if card.until}


def test_the_two_published_sets_differ_in_the_parameters_of_the_reset_and_in_the_current(lesson):
    assert "**c** is −50 instead of −65, and **d** is 2 instead of 6" in lesson
    spikes, bursts = values("tonic_spiking"), values("tonic_bursting")
    changed = {name: (bursts[name], spikes[name]) for name in spikes if bursts[name] != spikes[name]}
    assert changed == {"c": (-50.0, -65.0), "d": (2.0, 6.0), "amplitude": (15.0, 14.0)}


def test_the_coarse_step_is_nearly_as_long_as_the_shortest_interval_of_the_burst():
    [card] = [card for card in lesson_of("lesson_long.md").cards if card.title.startswith("40:00")]
    assert "the shortest interval within the burst is only 1.5 ms" in text_of(card) and card.start.dt == 1.0
    times = judged("tonic_bursting").traces["step"].spike_times[0]
    assert np.diff(times).min() == 1.5


def test_a_tonic_burst_requires_three_bursts_of_three_spikes_and_tonic_spiking_five_spikes():
    text = " ".join(text_of(card) for name in WALKS for card in lesson_of(name).cards)
    assert "at least three complete bursts of at least three spikes" in text and "tonic spiking requires five" in text
    assert "A rebound burst needs three or more spikes" in text
    low = {c.title: c.low for key in ("tonic_spiking", "tonic_bursting", "rebound_burst") for c in criteria_of(key)}
    assert low["enough complete bursts"] == low["at least 3 spikes per burst"] == low["3 to 40 rebound spikes"] == 3
    assert low["fires enough spikes"] == 5


def criteria_of(key: str) -> tuple[pw.Criterion, ...]:
    return pw.patterns.get(key).criteria


def test_a_search_in_a_race_has_the_pace_that_the_lesson_states(lesson):
    script = (Path(pw.__file__).parent / "widgets/app/src/classroom/race.tsx").read_text(encoding="utf-8")
    [pace] = re.findall(r"^const PACE = (\d+);", script, re.MULTILINE)
    assert f"the search evaluates {pace} parameter sets per second" in lesson


def test_the_german_lesson_has_the_numbers_and_the_titles_of_the_english_one():
    def numbers(text: str) -> set[str]:
        return set(re.findall(r"[−+]?\d+(?:[.,]\d+)?", text.replace(",", ".")))

    english, german = (lesson_of(name).cards for name in ("lesson.md", "lesson_de.md"))
    texts = catalog("de")
    titles = {c.title for key in ("tonic_spiking", "tonic_bursting", "rebound_spike") for c in criteria_of(key)}
    for one, other in zip(english, german, strict=True):
        assert one.title.split()[0] == other.title.split()[0]
        assert numbers(text_of(other)) <= numbers(text_of(one)), other.title
        for title in titles:
            assert (title in text_of(one)) == (texts[title] in text_of(other)), (other.title, title)
    for label in ("Why? Open the phase plane", "Keep for comparison", "Equations", "Undo", "Your turn", "Lessons"):
        page = (DOCS / "lesson_de.md").read_text(encoding="utf-8")
        assert texts[label] in " ".join(page.split()), label


def test_there_is_no_fixed_point_at_the_published_current(lesson):
    assert "They do not meet, so there is no fixed point at this current" in lesson
    assert kinds("tonic_spiking", PRESETS["tonic_spiking"].parameters["amplitude"]) == []
    assert "only up to I = 4.8² ÷ 0.16 − 140 = 4" in lesson
    assert pytest.approx(4.0) == 4.8**2 / 0.16 - 140.0


def test_saddle_and_unstable_node_appear_while_it_fires_and_it_stops_where_the_focus_is_stable(lesson):
    assert "At 4.0 the nullclines touch, and two dots appear: a saddle and an unstable node" in lesson
    assert "Below 3.8 the second dot is filled: it is a stable focus" in lesson
    assert kinds("tonic_spiking", 4.05) == []
    assert kinds("tonic_spiking", 3.99) == ["unstable node", "saddle"]
    assert kinds("tonic_spiking", 3.81) == ["unstable focus", "saddle"]
    assert kinds("tonic_spiking", 3.79) == ["stable focus", "saddle"]
    verdict = judged("tonic_spiking", amplitude=np.array([4.2, 3.99, 3.81, 3.75]))
    intervals = [np.diff(times[times >= 0.0]) for times in verdict.traces["step"].spike_times]
    lasts = next(check.passed for check in verdict.criteria if check.title == "fires until the end")
    assert lasts[:3].all()
    assert not lasts[3]
    assert intervals[0].max() < intervals[1].max() < intervals[2].max()
    assert len(intervals[3]) <= 1  # a spike or two
    assert missed(verdict, 0) == []
    assert missed(verdict, 1) == missed(verdict, 2) == ["fires enough spikes"]


def test_the_resets_of_a_burst_land_inside_of_the_parabola(lesson):
    assert "For bursts, they land inside the parabola" in lesson
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


def test_when_inhibition_ends_the_point_lies_below_the_knee_and_the_more_so_the_stronger_it_was(lesson):
    assert "the point is below the minimum of the parabola" in lesson
    assert "*u* is below 140 − 5² ÷ 0.16 = −16.25" in lesson
    assert "A weaker pulse pulls *u* down less" in lesson
    verdict = judged("rebound_spike")
    model = {name: x for name, x in values("rebound_spike").items() if name in NEURON.parameters}
    width, amplitude = verdict.parameters["width"], verdict.parameters["amplitude"]
    after = []
    for strength in (amplitude, 12.0, 8.0):
        current = pw.Current([pw.pulse(0.0, width, -strength)], end=200.0, settle=1500.0)
        traces = pw.simulate(NEURON, current, model, dt=PRESETS["rebound_spike"].dt, record=("v", "u"))
        after.append(traces.states["u"][0][np.searchsorted(traces.t, width)])
    assert after[0] < after[1] < after[2]
    assert after[0] < 140.0 - 5.0**2 / (4.0 * 0.04) == pytest.approx(-16.25)
    assert "Only one tool is open at a time" in lesson


def test_a_mystery_begins_far_off_and_is_passed_on_as_python(lesson):
    assert "fewer than 40 points" in lesson
    [(model, pattern, seed)] = re.findall(r'pw\.Explorer\("(\w+)", "(\w+)", mystery=(\d+)\)', lesson)
    hidden = pw.teaching.mystery(model, pattern, int(seed))
    assert "hides two parameters" in lesson and len(hidden.free) == 2
    assert score(pw.judge(hidden.model, hidden.pattern, hidden.start, dt=hidden.dt, verify=False)) < 40
    explorer = pw.Explorer(model, pattern, mystery=int(seed))
    try:
        assert explorer.selection.pattern.key == "mystery"
        assert set(explorer.selection.varied) >= set(hidden.free)
        assert {n: explorer.selection.values[n] for n in hidden.free} == {n: hidden.start[n] for n in hidden.free}
    finally:
        explorer.close()


def test_in_class_1_the_rest_meets_the_saddle_and_in_class_2_it_is_unstable_before():
    text = {card.title: text_of(card) for card in lesson_of("lesson_long.md").cards}
    assert "I = (5 − b)² ÷ 0.16 − 140 = 13.14 they meet" in text["11:00 Two classes of excitability"]
    assert "At I = 0.37 there still is a fixed point, but it is an unstable focus" in text["16:00 Class 2"]
    one, two = {"a": 0.1, "b": 0.05}, {"a": 0.1, "b": 0.26}
    meeting = 4.95**2 / 0.16 - 140.0
    assert round(meeting, 2) == 13.14
    assert "at an amplitude of 13.6 (I = 13.1), the dot of class 1 is still filled" in text["16:00 Class 2"]
    holding = -0.5
    assert (13.6 + holding, 0.87 + holding) == pytest.approx((13.1, 0.37))
    for below in (1.0, 0.1, meeting - 13.1, 0.01):
        assert kinds("tonic_spiking", meeting - below, **one) in (["stable node", "saddle"], ["stable focus", "saddle"])
    assert kinds("tonic_spiking", meeting + 0.01, **one) == []
    assert kinds("tonic_spiking", 0.2, **two) == ["stable focus", "saddle"]
    assert kinds("tonic_spiking", 0.37, **two) == ["unstable focus", "saddle"]


def test_between_the_classes_a_neuron_is_of_neither():
    changed = {"a": 0.1, "c": -65.0, "d": 2.0, "amplitude": 40.0, "holding": -0.5, "mn": 5.0, "bias": 140.0}
    b = np.array([0.05, 0.06, 0.07, 0.08, 0.2, 0.22, 0.26])
    one = judged("class_1_excitable", **changed, b=b)
    two = judged("class_1_excitable", "class_2_excitable", **changed, b=b)
    assert one.accepted.tolist() == [True, True, True, False, False, False, False]
    assert two.accepted.tolist() == [False, False, False, False, False, True, True]
    robust = [pw.judge(NEURON, "class_1_excitable", {**changed, "sq": 0.04, "b": x}).status for x in (0.05, 0.07)]
    assert robust == ["replicated", "fragile"]


def test_the_map_of_c_and_d_has_mixed_mode_between_spikes_and_bursts_and_spikes_twice(lesson):
    shown = PRESETS["tonic_bursting"]
    own = {name: shown.parameters[name] for name in NEURON.parameters}
    keys = ["tonic_spiking", "tonic_bursting", "mixed_mode"]
    burst = {"tonic_bursting_amplitude": shown.parameters["amplitude"]}
    plane = pw.analysis.parameter_plane(NEURON, keys, "c", "d", own | burst, points=40, dt=shown.dt)
    spikes, bursts, mixed = plane.accepted
    assert not (spikes & bursts).any()
    assert "a wedge, because a larger jump of *u* needs a higher reset of *v*" in lesson
    first = np.array([plane.x[row].min() for row in bursts if row.any()])
    assert (np.diff(first[1:]) > -1.0).all() and first[-1] > first[1] + 10.0
    assert "It leaves the region near −55" in lesson
    row = int(np.argmin(np.abs(plane.y - 2.0)))
    assert plane.x[bursts[row]].min() == pytest.approx(-55.0, abs=2.5)
    assert "between them is **E**, mixed mode" in lesson
    assert "Along d = 5" in lesson
    row = int(np.argmin(np.abs(plane.y - 5.0)))
    assert plane.x[spikes[row]].max() < plane.x[mixed[row]].min()
    assert plane.x[mixed[row]].max() < plane.x[bursts[row]].min()
    assert "**A** has a second region, below d = 1.3" in lesson
    assert spikes[(plane.y > 0.4) & (plane.y < 1.35)].any(axis=1).all()
    assert "At c = −65, the pattern is shown at d = 6 and at d = 1, but not at d = 2 between them" in lesson
    at = judged("tonic_spiking", c=-65.0, d=np.array([6.0, 2.0, 1.0]))
    assert at.accepted.tolist() == [True, False, True]


def test_the_classes_of_adex_part_near_the_line_of_the_map(root, lesson):
    assert "the border is near the line a = C / tau_w" in lesson
    text = (root / "docs" / "lesson.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```python\n(.*?)^ *```$", text, re.M | re.S)
    [block] = [block for block in blocks if "parameter_plane" in block]
    made = {"pw": pw}
    exec("\n".join(line.strip() for line in block.splitlines()), made)
    plane = made["plane"]
    a, tau_w = np.meshgrid(plane.x, plane.y)
    product = a * tau_w / made["neuron"]["C"]
    one, two = plane.accepted
    assert one.any(axis=1).all() and two.any(axis=1).all() and not (one & two).any()
    assert np.mean(product[one] < 1.0) > 0.9 and np.mean(product[two] > 1.0) > 0.9


def test_with_one_variable_all_intervals_are_the_same(root):
    text = (root / "docs" / "lesson_long.md").read_text(encoding="utf-8")
    assert "29.7 ms here, and 5.3 ms with an amplitude of 100" in text
    lif = pw.models.get("lif")
    drawn = np.random.default_rng(3).uniform(size=(len(lif.parameters), 200))
    sets = {name: p.low + (p.high - p.low) * x for (name, p), x in zip(lif.parameters.items(), drawn, strict=True)}
    defaults = {name: np.full(2, p.default) for name, p in lif.parameters.items()}
    given = {name: np.r_[defaults[name], x] for name, x in sets.items()}
    given["amplitude"] = np.r_[20.0, 100.0, np.full(200, 60.0)]
    verdict = pw.judge(lif, "tonic_bursting", given, verify=False)
    assert not verdict.accepted.any()
    intervals = [np.diff(times[times > 0.0]) for times in verdict.traces["step"].spike_times]
    assert [found.mean() for found in intervals[:2]] == pytest.approx([29.7, 5.3])
    assert sum(len(found) > 5 for found in intervals) > 150
    # Up to the rounding of the potential, which may move a spike by a step.
    assert all(np.ptp(found) <= 1.001 * lif.dt for found in intervals if len(found))
