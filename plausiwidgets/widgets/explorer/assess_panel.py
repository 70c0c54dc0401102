"""The foot of the explorer: its model searched over all patterns, a map filling in."""

from __future__ import annotations

import ipywidgets as w

from plausiwidgets.models import NeuronModel
from plausiwidgets.widgets.explorer.messages import MessageLine
from plausiwidgets.widgets.explorer.selection import Selection
from plausiwidgets.widgets.explorer.session import Panel
from plausiwidgets.widgets.map.assessment_panel import AssessmentPanel, OpenCell


class AssessPanel(Panel):
    """A button, and below it the assessment that it starts; a cell of its map opens in the explorer.

    A map is a figure of 5 MB, and closed ones stay: it is only made when it is asked for, once for a model.

    Parameters
    ----------
    open_cell : callable
        ``open_cell(model, pattern, parameters)`` shows a cell.
    messages : MessageLine

    Attributes
    ----------
    view : ipywidgets.Widget
    panel : AssessmentPanel or None
        The assessment that was started last.
    """

    def __init__(self, open_cell: OpenCell, messages: MessageLine) -> None:
        self._open_cell = open_cell
        self._messages = messages
        self._model: NeuronModel | None = None
        self.panel: AssessmentPanel | None = None
        self._panels: dict[NeuronModel, AssessmentPanel] = {}
        self._button = w.Button(
            tooltip="Search every pattern in the background; a click on the map shows what was found here"
        )
        self._button.on_click(lambda _: self._on_press())
        self._place = w.VBox()
        self.view = w.VBox([self._button, self._place])
        self.view.add_class("pw-assess")

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Offer the assessment of the model."""
        if selection.model is not self._model:
            self._model = selection.model
            self._button.description = f"Assess {selection.model.title} on all twenty patterns"
            self._offer()

    def close(self) -> None:
        """End the assessments."""
        for panel in self._panels.values():
            panel.close()

    def _offer(self) -> None:
        """Hide the button where the panel below it, which has its own, is of the same model."""
        shown = self._model in self._panels and self._panels[self._model] is self.panel
        self._button.layout.display = "none" if shown else ""

    def _on_press(self) -> None:
        try:
            model = self._model
            if model is None:
                return
            if self.panel is not None:
                self.panel.stop()
            if model not in self._panels:
                self._panels[model] = AssessmentPanel(model, open_cell=self._open_cell)
            self.panel = self._panels[model]
            self._place.children = (self.panel,)
            self.panel.start()
            self._offer()
        except Exception as error:
            self._messages.error("assessment", error)
