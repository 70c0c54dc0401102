"""The explorer: the session, the panels that observe it, and the little that a script needs of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from weakref import ref

import ipywidgets as w

from plausiwidgets.arguments import checked
from plausiwidgets.assessment.mystery import Mystery
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result, Run
from plausiwidgets.patterns import Named, Protocol
from plausiwidgets.widgets.closing import View
from plausiwidgets.widgets.explorer.exercise import Exercise
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.explorer.gallery import GalleryPanel
from plausiwidgets.widgets.explorer.judging import Judging
from plausiwidgets.widgets.explorer.live import Live
from plausiwidgets.widgets.explorer.models import ModelsPanel
from plausiwidgets.widgets.explorer.optimization_panel import WAYS, OptimizationPanel
from plausiwidgets.widgets.explorer.parameters import ParameterPanel
from plausiwidgets.widgets.explorer.pickers import Pickers
from plausiwidgets.widgets.explorer.pin import PinPanel
from plausiwidgets.widgets.explorer.places import PLACES, Places
from plausiwidgets.widgets.explorer.presentation import PresentationPanel
from plausiwidgets.widgets.explorer.searches import Searches
from plausiwidgets.widgets.explorer.share import SharePanel
from plausiwidgets.widgets.explorer.verdict import VerdictPanel
from plausiwidgets.widgets.page.export import export_page
from plausiwidgets.widgets.session.link import MAX_QUERY
from plausiwidgets.widgets.session.messages import MessageLine
from plausiwidgets.widgets.session.selection import DEFAULT_MODEL, DEFAULT_PATTERN, Selection
from plausiwidgets.widgets.session.session import Panel, Session
from plausiwidgets.widgets.session.starts import known_sets, my_turn
from plausiwidgets.widgets.session.worker import Priority, Worker
from plausiwidgets.widgets.tools.equations import EquationsPanel
from plausiwidgets.widgets.tools.exports import ExportPanel
from plausiwidgets.widgets.tools.mystery import MysteryPanel
from plausiwidgets.widgets.tools.phase_plane import PhasePlanePanel
from plausiwidgets.widgets.tools.profiles import ProfilesPanel
from plausiwidgets.widgets.tools.stimulus import StimulusPanel
from plausiwidgets.widgets.view.page_watch import PageWatch


class Explorer(View):
    """Pick a neuron model and a firing pattern, drag parameters, and search in the background.

    Parameters
    ----------
    model : str or NeuronModel
    pattern : str or Pattern, or a list of several
        Several are shown with one set of model parameters, each under a stimulus of its own. One of
        :func:`plausiwidgets.patterns.stimulus` is shown, and not judged.
    parameters : mapping of str to float, optional
        The model's parameters and the pattern's stimulus values; what is left out takes its default, so that
        ``{}`` gives the defaults. Without it the explorer opens as the page's link says, where it has one, and
        else with a set that does not show the pattern yet: near one that does, where one is known.
    dt : float, optional
        Time step in ms; default: the model's.
    locked : sequence of str, optional
        What can be seen but not changed, for an exercise: the sliders of all else can be tuned. It lasts until another
        model or pattern is picked, and is no protection. A link that the page has says itself what is locked.

    Attributes
    ----------
    selection : Selection
        What is shown; assign one to show it.
    session : Session
        What all panels observe.
    worker : Worker
        Does what takes longer than some milliseconds.
    results : tuple of Result
        What the searches of this explorer found, in the order of their ends.

    Raises
    ------
    ValueError
        For an unknown name, or a value or time step that is not finite or outside of its hard limits.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Explorer("adex", "tonic_bursting")           # doctest: +SKIP
    """

    @checked
    def __init__(
        self,
        model: str | NeuronModel = DEFAULT_MODEL,
        pattern: Named = DEFAULT_PATTERN,
        parameters: Mapping[str, float] | None = None,
        *,
        dt: float | None = None,
        locked: Sequence[str] = (),
    ) -> None:
        notes: tuple[str, ...] = ()
        _close_former_run(self)
        query = os.environ.get("QUERY_STRING", "")
        self._from_link = parameters is None
        if query and parameters is None:
            first, notes = Selection.from_query(query, model, pattern, dt)
        elif parameters is None:
            first = Selection.of(model, pattern, None, dt)
            first.with_locked(locked)  # refused before anything is made of it
            turn = my_turn(first.model, first.pattern, known_sets(first.model, first.pattern), 0, locked)
            first = turn if dt is None else turn.with_dt(dt)
        else:
            first = Selection.of(model, pattern, parameters, dt).with_locked(locked)

        self._messages = messages = MessageLine()
        self.session = session = Session(first, lambda error: messages.error("panel", error))
        self.worker = Worker(lambda error: messages.error("panel", error))
        self._page = PageWatch()
        self._page.observe(lambda _: session.hold(self._page.held), "held")
        self._pickers = Pickers(session, messages, lambda: self._searches.found())
        self._share = SharePanel()
        self._pin = PinPanel(session, self.worker)
        self._parameters = ParameterPanel(session, messages, (*self._pickers.published, self._pin.view))
        self._page.shared = self._parameters.shared
        self._verdict = VerdictPanel()
        self._figure = FigurePanel(self._page, session.look_at)
        self._optimization = OptimizationPanel(self._on_press, lambda text: messages.error("setting", text))
        self._judging = Judging(session, self.worker, self._figure.figure, messages)
        self._searches = Searches(
            session, self._optimization, self.worker, self._judging, self._figure.figure, messages
        )
        self._live = Live(session, self._parameters, self._figure, self._page, self.worker)
        self._gallery = GalleryPanel(self._pickers.pick, lambda: self.results, self.worker)
        self._models = ModelsPanel(self.show, self._on_assessed, messages)
        self._profiles = ProfilesPanel(self.worker)
        self._plane = PhasePlanePanel(self.worker)
        self._equations = EquationsPanel()
        self._stimulus = StimulusPanel(session, messages)
        self._export = ExportPanel(lambda: self.results, messages, self.worker)
        this = ref(self)
        self._presentation = PresentationPanel(lambda: this() or w.Box())
        self._mystery = MysteryPanel(session, messages, lambda: self._on_press("optimize"))
        self._places = self._arranged()
        super().__init__([self._page, self._live.view, *self._places.view])
        self.add_class("pw-explorer")
        self._page.observe(lambda _: self._send_again(), "pages")
        self._page.observe(lambda _: self._on_link(), "link")
        for panel in (
            messages,
            self._pickers,
            self._share,
            self._parameters,
            self._verdict,
            self._figure,
            self._pin,
            self._live,
            self._optimization,
            self._gallery,
            self._models,
            self._profiles,
            self._plane,
            self._equations,
            self._mystery,
            self._stimulus,
            self._export,
            self._searches,  # they draw into the figure, and are told after it
            self._judging,
            Exercise(session, messages),
        ):
            session.attach(panel)
        if notes:
            messages.note(notes)
        if parameters is None:
            self._open_mystery(query)

    def _arranged(self) -> Places:
        verdict, figure, optimization = self._verdict, self._figure, self._optimization
        chips = w.Box([verdict.yours, self._pin.key, verdict.best, figure.sweeps])
        chips.add_class("pw-chips")
        help_line = w.HTML()  # the page writes into it what it is that has the focus
        help_line.add_class("pw-help")
        places = Places(
            bar=[*self._pickers.bar, self._share.view],
            look=[self._pickers.view, chips],
            figure=figure.view,
            search=optimization.view,
            side=[self._parameters.view, self._profiles.marks, verdict.view],
            foot=[help_line, self._messages.view, optimization.elsewhere],
            over=self._models.over,
            shown=self._on_opened,
        )
        places.put(self._models, "rail")
        places.put(self._gallery, "rail")
        places.put(self._presentation, "bar")
        for tool in (
            self._plane,
            self._equations,
            self._profiles,
            self._stimulus,
            self._mystery,
            self._export,
        ):
            places.put(tool, "tools")
        return places

    def add(self, panel: Panel, place: str = "below") -> None:
        """Show a panel of one's own.

        Parameters
        ----------
        panel : Panel
            It is told at once of what is selected, and of the responses that there are.
        place : {"below", "centre", "look", "tools", "bar", "rail"}
            Where it stands, see :data:`~plausiwidgets.widgets.explorer.places.PLACES`.

        Raises
        ------
        TypeError
            If it is no panel with a view.
        ValueError
            If there is no such place.

        Examples
        --------
        >>> import ipywidgets
        >>> import plausiwidgets as pw
        >>> from plausiwidgets.widgets import Panel
        >>> class Loss(Panel):
        ...     def __init__(self):
        ...         self.view = ipywidgets.HTML()
        ...     def on_response(self, response):
        ...         if response.role == "yours" and response.verdict is not None:
        ...             self.view.value = f"loss {response.verdict.loss:.3g}"
        >>> explorer = pw.Explorer()                    # doctest: +SKIP
        >>> explorer.add(Loss())                        # doctest: +SKIP
        """
        self.session.require_open()
        if not isinstance(panel, Panel) or not isinstance(getattr(panel, "view", None), w.DOMWidget):
            valid = "an object of a class of plausiwidgets.widgets.Panel, with a widget as its view"
            raise TypeError(f"add: panel is {panel!r}, valid is {valid}")
        if place not in PLACES:
            raise ValueError(f"there is no place {place!r}, valid: {', '.join(PLACES)}")
        self.session.attach(panel)
        self._places.put(panel, place)
        self._on_opened(panel)

    def _on_opened(self, panel: Panel) -> None:
        if panel.needs_states:
            self._judging.judge(self.selection, True)  # what was judged before does not have them

    # -- for scripts -----------------------------------------------------------------------------

    @property
    def selection(self) -> Selection:
        return self.session.selection

    @selection.setter
    def selection(self, selection: Selection) -> None:
        self.session.show(selection)

    @property
    def results(self) -> tuple[Result, ...]:
        return tuple(self._searches.results)

    def show(
        self,
        model: str | NeuronModel,
        pattern: Named,
        parameters: Mapping[str, float] | None = None,
        *,
        dt: float | None = None,
    ) -> None:
        """Show something else, with the slider ranges that it had; parameters and errors as of the constructor.

        :meth:`undo` goes back.
        """
        with self.session.lock:
            named = Selection.defaults(model, pattern)
            self.session.pick(self.session.recalled(named.model, named.pattern).filled(parameters, dt))

    def mystery(self, model: str | NeuronModel, pattern: str | Protocol, seed: int) -> Mystery:
        """Show a neuron whose parameters are hidden; arguments and errors as of :func:`plausiwidgets.mystery`."""
        return self._mystery.begin(model, pattern, seed)

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
        return self._searches.begin(settings)

    def stop(self) -> None:
        """End the search, if one is running; its best is kept."""
        self._searches.stop()

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
        self._searches.use_best()

    def to_html(self, path: str | Path = "neuron.html") -> Path:
        """Write what is selected to a page that needs no server; see :func:`plausiwidgets.export_page`."""
        shown = self.selection
        return export_page(shown.model, shown.pattern, shown.values, path=path, dt=shown.dt)

    def wait(self, timeout: float = 30.0) -> bool:
        """Wait until everything that was changed is judged and drawn; return whether it is."""
        return self.worker.join(timeout, Priority.FIGURE)

    def close(self) -> None:
        """End the threads and close all widgets; it takes no more work, and `results` and `selection` stay."""
        if hasattr(self, "_searches"):  # not where the arguments were refused
            self.stop()
            self.session.close()
            self.worker.close()
            self._pin.close()
            self._models.close()
        super().close()

    def _on_link(self) -> None:
        """Show what the address says that JupyterLab was opened with: its kernel does not see it."""
        if not self._from_link:
            return
        self._from_link = False
        with self.session.lock:
            own = self.selection
            selection, notes = Selection.from_query(self._page.link, own.model, own.pattern)
            self.session.replaced(own, selection)  # no step of a person: undo is no way out of an exercise
        if notes:
            self._messages.note(notes)
        self._open_mystery(self._page.link)

    def _open_mystery(self, query: str) -> None:
        """Begin the mystery that a link names, where it names one."""
        hidden = dict(parse_qsl(query[:MAX_QUERY])).get("mystery")
        if hidden:
            try:
                self._mystery.open(hidden)
            except ValueError as error:
                self._messages.note((f"{error}.",))

    def _on_assessed(self, model: NeuronModel, pattern: str, status: str) -> None:
        with self.session.lock:
            self._gallery.assessed(model, pattern, status)

    def _send_again(self) -> None:
        """Send to a new page what it may have missed between asking for the widgets and having them (Voila)."""
        for widget in descendants(self):
            if widget is not self._figure.view:  # it looks after itself
                widget.send_state()

    def _on_press(self, action: str) -> None:
        searches = self._searches
        try:
            if action == "optimize" or action in WAYS:
                self._messages.clear()
                self._optimization.starting()
                searches.press("" if action == "optimize" else action)
            else:
                {"use_best": self.use_best, "pause": searches.toggle_pause, "back": searches.back, "stop": self.stop}[
                    action
                ]()
        except Exception as error:
            self._messages.error("search", error)
            self._searches.refresh()


_of_cells: dict[str, tuple[str, list[ref[Explorer]]]] = {}
"""The explorers that each cell of the notebook made in its last run."""


def _close_former_run(explorer: Explorer) -> None:
    """Close what an earlier run of the same cell has made: nobody can see it any more, and it would cost as much."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    parent = shell.get_parent() if shell is not None and hasattr(shell, "get_parent") else {}
    cell, run = (parent.get("metadata") or {}).get("cellId"), (parent.get("header") or {}).get("msg_id")
    if not cell or not run:
        return
    former, explorers = _of_cells.get(cell, ("", []))
    if former != run:
        for one in explorers:
            if (old := one()) is not None:
                old.close()
        explorers = []
    _of_cells[cell] = run, [*explorers, ref(explorer)]


def descendants(root: w.Widget) -> Iterator[w.Widget]:
    """Yield all that is laid out in a widget."""
    for child in getattr(root, "children", ()):
        yield child
        yield from descendants(child)
