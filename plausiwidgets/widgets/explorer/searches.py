"""The explorer's searches: the current one on panel and figure, and what the former ones found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

from plausiwidgets.optimization import Result, Run, start_optimization
from plausiwidgets.patterns.judge import single
from plausiwidgets.simulation.simulate import check_dt
from plausiwidgets.widgets.explorer import judging
from plausiwidgets.widgets.explorer.curve import Curve
from plausiwidgets.widgets.explorer.optimization_panel import OptimizationPanel
from plausiwidgets.widgets.explorer.search import Search, Topic
from plausiwidgets.widgets.explorer.setting import Setting
from plausiwidgets.widgets.explorer.status import StatusLine
from plausiwidgets.widgets.figure.scene import Scene


class Searches:
    """Starts, shows and ends searches; one runs at a time.

    Parameters
    ----------
    lock : RLock
        The explorer's.
    scene, curve, panel, status
        The parts of the explorer that show it.
    calm : callable
        Whether nobody drags: a drag goes first.

    Attributes
    ----------
    results : list of Result
        In the order of their ends.
    """

    def __init__(
        self,
        lock: RLock,
        scene: Scene,
        curve: Curve,
        panel: OptimizationPanel,
        status: StatusLine,
        calm: Callable[[], bool],
    ) -> None:
        self._lock = lock
        self._scene = scene
        self._figure = scene.figure
        self._curve = curve
        self._panel = panel
        self._status = status
        self._calm = calm
        self._search: Search | None = None
        self._number = 0
        self.results: list[Result] = []

    def begin(self, number: int, setting: Setting, settings: dict[str, Any]) -> Run:
        """Search for what is set; `settings` as ``start_optimization`` takes them replace the panel's."""
        values, bounds, free = setting.values or {}, setting.bounds or {}, setting.free or ()
        usual: dict[str, Any] = {
            "fixed": {name: value for name, value in values.items() if name not in free},
            "bounds": {name: bounds[name] for name in free},
            "start": values if self._panel.from_sliders else None,
            "dt": setting.dt,
        }
        merged = usual | self._panel.settings | settings
        # What is drawn of it is judged as it judges, whatever the time step of the sliders is then.
        topic = Topic(number, setting.model, setting.pattern, check_dt(setting.model, merged["dt"]))
        run = start_optimization(setting.model, setting.pattern, **merged)
        self.start(topic, run)
        return run

    def start(self, topic: Topic, run: Run) -> None:
        """Show a run that has just begun."""
        with self._lock:
            self._number = topic.number
            self._scene.clear("best")
            self._curve.clear()
            self._search = Search(
                topic, run, self._on_snapshot, self._draw, self._may_tell, self._may_draw, self._failed
            )

    def stop(self) -> None:
        """End the running search, if there is one; its best is kept."""
        with self._lock:
            if self._search is not None:
                self._search.run.stop()

    def toggle_pause(self) -> None:
        """Pause the running search, or let it go on."""
        with self._lock:
            if self._search is not None:
                self._search.toggle_pause()

    def best(self) -> tuple[Topic, Mapping[str, float]] | None:
        """Return the best parameters of the current search and what they are for."""
        with self._lock:
            search = self._search
            best = search.best if search is not None else None
            return None if search is None or best is None else (search.topic, best)

    def show(self, number: int) -> None:
        """Go on to another topic: a search for something else ends, and says from then on what it was for.

        What it found is still there for “use best”, and is drawn again when its topic is shown again.
        """
        with self._lock:
            self._number = number
            self._curve.clear()
            search = self._search
            if search is None:
                self._panel.idle()
                return
            if search.topic.number != number:
                search.run.stop()
            search.drawn = None
            snapshot = search.run.snapshot()
            self._tell(search, snapshot)
            self._draw(search, snapshot)

    # -- on the publisher's thread ---------------------------------------------------------------

    def _on_snapshot(self, search: Search, snapshot: Any) -> None:
        with self._lock:
            if search is self._search:
                self._tell(search, snapshot)
        if snapshot.state == "failed":
            self._status.error("search", snapshot.error)
        elif snapshot.ended:
            self.results.append(search.run.result())

    def _may_tell(self, seconds: float) -> bool:
        return self._calm() or seconds > 1.0

    def _may_draw(self, seconds: float) -> bool:
        # The page draws one thing at a time: half of its time is left for other things. But it may be hidden, or
        # gone: something is drawn all the same, now and then.
        return seconds > 2.0 or (self._figure.drawn and self._calm() and seconds > 2.0 * self._figure.seconds)

    def _tell(self, search: Search, snapshot: Any) -> None:
        self._panel.show(snapshot, "" if search.topic.number == self._number else search.topic.title)

    def _draw(self, search: Search, snapshot: Any) -> None:
        topic = search.topic
        if search is not self._search or topic.number != self._scene.topic:
            return
        history = snapshot.history
        if history:
            self._curve.show(history["evaluations"], history["best"], history["current"])
        best = snapshot.best_parameters
        if best is None or best == search.drawn:
            return
        verdict = single(judging.judged(topic.model, topic.pattern, best, topic.dt))
        with self._figure.update():
            if search is self._search:
                self._scene.draw("best", verdict, topic.number)
                search.drawn = best

    def _failed(self, error: Exception) -> None:
        self._status.error("search", error)
