"""The widget that shows Plotly's figures: Plotly's own script behind one front end, through its public functions.

Plotly's script (4.8 MB, 1.5 MB packed) is sent to a page once for a kernel, as :class:`PlotlyScript`. A
:class:`PlotView` sends a figure as data and layout; the page draws it, and says so. The state of the widget is the
whole picture, so that a page that is loaded again shows it.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as w
import numpy as np
import traitlets as t

from plausiwidgets.widgets.view.script_widget import DRAWING, ScriptWidget

_HERE = Path(__file__).parent

HOST = DRAWING + (_HERE / "plot_view.js").read_text("utf-8")
"""The front end, for widgets whose own builds on it; it ends with ``export default widget(…)``."""

MAX_SECONDS = 1.0
"""Most time in s that an answer of the page counts for: a tab in the background answers when it is looked at."""


class PlotlyScript(anywidget.AnyWidget):
    """Plotly's script for the page, which all figures of a kernel share; it is not shown, and stays.

    Attributes
    ----------
    packed : bytes
        The script as the installed package ships it, compressed with gzip.
    version : str
        Of the package.
    """

    _esm = (_HERE / "plotly_script.js").read_text("utf-8")
    packed = t.Bytes().tag(sync=True)
    version = t.Unicode().tag(sync=True)

    _lock = threading.Lock()
    _shared: PlotlyScript | None = None

    @classmethod
    def shared(cls) -> PlotlyScript:
        """Return the one of this kernel."""
        with cls._lock:
            if cls._shared is None or cls._shared.comm is None:  # or all widgets were closed
                cls._shared = cls(packed=packed_script(), version=plotly_version())
            return cls._shared


@cache
def plotly_version() -> str:
    """Return the version of the installed plotly package."""
    return metadata.version("plotly")


@cache
def packed_script() -> bytes:
    """Return the script of the installed package of Plotly, compressed by gzip."""
    return gzip.compress((files("plotly") / "package_data" / "plotly.min.js").read_bytes(), 4)


def packed(value: Any) -> Any:
    """Return a figure as it is sent: one-dimensional arrays of float32 as ``{"float32": bytes}``, all else as JSON."""
    if isinstance(value, np.ndarray):
        if value.ndim == 1 and value.dtype == np.float32:
            return {"float32": value.tobytes()}
        return packed(value.tolist())
    if isinstance(value, Mapping):
        return {key: packed(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [packed(entry) for entry in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None  # JSON has no nan
    return value.item() if isinstance(value, np.generic) else value


class PlotView(ScriptWidget):
    """Shows a Plotly figure in a page.

    It is as wide as its place, unless the figure's layout has a width. Any thread may change it.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure or mapping, optional
        As :meth:`show` takes it.
    **config
        As Plotly.js takes it, such as ``displayModeBar=False``.

    Attributes
    ----------
    picture : mapping
        ``data`` and ``layout`` of what is shown.
    dark : bool
        Whether the page is dark, as the page says; the figure's colours are what the figure says.
    width, height : int
        Size of the widget on the page in px; 0 before it is shown.
    seconds : float
        What the page took for its last picture, from sending to its answer; at most `MAX_SECONDS`.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> PlotView(go.Figure(go.Scatter(y=[0.0, 1.0, 4.0])), displayModeBar=False).picture["data"][0]["type"]
    'scatter'
    """

    # As text: anywidget keeps every widget whose front end is a file, to tell it of changes of the file.
    _esm = HOST + "export default widget(PlotView);"
    _css = (_HERE / "plot_view.css").read_text("utf-8")
    _plotly = t.Unicode().tag(sync=True)
    _config = t.Dict().tag(sync=True)
    _view_count = t.Int(0, allow_none=True).tag(sync=True)
    picture = t.Dict().tag(sync=True)
    number = t.Int(0).tag(sync=True)  # of the picture that was sent, and of the one that was drawn
    drawn_number = t.Int(0).tag(sync=True, echo_update=False)
    dark = t.Bool(False).tag(sync=True)
    width = t.Int(0).tag(sync=True)
    height = t.Int(0).tag(sync=True)

    def __init__(self, figure: Any = None, **config: Any) -> None:
        self.seconds = 0.0
        self._lock = threading.RLock()
        self._drawing = threading.Condition()
        self._sent_at = 0.0
        self._clicked: list[Callable[[dict[str, Any]], object]] = []
        super().__init__(_plotly=PlotlyScript.shared().version, _config=config)
        self.on_msg(self._on_message)
        self.observe(self._on_drawn, "drawn_number")
        if figure is not None:
            self.show(figure)

    def show(self, figure: Any) -> None:
        """Show another figure; with the same ``layout.uirevision`` a zoom stays.

        Parameters
        ----------
        figure : plotly.graph_objects.Figure or mapping
            A figure, or its ``data`` and ``layout`` as dicts; arrays of float32 travel as bytes.
        """
        picture = json.loads(figure.to_json()) if hasattr(figure, "to_json") else dict(figure)
        self.send_changes(picture={"data": picture.get("data", []), "layout": picture.get("layout", {})})

    def on_click(self, callback: Callable[[dict[str, Any]], object]) -> None:
        """Call `callback` with each point that is clicked: a dict with ``curve``, ``point``, ``x``, ``y``, ``data``
        (the trace's ``customdata`` there) and ``text``."""
        self._clicked.append(callback)

    def send_changes(self, **traits: Any) -> None:
        """Set traits that are drawn, in one message; what is the same as before is not sent again."""
        with self._lock:
            changed = {name: new for name, value in traits.items() if (new := packed(value)) != getattr(self, name)}
            if changed:
                self._sent_at = time.monotonic()
                with self.hold_sync():
                    for name, value in changed.items():
                        setattr(self, name, value)
                    self.number += 1  # last: it is what the page draws upon

    @property
    def drawn(self) -> bool:
        """Whether the page has drawn all that it was sent; true where no page shows it."""
        return not self._view_count or self.drawn_number >= self.number

    def wait_drawn(self, timeout: float) -> bool:
        """Wait until the page has drawn all, so that pictures never queue up there; return whether it has."""
        with self._drawing:
            return self._drawing.wait_for(lambda: self.drawn, timeout)

    def _on_drawn(self, _: object) -> None:
        with self._drawing:
            if self.drawn:
                self.seconds = min(time.monotonic() - self._sent_at, MAX_SECONDS)
            self._drawing.notify_all()

    def _on_message(self, _: w.Widget, content: object, __: object) -> None:
        if isinstance(content, dict) and isinstance(point := content.get("clicked"), dict):
            for callback in self._clicked:
                callback(point)
