"""Plotly figure with a static picture for saved notebooks."""

from __future__ import annotations

import plotly.graph_objects as go

PLOTLY = "application/vnd.plotly.v1+json"


class Figure(go.Figure):
    """Plotly figure with a picture that a notebook saves next to Plotly's data.

    Programs with Plotly, such as JupyterLab, show the figure. Other programs, such as GitHub and nbconvert, show the
    picture. The picture is drawn when the figure is created, so it does not follow later changes of the layout. A
    picture of the figure itself would need a browser (kaleido).
    """

    _still = ""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        bundle = self._repr_mimebundle_() or {}
        if PLOTLY in bundle and "text/html" not in bundle and self._still:
            display({**bundle, "text/html": self._still}, raw=True)
        else:  # The user has chosen another renderer, such as a browser.
            super()._ipython_display_()
