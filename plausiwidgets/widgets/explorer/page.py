"""Two widgets that are mostly JavaScript: what watches the page, and the button that copies a link.

The JavaScript and the style live in files of their own beside this one.
"""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets as t

_HERE = Path(__file__).parent


class Page(anywidget.AnyWidget):
    """Watches the page that an explorer is on, and names its controls for screen readers.

    Attributes
    ----------
    dark : bool
        Whether the page's theme is dark.
    width : int
        Width in px that the figure has; 0 before a page shows it.
    """

    _esm = _HERE / "page.js"
    _css = _HERE / "explorer.css"
    dark = t.Bool(False).tag(sync=True)
    width = t.Int(0).tag(sync=True)


class Share(anywidget.AnyWidget):
    """The button "Copy link", with the link and a line of Python to copy by hand.

    Attributes
    ----------
    query : str
        Query of the link; the page puts its own address in front.
    python : str
        A line that opens the same explorer in a notebook.
    app : bool
        Whether this server can show the notebook as an app (Voila), which reads the query.
    """

    _esm = _HERE / "share.js"
    query = t.Unicode().tag(sync=True)
    python = t.Unicode().tag(sync=True)
    app = t.Bool(False).tag(sync=True)
