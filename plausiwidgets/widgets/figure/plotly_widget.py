"""Plotly's ``FigureWidget``, and what has to be known about it: both figures are made here.

What has to be known about ``FigureWidget`` (plotly 7, ipywidgets 8):

- It is not thread-safe: every access to a figure holds its lock.
- Each one carries a front end of 5 MB: an explorer has one, a map another, and both are reused.
- Traces added before a page shows it are lost under Voila: it is built from a finished figure.
- Updates that arrive while a page still loads the front end are lost: they are sent again then.
- After a reload of the page it shows what it was built with, unless ``_widget_data`` is the same
  list as ``_data``, which is kept up to date.
- Its width stays at 700 px until it is told one.
- The page answers every update with some 15 kB that nobody needs.
- Only contiguous one-dimensional float and small integer arrays travel as bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import plotly.graph_objects as go
import traitlets as t
from plotly.serializers import custom_serializers

from plausiwidgets.widgets.figure.deferred import deferred

# Plotly looks for nbformat, which imports jsonschema, which compiles some forty grammars for a check of web
# addresses: more than half of the time to the first plot.
with deferred("rfc3987_syntax", "is_valid_syntax"):
    import_module("plotly.basewidget")


class QuietFigure(go.FigureWidget):
    """A figure that takes no more of what its page reports after every update than that it is drawn.

    Plotly's own handlers look for changed defaults: they cost more than the update itself, and fail
    on properties that are arrays.
    """

    drawn: Callable[[int], None] | None = None

    _js2py_traceDeltas = t.Dict(allow_none=True).tag(sync=True, echo_update=False, **custom_serializers)
    _js2py_layoutDelta = t.Dict(allow_none=True).tag(sync=True, echo_update=False, **custom_serializers)

    @t.observe("_js2py_traceDeltas")
    def _handler_js2py_traceDeltas(self, change: Any) -> None:
        """Replaces plotly's observer."""
        if self.drawn is not None and change["new"]:
            self.drawn(change["new"]["trace_edit_id"])

    def _handler_js2py_layoutDelta(self, change: Any) -> None:
        """Replaces plotly's observer."""


def make(figure: go.Figure, **config: Any) -> QuietFigure:
    """Return the widget of a finished figure; `config` as plotly.js takes it.

    A page that is loaded again finds the current data. That is private to plotly, hence here alone:
    ``tests/test_widgets_figure.py`` notices when it changes.
    """
    widget = QuietFigure(figure)
    widget._widget_data, widget._widget_layout = widget._data, widget._layout
    widget._config = {"displaylogo": False, "responsive": True} | config
    return widget


def send_again(widget: QuietFigure, keys: Sequence[str]) -> None:
    """Send layout and these properties of all traces to a page that was still loading plotly before.

    And tell it to look at its width, where nobody has set one. Private to plotly, as above.
    """
    traces = range(len(widget.data))
    data = {key: [widget._data[i].get(key) for i in traces] for key in keys}
    widget._send_update_msg(data, dict(widget._layout), list(traces))
    if widget.layout.width is None:
        widget.plotly_relayout({"autosize": True})
