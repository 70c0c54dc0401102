"""What a notebook keeps of a figure or a widget: a picture that it shows without a kernel, on a forge and on a page."""

from __future__ import annotations

from html import escape
from typing import Any

import plotly.graph_objects as go

HIDDEN = (
    "<style>.jp-OutputArea:has(.pw-live) > .jp-OutputArea-child:has(.pw-still) { display: none; }</style>"
)  # fmt: skip
"""In JupyterLab the picture has no place beside a widget that is alive in the same cell."""

PLOTLY = "application/vnd.plotly.v1+json"


class Figure(go.Figure):
    """Plotly's figure, which a notebook saves with a picture beside Plotly's own data.

    Where there is Plotly, such as in JupyterLab, the figure is shown; a forge and nbconvert show the picture. It is
    drawn when the figure is made, and does not follow a later change of the layout: a picture of the figure itself
    needs a browser (kaleido).
    """

    _still = ""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        bundle = self._repr_mimebundle_() or {}
        if PLOTLY in bundle and "text/html" not in bundle and self._still:
            display({**bundle, "text/html": self._still}, raw=True)
        else:  # a renderer of the user's choice, such as a browser
            super()._ipython_display_()


class KeepsStill:
    """A widget that is displayed with a picture before it, which stays in a saved notebook.

    The picture is an output of its own. In one output with the widget, JupyterLab would not show it: it prefers the
    widget, and says "model not found" where there is no kernel.
    """

    def _still(self) -> str:
        """Return the picture as HTML; empty where there is none."""
        return ""

    def _note(self) -> str:
        """Return what stands in place of the widget where it cannot be shown."""
        return f"{type(self).__name__}: run this cell to use it."

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if html := self._still():
            display({"text/html": still_of(html, self._note()), "text/plain": ""}, raw=True)
        bundle: dict[str, Any] = self._repr_mimebundle_()  # type: ignore[attr-defined]
        display({**bundle, "text/plain": self._note()}, raw=True)


def still_of(html: str, note: str) -> str:
    """Return a picture, given as HTML, with a note, as an output that is hidden beside a widget that is alive."""
    return f'{HIDDEN}<div class="pw-still">{html}<div><small>{escape(note)}</small></div></div>'
