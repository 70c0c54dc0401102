"""Which sweep of a pattern is drawn large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w


class SweepPicker:
    """Buttons with the names of the sweeps; hidden where there is only one.

    Attributes
    ----------
    view : ipywidgets.Widget
    """

    def __init__(self, picked: Callable[[str], None]) -> None:
        self._picked = picked
        self._names: tuple[str, ...] = ()
        self._buttons = w.ToggleButtons(description="Sweep", tooltip="The sweep that is drawn large")
        self._buttons.observe(self._on_button, "value")
        self.view = w.HBox([])
        self.view.add_class("pw-sweeps")

    def show(self, names: tuple[str, ...], chosen: str) -> None:
        """Offer these sweeps; calls nobody back."""
        if names != self._names:
            self._names = ()
            if len(names) > 1:
                self._buttons.options = names
                self._buttons.value = chosen if chosen in names else names[0]
            self._names = names
        self.view.children = (self._buttons,) if len(names) > 1 else ()

    def _on_button(self, change: Any) -> None:
        if self._names and change["new"] in self._names:
            self._picked(change["new"])
