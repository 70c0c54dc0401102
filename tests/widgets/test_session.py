"""The session: who is told of what, and what it goes back to."""

import time

import ipywidgets
import numpy as np
import pytest
from screen import Screen, find, named, widgets

import plausiwidgets as pw
from plausiwidgets.widgets import Panel, Response, Selection, Session
from plausiwidgets.widgets.session.session import Observer
from plausiwidgets.widgets.session.worker import Priority


class Witness(Observer):
    """Remembers what it is told; refuses a model by its name."""

    def __init__(self, refuses: str = "") -> None:
        self.selections: list[tuple[Selection, bool]] = []
        self.responses: list[Response] = []
        self.refuses = refuses

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        if selection.model.key == self.refuses:
            raise RuntimeError("not that one")
        self.selections.append((selection, jumped))

    def on_response(self, response: Response) -> None:
        self.responses.append(response)


@pytest.fixture
def errors() -> list[Exception]:
    return []


@pytest.fixture
def session(errors: list[Exception]) -> Session:
    return Session(Selection.of("lif"), errors.append)


def test_an_observer_is_told_of_what_there_is_and_of_what_comes(session: Session) -> None:
    first = session.selection
    response = Response("yours", first, None)
    session.publish(response)
    witness = Witness()
    session.attach(witness)
    dragged = first.with_value("tau_mem", 30.0)
    session.change(dragged)
    session.show(first)
    assert witness.selections == [(first, True), (dragged, False), (first, True)]
    assert witness.responses == [response]


def test_a_response_of_another_pattern_is_left_out_however_late_it_comes(session: Session) -> None:
    witness = Witness()
    session.attach(witness)
    late = Response("yours", session.selection, None)
    assert session.publish(late)
    session.show(Selection.of("lif", "tonic_bursting"))
    assert session.response("yours") is None
    assert not session.publish(late)
    assert witness.responses == [late]


def test_a_refused_selection_leaves_everyone_with_the_one_before(session: Session) -> None:
    first, before, after = session.selection, Witness(), Witness()
    for observer in (before, Witness(refuses="adex"), after):
        session.attach(observer)
    with pytest.raises(RuntimeError, match="not that one"):
        session.show(Selection.of("adex"))
    assert session.selection == before.selections[-1][0] == after.selections[-1][0] == first
    assert not session.can_undo


def test_a_refused_change_leaves_everyone_with_the_one_before_and_undo_reaches_what_was_before_it(session) -> None:
    class Strict(Observer):
        def on_selection(self, selection: Selection, jumped: bool) -> None:
            if selection.values["tau_mem"] > 50.0:
                raise ValueError("that is too slow")

    first, before, after = session.selection, Witness(), Witness()
    for observer in (before, Strict(), after):
        session.attach(observer)
    dragged = first.with_value("tau_mem", 30.0)
    session.change(dragged, "tau_mem")
    with pytest.raises(ValueError, match="too slow"):
        session.change(first.with_value("tau_mem", 60.0), "tau_mem")
    assert session.selection == before.selections[-1][0] == after.selections[-1][0] == dragged
    session.undo()
    assert session.selection == first and not session.can_undo


def test_an_observer_that_fails_at_a_response_takes_nothing_from_the_others(session, errors) -> None:
    class Failing(Observer):
        def on_response(self, response: Response) -> None:
            raise RuntimeError("I cannot draw it")

        def on_rest(self, selection: Selection) -> None:
            raise RuntimeError("I cannot rest")

    witness = Witness()
    session.attach(Failing())
    session.attach(witness)
    session.publish(Response("yours", session.selection, None))
    session.rest(session.selection)
    assert len(witness.responses) == 1
    assert [str(error) for error in errors] == ["I cannot draw it", "I cannot rest"]


def test_undo_goes_back_step_by_step_and_redo_forward_again(session: Session) -> None:
    first = session.selection
    typed = first.with_value("tau_mem", 30.0)
    session.change(typed)
    session.show(Selection.of("adex"))
    session.show(Selection.of("lif", "tonic_bursting"))
    steps = [session.selection, Selection.of("adex"), typed, first]
    for before in steps[1:]:
        session.undo()
        assert session.selection == before
    assert not session.can_undo
    for after in reversed(steps[:-1]):
        session.redo()
        assert session.selection == after
    assert not session.can_redo
    session.undo()
    session.change(session.selection.with_value("tau_w", 99.0))
    assert not session.can_redo


def drag(session: Session, values: list[float], control: str = "tau_mem") -> None:
    for value in values:
        session.change(session.selection.with_value(control, value), control)


def test_a_drag_is_one_step_back(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    first = session.selection
    session.hold(True)
    drag(session, [21.0, 22.0])
    now[0] += 60.0  # the hand rests, and does not let go
    drag(session, [23.0])
    session.hold(False)
    session.hold(True)
    drag(session, [24.0, 25.0])
    session.hold(False)
    drag(session, [26.0, 27.0])  # keys
    now[0] += 2.0
    drag(session, [28.0])
    drag(session, [-70.0], "v_rest")
    seen = []
    while session.can_undo:
        session.undo()
        seen.append(session.selection.values["tau_mem"])
    assert seen == [28.0, 27.0, 25.0, 23.0, 20.0]
    assert session.selection == first


def test_a_model_keeps_its_values_for_all_patterns_and_a_stimulus_for_its_own(session: Session) -> None:
    model = pw.models.get("lif")
    tonic, resonator = pw.patterns.get("tonic_spiking"), pw.patterns.get("resonator")
    session.change(session.selection.with_value("tau_mem", 30.0).with_value("amplitude", 40.0).with_dt(0.2))
    other = session.recalled(model, resonator)
    assert other.values["tau_mem"] == 30.0 and other.dt == 0.2
    assert other.values["amplitude"] == Selection.defaults(model, resonator).values["amplitude"]
    session.show(other)
    session.show(Selection.of("adex"))
    assert session.selection.dt == pw.models.get("adex").dt
    again = session.recalled(model, tonic)
    assert (again.values["tau_mem"], again.values["amplitude"], again.dt) == (30.0, 40.0, 0.2)


class SecondState(Panel):
    """The second state variable of the sliders' neuron over time, as a small SVG."""

    needs_states = True

    def __init__(self, explorer) -> None:
        super().__init__(explorer)
        self.view = ipywidgets.HTML()

    def on_response(self, response: Response) -> None:
        if response.role != "yours" or response.verdict is None:
            return
        (_, state, *_), traces = response.selection.model.states, next(iter(response.verdict.traces.values()))
        if state.key not in traces.states:  # judged before this panel was there
            return
        t, w = traces.t[::20], traces.states[state.key][0][::20]
        x, y = 600 * (t - t[0]) / np.ptp(t), 100 - 90 * (w - w.min()) / (np.ptp(w) or 1.0)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        self.view.value = (
            f'<b>{state.label}</b><svg viewBox="0 0 600 110" width="100%">'
            f'<polyline points="{points}" fill="none" stroke="#0072b2"/></svg>'
        )


def test_a_panel_that_shows_the_second_state_is_a_class_and_a_line(explorer: pw.Explorer) -> None:
    panel = explorer.add(SecondState)
    assert explorer.wait()
    first = panel.view.value
    assert "polyline" in first and "<b>u" in first
    explorer.selection = Selection.of("adex", "tonic_bursting")
    assert explorer.wait(120)
    assert "<b>w" in panel.view.value
    traces = explorer.session.response("yours").verdict.traces["step"]
    assert set(traces.states) == {state.key for state in explorer.selection.model.states}


def test_what_is_no_panel_is_refused_before_it_is_told_of_anything(explorer: pw.Explorer) -> None:
    class OnlyWatches(Observer):
        def on_selection(self, selection, jumped):
            raise AssertionError("told")

    class WithoutView(Panel):
        def on_selection(self, selection, jumped):
            raise AssertionError("told")

    for thing in (None, "panel", ipywidgets.HTML, OnlyWatches, WithoutView, SecondState(explorer)):
        with pytest.raises(TypeError, match=r"add: panel is .*, valid is a class derived from .*Panel"):
            explorer.add(thing)

    class Elsewhere(SecondState):
        place = "elsewhere"

    with pytest.raises(ValueError, match=r"the place of Elsewhere is 'elsewhere', valid: .*below"):
        explorer.add(Elsewhere)


def test_panels_of_a_place_stand_in_their_order_and_a_panel_is_made_once(explorer: pw.Explorer) -> None:
    class Low(SecondState):
        order = 5

    class High(SecondState):
        order = -5

    low, high = explorer.add(Low), explorer.add(High)
    assert named(explorer, "pw-below").children == (high.view, low.view)
    assert explorer.add(Low) is low and len(named(explorer, "pw-below").children) == 2


def test_a_panel_may_need_another_one_which_is_told_first(explorer: pw.Explorer) -> None:
    told = []

    class Needed(SecondState):
        def on_selection(self, selection, jumped):
            told.append("needed")

    class Needing(SecondState):
        def __init__(self, explorer) -> None:
            super().__init__(explorer)
            self.needed = explorer.panel(Needed)

        def on_selection(self, selection, jumped):
            told.append("needing")

    assert explorer.add(Needing).needed is explorer.panel(Needed)
    told.clear()
    explorer.selection = Selection.of("lif", "tonic_spiking")
    assert told == ["needed", "needing"]


def test_a_tool_of_ones_own_is_opened_and_closed_by_a_button(explorer: pw.Explorer) -> None:
    seen = []

    class Tool(SecondState):
        title, tip, place = "Second", "The second state variable", "tools"

        def on_shown(self, shown):
            seen.append(shown)

    view = explorer.add(Tool).view
    button = find(explorer, ipywidgets.ToggleButton, description="Second")
    assert view not in widgets(explorer) and seen == []
    button.value = True
    assert view in widgets(explorer)
    find(explorer, ipywidgets.ToggleButton, description="Equations").value = True
    assert view not in widgets(explorer) and not button.value and seen == [True, False]


def test_the_worker_does_what_takes_long_and_its_errors_are_said(explorer: pw.Explorer, screen: Screen) -> None:
    explorer.worker.ask("mine", Priority.TOOL, lambda checkpoint: 1 / 0)
    assert explorer.worker.join(30, Priority.TOOL)
    assert "division by zero" in screen.message


def test_nothing_is_recorded_that_no_panel_needs(explorer: pw.Explorer) -> None:
    for traces in explorer.session.response("yours").verdict.traces.values():
        assert set(traces.states) == {"v"}
