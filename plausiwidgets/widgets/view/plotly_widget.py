"""Plotly's ``FigureWidget``, and all that has to be known about it: both figures are made here.

Plotly 7 with ipywidgets 8:

- It is not thread-safe: every access to a figure goes through :meth:`PlotlyFigure.update`.
- Each one carries a front end of 5 MB, and takes 20 MB of its page for good: here all figures have one together.
- Traces added before a page shows it are lost under Voila: it is built from a finished figure.
- Updates that arrive while a page still loads the front end, or draws the first plot, are lost: when the page says
  that it has drawn, all is sent again.
- Its views listen to the model after their end, and fail: here their listeners end with them.
- After a reload of the page it shows what it was built with, unless ``_widget_data`` is the same
  list as ``_data``, which is kept up to date.
- Its width stays at 700 px until it is told one.
- The page answers every update with some 15 kB that nobody needs but for the fact that it has drawn.
- Only contiguous one-dimensional float and small integer arrays travel as bytes.
- It imports nbformat for the sake of its version, and that takes longer than all else up to the first plot.

``tests/test_widgets_plotly.py`` notices when the private parts that are used here change.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module, metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ipywidgets as w
import plotly
import plotly.graph_objects as go
import plotly.io._base_renderers  # before the renderers, see below
import traitlets as t
from plotly import optional_imports
from plotly.serializers import custom_serializers

TOOLS = ("zoom2d", "pan2d", "resetScale2d", "toImage")
"""The toolbar; plotly's own has a button that uploads the figure."""

MAX_SECONDS = 1.0
"""Most time in s that an answer of the page counts for: a tab in the background answers when it is looked at."""


@contextmanager
def _nbformat_by_its_version() -> Iterator[None]:
    """Give plotly's renderers, which are imported in here, a version where they ask for nbformat: they use no more.

    nbformat itself would import jsonschema, which compiles some forty grammars for a check of web addresses:
    0.7 s, about a third of the time to the first plot.
    """
    ask = optional_imports.get_module

    def get_module(name: str, *options: bool, **more: bool) -> object:
        if name == "nbformat":
            with suppress(metadata.PackageNotFoundError):
                return SimpleNamespace(__version__=metadata.version(name))
        return ask(name, *options, **more)

    optional_imports.get_module = get_module
    try:
        yield
    finally:
        optional_imports.get_module = ask


with _nbformat_by_its_version():
    import_module("plotly.io._renderers")


FIND_MODEL = (Path(__file__).parent / "find_model.js").read_text("utf-8")


class FrontEnd(w.Widget):
    """Plotly's front end, which all figures of a kernel share; it is not shown, and stays."""

    text = t.Unicode().tag(sync=True)
    version = t.Unicode().tag(sync=True)

    _lock = threading.Lock()
    _shared: FrontEnd | None = None

    @classmethod
    def shared(cls) -> FrontEnd:
        """Return the one of this kernel."""
        with cls._lock:
            if cls._shared is None or cls._shared.comm is None:  # or all widgets were closed
                cls._shared = cls(text=str(go.FigureWidget._esm), version=plotly.__version__)
            return cls._shared


class QuietFigureWidget(go.FigureWidget):
    """Takes no more of what its page reports after every update than that it has drawn it.

    Plotly's own handlers look for changed defaults: they cost more than the update itself, and fail
    on properties that are arrays.
    """

    drawn: Callable[[int], None] | None = None

    # As text: anywidget keeps every widget whose front end is a file, to tell it of changes of the file.
    _esm = FIND_MODEL + (Path(__file__).parent / "plotly_widget.js").read_text("utf-8")
    # By its name: a figure that is closed must not take it along.
    _front_end = t.Unicode().tag(sync=True)

    @t.default("_front_end")
    def _default_front_end(self) -> str:
        return f"IPY_MODEL_{FrontEnd.shared().model_id}"

    _js2py_traceDeltas = t.Dict(allow_none=True).tag(sync=True, echo_update=False, **custom_serializers)
    _js2py_layoutDelta = t.Dict(allow_none=True).tag(sync=True, echo_update=False, **custom_serializers)

    @t.observe("_js2py_traceDeltas")
    def _handler_js2py_traceDeltas(self, change: Mapping[str, Any]) -> None:
        """Replaces plotly's observer."""
        if self.drawn is not None and change["new"]:
            self.drawn(change["new"]["trace_edit_id"])

    def _handler_js2py_layoutDelta(self, change: Mapping[str, Any]) -> None:
        """Replaces plotly's observer."""


class PlotlyFigure:
    """A ``FigureWidget`` that many threads may change, and that knows when its page has drawn.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        With all of its traces.
    properties : sequence of str
        Of the traces, to be sent again to a page that was still loading when they changed.
    **config
        As plotly.js takes it.

    Attributes
    ----------
    widget : plotly.graph_objects.FigureWidget
        To be placed in a layout.
    seconds : float
        What the page took for its last update, from sending to its answer; at most `MAX_SECONDS`.
    """

    def __init__(self, figure: go.Figure, properties: Sequence[str], **config: Any) -> None:
        self.widget = QuietFigureWidget(figure)
        self.widget._widget_data, self.widget._widget_layout = self.widget._data, self.widget._layout
        self.widget._config = {"displaylogo": False, "responsive": True, "modeBarButtons": [list(TOOLS)]} | config
        self.widget.drawn = self._on_drawn
        self.seconds = 0.0
        self._properties = tuple(properties)
        self._lock = threading.RLock()
        self._depth = 0
        self._drawing = threading.Condition()
        self._drawn_id = 0
        self._sent_at = 0.0
        self.widget.on_msg(self._on_message)
        self.widget.observe(self._on_sent, "_last_trace_edit_id")

    @contextmanager
    def update(self) -> Iterator[None]:
        """Collect all changes of a block in one message; one thread at a time."""
        with self._lock:
            self._depth += 1
            try:
                if self._depth > 1:
                    yield
                else:
                    with self.widget.batch_update():
                        yield
            finally:
                self._depth -= 1

    @property
    def drawn(self) -> bool:
        """Whether the page has drawn all that it was sent, or nobody looks."""
        return not self.widget._view_count or self._drawn_id >= self.widget._last_trace_edit_id

    def wait_drawn(self, timeout: float) -> bool:
        """Wait until the page has drawn all, so that updates never queue up there; return whether it has."""
        with self._drawing:
            return self._drawing.wait_for(lambda: self.drawn, timeout)

    def _on_sent(self, _: object) -> None:
        # Only a message that the page answers counts this number up, just before it goes.
        self._sent_at = time.monotonic()

    def _on_drawn(self, edit: int) -> None:
        with self._drawing:
            if edit <= self._drawn_id:  # what the page drew by itself says so again
                return
            self._drawn_id = edit
            if self.drawn:
                self.seconds = min(time.monotonic() - self._sent_at, MAX_SECONDS)
            self._drawing.notify_all()

    def _on_message(self, _: object, content: object, __: object) -> None:
        if not isinstance(content, Mapping) or content.get("event") != "rendered":
            return
        widget = self.widget
        with self._lock:
            traces = range(len(widget.data))
            data = {name: [widget._data[i].get(name) for i in traces] for name in self._properties}
            widget._send_update_msg(data, dict(widget._layout), list(traces))
            if widget.layout.width is None:
                widget.plotly_relayout({"autosize": True})
