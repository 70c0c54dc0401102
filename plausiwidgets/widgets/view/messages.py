"""The line at the foot: errors, notes, what an exercise locks, and where the values come from."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

import ipywidgets as w

from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.view.panel import Host, Panel

MAX_TEXT = 600

LONG = 50
"""Characters of a line from which on it can be opened: more have no room on a telephone, or beside other texts."""

NAMED = 4
"""So many locked parameters are named; of more, how many there are."""


SHARED = marked("Someone shared this neuron: drag the sliders until every criterion holds, or press Show me.")
SHARED_SHOWN = marked("Someone shared this neuron, and it shows the pattern: drag a slider and see what loses it.")


class MessageLine(Panel):
    """Shows one message at a time; any thread may set it.

    Without a message it says where the values come from, as long as none of them has been changed.

    Attributes
    ----------
    view : ipywidgets.Widget
    text : str
        What is shown, without markup.
    """

    place = "foot"
    order = 10

    def __init__(self, explorer: Host) -> None:
        self._session = explorer.session
        self._before: Selection | None = None
        self._source = ""
        self.text = ""
        self._origin = ""
        self.view = w.HTML()
        self.view.add_class("pw-status")

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Remove what was said of a pick or a value, and say that an exercise begins or is left."""
        self._origin = selection.origin.text if selection.origin is not None else ""
        if self._source in ("pick", "value", "note") or not self.text:
            self._show_origin()
        before, self._before = self._before, selection
        if before is not None and before.locked and not selection.locked:
            way = tr("Redo") if self._session.can_redo else tr("Undo")
            self.note(tr("You have left the exercise: no slider is locked any more. {way} goes back to it.", way=way))
        elif selection.locked and (before is None or before.locked != selection.locked):
            count = len(selection.locked)
            what = ", ".join(selection.locked) if count <= NAMED else tr("{count} parameters", count=count)
            if count == 1:
                text = tr("An exercise: {what} is locked. Tune the others until every criterion has its ✓.", what=what)
            else:
                text = tr("An exercise: {what} are locked. Tune the others until every criterion has its ✓.", what=what)
            self.note(text)

    def on_response(self, response: Response) -> None:
        """Say what to do with a neuron that a link has brought."""
        origin, verdict = response.selection.origin, response.verdict
        if response.role == "yours" and verdict is not None and origin is not None and origin.shared:
            self._origin = tr(SHARED_SHOWN if verdict.accepted else SHARED)
            if not self.text:
                self._show_origin()

    def note(self, texts: str | Sequence[str]) -> None:
        """Show a message that is not an error."""
        lines = [texts] if isinstance(texts, str) else list(texts)
        self._show("note", "ℹ", lines, "note")

    def error(self, source: str, error: Exception | str) -> None:
        """Show an error of a `source`, which takes it back with :meth:`clear` when it works again."""
        self._show("error", "⚠", [error if isinstance(error, str) else sentence(error)], source)

    def attempt(self, source: str, action: Callable[[], object]) -> bool:
        """Do something in place of what was said before, or show why it failed; return whether it was done."""
        with self._session.lock:
            self.clear()
            try:
                action()
            except Exception as error:
                self.error(source, error)
                return False
            return True

    def clear(self, source: str | None = None) -> None:
        """Remove the message of a source, or any."""
        with self._session.lock:
            if self.text and source in (None, self._source):
                self._show_origin()

    def _show_origin(self) -> None:
        self.text = self._source = ""
        body = _openable([self._origin])
        self.view.value = f'<div class="pw-origin" role="status">{body}</div>' if self._origin else ""

    def _show(self, kind: str, mark: str, lines: list[str], source: str) -> None:
        with self._session.lock:
            self.text = "\n".join(lines)[:MAX_TEXT]
            self._source = source
            body = _openable(self.text.split("\n"))
            self.view.value = f'<div class="pw-{kind}" role="status"><span>{mark}</span>{body}</div>'


def _openable(lines: Sequence[str]) -> str:
    """Return lines as HTML: the first, with the others behind it, or opened to its whole length where it is long."""
    first, *more = (html.escape(line) for line in lines)
    if not more and len(lines[0]) <= LONG:
        return f"<p>{first}</p>"
    if not more:
        return f"<details><summary>{first}</summary></details>"
    count = tr("(and {count} more)", count=len(more))
    return f"<details><summary>{first} {count}</summary><div>{'<br>'.join(more)}</div></details>"


def sentence(error: Exception) -> str:
    """Return an error in words: its own, where it was written for people, and never its name."""
    text = " ".join(str(error).split())
    if isinstance(error, KeyError) or not text:
        return f"Something is missing: {text}." if text else "It failed, and did not say why."
    return text + ("" if text[-1] in ".!?…" else ".")
