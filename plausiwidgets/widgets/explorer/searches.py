"""The explorer's searches: the current one on panel and figure, and what the former ones found."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from plausiwidgets.optimization import Result, Run, Snapshot, start_optimization
from plausiwidgets.patterns.judge import single
from plausiwidgets.simulation.threads import start_daemon
from plausiwidgets.widgets.explorer.judge_worker import JudgeWorker, judge_quickly
from plausiwidgets.widgets.explorer.messages import MessageLine
from plausiwidgets.widgets.explorer.optimization_panel import OptimizationPanel
from plausiwidgets.widgets.explorer.selection import Selection
from plausiwidgets.widgets.explorer.session import Observer, Response, Session
from plausiwidgets.widgets.figure.plotly_widget import PlotlyFigure

INTERVAL = 0.1
"""Least time in s between two messages: ten a second look continuous, and leave the page time for drags."""


@dataclass
class Search:
    """A run, and what is known of its best.

    Attributes
    ----------
    selection : Selection
        What it is about, at its own time step; it stays so when the explorer has gone on to something else.
    run : Run
    best : Response or None
        The judged best that was published last.
    """

    selection: Selection
    run: Run
    best: Response | None = None


class Searches(Observer):
    """Starts, shows and ends searches; one runs at a time, and belongs to a model and a pattern.

    A thread publishes each: the newest snapshot, at most ten times a second, and all less often while
    the page has no time. A change of state is always told, the end is always told and drawn.

    Attributes
    ----------
    results : list of Result
        In the order of their ends.
    """

    def __init__(
        self,
        session: Session,
        panel: OptimizationPanel,
        worker: JudgeWorker,
        figure: PlotlyFigure,
        messages: MessageLine,
    ) -> None:
        self._session = session
        self._panel = panel
        self._worker = worker
        self._figure = figure
        self._messages = messages
        self._about: Selection | None = None
        self._search: Search | None = None
        self.results: list[Result] = []

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Go on to another model or pattern: a search for something else ends, and says what it was for.

        What it found is still there for “use best”, and is drawn again when its pattern is shown again.
        """
        if self._about is not None and self._about.is_about(selection.model, selection.pattern):
            return
        self._about = selection
        self._panel.curve.clear()
        search = self._search
        if search is None:
            self._panel.idle()
            return
        if not self._is_shown(search):
            search.run.stop()
        snapshot = search.run.snapshot()
        self._tell(search, snapshot)
        self._draw(search, snapshot)

    def begin(self, settings: Mapping[str, Any]) -> Run:
        """End the former search, and begin one for what is selected.

        `settings`, as ``start_optimization`` takes them, replace the panel's.
        """
        with self._session.lock:
            self._session.require_open()
            self.stop()
            selection = self._session.selection
            usual: dict[str, Any] = {
                "fixed": {name: x for name, x in selection.values.items() if name not in selection.free},
                "bounds": {name: selection.bounds[name] for name in selection.free},
                "start": selection.values if self._panel.from_sliders else None,
                "dt": selection.dt,
            }
            merged = usual | self._panel.settings | dict(settings)
            # What is drawn of it is judged as it judges, whatever the time step of the sliders is then.
            own = selection.with_dt(merged["dt"])
            search = Search(own, start_optimization(selection.model, selection.pattern, **merged))
            self._search = search
            self._session.publish(Response("best", own, None))
            self._panel.curve.clear()
            start_daemon(lambda: self._watch(search), "plausiwidgets publisher")
            return search.run

    def stop(self) -> None:
        """End the running search, if there is one; its best is kept."""
        with self._session.lock:
            if self._search is not None:
                self._search.run.stop()

    def toggle_pause(self) -> None:
        """Pause the running search, or let it go on."""
        with self._session.lock:
            if self._search is None:
                return
            run = self._search.run
            if run.snapshot().state == "paused":
                run.resume()
            else:
                run.pause()

    def use_best(self) -> None:
        """Select the best parameters of the current search, with its model, pattern and time step."""
        with self._session.lock:
            self._session.require_open()
            search = self._search
            best = None if search is None else search.run.snapshot().best_parameters
            if search is not None and best is not None:
                recalled = self._session.recalled(search.selection.model, search.selection.pattern)
                self._session.show(recalled.filled(best, search.selection.dt))

    def refresh(self) -> None:
        """Show again where the current search is: an action has failed."""
        with self._session.lock:
            if self._search is None:
                self._panel.idle()
            else:
                self._tell(self._search, self._search.run.snapshot())

    # -- on the thread of a search ---------------------------------------------------------------

    def _watch(self, search: Search) -> None:
        told: tuple[object, ...] = ("",)
        drawn, drawn_at, told_at = -1, 0.0, 0.0
        while True:
            snapshot = search.run.snapshot()
            # Of what changes within a generation only the clock matters, to the second.
            now = (snapshot.state, snapshot.generation, snapshot.phase, int(snapshot.elapsed))
            if now[0] != told[0] or (now != told and self._may_tell(time.monotonic() - told_at)):
                told, told_at = now, time.monotonic()
                self._try(self._tell, search, snapshot)
            if snapshot.ended:
                break
            if snapshot.generation != drawn and self._may_draw(time.monotonic() - drawn_at):
                self._try(self._draw, search, snapshot)
                drawn, drawn_at = snapshot.generation, time.monotonic()
            search.run.wait(INTERVAL)
        self._try(self._draw, search, snapshot)
        if snapshot.state == "failed":
            self._messages.error("search", snapshot.error)
        else:
            self.results.append(search.run.result())

    def _try(self, show: Callable[[Search, Snapshot], None], search: Search, snapshot: Snapshot) -> None:
        try:
            show(search, snapshot)
        except Exception as error:
            self._messages.error("search", error)

    def _may_tell(self, seconds: float) -> bool:
        return self._worker.calm or seconds > 1.0

    def _may_draw(self, seconds: float) -> bool:
        # The page draws one thing at a time: half of its time is left for other things. But it may be hidden, or
        # gone: something is drawn all the same, now and then.
        figure = self._figure
        return seconds > 2.0 or (figure.drawn and self._worker.calm and seconds > 2.0 * figure.seconds)

    def _is_shown(self, search: Search) -> bool:
        shown = self._session.selection
        return search.selection.is_about(shown.model, shown.pattern)

    def _tell(self, search: Search, snapshot: Snapshot) -> None:
        """Show the numbers of a search; cheap."""
        with self._session.lock:
            if search is self._search:
                self._panel.show(snapshot, "" if self._is_shown(search) else search.selection.title)

    def _draw(self, search: Search, snapshot: Snapshot) -> None:
        """Show the curve of a search and its best; costs the page as much as a drag."""
        with self._session.lock:  # another pattern may be picked at any moment
            if search is not self._search or not self._is_shown(search):
                return
            self._panel.show_curve(snapshot)
        best = snapshot.best_parameters
        if best is None:
            return
        if search.best is None or best != search.best.selection.values:
            selection = replace(search.selection, values=best)
            judged = judge_quickly(selection, self._session.recorded(selection.model))
            search.best = Response("best", selection, single(judged))
        with self._session.lock:
            if search is self._search and self._session.response("best") is not search.best:
                self._session.publish(search.best)
