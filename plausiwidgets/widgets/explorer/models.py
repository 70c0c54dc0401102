"""The map of models, over the screen: opened from the gallery, whose dots are one of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ipywidgets as w

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.texts import tr
from plausiwidgets.widgets.explorer.gallery import GalleryPanel
from plausiwidgets.widgets.map.models_assessment import ModelsAssessment
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.tools.exports import ExportView
from plausiwidgets.widgets.view.panel import Host, Panel, Part


class ModelsPanel(Panel):
    """A button, and what it opens: the map of models, where a cell opens in the explorer.

    The map is made when it is first opened.

    Attributes
    ----------
    view, over : ipywidgets.Widget
        The button, and what lies over the screen while it is pressed.
    assessment : ModelsAssessment or None
    """

    place = "rail"
    order = -1

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self._model: NeuronModel | None = None
        self.assessment: ModelsAssessment | None = None
        self.view = w.ToggleButton(
            False,
            description=tr("Map of models"),
            tooltip=tr("Which model shows which pattern: map, table, assessment"),
        )
        self.view.add_class("pw-models-button")
        self.view.observe(lambda _: self._on_press(), "value")
        self.over = w.Box()
        self.over.add_class("pw-over")
        self.over.layout.display = "none"

    @property
    def parts(self) -> Iterable[Part]:
        """The button, and what lies over the screen."""
        return (*super().parts, Part("screen", self.over, 100))

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Keep in mind which model is shown."""
        self._model = selection.model

    def on_close(self) -> None:
        """End the assessment."""
        if self.assessment is not None:
            self.assessment.close()

    def _on_press(self) -> None:
        self.over.layout.display = "" if self.view.value else "none"
        if not self.view.value or self._model is None:
            return
        with self.explorer.session.lock:
            try:
                if self.assessment is None:
                    self.assessment = self._made()
                    self.over.children = (self.assessment,)
                self.assessment.offer(self._model)
            except Exception as error:
                self.explorer.messages.error("assessment", error)

    def _made(self) -> ModelsAssessment:
        download = ExportView(buttons=["table"])
        download.on_msg(lambda _, content, buffers: self._on_download(download, content))
        close = w.Button(description=tr("Close"), tooltip=tr("Back to the explorer"))
        close.on_click(lambda _: self.view.set_trait("value", False))
        return ModelsAssessment(self._opened, self.explorer.panel(GalleryPanel).assessed, [download, close])

    def _opened(self, model: NeuronModel, pattern: Protocol, parameters: Mapping[str, float]) -> None:
        self.explorer.show(model, pattern, parameters)
        self.view.value = False

    def _on_download(self, view: ExportView, content: object) -> None:
        if self.assessment is None or not isinstance(content, dict) or content.get("save") != "table":
            return
        try:
            view.send({"text": self.assessment.csv(), "name": "models.csv"})
        except Exception as error:
            self.explorer.messages.error("assessment", error)
