"""An assessment in the background, its map filling in while one watches."""

from __future__ import annotations

import html
import threading
from collections.abc import Iterable
from typing import Any

import ipywidgets as w

from plausiwidgets import models as registry
from plausiwidgets.assessment import Study, StudySnapshot, start_assessment
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Pattern
from plausiwidgets.simulation.threads import start_daemon
from plausiwidgets.widgets.closing import View
from plausiwidgets.widgets.map.cells import Grid, grid_of_results, pattern_title
from plausiwidgets.widgets.map.map import CellMap, OpenCell
from plausiwidgets.widgets.map.progress import INTERVAL, ProgressParts


class AssessmentPanel(View):
    """Start, watch and stop an assessment, whose cells can be opened.

    Parameters
    ----------
    models, patterns
        As :func:`plausiwidgets.assess` takes them.
    open_cell : callable
        ``open_cell(model, pattern, parameters)`` shows a cell of the map.
    **settings
        As :func:`plausiwidgets.assess` takes them: seed, budget, store, executor, …

    Attributes
    ----------
    study : Study or None
        The assessment that was started last; ``study.table()`` is its table so far.
    map : CellMap or None
    """

    def __init__(
        self,
        models: str | NeuronModel | Iterable[str | NeuronModel],
        patterns: str | Pattern | Iterable[str | Pattern] | None = None,
        *,
        open_cell: OpenCell,
        **settings: Any,
    ) -> None:
        several = [models] if isinstance(models, (str, NeuronModel)) else list(models)
        self._models = [registry.get(model) for model in several]
        if isinstance(patterns, Iterable) and not isinstance(patterns, str):
            patterns = list(patterns)  # an iterator would be empty at the second start
        self._patterns = patterns
        asked = patterns if isinstance(patterns, list) else [patterns]
        self._own_patterns = [firing for firing in asked if isinstance(firing, Pattern)]
        self._settings = settings
        self._open_cell = open_cell
        self.study: Study | None = None
        self.map: CellMap | None = None
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        title = w.HTML(f"<b>Assessment: {html.escape(', '.join(m.title for m in self._models))}</b>")
        self._start = w.Button(description="Assess", tooltip="Search every pattern in the background")
        self._stop = w.Button(description="Stop", disabled=True, tooltip="End, and keep what there is")
        self._parts = ProgressParts()
        self._place = w.VBox()
        self._start.on_click(lambda _: self._on_press())
        self._stop.on_click(lambda _: self.stop())
        self._head = w.HBox([title, self._start, self._stop, self._parts.bar, self._parts.headline])
        self._head.layout.flex_flow, self._head.layout.align_items = "row wrap", "center"
        self._details = w.Accordion([self._parts.lines], titles=("A line for each pattern",))
        super().__init__([self._head, self._place, self._details])

    def start(self) -> Study:
        """Start the assessment; one that runs is stopped.

        Returns
        -------
        Study
        """
        with self._lock:
            self.stop()
            study = start_assessment(self._models, self._patterns, **self._settings)
            self.study = study  # from here on, what the one before still publishes is left out
            self._buttons(running=True)
            self._draw(self._grid(study.snapshot()))
            self._thread = start_daemon(lambda: self._watch(study), "plausiwidgets publisher")
            return study

    def stop(self) -> None:
        """End the assessment, if one is running; what it found is kept."""
        if self.study is not None:
            self.study.stop()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the end is shown; return whether it is."""
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def close(self) -> None:
        """End the assessment and close the widgets."""
        if hasattr(self, "study"):  # not where the arguments were refused
            self.stop()
        super().close()

    def _on_press(self) -> None:
        try:
            self.start()
        except Exception as error:
            self._parts.say(f"✗ {error}")

    def _buttons(self, running: bool) -> None:
        self._start.disabled, self._stop.disabled = running, not running

    def _watch(self, study: Study) -> None:
        """Publish the newest snapshot at most ten times a second, and the last one, until another study has begun."""
        before: tuple[object, ...] = ()
        while True:
            snapshot = study.snapshot()
            now = (snapshot.state, snapshot.position, snapshot.running, int(snapshot.seconds))
            with self._lock:
                if study is not self.study:
                    return
                if now != before:
                    before = now
                    self._publish(snapshot)
                if snapshot.ended:
                    self._buttons(running=False)
                    return
            study.wait(INTERVAL)

    def _publish(self, snapshot: StudySnapshot) -> None:
        try:
            self._show(snapshot)
        except Exception as error:
            self._parts.say(f"✗ {type(error).__name__}: {error}")

    def _grid(self, snapshot: StudySnapshot | None) -> Grid:
        """Return what is to be seen of a snapshot."""
        return grid_of_results(snapshot.results if snapshot else (), self._models, self._own_patterns)

    def _draw(self, grid: Grid) -> None:
        if self.map is None:
            self.map = CellMap(grid, self._open_cell, self._models, self._own_patterns)
            self._place.children = (self.map,)
        else:
            self.map.show(grid)

    def _show(self, snapshot: StudySnapshot) -> None:
        self._draw(self._grid(snapshot))
        headings = {firing.key: pattern_title(firing) for firing in self._own_patterns}
        self._parts.show(snapshot, {model.name: model.title for model in self._models}, headings)
