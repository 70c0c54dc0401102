"""The widget that shows a scene: Plotly's figure of it, with the marks of the criteria over the potential."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import traitlets as t

from plausiwidgets.widgets.view.figure import Look, layout_of, traces_of
from plausiwidgets.widgets.view.plot_view import HOST, PlotView
from plausiwidgets.widgets.view.scene import BACK_TO_FRONT, Scene

_HERE = Path(__file__).parent


class SceneView(PlotView):
    """Shows a scene. The page widens the axes to what it draws while it simulates a drag itself, and keeps a zoom.

    Attributes
    ----------
    target, pinned, best, yours : list of dict
        Traces of each role: what did not change is not sent again.
    signs : list of dict
        See :class:`~plausiwidgets.widgets.view.scene.Sign`.
    unit : str
        Of the current.
    event : bool
        Whether what is shown is less than the whole sweep.
    whole : bool
        Whether the user wants to see the whole sweep all the same; the page sets it.
    zoom : list of float
        The times in ms that are zoomed into; empty where none are. The page sets it.
    live : dict
        Set by the page alone, while it draws "yours" itself: ``x`` and ``y`` by the ``uid`` of a trace, and the
        ``potential`` and the ``current`` that the axes must hold.
    """

    _esm = HOST + "".join(
        (_HERE / name).read_text("utf-8") for name in ("file_output.js", "lines.js", "marks.js", "scene_view.js")
    )  # fmt: skip
    target: t.List = t.List().tag(sync=True)
    pinned: t.List = t.List().tag(sync=True)
    best: t.List = t.List().tag(sync=True)
    yours: t.List = t.List().tag(sync=True)
    signs: t.List = t.List().tag(sync=True)
    unit = t.Unicode().tag(sync=True)
    event = t.Bool(False).tag(sync=True)
    whole = t.Bool(False).tag(sync=True)
    zoom: t.List = t.List().tag(sync=True)
    live: t.Dict = t.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(scrollZoom=False, doubleClick=False)

    def show_scene(self, scene: Scene, look: Look, fitted: int = 0) -> None:
        """Show a scene; with another `fitted` number than before, the page forgets a zoom and what it has widened."""
        layout = layout_of(scene, look) | {"meta": {"fitted": fitted}, "hovermode": False}  # the page has a readout
        traces = {role: traces_of(scene, role, look) for role in BACK_TO_FRONT}
        self.send_changes(
            picture={"data": [], "layout": layout}, signs=[asdict(sign) for sign in scene.signs], event=scene.event,
            unit=scene.current_unit, **traces,
        )  # fmt: skip
