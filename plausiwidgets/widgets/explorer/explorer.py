"""The explorer: its session and worker, its panels, and what a script needs of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import ipywidgets as w
from IPython.display import display

from plausiwidgets import models, patterns, texts
from plausiwidgets.arguments import checked
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result, Run
from plausiwidgets.patterns.registry import Named
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.mysteries import Mystery
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.explorer.gallery import GalleryPanel
from plausiwidgets.widgets.explorer.judging import Judging
from plausiwidgets.widgets.explorer.lesson import LessonPanel
from plausiwidgets.widgets.explorer.live import Live
from plausiwidgets.widgets.explorer.models import ModelsPanel
from plausiwidgets.widgets.explorer.parameters import ParameterPanel
from plausiwidgets.widgets.explorer.pickers import Pickers
from plausiwidgets.widgets.explorer.pin import PinPanel
from plausiwidgets.widgets.explorer.places import BOXES, Places
from plausiwidgets.widgets.explorer.presentation import PresentationPanel
from plausiwidgets.widgets.explorer.repertoire import RepertoirePanel
from plausiwidgets.widgets.explorer.searches import Searches
from plausiwidgets.widgets.explorer.share import SharePanel
from plausiwidgets.widgets.explorer.shell import Shell
from plausiwidgets.widgets.explorer.verdict import VerdictPanel
from plausiwidgets.widgets.page.export import export_page
from plausiwidgets.widgets.session.cells import close_former_run
from plausiwidgets.widgets.session.link import MAX_QUERY, names_something
from plausiwidgets.widgets.session.script import script
from plausiwidgets.widgets.session.selection import DEFAULT_MODEL, DEFAULT_PATTERN, Selection
from plausiwidgets.widgets.session.session import Session
from plausiwidgets.widgets.session.starts import known_sets, my_turn, opened
from plausiwidgets.widgets.session.worker import Priority, Worker
from plausiwidgets.widgets.tools.equations import EquationsPanel
from plausiwidgets.widgets.tools.exports import ExportPanel
from plausiwidgets.widgets.tools.mystery import MysteryPanel
from plausiwidgets.widgets.tools.phase_plane import PhasePlanePanel
from plausiwidgets.widgets.tools.plane import PlanePanel
from plausiwidgets.widgets.tools.profiles import ProfilesPanel
from plausiwidgets.widgets.tools.recording import RecordingDrop, RecordingPanel
from plausiwidgets.widgets.tools.samples import SamplesPanel
from plausiwidgets.widgets.tools.stimulus import StimulusPanel
from plausiwidgets.widgets.view.closing import View
from plausiwidgets.widgets.view.messages import MessageLine
from plausiwidgets.widgets.view.page_watch import PageWatch
from plausiwidgets.widgets.view.panel import P, Panel
from plausiwidgets.widgets.view.still import still_of

PANELS: tuple[type[Panel], ...] = (
    Shell, MessageLine, Pickers, PresentationPanel, SharePanel, ModelsPanel, RepertoirePanel, GalleryPanel, PinPanel,
    ParameterPanel, VerdictPanel, FigurePanel, Live, Searches, Judging, RecordingDrop,
)  # fmt: skip
"""The parts of an explorer."""

TOOLS: tuple[type[Panel], ...] = (
    PhasePlanePanel, PlanePanel, SamplesPanel, EquationsPanel, ProfilesPanel, StimulusPanel, RecordingPanel,
    MysteryPanel, ExportPanel,
)  # fmt: skip
"""Panels that a button opens, in this order."""


LONGEST_WAIT = 60.0
"""Time in s until no first response is awaited any more, which a saved notebook would show."""

NO_LANGUAGE = marked("The link names a language that is not known here; known: {valid}.")


class Explorer(View):
    """Pick a neuron model and a firing pattern, drag parameters, and search in the background.

    Parameters
    ----------
    model : str, NeuronModel or Result
        A result is opened at its best set, with the pattern, ranges, free parameters and time step of its search.
    pattern : str or Pattern, or a list of several
        Several are shown with one set of model parameters, each under a stimulus of its own. One of
        :func:`plausiwidgets.patterns.stimulus` is shown, and not judged.
    parameters : mapping of str to float, optional
        The model's parameters and the pattern's stimulus values; what is left out takes its default, so that
        ``{}`` gives the defaults. Without it, and without `lesson` and `mystery`, the explorer opens as the page's
        link says, where it has one, and else with a set that is known to show the pattern, a published one where
        there is one.
    dt : float, optional
        Time step in ms; default: the model's.
    locked : sequence of str, optional
        Parameters that are shown but cannot be changed, for an exercise: it begins near a set that is known to show
        the pattern. The lock lasts until another model or pattern
        is picked, and is a guide instead of a protection. The link of the page has its own list.
    mystery : int, optional
        Seed of a neuron with hidden parameters that shows the pattern, to be matched: see
        :func:`plausiwidgets.teaching.mystery`.
    language : {"en", "de"}, optional
        Of the texts on the screen, also of two explorers in one notebook; default: as ``language=`` in the address of
        the app, or as the explorer before, and at first English.
    lesson : str or Path, optional
        A text in Markdown, or the file with it (``.md``, ``.txt``): its cards stand beside the neuron, each sets
        model, pattern, values and tool, as on the page of :func:`plausiwidgets.export_page`.

    Attributes
    ----------
    selection : Selection
        What is shown; assign one to show it.
    session : Session
        What all panels observe.
    worker : Worker
        Does what takes longer than some milliseconds.
    messages : MessageLine
        The line at the foot.
    page : PageWatch
        State of the page: its theme, and whether a slider is held.
    results : tuple of Result
        Results of the searches of this explorer, in the order of their ends.

    Raises
    ------
    ValueError
        For an unknown name or language, or a value or time step that is not finite or outside of its hard limits.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Explorer("adex", "tonic_bursting")           # doctest: +SKIP
    """

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
        unknown = language is None and named is not None and named not in texts.languages()
        if language is None and not unknown:
            language = named
        language = texts.chosen("Explorer", language)
        texts.use(language)
        close_former_run(self)
        with texts.speaking(language):
            notes: tuple[str, ...] = ()
            searched = None
            if isinstance(model, Result):
                if parameters is not None or dt is not None or mystery is not None or pattern != DEFAULT_PATTERN:
                    raise ValueError(
                        "Explorer: a result has its own pattern, parameters and time step: give none of them"
                    )
                searched = Selection.of_result(model).with_locked(locked)
                model, pattern = searched.model, searched.pattern
            self._from_link = searched is None and parameters is None and lesson is None and mystery is None
            if searched is not None:
                first = searched
            elif parameters is not None:
                first = Selection.of(model, pattern, parameters, dt).with_locked(locked)
            elif self._from_link and names_something(query):
                first, notes = opened(query, models.get(model), patterns.get(pattern), dt)
            else:
                first = Selection.of(model, pattern, None, dt)
                first.with_locked(locked)  # refused before anything is made of it
                known = known_sets(first.model, first.pattern)
                start = known[0] if known and not locked else my_turn(first.model, first.pattern, known, 0, locked)
                first = start if dt is None else start.with_dt(dt)

            self.session = Session(first, lambda error: self.messages.error("panel", error))
            self.worker = Worker(lambda error: self.messages.error("panel", error))
            self.page = PageWatch(language=language)
            self._panels: dict[type[Panel], Panel] = {}
            self._places = Places(self.session.lock, self._on_opened)
            super().__init__([self.page, *self._places.view])
            self.add_class("pw-explorer")
            self.page.observe(lambda _: self.session.hold(self.page.held), "held")
            self.page.observe(lambda _: self._send_again(), "pages")
            self.page.observe(lambda _: self._on_link(dt), "link")
            for kind in PANELS:
                self.panel(kind)
            for tool in TOOLS:
                if tool.waits:
                    self._places.offer(tool, partial(self.panel, tool))
                else:
                    self.panel(tool)
            if unknown:
                notes = (tr(NO_LANGUAGE, valid=", ".join(texts.languages())), *notes)
            if notes:
                self.messages.note(notes)
            try:
                if lesson is not None:
                    self.panel(LessonPanel).open(lesson, {tool.title.lower(): tool for tool in TOOLS})
                elif mystery is not None:
                    self.mystery(model, pattern, mystery)
                elif self._from_link:
                    self._open_mystery(query)
            except Exception:
                self.close()
                raise

    # -- its panels ------------------------------------------------------------------------------

    @property
    def messages(self) -> MessageLine:
        return self.panel(MessageLine)

    def panel(self, kind: type[P]) -> P:
        """Return the explorer's panel of a class; it is made where there is none yet.

        A panel that needs another one asks for it in its constructor, and the other one is told of everything first.
        """
        if kind not in self._panels:
            with self.session.lock:
                self._join(kind(self))
        found = self._panels[kind]
        assert isinstance(found, kind)
        return found

    def open_tool(self, kind: type[Panel]) -> None:
        """Open a panel of the tools, as its button does."""
        self._places.open(kind)

    def add(self, panel: type[P]) -> P:
        """Show a custom panel.

        Parameters
        ----------
        panel : type
            A class derived from :class:`plausiwidgets.widgets.Panel`, whose `place` and `order` say where it stands.
            It is made with the explorer as its argument, and gets the selection and the last responses at once.

        Returns
        -------
        Panel
            The new panel, or the one that was made when the class was first added.

        Raises
        ------
        TypeError
            If it is not a class of panels, or makes one without a view.
        ValueError
            If its place is unknown.

        Examples
        --------
        >>> import ipywidgets
        >>> import plausiwidgets as pw
        >>> from plausiwidgets.widgets import Panel
        >>> class Distance(Panel):
        ...     def __init__(self, explorer):
        ...         super().__init__(explorer)
        ...         self.view = ipywidgets.HTML()
        ...
        ...     def on_response(self, response):
        ...         if response.role == "yours" and response.verdict is not None:
        ...             self.view.value = f"distance {response.verdict.loss:.3g}"
        >>> explorer = pw.Explorer("lif", "tonic_spiking", {})
        >>> panel = explorer.add(Distance)
        >>> explorer.wait(60)
        True
        >>> panel.view.value
        'distance 0'
        >>> explorer.close()
        """
        self.session.require_open()
        valid = "a class derived from plausiwidgets.widgets.Panel that has a widget as its view"
        if not (isinstance(panel, type) and issubclass(panel, Panel)):
            raise TypeError(f"add: panel is {panel!r}, valid is {valid}")
        if panel.place not in BOXES:
            raise ValueError(f"add: the place of {panel.__name__} is {panel.place!r}, valid: {', '.join(BOXES)}")
        if panel not in self._panels:
            with self.session.lock:
                made = panel(self)
                if not isinstance(getattr(made, "view", None), w.DOMWidget):
                    raise TypeError(f"add: panel is {panel!r}, valid is {valid}")
                self._join(made)
                self._on_opened(made)
        return self.panel(panel)

    def _join(self, panel: Panel) -> None:
        self.session.attach(panel)
        self._panels[type(panel)] = panel
        self._places.add(panel)

    def _on_opened(self, panel: Panel) -> None:
        if panel.needs_states:
            self.panel(Judging).judge(self.selection, jumped=True)  # what was judged before does not have them

    # -- for scripts -----------------------------------------------------------------------------

    @property
    def selection(self) -> Selection:
        return self.session.selection

    @selection.setter
    def selection(self, selection: Selection) -> None:
        self.session.show(selection)

    @property
    def results(self) -> tuple[Result, ...]:
        return tuple(self.panel(Searches).results)

    def show(
        self,
        model: str | NeuronModel,
        pattern: Named,
        parameters: Mapping[str, float] | None = None,
        *,
        dt: float | None = None,
    ) -> None:
        """Show another model or pattern, with its last slider ranges; parameters and errors as in the constructor.

        :meth:`undo` goes back.
        """
        with self.session.lock:
            named = Selection.defaults(model, pattern)
            self.session.pick(self.session.recalled(named.model, named.pattern).filled(parameters, dt))

    def mystery(self, model: str | NeuronModel, pattern: Named, seed: int) -> Mystery:
        """Show a neuron whose parameters are hidden; arguments and errors: :func:`plausiwidgets.teaching.mystery`."""
        hidden = self.panel(MysteryPanel).begin(model, pattern, seed)
        self.open_tool(MysteryPanel)
        return hidden

    def optimize(self, **settings: Any) -> Run:
        """Start a search with the panel's settings; a running one is stopped.

        Parameters
        ----------
        **settings
            As :func:`plausiwidgets.start_optimization` takes them; they replace the panel's.

        Returns
        -------
        Run
        """
        return self.panel(Searches).begin(settings)

    def stop(self) -> None:
        """End the search, if one is running; its best is kept."""
        self.panel(Searches).stop()

    def undo(self) -> None:
        """Go back one step, slider ranges and ticks included.

        A step is a drag, a typed value, a tick, a picked model, pattern or preset, a reset, “use best”, a cell of a
        map, an assigned selection, or :meth:`show`.
        """
        self.session.undo()

    def redo(self) -> None:
        """Take the last :meth:`undo` back."""
        self.session.redo()

    def use_best(self) -> None:
        """Put the best parameters on the sliders: of the shown pattern's search, else of the last one."""
        self.panel(Searches).use_best()

    def _ipython_display_(self) -> None:
        still = display({"text/html": "", "text/plain": ""}, raw=True, display_id=True)
        note = f"{self.selection.title}: run this cell to move its sliders."
        display({**self._repr_mimebundle_(), "text/plain": note}, raw=True)
        ends = time.monotonic() + LONGEST_WAIT

        def draw(_: object) -> None:
            response = self.session.response("yours")
            if response is not None and response.verdict is not None:
                still.update({"text/html": still_of(response.verdict._repr_html_(), note), "text/plain": ""}, raw=True)
            elif time.monotonic() < ends:
                self.worker.ask("still", Priority.LATER, draw, 0.2)

        # Later: the picture must not keep the user waiting for the first response.
        self.worker.ask("still", Priority.LATER, draw)

    def to_python(self) -> str:
        """Return a Python script that gives what is shown: model, pattern, values, verdict, and the last search of it.

        Examples
        --------
        >>> import plausiwidgets as pw
        >>> explorer = pw.Explorer("lif", "tonic_spiking", {"tau_mem": 25.0})
        >>> "'tau_mem': 25.0,  # ms" in explorer.to_python()
        True
        >>> explorer.close()
        """
        return script(self.selection, self.panel(Searches).settings(self.selection))

    def to_html(self, path: str | Path = "neuron.html", *, exercise: Exercise | None = None) -> Path:
        """Write what is selected to a page that needs no server; see :func:`plausiwidgets.export_page`."""
        shown = self.selection
        return export_page(shown.model, shown.pattern, shown.values, path=path, dt=shown.dt, exercise=exercise)

    def wait(self, timeout: float = 30.0) -> bool:
        """Wait until everything that was changed is judged and drawn; return whether it is."""
        return self.worker.join(timeout, Priority.FIGURE)

    def close(self) -> None:
        """End the threads and close all widgets; it takes no more work, and `results` and `selection` stay."""
        if hasattr(self, "session"):  # not where the arguments were refused
            self.session.close()
            self.worker.close()
        super().close()

    def _on_link(self, dt: float | None) -> None:
        """Show what the address says that JupyterLab was opened with: its kernel does not see it.

        `dt` is the time step of the constructor.
        """
        if not self._from_link:
            return
        self._from_link = False
        if names_something(self.page.link):
            with self.session.lock:
                own = self.selection
                selection, notes = opened(self.page.link, own.model, own.pattern, dt)
                self.session.replaced(own, selection)  # without a step: undo would be a way out of an exercise
            if notes:
                self.messages.note(notes)
        self._open_mystery(self.page.link)

    def _open_mystery(self, query: str) -> None:
        """Begin the mystery that a link names, where it names one."""
        hidden = dict(parse_qsl(query[:MAX_QUERY])).get("mystery")
        if hidden:
            try:
                self.panel(MysteryPanel).open(hidden)
                self.open_tool(MysteryPanel)
            except ValueError as error:
                self.messages.note((f"{error}.",))

    def _send_again(self) -> None:
        """Send every widget to a new page again: messages are lost while Voila builds the page."""
        for widget in descendants(self):
            if widget is not self.panel(FigurePanel).view:  # it looks after itself
                widget.send_state()


def descendants(root: w.Widget) -> Iterator[w.Widget]:
    """Yield all that is laid out in a widget."""
    for child in getattr(root, "children", ()):
        yield child
        yield from descendants(child)
