"""An exercise: what is locked is seen and not changed, by no button, and one leaves it with a sentence."""

import math
from collections.abc import Callable
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from screen import Screen

import plausiwidgets as pw
from plausiwidgets.patterns import judge
from plausiwidgets.widgets import Selection
from plausiwidgets.widgets.explorer.searches import Searches
from plausiwidgets.widgets.explorer.share import SharePanel
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.tools.plane import PlanePanel
from plausiwidgets.widgets.tools.stimulus import StimulusPanel
from tests.widgets.test_page import data_of

VALUES = {"a": 0.03, "b": 0.2, "c": -55.0, "d": 4.0}
LOCKED = ("c", "d")


@pytest.fixture
def explorer():
    opened = pw.Explorer("izhikevich", "tonic_bursting", VALUES, locked=LOCKED)
    yield opened
    opened.close()


@pytest.fixture
def screen(explorer: pw.Explorer) -> Screen:
    return Screen(explorer)


def locked_values(explorer: pw.Explorer) -> dict[str, float]:
    assert explorer.selection.locked == LOCKED
    return {name: explorer.selection.values[name] for name in LOCKED}


# -- the link --------------------------------------------------------------------------------------


def test_a_link_carries_what_is_locked() -> None:
    exercise = Selection.of("adex", "tonic_bursting", {"a": 3.0}).with_locked(["tau_w", "a"])
    assert exercise.to_query().endswith("lock=a,tau_w")
    again, notes = Selection.from_query(exercise.to_query())
    assert again == exercise and notes == ()
    assert not {"a", "tau_w"} & set(again.free)
    calls = []
    pw_ = type("pw", (), {"Explorer": staticmethod(lambda *a, **k: calls.append(k))})
    exec(exercise.to_python(), {"pw": pw_})
    assert calls == [{"locked": ["a", "tau_w"]}]


@pytest.mark.parametrize(
    ("field", "locked", "notes"),
    [
        ("lock=a,b", ("a", "b"), 0), ("lock=b,a,b", ("a", "b"), 0), ("lock=", (), 0), ("lock=nope", (), 1),
        ("lock=a,nope", ("a",), 1), ("lock=,", (), 1), ("lock=a;b", (), 1), ("lock=a&lock=b", ("a",), 1),
        ("lock=<script>", (), 1), ("lock=__class__,model", (), 1), ("lock=a%2Cb", ("a", "b"), 0),
    ],
)  # fmt: skip
def test_a_lock_of_nothing_that_there_is_gives_a_note(field: str, locked: tuple[str, ...], notes: int) -> None:
    selection, said = Selection.from_query(field)
    assert (selection.locked, len(said)) == (locked, notes)
    assert all(len(note) < 250 for note in said)


@given(st.text(max_size=200))
def test_any_text_of_a_lock_gives_a_selection(text: str) -> None:
    selection, notes = Selection.from_query(f"a=0.05&lock={quote(text)}")
    assert set(selection.locked) <= set(selection.values) and selection.values["a"] == 0.05
    assert not set(selection.locked) & set(selection.free)
    assert len(notes) <= 7
    assert Selection.from_query(selection.to_query()) == (selection, ())


def test_all_may_be_locked_and_only_what_there_is() -> None:
    every = Selection.defaults().with_locked(Selection.defaults().values)
    assert every.free == () and every.locked == tuple(every.values)
    assert every.with_locked(()) == Selection.defaults()
    with pytest.raises(ValueError, match="'aa'"):
        pw.Explorer(locked=["aa"])
    with pytest.raises(TypeError, match="locked"):
        pw.Explorer(locked="a")


def test_the_exercise_link_locks_what_is_not_ticked(explorer: pw.Explorer, screen: Screen) -> None:
    screen.rows["a"].tick.value = False
    assert explorer.wait()
    again, notes = Selection.from_query(screen.link.exercise)
    assert notes == () and again.values == explorer.selection.values
    assert set(again.locked) == set(again.values) - set(explorer.selection.free) >= {"a", "c", "d"}
    assert "lock=c,d" in screen.link.query  # what others open sees what one sees


# -- the sliders -----------------------------------------------------------------------------------


def test_a_locked_row_shows_its_value_and_cannot_be_changed(explorer: pw.Explorer, screen: Screen) -> None:
    screen.show_bounds()
    row, other = screen.rows["c"], screen.rows["a"]
    assert row.slider.disabled and row.box.disabled and row.tick.disabled and row.bounds[0].disabled
    assert row.box.value == -55.0 and not row.tick.value
    assert "<span>locked</span>" in row.label.value and "locked" not in other.label.value
    assert not (other.slider.disabled or other.box.disabled or other.tick.disabled)
    other.box.value = 0.05
    assert explorer.selection.values["a"] == 0.05
    before = explorer.selection  # a message that no page of ours sends
    for widget, value in ((row.slider, 7), (row.box, -40.0), (row.bounds[0], -50.0)):
        widget.value = value
        assert explorer.selection == before and row.box.value == -55.0
        assert "c is locked in this exercise" in screen.message
    row.tick.value = True
    assert "c" not in explorer.selection.free and not row.tick.value


def test_what_is_said_when_an_exercise_begins(screen: Screen) -> None:
    assert "An exercise: c, d are locked" in screen.message


def test_a_search_leaves_what_is_locked_alone(explorer: pw.Explorer) -> None:
    run = explorer.optimize(budget=200, seed=0)
    run.wait()
    best = run.snapshot().parameters
    assert {name: best[name] for name in LOCKED} == locked_values(explorer)
    explorer.use_best()
    assert locked_values(explorer) == {"c": -55.0, "d": 4.0}
    assert explorer.selection.values["a"] == best["a"]


# -- no way round ----------------------------------------------------------------------------------


def test_a_set_with_other_values_of_what_is_locked_is_refused(explorer: pw.Explorer, screen: Screen) -> None:
    before = explorer.selection
    screen.pick_preset("C tonic bursting")
    assert explorer.selection == before and "locked in this exercise" in screen.message
    assert screen.menu("Presets").value == -1
    for press in ("Show me", "Practise"):
        screen.press(press)
        assert explorer.selection == before and "No known set has the values" in screen.message
    with pytest.raises(ValueError, match="c, d are locked"):
        explorer.show("izhikevich", "tonic_bursting", {"c": -50.0, "d": 2.0})
    assert explorer.selection == before


def test_a_known_set_with_the_same_values_is_taken() -> None:
    known = {"a": 0.02, "b": 0.2, "c": -50.0, "d": 2.0}
    explorer = pw.Explorer("izhikevich", "tonic_bursting", {**known, "a": 0.09}, locked=LOCKED)
    screen = Screen(explorer)
    screen.press("Show me")
    assert explorer.wait()
    assert explorer.selection.values["a"] == 0.02 and locked_values(explorer) == {"c": -50.0, "d": 2.0}
    screen.press("Practise")
    assert explorer.wait()
    assert "Practise" in screen.origin and locked_values(explorer) == {"c": -50.0, "d": 2.0}
    explorer.close()


def test_reset_goes_back_to_where_the_exercise_began(explorer: pw.Explorer, screen: Screen) -> None:
    begun = explorer.selection
    screen.rows["a"].box.value = 0.09
    screen.rows["b"].slider.value = 33
    screen.press("Reset")
    assert explorer.selection == begun
    screen.rows["a"].box.value = 0.08
    screen.press("Undo")
    screen.press("Undo")
    assert explorer.selection.values["a"] == 0.09 and locked_values(explorer)
    screen.press("Reset")
    assert explorer.selection == begun


def test_the_best_of_a_search_before_the_exercise_is_refused(explorer: pw.Explorer, screen: Screen) -> None:
    explorer.selection = explorer.selection.with_locked(())
    explorer.optimize(budget=400, seed=0).wait()
    searches: Searches = explorer.panel(Searches)
    explorer.selection = Selection.of("izhikevich", "tonic_bursting", VALUES).with_locked(LOCKED)
    before = explorer.selection
    assert searches._shown is not None
    screen.press("Use best")
    assert explorer.selection == before and "are locked in this exercise" in screen.message


# -- the end ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("menu", ["Model", "Pattern"])
def test_another_model_or_pattern_leaves_it_with_a_sentence(explorer: pw.Explorer, screen: Screen, menu: str) -> None:
    exercise = explorer.selection
    screen.menu(menu).value = {"Model": "adex", "Pattern": "mixed_mode"}[menu]
    assert explorer.wait()
    assert explorer.selection.locked == () and "left the exercise" in screen.message and "Undo" in screen.message
    assert not any(row.slider.disabled or "locked" in row.label.value for row in screen.rows.values())
    screen.press("Undo")
    assert explorer.selection == exercise and screen.rows["c"].slider.disabled
    assert "An exercise" in screen.message


def test_the_exercise_goes_on_when_the_pattern_s_own_stimulus_is_back(explorer: pw.Explorer, screen: Screen) -> None:
    screen.rows["a"].box.value = 0.05
    exercise = explorer.selection
    explorer.open_tool(StimulusPanel)
    screen.press("Step")
    assert explorer.selection.locked == () and {"c", "d"} <= set(explorer.selection.free)
    screen.rows["c"].box.value = -60.0
    screen.rows["b"].box.value = 0.22
    screen.press("Pattern’s own")
    assert explorer.selection == exercise.with_value("b", 0.22) and "An exercise: c, d are locked" in screen.message
    screen.press("Reset")
    assert explorer.selection == exercise.begun_again()


def test_what_was_locked_is_searched_for_when_another_pattern_is_shown(explorer: pw.Explorer) -> None:
    explorer.show("izhikevich", "tonic_spiking")
    assert explorer.selection.free == Selection.defaults("izhikevich", "tonic_spiking").free


def test_what_is_found_in_an_exercise_is_locked_for_nobody_else(explorer: pw.Explorer, screen: Screen) -> None:
    explorer.selection = Selection.of("izhikevich", "tonic_spiking").with_locked(["c"])
    explorer.optimize(budget=4000, seed=0).wait()
    assert explorer.wait()
    (found,) = explorer.panel(Searches).found()
    assert found.locked == () and "c" in found.free


def test_undo_before_the_exercise_says_that_it_is_left(explorer: pw.Explorer, screen: Screen) -> None:
    plain = Selection.of("izhikevich", "tonic_bursting")
    explorer.selection = plain
    explorer.selection = plain.with_locked(["a"])
    screen.press("Undo")
    assert explorer.selection == plain and "Redo goes back to it" in screen.message


def test_an_exercise_that_is_to_be_tuned_locks_what_solves_it_and_begins_unsolved() -> None:
    explorer = pw.Explorer("izhikevich", "tonic_bursting", locked=["c", "d"])
    screen = Screen(explorer)
    assert explorer.wait(60)
    shown = explorer.selection
    solved = shown.origin.solved
    assert judge(solved.model, solved.pattern, solved.values, verify=False).accepted
    assert not judge(shown.model, shown.pattern, shown.values, dt=shown.dt, verify=False).accepted
    assert locked_values(explorer) == {name: solved.values[name] for name in LOCKED}
    screen.rows["a"].box.value = 0.077
    screen.press("Reset")
    assert explorer.selection == shown  # not what solves it
    assert all(math.isfinite(x) for x in shown.values.values())
    explorer.close()


def test_the_page_of_a_link_begins_with_the_exercise(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = Selection.of("lif", "tonic_spiking", {"tau_mem": 12.0}).with_locked(["tau_mem"])
    monkeypatch.setenv("QUERY_STRING", exercise.to_query())
    explorer = pw.Explorer()
    assert explorer.selection == exercise and Screen(explorer).rows["tau_mem"].box.disabled
    explorer.close()
    monkeypatch.delenv("QUERY_STRING")
    explorer = pw.Explorer()  # in JupyterLab the page tells it
    explorer.page.link = exercise.to_query()
    assert explorer.selection == exercise
    assert not explorer.session.can_undo, "undo would be a way out that nobody has asked for"
    explorer.close()


@pytest.mark.parametrize("query", ["language=de", "token=abc&reset"])
def test_what_a_server_or_a_language_adds_to_the_address_keeps_the_lock(monkeypatch, query: str) -> None:
    monkeypatch.setenv("QUERY_STRING", query)
    explorer = pw.Explorer("izhikevich", "tonic_bursting", locked=["a", "b"], language="en")
    assert explorer.selection.locked == ("a", "b")
    assert "some parameters were moved" in Screen(explorer).origin or explorer.selection.origin.solved is not None
    explorer.close()
    monkeypatch.delenv("QUERY_STRING")
    explorer = pw.Explorer("izhikevich", "tonic_bursting", locked=["a", "b"])  # in JupyterLab
    explorer.page.link = "mystery=zzz"
    assert explorer.selection.locked == ("a", "b") and "zzz" in Screen(explorer).message
    explorer.close()


# -- the file --------------------------------------------------------------------------------------


def saved(explorer: pw.Explorer, question: str) -> dict[str, str]:
    """Press "Save" beside the question, and return what the page is sent."""
    panel = explorer.panel(SharePanel)
    sent: list[dict[str, str]] = []
    panel.view.send = sent.append
    panel._on_message(panel.view, {"question": question}, [])
    assert explorer.worker.join(60, Priority.TOOL)
    [message] = sent
    return message


def test_share_saves_an_exercise_that_begins_at_what_is_selected(tmp_path) -> None:
    explorer = pw.Explorer("izhikevich", "tonic_bursting", {"c": -65.0, "d": 6.0}, locked=["a", "b"])
    try:
        message = saved(explorer, " Make it burst. ")
        default = saved(explorer, "")
        free, values = explorer.selection.free, dict(explorer.selection.values)
        explorer.show("izhikevich", "tonic_bursting", {"c": -50.0, "d": 2.0})
        assert "already shows “Tonic bursting”" in saved(explorer, "Make it burst.")["refused"]
    finally:
        explorer.close()
    assert message["name"] == "exercise_izhikevich_tonic_bursting.html"
    path = tmp_path / message["name"]
    path.write_text(message["text"], encoding="utf-8")
    data = data_of(path)
    assert data["exercise"]["question"] == "Make it burst."
    assert data["exercise"]["free"] == list(free)
    assert not {"a", "b"} & set(free)
    assert dict(data["patterns"][0]["sets"][0]["values"]) == values
    assert "Move the sliders until the neuron shows" in default["text"]


def test_while_a_mystery_is_shown_the_file_is_that_mystery(tmp_path) -> None:
    explorer = pw.Explorer("izhikevich", "rebound_spike", mystery=7)
    try:
        message = saved(explorer, "")
    finally:
        explorer.close()
    hidden = pw.teaching.mystery("izhikevich", "rebound_spike", 7)
    path = tmp_path / "mystery.html"
    path.write_text(message["text"], encoding="utf-8")
    data = data_of(path)
    assert data["exercise"]["about"] == {".model": "izhikevich", ".mystery": hidden.link.partition("=")[2]}
    assert data["exercise"]["free"] == list(hidden.moved)


def test_an_exercise_can_have_one_slider_and_the_plane_moves_that_alone() -> None:
    selection = Selection.of("izhikevich", "tonic_bursting", VALUES)
    explorer = pw.Explorer("izhikevich", "tonic_bursting", VALUES, locked=[n for n in selection.values if n != "c"])
    try:
        plane = explorer.panel(PlanePanel)
        assert plane.view.pair[0] == "c"
        plane._on_message(None, {"go": [0.9, 0.9]}, [])
        changed = {name for name, value in explorer.selection.values.items() if value != selection.values[name]}
        assert changed == {"c"}
    finally:
        explorer.close()


SPIKES = pw.from_recording((0.0, 100.0), spikes=[20.0, 60.0], key="recording_cell", title="Cell")
NOISE = np.random.default_rng(0).normal(100.0, 50.0, 900)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (lambda: pw.Current.values(np.arange(900.0), NOISE), "The current is too long"),
        (lambda: pw.patterns.all_of("tonic_spiking", SPIKES), "The recording is not in the link"),
        (
            lambda: pw.patterns.all_of("tonic_spiking", pw.teaching.mystery("adex", "tonic_spiking", 1).pattern),
            "This mystery is not in the link",
        ),
        (lambda: pw.patterns.all_of("tonic_spiking", "integrator"), ""),
        (lambda: pw.Current.values([0.0, 100.0], [300.0, 0.0]), ""),
    ],
    ids=["current", "recording", "mystery", "patterns", "short"],
)
def test_of_a_link_that_cannot_be_opened_the_button_says_so(shown: Callable[[], object], said: str) -> None:
    explorer = pw.Explorer("adex", shown(), {})
    explorer.selection = explorer.selection.with_free(["a"])
    button = explorer.panel(SharePanel).view
    assert button.missing.startswith(said) and bool(button.missing) == bool(said)
    assert bool(button.exercise) == (not said)
    explorer.close()
