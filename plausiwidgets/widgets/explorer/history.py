"""The way back to earlier settings."""

from __future__ import annotations

from collections import deque
from typing import Any

from plausiwidgets.widgets.explorer.setting import Setting

MAX_UNDO = 100


class History:
    """Earlier settings, the latest last, and the button that goes back to it.

    Parameters
    ----------
    button : ipywidgets.Button
        Disabled while there is nothing to go back to.
    """

    def __init__(self, button: Any) -> None:
        self._button = button
        self._entries: deque[Setting] = deque(maxlen=MAX_UNDO)

    def add(self, setting: Setting) -> None:
        """Remember a setting."""
        self._entries.append(setting)
        self._button.disabled = False

    def take(self) -> Setting | None:
        """Return the latest setting, and forget it."""
        earlier = self._entries.pop() if self._entries else None
        self._button.disabled = not self._entries
        return earlier
