"""A custom current for the neuron that is shown; the stimulus of the pattern is one click away."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as w

from plausiwidgets import patterns
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.formatting import number
from plausiwidgets.patterns.protocol import usual_current
from plausiwidgets.patterns.stimuli import (
    MOST_PULSES,
    PULSES,
    GivenCurrent,
    constructor,
    given,
    written,
)
from plausiwidgets.simulation.current import Current
from plausiwidgets.simulation.current_text import read_current
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.session.selection import DEFAULT_PATTERN, Selection
from plausiwidgets.widgets.session.starts import with_stimulus
from plausiwidgets.widgets.view.file_input import FileInput
from plausiwidgets.widgets.view.panel import Host, Panel

MOST_SHOWN = 500
"""Values that are put into the box: more can be read from a file, but are too many to edit."""

LARGEST_FILE = 4_000_000
"""Bytes of a file that is read."""

OWN, VALUES = "own", "values"
BUTTONS = {
    OWN: (marked("Pattern’s own"), marked("Back to the stimulus of the pattern, and to its criteria")),
    "step": (marked("Step"), marked("A constant current; the parameters of the neuron stay")),
    "pulses": (marked("Pulses"), marked("A train of pulses; the parameters of the neuron stay")),
    "ramp": (marked("Ramp"), marked("A current that rises from 0; the parameters of the neuron stay")),
    VALUES: (marked("Values…"), marked("A current of typed or pasted values, or from a file")),
}
NOT_JUDGED = marked("Shown, not judged. Drag its values below.")


class StimulusPanel(Panel):
    """Buttons that apply another current to the neuron that is shown, and bring the pattern's own back."""

    title = marked("Stimulus")
    tip = marked("A custom current: a step, pulses, a ramp, or values from a file; shown, not judged")

    place = "tools"
    waits = True

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self._quiet = False
        self._pattern = patterns.get(DEFAULT_PATTERN)
        self._given: GivenCurrent | None = None
        self._buttons = {
            name: w.Button(description=tr(title), tooltip=tr(tip)) for name, (title, tip) in BUTTONS.items()
        }
        self._number = w.BoundedIntText(
            PULSES,
            min=1,
            max=MOST_PULSES,
            description=tr("Pulses"),
            tooltip=tr("How many pulses, from 1 to {most}", most=MOST_PULSES),
        )
        self._hint = w.HTML()
        self._text = w.Textarea(
            continuous_update=False, rows=5, tooltip=tr("In each line a time in ms from the onset, and a current")
        )
        self._lines = w.ToggleButtons(
            options=[(tr("steps"), False), (tr("straight lines"), True)],
            tooltips=[
                tr("Each current holds until the next time"),
                tr("Straight lines from one current to the next"),
            ],
        )
        self._file = FileInput(
            lambda name, content: self._try(lambda: self._read(name, content)),
            lambda sentence: explorer.messages.error("pick", sentence),
            tip=tr("Times and currents in two columns; where the first line names more, those called t and current"),
            most=LARGEST_FILE,
        )
        self._apply = w.Button(
            description=tr("Apply"), button_style="primary", tooltip=tr("Apply these values to the neuron")
        )
        strip, row = w.HBox(list(self._buttons.values())), w.HBox([self._apply, self._lines, self._file])
        line = w.HBox([self._number, self._hint])
        self._editor = w.VBox([self._text, row])
        self.view = w.VBox([strip, line, self._editor])
        for box, name in ((self.view, "pw-stimulus"), (strip, "pw-shapes"), (line, "pw-shape"), (row, "pw-values")):
            box.add_class(name)
        for name, button in self._buttons.items():
            button.on_click(lambda _, name=name: self._try(lambda: self._on_press(name)))
        self._apply.on_click(lambda _: self._try(self._on_apply))
        self._number.observe(lambda _: self._on_change(self._on_number), "value")
        self._lines.observe(lambda _: self._on_change(self._on_lines), "value")
        # When the box is left: its text may come later than the press of the button that takes the focus from it.
        self._text.observe(lambda _: self._on_change(self._on_apply), "value")
        self._edit(False)

    # -- the session -----------------------------------------------------------------------------

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Show which stimulus is applied."""
        if not jumped:
            return
        pattern = selection.pattern
        if isinstance(pattern, Judged):
            self._pattern = pattern
        applied = self._applied(pattern)
        for name, button in self._buttons.items():
            (button.add_class if name == applied else button.remove_class)("mod-active")
        self._quiet = True
        try:
            if applied == "pulses":
                self._number.value = _number_of(pattern)
            self._number.layout.display = "" if applied == "pulses" else "none"
            self._hint.value = f'<p class="pw-hint">{html.escape(self._sentence(pattern))}</p>'
            usual = number(usual_current(selection.model), 3)
            unit = "" if selection.model.current.unit == "1" else f" ({selection.model.current.unit})"
            self._text.placeholder = f"{tr('time (ms)')}  {tr('current')}{unit}\n0 {usual}\n100 0\n200 {usual}\n250 0"
            if isinstance(pattern, GivenCurrent):
                if pattern is not self._given:
                    size = pattern.samples[0].size
                    self._text.value = written(pattern) if size <= MOST_SHOWN else f"# {size} values of {pattern.title}"
                self._given, self._lines.value = pattern, pattern.samples[2]
            self._edit(applied == VALUES)
        finally:
            self._quiet = False

    def _applied(self, pattern: Protocol) -> str:
        if isinstance(pattern, Judged):
            return OWN
        if isinstance(pattern, GivenCurrent):
            return VALUES
        return next((name for name in BUTTONS if pattern.key.startswith(f"stimulus_{name}")), "")

    def _sentence(self, pattern: Protocol) -> str:
        if isinstance(pattern, Judged):
            return tr("The stimulus of “{title}”, with its criteria.", title=tr(pattern.title))
        if isinstance(pattern, GivenCurrent):
            return tr("{count} values.", count=pattern.samples[0].size) + f" {tr(NOT_JUDGED)}"
        return tr(NOT_JUDGED)

    def _edit(self, shown: bool) -> None:
        self._editor.layout.display = "" if shown else "none"

    # -- events ----------------------------------------------------------------------------------

    def _on_press(self, name: str) -> None:
        if name == OWN:
            self._show(self._pattern)
        elif name == "pulses":
            self._show(patterns.stimulus("pulses", number=self._number.value))
        elif name != VALUES:
            self._show(patterns.stimulus(name))
        elif self._given is not None:
            self._show(self._given)
        else:
            self._edit(True)

    def _on_number(self) -> None:
        pattern = patterns.stimulus("pulses", number=self._number.value)
        shown = self.explorer.session.selection
        selection = self.explorer.session.recalled(shown.model, pattern)
        for name in set(pattern.free) & set(shown.pattern.free):
            # Many pulses leave less room between them.
            selection = selection.with_value(name, float(selection.parameters[name].clip(shown.values[name])))
        self.explorer.session.show(selection)

    def _on_lines(self) -> None:
        shown = self._given
        if shown is not None and shown is self.explorer.session.selection.pattern:
            t, values, _ = shown.samples
            end, holding = shown.current.end, shown.current.holding
            current = Current.values(t, values, lines=self._lines.value, end=end, holding=holding)
            self._show(given(current, shown.title))

    def _on_apply(self) -> None:
        text = self._text.value
        known, one_line = self._given, "\n" not in text
        if known is not None and one_line and text.startswith("#") and known.samples[0].size > MOST_SHOWN:
            self._show(known)  # what was read from a file, and is too much for the box
            return
        pattern = given(Current.values(*read_current(text), lines=self._lines.value), tr("Custom values"))
        shown = self.explorer.session.selection.pattern
        if not (isinstance(shown, GivenCurrent) and constructor(shown) == constructor(pattern)):
            self._show(pattern)

    def _read(self, name: str, content: bytes) -> None:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(f"{name} is not text: valid is a CSV file in UTF-8") from None
        self._show(given(Current.values(*read_current(text, name), lines=self._lines.value), name))

    def _show(self, pattern: Protocol) -> None:
        session = self.explorer.session
        if pattern is not session.selection.pattern:
            session.show(with_stimulus(session, session.selection.model, pattern))

    def _on_change(self, action: Callable[[], None]) -> None:
        with self.explorer.session.lock:
            if not self._quiet:
                self._try(action)

    def _try(self, action: Callable[[], None]) -> None:
        """Do something, or say why not."""
        self.explorer.messages.attempt("pick", action)


def _number_of(pattern: Protocol) -> int:
    return int(pattern.key.rpartition("_")[2])
