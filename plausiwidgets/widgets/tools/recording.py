"""A recording as the target of the neuron that is shown: picked from a file, or dropped on the figure."""

from __future__ import annotations

import html

import ipywidgets as w

from plausiwidgets.patterns import Pattern
from plausiwidgets.patterns.recording_file import LARGEST, RecordingFile, read_recording
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.view.file_input import FileInput
from plausiwidgets.widgets.view.panel import Host, Panel

TIP = marked("A CSV file with the columns t, v and current, or with spike times")
HINT = marked("A recorded cell from a CSV file (t, v, current; or spike times). Or drop it on the figure.")
NAMES = {
    "t": marked("Times"), "v": marked("Potential"), "current": marked("Current"), "spikes": marked("Spike times"),
}  # fmt: skip


class RecordingPanel(Panel):
    """Reads a recording; where the file does not say its units, the panel asks for them."""

    title = marked("Data")
    tip = marked("A recorded cell as the target, from a file: its spikes are the criteria; links do not have it")

    place = "tools"
    waits = True

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self._file: RecordingFile | None = None
        self._units: dict[str, w.Dropdown] = {}
        self._button = FileInput(self.read, self.refuse, label=tr("Open a file…"), tip=tr(TIP), most=LARGEST)
        self._question = w.HTML()
        self._choices = w.HBox()
        self._use = w.Button(
            description=tr("Show"), button_style="primary", tooltip=tr("Show the recording as the target")
        )
        self._use.on_click(lambda _: self._on_use())
        self._asked = w.VBox([self._question, self._choices, self._use])
        self._asked.layout.display = "none"
        self.view = w.VBox([w.HTML(f'<p class="pw-hint">{html.escape(tr(HINT))}</p>'), self._button, self._asked])
        for box, name in ((self.view, "recording"), (self._asked, "units"), (self._choices, "values")):
            box.add_class(f"pw-{name}")

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Ask for the unit of a current again, where the model is another one."""
        if jumped and self._file is not None and self._asked.layout.display == "":
            self._ask(self._file)

    def read(self, name: str, content: bytes) -> None:
        """Read a file in the background, and show it or ask for its units."""
        self.explorer.worker.ask("recording", Priority.TOOL, lambda _: self._read(name, content))

    def _read(self, name: str, content: bytes) -> None:
        try:
            file = read_recording(content, name)
            choices = file.choices(self.explorer.session.selection.model)
        except ValueError as error:
            self.explorer.messages.error("pick", error)
            return
        with self.explorer.session.lock:
            self.explorer.messages.clear()
            self._file = file
            if choices:
                self._ask(file)
                self.explorer.open_tool(RecordingPanel)
        if not choices:
            self._make(file, {})

    def _ask(self, file: RecordingFile) -> None:
        choices = file.choices(self.explorer.session.selection.model)
        before = self._units
        self._units = {
            what: w.Dropdown(
                options=units,
                description=tr(NAMES[what]),
                tooltip=tr("The unit of {name}", name=repr(file.columns[what])),
            )
            for what, units in choices.items()
        }
        self._choices.children = list(self._units.values())
        for old in before.values():
            for one in (old.layout, old.style, old):
                one.close()
        self._question.value = f'<p class="pw-hint">{html.escape(tr("Which units has {name}?", name=file.name))}</p>'
        self._asked.layout.display = ""

    def _on_use(self) -> None:
        file = self._file
        if file is not None:
            units = {what: menu.value for what, menu in self._units.items()}
            self.explorer.worker.ask("recording", Priority.TOOL, lambda _: self._make(file, units))

    def _make(self, file: RecordingFile, units: dict[str, str]) -> None:
        model = self.explorer.session.selection.model
        try:
            pattern = file.pattern(model, units)
        except ValueError as error:
            self.explorer.messages.error("pick", error)
            return
        with self.explorer.session.lock:
            if self.explorer.messages.attempt("pick", lambda: self._show(pattern)):
                self._asked.layout.display = "none"
                self._file = None

    def _show(self, pattern: Pattern) -> None:
        session = self.explorer.session
        session.show(session.recalled(session.selection.model, pattern))

    def refuse(self, sentence: str) -> None:
        """Say why a file was not read."""
        self.explorer.messages.error("pick", f"{sentence} In Python, pw.from_recording reads larger files.")


class RecordingDrop(Panel):
    """Takes a file that is dropped on the figure."""

    place = "page"

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = FileInput(
            lambda name, content: explorer.panel(RecordingPanel).read(name, content),
            lambda sentence: explorer.panel(RecordingPanel).refuse(sentence),
            target=".pw-figure",
            hint=tr("Drop a recording: a CSV file with t and v, or spike times"),
            most=LARGEST,
        )
