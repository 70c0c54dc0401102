"""Explorer, which is the app in a notebook as one widget whose traits are the selection.

The module :mod:`plausiwidgets.widgets.handlers` answers the requests of the page. This module keeps the selection.
"""

from __future__ import annotations

import html
import json
import os
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl
from uuid import uuid4

import anywidget
import traitlets as t

from plausiwidgets import models, patterns, texts
from plausiwidgets.engine.javascript.module import runtime
from plausiwidgets.engine.lanes import NotCompilableError
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result, Run
from plausiwidgets.patterns import Protocol, Verdict
from plausiwidgets.patterns.parameter_set import source_of
from plausiwidgets.patterns.registry import Named
from plausiwidgets.support.arguments import checked, shown
from plausiwidgets.support.names import unknown
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.lessons import TOOLS, Lesson, read_lesson
from plausiwidgets.teaching.mysteries import mystery as hidden_neuron
from plausiwidgets.texts import marked, speaking, tr
from plausiwidgets.widgets.catalogue import contents
from plausiwidgets.widgets.catalogue.lessons import lesson_data
from plausiwidgets.widgets.handlers.describe import outlined
from plausiwidgets.widgets.handlers.history import History
from plausiwidgets.widgets.handlers.initial_selection import first_set, moved_further, my_turn, opened
from plausiwidgets.widgets.handlers.judging import REST
from plausiwidgets.widgets.handlers.link import MAX_QUERY, names_something
from plausiwidgets.widgets.handlers.lookup import Known, ranges_of
from plausiwidgets.widgets.handlers.mystery import begun, exercise_sent, in_link
from plausiwidgets.widgets.handlers.notebook_cells import close_former_run, runs_without_page
from plausiwidgets.widgets.handlers.requests import Handlers, Request
from plausiwidgets.widgets.handlers.script import script
from plausiwidgets.widgets.handlers.search import Search
from plausiwidgets.widgets.handlers.selection import DEFAULT_MODEL, DEFAULT_PATTERN, Selection
from plausiwidgets.widgets.handlers.worker import Priority

OPENING = 0.5
"""Time in s without compilation at the start, so that the page gets the screen first."""

UNSEEN = 10.0
"""Maximum time in s for which a cell waits for its picture if a program without a page runs the notebook."""

NO_LANGUAGE = marked("The link requests a language that is not available. Available languages: {valid}.")

HIDDEN = """<style>
.jp-OutputArea:has(.pw-app, [data-pw-still]) > .jp-OutputArea-child:has(.pw-still),
:root:has([data-pw-of="%(id)s"]) .pw-still[data-of="%(id)s"] { display: none; }
</style>"""
"""Style that hides the picture next to its running app, or next to the picture that the app has saved.

JupyterLab hides the whole output. Other front ends hide only its content.
"""


class _Selected(t.TraitType):  # type: ignore[type-arg]
    """Trait whose value is read from the selection of an explorer, and whose assignment changes the selection.

    The traits for model, pattern, parameters and selection therefore always agree, also for the observers of the first
    trait that changes.
    """

    def __init__(
        self, read: Callable[[Selection], object], made: Callable[[Explorer, Any], Selection], about: str
    ) -> None:
        super().__init__(help=about)
        self._read, self._made = read, made

    def get(self, obj: Any, cls: object = None) -> object:
        return self._read(obj._record.now)

    def set(self, obj: Any, value: object) -> None:
        try:
            selection = self._made(obj, value)
        except (ValueError, TypeError) as error:
            raise t.TraitError(f"{self.name}: {error}") from error
        obj._show(selection)

    def instance_init(self, obj: object) -> None:
        """Store no value in the instance."""


W = TypeVar("W")


class _Made(t.TraitType):  # type: ignore[type-arg]
    """Trait whose value is computed when the page reads it, so that a reloaded page gets the newest value."""

    def __init__(self, make: Callable[[Explorer], object], about: str) -> None:
        super().__init__(help=about)
        self._make = make

    def get(self, obj: Any, cls: object = None) -> object:
        return self._make(obj)

    def set(self, obj: Any, value: object) -> None:
        raise t.TraitError("this trait is read-only. A message changes it.")

    def instance_init(self, obj: object) -> None:
        """Store no value in the instance."""


def _of_model(explorer: Explorer, model: str | NeuronModel) -> Selection:
    return first_set(models.get(model), explorer.pattern)


def _of_pattern(explorer: Explorer, pattern: str | Protocol) -> Selection:
    return first_set(explorer.model, patterns.get(pattern))


def _of_parameters(explorer: Explorer, parameters: object) -> Selection:
    if not isinstance(parameters, Mapping):
        raise TypeError(f"parameters must be a mapping of names to numbers, got {shown(parameters)}.")
    now: Selection = explorer.selection
    return now.filled(parameters, now.dt).within(now)


def _of_selection(explorer: Explorer, selection: object) -> Selection:
    if not isinstance(selection, Selection):
        raise TypeError(f"selection must be a Selection, such as Selection.of(model, pattern), got {shown(selection)}.")
    return selection


class Explorer(anywidget.AnyWidget):
    """Explore a neuron model and a firing pattern with sliders and searches in the background.

    Parameters
    ----------
    model : str, NeuronModel or Result
        The neuron model. A result sets model, pattern, parameters, ranges and time step to those of its search.
    pattern : str or Pattern
        The firing pattern. A pattern from :func:`plausiwidgets.patterns.stimulus` is shown without a verdict.
    parameters : mapping of str to float, optional
        Parameters of the model and the stimulus. Parameters that you leave out have their defaults, so ``{}`` is the
        default set. Without a mapping, the explorer opens with the packaged set of the model and pattern and its time
        step, or with the defaults if the package has no set. A link in the page's address, `lesson` and `mystery` have
        priority.
    dt : float, optional
        Time step in ms. The default is that of the packaged set, or that of the model.
    locked : sequence of str, optional
        Parameters of an exercise that are shown but cannot be changed. The explorer opens near a set that shows the
        pattern. The lock lasts until you select another model or pattern. It is a guide, not a protection.
    mystery : int, optional
        Seed of a mystery, a neuron with hidden parameters that shows the pattern and that you try to match.
    language : {"en", "de"}, optional
        Language of the screen texts. The default is ``language=`` in the address, otherwise the language of the
        previous explorer, and English for the first explorer.
    lesson : str or Path, optional
        Text in Markdown, a file with this text (``.md``, ``.txt``), or the name of a packaged lesson ("lesson",
        "lesson_long", "lesson_de"). The cards are shown next to the neuron.

    Attributes
    ----------
    model : NeuronModel
        Neuron model. If you set it to a model or a name, the explorer shows the packaged set, or the defaults if there
        is no packaged set.
    pattern : Pattern
        Firing pattern. You can set it in the same way as `model`.
    parameters : dict
        All parameters, as a new dict for each access. If you set a dict, parameters that it leaves out get their
        defaults.
    selection : Selection
        Model, pattern, parameters, ranges, time step and free parameters of a search, as an immutable object.
    verdict : Verdict or None
        Verdict of Python, with the parameters that it is about, read-only. It is None until the first evaluation of a
        model and a pattern. The verdict at the time step is first, and the verified verdict follows.
    best : dict or None
        Best parameters of the newest search, read-only.
    searching : bool
        Whether a search runs or is paused, read-only.
    results : tuple of Result
        Results of the ended searches, in the order in which they ended, read-only.

    Raises
    ------
    ValueError
        For an unknown name or language, or for a value or time step that is not finite or outside its hard limits. If
        you set an attribute to such a value, a ``TraitError`` with the same sentence is raised, and nothing changes.

    Notes
    -----
    Each attribute is a trait that you can observe with ``explorer.observe(f, "parameters")``. Observers run on the
    thread that makes the change, which is that of the cell or of a message of the page. For `verdict`, `best`,
    `searching` and `results`, it is a background thread, where errors of observers are printed. If you run a cell
    again, the explorer of its former run closes.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> explorer = pw.Explorer("adex", "tonic_bursting", {})
    >>> explorer.parameters = {"tau_w": 80.0}
    >>> explorer.parameters["tau_w"], explorer.model.key
    (80.0, 'adex')
    >>> explorer.undo()
    >>> explorer.parameters["tau_w"]
    120.0
    >>> explorer.close()
    """

    _esm = contents.LOADER
    _css = contents.style()

    model = _Selected(lambda s: s.model, _of_model, "the neuron model")
    pattern = _Selected(lambda s: s.pattern, _of_pattern, "the firing pattern")
    parameters = _Selected(lambda s: dict(s.values), _of_parameters, "the values")
    selection = _Selected(lambda s: s, _of_selection, "all that is selected")
    verdict = t.Any(None, allow_none=True, read_only=True)
    best = t.Any(None, allow_none=True, read_only=True)
    searching = t.Bool(False, read_only=True)
    results: t.Tuple = t.Tuple(read_only=True)

    _history = _Made(lambda explorer: explorer._history_data(), "the steps of undo").tag(sync=True)
    _script = t.Unicode(contents.script(), read_only=True).tag(sync=True)
    _catalogue = t.Unicode("").tag(sync=True)
    _models = _Made(lambda explorer: explorer._models_json(), "what a page needs to draw the first picture").tag(
        sync=True
    )
    _settings: t.Dict = t.Dict().tag(sync=True)
    _tool: t.Dict = t.Dict(read_only=True).tag(sync=True)
    _slots: t.List[str] = t.List(read_only=True).tag(sync=True)

    _closed = False
    _draw_still: Callable[[], None] | None = None

    @checked
    def __init__(
        self,
        model: str | NeuronModel | Result = DEFAULT_MODEL,
        pattern: Named = DEFAULT_PATTERN,
        parameters: Mapping[str, float] | None = None,
        *,
        dt: float | None = None,
        locked: Sequence[str] = (),
        mystery: int | None = None,
        language: str | None = None,
        lesson: str | Path | None = None,
    ) -> None:
        query = os.environ.get("QUERY_STRING", "")
        named = dict(parse_qsl(query[:MAX_QUERY])).get("language")
        is_unknown = language is None and named is not None and named not in texts.languages()
        if language is None and not is_unknown:
            language = named
        language = texts.chosen("Explorer", language)
        texts.use(language)
        self._language = language
        self._lock = threading.RLock()
        self._known = known = Known()
        with speaking(language):
            first, notes = self._first(model, pattern, parameters, dt, locked, mystery, lesson, query)
            if is_unknown:
                notes = (tr(NO_LANGUAGE, valid=", ".join(texts.languages())), *notes)
            taught = None
            if lesson is not None:
                taught = read_lesson(lesson, first.model, [first.pattern])
                card = taught.cards[0]
                first = Selection.of(card.model, card.pattern, taught.start(0).values, taught.start(0).dt)
            self._taught = taught is not None
            settings = self._page_settings(language, taught, notes, known)
            settings["linked"] = (
                not (locked or notes or query) and parameters is None and mystery is None and lesson is None
            )
            self._record = History((first,))
            self._handlers = Handlers(
                self._send_answer,
                known,
                own={"select": self._on_select, "lesson": self._on_lesson},
            )
            self._handlers.searches.noted = self._on_search
            self._handlers.shown = lambda: self.selection
            close_former_run(self)
            # The page needs the id of its widget to write a picture into the notebook, and cannot find the id.
            super().__init__(_catalogue=contents.shared_json(), _settings=settings, model_id=settings["id"])
        self._mend_routes()
        self.on_msg(self._on_message)
        self._judge(first, OPENING)

    # -- opening ---------------------------------------------------------------------------------

    def _first(
        self,
        model: str | NeuronModel | Result,
        pattern: Named,
        parameters: Mapping[str, float] | None,
        dt: float | None,
        locked: Sequence[str],
        mystery: int | None,
        lesson: str | Path | None,
        query: str,
    ) -> tuple[Selection, tuple[str, ...]]:
        """Return the first selection, and a sentence for each problem of the page's link."""
        if isinstance(model, Result):
            if parameters is not None or dt is not None or mystery is not None or pattern != DEFAULT_PATTERN:
                raise ValueError("Explorer: with a result, do not pass pattern, parameters, dt or mystery.")
            return Selection.of_result(model).with_locked(locked), ()
        if mystery is not None:
            return begun(self._known, hidden_neuron(model, pattern, mystery)), ()
        if parameters is not None:
            return Selection.of(model, pattern, parameters, dt).with_locked(locked), ()
        if lesson is None and names_something(query):
            named = dict(parse_qsl(query[:MAX_QUERY])).get("mystery")
            if named:
                try:
                    return begun(self._known, hidden_neuron(*in_link(named))), ()
                except ValueError as error:
                    return first_set(models.get(model), pattern, dt), (f"{error}.",)
            return opened(query, models.get(model), patterns.get(pattern), dt)
        plain = Selection.of(model, pattern, None, dt)
        plain.with_locked(locked)  # An unknown name must raise an error before a widget is created.
        if not locked:
            return first_set(plain.model, plain.pattern, dt), ()
        start = my_turn(plain.model, plain.pattern, locked)
        return start if dt is None else start.with_dt(dt), ()

    def _page_settings(
        self, language: str, lesson: Lesson | None, notes: Sequence[str], known: Known
    ) -> dict[str, object]:
        from plausiwidgets.widgets.handlers.files import translations

        settings: dict[str, object] = {
            "id": uuid4().hex,
            "language": language,
            "notes": list(notes),
            "lesson": None,
            "runtime": runtime(),
            "texts": {} if language == texts.ENGLISH else {language: translations(language)},
        }
        if lesson is not None:
            settings["lesson"] = lesson_data(lesson, known.name_of_model, known.name_of_pattern)
        return settings

    def _models_json(self) -> str:
        """Return the data that the page needs to draw the selection without a request.

        For a custom model or pattern, the data are only its outline.
        """
        shown = self.selection
        name, key = self._handlers.known.name_of_model(shown.model), self._handlers.known.name_of_pattern(shown.pattern)
        if contents.is_packaged(shown.model) and contents.is_stored(shown.pattern):
            entry = contents.shipped([name])[name]
        else:
            entry = outlined(shown.model, shown.pattern, name, key)
            entry.pop("code")
        return json.dumps({name: entry}, separators=(",", ":"), allow_nan=False)

    def _mend_routes(self) -> None:
        """Route messages to the subshell that the page specifies.

        ipykernel 7 sends a message of a comm to the loop that sent on the comm last. For a widget that was created in a
        cell, this is the main loop, which may be busy for minutes. For a widget that sent a search, it is the subshell
        of a page that may be closed, so the message is lost. The attribute is private. If it is missing, the page
        repeats its greeting until it gets an answer (see `on_msg`).
        """
        comm = self.comm
        if comm is not None and hasattr(comm, "_reply_subshell_for"):
            comm._reply_subshell_for = None

    # -- the page --------------------------------------------------------------------------------

    def _send_answer(self, answer: dict[str, object], data: bytes | None) -> None:
        if self.comm is not None:
            self.send(answer, None if data is None else [data])

    def _on_message(self, _: object, content: object, buffers: object) -> None:
        self._handlers.receive(content, buffers)

    def _history_data(self) -> dict[str, object]:
        """Return the history, with the ranges and the exercise of the shown step."""
        record, known = self._record, self._handlers.known
        return {
            "steps": [known.step_of(one) for one in record.steps],
            "at": record.at,
            "revision": record.revision,
            "by": record.by,
            "ranges": ranges_of(record.now),
            "exercise": self._exercise_data(record.now),
        }

    def _exercise_data(self, selection: Selection) -> dict[str, object] | None:
        """Return the data of the shown exercise, without its hidden parameters."""
        known = self._known
        exercise = known.exercises.get(known.name_of_pattern(selection.pattern))
        return exercise_sent(exercise) if exercise is not None and exercise.model is selection.model else None

    def _on_select(self, request: Request) -> None:
        try:
            is_written = self._write(lambda record: self._written(record, request))
        except ValueError:
            if self._record.by != request.identity:  # An error of an observer needs no correction on the page.
                self._write(History.again)  # The page returns to the former history.
            raise
        if not is_written:
            self.send_state("_history")  # The page may have missed a write of another page.
        request.reply("done" if is_written else "superseded")

    def _written(self, record: History, request: Request) -> History | None:
        """Return the history with the change of a page, or None if another write came first."""
        if request["revision"] <= record.revision:
            return None
        kept, given = record.steps[slice(*request["kept"])], request["steps"]
        place = request["at"] - len(kept)
        if place >= len(given):
            raise ValueError(f"select: at must be less than the number of steps, got {request['at']}.")
        selection_of = self._handlers.selection_of
        ranges: dict[str, Any] = {name: request[name] for name in ("bounds", "free") if name in request.fields}
        shown = given[place] if place >= 0 else self._handlers.known.step_of(kept[place])
        now = self._allowed(selection_of({**shown, **ranges}, record.now), request.fields.get("locked", ()))
        steps = [*kept, *(now if k == place else selection_of(one, now) for k, one in enumerate(given))]
        steps[request["at"]] = now
        return History(tuple(steps), request["at"], request["revision"], request.identity)

    def _allowed(self, selection: Selection, locked: Sequence[str]) -> Selection:
        """Return a selection of the page with the locked parameters of the exercise or of the lesson card."""
        shown = self.selection
        if shown.locked and not self._taught and selection.is_about(shown.model, shown.pattern):
            return selection.within(shown)
        return selection.with_locked(locked)

    def _on_lesson(self, request: Request) -> None:
        from plausiwidgets.widgets.handlers.files import lesson_named

        if self.selection.locked and not self._taught:
            raise ValueError("lesson: an exercise cannot open a lesson, because its values stay locked.")
        lesson = lesson_named(request["name"])
        self._taught = True
        self._settings = {**self._settings, "lesson": lesson}  # A reloaded page continues with the lesson.
        request.reply(lesson=lesson)

    # -- selection -----------------------------------------------------------------------------------

    def _show(self, selection: Selection, is_step: bool = True) -> None:
        """Show a selection as a new undo step, or as a replacement of the shown step."""

        def shown(record: History) -> History | None:
            if selection == record.now and selection.turn == record.now.turn:
                return None
            return record.added(selection) if is_step else record.replaced(selection)

        self._write(shown)

    def _write(self, change: Callable[[History], History | None]) -> bool:
        """Replace the history, send it to the page, evaluate the selection and call the observers.

        Parameters
        ----------
        change : callable
            Function of the history that returns the new history, or None for no change. A history that the page wrote
            is not sent back.

        Returns
        -------
        bool
            Whether the history was replaced.
        """
        self._require_open()
        with self._lock:
            before, record = self._record.now, change(self._record)
            if record is None:
                return False
            self._record = record
        if not record.by:
            self.send_state("_history")
        self._follow(before, record.now)
        return True

    def _follow(self, before: Selection, now: Selection) -> None:
        """Evaluate the new selection and call the observers of the changed traits."""
        if before == now:
            return
        self._judge(now)
        for name, old, new in (
            ("model", before.model, now.model),
            ("pattern", before.pattern, now.pattern),
            ("parameters", dict(before.values), dict(now.values)),
            ("selection", before, now),
        ):
            if old is not new and old != new:
                self._notify(name, old, new)
        if not now.is_about(before.model, before.pattern):
            self._set("verdict", None)

    def _notify(self, name: str, old: object, new: object) -> None:
        self.notify_change(t.Bunch(name=name, old=old, new=new, owner=self, type="change"))

    def _set(self, name: str, value: object) -> None:
        if not self._closed:
            self.set_trait(name, value)

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Print an error of an observer in a background job, so that the job and other observers continue."""
        try:
            yield
        except Exception:
            if not self._closed:
                traceback.print_exc()

    def _judge(self, selection: Selection, after: float = 0.0) -> None:
        self._handlers.judging.ask(
            selection, "explorer", lambda verdict, last: self._on_verdict(selection, verdict, last), REST, after
        )

    def _on_verdict(self, selection: Selection, verdict: Verdict | Exception | None, last: bool) -> None:
        if not isinstance(verdict, Verdict):
            if verdict is not None and self.selection is selection:
                with self._apart():
                    self._set("verdict", None)
            return
        if selection is not self.selection and not selection.is_about(self.model, self.pattern):
            return
        further = moved_further(selection) if verdict.accepted or verdict.diverged else None
        if further is not None and self.selection is selection:
            with self._apart():
                self._show(further, is_step=False)
            return
        source = source_of(selection.model, selection.pattern, selection.values, selection.dt)
        with self._apart():
            self._set("verdict", replace(verdict, parameter_source=source))
        if last and self._draw_still is not None:
            self._draw_still()

    def _on_search(self, search: Search, snapshot: Result) -> None:
        is_newest = search is self._handlers.searches.newest
        if is_newest:
            with self._apart():
                self._set("best", dict(snapshot.parameters) or None)
        # A search whose custom optimizer failed may still have a best set.
        if snapshot.ended and (snapshot.state != "failed" or snapshot.parameters):
            with self._apart():
                self._set("results", (*self.results, snapshot))
        if is_newest:
            with self._apart():
                self._set("searching", not snapshot.ended)

    def _require_open(self) -> None:
        if self._closed:
            raise RuntimeError("this explorer is closed. Create a new Explorer.")

    # -- for scripts -----------------------------------------------------------------------------

    @checked
    def show(
        self,
        model: str | NeuronModel,
        pattern: Named,
        parameters: Mapping[str, float] | None = None,
        *,
        dt: float | None = None,
    ) -> None:
        """Show a model, a pattern and parameters in one undo step, with the arguments of the constructor.

        If the model and the pattern are those of an exercise, the exercise continues.

        Raises
        ------
        ValueError
            In the cases of the constructor, and if a locked parameter would change.
        """
        self._require_open()
        with speaking(self._language):
            if parameters is None:
                picked = first_set(models.get(model), pattern, dt)
            else:
                picked = Selection.of(model, pattern, parameters, dt)
            shown = self.selection
            picked = picked.within(shown) if picked.is_about(shown.model, shown.pattern) else picked
            # The selection is already shown, so it adds no step, but the page may show another one by now.
            self._write(lambda record: record.again() if picked == record.now else record.added(picked))

    def undo(self) -> None:
        """Undo one step, such as a drag, a typed value, a choice or an assignment in a script."""
        self._write(lambda record: record.moved(-1))

    def redo(self) -> None:
        """Redo the step of the last :meth:`undo`."""
        self._write(lambda record: record.moved(1))

    @checked
    def mystery(self, model: str | NeuronModel, pattern: Named, seed: int) -> Exercise:
        """Show a neuron with hidden parameters and return its exercise.

        The arguments and errors are those of :func:`plausiwidgets.teaching.mystery`.
        """
        self._require_open()
        with speaking(self._language):
            hidden = hidden_neuron(model, pattern, seed)
            self._show(begun(self._known, hidden))
        return hidden

    @checked
    def open_tool(self, name: str) -> None:
        """Open a tool on the page.

        Parameters
        ----------
        name : str
            "phase plane", "plane", "samples", "equations", "curves", "atlas", "arithmetic", "stimulus", "data",
            "mystery" or "export".
        """
        self._require_open()
        if name not in TOOLS:
            raise unknown("open_tool", "tool", name, TOOLS)
        with self._lock:
            self._set("_tool", {"name": name, "revision": self._tool.get("revision", 0) + 1})

    def optimize(self, **settings: Any) -> Run:
        """Start a search for the shown selection and stop a running search.

        Parameters
        ----------
        **settings
            Arguments of :func:`plausiwidgets.start_optimization`. By default, the free parameters, ranges, start and
            time step are those of the selection.

        Returns
        -------
        Run
        """
        self._require_open()
        with speaking(self._language):
            search = self._handlers.searches.begin(self.selection, **settings)
        self._set("searching", True)
        return search.run

    def stop(self) -> None:
        """Stop a running search and keep its best parameters."""
        self._handlers.searches.stop()

    def use_best(self) -> None:
        """Show the best parameters of the newest search, with its model and pattern."""
        self._require_open()
        search = self._handlers.searches.newest
        best = {} if search is None else dict(search.run.snapshot().parameters)
        if search is None or not best:
            return
        shown = self.selection
        about = search.selection
        base = shown if about.is_about(shown.model, shown.pattern) else about
        self._show(base.filled(best, about.dt).within(shown) if base is shown else base.filled(best, about.dt))

    def add(self, widget: W) -> W:
        """Show a custom widget in the slot next to the neuron.

        Parameters
        ----------
        widget : ipywidgets.Widget

        Returns
        -------
        ipywidgets.Widget
            The same widget.
        """
        import ipywidgets

        self._require_open()
        if isinstance(widget, type):
            raise TypeError(
                f"add: widget must be a widget, got the class {widget.__name__}. Create a widget that observes the "
                "explorer's traits."
            )
        if not isinstance(widget, ipywidgets.DOMWidget):
            raise TypeError(f"add: widget must be a widget from ipywidgets or anywidget, got {shown(widget)}.")
        self._set("_slots", [*self._slots, f"IPY_MODEL_{widget.model_id}"])
        return widget

    def to_python(self) -> str:
        """Return a Python script with the model, the pattern, the values, the verdict and the last search.

        Examples
        --------
        >>> import plausiwidgets as pw
        >>> explorer = pw.Explorer("lif", "tonic_spiking", {"tau_mem": 25.0})
        >>> "'tau_mem': 25.0,  # ms" in explorer.to_python()
        True
        >>> explorer.close()
        """
        return script(self.selection, self._handlers.searches.settings(self.selection))

    def to_html(self, path: str | Path = "neuron.html", *, exercise: Exercise | None = None) -> Path:
        """Write the selection to a page that needs no server, see :func:`plausiwidgets.export_page`."""
        from plausiwidgets.widgets.page import export_page

        shown = self.selection
        return export_page(shown.model, shown.pattern, shown.values, path=path, dt=shown.dt, exercise=exercise)

    def _ipython_display_(self) -> None:
        """Show the app, and a picture for the saved notebook as soon as there is a verdict.

        The picture is a separate output, because JupyterLab shows only the widget of an output that contains both.
        """
        from IPython.display import display

        is_static = runs_without_page()
        note = f"{self.selection.title}: run this cell to move its sliders."
        # A static page without the states of widgets shows the plain text of the widget, also below a running figure.
        of_picture, of_widget = (note, "") if is_static else ("", note)
        picture = display({"text/html": "", "text/plain": of_picture}, raw=True, display_id=True)
        bundle: Any = self._repr_mimebundle_()  # The bundle is None if the widget is closed.
        data, about = bundle or ({}, {})
        display({**data, "text/plain": of_widget}, metadata=about, raw=True)

        def draw() -> None:
            if still := self._still():
                figure = self._figure() if is_static else ""
                page = (
                    f'{HIDDEN % {"id": self.model_id}}<div class="pw-still" data-of="{self.model_id}">{still}'
                    f"<div><small>{html.escape(note)}</small></div></div>{figure}"
                )
                picture.update({"text/html": page, "text/plain": of_picture}, raw=True)
                self._draw_still = None

        if is_static:  # The kernel may end with the cell, so the cell waits for the picture.
            self.wait(UNSEEN)
        self._draw_still = draw
        if self.verdict is not None:
            draw()

    def _still(self) -> str:
        """Return the picture as HTML, or an empty string before the first verdict."""
        return "" if self.verdict is None else self.verdict._repr_html_()

    def _figure(self) -> str:
        """Return a script that replaces the picture in a static page by a figure.

        A figure has no lessons and no exercises, and does not contain a neuron that only Python can simulate. In these
        cases the result is an empty string, so that the page shows the picture.
        """
        from plausiwidgets.widgets.app.module import static_script

        shown = self.selection
        if self._taught or shown.locked or self._exercise_data(shown) is not None:
            return ""
        is_first = shown == first_set(shown.model, shown.pattern)
        values, dt = (None, None) if is_first else (shown.values, shown.dt)
        try:
            return static_script(shown.model, shown.pattern, values, dt, self._language, self.model_id)
        except (ValueError, NotCompilableError):
            return ""

    def wait(self, timeout: float = 30.0) -> bool:
        """Wait until the selection is evaluated and verified, and return whether it is."""
        return self._handlers.worker.join(timeout, Priority.VERIFY)

    def close(self) -> None:
        """End the background work and close the widget. `results` and `selection` stay readable."""
        if self._closed:
            return
        self._closed = True
        if hasattr(self, "_handlers"):  # The attribute is absent if an argument was invalid.
            self._handlers.close()
        layout = self.layout if self.comm is not None else None
        super().close()
        if layout is not None:
            layout.close()
