"""Presentation: large type and lines, and nothing that a class does not look at."""

from __future__ import annotations

import ipywidgets as w

from plausiwidgets.texts import tr
from plausiwidgets.widgets.view.panel import Host, Panel

CLASS = "pw-present"
"""Of the explorer; all else is its style."""


class PresentationPanel(Panel):
    """A button that switches the style of the whole explorer.

    Attributes
    ----------
    view : ipywidgets.ToggleButton
        Its value is observed by what is drawn otherwise for a class.
    """

    place = "bar"

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = w.ToggleButton(
            False, description=tr("Present"), tooltip=tr("Large type and lines, sparse controls")
        )
        self.view.add_class("pw-present-button")
        self.view.observe(lambda change: self._switch(change["new"]), "value")

    def _switch(self, on: bool) -> None:
        (self.explorer.add_class if on else self.explorer.remove_class)(CLASS)
