"""The frame of the explorer: its style sheets, and what Escape does; its JavaScript is beside this file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import anywidget
import ipywidgets as w

from plausiwidgets.widgets.view.panel import Host, Panel, Part
from plausiwidgets.widgets.view.script_widget import DRAWING

_HERE = Path(__file__).parent


class ShellView(anywidget.AnyWidget):
    """Carries the style sheets of the explorer and of its tools; it is not seen."""

    _esm = DRAWING + (_HERE / "shell.js").read_text("utf-8")
    _css = "\n".join(path.read_text("utf-8") for path in (_HERE / "explorer.css", _HERE.parent / "tools" / "tools.css"))


class Shell(Panel):
    """The style sheets, and the help on what has the focus, which the page writes."""

    place = "page"

    def __init__(self, explorer: Host) -> None:
        self.view = ShellView()
        self._help = w.HTML()
        self._help.add_class("pw-help")

    @property
    def parts(self) -> Iterable[Part]:
        """What is not seen, and the line of help at the foot."""
        return (*super().parts, Part("foot", self._help))
