"""The explorer: what holds the parts together, and the little that a script needs of it."""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Mapping
from typing import Any

import ipywidgets as w

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result, Run, start_optimization
from plausiwidgets.patterns import Pattern
from plausiwidgets.widgets import judging
from plausiwidgets.widgets.assessing import Assessing
from plausiwidgets.widgets.curve import Curve
from plausiwidgets.widgets.drag import DragPath
from plausiwidgets.widgets.figure import TraceFigure
from plausiwidgets.widgets.optimization_panel import OptimizationPanel
from plausiwidgets.widgets.page import Page, Share
from plausiwidgets.widgets.parameters import ParameterPanel
from plausiwidgets.widgets.pickers import Pickers
from plausiwidgets.widgets.scene import Scene
from plausiwidgets.widgets.search import Topic
from plausiwidgets.widgets.searches import Searches
from plausiwidgets.widgets.state import State
from plausiwidgets.widgets.status import StatusLine
from plausiwidgets.widgets.sweeps import SweepPicker
from plausiwidgets.widgets.verdict import VerdictView

MAX_UNDO = 100


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
        For an unknown name, or a value that is not finite or outside of its hard limits.

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
        self._undo: list[tuple[NeuronModel, State]] = []
        self._topics: dict[tuple[NeuronModel, str], int] = {}
        self._number = 0
        neuron, firing = models.get(model), patterns.get(pattern)
        notes: list[str] = []
        query = os.environ.get("QUERY_STRING", "")
        if query and parameters is None:
            state, notes = State.from_query(query, neuron, firing.key)
            neuron = neuron if state.model == neuron.name else models.get(state.model)
            firing, parameters, dt = patterns.get(state.pattern), state.parameters, state.dt or dt

        self._figure = TraceFigure()
        self._scene = Scene(self._figure)
        self._status = StatusLine()
        self._verdict = VerdictView()
        self._pickers = Pickers(self._lock, self._on_pick, neuron)
        self._parameters = ParameterPanel(self._lock, self._on_change, self._refused)
        self._optimization = OptimizationPanel(self._on_press)
        self._sweeps = SweepPicker(self._scene.select)
        self._curve = Curve()
        self._assessing = Assessing(self._open, self._status)
        self._page = Page()
        self._share = Share(app=importlib.util.find_spec("voila") is not None)
        self._drag = DragPath(self._scene, self._sweeps, self._verdict, self._status, self._settled)
        self._searches = Searches(
            self._lock, self._scene, self._curve, self._optimization, self._status, lambda: self._drag.calm
        )
        self._pickers.reset.on_click(lambda _: self._reset())
        self._pickers.undo.on_click(lambda _: self.undo())
        self._page.observe(lambda change: self._figure.set_dark(change["new"]), "dark")
        self._page.observe(lambda change: self._scene.set_width(change["new"]), "width")

        super().__init__(self._arranged())
        self.add_class("pw-explorer")
        self._show(neuron, firing, judging.checked(neuron, firing, parameters), dt)
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
            neuron = self._model if state.model == self._model.name else models.get(state.model)
            firing = patterns.get(state.pattern)
            values = judging.checked(neuron, firing, state.parameters)
            self._remember()
            self._show(neuron, firing, values, state.dt)

    @property
    def results(self) -> tuple[Result, ...]:
        return tuple(self._searches.results)

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
            model, pattern = self._model, self._pattern
            values, free, bounds = self._parameters.values(), self._parameters.free(), self._parameters.bounds()
            topic = Topic(self._number, model, pattern, self._parameters.dt)
            usual: dict[str, Any] = {
                "fixed": {name: value for name, value in values.items() if name not in free},
                "bounds": {name: bounds[name] for name in free},
                "start": values if self._optimization.from_sliders else None,
                "dt": topic.dt,
            }
            run = start_optimization(model, pattern, **(usual | self._optimization.settings | settings))
            self._searches.start(topic, run)
            return run

    def stop(self) -> None:
        """End the search, if one is running; its best is kept."""
        self._searches.stop()

    def undo(self) -> None:
        """Go back to before the last preset, reset, “use best”, or assigned state."""
        with self._lock:
            if self._undo:
                model, state = self._undo.pop()
                self._show(model, patterns.get(state.pattern), state.parameters, state.dt)

    def use_best(self) -> None:
        """Put the best parameters of the last search on the sliders, in its model and pattern."""
        with self._lock:
            found = self._searches.best()
            if found is not None:
                topic, best = found
                self._remember()
                self._show(topic.model, topic.pattern, best, topic.dt)

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

    def _show(self, model: NeuronModel, pattern: Pattern, values: Mapping[str, float] | None, dt: float | None) -> None:
        """Show a model and a pattern, with these values or the ones they had."""
        with self._lock:
            # The same number whenever the same two are shown: then a search for them is shown again too.
            number = self._topics.setdefault((model, pattern.key), len(self._topics) + 1)
            if number != self._number:
                self._number = number
                self._model, self._pattern = model, pattern
                self._parameters.show(model, pattern)
                self._scene.set_topic(self._number, model, pattern)
                self._sweeps.show((), "")
                self._optimization.set_default_budget(pattern.budget)
                self._searches.show(number)
                self._assessing.show(model)
            if values is not None:
                self._parameters.set_values(values)
                self._parameters.dt = dt or model.dt
            self._pickers.show(model, pattern)
            self._pickers.undo.disabled = not self._undo
            self._request(fresh=True)

    def _request(self, fresh: bool = False) -> None:
        topic = Topic(self._number, self._model, self._pattern, self._parameters.dt)
        self._drag.put(topic, self._parameters.values(), fresh)

    def _remember(self) -> None:
        self._undo.append((self._model, self.state))
        del self._undo[:-MAX_UNDO]
        self._pickers.undo.disabled = False

    def _open(self, model: NeuronModel, pattern: str, values: Mapping[str, float] | None) -> None:
        """Show a cell of the map."""
        with self._lock:
            firing = patterns.get(pattern)
            checked = judging.checked(model, firing, values)
            self._remember()
            self._show(model, firing, checked, None)

    def _settled(self) -> None:
        state = self.state
        self._share.query, self._share.python = state.to_query(), state.to_python()

    def _reset(self) -> None:
        with self._lock:
            self._remember()
            self._show(self._model, self._pattern, judging.filled(self._pattern.parameters(self._model), {}), None)

    # -- events ----------------------------------------------------------------------------------

    def _on_pick(self, what: str, picked: Any) -> None:
        before = self._model, self._pattern
        self._status.clear()
        self._remember()
        try:
            if what == "model":
                self._show(picked, self._pattern, None, None)
            elif what == "pattern":
                self._show(self._model, picked, None, None)
            else:
                pattern = patterns.get(picked.pattern) if picked.pattern else self._pattern
                self._show(
                    self._model, pattern, judging.filled(pattern.parameters(self._model), picked.parameters), picked.dt
                )
        except Exception as error:  # a model of one's own may raise anywhere
            self._show(*before, None, None)
            self._status.error("model", error)

    def _on_change(self, row: Any, what: str) -> None:
        self._status.clear("value")
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
