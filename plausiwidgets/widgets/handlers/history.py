"""The steps of undo of an explorer: one record, which Python and the page share."""

from __future__ import annotations

from dataclasses import dataclass, replace

from plausiwidgets.widgets.handlers.selection import Selection

MAX_STEPS = 100
"""Maximum number of steps that Python keeps. The page may write some more."""


@dataclass(frozen=True)
class History:
    """A list of selections and the position of the shown one, as the last write has left it.

    Attributes
    ----------
    steps : tuple of Selection
    at : int
        Place of the shown step.
    revision : int
        Number of the last write. Python and the page both continue from the last number, so that a write without a
        higher number is late.
    by : str
        Id of the page's message that wrote last, or empty for Python.

    Examples
    --------
    >>> history = History((Selection.of("lif"),)).added(Selection.of("adex"))
    >>> history.moved(-1).now.model.key, history.moved(1), history.revision
    ('lif', None, 1)
    """

    steps: tuple[Selection, ...]
    at: int = 0
    revision: int = 0
    by: str = ""

    @property
    def now(self) -> Selection:
        """The shown step."""
        return self.steps[self.at]

    def added(self, selection: Selection) -> History:
        """Return the record with one more step. The steps that were undone are dropped."""
        steps = (*self.steps[: self.at + 1], selection)[-MAX_STEPS:]
        return self._written(steps, len(steps) - 1)

    def replaced(self, selection: Selection) -> History:
        """Return the record with another selection as the shown step."""
        return self._written((*self.steps[: self.at], selection, *self.steps[self.at + 1 :]), self.at)

    def moved(self, by: int) -> History | None:
        """Return the record at another position, or None if there is no such step."""
        at = self.at + by
        return self._written(self.steps, at) if 0 <= at < len(self.steps) else None

    def again(self) -> History:
        """Return the same record as a new write, for a page that may be ahead."""
        return self._written(self.steps, self.at)

    def _written(self, steps: tuple[Selection, ...], at: int) -> History:
        return replace(self, steps=steps, at=at, revision=self.revision + 1, by="")
