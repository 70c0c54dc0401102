"""The explorer's searches: the current one on panel and figure, and what the former ones found."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result, Run, start_optimization
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import judged
from plausiwidgets.patterns.judge import single
from plausiwidgets.texts import tr
from plausiwidgets.widgets.explorer.figure_panel import FigurePanel
from plausiwidgets.widgets.explorer.judging import Judging, judge_quickly
from plausiwidgets.widgets.explorer.optimization_panel import WAYS, OptimizationPanel
from plausiwidgets.widgets.session.script import search_of
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.view.panel import Host, Panel, Part

INTERVAL = 0.1
"""Time in s between two messages: ten a second look continuous."""

DRAG_INTERVAL = 1.0
"""The same during a drag, which needs the time of the page."""

LONGEST = 2.0
"""Most time in s between two pictures, even where the page does not say that it has drawn: it may be hidden."""


Key = tuple[NeuronModel, Protocol]


@dataclass(eq=False)
class Search:
    """A run, and what is known of its best.

    Attributes
    ----------
    selection : Selection
        What it is about, at its own time step; it stays so when the explorer has gone on to something else.
    begun_at : Selection
        What was selected when it began.
    run : Run
    settings : mapping
        Those of `start_optimization`.
    timed : bool
        Whether it goes at its own pace: what follows its progress may hold it back, as in a race.
    best : Response or None
        The judged best that was published last.
    drawn, drawn_at
        The generation that was drawn last, and when (s).
    over : bool
        Whether its end has been shown.
    """

    selection: Selection
    begun_at: Selection
    run: Run
    settings: Mapping[str, Any]
    timed: bool = True
    best: Response | None = None
    drawn: int = -1
    drawn_at: float = 0.0
    over: bool = False


class Searches(Panel):
    """Starts, shows and ends searches; one runs at a time, and each belongs to a model and a pattern.

    It goes on when something else is shown, named in a line, and is shown again with its model and pattern.
    The newest snapshot of each is published ten times a second, and less often while the page has no time. The end is
    always told and drawn.

    Attributes
    ----------
    results : list of Result
        In the order of their ends.
    """

    place = "screen"
    order = 45

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self._judging = explorer.panel(Judging)
        self._figure = explorer.panel(FigurePanel).figure
        self._panel = OptimizationPanel(self._on_press, lambda text: self.explorer.messages.error("setting", text))
        self.view = self._panel.view
        self._about: Selection | None = None
        self._newest: Search | None = None
        self._last: dict[Key, Search] = {}  # of each model and pattern
        self._seeds: dict[Key, set[int]] = {}
        self._elsewhere: Search | None = None  # it is named until it is gone back to
        self.results: list[Result] = []

    @property
    def parts(self) -> Iterable[Part]:
        """The search, and a line about one for something else."""
        return (*super().parts, Part("foot", self._panel.elsewhere, 20))

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Go on to another model or pattern: its own search is shown, and one for something else named."""
        if self._about is not None and self._about.is_about(selection.model, selection.pattern):
            return
        self._panel.show_pair(selection.model, selection.pattern)
        before, self._about = self._about, selection
        self._panel.curve.clear()
        if before is not None and self._newest is not None and self._newest is self._last.get(_key(before)):
            self._elsewhere = self._newest
        search = self._shown
        if search is self._elsewhere:
            self._elsewhere = None
        self._name_elsewhere()
        if search is None:
            self._panel.idle()
            return
        self._tell(search, search.run.snapshot())
        search.drawn = -1
        self._follow(search)

    def on_close(self) -> None:
        """End the search."""
        self.stop()

    @property
    def _shown(self) -> Search | None:
        """The search of what is shown."""
        return self._last.get(_key(self.explorer.session.selection))

    def found(self) -> list[Selection]:
        """Return what the searches found to show its pattern, the newest first."""
        with self.explorer.session.lock:
            searches = list(self._last.values())
        done = [(search, search.run.snapshot()) for search in reversed(searches)]
        return [
            search.selection.filled(snapshot.parameters, search.selection.dt).with_locked(())
            for search, snapshot in done
            if snapshot.replicated
        ]

    def settings(self, selection: Selection) -> Mapping[str, Any] | None:
        """Return the settings of the last search of what is selected, but its progress; None where there was none."""
        search = self._last.get(_key(selection))
        if search is None:
            return None
        return {name: value for name, value in search.settings.items() if name != "progress"}

    def _on_press(self, action: str) -> None:
        actions = {"use_best": self.use_best, "pause": self.toggle_pause, "back": self.back, "stop": self.stop}
        with self.explorer.session.lock:
            try:
                if action == "optimize" or action in WAYS:
                    self.explorer.messages.clear()
                    self._panel.starting()
                    self.press("" if action == "optimize" else action)
                else:
                    actions[action]()
            except Exception as error:
                self.explorer.messages.error("search", error)
                self.refresh()

    def press(self, way: str = "") -> Run:
        """Begin a search with the panel's settings, as none was made before of what is selected.

        `way` is one of :data:`~plausiwidgets.widgets.explorer.optimization_panel.WAYS`, or empty.
        """
        with self.explorer.session.lock:
            panel = self._panel
            judged(self.explorer.session.selection.pattern, "search for")
            if way == "wider":
                self.explorer.session.change(_wider(self.explorer.session.selection))
            panel.set(from_sliders=False if way == "random" else None, more=way == "budget")
            tried = self._seeds.get(_key(self.explorer.session.selection), set())
            if panel.settings["seed"] in tried:
                panel.set(seed=max(tried) + 1)
            return self.begin({})

    def begin(self, settings: Mapping[str, Any]) -> Run:
        """End the former search, and begin one for what is selected.

        `settings`, as ``start_optimization`` takes them, replace the panel's.
        """
        with self.explorer.session.lock:
            self.explorer.session.require_open()
            selection = self.explorer.session.selection
            usual = search_of(selection) | ({} if self._panel.from_sliders else {"start": None})
            merged = usual | self._panel.settings | dict(settings)
            # What is drawn of it is judged as it judges, whatever the time step of the sliders is then.
            own = selection.with_dt(merged["dt"])
            run = start_optimization(selection.model, selection.pattern, **merged)  # where it raises, what runs goes on
            former, shown = self._newest, self._shown
            if former is not None and former is not shown and not former.run.snapshot().ended:
                title = former.selection.title
                self.explorer.messages.note(tr("The search for {title} has ended; its best is kept.", title=title))
            self.stop()
            search = Search(own, selection, run, merged, timed="progress" not in merged)
            self._seeds.setdefault(_key(selection), set()).add(merged["seed"])
            self._last.pop(_key(selection), None)
            self._last[_key(selection)] = self._newest = search
            self._elsewhere = None
            self._name_elsewhere()
            self.explorer.session.publish(Response("best", own, None))
            self._panel.curve.clear()
            self._follow(search)
            return search.run

    def stop(self) -> None:
        """End the running search, if there is one; its best is kept."""
        with self.explorer.session.lock:
            if self._newest is not None:
                self._newest.run.stop()
                self._follow(self._newest)

    def toggle_pause(self) -> None:
        """Pause the running search, or let it go on."""
        with self.explorer.session.lock:
            if self._newest is None:
                return
            run = self._newest.run
            if run.snapshot().state == "paused":
                run.resume()
            else:
                run.pause()
            self._follow(self._newest)

    def back(self) -> None:
        """Show the model and the pattern of the search that is named."""
        with self.explorer.session.lock:
            self.explorer.session.require_open()
            if self._elsewhere is not None:
                self.explorer.session.show(self._elsewhere.begun_at)

    def use_best(self) -> None:
        """Put the best parameters on the sliders: of the shown search, else of the last one, with its pattern."""
        with self.explorer.session.lock:
            self.explorer.session.require_open()
            search = self._shown or self._newest
            if search is None:
                return
            best = search.run.snapshot().parameters
            if best:
                recalled = self.explorer.session.recalled(search.selection.model, search.selection.pattern)
                self.explorer.session.pick(recalled.filled(best, search.selection.dt))

    def refresh(self) -> None:
        """Show the buttons as they are."""
        with self.explorer.session.lock:
            search = self._shown
            if search is None:
                self._panel.idle()
            else:
                self._tell(search, search.run.snapshot())

    # -- on a thread of the worker ---------------------------------------------------------------

    def _follow(self, search: Search, after: float = 0.0) -> None:
        self.explorer.worker.ask(search, Priority.SEARCH, lambda _: self._publish(search), after)

    def _publish(self, search: Search) -> None:
        """Show what is new of a search, and again in a while, until its end has been shown."""
        snapshot = search.run.snapshot()
        try:
            self._tell(search, snapshot)
            new = snapshot.generation != search.drawn and self._may_draw(time.monotonic() - search.drawn_at)
            if snapshot.ended or new:
                self._draw(search, snapshot)
                search.drawn, search.drawn_at = snapshot.generation, time.monotonic()
        except Exception as error:
            self.explorer.messages.error("search", error)
        if not snapshot.ended:
            self._follow(search, INTERVAL if self._judging.calm else DRAG_INTERVAL)
        elif not search.over:
            search.over = True
            if snapshot.state == "failed":
                self.explorer.messages.error("search", snapshot.error)
            else:
                self.results.append(search.run.result())
                self.explorer.session.finish(self.results[-1])

    def _may_draw(self, seconds: float) -> bool:
        # The page draws one thing at a time: half of its time is left for other things.
        figure = self._figure
        return seconds > LONGEST or (figure.drawn and self._judging.calm and seconds > 2.0 * figure.seconds)

    def _tell(self, search: Search, snapshot: Result) -> None:
        """Show the numbers of a search; cheap."""
        with self.explorer.session.lock:
            if search is self._shown:
                self._panel.show(snapshot, search.timed)
            elif search is self._elsewhere:
                self._name_elsewhere()

    def _name_elsewhere(self) -> None:
        search = self._elsewhere
        if search is None:
            self._panel.show_elsewhere()
        else:
            self._panel.show_elsewhere(search.selection.title, search.run.snapshot())

    def _draw(self, search: Search, snapshot: Result) -> None:
        """Show the curve of a search and its best; costs the page as much as a drag."""
        with self.explorer.session.lock:  # another pattern may be picked at any moment
            if search is not self._shown:
                return
            self._panel.show_curve(snapshot)
        values = snapshot.parameters
        if not values:
            return
        best, status = search.best, snapshot.status
        if best is None or best.verdict is None or values != best.selection.values:
            selection = replace(search.selection, values=values, origin=None)
            verdict = single(judge_quickly(selection, self.explorer.session.recorded(selection.model)))
            best = Response("best", selection, verdict)
        assert best.verdict is not None
        if best.verdict.accepted and status not in ("rejected", best.verdict.status):  # the search has verified it
            verified = replace(best.verdict, status=status, failed_check=snapshot.failed_check)
            verified.__dict__["traces"] = best.verdict.traces
            best = replace(best, verdict=verified)
        search.best = best
        with self.explorer.session.lock:
            if search is self._shown and self.explorer.session.response("best") is not search.best:
                self.explorer.session.publish(search.best)


def _key(selection: Selection) -> Key:
    return selection.model, selection.pattern


def _wider(selection: Selection) -> Selection:
    """Return a selection in which what is free of the model may go further, by a half of its range to each side."""
    for name in selection.free:
        if name in selection.pattern.free:
            continue
        parameter, (low, high) = selection.parameters[name], selection.bounds[name]
        ends = parameter.transform([low, high])
        reach = 0.5 * (ends[1] - ends[0])
        wider = parameter.clip(parameter.untransform([ends[0] - reach, ends[1] + reach])).tolist()
        selection = selection.with_bounds(name, *wider)
    return selection
