"""An exercise: what is locked is carried by its link, and neither a search nor another set changes it."""

from types import SimpleNamespace

import pytest

import plausiwidgets as pw
from plausiwidgets.patterns import judge
from plausiwidgets.widgets.handlers.selection import Selection

VALUES = {"a": 0.03, "b": 0.2, "c": -55.0, "d": 4.0}
LOCKED = ("c", "d")


@pytest.fixture
def explorer():
    return pw.Explorer("izhikevich", "tonic_bursting", VALUES, locked=LOCKED)


def test_a_link_contains_the_locked_parameters() -> None:
    exercise = Selection.of("adex", "tonic_bursting", {"a": 3.0}, dt=0.05).with_locked(["tau_w", "a"])
    assert exercise.to_query().endswith("lock=a,tau_w")
    again, notes = Selection.from_query(exercise.to_query())
    assert again == exercise and notes == ()
    assert not {"a", "tau_w"} & set(again.varied)
    calls = []
    exec(exercise.to_python(), {"pw": SimpleNamespace(Explorer=lambda *given, **more: calls.append((*given, more)))})
    assert calls == [("adex", "tonic_bursting", dict(exercise.values), {"dt": 0.05, "locked": ["a", "tau_w"]})]


@pytest.mark.parametrize(
    ("field", "locked", "notes"),
    [
        ("lock=a,b", ("a", "b"), 0),
        ("lock=b,a,b", ("a", "b"), 0),
        ("lock=", (), 0),
        ("lock=nope", (), 1),
        ("lock=a,nope", ("a",), 1),
        ("lock=,", (), 1),
        ("lock=a;b", (), 1),
        ("lock=a&lock=b", ("a",), 1),
        ("lock=<script>", (), 1),
        ("lock=__class__,model", (), 1),
        ("lock=a%2Cb", ("a", "b"), 0),
    ],
)
def test_an_unknown_lock_gives_a_note(field: str, locked: tuple[str, ...], notes: int) -> None:
    selection, said = Selection.from_query(field)
    assert (selection.locked, len(said)) == (locked, notes)
    assert all(len(note) < 250 for note in said)


def test_all_parameters_can_be_locked_and_unknown_names_are_rejected() -> None:
    every = Selection.defaults().with_locked(Selection.defaults().values)
    assert every.varied == () and every.locked == tuple(every.values)
    assert every.with_locked(()) == Selection.defaults()
    with pytest.raises(TypeError, match="locked"):
        pw.Explorer(locked="a")


def test_a_search_does_not_change_locked_parameters(explorer) -> None:
    result = explorer.optimize(budget=100, seed=0).result(60)
    assert not set(LOCKED) & set(result.bounds)
    assert {name: result.parameters[name] for name in LOCKED} == {"c": -55.0, "d": 4.0}
    explorer.use_best()
    assert explorer.selection.locked == LOCKED
    before = explorer.selection
    with pytest.raises(ValueError, match="c, d are locked"):
        explorer.show("izhikevich", "tonic_bursting", {"c": -50.0, "d": 2.0})
    assert explorer.selection is before


def test_the_best_of_a_search_before_the_exercise_is_refused(explorer) -> None:
    explorer.selection = Selection.of("izhikevich", "tonic_bursting", VALUES)
    explorer.optimize(budget=400, seed=0).result(60)
    exercise = explorer.selection.with_locked(LOCKED)
    explorer.selection = exercise
    with pytest.raises(ValueError, match="locked in this exercise"):
        explorer.use_best()
    assert explorer.selection == exercise


def test_another_pattern_leaves_the_exercise(explorer) -> None:
    explorer.pattern = "tonic_spiking"
    assert explorer.selection.locked == ()
    assert set(LOCKED) <= set(explorer.selection.varied)
    explorer.undo()
    assert explorer.selection.locked == LOCKED


def test_an_exercise_locks_parameters_and_starts_unsolved() -> None:
    explorer = pw.Explorer("izhikevich", "tonic_bursting", locked=["c", "d"])
    assert explorer.wait(60)
    shown = explorer.selection
    solved = shown.turn.solved
    assert judge(solved.model, solved.pattern, solved.values, verify=False).accepted
    assert not judge(shown.model, shown.pattern, shown.values, dt=shown.dt, verify=False).accepted
    assert shown.locked == LOCKED
    assert {name: shown.values[name] for name in LOCKED} == {name: solved.values[name] for name in LOCKED}


def test_the_page_of_a_link_begins_with_the_exercise(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = Selection.of("lif", "tonic_spiking", {"tau_mem": 12.0}).with_locked(["tau_mem"])
    monkeypatch.setenv("QUERY_STRING", exercise.to_query())
    explorer = pw.Explorer()
    assert explorer.selection == exercise
    explorer.undo()
    assert explorer.selection == exercise, "undo would be a way out"


@pytest.mark.parametrize("query", ["language=de", "token=abc&reset"])
def test_fields_of_servers_and_languages_keep_the_lock(monkeypatch, query: str) -> None:
    monkeypatch.setenv("QUERY_STRING", query)
    explorer = pw.Explorer("izhikevich", "tonic_bursting", locked=["a", "b"], language="en")
    assert explorer.selection.locked == ("a", "b")
    assert explorer.selection.turn is not None
