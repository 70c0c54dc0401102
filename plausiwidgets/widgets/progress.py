"""Progress display of a search or an assessment in a notebook."""

from __future__ import annotations

import html
import time

import ipywidgets as w

from plausiwidgets.assessment import StudySnapshot
from plausiwidgets.support.printed import as_image
from plausiwidgets.support.progress import NoProgress, WorkSnapshot
from plausiwidgets.texts import tr
from plausiwidgets.widgets.drawing.map_cells import SYMBOLS, grid_of_results, status_of
from plausiwidgets.widgets.drawing.map_picture import map_picture

INTERVAL = 0.1
"""Minimum time in s between two messages to the page."""


class NotebookProgress(NoProgress):
    """Progress display of `assess` or `optimize` in a notebook, with the map of an assessment.

    The display appears below the cell when the work starts. The kernel is busy until the work ends. If you interrupt
    it, the results so far are returned. The map of :class:`plausiwidgets.Explorer` assesses in the background instead.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.assess("adex", progress=pw.NotebookProgress())  # doctest: +SKIP

    Attributes
    ----------
    view : ipywidgets.Widget
    """

    def __init__(self) -> None:
        self._bar = w.FloatProgress(min=0.0, max=1.0, layout=w.Layout(width="180px"))
        self._headline = w.HTML()
        self._map = w.HTML()
        self.view = w.VBox([w.HBox([self._bar, self._headline]), self._map])
        self._shown = 0.0

    def init(self, snapshot: WorkSnapshot) -> None:
        """Display the bar, the line of text and the map."""
        from IPython.display import display

        self._show(snapshot)
        display(self.view)

    def step(self, snapshot: WorkSnapshot) -> None:
        """Show a snapshot, unless another one was shown within the last `INTERVAL`."""
        if time.monotonic() - self._shown >= INTERVAL:
            self._show(snapshot)

    def close(self, snapshot: WorkSnapshot) -> None:
        """Show the final state."""
        self._show(snapshot)

    def _show(self, snapshot: WorkSnapshot) -> None:
        self._shown = time.monotonic()
        self._bar.value = 1.0 if snapshot.state == "done" else snapshot._bar.position / max(snapshot._bar.total, 1)
        text = _headline(snapshot) if isinstance(snapshot, StudySnapshot) else snapshot._bar.line
        self._headline.value = f'<span role="status">{html.escape(text)}</span>'
        if isinstance(snapshot, StudySnapshot):
            self._map.value = as_image(map_picture(grid_of_results(snapshot.results)), tr("Map of models and patterns"))


def _headline(snapshot: StudySnapshot) -> str:
    """Return a text with the progress or the outcome of an assessment."""
    if snapshot.state == "failed":
        return f"{SYMBOLS['failed']} {tr('the assessment failed')}: {snapshot.error}"
    statuses = [status_of(result) for result in snapshot.results]
    found = ", ".join(f"{statuses.count(word)} {SYMBOLS[word]}" for word in ("replicated", "fragile", "rejected"))
    states = {"done": "✓ " + tr("done"), "stopped": "■ " + tr("stopped"), "paused": "❚❚ " + tr("paused")}
    state = states.get(snapshot.state, tr("searching …"))
    so_far = tr("{count} of {total}", count=snapshot.finished, total=len(snapshot.results))
    return f"{state}: {so_far} · {found} · {snapshot.seconds:.0f} s"
