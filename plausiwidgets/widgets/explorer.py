"""The explorer: what holds the parts together, and the little that a script needs of it."""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets as w

from plausiwidgets import models, patterns
from plausiwidgets.models import NeuronModel, Preset
from plausiwidgets.optimization import Run, start_optimization
from plausiwidgets.optimization.priority import gate
from plausiwidgets.patterns import Pattern
from plausiwidgets.widgets import judging
from plausiwidgets.widgets.figure import TraceFigure
from plausiwidgets.widgets.live import NewestWins
from plausiwidgets.widgets.optimization_panel import OptimizationPanel
from plausiwidgets.widgets.page import Page, Share
from plausiwidgets.widgets.parameters import ParameterPanel
from plausiwidgets.widgets.pickers import Pickers
from plausiwidgets.widgets.scene import Scene
from plausiwidgets.widgets.search import Search, Topic
from plausiwidgets.widgets.state import State
from plausiwidgets.widgets.status import StatusLine
from plausiwidgets.widgets.sweeps import SweepPicker
from plausiwidgets.widgets.verdict import VerdictView

MAX_UNDO = 100

MAX_WAIT = 0.3
"""Time in s after which a drag is drawn although the page has not answered: it may be gone."""

MAX_LINGER = 0.15
"""Most time in s that a background run waits after a drag's picture was sent, so that the page can draw it."""


@dataclass(frozen=True)
class Job:
    """What to judge and draw; `fresh`: it follows a jump, so that the axes are fitted anew."""

    topic: Topic
    values: Mapping[str, float]
    fresh: bool


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
    results : list of Result
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
        self._search: Search | None = None
        self._topics: dict[tuple[NeuronModel, str], int] = {}
        self._number = 0
        self.results: list[Any] = []
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
        self._page = Page()
        self._share = Share(app=importlib.util.find_spec("voila") is not None)
        self._live: NewestWins[Job] = NewestWins(
            self._judge, self._settle, self._judging_failed, lambda: self._figure.wait_drawn(MAX_WAIT)
        )
        self._pickers.reset.on_click(lambda _: self._reset())
        self._pickers.undo.on_click(lambda _: self.undo())
        self._page.observe(lambda change: self._figure.set_dark(change["new"]), "dark")
        self._page.observe(lambda change: self._on_width(change["new"]), "width")

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
        plot = w.VBox([head, self._optimization.progress, self._sweeps.view, self._figure.widget])
        plot.add_class("pw-figure")
        main = w.VBox([plot, self._parameters.view, self._verdict.view, self._optimization.view])
        main.add_class("pw-main")
        return [self._page, bar, self._pickers.text, self._status.view, main]

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
            self._scene.clear("best")
            self._search = Search(
                topic,
                run,
                self._on_snapshot,
                self._draw_search,
                self._may_tell,
                self._may_draw,
                self._searching_failed,
            )
            return run

    def stop(self) -> None:
        """End the search, if one is running; its best is kept."""
        with self._lock:
            if self._search is not None:
                self._search.run.stop()

    def undo(self) -> None:
        """Go back to before the last preset, reset, “use best”, or assigned state."""
        with self._lock:
            if self._undo:
                model, state = self._undo.pop()
                self._show(model, patterns.get(state.pattern), state.parameters, state.dt)

    def use_best(self) -> None:
        """Put the best parameters of the last search on the sliders, in its model and pattern."""
        with self._lock:
            search = self._search
            best = search.best if search is not None else None
            if search is None or best is None:
                return
            self._remember()
            self._show(search.topic.model, search.topic.pattern, best, search.topic.dt)

    def wait(self, timeout: float = 30.0) -> bool:
        """Wait until everything that was changed is judged and drawn; return whether it is."""
        return self._live.join(timeout)

    def close(self) -> None:
        """End the threads and close the widgets."""
        if hasattr(self, "_live"):  # not where the arguments were refused
            self.stop()
            self._live.close()
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
                self._leave_search()
            if values is not None:
                self._parameters.set_values(values)
                self._parameters.dt = dt or model.dt
            self._pickers.show(model, pattern)
            self._pickers.undo.disabled = not self._undo
            self._request(fresh=True)

    def _request(self, fresh: bool = False) -> None:
        topic = Topic(self._number, self._model, self._pattern, self._parameters.dt)
        self._live.put(Job(topic, self._parameters.values(), fresh))

    def _remember(self) -> None:
        self._undo.append((self._model, self.state))
        del self._undo[:-MAX_UNDO]
        self._pickers.undo.disabled = False

    def _leave_search(self) -> None:
        # The run of another model or pattern ends; its result stays with “use best”, and says whose it is.
        search = self._search
        if search is not None and search.topic.number != self._number:
            search.run.stop()
        self._show_search()

    def _show_search(self) -> None:
        search = self._search
        if search is None:
            self._optimization.idle()
            return
        search.drawn = None
        snapshot = search.run.snapshot()
        self._tell(search, snapshot)
        self._draw_search(search, snapshot)

    def _reset(self) -> None:
        with self._lock:
            self._remember()
            declared = self._pattern.parameters(self._model)
            self._show(self._model, self._pattern, {n: p.default for n, p in declared.items()}, None)

    # -- events ----------------------------------------------------------------------------------

    def _on_pick(self, what: str, picked: Any) -> None:
        self._status.clear()
        if what == "preset":
            preset: Preset = picked
            pattern = patterns.get(preset.pattern) if preset.pattern else self._pattern
            declared = pattern.parameters(self._model)
            self._remember()
            values = {name: preset.parameters.get(name, p.default) for name, p in declared.items()}
            self._show(self._model, pattern, values, preset.dt)
        elif what == "model":
            self._remember()
            self._show(picked, self._pattern, None, None)
        else:
            self._remember()
            self._show(self._model, picked, None, None)

    def _on_change(self, row: Any, what: str) -> None:
        self._status.clear("value")
        if what != "free":
            self._request()

    def _refused(self, text: str) -> None:
        self._status.error("value", text)

    def _on_width(self, width: int) -> None:
        self._figure.set_width(width)
        self._scene.set_width(width)

    def _on_press(self, action: str) -> None:
        try:
            if action == "optimize":
                self._status.clear("search")
                self._optimization.starting()
                self.optimize()
            elif action == "use_best":
                self.use_best()
            elif self._search is not None and action == "pause":
                self._search.toggle_pause()
            else:
                self.stop()
        except Exception as error:
            self._status.error("search", error)
            self._show_search()

    # -- judging, on the live thread -------------------------------------------------------------

    def _judge(self, job: Job) -> None:
        with gate.urgent(min(self._figure.seconds, MAX_LINGER)):
            verdict = judging.judged(job.topic.model, job.topic.pattern, job.values, job.topic.dt)
            with self._figure.update():
                if job.topic.number != self._scene.topic:
                    return
                self._scene.draw("live", verdict, job.topic.number, fit=job.fresh)
        self._verdict.show(verdict)
        self._status.clear("model")
        if not self._scene.has("target") and not self._live.waiting:
            self._draw_target(job.topic)

    def _draw_target(self, topic: Topic) -> None:
        target = patterns.target(topic.pattern)
        with self._figure.update():
            self._scene.draw("target", target, topic.number, target, fit=True)
            if topic.number == self._scene.topic:
                self._sweeps.show(self._scene.sweeps, self._scene.shown)

    def _settle(self, job: Job) -> None:
        if not self._scene.has("target"):
            self._draw_target(job.topic)
        with gate.urgent():
            verdict = judging.verified(job.topic.model, job.topic.pattern, job.values, job.topic.dt)
        if self._live.waiting:
            return
        with self._figure.update():
            if job.topic.number == self._scene.topic:
                self._verdict.show(verdict)
                self._scene.settle()
        state = self.state
        self._share.query, self._share.python = state.to_query(), state.to_python()

    def _judging_failed(self, error: Exception) -> None:
        self._status.error("model", error)
        self._verdict.fail("The model could not be simulated with these parameters.")
        self._scene.clear("live")

    # -- searching, on the publisher's thread ----------------------------------------------------

    def _on_snapshot(self, search: Search, snapshot: Any) -> None:
        with self._lock:
            if search is self._search:
                self._tell(search, snapshot)
        if snapshot.state == "failed":
            self._status.error("search", snapshot.error)
        elif snapshot.ended:
            self.results.append(search.run.result())

    def _may_tell(self, seconds: float) -> bool:
        return self._calm or seconds > 1.0

    def _may_draw(self, seconds: float) -> bool:
        # The page draws one thing at a time: half of its time is left for other things.
        return self._figure.drawn and seconds > 2.0 * self._figure.seconds and (self._calm or seconds > 2.0)

    @property
    def _calm(self) -> bool:
        return self._live.idle > 0.4  # a drag goes first

    def _tell(self, search: Search, snapshot: Any) -> None:
        self._optimization.show(snapshot, "" if search.topic.number == self._number else search.topic.title)

    def _draw_search(self, search: Search, snapshot: Any) -> None:
        topic = search.topic
        if search is not self._search or topic.number != self._scene.topic:
            return
        best = snapshot.best_parameters
        verdict = None
        if best is not None and best != search.drawn:
            verdict = judging.judged(topic.model, topic.pattern, best, topic.dt)
        with self._figure.update():
            if search is not self._search:
                return
            history = snapshot.history
            if history:
                self._scene.draw_search(history["evaluations"], history["best"], history["current"], topic.number)
            if verdict is not None:
                self._scene.draw("best", verdict, topic.number)
                search.drawn = best

    def _searching_failed(self, error: Exception) -> None:
        self._status.error("search", error)
