"""An assessment in the background, with its map as it is filled."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import ipywidgets as w

from plausiwidgets import models as registry
from plausiwidgets.assessment import Study, StudySnapshot, start_assessment
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.simulation.threads import start_daemon
from plausiwidgets.texts import SpokenLock, tr
from plausiwidgets.widgets.map.cell_map import CellMap, OpenCell
from plausiwidgets.widgets.map.cells import Grid, grid_of_results
from plausiwidgets.widgets.map.progress import INTERVAL, ProgressLine
from plausiwidgets.widgets.view.closing import View


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
    map : CellMap
    """

    def __init__(
        self,
        models: str | NeuronModel | Iterable[str | NeuronModel],
        patterns: str | Protocol | Iterable[str | Protocol] | None = None,
        *,
        open_cell: OpenCell,
        **settings: Any,
    ) -> None:
        several = [models] if isinstance(models, (str, NeuronModel)) else list(models)
        self._models = [registry.get(model) for model in several]
        if isinstance(patterns, Iterable) and not isinstance(patterns, str):
            patterns = list(patterns)  # an iterator would be empty at the second start
        self._patterns = patterns
        self._settings = settings
        self.study: Study | None = None
        self._lock = SpokenLock()
        self._thread: threading.Thread | None = None
        self.map = CellMap(open_cell)
        self._start = w.Button(description=tr("Assess"), tooltip=tr("Search every pattern in the background"))
        self._stop = w.Button(description=tr("Stop"), disabled=True, tooltip=tr("End, and keep what was found"))
        self._line = ProgressLine()
        self._start.on_click(lambda _: self._on_press())
        self._stop.on_click(lambda _: self.stop())
        self._head = w.HBox([self._start, self._stop, self._line.bar, self._line.headline])
        self._head.layout.flex_flow = "row wrap"
        super().__init__([self._head, self.map])

    def start(self) -> Study:
        """Start the assessment; one that runs is stopped."""
        with self._lock:
            self.stop()
            study = start_assessment(self._models, self._patterns, **self._settings)
            self.study = study  # from here on, what the one before still publishes is left out
            self._buttons(running=True)
            self.map.show(self._grid(study.snapshot()))
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
            self._line.say(f"✗ {error}")

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
                    try:
                        self._show(snapshot)
                    except Exception as error:
                        self._line.say(f"✗ {type(error).__name__}: {error}")
                if snapshot.ended:
                    self._buttons(running=False)
                    return
            study.wait(INTERVAL)

    def _show(self, snapshot: StudySnapshot) -> None:
        self.map.show(self._grid(snapshot))
        self._line.show(snapshot)

    def _grid(self, snapshot: StudySnapshot) -> Grid:
        """Return what is to be seen of a snapshot."""
        asked = self._patterns if isinstance(self._patterns, list) else [self._patterns]
        return grid_of_results(snapshot.results, self._models, [one for one in asked if isinstance(one, Protocol)])
