"""How far a search or an assessment is: a bar, a line in words, and a line for each search."""

from __future__ import annotations

import html
import math
import time
from collections.abc import Mapping

import ipywidgets as w

from plausiwidgets import models as registry
from plausiwidgets.assessment import StudySnapshot
from plausiwidgets.optimization import Result
from plausiwidgets.optimization.progress import NoProgress, WorkSnapshot
from plausiwidgets.patterns.formatting import number
from plausiwidgets.widgets.map.cells import MARKS, WORDS, pattern_title, status_of

INTERVAL = 0.1
"""Least time in s between two messages to the page."""


class ProgressParts:
    """The widgets that show a snapshot, for whoever lays them out.

    Attributes
    ----------
    bar, headline, lines : ipywidgets.Widget
    """

    def __init__(self) -> None:
        self.bar = w.FloatProgress(min=0.0, max=1.0, layout=w.Layout(width="180px"))
        self.headline = w.HTML()
        self.lines = w.HTML()

    def say(self, text: str) -> None:
        """Show a text in place of how far it is."""
        self.headline.value = f'<span role="status">{html.escape(text)}</span>'

    def show(
        self, snapshot: WorkSnapshot, titles: Mapping[str, str], headings: Mapping[str, str] | None = None
    ) -> None:
        """Show a snapshot; `titles` are those of the models, `headings` those of one's own patterns."""
        self.bar.value = 1.0 if snapshot.state == "done" else snapshot.position / max(snapshot.total, 1)
        if isinstance(snapshot, StudySnapshot):
            self.say(_headline(snapshot))
            self.lines.value = "<br>".join(_line(result, titles, headings or {}) for result in snapshot.results)
        else:
            self.say(snapshot.line())


class NotebookProgress(NoProgress):
    """Progress of `assess` or `optimize` in a notebook: a bar, and below it a line for each search.

    It appears below the cell when the work begins. A button that stops it would not be heard, as the
    kernel is busy: interrupt the kernel, and what there is is returned. A
    `plausiwidgets.widgets.AssessmentPanel` works in the background instead.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.assess("adex", progress=pw.NotebookProgress())  # doctest: +SKIP

    Attributes
    ----------
    view : ipywidgets.Widget
    """

    def __init__(self) -> None:
        self._parts = ProgressParts()
        self.view = w.VBox([w.HBox([self._parts.bar, self._parts.headline]), self._parts.lines])
        self._titles: dict[str, str] = {}
        self._shown = 0.0

    def init(self, snapshot: WorkSnapshot) -> None:
        """Appear."""
        from IPython.display import display

        if isinstance(snapshot, StudySnapshot):
            known = {model for model, _, _ in snapshot.asked} & set(registry.names())
            self._titles = {name: registry.get(name).title for name in known}
        self._show(snapshot)
        display(self.view)

    def step(self, snapshot: WorkSnapshot) -> None:
        """Show a snapshot, when it is time."""
        if time.monotonic() - self._shown >= INTERVAL:
            self._show(snapshot)

    def close(self, snapshot: WorkSnapshot) -> None:
        """Show the end."""
        self._show(snapshot)

    def _show(self, snapshot: WorkSnapshot) -> None:
        self._shown = time.monotonic()
        self._parts.show(snapshot, self._titles)


def _headline(snapshot: StudySnapshot) -> str:
    """Return how far an assessment is, or how it ended."""
    if snapshot.state == "failed":
        return f"{MARKS['failed']} the assessment failed: {snapshot.error}"
    statuses = [status_of(result) for result in snapshot.results]
    found = ", ".join(f"{statuses.count(word)} {WORDS[word]}" for word in ("replicated", "fragile", "rejected"))
    state = {"done": "✓ done", "stopped": "■ stopped", "paused": "❚❚ paused"}.get(snapshot.state, "searching …")
    return f"{state}: {snapshot.position} of {snapshot.total} · {found} · {snapshot.seconds:.0f} s"


def _line(result: Result, titles: Mapping[str, str], headings: Mapping[str, str]) -> str:
    model, pattern, seed = result.key
    title = f"{titles.get(model, model)}, {headings.get(pattern) or pattern_title(pattern)}"
    status = status_of(result)
    what = f"{MARKS[status]} {title}, seed {seed}: {WORDS[status]}"
    if status != "waiting":
        what += f", {result.evaluations} of {result.budget} evaluations"
        what += f", loss {number(result.loss, 3)}" if math.isfinite(result.loss) else ""
    return html.escape(what)
