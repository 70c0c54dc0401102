"""Where one begins: a set that is known to show the pattern, or one to be tuned."""

import pytest

import plausiwidgets as pw
from plausiwidgets.analysis.known import defaults_that_hold, packaged_parameters
from plausiwidgets.patterns import judge
from plausiwidgets.widgets import Selection
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
        turn = my_turn(neuron, firing, seed=seed)
        assert turn == my_turn(neuron, firing, seed=seed)
        while accepted(turn):
            turn = moved_further(turn)
        if known:
            moved = [name for name in turn.values if turn.values[name] != known[0].values[name]]
            assert 1 <= len(moved) <= 3
            assert set(moved) <= set(turn.varied)
            assert turn.dt == known[0].dt


def test_a_turn_without_a_known_set_begins_at_the_defaults_with_what_is_locked() -> None:
    lif, pattern = pw.models.get("lif"), pw.patterns.get("tonic_bursting")
    begin = my_turn(lif, pattern, ["tau_mem"])
    assert begin.values == Selection.defaults(lif, pattern).values and begin.locked == ("tau_mem",)
    without = pw.patterns.stimulus("step")  # a current alone has no criteria
    assert my_turn(lif, without, ["tau_mem"]).locked == ("tau_mem",)


@pytest.mark.parametrize("model", ["izhikevich", "adex", "morris_lecar", "wilson", "hodgkin_huxley"])
def test_the_listed_defaults_are_those_that_hold(model: str) -> None:
    held = {pattern for pattern in pw.patterns.names() if judge(model, pattern).replicated}
    listed = {pattern for name, pattern in defaults_that_hold() if name == model}
    assert held == listed, "make the list anew: plausiwidgets.assessment.packaged.write_defaults"


def test_the_defaults_come_before_what_a_search_found_and_after_what_is_published() -> None:
    axon, pattern = pw.models.get("hodgkin_huxley"), pw.patterns.get("accommodation")
    first, second = known_sets(axon, pattern)
    assert first.values == Selection.defaults(axon, pattern).values
    assert second.values.items() >= packaged_parameters("hodgkin_huxley", "accommodation").items()
    simple = pw.models.get("izhikevich")
    [preset] = [one for one in simple.presets if one.pattern == "tonic_bursting"][:1]
    assert known_sets(simple, pw.patterns.get("tonic_bursting"))[0].values.items() >= preset.parameters.items()
