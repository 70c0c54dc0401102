"""A file of the user: picked by a button, or dropped on a part of the explorer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets as t

from plausiwidgets.texts import tr
from plausiwidgets.widgets.view.script_widget import DRAWING

_HERE = Path(__file__).parent


class FileInput(anywidget.AnyWidget):
    """A button that opens a file, or a part of the explorer on which one can be dropped.

    A file that is too large is not sent: a message of more than 10 MB would close the connection of the page to its
    kernel, and be lost.

    Parameters
    ----------
    take : callable
        ``take(name, content)`` is called with the name and the bytes of a file.
    refuse : callable
        ``refuse(sentence)`` is called where a file is too large or cannot be read.

    Attributes
    ----------
    label, tip : str
        Of the button.
    accept : str
        Endings of the names that are offered.
    target : str
        Selector of the part of the explorer that takes a file; without a button then.
    hint : str
        What the part says while a file is held over it.
    most : int
        Largest file in bytes.
    """

    _esm = DRAWING + (_HERE / "file_input.js").read_text("utf-8")
    label = t.Unicode().tag(sync=True)
    tip = t.Unicode().tag(sync=True)
    accept = t.Unicode(".csv,.tsv,.txt,.dat").tag(sync=True)
    target = t.Unicode().tag(sync=True)
    hint = t.Unicode().tag(sync=True)
    most = t.Int().tag(sync=True)

    def __init__(self, take: Callable[[str, bytes], object], refuse: Callable[[str], object], **traits: object) -> None:
        super().__init__(**{"label": tr("File…"), **traits})
        self._take, self._refuse = take, refuse
        self.on_msg(self._on_message)

    def _on_message(self, _: object, content: object, buffers: list[memoryview]) -> None:
        if not isinstance(content, dict) or not isinstance(name := content.get("name"), str):
            return
        name = name[:80]
        size = content.get("size")
        if buffers:
            content_bytes = bytes(buffers[0])
            if len(content_bytes) <= self.most:
                self._take(name, content_bytes)
                return
            size = len(content_bytes)
        if isinstance(size, int):
            self._refuse(f"{name} has {size / 1e6:.1f} MB, valid is: at most {self.most / 1e6:g} MB.")
        else:
            self._refuse(f"{name} cannot be read.")
