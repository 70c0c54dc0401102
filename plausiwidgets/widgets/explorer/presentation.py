"""Presentation: large type and lines, and nothing that a class does not look at."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w

from plausiwidgets.widgets.session.session import Panel

CLASS = "pw-present"
"""Of the explorer; all else is its style."""


class PresentationPanel(Panel):
    """A button that switches the style of the whole explorer.

    Parameters
    ----------
    explorer : callable
        Returns the widget whose style it is.
    """

    def __init__(self, explorer: Callable[[], w.DOMWidget]) -> None:
        self.view = w.ToggleButton(False, description="Present", tooltip="Large type and lines, sparse controls")
        self.view.observe(lambda change: self._switch(explorer(), change["new"]), "value")

    def _switch(self, explorer: w.DOMWidget, on: bool) -> None:
        (explorer.add_class if on else explorer.remove_class)(CLASS)
