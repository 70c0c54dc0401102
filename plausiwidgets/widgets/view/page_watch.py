"""A widget that watches the page which it is on; its JavaScript lives beside this file."""

from __future__ import annotations

from pathlib import Path

import traitlets as t

from plausiwidgets.widgets.view.script_widget import DRAWING, ScriptWidget


class PageWatch(ScriptWidget):
    """Tells the theme of the page, makes an explorer as high as what shows it, and names its controls for screen
    readers.

    Attributes
    ----------
    dark : bool
        Whether the page's theme is dark.
    held : bool
        Whether a pointer holds a slider.
    link : str
        Query of the address that JupyterLab was opened with, where it names a model, a pattern or a mystery.
    pages : int
        How often a page began to show it.
    language : str
        Code of the language of the texts.
    shared : list of str
        Models of the layouts and styles of what comes and goes on the page.
    """

    _esm = DRAWING + (Path(__file__).parent / "page_watch.js").read_text("utf-8")
    dark = t.Bool(False).tag(sync=True)
    held = t.Bool(False).tag(sync=True)
    link = t.Unicode("").tag(sync=True)
    pages = t.Int(0).tag(sync=True)
    language = t.Unicode().tag(sync=True)
    shared: t.List = t.List().tag(sync=True)
