"""Where one begins: a set that is known to show the pattern, or one to be tuned."""

import pytest

import plausiwidgets as pw
from plausiwidgets.patterns import judge
from plausiwidgets.patterns.packaged import packaged_set
from plausiwidgets.widgets.handlers.initial_selection import first_set, moved_further, my_turn
from plausiwidgets.widgets.handlers.selection import Selection


def judged(selection: Selection) -> pw.patterns.Verdict:
    return judge(selection.model, selection.pattern, selection.values, dt=selection.dt, verify=False)


def accepted(selection: Selection) -> bool:
    return judged(selection).accepted


@pytest.mark.parametrize("pattern", ["tonic_spiking", "tonic_bursting", "resonator", "bistability"])
@pytest.mark.parametrize("model", ["izhikevich", "adex", "hodgkin_huxley"])
def test_practice_is_never_solved_at_its_start_and_equal_everywhere(model: str, pattern: str) -> None:
    neuron, firing = pw.models.get(model), pw.patterns.get(pattern)
    known = first_set(neuron, firing) if packaged_set(neuron, firing) else None
    for seed in range(3):
        turn = my_turn(neuron, firing, seed=seed)
        assert turn == my_turn(neuron, firing, seed=seed)
        while accepted(turn):
            turn = moved_further(turn)
        if known:
            moved = [name for name in turn.values if turn.values[name] != known.values[name]]
            assert 1 <= len(moved) <= 3
            assert set(moved) <= set(turn.varied)
            assert turn.dt == known.dt


def test_a_turn_without_a_known_set_begins_at_the_defaults_with_what_is_locked() -> None:
    lif, pattern = pw.models.get("lif"), pw.patterns.get("tonic_bursting")
    begin = my_turn(lif, pattern, ["tau_mem"])
    assert begin.values == Selection.defaults(lif, pattern).values and begin.locked == ("tau_mem",)
    without = pw.patterns.stimulus("step")  # a current alone has no criteria
    assert my_turn(lif, without, ["tau_mem"]).locked == ("tau_mem",)
