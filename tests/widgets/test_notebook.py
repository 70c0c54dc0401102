"""The app as a widget, as a script uses it: its traits, steps of undo, and what closing leaves."""

import gc
import json
import threading
import weakref

import ipywidgets
import numpy as np
import pytest
import traitlets as t

import plausiwidgets as pw
from plausiwidgets.widgets import App, Selection
from plausiwidgets.widgets.answers.messages import Refused, checked


@pytest.fixture
def make():
    made = []

    def one(*args, **kwargs) -> App:
        made.append(App(*args, **kwargs))
        return made[-1]

    yield one
    for app in made:
        app.close()


def said(app: App, kind: str, identity: str = "page-1", **fields) -> dict:
    """What the app answers a message of its page."""
    told: list[dict] = []
    app._answers._send = lambda answer, data: told.append(answer)
    app._on_message(app, {"kind": kind, "id": identity, **fields}, [])
    return told[-1]


def select(app: App, step: str, identity: str, **values: float) -> dict:
    """Drag on the page."""
    fields = {
        "model": app.model.key,
        "pattern": app.pattern.key,
        "values": {**app.parameters, **values},
        "dt": app.selection.dt,
    }
    return said(app, "select", identity, **fields, step=step)


# -- opening


def test_it_opens_with_a_stored_set_that_shows_the_pattern(make):
    app = make("adex", "tonic_spiking")
    assert app.wait(120)
    assert app.verdict.replicated
    assert app.model is pw.models.get("adex")
    assert app.pattern is pw.patterns.get("tonic_spiking")


def test_empty_parameters_are_the_defaults(make):
    app = make("adex", "tonic_bursting", {})
    assert app.parameters == dict(Selection.of("adex", "tonic_bursting").values)


@pytest.mark.parametrize(
    ("arguments", "settings", "error", "sentence"),
    [
        (("adx",), {}, ValueError, "unknown model: 'adx'"),
        (("adex", "tonic"), {}, ValueError, "unknown pattern: 'tonic'"),
        (("adex", "tonic_spiking", {"a": np.nan}), {}, ValueError, "nan"),
        (("adex", "tonic_spiking", {"aa": 1.0}), {}, ValueError, "'aa'"),
        (("adex",), {"dt": 50.0}, ValueError, "dt is 50.0"),
        (("adex",), {"dt": "0.1"}, TypeError, "dt is '0.1'"),
        (("adex",), {"locked": ["aa"]}, ValueError, "to lock: 'aa'"),
        (("adex",), {"language": "xx"}, ValueError, "language is 'xx'"),
        ((3,), {}, TypeError, "model is 3"),
    ],
)
def test_wrong_arguments_are_refused_as_by_the_verbs(arguments, settings, error, sentence):
    before = len(ipywidgets.widgets.widget._instances)
    with pytest.raises(error, match=sentence):
        App(*arguments, **settings)
    assert len(ipywidgets.widgets.widget._instances) == before  # nothing is left of it


def test_a_result_opens_at_its_best_with_the_ranges_of_its_search(make):
    result = pw.optimize("izhikevich", "tonic_bursting", seed=1, bounds={"c": (-60.0, -45.0)}, fixed=["a"])
    app = make(result)
    assert app.parameters == dict(result.parameters)
    assert app.selection.bounds["c"] == (-60.0, -45.0)
    assert set(app.selection.free) == set(result.bounds)
    with pytest.raises(ValueError, match="a result has its own pattern, parameters and time step"):
        App(result, parameters={})


def test_a_locked_parameter_cannot_be_set(make):
    app = make("adex", "tonic_bursting", locked=["a", "tau_w"])
    assert app.selection.locked == ("a", "tau_w")
    with pytest.raises(t.TraitError, match="a is locked in this exercise"):
        app.parameters = {**app.parameters, "a": 3.0}
    assert "a is locked" in select(app, "s1", "p1", a=3.0)["error"]
    assert app.wait(120)
    assert not app.verdict.accepted  # something is left to do


def test_the_state_for_the_page_is_json_and_has_what_the_first_picture_needs(make):
    app = make("lif", "tonic_spiking")
    state = json.loads(json.dumps(app.get_state(), allow_nan=False))
    assert state["_shown"]["values"] == app.parameters
    assert set(json.loads(state["_models"])) == {"lif"}
    assert "tonic_spiking" in json.loads(state["_catalogue"])["patterns"]


# -- traits


def test_a_trait_takes_names_and_objects_and_is_one_step_of_undo(make):
    app = make("adex", "tonic_spiking")
    first = app.selection
    app.model = "lif"
    app.pattern = pw.patterns.get("integrator")
    app.parameters = {"tau_mem": 9.0}
    assert (app.model.key, app.pattern.key, app.parameters["tau_mem"]) == ("lif", "integrator", 9.0)
    assert app.parameters["v_reset"] == pw.models.get("lif").parameters["v_reset"].default
    for _ in range(3):
        app.undo()
    assert app.selection is first
    app.undo()  # there is nothing before it
    for _ in range(3):
        app.redo()
    assert app.parameters["tau_mem"] == 9.0
    app.redo()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("model", "adx", "model: unknown model: 'adx'"),
        ("model", 3, "model: .*3"),
        ("pattern", "tonic", "pattern: unknown pattern"),
        ("pattern", ["tonic_spiking", "integrator"], "all_of"),
        ("parameters", {"tau": 1.0}, "unknown parameter of model 'lif'.*'tau'"),
        ("parameters", {"tau_mem": np.inf}, "inf"),
        ("parameters", {"tau_mem": -1.0}, "'tau_mem' is -1"),
        ("parameters", {"tau_mem": np.full(3, 9.0)}, "shows one set, give a number instead of an array"),
        ("parameters", 3.0, "parameters is 3.0, valid is a mapping"),
        ("selection", "lif", "selection is 'lif', valid is a Selection"),
        ("verdict", None, "read-only"),
        ("best", {}, "read-only"),
        ("searching", True, "read-only"),
        ("results", (), "read-only"),
    ],
)
def test_a_wrong_value_raises_a_trait_error_with_the_verbs_sentence_and_changes_nothing(make, name, value, sentence):
    app = make("lif", "tonic_spiking")
    heard = []
    app.observe(heard.append, ["model", "pattern", "parameters", "selection"])
    before = app.selection
    with pytest.raises(t.TraitError, match=sentence):
        setattr(app, name, value)
    assert app.selection is before
    assert heard == []
    app.undo()
    assert app.selection is before  # no step either


def test_parameters_are_a_new_dict_each_time(make):
    app = make("lif", "tonic_spiking")
    app.parameters["tau_mem"] = 1.0
    assert app.parameters["tau_mem"] != 1.0


def test_all_traits_are_of_one_selection_when_an_observer_is_called(make):
    app = make("adex", "tonic_spiking")
    heard = []

    def note(change):
        heard.append((change.name, app.model is app.selection.model, set(app.parameters) == set(app.selection.values)))

    app.observe(note, ["model", "pattern", "parameters", "selection"])
    app.show("lif", "integrator", {})
    assert heard == [(name, True, True) for name in ("model", "pattern", "parameters", "selection")]


def test_an_observer_runs_on_the_thread_that_delivered_the_change_and_under_no_lock(make):
    app = make("lif", "tonic_spiking")
    threads = []

    def other_thread(change):
        threads.append(threading.current_thread())
        done = threading.Event()
        threading.Thread(target=lambda: (app.selection, app.parameters, app.undo(), done.set())).start()
        assert done.wait(20), "the observer holds a lock"

    app.observe(other_thread, "parameters")
    app.parameters = {"tau_mem": 7.0}
    assert threads[0] is threading.current_thread()


def test_a_widget_can_be_linked_to_the_parameters(make):
    app = make("lif", "tonic_spiking", {})
    box = ipywidgets.FloatText(20.0)
    box.observe(lambda change: setattr(app, "parameters", {**app.parameters, "tau_mem": change.new}), "value")
    app.observe(lambda change: setattr(box, "value", change.new["tau_mem"]), "parameters")
    box.value = 12.0
    assert app.parameters["tau_mem"] == 12.0
    app.undo()
    assert box.value == 20.0
    box.close()


def test_a_selection_that_is_set_is_shown_with_its_ranges(make):
    app = make("lif", "tonic_spiking")
    app.selection = Selection.of("adex", "mixed_mode").with_bounds("a", 0.0, 9.0).with_free(["a"])
    assert app.selection.bounds["a"] == (0.0, 9.0)
    assert app._shown["free"] == ["a"]


# -- the page


def test_a_drag_on_the_page_is_one_step(make):
    app = make("lif", "tonic_spiking", {})
    for k, value in enumerate((11.0, 12.0, 13.0)):
        assert select(app, "drag-1", f"p{k}", tau_mem=value)["state"] == "done"
    select(app, "drag-2", "p9", tau_mem=30.0)
    assert app.parameters["tau_mem"] == 30.0
    app.undo()
    assert app.parameters["tau_mem"] == 13.0
    app.undo()
    assert app.parameters["tau_mem"] == 20.0


def test_what_the_page_goes_back_to_is_known_by_its_step(make):
    app = make("lif", "tonic_spiking", {})
    first = app._shown["step"]
    select(app, "drag-1", "p1", tau_mem=11.0)
    select(app, first, "p2", tau_mem=20.0)  # undo on the page
    assert (app._shown["before"], app._shown["after"]) == (0, 1)
    app.redo()
    assert app.parameters["tau_mem"] == 11.0


def test_a_change_of_the_page_is_told_to_observers_and_not_back_to_the_page(make):
    app = make("lif", "tonic_spiking", {})
    heard, sent = [], []
    app.observe(lambda change: heard.append(change.new["tau_mem"]), "parameters")
    app.send_state = lambda *names, **more: sent.append(names)
    select(app, "drag-1", "p1", tau_mem=11.0)
    assert (heard, sent) == ([11.0], [])
    assert app._shown["by"] == "p1"
    app.parameters = {"tau_mem": 5.0}
    assert sent == [("_shown",)]


def test_nonsense_of_a_page_is_answered_in_a_sentence_and_changes_nothing(make):
    app = make("lif", "tonic_spiking", {})
    before = app.selection
    told: list[dict] = []
    app._answers._send = lambda answer, data: told.append(answer)
    for message in (None, 3, {"kind": "select"}, {"kind": "eval", "id": "a", "code": "1"}, [[]], {"id": 1}):
        with pytest.raises(Refused):
            checked(message)
        app._on_message(app, message, None)
        assert told[-1]["state"] == "failed"
    assert len(told) == 6
    assert app.selection is before


# -- search


def test_a_search_of_a_script_fills_best_searching_and_results(make):
    app = make("izhikevich", "tonic_bursting", {})
    states = []
    app.observe(lambda change: states.append(change.new), "searching")
    run = app.optimize(seed=1)
    assert app.searching
    result = run.result(120)
    for _ in range(100):
        if app.results:
            break
        threading.Event().wait(0.1)
    assert [one.parameters for one in app.results] == [result.parameters]
    assert app.best == dict(result.parameters)
    assert states == [True, False]
    before = app.parameters
    app.use_best()
    assert app.parameters == dict(result.parameters)
    app.undo()
    assert app.parameters == before


def test_stop_ends_the_search_and_keeps_what_was_found(make):
    app = make("hodgkin_huxley", "mixed_mode", {})
    run = app.optimize(budget=1_000_000, start=None)
    app.stop()
    assert run.wait(60)
    assert run.snapshot().state == "stopped"


# -- the rest


def test_a_mystery_is_told_to_the_page_without_its_answer(make):
    app = make("lif", "tonic_spiking", {})
    assert app._shown_data()["mystery"] is None
    hidden = app.mystery("lif", "tonic_spiking", 1)
    assert app.selection.pattern is hidden.pattern
    told = app._shown_data()["mystery"]
    assert (told["seed"], told["moved"], told["link"]) == (1, list(hidden.moved), hidden.link)
    assert told["pattern"] == app._shown_data()["pattern"]
    text = json.dumps([told, app._shown_data()])
    assert not [x for name, x in hidden.reveal().items() if name in hidden.moved and json.dumps(x) in text]
    app.undo()
    assert app._shown_data()["mystery"] is None
    other = make("lif", "tonic_spiking", mystery=1)
    assert other._shown_data()["mystery"] == told
    assert other.selection.free == hidden.moved


LESSON = """# Two cards

## One
<!-- card
pattern: tonic_bursting
values: c=-60
free: c, d
-->
Look.

## Two
<!-- card
free: a
-->
Look.
"""


def test_a_lesson_begins_with_its_first_card_and_each_card_has_its_own_locks(make):
    app = make(lesson=LESSON)
    assert (app.pattern.key, app.parameters["c"]) == ("tonic_bursting", -60.0)
    cards = app._settings["lesson"]["cards"]
    assert [(card["model"], card["pattern"], card["free"]) for card in cards] == [
        ("izhikevich", "tonic_bursting", ["c", "d"]), ("izhikevich", "tonic_bursting", ["a"]),
    ]  # fmt: skip
    for step, locked in (("one", ["a", "b"]), ("two", ["c", "d"])):
        fields = {"model": "izhikevich", "pattern": "tonic_bursting", "values": app.parameters, "dt": app.selection.dt}
        answer = said(app, "select", f"page-{step}", **fields, step=step, locked=locked)
        assert (answer["state"], list(app.selection.locked)) == ("done", locked)
    with pytest.raises(t.TraitError, match="c is locked"):
        app.parameters = {**app.parameters, "c": -40.0}


def test_an_unknown_tool_is_refused(make):
    with pytest.raises(ValueError, match=r"unknown tool: 'plain'.*Did you mean 'plane'"):
        make("lif", "tonic_spiking").open_tool("plain")


def test_only_a_widget_is_added(make):
    app = make("lif", "tonic_spiking")
    with pytest.raises(TypeError, match="widget is 3, valid is a widget of ipywidgets or anywidget"):
        app.add(3)
    box = ipywidgets.HTML()
    assert app.add(box) is box
    assert app._slots == [f"IPY_MODEL_{box.model_id}"]
    box.close()


@pytest.mark.slow
def test_closing_leaves_no_widget_no_thread_and_no_reference():
    gc.collect()
    before = set(ipywidgets.widgets.widget._instances)
    app = App("izhikevich", "tonic_bursting", {})
    run = app.optimize(budget=1_000_000, start=None, fixed=["a"])
    app.close()
    app.close()  # twice is no error
    assert run.wait(60)
    assert set(ipywidgets.widgets.widget._instances) == before
    for thread in threading.enumerate():
        if thread.name.startswith(("plausiwidgets ", "plausiwidgets-")):  # with "_" it is one of the pool
            thread.join(30)
            assert not thread.is_alive(), thread.name
    gone = weakref.ref(app)
    del app, run
    gc.collect()
    assert gone() is None


def test_a_closed_app_keeps_its_selection_and_takes_no_more_work(make):
    app = make("lif", "tonic_spiking", {})
    app.close()
    assert app.parameters["tau_mem"] == 20.0
    for action in (
        app.undo,
        lambda: app.show("lif", "integrator"),
        lambda: setattr(app, "model", "adex"),
        app.optimize,
    ):
        with pytest.raises(RuntimeError, match="this app is closed"):
            action()
