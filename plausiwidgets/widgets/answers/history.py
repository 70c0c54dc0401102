"""The steps of undo of what is selected: a page and its host have the same ones, by their names."""

from __future__ import annotations

from dataclasses import dataclass

from plausiwidgets.widgets.session.selection import Selection

MAX_STEPS = 100
"""Steps that are remembered."""


@dataclass(frozen=True)
class Step:
    """A selection, and the name of its step."""

    name: str
    selection: Selection


class History:
    """Steps, of which one is shown.

    A change with the name of the shown step goes on with it, as in a drag; one with the name of another step goes back,
    or forward, to it; a new name begins a step, and what was undone is gone.

    Examples
    --------
    >>> history = History(Step("a", Selection.of("lif")))
    >>> history.put(Step("b", Selection.of("adex")))
    >>> history.put(Step("b", Selection.of("adex", "tonic_bursting")))
    >>> history.undo().selection.model.key, history.redo().selection.pattern.key
    ('lif', 'tonic_bursting')
    """

    def __init__(self, first: Step) -> None:
        self._steps = [first]
        self._at = 0

    @property
    def now(self) -> Step:
        """The step that is shown."""
        return self._steps[self._at]

    @property
    def before(self) -> int:
        """How many steps there are to go back."""
        return self._at

    @property
    def after(self) -> int:
        """How many there are to take back."""
        return len(self._steps) - 1 - self._at

    def around(self, most: int) -> tuple[int, list[Step]]:
        """Return at most so many steps to each side of the shown one, and how many of them are before it."""
        first = max(self._at - most, 0)
        return self._at - first, self._steps[first : self._at + most + 1]

    def put(self, step: Step) -> None:
        """Show a selection."""
        place = next((k for k, one in enumerate(self._steps) if one.name == step.name), None)
        if place is None:
            self._steps = [*self._steps[: self._at + 1], step][-MAX_STEPS:]
            self._at = len(self._steps) - 1
        else:
            self._at = place
            self._steps[place] = step

    def replace(self, selection: Selection) -> None:
        """Show another selection in place of the shown one, without a step."""
        self._steps[self._at] = Step(self.now.name, selection)

    def undo(self) -> Step | None:
        """Go back one step and return it; None where there is none."""
        if not self._at:
            return None
        self._at -= 1
        return self.now

    def redo(self) -> Step | None:
        """Take the last :meth:`undo` back."""
        if self._at == len(self._steps) - 1:
            return None
        self._at += 1
        return self.now
