"""The button "Share": links, a line of Python, and an exercise as a page; its JavaScript is beside this file."""

from __future__ import annotations

from pathlib import Path

import traitlets as t

from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.recording_file import PREFIX as RECORDED
from plausiwidgets.patterns.stimuli import GivenCurrent
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.mysteries import KEY as MYSTERY
from plausiwidgets.teaching.mysteries import Mystery
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.answers.files import task_of
from plausiwidgets.widgets.answers.mystery import python_line
from plausiwidgets.widgets.page.export import page
from plausiwidgets.widgets.session.link import samples_of
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.tools.mystery import MysteryPanel
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.script_widget import SAVING, ScriptWidget

NOT_IN_LINK = marked("The recording is not in the link: it stays in this session.")
TOO_LONG = marked("The current is too long for the link, and is not in it.")
NO_MYSTERY = marked("This mystery is not in the link: it stays in this session.")
BEGUN_ANEW = marked("Whoever opens it begins this mystery anew: your values are not in the link.")

_HERE = Path(__file__).parent


class ShareButton(ScriptWidget):
    """The button, with the link and a line of Python to copy by hand.

    Attributes
    ----------
    query : str
        Query of the link; the page puts its own address in front.
    exercise : str
        The same where everything that is not free is locked; empty where all is free.
    python : str
        A line that opens the same explorer in a notebook.
    missing : str
        What is shown and is not in the link; empty where all is. An exercise cannot be linked without it.
    task : str
        What an exercise asks for, where the user says nothing.
    """

    _esm = SAVING + (_HERE / "share.js").read_text("utf-8")
    query = t.Unicode().tag(sync=True)
    exercise = t.Unicode().tag(sync=True)
    python = t.Unicode().tag(sync=True)
    missing = t.Unicode().tag(sync=True)
    task = t.Unicode().tag(sync=True)


class SharePanel(Panel):
    """A link to what is selected, and an exercise that begins there."""

    place = "bar"
    order = 100

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = ShareButton()
        self.view.on_msg(self._on_message)
        self._newest: Selection | None = None

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Take a jump and another tick at once: a tick changes no response, and nothing rests after it."""
        before, self._newest = self._newest, selection
        if before is None or jumped or selection.free != before.free:
            self._write()

    def on_rest(self, selection: Selection) -> None:
        """Take the new link, whether or not the model could be simulated."""
        self._write()

    def _on_message(self, _: object, content: object, buffers: object) -> None:
        question = content.get("question") if isinstance(content, dict) else None
        if isinstance(question, str):
            self.explorer.worker.ask("exercise", Priority.TOOL, lambda _: self._send_exercise(question))
        else:
            with self.explorer.session.lock:
                self._write()  # it was opened: nothing rests while a model is compiled

    def _send_exercise(self, question: str) -> None:
        """Send the page of an exercise that begins at what is selected, or why there is none."""
        shown = self.explorer.session.selection
        hidden = self._mystery(shown)
        try:
            task = hidden or Exercise(question.strip() or task_of(shown), free=shown.free)
            values = None if hidden else shown.values
            text = page(shown.model, [shown.pattern], values, shown.dt, task)
            self.view.send({"text": text, "name": f"exercise_{shown.model.key}_{shown.pattern.key}.html"})
        except Exception as error:  # such as a start that is solved, or a step that has no JavaScript form
            self.view.send({"refused": str(error)})

    def _mystery(self, shown: Selection) -> Mystery | None:
        return self.explorer.panel(MysteryPanel).shown if shown.pattern.key == MYSTERY else None

    def _write(self) -> None:
        selection = self._newest
        if selection is None:
            return
        hidden = self._mystery(selection)
        missing = tr(BEGUN_ANEW) if hidden else not_in_link(selection.pattern)
        locking = selection.with_locked(selection.fixed).to_query() if selection.fixed else ""
        with self.view.hold_sync():
            self.view.query = hidden.link if hidden else selection.to_query()
            self.view.python = python_line(hidden) if hidden else selection.to_python()
            self.view.missing = missing
            self.view.task = task_of(selection)
            self.view.exercise = "" if missing else locking


def not_in_link(pattern: Protocol) -> str:
    """Return why a link does not open a pattern, as a sentence; empty where it does."""
    if isinstance(pattern, GivenCurrent):
        return "" if samples_of(pattern) else tr(TOO_LONG)
    keys = [part.key for part in pattern.components.values()]
    if any(key.startswith(RECORDED) for key in keys):
        return tr(NOT_IN_LINK)
    return tr(NO_MYSTERY) if MYSTERY in keys else ""
