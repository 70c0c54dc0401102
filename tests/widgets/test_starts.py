"""Where one begins: show me, my turn, keep values; and what is said of published sets."""

import html
from dataclasses import replace

import pytest
from screen import Screen, named, until

import plausiwidgets as pw
from plausiwidgets.analysis.known import DEFAULTS_COMMAND, defaults_that_hold
from plausiwidgets.patterns import judge
from plausiwidgets.widgets import Selection
from plausiwidgets.widgets.session.selection import Origin
from plausiwidgets.widgets.session.session import Observer
from plausiwidgets.widgets.session.starts import known_sets, moved_further, my_turn


def judged(selection: Selection) -> pw.patterns.Verdict:
    return judge(selection.model, selection.pattern, selection.values, dt=selection.dt, verify=False)


def accepted(selection: Selection) -> bool:
    return judged(selection).accepted


@pytest.mark.parametrize("pattern", ["tonic_spiking", "tonic_bursting", "resonator", "bistability"])
@pytest.mark.parametrize("model", ["izhikevich", "adex", "hodgkin_huxley"])
def test_my_turn_is_never_solved_and_the_same_everywhere(model: str, pattern: str) -> None:
    neuron, firing = pw.models.get(model), pw.patterns.get(pattern)
    known = known_sets(neuron, firing)
    for seed in range(3):
        turn = my_turn(neuron, firing, known, seed)
        assert turn == my_turn(neuron, firing, known, seed)
        while accepted(turn):
            turn = moved_further(turn)
        if known:
            moved = [name for name in turn.values if turn.values[name] != known[0].values[name]]
            assert 1 <= len(moved) <= 3
            assert set(moved) <= set(turn.free)
            assert turn.dt == known[0].dt


def test_it_opens_with_a_published_neuron_and_practice_is_a_press_away() -> None:
    explorer = pw.Explorer()
    screen = Screen(explorer)
    assert explorer.wait(120)
    assert "✓ shows it" in screen.badge
    assert "Published" in screen.origin and "set 1 of" in screen.origin
    assert screen.button("Practise").button_style == "primary" and screen.button("Optimize").button_style == ""
    shown = []
    explorer.session.attach(Recorder(shown))
    screen.press("Practise")
    assert explorer.wait()
    assert "✗" in screen.badge and "▼" in screen.origin
    assert len({tuple(one.values.items()) for one in shown}) == 2, "what was tried before it was seen"
    for number in (1, 2, 1):
        screen.press("Show me")
        assert f"set {number} of 2" in screen.origin
    explorer.close()


class Recorder(Observer):
    """Keeps the selections that an explorer shows."""

    def __init__(self, shown: list[Selection]) -> None:
        self.shown = shown

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        self.shown.append(selection)


def test_a_turn_whose_neuron_runs_away_is_moved_further_and_one_by_hand_says_so(explorer, screen) -> None:
    neuron, firing = pw.models.get("izhikevich"), pw.patterns.get("inhibition_induced_bursting")
    known = known_sets(neuron, firing)
    lost = [turn for turn in (my_turn(neuron, firing, known, seed) for seed in range(40)) if judged(turn).diverged]
    assert lost, "a draw without a response is what this is about"
    explorer.selection = lost[0]
    assert explorer.wait(60)
    assert explorer.selection.origin.attempt > lost[0].origin.attempt
    assert not judged(explorer.selection).diverged and not accepted(explorer.selection)
    explorer.selection = replace(lost[0], origin=None)
    assert explorer.wait(60)
    assert "diverged" in screen.badge and "runs away" in named(explorer, "pw-yours").value


def test_a_turn_that_is_solved_already_is_moved_further_before_it_is_shown(explorer, screen) -> None:
    neuron, firing = explorer.selection.model, explorer.selection.pattern
    solved = known_sets(neuron, firing)[0]
    # A move so small that it stays solved: what is tried next is another.
    turn = replace(solved, origin=Origin("", solved=solved, seed=0, attempt=0))
    chips = []
    chip = named(explorer, "pw-yours")
    chip.observe(lambda change: chips.append(change["new"]), "value")
    explorer.selection = turn
    assert explorer.wait()
    assert not accepted(explorer.selection)
    assert explorer.selection.origin.solved is solved
    assert not any("✓" in value for value in chips)
    explorer.undo()
    assert explorer.selection == Selection.of("izhikevich", "tonic_spiking")


def test_a_pick_shows_the_pattern_and_keep_values_keeps_them(explorer, screen) -> None:
    screen.rows["a"].box.value = 0.03
    screen.dt.value = 0.1
    screen.menu("Pattern").value = "tonic_bursting"
    assert explorer.wait()
    published = known_sets(explorer.selection.model, explorer.selection.pattern)[0]
    assert explorer.selection == published
    assert "✓ shows it" in screen.badge
    explorer.undo()
    named(explorer, "pw-keep").value = True
    screen.menu("Pattern").value = "tonic_bursting"
    kept = explorer.selection
    assert (kept.values["a"], kept.dt) == (0.03, 0.1)
    named(explorer, "pw-keep").value = False
    screen.press("▸")
    assert explorer.selection.pattern.key == "phasic_bursting"
    screen.press("◂")
    assert explorer.selection == published


def test_show_me_goes_through_all_that_is_known(explorer, screen) -> None:
    explorer.selection = Selection.of("adex", "tonic_bursting")
    known = known_sets(explorer.selection.model, explorer.selection.pattern)
    assert len(known) > 1
    seen = []
    for _ in range(len(known) + 1):
        screen.press("Show me")
        seen.append(explorer.selection)
    assert seen[:-1] == known and seen[-1] == known[0]


def test_show_me_says_where_nothing_is_known_and_takes_what_a_search_found(explorer, screen) -> None:
    explorer.selection = Selection.of("lif", "tonic_bursting")
    screen.press("Show me")
    assert html.escape(pw.models.get("lif").cannot["tonic_bursting"]) in screen.message
    explorer.selection = Selection.of("lif_adapt", "tonic_bursting")
    before = explorer.selection
    screen.press("Show me")
    assert "No set" in screen.message and "Optimize" in screen.message
    assert explorer.selection == before
    own = pw.Pattern(
        key="one", title="One spike or more", look_for="Look for a spike.",
        free_values=[pw.FreeValue("amplitude", 2.0, 0.02, 20.0, scale="log", of="current")],
        sweeps=lambda s: {"step": pw.Sweep([pw.pulse(0.0, 200.0, s.amplitude)], end=300.0)},
        measure=lambda r, s: {"n": r["step"].count()},
        criteria=[pw.Criterion("n", "spikes", "Spikes in all.", low=1, kind="count")],
    )  # fmt: skip
    explorer.show("lif", own, {"amplitude": 0.5})
    explorer.optimize().result(120)
    until(lambda: explorer.results)
    explorer.wait()
    screen.press("Show me")
    assert explorer.wait()
    assert "Found by your search" in screen.origin
    assert dict(explorer.selection.values) == dict(explorer.results[-1].parameters)


def test_what_an_argument_rules_out_is_no_turn_and_says_why() -> None:
    lif, pattern = pw.models.get("lif"), pw.patterns.get("tonic_bursting")
    begin = my_turn(lif, pattern, (), 0)
    assert begin.origin is not None and begin.origin.solved is None
    assert begin.origin.text == f"No parameters can do it. {lif.cannot['tonic_bursting']}"
    adapting = my_turn(pw.models.get("lif_adapt"), pattern, (), 0)
    assert adapting.origin is not None and "perhaps you find one" in adapting.origin.text


def test_a_published_set_that_its_pattern_rejects_says_why(explorer, screen) -> None:
    screen.menu("Model").value = "adex"
    rejected = 0
    for preset in pw.models.get("adex").presets:
        screen.pick_preset(preset.title)
        assert explorer.wait(120)
        assert preset.title in screen.origin
        if preset.pattern is None:
            assert "not judged" in screen.badge and "none of the patterns" in screen.badge
            assert "✗" not in screen.criteria and "✗" not in screen.badge
            screen.rows["tau_w"].slider.value = 123
            assert explorer.wait()
            assert "not judged" not in screen.badge
        elif "✗" in screen.badge:
            rejected += 1
            assert "published for this pattern, missed here because" in screen.badge
            assert "must be" in screen.badge
    assert rejected


@pytest.mark.parametrize("model", ["izhikevich", "adex", "morris_lecar", "wilson", "hodgkin_huxley"])
def test_the_listed_defaults_are_those_that_hold(model: str) -> None:
    held = {pattern for pattern in pw.patterns.names() if judge(model, pattern).replicated}
    listed = {pattern for name, pattern in defaults_that_hold() if name == model}
    assert held == listed, f"make the list anew: {DEFAULTS_COMMAND}"


def test_the_defaults_come_before_what_a_search_found_and_after_what_is_published() -> None:
    axon, pattern = pw.models.get("hodgkin_huxley"), pw.patterns.get("accommodation")
    first, second = known_sets(axon, pattern)
    assert first.values == Selection.defaults(axon, pattern).values and "defaults" in first.origin.text
    assert "Found" in second.origin.text and "set 2 of 2" in second.origin.text
    simple = known_sets(pw.models.get("izhikevich"), pw.patterns.get("tonic_spiking"))
    assert ["Published" in one.origin.text for one in simple] == [True] + [False] * (len(simple) - 1)
