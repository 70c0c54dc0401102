"""The explorer: what holds the parts together, and the little that a script needs of it."""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as w

from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result, Run
from plausiwidgets.patterns import Pattern
from plausiwidgets.widgets.explorer.curve import Curve
from plausiwidgets.widgets.explorer.drag import DragPath
from plausiwidgets.widgets.explorer.history import History
from plausiwidgets.widgets.explorer.optimization_panel import OptimizationPanel
from plausiwidgets.widgets.explorer.page import Page, Share
from plausiwidgets.widgets.explorer.parameters import ParameterPanel
from plausiwidgets.widgets.explorer.pickers import Pickers
from plausiwidgets.widgets.explorer.search import Topic
from plausiwidgets.widgets.explorer.searches import Searches
from plausiwidgets.widgets.explorer.setting import Setting, defaults, setting_of, setting_of_link, setting_of_preset
from plausiwidgets.widgets.explorer.state import State
from plausiwidgets.widgets.explorer.status import StatusLine
from plausiwidgets.widgets.explorer.sweeps import SweepPicker
from plausiwidgets.widgets.explorer.verdict import VerdictView
from plausiwidgets.widgets.figure.figure import TraceFigure
from plausiwidgets.widgets.figure.scene import Scene
from plausiwidgets.widgets.map.assessing import Assessing


class Explorer(w.VBox):
    """Pick a neuron model and a firing pattern, drag parameters, and search in the background.

    Parameters
    ----------
    model : str or NeuronModel
    pattern : str or Pattern
    parameters : mapping of str to float, optional
        The model's parameters and the pattern's stimulus values; what is left out takes its default.
        Without it the explorer opens as the page's link says, where it has one (under Voila).
    dt : float, optional
        Time step in ms; default: the model's.

    Attributes
    ----------
    state : State
        What is shown; assign one to show it.
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

    def __init__(
        self,
        model: str | NeuronModel = "izhikevich",
        pattern: str | Pattern = "tonic_spiking",
        parameters: Mapping[str, float] | None = None,
        *,
        dt: float | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._topics: dict[tuple[NeuronModel, int], tuple[int, Pattern]] = {}
        self._number = 0
        notes: list[str] = []
        query = os.environ.get("QUERY_STRING", "")
        if query and parameters is None:
            first, notes = setting_of_link(query, model, pattern, dt)
        else:
            first = setting_of(model, pattern, parameters, dt)

        self._figure = TraceFigure()
        self._scene = Scene(self._figure)
        self._status = StatusLine()
        self._verdict = VerdictView()
        self._pickers = Pickers(self._lock, self._on_pick, first.model, first.pattern)
        self._history = History(self._pickers.undo)
        self._parameters = ParameterPanel(self._lock, self._on_change, self._refused)
        self._optimization = OptimizationPanel(self._on_press)
        self._sweeps = SweepPicker(self._scene.select)
        self._curve = Curve()
        self._assessing = Assessing(self.show, self._status)
        self._page = Page()
        self._share = Share(app=importlib.util.find_spec("voila") is not None)
        self._drag = DragPath(self._scene, self._sweeps, self._verdict, self._status, self._settled)
        self._searches = Searches(
            self._lock, self._scene, self._curve, self._optimization, self._status, lambda: self._drag.calm
        )
        self._pickers.reset.on_click(lambda _: self._try(self._reset))
        self._pickers.undo.on_click(lambda _: self._try(self.undo))
        self._page.observe(lambda change: self._figure.set_dark(change["new"]), "dark")
        self._page.observe(lambda change: self._scene.set_width(change["new"]), "width")

        super().__init__(self._arranged())
        self.add_class("pw-explorer")
        self._put(first)
        if notes:
            self._status.note(notes)

    def _arranged(self) -> list[Any]:
        bar = w.HBox([*self._pickers.bar, self._share])
        bar.add_class("pw-bar")
        head = w.HBox([self._verdict.head, self._optimization.buttons])
        head.add_class("pw-figure-head")
        plot = w.VBox([head, self._optimization.progress, self._sweeps.view, self._figure.widget, self._curve])
        plot.add_class("pw-figure")
        main = w.VBox([plot, self._parameters.view, self._verdict.view, self._optimization.view])
        main.add_class("pw-main")
        return [self._page, bar, self._pickers.text, self._status.view, main, self._assessing.view]

    # -- for scripts -----------------------------------------------------------------------------

    @property
    def state(self) -> State:
        with self._lock:
            dt = self._parameters.dt
            return State(
                self._model.name, self._pattern.key, self._parameters.values(), None if dt == self._model.dt else dt
            )

    @state.setter
    def state(self, state: State) -> None:
        with self._lock:
            self.show(
                self._pickers.model(state.model), self._pickers.pattern(state.pattern), state.parameters, dt=state.dt
            )

    @property
    def results(self) -> tuple[Result, ...]:
        return tuple(self._searches.results)

    def show(
        self,
        model: str | NeuronModel,
        pattern: str | Pattern,
        parameters: Mapping[str, float] | None = None,
        *,
        dt: float | None = None,
    ) -> None:
        """Show something else; parameters and errors as of the constructor. :meth:`undo` goes back."""
        with self._lock:
            self._show(setting_of(model, pattern, parameters, dt))

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
        with self._lock:
            self.stop()
            return self._searches.begin(self._number, self._parameters.setting(), settings)

    def stop(self) -> None:
        """End the search, if one is running; its best is kept."""
        self._searches.stop()

    def undo(self) -> None:
        """Go back to before the last jump, slider ranges and ticks included.

        A jump is a picked model, pattern or preset, a reset, “use best”, a cell of a map, an assigned
        state, or :meth:`show`; a moved slider is none.
        """
        with self._lock:
            earlier = self._history.take()
            if earlier is not None:
                self._show(earlier, remember=False)

    def use_best(self) -> None:
        """Put the best parameters of the last search on the sliders, in its model and pattern."""
        with self._lock:
            found = self._searches.best()
            if found is not None:
                topic, best = found
                self._show(Setting(topic.model, topic.pattern, best, topic.dt))

    def wait(self, timeout: float = 30.0) -> bool:
        """Wait until everything that was changed is judged and drawn; return whether it is."""
        return self._drag.join(timeout)

    def close(self) -> None:
        """End the threads and close the widgets."""
        if hasattr(self, "_drag"):  # not where the arguments were refused
            self.stop()
            self._drag.close()
            self._assessing.close()
        super().close()

    # -- what is shown ---------------------------------------------------------------------------

    def _show(self, setting: Setting, remember: bool = True) -> None:
        """Show a setting; where that fails (a model of one's own may raise anywhere), all stays as it was."""
        with self._lock:
            before = self._parameters.setting()
            try:
                self._put(setting)
            except Exception:
                self._put(before)
                raise
            if remember:
                self._history.add(before)
            self._status.clear("pick")

    def _put(self, setting: Setting) -> None:
        with self._lock:
            model, pattern = setting.model, setting.pattern
            # The same number whenever the same two are shown: then a search for them is shown again too.
            number, _ = self._topics.setdefault((model, id(pattern)), (len(self._topics) + 1, pattern))
            if number != self._number:
                self._number = number
                self._model, self._pattern = model, pattern
                self._parameters.show(model, pattern)
                self._scene.set_topic(self._number, model, pattern)
                self._sweeps.show((), "")
                self._optimization.set_default_budget(pattern.budget)
                self._searches.show(number)
                self._assessing.show(model)
            self._parameters.apply(setting)
            self._pickers.show(model, pattern)
            self._request(fresh=True)

    def _request(self, fresh: bool = False) -> None:
        topic = Topic(self._number, self._model, self._pattern, self._parameters.dt)
        self._drag.put(topic, self._parameters.values(), fresh)

    def _settled(self) -> None:
        state = self.state
        self._share.query, self._share.python = state.to_query(), state.to_python()

    def _reset(self) -> None:
        with self._lock:
            self._show(defaults(self._model, self._pattern))

    # -- events ----------------------------------------------------------------------------------

    def _try(self, action: Callable[[], None]) -> None:
        """Do what a person asked for, or say why not."""
        self._status.clear()
        try:
            action()
        except Exception as error:
            self._status.error("pick", error)

    def _on_pick(self, what: str, picked: Any) -> None:
        self._try(lambda: self._show(self._picked(what, picked)))

    def _picked(self, what: str, picked: Any) -> Setting:
        model = self._model
        if what == "model":
            return Setting(picked, self._pattern)
        if what == "pattern":
            return Setting(model, picked)
        pattern = self._pickers.pattern(picked.pattern) if picked.pattern else self._pattern
        return setting_of_preset(model, pattern, picked)

    def _on_change(self, row: Any, what: str) -> None:
        self._status.clear("value")
        self._status.clear("pick")
        if what != "free":
            self._request()

    def _refused(self, text: str) -> None:
        self._status.error("value", text)

    def _on_press(self, action: str) -> None:
        try:
            if action == "optimize":
                self._status.clear("search")
                self._optimization.starting()
                self.optimize()
            elif action == "use_best":
                self.use_best()
            elif action == "pause":
                self._searches.toggle_pause()
            else:
                self.stop()
        except Exception as error:
            self._status.error("search", error)
            self._searches.show(self._number)
