"""Panels that explain, without a page: equations, marks on the sliders, profiles."""

import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from ipywidgets import ToggleButton
from screen import Alone, Screen, find, until

import plausiwidgets as pw
from plausiwidgets.widgets.answers import search as races
from plausiwidgets.widgets.explorer.presentation import PresentationPanel
from plausiwidgets.widgets.explorer.searches import Searches
from plausiwidgets.widgets.session.selection import Origin, Selection
from plausiwidgets.widgets.session.slider import STEPS, position
from plausiwidgets.widgets.session.starts import my_turn
from plausiwidgets.widgets.tools.equations import EquationsPanel, maths, meanings
from plausiwidgets.widgets.tools.mystery import MysteryPanel
from plausiwidgets.widgets.tools.profiles import ProfilesPanel


class Reader(HTMLParser):
    """The text of some HTML, and its symbols; tags that do not close raise."""

    def __init__(self, source):
        super().__init__()
        self.text, self.symbols, self.open = "", set(), []
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "var":
            self.symbols.add(dict(attributes)["data-symbol"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


# -- equations -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pw.models.names())
def test_every_letter_of_the_equations_is_shown_and_every_parameter_can_be_marked(name):
    model = pw.models.get(name)
    read = Reader(maths(model))
    plain = re.sub(r"d(\w+)/dt", r"d \1 dt", model.equations)
    for word, letter in (("tau", "τ"), ("delta", "Δ"), ("theta", "θ"), ("beta", "β"), ("epsilon", "ε"), ("phi", "φ")):
        plain = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", letter, plain)
    assert re.sub(r"[\s_^]", "", read.text) == re.sub(r"[\s_^]", "", plain)
    assert read.symbols <= set(meanings(model))
    named = {p for p in model.parameters if re.search(rf"(?<![\w]){p}(?![\w²³⁴])", model.equations)}
    assert named - read.symbols == set()


def test_the_equations_of_a_neuron_of_ones_own_are_escaped():
    neuron = pw.NeuronModel(
        "mine", lambda i, s, p, dt: ((s[0] > 0).to(s[0].dtype), (s[0] + dt * (i - s[0]),)), [],
        lambda p, holding: (0.0,), pw.Parameter("current", 1.0, 0.0, 9.0), rest=-10.0, threshold=0.0,
        equations="dv/dt = <b>I</b> − v\n<script>alert(1)</script>", validate=False,
    )  # fmt: skip
    assert "<script" not in maths(neuron)
    assert "<b>" not in maths(neuron)
    bare = pw.NeuronModel(
        "bare", neuron.step, [], neuron.initial_state, neuron.current, rest=-10.0, threshold=0.0, validate=False
    )
    assert "without equations" in maths(bare)


def test_the_panel_follows_the_model_and_not_its_values():
    selection = Selection.of("izhikevich", "tonic_spiking")
    panel = EquationsPanel(Alone(selection))
    panel.on_selection(selection, True)
    shown = panel.view.maths
    panel.on_selection(selection.with_value("a", 0.1), False)
    assert panel.view.maths is shown
    assert "Recovery variable" in panel.view.meanings["u"]
    panel.on_selection(Selection.of("adex", "tonic_spiking"), True)
    assert "<sub>T</sub>" in panel.view.maths


# -- marks and profiles ----------------------------------------------------------------------------


def profiled(selection):
    panel = ProfilesPanel(Alone(selection))
    panel.on_selection(selection, True)
    panel.on_rest(selection)
    assert panel.explorer.worker.join()
    return panel


def test_marks_stand_where_the_slider_would():
    preset = next(p for p in pw.models.get("izhikevich").presets if p.pattern == "tonic_bursting")
    selection = Selection.of("izhikevich", "tonic_bursting").with_preset(preset)
    marks = profiled(selection).marks.marks
    for name, parameter in selection.parameters.items():
        bounds = selection.bounds[name]
        assert round(marks[name]["default"] * STEPS) == position(parameter, parameter.default, *bounds)
        if name in preset.parameters:
            value = preset.parameters[name]
            assert round(marks[name]["goal"] * STEPS) == position(parameter, value, *bounds)


def test_the_goal_of_a_turn_is_what_it_was_moved_from_until_another_pattern_is_shown():
    own = replace(pw.patterns.get("tonic_spiking"), key="own_turn")
    plain = Selection.of("izhikevich", own)
    panel = profiled(plain)
    assert all(mark["goal"] is None for mark in panel.marks.marks.values())
    solved = replace(plain.with_value("a", 0.05), origin=Origin("Found by your search."))
    turn = my_turn(plain.model, own, [solved], 1)
    panel.on_selection(turn, True)
    for selection in (turn, turn.with_value("a", 0.03)):
        panel.on_selection(selection, False)
        panel.on_rest(selection)
        assert panel.explorer.worker.join()
        marks = panel.marks.marks
        for name in turn.values:
            assert round(marks[name]["goal"] * STEPS) == position(
                turn.parameters[name], solved.values[name], *turn.bounds[name]
            )
    first = my_turn(plain.model, own, [], 1)
    assert first.values == plain.values  # what nobody has solved has no goal
    assert all(mark["goal"] is None for mark in profiled(first).marks.marks.values())
    panel.on_selection(Selection.of("lif", own), True)
    assert all(mark["goal"] is None for mark in panel.marks.marks.values())


def test_the_marked_interval_is_where_the_judge_accepts():
    selection = Selection.of("izhikevich", "tonic_spiking")
    panel = profiled(selection)
    for name in ("d", "amplitude", "b"):
        parameter, holds = selection.parameters[name], panel.marks.marks[name]["holds"]
        share = np.linspace(0.0, 1.0, 41)
        inside = np.any([(low <= share) & (share <= high) for low, high in holds], axis=0)
        values = parameter.from_unit(share)
        accepted = pw.judge("izhikevich", "tonic_spiking", {name: values}, verify=False).accepted
        near = np.any([np.abs(share - edge) < 0.02 for pair in holds for edge in pair], axis=0)
        assert (inside == accepted)[~near].all()
        assert inside.any()


def test_a_change_takes_the_interval_away_until_it_is_known_again():
    selection = Selection.of("izhikevich", "tonic_spiking")
    panel = profiled(selection)
    assert panel.marks.marks["a"]["holds"]
    assert [curve["name"] for curve in panel.view.curves][:4] == ["a", "b", "c", "d"]
    other = selection.with_value("a", 0.1)
    panel.on_selection(other, False)
    assert panel.marks.marks["a"]["holds"] is None
    assert panel.marks.marks["a"]["default"] is not None
    panel.on_rest(other)
    assert panel.explorer.worker.join()
    assert panel.marks.marks["b"]["holds"] is not None


def test_what_was_computed_for_another_selection_is_not_shown():
    selection = Selection.of("izhikevich", "bistability")
    panel = ProfilesPanel(Alone(selection))
    panel.on_selection(selection, True)
    panel.on_rest(selection)
    panel.on_selection(Selection.of("lif", "tonic_spiking"), True)
    assert panel.explorer.worker.join()
    assert set(panel.marks.marks) == set(Selection.of("lif", "tonic_spiking").values)
    assert all(mark["holds"] is None for mark in panel.marks.marks.values())


def test_curves_and_rate_of_another_pattern_are_not_shown_with_a_mystery():
    selection = Selection.of("lif", "tonic_spiking")
    panel = profiled(selection)
    panel.on_shown(True)
    assert panel.explorer.worker.join()
    assert panel.view.curves and panel.view.rate
    hidden = pw.teaching.mystery("lif", "tonic_spiking", 1)
    riddle = Selection.of("lif", hidden.pattern, hidden.start, hidden.dt)
    panel.on_selection(riddle, True)
    panel.on_rest(riddle)
    assert panel.explorer.worker.join()
    assert panel.view.curves == [] and panel.view.rate == {}


def test_the_rate_over_the_current_is_computed_while_the_panel_is_open():
    selection = Selection.of("lif", "tonic_spiking")
    panel = profiled(selection)
    assert panel.view.rate == {}
    panel.on_shown(True)
    assert panel.explorer.worker.join()
    current, rate = (np.frombuffer(panel.view.rate[name], np.float32) for name in ("current", "rate"))
    assert current[0] == 0.0
    assert current[-1] == pytest.approx(selection.bounds["amplitude"][1])
    assert rate[0] == 0.0
    assert (np.diff(rate[rate > 0]) >= -0.5).all()


def test_presentation_is_a_class_of_the_explorer_and_goes_again():
    explorer = pw.Explorer("lif", "tonic_spiking", {})
    button = explorer.panel(PresentationPanel).view
    button.value = True
    assert "pw-present" in explorer._dom_classes
    button.value = False
    assert "pw-present" not in explorer._dom_classes
    explorer.close()


# -- mystery ---------------------------------------------------------------------------------------


@pytest.fixture
def riddle():
    explorer = pw.Explorer("izhikevich", "rebound_spike", mystery=7)
    assert explorer.wait(60)
    yield explorer
    explorer.close()


def raced(explorer):
    """Begin a race, and return its search."""
    panel = explorer.panel(MysteryPanel)
    panel._on_race()
    return panel, explorer.panel(Searches)._newest.run


def test_a_shared_mystery_opens_the_same_mystery(riddle):
    link, hidden = Screen(riddle).link, riddle.panel(MysteryPanel).shown
    assert (link.query, link.exercise) == (hidden.link, "")
    assert "begins this mystery anew" in link.missing
    again = eval(link.python)
    assert again.panel(MysteryPanel).shown.reveal() == hidden.reveal()
    again.close()
    riddle.show("izhikevich", "tonic_spiking")
    assert "pattern=tonic_spiking" in link.query and link.missing == ""


def test_a_race_goes_at_the_pace_of_a_hand(riddle, monkeypatch):
    monkeypatch.setattr(races, "TRIES", 40)
    began = time.monotonic()
    panel, run = raced(riddle)
    assert "The search tries 40 neurons a second" in panel._text.value
    assert not riddle.panel(Searches)._newest.timed, "what is left of the budget is no time that a race lasts"
    until(lambda: run.snapshot().evaluations > 32)
    assert time.monotonic() - began >= (1 + races.HEAD_START) / 40


def test_a_race_says_who_was_first(riddle, monkeypatch):
    monkeypatch.setattr(races, "TRIES", 1e9)
    panel, run = raced(riddle)
    until(lambda: "The search was first." in panel._text.value)
    monkeypatch.setattr(races, "TRIES", 1e-3)
    panel, run = raced(riddle)
    hidden = panel.shown
    riddle.session.change(riddle.selection.filled({**hidden.start, **hidden.reveal()}, hidden.dt))
    assert riddle.wait(60)
    assert "You were first." in panel._text.value
    assert run.snapshot().evaluations == 0  # it waits for its first tries, and can be stopped all the same
    riddle.stop()
    assert run.wait(5)


def test_undo_goes_back_to_the_mystery_before_with_its_score(riddle):
    screen, panel = Screen(riddle), riddle.panel(MysteryPanel)
    first = panel.shown
    screen.press("Reveal")
    answer = panel._text.value
    assert 'class="pw-answer"' in answer
    screen.press("New mystery")
    assert panel.shown is not first and 'class="pw-answer"' not in panel._text.value
    riddle.undo()
    assert panel.shown is first and panel._text.value == answer
    assert screen.link.query == first.link and not screen.button("Race CMA-ES").disabled
    screen.press("New mystery")
    assert panel.shown.about is first.about and panel.shown is not first


def test_a_mystery_is_none_of_another_model(riddle):
    screen, panel = Screen(riddle), riddle.panel(MysteryPanel)
    hidden = panel.shown
    screen.menu("Model").value = "adex"
    assert riddle.selection.is_about(pw.models.get("adex"), hidden.pattern) and panel.shown is None
    assert screen.button("Reveal").disabled and "All others are right" not in panel._text.value
    assert screen.link.query != hidden.link
    screen.press("New mystery")
    assert (panel.shown.model.key, panel.shown.about.key) == ("adex", "rebound_spike")


@pytest.mark.parametrize("way", ["Reset", "Practise", "Pattern", "Model", "Carry values"])
def test_what_begins_a_mystery_anew_leaves_the_right_values(riddle, way):
    screen, hidden = Screen(riddle), riddle.panel(MysteryPanel).shown
    begun = riddle.selection
    riddle.session.change(begun.with_value(hidden.moved[0], hidden.reveal()[hidden.moved[0]]))
    if way in ("Pattern", "Carry values"):
        find(riddle, ToggleButton, description="Carry values").value = way == "Carry values"
        screen.menu("Pattern").value = "tonic_spiking"
        screen.menu("Pattern").value = hidden.pattern.key
    elif way == "Model":
        screen.menu("Model").value = "adex"
        screen.menu("Model").value = "izhikevich"
    else:
        screen.press(way)
    assert riddle.selection == begun and riddle.panel(MysteryPanel).shown is hidden
