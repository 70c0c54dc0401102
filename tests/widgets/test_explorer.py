"""The explorer as a script uses it: its traits, steps of undo, and what closing leaves."""

import gc
import json
import threading
import weakref
from types import SimpleNamespace

import IPython
import ipywidgets
import numpy as np
import pytest
import traitlets as t
from app_client import set_of
from ask_tell import RandomSearch, failing
from paths import DOCS
from waiting import until

import plausiwidgets as pw
from plausiwidgets.texts import languages
from plausiwidgets.widgets.handlers.history import MAX_STEPS
from plausiwidgets.widgets.handlers.selection import Selection


@pytest.fixture
def explorer() -> pw.Explorer:
    return pw.Explorer("lif", "tonic_spiking", {})


def said(explorer: pw.Explorer, kind: str, identity: str = "page-1", **fields) -> dict:
    """What the explorer answers a message of its page."""
    told: list[dict] = []
    explorer._handlers._send = lambda answer, data: told.append(answer)
    explorer._on_message(explorer, {"kind": kind, "id": identity, **fields}, [])
    return told[-1]


def select(
    explorer: pw.Explorer, at: int, identity: str = "page-1", revision: int | None = None, **values: float
) -> dict:
    """Drag on the page: the selection becomes the step at a place, after which there is none."""
    step = set_of(explorer.model.key, explorer.pattern.key, **(explorer.parameters | values))
    return written(explorer, identity, revision, kept=[0, at], steps=[step], at=at)


def written(explorer: pw.Explorer, identity: str = "page-1", revision: int | None = None, **fields) -> dict:
    """Write the record on the page, by default after what Python wrote last."""
    if revision is None:
        revision = explorer._record.revision + 1
    return said(explorer, "select", identity, revision=revision, **fields)


# -- opening


def test_an_explorer_opens_with_a_stored_set_that_shows_the_pattern():
    explorer = pw.Explorer("adex", "tonic_spiking")
    assert explorer.wait(120)
    assert explorer.verdict.replicated
    assert explorer.model is pw.models.get("adex")
    assert explorer.pattern is pw.patterns.get("tonic_spiking")


@pytest.mark.parametrize("pattern", ["tonic_bursting", "mixed_mode"])
def test_a_link_opens_with_the_same_set_as_a_script_and_a_pick(monkeypatch, pattern):
    """Here the published set, which is the first known one, does not meet every criterion, and the second does."""
    by_script, by_pick = pw.Explorer("adex", pattern), pw.Explorer("lif", pattern)
    by_pick.model = "adex"
    monkeypatch.setenv("QUERY_STRING", f"model=adex&pattern={pattern}")
    by_link = pw.Explorer()
    assert by_link.selection == by_script.selection == by_pick.selection


def test_empty_parameters_are_the_defaults():
    explorer = pw.Explorer("adex", "tonic_bursting", {})
    assert explorer.parameters == dict(Selection.of("adex", "tonic_bursting").values)


def test_a_lesson_of_the_menu_is_there_after_a_reload_and_locks_by_its_cards_but_not_over_an_exercise():
    explorer = pw.Explorer("izhikevich", "tonic_spiking")
    answer = said(explorer, "lesson", name="lesson")
    assert answer["lesson"]["cards"][3]["free"] == ["amplitude"]
    assert explorer._settings["lesson"] == answer["lesson"]
    assert pw.Explorer(lesson=DOCS / "lesson.md")._settings["lesson"]["title"] == answer["lesson"]["title"]
    fields = set_of("izhikevich", "tonic_spiking")
    for at, locked in ((1, ["c", "d"]), (2, ["a"])):  # of one card, and of the next about the same pattern
        written(explorer, f"card-{at}", kept=[0, at], steps=[fields], at=at, locked=locked)
        assert explorer.selection.locked == tuple(locked)
    with pytest.raises(t.TraitError, match="a is locked"):
        explorer.parameters = {"a": 0.05}
    assert "Did you mean 'lesson'?" in said(explorer, "lesson", "c", name="lessen")["error"]
    exercise = pw.Explorer("izhikevich", "tonic_spiking", locked=["c"])
    assert "stay locked" in said(exercise, "lesson", name="lesson")["error"]


@pytest.mark.parametrize(
    ("arguments", "settings", "error", "sentence"),
    [
        (("adx",), {}, ValueError, "unknown model 'adx'"),
        (("adex", "tonic_spiking", {"aa": 1.0}), {}, ValueError, "'aa'"),
        (("adex",), {"dt": 50.0}, ValueError, "dt must be .*, got 50.0"),
        (("adex",), {"locked": ["aa"]}, ValueError, "locked: .*unknown parameter 'aa'"),
        (("adex",), {"language": "xx"}, ValueError, "unknown language 'xx'"),
        ((3,), {}, TypeError, "model must be .*, got 3"),
        ((), {"lesson": "# Without a card\n"}, ValueError, "must have a title and at least one card"),
        ((), {"mystery": -1}, ValueError, "seed must be an integer ≥ 0, got -1"),
    ],
)
def test_wrong_arguments_are_refused_as_by_the_verbs(arguments, settings, error, sentence):
    before = len(ipywidgets.widgets.widget._instances)
    with pytest.raises(error, match=sentence):
        pw.Explorer(*arguments, **settings)
    assert len(ipywidgets.widgets.widget._instances) == before  # nothing is left of it


def test_a_locked_parameter_cannot_be_set():
    explorer = pw.Explorer("adex", "tonic_bursting", locked=["a", "tau_w"])
    assert explorer.selection.locked == ("a", "tau_w")
    with pytest.raises(t.TraitError, match="a is locked in this exercise"):
        explorer.parameters = {**explorer.parameters, "a": 3.0}
    sent = []
    explorer.send_state = lambda *names, **more: sent.append(names)
    assert "a is locked" in select(explorer, 1, a=3.0)["error"]
    assert (sent, explorer._record.by, len(explorer._record.steps)) == ([("_history",)], "", 1)  # the page goes back
    assert explorer.wait(120)
    assert not explorer.verdict.accepted  # something is left to do


# -- traits


def test_a_trait_takes_names_and_objects_and_is_one_step_of_undo():
    explorer = pw.Explorer("adex", "tonic_spiking")
    first = explorer.selection
    explorer.model = "lif"
    explorer.pattern = pw.patterns.get("integrator")
    explorer.parameters = {"tau_mem": 9.0}
    assert (explorer.model.key, explorer.pattern.key, explorer.parameters["tau_mem"]) == ("lif", "integrator", 9.0)
    assert explorer.parameters["v_reset"] == pw.models.get("lif").parameters["v_reset"].default
    for _ in range(3):
        explorer.undo()
    assert explorer.selection is first
    explorer.undo()  # there is nothing before it
    for _ in range(3):
        explorer.redo()
    assert explorer.parameters["tau_mem"] == 9.0
    explorer.redo()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("model", "adx", "model: unknown model 'adx'"),
        ("model", 3, "model: .*3"),
        ("pattern", "tonic", "pattern: unknown pattern"),
        ("pattern", ["tonic_spiking", "integrator"], "all_of"),
        ("parameters", {"tau": 1.0}, "model 'lif'.*: unknown parameter 'tau'"),
        ("parameters", {"tau_mem": np.inf}, "inf"),
        ("parameters", {"tau_mem": "１２"}, "tau_mem"),
        ("parameters", {"tau_mem": -1.0}, "'tau_mem' must be .*, got -1"),
        ("parameters", {"tau_mem": np.full(3, 9.0)}, "must be a number, because an explorer shows one parameter set"),
        ("parameters", 3.0, "parameters must be a mapping .*, got 3.0"),
        ("selection", "lif", "selection must be a Selection.*, got 'lif'"),
        ("verdict", None, "read-only"),
        ("best", {}, "read-only"),
        ("searching", True, "read-only"),
        ("results", (), "read-only"),
    ],
)
def test_a_wrong_value_raises_a_trait_error_with_the_verbs_sentence_and_changes_nothing(
    explorer, name, value, sentence
):
    heard = []
    explorer.observe(heard.append, ["model", "pattern", "parameters", "selection"])
    before = explorer.selection
    with pytest.raises(t.TraitError, match=sentence):
        setattr(explorer, name, value)
    assert explorer.selection is before
    assert heard == []
    explorer.undo()
    assert explorer.selection is before  # no step either


def test_parameters_are_a_new_dict_each_time(explorer):
    explorer.parameters["tau_mem"] = 1.0
    assert explorer.parameters["tau_mem"] != 1.0


def test_all_traits_are_of_one_selection_when_an_observer_is_called():
    explorer = pw.Explorer("adex", "tonic_spiking")
    heard = []

    def note(change):
        shown = explorer.selection
        heard.append((change.name, explorer.model is shown.model, set(explorer.parameters) == set(shown.values)))

    explorer.observe(note, ["model", "pattern", "parameters", "selection"])
    explorer.show("lif", "integrator", {})
    assert heard == [(name, True, True) for name in ("model", "pattern", "parameters", "selection")]


def test_an_observer_runs_on_the_thread_that_delivered_the_change_and_under_no_lock(explorer):
    threads = []

    def other_thread(change):
        threads.append(threading.current_thread())
        done = threading.Event()
        threading.Thread(target=lambda: (explorer.selection, explorer.parameters, explorer.undo(), done.set())).start()
        assert done.wait(20), "the observer holds a lock"

    explorer.observe(other_thread, "parameters")
    explorer.parameters = {"tau_mem": 7.0}
    assert threads[0] is threading.current_thread()


def test_a_widget_can_be_linked_to_the_parameters(explorer):
    box = ipywidgets.FloatText(20.0)
    box.observe(lambda change: setattr(explorer, "parameters", {**explorer.parameters, "tau_mem": change.new}), "value")
    explorer.observe(lambda change: setattr(box, "value", change.new["tau_mem"]), "parameters")
    box.value = 12.0
    assert explorer.parameters["tau_mem"] == 12.0
    explorer.undo()
    assert box.value == 20.0


def test_a_selection_that_is_set_is_shown_with_its_ranges(explorer):
    explorer.selection = Selection.of("adex", "mixed_mode").with_bounds("a", 0.0, 9.0).with_varied(["a"])
    assert explorer.selection.bounds["a"] == (0.0, 9.0)
    ranges = explorer._history["ranges"]
    assert (ranges["bounds"], ranges["locked"]) == ({"a": [0.0, 9.0]}, [])
    assert set(ranges["fixed"]) == set(explorer.parameters) - {"a"}


# -- the page


def test_a_drag_on_the_page_is_one_step(explorer):
    for k, value in enumerate((11.0, 12.0, 13.0)):
        assert select(explorer, 1, f"p{k}", tau_mem=value)["state"] == "done"
    select(explorer, 2, "p9", tau_mem=30.0)
    assert explorer.parameters["tau_mem"] == 30.0
    explorer.undo()
    assert explorer.parameters["tau_mem"] == 13.0
    explorer.undo()
    assert explorer.parameters["tau_mem"] == 20.0


def test_undo_on_the_page_moves_the_position(explorer):
    select(explorer, 1, "p1", tau_mem=11.0)
    assert written(explorer, "p2", kept=[0, 2], steps=[], at=0)["state"] == "done"
    assert (explorer.parameters["tau_mem"], explorer._history["at"], len(explorer._history["steps"])) == (20.0, 0, 2)
    explorer.redo()
    assert explorer.parameters["tau_mem"] == 11.0


def test_steps_that_the_page_has_made_while_the_kernel_was_busy_are_all_taken(explorer):
    steps = [set_of("lif", tau_mem=tau) for tau in (11.0, 12.0)] + [set_of("adex", "mixed_mode")]
    written(explorer, "p1", kept=[0, 1], steps=steps, at=2)
    assert explorer.parameters["tau_mem"] == 12.0
    explorer.undo()
    assert explorer.parameters["tau_mem"] == 11.0
    for _ in range(2):
        explorer.redo()
    assert (explorer.model.key, explorer._record.at) == ("adex", 3)
    written(explorer, "p2", kept=[1, 3], steps=[], at=1)  # the page has dropped its first step
    assert [one.values["tau_mem"] for one in explorer._record.steps] == [11.0, 12.0]


def test_a_late_write_of_the_page_is_dropped_and_the_page_gets_the_record(explorer):
    sent = []
    explorer.send_state = lambda *names, **more: sent.append(names)
    explorer.parameters = {"tau_mem": 5.0}
    assert select(explorer, 1, "p1", revision=1, tau_mem=11.0)["state"] == "superseded"
    assert (explorer.parameters["tau_mem"], sent) == (5.0, [("_history",)] * 2)
    assert select(explorer, 2, "p2", revision=2, tau_mem=11.0)["state"] == "done"
    assert (explorer.parameters["tau_mem"], explorer._history["revision"]) == (11.0, 2)


def test_the_number_of_steps_is_bounded(explorer):
    for k in range(MAX_STEPS + 5):
        explorer.parameters = {"tau_mem": 10.0 + 0.1 * k}
    assert (len(explorer._record.steps), explorer._record.at) == (MAX_STEPS, MAX_STEPS - 1)


def test_a_change_of_the_page_reaches_observers_but_not_the_page_again(explorer):
    heard, sent = [], []
    explorer.observe(lambda change: heard.append(change.new["tau_mem"]), "parameters")
    explorer.send_state = lambda *names, **more: sent.append(names)
    select(explorer, 1, "p1", tau_mem=11.0)
    assert (heard, sent) == ([11.0], [])
    assert explorer._history["by"] == "p1"
    explorer.parameters = {"tau_mem": 5.0}
    assert sent == [("_history",)]


def test_showing_the_current_selection_again_is_sent_to_the_page(explorer):
    sent = []
    explorer.send_state = lambda *names, **more: sent.append(names)
    explorer.show("lif", "tonic_spiking")
    assert (sent, explorer._record.revision, explorer._record.at) == ([("_history",)], 1, 0)
    explorer.parameters = explorer.parameters  # an echo, as of a linked widget, is not told
    assert sent == [("_history",)]


def test_nonsense_of_a_page_is_answered_and_changes_nothing(explorer):
    before, states = explorer.selection, []
    explorer._handlers._send = lambda answer, data: states.append(answer["state"])
    for message in (None, 3, [[]], {"kind": "select"}):
        explorer._on_message(explorer, message, None)
    assert states == ["failed"] * 4 and explorer.selection is before
    for k, (kept, at) in enumerate((([0, 1], 1), ([5, 9], 0), ([1, 0], 3))):
        assert "at must be" in written(explorer, f"p{k}", kept=kept, steps=[], at=at)["error"]
    assert explorer.selection is before


# -- search


def test_a_search_of_a_script_fills_best_searching_and_results():
    explorer = pw.Explorer("izhikevich", "tonic_bursting", {})
    states = []
    explorer.observe(lambda change: states.append(change.new), "searching")
    run = explorer.optimize(seed=1)
    assert explorer.searching
    result = run.result(120)
    until(lambda: explorer.results)
    assert [one.parameters for one in explorer.results] == [result.parameters]
    assert explorer.best == dict(result.parameters)
    assert states == [True, False]
    before = explorer.parameters
    explorer.use_best()
    assert explorer.parameters == dict(result.parameters)
    explorer.undo()
    assert explorer.parameters == before


def test_a_custom_optimizer_searches_and_its_last_points_are_the_cloud():
    explorer = pw.Explorer("lif", "tonic_bursting", {})
    result = explorer.optimize(strategy=RandomSearch, budget=60).result(120)
    assert (result.strategy, result.evaluations) == ("RandomSearch", 60)
    np.testing.assert_array_equal(result._distribution.population, result._history.values[-20:])
    script = explorer.to_python()
    assert "strategy=RandomSearch" in script and "# RandomSearch is a custom strategy" in script
    compile(script, "script.py", "exec")


@pytest.mark.filterwarnings("ignore:the search ended after 40 evaluations")
def test_an_optimizer_that_fails_leaves_its_evaluations_in_the_app():
    explorer = pw.Explorer("lif", "tonic_bursting", {})
    explorer.optimize(strategy=failing("raises"), budget=200).wait(120)
    until(lambda: explorer.results)
    [result] = explorer.results
    assert (result.state, result.evaluations) == ("failed", 40) and "ZeroDivisionError" in result.error
    assert explorer.best == dict(result.parameters)


def fails(change: object) -> None:
    raise RuntimeError(f"an observer of {change.name} that is wrong")


def test_an_observer_that_raises_does_not_end_the_reports_of_a_search(explorer, capsys):
    explorer.observe(fails, "best")
    for seed in (0, 1):
        assert explorer.optimize(seed=seed, budget=200).wait(120)
        until(lambda: not explorer._handlers.searches._publishing)
        assert (explorer.searching, len(explorer.results)) == (False, seed + 1)
    assert "an observer of best that is wrong" in capsys.readouterr().err


def test_an_observer_of_the_verdict_that_raises_leaves_the_page_its_answer(explorer, capsys):
    explorer.parameters = {"tau_mem": 21.0}
    explorer.observe(fails, "verdict")
    answers: list[dict] = []
    explorer._handlers._send = lambda answer, data: answers.append(answer)
    explorer._on_message(explorer, {"kind": "verify", "id": "page-1", **set_of("lif", tau_mem=21.0)}, [])
    assert explorer.wait(120)
    assert answers[-1]["state"] == "done"
    assert "an observer of verdict that is wrong" in capsys.readouterr().err


def test_stop_ends_the_search_and_keeps_its_results():
    explorer = pw.Explorer("hodgkin_huxley", "mixed_mode", {})
    run = explorer.optimize(budget=1_000_000, start=None)
    explorer.stop()
    assert run.wait(60)
    assert run.snapshot().state == "stopped"


# -- the rest


def test_a_mystery_is_sent_to_the_page_without_its_solution():
    explorer = pw.Explorer("lif", "tonic_spiking", {})
    hidden = explorer.mystery("lif", "tonic_spiking", 1)
    assert explorer.selection.pattern is hidden.pattern
    record = explorer._history
    told = record["exercise"]
    assert (told["free"], told["shared"]["link"]) == (list(hidden.free), hidden.link)
    assert told["start"] == {"values": list(hidden.start.items()), "dt": hidden.dt}
    text = json.dumps(record)
    assert not [x for name, x in hidden.reveal().items() if name in hidden.free and json.dumps(x) in text]
    explorer.undo()
    assert explorer._history["exercise"] is None
    other = pw.Explorer("lif", "tonic_spiking", mystery=1)
    assert other._history["exercise"] == told
    assert other.selection.varied == hidden.free
    with pytest.raises(t.TraitError, match="t_ref is locked in this exercise"):
        other.parameters = {**other.parameters, "t_ref": 3.0}


def test_an_unknown_tool_is_refused():
    with pytest.raises(ValueError, match=r"unknown tool 'plain'\. Did you mean 'plane'"):
        pw.Explorer("lif", "tonic_spiking").open_tool("plain")


def test_only_a_widget_is_added(explorer):
    with pytest.raises(TypeError, match="widget must be a widget from ipywidgets or anywidget, got 3"):
        explorer.add(3)
    with pytest.raises(TypeError, match="widget must be a widget, got the class HTML"):
        explorer.add(ipywidgets.HTML)
    box = ipywidgets.HTML()
    assert explorer.add(box) is box
    assert explorer._slots == [f"IPY_MODEL_{box.model_id}"]


@pytest.mark.slow
def test_closing_leaves_no_widget_no_thread_and_no_reference():
    gc.collect()
    before = set(ipywidgets.widgets.widget._instances)
    explorer = pw.Explorer("izhikevich", "tonic_bursting", {})
    run = explorer.optimize(budget=1_000_000, start=None, fixed=["a"])
    explorer.close()
    explorer.close()  # twice is no error
    assert run.wait(60)
    assert set(ipywidgets.widgets.widget._instances) == before
    for thread in threading.enumerate():
        if thread.name.startswith(("plausiwidgets ", "plausiwidgets-")):  # with "_" it is one of the pool
            thread.join(30)
            assert not thread.is_alive(), thread.name
    gone = weakref.ref(explorer)
    del explorer, run
    gc.collect()
    assert gone() is None


def test_a_closed_explorer_keeps_its_selection_and_takes_no_more_work(explorer):
    explorer.close()
    assert explorer.parameters["tau_mem"] == 20.0
    for action in (explorer.undo, lambda: setattr(explorer, "model", "adex"), explorer.optimize):
        with pytest.raises(RuntimeError, match="this explorer is closed"):
            action()


def test_a_cell_that_is_run_again_closes_the_explorers_of_its_former_run(monkeypatch):
    """As JupyterLab says which cell is run: two explorers of one run live, those of the run before do not."""
    running = {"metadata": {"cellId": "a cell"}, "header": {"msg_id": "first"}}
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(get_parent=lambda: running))
    closed: list[pw.Explorer] = []
    # The garbage collector closes as well, for instance what the test before left: such a one has no comm any more.
    monkeypatch.setattr(pw.Explorer, "close", lambda self: closed.append(self) if self.comm else None)
    first, second = pw.Explorer("lif", parameters={}), pw.Explorer("lif", parameters={})
    assert closed == []
    running["header"] = {"msg_id": "again"}
    pw.Explorer("lif", parameters={})
    assert closed == [first, second]
    running["metadata"] = {"cellId": "another cell"}
    pw.Explorer("lif", parameters={})
    assert closed == [first, second]


# -- links and languages


def test_the_time_step_of_the_constructor_is_kept_under_a_link(monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "model=lif&pattern=tonic_spiking")
    assert pw.Explorer(dt=0.05).selection.dt == 0.05


@pytest.mark.parametrize(
    ("query", "language", "spoken", "note"),
    [
        ("language=de", None, "de", ""),
        ("language=de", "en", "en", ""),
        (
            "language=xx",
            None,
            "en",
            f"The link requests a language that is not available. Available languages: {', '.join(languages())}.",
        ),
    ],
)
def test_the_address_chooses_a_language_where_the_code_does_not(monkeypatch, query, language, spoken, note):
    monkeypatch.setenv("QUERY_STRING", query)
    settings = pw.Explorer("lif", language=language)._settings
    assert (settings["language"], " ".join(settings["notes"])) == (spoken, note)
    assert ("Your turn" in settings["texts"].get("de", {})) == (spoken == "de")


def test_the_notes_on_a_link_speak_its_language(monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "language=de&model=nobody&amplitude=much")
    assert pw.Explorer("lif")._settings["notes"] == [
        "Ein Modell ‘nobody’ gibt es nicht. Die Seite zeigt stattdessen lif.",
        "amplitude muss eine Zahl sein, angegeben ist ‘much’. Die Seite verwendet 20.",
    ]


def test_two_explorers_keep_their_languages():
    german, english = (
        pw.Explorer("lif", "tonic_spiking", language="de"),
        pw.Explorer("lif", "tonic_spiking", language="en"),
    )
    hidden = [one.mystery("lif", "tonic_spiking", 7).pattern.title for one in (german, english, german)]
    assert hidden == ["Rätsel 7", "Mystery 7", "Rätsel 7"]
    errors = []
    for one in (german, english):
        told = said(one, "stimulus", f"page-{one._language}", shape="values", text="5", title="", number=2, lines=False)
        errors.append(told["error"])
    assert errors[0] != errors[1]
