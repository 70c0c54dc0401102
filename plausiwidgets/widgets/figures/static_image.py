"""What a notebook keeps of a figure: a picture that is shown without Plotly, on a forge and on a page."""

from __future__ import annotations

import plotly.graph_objects as go

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
