"""Export: a script that shows the same, a page, traces, the history of a search, and the figure."""

from __future__ import annotations

from pathlib import Path

import traitlets as t

from plausiwidgets.optimization import Result
from plausiwidgets.texts import marked
from plausiwidgets.widgets.answers.files import traces_csv
from plausiwidgets.widgets.page.export import page
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.script_widget import SAVING, ScriptWidget

_HERE = Path(__file__).parent


class ExportView(ScriptWidget):
    """Buttons; the page saves what the kernel sends, and makes the pictures itself.

    Attributes
    ----------
    name : str
        Of the files, without an ending.
    searched : bool
        Whether there is a history to save.
    buttons : list of str
        What can be saved here.
    """

    _esm = SAVING + (_HERE / "exports.js").read_text("utf-8")
    name = t.Unicode("plausiwidgets").tag(sync=True)
    searched = t.Bool(False).tag(sync=True)
    buttons: t.List = t.List(["copy", "script", "page", "traces", "history", "svg", "png"]).tag(sync=True)


class ExportPanel(Panel):
    """Saves what is shown, and the history of the search that ended last."""

    title = marked("Export")
    tip = marked("A Python script, a page without a server, the traces and the search as CSV, the figure as SVG or PNG")

    place = "tools"

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = ExportView()
        self.view.on_msg(self._on_message)
        self._result: Result | None = None

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Name the files."""
        if jumped:
            self.view.name = _name(selection)

    def on_result(self, result: Result) -> None:
        """Offer the history of a search."""
        self._result = result
        self.view.searched = True

    def _on_message(self, _: object, content: object, buffers: object) -> None:
        what = content.get("save") if isinstance(content, dict) else None
        session = self.explorer.session
        shown, response = session.selection, session.response("yours")
        if what in ("script", "copy"):
            text = self.explorer.to_python()
            if what == "copy":
                self.view.send({"copied": text})
            else:
                self._send("py", text)
        elif what == "page":  # it takes a second or two
            self.explorer.worker.ask("export", Priority.TOOL, lambda _: self._send_page(shown))
        elif what == "traces" and response is not None and response.verdict is not None:
            self._send("csv", traces_csv(response.verdict))
        elif what == "history" and self._result is not None:
            self._send("csv", self._result.history.to_csv(), "_search")

    def _send_page(self, shown: Selection) -> None:
        try:
            text = page(shown.model, [shown.pattern], shown.values, shown.dt)
            self.view.send({"text": text, "name": f"{_name(shown)}.html"})
        except Exception as error:  # such as a step that has no JavaScript form
            self.explorer.messages.error("export", error)

    def _send(self, ending: str, text: str, suffix: str = "") -> None:
        self.view.send({"text": text, "name": f"{self.view.name}{suffix}.{ending}"})


def _name(selection: Selection) -> str:
    return f"{selection.model.key}_{selection.pattern.key}"
