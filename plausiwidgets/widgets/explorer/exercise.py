"""What is said of an exercise: when one begins, and when it is left."""

from __future__ import annotations

from plausiwidgets.widgets.session.messages import MessageLine
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Observer, Session

NAMED = 4
"""So many locked parameters are named; of more, how many there are."""


class Exercise(Observer):
    """Says that some sliders are locked, and that they no longer are.

    Parameters
    ----------
    session : Session
    messages : MessageLine
        Told before it, as it takes back what was said of another selection.
    """

    def __init__(self, session: Session, messages: MessageLine) -> None:
        self._session = session
        self._messages = messages
        self._before: Selection | None = None

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Compare it with what was shown before."""
        before, self._before = self._before, selection
        locked = selection.locked
        if before is not None and before.locked and not locked:
            way = "Redo" if self._session.can_redo else "Undo"
            self._messages.note(f"You have left the exercise: no slider is locked any more. {way} goes back to it.")
        elif locked and (before is None or before.locked != locked):
            what = ", ".join(locked) if len(locked) <= NAMED else f"{len(locked)} parameters"
            verb = "is" if len(locked) == 1 else "are"
            self._messages.note(f"An exercise: {what} {verb} locked. Tune the others until every criterion has its ✓.")
