"""History of the undo steps of an explorer, which Python and the page share."""

from __future__ import annotations

from dataclasses import dataclass, replace

from plausiwidgets.widgets.handlers.selection import Selection

MAX_STEPS = 100
"""Maximum number of undo steps that Python keeps. The page may write a few more."""


@dataclass(frozen=True)
class History:
    """List of selections and the position of the shown selection, after the last write.

    Attributes
    ----------
    steps : tuple of Selection
    at : int
        Index of the shown step.
    revision : int
        Number of the last write. Python and the page both continue from the last number, so a write without a higher
        number is outdated.
    by : str
        Id of the message of the page that wrote last. Empty if Python wrote last.

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
        """Shown selection."""
        return self.steps[self.at]

    def added(self, selection: Selection) -> History:
        """Return the history with one more step. The undone steps are dropped."""
        steps = (*self.steps[: self.at + 1], selection)[-MAX_STEPS:]
        return self._written(steps, len(steps) - 1)

    def replaced(self, selection: Selection) -> History:
        """Return the history with another selection as the shown step."""
        return self._written((*self.steps[: self.at], selection, *self.steps[self.at + 1 :]), self.at)

    def moved(self, by: int) -> History | None:
        """Return the history moved by a number of steps, or None if there is no such step."""
        at = self.at + by
        return self._written(self.steps, at) if 0 <= at < len(self.steps) else None

    def again(self) -> History:
        """Return the same history as a new write, because the page may have written a higher revision."""
        return self._written(self.steps, self.at)

    def _written(self, steps: tuple[Selection, ...], at: int) -> History:
        return replace(self, steps=steps, at=at, revision=self.revision + 1, by="")
