"""The button "Share"; its JavaScript is beside this file."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets as t

from plausiwidgets.patterns.recording_file import PREFIX as RECORDED
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.view.panel import Host, Panel

NOT_IN_LINK = "The recording is not in the link: it stays in this session."

_HERE = Path(__file__).parent


class ShareButton(anywidget.AnyWidget):
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
        What is shown and is not in the link; empty where all is.
    """

    _esm = (_HERE / "share.js").read_text("utf-8")
    query = t.Unicode().tag(sync=True)
    exercise = t.Unicode().tag(sync=True)
    python = t.Unicode().tag(sync=True)
    missing = t.Unicode().tag(sync=True)


class SharePanel(Panel):
    """A link to what is selected."""

    place = "bar"
    order = 100

    def __init__(self, explorer: Host) -> None:
        self.view = ShareButton()
        self.view.on_msg(lambda *_: self._write())  # it was opened: nothing rests while a model is compiled
        self._newest: Selection | None = None

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Take a jump and another tick at once: a tick changes no response, and nothing rests after it."""
        before, self._newest = self._newest, selection
        if before is None or jumped or selection.free != before.free:
            self._write()

    def on_rest(self, selection: Selection) -> None:
        """Take the new link, whether or not the model could be simulated."""
        self._write()

    def _write(self) -> None:
        selection = self._newest
        if selection is None:
            return
        with self.view.hold_sync():
            self.view.query, self.view.python = selection.to_query(), selection.to_python()
            self.view.missing = NOT_IN_LINK if selection.pattern.key.startswith(RECORDED) else ""
            self.view.exercise = selection.with_locked(selection.fixed).to_query() if selection.fixed else ""
